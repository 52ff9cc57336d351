//! What the builder refuses although the tree can hold it.

use super::{Grammar, lex};
use crate::kind::SyntaxKind::{
    self, ADD_INSTR, ARG_INSTR, CMD_INSTR, COPY_INSTR, ENTRYPOINT_INSTR, FROM_INSTR,
    MAINTAINER_INSTR, ONBUILD_INSTR, RUN_INSTR,
};

impl Grammar<'_> {
    /// Whether an instruction of this kind may stand here.
    pub(super) fn check_place(
        &mut self,
        kind: SyntaxKind,
        keyword: &str,
        start: usize,
        end: usize,
        depth: u8,
    ) {
        if depth > 0 {
            if matches!(kind, ONBUILD_INSTR | FROM_INSTR | MAINTAINER_INSTR) {
                let message = format!("`{keyword}` cannot be what `ONBUILD` triggers");
                self.parse_error(start, end, message);
            }
        } else if kind == FROM_INSTR {
            self.seen_from = true;
        } else if !self.seen_from && kind != ARG_INSTR {
            self.error(
                start,
                end,
                format!("`{keyword}` stands before the first `FROM`"),
            );
        }
    }

    /// An instruction without arguments.
    pub(super) fn check_empty(&mut self, kind: SyntaxKind, start: usize, end: usize) {
        // An empty command is the builder's way to take an inherited one back.
        if !matches!(kind, RUN_INSTR | CMD_INSTR | ENTRYPOINT_INSTR) {
            self.error(start, end, "the instruction has no arguments");
        }
    }

    /// `COPY`, `ADD`, `VOLUME`: how many words, and where a here-document may stand.
    pub(super) fn check_paths(
        &mut self,
        kind: SyntaxKind,
        rest: &str,
        count: usize,
        at_least: usize,
        start: usize,
    ) {
        let end = self.sink.position();
        if count < at_least {
            let message = match kind {
                COPY_INSTR | ADD_INSTR => "a source or the target is missing",
                _ => "the path is missing",
            };
            self.error(start, end, message);
        } else if matches!(kind, COPY_INSTR | ADD_INSTR)
            && super::words(rest)
                .last()
                .is_some_and(|target| matches!(lex::heredoc(&rest[target]), Ok(Some(_))))
        {
            self.error(start, end, "a here-document cannot be the target");
        }
    }
}
