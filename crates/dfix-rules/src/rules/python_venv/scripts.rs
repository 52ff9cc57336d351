//! Programs and scripts of the build context that run later: a first line, or a line, that names the
//! system's Python by its whole path passes the environment by.

// The names of files in an image are case-sensitive.
#![allow(clippy::case_sensitive_file_extension_comparisons)]

use dfix_engine::OpenCondition;
use dfix_model::{Command, PackageCommand, Stage, Step, Word};

use super::around;
use super::interpreters::environment_has;
use super::venv::standing_on;

/// Where programs are found.
const FOLDERS: &[&str] = &[
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/sbin",
];

/// What could not be established of the scripts; or why one of them would not find the environment.
pub(crate) fn scripts(
    stage: Stage<'_>,
    first: &PackageCommand<'_>,
    interpreter: &str,
) -> Result<Vec<OpenCondition>, String> {
    let mut open: Vec<OpenCondition> = Vec::new();
    for standing in standing_on(stage).filter(|s| s.is_shipped()) {
        let later = standing
            .commands()
            .filter(|c| !around::is_before(*c, first));
        for command in later {
            let shell = is_shell(command);
            let word = if shell {
                command.args().find(|w| !w.starts_with("-"))
            } else {
                command.executable()
            };
            let Some(word) = word.filter(|w| !shell || !is_text(command, *w)) else {
                continue;
            };
            let Some(path) = standing.expand_text(word, command) else {
                if !command.step().is_run() && !is_own_argument(word) {
                    open.push(unseen(word.source_text()));
                }
                continue;
            };
            let path = path.as_str();
            let is_script = path.ends_with(".sh")
                || path.ends_with(".py")
                || (shell && !path.is_empty())
                || around::script_of_context(standing, command).is_some()
                || (!command.step().is_run()
                    && (is_put_on_path(standing, path)
                        || around::is_file_of_somebody(standing, path)));
            if !is_script || command.has_inner() || path.contains("activate") {
                continue;
            }
            let on_path = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin"]
                .iter()
                .filter(|_| !path.contains('/') && !shell)
                .find_map(|folder| {
                    standing
                        .read_at(&format!("{folder}/{path}"), command)
                        .found()
                });
            match on_path.or_else(|| standing.read_at(path, command).found()) {
                Some(text) => finds_it(stage, interpreter, path, &text)?,
                // Installers that are downloaded.
                None if command.step().is_run()
                    && (path.starts_with("/tmp/") || path.contains("get-pip")) => {}
                None => open.push(unseen(path)),
            }
        }
        placed(standing, interpreter, &mut open)?;
    }
    open.extend(around::before(stage, first));
    open.extend(around::copied_over(stage)?);
    let mut seen = Vec::new();
    open.retain(|it| {
        let is_new = !seen.contains(&it.condition);
        seen.push(it.condition.clone());
        is_new
    });
    Ok(open)
}

fn is_shell(command: Command<'_>) -> bool {
    command.is_one_of(&["sh", "bash", "ash", "dash", ".", "source"])
}

/// Whether what the shell is given is no file: `bash -c "…"`, `curl … | bash -s -- words`.
fn is_text(shell: Command<'_>, word: Word<'_>) -> bool {
    let mut options = shell
        .args()
        .take_while(|w| w.starts_with("-") && *w != word);
    options.any(|w| {
        w.value().is_some_and(|letters| {
            !letters.starts_with("--") && (letters.contains('s') || letters.contains('c'))
        })
    }) && (word.source_text().contains(char::is_whitespace) || shell.args().any(|w| w.is("-s")))
}

/// `exec "$@"`: what the words after it say.
fn is_own_argument(word: Word<'_>) -> bool {
    matches!(
        word.source_text().trim_matches('"'),
        "$@" | "${@}" | "$*" | "$0" | "$1"
    )
}

fn unseen(path: &str) -> OpenCondition {
    OpenCondition {
        condition: format!(
            "whether {path} names the system's Python by its whole path, which dfix does not see"
        ),
        remedy: "run dfix where the script is beside the Dockerfile".to_owned(),
    }
}

/// Whether the script of this text finds the environment.
fn finds_it(stage: Stage<'_>, interpreter: &str, path: &str, text: &str) -> Result<(), String> {
    if let Some(python) = names_a_python(text) {
        return Err(format!(
            "{path} names `{python}` by its whole path; let it say `python3` and be found"
        ));
    }
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-');
    let stranger = text.split(|c: char| !is_of_name(c)).find(|name| {
        name.starts_with("python3.")
            && crate::programs::is_python(name)
            && !name.ends_with('.')
            && !environment_has(stage, interpreter, name)
    });
    match stranger {
        Some(name) => Err(format!(
            "{path} calls `{name}`, which an environment made by {interpreter} may not have; let it say `python3`"
        )),
        None => Ok(()),
    }
}

fn names_a_python(text: &str) -> Option<&str> {
    [
        "/usr/local/bin/python",
        "/usr/bin/python",
        "/usr/local/bin/pip",
        "/usr/bin/pip",
    ]
    .into_iter()
    .find(|name| text.contains(name))
}

