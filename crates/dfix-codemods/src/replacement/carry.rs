//! What a hole binds in one syntax, written in another: it must be read there as what it was.

use dfix_model::{Step, StepKind, Word, WordKind};

use crate::flat;
use crate::matching::state::{State, Text, Value};
use crate::pattern::words::WordPattern;

/// Where a text is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Into text that a shell reads, of an instruction of this kind.
    Shell(StepKind),
    /// Into a word that the builder reads.
    Dockerfile(StepKind),
    /// Into a string of JSON: of the exec form, or of paths.
    Json(StepKind),
    /// Into the text of a here-document that becomes a file; whether the builder puts variables in there.
    Body(bool),
}

/// What stands around the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) target: Target,
    /// The quotes that are open.
    pub(crate) quote: Option<char>,
    /// Whether a command would begin with it.
    pub(crate) is_command: bool,
    /// Whether it is a part of a script that stands in a string: `sh -c "curl {url}"`.
    pub(crate) is_in_script: bool,
}

impl Target {
    /// Where words of this kind stand, in an instruction of that.
    pub(crate) fn of(kind: WordKind, step: StepKind) -> Target {
        match kind {
            WordKind::Shell | WordKind::ShellIn(_) => Target::Shell(step),
            WordKind::Dockerfile => Target::Dockerfile(step),
            WordKind::Json => Target::Json(step),
        }
    }

    /// Whether a word that is written so may be written there as it is.
    pub(crate) fn is_of(self, kind: WordKind) -> bool {
        match self {
            Target::Shell(_) => matches!(kind, WordKind::Shell | WordKind::ShellIn(_)),
            Target::Dockerfile(_) => kind == WordKind::Dockerfile,
            Target::Json(_) | Target::Body(_) => false,
        }
    }
}

/// Whether a text stands for itself everywhere.
pub(crate) fn is_plain(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    !text.is_empty() && text.chars().all(is_plain)
}

/// A bound text as it is written at a place.
pub(crate) fn written(text: &Text<'_>, site: Site, state: &State<'_>) -> Result<String, String> {
    let shown = flat::shown(text.flat());
    if is_plain(text.flat()) {
        return Ok(shown);
    }
    if shown.contains(['\n', '\r']) {
        return Err(format!("`{shown}` cannot be written there"));
    }
    if site.is_in_script {
        return Err(format!(
            "`{shown}` cannot be written in a script that stands in a string"
        ));
    }
    let carried = Carried {
        text,
        shown,
        step: state.step_of(text),
    };
    match site.target {
        Target::Shell(kind) => carried.in_shell(kind, site),
        Target::Dockerfile(kind) => carried.in_dockerfile(kind, site.quote),
        Target::Json(kind) => carried.in_json(kind),
        Target::Body(_) if carried.has_variables() => Err(format!(
            "`{}` holds what would be read otherwise where it is put",
            carried.shown
        )),
        // Source: BuildKit, `frontend/dockerfile/shell`: in a body a backslash protects `$`, a quote and itself.
        Target::Body(true) => Ok(carried.shown.replace('\\', "\\\\").replace('$', "\\$")),
        Target::Body(false) => Ok(carried.shown),
    }
}

/// Refuses what would be read otherwise by who reads a word of the target: a variable, a pattern of a shell.
pub(crate) fn check(text: &Text<'_>, target: Target) -> Result<(), String> {
    let is_same = match (target, kind_of(text)) {
        (Target::Json(_), WordKind::Json) => true,
        (target, kind) => target.is_of(kind),
    };
    if is_same || is_plain(text.flat()) {
        return Ok(());
    }
    let shown = flat::shown(text.flat());
    if flat::has_expansion(text.flat()) {
        return Err(format!(
            "`{shown}` holds what would be read otherwise where it is put"
        ));
    }
    no_pattern(text)
}

