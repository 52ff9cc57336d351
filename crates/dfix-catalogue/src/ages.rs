//! How old the packages of an image's distribution are, as far as its name and tag tell.

use super::images::image;
use super::is_official;
use super::table::{Table, table};
use super::version_numbers;

const AGES: Table = table!("distribution-ages.tsv");

/// Whether the packages of the image's distribution are from before 2015, when pip 6.0, npm 2 and apk's `--no-cache` were
/// new; `None` where its name and tag do not tell.
pub fn is_from_before_2015(name: &str, tag: &str) -> Option<bool> {
    let words = || parts(name).chain(parts(tag));
    let says =
        |age: &str| words().any(|word| AGES.row(word).is_some_and(|row| row.column(1) == age));
    let last = name.rsplit('/').next().unwrap_or(name);
    let last_old = AGES.row(last).map(|row| version_numbers(row.column(2)));
    let last_old = last_old.filter(|numbers| !numbers.is_empty());
    let foundation = image(name, tag).foundation;
    let release = foundation.and_then(|it| it.release);
    let is_old = says("old")
        || last_old.as_ref().is_some_and(|most| is_at_most(tag, most))
        || (last, tag) == ("alpine", "3.1")
        || release.is_some_and(|it| AGES.row(it).is_some_and(|row| row.column(1) == "old"));
    if is_old {
        return Some(true);
    }
    // What somebody calls like a distribution may be one of its old releases, whatever its tag says.
    let is_foreign = name.contains('/');
    let is_told = last_old.is_some() && !(is_foreign && is_official(last));
    let is_based = foundation.is_some_and(|it| it.release.is_some() || !is_foreign);
    (is_based || is_told || says("new")).then_some(false)
}

/// Whether the tag is a version that is no newer than this one, as far as this one is told.
fn is_at_most(tag: &str, most: &[u32]) -> bool {
    let mut numbers = version_numbers(tag);
    numbers.truncate(most.len());
    !numbers.is_empty() && numbers.as_slice() <= most
}

/// The words of a name or tag: what stands between its separators, and what a word with a version begins with.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['/', '-', '_', ':'])
}

#[cfg(test)]
mod tests {
    use super::is_from_before_2015;

    #[test]
    fn names_and_tags_tell_how_old_a_distribution_is() {
        for (name, tag, age) in [
            ("ubuntu", "14.04", Some(true)),
            ("ubuntu", "22.04", Some(false)),
            ("ubuntu", "latest", Some(false)),
            ("debian", "jessie", Some(true)),
            ("debian", "12-slim", Some(false)),
            ("ros", "indigo", Some(true)),
            ("ros", "noetic-focal", Some(false)),
            ("nvidia/cuda", "7.5-devel", Some(true)),
            ("nvidia/cuda", "8.0-devel-ubuntu14.04", Some(true)),
            ("gliderlabs/alpine", "3.1", Some(true)),
            ("phusion/baseimage", "0.9.17", Some(true)),
            ("phusion/baseimage", "0.10.1", Some(false)),
            ("phusion/baseimage", "0.11", Some(false)),
            ("alpine", "3.20", Some(false)),
            ("python", "3.12", Some(false)),
            ("acme/base", "3", None),
            ("centos", "6", Some(true)),
            ("centos", "6.9", Some(true)),
            ("centos", "7", Some(false)),
            ("oraclelinux", "6-slim", Some(true)),
            ("oraclelinux", "8", Some(false)),
            ("opensuse", "13.1", Some(true)),
            ("opensuse", "42.3", Some(false)),
            // What is called like a distribution need not count its releases.
            ("akroh/centos", "6", Some(true)),
            ("akroh/centos", "7", None),
            ("nimmis/java-centos", "6", None),
            ("acme/debian", "2024", None),
            ("acme/ubuntu", "latest", None),
            ("acme/ubuntu", "22.04", Some(false)),
            ("dockerfile/python", "latest", Some(true)),
        ] {
            assert_eq!(is_from_before_2015(name, tag), age, "{name}:{tag}");
        }
    }
}
