//! What a stage runs and that was not read.

use super::Walk;
use crate::ternary::OpenCondition;

/// What of a stage was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnreadKind {
    /// Text for an interpreter.
    Text,
    /// A program that the file does not show, or that is decided when it is built.
    Program,
}

/// Something that a stage runs and that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// What cannot be said for it.
    pub open: OpenCondition,
    /// What it is.
    pub kind: UnreadKind,
    /// The program or the script, as the command names it that starts it, where it is one.
    pub path: Option<String>,
}

impl Walk<'_> {
    pub(super) fn unread(&mut self, kind: UnreadKind, condition: String, remedy: &str) {
        self.not_read(kind, OpenCondition::new(condition, remedy));
    }

    pub(super) fn not_read(&mut self, kind: UnreadKind, open: OpenCondition) {
        if self.seen.insert(open.condition.clone()) {
            self.calls.unread.push(NotRead {
                open,
                kind,
                path: None,
            });
        }
    }

    /// A program or a script that was not read, by its path.
    pub(super) fn unread_file(
        &mut self,
        path: &str,
        kind: UnreadKind,
        condition: String,
        remedy: &str,
    ) {
        let open = OpenCondition::new(condition, remedy);
        if self.seen.insert(open.condition.clone()) {
            self.calls.unread.push(NotRead {
                open,
                kind,
                path: Some(path.to_owned()),
            });
        }
    }
}
