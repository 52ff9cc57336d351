//! Whether sources of the build context are archives, which `ADD` unpacks: told by their first bytes, as the builder does.
//!
//! Source: Moby, `pkg/archive` (`DetectCompression`, `IsArchivePath`).

use crate::collect::model::Model;
use crate::context::Answer;
use crate::facts::context_files::matches;
use crate::path::{ImagePath, file_name};
use crate::ternary::Ternary;

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

/// Whether a source, which may be a pattern in its last part, is an archive of the build context, or holds one among the
/// files that it names. Folders are none.
pub(crate) fn may_be_archive(file: &Model<'_>, source: &str) -> Ternary {
    let unknown = || {
        Ternary::unknown(
            format!("whether `{source}` is an archive, which `ADD` unpacks"),
            "run dfix where the build context is, or look at the file",
        )
    };
    let root = ImagePath::root();
    let whole = root.join(source);
    let is_pattern = |text: &str| text.contains(['*', '?', '[']);
    if !is_pattern(source) {
        return of_file(file, whole.below(&root).unwrap_or_default()).unwrap_or_else(unknown);
    }
    let folder = whole.parent().unwrap_or_else(ImagePath::root);
    let inside = folder.below(&root).unwrap_or_default().to_owned();
    if is_pattern(&inside) {
        return unknown();
    }
    let Answer::Found(names) = file.context().list(&inside) else {
        return unknown();
    };
    let pattern = file_name(whole.as_str());
    let mut answer = None;
    for name in names
        .iter()
        .filter(|name| matches(pattern.as_bytes(), name.trim_end_matches('/').as_bytes()))
    {
        let path = folder.join(name);
        let one = of_file(file, path.below(&root).unwrap_or_default());
        match one {
            Some(Ternary::Yes) => return Ternary::Yes,
            Some(_) => answer = answer.or(Some(Ternary::No)),
            None => return unknown(),
        }
    }
    answer.unwrap_or_else(unknown)
}

/// Of one path; `None` where that is not known.
fn of_file(file: &Model<'_>, path: &str) -> Option<Ternary> {
    let context = file.context();
    if matches!(context.list(path), Answer::Found(_)) {
        return Some(Ternary::No);
    }
    match context.first_bytes(path) {
        Answer::Found(bytes) if is_archive(&bytes) => Some(Ternary::Yes),
        Answer::Found(_) => Some(Ternary::No),
        Answer::Absent | Answer::Unknown(_) => None,
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
