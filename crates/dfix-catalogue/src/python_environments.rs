//! Releases of Python by the tags of its official image, and the pip that their environments have.

use super::table::Table;

const PIPS: Table = Table::new(include_str!("../data/python-environments.tsv"));

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
/// 19.3, which does not take manylinux2014 wheels. `None`: what Python brings will do, or nothing is known.
pub fn pip_for_environments(tag: &str) -> Option<&'static str> {
    let (minor, patch) = python_release(tag)?;
    let number = |text: &str| text.parse::<u16>().ok();
    let row = PIPS
        .rows(&minor.to_string())
        .find(|row| match (patch, number(row.column(2))) {
            (Some(patch), last) => {
                number(row.column(1)).is_some_and(|first| patch >= first)
                    && last.is_none_or(|last| patch <= last)
            }
            (None, last) => last.is_none(),
        })?;
    Some(row.column(3))
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
        assert_eq!(pip_for_environments("latest"), None);
    }
}
