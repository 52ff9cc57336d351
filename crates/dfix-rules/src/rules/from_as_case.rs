//! `FROM … AS` in one letter case.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::Model;
use dfix_syntax::ast::Instruction;

pub(crate) const RULE: Rule = Rule {
    id: "from-as-case",
    aliases: &["FromAsCasing"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write `AS` in the letter case of its `FROM`",
    why: "One line in one letter case reads better, and the builder warns of anything else.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes("FROM alpine:3.20 as build\n", "FROM alpine:3.20 AS build\n"),
        fixes("from alpine:3.20 AS build\n", "from alpine:3.20 as build\n"),
        fixes("FROM alpine:3.20 As build\n", "FROM alpine:3.20 AS build\n"),
        leaves("FROM alpine:3.20 AS build\nFROM build\n"),
        // Which of the two cases is meant cannot be told.
        leaves("From alpine:3.20 as build\n"),
        leaves("FROM alpine:3.20 AS as\n"),
        // What a continuation cuts is not put together.
        leaves("FROM alpine:3.20 a\\\ns build\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let Instruction::From(from) = stage.from_step().instruction() else {
            continue;
        };
        let keyword = stage.from_step().instruction().keyword();
        let (Some(keyword), Some(as_keyword)) = (keyword, from.as_keyword()) else {
            continue;
        };
        let wanted = match keyword.text() {
            "FROM" => "AS",
            "from" => "as",
            _ => continue,
        };
        let is_cut = as_keyword.text().len() != wanted.len();
        if is_cut || as_keyword.text() == wanted {
            continue;
        }
        let message = format!("`{}` beside `{}`", as_keyword.text(), keyword.text());
        out.judge(&as_keyword, Safety::Safe, message, |case| {
            case.declare(Effect::Layout)
                .fix(|edit| edit.replace_token(&as_keyword, wanted));
            Ok(())
        });
    }
}
