//! Dockerfile text to one lossless tree, shell text included, and back.
//!
//! [`parse`] never fails: `parse(text).syntax().text() == text`, always. What is not understood is
//! an `ERROR` or `OPAQUE` node that keeps its text, and the rest of the file is parsed all the same.
//! The tree says what is written, not what it means; offsets are bytes into the text.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]
#![warn(missing_docs)]

use std::sync::Arc;

pub mod ast;
mod broken_array;
mod debug;
mod element;
mod grammar;
mod join;
mod json;
mod kind;
mod line_index;
mod scratch;
mod sink;
mod tree;

pub use broken_array::BrokenArray;
pub use element::{NodeOrToken, WalkEvent};
pub use json::unquote as unquote_json;
pub use kind::SyntaxKind;
pub use line_index::{LineIndex, Position};
pub use text_size::{TextRange, TextSize};
pub use tree::{NodeRef, Preorder, SyntaxElement, SyntaxNode, SyntaxToken, TokenRef};

/// A parsed file: the tree, and what is wrong with the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parse {
    tree: Arc<tree::Tree>,
    errors: Vec<SyntaxError>,
}

/// A fault that makes the builder refuse the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where it is, in bytes.
    pub range: TextRange,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
}

impl Parse {
    /// The root of the tree, of kind `FILE`.
    pub fn syntax(&self) -> SyntaxNode {
        self.tree.root()
    }

    /// The typed root.
    pub fn file(&self) -> ast::File {
        ast::AstNode::cast(self.syntax()).expect("the root is a FILE")
    }

    /// The tree for readers: one line an element with its kind and range, tokens with their text,
    /// children indented.
    pub fn debug_tree(&self) -> String {
        debug::tree(&self.syntax())
    }

    /// What the builder would refuse, in order of place.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }
}

/// Parses a Dockerfile. Any text gives a tree that prints back to it byte for byte.
pub fn parse(text: &str) -> Parse {
    let (tree, errors) = scratch::with(text.len(), |scratch| grammar::file(text, scratch));
    Parse { tree, errors }
}

/// How the text of an embedded script stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enclosure {
    /// Between the quotes of a double-quoted shell word: a backslash before `"`, `$`, `` ` `` or `\`
    /// belongs to the outer quotation.
    DoubleQuoted,
    /// Between the quotes of a single-quoted shell word, or plain text: every byte counts.
    Plain,
    /// Between the quotes of a JSON string: a backslash before `"` or `\` belongs to JSON.
    Json,
}

/// Parses shell text that stands inside something else: `pip install x` of `sh -c "pip install x"`.
///
/// `text` is the physical text between the quotes. `escape` is the file's escape character where the
/// text stands on an instruction's lines, whose continuations the builder joins; `None` inside a
/// here-document, where it joins none. The root is a `SHELL_SCRIPT` whose text equals `text`, so
/// offsets in it plus the place of `text` are offsets in the file. `None` where the enclosure says
/// what cannot be mapped byte for byte (`\n`, `\u` in JSON).
pub fn parse_embedded_shell(
    text: &str,
    escape: impl Into<Option<char>>,
    enclosure: Enclosure,
) -> Option<SyntaxNode> {
    grammar::embedded(text, escape.into(), enclosure).map(|tree| tree.root())
}
