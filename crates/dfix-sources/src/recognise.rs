//! In which language a file is written.

use crate::language::Language;
use crate::tables::{is_left_out, language};

/// By the name's ending, else by the interpreter that the first line names.
pub(crate) fn language_of(path: &str, text: &str) -> Option<Language> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if crate::properties::is_named_so(name) {
        return Some(Language::Properties);
    }
    if let Some((_, ending)) = name.rsplit_once('.')
        && let Some(found) = by("ending", ending)
    {
        return Some(found);
    }
    if let Some(found) = by("file", name) {
        return Some(found);
    }
    let words = text.lines().next()?.strip_prefix("#!")?.split_whitespace();
    let programs = words.filter_map(|word| word.rsplit('/').next());
    let mut programs = programs.filter(|word| *word != "env" && !word.starts_with('-'));
    let program = programs.next()?;
    by(
        "program",
        program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'),
    )
}

fn by(kind: &str, name: &str) -> Option<Language> {
    let name = name.to_ascii_lowercase();
    let found = language(kind, &name)?;
    Some(match found {
        "python" => Language::Python,
        "javascript" => Language::JavaScript,
        "typescript" => Language::TypeScript,
        "ruby" => Language::Ruby,
        "php" => Language::Php,
        "go" => Language::Go,
        "java" => Language::Java,
        "kotlin" => Language::Kotlin,
        _ => Language::Properties,
    })
}

/// Whether a file of this name may be in a language that is read; one without an ending may name an interpreter.
pub fn may_be_source(name: &str) -> bool {
    !name.contains('.') || language_of(name, "").is_some()
}

/// Whether a file, or a folder with a slash at its end, may belong to what the application runs, by its name without
/// what is above: tests, examples, installed packages and what is made from other sources do not.
pub fn is_application(name: &str) -> bool {
    if let Some(folder) = name.strip_suffix('/') {
        return !is_left_out("folder", folder);
    }
    // `a.test.js`, `test_a.py`, `a_test.go`
    let (stem, _) = name.rsplit_once('.').unwrap_or((name, ""));
    let first = stem.split_once('_').map_or("", |(first, _)| first);
    let last = stem.rsplit_once(['.', '_']).map_or("", |(_, last)| last);
    !is_left_out("file", name) && !is_left_out("first", first) && !is_left_out("last", last)
}

/// Whether a path is that of a script that a server hands to browsers, by its folders: what it does, it does there.
pub fn is_for_browsers(path: &str) -> bool {
    let is_script = matches!(
        language_of(path, ""),
        Some(Language::JavaScript | Language::TypeScript)
    );
    let mut folders = path.split('/').rev().skip(1);
    is_script && folders.any(|folder| is_left_out("browser", folder))
}

/// The language of a file of this name, where it is one whose sources are not read: `Rust`.
pub fn unread_language(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    language("unread", &ending.to_ascii_lowercase())
}
