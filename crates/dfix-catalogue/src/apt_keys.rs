//! Keys of package archives, and which apt knows what of them.

use super::date::Date;
use super::eol::end_of_life;
use super::foundation::{Distribution, Foundation};
use super::images::glob;
use super::table::{Table, table};

const FEATURES: Table = table!("apt-features.tsv");
const KEYS: Table = table!("apt-keys.tsv");
const OWN_LISTS: Table = table!("own-lists.tsv");
const SHARED_HOSTS: Table = table!("shared-hosts.tsv");

/// Something that a release's apt knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AptFeature {
    /// It reads keys in text, in files that end in `asc`.
    ArmouredKeys,
    /// The folder `/etc/apt/keyrings` is there.
    KeyringsFolder,
    /// The program `apt-key` is gone.
    NoAptKey,
    /// A line of a list can name the file of its key.
    SignedBy,
}

impl AptFeature {
    /// Every one.
    pub const ALL: [AptFeature; 4] = [
        AptFeature::ArmouredKeys,
        AptFeature::KeyringsFolder,
        AptFeature::NoAptKey,
        AptFeature::SignedBy,
    ];

    fn key(self) -> &'static str {
        match self {
            AptFeature::ArmouredKeys => "armoured-keys",
            AptFeature::KeyringsFolder => "keyrings-folder",
            AptFeature::NoAptKey => "no-apt-key",
            AptFeature::SignedBy => "signed-by",
        }
    }
}

/// Whether the apt of a system knows something; `None` where the release is not known, or the system has no apt.
pub fn apt_has(foundation: &Foundation, feature: AptFeature) -> Option<bool> {
    let row = FEATURES.row(feature.key())?;
    let (product, first) = match foundation.distribution {
        Distribution::Debian => ("debian", row.column(1)),
        Distribution::Ubuntu => ("ubuntu", row.column(2)),
        _ => return None,
    };
    // They have no day of release, and are later than all that have one.
    if product == "debian" && matches!(foundation.release, Some("sid" | "unstable")) {
        return Some(true);
    }
    let released = |cycle: &str| -> Option<Date> { end_of_life(product, cycle)?.released };
    Some(released(foundation.release?)? >= released(first)?)
}

/// The form of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// Text: `-----BEGIN PGP PUBLIC KEY BLOCK-----`.
    Armoured,
    /// Bytes.
    Binary,
}

/// In which form a key is to be had at an address, with or without its scheme, as its publisher's instructions tell.
pub fn key_form(address: &str) -> Option<KeyForm> {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    let row = KEYS.row(rest).or_else(|| {
        let mut patterns = KEYS.all().filter(|row| row.key().contains('*'));
        patterns.find(|row| glob(row.key(), rest))
    })?;
    match row.column(1) {
        "armoured" => Some(KeyForm::Armoured),
        "binary" => Some(KeyForm::Binary),
        _ => None,
    }
}

/// The file of the list that a package brings for its own archive, if it is the archive at this address.
pub fn own_list(package: &str, address: &str) -> Option<&'static str> {
    let rest = address.split_once("://").map_or(address, |it| it.1);
    let row = OWN_LISTS.row(package)?;
    rest.starts_with(row.column(1)).then(|| row.column(2))
}

/// Whether folders of the host belong to different people, so that a common host says nothing.
pub fn is_shared_host(host: &str) -> bool {
    let mut rest = Some(host);
    while let Some(domain) = rest {
        if SHARED_HOSTS.has(domain) {
            return true;
        }
        rest = domain.split_once('.').map(|it| it.1);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_keys() {
        for (address, form) in [
            (
                "https://dl.yarnpkg.com/debian/pubkey.gpg",
                Some(KeyForm::Armoured),
            ),
            (
                "https://download.docker.com/linux/ubuntu/gpg",
                Some(KeyForm::Armoured),
            ),
            ("packages.sury.org/php/apt.gpg", Some(KeyForm::Binary)),
            ("https://example.com/key.gpg", None),
        ] {
            assert_eq!(key_form(address), form, "{address}");
        }
        for row in KEYS.all() {
            assert!(
                matches!(row.column(1), "armoured" | "binary"),
                "{}",
                row.key()
            );
        }
    }

    #[test]
    fn releases_know_what_they_know() {
        use AptFeature as F;
        use Distribution::{Alpine, Debian, Ubuntu};
        for (distribution, release, feature, expected) in [
            (Debian, Some("jessie"), F::SignedBy, Some(false)),
            (Debian, Some("stretch"), F::ArmouredKeys, Some(true)),
            (Debian, Some("bullseye"), F::KeyringsFolder, Some(false)),
            (Debian, Some("bookworm"), F::KeyringsFolder, Some(true)),
            (Debian, Some("trixie"), F::NoAptKey, Some(true)),
            (Ubuntu, Some("xenial"), F::ArmouredKeys, Some(false)),
            (Ubuntu, Some("focal"), F::KeyringsFolder, Some(false)),
            (Ubuntu, Some("noble"), F::NoAptKey, Some(false)),
            (Debian, None, F::SignedBy, None),
            (Alpine, Some("3.20"), F::SignedBy, None),
        ] {
            let layer = super::super::foundation::Layer::Plain;
            let foundation = Foundation {
                distribution,
                release,
                layer,
            };
            assert_eq!(
                apt_has(&foundation, feature),
                expected,
                "{release:?} {feature:?}"
            );
        }
        assert!(AptFeature::ALL.iter().all(|it| FEATURES.has(it.key())));
    }

    #[test]
    fn hosts_and_lists() {
        assert!(is_shared_host("s3.eu-west-1.amazonaws.com") && is_shared_host("packagecloud.io"));
        assert!(!is_shared_host("dl.google.com"));
        let chrome = "http://dl.google.com/linux/chrome/deb/";
        assert!(own_list("google-chrome-stable", chrome).is_some());
        assert!(own_list("google-chrome-stable", "https://dl.google.com/x").is_none());
    }
}
