//! Which names of packages each release of Debian, Ubuntu and Alpine has, read in place from
//! `system-packages.bin`, and what takes the place of one that went.
//!
//! The file's layout is told in `README.md`; `data/system-packages.py` writes it from the distributions'
//! own indexes.

use super::foundation::{Distribution, Foundation};
use super::table::{Row, Table, table};

static PACKAGES: &[u8] = include_bytes!("../data/system-packages.bin");
const SUCCESSORS: Table = table!("package-successors.tsv");
const OF_UBUNTU: Table = table!("ubuntu-packages.tsv");
const RENAMES: Table = Table::new(include_str!("../data/package-renames.tsv"));

const NAMES_PER_BLOCK: usize = 32;
/// Releases of Debian with their code names, as the file and the tables number them.
const DEBIAN: &[(&str, &str)] = &[
    ("8", "jessie"),
    ("9", "stretch"),
    ("10", "buster"),
    ("11", "bullseye"),
    ("12", "bookworm"),
    ("13", "trixie"),
    ("sid", "sid"),
];
const UBUNTU: &[(&str, &str)] = &[
    ("14.04", "trusty"),
    ("16.04", "xenial"),
    ("18.04", "bionic"),
    ("20.04", "focal"),
    ("22.04", "jammy"),
    ("24.04", "noble"),
    ("26.04", "resolute"),
];

/// Whether the archive of a release has a package of a name, for `apt-get install` or `apk add`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackagePresence {
    /// A package is called so.
    Present,
    /// No package is called so and one provides the name: it is installed instead.
    Provided,
    /// Several packages provide the name, or one that does not want to be taken for it: the package manager
    /// names them and fails.
    Choice,
    /// The release lacks it.
    Absent,
    /// Not known, and why.
    Unknown(UnknownPackage),
}

/// Why it is not known whether a release has a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownPackage {
    /// The catalogue has no index of this release, or the release is not known.
    Release,
    /// No index of this distribution has the name: another archive may, or it is misspelt.
    Name,
}

