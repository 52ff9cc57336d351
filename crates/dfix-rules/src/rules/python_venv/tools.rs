//! The programs that lie in a virtual environment once there is one, and are named by their whole path.

use dfix_catalogue::packages_of_script;
use dfix_catalogue::programs::{self, Mark};
use dfix_engine::OpenCondition;
use dfix_model::{Command, PackageCommand, PackageManager, Redirect, Stage, Step, Word};

use super::interpreters::{environment_has, is_about_files};
use super::venv::standing_on;

/// The words after the first install that name a tool of the system's Python by its whole path, where
/// the environment has it too: `/usr/local/bin/gunicorn`.
pub(crate) fn absolute_tools<'m>(
    stage: Stage<'m>,
    first: &PackageCommand<'m>,
    interpreter: &str,
) -> Vec<(Step<'m>, (Word<'m>, &'m str))> {
    let installed: Vec<String> = stage
        .installs(PackageManager::Pip)
        .flat_map(|i| i.packages())
        .filter_map(|p| Some(p.name?.to_string()))
        .collect();
    let in_venv = |tool: &str| {
        let tool = tool.to_ascii_lowercase();
        (crate::programs::is_python(&tool) && environment_has(stage, interpreter, &tool))
            || is_pip(&tool)
            || installed.contains(&tool)
            || (crate::programs::is_pythons(&tool) && !crate::programs::is_python(&tool))
            || packages_of_script(&tool).any(|package| installed.iter().any(|i| i == package))
    };
    let is_official = stage.base_image().name() == Some("python");
    let mut found = Vec::new();
    for standing in standing_on(stage) {
        for command in standing
            .commands()
            .filter(|c| !super::around::is_before(*c, first))
        {
            // Links and modes of the system's own files stay what they are.
            if is_about_files(command) {
                continue;
            }
            for word in command.words() {
                // What the official image has in /usr/bin is Debian's, and none of pip's.
                let tool =
                    tool_of(word).filter(|_| !is_official || word.starts_with("/usr/local/"));
                if let Some(tool) = tool.filter(|t| in_venv(t))
                    && !found.iter().any(|(_, (w, _))| *w == word)
                {
                    found.push((command.step(), (word, tool)));
                }
            }
        }
    }
    found
}

fn is_pip(tool: &str) -> bool {
    tool.strip_prefix("pip")
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

fn tool_of(word: Word<'_>) -> Option<&str> {
    let text = word.value()?;
    text.strip_prefix("/usr/local/bin/")
        .or_else(|| text.strip_prefix("/usr/bin/"))
}

/// A program that is named by its whole path, and of which it is not known who puts it there.
pub(crate) struct ToolOfNobody<'m> {
    pub(crate) step: Step<'m>,
    /// The word, where it is a command's program: by its name alone PATH finds it, wherever it is.
    pub(crate) program: Option<Word<'m>>,
    pub(crate) tool: &'m str,
    pub(crate) unproven: OpenCondition,
}

/// The programs of `/usr/local/bin` that nothing of the file is seen to put there: a Python package may have, and it lies in the environment then.
pub(crate) fn tools_of_nobody<'m>(
    stage: Stage<'m>,
    first: &PackageCommand<'m>,
    interpreter: &str,
) -> Vec<ToolOfNobody<'m>> {
    let mut found = Vec::new();
    let is_alpine = stage.base_image().name() == Some("alpine");
    let moved = absolute_tools(stage, first, interpreter);
    let later = standing_on(stage)
        .flat_map(Stage::commands)
        .filter(|c| !super::around::is_before(*c, first));
    for command in later {
        let linked = command
            .is("ln")
            .then(|| command.args().next_back())
            .flatten();
        let words = command
            .executable()
            .into_iter()
            .chain(command.args().filter(|w| {
                (command.is("ln") && Some(*w) != linked)
                    || crate::programs::is_python(command.executable_name())
            }));
        for word in words {
            let Some((folder, tool)) = word.value().and_then(|v| v.rsplit_once('/')) else {
                continue;
            };
            // Where Alpine's pip puts programs, its packages put theirs too.
            let is_of_alpine = is_alpine
                && folder == "/usr/bin"
                && !super::services::packages(stage).any(|p| p.contains(tool) || tool.contains(&p))
                && crate::programs::rights(tool) == crate::programs::Rights::Unknown;
            if folder != "/usr/local/bin" && !is_of_alpine {
                continue;
            }
            let is_the_images_own = crate::programs::is_python(tool) || is_pip(tool);
            if is_the_images_own
                || moved.iter().any(|(_, (w, _))| *w == word)
                || is_put_there(stage, tool, word)
            {
                continue;
            }
            let program = command.executable().filter(|program| *program == word);
            let unproven = match program {
                Some(_) => OpenCondition {
                    condition: format!(
                        "whether {folder}/{tool} comes from a Python package: if it does not, it may name the system's Python by its whole path"
                    ),
                    remedy: "see its first line".to_owned(),
                },
                None => OpenCondition {
                    condition: format!(
                        "whether {folder}/{tool} comes from a Python package, which the environment would have then"
                    ),
                    remedy: "name it without its folder".to_owned(),
                },
            };
            found.push(ToolOfNobody {
                step: command.step(),
                program,
                tool,
                unproven,
            });
        }
    }
    found
}

/// Whether the stage puts the file that `use_` names there before: something downloads, copies or
/// links it. A folder or an archive of the program's name elsewhere may as well be what pip installs.
fn is_put_there(stage: Stage<'_>, tool: &str, use_: Word<'_>) -> bool {
    let Some((path, folder)) = use_
        .value()
        .and_then(|path| Some((path, path.rsplit_once('/')?.0)))
    else {
        return false;
    };
    let is_before = |w: Word<'_>| w.range().start() < use_.range().start();
    let is_path = |w: Word<'_>| is_before(w) && bare(w) == path;
    let is_folder = |w: Word<'_>| is_before(w) && bare(w).trim_end_matches(['.', '/']) == folder;
    // What is downloaded or unpacked has more to its name: `tool-1.2-linux.tar.gz`.
    let is_its = |w: Word<'_>| is_before(w) && last_name(bare(w)).starts_with(tool);
    // `COPY bin/* /usr/local/bin/`: the file may be among them.
    let may_be = |source: Word<'_>| {
        let text = bare(source);
        last_name(text) == tool
            || text.contains(['*', '$'])
            || matches!(text.rsplit('/').next(), Some("" | "." | "bin" | "scripts"))
    };
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    steps.any(|step| match step.name() {
        "ADD" | "COPY" => step
            .target()
            .is_some_and(|to| is_path(to) || (is_folder(to) && step.sources().any(may_be))),
        "RUN" => {
            let putters = || {
                step.commands()
                    .filter(|c| programs::is(c.name(), Mark::Puts))
            };
            let mut installers = step
                .commands()
                .filter(|c| programs::is(c.name(), Mark::PutsPrograms));
            let mut written = step.commands().flat_map(targets);
            let mut words = step.commands().flat_map(|c| c.args().chain(targets(c)));
            installers.any(|c| c.args().any(is_its))
                || written.any(is_path)
                || putters().any(|c| c.args().any(is_path))
                || (putters().any(|c| c.args().any(is_its)) && words.any(is_folder))
        }
        _ => false,
    })
}

/// The files that a command's redirections name.
fn targets(command: Command<'_>) -> impl Iterator<Item = Word<'_>> {
    command.redirects().filter_map(Redirect::target)
}

/// The word as written, without quotes around it.
fn bare(word: Word<'_>) -> &str {
    word.source_text().trim_matches(['"', '\''])
}

fn last_name(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}
