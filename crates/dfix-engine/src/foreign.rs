//! Comments by which hadolint is asked not to hear a rule: `# hadolint ignore=DL3008,SC2086 # reason`.

use dfix_syntax::{SyntaxNode, SyntaxToken, TextRange};

use crate::comments::{for_comments, instruction_below, listed};

/// A comment by which hadolint is asked not to hear rules.
///
/// What hadolint makes of it was tried with its release 2.15: it heeds `ignore=` on the line right above an instruction, and
/// `global ignore=` anywhere above one; codes with commas between, in capital letters; a reason only behind a further `#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignIgnore {
    /// The comment.
    pub range: TextRange,
    /// Whether it is about the whole file.
    pub is_global: bool,
    /// The codes, in order.
    pub names: Vec<String>,
    /// What follows them, as it is written.
    pub rest: String,
    /// Who heeds it.
    pub heard_by: Hears,
}

/// Who heeds a comment where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hears {
    /// Both tools.
    Both,
    /// This one: hadolint reads none inside an instruction, or above other comments.
    DfixOnly,
    /// Neither: no instruction is right below.
    Neither,
}

/// Whether a comment without its `#` is about the whole file, and what stands behind its `=`; none where it is no such comment.
pub(crate) fn said(text: &str) -> Option<(bool, &str)> {
    let rest = text.strip_prefix("hadolint")?.trim_start();
    let (is_global, rest) = match rest.strip_prefix("global") {
        Some(rest) if rest.starts_with(char::is_whitespace) => (true, rest.trim_start()),
        _ => (false, rest),
    };
    let names = rest
        .strip_prefix("ignore")?
        .trim_start()
        .strip_prefix('=')?;
    Some((is_global, names))
}

/// All of a file, in order of place.
pub(crate) fn foreign_ignores(text: &str, root: &SyntaxNode) -> Vec<ForeignIgnore> {
    let mut found = Vec::new();
    if !text.contains("hadolint") {
        return found;
    }
    for_comments(root, |token, around| {
        let text = token.text().trim_start_matches('#').trim();
        let Some((is_global, names)) = said(text) else {
            return;
        };
        let (names, rest) = listed(names);
        found.push(ForeignIgnore {
            range: token.text_range(),
            is_global,
            names: names.into_iter().map(str::to_owned).collect(),
            rest: rest.to_owned(),
            heard_by: match around {
                None if is_global => Hears::Both,
                Some(_) => Hears::DfixOnly,
                None => hears(token),
            },
        });
    });
    found
}

/// Who heeds one that stands outside of instructions.
fn hears(comment: &SyntaxToken) -> Hears {
    let Some(instruction) = instruction_below(comment) else {
        return Hears::Neither;
    };
    let mut at = comment.next_sibling_or_token();
    while let Some(element) = at.filter(|it| it.text_range().start() < instruction.start()) {
        if element.kind() == dfix_syntax::SyntaxKind::COMMENT {
            return Hears::DfixOnly;
        }
        at = element.next_sibling_or_token();
    }
    Hears::Both
}
