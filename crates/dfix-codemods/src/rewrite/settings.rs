//! Settings of a stage that come, go or become others, and who counts on them: the shell of what follows, the entry point of the base
//! image, a variable that is there in the build alone.

use dfix_engine::OpenCondition;
use dfix_model::{Model, StartCommand, Step, StepKind, Word};

use super::Rewrite;
use crate::matching::find::Found;
use crate::pattern::instruction::{Arguments, InstructionPattern};
use crate::pattern::{Kind, ReplacementKind, instructions};
use crate::replacement::of_words::filled;
use crate::replacement::plan::{Op, Plan};
use crate::replacement::readers::left_without;

/// What is open where `SHELL` comes, goes or becomes another one: what is written for a shell behind it.
pub(super) fn shell<'m>(plan: &Plan<'m>, found: &Found<'m>) -> Option<OpenCondition> {
    let step = plan.ops.iter().find_map(|op| match op {
        Op::RemoveInstruction(step) => step.is(StepKind::Shell).then_some(*step),
        Op::ReplaceInstruction(step, source) => {
            (step.is(StepKind::Shell) || says(source, "SHELL")).then_some(*step)
        }
        Op::InstructionBefore(step, source) | Op::InstructionAfter(step, source) => {
            says(source, "SHELL").then_some(*step)
        }
        _ => None,
    });
    let step = step.or_else(|| found.step().filter(|it| it.is(StepKind::Shell)))?;
    let stage = step.stage()?;
    let is_for_shell = |it: &Step<'_>| {
        let has_script = matches!(
            it.kind(),
            StepKind::Run | StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
        );
        has_script && !it.is_exec_form()
    };
    let mut stages = stage.with_descendants();
    let line = stages.find_map(|of| {
        let behind = of.steps().filter(|it| it.index() > step.index());
        let mut behind = behind.take_while(|it| !it.is(StepKind::Shell));
        behind.find(is_for_shell).map(Step::line)
    })?;
    Some(OpenCondition::new(
        format!("whether line {line} means the same to the shell that runs it then"),
        "see what it asks of its shell, and what follows it",
    ))
}

/// Refuses what a shell would read where the image has none.
pub(super) fn no_shell(plan: &Plan<'_>) -> Result<(), String> {
    let is_for_shell = |line: &str| {
        let (keyword, rest) = line.trim().split_once(' ').unwrap_or_default();
        let keywords = ["RUN", "CMD", "ENTRYPOINT"];
        let is_one = keywords.iter().any(|it| keyword.eq_ignore_ascii_case(it));
        is_one && !rest.trim_start().starts_with('[')
    };
    for op in &plan.ops {
        let (Op::ReplaceInstruction(step, source)
        | Op::InstructionBefore(step, source)
        | Op::InstructionAfter(step, source)) = op
        else {
            continue;
        };
        let has_none = step.stage().is_some_and(|it| it.has_shell() == Some(false));
        if has_none && source.lines().any(is_for_shell) {
            return Err(format!(
                "the image of line {} has no shell: write it as a JSON array, or do it in a stage that has one",
                step.line()
            ));
        }
    }
    Ok(())
}

/// What is open where a secret is asked for by another name: who builds gives it by that.
pub(super) fn secret(plan: &Plan<'_>, file: &Model<'_>) -> Option<OpenCondition> {
    let ids = file.steps().flat_map(|step| {
        let mounts = step
            .mounts()
            .filter(|it| matches!(it.kind(), "secret" | "ssh"));
        let ids: Vec<(Step<'_>, Word<'_>)> = mounts
            .filter_map(|it| Some((step, it.option("id")?)))
            .collect();
        ids
    });
    let is_changed = |word: &Word<'_>| {
        plan.ops.iter().any(|op| match op {
            Op::Word(it, _) => it.range() == word.range(),
            Op::Bytes(range, _) => word.range().contains_range(*range),
            _ => false,
        })
    };
    let mut changed = ids.filter(|(_, word)| is_changed(word));
    let (step, word) = changed.next()?;
    Some(OpenCondition::new(
        format!(
            "whether builds give what line {} mounts by its new name: now it is `{}`",
            step.line(),
            word.shortened()
        ),
        "change it where the builder is called, too",
    ))
}

