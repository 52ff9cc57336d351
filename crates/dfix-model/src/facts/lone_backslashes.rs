//! Backslashes at the ends of a script's lines that do not join them to the next, as blanks follow.
//!
//! Source: POSIX.1-2017, Shell Command Language, 2.2.1: a backslash joins lines only right before the line's end; before a blank it makes
//! that a part of a word. BuildKit takes blanks behind the escape character of its own lines away (`trimContinuationCharacter`).

use dfix_syntax::{
    NodeExt as _, NodeOrToken, SyntaxKind, SyntaxToken, TextRange, TextSize, TokenExt as _,
};

use crate::handles::{Command, Step};

/// A backslash with blanks behind it, at the end of a line.
#[derive(Debug, Clone, Copy)]
pub struct LoneBackslash<'m> {
    /// The blanks.
    pub blanks: TextRange,
    /// The command that is given them.
    pub command: Command<'m>,
    /// The first word of the line below, which is a command of its own.
    pub below: &'m str,
}

impl<'m> Step<'m> {
    /// Such backslashes in the scripts of its here-documents.
    pub fn lone_backslashes(self) -> Vec<LoneBackslash<'m>> {
        let text = self.source_text();
        if !self.is_run() || !(text.contains("\\ ") || text.contains("\\\t")) {
            return Vec::new();
        }
        let tokens = self.syntax().descendants_with_tokens();
        let tokens = tokens.filter_map(NodeOrToken::into_token);
        tokens.filter_map(|it| self.lone_backslash(&it)).collect()
    }

    fn lone_backslash(self, token: &SyntaxToken) -> Option<LoneBackslash<'m>> {
        let is_one = token.kind() == SyntaxKind::ESCAPE && matches!(token.text(), "\\ " | "\\\t");
        let word = token
            .parent()
            .filter(|it| is_one && it.kind() == SyntaxKind::WORD)?;
        let in_script = |kind| kind == SyntaxKind::HEREDOC_BODY;
        if !word.ancestors().any(|it| in_script(it.kind())) || word.leftmost_token()? != *token {
            return None;
        }
        let mut next = token.token_after()?;
        if next.kind() == SyntaxKind::WHITESPACE {
            next = next.token_after()?;
        }
        let file = self.file().text();
        let start = token.text_range().start() + TextSize::from(1);
        let blanks = TextRange::new(start, next.text_range().start());
        let range = token.text_range();
        let mut commands = self.commands();
        let command = commands.rfind(|it| it.range().contains_range(range))?;
        let below = file[next.text_range().end().into()..self.range().end().into()]
            .lines()
            .next()?;
        let first = below.split_whitespace().next()?;
        (next.kind() == SyntaxKind::NEWLINE).then_some(LoneBackslash {
            blanks,
            command,
            below: first,
        })
    }
}
