//! What programs need that are copied out of an image, and which files are none.

use super::table::{Table, table};

const IMAGES: Table = table!("copied-images.tsv");
const TEXTS: Table = table!("text-files.tsv");

/// What is copied out of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopiedPrograms {
    /// Programs that need nothing but the C library.
    Static {
        /// Whether they ask other hosts for something over https, and read the certificates of the image that
        /// they are copied to.
        ask_servers: bool,
    },
    /// Scripts, styles, bytecode: where the image is not based on Alpine.
    Text,
}

/// What is known of what is copied out of an image of this name, a mirror of it included.
pub fn copied_programs(image: &str) -> Option<CopiedPrograms> {
    let mirrored = image.match_indices('/').map(|(at, _)| &image[at + 1..]);
    let row = std::iter::once(image)
        .chain(mirrored)
        .find_map(|name| IMAGES.row(name))?;
    Some(match row.column(1) {
        "static" => CopiedPrograms::Static {
            ask_servers: row.column(2) == "servers",
        },
        _ => CopiedPrograms::Text,
    })
}

/// Whether the name of a file or folder tells that it holds text or bytecode, and no program of the machine.
pub fn is_text_file(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let name = path.rfind('/').map_or(path, |at| &path[at + 1..]);
    let ending = name.rfind('.').map(|at| format!("*{}", &name[at..]));
    TEXTS.has(name) || ending.is_some_and(|ending| TEXTS.has(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_are_copied_from_are_known() {
        let asks = |ask_servers| Some(CopiedPrograms::Static { ask_servers });
        assert_eq!(copied_programs("golang"), asks(true));
        assert_eq!(copied_programs("ghcr.io/astral-sh/uv"), asks(false));
        assert_eq!(copied_programs("mirror.example.com/golang"), asks(true));
        assert_eq!(copied_programs("node"), Some(CopiedPrograms::Text));
        assert_eq!(copied_programs("rust"), None);
        assert!(is_text_file("/app/dist/") && is_text_file("a/main.min.js"));
        assert!(!is_text_file("/usr/local/bin/app") && !is_text_file("/opt/lib.so"));
        for row in IMAGES.all() {
            assert!(matches!(row.column(1), "static" | "text"), "{}", row.line());
        }
    }
}
