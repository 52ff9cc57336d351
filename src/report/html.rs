//! One page for a browser: what changes most and where, the base images in use, every patch side by side.
//!
//! The page holds all that it shows, and asks no network. Charts and images are there as they are; files are data, of which
//! the page's own script shows those that are asked for.

mod charts;
mod findings;
mod images;
mod sides;

use std::io::{self, Write};

use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use self::charts::Charts;
use self::findings::{Texts, Told};
use self::images::Images;
use super::entry::{Mode, Report};
use super::last_line;
use super::owners::Owners;
use super::summary::Summary;

use dfix_model::catalogue::AS_OF;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// What the script is given.
#[derive(Serialize)]
struct Data {
    texts: Texts,
    levels: Vec<&'static str>,
    files: Vec<Told>,
}

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut texts = Texts::default();
    let mut owners = Owners::default();
    let mut charts = Charts::default();
    let mut images = Images::default();
    let mut files = Vec::new();
    for file in report.files {
        let used = images.add(file);
        if let Some(mut told) = findings::of_file(file, report.mode, &mut texts) {
            let path = file.path.to_string_lossy();
            let owners = owners.of(&file.path);
            told.owners = owners.iter().map(|it| texts.number(it)).collect();
            told.images = used.iter().map(|it| texts.number(it)).collect();
            for found in &told.found {
                charts.add(&path, found.counted);
            }
            files.push(told);
        }
    }
    let summary = Summary::of(report.files);
    let last = last_line(&summary, report.mode, false);
    let data = Data {
        texts,
        levels: charts::levels(),
        files,
    };
    let page = page(context! {
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        data => Value::from_safe_string(in_script(&serde_json::to_string(&data)?)),
        says => last.lines().next().unwrap_or_default(),
        is_fixed => report.mode == Mode::Fix,
        files => summary.files,
        changed => summary.files_changed,
        failed => summary.files_failed,
        levels => charts.by_level(),
        charts => [
            context! { key => "rule", of => charts.by_rule() },
            context! { key => "folder", of => charts.by_folder() },
        ],
        images => images.all(),
        as_of => AS_OF.to_string(),
        version => env!("CARGO_PKG_VERSION"),
    });
    out.write_all(page.map_err(io::Error::other)?.as_bytes())
}

/// The page with its holes filled; what is put in is text, unless it is said to be more.
fn page(holes: Value) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.render_named_str("page.html", PAGE, holes)
}

/// JSON in which nothing ends a script, or begins one.
fn in_script(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            c => text.push(c),
        }
    }
    text
}
