//! What the shell grammar writes down before the tree is built.

use crate::kind::SyntaxKind;

/// One step of building the tree.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// A token of so many logical bytes.
    Token(SyntaxKind, u32),
    /// A `WORD` of one `TEXT`: by far the most common node.
    PlainWord(u32),
    /// A node begins.
    Start(SyntaxKind),
    /// The innermost node ends.
    Finish,
    /// A place where a node might have begun.
    Nothing,
}
