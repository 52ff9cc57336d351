//! Images that moved, were renamed or are no longer made, from `image-moves.tsv`.
//!
//! What becomes of the tag: `same`, it stays; `=TAG`, this one; `-`, it is not known; `temurin`, `adopt`,
//! `maven` and `dotnet`, as the functions of this file say, each true to the publisher's list of tags.
//! How: `mechanical`, nothing else is needed beside what changes with it; `by-hand`; `keep`, this tag is made
//! where it always was.
//! What changes with it: `user=NAME`, `path:OLD=NEW`, `lacks:PATH=ELSEWHERE` (what lies there is otherwise, so that
//! another name alone will not do), `env:OLD=NEW`, `port:OLD=NEW`, `command=NAME`,
//! `libc=NAME` (another C library, where libraries of the old one do not load); `*` in a path is any text without
//! a slash, and `{jre/}` a folder that only the JDK of Java 8 has.

use super::images::glob;
use super::living::{is_living, living_tag};
use super::table::{Row, Table, table};

const MOVES: Table = table!("image-moves.tsv");

/// Where an image went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageMove {
    /// The repository where it is now; `None` where nothing takes its place.
    pub to: Option<String>,
    /// The tag there; `None` where the old one does not tell.
    pub tag: Option<String>,
    /// Whether a person must look: the new image is another one, or `tag` is not known.
    pub is_by_hand: bool,
    /// What changes with it, see the top of this file; words with a blank between them.
    pub changes: &'static str,
    /// Why by hand, or what else is to be known: a phrase for people, `""` where there is nothing to say.
    pub note: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// What takes the place of an image that is dead: another image, or another tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSuccessor {
    /// The repository, normalised.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The move that this follows from, where the image moved.
    pub moved: Option<ImageMove>,
}

/// Where an image went, as its publisher told. `repository` is normalised (see [`super::normalise`]), `tag` is
/// `latest` when the file names none. `None`: nothing is known of a move.
pub fn image_move(repository: &str, tag: &str) -> Option<ImageMove> {
    let (row, rest) = row_of(repository, tag)?;
    let [_, _, to, rule, how, changes, note, source] = row.columns();
    if how == "keep" {
        return None;
    }
    let new_tag = match rule {
        "same" => Some(tag.to_owned()),
        "temurin" => temurin(tag),
        "adopt" => temurin(&adopted(repository, tag)),
        "maven" => maven(tag),
        "dotnet" => dotnet(tag),
        fixed => fixed.strip_prefix('=').map(str::to_owned),
    };
    Some(ImageMove {
        to: (!to.is_empty()).then(|| format!("{to}{rest}")),
        is_by_hand: how != "mechanical" || new_tag.is_none(),
        tag: new_tag,
        changes,
        note,
        source,
    })
}

/// Whether an image that moved, and needed nobody to look, is this one now.
pub fn is_moved_to(repository: &str) -> bool {
    MOVES.all().any(|row| {
        let to = row.column(2);
        row.column(4) == "mechanical"
            && (to == repository || (to.ends_with('/') && repository.starts_with(to)))
    })
}

/// What takes the place of an image that moved or whose tag is no longer maintained: where it went, and of the
/// official images the nearest maintained tag there (see [`living_tag`]). `None`: the image is alive, or nothing is
/// known to take its place.
pub fn image_successor(repository: &str, tag: &str) -> Option<ImageSuccessor> {
    let asked = tag;
    let Some(moved) = image_move(repository, tag) else {
        if is_living(repository, tag)? {
            return None;
        }
        let tag = living_tag(repository, tag)?.tag;
        let repository = repository.to_owned();
        return Some(ImageSuccessor {
            repository,
            tag,
            moved: None,
        });
    };
    let (repository, tag) = (moved.to.clone()?, moved.tag.clone()?);
    let is_dead = super::is_official(&repository) && is_living(&repository, &tag) != Some(true);
    let tag = if is_dead {
        match living_tag(&repository, &tag) {
            Some(living) => living.tag,
            None => with_later_java(&repository, asked)?,
        }
    } else {
        tag
    };
    Some(ImageSuccessor {
        repository,
        tag,
        moved: Some(moved),
    })
}

/// The row of an image, and what comes behind the folder where the row is of one.
fn row_of<'a>(repository: &'a str, tag: &str) -> Option<(Row, &'a str)> {
    let own = MOVES.rows(repository).find(|row| glob(row.column(1), tag));
    let mut folders = repository.rmatch_indices('/').map(|(at, _)| at + 1);
    own.map(|row| (row, "")).or_else(|| {
        folders.find_map(|end| {
            let (folder, rest) = repository.split_at(end);
            let row = MOVES.rows(folder).find(|row| glob(row.column(1), tag))?;
            Some((row, rest))
        })
    })
}

