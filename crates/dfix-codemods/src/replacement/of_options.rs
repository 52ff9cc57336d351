//! What becomes of the options of a command.

use std::collections::BTreeMap;

use dfix_model::Word;

use crate::flat;
use crate::matching::state::{Slot, State, Text, Value};
use crate::matching::view::{OptionUse, View};
use crate::pattern::command::OptionItem;
use crate::replacement::carry::Target;
use crate::replacement::change::{change_whole, change_word, new_word};
use crate::replacement::of_words::{Placed, filled};
use crate::replacement::plan::{New, Op, Plan, Refusal};
use crate::replacement::render;

/// What becomes of the letters of a cluster, and of the `-` before them, by where its word begins.
type Clusters<'m> = BTreeMap<u32, (Text<'m>, Vec<(char, String)>)>;

/// Aligns options; what has no counterpart is renamed, taken out or put in.
pub(crate) fn options<'m>(
    old: &[OptionItem],
    new: &[OptionItem],
    is_other_program: bool,
    view: &View<'m>,
    target: Target,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<Vec<Placed<'m>>, Refusal> {
    let use_of = |item: &OptionItem| match state.slot(item.slot) {
        Some(Slot::Option(index)) => view.options.get(*index),
        _ => None,
    };
    let mut gone: Vec<&OptionItem> = old
        .iter()
        .filter(|it| !new.iter().any(|other| it.is_same(other)))
        .collect();
    let mut clusters = Clusters::new();
    let mut placed = Vec::new();
    // By place, the letters of a word that come without the others of it, and those that are there.
    let mut coming: Vec<Option<&str>> = Vec::new();
    let mut letters: Vec<Option<Letter<'_, 'm>>> = Vec::new();
    for item in new {
        coming.resize(placed.len(), None);
        letters.resize(placed.len(), None);
        let same = old.iter().find(|it| it.is_same(item));
        if let Some((same, found)) = same.and_then(|it| Some((it, use_of(it)?))) {
            // Another program may not know this name of it.
            if is_other_program && found.name != item.name && found.apart.is_none() {
                renamed(item, found, view, &mut clusters, plan)?;
            }
            value(same, item, found, state, plan)?;
            placed.push(there(found));
            let is_renamed = is_other_program && found.name != item.name;
            letters.push(letter_of(found).filter(|_| !is_renamed));
            continue;
        }
        // One that is there beside those that go does not come a second time.
        let goes = |it: &OptionUse<'m>| {
            let mut all = gone.iter().filter_map(|gone| Some((gone, use_of(gone)?)));
            all.any(|(gone, found)| {
                alike(gone, found, view)
                    .into_iter()
                    .any(|other| std::ptr::eq(other, it))
            })
        };
        let others: Vec<&OptionUse<'m>> = view.options.iter().filter(|it| !goes(it)).collect();
        let same = others.iter().find(|it| item.means(it)).copied();
        let is_there = view.has_setting(&item.key) || same.is_some();
        if let Some(said) = same.filter(|_| item.value.is_none()).and_then(says_no) {
            return Err(Refusal::AtAll(format!(
                "the command says `{}={said}`: name that in the pattern, so that it goes",
                item.name
            )));
        }
        if item.value.is_none() && is_there {
            placed.push(Placed::There(None));
            letters.push(same.and_then(letter_of));
            continue;
        }
        no_opposite(item, &others, view).map_err(Refusal::AtAll)?;
        let like = gone
            .iter()
            .position(|it| it.value.is_some() == item.value.is_some());
        let replaced = like.map(|index| gone.remove(index));
        match replaced.and_then(|it| Some((it, use_of(it)?))) {
            Some((before, found)) => {
                letters.push(letter_of(found).and_then(|it| it.called(item)));
                for found in alike(before, found, view) {
                    renamed(item, found, view, &mut clusters, plan)?;
                }
                if before.value != item.value {
                    value(before, item, found, state, plan)?;
                }
                placed.push(there(found));
            }
            None => {
                coming.push(item.cluster.as_deref().filter(|_| item.value.is_none()));
                placed.push(Placed::New(added(item, target, state)?));
            }
        }
    }
    coming.resize(placed.len(), None);
    letters.resize(placed.len(), None);
    joined(new, &mut coming, &letters, &mut clusters, &mut placed);
    together(new, &coming, &mut placed);
    for item in gone {
        let Some(found) = use_of(item) else { continue };
        for found in alike(item, found, view) {
            let next = found.value.as_ref().filter(|it| it.is_next_word);
            let mut words: Vec<Word<'m>> = next.and_then(|it| it.text.word).into_iter().collect();
            if found.is_of_cluster {
                letter(found, None, &mut clusters)?;
            } else {
                words.insert(0, found.word);
            }
            if !words.is_empty() {
                plan.push(Op::Remove(words));
            }
        }
    }
    for (text, letters) in clusters.into_values() {
        plan.push(cluster(&text, &letters)?);
    }
    Ok(placed)
}