/// How a package takes another's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Succession {
    /// It is the same thing with another name.
    Rename,
    /// It is something else: another ABI, another version, another program. The reason is a phrase for people.
    ByHand(&'static str),
    /// Nothing takes its place, and nothing misses it where none of these programs is called (words with a
    /// blank between them; `gpg=gnupg,gpg`: only where none of these packages is installed, which bring it as well).
    Drop(&'static str),
    /// The distribution never had it: another archive does. The reason says which.
    Elsewhere(&'static str),
}

/// What takes the place of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackageSuccessor {
    /// The packages that do, with a blank between them; `""` where nothing does.
    pub packages: &'static str,
    /// How.
    pub how: Succession,
    /// What of a renamed one is not as it was: a phrase for people; `""` where all is.
    pub differs: &'static str,
}

/// Whether the release that an image is based on has a package of this name in its own archive (on Debian
/// `main`, `contrib` and `non-free`, on Alpine `main` and `community`, both of x86-64), updates included on
/// Debian.
///
/// The name has no version, architecture or release behind it. Where no index of the release is at hand, the
/// rows of `package-successors.tsv` tell of absence alone, and those of `ubuntu-packages.tsv` of what Ubuntu always has.
pub fn package_presence(foundation: &Foundation, package: &str) -> PackagePresence {
    let unknown = PackagePresence::Unknown(UnknownPackage::Release);
    let Some((distribution, release)) = release_of(foundation) else {
        return unknown;
    };
    let lacks = || {
        let row = successor_rows(distribution, package).find(|row| !row.column(2).is_empty());
        row.is_some_and(|row| is_from(distribution, row.column(2), release))
    };
    let state = Section::find(distribution).and_then(|section| {
        let place = section.release(release)?;
        Some(
            section
                .states(package)
                .map(|states| states >> (2 * place) & 3),
        )
    });
    if matches!(state, Some(None | Some(0))) && is_of_default_php(foundation, package) {
        return PackagePresence::Provided;
    }
    match state {
        Some(Some(0)) => PackagePresence::Absent,
        Some(Some(1)) => PackagePresence::Present,
        Some(Some(2)) => PackagePresence::Provided,
        Some(Some(_)) => PackagePresence::Choice,
        Some(None) | None if lacks() => PackagePresence::Absent,
        Some(None) => PackagePresence::Unknown(UnknownPackage::Name),
        None if distribution == "ubuntu"
            && is_from("ubuntu", "20.04", release)
            && OF_UBUNTU.has(package) =>
        {
            PackagePresence::Present
        }
        None => unknown,
    }
}

/// Whether a name is one that Alpine's default PHP provides beside its own: `php-curl` is the `php84-curl` of a release where `php-fpm` is
/// known to be provided, too.
///
/// Source: aports, community/php84, `_extension` (the names come of a function, which the index of names does not read).
fn is_of_default_php(foundation: &Foundation, package: &str) -> bool {
    let Some(extension) = package.strip_prefix("php-").filter(|it| *it != "fpm") else {
        return false;
    };
    let is_there = |name: &str| {
        matches!(
            package_presence(foundation, name),
            PackagePresence::Present | PackagePresence::Provided
        )
    };
    foundation.distribution == Distribution::Alpine
        && is_there("php-fpm")
        && (70..100).any(|version| is_there(&format!("php{version}-{extension}")))
}

/// What takes the place of a package that the release of an image lacks. `None`: not known.
///
/// Where the successor went, too, its own is given, and nothing where that is not known; what must be done by hand at one step must be at all.
/// Does not ask whether the release lacks the package: see [`package_presence`].
pub fn package_successor(foundation: &Foundation, package: &str) -> Option<PackageSuccessor> {
    let (distribution, release) = release_of(foundation)?;
    let mut found = successor_of(distribution, release, package)?;
    for _ in 0..5 {
        let is_gone = !found.packages.is_empty()
            && !found.packages.contains(' ')
            && package_presence(foundation, found.packages) == PackagePresence::Absent;
        if !is_gone {
            return Some(found);
        }
        let next = successor_of(distribution, release, found.packages)?;
        let how = match found.how {
            Succession::Rename => next.how,
            // Where nothing is left, that is what is to be said.
            _ if next.packages.is_empty() => next.how,
            how => how,
        };
        let differs = if found.differs.is_empty() {
            next.differs
        } else {
            found.differs
        };
        found = PackageSuccessor {
            how,
            differs,
            ..next
        };
    }
    None
}

fn successor_of(
    distribution: &'static str,
    release: &str,
    package: &str,
) -> Option<PackageSuccessor> {
    let is_of_release = |row: &Row| {
        let from = row.column(2);
        from.is_empty() || is_from(distribution, from, release)
    };
    let renamed = RENAMES
        .rows(package)
        .filter(move |row| row.column(1) == distribution);
    let row = successor_rows(distribution, package)
        .chain(renamed)
        .find(is_of_release)?;
    let how = match row.column(4) {
        "rename" => Succession::Rename,
        "drop" => Succession::Drop(row.column(5)),
        "elsewhere" => Succession::Elsewhere(row.column(5)),
        _ => Succession::ByHand(row.column(5)),
    };
    let differs = match how {
        Succession::Rename => row.column(5),
        _ => "",
    };
    Some(PackageSuccessor {
        packages: row.column(3),
        how,
        differs,
    })
}

fn successor_rows<'a>(
    distribution: &'static str,
    package: &'a str,
) -> impl Iterator<Item = Row> + use<'a> {
    SUCCESSORS
        .rows(package)
        .filter(move |row| matches!(row.column(1), "*") || row.column(1) == distribution)
}

/// The distribution and the number of the release, as the data has them.
fn release_of(foundation: &Foundation) -> Option<(&'static str, &'static str)> {
    let release = foundation.release?;
    let by_name = |releases: &'static [(&str, &str)]| {
        let found = releases
            .iter()
            .find(|(number, name)| *number == release || *name == release);
        found.map_or(release, |(number, _)| number)
    };
    match foundation.distribution {
        Distribution::Debian => Some(("debian", by_name(DEBIAN))),
        Distribution::Ubuntu => Some(("ubuntu", by_name(UBUNTU))),
        Distribution::Alpine => Some(("alpine", release)),
        _ => None,
    }
}

