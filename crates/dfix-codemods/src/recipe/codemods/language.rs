//! Another version of a language: the tags of its images, what their paths, the project's files and what leaves with
//! the old version say.

mod asked;
mod change;
mod changes;
mod dotnet;
mod files;
mod gemfile;
mod given;
mod import_paths;
mod locks;
mod node_source;
mod numbers;
mod project;
mod taken;
mod words;

use dfix_catalogue::{
    Foundation, VersionPlace, VersionTag, has_known_tags, has_triggers, image, image_move,
    images_of_language, is_living, language_of_image, last_version, numbered_tag, tag,
    tag_of_version,
};
use dfix_engine::{Case, Findings, OpenCondition, Remedy};
use dfix_model::{ImagePlace, Model, Stage};

use self::change::Change;
pub(super) use self::numbers::java_words;
use self::numbers::{Numbers, numbers, two, version_in};
use super::images::{Judge, Verdict};
use super::paths::PathChange;
use super::suites::Suites;
use super::versions::{lost_pin, version_changed};
use crate::matching::reference::Reference;

/// Images of a language come to another version of it.
#[derive(Debug)]
pub(crate) struct Bump {
    language: String,
    /// The version as it was asked for.
    to: String,
    to_numbers: Numbers,
    /// Only versions that begin so; all where it is empty.
    from: Numbers,
}

/// The language's name for people.
fn name_of(language: &str) -> &str {
    match language {
        "python" => "Python",
        "node" => "Node.js",
        "golang" => "Go",
        "ruby" => "Ruby",
        "java" => "Java",
        "dotnet" => ".NET",
        "php" => "PHP",
        "mysql" => "MySQL",
        "mongo" => "MongoDB",
        other => other,
    }
}

impl Bump {
    /// `to` and `from` are versions; `from` may be empty.
    pub(crate) fn read(language: &str, to: &str, from: &str) -> Result<Self, String> {
        let mut images = images_of_language(language).peekable();
        if images.peek().is_none() {
            return Err(format!(
                "`{language}` is no language whose images are known"
            ));
        }
        let read = |text: &str| {
            numbers(text)
                .ok_or_else(|| format!("`{text}` is no version: numbers with dots between"))
        };
        let to_numbers = read(to)?;
        if !images.any(|it| has_version(it, to)) {
            return Err(format!(
                "no image of {} {to} is known to be published",
                name_of(language)
            ));
        }
        Ok(Bump {
            language: language.to_owned(),
            to: to.to_owned(),
            to_numbers,
            from: if from.is_empty() {
                Numbers::new()
            } else {
                read(from)?
            },
        })
    }

    /// Whether a version is one that is asked to become the new one.
    fn is_asked(&self, old: &[u32]) -> bool {
        old.starts_with(&self.from) && !old.starts_with(&self.to_numbers) && old < &*self.to_numbers
    }

    /// The language and its new version, for people.
    fn goal(&self) -> String {
        format!("{} {}", name_of(&self.language), self.to)
    }
}

/// Whether an image has tags of a version.
fn has_version(repository: &str, version: &str) -> bool {
    ["", "-jdk", "-jre", "-alpine"]
        .iter()
        .any(|end| tag_of_version(repository, &format!("{version}{end}"), version).is_some())
}

impl Judge for Bump {
    fn verdict(&self, repository: &str, old: &str) -> Option<Verdict> {
        let Some((language, place)) = language_of_image(repository) else {
            return self
                .of_moved(repository, old)
                .or_else(|| self.of_named(repository, old));
        };
        if language != self.language || !has_known_tags(repository) {
            return None;
        }
        match place {
            VersionPlace::First => self.of_first(repository, old),
            VersionPlace::Word => self.of_word(repository, old),
        }
    }

    fn verdict_of_start(&self, repository: &str, start: &str, written: &str) -> Option<Verdict> {
        let (language, place) = language_of_image(repository)?;
        let is_first = place == VersionPlace::First;
        if language != self.language || !has_known_tags(repository) || !is_first {
            return None;
        }
        let first = start.split('-').next()?;
        let version = version_in(repository, first.trim_end_matches('.'))?;
        let goal = self.goal();
        self.is_asked(&version).then(|| Verdict {
            message: format!("`{written}` is of an earlier version than {goal}"),
            by_hand: Some(format!(
                "only the build is told what a variable brings to the tag: choose a tag of {goal} that has it, too"
            )),
            ..Verdict::default()
        })
    }

