//! Releases of distributions by the words that tags and foundations call them by.

use super::foundation::Foundation;
use super::table::{Table, table};

const RELEASES: Table = table!("releases.tsv");

/// Whether a word of a tag names a release of a distribution, or a distribution: `trixie`, `alpine3.23`.
pub fn names_release(word: &str) -> bool {
    from_tag_words(word).is_some()
}

/// The release that the words of a tag or a repository tell: `3.11-bookworm`, `8.0-jammy`, `alpine3.20`.
pub(super) fn from_tag_words(tag: &str) -> Option<Foundation> {
    tag.split(['-', '_', '/']).find_map(|word| {
        let listed = RELEASES.row(word).map_or("", |row| row.column(1));
        if !listed.is_empty() {
            return Foundation::parse(listed);
        }
        // Another version of Alpine is one all the same.
        word.starts_with("alpine")
            .then(|| Foundation::parse("alpine:?"))?
    })
}

/// What may be said of a release of Debian, Ubuntu or Alpine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReleaseMark {
    /// It has no venv module for its Python 3.
    NoVenv,
    /// Its pip is older than 6, and knows neither caches nor how to do without.
    OldPip,
    /// The newest pip for its Python 3 is one that builds by the wheel which is installed, where it finds one: 24.0 for
    /// Python 3.7, 25.0.1 for 3.8 (pip's list of changes).
    PipBuildsByWheel,
    /// Its command `python` is Python 2, where it is installed.
    Python2,
    /// Its Python 3 is older than 3.12: an environment of it has setuptools.
    Setuptools,
    /// It is one of Ubuntu's up to 22.10: with `adduser`, and still without a user of its own.
    Until2210,
    /// uv installs into its Python 3, which is 3.8 or later (pkgs.alpinelinux.org, python3), and on Ubuntu 3.10 or later: into
    /// Debian's own before that it does not.
    UvInstalls,
}

impl ReleaseMark {
    const fn word(self) -> &'static str {
        match self {
            ReleaseMark::NoVenv => "no-venv",
            ReleaseMark::OldPip => "old-pip",
            ReleaseMark::PipBuildsByWheel => "pip-by-wheel",
            ReleaseMark::Python2 => "python-2",
            ReleaseMark::Setuptools => "setuptools",
            ReleaseMark::Until2210 => "until-22.10",
            ReleaseMark::UvInstalls => "uv-installs",
        }
    }
}

/// Whether the release of Debian or Ubuntu of this code name, or of Alpine (`alpine3.20`), has the mark; see
/// [`Foundation::release`]. `false` says nothing of a name that is not listed.
pub fn release_is(code_name: &str, mark: ReleaseMark) -> bool {
    RELEASES
        .row(code_name)
        .is_some_and(|row| row.lists(2, ' ', mark.word()))
}

/// Whether the release of Ubuntu is one up to 22.10.
pub(super) fn is_up_to_22_10(release: &str) -> bool {
    release_is(release, ReleaseMark::Until2210)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_marked() {
        assert!(
            release_is("jessie", ReleaseMark::OldPip)
                && !release_is("stretch", ReleaseMark::OldPip)
        );
        assert!(release_is("bookworm", ReleaseMark::Setuptools));
        assert!(!release_is("noble", ReleaseMark::Setuptools));
        assert!(
            release_is("eoan", ReleaseMark::Python2) && !release_is("focal", ReleaseMark::Python2)
        );
        assert!(
            release_is("trusty", ReleaseMark::NoVenv) && !release_is("xenial", ReleaseMark::NoVenv)
        );
        assert!(is_up_to_22_10("kinetic") && !is_up_to_22_10("lunar") && !is_up_to_22_10("jessie"));
        let marks = [
            ReleaseMark::NoVenv,
            ReleaseMark::OldPip,
            ReleaseMark::PipBuildsByWheel,
            ReleaseMark::Python2,
            ReleaseMark::Setuptools,
            ReleaseMark::Until2210,
            ReleaseMark::UvInstalls,
        ];
        for row in RELEASES.all() {
            let mut words = row.words(2);
            assert!(
                words.all(|it| marks.iter().any(|mark| mark.word() == it)),
                "{}",
                row.line()
            );
        }
    }
}