/// Whether a release is this one or a later one of the same distribution; `false` where that is not known.
fn is_from(distribution: &str, from: &str, release: &str) -> bool {
    let numbers = |text: &str| {
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        match text {
            "sid" | "edge" => Some((u16::MAX, 0)),
            _ => Some((major.parse().ok()?, minor.parse::<u16>().ok()?)),
        }
    };
    let known = match distribution {
        "debian" => DEBIAN.iter().any(|(number, _)| *number == release),
        _ => true,
    };
    known && matches!((numbers(from), numbers(release)), (Some(from), Some(it)) if from <= it)
}

/// Bytes with checked access: a damaged file reads as "not found", never as a panic.
fn bytes(at: usize, length: usize) -> Option<&'static [u8]> {
    PACKAGES.get(at..at.checked_add(length)?)
}

fn byte(at: usize) -> Option<usize> {
    PACKAGES.get(at).copied().map(usize::from)
}

fn u32_at(at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes(at, 4)?.try_into().ok()?)).ok()
}

/// A number in little-endian base 128, and how many bytes it takes.
fn number_at(at: usize) -> Option<(usize, usize)> {
    let mut value = 0;
    for length in 0..4 {
        let byte = byte(at + length)?;
        value |= (byte & 0x7F) << (7 * length);
        if byte & 0x80 == 0 {
            return Some((value, length + 1));
        }
    }
    None
}

/// One distribution's part of the file, as places in it.
#[derive(Clone, Copy)]
struct Section {
    releases: usize,
    names: usize,
    blocks: usize,
    head: usize,
    patterns: usize,
    starts: usize,
    text: usize,
}

impl Section {
    fn find(distribution: &str) -> Option<Self> {
        let count = byte(4)?;
        (0..count)
            .filter_map(|number| Self::read(u32_at(5 + 4 * number)?))
            .find(|section| section.texts().next() == Some(distribution))
    }

    fn read(at: usize) -> Option<Self> {
        let [head_bytes, patterns, names, blocks] = [1, 5, 9, 13].map(|place| u32_at(at + place));
        let head = at + 17;
        let places = head + head_bytes?;
        let starts = places + 8 * patterns?;
        Some(Self {
            releases: byte(at)?,
            names: names?,
            blocks: blocks?,
            head,
            patterns: places,
            starts,
            text: starts + 4 * blocks?,
        })
    }

    /// The distribution's name and those of its releases.
    fn texts(self) -> impl Iterator<Item = &'static str> {
        let mut at = self.head;
        (0..=self.releases).map_while(move |_| {
            let length = byte(at)?;
            let text = bytes(at + 1, length)?;
            at += 1 + length;
            std::str::from_utf8(text).ok()
        })
    }

    fn release(self, release: &str) -> Option<usize> {
        self.texts().skip(1).position(|it| it == release)
    }

    /// What each release says of a name, two bits each, the first release lowest.
    fn states(self, package: &str) -> Option<u64> {
        let wanted = package.as_bytes();
        let (mut low, mut high) = (0, self.blocks);
        while low < high {
            let middle = usize::midpoint(low, high);
            let at = self.block(middle)?;
            if bytes(at + 2, byte(at + 1)?)? <= wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let block = low.checked_sub(1)?;
        let mut at = self.block(block)?;
        let mut name = Vec::with_capacity(64);
        let left = self.names.checked_sub(block * NAMES_PER_BLOCK)?;
        for _ in 0..left.min(NAMES_PER_BLOCK) {
            let length = byte(at + 1)?;
            name.truncate(byte(at)?);
            name.extend_from_slice(bytes(at + 2, length)?);
            let (pattern, size) = number_at(at + 2 + length)?;
            if name == wanted {
                let pattern = bytes(self.patterns + 8 * pattern, 8)?;
                return Some(u64::from_le_bytes(pattern.try_into().ok()?));
            }
            at += 2 + length + size;
        }
        None
    }

    fn block(self, number: usize) -> Option<usize> {
        Some(self.text + u32_at(self.starts + 4 * number)?)
    }
}

