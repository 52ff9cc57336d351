//! What becomes of the flags of an instruction.

use dfix_model::Step;

use crate::matching::state::{Slot, State, Text};
use crate::pattern::instruction::{FlagItem, FlagValue, mount_of};
use crate::replacement::carry::Target;
use crate::replacement::change::change_word;
use crate::replacement::of_words::filled;
use crate::replacement::plan::{Op, Plan};
use crate::replacement::render;

/// Changes, adds and takes away flags.
pub(crate) fn flags<'m>(
    old: &[FlagItem],
    new: &[FlagItem],
    step: Step<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let flag_of = |item: &FlagItem| match state.slot(item.slot) {
        Some(Slot::Number(index)) => step.flags().nth(*index),
        _ => None,
    };
    let mut rest: Vec<&FlagItem> = old.iter().collect();
    for item in new {
        let same = rest
            .iter()
            .position(|it| it.name == item.name && it.value == item.value)
            .or_else(|| rest.iter().position(|it| it.name == item.name));
        let Some(before) = same.map(|index| rest.remove(index)) else {
            let target = Target::Dockerfile(step.kind());
            let text = render::pieces(&item.source, state, target)?;
            let there = step.flags().find(|it| it.name() == item.name);
            let is_there = there
                .and_then(dfix_model::Flag::value)
                .is_some_and(|it| it.value() == Some(text.as_str()));
            match there {
                Some(_) if is_there || (text.is_empty()) => {}
                Some(_) if item.name != "mount" => {
                    return Err(format!("`--{}` is there already", item.name));
                }
                _ => plan.push(Op::AddFlag(step, item.name.clone(), text)),
            }
            continue;
        };
        if before.value == item.value {
            continue;
        }
        let Some(flag) = flag_of(before) else {
            continue;
        };
        match (&item.value, flag.value(), mount_of(step, flag)) {
            (FlagValue::Word(new), Some(value), _) => {
                plan.push(change_word(&Text::of_word(value), &filled(new, state)?)?);
            }
            (FlagValue::Mount(options), _, Some(mount)) => {
                for (name, value) in options {
                    let there = mount.option(name);
                    let (Some(value), Some(there)) = (value, there) else {
                        return Err(format!("the option `{name}` of a mount cannot come or go"));
                    };
                    plan.push(change_word(&Text::of_word(there), &filled(value, state)?)?);
                }
            }
            _ => return Err(format!("`--{}` cannot become that", item.name)),
        }
    }
    for item in rest {
        plan.push(flag_of(item).map(|flag| Op::RemovePiece(flag.range())));
    }
    Ok(())
}
