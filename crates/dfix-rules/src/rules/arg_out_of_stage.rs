//! A global `ARG` is declared again in each stage that uses it.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Expansion, Model, Stage, Step};

pub(crate) const RULE: Rule = Rule {
    id: "arg-out-of-stage",
    aliases: &["UndefinedVar"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "declare a global `ARG` again in the stage that uses it",
    why: "An `ARG` above the first `FROM` is for the `FROM`s alone. In a stage it is empty until `ARG NAME` takes it over.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "ARG VERSION=1.2\nFROM debian:12\nRUN true\n# What it is.\nLABEL version=$VERSION\nWORKDIR /app/${VERSION}\n",
            "ARG VERSION=1.2\nFROM debian:12\nRUN true\n# What it is.\nARG VERSION\nLABEL version=$VERSION\nWORKDIR /app/${VERSION}\n",
        ),
        leaves("ARG VERSION=1.2\nFROM acme/base:1\nLABEL version=$VERSION\n")
            .that_says("whether acme/base:1 sets `VERSION`"),
        // Who is based on a stage has its `ARG`s, too.
        fixes(
            "ARG A=1\nFROM debian:12 AS base\nENV A_OF_BASE=$A\nFROM base\nENV B=$A\n",
            "ARG A=1\nFROM debian:12 AS base\nARG A\nENV A_OF_BASE=$A\nFROM base\nENV B=$A\n",
        ),
        leaves("ARG A=1\nFROM debian:$A\nARG A\nENV B=$A\nENV C=$UNKNOWN\n"),
        leaves("ARG A=1\nFROM debian:12\nENV A=2\nENV B=$A D='$A' E=\\$A\nRUN echo $A\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    if file.global_args().next().is_none() {
        return;
    }
    let mut told: Vec<(usize, String)> = Vec::new();
    for stage in file.stages() {
        for step in stage.steps() {
            for variable in step.expansions() {
                let is_told = |it: Stage<'_>| told.contains(&(it.index(), variable.name.clone()));
                if stage.base_chain().any(is_told) || !is_out_of_stage(stage, &variable) {
                    continue;
                }
                told.push((stage.index(), variable.name.clone()));
                report(&variable, step, out);
            }
        }
    }
}

/// Whether a global `ARG` has the name, and nothing sets it in the stage or those that it is based on.
fn is_out_of_stage(stage: Stage<'_>, variable: &Expansion<'_>) -> bool {
    let mut globals = stage.file().global_args();
    globals.any(|it| it.name() == variable.name) && !variable.is_defined().is_yes()
}

fn report(variable: &Expansion<'_>, step: Step<'_>, out: &mut Findings<'_>) {
    let name = &variable.name;
    let Some(stage) = step.stage() else {
        return;
    };
    let message = format!("`{name}` is declared outside of this stage, and empty in it");
    out.judge(variable.place, Safety::Checked, message, |case| {
        let is_defined = variable.is_defined();
        let image = stage.base_image().text().unwrap_or("the base image");
        case.evidence(
            is_defined
                .is_no()
                .then(|| format!("{image} sets no `{name}`")),
        )
        .open(is_defined.open())
        .declare(Effect::Inserted {
            stage: stage.index(),
            keyword: "ARG",
        })
        .fix(|edit| edit.insert_instruction_below_comments(step, &format!("ARG {name}")));
        Ok(())
    });
}
