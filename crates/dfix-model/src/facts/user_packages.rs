//! Packages in a user's own place for them: `~/.local`, or what `PYTHONUSERBASE` names.
//!
//! Sources: PEP 370; Python's documentation of `site`.

use crate::facts::destination::Destination;
use crate::facts::setting::EnvValue;
use crate::facts::variables::{env_at, expand_text};
use crate::handles::{Command, Source, Stage, Step, Word};
use crate::path::ImagePath;

/// The variable that names the place.
pub const USER_BASE: &str = "PYTHONUSERBASE";

impl Step<'_> {
    /// The place that a `COPY` or `ADD` names, or the folder around it that it takes from a stage; of an image a home, in which
    /// it may be.
    pub fn user_packages(self) -> Option<String> {
        if let Some(named) = self
            .sources()
            .chain(self.target())
            .find_map(|it| named(self, it))
        {
            return Some(named);
        }
        let places = match self.source()? {
            Source::Stage(stage) => places_in(stage),
            Source::Image(_) | Source::Unknown => vec![None],
        };
        let mut sources = self.sources().map(|it| path_of(self, it));
        sources.find(|source| {
            let path = ImagePath::new(source);
            let holds = |place: &Option<ImagePath>| match place {
                Some(place) => place.is_below(&path) || path.is_below(&place.join("lib")),
                None => is_home(&path),
            };
            places.iter().any(holds)
        })
    }
}

impl Command<'_> {
    /// Whether it puts Python packages into the user's own place.
    pub fn installs_for_user(self) -> bool {
        let install = self.python_install();
        install.is_some_and(|it| it.destination() == Destination::User)
    }
}

/// The places that a stage has; none for one that is not known.
fn places_in(stage: Stage<'_>) -> Vec<Option<ImagePath>> {
    let mut found = Vec::new();
    for stage in stage.base_chain() {
        let installs = stage.commands().filter(|it| it.installs_for_user());
        found.extend(installs.map(|it| place_of(stage, it)));
        let copies = stage.steps().filter(|it| it.user_packages().is_some());
        found.extend(copies.map(|copy| Some(ImagePath::new(&path_of(copy, copy.target()?)))));
    }
    found
}

fn place_of<'m>(stage: Stage<'m>, command: Command<'m>) -> Option<ImagePath> {
    match env_at(stage, command, USER_BASE) {
        EnvValue::Unset => Some(stage.settings().home(command)?.join(".local")),
        EnvValue::Unknown => None,
        set @ EnvValue::Set(_) => set.value().map(ImagePath::new),
    }
}

/// What a word says, variables put in where they are known, else as it is written.
fn path_of<'m>(copy: Step<'m>, word: Word<'m>) -> String {
    let told = copy.stage().and_then(|it| expand_text(it, word, copy));
    told.map_or_else(|| word.source_text().to_owned(), Into::into)
}

/// `/root/.local`, `/home/app/.local/lib/python3.12`, but not `/root/.local/bin/uv`.
fn named<'m>(copy: Step<'m>, word: Word<'m>) -> Option<String> {
    let text = path_of(copy, word);
    let mut parts = text.split('/').filter(|it| !matches!(*it, "" | "."));
    parts.find(|it| *it == ".local")?;
    matches!(parts.next(), None | Some("lib" | "*")).then_some(text)
}

/// Whether a path is somebody's home, or what is above homes.
fn is_home(path: &ImagePath) -> bool {
    let mut parts = path.parts();
    match (parts.next(), parts.next()) {
        (None | Some("root"), None) => true,
        (Some("home"), _) => parts.next().is_none(),
        _ => false,
    }
}
