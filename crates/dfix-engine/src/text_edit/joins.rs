//! What stands between the commands of a list, as the file lays it out.

use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange};

/// How the file first writes a `&&` with a line of its own in the list of a whole `RUN`.
pub(crate) fn file_style(root: &SyntaxNode) -> Option<String> {
    root.children()
        .filter(|node| node.kind() == SyntaxKind::RUN_INSTR)
        .flat_map(|run| run.children().collect::<Vec<_>>())
        .filter(|node| node.kind() == SyntaxKind::SHELL_SCRIPT)
        .flat_map(|script| joins_of(&script, SyntaxKind::AND_AND))
        .map(|(_, text)| text)
        .find(|text| text.contains('\n'))
}

/// The joins of a list that are this operator and nothing else: no comment, no here-document.
pub(crate) fn joins_of(list: &SyntaxNode, operator: SyntaxKind) -> Vec<(TextRange, String)> {
    let mut joins: Vec<(TextRange, String)> = Vec::new();
    let mut current: Option<(TextRange, String, bool)> = None;
    for element in list.children_with_tokens() {
        match element {
            NodeOrToken::Node(node) => {
                if let Some((range, text, true)) = current.take() {
                    joins.push((range, text));
                }
                current = Some((
                    TextRange::empty(node.text_range().end()),
                    String::new(),
                    false,
                ));
            }
            NodeOrToken::Token(token) => {
                let Some((range, text, is_met)) = current.as_mut() else {
                    continue;
                };
                match token.kind() {
                    SyntaxKind::WHITESPACE | SyntaxKind::CONTINUATION => {}
                    kind if kind == operator && !*is_met => *is_met = true,
                    _ => {
                        current = None;
                        continue;
                    }
                }
                text.push_str(token.text());
                *range = range.cover(token.text_range());
            }
        }
    }
    joins
}
