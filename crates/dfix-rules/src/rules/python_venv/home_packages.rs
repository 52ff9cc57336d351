//! Packages in a user's own place for them, where the Python of a virtual environment does not look: `~/.local/lib`, or
//! what `PYTHONUSERBASE` names (PEP 370; Python's documentation of `site`: `ENABLE_USER_SITE` is false in an environment).

use dfix_model::path::ImagePath;
use dfix_model::{Command, Destination, Source, Stage, Step, Word};

use super::site::Site;

const VARIABLE: &str = "PYTHONUSERBASE";

/// What brings such packages, as a sentence.
pub(super) fn first(site: &Site<'_>) -> Option<String> {
    let others = site.launched().chain(site.started()).chain(site.beside());
    if site.commands().chain(others).any(installs_at_home) {
        return Some("another install puts packages into the user's home, which a virtual environment would hide".to_owned());
    }
    if let Some((copy, place)) = site.steps().find_map(|it| Some((it, brought(it)?))) {
        return Some(format!(
            "`{}` (line {}) brings `{place}`, and packages in a user's home are hidden by a virtual environment; install them all in one place first",
            copy.name(),
            copy.line(),
        ));
    }
    let mut stages = site.shipped().chain([site.stage]);
    let is_set = stages.any(|stage| stage.final_env(VARIABLE).is_set());
    let in_launches = || {
        let mut told = site.launches().flat_map(|it| &it.environment);
        told.any(|it| it.name == VARIABLE)
    };
    (is_set || in_launches()).then(|| {
        format!("{VARIABLE} is set, and the packages that it leads to are hidden by a virtual environment; leave it out first")
    })
}

fn installs_at_home(command: Command<'_>) -> bool {
    let install = command.python_install();
    install.is_some_and(|it| it.destination() == Destination::User)
}

/// The place of a user's packages that a `COPY` or `ADD` names, or that is in the home which it takes from a stage.
fn brought(copy: Step<'_>) -> Option<String> {
    let named = names(copy);
    named.or_else(|| {
        let from = copy.source()?;
        let mut sources = copy.sources().map(|it| path_of(copy, it));
        let home = sources.find(|it| is_home(it))?;
        let may_have = match from {
            Source::Stage(stage) => has(stage),
            Source::Image(_) | Source::Unknown => true,
        };
        may_have.then_some(home)
    })
}

fn names(copy: Step<'_>) -> Option<String> {
    let mut words = copy.sources().chain(copy.target());
    words.find_map(|it| named(copy, it))
}

/// What a word says, variables put in where they are known, else as it is written.
fn path_of<'m>(copy: Step<'m>, word: Word<'m>) -> String {
    let told = copy.stage().and_then(|it| it.expand_text(word, copy));
    told.map_or_else(|| word.source_text().to_owned(), Into::into)
}

/// `/root/.local`, `/home/app/.local/lib/python3.12`, but not `/root/.local/bin/uv`.
fn named<'m>(copy: Step<'m>, word: Word<'m>) -> Option<String> {
    let text = path_of(copy, word);
    let (_, behind) = text.split_once(".local")?;
    let is_place = matches!(behind, "" | "/" | "/*" | "/." | "/lib") || behind.starts_with("/lib/");
    is_place.then_some(text)
}

/// Whether a path is somebody's home, or what is above homes.
fn is_home(path: &str) -> bool {
    let path = ImagePath::new(path);
    let mut parts = path.parts();
    match (parts.next(), parts.next()) {
        (None | Some("root"), None) => true,
        (Some("home"), _) => parts.next().is_none(),
        _ => false,
    }
}

/// Whether a user's packages are in a stage.
fn has(stage: Stage<'_>) -> bool {
    let mut stages = stage.base_chain();
    stages.any(|it| {
        it.commands().any(installs_at_home) || it.steps().any(|copy| names(copy).is_some())
    })
}
