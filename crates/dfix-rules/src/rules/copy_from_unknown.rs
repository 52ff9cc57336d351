//! `COPY --from` names a stage above, or an image with its tag.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, reports,
};
use dfix_model::{Flag, ImageRef, Model, Source, Stage, Step, StepKind, Word};

use crate::base;

pub(crate) const RULE: Rule = Rule {
    id: "copy-from-unknown",
    aliases: &["DL3022"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "let `COPY --from` name a stage that stands above, or an image with its tag",
    why: "What is the name of no stage is taken for an image: a name with a slip in it fetches a stranger's files, \
          or fails, and an image without a tag is another one some day.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22 AS builder\nFROM nginx:1.29\nCOPY --from=bulider /app /app\n",
            "FROM node:22 AS builder\nFROM nginx:1.29\nCOPY --from=builder /app /app\n",
        )
        .with_unsafe()
        .that_says("whether `builder` is meant"),
        // The builder finds it whatever its case; other tools do not.
        fixes(
            "FROM node:22 AS builder\nFROM nginx:1.29\nCOPY --from=Builder /app /app\n",
            "FROM node:22 AS builder\nFROM nginx:1.29\nCOPY --from=builder /app /app\n",
        ),
        fixes(
            "FROM php:8.5\nCOPY --from=composer /usr/bin/composer /usr/bin/\n",
            "FROM php:8.5\nCOPY --from=composer:2.10 /usr/bin/composer /usr/bin/\n",
        )
        .with_unsafe(),
        leaves("FROM scratch AS build\nFROM node:22\nCOPY --from=build a /\nCOPY --from=0 a /\n"),
        leaves(
            "FROM node:22\nCOPY --from=haskell:9 a /\nCOPY --from=a@sha256:f1 a /\nCOPY --from=$X a /\n",
        ),
        leaves("FROM node:22\nCOPY --from=composer /usr/bin/composer /\n")
            .that_says("whether `composer:"),
        leaves("FROM node:22 AS foo\nCOPY --from=foo bar .\n"),
        // Another rule speaks of these.
        leaves("FROM scratch\nCOPY --from=build foo .\nFROM node:22 AS build\n"),
        leaves("FROM scratch\nCOPY --from=1 foo .\n"),
        reports(
            "FROM node:22\nCOPY --from=acme/tools /a /a\n",
            "name the tag",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|it| it.is(StepKind::Copy) && !it.is_onbuild())
    {
        let word = step.flag("from").and_then(Flag::value);
        let Some((word, name)) = word.and_then(|it| Some((it, it.value()?))) else {
            continue;
        };
        match step.source() {
            Some(Source::Stage(stage)) => as_it_is_written(step, word, stage, out),
            Some(Source::Image(image)) => {
                // A context that the build is given has a name alone.
                if !name.contains(':') && !step.image_positions().is_empty() {
                    unknown(file, step, (word, &image), out);
                }
            }
            Some(Source::Unknown) | None => {}
        }
    }
}

/// Looks at the name of a stage: it may be found in another letter case alone.
fn as_it_is_written(step: Step<'_>, word: Word<'_>, stage: Stage<'_>, out: &mut Findings<'_>) {
    let name = word.value().unwrap_or_default();
    let Some(own) = stage
        .name()
        .filter(|own| *own != name && stage.is_called(name))
    else {
        return;
    };
    let message = format!("`{name}` is called `{own}`");
    out.judge(step, Safety::Safe, message, |case| {
        case.declare(Effect::changed(step))
            .fix(|edit| edit.replace_word(word, own));
        Ok(())
    });
}

/// Looks at a name that is no stage's above, and has neither tag nor digest.
fn unknown<'m>(
    file: &'m Model<'_>,
    step: Step<'m>,
    (word, image): (Word<'m>, &ImageRef),
    out: &mut Findings<'_>,
) {
    let Some(stage) = step.stage() else { return };
    let name = word.value().unwrap_or_default();
    // Other rules speak of the stage itself, and of those that come later.
    if file.stages().any(|it| it.is_called(name)) {
        return;
    }
    let message = format!("`{name}` is no stage above");
    out.judge(step, Safety::Checked, message, |case| {
        let near = stage.name_meant_by(name);
        case.declare(Effect::changed(step));
        match near {
            Some(near) => {
                case.open(OpenCondition::new(
                    format!("whether `{near}` is meant, and no image `{name}`"),
                    "see what the image is to hold",
                ))
                .fix(|edit| edit.replace_word(word, near));
            }
            None => {
                let tag = base::series(image, case)?;
                case.fix(|edit| edit.replace_word(word, &format!("{name}:{tag}")));
            }
        }
        Ok(())
    });
}
