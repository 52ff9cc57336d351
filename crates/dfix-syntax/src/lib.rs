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

pub mod ast;
mod broken_array;
mod debug;
mod error;
mod event;
mod gap;
mod grammar;
mod join;
mod json;
mod kind;
mod line_index;
mod parse;
mod scratch;
mod sink;
mod tree;

pub use ast::is_instruction_keyword;
pub use broken_array::BrokenArray;
pub use error::SyntaxError;
pub use grammar::{Enclosure, takes_flag};
pub use json::unquote as unquote_json;
pub use kind::SyntaxKind;
pub use line_index::{LineIndex, Position};
pub use parse::{Parse, parse, parse_embedded_shell};
pub use rowan::{NodeOrToken, TextRange, TextSize, WalkEvent};
pub use tree::{Dockerfile, NodeExt, SyntaxElement, SyntaxNode, SyntaxToken, TokenExt};
