//! What becomes of the programs that run another one: `sudo`, `dumb-init --`.

use dfix_engine::Effect;
use dfix_model::{Command, Word, WordKind, Wrapper};

use crate::matching::state::{Slot, State};
use crate::pattern::command::{CommandPattern, Shape};
use crate::pattern::words::Item;
use crate::pattern::wrapper::{Role, WrapperPattern, words_of as words_of_wrapper, wrappers_of};
use crate::replacement::align::{Fate, align};
use crate::replacement::carry::{Target, literal_in_shell};
use crate::replacement::of_words::{
    Placed, added, become_other, filled, last_word, list, words_of,
};
use crate::replacement::plan::{New, Op, Plan, Refusal};

/// Refuses to take a wrapper away, or to make another of it, that has words which nobody names.
pub(crate) fn no_options(
    command: Command<'_>,
    wrapper: Wrapper<'_>,
    named: &[Word<'_>],
) -> Result<(), Refusal> {
    let is_lost = |(word, role): &(Word<'_>, Role)| {
        matches!(role, Role::Option | Role::Value | Role::Operand)
            && !named.contains(word)
            && !(wrapper.name == "python" && word.is("-m"))
    };
    let words = words_of_wrapper(command, wrapper);
    let subcommands = words
        .iter()
        .take_while(|(_, role)| matches!(role, Role::Name | Role::Operand));
    let subcommands = if named.is_empty() {
        subcommands.count()
    } else {
        0
    };
    match words.iter().skip(subcommands).find(|it| is_lost(it)) {
        Some((word, _)) => Err(Refusal::AtAll(format!(
            "`{}` is `{}`'s, is not in the pattern, and would be lost",
            word.shortened(),
            wrapper.name
        ))),
        None => Ok(()),
    }
}

/// Whether the wrappers of a pattern may go: all of them, or those that are not in what comes in its place.
pub(crate) fn may_be_lost(
    old: &CommandPattern,
    new: Option<&CommandPattern>,
    command: Command<'_>,
    state: &State<'_>,
) -> Result<(), String> {
    for pattern in &old.wrappers {
        let stays = |it: &WrapperPattern| it.name == pattern.name;
        if new.is_some_and(|it| it.wrappers.iter().any(stays)) {
            continue;
        }
        let index = pattern.index_in(command, state);
        let Some(wrapper) = index.and_then(|index| wrappers_of(command).get(index).copied()) else {
            continue;
        };
        let named = named(pattern, state);
        no_options(command, wrapper, &named).map_err(Refusal::into_why)?;
    }
    Ok(())
}

fn named<'m>(pattern: &WrapperPattern, state: &State<'m>) -> Vec<Word<'m>> {
    let items = pattern.items.iter();
    items.flat_map(|it| words_of(it, state)).collect()
}

/// The change of the wrappers in front of a command, word by word.
pub(crate) fn wrappers<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), Refusal> {
    let is_same = old.wrappers.len() == new.wrappers.len()
        && old
            .wrappers
            .iter()
            .zip(&new.wrappers)
            .all(|(a, b)| a.is_same(b));
    if is_same {
        return Ok(());
    }
    may_be_lost(old, Some(new), command, state).map_err(Refusal::AtAll)?;
    // Where nothing comes in its place it becomes one of the shell's.
    assigned(old, new, new.wrappers.is_empty(), command, state)?;
    if new.wrappers.is_empty() {
        for pattern in &old.wrappers {
            let index = pattern.index_in(command, state);
            if index == Some(command.wrappers().count()) {
                return Err(Refusal::AtAll(format!(
                    "no command stands behind `{}`, so nothing would be left here: what it runs stands elsewhere",
                    pattern.name
                )));
            }
            let op = index.map(|index| Op::RemoveWrapper(command, index));
            plan.push(op.filter(|op| !plan.ops.contains(op)));
        }
        return Ok(());
    }
    let before = items_there(old, new, state);
    let after: Vec<&Item> = new.wrappers.iter().flat_map(|it| &it.items).collect();
    let target = Target::of(command.kind(), command.step().kind());
    let mut places: Vec<Placed<'m>> = after.iter().map(|_| Placed::There(None)).collect();
    let mut gone = dashes_left(old, new, command, state);
    for fate in align(&before, &after, |a, b| a.word == b.word, |_, _| true) {
        match fate {
            Fate::Kept(i, j) => places[j] = Placed::There(last_word(before[i], state)),
            Fate::Replaced(i, j) => {
                let Some(Slot::Text(text)) = state.slot(before[i].slot) else {
                    return Err("a word of the pattern is not there".into());
                };
                let filled = filled(&after[j].word, state)?;
                become_other(text, &after[j].word, &filled, target, state, plan)?;
                places[j] = Placed::There(text.word);
            }
            Fate::Removed(i) => gone.extend(words_of(before[i], state)),
            Fate::Added(j) => places[j] = Placed::New(added(after[j], target, state)?),
        }
    }
    if !gone.is_empty() {
        plan.push(Op::Remove(gone));
    }
    let first = match state.slot(old.program.slot) {
        Some(Slot::List(texts)) => texts.first().and_then(|it| it.word),
        _ => command.program(),
    };
    put(places, first, plan);
    Ok(())
}

