//! What becomes of the words of a command whose options are known.

use dfix_catalogue::{PackageManager, package_tool};
use dfix_engine::OpenCondition;
use dfix_model::path::file_name;
use dfix_model::{Command, Word};

use crate::flat;
use crate::matching::state::{Slot, State, Text};
use crate::matching::view::View;
use crate::pattern::command::{CommandPattern, Place, Shape, Zones};
use crate::pattern::words::{Element, Item};
use crate::replacement::carry::Target;
use crate::replacement::of_options;
use crate::replacement::of_words::{
    Placed, added, changed_by, filled, insert, last_word, list, words_of,
};
use crate::replacement::plan::{Op, Plan, Refusal};

/// Why the last operand of a command does not go.
const NOTHING_LEFT: &str =
    "nothing would be left to work on: look for the command with all of its packages";

/// The same where it is a list of the pattern that goes.
const LIST_GONE: &str = "the replacement has not the list of the pattern, so all that it binds would go: leave it out of both, and what is not mentioned stays";

/// The change of the words behind a program; `new_program` is its name where it becomes another one.
pub(crate) fn in_zones<'m>(
    old: &Zones,
    new: &Zones,
    order: &[Place],
    command: Command<'m>,
    new_program: Option<&str>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), Refusal> {
    let is_other_program = new_program.is_some();
    let target = Target::of(command.kind(), command.step().kind());
    let view = View::of(command);
    if let Some(head) = new.heads.first()
        && !is_other_program
        && let Some(why) =
            of_options::of_its_subcommand(&old.options, &filled(&head.word, state)?, &view)
    {
        return Err(Refusal::AtAll(why));
    }
    let mut heads = Vec::new();
    list(&old.heads, &new.heads, target, state, plan, &mut heads)?;
    let mut options = of_options::options(
        &old.options,
        &new.options,
        is_other_program,
        &view,
        target,
        state,
        plan,
    )?;
    if let Some(why) = otherwise(old, new, &view) {
        return Err(Refusal::AtAll(why));
    }
    let mut operands = Vec::new();
    if old.is_set && old.operands.iter().any(|it| it.word.asks_for_none()) {
        let named: Vec<Word<'m>> = old
            .operands
            .iter()
            .flat_map(|it| words_of(it, state))
            .collect();
        let mut others = view.operands.iter().filter(|it| !named.contains(it));
        if let Some(why) = others.find_map(|it| may_be_taken(*it, &view)) {
            return Err(Refusal::AtAll(why));
        }
    }
    // What a hole binds behind an option that nobody knows may be its value.
    let changes = |it: &&Item| {
        it.word.as_literal().is_none() && !new.operands.iter().any(|other| other.word == it.word)
    };
    let changed = old.operands.iter().filter(changes);
    let mut words = changed.flat_map(|it| words_of(it, state));
    if let Some(why) = words.find_map(|it| may_be_taken(it, &view)) {
        return Err(Refusal::AtAll(why));
    }
    if let Some(why) = of_others(old, new, is_other_program, &view, state) {
        return Err(Refusal::AtAll(why));
    }
    if let Some(program) = new_program {
        plan.open.extend(pinned_otherwise(command, &view, program));
    }
    if old.are_sets(new) {
        set(
            &old.operands,
            &new.operands,
            &view,
            target,
            state,
            plan,
            &mut operands,
        )?;
    } else {
        list(
            &old.operands,
            &new.operands,
            target,
            state,
            plan,
            &mut operands,
        )?;
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

/// The other elements of a set that have the name which an item was matched with: `x:i386` beside `x`. `named`: what items of the
/// pattern were matched with.
fn alike<'m>(
    item: &Item,
    found: &Text<'m>,
    elements: &[Element<'m>],
    named: &[Word<'m>],
) -> Vec<Text<'m>> {
    let texts = elements.iter().filter_map(|element| {
        let is_meant = |text: &&Text<'m>| {
            let name = text.flat();
            element.is_called(found.flat(), name)
                || item
                    .word
                    .as_literal()
                    .is_some_and(|it| element.is_called(it, name))
        };
        let mut texts = element.name.iter().chain([&element.whole]);
        texts.find(is_meant).cloned()
    });
    texts
        .filter(|it| it.word.is_none_or(|word| !named.contains(&word)))
        .collect()
}

/// Why operands do not change where an option that the pattern leaves out makes them mean something else.
fn otherwise(old: &Zones, new: &Zones, view: &View<'_>) -> Option<String> {
    let words = |zones: &Zones| -> Vec<_> {
        let words = zones.operands.iter().map(|it| it.word.clone());
        words.collect()
    };
    let named: Vec<&str> = old.options.iter().map(|it| it.key.as_str()).collect();
    let option = view.changes_operands(&named)?;
    (words(old) != words(new)).then(|| {
        format!(
            "with `{}` the other words of the command mean something else: name the option in the pattern",
            option.name
        )
    })
}

/// Why some packages of a command do not change where others that the pattern does not name would lose an option, or come
/// to another subcommand, with them.
fn of_others(
    old: &Zones,
    new: &Zones,
    is_other_program: bool,
    view: &View<'_>,
    state: &State<'_>,
) -> Option<String> {
    let is_list = |it: &Item| it.word.as_list().is_some();
    if !old.is_set || old.operands.is_empty() || old.operands.iter().any(is_list) {
        return None;
    }
    let heads = |zones: &Zones| -> Vec<_> {
        let heads = zones.heads.iter();
        heads.map(|it| it.word.clone()).collect()
    };
    let stays = |key: &str| new.options.iter().any(|it| it.key == key);
    let lost = old.options.iter().find(|it| !stays(&it.key));
    let what = match lost {
        Some(option) => format!("would lose `{}`", option.name),
        None if is_other_program || heads(old) != heads(new) => {
            "would come to another command".to_owned()
        }
        None => return None,
    };
    let named: Vec<Word<'_>> = old
        .operands
        .iter()
        .flat_map(|it| words_of(it, state))
        .collect();
    let other = view.operands.iter().find(|it| !named.contains(it))?;
    Some(format!(
        "`{}` is not in the pattern, and {what}, too: name all packages of the command (`{{p...}}`), or part them first",
        other.shortened()
    ))
}

/// What a pin begins with.
const PIN: [char; 6] = ['=', '<', '>', '~', '@', '!'];

/// What stands behind the name of a package: what belongs to it, and its pin. `x:i386` is another package than `x` to apt
/// (dpkg(1), "architecture"), and `x[y]` more than `x` to pip (PEP 508, "Extras").
fn behind_name(after: &str, manager: Option<PackageManager>) -> (&str, &str) {
    let end = match (manager, after.chars().next()) {
        (Some(PackageManager::Apt), Some(':')) => after.find(['=', '/']).unwrap_or(after.len()),
        (Some(PackageManager::Pip | PackageManager::Uv | PackageManager::Pipx), Some('[')) => {
            after.find(']').map_or(after.len(), |it| it + 1)
        }
        _ => 0,
    };
    after.split_at(end)
}

/// The element that is a package already: one of that name, and with that behind it.
fn there<'e, 'm>(
    elements: &'e [Element<'m>],
    name: &str,
    own: &str,
    manager: Option<PackageManager>,
) -> Option<&'e Element<'m>> {
    let is_it = |it: &&Element<'m>| {
        it.whole.flat() == format!("{name}{own}")
            || it.name.as_ref().is_some_and(|text| {
                let (mine, _) = behind_name(text.after(), manager);
                let base = format!("{}{mine}", text.flat());
                let has_more = own.is_empty() && mine.starts_with('[');
                it.is_called(&format!("{name}{own}"), &base)
                    || (has_more && it.is_called(name, text.flat()))
            })
    };
    elements.iter().find(is_it)
}

