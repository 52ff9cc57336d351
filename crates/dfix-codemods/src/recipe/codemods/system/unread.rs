//! What a stage runs when it is built, and nobody has read.

use dfix_catalogue::{Foundation, ReleaseSign, install_script, release_changes};
use dfix_engine::OpenCondition;
use dfix_model::{Command, Stage, Word};

use super::super::distribution::told;
use super::super::lines::{line_of, lines};
use super::runs::Runs;

/// What of it might not work on the new release.
pub(super) fn conditions(runs: &Runs<'_>, new: &Foundation) -> Vec<OpenCondition> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for stage in runs.stage.with_descendants() {
        texts(stage, &mut found);
        scripts(stage, &mut found);
    }
    programs(runs, new, &mut found);
    let mut open: Vec<OpenCondition> = Vec::new();
    let mut whats: Vec<&str> = found.iter().map(|it| it.0.as_str()).collect();
    let mut seen = std::collections::HashSet::new();
    whats.retain(|it| seen.insert(*it));
    for what in whats {
        let places = found.iter().filter(|it| it.0 == what).map(|it| it.1);
        open.push(OpenCondition::new(
            format!(
                "whether {what} ({}) works on {}",
                lines(places.collect()),
                told(new)
            ),
            "it was not read: look at what it installs and calls, and build it once",
        ));
    }
    open
}

/// Texts that reach a shell.
fn texts(stage: Stage<'_>, found: &mut Vec<(String, usize)>) {
    for step in stage.runs() {
        for unread in stage.interpreted().unread_in(step) {
            let place = unread.place;
            let command = step.commands().find(|it| it.range() == place);
            if !command.is_some_and(is_known_script) {
                let offset = usize::from(place.start()).saturating_sub(step.range().start().into());
                let before = step.source_text().get(..offset).unwrap_or_default();
                found.push((
                    unread.what.clone(),
                    step.line() + before.matches('\n').count(),
                ));
            }
        }
    }
}

/// Whether what a command is given comes from an address of the catalogue: the same on every release.
fn is_known_script(command: Command<'_>) -> bool {
    let before = std::iter::successors(command.previous(), |it| it.previous());
    let words = before.chain([command]).flat_map(Command::args);
    let mut addresses = words.map(Word::literal_prefix);
    addresses.any(|it| install_script(it).is_some())
}

/// Programs of the project's own that are no shell script of the build context.
fn scripts(stage: Stage<'_>, found: &mut Vec<(String, usize)>) {
    for script in stage.run_scripts() {
        let Some(command) = script.command.filter(|it| it.step().is_run()) else {
            continue;
        };
        let what = format!("`{}`", script.path);
        let is_told = found.iter().any(|it| it.0.contains(&what));
        if !script.is_read() && script.is_told_by_name && !is_told {
            found.push((what, line_of(command)));
        }
    }
}

/// Programs that do what files say.
fn programs(runs: &Runs<'_>, new: &Foundation, found: &mut Vec<(String, usize)>) {
    let signs: Vec<ReleaseSign> = release_changes(None, new)
        .map(|it| it.sign)
        .filter(|it| matches!(it, ReleaseSign::Calls(_)))
        .collect();
    let built = runs.commands.iter().filter(|it| !it.step().is_run_time());
    for command in built {
        if signs.iter().any(|it| it.lists(command.name())) {
            found.push((format!("`{}`", command.name()), line_of(*command)));
        }
    }
}
