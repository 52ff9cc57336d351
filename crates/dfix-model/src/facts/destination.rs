//! Where pip puts what it installs.

use rustc_hash::FxHashSet;

use dfix_catalogue::programs;

use crate::collect::command::WrapperKind;
use crate::collect::instruction::StepKind;
use crate::facts::variables::{env_at, expand_text, path_at};
use crate::handles::{Command, Stage, Word};
use crate::packages::{PackageCommand, PackageManager};

/// Where Python packages are put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Into the interpreter's own `site-packages`.
    System,
    /// Into the user's home (`--user`).
    User,
    /// Into a folder (`--target`, `--prefix`, `--root`), if it is known which.
    Folder(Option<String>),
    /// Into a virtual environment, if it is known which.
    Venv(Option<String>),
    /// Into an environment that another tool keeps: conda, poetry, pipenv.
    Tool,
}

/// The folders whose programs are the system's own.
pub(crate) const SYSTEM_FOLDERS: &[&str] = &[
    "/bin",
    "/usr/bin",
    "/usr/local/bin",
    "/usr/sbin",
    "/sbin",
    "/usr/local/sbin",
];

/// Where a pip command puts packages.
pub(crate) fn destination(install: &PackageCommand<'_>) -> Destination {
    let Some(stage) = install.command.stage() else {
        return Destination::System;
    };
    if let Some(folder) = install
        .values_of(&["-t", "--target", "--prefix", "--root"])
        .next()
    {
        return Destination::Folder(folder.text().map(str::to_owned));
    }
    if install.has_flag("--user") {
        return Destination::User;
    }
    let mut wrappers = install.command.wrappers();
    if wrappers.any(|w| w.kind == WrapperKind::Isolated) {
        return Destination::Tool;
    }
    let is_uv = install.manager == PackageManager::Uv;
    if is_uv && install.has_flag("--system") {
        return Destination::System;
    }
    if let Some(python) = install.flag_value("--python") {
        return of_program(python.literal_prefix);
    }
    let program = install
        .command
        .executable()
        .and_then(|w| expand_text(stage, w, install));
    if let Some(program) = program.as_deref().filter(|p| p.contains('/')) {
        return of_program(program);
    }
    if let Some(venv) = activated(install) {
        return venv;
    }
    // What stands on PATH before the system's own folders decides where `pip` is found.
    for folder in path_at(stage, install).iter().map_while(Option::as_deref) {
        let folder = folder.trim_end_matches('/');
        if SYSTEM_FOLDERS.contains(&folder) {
            break;
        }
        let Some(root) = folder.strip_suffix("/bin") else {
            continue;
        };
        if is_conda(root) {
            return Destination::Tool;
        }
        if is_venv(stage, root) {
            return Destination::Venv(Some(root.to_owned()));
        }
    }
    if !is_uv {
        return told_by_environment(install).unwrap_or(Destination::System);
    }
    // uv takes the environment that is told, else `.venv`; the system only when told so.
    let told = env_at(stage, install, "VIRTUAL_ENV");
    if !told.is_set() && env_at(stage, install, "UV_SYSTEM_PYTHON").is_set() {
        return Destination::System;
    }
    Destination::Venv(told.value().map(str::to_owned))
}

/// Where pip's own variables send what it installs.
fn told_by_environment(install: &PackageCommand<'_>) -> Option<Destination> {
    let stage = install.command.stage()?;
    let told = ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"]
        .into_iter()
        .map(|name| env_at(stage, install, name))
        .find(|value| value.is_set());
    if let Some(folder) = told {
        return Some(Destination::Folder(folder.value().map(str::to_owned)));
    }
    let user = env_at(stage, install, "PIP_USER");
    let is_no = matches!(user.value(), Some("" | "0" | "no" | "off" | "false"));
    (user.is_set() && !is_no).then_some(Destination::User)
}

fn is_conda(folder: &str) -> bool {
    ["conda", "mamba", "miniforge"]
        .iter()
        .any(|name| folder.contains(name))
}

