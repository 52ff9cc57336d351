//! Reading: files of a bearable size, and `-` for standard input.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file of a project that is read.
const MOST_BYTES: u64 = 1 << 20;

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The system says so.
    Io(io::Error),
    /// It is a folder.
    Folder,
    /// It is a device, a pipe or a socket, which might never end.
    NotRegular,
    /// It has more bytes than were allowed.
    TooLarge,
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Unreadable::Io(error)
    }
}

/// The bytes of a regular file (perhaps behind a link), `most` of them at the most.
pub(crate) fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>, Unreadable> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(Unreadable::Folder);
    }
    if !metadata.is_file() {
        return Err(Unreadable::NotRegular);
    }
    if metadata.len() > most {
        return Err(Unreadable::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    // It may have grown since.
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Unreadable::TooLarge);
    }
    Ok(bytes)
}

thread_local! {
    /// Where files are read to, one after the other.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How much of a file is asked for at first.
const FIRST_BYTES: usize = 1 << 16;

/// Looks at the bytes of a file that is known to be a regular one, `most` of them at the most. They are not kept: most files
/// do not concern a rewrite.
pub(crate) fn with_regular<R>(
    path: &Path,
    most: u64,
    look: impl FnOnce(&[u8]) -> R,
) -> Result<R, Unreadable> {
    let mut file = File::open(path)?;
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.is_empty() {
            buffer.resize(FIRST_BYTES, 0);
        }
        let mut length = 0;
        loop {
            match file.read(&mut buffer[length..]) {
                Ok(0) => return Ok(look(&buffer[..length])),
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                    return Err(Unreadable::Folder);
                }
                Err(error) => return Err(error.into()),
            }
            if length as u64 > most {
                return Err(Unreadable::TooLarge);
            }
            if length == buffer.len() {
                buffer.resize(2 * length, 0);
            }
        }
    })
}

/// The text of a file of bearable size, or what is the matter with it.
pub(crate) fn bounded(file: &Path) -> Result<String, String> {
    text_of(bounded_bytes(file)?)
}

/// The same, where a mark at the beginning may tell that it is UTF-16: as pip reads lists of packages.
pub(crate) fn bounded_by_mark(file: &Path) -> Result<String, String> {
    let bytes = bounded_bytes(file)?;
    let units = |of: fn([u8; 2]) -> u16| {
        let pairs = bytes[2..].chunks_exact(2);
        let units: Vec<u16> = pairs.map(|it| of([it[0], it[1]])).collect();
        String::from_utf16(&units).map_err(|_| "is not UTF-16".to_owned())
    };
    match bytes.get(..2) {
        Some([0xff, 0xfe]) => units(u16::from_le_bytes),
        Some([0xfe, 0xff]) => units(u16::from_be_bytes),
        _ => text_of(bytes),
    }
}

fn bounded_bytes(file: &Path) -> Result<Vec<u8>, String> {
    read_bounded(file, MOST_BYTES).map_err(|cause| match cause {
        Unreadable::Folder | Unreadable::NotRegular => "is no regular file".to_owned(),
        Unreadable::TooLarge => format!("is larger than {} MiB", MOST_BYTES >> 20),
        Unreadable::Io(error) => format!("cannot be read: {error}"),
    })
}

fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())
}

/// The bytes of a file, or of standard input where the path is `-`.
pub(crate) fn read_or_stdin(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
