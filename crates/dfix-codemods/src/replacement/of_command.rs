//! What becomes of a command.

use dfix_engine::{Effect, OpenCondition};
use dfix_model::{
    Assignment, Command, Connector, Operator, Redirect, StepKind, Word, WordKind, WrapperKind,
};
use dfix_syntax::TextRange;

use crate::flat;
use crate::matching::state::{Slot, State, Text};
use crate::pattern::command::{CommandPattern, Shape};
use crate::pattern::instruction::{ScriptItem, outermost};
use crate::pattern::template::Hole;
use crate::pattern::words::Item;
use crate::pattern::wrapper::{WrapperPattern, wrappers_of};
use crate::pattern::{Replacement, ReplacementKind};
use crate::replacement::carry::Target;
use crate::replacement::change::change_whole;
use crate::replacement::lost::{may_go, unnamed_operand, unnamed_option};
use crate::replacement::of_program::{are_alike, carried_options, folder};
use crate::replacement::of_several::{counterpart, may_be_several};
use crate::replacement::of_words::{become_other, filled, filled_if, insert, list, words_of};
use crate::replacement::of_zones::{in_zones, pin_lost};
use crate::replacement::plan::{Op, Plan, Planned, Refusal};
use crate::replacement::{exec, of_words, of_wrappers, render};

/// Why a list of commands cannot be written in the place of one.
const NO_SHELL: &str = "it stands in the exec form, which has no shell";

/// The change of a command that the pattern fits.
pub(crate) fn plan<'m>(
    pattern: &CommandPattern,
    replacement: &Replacement,
    command: Command<'m>,
    state: &State<'m>,
) -> Planned<'m> {
    let template = &replacement.template;
    let mut plan = changed(pattern, replacement, command, state)?;
    if command.kind() != WordKind::Json {
        let open = render::several_words(template, 0..template.text.len(), state);
        plan.open.extend(open);
    }
    Ok(plan)
}

fn changed<'m>(
    pattern: &CommandPattern,
    replacement: &Replacement,
    command: Command<'m>,
    state: &State<'m>,
) -> Planned<'m> {
    let template = &replacement.template;
    let kind = command.step().kind();
    match &replacement.kind {
        ReplacementKind::Nothing => {
            may_go(pattern, command, state)?;
            Ok(removed(command))
        }
        ReplacementKind::Commands(commands) => {
            if commands.len() > 1 && command.kind() == WordKind::Json {
                return Err(NO_SHELL.to_owned());
            }
            let own = counterpart(pattern, commands);
            let open = if commands.len() > 1 {
                may_be_several(pattern, command, state)?
            } else {
                None
            };
            // Where nothing but the package goes its pin goes with it; here something comes for it.
            if commands.len() > 1
                && !brings_a_package(pattern, &commands[own])
                && let Some(why) = pin_lost(&pattern.shape, Some(&commands[own]), state)
            {
                return Err(why);
            }
            let changed = in_place(pattern, &commands[own], command, state);
            let mut plan = changed.or_else(|why| {
                why.or_else(|why| {
                    let range = commands[own].range.clone();
                    rewritten(pattern, Some(&commands[own]), command, state, why, || {
                        render::source(template, range, kind, state)
                    })
                })
            })?;
            plan.open.extend(open);
            plan.open
                .extend(carried_options(pattern, &commands[own], command, state));
            let has_folder = |it: &&CommandPattern| {
                it.program.word == pattern.program.word && it.wrappers.is_empty()
            };
            if let Some(Slot::Text(program)) = state.slot(pattern.program.slot)
                && program.before().ends_with('/')
                && commands.iter().filter(has_folder).count() > 1
            {
                plan.open.push(OpenCondition::new(
                    format!(
                        "whether `{}` is the one of `{}` where it is called without it",
                        flat::shown(program.flat()),
                        flat::shown(program.before())
                    ),
                    "write its folder in the replacement",
                ));
            }
            for (index, other) in commands
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != own)
            {
                let source = render::source(template, other.range.clone(), kind, state)?;
                plan.declare(Effect::commands_of(command.step()));
                plan.push(if index < own {
                    Op::ChainedBefore(command, source)
                } else {
                    Op::ChainedAfter(command, source)
                });
            }
            Ok(plan)
        }
        kind_of_all => {
            let is_list = matches!(kind_of_all, ReplacementKind::Script { is_one: false });
            if let Some(sign) = bound_by(command).filter(|_| is_list) {
                return Err(format!(
                    "the command stands beside `{sign}`, which would be for one command of the list alone: write the list in `( )`"
                ));
            }
            let mut plan = rewritten(pattern, None, command, state, "", || {
                render::source(template, 0..template.text.len(), kind, state)
            })?;
            plan.declare(Effect::changed(command.step()));
            Ok(plan)
        }
    }
}

