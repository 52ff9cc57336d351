//! What becomes of a command that becomes several.

use dfix_engine::OpenCondition;
use dfix_model::{Command, Operator};

use crate::matching::state::State;
use crate::pattern::command::{CommandPattern, Shape};
use crate::pattern::wrapper::wrappers_of;

/// The one of several commands that the command of a pattern becomes: of the same program, the one that is most like it.
pub(crate) fn counterpart(pattern: &CommandPattern, commands: &[CommandPattern]) -> usize {
    let likeness = |it: &CommandPattern| {
        let is_program = it.program.word == pattern.program.word;
        (
            is_program,
            same_subcommand(pattern, it),
            shared(pattern, it),
        )
    };
    let mut best = 0;
    for index in 1..commands.len() {
        if likeness(&commands[index]) > likeness(&commands[best]) {
            best = index;
        }
    }
    best
}

fn same_subcommand(one: &CommandPattern, other: &CommandPattern) -> bool {
    let (Shape::Zones(one), Shape::Zones(other)) = (&one.shape, &other.shape) else {
        return false;
    };
    let words = one.heads.iter().map(|it| &it.word);
    words.eq(other.heads.iter().map(|it| &it.word))
}

/// How many words and options both have.
fn shared(one: &CommandPattern, other: &CommandPattern) -> usize {
    let has = |it: &&crate::pattern::words::Item| {
        let mut operands = other.shape.operands().iter();
        operands.any(|there| there.word == it.word)
    };
    let operands = one.shape.operands().iter().filter(has).count();
    let options = match (&one.shape, &other.shape) {
        (Shape::Zones(one), Shape::Zones(other)) => {
            let has = |key: &str| other.options.iter().any(|it| it.key == key);
            one.options.iter().filter(|it| has(&it.key)).count()
        }
        _ => 0,
    };
    operands + options
}

/// Refuses several commands for one that has something which would be for one of them alone and is not in the pattern: a
/// program in front of it, a pipe, a file. That the others do without the variables in front of it is open.
pub(crate) fn may_be_several(
    pattern: &CommandPattern,
    command: Command<'_>,
    state: &State<'_>,
) -> Result<Option<OpenCondition>, String> {
    let is_pipe =
        |it: Option<dfix_model::Connector>| it.is_some_and(|it| it.operator == Operator::Pipe);
    if is_pipe(command.before()) || is_pipe(command.after()) {
        return Err(
            "the command is part of a pipeline, and of several commands one alone would be"
                .to_owned(),
        );
    }
    let named = pattern.wrappers.iter();
    let named: Vec<usize> = named.filter_map(|it| it.index_in(command, state)).collect();
    let mut wrappers = wrappers_of(command).into_iter().enumerate();
    if let Some((_, wrapper)) = wrappers.find(|(index, _)| !named.contains(index)) {
        return Err(format!(
            "`{}` would be for one of the commands alone: write it in the pattern and in the replacement",
            wrapper.name
        ));
    }
    // `find -exec` takes words, and no list.
    if let (Some(outer), Some(program)) = (command.outer(), command.program())
        && outer.words().any(|it| it.range() == program.range())
    {
        return Err(format!(
            "`{}` would run one of the commands alone",
            outer.name()
        ));
    }
    if pattern.redirects.is_empty() {
        for redirect in command.redirects() {
            // `2>&1` and what is thrown away are nobody's.
            if let Some(target) = redirect.target()
                && !target.is("/dev/null")
                && redirect.operator() != ">&"
            {
                return Err(format!(
                    "the redirection `{}` would be for one of the commands alone: write it in the pattern and in the replacement",
                    target.shortened()
                ));
            }
        }
    }
    let is_named = |name: &str| pattern.assignments.iter().any(|it| it.name == name);
    let mut assignments = command.assignments();
    let unnamed = assignments.find(|it| !is_named(it.name()));
    Ok(unnamed.map(|it| {
        OpenCondition::new(
            format!(
                "whether the other commands that come do without `{}`, which stands in front of one of them",
                it.name()
            ),
            "write it in the pattern and in the replacement",
        )
    }))
}