/// What Debian's newest release has in the place of a package, where this release of Ubuntu has a package of that name, too: an
/// image that comes from Debian to Ubuntu goes on with the program that it had. `netcat` was netcat-traditional on the one, and
/// is netcat-openbsd on the other.
pub fn successor_from_debian(foundation: &Foundation, name: &str) -> Option<PackageSuccessor> {
    if foundation.distribution != Distribution::Ubuntu {
        return None;
    }
    let newest = DEBIAN.iter().rfind(|(number, name)| number != name)?.1;
    let debian = Foundation {
        distribution: Distribution::Debian,
        release: Some(newest),
        layer: foundation.layer,
    };
    let successor = package_successor(&debian, name).filter(|it| it.how == Succession::Rename)?;
    let mut packages = successor.packages.split(' ');
    let is_there = |it: &str| package_presence(foundation, it) == PackagePresence::Present;
    packages.all(is_there).then_some(successor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presence(foundation: &'static str, package: &str) -> PackagePresence {
        let foundation = Foundation::parse(foundation).expect("a foundation");
        package_presence(&foundation, package)
    }

    fn successor(foundation: &'static str, package: &str) -> Option<PackageSuccessor> {
        let foundation = Foundation::parse(foundation).expect("a foundation");
        package_successor(&foundation, package)
    }

    #[test]
    fn releases_tell_what_they_have() {
        use PackagePresence::{Absent, Choice, Present, Provided, Unknown};
        for (foundation, package, wanted) in [
            (
                "debian:bookworm/slim",
                "software-properties-common",
                Present,
            ),
            ("debian:trixie/plain", "software-properties-common", Absent),
            ("debian:trixie/plain", "libglib2.0-0", Provided),
            ("debian:trixie/plain", "libglib2.0-0t64", Present),
            ("debian:bookworm/plain", "libglib2.0-0t64", Absent),
            ("debian:bookworm/plain", "netcat", Choice),
            ("debian:trixie/plain", "libaio1", Absent),
            ("debian:trixie/plain", "python-pip", Absent),
            ("debian:sid/plain", "curl", Present),
            ("debian:12", "curl", Present),
            ("alpine:3.14", "py3-pip", Present),
            ("alpine:3.11", "python", Provided),
            ("alpine:3.22", "python", Absent),
            ("alpine:3.22", "postgresql-client", Provided),
            ("alpine:3.22", "openssl-dev", Present),
            ("alpine:3.10", "php83-fpm", Absent),
            ("ubuntu:noble/plain", "python-pip", Absent),
        ] {
            assert_eq!(
                presence(foundation, package),
                wanted,
                "{foundation} {package}"
            );
        }
        let release = Unknown(UnknownPackage::Release);
        assert_eq!(presence("debian:buster/slim", "curl"), release);
        assert_eq!(presence("debian:?", "curl"), release);
        assert_eq!(presence("ubuntu:noble/plain", "fortunes"), release);
        assert_eq!(presence("ubuntu:noble/plain", "curl"), Present);
        assert_eq!(presence("ubuntu:bionic/plain", "curl"), release);
        assert_eq!(presence("fedora:40", "curl"), release);
        let name = Unknown(UnknownPackage::Name);
        assert_eq!(
            presence("debian:trixie/plain", "google-chrome-stable"),
            name
        );
        assert_eq!(presence("alpine:3.22", ""), name);
        assert_eq!(presence("alpine:3.22", "zzzz-no-such-package"), name);
    }

    #[test]
    fn what_ubuntu_always_has_debian_has_too() {
        use PackagePresence::{Present, Provided};
        for row in OF_UBUNTU.all() {
            let name = row.key();
            assert_eq!(presence("ubuntu:resolute/plain", name), Present, "{name}");
            for foundation in [
                "debian:bullseye/plain",
                "debian:bookworm/plain",
                "debian:trixie/plain",
                "debian:sid/plain",
            ] {
                let is_there = matches!(presence(foundation, name), Present | Provided);
                assert!(is_there || row.column(1) == "ubuntu", "{name} {foundation}");
            }
        }
    }

    #[test]
    fn successors_are_told_of_the_release() {
        let rename = |packages| {
            let how = Succession::Rename;
            let differs = "";
            Some(PackageSuccessor {
                packages,
                how,
                differs,
            })
        };
        assert_eq!(
            successor("debian:trixie/slim", "libgl1-mesa-glx"),
            rename("libgl1")
        );
        assert_eq!(
            successor("ubuntu:noble/plain", "libgl1-mesa-glx"),
            rename("libgl1")
        );
        assert_eq!(successor("debian:bookworm/slim", "libgl1-mesa-glx"), None);
        assert_eq!(successor("alpine:3.18", "nodejs-npm"), rename("npm"));
        let of = |foundation, package| successor(foundation, package).expect("a successor");
        // Two releases on: the successor of the successor.
        assert_eq!(of("debian:bookworm/plain", "libicu67").packages, "libicu72");
        let icu = of("debian:trixie/plain", "libicu67");
        assert_eq!(icu.packages, "libicu76");
        assert_eq!(icu.how, Succession::ByHand("another ABI"));
        let tool = of("debian:trixie/plain", "software-properties-common");
        assert_eq!(
            tool.how,
            Succession::Drop(
                "add-apt-repository apt-add-repository gpg=gpg,gnupg,gnupg2 https://=ca-certificates python3=python3,python3-minimal,python3-pip"
            )
        );
        let chrome = of("debian:trixie/plain", "google-chrome-stable");
        assert!(matches!(chrome.how, Succession::Elsewhere(it) if it.contains("dl.google.com")));
    }

    #[test]
    fn successors_are_there_and_what_they_follow_is_not() {
        let rows = SUCCESSORS.all().chain(RENAMES.all());
        let (mut counted, mut broken) = (0, 0);
        for row in rows {
            let [key, distribution, from, packages, how, why] = row.columns();
            assert!(
                matches!(distribution, "debian" | "ubuntu" | "alpine" | "*"),
                "{row:?}"
            );
            assert!(
                matches!(how, "rename" | "by-hand" | "drop" | "elsewhere"),
                "{row:?}"
            );
            assert!(how == "rename" || !why.is_empty(), "{row:?}");
            assert!(how != "rename" || !packages.is_empty(), "{row:?}");
            assert!(how == "elsewhere" || !from.is_empty(), "{row:?}");
            let newest = match distribution {
                "debian" if from == "12" => Foundation::parse("debian:bookworm/plain"),
                "debian" => Foundation::parse("debian:trixie/plain"),
                "alpine" => Foundation::parse("alpine:3.24"),
                _ => continue,
            }
            .expect("a release");
            let is_there = |name: &str| {
                let name = name.split_once(':').map_or(name, |(name, _)| name);
                matches!(
                    package_presence(&newest, name),
                    PackagePresence::Present | PackagePresence::Provided
                )
            };
            if from != "sid" && how != "elsewhere" {
                assert!(!is_there(key), "{row:?}");
                let Some(last) = package_successor(&newest, key) else {
                    assert!(!SUCCESSORS.has(key) || from != "13", "{row:?}");
                    broken += 1;
                    continue;
                };
                for name in last.packages.split_whitespace() {
                    assert!(is_there(name), "{key}: {name}");
                    counted += 1;
                }
            }
        }
        assert!(counted > 2000 && broken < 3, "{counted} {broken}");
    }

    #[test]
    fn every_name_of_the_file_is_found_again() {
        let mut names = 0;
        for distribution in ["debian", "alpine"] {
            let section = Section::find(distribution).expect("a section");
            assert!(section.texts().count() > 4);
            for block in (0..section.blocks).step_by(7) {
                let at = section.block(block).expect("a block");
                assert_eq!(byte(at), Some(0));
                let name = bytes(at + 2, byte(at + 1).expect("a length")).expect("a name");
                let name = std::str::from_utf8(name).expect("UTF-8");
                assert!(
                    section.states(name).is_some_and(|states| states != 0),
                    "{name}"
                );
                names += 1;
            }
        }
        assert!(names > 500, "{names}");
    }
}
