//! Whether sources of the build context are archives, which `ADD` unpacks: told by their first bytes, as the builder does.
//!
//! Source: Moby, `pkg/archive` (`DetectCompression`, `IsArchivePath`).

use crate::collect::model::Model;
use crate::context::Answer;
use crate::facts::context_files::matches;
use crate::handles::Word;
use crate::path::{ImagePath, file_name};
use crate::ternary::{OpenCondition, Ternary};
use dfix_catalogue::{FileMark, file_is};

/// What begins a compressed file: gzip, bzip2, xz, zstd.
const COMPRESSED: [&[u8]; 4] = [
    &[0x1f, 0x8b, 0x08],
    b"BZh",
    &[0xfd, b'7', b'z', b'X', b'Z', 0x00],
    &[0x28, 0xb5, 0x2f, 0xfd],
];

fn is_archive(bytes: &[u8]) -> bool {
    let is_tar = bytes.get(257..262) == Some(b"ustar");
    is_tar || COMPRESSED.iter().any(|start| bytes.starts_with(start))
}

/// What `ADD` makes of a source, which `COPY` would not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedSource {
    /// A file or folder of the build context, copied as it is.
    Plain,
    /// It is fetched from an address or a repository.
    Fetched,
    /// It is an archive, and unpacked.
    Unpacked,
    /// Not known.
    Unknown(OpenCondition),
}

/// What `ADD` makes of a source.
pub(crate) fn added_source(file: &Model<'_>, source: Word<'_>) -> AddedSource {
    if is_address(source.literal_prefix()) {
        return AddedSource::Fetched;
    }
    let Some(path) = source.value() else {
        return AddedSource::Unknown(OpenCondition::new(
            format!(
                "whether `{}` is an address, or an archive",
                source.source_text()
            ),
            "see what it stands for",
        ));
    };
    let name = file_name(path);
    if matches!(name, "" | "." | ".." | ".git") || file_is(name, FileMark::Plain) {
        return AddedSource::Plain;
    }
    if file_is(name, FileMark::Archive) {
        return AddedSource::Unpacked;
    }
    match may_be_archive(file, path) {
        Ternary::Yes => AddedSource::Unpacked,
        Ternary::No => AddedSource::Plain,
        Ternary::Unknown(open) => AddedSource::Unknown(open),
    }
}

/// Whether a source that begins so is one that the builder fetches, whatever follows: `https://…`.
fn is_address(prefix: &str) -> bool {
    let scheme = prefix.split_once("://").map(|it| it.0);
    scheme.is_some_and(|it| {
        !it.is_empty()
            && it
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b))
    }) || is_git_over_ssh(prefix)
}

/// Whether the builder takes the source for a repository behind ssh: `user@host:path` (BuildKit, `util/sshutil`,
/// `IsImplicitSSHTransport`).
fn is_git_over_ssh(path: &str) -> bool {
    let Some((user, rest)) = path.split_once('@') else {
        return false;
    };
    let Some((host, _)) = rest.split_once(':') else {
        return false;
    };
    let is_name = |text: &str, signs: &[u8]| {
        let mut bytes = text.bytes();
        !text.is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || signs.contains(&b))
    };
    is_name(user, b"-_.") && is_name(host, b"-.")
}

/// More names than this no pattern is looked up among.
const MOST_NAMES: usize = 10_000;

/// Whether a source, which may be a pattern in any of its parts, is an archive of the build context, or names one among
/// others. Folders are none.
pub(crate) fn may_be_archive(file: &Model<'_>, source: &str) -> Ternary {
    let unknown = |remedy: &str| {
        Ternary::unknown(
            format!("whether `{source}` is an archive, which `ADD` unpacks"),
            remedy,
        )
    };
    let away = "run dfix where the build context is, or look at the file";
    let absent = "nothing in the build context is called that now: look at what is put there before the build";
    let Some(paths) = named_by(file, source) else {
        return unknown(away);
    };
    let mut answer = None;
    for path in paths {
        match of_file(file, &path) {
            Answer::Found(true) => return Ternary::Yes,
            Answer::Found(false) => answer = answer.or(Some(Ternary::No)),
            Answer::Absent => return unknown(absent),
            Answer::Unknown(_) => return unknown(away),
        }
    }
    answer.unwrap_or_else(|| unknown(absent))
}

/// The paths in the build context that a source names; `None` where a folder cannot be listed.
fn named_by(file: &Model<'_>, source: &str) -> Option<Vec<String>> {
    let whole = ImagePath::root().join(source);
    let mut paths = vec![ImagePath::root()];
    let mut looked_at = 0;
    let mut parts = whole.parts().peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        if !part.contains(['*', '?', '[']) {
            paths = paths.iter().map(|path| path.join(part)).collect();
            continue;
        }
        let mut fitting = Vec::new();
        for path in &paths {
            let inside = path.below(&ImagePath::root()).unwrap_or_default();
            let names = match file.context().list(inside) {
                Answer::Found(names) => names,
                Answer::Absent => continue,
                Answer::Unknown(_) => return None,
            };
            looked_at += names.len();
            if looked_at > MOST_NAMES {
                return None;
            }
            let fits = |name: &str| matches(part.as_bytes(), name.as_bytes());
            let folders = names.iter().filter(|name| is_last || name.ends_with('/'));
            let fits = folders
                .map(|name| name.trim_end_matches('/'))
                .filter(|name| fits(name));
            fitting.extend(fits.map(|name| path.join(name)));
        }
        paths = fitting;
    }
    let context = file.context();
    let is_pattern = source.contains(['*', '?', '[']);
    let of_context = paths
        .iter()
        .filter_map(|path| path.below(&ImagePath::root()));
    // What the pattern's folders do not all have is not named by it.
    let is_there = |path: &&str| {
        !is_pattern
            || !matches!(context.first_bytes(path), Answer::Absent)
            || matches!(context.list(path), Answer::Found(_))
    };
    Some(of_context.filter(is_there).map(str::to_owned).collect())
}

/// Of one path.
fn of_file(file: &Model<'_>, path: &str) -> Answer<bool> {
    let context = file.context();
    if matches!(context.list(path), Answer::Found(_)) {
        return Answer::Found(false);
    }
    match context.first_bytes(path) {
        Answer::Found(bytes) => Answer::Found(is_archive(&bytes)),
        Answer::Absent => Answer::Absent,
        Answer::Unknown(why) => Answer::Unknown(why),
    }
}

#[cfg(test)]
mod tests {
    use super::is_archive;

    #[test]
    fn archives_are_told_by_their_first_bytes() {
        let mut tar = vec![0; 257];
        tar.extend(b"ustar\0");
        for archive in [
            &[0x1f, 0x8b, 0x08, 0][..],
            b"BZh9",
            b"\xfd7zXZ\0",
            &[0x28, 0xb5, 0x2f, 0xfd],
            &tar,
        ] {
            assert!(is_archive(archive), "{archive:?}");
        }
        for other in [&b"\x7fELF"[..], b"PK\x03\x04", b"", b"text ustar"] {
            assert!(!is_archive(other), "{other:?}");
        }
    }
}
