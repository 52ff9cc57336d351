//! The base images in use: how old they are, and until when they are supported.

use std::collections::BTreeMap;

use dfix_model::catalogue::{self, AS_OF, Date, Eol};
use dfix_model::context::NoContext;
use dfix_model::{Base, Model};
use serde::Serialize;

use crate::labels;
use crate::runner::FileReport;

/// The images of many files.
#[derive(Default)]
pub(super) struct Images {
    /// By name and tag: how many stages are based on it, and the files.
    uses: BTreeMap<String, (usize, usize)>,
}

/// An image as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct Image {
    name: String,
    stages: usize,
    files: usize,
    /// How it stands, in one word.
    state: &'static str,
    /// Since when the tag is there.
    since: Option<String>,
    /// Until when it was rebuilt.
    rebuilt: String,
    /// When support of its version ends.
    version: String,
    /// What it is based on, and when support of that ends.
    based_on: String,
    release: String,
    #[serde(skip)]
    rank: u8,
}

/// How an image stands; the worst comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Ended,
    Ending,
    Supported,
    Unknown,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Ended => "ended",
            State::Ending => "ends soon",
            State::Supported => "supported",
            State::Unknown => "not known",
        }
    }

    /// The end of something's support.
    fn of(end: Option<Eol>) -> Self {
        match end {
            None => State::Unknown,
            Some(end) if end.ended => State::Ended,
            Some(Eol {
                date: Some(date), ..
            }) if date <= AS_OF.a_year_later() => State::Ending,
            Some(_) => State::Supported,
        }
    }
}

impl Images {
    /// Adds those that the stages of a file are based on, as it was before; gives their names, each once.
    pub(super) fn add(&mut self, file: &FileReport) -> Vec<String> {
        if file.before.is_empty() || !file.errors.is_empty() {
            return Vec::new();
        }
        self.add_texts(&file.dockerfiles())
    }

    fn add_texts(&mut self, texts: &[String]) -> Vec<String> {
        let mut stages: BTreeMap<String, usize> = BTreeMap::new();
        for text in texts {
            count(text, &mut stages);
        }
        for (name, count) in &stages {
            let uses = self.uses.entry(name.clone()).or_default();
            *uses = (uses.0 + count, uses.1 + 1);
        }
        stages.into_keys().collect()
    }

    /// All of them: first those whose support ended, then those that are used most.
    pub(super) fn all(self) -> Vec<Image> {
        let uses = self.uses.into_iter();
        let mut all: Vec<Image> = uses.map(|(name, uses)| image(name, uses)).collect();
        all.sort_by(|a, b| {
            let key = |it: &Image| (it.rank, std::cmp::Reverse(it.stages));
            key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
        });
        all
    }
}

/// Counts the stages that are based on each image.
fn count(text: &str, stages: &mut BTreeMap<String, usize>) {
    let parsed = dfix_syntax::parse(text);
    let file = parsed.file();
    let model = Model::new(&file, text, &NoContext);
    for stage in model.stages().filter(|it| it.base() == Base::Image) {
        let image = stage.image();
        let tag = image.effective_tag();
        if let Some(name) = image.name()
            && (tag.is_some() || image.is_pinned())
        {
            let tag = tag.map_or_else(|| "@digest".to_owned(), |tag| format!(":{tag}"));
            *stages.entry(format!("{name}{tag}")).or_default() += 1;
        }
    }
}

fn image(name: String, (stages, files): (usize, usize)) -> Image {
    let (repository, tag) = name.rsplit_once(':').unwrap_or((&name, ""));
    let record = catalogue::tag(repository, tag);
    let version = record.and_then(|_| catalogue::end_of_life(repository, tag));
    let foundation = record
        .and_then(|it| it.foundation)
        .or_else(|| catalogue::image(repository, tag).foundation);
    let release = foundation.as_ref().and_then(catalogue::end_of_release);
    let never = record.is_none() && !tag.is_empty() && catalogue::is_official(repository);
    let rebuilt = match record {
        Some(record) => match record.last_maintained {
            Some(day) => format!("until {day}, {}", age(day)),
            None => "still".to_owned(),
        },
        None if never => "was never published".to_owned(),
        None => "not known".to_owned(),
    };
    let dropped = record.is_some_and(|it| it.last_maintained.is_some());
    let state = match (State::of(version), State::of(release)) {
        _ if dropped || never => State::Ended,
        (State::Unknown, State::Unknown) if record.is_some() => State::Supported,
        (version, release) => version.min(release),
    };
    Image {
        stages,
        files,
        state: state.word(),
        since: record.map(|it| it.first_published.to_string()),
        rebuilt,
        version: ends(version),
        based_on: foundation
            .as_ref()
            .map_or_else(String::new, labels::foundation),
        release: ends(release),
        rank: state as u8,
        name,
    }
}

/// When support ends, or ended.
fn ends(end: Option<Eol>) -> String {
    match end {
        Some(Eol {
            date: Some(date), ..
        }) => date.to_string(),
        Some(Eol { ended: true, .. }) => "ended".to_owned(),
        _ => String::new(),
    }
}

/// How long before the day of the data something was: `5.4 years before`.
fn age(day: Date) -> String {
    let days = |it: Date| u32::from(it.year) * 365 + u32::from(it.month) * 30 + u32::from(it.day);
    let tenths = days(AS_OF).saturating_sub(days(day)) * 10 / 365;
    match tenths {
        0..=9 => "less than a year ago".to_owned(),
        _ => format!("{}.{} years ago", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::Images;

    #[test]
    fn images_tell_how_they_stand() {
        let mut images = Images::default();
        let text = "FROM python:3.7 AS a\nFROM a\nFROM docker.io/library/python:3.7\nFROM scratch\nFROM me/private:1\nFROM $X\n";
        assert_eq!(
            images.add_texts(&[text.to_owned()]),
            ["me/private:1", "python:3.7"]
        );
        images.add_texts(&["FROM alpine\nFROM python:99\nFROM x@sha256:0\n".to_owned()]);
        let all = images.all();
        let told: Vec<_> = all
            .iter()
            .map(|it| (it.name.as_str(), it.stages, it.files, it.state))
            .collect();
        assert_eq!(
            told,
            [
                ("python:3.7", 2, 1, "ended"),
                ("python:99", 1, 1, "ended"),
                ("alpine:latest", 1, 1, "supported"),
                ("me/private:1", 1, 1, "not known"),
                ("x@digest", 1, 1, "not known"),
            ]
        );
        assert!(all[0].rebuilt.ends_with(" years ago"), "{:?}", all[0]);
        assert_eq!(all[0].version, "2023-06-27");
        assert_eq!(all[1].rebuilt, "was never published");
    }
}
