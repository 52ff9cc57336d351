//! Text to tree: the way in.

use crate::error::SyntaxError;
use crate::grammar::{self, Enclosure};
use crate::tree::SyntaxNode;
use crate::{ast, debug, scratch};

/// A parsed file: the tree, and what is wrong with the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parse {
    green: rowan::GreenNode,
    errors: Vec<SyntaxError>,
}

impl Parse {
    /// The root of the tree, of kind `FILE`.
    pub fn syntax(&self) -> SyntaxNode {
        SyntaxNode::new_root(self.green.clone())
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
///
/// ```
/// use dfix_syntax::{SyntaxKind, parse};
///
/// let text = "FROM debian\nRUN apt-get update && \\\n    apt-get install curl\n";
/// let parsed = parse(text);
/// assert!(parsed.errors().is_empty());
/// assert_eq!(parsed.syntax().text(), text);
///
/// // Typed views: continuations do not show in words.
/// let run = parsed.file().instructions().last().expect("the RUN");
/// let script = run.script().expect("its shell form");
/// let commands: Vec<String> = script
///     .commands()
///     .map(|command| command.words().map(|word| word.source()).collect::<Vec<_>>().join(" "))
///     .collect();
/// assert_eq!(commands, ["apt-get update", "apt-get install curl"]);
///
/// // The tree itself is rowan's: every byte is in one token.
/// let mut tokens = parsed.syntax().descendants_with_tokens().filter_map(|e| e.into_token());
/// let cut = tokens.find(|t| t.kind() == SyntaxKind::CONTINUATION).expect("a continuation");
/// assert_eq!(cut.text(), "\\\n");
/// ```
pub fn parse(text: &str) -> Parse {
    let (green, errors) = scratch::with(text.len(), |scratch| grammar::file(text, scratch));
    Parse { green, errors }
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
    grammar::embedded(text, escape.into(), enclosure).map(SyntaxNode::new_root)
}
