//! Patterns of pipelines: `wget -O - {url} | sh`.

use dfix_model::{Command, Operator};

use crate::error::PatternError;
use crate::matching::state::{Slot, State, Then};
use crate::pattern::command::CommandPattern;
use crate::pattern::slots::Slots;
use crate::pattern::template::{Hole, Template};
use crate::pattern::words::WordPattern;

/// Plain commands, each piped into the next; one alone is such a thing, too.
#[derive(Debug, Clone)]
pub(crate) struct PipelinePattern {
    pub(crate) stations: Vec<Station>,
}

/// A command of a pipeline.
#[derive(Debug, Clone)]
pub(crate) struct Station {
    pub(crate) command: CommandPattern,
    /// What pipes into it: `|` or `|&`; none for the first.
    pub(crate) operator: Option<String>,
    /// For the command.
    pub(crate) slot: usize,
}

impl PipelinePattern {
    /// Reads commands of a pipeline, the first of which has this hole for a program.
    pub(crate) fn read(
        commands: &[Command<'_>],
        program: Option<&Hole>,
        template: &Template,
        shift: usize,
        slots: &mut Slots,
    ) -> Result<Self, PatternError> {
        let stations = commands.iter().enumerate().map(|(index, command)| {
            let program = program.filter(|_| index == 0);
            Ok(Station {
                command: CommandPattern::read(*command, program, template, shift, slots)?,
                operator: pipe_before(*command),
                slot: slots.next(),
            })
        });
        Ok(PipelinePattern {
            stations: stations.collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn commands(&self) -> impl Iterator<Item = &CommandPattern> {
        self.stations.iter().map(|it| &it.command)
    }

    pub(crate) fn commands_mut(&mut self) -> impl Iterator<Item = &mut CommandPattern> {
        self.stations.iter_mut().map(|it| &mut it.command)
    }

    /// The command that it is, where it is one alone.
    pub(crate) fn as_one(&self) -> Option<&CommandPattern> {
        match self.stations.as_slice() {
            [one] => Some(&one.command),
            _ => None,
        }
    }

    /// Every word of it.
    pub(crate) fn words(&self) -> Vec<&WordPattern> {
        self.commands().flat_map(CommandPattern::words).collect()
    }

    /// Its bytes in the template's text.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        let ranges = || self.commands().map(|it| it.range.clone());
        let start = ranges().map(|it| it.start).min().unwrap_or_default();
        let end = ranges().map(|it| it.end).max().unwrap_or_default();
        start..end
    }

    /// Whether it fits a command and those that it is piped into, one by one; then goes on. Before and behind these the
    /// pipeline may be longer.
    pub(crate) fn fits<'m>(
        &self,
        first: Command<'m>,
        state: &mut State<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        stations(&self.stations, Some(first), state, then)
    }

    /// The commands that it was matched with.
    pub(crate) fn found<'m>(&self, state: &State<'m>) -> Vec<Command<'m>> {
        let slots = self.stations.iter().map(|it| state.slot(it.slot));
        let commands = slots.filter_map(|slot| match slot {
            Some(Slot::Command(command)) => Some(*command),
            _ => None,
        });
        commands.collect()
    }
}

fn stations<'m>(
    rest: &[Station],
    command: Option<Command<'m>>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let Some((station, rest)) = rest.split_first() else {
        return then(state);
    };
    let Some(command) = command else {
        return false;
    };
    let is_joined_so = station.operator.is_none() || station.operator == pipe_before(command);
    is_joined_so
        && station.command.fits(command, state, &mut |state| {
            state.note(station.slot, Slot::Command(command), &mut |state| {
                stations(rest, piped_into(command), state, then)
            })
        })
}

/// The operator that pipes into a command.
fn pipe_before(command: Command<'_>) -> Option<String> {
    let pipe = command
        .before()
        .filter(|it| it.operator == Operator::Pipe)?;
    Some(command.step().file().text()[pipe.range].to_owned())
}

/// The command that another is piped into, where both are plain commands: no part of a group or a loop.
pub(crate) fn piped_into(command: Command<'_>) -> Option<Command<'_>> {
    let pipe = command.after().filter(|it| it.operator == Operator::Pipe)?;
    let mut next = command.next()?;
    while next.before() != Some(pipe) {
        next = next.next()?;
    }
    let text = command.step().file().text();
    let between = [
        (command.range().end(), pipe.range.start()),
        (pipe.range.end(), next.range().start()),
    ];
    let is_plain = |(start, end): (dfix_syntax::TextSize, dfix_syntax::TextSize)| {
        let written = text.get(usize::from(start)..usize::from(end));
        written.is_some_and(|it| it.lines().all(is_layout))
    };
    between.into_iter().all(is_plain).then_some(next)
}

/// Whether nothing stands on a line but blanks, a continuation, or a comment.
fn is_layout(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line == "\\" || line == "`" || line.starts_with('#')
}

/// Commands of a list in pipelines; `None` where one is piped into or out of something that is no plain command.
pub(crate) fn pipelines<'m>(commands: &[Command<'m>]) -> Option<Vec<Vec<Command<'m>>>> {
    let mut pipelines: Vec<Vec<Command<'m>>> = Vec::new();
    for command in commands {
        let is_piped =
            |it: Option<dfix_model::Connector>| it.is_some_and(|it| it.operator == Operator::Pipe);
        if is_piped(command.before()) {
            let pipeline = pipelines.last_mut()?;
            if piped_into(*pipeline.last()?) != Some(*command) {
                return None;
            }
            pipeline.push(*command);
        } else {
            pipelines.push(vec![*command]);
        }
    }
    let is_ended = |it: &Vec<Command<'m>>| {
        it.last()
            .is_some_and(|last| last.after().is_none_or(|it| it.operator != Operator::Pipe))
    };
    pipelines.iter().all(is_ended).then_some(pipelines)
}
