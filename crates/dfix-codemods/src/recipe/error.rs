//! What is wrong with a recipe, told with file, line and a caret.

use std::fmt;
use std::ops::Range;

/// Why a recipe cannot be used. Its text shows the place, a caret below it, and what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeError {
    /// The file that it stands in, as it was named.
    pub file: String,
    /// Line and column, from 1; none where it is about no place of the file.
    pub place: Option<(usize, usize)>,
    /// The line, and how many characters of it, from the column on, it is about.
    pub shown: Option<Box<(String, usize)>>,
    /// What is the matter, as a sentence without a full stop.
    pub message: String,
    /// What can be done about it, likewise.
    pub remedy: Option<String>,
}

impl RecipeError {
    pub(crate) fn new(file: &str, message: impl Into<String>) -> Self {
        RecipeError {
            file: file.to_owned(),
            place: None,
            shown: None,
            message: message.into(),
            remedy: None,
        }
    }

    /// The same at some bytes of the file's text.
    pub(crate) fn at(mut self, text: &str, range: &Range<usize>) -> Self {
        let start = floor(text, range.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = floor(text, range.end).clamp(start, line_end);
        let number = text[..start].matches('\n').count() + 1;
        let column = text[line_start..start].chars().count() + 1;
        self.place = Some((number, column));
        let width = text[start..end].chars().count().max(1);
        let line = text[line_start..line_end].trim_end().to_owned();
        self.shown = Some(Box::new((line, width)));
        self
    }

    /// The same with what can be done about it.
    pub(crate) fn with_remedy(mut self, remedy: impl Into<Option<String>>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

/// The border of characters at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let (Some((_, column)), Some(shown)) = (self.place, &self.shown) {
            let (line, width) = &**shown;
            let (before, carets) = (" ".repeat(column - 1), "^".repeat(*width));
            write!(f, "\n  | {line}\n  | {before}{carets}")?;
        }
        match &self.remedy {
            Some(remedy) => write!(f, "\n  = help: {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RecipeError {}

/// The known name that is most like one that is not known, if one is alike at all.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let likeness = |it: &&str| strsim::jaro_winkler(name, it);
    let near = known.into_iter().filter(|it| likeness(it) > 0.8);
    near.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

/// `; did you mean …?` where a known name is near, else nothing.
pub(crate) fn did_you_mean<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(name, known).map_or_else(String::new, |it| format!("; did you mean `{it}`?"))
}
