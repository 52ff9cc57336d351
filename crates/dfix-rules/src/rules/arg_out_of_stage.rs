//! A global `ARG` is declared again in each stage that uses it.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Expansion, Model, Stage, Step, StepKind};

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
            "ARG VERSION=1.2\nFROM debian:12\nRUN true\n# What it is.\nLABEL version=$VERSION v=${VERSION}\n",
            "ARG VERSION=1.2\nFROM debian:12\nRUN true\n# What it is.\nARG VERSION\nLABEL version=$VERSION v=${VERSION}\n",
        ),
        leaves("ARG VERSION=1.2\nFROM debian:12\nWORKDIR /app/$VERSION\n")
            .that_says("whether what the WORKDIR of line 3 does is right"),
        // Each `RUN` has it among its variables.
        leaves("ARG NODE_ENV=production\nFROM node:22\nLABEL env=$NODE_ENV\nRUN npm ci\n")
            .that_says("the RUN of line 4"),
        reports(
            "ARG A=1\nFROM debian:12\nLABEL a=${A:-9}\n",
            "which of the two",
        ),
        leaves("ARG VERSION=1.2\nFROM acme/base:1\nLABEL version=$VERSION\n")
            .that_says("whether acme/base:1 sets `VERSION`"),
        // Who is based on a stage has its `ARG`s, too.
        fixes(
            "ARG A=1\nFROM debian:12 AS base\nENV A_OF_BASE=$A\nFROM base\nENV B=$A\n",
            "ARG A=1\nFROM debian:12 AS base\nARG A\nENV A_OF_BASE=$A\nFROM base\nENV B=$A\n",
        )
        .with_unsafe(),
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
    let message = format!("`{name}` is declared outside of this stage, and not set in it");
    out.judge(variable.place, Safety::Checked, message, |case| {
        if let Some(operator) = &variable.operator {
            return Err(remedy!(
                "`{operator}` decides what is put in as long as it is not set: see which of the two is meant, and write `ARG {name}` above \
                 or that alone"
            ));
        }
        let is_defined = variable.is_defined();
        let image = stage.base_image().text().unwrap_or("the base image");
        case.evidence(
            is_defined
                .is_no()
                .then(|| format!("{image} sets no `{name}`")),
        )
        .open(is_defined.open())
        .open(first_changed(stage, step, name))
        .declare(Effect::Inserted {
            stage: stage.index(),
            keyword: "ARG",
        })
        .fix(|edit| edit.insert_instruction_below_comments(step, &format!("ARG {name}")));
        Ok(())
    });
}

/// What is open where more than labels changes with the `ARG`: each `RUN` behind it has it among its variables, and other
/// instructions may name it.
fn first_changed(stage: Stage<'_>, from: Step<'_>, name: &str) -> Option<OpenCondition> {
    let reads = |it: &Step<'_>| it.is_run() || !it.is(StepKind::Label) && it.mentions(name);
    let steps = stage.with_descendants().flat_map(Stage::steps);
    let mut behind = steps.filter(|it| it.index() >= from.index());
    let first = behind.find(reads)?;
    Some(OpenCondition::new(
        format!(
            "whether what {} does is right with `{name}` set: until now it is not",
            first.label()
        ),
        "see what it does with it",
    ))
}
