//! What becomes of pairs of keys and values: those of `ENV`, `LABEL` and `ARG`.

use dfix_model::{Pair, Step, StepKind, reads_variable};

use crate::flat;
use crate::matching::state::{Slot, State, Text};
use crate::pattern::instruction::PairItem;
use crate::replacement::change::change_word;
use crate::replacement::of_words::{filled, filled_if};
use crate::replacement::plan::{Op, Plan, Renamed};
use crate::replacement::readers::left_without;

/// Nothing where a key that comes is set nowhere else; `is_mine` tells which pairs the rewrite itself works on. Two that are called
/// the same would be one, and the value of one be lost; of labels only where that is another one.
///
/// # Errors
/// Where it is set, of this stage, those that it is based on, or before the first.
pub(crate) fn untaken(
    (key, value): (&str, Option<&str>),
    kind: StepKind,
    step: Step<'_>,
    is_mine: &dyn Fn(Step<'_>, usize) -> bool,
) -> Result<(), String> {
    // Variables of the build and of the image share their names.
    let kinds: &[StepKind] = match kind {
        StepKind::Env | StepKind::Arg => &[StepKind::Env, StepKind::Arg],
        _ => &[kind],
    };
    let beside: Vec<Step<'_>> = match step.stage() {
        Some(stage) => stage
            .base_chain()
            .flat_map(dfix_model::Stage::steps)
            .collect(),
        None => step
            .file()
            .global_args()
            .map(dfix_model::GlobalArg::step)
            .collect(),
    };
    // Variables may be another's by build, or read between the two.
    let value = value.filter(|it| kind == StepKind::Label && !flat::has_expansion(it));
    let is_same = |it: &Pair<'_>| {
        let there = it.value().map(Text::of_word);
        value.is_some() && there.as_ref().map(Text::flat) == value
    };
    let is_there = |other: &Step<'_>| {
        let mut pairs = other.pairs().enumerate();
        pairs.any(|(index, it)| {
            it.key_text() == Some(key) && !is_mine(*other, index) && !is_same(&it)
        })
    };
    let of_kind =
        |it: &Step<'_>| kinds.contains(&it.kind()) && it.is_onbuild() == step.is_onbuild();
    match beside.into_iter().filter(of_kind).find(is_there) {
        Some(other) => Err(format!(
            "`{key}` is set in line {} already, there or by a change before this one, and one of the two values would be lost: put them together",
            other.line()
        )),
        None => Ok(()),
    }
}

/// Refuses to change one of several pairs that have the same key: the last one counts, and would count no more, or be another's.
fn once(pair: Pair<'_>, step: Step<'_>) -> Result<(), String> {
    let key = pair.key_text();
    let count = step.pairs().filter(|it| it.key_text() == key).count();
    match key {
        Some(key) if count > 1 => Err(format!(
            "`{key}` is set {count} times in line {}, and the last one counts: put them together",
            step.line()
        )),
        _ => Ok(()),
    }
}

/// Refuses to put the pairs of one instruction into another where the one reads what the other sets: of one instruction each pair sees
/// the values from before it (BuildKit, `dispatchEnv`).
fn apart(step: Step<'_>, gone: Step<'_>) -> Result<(), String> {
    let mut keys = step.pairs().filter_map(Pair::key_text);
    match keys.find(|key| reads_variable(gone.source_text(), key)) {
        Some(key) => Err(format!(
            "line {} reads `{key}`, which line {} sets: in one instruction it would be the value from before",
            gone.line(),
            step.line()
        )),
        None => Ok(()),
    }
}

/// Changes pairs of keys and values. `gone`: instructions that go, and whose pairs come here.
pub(crate) fn pairs<'m>(
    old: &[PairItem],
    new: &[PairItem],
    (step, gone): (Step<'m>, &[Step<'m>]),
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let index_of = |item: &PairItem| match state.slot(item.slot) {
        Some(Slot::Number(index)) => Some(*index),
        _ => None,
    };
    let pair_of = |item: &PairItem| step.pairs().nth(index_of(item)?);
    let mut rest: Vec<&PairItem> = old.iter().collect();
    let mut coming: Vec<&PairItem> = Vec::new();
    let mut aligned: Vec<(&PairItem, &PairItem)> = Vec::new();
    for item in new {
        match rest.iter().position(|it| it.key == item.key) {
            Some(index) => aligned.push((rest.remove(index), item)),
            None => coming.push(item),
        }
    }
    let changed = aligned.iter().filter(|(a, b)| a.value != b.value);
    let changed = changed.map(|it| it.0).chain(rest.iter().copied());
    for pair in changed.filter_map(pair_of) {
        once(pair, step)?;
    }
    // What goes makes room, and what stays is no other.
    let mine: Vec<usize> = old.iter().filter_map(index_of).collect();
    let is_mine = |it: Step<'_>, index: usize| {
        let is_gone = gone.iter().any(|gone| gone.index() == it.index());
        it == step && mine.contains(&index) || is_gone
    };
    for gone in gone {
        apart(step, *gone)?;
    }
    for item in &coming {
        let value = filled_if(item.value.as_ref(), state)?;
        let pair = (&*filled(&item.key, state)?, value.as_deref());
        untaken(pair, step.kind(), step, &is_mine)?;
    }
    let mut added = Vec::new();
    for item in coming {
        if rest.is_empty() {
            let value = filled_if(item.value.as_ref(), state)?;
            let value = value.ok_or("a name without a value cannot be added")?;
            added.push((filled(&item.key, state)?, flat::shown(&value)));
        } else {
            aligned.push((rest.remove(0), item));
        }
    }
    for (before, after) in aligned {
        let Some(pair) = pair_of(before) else {
            continue;
        };
        if before.key != after.key {
            let key = pair.key().ok_or("the pair has no key")?;
            let new = filled(&after.key, state)?;
            plan.open
                .extend(left_without(step, &filled(&before.key, state)?, true));
            plan.renamed.push(Renamed {
                stage: step.stage().map(dfix_model::Stage::index),
                old: filled(&before.key, state)?,
                new: new.clone(),
                value: filled_if(after.value.as_ref(), state)?
                    .filter(|it| step.kind() == StepKind::Label && !flat::has_expansion(it)),
            });
            plan.push(change_word(&Text::of_word(key), &new)?);
        }
        if before.value == after.value {
            continue;
        }
        let new = filled_if(after.value.as_ref(), state)?;
        match (pair.value(), new) {
            (Some(value), Some(new)) => plan.push(change_word(&Text::of_word(value), &new)?),
            // `A=` is `A=""`.
            (None, Some(new)) if pair.has_value() => {
                let value = flat::shown(&new);
                plan.push((!value.is_empty()).then(|| Op::FillPair(pair.range(), value)));
            }
            _ => return Err("the value of a pair cannot come or go".to_owned()),
        }
    }
    if !rest.is_empty() && rest.len() == step.pairs().len() && added.is_empty() {
        return Err("no pair would be left: replace the instruction as a whole".to_owned());
    }
    for item in rest {
        plan.open
            .extend(left_without(step, &filled(&item.key, state)?, false));
        plan.push(pair_of(item).map(|pair| Op::RemovePiece(pair.range())));
    }
    if !added.is_empty() {
        plan.push(Op::AddPairs(step, added));
    }
    Ok(())
}