/// What is open where an `ENTRYPOINT` comes into a stage that had none of its own: that of the base image runs no more.
pub(super) fn entry_point(plan: &Plan<'_>) -> Option<OpenCondition> {
    let step = plan.ops.iter().find_map(|op| match op {
        Op::ReplaceInstruction(step, source)
        | Op::InstructionBefore(step, source)
        | Op::InstructionAfter(step, source) => says(source, "ENTRYPOINT").then_some(*step),
        _ => None,
    })?;
    let stage = step.stage()?;
    if !matches!(stage.entry().entrypoint, StartCommand::BaseImage) {
        return None;
    }
    let image = stage.base_image().text().unwrap_or("the base image");
    let known = stage.base_facts().entrypoint();
    let words: Option<Vec<&str>> = known.map(Iterator::collect);
    let condition = match words {
        Some(words) if words.is_empty() => return None,
        Some(words) => format!(
            "whether containers do without the entry point of {image} (`{}`), which does not run any more",
            words.join(" ")
        ),
        None => {
            format!("whether {image} has an entry point of its own, which does not run any more")
        }
    };
    Some(OpenCondition::new(
        condition,
        "see what it does (`docker image inspect` says which it is), and call it in the new one",
    ))
}

/// Whether one of the instructions in a source has this keyword.
fn says(source: &str, keyword: &str) -> bool {
    let mut words = source.lines().filter_map(|it| it.split_whitespace().next());
    words.any(|it| it.eq_ignore_ascii_case(keyword))
}

impl Rewrite {
    /// What is open where an `ENV` becomes an `ARG`, or the other way round: a variable is there in the build alone then, or a build
    /// cannot choose it. What only asks for it in the build is taken out of the plan's conditions.
    pub(super) fn other_variables(&self, found: &Found<'_>, plan: &mut Plan<'_>) {
        let (Kind::Instructions(lines), ReplacementKind::Instructions(new), Some(step)) = (
            &self.search.pattern.kind,
            &self.replacement.kind,
            found.step(),
        ) else {
            return;
        };
        let keys = |it: &InstructionPattern, kind: StepKind| -> Vec<String> {
            match &it.arguments {
                Arguments::Pairs(pairs) if it.kind == kind => {
                    let keys = pairs.iter().map(|it| filled(&it.key, &found.state));
                    keys.filter_map(Result::ok).collect()
                }
                _ => Vec::new(),
            }
        };
        let old: Vec<&InstructionPattern> = instructions(lines).collect();
        let both = |from: StepKind, to: StepKind| {
            let gone: Vec<String> = old.iter().flat_map(|it| keys(it, from)).collect();
            let comes: Vec<String> = new.iter().flat_map(|it| keys(it, to)).collect();
            gone.into_iter().find(|it| comes.contains(it))
        };
        if let Some(key) = both(StepKind::Env, StepKind::Arg) {
            let told = left_without(step, &key, false);
            plan.open.retain(|it| !told.contains(it));
            plan.open.push(OpenCondition::new(
                format!("whether nothing in a container reads `{key}`: an ARG is there in the build alone"),
                "leave it an ENV where something does",
            ));
            if is_based_on(step) {
                plan.open.extend(told);
            }
        } else if let Some(key) = both(StepKind::Arg, StepKind::Env) {
            plan.open.push(OpenCondition::new(
                format!("whether no build is told another `{key}`: `--build-arg` does nothing for an ENV, which stays in the image"),
                "see what the builds are told",
            ));
        }
    }
}

/// Whether another stage is based on the step's, which an `ARG` does not reach.
fn is_based_on(step: Step<'_>) -> bool {
    step.stage()
        .is_some_and(|it| it.children().next().is_some())
}
