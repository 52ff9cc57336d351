//! The names by which Python is called, and whether an environment answers to them.

use dfix_catalogue::programs::{self, Mark};
use dfix_model::{Command, PackageCommand, PackageManager, Stage, Word};

use super::ensurepip;
use super::venv::standing_on;
use crate::programs::is_python;

/// Whether an environment that `interpreter` makes has a program of this name. Only since Python 3.10
/// is `python3.10` always among them; before, only the name that made it, `python` and `python3`.
pub(crate) fn environment_has(stage: Stage<'_>, interpreter: &str, name: &str) -> bool {
    if name == interpreter || matches!(name, "python" | "python3") {
        return true;
    }
    let image = stage.base_image();
    let tag = image.effective_tag().unwrap_or_default();
    let minor = name.strip_prefix("python3.").and_then(|m| m.parse().ok());
    image.name() == Some("python")
        && minor.is_some_and(|m: u16| m >= 10)
        && ensurepip::release(tag).is_none_or(|(of_image, _)| Some(of_image) == minor)
}

/// Why a Python that is called from the first install on is another than the environment's, or may be,
/// and what a person could do.
pub(crate) fn stranger(
    stage: Stage<'_>,
    first: &PackageCommand<'_>,
    interpreter: &str,
) -> Option<String> {
    let later = standing_on(stage)
        .flat_map(Stage::commands)
        .filter(|c| c.range().start() >= first.range().start())
        .filter(|c| !is_about_files(*c));
    for command in later {
        for word in command.words() {
            let Some(path) = word.value() else { continue };
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let is_called = command.executable() == Some(word);
            let is_of_system = matches!(folder, "/usr/bin" | "/usr/local/bin" | "/bin");
            if !(is_of_system || (is_called && folder.is_empty())) {
                continue;
            }
            if let Some(reason) = reason(stage, interpreter, folder, name) {
                return Some(reason);
            }
        }
    }
    None
}

fn reason(stage: Stage<'_>, interpreter: &str, folder: &str, name: &str) -> Option<String> {
    let is_official = stage.base_image().name() == Some("python");
    let is_pip = name
        .strip_prefix("pip")
        .is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    if is_official && matches!(folder, "/usr/bin" | "/bin") && (is_python(name) || is_pip) {
        return Some(format!(
            "{folder}/{name} is Debian's Python, not the image's own; name it without its folder"
        ));
    }
    // Python 2 stays where it is.
    if !is_python(name) || name.starts_with("python2") || name.starts_with("pypy") {
        return None;
    }
    if !environment_has(stage, interpreter, name) {
        return Some(format!(
            "an environment made by {interpreter} may have no `{name}`, and another Python would be found that does not see its packages; call it `python3`"
        ));
    }
    let may_be_two = !matches!(stage.base_image().name(), Some("python" | "alpine"));
    (name == "python" && name != interpreter && may_be_two && !is_made_python_3(stage)).then(|| {
        "`python` may be Python 2 here, and would become the environment's Python 3; call it `python3` where that is meant"
            .to_owned()
    })
}

/// Whether the stage itself makes `python` a name of Python 3.
fn is_made_python_3(stage: Stage<'_>) -> bool {
    stage.base_chain().any(|s| {
        s.installs(PackageManager::Apt)
            .flat_map(|i| i.packages())
            .any(|p| p.name == Some("python-is-python3"))
            || s.build_commands().any(|c| {
                let says_3 = c.args().any(|w| w.source_text().contains("python3"));
                let to_python = c.args().any(|w| {
                    w.value()
                        .is_some_and(|v| v.rsplit('/').next() == Some("python"))
                });
                c.is_one_of(&["ln", "update-alternatives"]) && says_3 && to_python
            })
    })
}

/// Commands that handle a program's file and do not run it.
pub(crate) fn is_about_files(command: Command<'_>) -> bool {
    programs::is(command.name(), Mark::HandlesFiles)
}

/// Why `python3` or `pip3` may be another Python's than the package manager's own, or none: the file moves
/// these names around.
pub(crate) fn renamed(stage: Stage<'_>, interpreter: &str) -> Option<String> {
    if stage.base_image().name() == Some("python") {
        return None;
    }
    let name_of = |word: Word<'_>| {
        let text = word.source_text().trim_matches(['"', '\'']);
        text.rsplit('/').next().unwrap_or(text).to_owned()
    };
    standing_on(stage)
        .flat_map(|s| s.base_chain().collect::<Vec<_>>())
        .flat_map(Stage::build_commands)
        .find(|command| {
            let names: Vec<String> = command
                .args()
                .filter(|w| !w.starts_with("-"))
                .map(name_of)
                .collect();
            let is_3 = |name: &String| matches!(name.as_str(), "python3" | "pip3");
            let is_versioned = |name: &String| {
                name.starts_with("python3.") && is_python(name) && name != interpreter
            };
            match command.name() {
                "cp" | "ln" | "mv" => {
                    names.last().is_some_and(is_3)
                        || (names.iter().any(is_versioned)
                            && names.last().is_some_and(|n| n == "python" || n == "pip"))
                        || (command.is("mv") && names.iter().any(is_3))
                }
                "rm" | "unlink" => command.args().any(|w| {
                    w.source_text().contains("/bin/") && is_3(&name_of(w))
                }),
                "update-alternatives" => {
                    names.iter().take(2).any(is_3) || names.iter().any(is_versioned)
                }
                _ => false,
            }
        })
        .map(|command| {
            format!(
                "`{}` makes `python3` or `python` a name of another Python than the one whose environment this would be; call Python by its version",
                command.name()
            )
        })
}

/// The system's Python by its whole path inside of a word, or in a variable: `PYTHON=/usr/bin/python3`,
/// `-DPYTHON_EXECUTABLE=/usr/local/bin/python3`.
pub(crate) fn inside_a_word(stage: Stage<'_>) -> Option<String> {
    let is_official = stage.base_image().name() == Some("python");
    let paths: &[&str] = if is_official {
        &["/usr/local/bin/python"]
    } else {
        &["/usr/bin/python", "/usr/local/bin/python"]
    };
    let names_one = |word: Word<'_>| paths.iter().any(|path| word.source_text().contains(path));
    let is_one = |word: Word<'_>| {
        word.value()
            .and_then(|v| v.rsplit_once('/'))
            .is_some_and(|(folder, name)| folder.ends_with("/bin") && is_python(name))
    };
    let steps = standing_on(stage)
        .flat_map(|s| s.base_chain().collect::<Vec<_>>())
        .flat_map(Stage::steps);
    for step in steps {
        let found = match step.name() {
            "ENV" => step
                .pairs()
                .filter_map(dfix_model::Pair::value)
                .find(|w| names_one(*w)),
            "ARG" => step.words().find(|w| names_one(*w)),
            _ => step
                .commands()
                .filter(|c| !is_about_files(*c) && !c.has_inner())
                .flat_map(|c| c.words().collect::<Vec<_>>())
                .find(|w| names_one(*w) && !is_one(*w)),
        };
        if let Some(word) = found {
            let text: String = word.source_text().chars().take(60).collect();
            return Some(format!(
                "`{text}` names the system's Python by its whole path; let it say `python3` and be found"
            ));
        }
    }
    None
}
