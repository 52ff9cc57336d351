//! What becomes of an instruction that gets another keyword.

use dfix_engine::{Effect, OpenCondition};
use dfix_model::{AddedSource, Pair, Step, StepKind};
use dfix_syntax::{TextRange, takes_flag};

use crate::matching::state::{Slot, State};
use crate::pattern::instruction::{Arguments, InstructionPattern};
use crate::replacement::plan::{Op, Plan};

/// Gives an instruction the keyword of the replacement, with what belongs to it.
pub(crate) fn change<'m>(
    old: &InstructionPattern,
    new: &InstructionPattern,
    step: Step<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    plan.declare(Effect::changed(step));
    for flag in step.flags() {
        let goes = old.flags.iter().any(|it| {
            it.name.eq_ignore_ascii_case(flag.name())
                && !new.flags.iter().any(|new| new.name == it.name)
        });
        if !goes && !takes_flag(new.keyword, &flag.name().to_ascii_lowercase()) {
            return Err(format!("{} takes no `--{}`", new.keyword, flag.name()));
        }
    }
    if new.kind == StepKind::Arg {
        for pair in step.pairs().filter(|it| it.is_legacy()) {
            plan.push(with_equals(pair, step)?);
        }
    }
    if step.is_copy_or_add() {
        unlike(step, new.kind, plan)?;
    }
    plan.push(Op::Bytes(step.keyword_range(), keyword(step, new.keyword)));
    Ok(())
}

/// Whether the pattern, where it is of this instruction alone, fits every pair of it, in one way or another.
pub(crate) fn fits_all<'m>(
    pattern: &InstructionPattern,
    step: Step<'m>,
    state: &State<'m>,
) -> bool {
    let (Arguments::Pairs(items), Some(mut state)) = (&pattern.arguments, state.anew()) else {
        return false;
    };
    let mut found: Vec<usize> = Vec::new();
    pattern.fits(step, &mut state, &mut |state| {
        found.extend(items.iter().filter_map(|it| match state.slot(it.slot) {
            Some(Slot::Number(number)) => Some(*number),
            _ => None,
        }));
        // All the ways are asked for.
        false
    });
    (0..step.pairs().len()).all(|it| found.contains(&it))
}

/// The sign of equality in the place of the blank of `key value`, where the value is one word.
fn with_equals<'m>(pair: Pair<'m>, step: Step<'m>) -> Result<Op<'m>, String> {
    let (key, value) = (pair.key(), pair.value());
    let between = key.zip(value).map(|(key, value)| {
        let (start, end) = (key.range().end(), value.range().start());
        (TextRange::new(start, end), value.range())
    });
    let text = step.file().text();
    let is_blank = |range: TextRange| text[range].bytes().all(|it| matches!(it, b' ' | b'\t'));
    let is_word = |range: TextRange| {
        let text = &text[range];
        !text.starts_with('=')
            && !text.contains(|it: char| it.is_whitespace() || "'\"\\`".contains(it))
    };
    match between {
        Some((range, value)) if is_blank(range) && is_word(value) => {
            Ok(Op::Bytes(range, "=".to_owned()))
        }
        _ => Err("ARG has no form `key value`: write it with a `=` first".to_owned()),
    }
}

/// Refuses, or tells, where `ADD` does with a source what `COPY` does not, and one becomes the other.
fn unlike(step: Step<'_>, new: StepKind, plan: &mut Plan<'_>) -> Result<(), String> {
    // The text of a here-document is a file as it is.
    for source in step.sources().filter(|it| !it.starts_with("<<")) {
        let word = source.shortened();
        match step.file().added_source(source) {
            AddedSource::Plain => {}
            AddedSource::Fetched if new == StepKind::Copy => {
                return Err(format!("COPY fetches nothing, and `{word}` is an address"));
            }
            AddedSource::Fetched => {}
            AddedSource::Unpacked => plan.open.push(OpenCondition::new(
                match new {
                    StepKind::Copy => {
                        format!("whether `{word}` may stay packed, which COPY does not unpack")
                    }
                    _ => format!("whether `{word}` may be unpacked, as ADD does"),
                },
                "see what uses it",
            )),
            AddedSource::Unknown(open) => plan.open.push(open),
        }
    }
    Ok(())
}

/// The same of a `COPY` or an `ADD` that goes, and whose sources come to one of the other kind.
pub(crate) fn folded(
    step: Step<'_>,
    new: &[&InstructionPattern],
    plan: &mut Plan<'_>,
) -> Result<(), String> {
    let kinds = [StepKind::Copy, StepKind::Add];
    let of_new = |kind: &StepKind| new.iter().any(|it| it.kind == *kind);
    let other = kinds
        .into_iter()
        .find(|it| *it != step.kind() && of_new(it));
    match other {
        Some(kind) if step.is_copy_or_add() && !of_new(&step.kind()) => unlike(step, kind, plan),
        _ => Ok(()),
    }
}

/// A keyword in the letter case of the one that stands there.
pub(crate) fn keyword(step: Step<'_>, new: &str) -> String {
    let range = step.keyword_range();
    let old = &step.file().text()[range];
    let is_lower = |c: char| c.is_lowercase();
    if old.chars().all(is_lower) {
        new.to_ascii_lowercase()
    } else if old.chars().skip(1).all(is_lower) {
        let (first, rest) = new.split_at(1);
        format!("{first}{}", rest.to_ascii_lowercase())
    } else {
        new.to_owned()
    }
}
