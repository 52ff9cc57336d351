//! Each stage has a name of its own.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, OpenCondition, Stage};
use dfix_syntax::ast::Instruction;

use crate::renaming::rename;

pub(crate) const RULE: Rule = Rule {
    id: "stage-duplicate",
    aliases: &["DuplicateStageName", "DL3024"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "give each stage a name of its own",
    why: "Where two have the same name, it means the later one to whoever builds the file by it, and to what stands below; \
          between them it means the earlier one.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        // The later one keeps the name: it is the one that is built by it.
        fixes(
            "FROM golang:1.24 AS build\nRUN make\nFROM node:22 AS build\nCOPY --from=build /a /a\nFROM scratch\nCOPY --from=build /b /b\n",
            "FROM golang:1.24 AS build-1\nRUN make\nFROM node:22 AS build\nCOPY --from=build-1 /a /a\nFROM scratch\nCOPY --from=build /b /b\n",
        ),
        fixes(
            "FROM alpine:3.22 AS a\nFROM a AS A\nFROM A AS a\nFROM scratch AS a-1\n",
            "FROM alpine:3.22 AS a-2\nFROM a-2 AS a-3\nFROM a-3 AS a\nFROM scratch AS a-1\n",
        ),
        leaves("FROM alpine:3.22 AS a\nARG X=a\nFROM alpine:3.22 AS a\nCOPY --from=$X /a /a\n")
            .that_says("whether `a` is meant in the COPY of line 4"),
        leaves("FROM alpine:3.22 AS a\nFROM alpine:3.22 AS b\nFROM alpine:3.22\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for later in file.stages() {
        let Some((earlier, name)) = earlier_of_the_name(later) else {
            continue;
        };
        let (Instruction::From(from), Instruction::From(here)) = (
            earlier.from_step().instruction(),
            later.from_step().instruction(),
        ) else {
            continue;
        };
        let (Some(place), Some(here)) = (from.stage_name(), here.stage_name()) else {
            continue;
        };
        let line = earlier.from_step().line();
        let message = format!("the stage of line {line} is called `{name}`, too");
        out.judge(&here, Safety::Safe, message, |case| {
            let (plain, others): (Vec<_>, Vec<_>) =
                earlier.references().into_iter().partition(|it| it.is_plain);
            let new = file.free_stage_name(&name.to_ascii_lowercase(), before_it(earlier, name));
            let perhaps = others.iter().map(|it| {
                OpenCondition::new(
                    format!("whether `{name}` is meant in {}", it.step.label()),
                    "write the name of the stage there",
                )
            });
            case.open(perhaps.collect::<Vec<_>>());
            rename(case, earlier, &place, &new, &plain);
            Ok(())
        });
    }
}

/// How many stages before this one have the name.
fn before_it(stage: Stage<'_>, name: &str) -> usize {
    let before = stage.file().stages().take(stage.index());
    before.filter(|it| it.is_called(name)).count()
}

/// The last stage before this one that the builder takes to have the same name.
fn earlier_of_the_name(stage: Stage<'_>) -> Option<(Stage<'_>, &str)> {
    let name = stage.name()?;
    let mut before = stage.file().stages().take(stage.index()).rev();
    Some((before.find(|it| it.is_called(name))?, name))
}
