//! Dockerfiles in the order in which their images are built.

use std::collections::HashSet;
use std::path::PathBuf;

/// A Dockerfile, and what is to be done with it.
#[derive(Debug)]
pub(super) struct Built<T> {
    pub(super) it: T,
    /// Where it really is.
    pub(super) place: PathBuf,
    /// Where those are that build what it is based on.
    pub(super) bases: Vec<PathBuf>,
}

/// Dockerfiles of which none is based on another's image.
#[derive(Debug)]
pub(super) struct Wave<T> {
    pub(super) all: Vec<Built<T>>,
    /// Unless these are based on one another in a circle, or on such.
    pub(super) is_circle: bool,
}

/// Dockerfiles in waves, each behind those on whose images its own are based.
pub(super) fn waves<T>(mut waiting: Vec<Built<T>>) -> Vec<Wave<T>> {
    let mut waves = Vec::new();
    while !waiting.is_empty() {
        let places: HashSet<PathBuf> = waiting.iter().map(|it| it.place.clone()).collect();
        let is_free = |it: &Built<T>| !it.bases.iter().any(|base| places.contains(base));
        let (mut all, mut later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_free);
        let is_circle = all.is_empty();
        if is_circle {
            std::mem::swap(&mut all, &mut later);
        }
        waves.push(Wave { all, is_circle });
        waiting = later;
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::{Built, waves};

    /// The waves of `name base base` lines.
    fn of(lines: &[&str]) -> Vec<(String, bool)> {
        let built = lines.iter().map(|line| {
            let mut words = line.split(' ');
            let name = words.next().unwrap_or_default();
            Built {
                it: name,
                place: name.into(),
                bases: words.map(Into::into).collect(),
            }
        });
        let waves = waves(built.collect()).into_iter();
        let told = waves.map(|wave| {
            let names: Vec<&str> = wave.all.iter().map(|it| it.it).collect();
            (names.join(" "), wave.is_circle)
        });
        told.collect()
    }

    #[test]
    fn bases_come_first() {
        let is = |lines: &[&str], expected: &[(&str, bool)]| {
            let expected: Vec<_> = expected.iter().map(|it| (it.0.to_owned(), it.1)).collect();
            assert_eq!(of(lines), expected);
        };
        is(&[], &[]);
        is(&["a", "b x"], &[("a b", false)]);
        is(
            &["c b", "b a", "a", "d a x"],
            &[("a", false), ("b d", false), ("c", false)],
        );
        is(
            &["a", "b c", "c b", "d b"],
            &[("a", false), ("b c d", true)],
        );
    }
}
