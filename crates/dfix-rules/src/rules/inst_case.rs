//! Instructions' names in one letter case.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, fixes, leaves};
use dfix_model::Model;
use dfix_syntax::ast::{AstNode, Instruction};

pub(crate) const RULE: Rule = Rule {
    id: "inst-case",
    aliases: &["ConsistentInstructionCasing"],
    group: Group::Style,
    summary: "write all instructions' names in the letter case that most of them have",
    why: "A file in one letter case reads better, and the builder warns of a mixed one.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nrun true\nCMD [\"sh\"]\n",
            "FROM alpine:3.20\nRUN true\nCMD [\"sh\"]\n",
        ),
        fixes(
            "from alpine:3.20\nRun true\ncmd [\"sh\"]\n",
            "from alpine:3.20\nrun true\ncmd [\"sh\"]\n",
        ),
        fixes(
            "From alpine:3.20\nRun true\n",
            "FROM alpine:3.20\nRUN true\n",
        ),
        leaves("from alpine:3.20\nrun true\n"),
        leaves("FROM alpine:3.20\nONBUILD RUN true\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let keywords = || {
        file.steps()
            .filter_map(|step| Instruction::cast(step.syntax().clone())?.keyword())
    };
    let count = |is: fn(&char) -> bool| {
        keywords()
            .filter(|k| k.text().chars().all(|c| is(&c)))
            .count()
    };
    // As the builder counts: capitals unless more of the names are small.
    let is_small = count(char::is_ascii_lowercase) > count(char::is_ascii_uppercase);
    for keyword in keywords() {
        let wanted = if is_small {
            keyword.text().to_ascii_lowercase()
        } else {
            keyword.text().to_ascii_uppercase()
        };
        if keyword.text() == wanted {
            continue;
        }
        let message = format!("`{}` where most names are like `{wanted}`", keyword.text());
        out.judge(&keyword, Safety::Safe, message, |case| {
            case.declare(Effect::Layout)
                .fix(|edit| edit.replace_token(&keyword, &wanted));
            Ok(())
        });
    }
}
