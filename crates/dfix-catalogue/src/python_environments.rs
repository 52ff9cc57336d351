//! Releases of Python by the tags of its official image, and the pip that their environments have.

use super::table::{Row, Table};

const PIPS: Table = Table::new(include_str!("../data/python-environments.tsv"));
const TOOLS: Table = Table::new(include_str!("../data/python-image-tools.tsv"));

/// The minor and patch version of Python 3 that a tag of its official image names.
pub fn python_release(tag: &str) -> Option<(u16, Option<u16>)> {
    let version = tag.split('-').next()?;
    let mut parts = version.strip_prefix("3.")?.split('.');
    let minor = parts.next()?.parse().ok()?;
    Some((minor, parts.next().and_then(|patch| patch.parse().ok())))
}

/// The pip to put into an environment of an official image that has a newer one than Python itself brings
/// along for environments: the last that keeps to the image's habits (the resolver changed with 20.3). Up
/// to Python 3.6, and in the first releases of 3.7 and 3.8, ensurepip makes environments with a pip before
/// 19.3, which does not take manylinux2014 wheels; in some releases of the summer of 2021 one before 21.2, which does not
/// take musllinux wheels on Alpine (PEP 656). `None`: what Python brings will do, or nothing is known.
pub fn pip_for_environments(tag: &str) -> Option<&'static str> {
    let is_alpine = tag.contains("alpine");
    let is_of_image = |row: &Row| is_alpine || row.column(4) != "alpine";
    Some(rows_of(PIPS, tag).find(is_of_image)?.column(3))
}

/// Whether some image of a minor version of Python 3 needs another pip in its environments than Python brings along.
pub fn is_pip_told(minor: u16) -> bool {
    let minor = minor.to_string();
    PIPS.rows(&minor).any(|it| it.column(4) != "alpine")
}

/// What an official image up to Python 3.11 has installed to build packages with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageTools {
    /// The version of setuptools. An environment of the same image gets an older one by ensurepip, and no wheel.
    pub setuptools: &'static str,
    /// Whether the pip that its environments have builds by a package's `setup.py` with what is installed only where
    /// wheel is, too (pip 23.1 and later), and else apart from it, with the newest setuptools.
    pub pip_asks_for_wheel: bool,
}

/// The tools of the official image of this tag; `None`: it has none, or nothing is known.
pub fn tools_of_image(tag: &str) -> Option<ImageTools> {
    let row = row_of(TOOLS, tag)?;
    Some(ImageTools {
        setuptools: row.column(3),
        pip_asks_for_wheel: row.column(4) == "asks",
    })
}

/// The row that speaks of the release that a tag names.
fn row_of(table: Table, tag: &str) -> Option<Row> {
    rows_of(table, tag).next()
}

/// The rows that speak of the release that a tag names.
fn rows_of(table: Table, tag: &str) -> impl Iterator<Item = Row> {
    let number = |text: &str| text.parse::<u16>().ok();
    python_release(tag)
        .into_iter()
        .flat_map(move |(minor, patch)| {
            let is_of_it = move |row: &Row| match (patch, number(row.column(2))) {
                (Some(patch), last) => {
                    number(row.column(1)).is_some_and(|first| patch >= first)
                        && last.is_none_or(|last| patch <= last)
                }
                (None, last) => last.is_none(),
            };
            let rows: Vec<Row> = table.rows(&minor.to_string()).filter(is_of_it).collect();
            rows
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_images_with_a_newer_pip_than_their_python_brings() {
        assert_eq!(pip_for_environments("3.6-slim"), Some("21.3.1"));
        assert_eq!(pip_for_environments("3.6.7"), Some("20.2.4"));
        assert_eq!(pip_for_environments("3.6.1"), None);
        assert_eq!(pip_for_environments("3.7.4-slim-buster"), Some("20.2.4"));
        assert_eq!(pip_for_environments("3.7"), None);
        assert_eq!(pip_for_environments("3.4"), Some("19.0.3"));
        assert_eq!(pip_for_environments("3.12-alpine"), None);
        assert_eq!(pip_for_environments("3.9.6-alpine"), Some("21.2.4"));
        assert_eq!(pip_for_environments("3.9.6-slim"), None);
        assert_eq!(pip_for_environments("3.7.4-alpine"), Some("20.2.4"));
        assert_eq!(pip_for_environments("latest"), None);
    }

    #[test]
    fn images_up_to_3_11_have_tools_to_build_with() {
        let of = |tag| tools_of_image(tag).map(|it| (it.setuptools, it.pip_asks_for_wheel));
        assert_eq!(of("3.11-slim-bookworm"), Some(("79.0.1", true)));
        assert_eq!(of("3.11.9"), Some(("65.5.1", true)));
        assert_eq!(of("3.11.3-slim"), Some(("65.5.1", false)));
        assert_eq!(of("3.9-alpine"), Some(("79.0.1", false)));
        assert_eq!(of("3.9.18"), Some(("58.1.0", false)));
        assert_eq!(of("3.9.2"), None);
        assert_eq!(of("3.12"), None);
        assert_eq!(of("latest"), None);
    }
}
