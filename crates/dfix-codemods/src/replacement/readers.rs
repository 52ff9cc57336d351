//! What is open where a name is no longer there: of a variable, or of the folder of work. Who reads it is told.

use dfix_engine::OpenCondition;
use dfix_model::{Stage, Step, StepKind, Word, names_whole, reads_variable};

/// What is open where an instruction no longer sets a variable: as it has another name now, or is gone.
pub(crate) fn left_without(step: Step<'_>, key: &str, is_renamed: bool) -> Vec<OpenCondition> {
    if !matches!(step.kind(), StepKind::Env | StepKind::Arg) {
        return Vec::new();
    }
    let remedy = if is_renamed {
        "rename it there, too"
    } else {
        "see what that does where it is not set"
    };
    let of_programs = (key == "PATH").then(|| {
        "whether all programs are found without the folders that `PATH` names here".to_owned()
    });
    let open = [behind(step, key), elsewhere(step, key), of_programs];
    let open = open.into_iter().flatten();
    open.map(|whether| OpenCondition::new(whether, remedy))
        .collect()
}

/// The instructions behind it that read the variable.
fn behind(step: Step<'_>, key: &str) -> Option<String> {
    let steps: Vec<Step<'_>> = match step.stage() {
        Some(stage) => stage.with_descendants().flat_map(Stage::steps).collect(),
        None => step.file().steps().collect(),
    };
    let reads = |it: &Step<'_>| it.index() > step.index() && reads(*it, key);
    let (lines, are_several) = lines(steps.into_iter().filter(reads))?;
    let verb = if are_several { "do" } else { "does" };
    Some(format!(
        "whether {lines} {verb} without `{key}`, which is read there"
    ))
}

/// The lines of instructions, as a message names them: the first one, and how many others; and whether there are others.
fn lines<'m>(steps: impl Iterator<Item = Step<'m>>) -> Option<(String, bool)> {
    let mut numbers: Vec<usize> = steps.map(Step::line).collect();
    numbers.dedup();
    let first = numbers.first()?;
    Some(match numbers.len() {
        1 => (format!("line {first}"), false),
        2 => (format!("line {first} and another"), true),
        all => (format!("line {first} and {} others", all - 1), true),
    })
}

/// What beside the file reads it in the container, or sets it where that is started.
fn elsewhere(step: Step<'_>, key: &str) -> Option<String> {
    let stage = step.stage().filter(|_| step.is(StepKind::Env))?;
    let mut stages = stage.with_descendants();
    let place = stages.find_map(|it| it.variable_elsewhere(key))?;
    Some(format!(
        "whether {place} does without `{key}`, which it names"
    ))
}

/// Whether an instruction reads a variable: `$NAME`, or a command that names it, as `printenv NAME` does.
fn reads(step: Step<'_>, key: &str) -> bool {
    let is_named = || {
        let mut commands = step.commands();
        commands.any(|it| {
            it.args()
                .any(|word| word.value().is_some_and(|it| names_whole(it, key)))
        })
    };
    reads_variable(step.source_text(), key) || is_named()
}

/// What is open where the folder of work, or the target of a `COPY`, becomes another one, and other instructions name it.
pub(crate) fn named_elsewhere(step: Step<'_>) -> Option<OpenCondition> {
    let word = match step.kind() {
        StepKind::Workdir => step.word(),
        StepKind::Copy | StepKind::Add => step.target(),
        _ => None,
    };
    let folder = word.and_then(Word::value)?;
    let folder = match folder.trim_end_matches('/') {
        "" => folder,
        folder => folder,
    };
    if !folder.starts_with('/') || folder == "/" {
        return None;
    }
    let ends =
        |rest: &str| !rest.starts_with(|it: char| it.is_alphanumeric() || "-_.".contains(it));
    let names = |it: &Step<'_>| {
        let text = it.source_text();
        let is_same = it.is(StepKind::Workdir) && it.word().is_some_and(|it| it.is(folder));
        let mut places = text.match_indices(folder);
        !is_same
            && it.range() != step.range()
            && places.any(|(at, _)| ends(&text[at + folder.len()..]))
    };
    let (lines, are_several) = lines(step.file().steps().filter(names))?;
    let verb = if are_several { "are" } else { "is" };
    Some(OpenCondition::new(
        format!(
            "whether {lines} {verb} right with another folder than `{folder}`, which is named there"
        ),
        "change it there, too",
    ))
}
