//! What changes with a release of a distribution, from `release-changes.tsv`.
//!
//! What tells that a change matters: `command`, a program of this name is called, which the image brings no more;
//! `lost`, it is called (the first word), and a package is installed (the second) that brings it no more; `words`, a text stands
//! in the file; `called`, a program is called (the first word) with such a word
//! (`*`: any); `file`, a command reads or changes what the image had at this path; `number`, a user or group is made with this
//! number; `pip`, pip installs into the distribution's own Python; `version`, a package is installed whose version the release
//! decides, and whatever is written for it may notice; `asks`, one of these texts stands in the file, which ask for the release when
//! it is built; `owned`, this program is called on a tree of another user than its own; `zone`, a time zone is named that `tzdata` has no more;
//! `fetched`, a command fetches what has an address of this form (several, with blanks between); `unpacked`, an archive is unpacked into `/`, and its name is of none of
//! these forms; `merged`, a command gives a program that is in `/usr/bin` another name in `/bin`, or the other way round; `deleted`, this
//! file is deleted, which the image has; `group`, a user is put into this group; `needs`, a program is called (the first word) that needs
//! another one (the second), which the image brings no more; `xz`, tar unpacks what `xz` packed; `put`, something is put into a folder (the first word), where a package is
//! installed (the second).

use super::eol::end_of_life;
use super::foundation::{Distribution, Foundation};
use super::images::glob;
use super::table::{Table, table};

const CHANGES: Table = table!("release-changes.tsv");

/// What changes with a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseChange {
    /// What tells that it matters, and of what, see the top of this file.
    pub sign: ReleaseSign,
    /// Packages that bring what is gone; a blank stands between them. Of a number: the user that has it.
    pub packages: &'static str,
    /// What is to be known of it, or to be done.
    pub note: &'static str,
}

