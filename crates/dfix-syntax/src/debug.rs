//! The tree as text.

use std::fmt::Write;

use rowan::{NodeOrToken, WalkEvent};

use crate::tree::SyntaxNode;

/// One line an element: `KIND@start..end`, and the text of tokens.
pub(crate) fn tree(root: &SyntaxNode) -> String {
    let mut text = String::new();
    let mut depth = 0;
    for event in root.preorder_with_tokens() {
        match event {
            WalkEvent::Enter(element) => {
                let _ = write!(
                    text,
                    "{:indent$}{:?}@{:?}",
                    "",
                    element.kind(),
                    element.text_range(),
                    indent = depth * 2
                );
                if let NodeOrToken::Token(token) = &element {
                    let _ = write!(text, " {:?}", token.text());
                }
                text.push('\n');
                depth += 1;
            }
            WalkEvent::Leave(_) => depth -= 1,
        }
    }
    text
}
