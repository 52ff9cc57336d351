//! What becomes of a program that becomes another one: its folder, and options that were for the old one.

use dfix_catalogue::{PackageManager, package_tool};
use dfix_engine::OpenCondition;
use dfix_model::path::file_name;
use dfix_model::{Command, Word};

use crate::flat;
use crate::matching::state::{Slot, State};
use crate::pattern::command::CommandPattern;
use crate::pattern::words::WordPattern;
use crate::replacement::of_words::{elsewhere, filled, words_of};
use crate::replacement::plan::Plan;

/// What is open where options that a list of the pattern binds come to another program.
pub(crate) fn carried_options<'m>(
    old: &CommandPattern,
    new: &CommandPattern,
    command: Command<'m>,
    state: &State<'m>,
) -> Option<OpenCondition> {
    let Some(Slot::Text(program)) = state.slot(old.program.slot) else {
        return None;
    };
    let name = filled(&new.program.word, state).ok()?;
    if are_alike(program.flat(), &name) {
        return None;
    }
    let lists = old
        .shape
        .operands()
        .iter()
        .filter(|it| it.word.as_list().is_some());
    // What stands behind `--` is no option of either.
    let is_behind = |word: &WordPattern| {
        let words = new.words();
        let at = words.iter().position(|it| *it == word);
        at.is_some_and(|at| words[..at].iter().any(|it| it.as_literal() == Some("--")))
    };
    let stays = lists.filter(|it| new.words().contains(&&it.word) && !is_behind(&it.word));
    let words = stays.flat_map(|it| words_of(it, state));
    let options: Vec<&str> = words
        .filter_map(Word::value)
        .filter(|it| it.starts_with('-') && it.len() > 1 && *it != "--")
        .collect();
    (!options.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether `{}` takes `{}` as `{}` does",
                file_name(&flat::shown(&name)),
                options.join(" "),
                command.name()
            ),
            "see the options of both",
        )
    })
}

/// The folder that a program is called by, where it becomes another one that is named without; that this one lies there, too, is open.
pub(crate) fn folder(
    pattern: &CommandPattern,
    replacement: Option<&CommandPattern>,
    state: &State<'_>,
    plan: &mut Plan<'_>,
) -> Result<Option<String>, String> {
    let Some(Slot::Text(text)) = state.slot(pattern.program.slot) else {
        return Ok(None);
    };
    let folder = text.before();
    if !folder.ends_with('/') {
        return Ok(None);
    }
    let Some(replacement) = replacement else {
        plan.open.push(OpenCondition::new(
            format!(
                "whether what comes is found without `{}`",
                flat::shown(folder)
            ),
            "write its folder in the replacement",
        ));
        return Ok(None);
    };
    let name = filled(&replacement.program.word, state)?;
    if name.contains('/') {
        return Ok(None);
    }
    if !replacement.wrappers.is_empty()
        || !replacement.assignments.is_empty()
        || flat::has_expansion(folder)
    {
        return Err(format!(
            "`{}` is called by its folder: write the folder in the replacement",
            flat::shown(text.whole())
        ));
    }
    if name != text.flat() {
        plan.open.push(elsewhere(folder, &name));
    }
    Ok(Some(folder.to_owned()))
}

/// Whether two programs take the same options: of one family of package managers, or of one name with another version.
pub(crate) fn are_alike(one: &str, other: &str) -> bool {
    let (one, other) = (file_name(one), file_name(other));
    let stem = |name: &'_ str| {
        let is_version = |it: char| it.is_ascii_digit() || matches!(it, '.' | '-');
        name.trim_end_matches(is_version).to_owned()
    };
    let family = |name: &str| match package_tool(name)?.manager() {
        // What stands behind `uv pip` is read as pip's.
        PackageManager::Uv => Some(PackageManager::Pip),
        other => Some(other),
    };
    let of_family = family(one).is_some() && family(one) == family(other);
    of_family || stem(one) == stem(other)
}
