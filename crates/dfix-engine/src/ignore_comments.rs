//! Comments that ask for rules not to be heard, of one instruction: to write them anew where a rule has nothing to say there any more.

use dfix_syntax::{SyntaxNode, TextRange};

use crate::comments::{for_comments, instruction_below, listed};
use crate::foreign::{self, Reach};

/// A comment that names a rule which is not to be heard of one instruction: `# dfix: ignore=RULE`, `# hadolint ignore=CODE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreComment {
    /// The comment.
    pub range: TextRange,
    /// The comment without the rule's names; none where it names nothing else.
    pub without: Option<String>,
}

/// The comments that ask for the rule of these names not to be heard of this instruction.
pub(crate) fn of_rule(
    root: &SyntaxNode,
    instruction: TextRange,
    names_of_rule: &[&str],
) -> Vec<IgnoreComment> {
    let mut found = Vec::new();
    for_comments(root, |token, around| {
        let below = || around.map_or_else(|| instruction_below(token), |it| Some(it.text_range()));
        let whole = token.text().trim_end();
        let body = whole.trim_start_matches('#').trim_start();
        let names = body.strip_prefix("dfix: ignore=").or_else(|| {
            foreign::said(body)
                .filter(|it| it.0 == Reach::Instruction)
                .map(|it| it.1)
        });
        let Some(names) = names.filter(|_| below() == Some(instruction)) else {
            return;
        };
        let front = &whole[..whole.len() - names.len()];
        let (names, rest) = listed(names);
        let is_of_rule = |name: &&str| {
            let mut all = names_of_rule.iter();
            all.any(|it| it.eq_ignore_ascii_case(name))
        };
        if !names.iter().any(is_of_rule) {
            return;
        }
        let others: Vec<&str> = names.into_iter().filter(|it| !is_of_rule(it)).collect();
        found.push(IgnoreComment {
            range: token.text_range(),
            without: (!others.is_empty()).then(|| format!("{front}{}{rest}", others.join(","))),
        });
    });
    found
}