/// Why a command does not get another subcommand: an option that stays is one of its own.
pub(crate) fn of_its_subcommand(old: &[OptionItem], new: &str, view: &View<'_>) -> Option<String> {
    let is_named = |it: &OptionUse<'_>| old.iter().any(|item| item.means(it));
    let mut all = view.options.iter();
    let option = all.find(|it| !is_named(it) && view.is_of_subcommand(it, new))?;
    Some(format!(
        "`{}` is not in the pattern, and `{new}` has no such option",
        option.name
    ))
}

/// What an option is given that is one without a value elsewhere, where it switches that off: `--frozen-lockfile=false`.
fn says_no(found: &OptionUse<'_>) -> Option<String> {
    let (_, value) = found.with_value()?;
    let value = flat::shown(value.text.flat());
    let is_yes = matches!(&*value, "" | "1" | "true" | "yes");
    (!is_yes).then_some(value)
}

/// Refuses an option that comes beside one that says the opposite: which of them counts is the program's to say.
fn no_opposite(
    item: &OptionItem,
    others: &[&OptionUse<'_>],
    view: &View<'_>,
) -> Result<(), String> {
    let Some(name) = item.key.strip_prefix("--") else {
        return Ok(());
    };
    let opposite = match name.strip_prefix("no-") {
        Some(name) => format!("--{name}"),
        None => format!("--no-{name}"),
    };
    let is_there = others.iter().any(|it| it.key == opposite) || view.has_setting(&opposite);
    if is_there && item.value.is_none() {
        return Err(format!(
            "the command says the opposite of `{}` (`{opposite}`): name it in the pattern, so that it goes",
            item.name
        ));
    }
    Ok(())
}

/// A letter that stands in a word of letters, and takes no value in it.
#[derive(Debug, Clone, Copy)]
struct Letter<'v, 'm> {
    found: &'v OptionUse<'m>,
    /// What it is in the end.
    name: char,
}

impl Letter<'_, '_> {
    /// The same where an option of the replacement comes for it, if that is written in a word with others.
    fn called(self, new: &OptionItem) -> Option<Self> {
        let name = new.name.chars().nth(1)?;
        let is_letter = new.cluster.is_some() && new.value.is_none();
        is_letter.then_some(Letter { name, ..self })
    }
}

/// The letter that an option is.
fn letter_of<'v, 'm>(found: &'v OptionUse<'m>) -> Option<Letter<'v, 'm>> {
    let name = found.name.strip_prefix('-')?.chars().next()?;
    let is_letter = found.name.chars().count() == 2 && name.is_ascii_alphanumeric();
    let word = found.word.value()?;
    let is_word = found.is_of_cluster || word == found.name;
    let takes_none = found.value.is_none() && found.apart.is_none();
    (is_letter && is_word && takes_none).then_some(Letter { found, name })
}

/// Letters that the replacement writes in one word with others join those where they stand: `-sL` becomes `-fsSL`.
fn joined<'m>(
    new: &[OptionItem],
    coming: &mut [Option<&str>],
    letters: &[Option<Letter<'_, 'm>>],
    clusters: &mut Clusters<'m>,
    placed: &mut [Placed<'m>],
) {
    for all in words(new) {
        let Some(first) = letters[all.clone()].iter().flatten().next() else {
            continue;
        };
        let (mut beside, mut behind) = (first.found, '-');
        for index in all {
            let item = &new[index];
            if let Some(letter) = letters[index] {
                (beside, behind) = (letter.found, letter.name);
                continue;
            }
            let is_known = !item.names.is_empty() && item.value.is_none();
            let name = item.name.chars().nth(1).filter(|_| is_known);
            if let (Some(name), Some(_)) = (name, coming[index]) {
                letters_of(beside, clusters).push((behind, format!("{behind}{name}")));
                behind = name;
                coming[index] = None;
                placed[index] = Placed::There(None);
            }
        }
    }
}

/// Letters that the replacement writes in one word come in one: all of it as it is written, and of others those that are known.
fn together(new: &[OptionItem], coming: &[Option<&str>], placed: &mut [Placed<'_>]) {
    for all in words(new) {
        let comes: Vec<usize> = all.filter(|it| coming[*it].is_some()).collect();
        let Some(word) = comes.first().and_then(|it| coming[*it]) else {
            continue;
        };
        let letters = |of: &[usize]| -> String {
            let letters = of.iter().filter_map(|it| new[*it].name.chars().nth(1));
            format!("-{}", letters.collect::<String>())
        };
        let is_known = |it: &usize| !new[*it].names.is_empty();
        let comes: Vec<usize> = if letters(&comes) == word {
            comes
        } else {
            comes.into_iter().filter(is_known).collect()
        };
        if let [first, rest @ ..] = comes.as_slice()
            && !rest.is_empty()
        {
            placed[*first] = Placed::New(vec![New::Value(letters(&comes))]);
            for letter in rest {
                placed[*letter] = Placed::There(None);
            }
        }
    }
}

/// The options of a replacement by the words of letters that they stand in; others are by themselves.
fn words(new: &[OptionItem]) -> Vec<std::ops::Range<usize>> {
    let is_beside =
        |one: &OptionItem, two: &OptionItem| one.cluster.is_some() && one.cluster == two.cluster;
    let mut at = 0;
    let chunks = new.chunk_by(is_beside).map(|it| {
        at += it.len();
        at - it.len()..at
    });
    chunks.collect()
}

/// The uses of an option that an item of the pattern means: where it takes no value, all of them.
fn alike<'v, 'm>(
    item: &OptionItem,
    found: &'v OptionUse<'m>,
    view: &'v View<'m>,
) -> Vec<&'v OptionUse<'m>> {
    if item.value.is_some() {
        return vec![found];
    }
    let is_same = |it: &&OptionUse<'m>| item.means(it) && it.value.is_none();
    view.options.iter().filter(is_same).collect()
}

fn there<'m>(found: &OptionUse<'m>) -> Placed<'m> {
    let next = found.value.as_ref().filter(|it| it.is_next_word);
    Placed::There(Some(next.and_then(|it| it.text.word).unwrap_or(found.word)))
}

