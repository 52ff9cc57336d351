//! Images that moved, were renamed or are no longer made.

use dfix_catalogue::{ImageMove, image_move, image_successor, is_official};
use dfix_engine::OpenCondition;

use super::images::{Judge, Verdict};
use super::paths::PathChange;

/// Which of them: names, `*` being any text; all where there is none.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) only: Vec<String>,
}

impl Moved {
    fn is_asked(&self, repository: &str) -> bool {
        let fits = |name: &String| match name.strip_suffix('*') {
            Some(start) => repository.starts_with(start),
            None => repository == name,
        };
        self.only.is_empty() || self.only.iter().any(fits)
    }
}

impl Judge for Moved {
    fn verdict(&self, repository: &str, tag: &str) -> Option<Verdict> {
        if !self.is_asked(repository) {
            return None;
        }
        let moved = image_move(repository, tag)?;
        let shown = format!("{repository}:{tag}");
        let message = match &moved.to {
            Some(to) if to != repository => format!("`{shown}` is now `{to}`"),
            Some(_) => format!("`{shown}` is made with another tag now"),
            None => format!("`{shown}` is no longer made"),
        };
        let mut verdict = Verdict {
            message,
            evidence: vec![format!("told in {}", moved.source)],
            ..Verdict::default()
        };
        if moved.is_by_hand {
            verdict.by_hand = Some(by_hand(&moved));
            return Some(verdict);
        }
        let successor = image_successor(repository, tag);
        let to = successor.map(|it| (it.repository, it.tag));
        if let (Some((_, new)), Some(named)) = (&to, &moved.tag)
            && new != named
        {
            verdict.open.push(OpenCondition::new(
                format!("whether it works with `{new}`: `{named}` is no longer maintained"),
                "run its tests",
            ));
        }
        if let Some((repository, tag)) = &to
            && !is_official(repository)
        {
            verdict.open.push(OpenCondition::new(
                format!(
                    "whether `{repository}` has the tag `{tag}`: dfix knows no list of its tags"
                ),
                "look it up where the image is published",
            ));
        }
        if !moved.note.is_empty() {
            verdict.evidence.push(moved.note.to_owned());
        }
        verdict.to = to;
        for change in moved.changes.split_whitespace() {
            match PathChange::read(change) {
                Some(path) => verdict.paths.push(path),
                None => verdict.open.push(OpenCondition::new(
                    format!("whether it matters that {}", told(change)),
                    "see what of it the file, and whoever starts the image, use",
                )),
            }
        }
        Some(verdict)
    }
}

/// Why a person must do it, and all that is known to help.
fn by_hand(moved: &ImageMove) -> String {
    let mut said = match (&moved.to, &moved.tag) {
        (Some(to), Some(tag)) => format!("see whether `{to}:{tag}` fits"),
        (Some(to), None) => format!("choose a tag of `{to}`"),
        (None, _) => "choose another image".to_owned(),
    };
    if !moved.note.is_empty() {
        said.push_str(": ");
        said.push_str(moved.note);
    }
    let changes: Vec<String> = moved.changes.split_whitespace().map(told).collect();
    if !changes.is_empty() {
        said.push_str("; ");
        said.push_str(&changes.join(", "));
    }
    said
}

/// A change of the catalogue, for people.
fn told(change: &str) -> String {
    let Some((what, new)) = change.split_once('=') else {
        return change.to_owned();
    };
    match what.split_once(':') {
        Some(("path", old)) => format!("`{old}` is `{new}`"),
        Some(("env", old)) => format!("the variable `{old}` is `{new}`"),
        Some(("port", old)) => format!("the port {old} is {new}"),
        _ if what == "user" => format!("it runs as the user `{new}`"),
        _ => format!("its {what} is `{new}`"),
    }
}