/// Refuses where a variable that a wrapper sets would stand behind one that sets none.
fn assigned(
    old: &CommandPattern,
    new: &CommandPattern,
    may_be_of_shell: bool,
    command: Command<'_>,
    state: &State<'_>,
) -> Result<(), Refusal> {
    let sets = |name: &str| {
        dfix_catalogue::wrapper(name, [None; 2]).is_some_and(dfix_catalogue::WrapperSpec::assigns)
    };
    for pattern in &old.wrappers {
        let index = pattern.index_in(command, state);
        let Some(wrapper) = index.and_then(|index| wrappers_of(command).get(index).copied()) else {
            continue;
        };
        let words = words_of_wrapper(command, wrapper);
        let assignment = words.iter().find(|(_, role)| *role == Role::Assignment);
        if let Some((word, _)) = assignment
            && !may_be_of_shell
            && !new.wrappers.iter().any(|it| sets(&it.name))
        {
            return Err(Refusal::AtAll(format!(
                "`{}` is set by `{}`, and by nothing then",
                word.shortened(),
                wrapper.name
            )));
        }
    }
    Ok(())
}

/// The words of a pattern's wrappers that are there. Of a wrapper that stays a `--` need not be.
fn items_there<'p>(
    old: &'p CommandPattern,
    new: &CommandPattern,
    state: &State<'_>,
) -> Vec<&'p Item> {
    let mut items = Vec::new();
    for wrapper in &old.wrappers {
        let stays = new.wrappers.iter().any(|it| it.name == wrapper.name);
        let there = wrapper.items.iter();
        items.extend(there.filter(|it| stays || state.slot(it.slot).is_some()));
    }
    items
}

/// Each `--` of wrappers that do not stay which the pattern does not mention.
fn dashes_left<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Vec<Word<'m>> {
    let mut left = Vec::new();
    for pattern in &old.wrappers {
        if new.wrappers.iter().any(|it| it.name == pattern.name) {
            continue;
        }
        let index = pattern.index_in(command, state);
        let Some(wrapper) = index.and_then(|index| wrappers_of(command).get(index).copied()) else {
            continue;
        };
        let named = named(pattern, state);
        let words = words_of_wrapper(command, wrapper).into_iter();
        let dashes = words.filter(|(word, role)| *role == Role::Dashes && !named.contains(word));
        left.extend(dashes.map(|(word, _)| word));
    }
    left
}

/// Puts what is new behind what stands before it, or before what stands first.
fn put<'m>(places: Vec<Placed<'m>>, first: Option<Word<'m>>, plan: &mut Plan<'m>) {
    let next = places.iter().find_map(|place| match place {
        Placed::There(word) => *word,
        Placed::New(_) => None,
    });
    let next = next.or(first);
    let mut before: Option<Word<'m>> = None;
    let mut leading: Vec<New> = Vec::new();
    for place in places {
        match (place, before) {
            (Placed::There(word), _) => before = word.or(before),
            (Placed::New(words), Some(before)) => {
                let words = words.into_iter();
                words.for_each(|new| plan.push(Op::InsertAfter(before, new)));
            }
            (Placed::New(words), None) => leading.extend(words),
        }
    }
    let Some(next) = next else { return };
    // A command does not begin with a `--`: what stands before it comes with it.
    if next.kind() == WordKind::Shell && leading.len() > 1 {
        leading = vec![New::Source(together(leading))];
    }
    for new in leading {
        plan.push(Op::InsertBefore(next, new));
    }
}

/// Words as source of a shell.
fn together(words: Vec<New>) -> String {
    let written = words.into_iter().map(|new| match new {
        New::Value(text) => literal_in_shell(&text),
        New::Source(source) => source,
    });
    written.collect::<Vec<_>>().join(" ")
}

/// The change of a command of which a list is all that stands behind its wrappers: word by word, those of the wrappers
/// among them.
pub(crate) fn word_by_word<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Result<Plan<'m>, Refusal> {
    may_be_lost(old, Some(new), command, state).map_err(Refusal::AtAll)?;
    assigned(old, new, false, command, state)?;
    let has_more = |it: &CommandPattern| !it.assignments.is_empty() || !it.redirects.is_empty();
    let (Shape::Ordered(operands), Shape::Ordered(new_operands)) = (&old.shape, &new.shape) else {
        return Err("the options of one of the two programs are known, and not the other's".into());
    };
    if has_more(old) || has_more(new) {
        return Err("variables and redirections cannot be told from the list".into());
    }
    let all = |wrappers: Vec<&Item>, program: &Item, operands: &[Item]| -> Vec<Item> {
        let program = Some(program).filter(|it| !it.word.is_nothing());
        let words = wrappers.into_iter().chain(program).chain(operands);
        words.cloned().collect()
    };
    let before = all(items_there(old, new, state), &old.program, operands);
    let after = new.wrappers.iter().flat_map(|it| &it.items).collect();
    let after = all(after, &new.program, new_operands);
    let mut plan = Plan::default();
    let left = dashes_left(old, new, command, state);
    if !left.is_empty() {
        plan.push(Op::Remove(left));
    }
    let target = Target::of(command.kind(), command.step().kind());
    let mut placed = Vec::new();
    list(&before, &after, target, state, &mut plan, &mut placed)?;
    put(placed, None, &mut plan);
    if !plan.ops.is_empty() {
        plan.declare(Effect::arguments_of(command));
    }
    Ok(plan)
}
