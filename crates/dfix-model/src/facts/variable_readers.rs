//! Who beside the Dockerfile knows a variable of the environment by its name.

use crate::facts::application_sources::application_sources;
use crate::facts::launches;
use crate::handles::Stage;

/// Whether a text has a name in it as a word of its own, and not as part of a longer one.
pub fn names_whole(text: &str, name: &str) -> bool {
    places_of(text, name).next().is_some()
}

/// Whether a text reads a variable: `$NAME` or `${NAME…`.
pub fn reads_variable(text: &str, name: &str) -> bool {
    let mut befores = places_of(text, name).map(|at| &text[..at]);
    befores.any(|it| it.ends_with('$') || it.ends_with("${"))
}

/// Where a text has a name in it as a word of its own.
fn places_of(text: &str, name: &str) -> impl Iterator<Item = usize> {
    let goes_on = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let places = text.match_indices(name).map(|it| it.0);
    places.filter(move |at| {
        !text[..*at].ends_with(goes_on) && !text[at + name.len()..].starts_with(goes_on)
    })
}

impl Stage<'_> {
    /// The first place in the project, beside the Dockerfile, that names a variable of the environment: a source of the
    /// application that asks for it, a script or settings that are shipped, what sets it where the container is started. As
    /// a message names it: "`settings.py` (line 3)". `None` where nothing that was read names it, which is no proof.
    pub fn variable_elsewhere(self, name: &str) -> Option<String> {
        let sources = application_sources(self);
        let in_texts = || {
            let mut texts = self.shipped_texts().iter();
            texts.find_map(|text| {
                let mut lines = text.lines();
                let line = lines.find(|it| names_whole(it.text, name))?;
                Some(format!("`{}` (line {})", line.file, line.number))
            })
        };
        let at_start = || {
            let all = launches::all(self.file()).launches.iter();
            let mut set = all.flat_map(|it| &it.environment);
            let place = &set.find(|it| it.name == name)?.place;
            Some(format!("`{}` (line {})", place.file, place.line))
        };
        let quoted = || {
            let found = self.quoted_in_unread_sources(|it| it == name)?;
            Some(found.1)
        };
        sources
            .asks_for(name)
            .or_else(in_texts)
            .or_else(at_start)
            .or_else(quoted)
    }
}
