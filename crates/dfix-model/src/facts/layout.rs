//! How the lines of a file are laid out, as far as the builder does not see it.
//!
//! Source: BuildKit, `frontend/dockerfile/parser`: `trimNewline` takes `\r\n` off each line, `splitCommand` the blanks around an
//! instruction, the continuation's pattern those behind the escape character. Here-documents are kept byte by byte.

use dfix_syntax::ast::AstNode;
use dfix_syntax::{
    NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize, WalkEvent,
};

use crate::collect::model::Model;

/// The blanks at the ends of lines, in order, but for those of here-documents and of parser directives.
pub(super) fn trailing_blanks(file: &Model<'_>) -> Vec<TextRange> {
    let tokens = outside_of_heredocs(file.tree.syntax());
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let (range, text) = (token.text_range(), token.text());
        // A comment of a shell may stand before a continuation, which is where the line ends then.
        let next = tokens.get(at + 1).map(SyntaxToken::kind);
        let is_last = next.is_none_or(|next| next == SyntaxKind::NEWLINE);
        let of_directive = || {
            let parent = tokens[..at].last().and_then(SyntaxToken::parent);
            parent.is_some_and(|it| it.kind() == SyntaxKind::DIRECTIVE)
        };
        let after_blanks = match token.kind() {
            SyntaxKind::WHITESPACE if is_last && !of_directive() => 0,
            SyntaxKind::COMMENT if is_last => text.trim_end().len(),
            SyntaxKind::CONTINUATION if text.ends_with('\n') => file.escape.len_utf8(),
            _ => continue,
        };
        let line_end = text.trim_end_matches(['\r', '\n']).len();
        if after_blanks < line_end {
            found.push(part(range, after_blanks, line_end));
        }
    }
    found
}

/// The empty lines between instructions that come after `most` others, each with its line end, in order.
pub(super) fn repeated_empty_lines(file: &Model<'_>, most: usize) -> Vec<TextRange> {
    let (mut found, mut count, mut start) = (Vec::new(), 0, Some(TextSize::from(0)));
    let root = file.tree.syntax();
    for element in root.children_with_tokens() {
        let range = element.text_range();
        match element.kind() {
            SyntaxKind::WHITESPACE | SyntaxKind::BOM => {}
            SyntaxKind::NEWLINE => {
                if let Some(start) = start {
                    count += 1;
                    if count > most {
                        found.push(TextRange::new(start, range.end()));
                    }
                }
                start = Some(range.end());
            }
            _ => (count, start) = (0, None),
        }
    }
    found
}

/// The carriage returns before line ends, in order: those that the builder takes away, and those of here-documents, which it keeps.
pub(super) fn carriage_returns(file: &Model<'_>) -> (Vec<TextRange>, Vec<TextRange>) {
    let heredocs: Vec<TextRange> = file
        .tree
        .syntax()
        .descendants()
        .filter(|node| node.kind() == SyntaxKind::HEREDOC_BODY)
        .map(|node| node.text_range())
        .collect();
    let places = file.text.match_indices("\r\n").filter_map(|(at, _)| {
        let start = TextSize::try_from(at).ok()?;
        Some(TextRange::at(start, TextSize::from(1)))
    });
    places.partition(|place| {
        let after = heredocs.partition_point(|it| it.end() <= place.start());
        heredocs
            .get(after)
            .is_none_or(|it| place.start() < it.start())
    })
}

fn part(range: TextRange, from: usize, to: usize) -> TextRange {
    let at = |offset: usize| range.start() + TextSize::try_from(offset).expect("within a token");
    TextRange::new(at(from), at(to))
}

/// The tokens of a node, but for those of its here-documents.
pub(super) fn outside_of_heredocs(root: &SyntaxNode) -> Vec<SyntaxToken> {
    let mut tokens = Vec::new();
    let mut walk = root.preorder_with_tokens();
    while let Some(event) = walk.next() {
        match event {
            WalkEvent::Enter(NodeOrToken::Node(node))
                if node.kind() == SyntaxKind::HEREDOC_BODY =>
            {
                walk.skip_subtree();
            }
            WalkEvent::Enter(NodeOrToken::Token(token)) => tokens.push(token),
            _ => {}
        }
    }
    tokens
}