/// What is open where a package that is pinned goes, for what it is to become is there already.
fn pin_goes(
    text: &Text<'_>,
    there: &Element<'_>,
    manager: Option<PackageManager>,
) -> Option<OpenCondition> {
    let (_, pin) = behind_name(text.after(), manager);
    let other = there.name.as_ref().map_or("", Text::after);
    if pin.is_empty() || behind_name(other, manager).1 == pin {
        return None;
    }
    let (name, pin) = (flat::shown(there.whole.flat()), flat::shown(pin));
    Some(OpenCondition::new(
        format!(
            "whether `{name}`, which is there already, does without the `{pin}` of `{}`, which goes",
            flat::shown(text.whole())
        ),
        format!("see which `{name}` is wanted, and write its pin"),
    ))
}

/// What is open where a package that is pinned becomes another one: the version is the old one's.
fn pinned(text: &Text<'_>, new: &str, manager: Option<PackageManager>) -> Option<OpenCondition> {
    let (_, rest) = behind_name(text.after(), manager);
    // A release of Debian's, which apt takes the package from (apt-get(8), "install").
    if let Some(release) = rest.strip_prefix('/') {
        return Some(OpenCondition::new(
            format!("whether there is a `{new}` in `{}`", flat::shown(release)),
            format!(
                "see what `{}` has, or leave `/{}` out",
                flat::shown(release),
                flat::shown(release)
            ),
        ));
    }
    let signs = rest.find(|it| !PIN.contains(&it)).unwrap_or(rest.len());
    let (sign, pin) = (&rest[..signs], flat::shown(rest));
    if sign.is_empty() {
        return None;
    }
    // For apk what stands behind `@` is no version but the name of a repository.
    if manager == Some(PackageManager::Apk) && sign == "@" {
        return Some(OpenCondition::new(
            format!("whether `{new}` is in the repository that is tagged `{pin}`"),
            "see /etc/apk/repositories for what the tag stands for",
        ));
    }
    Some(OpenCondition::new(
        format!(
            "whether there is a `{new}` of the version that `{}` asks for",
            flat::shown(text.whole())
        ),
        format!("name the pin in the pattern (`NAME{sign}{{v}}`), or look the version up"),
    ))
}