/// The same for all that the holes of words bind.
pub(crate) fn check_all(
    words: &[&WordPattern],
    target: Target,
    state: &State<'_>,
) -> Result<(), String> {
    for hole in words.iter().flat_map(|it| it.holes()) {
        match hole.name.and_then(|name| state.value(name)) {
            Some(Value::Text(text)) => check(text, target)?,
            Some(Value::List(texts)) => texts.iter().try_for_each(|text| check(text, target))?,
            Some(Value::Whole(..)) | None => {}
        }
    }
    Ok(())
}

/// A bound text on its way.
struct Carried<'t, 'm> {
    text: &'t Text<'m>,
    shown: String,
    /// The instruction that it stands in, where that is known.
    step: Option<Step<'m>>,
}

impl Carried<'_, '_> {
    fn has_variables(&self) -> bool {
        flat::has_expansion(self.text.flat())
    }

    fn source(&self) -> Option<&str> {
        let is_whole = self.text.flat() == self.text.whole();
        let word = self.text.word.filter(|_| is_whole)?;
        Some(word.source_text())
    }

    fn in_shell(&self, kind: StepKind, site: Site) -> Result<String, String> {
        let shown = &self.shown;
        let from = kind_of(self.text);
        if from == WordKind::Shell && site.quote.is_none() {
            return self.of_shell();
        }
        if !matches!(from, WordKind::Shell | WordKind::ShellIn(_)) {
            if site.is_command {
                return Err(format!(
                    "`{shown}` would be the name of a program where it is put"
                ));
            }
            self.no_pattern_of_paths()?;
            self.is_for_posix()?;
            self.variables_are_known_to(kind)?;
        }
        match site.quote {
            Some('"') => Ok(between_double_quotes(self.text.flat(), "\"\\$`")),
            Some(_) => self.between_single_quotes(),
            None if self.has_variables() => Ok(in_double_quotes(self.text.flat(), "\"\\$`")),
            None => Ok(literal_in_shell(shown)),
        }
    }

    /// What was a word of a shell, or a part of one, where no quotes are open.
    fn of_shell(&self) -> Result<String, String> {
        if let Some(source) = self.source() {
            return Ok(source.to_owned());
        }
        let written = self.text.word.map_or("", Word::source_text);
        if !written.contains(['"', '\'', '\\', '`', '~']) && !self.shown.starts_with('#') {
            return Ok(self.shown.clone());
        }
        no_pattern(self.text)?;
        if self.has_variables() {
            return Ok(in_double_quotes(self.text.flat(), "\"\\$`"));
        }
        Ok(literal_in_shell(&self.shown))
    }

    fn between_single_quotes(&self) -> Result<String, String> {
        if self.shown.contains('\'') || self.has_variables() {
            return Err(format!(
                "`{}` cannot be written between single quotes",
                self.shown
            ));
        }
        Ok(self.shown.clone())
    }

    fn in_dockerfile(&self, kind: StepKind, quote: Option<char>) -> Result<String, String> {
        let shown = &self.shown;
        check(self.text, Target::Dockerfile(kind))?;
        let from = kind_of(self.text);
        let is_escaped_so = self.step.is_none_or(|step| step.file().escape() == '\\');
        if let Some('"') = quote {
            if !is_escaped_so && shown.contains(['"', '\\', '$']) {
                return Err(format!("`{shown}` cannot be written between quotes there"));
            }
            return Ok(between_double_quotes(self.text.flat(), "\"\\$"));
        }
        if quote.is_some() {
            return self.between_single_quotes();
        }
        if kind == StepKind::Maintainer && !self.has_variables() {
            return Ok(shown.clone());
        }
        let takes_all = matches!(
            kind,
            StepKind::Workdir | StepKind::User | StepKind::Stopsignal | StepKind::Maintainer
        );
        let has_pairs = matches!(kind, StepKind::Env | StepKind::Arg | StepKind::Label);
        if let Some(source) = self.source().filter(|_| from == WordKind::Dockerfile)
            && (takes_all || !has_open_blank(source))
        {
            return Ok(source.to_owned());
        }
        if shown.contains([' ', '\t']) && !(takes_all || has_pairs) {
            return Err(format!(
                "`{shown}` has a blank, which cannot be written there"
            ));
        }
        let is_of_files = matches!(kind, StepKind::Copy | StepKind::Add);
        if is_of_files && from != WordKind::Dockerfile && shown.contains(['*', '?', '[']) {
            return Err(format!("`{shown}` would be a pattern of files there"));
        }
        if !shown.contains('\'') && !self.has_variables() {
            return Ok(format!("'{shown}'"));
        }
        if !is_escaped_so {
            return Err(format!("`{shown}` cannot be written there"));
        }
        Ok(in_double_quotes(self.text.flat(), "\"\\$"))
    }

