//! What brings the certificates that https needs, besides the package `ca-certificates` itself.

use super::foundation::{Distribution, Foundation, Layer};
use super::table::{Table, table};

const CERTIFICATES: Table = table!("certificates.tsv");

/// Whether an image of this foundation has the certificates by itself.
pub fn has_certificates(foundation: &Foundation) -> bool {
    match foundation.layer {
        Layer::Bare | Layer::ServerCore | Layer::NanoServer => false,
        // `buildpack-deps:…-curl` installs them.
        Layer::Curl | Layer::Scm | Layer::Full => true,
        Layer::Minimal | Layer::Slim | Layer::Plain | Layer::Unknown => {
            brings(foundation.distribution, "*")
        }
    }
}

/// Whether a package of the distribution brings them along, even without what it merely recommends.
pub fn brings_certificates(distribution: Distribution, package: &str) -> bool {
    package != "*" && brings(distribution, package)
}

fn brings(distribution: Distribution, word: &str) -> bool {
    let is_named = |name: &str| Distribution::named(name) == Some(distribution);
    let mut rows = CERTIFICATES.all();
    rows.any(|row| is_named(row.key()) && row.lists(1, ' ', word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_packages() {
        let of = |distribution, layer| {
            has_certificates(&Foundation {
                distribution,
                release: None,
                layer,
            })
        };
        assert!(of(Distribution::Debian, Layer::Full));
        assert!(of(Distribution::Fedora, Layer::Plain));
        assert!(!of(Distribution::Debian, Layer::Slim));
        assert!(!of(Distribution::Ubi, Layer::Bare));
        assert!(!of(Distribution::Alpine, Layer::Plain));
        assert!(brings_certificates(Distribution::Alpine, "git"));
        assert!(!brings_certificates(Distribution::Alpine, "wget"));
        assert!(!brings_certificates(Distribution::Debian, "git"));
        for row in CERTIFICATES.all() {
            assert!(Distribution::named(row.key()).is_some(), "{}", row.key());
        }
    }
}
