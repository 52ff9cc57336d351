//! Paths of an image that are others in the image that takes its place.

use dfix_model::{Command, ImagePlace, Mount, Stage, Step, Word, is_comment};
use dfix_syntax::{TextRange, TextSize};
use regex::Regex;

use crate::matching::reference::Reference;

/// A path, and what it is in the new image.
#[derive(Debug, Clone)]
pub(crate) struct PathChange {
    old: Regex,
    new: String,
    /// What does not stand before it.
    not_below: &'static str,
    /// What of it is known to be in the new image, too: the beginning of what stands behind it.
    same_below: &'static str,
}

impl PathChange {
    /// From a row of the catalogue: `path:OLD=NEW`, `*` being any text without a slash.
    pub(crate) fn read(change: &str) -> Option<Self> {
        let (old, new) = change.strip_prefix("path:")?.split_once('=')?;
        Some(PathChange::of(old, new))
    }

    /// `*` in the old one is any text without a slash.
    pub(crate) fn of(old: &str, new: &str) -> Self {
        let parts: Vec<String> = old.split('*').map(regex::escape).collect();
        let old = parts.join("[A-Za-z0-9._+-]*");
        PathChange {
            old: Regex::new(&old).expect("escaped texts and a class of letters"),
            new: new.to_owned(),
            not_below: "",
            same_below: "/bin",
        }
    }

    /// The same, but not where this stands before it.
    pub(crate) fn not_below(self, not_below: &'static str) -> Self {
        PathChange { not_below, ..self }
    }

    /// The same, where what begins so below it is in the new image, too.
    pub(crate) fn same_below(self, same_below: &'static str) -> Self {
        PathChange { same_below, ..self }
    }

    /// Whether a path begins with this one.
    pub(crate) fn is_in(&self, path: &str) -> bool {
        let found = self.old.find(path);
        found.is_some_and(|it| it.start() == 0 && is_alone(path, 0, it.end()))
    }
}

/// A change of the catalogue as it is for a tag: `{jre/}` is a folder that only the JDK of Java 8 has.
pub(crate) fn change_of_tag(change: &str, tag: &str) -> String {
    let is_of_8 = tag.split('-').any(|it| it == "8" || it.starts_with("8u"));
    let has_folder = is_of_8 && !tag.contains("jre");
    change.replace("{jre/}", if has_folder { "jre/" } else { "" })
}

/// A change of the catalogue, for people.
pub(crate) fn told(change: &str) -> String {
    let Some((what, new)) = change.split_once('=') else {
        return change.to_owned();
    };
    match what.split_once(':') {
        Some(("path" | "lacks", old)) => format!("`{old}` is `{new}`"),
        Some(("env", old)) => format!("the variable `{old}` is `{new}`"),
        Some(("port", old)) => format!("the port {old} is {new}"),
        _ if what == "libc" => format!("its C library is `{new}`"),
        _ if what == "user" => format!("it runs as the user `{new}`"),
        _ => format!("its {what} is `{new}`"),
    }
}

/// A place where a path of the image stands.
pub(crate) struct Occurrence<'m> {
    pub(crate) range: TextRange,
    /// What stands there.
    pub(crate) old: String,
    /// What stands there then.
    pub(crate) new: String,
    pub(crate) step: Step<'m>,
    /// Whether it names something below the path that may not be in the new image.
    pub(crate) is_doubtful: bool,
}

