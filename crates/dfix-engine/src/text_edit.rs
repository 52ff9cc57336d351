//! Lowering of changes to text edits: continuations, quotation, indentation, line ends.
//!
//! What cannot be lowered with certainty is an error, never a guess.

pub(crate) mod commands;
pub(crate) mod comments;
pub(crate) mod instructions;
pub(crate) mod joins;
pub(crate) mod quote;
pub(crate) mod removal;
pub(crate) mod runs;
pub(crate) mod words;

use std::cell::OnceCell;

use dfix_syntax::ast::{AstNode, File};
use dfix_syntax::{
    Enclosure, NodeExt as _, NodeOrToken, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken,
    TextRange, TextSize, TokenExt as _,
};

use crate::fix::TextEdit;
use crate::watch::{Part, Watched};

/// Text edits, or why there are none, as the end of a sentence.
pub(crate) type Lowered = Result<Vec<TextEdit>, String>;

/// On which side of a thing something new goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// The text that is changed, with its tree.
pub(crate) struct EditContext<'a> {
    pub(crate) text: &'a str,
    pub(crate) root: &'a SyntaxNode,
    pub(crate) escape: char,
    line_style: OnceCell<Option<String>>,
    watched: Watched,
}

impl<'a> EditContext<'a> {
    pub(crate) fn new(text: &'a str, root: &'a SyntaxNode) -> Self {
        let escape = File::cast(root.clone()).map_or('\\', |file| file.escape());
        EditContext {
            text,
            root,
            escape,
            line_style: OnceCell::new(),
            watched: Watched::default(),
        }
    }

    /// The same with somebody who is told when a rule's changes become edits.
    pub(crate) fn watched_by(self, watched: Watched) -> Self {
        EditContext { watched, ..self }
    }

    /// Works on the edits of a rule.
    pub(crate) fn editing<T>(&self, rule: &'static str, work: impl FnOnce() -> T) -> T {
        self.watched.enter(Part::Edits);
        let made = work();
        self.watched.enter(Part::Rule(rule));
        made
    }

    /// How the file writes a `&&` with a line of its own, if it has one.
    pub(crate) fn line_style(&self) -> Option<&str> {
        self.line_style
            .get_or_init(|| joins::file_style(self.root))
            .as_deref()
    }

    pub(crate) fn slice(&self, range: TextRange) -> &'a str {
        &self.text[range]
    }

    /// Where the line that holds `offset` begins.
    pub(crate) fn line_start(&self, offset: usize) -> usize {
        let start = self.text[..offset].rfind('\n').map_or(0, |i| i + 1);
        if start == 0 && self.text.starts_with('\u{feff}') {
            offset.min('\u{feff}'.len_utf8())
        } else {
            start
        }
    }

    /// Where the line that holds `offset` ends: past its `\n`, or the end of the text.
    pub(crate) fn next_line(&self, offset: usize) -> usize {
        self.text[offset..]
            .find('\n')
            .map_or(self.text.len(), |i| offset + i + 1)
    }

    /// The line end that is in use around `offset`.
    pub(crate) fn line_end_at(&self, offset: usize) -> &'static str {
        let bytes = self.text.as_bytes();
        let place = self.text[offset..]
            .find('\n')
            .map(|i| offset + i)
            .or_else(|| self.text[..offset].rfind('\n'));
        match place {
            Some(at) if at > 0 && bytes[at - 1] == b'\r' => "\r\n",
            _ => "\n",
        }
    }

    /// The blanks at the start of the line that begins at `start`.
    pub(crate) fn indent_at(&self, start: usize) -> &'a str {
        let line = &self.text[start..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// The smallest element around a range.
    pub(crate) fn covering(&self, range: TextRange) -> Option<SyntaxElement> {
        self.root
            .text_range()
            .contains_range(range)
            .then(|| self.root.covering_element(range))
    }

    /// The instruction of the file's own level that holds this range.
    pub(crate) fn instruction(&self, range: TextRange) -> Result<SyntaxNode, String> {
        let covering = self
            .covering(range)
            .ok_or("the place is not in this file")?;
        let mut node = match covering {
            NodeOrToken::Node(node) => Some(node),
            NodeOrToken::Token(token) => token.parent(),
        };
        let mut outermost = None;
        while let Some(it) = node {
            if it.kind().is_instruction() {
                outermost = Some(it.clone());
            }
            node = it.parent();
        }
        outermost.ok_or_else(|| "the place is in no instruction".to_owned())
    }

    /// The escape character that continues a line at this node: the shell's own in the body of a
    /// here-document, the file's elsewhere.
    pub(crate) fn escape_in(&self, node: &SyntaxNode) -> char {
        if in_heredoc(node) { '\\' } else { self.escape }
    }

    /// Whether a comment lies in this range.
    pub(crate) fn has_comment(&self, range: TextRange) -> bool {
        let Some(covering) = self.covering(range) else {
            return false;
        };
        match covering {
            NodeOrToken::Token(token) => token.kind() == SyntaxKind::COMMENT,
            NodeOrToken::Node(node) => node
                .descendants_with_tokens()
                .filter_map(NodeOrToken::into_token)
                .any(|t| {
                    t.kind() == SyntaxKind::COMMENT
                        && t.text_range()
                            .intersect(range)
                            .is_some_and(|both| !both.is_empty())
                }),
        }
    }

    /// The element of the file at a place: the largest node that stands exactly there, else `None`.
    pub(crate) fn node_at(
        &self,
        range: TextRange,
        wanted: impl Fn(SyntaxKind) -> bool,
    ) -> Option<SyntaxNode> {
        let mut node = match self.covering(range)? {
            NodeOrToken::Node(node) => Some(node),
            NodeOrToken::Token(token) => token.parent(),
        };
        let mut found = None;
        while let Some(it) = node.filter(|n| n.text_range() == range) {
            if wanted(it.kind()) && found.is_none() {
                found = Some(it.clone());
            }
            node = it.parent();
        }
        found
    }
}

