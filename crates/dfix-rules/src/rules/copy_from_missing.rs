//! `--from` names a stage that is there by then.

use dfix_engine::{
    Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Model, Stage, Step, Word};

pub(crate) const RULE: Rule = Rule {
    id: "copy-from-missing",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "name stages that stand above in `--from`",
    why: "A number past the stages above fails the build, and a name of a later stage is taken for an image of a registry.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM golang:1.25 AS build\nFROM alpine:3.22\nCOPY --from=1 /app /app\n",
            "FROM golang:1.25 AS build\nFROM alpine:3.22\nCOPY --from=build /app /app\n",
        )
        .that_says("the build stops here: stage 1 is this one itself"),
        fixes(
            "FROM golang:1.25\nFROM alpine:3.22\nCOPY --from=3 /app /app\nRUN --mount=type=bind,from=1,target=/x true\n",
            "FROM golang:1.25\nFROM alpine:3.22\nCOPY --from=0 /app /app\nRUN --mount=type=bind,from=1,target=/x true\n",
        ),
        reports("FROM alpine:3.22\nCOPY --from=0 /a /b\n", "this one itself"),
        reports(
            "FROM golang:1.25 AS a\nFROM golang:1.25 AS b\nFROM alpine:3.22\nCOPY --from=7 /a /b\n",
            "two stages or more",
        ),
        reports(
            "FROM alpine:3.22 AS app\nCOPY --from=build /a /b\nFROM golang:1.25 AS build\n",
            "line 3",
        ),
        reports(
            "FROM golang:1.25 AS app\nCOPY --from=app /a /b\n",
            "leave `--from` out",
        ),
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
    let own = stage.index();
    let Ok(number) = text.parse::<usize>() else {
        named(stage, step, text, out);
        return;
    };
    if number < own {
        return;
    }
    let what = match number {
        it if it == own => format!("stage {number} is this one itself"),
        it if it < stage.file().stages().len() => format!("stage {number} comes later"),
        _ => format!("there is no stage {number}"),
    };
    out.judge(step, Safety::Checked, what.clone(), |case| {
        let above = only_one_above(stage, &what)?;
        let name = above
            .name()
            .map_or_else(|| above.index().to_string(), str::to_owned);
        case.evidence(format!("the build stops here: {what}"))
            .evidence("one stage alone stands above")
            .declare(Effect::changed(step))
            .fix(|edit| edit.set_flag(step, "from", &name));
        Ok(())
    });
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

fn named(stage: Stage<'_>, step: Step<'_>, text: &str, out: &mut Findings<'_>) {
    let is_it = |it: &Stage<'_>| {
        it.name()
            .is_some_and(|name| name.eq_ignore_ascii_case(text))
    };
    let mut stages = stage.file().stages();
    let mut above = stage.file().stages().take(stage.index());
    let (None, Some(meant)) = (above.find(is_it), stages.find(is_it)) else {
        return;
    };
    if dfix_catalogue::is_official(text) {
        return;
    }
    if meant == stage {
        out.judge(step, Safety::Checked, format!("`{text}` is this stage itself"), |_| {
            Err(remedy!(
                "what is meant lies here already: use `RUN cp`, or leave `--from` out for files of the build context"
            ))
        });
        return;
    }
    let line = meant.from_step().line();
    out.judge(
        step,
        Safety::Checked,
        format!("the stage `{text}` comes later"),
        |_| {
            Err(remedy!(
                "an image `{text}` is looked for: move the stage of line {line} above this one"
            ))
        },
    );
}
