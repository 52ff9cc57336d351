//! What becomes of a command.

use dfix_catalogue::{PackageManager, package_tool};
use dfix_engine::{Effect, OpenCondition};
use dfix_model::path::file_name;
use dfix_model::{Assignment, Command, Redirect, StepKind, Word, WordKind, WrapperKind};

use crate::flat;
use crate::matching::state::{Slot, State, Text, Value};
use crate::matching::view::View;
use crate::pattern::command::{CommandPattern, OptionItem, Place, Shape, Zones};
use crate::pattern::instruction::outermost;
use crate::pattern::words::{Element, Item, WordPattern};
use crate::pattern::{Replacement, ReplacementKind};
use crate::replacement::change::{change_whole, change_word};
use crate::replacement::of_options;
use crate::replacement::of_words::{
    Placed, added, changed_by, filled, insert, last_word, list, words_of,
};
use crate::replacement::plan::{Op, Plan, Planned};
use crate::replacement::render;

/// Why a list of commands cannot be written in the place of one.
const NO_SHELL: &str = "it stands in the exec form, which has no shell";

/// Why a command is not changed word by word.
pub(crate) enum Refusal {
    /// It may still be written anew as a whole.
    InPlace(String),
    /// It cannot be changed at all.
    AtAll(String),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Refusal::InPlace(why)
    }
}

impl From<&str> for Refusal {
    fn from(why: &str) -> Self {
        Refusal::InPlace(why.to_owned())
    }
}

impl Refusal {
    /// What is tried where the words cannot be changed one by one.
    pub(crate) fn or_else<'m>(self, anew: impl FnOnce(&str) -> Planned<'m>) -> Planned<'m> {
        match self {
            Refusal::InPlace(why) => anew(&why),
            Refusal::AtAll(why) => Err(why),
        }
    }
}

/// Why the last operand of a command does not go.
const NOTHING_LEFT: &str =
    "nothing would be left to work on: look for the command with all of its packages";

/// The change of a command that the pattern fits.
pub(crate) fn plan<'m>(
    pattern: &CommandPattern,
    replacement: &Replacement,
    command: Command<'m>,
    state: &State<'m>,
) -> Planned<'m> {
    let template = &replacement.template;
    match &replacement.kind {
        ReplacementKind::Nothing => {
            may_go(pattern, command, state)?;
            Ok(removed(command))
        }
        ReplacementKind::Commands(commands) => {
            if commands.len() > 1 && command.kind() == WordKind::Json {
                return Err(NO_SHELL.to_owned());
            }
            let is_it = |it: &&CommandPattern| it.program.word == pattern.program.word;
            let own = commands.iter().rposition(|it| is_it(&it)).unwrap_or(0);
            let changed = in_place(pattern, &commands[own], command, state);
            let mut plan = changed.or_else(|why| {
                why.or_else(|why| {
                    let range = commands[own].range.clone();
                    rewritten(pattern, Some(&commands[own]), command, state, why, || {
                        render::source(template, range, state)
                    })
                })
            })?;
            for (index, other) in commands
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != own)
            {
                let source = render::source(template, other.range.clone(), state)?;
                plan.declare(Effect::commands_of(command.step()));
                plan.push(if index < own {
                    Op::CommandBefore(command, source)
                } else {
                    Op::CommandAfter(command, source)
                });
            }
            Ok(plan)
        }
        _ => {
            let mut plan = rewritten(pattern, None, command, state, "", || {
                render::source(template, 0..template.text.len(), state)
            })?;
            plan.declare(Effect::changed(command.step()));
            Ok(plan)
        }
    }
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

/// The first operand of a command that the pattern does not mention.
fn unnamed_operand<'m>(
    pattern: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Option<Word<'m>> {
    let view = View::of(command);
    let items = match &pattern.shape {
        Shape::Zones(zones) => &zones.operands,
        Shape::Ordered(items) => items,
    };
    let named: Vec<Word<'m>> = items.iter().flat_map(|it| words_of(it, state)).collect();
    let mut operands = view.operands.into_iter();
    operands.find(|word| !named.contains(word))
}