/// Gives an option that stays another value.
fn value<'m>(
    old: &OptionItem,
    new: &OptionItem,
    found: &OptionUse<'m>,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    if old.value == new.value {
        return Ok(());
    }
    match (&new.value, found.with_value()) {
        (Some(new), Some((_, value))) => {
            plan.push(change_word(&value.text, &filled(new, state)?)?);
            Ok(())
        }
        _ => Err(format!("the value of `{}` cannot come or go", old.name)),
    }
}

fn renamed<'m>(
    new: &OptionItem,
    found: &OptionUse<'m>,
    view: &View<'m>,
    clusters: &mut Clusters<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    if found.is_of_cluster || letter_of(found).is_some_and(|it| it.called(new).is_some()) {
        let is_letter = new.name.len() == 2;
        let value = found.value.as_ref().and_then(|it| it.text.word);
        let is_next = found.value.as_ref().is_some_and(|it| it.is_next_word);
        if is_letter && found.value.is_none() {
            return letter(found, Some(&new.name), clusters);
        }
        // It leaves the others, for a word of its own.
        letter(found, None, clusters)?;
        let name = New::Value(new.name.clone());
        plan.push(match value.filter(|_| is_next) {
            Some(value) => Op::InsertBefore(value, name),
            None => Op::InsertAfter(last_of_cluster(found, view), name),
        });
        return Ok(());
    }
    let text = Text::of_word(found.word);
    let rest = &text.flat()[found.name.len()..];
    let (is_long, had_equals) = (new.name.starts_with("--"), rest.starts_with('='));
    let name = match (rest.is_empty(), is_long, had_equals) {
        (false, true, false) => format!("{}={rest}", new.name),
        (false, false, true) => format!("{}{}", new.name, &rest[1..]),
        _ => format!("{}{rest}", new.name),
    };
    plan.push(change_whole(&text, &name)?);
    Ok(())
}

