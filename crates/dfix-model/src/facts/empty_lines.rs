//! Empty lines inside an instruction, which the builder leaves out.
//!
//! Source: BuildKit, `frontend/dockerfile/parser/parser.go`, `Parse`: below a continued line comments and empty lines are passed over.

use dfix_syntax::{SyntaxKind, TextRange, is_instruction_keyword};

use crate::facts::layout::outside_of_heredocs;
use crate::handles::Step;

impl<'m> Step<'m> {
    /// The empty lines inside it, each with its line end, in order; not those of its here-documents, which are text.
    pub fn empty_lines(self) -> Vec<TextRange> {
        let mut lines = self.source_text().lines().skip(1);
        if !lines.any(|line| line.trim().is_empty()) {
            return Vec::new();
        }
        let mut found = Vec::new();
        // Where the line began, while nothing but blanks stood in it.
        let mut start = None;
        for token in outside_of_heredocs(self.syntax()) {
            let range = token.text_range();
            match token.kind() {
                SyntaxKind::WHITESPACE => {}
                SyntaxKind::NEWLINE => {
                    found.extend(start.map(|start| TextRange::new(start, range.end())));
                    start = Some(range.end());
                }
                SyntaxKind::CONTINUATION => start = Some(range.end()),
                _ => start = None,
            }
        }
        found
    }

    /// Whether a comment stands between the words of it, or behind them.
    pub fn has_comment_inside(self) -> bool {
        let tokens = outside_of_heredocs(self.syntax());
        tokens.iter().any(|it| it.kind() == SyntaxKind::COMMENT)
    }

    /// The keyword of an instruction that begins the first line below an empty one, comments aside, inside this instruction: whoever wrote it
    /// takes this one to end above, and it is a part of it.
    pub fn swallowed_instruction(self) -> Option<&'m str> {
        let text = self.file().text();
        let end = self.range().end().into();
        let below = |line: TextRange| &text[line.end().into()..end];
        let mut words = self.empty_lines().into_iter().filter_map(|line| {
            let is_said = |it: &&str| !it.trim().is_empty() && !it.trim_start().starts_with('#');
            let rest = below(line).lines().find(is_said)?;
            rest.split_whitespace()
                .next()
                .filter(|_| !rest.starts_with([' ', '\t']))
        });
        let is_one = |word: &&str| {
            is_instruction_keyword(word) && word.bytes().all(|b| b.is_ascii_uppercase())
        };
        words.find(is_one)
    }
}
