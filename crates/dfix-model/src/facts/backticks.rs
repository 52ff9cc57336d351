//! Commands between backticks, which stand for what they print.
//!
//! Source: POSIX.1-2017, Shell Command Language, 2.6.3: between backticks a backslash before `$`, a backtick or another one is taken away
//! before the text is read, between double quotes one before `"` too; in `$(…)` nothing is.

use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange};

use crate::handles::Step;

/// A command between backticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backticks {
    /// All of it.
    pub range: TextRange,
    /// The backtick that opens it.
    pub open: TextRange,
    /// The backtick that closes it.
    pub close: TextRange,
    /// What in it would be read otherwise in `$(…)`.
    pub hindrance: Option<&'static str>,
}

impl Step<'_> {
    /// The commands between backticks in the text that its shell reads, the outermost ones: not those of a script in a string.
    pub fn backticks(self) -> Vec<Backticks> {
        let text = self.source_text();
        if !self.is_run() || !text.contains('`') || self.is_exec_form() || self.has_opaque_text() {
            return Vec::new();
        }
        let is_one = |it: &SyntaxNode| it.kind() == SyntaxKind::BACKTICK_SUBST;
        let nodes = self.syntax().descendants().filter(is_one);
        let outermost = nodes.filter(|it| !it.ancestors().skip(1).any(|it| is_one(&it)));
        outermost
            .filter_map(|it| read(self.file().text(), &it))
            .collect()
    }
}

fn read(file: &str, node: &SyntaxNode) -> Option<Backticks> {
    let ticks = || {
        let tokens = node
            .children_with_tokens()
            .filter_map(NodeOrToken::into_token);
        tokens.filter(|it| it.kind() == SyntaxKind::BACKTICK)
    };
    let (open, close) = (ticks().next()?.text_range(), ticks().last()?.text_range());
    let range = node.text_range();
    let inside = &file[TextRange::new(open.end(), close.start())];
    if inside.trim().is_empty() {
        return None;
    }
    Some(Backticks {
        range,
        open,
        close,
        hindrance: hindrance(&file[..range.start().into()], node, inside),
    })
}

fn hindrance(before: &str, node: &SyntaxNode, inside: &str) -> Option<&'static str> {
    let takes = |at: usize| inside[at + 1..].starts_with(['$', '`', '\\', '"']);
    let is_quoted = node
        .ancestors()
        .any(|it| it.kind() == SyntaxKind::DOUBLE_QUOTED);
    let has = |is: fn(SyntaxKind, &str) -> bool| {
        let tokens = node
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token);
        tokens.into_iter().any(|it| is(it.kind(), it.text()))
    };
    if inside.match_indices('\\').any(|(at, _)| takes(at)) {
        Some("a backslash in it is taken away before the text is read")
    } else if is_quoted && inside.contains('"') {
        Some("there are quotes in quotes")
    } else if inside.starts_with('(') {
        Some("a `(` behind `$(` would begin a calculation")
    } else if has(|kind, _| kind == SyntaxKind::COMMENT) {
        Some("there is a comment in it")
    } else if has(|kind, text| kind == SyntaxKind::SHELL_KEYWORD && text == "case") {
        Some("old shells take a `)` of `case` for the end")
    } else if has(|kind, text| kind == SyntaxKind::REDIRECT_OP && text.starts_with("<<")) {
        Some("there is a here-document in it")
    } else if before.ends_with('$') {
        Some("a `$` stands before it")
    } else {
        None
    }
}