/// What tells that a change matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseSign {
    /// A program of this name is called.
    Command(&'static str),
    /// A program of the first name is called, and the package of the second name is installed.
    Lost(&'static str, &'static str),
    /// This text stands in the file.
    Words(&'static str),
    /// A program of the first name is called, with such a word; `*` is any.
    Called(&'static str, &'static str),
    /// A command reads or changes what the image had at this path.
    File(&'static str),
    /// A user or a group is made with this number.
    Number(&'static str),
    /// Pip installs into the distribution's own Python.
    Pip,
    /// One of these packages is installed; a blank stands between them, `*` is any text.
    Version(&'static str),
    /// One of these texts stands in the file; a blank stands between them.
    Asks(&'static str),
    /// This program is called on a tree of another user than its own.
    Owned(&'static str),
    /// A time zone is named by an older name.
    Zone,
    /// A command fetches what has an address of one of these forms; a blank stands between them.
    Fetched(&'static str),
    /// An archive is unpacked into `/`, whose name is of none of these forms.
    Unpacked(&'static str),
    /// A command puts a program of `/usr/bin` into `/bin`, or the other way round.
    Merged,
    /// This file of the image is deleted.
    Deleted(&'static str),
    /// A user is put into this group.
    Group(&'static str),
    /// A program of the first name is called, which needs the program of the second name.
    Needs(&'static str, &'static str),
    /// Tar unpacks what `xz` packed.
    Xz,
    /// Something is put into the folder, and the package of the second name is installed.
    Put(&'static str, &'static str),
}

impl ReleaseSign {
    /// Whether a name, or an address, is one of those that the sign lists.
    pub fn lists(self, name: &str) -> bool {
        match self {
            ReleaseSign::Version(names)
            | ReleaseSign::Fetched(names)
            | ReleaseSign::Unpacked(names) => names.split(' ').any(|it| glob(it, name)),
            _ => false,
        }
    }
}

/// What changes where an image comes from one release to another, in the order of the table. Where the old one is not known, or is
/// another distribution's, all that holds for the new one.
pub fn release_changes(
    old: Option<&Foundation>,
    new: &Foundation,
) -> impl Iterator<Item = ReleaseChange> + use<> {
    let product = product_of(new);
    let released = |foundation: &Foundation| {
        let product = product_of(foundation)?;
        end_of_life(product.1, foundation.release?)?.released
    };
    let before = old
        .filter(|it| it.distribution == new.distribution)
        .and_then(released);
    let after = released(new);
    let rows = CHANGES
        .rows("*")
        .chain(product.into_iter().flat_map(|it| CHANGES.rows(it.0)));
    rows.filter_map(move |row| {
        let [_, holds, sign, what, packages, note] = row.columns();
        if !holds.is_empty() {
            let day_of = |release| end_of_life(product?.1, release)?.released;
            let (since, until) = match holds.split_once('<') {
                Some((since, until)) => (day_of(since)?, Some(day_of(until)?)),
                None => (day_of(holds)?, None),
            };
            let is_in = |day| day >= since && until.is_none_or(|until| day < until);
            if before.is_some_and(is_in) || after.is_some_and(|day| !is_in(day)) {
                return None;
            }
        }
        let sign = match sign {
            "command" => ReleaseSign::Command(what),
            "lost" => {
                let (program, package) = what.split_once(' ')?;
                ReleaseSign::Lost(program, package)
            }
            "words" => ReleaseSign::Words(what),
            "called" => {
                let (program, word) = what.split_once(' ')?;
                ReleaseSign::Called(program, word)
            }
            "file" => ReleaseSign::File(what),
            "number" => ReleaseSign::Number(what),
            "pip" => ReleaseSign::Pip,
            "version" => ReleaseSign::Version(what),
            "asks" => ReleaseSign::Asks(what),
            "owned" => ReleaseSign::Owned(what),
            "zone" => ReleaseSign::Zone,
            "fetched" => ReleaseSign::Fetched(what),
            "unpacked" => ReleaseSign::Unpacked(what),
            "merged" => ReleaseSign::Merged,
            "deleted" => ReleaseSign::Deleted(what),
            "group" => ReleaseSign::Group(what),
            "needs" => {
                let (program, other) = what.split_once(' ')?;
                ReleaseSign::Needs(program, other)
            }
            "xz" => ReleaseSign::Xz,
            "put" => {
                let (folder, package) = what.split_once(' ')?;
                ReleaseSign::Put(folder, package)
            }
            _ => return None,
        };
        Some(ReleaseChange {
            sign,
            packages,
            note,
        })
    })
}

/// The distribution's name in the table, and that of `eol.tsv`.
fn product_of(foundation: &Foundation) -> Option<(&'static str, &'static str)> {
    match foundation.distribution {
        Distribution::Debian => Some(("debian", "debian")),
        Distribution::Ubuntu => Some(("ubuntu", "ubuntu")),
        Distribution::Alpine => Some(("alpine", "alpine-linux")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(old: Option<&'static str>, new: &'static str) -> Vec<ReleaseSign> {
        let read = |it| Foundation::parse(it).expect("a foundation");
        let changes = release_changes(old.map(read).as_ref(), &read(new));
        changes.map(|it| it.sign).collect()
    }

    #[test]
    fn changes_are_those_between_two_releases() {
        let apt_key = ReleaseSign::Command("apt-key");
        let list = ReleaseSign::File("/etc/apt/sources.list");
        let jump = signs(Some("debian:buster/slim"), "debian:trixie/slim");
        assert!(
            jump.contains(&apt_key) && jump.contains(&list) && jump.contains(&ReleaseSign::Pip)
        );
        let step = signs(Some("debian:bookworm/slim"), "debian:trixie/slim");
        assert!(step.contains(&apt_key) && !step.contains(&list));
        let short = signs(Some("debian:buster/slim"), "debian:bullseye/slim");
        assert!(!short.contains(&apt_key) && !short.contains(&list));
        let other = signs(Some("debian:buster/full"), "ubuntu:noble/plain");
        assert!(other.contains(&ReleaseSign::Number("1000")) && !other.contains(&apt_key));
        assert!(signs(None, "alpine:3.20").contains(&ReleaseSign::Pip));
        assert!(!signs(Some("alpine:3.19"), "alpine:3.20").contains(&ReleaseSign::Pip));
        // Coreutils 9.5 took back what 9.2 had changed.
        let mv = ReleaseSign::Called("mv", "-n");
        assert!(signs(Some("ubuntu:jammy/plain"), "ubuntu:noble/plain").contains(&mv));
        assert!(!signs(Some("ubuntu:jammy/plain"), "ubuntu:resolute/plain").contains(&mv));
    }

    #[test]
    fn every_row_is_read() {
        for row in CHANGES.all() {
            let [key, holds, _, _, _, note] = row.columns();
            let newest = match (key, holds) {
                ("*" | "debian", _) => "debian:trixie/plain",
                ("ubuntu", "24.04<25.04") => "ubuntu:noble/plain",
                ("ubuntu", _) => "ubuntu:resolute/plain",
                _ => "alpine:3.24",
            };
            let newest = Foundation::parse(newest).expect("a foundation");
            let mut read = release_changes(None, &newest);
            assert!(read.any(|it| it.note == note), "{}", row.line());
            let product = product_of(&newest).expect("a product").1;
            for release in holds.split('<').filter(|it| !it.is_empty()) {
                let is_known =
                    end_of_life(product, release).is_some_and(|it| it.released.is_some());
                assert!(is_known, "{}", row.line());
            }
        }
        assert!(ReleaseSign::Version("openjdk-*-jdk ruby").lists("openjdk-11-jdk"));
    }
}