/// An edit.
pub(crate) fn edit(start: usize, end: usize, text: impl Into<String>) -> TextEdit {
    TextEdit {
        range: TextRange::new(size(start), size(end)),
        text: text.into(),
    }
}

pub(crate) fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).expect("a parsed text is shorter than 4 GiB")
}

pub(crate) fn start(range: TextRange) -> usize {
    usize::from(range.start())
}

pub(crate) fn end(range: TextRange) -> usize {
    usize::from(range.end())
}

pub(crate) fn in_heredoc(node: &SyntaxNode) -> bool {
    node.ancestors()
        .any(|n| n.kind() == SyntaxKind::HEREDOC_BODY)
}

/// The token before, blanks skipped.
pub(crate) fn before_blanks(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut at = token.token_before();
    while let Some(it) = at.as_ref().filter(|t| t.kind() == SyntaxKind::WHITESPACE) {
        at = it.token_before();
    }
    at
}

/// The token after, blanks skipped.
pub(crate) fn after_blanks(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut at = token.token_after();
    while let Some(it) = at.as_ref().filter(|t| t.kind() == SyntaxKind::WHITESPACE) {
        at = it.token_after();
    }
    at
}

/// Whether the first token on a continued line: only blanks, comments and empty lines lie between
/// it and a continuation.
pub(crate) fn begins_continued_line(token: &SyntaxToken) -> bool {
    let mut at = token.token_before();
    while let Some(it) = at {
        match it.kind() {
            SyntaxKind::CONTINUATION => return true,
            SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::NEWLINE => {
                at = it.token_before();
            }
            _ => return false,
        }
    }
    false
}

/// Why nothing is changed in a place that is the text of a here-document, and no script of the file's own.
pub(crate) fn in_heredoc_text(element: &SyntaxElement) -> Option<String> {
    let token = element.as_token()?;
    let is_text = token.kind() == SyntaxKind::HEREDOC_TEXT;
    let in_script = token.parent().is_some_and(|it| {
        it.ancestors()
            .any(|it| it.kind() == SyntaxKind::SHELL_SCRIPT)
    });
    is_text.then(|| {
        let why = if in_script {
            "it stands in a here-document of a script, the text of which is kept as it is"
        } else {
            "another shell reads the here-document first, and takes backslashes away: put quotes around its end word (`<<'EOF'`) if nothing in it is to be expanded"
        };
        why.to_owned()
    })
}

/// Why a place that is in a script is in none whose quotation is known.
pub(crate) fn without_quotation(element: &SyntaxElement) -> String {
    in_heredoc_text(element).unwrap_or_else(|| "the script is a word without quotes".to_owned())
}

/// The quotation that holds a place which is no element of the tree of its own.
pub(crate) fn quotation_of(element: &SyntaxElement) -> Option<(Enclosure, TextRange)> {
    let mut at = match element {
        NodeOrToken::Token(token) if token.kind() == SyntaxKind::JSON_STRING => {
            return Some((Enclosure::Json, token.text_range()));
        }
        NodeOrToken::Token(token) => token.parent(),
        NodeOrToken::Node(node) => Some(node.clone()),
    };
    while let Some(node) = at {
        match node.kind() {
            SyntaxKind::DOUBLE_QUOTED => {
                return Some((Enclosure::DoubleQuoted, node.text_range()));
            }
            SyntaxKind::SINGLE_QUOTED => return Some((Enclosure::Plain, node.text_range())),
            SyntaxKind::COMMAND | SyntaxKind::EXEC_FORM | SyntaxKind::FILE => return None,
            _ => at = node.parent(),
        }
    }
    None
}

/// Whether a node ends in a backslash that would take along whatever comes after it.
pub(crate) fn ends_in_backslash(node: &SyntaxNode) -> bool {
    node.rightmost_token().is_some_and(|last| {
        last.kind() == SyntaxKind::TEXT
            && last
                .text()
                .bytes()
                .rev()
                .take_while(|b| *b == b'\\')
                .count()
                % 2
                == 1
    })
}