/// Whether a command of the replacement names an operand that the pattern does not, which takes the place of one.
fn brings_a_package(old: &CommandPattern, new: &CommandPattern) -> bool {
    let (Shape::Zones(old), Shape::Zones(new)) = (&old.shape, &new.shape) else {
        return false;
    };
    let is_known = |item: &Item| old.operands.iter().any(|it| it.word == item.word);
    !new.operands.iter().all(is_known)
}

/// What a command stands beside that binds it more than a list is bound.
fn bound_by(command: Command<'_>) -> Option<&'static str> {
    let sign = |it: Option<Connector>| match it?.operator {
        Operator::And => Some("&&"),
        Operator::Or => Some("||"),
        Operator::Pipe => Some("|"),
        Operator::Background => Some("&"),
        Operator::Semicolon | Operator::Newline => None,
    };
    let negated = || command.around().negated.then_some("!");
    sign(command.before())
        .or_else(|| sign(command.after()))
        .or_else(negated)
}

fn removed(command: Command<'_>) -> Plan<'_> {
    let step = command.step();
    let is_alone = outermost(step).count() == 1 && command.outer().is_none();
    let mut plan = Plan::default();
    if is_alone && step.kind() == StepKind::Run {
        plan.declare(Effect::removed(step));
        plan.push(Op::RemoveInstruction(step));
    } else {
        plan.declare(Effect::commands_of(step));
        plan.declare(Effect::arguments_of(command));
        plan.push(Op::RemoveCommand(command));
    }
    plan
}

/// The words behind the programs of a pattern and its replacement, where the options of one of them are not known, and the words of
/// the command are those of the pattern, in its order.
fn in_order<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Option<(Vec<Item>, Vec<Item>)> {
    let (old_items, new_items) = (exec::items(old)?, exec::items(new)?);
    if let Shape::Zones(_) = &old.shape {
        let words = old_items.iter().flat_map(|it| words_of(it, state));
        let words: Vec<Word<'m>> = words.collect();
        if pin_lost(&old.shape, Some(new), state).is_some()
            || words.len() != command.args().len()
            || !words.is_sorted_by_key(|it| it.range().start())
        {
            return None;
        }
    }
    Some((old_items, new_items))
}

/// Refuses to write a command anew that has something which the pattern does not mention.
pub(crate) fn nothing_lost<'m>(
    pattern: &CommandPattern,
    replacement: Option<&CommandPattern>,
    command: Command<'m>,
    state: &State<'m>,
    why: &str,
) -> Result<(), String> {
    if let Some(name) = unnamed_option(pattern, command, state) {
        return Err(refusal(&name, why));
    }
    if let Some(word) = unnamed_operand(pattern, command, state) {
        return Err(refusal(&word.shortened(), why));
    }
    if let Some(why) = pin_lost(&pattern.shape, replacement, state) {
        return Err(why);
    }
    of_wrappers::may_be_lost(pattern, None, command, state)
}

/// All words of a command written anew. What the pattern does not mention would be lost, and is refused.
pub(crate) fn rewritten<'m>(
    pattern: &CommandPattern,
    replacement: Option<&CommandPattern>,
    command: Command<'m>,
    state: &State<'m>,
    why: &str,
    source: impl FnOnce() -> Result<String, String>,
) -> Planned<'m> {
    nothing_lost(pattern, replacement, command, state, why)?;
    let mut plan = Plan::default();
    plan.declare(Effect::arguments_of(command));
    let folder = folder(pattern, replacement, state, &mut plan)?;
    if command.kind() == WordKind::Json {
        let mut values = replacement.map(|it| exec::values(it, state)).transpose()?;
        if let (Some(folder), Some([program, ..])) = (&folder, values.as_deref_mut()) {
            program.insert_str(0, folder);
        }
        let is_whole =
            wrappers_of(command).len() == pattern.wrappers.len() && command.outer().is_none();
        let has_wrappers = |it: &CommandPattern| !it.wrappers.is_empty();
        if !is_whole
            && !has_wrappers(pattern)
            && !replacement.is_some_and(has_wrappers)
            && let (Some(values), None) = (&values, command.outer())
        {
            let words = command.program().into_iter().chain(command.args());
            of_words::anew(&words.collect::<Vec<_>>(), values, &mut plan);
            return Ok(plan);
        }
        return match values.filter(|_| is_whole) {
            Some(values) => {
                plan.push(Op::ExecForm(command.step(), values));
                Ok(plan)
            }
            None => Err(NO_SHELL.to_owned()),
        };
    }
    let range = meant(pattern, command, state)?;
    let mut source = match replacement.filter(|it| it.is_exec) {
        Some(replacement) => exec::in_shell(replacement, command.step().kind(), state)?,
        None => source()?,
    };
    if let Some(folder) = folder {
        source.insert_str(0, &folder);
    }
    if matches!(command.kind(), WordKind::ShellIn(_))
        && source.contains(['"', '\'', '\\', '$', '`'])
    {
        return Err("it stands in a string, in which the new text cannot be written".to_owned());
    }
    plan.push(Op::Bytes(range, source));
    Ok(plan)
}

