//! Hardened images of Docker and Chainguard that take the place of others, from `hardened-images.tsv`,
//! `hardened-tags.tsv` and `chainguard-packages.tsv`.

use super::foundation::{Distribution, Foundation};
use super::images::image;
use super::table::{Row, Table, table};
use super::tags::version_of;

const IMAGES: Table = table!("hardened-images.tsv");
const TAGS: Table = table!("hardened-tags.tsv");
const PACKAGES: Table = table!("chainguard-packages.tsv");

/// One of Docker's hardened images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HardenedImage {
    /// Its name below the registry.
    pub name: &'static str,
    /// The tag.
    pub tag: &'static str,
    /// Whether the tag names exactly the version of the old one, as far as that has numbers.
    pub keeps_version: bool,
    /// What it is based on.
    pub foundation: Option<Foundation>,
    /// Whether it is one to build with: with a shell and a package manager, run by root.
    pub is_dev: bool,
    /// The user that a container runs as.
    pub user: &'static str,
    /// Whether it has a shell.
    pub has_shell: bool,
    /// The ports that it listens on.
    pub ports: &'static str,
    /// Its entry point; words with a blank between them.
    pub entrypoint: &'static str,
    /// Its command.
    pub command: &'static str,
    users: &'static str,
    packages: &'static str,
}

impl HardenedImage {
    /// Whether it has a user of this name.
    pub fn has_user(&self, name: &str) -> bool {
        let mut users = self.users.split(' ').filter_map(|it| it.split('/').next());
        name == "root" || users.any(|it| it == name)
    }

    /// Whether this package is among those that it is made of. Libraries are not told.
    pub fn has_package(&self, name: &str) -> bool {
        self.packages.split(' ').any(|it| it == name)
    }
}

/// Programs of an image that hardened ones in its place lack. `repository` is normalised.
pub fn hardened_image_lacks(repository: &str) -> impl Iterator<Item = &'static str> + use<> {
    IMAGES
        .row(repository)
        .into_iter()
        .flat_map(|row| row.words(3))
}

/// The ports that Chainguard's image in the place of another listens on by itself, where the other listens on others. `repository` is
/// normalised.
pub fn chainguard_ports(repository: &str) -> impl Iterator<Item = &'static str> + use<> {
    let row = IMAGES.row(repository);
    row.into_iter().flat_map(|row| row.words(4))
}

/// Folders (with a slash at the end) and files of an image that may be elsewhere in hardened ones. `repository` is normalised.
pub fn hardened_folders(repository: &str) -> impl Iterator<Item = &'static str> + use<> {
    let row = IMAGES.row(repository);
    row.into_iter().flat_map(|row| row.words(5))
}

/// Whether Docker has a hardened image in the place of this one. `repository` is normalised.
pub fn has_hardened_image(repository: &str) -> bool {
    IMAGES
        .row(repository)
        .is_some_and(|row| !row.column(1).is_empty())
}

/// Docker's hardened image that takes the place of another: of the same version and variant, on the same release of the
/// distribution or the newest. `is_dev`: one to build with. `None`: none is known.
pub fn hardened_image(repository: &str, tag: &str, is_dev: bool) -> Option<HardenedImage> {
    let named = IMAGES.row(repository)?.column(1);
    let (name, variant) = named.split_once(':').unwrap_or((named, ""));
    let ground = image(repository, tag).foundation;
    let wanted = Wanted::of(repository, tag, variant)?;
    let is_base = matches!(repository, "debian" | "alpine");
    let mut best: Option<(Distance, HardenedImage)> = None;
    for row in TAGS.rows(name) {
        let foundation = Foundation::parse(row.column(2));
        let (Some(old), Some(new)) = (&ground, &foundation) else {
            continue;
        };
        if family(old) != family(new) || (is_base && old.same_release(new) != Some(true)) {
            continue;
        }
        for text in row.words(1) {
            let found = Tag::of(text);
            let is_it = if is_base {
                found.words.is_empty()
            } else {
                found.words == wanted.words && found.version.starts_with(wanted.series())
            };
            if found.is_dev != is_dev || !is_it {
                continue;
            }
            let distance = Distance {
                is_other_release: old.same_release(new) != Some(true),
                form: found.system.abs_diff(wanted.system),
                is_other_version: !is_base && !found.version.starts_with(&wanted.version),
                length: found.version.len().abs_diff(wanted.length),
                release: std::cmp::Reverse(row.column(2)),
                version: std::cmp::Reverse(found.version.clone()),
                text: text.len(),
            };
            if best.as_ref().is_none_or(|(least, _)| distance < *least) {
                let keeps_version = !distance.is_other_version;
                best = Some((distance, of_row(row, text, keeps_version)));
            }
        }
    }
    best.map(|(_, image)| image)
}