/// What is open where a package becomes another one, and an option says where packages are taken from.
fn taken_from(view: &View<'_>, new: &str) -> Option<OpenCondition> {
    let option = view.source_of_packages()?;
    Some(OpenCondition::new(
        format!(
            "whether there is a `{}` where `{option}` says",
            flat::shown(new)
        ),
        "see what packages there are, or change the option, too",
    ))
}

/// Why a package does not become another where both have a pin: a word with two of them is no package.
fn two_pins(text: &Text<'_>, new: &str, elements: &[Element<'_>]) -> Option<String> {
    let element = elements.iter().find(|it| it.whole.word == text.word)?;
    let bare = element.name.as_ref()?;
    let pin = bare.after();
    let sign = pin.chars().next()?;
    // A hole that binds the pin as well is followed by what the replacement has behind it.
    let more = match text.after() {
        "" => new.strip_prefix(text.flat())?,
        _ => new,
    };
    // `@scope/name` begins with no pin.
    let start = usize::from(more == new && more.starts_with('@'));
    let at = more[start..].find(|it| PIN.contains(&it) || it == sign)?;
    let comes = flat::shown(&more[start + at..]);
    let signs = pin.find(|it| !PIN.contains(&it)).unwrap_or(pin.len());
    let signs = flat::shown(&pin[..signs.max(sign.len_utf8())]);
    let end = if sign == '[' { "]" } else { "" };
    let (pin, bare) = (flat::shown(pin), flat::shown(bare.flat()));
    Some(format!(
        "`{pin}` belongs to `{bare}`, and `{comes}` would come beside it: name what is there in the pattern (`NAME{signs}{{v}}{end}`), or leave it alone with `not`"
    ))
}

/// Why a package that the pattern names without its pin does not go where something else comes.
pub(crate) fn pin_lost(
    old: &Shape,
    new: Option<&CommandPattern>,
    state: &State<'_>,
) -> Option<String> {
    let Shape::Zones(old) = old else { return None };
    let stays = |item: &&Item| match new.map(|it| &it.shape) {
        Some(Shape::Zones(new)) => new.operands.iter().any(|it| it.word == item.word),
        _ => false,
    };
    let lost = old.operands.iter().filter(|it| !stays(it));
    let pinned = lost
        .filter_map(|it| match state.slot(it.slot) {
            Some(Slot::Text(text)) => Some(text),
            _ => None,
        })
        .find(|text| !text.after().is_empty())?;
    let (name, pin) = (flat::shown(pinned.flat()), flat::shown(pinned.after()));
    let signs = pin.find(|it| !PIN.contains(&it) && it != ':');
    let sign = &pin[..signs.unwrap_or(pin.len())];
    Some(format!(
        "`{pin}` belongs to `{name}`, is not in the pattern, and would be lost: name it there (`{name}{sign}{{v}}`)"
    ))
}

/// What is open where a package that stays is pinned, and the program becomes one that writes pins otherwise.
fn pinned_otherwise(command: Command<'_>, view: &View<'_>, new: &str) -> Option<OpenCondition> {
    let syntax = |manager: PackageManager| match manager {
        PackageManager::Yarn | PackageManager::Pnpm | PackageManager::Bun => PackageManager::Npm,
        PackageManager::Uv | PackageManager::Pipx => PackageManager::Pip,
        other => other,
    };
    let (old, new_manager) = (view.manager()?, package_tool(file_name(new))?.manager());
    if syntax(old) == syntax(new_manager) {
        return None;
    }
    let elements = view.elements();
    let pinned = elements
        .iter()
        .find(|it| it.name.as_ref().is_some_and(|it| !it.after().is_empty()))?;
    let (name, word) = (command.name(), flat::shown(pinned.whole.flat()));
    Some(OpenCondition::new(
        format!(
            "whether `{}` reads `{word}` as `{name}` does",
            file_name(new)
        ),
        "write the pin as the new program reads it",
    ))
}