/// Where these paths of the image stand.
pub(crate) fn occurrences<'m>(
    reference: &Reference<'m>,
    paths: &[PathChange],
) -> Vec<Occurrence<'m>> {
    let mut found: Vec<Occurrence<'m>> = Vec::new();
    if paths.is_empty() {
        return found;
    }
    let made = made(reference, paths);
    for (area, step) in areas(reference) {
        let start = usize::from(area.start() - step.range().start());
        let end = usize::from(area.end() - step.range().start());
        let text = step.source_text();
        for change in paths {
            for it in change.old.find_iter(text) {
                let is_within = it.start() >= start && it.end() <= end;
                let is_elsewhere =
                    !change.not_below.is_empty() && text[..it.start()].ends_with(change.not_below);
                if !is_within
                    || is_elsewhere
                    || !is_alone(text, it.start(), it.end())
                    || is_comment(text, it.start())
                    || made.iter().any(|made| made == it.as_str())
                {
                    continue;
                }
                let Ok(offset) = TextSize::try_from(it.start()) else {
                    continue;
                };
                let range = TextRange::at(step.range().start() + offset, TextSize::of(it.as_str()));
                if found.iter().any(|it| it.range.intersect(range).is_some()) {
                    continue;
                }
                let rest = &text[it.end()..];
                found.push(Occurrence {
                    range,
                    old: it.as_str().to_owned(),
                    new: change.new.clone(),
                    step,
                    is_doubtful: rest.starts_with('/') && !rest.starts_with(change.same_below),
                });
            }
        }
    }
    found
}

/// Paths of these that the file itself makes, as links or programs: nothing of the image.
fn made(reference: &Reference<'_>, paths: &[PathChange]) -> Vec<String> {
    let ImagePlace::From(stage) = reference.position.place else {
        return Vec::new();
    };
    let commands = stage.with_descendants().flat_map(Stage::commands);
    let words = commands.filter_map(|it| made_by(it)?.value());
    let is_path = |text: &&str| {
        let is_it = |change: &PathChange| {
            let found = change.old.find(text);
            found.is_some_and(|it| it.as_str() == *text)
        };
        paths.iter().any(is_it)
    };
    words.filter(is_path).map(str::to_owned).collect()
}

/// The name that a command gives to something that is elsewhere.
fn made_by(command: Command<'_>) -> Option<Word<'_>> {
    if command.is("update-alternatives") {
        let mut words = command.args().skip_while(|it| !it.is("--install"));
        return words.nth(1);
    }
    let mut operands = command.args().filter(|it| !it.starts_with("-"));
    let target = operands.next_back()?;
    let source = operands.next_back()?;
    let is_named_anew = match command.name() {
        "ln" => true,
        // What goes into a folder keeps its name.
        "cp" | "install" | "mv" => {
            let name = |word: Word<'_>| word.value()?.rsplit('/').next().map(str::to_owned);
            name(source).is_some() && name(source) == name(target)
        }
        _ => false,
    };
    is_named_anew.then_some(target)
}

/// The parts of the file in which paths of the image may stand.
pub(crate) fn areas<'m>(reference: &Reference<'m>) -> Vec<(TextRange, Step<'m>)> {
    let of_words = |step: Step<'m>| {
        let words: Vec<Word<'m>> = step.sources().collect();
        words.into_iter().map(move |word| (word.range(), step))
    };
    match reference.position.place {
        ImagePlace::From(stage) => {
            let mut areas = Vec::new();
            for stage in stage.with_descendants() {
                areas.extend(stage.steps().filter_map(of_own_step));
                areas.extend(stage.copied_by().flat_map(of_words));
            }
            areas
        }
        ImagePlace::Copy(step) => of_words(step).collect(),
        ImagePlace::Mount(step) => {
            let of_image = |mount: &Mount<'m>| {
                let named = mount.option("from").and_then(Word::value);
                named.is_some() && named == reference.position.image.text()
            };
            let mounts = step.mounts().filter(of_image);
            let sources = mounts.filter_map(Mount::source);
            sources.map(|word| (word.range(), step)).collect()
        }
        ImagePlace::Syntax(_) => Vec::new(),
    }
}

/// Of what is copied from elsewhere, the target only is the image's own.
fn of_own_step(step: Step<'_>) -> Option<(TextRange, Step<'_>)> {
    let is_from = step.stage().map(Stage::from_step) == Some(step);
    if is_from {
        return None;
    }
    if step.flag("from").is_some() {
        return Some((step.target()?.range(), step));
    }
    Some((step.range(), step))
}

/// Whether the text before and after does not go on with the path's name.
fn is_alone(text: &str, start: usize, end: usize) -> bool {
    let goes_on = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
    !text[..start].ends_with(goes_on) && !text[end..].starts_with(goes_on)
}