/// The name of the first option of a command that the pattern does not mention.
fn unnamed_option<'m>(
    pattern: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Option<String> {
    let Shape::Zones(zones) = &pattern.shape else {
        return None;
    };
    let is_named = |index: usize| {
        let mut items = zones.options.iter();
        items.any(|item| matches!(state.slot(item.slot), Some(Slot::Option(it)) if *it == index))
    };
    let view = View::of(command);
    let mut options = view.options.iter().enumerate();
    let unnamed = options.find(|(index, _)| !is_named(*index));
    unnamed.map(|(_, option)| option.name.clone())
}

/// Refuses to take a command away that has operands which the pattern does not mention.
pub(crate) fn may_go<'m>(
    pattern: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Result<(), String> {
    match unnamed_operand(pattern, command, state) {
        Some(word) => Err(format!(
            "`{}` is not in the pattern, and would be lost",
            word.shortened()
        )),
        None => Ok(()),
    }
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
    if let Some(name) = unnamed_option(pattern, command, state) {
        return Err(refusal(&name, why));
    }
    if let Some(word) = unnamed_operand(pattern, command, state) {
        return Err(refusal(&word.shortened(), why));
    }
    let (Some(first), Some(last)) = (command.program(), command.words().next_back()) else {
        return Err("there is no program".to_owned());
    };
    let mut plan = Plan::default();
    plan.declare(Effect::arguments_of(command));
    if command.kind() == WordKind::Json {
        let values = replacement.map(|it| values(it, state)).transpose()?;
        let is_whole = command.wrappers().next().is_none() && command.outer().is_none();
        return match values.filter(|_| is_whole) {
            Some(values) => {
                plan.push(Op::ExecForm(command.step(), values));
                Ok(plan)
            }
            None => Err(NO_SHELL.to_owned()),
        };
    }
    let range = first.range().cover(last.range());
    let mut redirects = command.redirects();
    if redirects.any(|it| range.contains_range(it.range())) {
        return Err("a redirection stands between its words".to_owned());
    }
    let source = source()?;
    if matches!(command.kind(), WordKind::ShellIn(_))
        && source.contains(['"', '\'', '\\', '$', '`'])
    {
        return Err("it stands in a string, in which the new text cannot be written".to_owned());
    }
    plan.push(Op::Bytes(range, source));
    Ok(plan)
}

