//! Programs that are built from their source, and may bring modules for the system's Python.

use dfix_catalogue::programs::{self, Mark};
use dfix_engine::OpenCondition;
use dfix_model::{Command, PackageCommand, Stage, Word};

use super::venv::standing_on;

/// What a build from source is told of Python, and it then puts its modules where that Python looks for
/// them, or where its own idea of it does.
pub(crate) fn modules(stage: Stage<'_>) -> Option<OpenCondition> {
    let steps = standing_on(stage)
        .flat_map(|s| s.base_chain().collect::<Vec<_>>())
        .flat_map(Stage::steps)
        .filter(|step| step.is_run());
    for step in steps {
        if !step.commands().any(builds) {
            continue;
        }
        let word = step
            .commands()
            .filter(|c| builds(*c) || prepares(*c) || c.program().is_none())
            .find_map(of_python);
        if let Some(word) = word {
            return Some(OpenCondition {
                condition: format!(
                    "whether what is built from source puts modules for Python among those of the system (`{word}`)"
                ),
                remedy: "let its build name the folders of /opt/venv".to_owned(),
            });
        }
    }
    None
}

fn builds(command: Command<'_>) -> bool {
    programs::is(command.name(), Mark::BuildsNative)
}

/// Commands that fetch a source, go to it, or settle how it is built.
fn prepares(command: Command<'_>) -> bool {
    command.is_one_of(&["cd", "curl", "export", "git", "tar", "unzip", "wget"])
}

/// The word, or the name of the variable, that speaks of Python.
fn of_python(command: Command<'_>) -> Option<String> {
    let speaks = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["python", "opencv", "swig", "sys.prefix"]
            .iter()
            .any(|part| text.contains(part))
    };
    let in_words = command
        .words()
        .map(Word::source_text)
        .find(|text| speaks(text));
    let in_variables = || {
        command
            .assignments()
            .map(dfix_model::Assignment::name)
            .find(|name| speaks(name))
    };
    let found = in_words.or_else(in_variables)?;
    Some(found.chars().take_while(|c| *c != '\n').take(60).collect())
}

/// Commands that go over the folders in which pip put its files before: what they find there afterwards is
/// not what they were written for.
fn looks_over_the_systems(command: Command<'_>) -> Option<&str> {
    let is_of_packages = |path: &&str| {
        let path = path.trim_end_matches('/');
        path == "/usr"
            || path == "/usr/local"
            || path == "/usr/local/lib"
            || path.starts_with("/usr/local/lib/python")
            || path.starts_with("/usr/lib/python")
    };
    command
        .is_one_of(&["find", "ldd", "scanelf"])
        .then(|| {
            command
                .args()
                .map(Word::literal_prefix)
                .find(is_of_packages)
        })
        .flatten()
}

fn looks<'m>(stage: Stage<'m>, first: &PackageCommand<'m>) -> Vec<(Command<'m>, &'m str)> {
    standing_on(stage)
        .flat_map(Stage::build_commands)
        .filter(|c| c.range().start() >= first.range().start())
        .filter_map(|c| Some((c, looks_over_the_systems(c)?)))
        .collect()
}

/// `scanelf … /usr/local`, `find /usr/local … -exec ldd`: the libraries that the packages need, which stay
/// while those that only the build needed go.
pub(crate) fn libraries(stage: Stage<'_>, first: &PackageCommand<'_>) -> Option<String> {
    looks(stage, first)
        .into_iter()
        .find(|(command, _)| {
            !command.is("find") || command.args().any(|w| w.is("ldd") || w.is("scanelf"))
        })
        .map(|(command, path)| {
            format!(
                "`{}` looks for the libraries that the packages need in {path}; let it look into /opt/venv too",
                command.name()
            )
        })
}

/// `find /usr/local -name '*.pyc' -delete`: what is not needed of the packages.
pub(crate) fn cleaning(stage: Stage<'_>, first: &PackageCommand<'_>) -> Option<OpenCondition> {
    let (_, path) = looks(stage, first).into_iter().next()?;
    Some(OpenCondition {
        condition: format!(
            "whether the search of {path} is for the packages, which are in /opt/venv then"
        ),
        remedy: "let it search /opt/venv too".to_owned(),
    })
}