/// Programs of the build context that nothing here is seen to start, and somebody else will: on PATH, made
/// executable, or where Concourse finds the programs of a resource.
fn placed(
    stage: Stage<'_>,
    interpreter: &str,
    open: &mut Vec<OpenCondition>,
) -> Result<(), String> {
    for step in stage.base_chain().flat_map(Stage::steps) {
        for (path, at) in put_where_found(stage, step) {
            let name = path
                .rsplit('/')
                .next()
                .unwrap_or(&path)
                .to_ascii_lowercase();
            match stage.read_at(&path, at).found() {
                Some(_) if stage.python_packages().has(&name) => {
                    return Err(format!(
                        "{path} is put before the program of the package {name}, and the environment's would come before it"
                    ));
                }
                Some(text) => finds_it(stage, interpreter, &path, &text)?,
                None => open.push(unseen(&path)),
            }
        }
        let modes = step.commands().filter(|c| step.is_run() && c.is("chmod"));
        for (command, path) in modes.flat_map(|c| made_executable(stage, c)) {
            let is_of_context = stage.context_path_of(&path, command).is_some();
            if !is_of_context || !is_program(&path, &path) {
                continue;
            }
            match stage.read_at(&path, command).found() {
                Some(text) => finds_it(stage, interpreter, &path, &text)?,
                None => open.push(unseen(&path)),
            }
        }
    }
    Ok(())
}

/// The files that a `COPY` of the build context puts among the programs, with the step after which they
/// are there.
fn put_where_found<'m>(stage: Stage<'m>, step: Step<'m>) -> Vec<(String, Step<'m>)> {
    if !step.is_copy_or_add() || step.source().is_some() || step.is_onbuild() {
        return Vec::new();
    }
    let Some(target) = step.target().and_then(|w| stage.expand_text(w, step)) else {
        return Vec::new();
    };
    let folder = target.trim_end_matches('/');
    let is_of_concourse = folder.starts_with("/opt/resource");
    let is_folder =
        target.ends_with('/') || FOLDERS.contains(&folder) || step.sources().count() > 1;
    let parent = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    if !is_of_concourse && !FOLDERS.contains(&if is_folder { folder } else { parent }) {
        return Vec::new();
    }
    let at = step.next().unwrap_or(step);
    step.sources()
        .filter(|source| !source.literal_prefix().contains("://"))
        .filter_map(|source| {
            let name = source
                .source_text()
                .trim_end_matches('/')
                .rsplit('/')
                .next()?;
            let path = if is_folder {
                format!("{folder}/{name}")
            } else {
                folder.to_owned()
            };
            is_program(&path, name).then_some((path, at))
        })
        .collect()
}

/// Whether a file of this name may be a script, and none of the programs that are known.
fn is_program(path: &str, source: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let may_be_one = [name, source]
        .iter()
        .any(|name| !name.contains('.') || name.ends_with(".sh") || name.ends_with(".py"));
    may_be_one && !crate::programs::is_plumbing(name)
}

/// The programs that `chmod` makes executable, less the scripts of a shell where something is seen to start:
/// those are looked at there.
fn made_executable<'m>(stage: Stage<'m>, command: Command<'m>) -> Vec<(Command<'m>, String)> {
    let mut words = command.args().filter(|w| !w.starts_with("-"));
    let Some(mode) = words.next().map(Word::source_text) else {
        return Vec::new();
    };
    let adds = mode.contains('+') && mode.contains('x');
    let sets = mode.bytes().all(|b| b.is_ascii_digit()) && mode.contains(['1', '5', '7']);
    let is_deep = command.args().any(|w| w.is("-R") || w.is("--recursive"));
    let starts_nothing = stage.entry().steps().next().is_none();
    let is_script = |name: &str| name.ends_with(".py") || (starts_nothing && name.ends_with(".sh"));
    words
        .filter(|_| !is_deep)
        .filter_map(|w| stage.expand_text(w, command))
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            ((sets || adds) && is_script(name))
                || (adds && !name.is_empty() && !name.contains(['.', '*']))
        })
        .map(|path| (command, path))
        .collect()
}

/// Whether the program may be a file of the build context that lies where programs are found.
fn is_put_on_path(stage: Stage<'_>, program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    if crate::programs::rights(name) == crate::programs::Rights::Anybody
        || stage.python_packages().has(&name.to_ascii_lowercase())
        || name.starts_with("pip")
    {
        return false;
    }
    let is_moved = stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .filter(|c| c.is_one_of(&["cp", "install", "ln", "mv"]))
        .filter_map(|c| c.args().next_back())
        .any(|to| {
            let to = to.source_text();
            FOLDERS.iter().any(|folder| {
                to.strip_prefix(folder)
                    .and_then(|rest| rest.strip_prefix('/'))
                    == Some(name)
            })
        });
    is_moved
        || stage.base_chain().flat_map(Stage::steps).any(|step| {
            let is_of_context =
                step.is_copy_or_add() && step.source().is_none() && !step.is_onbuild();
            is_of_context
                && step.words().next_back().is_some_and(|target| {
                    let target = stage.expand_text(target, step).unwrap_or_default();
                    let target = target.trim_end_matches('/');
                    let is_the_file = target == program && !target.is_empty();
                    let is_its_folder = FOLDERS.contains(&target)
                        && step.sources().any(|source| {
                            let source = source.literal_prefix().trim_end_matches('/');
                            let last = source.rsplit('/').next().unwrap_or(source);
                            last == name || !last.contains('.')
                        });
                    let is_there = FOLDERS
                        .iter()
                        .any(|folder| target == format!("{folder}/{name}"));
                    is_the_file || is_its_folder || is_there
                })
        })
}
