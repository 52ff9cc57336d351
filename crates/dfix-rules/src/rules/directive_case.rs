//! The names of parser directives in small letters.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::Model;
use dfix_syntax::SyntaxKind;
use dfix_syntax::ast::{AstNode, Directive};

pub(crate) const RULE: Rule = Rule {
    id: "directive-case",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write the names of parser directives in small letters",
    why: "The builder reads them in any case; Docker's reference writes them small, and so do the tools that look for them.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "# Syntax=docker/dockerfile:1\n# ESCAPE=`\nFROM alpine:3.22\n",
            "# syntax=docker/dockerfile:1\n# escape=`\nFROM alpine:3.22\n",
        ),
        leaves("# syntax=docker/dockerfile:1\nFROM alpine:3.22\n# Escape=`\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let nodes = file.tree().syntax().children();
    for directive in nodes.filter_map(Directive::cast) {
        let tokens = directive.syntax().children_with_tokens();
        let mut tokens = tokens.filter_map(dfix_syntax::NodeOrToken::into_token);
        let Some(name) = tokens.find(|it| it.kind() == SyntaxKind::DIRECTIVE_TEXT) else {
            continue;
        };
        let small = name.text().to_ascii_lowercase();
        if small == name.text() {
            continue;
        }
        let message = format!("`{}` has capitals", name.text());
        out.judge(&name, Safety::Safe, message, |case| {
            case.declare(Effect::Layout)
                .fix(|edit| edit.replace_token(&name, &small));
            Ok(())
        });
    }
}