/// What the words of a replacement stand for.
fn values(replacement: &CommandPattern, state: &State<'_>) -> Result<Vec<String>, String> {
    let of_item = |item: &Item| -> Result<Vec<String>, String> {
        match item.word.as_list().and_then(|list| state.value(list.name?)) {
            Some(Value::List(texts)) => Ok(texts.iter().map(|it| it.flat().to_owned()).collect()),
            _ => Ok(vec![filled(&item.word, state)?]),
        }
    };
    let of_option = |option: &OptionItem| -> Result<Vec<String>, String> {
        let value = option
            .value
            .as_ref()
            .map(|it| filled(it, state))
            .transpose()?;
        let name = &option.name;
        Ok(match value {
            Some(value) if option.is_next_word => vec![name.clone(), value],
            Some(value) if name.starts_with("--") => vec![format!("{name}={value}")],
            value => vec![format!("{name}{}", value.unwrap_or_default())],
        })
    };
    let mut words = vec![filled(&replacement.program.word, state)?];
    match &replacement.shape {
        Shape::Ordered(items) => {
            for item in items {
                words.extend(of_item(item)?);
            }
        }
        Shape::Zones(zones) => {
            for place in &replacement.order {
                words.extend(match place {
                    Place::Head(index) => of_item(&zones.heads[*index])?,
                    Place::Operand(index) => of_item(&zones.operands[*index])?,
                    Place::Option(index) => of_option(&zones.options[*index])?,
                });
            }
        }
    }
    match words.iter().find(|it| flat::has_expansion(it)) {
        Some(word) => Err(format!(
            "`{}` holds a variable, which the exec form does not know",
            flat::shown(word)
        )),
        None => Ok(words),
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
    if is_other_program {
        let Some(Slot::Text(text)) = state.slot(old.program.slot) else {
            return Err("the program is not known".into());
        };
        let name = filled(&new.program.word, state)?;
        if !are_alike(text.flat(), &name)
            && let Some(option) = unnamed_option(old, command, state)
        {
            return Err(format!(
                "it is `{}`'s, and `{}` may take `{option}` for something else: name it in the pattern",
                flat::shown(text.flat()),
                flat::shown(&name)
            )
            .into());
        }
        plan.push(if name.contains('/') {
            change_whole(text, &name)?
        } else {
            change_word(text, &name)?
        });
        // `python -m pip` does not become `python -m uv`.
        for (index, wrapper) in command.wrappers().enumerate() {
            if wrapper.kind == WrapperKind::Runner
                && !new.wrappers.iter().any(|it| it == wrapper.name)
            {
                plan.push(Op::RemoveWrapper(command, index));
            }
        }
    }
    wrappers(old, new, command, &mut plan)?;
    in_front(old, new, command, state, &mut plan)?;
    redirects(old, new, command, state, &mut plan)?;
    match (&old.shape, &new.shape) {
        (Shape::Zones(old), Shape::Zones(zones)) => {
            in_zones(
                old,
                zones,
                &new.order,
                command,
                is_other_program,
                state,
                &mut plan,
            )?;
        }
        (Shape::Ordered(old), Shape::Ordered(items)) => {
            let mut placed = Vec::new();
            list(old, items, state, &mut plan, &mut placed)?;
            insert(&placed, program, &mut plan);
        }
        _ => return Err("the options of one of the two programs are not known".into()),
    }
    if !plan.ops.is_empty() {
        plan.declare(Effect::arguments_of(command));
    }
    Ok(plan)
}

/// Whether two programs take the same options: of one family of package managers, or of one name with another version.
fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (file_name(one), file_name(other));
    let stem = |name: &'_ str| {
        let is_version = |it: char| it.is_ascii_digit() || matches!(it, '.' | '-');
        name.trim_end_matches(is_version).to_owned()
    };
    let family = |name: &str| match package_tool(name)?.manager() {
        // What stands behind `uv pip` is read as pip's.
        PackageManager::Uv => Some(PackageManager::Pip),
        other => Some(other),
    };
    let of_family = family(one).is_some() && family(one) == family(other);
    of_family || stem(one) == stem(other)
}

fn wrappers<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    for name in old.wrappers.iter().filter(|it| !new.wrappers.contains(it)) {
        let index = command.wrappers().position(|it| it.name == name);
        let op = index.map(|index| Op::RemoveWrapper(command, index));
        if op.as_ref().is_some_and(|op| !plan.ops.contains(op)) {
            plan.push(op);
        }
    }
    match new.wrappers.iter().find(|it| !old.wrappers.contains(it)) {
        Some(name) => Err(format!("`{name}` cannot be put in front of a command")),
        None => Ok(()),
    }
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

/// The text of a word pattern, where there is one.
fn filled_if(word: Option<&WordPattern>, state: &State<'_>) -> Result<Option<String>, String> {
    word.map(|it| filled(it, state)).transpose()
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

fn in_zones<'m>(
    old: &Zones,
    new: &Zones,
    order: &[Place],
    command: Command<'m>,
    is_other_program: bool,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), Refusal> {
    let view = View::of(command);
    let mut heads = Vec::new();
    list(&old.heads, &new.heads, state, plan, &mut heads)?;
    let mut options = of_options::options(
        &old.options,
        &new.options,
        is_other_program,
        &view,
        state,
        plan,
    )?;
    let mut operands = Vec::new();
    if old.is_set && new.is_set {
        set(
            &old.operands,
            &new.operands,
            &view,
            state,
            plan,
            &mut operands,
        )?;
    } else {
        list(&old.operands, &new.operands, state, plan, &mut operands)?;
    }
    let mut take = |place: &Place| match place {
        Place::Head(index) => std::mem::replace(&mut heads[*index], Placed::There(None)),
        Place::Option(index) => std::mem::replace(&mut options[*index], Placed::There(None)),
        Place::Operand(index) => std::mem::replace(&mut operands[*index], Placed::There(None)),
    };
    let placed: Vec<Placed<'m>> = order.iter().map(&mut take).collect();
    if let Some(program) = command.program() {
        insert(&placed, program, plan);
    }
    Ok(())
}

