//! Comments of a file: where they stand, and lists of names in them.

use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

/// Takes every comment of a file, each with the instruction that it stands inside of.
pub(crate) fn for_comments(
    root: &SyntaxNode,
    mut take: impl FnMut(&SyntaxToken, Option<&SyntaxNode>),
) {
    let is_comment = |it: &SyntaxToken| it.kind() == SyntaxKind::COMMENT;
    for child in root.children_with_tokens() {
        match child {
            NodeOrToken::Node(node) if node.kind() == SyntaxKind::DIRECTIVE => {}
            NodeOrToken::Node(node) => node
                .descendants_with_tokens()
                .filter_map(NodeOrToken::into_token)
                .filter(is_comment)
                .for_each(|token| take(&token, Some(&node))),
            NodeOrToken::Token(token) if is_comment(&token) => take(&token, None),
            NodeOrToken::Token(_) => {}
        }
    }
}

/// The instruction that a block of comments stands right above.
pub(crate) fn instruction_below(comment: &SyntaxToken) -> Option<TextRange> {
    let mut lines = 0;
    let mut at = comment.next_sibling_or_token();
    while let Some(element) = at {
        match element.kind() {
            SyntaxKind::NEWLINE => {
                lines += 1;
                if lines > 1 {
                    return None;
                }
            }
            SyntaxKind::WHITESPACE => {}
            SyntaxKind::COMMENT => lines = 0,
            kind if kind.is_instruction() => {
                return element.as_node().map(SyntaxNode::text_range);
            }
            _ => return None,
        }
        at = element.next_sibling_or_token();
    }
    None
}

/// The names of a list with commas, and what follows it; it ends where a name is followed by something else than a comma.
pub(crate) fn listed(text: &str) -> (Vec<&str>, &str) {
    let mut names = Vec::new();
    let mut rest = text;
    loop {
        let text = rest.trim_start();
        let end = text
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .unwrap_or(text.len());
        if end == 0 {
            return (names, rest);
        }
        names.push(&text[..end]);
        let Some(next) = text[end..].trim_start().strip_prefix(',') else {
            return (names, &text[end..]);
        };
        rest = next;
    }
}