/// The bytes of a command that a pattern mentions, where nothing stands between them that it does not.
fn meant(
    pattern: &CommandPattern,
    command: Command<'_>,
    state: &State<'_>,
) -> Result<TextRange, String> {
    let (Some(first), Some(last)) = (command.program(), command.words().next_back()) else {
        return Err("there is no program".to_owned());
    };
    let mut range = first.range().cover(last.range());
    let named = pattern.wrappers.iter();
    let named: Vec<usize> = named.filter_map(|it| it.index_in(command, state)).collect();
    for (index, wrapper) in wrappers_of(command).into_iter().enumerate() {
        if named.contains(&index) {
            range = range.cover(wrapper.range);
        }
    }
    let is_named = |it: &Assignment<'_>| pattern.assignments.iter().any(|p| p.name == it.name());
    for assignment in command.assignments().filter(is_named) {
        range = range.cover(assignment.range());
    }
    let redirects: Vec<TextRange> = command.redirects().map(Redirect::range).collect();
    if !pattern.redirects.is_empty() {
        if redirects.len() > pattern.redirects.len() {
            return Err("a redirection is not in the pattern, and would be lost".to_owned());
        }
        range = redirects.into_iter().fold(range, TextRange::cover);
    } else if redirects.into_iter().any(|it| range.contains_range(it)) {
        return Err("a redirection stands between its words".to_owned());
    }
    let mut wrappers = command.wrappers().enumerate();
    let lost =
        wrappers.find(|(index, it)| !named.contains(index) && range.contains_range(it.range));
    if let Some((_, wrapper)) = lost {
        return Err(refusal(wrapper.name, ""));
    }
    let mut assignments = command.assignments();
    match assignments.find(|it| !is_named(it) && range.contains_range(it.range())) {
        Some(assignment) => Err(refusal(assignment.name(), "")),
        None => Ok(range),
    }
}

fn refusal(what: &str, why: &str) -> String {
    let because = if why.is_empty() {
        String::new()
    } else {
        format!(" ({why})")
    };
    format!("`{what}` is not in the pattern, and has no place in the replacement{because}")
}

