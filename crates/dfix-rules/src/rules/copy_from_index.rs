//! `COPY --from` names its stage by name.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Flag, Model, Stage, Step, Word};
use dfix_syntax::TextRange;

pub(crate) const RULE: Rule = Rule {
    id: "copy-from-index",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "let `COPY --from` call a stage by name, not by number",
    why: "A stage that is put in before it makes the number that of another one. A name stays, and says what is copied.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nRUN npm run build\nFROM nginx:1.29\nCOPY --from=0 /app /app\n",
            "FROM node:22 AS build\nRUN npm run build\nFROM nginx:1.29\nCOPY --from=build /app /app\n",
        ),
        fixes(
            "FROM node:22 AS web\nFROM nginx:1.29\nCOPY --from=0 /app /app\nRUN --mount=type=bind,from=0,target=/a ls\n",
            "FROM node:22 AS web\nFROM nginx:1.29\nCOPY --from=web /app /app\nRUN --mount=type=bind,from=web,target=/a ls\n",
        ),
        // The name is taken.
        fixes(
            "FROM node:22\nFROM golang:1.27 AS build\nFROM nginx:1.29\nCOPY --from=0 /a /a\nCOPY --from=build /b /b\n",
            "FROM node:22 AS builder\nFROM golang:1.27 AS build\nFROM nginx:1.29\nCOPY --from=builder /a /a\nCOPY --from=build /b /b\n",
        ),
        fixes(
            "FROM node:22\nFROM a:1 AS build\nFROM a:1 AS builder\nFROM nginx:1.29\nCOPY --from=0 /a /a\n",
            "FROM node:22 AS build-1\nFROM a:1 AS build\nFROM a:1 AS builder\nFROM nginx:1.29\nCOPY --from=build-1 /a /a\n",
        ),
        // Two stages have the name: the number says which.
        leaves("FROM node:22 AS a\nFROM node:24 AS a\nFROM nginx:1.29\nCOPY --from=0 /a /a\n"),
        leaves("FROM node:22 AS a\nFROM nginx:1.29\nCOPY --from=a /a /a\nCOPY --from=1 /a /a\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let words: Vec<(Step<'_>, Word<'_>)> = file
            .steps()
            .filter(|step| step.stage().is_some_and(|it| it.index() > stage.index()))
            .flat_map(|step| {
                by_number(step, stage)
                    .into_iter()
                    .map(move |word| (step, word))
            })
            .collect();
        let Some((first, _)) = words.first() else {
            continue;
        };
        let has_it = |name: &str| {
            let all = file.stages();
            all.filter(|it| it.is_called(name)).count()
        };
        let name = match stage.name() {
            Some(name) if has_it(name) == 1 => name.to_owned(),
            Some(_) => continue,
            None => new_name(file),
        };
        let message = format!("stage {} is called by its number", stage.index());
        out.judge(*first, Safety::Safe, message, |case| {
            if stage.name().is_none() {
                case.declare(Effect::changed(stage.from_step()));
            }
            case.declare(
                words
                    .iter()
                    .map(|(step, _)| Effect::changed(*step))
                    .collect::<Vec<_>>(),
            );
            case.fix(|edit| {
                if stage.name().is_none() {
                    let end = TextRange::empty(stage.image().range.end());
                    edit.replace_node(end, &format!(" AS {name}"));
                }
                for (_, word) in &words {
                    edit.replace_word(*word, &name);
                }
            });
            Ok(())
        });
    }
}

/// The words of a step that call a stage by its number.
fn by_number<'m>(step: Step<'m>, stage: Stage<'m>) -> Vec<Word<'m>> {
    let copied = step.is_copy_or_add().then(|| step.flag("from")).flatten();
    let copied = copied.and_then(Flag::value);
    let mounted = step.mounts().filter_map(|it| it.option("from"));
    let is_number =
        |it: &Word<'_>| it.value().and_then(|it| it.parse().ok()) == Some(stage.index());
    let words = copied.into_iter().chain(mounted).filter(is_number);
    if step.is_onbuild() {
        Vec::new()
    } else {
        words.collect()
    }
}

/// A name that nothing of the file has.
fn new_name(file: &Model<'_>) -> String {
    let is_taken = |name: &str| {
        let mut stages = file.stages();
        let images = file.image_positions();
        let mut images = images.iter().filter_map(|it| it.image.text());
        stages.any(|it| it.is_called(name)) || images.any(|it| it == name)
    };
    let mut usual = ["build", "builder"].into_iter();
    let free = usual.find(|it| !is_taken(it));
    free.map_or_else(|| file.free_stage_name("build", 0), str::to_owned)
}
