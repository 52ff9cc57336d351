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

/// What a comment of hadolint's is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The instruction below.
    Instruction,
    /// The stage whose `FROM` is below, and from inside of a stage the rest of that.
    Stage,
    /// The whole file.
    File,
}

/// What a comment without its `#` is about, and what stands behind its `=`; none where it is no such comment.
pub(crate) fn said(text: &str) -> Option<(Reach, &str)> {
    let rest = text.strip_prefix("hadolint")?.trim_start();
    let after = |word| {
        let rest: &str = rest.strip_prefix(word)?;
        let is_word = rest.starts_with(char::is_whitespace);
        is_word.then(|| rest.trim_start())
    };
    let (reach, rest) = match (after("global"), after("stage")) {
        (Some(rest), _) => (Reach::File, rest),
        (_, Some(rest)) => (Reach::Stage, rest),
        _ => (Reach::Instruction, rest),
    };
    let names = rest
        .strip_prefix("ignore")?
        .trim_start()
        .strip_prefix('=')?;
    Some((reach, names))
}

/// All of a file, in order of place; not those about a stage, for which there is no comment of ours.
pub(crate) fn foreign_ignores(text: &str, root: &SyntaxNode) -> Vec<ForeignIgnore> {
    let mut found = Vec::new();
    if !text.contains("hadolint") {
        return found;
    }
    for_comments(root, |token, around| {
        let text = token.text().trim_start_matches('#').trim();
        let Some((reach, names)) = said(text).filter(|it| it.0 != Reach::Stage) else {
            return;
        };
        let is_global = reach == Reach::File;
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
