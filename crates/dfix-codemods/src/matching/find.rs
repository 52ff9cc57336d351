//! All that a pattern fits in a file.

use std::cmp::Reverse;

use dfix_model::{Command, ImagePlace, Model, Stage, Step, StepKind, Word};
use dfix_syntax::TextRange;

use crate::matching::reference::Reference;
use crate::matching::state::{Slot, State};
use crate::pattern::command::{CommandPattern, Shape};
use crate::pattern::instruction::in_a_row;
use crate::pattern::{Kind, Pattern, instructions};

/// What a pattern was found to fit.
#[derive(Debug, Clone)]
pub(crate) struct Found<'m> {
    pub(crate) range: TextRange,
    pub(crate) subject: Subject<'m>,
    pub(crate) state: State<'m>,
    /// Whether the pattern had to be read anew for the program, which is a hole of it.
    pub(crate) by_program: bool,
}

/// What it is.
#[derive(Debug, Clone)]
pub(crate) enum Subject<'m> {
    Image(Box<Reference<'m>>),
    /// Of a pipeline the first.
    Command(Command<'m>),
    /// The first of the instructions.
    Instructions(Step<'m>),
}

impl<'m> Found<'m> {
    /// The step that it stands in, or that it begins with; none for a comment at the top.
    pub(crate) fn step(&self) -> Option<Step<'m>> {
        match &self.subject {
            Subject::Image(reference) => reference.step(),
            Subject::Command(command) => Some(command.step()),
            Subject::Instructions(step) => Some(*step),
        }
    }

    pub(crate) fn stage(&self) -> Option<Stage<'m>> {
        self.step().and_then(Step::stage)
    }

    /// Whether it is the image of this stage, or begins with its `FROM`.
    pub(crate) fn is_base_of(&self, stage: usize) -> bool {
        let step = self.step().filter(|it| it.is(StepKind::From));
        let is_from = match &self.subject {
            Subject::Image(reference) => matches!(reference.position.place, ImagePlace::From(_)),
            Subject::Instructions(_) => true,
            Subject::Command(_) => false,
        };
        is_from
            && step
                .and_then(Step::stage)
                .is_some_and(|it| it.index() == stage)
    }
}

/// All that the pattern fits, in order of place; of instructions in a row, and of pipelines, the first where several overlap. `bound`: what holes
/// bind already.
pub(crate) fn find<'m>(
    pattern: &Pattern,
    file: &'m Model<'_>,
    bound: &State<'m>,
) -> Vec<Found<'m>> {
    find_where(pattern, file, bound, &|_| true)
}

/// As [`find`], of what is accepted. Of a set of packages others are tried where the first that fit are not accepted.
pub(crate) fn find_where<'m>(
    pattern: &Pattern,
    file: &'m Model<'_>,
    bound: &State<'m>,
    accept: &dyn Fn(&Found<'m>) -> bool,
) -> Vec<Found<'m>> {
    let mut found: Vec<Found<'m>> = Vec::new();
    let mut keep = |it: Found<'m>| found.push(it);
    let start = || bound.for_slots(pattern.slots);
    match &pattern.kind {
        Kind::Image(image) => {
            for reference in file.image_positions().into_iter().filter_map(Reference::of) {
                let mut state = start();
                if image.fits(&reference, &mut state, &mut |_| true) {
                    keep(Found {
                        range: reference.range(),
                        subject: Subject::Image(Box::new(reference)),
                        state,
                        by_program: false,
                    });
                }
            }
        }
        Kind::Command(command) => {
            for it in file.commands() {
                let mut state = start();
                let fits = command.fits(it, &mut state, &mut |_| true);
                let known = if fits { None } else { pattern.for_program(it) };
                let (command, by_program) = match known.as_ref().map(|known| (known, &known.kind)) {
                    Some((known, Kind::Command(command))) => {
                        state = bound.for_slots(known.slots);
                        if !command.fits(it, &mut state, &mut |_| true) {
                            continue;
                        }
                        (command, true)
                    }
                    _ if fits => (command, false),
                    _ => continue,
                };
                let found = |state: State<'m>| Found {
                    range: it.range(),
                    subject: Subject::Command(it),
                    state,
                    by_program,
                };
                let slots = known.as_ref().map_or(pattern.slots, |it| it.slots);
                let first = found(state);
                if accept(&first) {
                    keep(first);
                } else if let Some(state) = another(
                    command,
                    it,
                    &first.state,
                    &bound.for_slots(slots),
                    &|state| accept(&found(state.clone())),
                ) {
                    keep(found(state));
                }
            }
            found.sort_by_key(|it| (it.range.start(), Reverse(it.range.end())));
            return found;
        }
        Kind::Pipeline(pipeline) => {
            for it in file.commands() {
                let mut state = start();
                if pipeline.fits(it, &mut state, &mut |_| true) {
                    let ranges = pipeline.found(&state).into_iter().map(Command::range);
                    keep(Found {
                        range: ranges.reduce(TextRange::cover).unwrap_or(it.range()),
                        subject: Subject::Command(it),
                        state,
                        by_program: false,
                    });
                }
            }
        }
        Kind::Instructions(lines) => {
            for step in file.steps() {
                let mut state = start();
                if in_a_row(lines, Some(step), step, &mut state, &mut |_| true) {
                    let steps = instructions(lines).filter_map(|it| match state.slot(it.slot) {
                        Some(Slot::Step(step)) => Some(step.range()),
                        _ => None,
                    });
                    let range = steps.reduce(TextRange::cover).unwrap_or(step.range());
                    keep(Found {
                        range,
                        subject: Subject::Instructions(step),
                        state,
                        by_program: false,
                    });
                }
            }
        }
    }
    found.sort_by_key(|it| (it.range.start(), Reverse(it.range.end())));
    if matches!(pattern.kind, Kind::Image(_)) {
        found.retain(accept);
        return found;
    }
    let mut end = None;
    found.retain(|it| {
        let is_free = end.is_none_or(|end| it.range.start() >= end);
        if is_free {
            end = Some(it.range.end());
        }
        is_free
    });
    found.retain(accept);
    found
}

/// How many choices of packages are tried for a command.
const CHOICES: usize = 64;

/// What holes bind with other packages of a set than were `refused`, where that is accepted. A package is not tried again
/// with another part of it as its name.
fn another<'m>(
    pattern: &CommandPattern,
    command: Command<'m>,
    refused: &State<'m>,
    start: &State<'m>,
    accept: &dyn Fn(&State<'m>) -> bool,
) -> Option<State<'m>> {
    if !matches!(&pattern.shape, Shape::Zones(zones) if zones.is_set) {
        return None;
    }
    let choice = |state: &State<'m>| -> Vec<TextRange> {
        let operands = pattern.shape.operands().iter();
        let words = operands.flat_map(|it| state.words_of(it.slot));
        words.map(Word::range).collect()
    };
    let mut tried = vec![choice(refused)];
    let mut state = start.clone();
    let mut accepted = false;
    pattern.fits(command, &mut state, &mut |state| {
        let choice = choice(state);
        if tried.contains(&choice) {
            return tried.len() > CHOICES;
        }
        accepted = accept(state);
        tried.push(choice);
        accepted || tried.len() > CHOICES
    });
    accepted.then_some(state)
}