    fn look(
        &self,
        reference: &Reference<'_>,
        verdict: &Verdict,
        case: &mut Case<'_>,
    ) -> Result<(), Remedy> {
        let ImagePlace::From(stage) = reference.position.place else {
            return Ok(());
        };
        let Some(change) = self.change_of(reference, verdict) else {
            return Ok(());
        };
        taken::look_for_lost(stage, &change)?;
        project::look(stage, &change, case)?;
        changes::look(stage, &change, case);
        taken::look(stage, &change, &|it| self.keeps(it), case);
        given::look(stage, &change, &|it| self.keeps(it), case);
        asked::look(stage, &change, case);
        words::look_at_comments(stage, &change, case);
        Ok(())
    }

    fn check_beside(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        if self.language == "node" {
            node_source::check(file, &self.to, &|it| self.is_asked(it), out);
        }
    }
}

impl Bump {
    /// Whether the image of a stage is of the language and stays at an earlier version; none where it is not of the language.
    fn keeps(&self, stage: Stage<'_>) -> Option<bool> {
        let image = stage.base_image();
        let (repository, tag) = (image.name()?, image.effective_tag()?);
        let of_image = language_of_image(repository);
        if of_image.is_some_and(|it| it.0 != self.language) {
            return None;
        }
        if let Some(verdict) = self.verdict(repository, tag) {
            return Some(verdict.to.is_none() || verdict.by_hand.is_some() || has_triggers(tag));
        }
        let version = match of_image?.1 {
            VersionPlace::First => version_in(repository, tag)?,
            VersionPlace::Word => java_words(tag).next()?.1,
        };
        Some(version < self.to_numbers)
    }

