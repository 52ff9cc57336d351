//! What stands at a command, is not in the pattern, and would be lost.

use dfix_engine::OpenCondition;
use dfix_model::{Command, Word};

use crate::matching::state::{Slot, State};
use crate::matching::view::View;
use crate::pattern::command::{CommandPattern, Shape};
use crate::pattern::instruction::{Arguments, InstructionPattern};
use crate::pattern::wrapper::wrappers_of;
use crate::replacement::of_words::words_of;

/// The first operand of a command that the pattern does not mention.
pub(crate) fn unnamed_operand<'m>(
    pattern: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Option<Word<'m>> {
    let view = View::of(command);
    let items = pattern.shape.operands().iter();
    let mut named: Vec<Word<'m>> = items.flat_map(|it| words_of(it, state)).collect();
    named.extend(words_of(&pattern.program, state));
    let wrapper = command.bare_wrapper();
    let wrapper = wrapper.filter(|_| pattern.program.word.as_list().is_some());
    let is_of_wrapper =
        |word: &Word<'m>| wrapper.is_some_and(|it| it.range.contains_range(word.range()));
    let mut operands = view.operands.into_iter();
    operands.find(|word| !named.contains(word) && !is_of_wrapper(word))
}

/// The name of the first option of a command that the pattern does not mention.
pub(crate) fn unnamed_option<'m>(
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

/// What stands in front of a command and is not in the pattern, as it is written: another program, a variable.
pub(crate) fn in_front<'m>(
    pattern: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Option<String> {
    let named = pattern.wrappers.iter();
    let named: Vec<usize> = named.filter_map(|it| it.index_in(command, state)).collect();
    let mut wrappers = wrappers_of(command).into_iter().enumerate();
    if let Some((_, wrapper)) = wrappers.find(|(index, _)| !named.contains(index)) {
        return Some(wrapper.name.to_owned());
    }
    let is_named = |name: &str| pattern.assignments.iter().any(|it| it.name == name);
    let mut assignments = command.assignments();
    let unnamed = assignments.find(|it| !is_named(it.name()));
    unnamed.map(|it| format!("{}=", it.name()))
}

/// Refuses to take a command away that has operands which the pattern does not mention, or that writes a file.
pub(crate) fn may_go<'m>(
    pattern: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Result<(), String> {
    if let Some(word) = unnamed_operand(pattern, command, state) {
        return Err(format!(
            "`{}` is not in the pattern, and would be lost",
            word.shortened()
        ));
    }
    if !pattern.redirects.is_empty() {
        return Ok(());
    }
    for redirect in command.redirects() {
        if let Some(target) = redirect.target()
            && redirect.writes()
            && !target.is("/dev/null")
        {
            return Err(format!(
                "a redirection is not in the pattern, and `{}`, which it writes, would not be there any more",
                target.shortened()
            ));
        }
    }
    Ok(())
}

/// What is open where an instruction goes and others take its place: what of its commands the pattern leaves out goes, too.
///
/// # Errors
/// Where a redirection of a command would go.
pub(crate) fn gone_with(
    pattern: &InstructionPattern,
    state: &State<'_>,
) -> Result<Option<OpenCondition>, String> {
    let Arguments::Script(items) = &pattern.arguments else {
        return Ok(None);
    };
    let mut open = None;
    for item in items {
        let commands = item.pipeline.found(state);
        for (pattern, command) in item.pipeline.commands().zip(commands) {
            unnamed_redirect(pattern, command)?;
            let lost = unnamed_option(pattern, command, state)
                .or_else(|| in_front(pattern, command, state));
            if let (None, Some(lost)) = (&open, lost) {
                open = Some(OpenCondition::new(
                    format!(
                        "whether what comes does without the `{lost}` of `{}`, which goes and is not in the pattern",
                        command.name()
                    ),
                    "write it in the pattern, or leave it alone with `not`",
                ));
            }
        }
    }
    Ok(open)
}

/// Refuses to take a command away with a redirection that the pattern does not mention, but for what is thrown away.
fn unnamed_redirect(pattern: &CommandPattern, command: Command<'_>) -> Result<(), String> {
    if !pattern.redirects.is_empty() {
        return Ok(());
    }
    let mut redirects = command.redirects();
    let named = redirects.find_map(|it| {
        let target = it.target()?;
        let is_nobodys = target.is("/dev/null") || it.operator() == ">&";
        (!is_nobodys).then(|| format!("{}{}", it.operator(), target.shortened()))
    });
    match named {
        Some(it) => Err(format!("`{it}` is not in the pattern, and would be lost")),
        None => Ok(()),
    }
}