/// Why an operand is not counted as one.
fn may_be_taken<'m>(operand: Word<'m>, view: &View<'m>) -> Option<String> {
    let option = view.option_before(operand)?;
    Some(format!(
        "whether `{option}` takes `{}`, or that is a package, is not known: write it as `{option}=…`, or name it in the pattern",
        operand.shortened()
    ))
}

/// Aligns sets: what is in both stays, what is in one only is replaced, taken out, or put in.
fn set<'m>(
    old: &[Item],
    new: &[Item],
    view: &View<'m>,
    target: Target,
    state: &State<'m>,
    plan: &mut Plan<'m>,
    placed: &mut Vec<Placed<'m>>,
) -> Result<(), Refusal> {
    let is_among = |item: &Item, others: &[Item]| others.iter().any(|it| it.word == item.word);
    let mut gone: Vec<&Item> = old.iter().filter(|it| !is_among(it, new)).collect();
    let manager = view.manager();
    let elements = view.elements();
    let named: Vec<Word<'m>> = old.iter().flat_map(|it| words_of(it, state)).collect();
    // What an item was matched with, and all that is called so.
    let texts_of = |item: &Item| -> Vec<Text<'m>> {
        let Some(Slot::Text(text)) = state.slot(item.slot) else {
            return Vec::new();
        };
        let mut texts = vec![text.clone()];
        texts.extend(alike(item, text, &elements, &named));
        texts
    };
    let mut going: Vec<Word<'m>> = gone.iter().flat_map(|it| words_of(it, state)).collect();
    going.extend(
        gone.iter()
            .flat_map(|it| texts_of(it))
            .filter_map(|it| it.word),
    );
    let by_hole = gone.iter().filter(|it| it.word.as_literal().is_none());
    let mut words = by_hole.flat_map(|it| texts_of(it)).filter_map(|it| it.word);
    if let Some(why) = words.find_map(|it| may_be_taken(it, view)) {
        return Err(Refusal::AtAll(why));
    }
    let goes = |it: &Element<'m>| it.whole.word.is_some_and(|word| going.contains(&word));
    let stays: Vec<Element<'m>> = elements.iter().filter(|it| !goes(it)).cloned().collect();
    let target_of = |text: &Text<'m>, name: &str| {
        let (own, _) = behind_name(text.after(), manager);
        there(&stays, name, own, manager)
    };
    let mut removed: Vec<Word<'m>> = Vec::new();
    let mut places = Vec::new();
    // What is there already, for which something goes.
    let mut found: Vec<String> = Vec::new();
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
        let texts = single.map_or_else(Vec::new, |index| texts_of(gone[index]));
        match (name, single) {
            (Some(name), None) if there(&stays, &name, "", manager).is_some() => {
                places.push(Placed::There(None));
            }
            (Some(name), Some(_)) if texts.iter().all(|it| target_of(it, &name).is_some()) => {
                places.push(Placed::There(None));
                found.push(name);
            }
            (Some(name), Some(index)) => {
                gone.remove(index);
                let mut place = None;
                for text in &texts {
                    if let Some(there) = target_of(text, &name) {
                        plan.open.extend(pin_goes(text, there, manager));
                        removed.extend(text.word);
                        continue;
                    }
                    if let Some(why) = two_pins(text, &name, &elements) {
                        return Err(Refusal::AtAll(why));
                    }
                    plan.open.extend(pinned(text, &name, manager));
                    plan.open.extend(taken_from(view, &name));
                    plan.push(changed_by(text, &item.word, &name, target, state)?);
                    place = place.or(text.word);
                }
                places.push(Placed::There(place));
            }
            _ => places.push(Placed::New(added(item, target, state)?)),
        }
    }
    let is_list_gone = gone.iter().any(|it| it.word.as_list().is_some());
    let mut found = found.iter();
    for item in gone {
        removed.extend(words_of(item, state));
        let texts = texts_of(item);
        let name = if texts.is_empty() { None } else { found.next() };
        for text in &texts {
            let there = name.and_then(|it| target_of(text, it));
            plan.open
                .extend(there.and_then(|it| pin_goes(text, it, manager)));
            removed.extend(text.word.filter(|it| !removed.contains(it)));
        }
    }
    let last = |word: &Word<'m>| word.range().end();
    if !removed.is_empty() {
        let comes = places.iter().any(|it| matches!(it, Placed::New(_)));
        let mut rest = view.operands.iter().filter(|it| !removed.contains(it));
        let is_sure = |it: &&Word<'m>| view.option_before(**it).is_none();
        if !comes && !rest.clone().any(|it| is_sure(&it)) {
            let why = rest.next().and_then(|it| may_be_taken(*it, view));
            let nothing = if is_list_gone {
                LIST_GONE
            } else {
                NOTHING_LEFT
            };
            return Err(Refusal::AtAll(why.unwrap_or_else(|| nothing.to_owned())));
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
