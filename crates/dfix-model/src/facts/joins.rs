//! The joins of the list of commands that a whole `RUN` is, and how lines end at them.

use dfix_syntax::TextRange;

use crate::collect::command::{Connector, Operator};
use crate::collect::instruction::StepKind;
use crate::handles::{Command, Step};

/// A `&&` of the list that a whole `RUN` is.
#[derive(Debug, Clone, Copy)]
pub struct Join<'m> {
    text: &'m str,
    escape: char,
    range: TextRange,
}

/// How a line ends at a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineEnd<'m> {
    /// Whether the line ends before it, so that it begins one; else one begins behind it.
    pub is_before: bool,
    /// What that line is set in by.
    pub indent: &'m str,
}

impl<'m> Step<'m> {
    /// The `&&`s of the list that the whole `RUN` is, in order of place; none of here-documents and of the exec form.
    pub fn joins(self) -> Vec<Join<'m>> {
        let is_list = self.is(StepKind::Run) && !self.is_exec_form();
        if !is_list || self.instruction().heredocs().next().is_some() {
            return Vec::new();
        }
        let is_of_it = |it: &Command<'_>| {
            let around = it.around();
            it.outer().is_none()
                && !(around.subshell || around.looped || around.function || around.substitution)
        };
        let and = |it: Connector| (it.operator == Operator::And).then_some(it.range);
        let commands = self.commands().filter(is_of_it);
        let ranges = commands.filter_map(|it| it.before().and_then(and));
        let join = |range| Join {
            text: self.file.text,
            escape: self.file.escape(),
            range,
        };
        ranges.map(join).collect()
    }
}

impl<'m> Join<'m> {
    /// Its place.
    pub fn range(&self) -> TextRange {
        self.range
    }

    /// How a line ends there, if one does.
    pub fn line_end(&self) -> Option<LineEnd<'m>> {
        let start = usize::from(self.range.start());
        let line = self.line_start();
        if line > 0 && self.text[line..start].trim().is_empty() {
            return Some(LineEnd {
                is_before: true,
                indent: &self.text[line..start],
            });
        }
        let (own, next) = self.text[usize::from(self.range.end())..].split_once('\n')?;
        let is_last = own.trim().strip_suffix(self.escape) == Some("");
        let indent = next.len() - next.trim_start_matches([' ', '\t']).len();
        is_last.then(|| LineEnd {
            is_before: false,
            indent: &next[..indent],
        })
    }

    /// How long the line is that it stands on, in letters.
    pub fn width_of_line(&self) -> usize {
        let end = usize::from(self.range.end());
        let next = self.text[end..].find('\n');
        let next = next.map_or(self.text.len(), |it| end + it);
        self.text[self.line_start()..next].chars().count()
    }

    fn line_start(&self) -> usize {
        let start = usize::from(self.range.start());
        self.text[..start].rfind('\n').map_or(0, |it| it + 1)
    }
}
