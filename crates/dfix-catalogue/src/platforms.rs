//! For which platforms images are made.
//!
//! A platform is written as in `--platform`, without `linux/`: `amd64`, `arm/v7`.

use super::table::{Table, table};
use super::tags::aliases;

const NAMES: Table = table!("platforms.tsv");
const IMAGES: Table = table!("image-platforms.tsv");
const OFFICIAL: Table = Table::new(include_str!("../data/official-platforms.tsv"));

/// The platform of Linux that a text names, as `--platform` takes it: `linux/arm64/v8` is `arm64`, `x86_64` is `amd64`. What no
/// table knows keeps its text. `None`: it names another system, or no processor.
pub fn platform(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let processor = match text.split_once('/') {
        Some(("linux", rest)) => rest,
        Some((first, _)) if NAMES.has(first) => &text,
        Some(_) => return None,
        None if matches!(&*text, "linux" | "windows" | "darwin" | "freebsd") => return None,
        None => &text,
    };
    if processor.is_empty() {
        return None;
    }
    // A variant that no row has is that of a newer processor of the same kind: `amd64/v3`, `arm64/v8`.
    let kind = processor.split('/').next().unwrap_or(processor);
    let row = NAMES.row(processor).or_else(|| NAMES.row(kind));
    Some(row.map_or_else(|| processor.to_owned(), |row| row.column(1).to_owned()))
}

/// The platform that the name of an image tells: `arm/v7` of `arm32v7/python`, which is the official image of that architecture.
pub fn platform_of_name(repository: &str) -> Option<&'static str> {
    let (folder, name) = repository.split_once('/')?;
    let is_official = super::is_official(name);
    let row = NAMES.row(folder).filter(|_| is_official)?;
    Some(row.column(1))
}

/// The platforms that an image is made for. `None`: it is not known.
///
/// `repository` is normalised (see [`super::normalise`]).
pub fn platforms_of_image(
    repository: &str,
    tag: &str,
) -> Option<impl Iterator<Item = &'static str> + use<>> {
    let folders = repository
        .match_indices('/')
        .map(|(at, _)| &repository[..=at]);
    let mut names = std::iter::once(repository).chain(folders);
    let row = names.find_map(|name| IMAGES.row(name)).or_else(|| {
        let first = aliases(repository, tag).next().unwrap_or(tag);
        OFFICIAL.row(&format!("{repository}:{first}"))
    })?;
    Some(row.words(1))
}

/// Whether an image is made for a platform, as [`platform`] gives it, or for one whose images it takes, too. `None`: it is not
/// known.
pub fn has_platform(repository: &str, tag: &str, platform: &str) -> Option<bool> {
    let mut made = platforms_of_image(repository, tag)?;
    let row = NAMES.row(platform);
    let is_fine = |it: &str| it == platform || row.is_some_and(|row| row.words(2).any(|x| x == it));
    Some(made.any(is_fine))
}

/// Whether any tag of an official image is known to be made for a platform. `None`: none of its tags is known.
pub fn was_ever_made_for(repository: &str, platform: &str) -> Option<bool> {
    let start = format!("{repository}:");
    let mut known = OFFICIAL.starting_with(&start).peekable();
    known.peek()?;
    Some(known.any(|row| row.words(1).any(|it| it == platform)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_have_names() {
        let named = |text| platform(text);
        for (text, wanted) in [
            ("linux/arm64/v8", "arm64"),
            ("linux/amd64", "amd64"),
            ("linux/amd64/v3", "amd64"),
            ("linux/arm", "arm/v7"),
            ("linux/arm/v6", "arm/v6"),
            ("x86_64", "amd64"),
            ("arm/v7", "arm/v7"),
            ("linux/sparc64", "sparc64"),
        ] {
            assert_eq!(named(text).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(named("windows/amd64"), None);
        assert_eq!(named("linux"), None);
        assert_eq!(platform_of_name("arm32v7/python"), Some("arm/v7"));
        assert_eq!(platform_of_name("amd64/python"), Some("amd64"));
        assert_eq!(platform_of_name("arm32v7/mine-own"), None);
        assert_eq!(platform_of_name("python"), None);
    }

    #[test]
    fn images_are_made_for_platforms() {
        assert_eq!(has_platform("node", "22-alpine", "arm/v7"), Some(true));
        assert_eq!(has_platform("node", "24-alpine", "arm/v7"), Some(false));
        assert_eq!(was_ever_made_for("alpine", "arm/v5"), Some(false));
        assert_eq!(was_ever_made_for("alpine", "arm/v6"), Some(true));
        assert_eq!(was_ever_made_for("acme/x", "amd64"), None);
        assert_eq!(has_platform("node", "22-trixie", "arm/v7"), Some(false));
        assert_eq!(has_platform("node", "22-bookworm", "arm/v7"), Some(true));
        // What is made for an older processor of the kind runs on a newer one.
        assert_eq!(has_platform("alpine", "3.22", "arm/v8"), Some(true));
        assert_eq!(has_platform("debian", "trixie", "mips64le"), Some(false));
        assert_eq!(
            has_platform("eclipse-temurin", "17-jdk-alpine", "arm64"),
            Some(false)
        );
        let uv = "ghcr.io/astral-sh/uv";
        assert_eq!(has_platform(uv, "0.13.9", "arm64"), Some(true));
        assert_eq!(has_platform(uv, "0.13.9", "s390x"), Some(false));
        assert_eq!(has_platform("dhi.io/node", "24", "arm/v7"), Some(false));
        assert_eq!(has_platform("example.com/x", "1", "arm64"), None);
        assert_eq!(has_platform("python", "3.6", "arm64"), None);
    }

    #[test]
    fn every_platform_of_an_image_has_a_name() {
        for row in OFFICIAL.all().chain(IMAGES.all()) {
            assert!(row.words(1).all(|it| NAMES.has(it)), "{}", row.line());
        }
    }
}
