//! Packages of Go by their import path, which Go looks for in the module of the working folder.

use dfix_engine::OpenCondition;
use dfix_model::{Command, Stage, Word, lines};

use super::super::lines::{line_of, verb};

/// What is open of packages that Go is told by their import path behind one of these words, where the working folder is not known to be of their module.
pub(super) fn condition(stage: Stage<'_>, words: &str, note: &str) -> Option<OpenCondition> {
    let mut steps = stage.with_descendants().flat_map(Stage::steps);
    let keeps_mode = [
        "GO111MODULE=off",
        "GO111MODULE=auto",
        "GO111MODULE off",
        "GO111MODULE auto",
    ];
    if steps.any(|it| {
        keeps_mode
            .iter()
            .any(|said| it.source_text().contains(said))
    }) {
        return None;
    }
    let is_it = |command: &Command<'_>| {
        let mut operands = command.args().filter(|it| !it.starts_with("-"));
        let is_named = operands.next().and_then(Word::value);
        command.is("go")
            && is_named.is_some_and(|it| words.split(' ').any(|word| word == it))
            && operands.any(|it| is_outside(*command, it.literal_prefix()))
    };
    let commands = stage.with_descendants().flat_map(Stage::commands);
    let numbers: Vec<usize> = commands.filter(is_it).map(line_of).collect();
    (!numbers.is_empty()).then(|| {
        let places = lines(numbers);
        let works = verb(&places, "works", "work");
        OpenCondition::new(
            format!(
                "whether {works} in the folder of a module that knows the packages it names by import path"
            ),
            note,
        )
    })
}

/// Whether a word names a package by its import path (`github.com/a/b/...`), and nothing tells that the command works in its folder.
fn is_outside(command: Command<'_>, path: &str) -> bool {
    let Some((host, _)) = path.split_once('/').filter(|_| !path.contains('@')) else {
        return false;
    };
    if !host.contains('.') || host.trim_matches('.').is_empty() {
        return false;
    }
    let start = command.range().start();
    let folders = command
        .step()
        .commands()
        .filter(|it| it.is("cd") && it.range().start() < start);
    let told = folders.filter_map(|it| it.args().next_back()).next_back();
    let folder = match told {
        Some(word) => Some(word.source_text().to_owned()),
        None => command.stage().and_then(|it| it.workdir_at(command)),
    };
    // `/go/src/github.com/a/b` for `github.com/a/b/cmd`.
    let inner = folder.as_deref().and_then(|it| it.split_once(host));
    let is_within = inner.is_some_and(|(_, rest)| {
        let rest = rest.trim_end_matches(['/', '"', '\'']);
        !rest.is_empty() && path[host.len()..].starts_with(rest)
    });
    !is_within
}