/// The last word of a cluster: its own, or what its last letter takes.
fn last_of_cluster<'m>(found: &OptionUse<'m>, view: &View<'m>) -> Word<'m> {
    let mut cluster = view.options.iter().filter(|it| it.word == found.word);
    let taken = cluster.find_map(|it| it.value.as_ref().filter(|it| it.is_next_word));
    taken.and_then(|it| it.text.word).unwrap_or(found.word)
}

/// Notes that a letter of a cluster goes, or becomes another.
fn letter<'m>(
    found: &OptionUse<'m>,
    new: Option<&str>,
    clusters: &mut Clusters<'m>,
) -> Result<(), String> {
    let one = |name: &str| {
        let letter = name.strip_prefix('-')?;
        let mut letters = letter.chars();
        letters
            .next()
            .filter(|it| *it != '-' && letters.next().is_none())
    };
    // A value in the same word would go to another letter.
    let is_taken = found.value.as_ref().is_some_and(|it| !it.is_next_word);
    let (Some(old), new) = (one(&found.name), new.map(one)) else {
        return Err(format!("`{}` stands in a word with others", found.name));
    };
    if is_taken || new == Some(None) {
        return Err(format!(
            "`{}` stands in the word `{}` with others",
            found.name,
            found.word.shortened()
        ));
    }
    let new = new.flatten().map(String::from).unwrap_or_default();
    letters_of(found, clusters).push((old, new));
    Ok(())
}

/// What becomes of the letters of the word that an option stands in.
fn letters_of<'c, 'm>(
    found: &OptionUse<'m>,
    clusters: &'c mut Clusters<'m>,
) -> &'c mut Vec<(char, String)> {
    let start = u32::from(found.word.range().start());
    let entry = clusters
        .entry(start)
        .or_insert_with(|| (Text::of_word(found.word), Vec::new()));
    &mut entry.1
}

fn cluster<'m>(text: &Text<'m>, letters: &[(char, String)]) -> Result<Option<Op<'m>>, String> {
    let mut new = text.flat().to_owned();
    for (old, letter) in letters {
        if let Some(at) = new.find(*old) {
            new.replace_range(at..at + old.len_utf8(), letter);
        }
    }
    match text.word {
        Some(word) if new == "-" => Ok(Some(Op::Remove(vec![word]))),
        _ => change_whole(text, &new),
    }
}

fn added(item: &OptionItem, target: Target, state: &State<'_>) -> Result<Vec<New>, String> {
    let Some(value) = &item.value else {
        return Ok(vec![New::Value(item.name.clone())]);
    };
    let filled = filled(value, state)?;
    if item.is_next_word {
        let bound = value.as_hole().and_then(|hole| state.value(hole.name?));
        let bound = match bound {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        };
        let value = match (new_word(&filled, bound, target), item.sources.get(1)) {
            (Err(_), Some(source)) => New::Source(render::pieces(source, state, target)?),
            (new, _) => new?,
        };
        return Ok(vec![New::Value(item.name.clone()), value]);
    }
    let equals = if item.name.starts_with("--") { "=" } else { "" };
    let word = format!("{}{equals}{filled}", item.name);
    match item.sources.first() {
        Some(source) if flat::has_expansion(&word) => {
            Ok(vec![New::Source(render::pieces(source, state, target)?)])
        }
        _ => Ok(vec![new_word(&word, None, target)?]),
    }
}
