//! No stage has a name that means something else.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports};
use dfix_model::{Model, OpenCondition, Stage};
use dfix_syntax::ast::Instruction;

use crate::renaming::rename;

pub(crate) const RULE: Rule = Rule {
    id: "stage-reserved-name",
    aliases: &["ReservedStageName", "DL3063"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "call no stage `scratch` or `context`",
    why: "`scratch` is the image without anything in it, and `context` what the build is sent: as names of stages they mean two \
          things at once, and the builder warns of them.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        leaves("FROM alpine:3.22 AS context\nFROM alpine:3.22\nCOPY --from=context /a /a\n")
            .that_says("`--target context`"),
        fixes(
            "FROM alpine:3.22 AS context\nFROM alpine:3.22\nCOPY --from=context /a /a\n",
            "FROM alpine:3.22 AS context-1\nFROM alpine:3.22\nCOPY --from=context-1 /a /a\n",
        )
        .with_unsafe(),
        reports(
            "FROM alpine:3.22 AS scratch\nFROM scratch\nCOPY a /a\n",
            "which of the two is meant",
        ),
        reports("FROM alpine:3.22 AS context\nRUN true\n", "compose.yaml").with_context(&[(
            "compose.yaml",
            "services:\n  web:\n    build:\n      context: .\n      target: context\n",
        )]),
        leaves("FROM alpine:3.22 AS scratch-base\nFROM scratch\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let Instruction::From(from) = stage.from_step().instruction() else {
            continue;
        };
        let (Some(name), Some(place)) = (stage.name(), from.stage_name()) else {
            continue;
        };
        let small = name.to_ascii_lowercase();
        if !matches!(&*small, "scratch" | "context") {
            continue;
        }
        let message = format!("a stage is called `{name}`, which means something else");
        out.judge(&place, Safety::Safe, message, |case| {
            if let Some(launch) = stage.built_by_name().next() {
                let who = launch.said();
                return Err(remedy!("{who} builds it by this name: give it another one in both"));
            }
            let references = stage.references();
            if small == "scratch" && stage.children().next().is_some() {
                return Err(remedy!(
                    "a `FROM {small}` stands below it: say which of the two is meant, and give the stage another name"
                ));
            }
            if let Some(other) = references.iter().find(|it| !it.is_plain) {
                let label = other.step.label();
                return Err(remedy!("a variable may stand for it in {label}: give it another name by hand"));
            }
            let new = file.free_stage_name(&small, 0);
            case.open(built_by_hand(stage, name));
            rename(case, stage, &place, &new, &references);
            Ok(())
        });
    }
}

/// Who builds a stage by its name is not told by the project alone. The last one needs none.
fn built_by_hand(stage: Stage<'_>, name: &str) -> Option<OpenCondition> {
    let remedy = "look at what builds the image";
    let condition = format!("whether somebody builds it with `--target {name}`");
    (!stage.is_final()).then(|| OpenCondition::new(condition, remedy))
}