/// The image of Chainguard that takes the place of another: the one to build with, or for a tag with `jre` the one to run.
/// `None`: none is known, or the tag has a variant that there is none of.
pub fn chainguard_image(repository: &str, tag: &str) -> Option<&'static str> {
    let named = Some(IMAGES.row(repository)?.column(2)).filter(|it| !it.is_empty())?;
    let (build, run) = named.split_once('|').unwrap_or((named, named));
    let mut words = tag.split('-').enumerate();
    let is_known = |(place, word): (usize, &str)| {
        let is_version = place == 0 && word.starts_with(|it: char| it.is_ascii_digit());
        let is_java = word.trim_end_matches(|it: char| it.is_ascii_digit());
        let is_day = word.len() >= 8 && word.bytes().all(|it| it.is_ascii_digit());
        is_version
            || is_day
            || !numbers(word).is_empty()
            || super::releases::from_tag_words(word).is_some()
            || matches!(is_java, "jdk" | "jre" | "openjdk" | "eclipse" | "temurin")
            || matches!(
                word,
                "latest" | "slim" | "stable" | "mainline" | "lts" | "cli"
            )
            || repository == "debian"
            || repository == "ubuntu"
    };
    words.all(is_known).then(|| {
        let is_runtime = tag.split('-').any(|it| it == "jre");
        if is_runtime { run } else { build }
    })
}

/// The packages of Chainguard's images that take the place of one of a distribution: words with a blank between them.
/// `None`: it is not known to be called otherwise.
pub fn chainguard_packages(name: &str) -> Option<&'static str> {
    Some(PACKAGES.row(name)?.column(1))
}

/// How far a tag is from the old one; the first that differs decides.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    is_other_version: bool,
    is_other_release: bool,
    form: u8,
    length: usize,
    version: std::cmp::Reverse<Vec<u32>>,
    release: std::cmp::Reverse<&'static str>,
    text: usize,
}

/// What is looked for.
struct Wanted {
    version: Vec<u32>,
    /// How many numbers the tag has.
    length: usize,
    /// How many numbers a series of the image has.
    series: usize,
    words: Vec<String>,
    /// How the tag names its system, see [`Tag::system`].
    system: u8,
}

impl Wanted {
    fn of(repository: &str, tag: &str, variant: &str) -> Option<Wanted> {
        let mut words: Vec<String> = Vec::new();
        if !variant.is_empty() {
            words.push(variant.to_owned());
        }
        let (mut version, mut system, mut is_jre) = (Vec::new(), 0, false);
        let mut before = "";
        for (place, word) in tag.split('-').enumerate() {
            let last = std::mem::replace(&mut before, word);
            let numbers = numbers(word);
            if place == 0 && !numbers.is_empty() {
                version = numbers;
            } else if super::releases::from_tag_words(word).is_some() {
                system = if word == "alpine" { 1 } else { 2 };
            } else if matches!(last, "temurin" | "jdk" | "openjdk") && !numbers.is_empty() {
                words.push(format!("jdk{word}"));
            } else if word == "jre" {
                is_jre = true;
            } else if !matches!(
                word,
                "latest" | "slim" | "eclipse" | "temurin" | "openjdk" | "cli" | "jdk"
            ) {
                words.push(word.to_owned());
            }
        }
        let is_java = matches!(repository, "eclipse-temurin" | "amazoncorretto");
        if is_java && !is_jre {
            words.push("jdk".to_owned());
        }
        let by_major = matches!(
            repository,
            "amazoncorretto"
                | "composer"
                | "eclipse-temurin"
                | "gradle"
                | "maven"
                | "node"
                | "postgres"
        );
        let series = if by_major { 1 } else { 2 };
        let is_base = matches!(repository, "debian" | "alpine");
        // What a tag without its series stands for follows from today's images only where it still moves: `python:3-jessie`
        // has been a 3.7 since Debian 8 ended.
        let is_frozen =
            || super::tags::tag(repository, tag).is_some_and(|it| it.last_maintained.is_some());
        if !is_base && version.len() < series && is_frozen() {
            return None;
        }
        let mut length = version.len();
        if version.is_empty() && !is_base {
            version = numbers(&version_of(repository, "latest")?);
            version.truncate(if repository == "node" { 1 } else { 2 });
            length = version.len();
        }
        if is_base {
            system = 0;
        }
        words.sort_unstable();
        Some(Wanted {
            version,
            length,
            series,
            words,
            system,
        })
    }

    /// The numbers that must be the same: those of a series that keeps what works.
    fn series(&self) -> &[u32] {
        &self.version[..self.version.len().min(self.series)]
    }
}

/// A tag in parts.
struct Tag {
    version: Vec<u32>,
    words: Vec<String>,
    is_dev: bool,
    /// 0: it names no system; 1: `alpine` or `debian`; 2: with its release.
    system: u8,
}