    fn change_of(&self, reference: &Reference<'_>, verdict: &Verdict) -> Option<Change<'_>> {
        let image = &reference.position.image;
        let (repository, old) = (image.name()?, image.effective_tag()?);
        let (_, place) = language_of_image(repository)?;
        let (new_repository, new_tag) = verdict.to.as_ref()?;
        let (old, full) = match place {
            VersionPlace::First => (
                version_in(repository, old)?,
                tag_of_version(repository, &numbered_tag(repository, old), &self.to)
                    .and_then(|it| numbers(&it.full_version))?,
            ),
            VersionPlace::Word => (java_words(old).next()?.1, self.to_numbers.clone()),
        };
        Some(Change {
            language: &self.language,
            goal: self.goal(),
            repository: new_repository.clone(),
            old,
            new: self.to_numbers.clone(),
            full,
            new_tag: new_tag.clone(),
        })
    }

    /// An image that is no longer made, in whose place there is one of the language: that comes first.
    fn of_moved(&self, repository: &str, old: &str) -> Option<Verdict> {
        let moved = image_move(repository, old)?;
        let to = moved.to.as_deref()?;
        if language_of_image(to)?.0 != self.language {
            return None;
        }
        let there = moved.tag.as_deref().unwrap_or(old);
        let is_asked = match version_in(to, there).or_else(|| Some(java_words(there).next()?.1)) {
            Some(version) => self.is_asked(&version),
            None => self.from.is_empty(),
        };
        let recipe = match self.language.as_str() {
            "java" => "openjdk-to-temurin",
            _ => "image-move",
        };
        is_asked.then(|| Verdict {
            message: format!(
                "`{repository}:{old}` is no longer made, and not moved to {}",
                self.goal()
            ),
            by_hand: Some(format!(
                "`{to}` takes its place: run the recipe `{recipe}` first, then this one moves that"
            )),
            ..Verdict::default()
        })
    }

    /// An image of something else, whose tag names the version of the language that it has: nobody knows its tags.
    fn of_named(&self, repository: &str, old: &str) -> Option<Verdict> {
        let (word, version) = words::word_of_tag(&self.language, old)?;
        if !self.is_asked(&version) {
            return None;
        }
        let goal = self.goal();
        let start = word.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
        let new = old.replacen(word, &format!("{start}{}", self.to), 1);
        Some(Verdict {
            message: format!("`{repository}:{old}` has an earlier version than {goal}"),
            by_hand: Some(format!(
                "its tags are not known: see whether there is `{repository}:{new}`, and take it or another one of {goal}"
            )),
            ..Verdict::default()
        })
    }

    /// The tag begins with the version.
    fn of_first(&self, repository: &str, old: &str) -> Option<Verdict> {
        let version = version_in(repository, old)?;
        if !self.is_asked(&version) {
            return None;
        }
        let numbered = numbered_tag(repository, old);
        let goal = self.goal();
        let mut verdict = Verdict {
            message: format!("`{repository}:{old}` is of an earlier version than {goal}"),
            ..Verdict::default()
        };
        if self.language == "python" && version.first() == Some(&2) {
            verdict.by_hand = Some(format!(
                "Python 2 is gone: once the code runs with Python 3, choose a tag of {goal}"
            ));
            return Some(verdict);
        }
        let Some(found) = tag_of_version(repository, &numbered, &self.to) else {
            verdict.by_hand = Some(format!(
                "there is no tag of {goal} with this variant on this system: choose another one"
            ));
            return Some(verdict);
        };
        self.say_tag(repository, old, &found, &mut verdict);
        verdict.paths = paths(
            &self.language,
            repository,
            (&version, &self.to_numbers),
            &found.full_version,
        );
        verdict.to = Some((repository.to_owned(), found.tag));
        Some(verdict)
    }

    /// What the new tag is, and what of it is not known.
    fn say_tag(&self, repository: &str, old: &str, found: &VersionTag, verdict: &mut Verdict) {
        let new = &found.tag;
        verdict.evidence.push(format!("there is a tag `{new}`"));
        if !found.is_living {
            verdict.open.push(OpenCondition::new(
                format!("whether `{new}` will do: it is no longer maintained"),
                "take a newer version",
            ));
        }
        if !found.keeps_variant {
            verdict.open.push(OpenCondition::new(
                format!("whether `{new}` will do: there is no tag of this version with the variant of `{old}`"),
                "see what the two variants have",
            ));
        }
        let tagged = |tag: &str| image(repository, tag).foundation;
        let before: Option<Foundation> = found.old_foundation.or_else(|| tagged(old));
        if let (Some(before), Some(after)) = (before, &found.foundation)
            && before.release.is_some()
            && before.same_release(after) == Some(false)
        {
            verdict.evidence.push(format!(
                "it is based on {}, and `{old}` on {}",
                after.told(),
                before.told()
            ));
            verdict.suites = Suites::between(&before, after);
        }
        verdict.open.push(OpenCondition::new(
            format!("whether it works with {}", self.goal()),
            "run its tests",
        ));
    }

    /// A word of the tag says the version: `3.9-eclipse-temurin-17`.
    fn of_word(&self, repository: &str, old: &str) -> Option<Verdict> {
        let (range, version) = java_words(old).next()?;
        if !self.is_asked(&version) {
            return None;
        }
        let goal = self.goal();
        let mut verdict = Verdict {
            message: format!("`{repository}:{old}` is of an earlier version than {goal}"),
            ..Verdict::default()
        };
        let mut new = old.to_owned();
        new.replace_range(range, &self.to);
        if tag(repository, &new).is_none()
            && let Some(renamed) = Self::renamed(repository, &new)
        {
            verdict.open.push(OpenCondition::new(
                format!("whether `{renamed}` will do: there is no `{new}`"),
                "see what the two have",
            ));
            new = renamed;
        }
        if tag(repository, &new).is_none() {
            verdict.by_hand = Some(format!(
                "there is no `{repository}:{new}`: choose a version of it that knows {goal}"
            ));
            return Some(verdict);
        }
        verdict.evidence.push(format!("there is a tag `{new}`"));
        if is_living(repository, &new) == Some(false) {
            verdict.open.push(OpenCondition::new(
                format!("whether `{new}` will do: it is no longer maintained"),
                "take a newer one",
            ));
        }
        verdict.open.push(OpenCondition::new(
            format!("whether it works with {goal}"),
            "run its tests",
        ));
        // The tool of the image has a version of its own.
        let moved = image_move(repository, old);
        let moved = moved.filter(|it| !it.is_by_hand && it.to.as_deref() == Some(repository));
        let note = moved.as_ref().map_or("", |it| it.note);
        let pinned = lost_pin(old, &new).map(|it| match note {
            "" => it,
            note => OpenCondition::new(it.condition, note),
        });
        let changed = || version_changed(repository, old, &new).map(|it| it.open);
        verdict.open.extend(pinned.or_else(changed));
        verdict.to = Some((repository.to_owned(), new));
        // What images of this kind had by another name has other places, too.
        verdict.add_changes(moved.map_or("", |it| it.changes));
        Some(verdict)
    }

    /// The tag by the name that images of this kind have today: `3-jdk-21` is `3-eclipse-temurin-21`.
    fn renamed(repository: &str, new: &str) -> Option<String> {
        let moved =
            image_move(repository, new).filter(|it| it.to.as_deref() == Some(repository))?;
        moved.tag.filter(|it| tag(repository, it).is_some())
    }
}

/// Paths of an image that name the version of its language.
fn paths(
    language: &str,
    repository: &str,
    (old, new): (&[u32], &[u32]),
    full_version: &str,
) -> Vec<PathChange> {
    let (Some(old), Some(new)) = (two(old), two(new)) else {
        let is_java = repository == "amazoncorretto";
        let one = |it: &[u32]| it.first().map(u32::to_string);
        return match (one(old), one(new)) {
            (Some(old), Some(new)) if is_java => vec![PathChange::of(
                &format!("java-{old}-amazon-corretto"),
                &format!("java-{new}-amazon-corretto"),
            )],
            _ => Vec::new(),
        };
    };
    if old == new {
        return Vec::new();
    }
    let of_each = |texts: &[&str], not_below: &'static str, same_below: &'static str| {
        let change = |text: &&str| {
            PathChange::of(&text.replace('V', &old), &text.replace('V', &new))
                .not_below(not_below)
                .same_below(same_below)
        };
        texts.iter().map(change).collect()
    };
    match language {
        "python" => of_each(
            &[
                "lib/pythonV",
                "include/pythonV",
                "bin/pythonV",
                "bin/pipV",
                "bin/idleV",
                "bin/pydocV",
            ],
            "/usr/",
            "/site-packages",
        ),
        // What is below is the project's own.
        "ruby" => of_each(&["ruby/gems/V.0", "ruby/V.0"], "/usr/lib/", "/"),
        "golang" => vec![PathChange::of(
            &format!("GOTOOLCHAIN=go{old}*"),
            &format!("GOTOOLCHAIN=go{full_version}"),
        )],
        _ => Vec::new(),
    }
}

/// The paths that name the version of a language, where an image of it comes to another tag.
pub(super) fn paths_of_tags(repository: &str, (old, new): (&str, &str)) -> Vec<PathChange> {
    let Some((language, VersionPlace::First)) = language_of_image(repository) else {
        return Vec::new();
    };
    let (Some(before), Some(after)) =
        (last_version(repository, old), last_version(repository, new))
    else {
        return Vec::new();
    };
    let full: Vec<String> = after.iter().map(u32::to_string).collect();
    paths(language, repository, (&before, &after), &full.join("."))
}

/// Refuses, puts right, or tells what the project says and what leaves with the version of a language, where an image comes to another
/// tag, of the same repository or another one.
///
/// # Errors
/// What a file of the project excludes.
pub(super) fn look_at_tags(
    stage: Stage<'_>,
    old: (&str, &str),
    new: (&str, &str),
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    look_at_tags_beside(stage, old, new, &|_| Some(false), case)
}

/// The same, and what it gets from stages that stay: `keeps` tells of the image of a stage that it does.
///
/// # Errors
/// What a file of the project excludes.
pub(super) fn look_at_tags_beside(
    stage: Stage<'_>,
    (old_repository, old): (&str, &str),
    (repository, new): (&str, &str),
    keeps: &dyn Fn(Stage<'_>) -> Option<bool>,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let Some((language, VersionPlace::First)) = language_of_image(repository) else {
        return Ok(());
    };
    let before = last_version(old_repository, old);
    let (Some(before), Some(after)) = (before, last_version(repository, new)) else {
        return Ok(());
    };
    let is_same = before.starts_with(&after) || after.starts_with(&before);
    let shown: Vec<String> = after.iter().take(2).map(u32::to_string).collect();
    let change = Change {
        language,
        goal: format!("{} {}", name_of(language), shown.join(".")),
        repository: repository.to_owned(),
        old: before,
        new: after.clone(),
        full: after,
        new_tag: new.to_owned(),
    };
    if !is_same {
        taken::look_for_lost(stage, &change)?;
        project::look(stage, &change, case)?;
        given::look(stage, &change, keeps, case);
        asked::look(stage, &change, case);
        words::look_at_comments(stage, &change, case);
    }
    changes::look(stage, &change, case);
    Ok(())
}
