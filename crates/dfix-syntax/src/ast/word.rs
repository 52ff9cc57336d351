//! Views of words and their parts.

use rowan::{GreenNodeData, GreenTokenData, NodeOrToken};

use crate::ast::{AstNode, ast_nodes, joined, node_kind, token_kind};
use crate::kind::SyntaxKind;
use crate::tree::{SyntaxNode, SyntaxToken};

ast_nodes! {
    /// A word.
    Word = WORD;
    /// `$x`, `${x…}`
    Variable = VARIABLE;
}

/// What a word stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Exactly this text, quotes and escapes taken away.
    Known(String),
    /// Something that only the build or the shell can tell (a variable, a substitution).
    Unknown,
}

impl Value {
    /// The text, if known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Value::Known(text) => Some(text),
            Value::Unknown => None,
        }
    }

    /// The text, if known.
    pub fn into_known(self) -> Option<String> {
        match self {
            Value::Known(text) => Some(text),
            Value::Unknown => None,
        }
    }
}

impl Word {
    /// What the word stands for. Unquoted glob characters, `~` and braces count as their own text.
    pub fn value(&self) -> Value {
        value_of(&self.0)
    }

    /// The word as written, without continuations and what they swallow: quotes and escapes stay.
    pub fn source(&self) -> String {
        source_of(&self.0)
    }

    /// The variables in it, at any depth outside of command substitutions.
    pub fn variables(&self) -> impl Iterator<Item = Variable> + use<> {
        self.0.descendants().filter_map(Variable::cast)
    }
}

impl Variable {
    /// The name: `x` of `$x` and `${x:-y}`.
    pub fn name(&self) -> Option<String> {
        joined(&self.0, SyntaxKind::NAME)
    }

    /// The operator after the name: `:-`, `#`, `/`, …; neither the `!` or `#` before the name nor
    /// what divides two operands.
    pub fn operator(&self) -> Option<String> {
        let mut operator = String::new();
        let after_name = self
            .0
            .children_with_tokens()
            .skip_while(|e| e.kind() != SyntaxKind::NAME);
        for token in after_name
            .take_while(|e| e.kind() != SyntaxKind::WORD)
            .filter_map(NodeOrToken::into_token)
            .filter(|t| t.kind() == SyntaxKind::PARAM_OP)
        {
            operator.push_str(token.text());
        }
        (!operator.is_empty()).then_some(operator)
    }

    /// The `!` (the value's own variable is meant) or `#` (its length) before the name.
    pub fn prefix(&self) -> Option<String> {
        let first = self
            .0
            .children_with_tokens()
            .filter(|e| !e.kind().is_trivia())
            .nth(1)?;
        let token = first.into_token()?;
        (token.kind() == SyntaxKind::PARAM_OP).then(|| token.text().to_owned())
    }

    /// The word after the operator.
    pub fn argument(&self) -> Option<Word> {
        self.0.children().find_map(Word::cast)
    }
}

/// The value of any node made of word parts (`WORD`, `IMAGE_TAG`, …).
pub fn value_of(node: &SyntaxNode) -> Value {
    let mut text = String::new();
    if append_value(node.green(), &mut text) {
        Value::Known(text)
    } else {
        Value::Unknown
    }
}

/// The text of a node without continuations and what they swallow, and without comments.
pub fn source_of(node: &SyntaxNode) -> String {
    let mut text = String::new();
    let mut blanks: Option<SyntaxToken> = None;
    let mut after_continuation = false;
    for token in node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
    {
        let kind = token.kind();
        match kind {
            SyntaxKind::WHITESPACE => {
                blanks = Some(token);
                continue;
            }
            // The blanks before a comment, or on an empty line, go with it.
            SyntaxKind::COMMENT => blanks = None,
            SyntaxKind::NEWLINE if after_continuation => blanks = None,
            _ => {}
        }
        if let Some(blanks) = blanks.take() {
            text.push_str(blanks.text());
            after_continuation = false;
        }
        if kind == SyntaxKind::CONTINUATION {
            after_continuation = true;
        } else if kind == SyntaxKind::NEWLINE && !after_continuation {
            text.push('\n');
        } else if !kind.is_trivia() {
            text.push_str(token.text());
            after_continuation = false;
        }
    }
    if let Some(blanks) = blanks {
        text.push_str(blanks.text());
    }
    text
}

fn append_value(node: &GreenNodeData, text: &mut String) -> bool {
    // An escape that a continuation or an outer quotation cuts is two tokens: the first is the
    // escape character alone.
    let mut cut: Option<&GreenTokenData> = None;
    let own_kind = node_kind(node);
    for part in node.children() {
        match part {
            NodeOrToken::Token(token) => match token_kind(token) {
                SyntaxKind::ESCAPE => match cut.take() {
                    Some(first) => {
                        let whole = format!("{}{}", first.text(), token.text());
                        text.push_str(unescaped(own_kind, &whole));
                    }
                    None if token.text().len() == 1 => cut = Some(token),
                    None => text.push_str(unescaped(own_kind, token.text())),
                },
                SyntaxKind::QUOTE => {}
                SyntaxKind::ERROR_TEXT => return false,
                kind if kind.is_trivia() => {}
                _ => text.push_str(token.text()),
            },
            NodeOrToken::Node(part) => match node_kind(part) {
                SyntaxKind::SINGLE_QUOTED
                | SyntaxKind::DOUBLE_QUOTED
                | SyntaxKind::LOCALE_QUOTED => {
                    if !append_value(part, text) {
                        return false;
                    }
                }
                _ => return false,
            },
        }
    }
    true
}

/// What an escape stands for. Between double quotes a backslash is taken away only before the
/// characters that it can protect there (POSIX 2.2.3); elsewhere before any (2.2.1).
fn unescaped(parent: SyntaxKind, escape: &str) -> &str {
    let mut characters = escape.chars();
    let (first, rest) = (characters.next(), characters.as_str());
    let protects = match parent {
        SyntaxKind::DOUBLE_QUOTED | SyntaxKind::LOCALE_QUOTED => {
            rest.starts_with(['$', '`', '"', '\\', '\n']) || first == rest.chars().next()
        }
        _ => true,
    };
    if protects { rest } else { escape }
}
