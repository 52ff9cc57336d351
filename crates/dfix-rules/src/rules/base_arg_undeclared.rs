//! Each variable of a `FROM` is declared before the first one.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Expansion, Model, Stage, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "base-arg-undeclared",
    aliases: &["UndefinedArgInFrom"],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "declare the variables of a `FROM` by an `ARG` above the first one",
    why: "A `FROM` sees the `ARG`s above the first `FROM` alone. For any other name nothing is put in, even where the build is \
          given a value.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:${NODE_VERSION:-22}\nRUN true\n",
            "ARG NODE_VERSION\nFROM node:${NODE_VERSION:-22}\nRUN true\n",
        ),
        fixes(
            "# The base.\nFROM ${BASE}\nRUN true\n",
            "# The base.\nARG BASE\nFROM ${BASE}\nRUN true\n",
        )
        .that_says("fails as it stands"),
        fixes(
            "ARG NODE_VERSION=22\nFROM node:$NODE_VERISON\nRUN true\n",
            "ARG NODE_VERSION=22\nFROM node:$NODE_VERSION\nRUN true\n",
        ),
        fixes(
            "FROM alpine:3.22 AS a\nARG TAG=3.21\nFROM alpine:$TAG\n",
            "ARG TAG=3.21\nFROM alpine:3.22 AS a\nARG TAG=3.21\nFROM alpine:$TAG\n",
        ),
        // What a stage gives it by default is not put in; what the build gives would be.
        leaves("FROM alpine:3.22 AS a\nARG TAG=3.21\nFROM alpine:${TAG:-3.22}\n")
            .that_says("whether a build is given `TAG`"),
        fixes(
            "FROM alpine:3.22 AS a\nARG TAG=3.21\nFROM alpine:${TAG:-3.22}\n",
            "ARG TAG\nFROM alpine:3.22 AS a\nARG TAG=3.21\nFROM alpine:${TAG:-3.22}\n",
        )
        .with_unsafe(),
        reports("FROM node:${NODE_VERSION:-22}\nRUN true\n", "gives it")
            .with_context(&[(
                "compose.yaml",
                "services:\n  web:\n    build:\n      context: .\n      args:\n        NODE_VERSION: 18\n",
            )]),
        reports(
            "FROM team/app$SUFFIX\nRUN true\n",
            "nothing is put in for it",
        ),
        leaves(
            "ARG BASE=alpine\nFROM --platform=$BUILDPLATFORM $BASE\nFROM --platform=${TARGETPLATFORM} alpine\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let Some(first) = file.stages().next() else {
        return;
    };
    let mut told: Vec<String> = Vec::new();
    for stage in file.stages() {
        for variable in stage.from_step().variables_of_base() {
            let name = &variable.name;
            if file.declares_for_bases(name) || told.contains(name) {
                continue;
            }
            told.push(name.clone());
            let message = format!("no `ARG` above the first `FROM` declares `{name}`");
            out.judge(variable.place, Safety::Checked, message, |case| {
                let fails = stage.image().fails_by_default();
                let has_default = matches!(variable.operator.as_deref(), Some(":-" | "-"));
                if !fails && !has_default {
                    return Err(remedy!(
                        "nothing is put in for it as it stands, and the build does not fail: take it away, or write `ARG {name}` above the first `FROM`"
                    ));
                }
                if let Some(meant) = variable.meant_name().filter(|_| !has_default) {
                    case.evidence(format!("the build fails as it stands, and `{meant}` is declared"))
                        .declare(Effect::changed(stage.from_step()))
                        .fix(|edit| edit.replace_part(variable.name_place, meant));
                    return Ok(());
                }
                if let Some(given) = file.given_arguments(name).first().filter(|_| has_default) {
                    return Err(remedy!(
                        "{} gives it a value that this `FROM` does not see: see which of the two is meant, and write `ARG {name}` above the first `FROM`",
                        given.by
                    ));
                }
                let is_of_a_stage = is_declared(file, name);
                case.open((has_default && is_of_a_stage).then(|| {
                    OpenCondition::new(
                        format!("whether a build is given `{name}`, which only a stage sees as it stands"),
                        "see what the builds are told (`--build-arg`)",
                    )
                }));
                case.evidence(if has_default {
                    "where the build is given nothing for it, its default is put in as before".to_owned()
                } else {
                    "the build fails as it stands, whatever it is given".to_owned()
                });
                let source = default_of_a_stage(stage, &variable).filter(|_| !has_default);
                let source = source.unwrap_or_else(|| format!("ARG {name}"));
                case.declare(Effect::GlobalArg { name: name.clone() }).fix(|edit| {
                    edit.insert_instruction_below_comments(first, &source);
                });
                Ok(())
            });
        }
    }
}

/// Whether a stage declares the name.
fn is_declared(file: &Model<'_>, name: &str) -> bool {
    let stages = file.stages();
    let mut pairs = stages
        .flat_map(|it| it.steps_of(StepKind::Arg))
        .flat_map(dfix_model::Step::pairs);
    pairs.any(|it| it.key_text() == Some(name))
}

/// The `ARG` of an earlier stage that gives the name a default, as it is written: it was meant for the `FROM`, too.
fn default_of_a_stage(stage: Stage<'_>, variable: &Expansion<'_>) -> Option<String> {
    let file = stage.file();
    let before = file.stages().take(stage.index());
    let pairs = before
        .flat_map(|it| it.steps_of(StepKind::Arg))
        .flat_map(dfix_model::Step::pairs);
    let of_name = pairs.filter(|it| it.key_text() == Some(&*variable.name));
    let mut plain = of_name.filter(|it| it.value().is_some_and(dfix_model::Word::is_known));
    let pair = plain.next()?;
    Some(format!("ARG {}", &file.text()[pair.range()]))
}
