//! The base images in use, with their age and the end of their support.

use std::collections::BTreeMap;

use dfix_model::Model;
use dfix_model::catalogue::{self, AS_OF, Date};
use dfix_model::context::NoContext;
use serde::Serialize;

use crate::runner::FileReport;

/// How many images are shown.
const MOST_IMAGES: usize = 200;

/// The images that stages are based on, with how many do.
#[derive(Debug, Default)]
pub(super) struct Images(BTreeMap<(String, String), usize>);

/// A row of the table.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    image: String,
    stages: usize,
    /// When its tag first appeared, and until when it was built anew.
    published: String,
    support: String,
    /// Whether its support, or its builds, ended.
    is_over: bool,
}

impl Images {
    /// Adds those of a file, as it was before.
    pub(super) fn add(&mut self, file: &FileReport) {
        if file.before.is_empty() || !file.errors.is_empty() {
            return;
        }
        for text in file.dockerfiles() {
            self.add_text(&text);
        }
    }

    fn add_text(&mut self, text: &str) {
        let parsed = dfix_syntax::parse(text);
        let model = Model::new(&parsed.file(), text, &NoContext);
        for stage in model.stages() {
            let image = stage.image();
            let Some(name) = image.name().filter(|_| stage.base_stage() == stage) else {
                continue;
            };
            let tag = match &image.tag {
                Some(tag) => tag.text.clone().unwrap_or_else(|| "?".to_owned()),
                None if image.digest.is_some() => "(digest)".to_owned(),
                None => "latest".to_owned(),
            };
            *self.0.entry((name.to_owned(), tag)).or_default() += 1;
        }
    }

    /// Those that most stages are based on, these first.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut images: Vec<_> = self.0.iter().collect();
        images.sort_by_key(|(image, count)| (std::cmp::Reverse(**count), *image));
        let images = images.into_iter().take(MOST_IMAGES);
        images
            .map(|((name, tag), count)| row(name, tag, *count))
            .collect()
    }
}

fn row(name: &str, tag: &str, stages: usize) -> Row {
    let record = catalogue::tag(name, tag);
    let end = catalogue::end_of_life(name, tag);
    let foundation = record.as_ref().and_then(|it| it.foundation);
    let below = foundation.as_ref().and_then(catalogue::end_of_release);
    let mut is_over = false;
    let published = record
        .as_ref()
        .map_or(String::new(), |record| match record.last_maintained {
            Some(day) => {
                is_over = true;
                format!("{}, built anew until {day}", record.first_published)
            }
            None => format!("{}, built anew since", record.first_published),
        });
    let mut says = Vec::new();
    for (what, end) in [("", end), ("its distribution's ", below)] {
        if let Some((day, ended)) = end.and_then(|it| Some((it.date?, it.ended))) {
            is_over |= ended;
            says.push(said(what, day, ended));
        }
    }
    Row {
        image: format!("{name}:{tag}"),
        stages,
        published,
        support: says.join("; "),
        is_over,
    }
}

fn said(what: &str, day: Date, ended: bool) -> String {
    let soon = !ended && day <= AS_OF.a_year_later();
    let tense = if ended { "ended" } else { "ends" };
    let within = if soon { ", within a year" } else { "" };
    format!("{what}support {tense} on {day}{within}")
}
