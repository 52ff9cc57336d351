//! What is said of images beside what their own configuration tells.

use super::table::{Table, table};

const MARKS: Table = table!("image-marks.tsv");

/// What may be said of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageMark {
    /// It is there to run ASP.NET Core, which listens where its variables say.
    AspNet,
    /// It is a distribution's own, so that its version is the release.
    Distribution,
    /// Its entry point is none, or runs what it is given in either form.
    HandsOn,
    /// Its configuration names no `SHELL`, although it is no official image.
    KeepsShell,
    /// Its hardened form listens on the ports on which it does.
    KeepsPorts,
    /// It keeps data that another major version of it may not open.
    KeepsData,
    /// It keeps lists of packages beside the distribution's.
    OwnLists,
    /// Its program trusts certificates of its own, which `update-ca-certificates` leaves as they are.
    OwnTrust,
    /// Its entry point is a script of `sh`, which other names of variables than a shell's own are lost in.
    ScriptAtStart,
    /// It keeps data in the order of texts that its C library has: with another release of that, indexes are wrong.
    SortsTexts,
    /// What its entry point starts holds no output back: AWS's runtime client for Python takes the place of both streams
    /// (aws/aws-lambda-python-runtime-interface-client, `bootstrap.py`).
    Unbuffered,
}

impl ImageMark {
    const fn word(self) -> &'static str {
        match self {
            ImageMark::AspNet => "asp-net",
            ImageMark::Distribution => "distribution",
            ImageMark::HandsOn => "hands-on",
            ImageMark::KeepsData => "keeps-data",
            ImageMark::KeepsPorts => "keeps-ports",
            ImageMark::KeepsShell => "keeps-shell",
            ImageMark::OwnLists => "own-lists",
            ImageMark::OwnTrust => "own-trust",
            ImageMark::ScriptAtStart => "script-at-start",
            ImageMark::SortsTexts => "sorts-texts",
            ImageMark::Unbuffered => "unbuffered",
        }
    }
}

/// Whether an image (by its repository's one name, see [`super::normalise`]) has the mark, in all its
/// versions. `false` says nothing of one that is not listed.
pub fn image_is(repository: &str, mark: ImageMark) -> bool {
    MARKS
        .row(repository)
        .is_some_and(|row| row.lists(1, ' ', mark.word()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_marked() {
        assert!(image_is("python", ImageMark::HandsOn) && !image_is("nginx", ImageMark::HandsOn));
        let marks = [
            ImageMark::AspNet,
            ImageMark::Distribution,
            ImageMark::HandsOn,
            ImageMark::KeepsData,
            ImageMark::KeepsPorts,
            ImageMark::KeepsShell,
            ImageMark::OwnLists,
            ImageMark::OwnTrust,
            ImageMark::ScriptAtStart,
            ImageMark::SortsTexts,
            ImageMark::Unbuffered,
        ];
        for row in MARKS.all() {
            let mut words = row.words(1);
            assert!(
                words.all(|it| marks.iter().any(|mark| mark.word() == it)),
                "{}",
                row.line()
            );
        }
    }
}
