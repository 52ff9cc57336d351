//! Other spellings of one Dockerfile.

use dfix_syntax::{NodeExt as _, NodeOrToken, SyntaxKind, SyntaxToken, TokenExt as _, parse};

/// A way to spell a Dockerfile differently.
pub(super) struct Variant {
    /// What is different.
    pub(super) name: &'static str,
    /// The other spelling; `None` where there is none.
    pub(super) make: fn(&str) -> Option<String>,
    /// Whether the variant of `before` must become the variant of `after`.
    pub(super) exact: bool,
    /// What is compared then.
    pub(super) compare: fn(&str) -> String,
    /// Whether it says something about rules of layout.
    pub(super) for_layout: bool,
}

const fn exact(name: &'static str, make: fn(&str) -> Option<String>) -> Variant {
    Variant {
        name,
        make,
        exact: true,
        compare: str::to_owned,
        for_layout: false,
    }
}

const fn stable(name: &'static str, make: fn(&str) -> Option<String>) -> Variant {
    Variant {
        exact: false,
        ..exact(name, make)
    }
}

pub(super) const VARIANTS: &[Variant] = &[
    exact("with CRLF", crlf),
    Variant {
        for_layout: true,
        ..exact("with a byte order mark", byte_order_mark)
    },
    exact("without a final line end", no_final_line_end),
    Variant {
        compare: in_lower_case,
        ..exact("with keywords in lower case", lower_case)
    },
    exact("with a backtick as escape character", backtick),
    stable("with continuations between words", continuations),
    stable("with comments between continued words", comments),
    stable("with blanks at line ends", trailing_blanks),
    stable("indented", indented),
];

fn tokens(text: &str) -> Vec<SyntaxToken> {
    parse(text)
        .syntax()
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .collect()
}

fn rewritten(text: &str, write: impl Fn(&SyntaxToken) -> Option<String>) -> String {
    let tokens = tokens(text);
    tokens
        .iter()
        .map(|t| write(t).unwrap_or_else(|| t.text().to_owned()))
        .collect()
}

fn is_in(token: &SyntaxToken, kind: SyntaxKind) -> bool {
    token
        .parent()
        .is_some_and(|p| p.ancestors().any(|n| n.kind() == kind))
}

fn has_heredoc(text: &str) -> bool {
    tokens(text)
        .iter()
        .any(|t| t.kind() == SyntaxKind::HEREDOC_END)
}

fn crlf(text: &str) -> Option<String> {
    // A line end inside a here-document is content: another text, but still an example.
    (text.contains('\n') && !text.contains('\r')).then(|| text.replace('\n', "\r\n"))
}

fn byte_order_mark(text: &str) -> Option<String> {
    (!text.starts_with('\u{feff}')).then(|| format!("\u{feff}{text}"))
}

fn no_final_line_end(text: &str) -> Option<String> {
    let stripped = text.strip_suffix('\n')?;
    let stripped = stripped.strip_suffix('\r').unwrap_or(stripped);
    (!stripped.is_empty() && !stripped.ends_with('\n')).then(|| stripped.to_owned())
}

fn lower_case(text: &str) -> Option<String> {
    let changed = in_lower_case(text);
    (changed != text).then_some(changed)
}

fn in_lower_case(text: &str) -> String {
    rewritten(text, |t| {
        (t.kind() == SyntaxKind::KEYWORD).then(|| t.text().to_ascii_lowercase())
    })
}

fn backtick(text: &str) -> Option<String> {
    let is_plain = tokens(text)
        .iter()
        .all(|t| t.kind() == SyntaxKind::CONTINUATION || !t.text().contains(['\\', '`']));
    let has_directive = tokens(text).iter().any(|t| t.kind() == SyntaxKind::HASH);
    if !is_plain || has_directive || has_heredoc(text) || text.starts_with('\u{feff}') {
        return None;
    }
    let changed = rewritten(text, |t| {
        (t.kind() == SyntaxKind::CONTINUATION).then(|| t.text().replacen('\\', "`", 1))
    });
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Some(format!("# escape=`{line_end}{changed}"))
}

/// Whether the token is blanks between two words of a command outside of here-documents.
fn is_between_words(token: &SyntaxToken) -> bool {
    token.kind() == SyntaxKind::WHITESPACE
        && token
            .parent()
            .is_some_and(|p| p.kind() == SyntaxKind::COMMAND)
        && !is_in(token, SyntaxKind::HEREDOC_BODY)
        && [token.token_before(), token.token_after()]
            .iter()
            .all(|t| t.as_ref().is_some_and(|t| !t.kind().is_trivia()))
}

fn cut(text: &str, with: &str) -> Option<String> {
    let escape = parse(text).file().escape();
    let with = with.replace('\\', &escape.to_string());
    let changed = rewritten(text, |t| is_between_words(t).then(|| with.clone()));
    (changed != text && !text.contains('\r')).then_some(changed)
}

fn continuations(text: &str) -> Option<String> {
    cut(text, " \\\n      ")
}

fn comments(text: &str) -> Option<String> {
    cut(text, " \\\n# it's a note\n\n    ")
}

fn trailing_blanks(text: &str) -> Option<String> {
    let changed = rewritten(text, |t| {
        let after_instruction = t.kind() == SyntaxKind::NEWLINE
            && t.parent().is_some_and(|p| p.kind() == SyntaxKind::FILE)
            && t.prev_sibling_or_token()
                .is_some_and(|e| e.kind().is_instruction())
            && t.token_before()
                .is_some_and(|p| p.kind() != SyntaxKind::HEREDOC_END);
        after_instruction.then(|| format!(" \t{}", t.text()))
    });
    (changed != text).then_some(changed)
}

fn indented(text: &str) -> Option<String> {
    let changed = rewritten(text, |t| {
        let first = t.kind() == SyntaxKind::KEYWORD
            && t.parent().is_some_and(|p| {
                p.leftmost_token().as_ref() == Some(t)
                    && p.parent().is_some_and(|g| g.kind() == SyntaxKind::FILE)
            })
            && t.token_before()
                .is_none_or(|p| p.kind() == SyntaxKind::NEWLINE);
        first.then(|| format!("  {}", t.text()))
    });
    (changed != text).then_some(changed)
}