    fn in_json(&self, kind: StepKind) -> Result<String, String> {
        let shown = &self.shown;
        check_json(self.text)?;
        self.no_pattern_of_paths()?;
        let is_expanded = matches!(kind, StepKind::Copy | StepKind::Add | StepKind::Volume);
        if self.has_variables() && !is_expanded {
            return Err(format!(
                "`{shown}` holds a variable, which the exec form does not know"
            ));
        }
        let literal = flat::without_expansions(self.text.flat());
        if is_expanded && literal.contains(['$', '\\', '"', '\'']) || shown.contains('\t') {
            return Err(format!("`{shown}` cannot be written there"));
        }
        Ok(escaped_json(shown))
    }

    /// Refuses a pattern that the builder reads: of files of the context.
    fn no_pattern_of_paths(&self) -> Result<(), String> {
        let is_of_files = self.step.is_some_and(Step::is_copy_or_add);
        if is_of_files && self.shown.contains(['*', '?', '[']) && !self.shown.contains("://") {
            return Err(format!("`{}` is a pattern of files", self.shown));
        }
        Ok(())
    }

    /// Refuses quotes for a shell that reads them otherwise.
    fn is_for_posix(&self) -> Result<(), String> {
        let shell = self
            .step
            .and_then(|step| Some(step.stage()?.shell_at(step)));
        if shell.is_some_and(|it| !it.is_posix()) {
            return Err(format!(
                "how `{}` is quoted for the shell there is not known",
                self.shown
            ));
        }
        Ok(())
    }

    /// Refuses variables that the shell would not know as the builder does.
    fn variables_are_known_to(&self, kind: StepKind) -> Result<(), String> {
        let is_run = kind == StepKind::Run;
        for source in flat::expansions(self.text.flat()) {
            let name = variable(source);
            let is_there = name.is_some_and(|name| is_run || self.is_of_the_image(name));
            let is_global = self.step.is_none_or(|it| it.kind() == StepKind::From);
            if !is_there || is_global {
                return Err(format!("`{source}` may be something else to the shell"));
            }
        }
        Ok(())
    }

    /// Whether an `ENV` sets a variable of that name, so that it is there where the image is started.
    fn is_of_the_image(&self, name: &str) -> bool {
        let Some(step) = self.step else { return false };
        let stages = step
            .stage()
            .into_iter()
            .flat_map(dfix_model::Stage::base_chain);
        let mut steps = stages.flat_map(dfix_model::Stage::steps);
        steps.any(|it| {
            it.kind() == StepKind::Env
                && it.index() < step.index()
                && it.pairs().any(|pair| pair.key_text() == Some(name))
        })
    }
}

fn kind_of(text: &Text<'_>) -> WordKind {
    text.word.map_or(WordKind::Dockerfile, Word::kind)
}

fn check_json(text: &Text<'_>) -> Result<(), String> {
    match kind_of(text) {
        WordKind::Shell | WordKind::ShellIn(_) if flat::has_expansion(text.flat()) => Err(format!(
            "`{}` is for a shell, and there is none",
            flat::shown(text.flat())
        )),
        _ => no_pattern(text),
    }
}

