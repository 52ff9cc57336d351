//! Images that moved, were renamed or are no longer made.

use dfix_catalogue::{
    ImageMove, changes_of_updates, image, image_move, image_successor, is_official,
    language_of_image, tag,
};
use dfix_engine::{Case, OpenCondition, Remedy};
use dfix_model::ImagePlace;

use super::distribution::is_distribution;
use super::images::{Judge, Verdict};
use super::language::look_at_tags;
use super::paths::{change_of_tag, told};
use super::versions::{lost_pin, version_changed};
use crate::matching::reference::Reference;

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
        // Nobody needs to write `latest`.
        let shown = match tag {
            "latest" => repository.to_owned(),
            _ => format!("{repository}:{tag}"),
        };
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
        let same = moved.to.clone().filter(|to| {
            // The image moved, and no more: what its tag is of stays.
            moved.tag.as_deref() == Some(tag) && dfix_catalogue::tag(to, tag).is_some()
        });
        // What nobody knows the system of, and moved with its tags.
        let system = |it: &str| image(it, tag).foundation.and_then(|it| it.release);
        verdict.is_renamed = moved.to.as_deref().is_some_and(|to| {
            moved.tag.as_deref() == Some(tag)
                && tag != "latest"
                && moved.changes.is_empty()
                && system(repository).is_none()
                && system(to).is_none()
        });
        let to = match same {
            Some(to) => Some((to, tag.to_owned())),
            None => successor.map(|it| (it.repository, it.tag)),
        };
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
            && tag != "latest"
        {
            verdict.open.push(OpenCondition::new(
                format!(
                    "whether `{repository}` has the tag `{tag}`: dfix knows no list of its tags"
                ),
                "look it up where the image is published",
            ));
        }
        if let Some((there, "latest")) = to.as_ref().map(|(there, new)| (there, new.as_str()))
            && tag == "latest"
            && there != repository
            && !is_distribution(there)
        {
            verdict.open.push(OpenCondition::new(
                format!(
                    "whether it works with the newest version: `latest` of `{repository}` may be an earlier one than that of `{there}`"
                ),
                "run its tests",
            ));
        }
        let pinned = to.as_ref().and_then(|(_, new)| lost_pin(tag, new));
        match pinned.filter(|_| verdict.open.is_empty()) {
            Some(open) => verdict.open.push(match moved.note {
                "" => open,
                note => OpenCondition::new(open.condition, note),
            }),
            None if moved.note.is_empty() => {}
            None => verdict.evidence.push(moved.note.to_owned()),
        }
        if let Some((there, new)) = &to
            && verdict.open.is_empty()
        {
            verdict
                .open
                .extend(updates_between((repository, tag), (there, new)));
        }
        // The tool of an image that only its tag changes with has a version of its own.
        if let Some((there, new)) = to.as_ref().filter(|it| it.0 == repository) {
            let changed = version_changed(there, tag, new);
            let is_told = verdict
                .open
                .iter()
                .any(|it| it.condition.contains("in place of"));
            verdict
                .open
                .extend(changed.filter(|_| !is_told).map(|it| it.open));
        }
        verdict.to = to;
        verdict.add_changes(moved.changes);
        Some(verdict)
    }

    fn look(
        &self,
        reference: &Reference<'_>,
        verdict: &Verdict,
        case: &mut Case<'_>,
    ) -> Result<(), Remedy> {
        let image = &reference.position.image;
        if let (ImagePlace::From(stage), Some(name), Some(old), Some((repository, new))) = (
            reference.position.place,
            image.name(),
            image.effective_tag(),
            &verdict.to,
        ) {
            look_at_tags(stage, (name, old), (repository, new), case)?;
        }
        Ok(())
    }
}

/// What is open where the old tag moved with the updates of a language until its last day, and those since then are known to have
/// changed something.
fn updates_between(
    (repository, old): (&str, &str),
    (there, new): (&str, &str),
) -> Option<OpenCondition> {
    let last = tag(repository, old)?.last_maintained?;
    let (language, _) = language_of_image(there)?;
    let changes: Vec<&str> = changes_of_updates(language, last).collect();
    (!changes.is_empty()).then(|| {
        OpenCondition::new(
            format!("whether it works with the `{there}:{new}` of today: the last `{repository}:{old}` is of {last}"),
            format!("run its tests: {}", changes.join("; ")),
        )
    })
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
    const MOST: usize = 4;
    let all = moved.changes.split_whitespace().count();
    let shown = moved.changes.split_whitespace().take(MOST);
    let tag = moved.tag.as_deref().unwrap_or_default();
    let shown = shown.map(|it| told(&change_of_tag(it, tag)));
    let mut changes: Vec<String> = shown.collect();
    if all > MOST {
        changes.push("and more of its paths are others".to_owned());
    }
    if !changes.is_empty() {
        said.push_str("; ");
        said.push_str(&changes.join(", "));
    }
    said
}
