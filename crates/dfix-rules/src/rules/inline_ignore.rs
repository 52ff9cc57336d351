//! No comments that keep findings quiet.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::Model;
use dfix_syntax::ast::AstNode;
use dfix_syntax::{NodeOrToken, SyntaxKind};

pub(crate) const RULE: Rule = Rule {
    id: "inline-ignore",
    aliases: &["DL1001"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "say in the configuration what is not to be told, not in comments",
    why: "For teams that want one place for it: a comment keeps something quiet that nobody else looked at.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM alpine:3.22\n# hadolint ignore=DL3018\nRUN apk add curl\n",
            "name the rule",
        ),
        reports(
            "# dfix: ignore-file=apk-no-cache we keep it\nFROM alpine:3.22\nRUN apk add curl\n",
            "configuration",
        ),
        leaves(
            "FROM alpine:3.22\n# hadolint ignores nothing here\nRUN <<E\n# hadolint ignore=DL3018\nE\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let elements = file.tree().syntax().children_with_tokens();
    let tokens = elements.filter_map(NodeOrToken::into_token);
    for comment in tokens.filter(|it| it.kind() == SyntaxKind::COMMENT) {
        let text = comment.text().trim_start_matches('#').trim();
        let ignores = |name: &str, words: &[&str]| {
            let rest = text.strip_prefix(name).map(str::trim_start);
            rest.is_some_and(|rest| words.iter().any(|it| rest.starts_with(it)))
        };
        let is_one = ignores("hadolint", &["ignore=", "global ignore="])
            || ignores("dfix:", &["ignore=", "ignore-file="]);
        if is_one {
            out.judge(
                &comment,
                Safety::Safe,
                "a comment keeps findings quiet",
                |_| {
                    Err(remedy!(
                        "name the rule in the configuration, for the file where it is wanted"
                    ))
                },
            );
        }
    }
}