/// The other elements of a set that a literal name means as well: `x:i386` beside `x`.
fn alike<'m>(item: &Item, found: &Text<'m>, elements: &[Element<'m>]) -> Vec<Text<'m>> {
    let Some(literal) = item.word.as_literal() else {
        return Vec::new();
    };
    let texts = elements.iter().filter_map(|element| {
        let mut texts = element.name.iter().chain([&element.whole]);
        texts.find(|it| it.flat() == literal).cloned()
    });
    texts.filter(|it| it.word != found.word).collect()
}

/// What is open where a package that is pinned becomes another one: the version is the old one's.
fn pinned(text: &Text<'_>, new: &str) -> Option<OpenCondition> {
    let rest = text.whole().strip_prefix(text.flat())?;
    rest.starts_with(['=', '<', '>', '~', '@', '!']).then(|| {
        OpenCondition::new(
            format!(
                "whether there is a `{new}` of the version that `{}` asks for",
                flat::shown(text.whole())
            ),
            "name the pin in the pattern (`NAME={v}`), or look the version up",
        )
    })
}

/// Aligns sets: what is in both stays, what is in one only is replaced, taken out, or put in.
fn set<'m>(
    old: &[Item],
    new: &[Item],
    view: &View<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
    placed: &mut Vec<Placed<'m>>,
) -> Result<(), Refusal> {
    let is_among = |item: &Item, others: &[Item]| others.iter().any(|it| it.word == item.word);
    let mut gone: Vec<&Item> = old.iter().filter(|it| !is_among(it, new)).collect();
    let elements = view.elements();
    let is_there = |name: &str| {
        elements.iter().any(|it| {
            it.whole.flat() == name || it.name.as_ref().is_some_and(|it| it.flat() == name)
        })
    };
    let mut removed: Vec<Word<'m>> = Vec::new();
    let mut places = Vec::new();
    for item in new {
        let is_list = item.word.as_list().is_some();
        if is_among(item, old) {
            let same = old.iter().find(|it| it.word == item.word);
            places.push(Placed::There(same.and_then(|it| last_word(it, state))));
            continue;
        }
        let name = if is_list {
            None
        } else {
            Some(filled(&item.word, state)?)
        };
        let single = gone.iter().position(|it| it.word.as_list().is_none());
        match (name, single) {
            (Some(name), _) if is_there(&name) => places.push(Placed::There(None)),
            (Some(name), Some(index)) => {
                let replaced = gone.remove(index);
                let Some(Slot::Text(text)) = state.slot(replaced.slot) else {
                    continue;
                };
                for text in [text].into_iter().chain(&alike(replaced, text, &elements)) {
                    plan.open.extend(pinned(text, &name));
                    plan.push(changed_by(text, &item.word, &name, state)?);
                }
                places.push(Placed::There(text.word));
            }
            _ => places.push(Placed::New(added(item, state)?)),
        }
    }
    for item in gone {
        removed.extend(words_of(item, state));
        if let Some(Slot::Text(text)) = state.slot(item.slot) {
            removed.extend(alike(item, text, &elements).iter().filter_map(|it| it.word));
        }
    }
    let last = |word: &Word<'m>| word.range().end();
    if !removed.is_empty() {
        let stays = view.operands.iter().any(|it| !removed.contains(it))
            || places.iter().any(|it| matches!(it, Placed::New(_)));
        if !stays {
            return Err(Refusal::AtAll(NOTHING_LEFT.to_owned()));
        }
        plan.push(Op::Remove(removed));
    }
    // What comes goes behind the last one.
    let behind = view.operands.iter().copied().max_by_key(last);
    for place in &mut places {
        if let (Placed::New(words), Some(behind)) = (&*place, behind) {
            for new in words {
                plan.push(Op::InsertAfter(behind, new.clone()));
            }
            *place = Placed::There(None);
        }
    }
    placed.extend(places);
    Ok(())
}
