//! What Git LFS leaves in the place of a file: a pointer, where the file itself was not fetched.
//!
//! Source: the specification of Git LFS, `docs/spec.md`: lines of a key and a value, the first of them `version`, less than 1,024
//! bytes in all.

/// How a pointer begins; no other file does.
const BEGINNING: &str = "version https://git-lfs.github.com/spec/";

/// How many bytes a file has that may be a pointer, and is worth to be read for it: the first line has 43, that of the hash 76,
/// and that of the size up to 25. Pointers with lines of extensions are rare, and longer.
pub const MAY_BE_POINTER: std::ops::RangeInclusive<u64> = 120..=200;

/// Whether these are the first bytes of a pointer.
pub fn is_pointer(bytes: &[u8]) -> bool {
    bytes.starts_with(BEGINNING.as_bytes())
}

/// How many bytes the file has for which this pointer stands; none where the text is no pointer.
pub fn size_of_pointed(text: &str) -> Option<u64> {
    let lines = is_pointer(text.as_bytes()).then(|| text.lines())?;
    let mut sizes = lines.filter_map(|line| line.strip_prefix("size "));
    sizes.next()?.trim().parse().ok()
}

/// Why what such a file holds is not known, as a short sentence.
pub fn is_kept_elsewhere(path: &str) -> String {
    format!("{path} is kept in Git LFS, and only its pointer is here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_tell_the_size() {
        let pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 114547552\n";
        assert_eq!(size_of_pointed(pointer), Some(114_547_552));
        assert_eq!(size_of_pointed("size 12\n"), None);
        assert_eq!(
            size_of_pointed("version https://git-lfs.github.com/spec/v1\n"),
            None
        );
    }
}
