//! What is wrong with a pattern, a replacement or a condition, told with a caret.

use std::fmt;
use std::ops::Range;

/// Why a rewrite cannot be understood. Its text shows the line, a caret below the place, and what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// What it is part of: `pattern`, `replacement`, or the name of a condition.
    pub part: String,
    /// The text that it was found in.
    pub text: String,
    /// The bytes of that text which it is about.
    pub range: Range<usize>,
    /// What is the matter, as a sentence without a full stop.
    pub message: String,
    /// What can be done about it, likewise.
    pub remedy: Option<String>,
}

impl PatternError {
    /// The same with a sentence that says what can be done.
    pub(crate) fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.range.start.min(self.text.len());
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..]
            .find('\n')
            .map_or(self.text.len(), |at| start + at);
        let line = &self.text[line_start..line_end];
        let before = self.text[line_start..start].chars().count();
        let end = self.range.end.clamp(start, line_end);
        let carets = self.text[start..end].chars().count().max(1);
        write!(
            f,
            "the {}: {}\n  | {line}\n  | {}{}",
            self.part,
            self.message,
            " ".repeat(before),
            "^".repeat(carets)
        )?;
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  = help: {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PatternError {}

/// Where errors are made: the text that is being read, and what it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'t> {
    pub(crate) part: &'t str,
    pub(crate) text: &'t str,
}

impl Reading<'_> {
    pub(crate) fn error(&self, range: Range<usize>, message: impl Into<String>) -> PatternError {
        PatternError {
            part: self.part.to_owned(),
            text: self.text.to_owned(),
            range,
            message: message.into(),
            remedy: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn the_caret_stands_below_the_place() {
        let reading = Reading {
            part: "replacement",
            text: "FROM a\nRUN é {x}",
        };
        let error = reading
            .error(14..17, "nothing binds `x`")
            .with_remedy("bind it in the pattern");
        assert_eq!(
            error.to_string(),
            "the replacement: nothing binds `x`\n  | RUN é {x}\n  |       ^^^\n  = help: bind it in the pattern"
        );
    }
}
