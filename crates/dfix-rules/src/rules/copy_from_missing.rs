//! `--from` names a stage that is there by then.

use dfix_engine::{
    Case, Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Model, Source, Stage, Step, Word};

pub(crate) const RULE: Rule = Rule {
    id: "copy-from-missing",
    aliases: &["DL3022"],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "name stages that stand above in `--from`",
    why: "A number that no stage has stops the build, and so does a stage that comes later: it is not built by then. Some builders \
          take its name for an image of a registry.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM golang:1.25\nFROM alpine:3.22\nCOPY --from=3 /app /app\nRUN --mount=type=bind,from=1,target=/x true\n",
            "FROM golang:1.25\nFROM alpine:3.22\nCOPY --from=0 /app /app\nRUN --mount=type=bind,from=1,target=/x true\n",
        )
        .that_says("the build stops here: there is no stage 3"),
        reports(
            "FROM golang:1.25 AS a\nFROM golang:1.25 AS b\nFROM alpine:3.22\nCOPY --from=7 /a /b\n",
            "two stages or more",
        ),
        // Where nothing builds this stage, the file builds.
        reports(
            "FROM alpine:3.22 AS app\nCOPY --from=build /a /b\nFROM golang:1.25 AS build\n",
            "move the stage of line 3 above",
        ),
        reports(
            "FROM golang:1.25\nFROM alpine:3.22 AS app\nCOPY --from=2 /a /b\nFROM golang:1.25 AS build\n",
            "move the stage of line 4 above",
        ),
        reports("FROM alpine:3.22\nCOPY --from=2 /a /b\n", "leave `--from` out"),
        // The builder counts images that are copied from behind the stages.
        leaves("FROM alpine:3.22 AS a\nCOPY --from=nginx /a /a\nFROM alpine\nCOPY --from=2 /a /b\n"),
        leaves("FROM alpine:3.22 AS a\nRUN --mount=type=cache,target=/c ls\nFROM alpine\nCOPY --from=2 /a /b\n"),
        reports(
            "FROM alpine:3.22\nCOPY --from=nginx /a /a\nCOPY --from=2 /a /b\n",
            "there is no stage 2",
        ),
        // Another rule speaks of the stage itself.
        leaves("FROM golang:1.25 AS app\nCOPY --from=app /a /b\nCOPY --from=0 /a /b\n"),
        leaves(
            "FROM golang:1.25 AS build\nFROM alpine:3.22\nCOPY --from=build /app /app\nCOPY --from=0 /a /a\n",
        ),
        leaves("FROM alpine:3.22\nCOPY --from=nginx /a /a\nCOPY --from=$X /a /a\n"),
        // There is an image of that name.
        leaves("FROM alpine:3.22\nCOPY --from=nginx /a /a\nFROM nginx:1.27 AS nginx\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for step in stage.steps().filter(|it| !it.is_onbuild()) {
            let word = step.flag("from").filter(|_| step.is_copy_or_add());
            if let Some(word) = word.and_then(dfix_model::Flag::value) {
                look_at(stage, step, word, out);
            }
        }
    }
}

fn look_at(stage: Stage<'_>, step: Step<'_>, word: Word<'_>, out: &mut Findings<'_>) {
    let Some(text) = word.value() else { return };
    let file = stage.file();
    let Ok(number) = text.parse::<usize>() else {
        if let Some(meant) = stage_below(stage, text) {
            comes_later(step, text, meant, out);
        }
        return;
    };
    if number <= stage.index() {
        return;
    }
    if let Some(meant) = file.stage(number) {
        comes_later(step, text, meant, out);
        return;
    }
    let before = file.steps().take_while(|it| *it != step);
    if number < file.stages().len() + before.map(counted).sum::<usize>() {
        return;
    }
    let what = format!("there is no stage {number}");
    out.judge(step, Safety::Checked, what.clone(), |case| {
        let above = only_one_above(stage, &what)?;
        case.evidence(format!("the build stops here: {what}"));
        name_the_only_one(case, step, above);
        Ok(())
    });
}

/// Has a step copy from the only stage that stands above.
pub(super) fn name_the_only_one(case: &mut Case<'_>, step: Step<'_>, above: Stage<'_>) {
    let number = above.index().to_string();
    case.evidence("one stage alone stands above")
        .declare(Effect::changed(step))
        .fix(|edit| edit.set_flag(step, "from", above.name().unwrap_or(&number)));
}

/// How many stages the builder may count for a step: images that files are taken of have numbers behind the stages, and so has what is
/// mounted and is no stage.
fn counted(step: Step<'_>) -> usize {
    let is_image = |it: Source<'_>| matches!(it, Source::Image(_));
    usize::from(step.source().is_some_and(is_image)) + step.mounts().count()
}

/// The stage that is meant, where there is only one above.
fn only_one_above<'m>(stage: Stage<'m>, what: &str) -> Result<Stage<'m>, Remedy> {
    let file = stage.file();
    match stage.index() {
        0 => Err(remedy!(
            "{what}, and none stands above: leave `--from` out for files of the build context"
        )),
        1 => file.stage(0).ok_or_else(|| remedy!("name a stage above")),
        _ => Err(remedy!(
            "{what}; two stages or more stand above: name the one that is meant (they are counted from 0)"
        )),
    }
}

/// The stage of this name that comes later, where none above has it and no image is known by it.
fn stage_below<'m>(stage: Stage<'m>, text: &str) -> Option<Stage<'m>> {
    let is_it = |it: &Stage<'_>| it.is_called(text);
    let mut up_to_it = stage.file().stages().take(stage.index() + 1);
    let mut below = stage.file().stages().skip(stage.index() + 1);
    if up_to_it.any(|it| is_it(&it)) || dfix_catalogue::is_official(text) {
        return None;
    }
    below.find(is_it)
}

fn comes_later(step: Step<'_>, text: &str, meant: Stage<'_>, out: &mut Findings<'_>) {
    let line = meant.from_step().line();
    let message = format!("the stage `{text}` comes later");
    out.judge(step, Safety::Checked, message, |_| {
        Err(remedy!(
            "it is not built by then: name the stage that is meant, or move the stage of line {line} above this one"
        ))
    });
}
