//! What `COPY` and `ADD` ask of a target when several sources go there.

use dfix_engine::OpenCondition;
use dfix_model::{Step, StepKind, Word};

use crate::flat;
use crate::matching::state::{State, Text, Value};
use crate::pattern::instruction::{Arguments, InstructionPattern};
use crate::pattern::words::Item;
use crate::replacement::of_words::filled;
use crate::replacement::plan::Plan;

/// Refuses several sources for a target that is no folder, where the file has not as many already; what only the build can tell
/// of it is open. `step` is where they come, `is_it` whether it is what becomes the replacement.
///
/// "If you specify multiple source files, either directly or using a wildcard, then the destination must be a directory (must
/// end with a slash `/`)": BuildKit, frontend/dockerfile/docs/reference.md. The builder before it refuses what does not; BuildKit
/// writes one over the other where no folder is there.
pub(crate) fn into_folder<'m>(
    new: &InstructionPattern,
    step: Step<'m>,
    is_it: bool,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let (StepKind::Copy | StepKind::Add, Arguments::Words { items, .. }) =
        (new.kind, &new.arguments)
    else {
        return Ok(());
    };
    let mut words = words(items, state)?;
    let Some(target) = words.pop() else {
        return Ok(());
    };
    let is_pattern = |text: &str| flat::without_expansions(text).contains(['*', '?', '[']);
    let is_of_several = |text: &str| is_pattern(text) && !text.contains("://");
    let known = |word: Word<'m>| step.stage()?.expand_text(word, step);
    let (mut were_more, mut were_several) = (false, false);
    if let Some(old) = step.target().filter(|_| is_it)
        && !known(old).is_some_and(|it| is_folder(&it, step))
    {
        were_more = step.sources().count() > 1;
        were_several = step.sources().any(Word::is_pattern);
    }
    let several = words.iter().find(|it| is_of_several(&it.flat));
    let is_more = words.len() > 1 && !were_more;
    if !is_more && (several.is_none() || were_several || were_more) {
        return Ok(());
    }
    let known = target.word.and_then(known);
    let text = known.unwrap_or_else(|| target.flat.clone());
    if is_folder(&text, step) {
        return Ok(());
    }
    let (shown, keyword) = (flat::shown(&target.flat), new.keyword);
    let ends_unknown = text.ends_with(flat::CLOSE);
    if is_more && !ends_unknown {
        return Err(format!(
            "{keyword} would have several sources, and its target `{shown}` does not end with `/`: the builder wants a folder there"
        ));
    }
    let condition = match several.filter(|_| !is_more) {
        Some(source) => format!(
            "whether `{}` names one file, or `{shown}` is a folder: it does not end with `/`",
            flat::shown(&source.flat)
        ),
        None => {
            format!("whether `{shown}` ends with `/`, as {keyword} of several sources wants it")
        }
    };
    let open = OpenCondition::new(condition, "write a `/` behind the target");
    if !plan.open.contains(&open) {
        plan.open.push(open);
    }
    Ok(())
}

/// A word that an instruction will have, with the one that says it.
struct Coming<'m> {
    flat: String,
    word: Option<Word<'m>>,
}

fn words<'m>(items: &[Item], state: &State<'m>) -> Result<Vec<Coming<'m>>, String> {
    let of_text = |text: &Text<'m>| Coming {
        flat: text.flat().to_owned(),
        word: text.word.filter(|_| text.flat() == text.whole()),
    };
    let mut words = Vec::new();
    for item in items {
        let hole = item.word.as_list().or_else(|| item.word.as_hole());
        match hole.and_then(|hole| state.value(hole.name?)) {
            Some(Value::List(texts)) => words.extend(texts.iter().map(of_text)),
            Some(Value::Text(text)) => words.push(of_text(text)),
            _ => words.push(Coming {
                flat: filled(&item.word, state)?,
                word: None,
            }),
        }
    }
    Ok(words)
}

/// Whether a target is a folder by its text: the working folder and the one above it are there.
fn is_folder(text: &str, step: Step<'_>) -> bool {
    let is_of_windows = step.file().escape() == '`';
    text.ends_with('/') || matches!(text, "." | "..") || is_of_windows && text.ends_with('\\')
}
