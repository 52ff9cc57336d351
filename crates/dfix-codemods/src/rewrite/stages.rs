//! Stages that come or go, and names that are none of a stage: who counts stages, and who names one.

use dfix_engine::OpenCondition;
use dfix_model::{Flag, Model, Step, StepKind, Word};
use dfix_syntax::TextRange;

use crate::replacement::plan::{Op, Plan};

/// Refuses a plan by which a stage comes or goes before one that something says by its number, or that something names.
pub(super) fn counted(plan: &Plan<'_>, file: &Model<'_>) -> Result<(), String> {
    let mut first: Option<usize> = None;
    for op in &plan.ops {
        let (step, source) = match op {
            Op::RemoveInstruction(step) => (step, ""),
            Op::ReplaceInstruction(step, source)
            | Op::InstructionBefore(step, source)
            | Op::InstructionAfter(step, source) => (step, source.as_str()),
            _ => continue,
        };
        let stays = matches!(op, Op::InstructionBefore(..) | Op::InstructionAfter(..));
        let was = usize::from(step.is(StepKind::From) && !stays);
        let is = source.lines().filter(|it| begins_a_stage(it)).count();
        if was == is {
            continue;
        }
        let index = step.stage().map_or(0, dfix_model::Stage::index);
        let index = index + usize::from(was == 0 && matches!(op, Op::InstructionAfter(..)));
        first = Some(first.map_or(index, |it| it.min(index)));
        if let (true, Some(stage)) = (is == 0, step.stage())
            && let Some(user) = stage.copied_by().find(|it| !goes(*it, plan))
        {
            return Err(format!(
                "the stage goes, and line {} takes files from it",
                user.line()
            ));
        }
    }
    let Some(first) = first else {
        return Ok(());
    };
    for (step, word) in sources(file).filter(|(step, _)| !goes(*step, plan)) {
        let number = word.value().and_then(|it| it.parse::<usize>().ok());
        if let Some(number) = number.filter(|it| *it >= first) {
            return Err(format!(
                "line {} counts stages (`{number}`), and one comes or goes before: give that stage a name there first",
                step.line()
            ));
        }
    }
    Ok(())
}

/// What is open where files were taken from a stage, and come from a name that no stage has: the builder takes it for an image.
pub(super) fn unknown(plan: &Plan<'_>, file: &Model<'_>) -> Vec<OpenCondition> {
    let mut open = Vec::new();
    for (step, word) in sources(file) {
        let Some(new) = changed(word, plan, file) else {
            continue;
        };
        let Some(stage) = step.stage() else {
            continue;
        };
        let is_name = |name: &str| {
            let mut stages = file.stages().take_while(|it| it.index() < stage.index());
            stages.any(|it| it.is_called(name) || name.parse() == Ok(it.index()))
        };
        let was_one = word.value().is_some_and(is_name);
        if was_one && !is_name(&new) && !new.contains(['/', ':', '.', '@', '$']) {
            open.push(OpenCondition::new(
                format!(
                    "whether `{new}` in line {} is meant for an image: no stage before is called so",
                    step.line()
                ),
                "name the stage so, in the same recipe",
            ));
        }
    }
    open
}

/// The words that say where steps take files from: `--from`, the `from` of a mount.
fn sources<'m>(file: &'m Model<'_>) -> impl Iterator<Item = (Step<'m>, Word<'m>)> {
    file.steps().flat_map(|step| {
        let flag = step.flag("from").and_then(Flag::value);
        let mounts = step.mounts().filter_map(|it| it.option("from"));
        let words: Vec<Word<'m>> = flag.into_iter().chain(mounts).collect();
        words.into_iter().map(move |word| (step, word))
    })
}

/// What a word becomes.
fn changed(word: Word<'_>, plan: &Plan<'_>, file: &Model<'_>) -> Option<String> {
    plan.ops.iter().find_map(|op| match op {
        Op::Word(it, text) => (it.range() == word.range()).then(|| text.clone()),
        Op::Bytes(range, text) if word.range().contains_range(*range) => {
            let part = |from, to| &file.text()[TextRange::new(from, to)];
            let before = part(word.range().start(), range.start());
            let after = part(range.end(), word.range().end());
            Some([before, text, after].concat())
        }
        _ => None,
    })
}

/// Whether a step goes by the plan.
fn goes(step: Step<'_>, plan: &Plan<'_>) -> bool {
    let mut ops = plan.ops.iter();
    ops.any(|op| matches!(op, Op::RemoveInstruction(it) | Op::ReplaceInstruction(it, _) if it.range() == step.range()))
}

fn begins_a_stage(line: &str) -> bool {
    let word = line.split_whitespace().next();
    word.is_some_and(|it| it.eq_ignore_ascii_case("FROM"))
}
