//! Folders: what a step does to PATH, to /opt, and to the system's own place for packages.

use dfix_model::StepKind;
use dfix_model::{Stage, Step, Word};

/// A volume over the environment: a container sees what is mounted there, and older builders forget what is
/// put there after it.
pub(crate) fn hides_opt(stage: Stage<'_>, step: Step<'_>) -> Option<String> {
    step.words()
        .filter(|_| step.is(StepKind::Volume))
        .filter_map(|word| stage.expand_text(word, step))
        .find(|folder| matches!(folder.trim_end_matches('/'), "" | "/opt" | "/opt/venv"))
}

/// Whether from this step on, or in it, PATH is without the environment's folder, or has it behind the
/// system's.
pub(crate) fn resets_path(step: Step<'_>) -> bool {
    match step.name() {
        "ENV" => step
            .pairs()
            .filter(|pair| pair.key_text() == Some("PATH"))
            .filter_map(dfix_model::Pair::value)
            .any(|value| hides_the_environment(value.source_text())),
        "RUN" => step.commands().any(|command| {
            let exported = command
                .args()
                .filter(|_| command.is("export"))
                .find_map(|w| {
                    w.source_text()
                        .trim_matches(['"', '\''])
                        .strip_prefix("PATH=")
                });
            let set = command
                .assignments()
                .filter(|a| a.name() == "PATH")
                .find_map(|a| Some(a.value()?.source_text()));
            exported.or(set).is_some_and(hides_the_environment)
        }),
        _ => false,
    }
}

fn hides_the_environment(path: &str) -> bool {
    let Some(before) = ["$PATH", "${PATH"]
        .iter()
        .find_map(|variable| path.split_once(variable))
        .map(|(before, _)| before)
    else {
        return true;
    };
    before.trim_matches(['"', '\'']).split(':').any(|folder| {
        matches!(
            folder.trim_end_matches('/'),
            "/usr/local/bin" | "/usr/bin" | "/bin"
        )
    })
}

/// The path of the system's packages that a step names, if it does; also the `/usr/local` that another
/// stage's packages are copied over.
pub(crate) fn system_folder(step: Step<'_>) -> Option<&str> {
    let over = step
        .words()
        .next_back()
        .and_then(Word::value)
        .filter(|_| step.is_copy_or_add() && step.source().is_some())
        .filter(|to| {
            matches!(
                to.trim_end_matches('/'),
                "" | "/usr" | "/usr/local" | "/usr/local/lib"
            )
        });
    if over.is_some() {
        return over;
    }
    let text = step
        .file()
        .text()
        .get(std::ops::Range::<usize>::from(step.range()))?;
    ["site-packages", "dist-packages"]
        .into_iter()
        .find_map(|name| {
            let at = text.find(name)?;
            let start = text[..at]
                .rfind([' ', '"', '\'', '=', '\n', ':'])
                .map_or(0, |i| i + 1);
            Some(&text[start..at + name.len()])
        })
}
