//! What the page knows of each file: findings, and the change side by side. A text that many files share is told once.

use std::collections::HashMap;

use dfix_engine::{Severity, TextEdit};
use serde::Serialize;

use super::sides::{self, Hunk};
use crate::file_error::FileError;
use crate::labels;
use crate::lines::Lines;
use crate::report::advice::footers;
use crate::report::entry::{Entry, Mode, Status, entries};
use crate::runner::FileReport;

/// The level of what is no finding: the file could not be worked on.
pub(super) const ERROR: &str = "error";

/// Texts by their numbers.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Texts {
    all: Vec<String>,
    #[serde(skip)]
    numbers: HashMap<String, usize>,
}

impl Texts {
    /// The number of a text.
    pub(super) fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.all.len();
        self.all.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// A file with what was found in it. The names are short, as there may be many thousands.
#[derive(Serialize)]
pub(super) struct Told {
    path: String,
    /// The texts that name them.
    pub(super) owners: Vec<usize>,
    pub(super) images: Vec<usize>,
    pub(super) found: Vec<Found>,
    hunks: Vec<Hunk>,
}

/// A finding, or what went wrong.
#[derive(Serialize)]
pub(super) struct Found {
    /// The texts of the rule, the level, the word for what became of it, the severity and the message.
    rule: usize,
    level: usize,
    word: usize,
    severity: usize,
    says: usize,
    /// Line and column; that of the text after where `after` says so.
    at: (usize, usize),
    after: bool,
    /// What stands below it: the texts of names and sentences.
    more: Vec<(usize, usize)>,
    /// The hunks of the file's change that it has a part in.
    hunks: Vec<usize>,
    /// What its fix would change that was not applied.
    would: Vec<Hunk>,
    #[serde(skip)]
    pub(super) counted: Counted,
}

/// What a finding counts as.
#[derive(Clone, Copy)]
pub(super) struct Counted {
    pub(super) rule: &'static str,
    pub(super) level: &'static str,
}

/// What is told of a file; nothing where nothing was found and nothing went wrong.
pub(super) fn of_file(file: &FileReport, mode: Mode, texts: &mut Texts) -> Option<Told> {
    let entries = entries(file, mode);
    if entries.is_empty() && file.errors.is_empty() {
        return None;
    }
    let hunks = file
        .after()
        .map_or_else(Vec::new, |after| sides::hunks(&file.before, after));
    let lines = Lines::new(&file.before);
    let errors = file.errors.iter().map(|it| failed(it, texts));
    let mut found: Vec<Found> = errors.collect();
    found.extend(entries.iter().map(|it| finding(it, &lines, &hunks, texts)));
    Some(Told {
        path: file.path.to_string_lossy().into_owned(),
        owners: Vec::new(),
        images: Vec::new(),
        found,
        hunks,
    })
}

fn failed(error: &FileError, texts: &mut Texts) -> Found {
    let help = error.remedy.iter();
    Found {
        rule: texts.number(""),
        level: texts.number(ERROR),
        word: texts.number(ERROR),
        severity: texts.number(Severity::Error.name()),
        says: texts.number(&error.message),
        at: error.place.unwrap_or((1, 1)),
        after: false,
        more: help
            .map(|it| (texts.number("help"), texts.number(it)))
            .collect(),
        hunks: Vec::new(),
        would: Vec::new(),
        counted: Counted {
            rule: "",
            level: ERROR,
        },
    }
}

fn finding(entry: &Entry<'_>, lines: &Lines<'_>, hunks: &[Hunk], texts: &mut Texts) -> Found {
    let finding = entry.finding;
    let level = match (entry.status, &finding.fix) {
        (Status::Fix, Some(fix)) => labels::safety(fix.safety),
        (status, _) => status.word(),
    };
    let more = footers(entry).into_iter();
    Found {
        rule: texts.number(finding.rule),
        level: texts.number(level),
        word: texts.number(entry.status.word()),
        severity: texts.number(entry.severity.name()),
        says: texts.number(&finding.message),
        at: entry.place,
        after: entry.is_in_new_text,
        more: more
            .map(|(name, text)| (texts.number(name), texts.number(&text)))
            .collect(),
        hunks: parts(entry, lines, hunks),
        would: would(entry),
        counted: Counted {
            rule: finding.rule,
            level,
        },
    }
}

/// The hunks that a fix has a part in: all where its edits are not told in the text before.
fn parts(entry: &Entry<'_>, lines: &Lines<'_>, hunks: &[Hunk]) -> Vec<usize> {
    if entry.status != Status::Fix {
        return Vec::new();
    }
    let Some(edits) = &entry.edits else {
        return (0..hunks.len()).collect();
    };
    let line = |offset| lines.place(usize::from(offset)).0 - 1;
    let touches = |edit: &TextEdit, hunk: &Hunk| {
        line(edit.range.start()) <= hunk.lines.end && line(edit.range.end()) >= hunk.lines.start
    };
    let is_part = |hunk: &&Hunk| edits.iter().any(|it| touches(it, hunk));
    let parts: Vec<usize> = hunks
        .iter()
        .enumerate()
        .filter(|(_, hunk)| is_part(hunk))
        .map(|it| it.0)
        .collect();
    if parts.is_empty() {
        return (0..hunks.len()).collect();
    }
    parts
}

/// What a fix would change that is held back.
fn would(entry: &Entry<'_>) -> Vec<Hunk> {
    let Status::Withheld(_) = entry.status else {
        return Vec::new();
    };
    let mut after = entry.edited.to_owned();
    let fix = entry.finding.fix.iter();
    let mut edits: Vec<&TextEdit> = fix.flat_map(|it| &it.edits).collect();
    edits.sort_by_key(|it| (it.range.start(), it.range.end()));
    for edit in edits.into_iter().rev() {
        let range = std::ops::Range::<usize>::from(edit.range);
        if after.get(range.clone()).is_some() {
            after.replace_range(range, &edit.text);
        }
    }
    sides::hunks(entry.edited, &after)
}