/// The leading digits of a text, as many as there are.
fn major(text: &str) -> Option<&str> {
    let end = text.find(|it: char| !it.is_ascii_digit());
    let digits = &text[..end.unwrap_or(text.len())];
    (!digits.is_empty()).then_some(digits)
}

/// `17-jre-slim` is `17-jre`, `openjdk-8-jre` (as the image `java` has it) is `8-jre`, `8u212-jdk-alpine3.9` is `8-jdk-alpine`, `11-bullseye` is `11-jdk`: Eclipse Temurin
/// has the major version, `jdk` or `jre`, and Alpine or Ubuntu. `None` where the tag tells no version.
fn temurin(tag: &str) -> Option<String> {
    let mut words = tag.strip_prefix("openjdk-").unwrap_or(tag).split('-');
    let version = major(words.next()?)?;
    let (mut kind, mut system) = ("jdk", "");
    for word in words {
        match word {
            "jre" => kind = "jre",
            word if word.starts_with("alpine") => system = "-alpine",
            word if word.starts_with("windows") || word.starts_with("nano") => return None,
            _ => {}
        }
    }
    Some(format!("{version}-{kind}{system}"))
}

/// The tag of `openjdk` that one of `AdoptOpenJDK` would be: `openjdk11:alpine-jre` is `11-alpine-jre`.
fn adopted(repository: &str, tag: &str) -> String {
    let version = repository
        .rsplit_once("/openjdk")
        .map_or("", |(_, version)| version);
    if version.is_empty() {
        tag.to_owned()
    } else {
        format!("{version}-{tag}")
    }
}

/// `3-openjdk-17-slim` is `3-eclipse-temurin-17`, `3.6.3-jdk-11-slim` is `3.9-eclipse-temurin-11`: the official image of
/// Maven is built on Eclipse Temurin, and of each of its major versions only the newest minor one is maintained.
fn maven(tag: &str) -> Option<String> {
    let mut words = tag.split('-');
    let written = words.next()?;
    let version = major(written)?;
    let is_java = |word: &&str| matches!(*word, "jdk" | "openjdk");
    words.find(is_java)?;
    let java = major(words.next()?)?;
    let is_alpine = words.any(|word| word.starts_with("alpine"));
    let system = if is_alpine { "-alpine" } else { "" };
    let rest = format!("eclipse-temurin-{java}{system}");
    let mut minor = (0..=20).rev().map(|it| format!("{version}.{it}-{rest}"));
    let pinned = minor.find(|it| written.contains('.') && is_living("maven", it) == Some(true));
    Some(pinned.unwrap_or_else(|| format!("{version}-{rest}")))
}

/// The maintained tag of Maven's image with the next Java that there is one of: `3.8.7-openjdk-18` is `3.9-eclipse-temurin-21`.
fn with_later_java(repository: &str, tag: &str) -> Option<String> {
    let words: Vec<&str> = tag.split('-').collect();
    let place = 1 + words
        .iter()
        .position(|it| matches!(*it, "jdk" | "openjdk"))?;
    let java: u32 = major(words.get(place)?)?.parse().ok()?;
    let later = (java + 1..java + 20).map(|java| {
        let number = java.to_string();
        let mut words = words.clone();
        words[place] = &number;
        maven(&words.join("-"))
    });
    later
        .flatten()
        .find(|it| repository == "maven" && is_living(repository, it) == Some(true))
}

