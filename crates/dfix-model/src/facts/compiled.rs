//! Programs that compilers of the file make.

use dfix_catalogue::programs::Mark;

use crate::facts::workdir::working_directory;
use crate::handles::{Command, Stage, Step, Word};
use crate::path::{ImagePath, file_name};

/// How many stages a program is followed through.
const DEEPEST: usize = 4;

/// Whether a compiler of this stage, or of one that its copies come from, makes the program at a path of the
/// container, as far as names tell.
pub(crate) fn is_compiled(stage: Stage<'_>, path: &str) -> bool {
    is_compiled_in(stage, path, 0)
}

fn is_compiled_in(stage: Stage<'_>, path: &str, depth: usize) -> bool {
    let name = file_name(path);
    stage.base_chain().any(|stage| {
        let of_another = |step: &Step<'_>| {
            let from = step.source().and_then(|source| source.stage());
            let names_it = |word: &str| file_name(word.trim_end_matches('/')) == name;
            let is_renamed = step.target().and_then(Word::value).is_some_and(names_it);
            let is_alone = step.sources().count() == 1;
            let taken = step
                .sources()
                .filter_map(Word::value)
                .find(|source| names_it(source) || (is_renamed && is_alone));
            from.zip(taken)
                .is_some_and(|(from, source)| is_compiled_in(from, source, depth + 1))
        };
        stage.build_commands().any(|command| makes(command, path))
            || (depth < DEEPEST && stage.copies().any(|step| of_another(&step)))
    })
}

/// Whether a compiler's command makes the program at a path, as far as its words and its folder tell.
///
/// Sources: `go help build` (what is written is called by `-o`, else by the package, or the first file of it),
/// `go help install` (`$GOPATH/bin`), doc.rust-lang.org/cargo/guide/build-cache.html (`target/release`).
pub(crate) fn makes(command: Command<'_>, path: &str) -> bool {
    let name = file_name(path);
    let words: Vec<&str> = command.args().filter_map(Word::value).collect();
    match command.name() {
        "go" => match words.first() {
            Some(&"build") if has_output(&words) => words.iter().any(|word| {
                let word = word.strip_prefix("-o=").unwrap_or(word);
                file_name(word) == name && !word.starts_with('-')
            }),
            Some(&"build") => is_called_so(command, &words, name),
            Some(&"install" | &"get") => {
                let all = words.iter().any(|word| word.ends_with("..."));
                is_called_so(command, &words, name) || (all && path.contains("/go/bin/"))
            }
            _ => false,
        },
        "cargo" => {
            let profiles = ["/release/", "/debug/"];
            path.contains("target/") && profiles.iter().any(|profile| path.contains(profile))
        }
        _ => command.is_marked(Mark::Compiles) && words.iter().any(|word| file_name(word) == name),
    }
}

fn has_output(words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| word.split('=').next() == Some("-o"))
}

/// Whether a package that `go` is given has the name, or the folder that it is called in, where it is given none.
fn is_called_so(command: Command<'_>, words: &[&str], name: &str) -> bool {
    // An option's value looks like a package, but none of these has the name of a program.
    let packages = words[1..].iter().filter(|word| !word.starts_with('-'));
    let called: Vec<&str> = packages
        .filter_map(|package| file_name(package.trim_end_matches(".go")).split('@').next())
        .filter(|package| !matches!(*package, "." | "..." | ""))
        .collect();
    let folder = || working_directory(command).map(|folder| ImagePath::new(&folder));
    called.contains(&name)
        || (called.is_empty() && folder().is_some_and(|it| it.file_name() == name))
}

/// Whether a command is known to build or install something.
pub(crate) fn builds(command: Command<'_>) -> bool {
    let words: Vec<&str> = command.args().filter_map(Word::value).collect();
    let known = command.known();
    known.is_some_and(|program| program.builds(&words))
}

/// Whether the program's file is one that another stage of this file made, or a compiler of this one.
pub(crate) fn is_made_here(stage: Stage<'_>, program: &str) -> bool {
    let name = file_name(program);
    let builds_something = |stage: Stage<'_>| {
        let mut commands = stage.base_chain().flat_map(Stage::build_commands);
        commands.any(builds)
    };
    stage.base_chain().any(|stage| {
        let copied = stage.copies().any(|step| {
            step.source()
                .and_then(|s| s.stage())
                .is_some_and(builds_something)
                && step
                    .words()
                    .filter_map(Word::value)
                    .any(|v| file_name(v.trim_end_matches('/')) == name)
        });
        copied
            || stage
                .build_commands()
                .any(|command| makes(command, program))
    })
}