/// Where the pip (or python) of this path puts packages.
fn of_program(program: &str) -> Destination {
    let Some((folder, _)) = program.rsplit_once('/') else {
        return Destination::System;
    };
    let root = folder.strip_suffix("/bin").unwrap_or(folder);
    // An interpreter that was built into a folder of its own is no virtual environment.
    let is_interpreter = [
        "/opt/python",
        "/usr/local/python",
        "/opt/rh/",
        "/opt/_internal",
    ]
    .iter()
    .any(|prefix| root.starts_with(prefix));
    if SYSTEM_FOLDERS.contains(&folder) || is_interpreter || !folder.ends_with("/bin") {
        Destination::System
    } else if is_conda(root) {
        Destination::Tool
    } else {
        Destination::Venv(Some(root.to_owned()))
    }
}

/// The environment that `. venv/bin/activate` before the command turned on.
fn activated(install: &PackageCommand<'_>) -> Option<Destination> {
    let command = install.command;
    let script = command.data().script;
    let work_out = || Activations::of(command);
    let activations = match command.script {
        Some(script) => script.cache.get_or_init(work_out),
        None => command.step.cached(work_out),
    };
    activations
        .0
        .iter()
        .take_while(|activation| activation.command < command.index)
        .find(|activation| activation.script == script)
        .map(|activation| Destination::Venv(activation.root.clone()))
}

/// The environments that a text turns on, in order.
struct Activations(Vec<Activation>);

struct Activation {
    command: usize,
    script: u32,
    /// The environment's folder, where it is known.
    root: Option<String>,
}

impl Activations {
    fn of(command: Command<'_>) -> Self {
        let root_of = |word: Word<'_>| match word.value() {
            Some(path) => path
                .strip_suffix("bin/activate")
                .map(|root| Some(root.trim_end_matches('/').to_owned())),
            None => word
                .source_text()
                .trim_end_matches('"')
                .ends_with("bin/activate")
                .then_some(None),
        };
        let readers = command.siblings().filter(|c| c.is_one_of(&[".", "source"]));
        let activations = readers.filter_map(|c| {
            Some(Activation {
                command: c.index,
                script: c.data().script,
                root: root_of(c.arg(0)?)?,
            })
        });
        Activations(activations.collect())
    }
}

/// Whether a folder is a virtual environment as far as the file tells: it is called so, a command makes
/// it, or it is copied from elsewhere.
fn is_venv(stage: Stage<'_>, root: &str) -> bool {
    let is_called_so = ["venv", "virtualenv", "/.env"]
        .iter()
        .any(|name| root.contains(name));
    is_called_so
        || stage
            .base_chain()
            .any(|stage| stage.cached(|| Roots::of(stage)).0.contains(root))
}

/// Whether the command makes a virtual environment: `python -m venv`, `virtualenv`.
pub(crate) fn makes_environment(command: Command<'_>) -> bool {
    let is_module =
        || command.has_arg("-m") && (command.has_arg("venv") || command.has_arg("virtualenv"));
    command.is_one_of(&["mkvirtualenv", "pyvenv", "venv", "virtualenv"])
        || (programs::is_python(command.name()) && is_module())
}

/// The folders that may be virtual environments: those that commands which make some name, those that are
/// copied from elsewhere.
struct Roots(FxHashSet<String>);

impl Roots {
    fn of(stage: Stage<'_>) -> Self {
        let made = stage
            .build_commands()
            .filter(|command| makes_environment(*command))
            .flat_map(|c| c.args().filter_map(move |w| expand_text(stage, w, c)));
        let copied = stage
            .steps_of(StepKind::Copy)
            .filter(|step| step.flag("from").is_some())
            .filter_map(|step| expand_text(stage, step.target()?, step));
        let roots = made.chain(copied);
        Roots(
            roots
                .map(|root| root.trim_end_matches('/').to_owned())
                .collect(),
        )
    }
}