/// `2.1-aspnetcore-runtime-alpine3.7` is `2.1-alpine3.7`: the words that say which image it is are in its name now.
fn dotnet(tag: &str) -> Option<String> {
    let is_kind = |word: &&str| !matches!(*word, "sdk" | "runtime" | "aspnetcore" | "deps");
    let words: Vec<&str> = tag.split('-').filter(is_kind).collect();
    words
        .first()
        .is_some_and(|word| major(word).is_some())
        .then(|| words.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_followed() {
        let mut wrong = Vec::new();
        for (repository, tag, wanted) in [
            ("openjdk", "8-jre-alpine", "eclipse-temurin:8-jre-alpine"),
            ("openjdk", "17-alpine", "eclipse-temurin:17-jdk-alpine"),
            ("openjdk", "17-jre-slim", "eclipse-temurin:17-jre"),
            ("openjdk", "11-jdk-bullseye", "eclipse-temurin:11-jdk"),
            (
                "openjdk",
                "8u212-jdk-alpine3.9",
                "eclipse-temurin:8-jdk-alpine",
            ),
            ("openjdk", "14", "eclipse-temurin:17-jdk"),
            ("java", "8", "eclipse-temurin:8-jdk"),
            ("java", "7-jre", "eclipse-temurin:8-jre"),
            ("adoptopenjdk", "11-jre-hotspot", "eclipse-temurin:11-jre"),
            (
                "adoptopenjdk/openjdk11",
                "alpine-jre",
                "eclipse-temurin:11-jre-alpine",
            ),
            (
                "java",
                "openjdk-8-jre-alpine",
                "eclipse-temurin:8-jre-alpine",
            ),
            ("maven", "3.6.3-jdk-11-slim", "maven:3.9-eclipse-temurin-11"),
            ("maven", "3.5-jdk-8", "maven:3.9-eclipse-temurin-8"),
            ("maven", "3-openjdk-17", "maven:3-eclipse-temurin-17"),
            (
                "maven",
                "3.8.7-openjdk-18-slim",
                "maven:3.9-eclipse-temurin-21",
            ),
            ("maven", "3-jdk-13", "maven:3-eclipse-temurin-17"),
            (
                "maven",
                "3.5-jdk-7-alpine",
                "maven:3.9-eclipse-temurin-8-alpine",
            ),
            ("k8s.gcr.io/pause", "3.1", "registry.k8s.io/pause:3.1"),
            (
                "gcr.io/google_containers/kube-proxy",
                "v1.9",
                "registry.k8s.io/kube-proxy:v1.9",
            ),
            ("bitnami/redis", "7.2", "bitnamilegacy/redis:7.2"),
            (
                "mcr.microsoft.com/dotnet/core/sdk",
                "3.1",
                "mcr.microsoft.com/dotnet/sdk:3.1",
            ),
            (
                "microsoft/dotnet",
                "2.1-aspnetcore-runtime-alpine3.7",
                "mcr.microsoft.com/dotnet/aspnet:2.1-alpine3.7",
            ),
            ("centos", "8", "almalinux:8"),
            ("vault", "1.12", "hashicorp/vault:1.12"),
            (
                "jupyter/scipy-notebook",
                "latest",
                "quay.io/jupyter/scipy-notebook:latest",
            ),
            ("python", "3.7-slim-buster", "python:3.11-slim-trixie"),
        ] {
            let found = image_successor(repository, tag)
                .map_or_else(String::new, |it| format!("{}:{}", it.repository, it.tag));
            if found != wanted {
                wrong.push(format!("{repository}:{tag}: {found}, wanted {wanted}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn what_is_not_known_is_said() {
        let keycloak = image_move("jboss/keycloak", "16.1.1").expect("a move");
        assert!(keycloak.is_by_hand && keycloak.tag.is_none());
        assert!(
            keycloak
                .changes
                .contains("path:/opt/jboss/keycloak=/opt/keycloak")
        );
        assert_eq!(image_successor("jboss/keycloak", "16.1.1"), None);
        assert!(image_move("openjdk", "17").is_some_and(|it| !it.is_by_hand));
        assert!(image_move("openjdk", "latest").is_some_and(|it| it.is_by_hand));
        assert!(image_move("adoptopenjdk", "8-jdk-openj9").is_some_and(|it| it.is_by_hand));
        assert!(image_move("centos", "7").is_some_and(|it| it.is_by_hand));
        for (repository, tag) in [
            ("openjdk", "28-ea-slim"),
            ("maven", "3-eclipse-temurin-21"),
            ("elasticsearch", "8.15.0"),
            ("mcr.microsoft.com/dotnet/sdk", "8.0"),
            ("bitnamilegacy/redis", "7.2"),
            ("python", "3.12"),
        ] {
            assert_eq!(image_move(repository, tag), None, "{repository}:{tag}");
        }
        assert_eq!(image_successor("python", "3.14"), None);
    }

    #[test]
    fn columns_of_the_table_are_known() {
        for row in MOVES.all() {
            let [key, pattern, to, rule, how, changes, note, source] = row.columns();
            assert!(!pattern.is_empty() && !source.is_empty(), "{row:?}");
            assert!(
                to.is_empty() || key.ends_with('/') == to.ends_with('/'),
                "{row:?}"
            );
            assert!(matches!(how, "mechanical" | "by-hand" | "keep"), "{row:?}");
            let is_rule = matches!(rule, "" | "same" | "temurin" | "adopt" | "maven" | "dotnet");
            assert!(is_rule || rule.starts_with('='), "{row:?}");
            assert!(
                how != "mechanical" || !(to.is_empty() || rule.is_empty()),
                "{row:?}"
            );
            assert!(
                how != "by-hand" || !(note.is_empty() && rule.is_empty()),
                "{row:?}"
            );
            for change in changes.split_whitespace() {
                let (what, new) = change.split_once('=').expect("a change");
                let kind = what.split(':').next().unwrap_or_default();
                assert!(
                    matches!(
                        kind,
                        "user" | "path" | "lacks" | "env" | "port" | "command" | "libc"
                    ),
                    "{row:?}"
                );
                assert!(!new.is_empty(), "{row:?}");
            }
        }
    }
}
