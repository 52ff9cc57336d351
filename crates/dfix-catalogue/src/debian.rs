//! What else is known of Debian's packages and of its slim forms: what recommends what, which files and which
//! documentation are theirs, whether the mirrors still have a release.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::foundation::{Distribution, Foundation};
use super::table::{Row, Table, table};

const ARCHIVED: Table = table!("archived-releases.tsv");
const RECOMMENDS: Table = table!("debian-recommends.tsv");
const LEFT_OUT: Table = table!("debian-left-out.tsv");
const RECOMMENDED: Table = table!("recommended-packages.tsv");
const FILES: Table = table!("debian-files.tsv");
const DOCUMENTATION: Table = table!("documentation.tsv");

/// Whether the mirrors have no packages of this release of Debian or Ubuntu, by its code name, any more.
pub fn is_archived(release: &str) -> bool {
    ARCHIVED.has(release)
}

/// The host that has the packages of a release of Debian, Ubuntu or CentOS of which the mirrors have none any more; `None` where they
/// have them, or where that is not known.
pub fn archive_of(foundation: &Foundation) -> Option<&'static str> {
    let release = foundation.release?;
    let row = match foundation.distribution {
        Distribution::Debian | Distribution::Ubuntu => ARCHIVED.row(release),
        Distribution::CentOs => {
            let major = release.split('.').next().unwrap_or(release);
            ARCHIVED.row(&format!("centos{major}"))
        }
        _ => None,
    };
    Some(row?.column(1))
}

/// The packages that a package only recommends, of those that a full image has: an installation without
/// recommendations leaves them out.
pub fn recommended_by(package: &str) -> impl Iterator<Item = &'static str> + use<> {
    RECOMMENDS
        .row(package)
        .into_iter()
        .flat_map(|row| row.words(1))
}

/// The packages that come with one, in Debian 11 to 13, only where recommendations are installed; `None` where that is not known.
pub fn left_out_with(package: &str) -> Option<impl Iterator<Item = &'static str> + use<>> {
    LEFT_OUT.row(package).map(|row| row.words(1))
}

/// A package that others only recommend.
#[derive(Clone, Copy, Debug)]
pub struct Recommended {
    row: Row,
}

/// What is known of a package that others only recommend.
pub fn recommended(package: &str) -> Option<Recommended> {
    RECOMMENDED.row(package).map(|row| Recommended { row })
}

impl Recommended {
    /// Whether those that it comes with are to be had with it: it is named beside them then.
    pub fn is_wanted(self) -> bool {
        self.row.column(1) == "add"
    }

    /// Its programs: who calls one of them misses it.
    pub fn programs(self) -> impl Iterator<Item = &'static str> {
        self.row.words(2)
    }

    /// Texts of those that may miss it, in small letters.
    pub fn texts(self) -> impl Iterator<Item = &'static str> {
        self.row.words(3)
    }

    /// What it is: a phrase for people.
    pub fn what(self) -> &'static str {
        self.row.column(4)
    }
}

/// The package that has a file which this text names, among those that a slim form lacks.
pub fn owner_of_file(text: &str) -> Option<&'static str> {
    if !text.contains("/etc/") && !text.contains("/usr/share/") {
        return None;
    }
    let row = FILES.all().find(|row| text.contains(row.key()))?;
    Some(row.column(1))
}

/// The folder of documentation that this text names: slim forms leave it out, and dpkg unpacks nothing there.
pub fn documentation_folder(text: &str) -> Option<&'static str> {
    if !text.contains("/usr/share/") {
        return None;
    }
    of_kind("folder").find(|folder| text.contains(folder))
}

/// Whether a command reads documentation.
pub fn reads_documentation(command: &str) -> bool {
    DOCUMENTATION
        .row(command)
        .is_some_and(|row| row.lists(1, ' ', "command"))
}

/// Whether a package is installed for the documentation in it, or to read that of others.
pub fn is_documentation(package: &str) -> bool {
    of_kind("package").any(
        |pattern| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
            (Some(end), _) => package.ends_with(end),
            (_, Some(start)) => package.starts_with(start),
            _ => package == pattern,
        },
    )
}

/// Whether a package puts links into the folders of manual pages, as far as its name tells: where these are
/// missing, it does not install.
pub fn needs_manual_folders(package: &str) -> bool {
    package.split('-').any(|word| {
        of_kind("links").any(|link| word.starts_with(link)) && !word.starts_with("anti")
    })
}

/// What the table of documentation has of one kind.
fn of_kind(kind: &'static str) -> impl Iterator<Item = &'static str> {
    /// The table is gone through once, and not for each package.
    static KINDS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
        let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in DOCUMENTATION.all() {
            for kind in row.words(1) {
                kinds.entry(kind).or_default().push(row.key());
            }
        }
        kinds
    });
    KINDS.get(kind).into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_debian_are_told() {
        assert!(is_archived("stretch") && !is_archived("bookworm"));
        let host = |text| archive_of(&Foundation::parse(text).expect("a foundation"));
        assert_eq!(host("debian:buster"), Some("archive.debian.org"));
        assert_eq!(host("ubuntu:lunar"), Some("old-releases.ubuntu.com"));
        assert_eq!(host("centos:7"), Some("vault.centos.org"));
        assert_eq!((host("ubuntu:focal"), host("debian")), (None, None));
        assert!(recommended_by("curl").eq(["ca-certificates"]));
        let left_out = |package| left_out_with(package).map(Iterator::collect::<Vec<_>>);
        assert_eq!(left_out("unzip"), Some(Vec::new()));
        assert!(left_out("curl").is_some_and(|it| it.contains(&"ca-certificates")));
        assert_eq!(left_out("no-such-package"), None);
        assert!(recommended("ca-certificates").is_some_and(Recommended::is_wanted));
        assert!(recommended("fakeroot").is_some_and(|it| it.programs().any(|it| it == "debuild")));
        assert!(recommended("openssh-client").is_none());
        for row in RECOMMENDED.all() {
            assert!(matches!(row.column(1), "add" | "nobody") && !row.column(4).is_empty());
        }
        assert_eq!(owner_of_file("/etc/ssh/ssh_config"), Some("openssh-client"));
        assert_eq!(
            documentation_folder("cat /usr/share/doc/x"),
            Some("/usr/share/doc")
        );
        assert_eq!(documentation_folder("/usr/share/zoneinfo"), None);
        assert!(reads_documentation("man") && !reads_documentation("man-db"));
        for package in ["manpages-dev", "postgresql-doc", "man-db"] {
            assert!(is_documentation(package), "{package}");
        }
        assert!(!is_documentation("docker"));
        assert!(needs_manual_folders("openjdk-17-jre-headless") && needs_manual_folders("ant"));
        assert!(!needs_manual_folders("antiword") && !needs_manual_folders("curl"));
        for row in DOCUMENTATION.all() {
            let mut words = row.words(1);
            assert!(words.all(|it| matches!(it, "folder" | "command" | "package" | "links")));
        }
    }
}
