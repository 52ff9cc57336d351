//! Names of programs that commands give to other files, or take away.

use crate::facts::system_packages::system_packages;
use crate::handles::{Command, Stage, Word};
use crate::path::file_name;

/// What a command does to names of programs: each without its folder.
#[derive(Debug, Clone)]
pub struct ProgramNames<'m> {
    /// The command.
    pub command: Command<'m>,
    /// The files that get a name, or lose theirs.
    pub files: Vec<&'m str>,
    /// The names that become another file's, or nobody's.
    pub changed: Vec<&'m str>,
}

/// What the command does to names of programs: `ln -s python3 /usr/bin/python`, `mv`, `rm`,
/// `update-alternatives`; none where it does nothing to any.
pub(crate) fn changed_by(command: Command<'_>) -> Option<ProgramNames<'_>> {
    let words = command.args().filter(|word| !word.starts_with("-"));
    let files: Vec<&str> = words.clone().map(name_of).collect();
    let last = files.last().copied();
    let changed = match command.name() {
        "cp" | "ln" => last.into_iter().collect(),
        // What it moves has its name no more.
        "mv" => files.clone(),
        "rm" | "unlink" => words
            .filter(|word| word.source_text().contains("/bin/"))
            .map(name_of)
            .collect(),
        // The link and the name, before the path and the priority.
        "update-alternatives" => files.iter().copied().take(2).collect(),
        _ => return None,
    };
    Some(ProgramNames {
        command,
        files,
        changed,
    })
}

fn name_of(word: Word<'_>) -> &str {
    file_name(word.source_text().trim_matches(['"', '\'']))
}

/// Whether the stage, or one that it is based on, makes `python` a name of Python 3.
pub(crate) fn makes_python_python_3(stage: Stage<'_>) -> bool {
    let makes = |command: Command<'_>| {
        changed_by(command).is_some_and(|it| {
            command.is_one_of(&["ln", "update-alternatives"])
                && it.files.contains(&"python")
                && it.files.iter().any(|name| name.starts_with("python3"))
        })
    };
    let mut packages = system_packages(stage);
    let mut stages = stage.base_chain();
    packages.any(|package| package.name == "python-is-python3")
        || stages.any(|stage| stage.build_commands().any(makes))
}
