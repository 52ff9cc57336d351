//! What another shell makes of the same text, and who else is given it.

use dfix_model::path::file_name;
use dfix_model::{Command, OpenCondition, PackageCommand, Redirect, Stage, Step, StepKind, Word};

/// What is open where nothing is known of the base image.
pub(super) fn unknown(stage: Stage<'_>) -> OpenCondition {
    let image = stage.base_image().text().unwrap_or("the base image");
    OpenCondition::new(
        format!("whether {image} has `/bin/bash`"),
        "look into the image (`command -v bash`)",
    )
}

/// What is open where a command up to a step may take a program away that is counted on, or put another in its place.
pub(super) fn taken_away(
    stage: Stage<'_>,
    last: Step<'_>,
    names: &[&'static str],
) -> Option<OpenCondition> {
    let chain = stage.base_chain().flat_map(Stage::build_commands);
    let is_one = |it: Word<'_>| names.contains(&file_name(it.literal_prefix()));
    let takes = |it: &Command<'_>| {
        let removes = PackageCommand::of(*it)
            .is_some_and(|package| package.names_packages() && !package.is_install());
        let changes = it
            .program_names()
            .is_some_and(|it| it.changed.iter().any(|name| names.contains(name)));
        let handles = it.is_one_of(&[
            "chmod",
            "dpkg-divert",
            "find",
            "install",
            "update-alternatives",
        ]);
        changes || ((removes || handles) && it.args().any(is_one))
    };
    let mut before = chain.filter(|it| it.step().index() <= last.index());
    let command = before.find(takes)?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` is still what the image had, which `{}` in {} may change",
            names[0],
            command.name(),
            command.step().label()
        ),
        "look at what the command does",
    ))
}

/// Whether the old shell is set again behind the last pipe, for those that it is not changed for: what the container starts, and
/// stages that are based on this one.
pub(super) fn is_to_be_restored(stage: Stage<'_>, last: Step<'_>) -> bool {
    let has_text =
        |it: &Step<'_>| it.is_run_time() && it.index() > last.index() && !it.is_exec_form();
    stage.steps().any(|it| has_text(&it) || it.is_onbuild()) || stage.children().next().is_some()
}

/// What is open where nothing tells that the image is for a container of its own: what is built on it is given its shell, too.
pub(super) fn given_to_others(stage: Stage<'_>) -> Option<OpenCondition> {
    let starts = |it: &Step<'_>| it.is(StepKind::Cmd) || it.is(StepKind::Entrypoint);
    let is_for_others = |of: Stage<'_>| {
        let mut steps = of.base_chain().flat_map(Stage::steps);
        of.is_shipped() && !steps.any(|it| starts(&it))
    };
    stage.with_descendants().any(is_for_others).then(|| {
        OpenCondition::new(
            "whether others build on this image: their `RUN`s get the shell, too",
            "set the shell back at the end (`SHELL`), or give the image a `CMD`",
        )
    })
}

/// The texts of the container's start that a `SHELL` of its own is given, too, where they have pipes.
pub(super) fn of_the_start(stage: Stage<'_>, shell: Step<'_>) -> Option<OpenCondition> {
    let mut steps = stage
        .with_descendants()
        .flat_map(|it| it.steps().collect::<Vec<_>>());
    let is_piped = |it: &Step<'_>| {
        (it.is_run_time() || it.is_onbuild() || it.stage() != Some(stage) && it.is(StepKind::Run))
            && it.index() > shell.index()
            && !it.is_exec_form()
            && super::pipes::of(*it).next().is_some()
    };
    let step = steps.find(is_piped)?;
    Some(OpenCondition::new(
        format!("whether the pipe in {} may fail", step.label()),
        "look at what it does where its first commands fail",
    ))
}

/// What dash and bash read otherwise in these steps.
pub(super) fn differences(stage: Stage<'_>, steps: &[Step<'_>]) -> Option<OpenCondition> {
    let is_set = |name: &str| {
        steps
            .first()
            .is_some_and(|it| stage.env_at(*it, name).is_set())
    };
    if is_set("BASH_ENV") {
        return Some(OpenCondition::new(
            "whether bash does the same with the file of `BASH_ENV`, which sh does not read",
            "look at the file",
        ));
    }
    let mut commands = steps.iter().flat_map(|it| it.commands());
    let read = || {
        let command = steps.iter().find_map(|it| super::pipes::reader(*it))?;
        Some(format!("the text that `{}` reads", command.name()))
    };
    let what = commands.find_map(difference).or_else(read)?;
    Some(OpenCondition::new(
        format!("whether bash makes the same of {what}, which sh and bash read differently"),
        "look at what the command is to do",
    ))
}

fn difference(command: Command<'_>) -> Option<String> {
    if command.is_of_a_string() {
        return None;
    }
    let reads_otherwise = |it: Word<'_>| it.starts_with("-e") || hands_backslash(it.source_text());
    if command.is("echo") && command.args().any(reads_otherwise) {
        return Some("a backslash or an option of `echo`".to_owned());
    }
    if command.is_one_of(&["[", "test"]) && command.has_arg("==") {
        return Some("`==` in a test".to_owned());
    }
    let redirects = || command.redirects().map(Redirect::operator);
    if let Some(operator) = redirects().find(|it| ["&>", "&>>", ">&", "<<<"].contains(it)) {
        let is_number = command.redirects().all(|it| {
            it.operator() != ">&"
                || it
                    .target()
                    .is_some_and(|it| it.value().is_some_and(|it| it.len() == 1))
        });
        if operator != ">&" || !is_number {
            return Some(format!("`{operator}`"));
        }
    }
    let braces = |word: &Word<'_>| {
        let text = word.source_text();
        let is_quoted = text.starts_with(['"', '\'']);
        let is_list = text.find('{').is_some_and(|at| {
            !text[..at].ends_with('$') && (text[at..].contains(',') || text[at..].contains(".."))
        });
        (!is_quoted && is_list) || text.starts_with("$'") || text.starts_with("$\"")
    };
    let word = command.words().find(braces)?;
    Some(format!("`{}`", word.shortened()))
}

/// Whether a word hands a backslash to its command: one that the shell does not take for itself.
fn hands_backslash(source: &str) -> bool {
    match source.chars().next() {
        Some('"') => {
            let taken = ["\\$", "\\\"", "\\`", "\\\n"];
            let rest = taken
                .iter()
                .fold(source.to_owned(), |text, it| text.replace(it, ""));
            rest.contains('\\')
        }
        Some('\'') => source.contains('\\'),
        _ => source.contains('\\') && (source.contains(['"', '\'']) || source.contains("\\\\")),
    }
}
