//! Why a file is left as it is, without a look at what it says.

use std::io::ErrorKind;

use dfix_syntax::{Parse, SyntaxKind};

use crate::file_error::FileError;
use crate::input::Unreadable;
use crate::lines::Lines;

/// The largest Dockerfile that is looked at. Real ones are a few kilobytes.
pub(super) const MOST_BYTES: u64 = 5 << 20;

/// How many instructions and commands are looked at in one file. What somebody wrote has some hundreds; of a machine's work with
/// more, each could be asked for with each other one.
const MOST_STEPS: usize = 10_000;

/// So many bytes cannot hold more.
const FEW_BYTES: usize = 4 * MOST_STEPS;

pub(super) fn unreadable(cause: Unreadable) -> FileError {
    match cause {
        Unreadable::Folder => FileError::new("is a folder, not a Dockerfile"),
        Unreadable::NotRegular => FileError::new("is no regular file, not a Dockerfile"),
        Unreadable::TooLarge => too_large(),
        Unreadable::Io(cause) => {
            let error = FileError::new(format!("cannot be read: {cause}"));
            match cause.kind() {
                ErrorKind::PermissionDenied => {
                    error.with_remedy("give yourself permission to read it, or leave it out")
                }
                _ => error,
            }
        }
    }
}

pub(super) fn foreign(frontend: &str) -> FileError {
    FileError::new(format!(
        "is read by the frontend `{frontend}`, which is not Docker's, so it was left alone"
    ))
}

/// Why a file is left that has too many instructions and commands, if it has.
pub(super) fn too_long(text: &str, parsed: &Parse) -> Option<FileError> {
    if text.len() <= FEW_BYTES {
        return None;
    }
    let nodes = parsed.syntax().descendants();
    let steps = nodes.filter(|it| it.kind().is_instruction() || it.kind() == SyntaxKind::COMMAND);
    (steps.count() > MOST_STEPS).then(|| {
        FileError::new(format!(
            "has more than {MOST_STEPS} instructions and commands, so it was not looked at"
        ))
        .with_remedy("exclude it in dfix.toml, or part it into several Dockerfiles")
    })
}

pub(super) fn too_large() -> FileError {
    let most = MOST_BYTES >> 20;
    FileError::new(format!(
        "is larger than {most} MiB, which no Dockerfile is, so it was not looked at"
    ))
    .with_remedy("exclude it in dfix.toml, or keep data out of Dockerfiles")
}

pub(super) fn not_utf8(bytes: &[u8], error: std::str::Utf8Error) -> FileError {
    let offset = error.valid_up_to();
    let valid = String::from_utf8_lossy(&bytes[..offset]);
    let error = FileError::new(format!(
        "is not UTF-8: byte {offset} is {:#04x}",
        bytes[offset]
    ))
    .at(Lines::new(&valid).place(offset));
    error.with_remedy(
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            "it looks like UTF-16; save it as UTF-8"
        } else {
            "save it as UTF-8"
        },
    )
}

#[cfg(test)]
mod tests {
    use super::not_utf8;

    #[test]
    fn bytes_that_are_not_utf8_have_a_place() {
        let bytes = [b"FROM a\nRUN ".as_slice(), b"\xe9\n"].concat();
        let error = not_utf8(&bytes, std::str::from_utf8(&bytes).unwrap_err());
        assert_eq!(error.place, Some((2, 5)));
        assert_eq!(error.message, "is not UTF-8: byte 11 is 0xe9");
    }
}
