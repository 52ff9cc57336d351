//! What becomes of a pipeline.

use dfix_engine::Effect;
use dfix_model::{Command, StepKind, WordKind};
use dfix_syntax::TextRange;

use crate::matching::state::State;
use crate::pattern::command::CommandPattern;
use crate::pattern::instruction::outermost;
use crate::pattern::pipeline::PipelinePattern;
use crate::pattern::template::Template;
use crate::replacement::align::{Fate, align};
use crate::replacement::lost::{in_front, may_go};
use crate::replacement::of_command::{in_place, rewritten};
use crate::replacement::plan::{Op, Plan, Planned};
use crate::replacement::render;

/// The change of commands that a pattern of a pipeline was matched with: what has a counterpart is changed in its place, what
/// has none comes between pipes, or goes with one.
pub(crate) fn plan<'m>(
    old: &PipelinePattern,
    new: &PipelinePattern,
    template: &Template,
    state: &State<'m>,
) -> Planned<'m> {
    let there = old.found(state);
    let commands =
        |it: &PipelinePattern| -> Vec<CommandPattern> { it.commands().cloned().collect() };
    let (before, after) = (commands(old), commands(new));
    let is_equal = |a: &CommandPattern, b: &CommandPattern| a.program.word == b.program.word;
    let mut plan = Plan::default();
    let mut last: Option<Command<'m>> = None;
    let mut leaving: Vec<Command<'m>> = Vec::new();
    let mut coming: Vec<String> = Vec::new();
    for fate in align(&before, &after, is_equal, |_, _| true) {
        match fate {
            Fate::Kept(i, j) | Fate::Replaced(i, j) => {
                let command = *there.get(i).ok_or("no command was found")?;
                let kind = command.step().kind();
                let source = || render::source(template, after[j].range.clone(), kind, state);
                let changed = in_place(&before[i], &after[j], command, state).or_else(|why| {
                    why.or_else(|why| {
                        rewritten(&before[i], Some(&after[j]), command, state, why, source)
                    })
                });
                between(last, Some(command), &mut leaving, &mut coming, &mut plan)?;
                plan.take(changed?);
                last = Some(command);
            }
            Fate::Removed(i) => {
                let command = *there.get(i).ok_or("no command was found")?;
                may_leave(&before[i], command, state)?;
                if let Some(lost) = in_front(&before[i], command, state) {
                    return Err(format!("`{lost}` is not in the pattern, and would be lost"));
                }
                leaving.push(command);
            }
            Fate::Added(j) => {
                let operator = new.stations[j].operator.as_deref().unwrap_or("|");
                let kind = there.first().map_or(StepKind::Run, |it| it.step().kind());
                let source = render::source(template, after[j].range.clone(), kind, state)?;
                // Before the first one the operator is that of what follows.
                coming.push(match last {
                    Some(_) => format!(" {operator} {source}"),
                    None => format!("{source} | "),
                });
            }
        }
    }
    between(last, None, &mut leaving, &mut coming, &mut plan)?;
    Ok(plan)
}

/// Takes away or puts in what stands between two commands that stay.
fn between<'m>(
    last: Option<Command<'m>>,
    next: Option<Command<'m>>,
    leaving: &mut Vec<Command<'m>>,
    coming: &mut Vec<String>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let (Some(anchor), false) = (last.or(next), leaving.is_empty() && coming.is_empty()) else {
        return Ok(());
    };
    let place = match (last, next, leaving.last()) {
        (Some(last), _, None) => TextRange::empty(last.range().end()),
        (None, Some(next), None) => TextRange::empty(next.range().start()),
        (Some(last), _, Some(leaving)) => TextRange::new(last.range().end(), leaving.range().end()),
        (None, Some(next), Some(_)) => {
            TextRange::new(leaving[0].range().start(), next.range().start())
        }
        (None, None, _) => return Ok(()),
    };
    let step = anchor.step();
    let written = &step.file().text()[place];
    if written
        .lines()
        .any(|line| line.trim_start().starts_with('#'))
    {
        return Err("a comment stands in what would go".to_owned());
    }
    let source: String = coming.drain(..).collect();
    leaving.clear();
    let is_in_string = matches!(anchor.kind(), WordKind::ShellIn(_));
    if is_in_string && source.contains(['"', '\'', '\\', '$', '`']) {
        return Err("it stands in a string, in which the new text cannot be written".to_owned());
    }
    plan.declare(Effect::changed(step));
    plan.push(Op::Bytes(place, source));
    Ok(())
}

/// Refuses to take away what the pattern does not mention: an operand, a redirection.
fn may_leave<'m>(
    pattern: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Result<(), String> {
    may_go(pattern, command, state)?;
    if command.redirects().count() > pattern.redirects.len() {
        return Err("a redirection is not in the pattern, and would be lost".to_owned());
    }
    Ok(())
}

/// The whole pipeline goes.
pub(crate) fn removed<'m>(old: &PipelinePattern, state: &State<'m>) -> Planned<'m> {
    let there = old.found(state);
    for (pattern, command) in old.commands().zip(&there) {
        may_leave(pattern, *command, state)?;
    }
    let Some(first) = there.first() else {
        return Err("no command was found".to_owned());
    };
    let step = first.step();
    let mut plan = Plan::default();
    let is_all = outermost(step).count() == there.len() && first.outer().is_none();
    if is_all && step.kind() == StepKind::Run {
        plan.declare(Effect::removed(step));
        plan.push(Op::RemoveInstruction(step));
    } else {
        plan.declare(Effect::changed(step));
        plan.push(Op::RemoveCommands(there));
    }
    Ok(plan)
}