/// The change of a command word by word: what is equal in pattern and replacement keeps its bytes.
pub(crate) fn in_place<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Result<Plan<'m>, Refusal> {
    let mut plan = Plan::default();
    let Some(program) = command.program() else {
        return Err("there is no program".into());
    };
    let is_other_program = old.program.word != new.program.word;
    let mut other_program = None;
    let has_list = |it: &CommandPattern| it.program.word.as_list().is_some();
    if is_other_program && (has_list(old) || has_list(new)) {
        return of_wrappers::word_by_word(old, new, command, state);
    }
    if is_other_program {
        let Some(Slot::Text(text)) = state.slot(old.program.slot) else {
            return Err("the program is not known".into());
        };
        let name = filled(&new.program.word, state)?;
        let unnamed = match &old.shape {
            Shape::Zones(_) => unnamed_option(old, command, state),
            // Of a program that nobody knows options may stand between the words.
            Shape::Ordered(_) => unnamed_operand(old, command, state).map(Word::shortened),
        };
        if !are_alike(text.flat(), &name)
            && let Some(option) = unnamed
        {
            return Err(format!(
                "it is `{}`'s, and `{}` may take `{option}` for something else: name it in the pattern",
                flat::shown(text.flat()),
                flat::shown(&name)
            )
            .into());
        }
        let target = Target::of(command.kind(), command.step().kind());
        become_other(text, &new.program.word, &name, target, state, &mut plan)?;
        other_program = Some(name);
        // `python -m pip` does not become `python -m uv`.
        for (index, wrapper) in command.wrappers().enumerate() {
            let is_named = |it: &WrapperPattern| it.index_in(command, state) == Some(index);
            if wrapper.kind == WrapperKind::Box && !old.wrappers.iter().any(is_named) {
                return Err(Refusal::AtAll(format!(
                    "`{}` runs programs of its own, and `{}` may be none of them: write it in the pattern and in the replacement",
                    wrapper.name,
                    other_program
                        .as_deref()
                        .map(flat::shown)
                        .unwrap_or_default()
                )));
            }
            if wrapper.kind == WrapperKind::Runner
                && !old.wrappers.iter().any(is_named)
                && !new.wrappers.iter().any(|it| it.name == wrapper.name)
            {
                of_wrappers::no_options(command, wrapper, &[])?;
                // A Python that is called by its folder or its version says whose module it is.
                let runner = command.words_of(wrapper).next();
                if let Some(it) =
                    runner.filter(|it| !matches!(it.value(), Some("python" | "python3")))
                {
                    return Err(Refusal::AtAll(format!(
                        "`{}` says whose `{}` it is, and `{}` may be another's: write it in the pattern and in the replacement",
                        it.literal_prefix(),
                        flat::shown(text.flat()),
                        other_program
                            .as_deref()
                            .map(flat::shown)
                            .unwrap_or_default()
                    )));
                }
                plan.push(Op::RemoveWrapper(command, index));
            }
        }
    }
    of_wrappers::wrappers(old, new, command, state, &mut plan)?;
    in_front(old, new, command, state, &mut plan)?;
    redirects(old, new, command, state, &mut plan)?;
    match (&old.shape, &new.shape) {
        (Shape::Zones(before), Shape::Zones(zones)) => {
            let may_stay = before.are_sets(zones);
            if let Some(why) = pin_lost(&old.shape, Some(new), state).filter(|_| !may_stay) {
                return Err(Refusal::AtAll(why));
            }
            in_zones(
                before,
                zones,
                &new.order,
                command,
                other_program.as_deref(),
                state,
                &mut plan,
            )?;
        }
        (Shape::Ordered(old), Shape::Ordered(items)) => {
            let mut placed = Vec::new();
            let target = Target::of(command.kind(), command.step().kind());
            list(old, items, target, state, &mut plan, &mut placed)?;
            insert(&placed, program, &mut plan);
        }
        _ => {
            let (items, coming) = in_order(old, new, command, state)
                .ok_or("the options of one of the two programs are not known")?;
            let mut placed = Vec::new();
            let target = Target::of(command.kind(), command.step().kind());
            list(&items, &coming, target, state, &mut plan, &mut placed)?;
            insert(&placed, program, &mut plan);
        }
    }
    if !plan.ops.is_empty() {
        plan.declare(Effect::arguments_of(command));
    }
    Ok(plan)
}

fn in_front<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let names = |it: &CommandPattern| -> Vec<String> {
        it.assignments.iter().map(|it| it.name.clone()).collect()
    };
    if names(old) != names(new) {
        return Err("variables cannot come in front of a command, or go".to_owned());
    }
    for (before, after) in old.assignments.iter().zip(&new.assignments) {
        if before == after {
            continue;
        }
        let found = command.assignments().find(|it| it.name() == before.name);
        let value = found.and_then(Assignment::value);
        let new = filled_if(after.value.as_ref(), state)?;
        match (value, new) {
            (Some(value), Some(new)) => plan.push(change_whole(&Text::of_word(value), &new)?),
            _ => return Err(format!("the value of `{}` cannot come or go", before.name)),
        }
    }
    Ok(())
}

fn redirects<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    if old.redirects.len() != new.redirects.len() {
        return Err("a redirection cannot come or go".to_owned());
    }
    for (before, after) in old.redirects.iter().zip(&new.redirects) {
        if before == after {
            continue;
        }
        if before.operator != after.operator || before.fd != after.fd {
            return Err("a redirection cannot become another".to_owned());
        }
        let there = command
            .redirects()
            .find(|it| it.operator() == before.operator && it.fd() == before.fd.as_deref());
        let target = there.and_then(Redirect::target);
        let new = filled_if(after.target.as_ref(), state)?;
        match (target, new) {
            (Some(target), Some(new)) => plan.push(change_whole(&Text::of_word(target), &new)?),
            _ => return Err("a redirection has no target".to_owned()),
        }
    }
    Ok(())
}

/// The change of a script that becomes the list behind its wrappers.
pub(crate) fn without_wrappers<'m>(
    old: &[ScriptItem],
    list: &Hole,
    state: &State<'m>,
) -> Planned<'m> {
    const WHY: &str = "a whole script cannot become something else";
    let [item] = old else {
        return Err(WHY.to_owned());
    };
    let pattern = item.pipeline.as_one();
    let pattern = pattern.filter(|it| it.program.word.as_list() == Some(list));
    let (Some(pattern), [command]) = (pattern, &*item.pipeline.found(state)) else {
        return Err(WHY.to_owned());
    };
    let bare = CommandPattern {
        wrappers: Vec::new(),
        ..pattern.clone()
    };
    in_place(pattern, &bare, *command, state).map_err(Refusal::into_why)
}