/// Refuses what a shell takes for a pattern, a folder or several words: without one it would be something else.
fn no_pattern(text: &Text<'_>) -> Result<(), String> {
    let is_of_shell = matches!(kind_of(text), WordKind::Shell | WordKind::ShellIn(_));
    let flat = text.flat();
    let has_signs = flat.contains(['*', '?', '[', '{']) || flat.contains('~');
    let is_quoted = |word: Word<'_>| {
        let written = word.source_text();
        let of = |quote: char| {
            let inside = written.strip_prefix(quote);
            inside.is_some_and(|it| it.find(quote) == Some(it.len().saturating_sub(1)))
        };
        of('"') || of('\'')
    };
    match text.word {
        Some(word) if is_of_shell && has_signs && !is_quoted(word) => Err(format!(
            "`{}` may be more to the shell than its text",
            word.shortened()
        )),
        _ => Ok(()),
    }
}

/// Whether a blank stands outside of quotes.
fn has_open_blank(source: &str) -> bool {
    let mut quote = None;
    let mut is_escaped = false;
    for c in source.chars() {
        match (quote, c) {
            _ if is_escaped => is_escaped = false,
            (None | Some('"'), '\\') => is_escaped = true,
            (None, ' ' | '\t') => return true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    false
}

/// The variable that an expansion is, perhaps with a default: `${X}`, `${X:-a}`, `${X:+a}`.
fn variable(source: &str) -> Option<&str> {
    let inside = source.strip_prefix("${")?.strip_suffix('}')?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = inside.find(|c| !is_part(c)).unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix(":+"));
    let is_known = rest.is_empty() || default.is_some_and(|it| it.is_empty() || is_plain(it));
    (is_known && !name.is_empty()).then_some(name)
}

/// A text as one word of a shell.
pub(crate) fn literal_in_shell(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.contains('\'') {
        in_double_quotes(text, "\"\\$`")
    } else {
        format!("'{text}'")
    }
}

/// A text as it is written between the quotes of JSON.
pub(crate) fn escaped_json(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn in_double_quotes(flat: &str, special: &str) -> String {
    format!("\"{}\"", between_double_quotes(flat, special))
}

/// A text as it stands for itself between double quotes; its variables stay variables.
fn between_double_quotes(flat: &str, special: &str) -> String {
    let mut written = String::new();
    let mut is_expansion = false;
    for c in flat.chars() {
        match c {
            flat::OPEN => is_expansion = true,
            flat::CLOSE => is_expansion = false,
            c if !is_expansion && special.contains(c) => written.extend(['\\', c]),
            c => written.push(c),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{between_double_quotes, has_open_blank, literal_in_shell, variable};

    #[test]
    fn texts_are_quoted_for_a_shell() {
        assert_eq!(literal_in_shell("a/b"), "a/b");
        assert_eq!(literal_in_shell("a&b"), "'a&b'");
        assert_eq!(literal_in_shell("it's $1"), "\"it's \\$1\"");
        assert_eq!(literal_in_shell(""), "''");
        let flat = "\u{2}${X}\u{3}&\"`";
        assert_eq!(between_double_quotes(flat, "\"\\$`"), "${X}&\\\"\\`");
    }

    #[test]
    fn variables_that_every_shell_knows() {
        assert_eq!(variable("${X}"), Some("X"));
        assert_eq!(variable("${X:-a}"), Some("X"));
        assert_eq!(variable("${X/a/b}"), None);
        assert_eq!(variable("$(id)"), None);
    }

    #[test]
    fn blanks_outside_of_quotes() {
        assert!(has_open_blank("a b") && has_open_blank("'a' b"));
        assert!(!has_open_blank("\"a b\"") && !has_open_blank("a\\ b"));
    }
}
