//! Instructions' names in one letter case.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Step};
use dfix_syntax::TextRange;
use dfix_syntax::ast::{AstNode, Instruction};

pub(crate) const RULE: Rule = Rule {
    id: "inst-case",
    aliases: &["ConsistentInstructionCasing"],
    groups: &[Group::Style],
    severity: Severity::Advice,
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
        // What stands above the first `FROM` follows, and does not count.
        fixes(
            "ARG A\nARG B\nFrom alpine:3.20\nrun true\ncmd sh\nENV a=b\n",
            "arg A\narg B\nfrom alpine:3.20\nrun true\ncmd sh\nenv a=b\n",
        ),
        leaves("from alpine:3.20\nrun true\n"),
        leaves("FROM alpine:3.20\nONBUILD RUN true\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let keyword = |step: Step<'_>| {
        let place = Instruction::cast(step.syntax().clone())?.keyword_range()?;
        Some((place, &file.text()[place], step.stage().is_some()))
    };
    let keywords: Vec<(TextRange, &str, bool)> = file.steps().filter_map(keyword).collect();
    let count = |is: fn(&u8) -> bool| {
        let all = keywords.iter().filter(|it| it.2);
        all.filter(|it| it.1.as_bytes().iter().all(is)).count()
    };
    // As the builder counts: capitals unless more of the names are small, and without what stands above the first stage.
    let is_small = count(u8::is_ascii_lowercase) > count(u8::is_ascii_uppercase);
    let is_odd = if is_small {
        u8::is_ascii_uppercase
    } else {
        u8::is_ascii_lowercase
    };
    for (place, keyword, _) in keywords.iter().copied() {
        if !keyword.as_bytes().iter().any(is_odd) {
            continue;
        }
        let wanted = if is_small {
            keyword.to_ascii_lowercase()
        } else {
            keyword.to_ascii_uppercase()
        };
        let message = format!("`{keyword}` where most names are like `{wanted}`");
        out.judge(place, Safety::Safe, message, |case| {
            case.declare(Effect::Layout)
                .fix(|edit| edit.replace_token(place, &wanted));
            Ok(())
        });
    }
}