impl Tag {
    fn of(text: &str) -> Tag {
        let mut tag = Tag {
            version: Vec::new(),
            words: Vec::new(),
            is_dev: false,
            system: 0,
        };
        for (place, word) in text.split('-').enumerate() {
            let system = word
                .strip_prefix("alpine")
                .or_else(|| word.strip_prefix("debian"));
            if place == 0 {
                tag.version = numbers(word);
            } else if word == "dev" || word == "sdk" {
                tag.is_dev = true;
                if word == "sdk" {
                    tag.words.push(word.to_owned());
                }
            } else if let Some(release) = system {
                tag.system = if release.is_empty() { 1 } else { 2 };
            } else {
                tag.words.push(word.to_owned());
            }
        }
        tag.words.sort_unstable();
        tag
    }
}

/// `3.13.5` is 3, 13 and 5; nothing where something else stands there.
fn numbers(text: &str) -> Vec<u32> {
    let all: Option<Vec<u32>> = text.split('.').map(|it| it.parse().ok()).collect();
    all.unwrap_or_default()
}

fn family(foundation: &Foundation) -> Distribution {
    match foundation.distribution {
        Distribution::Ubuntu => Distribution::Debian,
        other => other,
    }
}

fn of_row(row: Row, tag: &'static str, keeps_version: bool) -> HardenedImage {
    let [
        name,
        _,
        ground,
        user,
        marks,
        ports,
        entrypoint,
        command,
        users,
        packages,
    ] = row.columns();
    HardenedImage {
        name,
        tag,
        keeps_version,
        foundation: Foundation::parse(ground),
        is_dev: Tag::of(tag).is_dev,
        user,
        has_shell: marks.split(' ').any(|it| it == "shell"),
        ports,
        entrypoint,
        command,
        users,
        packages,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardened_images_are_found() {
        let mut wrong = Vec::new();
        for (repository, tag, is_dev, wanted) in [
            ("python", "3.13-slim", false, "python:3.13"),
            ("python", "3.13-slim", true, "python:3.13-dev"),
            (
                "python",
                "3.13-slim-bookworm",
                true,
                "python:3.13-debian12-dev",
            ),
            ("python", "3.13-slim-trixie", false, "python:3.13-debian13"),
            ("python", "3.13-alpine", false, "python:3.13-alpine"),
            ("python", "3.9", false, ""),
            ("python", "3-jessie", true, ""),
            ("python", "3-slim-trixie", true, "python:3-debian13-dev"),
            ("golang", "stretch", true, ""),
            ("node", "24-alpine3.23", true, "node:24-alpine3.23-dev"),
            (
                "node",
                "24.4.0-bookworm-slim",
                false,
                "node:24.19.0-debian12",
            ),
            ("node", "25-slim", false, ""),
            ("node", "24", false, "node:24-debian12"),
            ("golang", "1.26-alpine", true, "golang:1.26-alpine-dev"),
            ("eclipse-temurin", "21-jre", false, "eclipse-temurin:21"),
            (
                "eclipse-temurin",
                "21-jdk",
                true,
                "eclipse-temurin:21-jdk-dev",
            ),
            ("eclipse-temurin", "21-jdk", false, ""),
            (
                "maven",
                "3.9-eclipse-temurin-21",
                true,
                "maven:3.9-jdk21-dev",
            ),
            ("debian", "bookworm-slim", true, "debian-base:bookworm-dev"),
            ("debian", "buster", true, ""),
            ("alpine", "3.23", false, "alpine-base:3.23"),
            ("nginx", "1.31-alpine", false, "nginx:1.31-alpine"),
            (
                "mcr.microsoft.com/dotnet/aspnet",
                "10.0",
                false,
                "aspnetcore:10.0",
            ),
            (
                "mcr.microsoft.com/dotnet/sdk",
                "10.0",
                true,
                "dotnet:10.0-sdk",
            ),
            ("php", "8.4-fpm", false, "php:8.4-fpm"),
            ("php", "8.4-apache", false, ""),
            ("ubuntu", "24.04", true, ""),
        ] {
            let found = hardened_image(repository, tag, is_dev);
            let found = found.map_or_else(String::new, |it| format!("{}:{}", it.name, it.tag));
            if found != wanted {
                wrong.push(format!("{repository}:{tag}: {found}, wanted {wanted}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        let run = hardened_image("python", "3.13", false).expect("an image");
        assert!(!run.has_shell && run.user == "nonroot" && run.has_user("nonroot"));
        let dev = hardened_image("python", "3.13", true).expect("an image");
        assert!(dev.has_shell && dev.user == "root" && dev.has_package("bash"));
        assert!(!dev.has_package("git"));
        assert_eq!(chainguard_image("eclipse-temurin", "21-jre"), Some("jre"));
        assert_eq!(chainguard_image("golang", "1.26"), Some("go"));
        assert_eq!(
            chainguard_image("python", "3.9-slim-buster"),
            Some("python")
        );
        assert_eq!(chainguard_image("node", "onbuild"), None);
        assert_eq!(chainguard_image("php", "8.4-apache"), None);
        assert_eq!(chainguard_packages("build-essential"), Some("build-base"));
    }
}
