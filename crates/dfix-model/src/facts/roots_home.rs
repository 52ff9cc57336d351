//! What a build leaves in root's home, where no other user can read it.

use dfix_catalogue::programs::{self, Mark, Privileges, Program};
use dfix_catalogue::{
    FileMark, HomeWrite, PackageWrite, dependency_folder, downloads_into_home, file_is,
    home_writes, is_known_command, is_of_python, node_package_at_home, python_package_at_home,
};

use crate::collect::instruction::StepKind;
use crate::context::{Answer, read_source};
use crate::facts::context_files::read_at;
use crate::facts::entry::entry;
use crate::facts::project::package_json::PackageJson;
use crate::facts::runtime;
use crate::facts::tools_put_in::tools_put_in;
use crate::facts::user::user_at;
use crate::facts::uv_python::{Fetches, fetches_python};
use crate::facts::variables::env_at;
use crate::handles::{Command, Given, Redirect, Stage, Step, Word};
use crate::packages::{PackageCommand, PackageManager};
use crate::path::file_name;

/// Something that ends up in root's home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftAtHome {
    /// What it is, as the beginning of a sentence: "`ENV NVM_DIR`", "`playwright install`".
    pub what: String,
    /// Whether it is known to be there, or only may be.
    pub is_certain: bool,
    /// Whether it only names a place there, for others to use: a variable, an argument of the start.
    pub is_named: bool,
}

/// The first thing that the stage, or one that it is based on, leaves in root's home; certain ones first.
pub(crate) fn left_at_roots_home(stage: Stage<'_>) -> Option<LeftAtHome> {
    let mut possible = of_pinned_pnpm(stage);
    if let Some(left) = of_node_packages(stage) {
        return Some(left);
    }
    for step in stage.base_chain().flat_map(Stage::steps) {
        if step.is_onbuild() || user_at(stage, step).is_root().is_no() {
            continue;
        }
        for left in of_step(stage, step) {
            if left.is_certain {
                return Some(left);
            }
            possible.get_or_insert(left);
        }
    }
    possible
}

/// A package of npm whose installation fills root's home.
fn of_node_packages(stage: Stage<'_>) -> Option<LeftAtHome> {
    let packages = stage.node_packages();
    let found = packages
        .known
        .iter()
        .filter_map(|package| node_package_at_home(&package.name));
    let found: Vec<PackageWrite> = found.collect();
    let mut installs = stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .filter_map(PackageCommand::of)
        .filter(|command| {
            matches!(
                command.manager,
                PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm
            ) && command.is_install()
                && !command.has_flag("--ignore-scripts")
                && !user_at(stage, command).is_root().is_no()
        });
    let install = if found.is_empty() {
        None
    } else {
        installs.next()
    }?;
    let left = found.into_iter().find(|package| {
        let is_below = |name: &str, major| {
            packages
                .get(name)
                .is_some_and(|it| it.is_of_major_below(major))
        };
        let mut variables = package.variables(is_below);
        !variables.any(|name| is_set(install.command, name))
    })?;
    Some(LeftAtHome {
        what: format!("the installation of the npm package `{}`", left.name()),
        is_certain: true,
        is_named: false,
    })
}

/// The pnpm that `package.json` asks for, unless that one is put in: from 10 on pnpm fetches it into the home of whoever calls
/// it, and a start that calls pnpm wants it again. What corepack keeps there is told of corepack.
///
/// Source: pnpm.io/settings, `managePackageManagerVersions`.
fn of_pinned_pnpm(stage: Stage<'_>) -> Option<LeftAtHome> {
    const FIRST: u32 = 10;
    let major = |version: &str| version.split('.').next()?.parse::<u32>().ok();
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    let pnpm = commands.find(|it| it.is("pnpm") && !user_at(stage, *it).is_root().is_no())?;
    let text = read_at(stage, "package.json", pnpm).found()?;
    let json = PackageJson::parse(&text)?;
    let (_, asked) = json.package_manager().filter(|(name, _)| *name == "pnpm")?;
    let put_in = tools_put_in(stage, "pnpm").last();
    let put_in = put_in.and_then(|(_, version)| version);
    let is_that_one = put_in == Some(asked);
    let is_old = put_in.and_then(major).is_some_and(|it| it < FIRST);
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    if commands.any(|it| it.is("corepack")) {
        return None;
    }
    let is_told_not_to = [
        "npm_config_manage_package_manager_versions",
        "COREPACK_ROOT",
    ]
    .iter()
    .any(|name| is_set(pnpm, name));
    let mut processes = runtime::of(stage).processes();
    let is_started = processes.any(|it| it.command.is("pnpm"));
    (is_started && !is_that_one && !is_old && !is_told_not_to).then(|| LeftAtHome {
        what: format!("`pnpm`, of which package.json asks for {asked},"),
        is_certain: false,
        is_named: false,
    })
}

fn of_step(stage: Stage<'_>, step: Step<'_>) -> Vec<LeftAtHome> {
    let home = env_at(stage, step, "HOME").value();
    let is_moved = home.is_some_and(|home| !home.starts_with("/root"));
    let names_roots_home = |word| names_roots_home(word, is_moved);
    let certain = |what: String| LeftAtHome {
        what,
        is_certain: true,
        is_named: false,
    };
    let named = |what: String| LeftAtHome {
        is_named: true,
        ..certain(what)
    };
    let name = step.name();
    match step.kind() {
        StepKind::Env => step
            .pairs()
            .filter(|pair| pair.value().is_some_and(&names_roots_home))
            .filter_map(|pair| Some(named(format!("`ENV {}`", pair.key_text()?))))
            .collect(),
        StepKind::Workdir | StepKind::Volume => step
            .words()
            .filter(|word| names_roots_home(*word))
            .map(|word| certain(format!("`{name} {}`", word.source_text())))
            .collect(),
        StepKind::Copy | StepKind::Add => step
            .target()
            .filter(|word| names_roots_home(*word))
            .map(|word| certain(format!("`{name} … {}`", word.source_text())))
            .into_iter()
            .collect(),
        StepKind::Run => step
            .commands()
            .filter_map(|command| of_command(command, is_moved))
            .collect(),
        // What the container is told to use there.
        StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck => step
            .commands()
            .flat_map(Command::words)
            .filter(|word| names_roots_home(*word) && word.literal_prefix().contains("/root"))
            .map(|word| named(format!("`{name} … {}`", word.source_text())))
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether the text stands for `/root` or something below it: `/root/x`, `~/x`, `$HOME/x`. `is_moved`: `HOME` names another
/// folder.
pub(crate) fn names_roots_home(word: Word<'_>, is_moved: bool) -> bool {
    let text = word.literal_prefix();
    let written = word.source_text().trim_start_matches(['"', '\'']);
    text == "/root"
        || text
            .split([':', '='])
            .any(|part| part.starts_with("/root/") || part == "/root")
        || !is_moved
            && (written == "~"
                || written.starts_with("~/")
                || word.variables().iter().any(|v| v == "HOME"))
}

/// Files of an interactive shell: nothing that is started reads them.
fn is_for_the_prompt(word: Word<'_>) -> bool {
    let written = word.source_text().trim_end_matches(['"', '\'']);
    file_is(file_name(written), FileMark::Prompt)
}

fn of_command(command: Command<'_>, is_moved: bool) -> Option<LeftAtHome> {
    let left = |what: String, is_certain| {
        Some(LeftAtHome {
            what,
            is_certain,
            is_named: false,
        })
    };
    let name = command.name();
    let first = command.args().find(|w| !w.starts_with("-"));
    // What clears the home leaves nothing there.
    if command.is_marked(Mark::LeavesNothing) {
        return None;
    }
    // `sh -c "…"`: the commands inside are looked at themselves.
    if command.has_inner() {
        return None;
    }
    let (program, operand) = program_of(command, first);
    // Where the image has another Python or none, uv fetches one, and keeps it at home.
    let python = fetches_python(command);
    if is_of_python_package(command, program)
        || keeps_zips_at_home(command)
        || python == Fetches::Yes
    {
        let second = first.map_or(String::new(), |w| format!(" {}", w.source_text()));
        return left(format!("`{name}{second}`"), true);
    }
    let writes: Vec<HomeWrite> = home_writes(program).collect();
    let leaves = |write: &HomeWrite| leaves_at_home(command, *write, operand);
    let own = writes
        .iter()
        .any(|write| write.is_certain() && leaves(write))
        && !(program == "poetry" && is_told_to_stay(command));
    if own {
        let second = first.map_or(String::new(), |w| format!(" {}", w.source_text()));
        return left(format!("`{name}{second}`"), true);
    }
    let redirects = command.redirects().chain(command.redirects_of_groups());
    // What is copied or moved out of it is left elsewhere.
    let only_last = command.is_one_of(&["cp", "mv"])
        && !command.has_option("-t")
        && !command.has_option("--target-directory");
    let skipped = if only_last {
        command.args().len().saturating_sub(1)
    } else {
        0
    };
    let into_home = command
        .args()
        .skip(skipped)
        .chain(redirects.filter_map(Redirect::target))
        .find(|w| names_roots_home(*w, is_moved) && !is_for_the_prompt(*w));
    if let Some(word) = into_home {
        return left(format!("`{name} … {}`", word.source_text()), true);
    }
    let may_leave = writes
        .iter()
        .any(|write| !write.is_certain() && leaves(write));
    let is_sent_elsewhere = || {
        writes
            .iter()
            .any(|write| write.begins_with(operand) && is_elsewhere(command, *write))
    };
    if may_leave
        || python == Fetches::Perhaps
        || (keeps_things_at_home(command) && !is_sent_elsewhere())
        || (writes.is_empty() && is_unknown(command, program))
    {
        return left(format!("`{name}`"), false);
    }
    // A script of the application's own may download what it wants to where it wants to.
    if programs::is_python(name) {
        let script = command.args().next()?;
        let known = ["-m", "manage.py", "setup.py", "-V", "--version", "-c"]
            .iter()
            .any(|k| script.is(k))
            || script.starts_with("./manage.py")
            || script.starts_with("-");
        let text = || match command.interpreting()?.given {
            Given::Text(word) => word,
            _ => None,
        };
        let loads = text().is_some_and(|word| {
            let mut calls = downloads_into_home(word.literal_prefix());
            calls.any(|mut variables| !variables.any(|name| is_set(command, name)))
        });
        if loads {
            return left(format!("`{name} -c`, which downloads a model,"), true);
        }
        // What is known to be sent elsewhere is left there.
        let calls = |word: Word<'_>| downloads_into_home(word.literal_prefix()).next().is_some();
        let is_told = text().is_some_and(calls);
        if let Some(module) = calls_unknown(command).filter(|_| !is_told) {
            return left(format!("`{name} -c`, which calls `{module}`,"), false);
        }
        if !known
            && !script.starts_with("/tmp/")
            && !script.starts_with("get-pip")
            && !script.starts_with("/get-pip")
        {
            return left(format!("`{name} {}`", script.source_text()), false);
        }
    }
    None
}

/// The module of a package that a text which Python is given calls, where it does more than to import or to print.
fn calls_unknown(python: Command<'_>) -> Option<String> {
    let Given::Text(Some(word)) = python.interpreting()?.given else {
        return None;
    };
    let written = word.source_text().trim_matches(['"', '\'']);
    let text = word.value().unwrap_or(written);
    let is_harmless = |statement: &str| {
        let statement = statement.trim();
        let begins = ["import ", "from ", "print(", "assert ", "#"];
        statement.is_empty() || begins.iter().any(|it| statement.starts_with(it))
    };
    if text.split([';', '\n']).all(is_harmless) {
        return None;
    }
    let source = read_source("-c.py", text)?;
    let modules = source.imports.iter().filter_map(|it| it.module.value());
    let mut unknown = modules.filter(|it| !is_of_python(it));
    let module = unknown.next()?;
    Some(module.split('.').next().unwrap_or(module).to_owned())
}

/// Whether a program is that of a Python package which fills the home of whoever calls it: `prisma generate` of Prisma for
/// Python, where npm's leaves everything in `node_modules`.
fn is_of_python_package(command: Command<'_>, program: &str) -> bool {
    let Some(write) = python_package_at_home(program) else {
        return false;
    };
    let of_python = |stage: Stage<'_>| {
        stage.python_packages().has(program) && !stage.node_packages().has(program)
    };
    command.stage().is_some_and(of_python)
        && !write
            .variables(|_, _| false)
            .any(|name| is_set(command, name))
}

/// Whether an installation by Yarn 4 keeps packages as zips in the cache of its user, where the settings name no other way:
/// `nodeLinker` is `pnp` then, and the cache is the global one.
///
/// Source: yarnpkg.com, "Configuration: yarnrc", `nodeLinker` and `enableGlobalCache`.
fn keeps_zips_at_home(command: Command<'_>) -> bool {
    let yarn = PackageCommand::of(command).filter(|it| it.manager == PackageManager::Yarn);
    let (Some(yarn), Some(stage)) = (yarn, command.stage()) else {
        return false;
    };
    if !yarn.is_install() || is_set(command, "YARN_NODE_LINKER") {
        return false;
    }
    let Answer::Found(settings) = read_at(stage, ".yarnrc.yml", command) else {
        return false;
    };
    // They are a flat list of `key: value`.
    let value = |key: &str| {
        let mut lines = settings.lines().filter_map(|line| line.split_once(':'));
        let (_, value) = lines.find(|(name, _)| *name == key)?;
        Some(value.trim().trim_matches(['"', '\'']))
    };
    let is_of_4 = value("yarnPath").is_some_and(|it| file_name(it).starts_with("yarn-4"));
    is_of_4
        && matches!(value("nodeLinker"), None | Some("pnp"))
        && value("enableGlobalCache") != Some("false")
        && value("cacheFolder").is_none()
}

fn is_set(command: Command<'_>, variable: &str) -> bool {
    command
        .stage()
        .is_some_and(|stage| env_at(stage, command, variable).is_set())
}

/// Whether the container starts one of these programs, which want what they have at home then too.
fn starts(command: Command<'_>, programs: &[&str]) -> bool {
    command.stage().is_some_and(|stage| {
        let is_one = |w: Word<'_>| programs.iter().any(|program| w.is(program));
        entry(stage)
            .commands()
            .any(|c| c.is_one_of(programs) || c.args().any(is_one))
    })
}

/// The program that runs in the end, and its first operand: `python -m X` and `npx X` are `X`.
fn program_of<'m>(command: Command<'m>, first: Option<Word<'m>>) -> (&'m str, Option<&'m str>) {
    let name = command.name();
    let text = first.and_then(Word::value);
    let mut after = command.args().skip_while(|w| Some(*w) != first).skip(1);
    let mut next = || after.find(|w| !w.starts_with("-")).and_then(Word::value);
    if programs::is_python(name) && command.has_arg("-m") {
        let mut words = command.args().skip_while(|w| !w.is("-m")).skip(1);
        let module = words.next().and_then(Word::value).unwrap_or("");
        let operand = words.find(|w| !w.starts_with("-"));
        return (module, operand.and_then(Word::value));
    }
    if programs::is_python(name) {
        let script = first.map_or("", Word::literal_prefix);
        let is_setup = script.ends_with("setup.py");
        return (if is_setup { "setup.py" } else { name }, next());
    }
    // A script of a package: `node node_modules/puppeteer/install.mjs`.
    if name == "node"
        && let Some(path) = text
        && let Some((_, inner)) = path.rsplit_once("node_modules/")
    {
        let mut ends = inner.match_indices('/').map(|(at, _)| at);
        let end = ends.nth(usize::from(inner.starts_with('@')));
        let script = file_name(path).split('.').next();
        return (&inner[..end.unwrap_or(inner.len())], script);
    }
    if matches!(name, "npx" | "pnpx" | "bunx") {
        let package = text.unwrap_or("");
        // A version stands behind the name, which may begin with a scope.
        let version = package.rfind('@').filter(|at| *at > 0);
        return (&package[..version.unwrap_or(package.len())], next());
    }
    let known: Option<&'m str> = command.known().map(Program::name);
    (known.unwrap_or(name), text)
}

/// Whether the command leaves something at home in this way, and nothing sends it elsewhere.
fn leaves_at_home(command: Command<'_>, write: HomeWrite, operand: Option<&str>) -> bool {
    let missed_by: Vec<&str> = write.missed_by().collect();
    write.begins_with(operand)
        && (write.needs().next().is_none() || write.needs().any(|word| has(command, word)))
        && !is_elsewhere(command, write)
        && (missed_by.is_empty() || starts(command, &missed_by))
}

/// Whether an option or a variable sends it elsewhere.
fn is_elsewhere(command: Command<'_>, write: HomeWrite) -> bool {
    write.options().any(|word| has(command, word))
        || write.variables().any(|variable| is_set(command, variable))
}

fn has(command: Command<'_>, word: &str) -> bool {
    if word.starts_with('-') {
        command.has_option(word)
    } else {
        command.has_arg(word)
    }
}

/// Poetry makes its environment in the home unless its settings say to do without one or to keep it in
/// the project.
fn is_told_to_stay(command: Command<'_>) -> bool {
    command.stage().is_some_and(|stage| {
        let told = stage.cached(|| {
            let mut commands = stage.base_chain().flat_map(Stage::build_commands);
            ToldToStay(commands.any(|c| {
                c.is("poetry")
                    && c.has_arg("config")
                    && c.args().any(|w| w.starts_with("virtualenvs."))
            }))
        });
        told.0
    })
}

struct ToldToStay(bool);

/// Whether nobody has looked what the program does, of which it is not known that it writes to a home: none of any table,
/// none of a system's, no package manager, and no script that is read.
fn is_unknown(command: Command<'_>, program: &str) -> bool {
    let name = command.name();
    let is_read = || {
        let stage = command.stage();
        let script = command.executable().and_then(Word::value);
        let text = stage
            .zip(script)
            .map(|(stage, path)| read_at(stage, path, command));
        text.is_some_and(|text| text.found().is_some())
    };
    !name.is_empty()
        && !command.is_of_script()
        && !is_known(name, program)
        && PackageCommand::of(command).is_none()
        && dependency_folder(name).is_none()
        && !is_read()
}

/// Whether a program is known, or what is run by it: the module that Python is told, the package that npx finds.
fn is_known(name: &str, program: &str) -> bool {
    let runs_another =
        program != name && (programs::is_python(name) || name == "node" || name.ends_with('x'));
    (!runs_another && is_known_command(name)) || is_known_command(program) || is_of_python(program)
}

/// Whether the command is one that the container starts too, or one that pip installed: it may keep
/// what it is told to prepare in the home.
fn keeps_things_at_home(command: Command<'_>) -> bool {
    let name = command.name();
    if name.is_empty()
        || command
            .known()
            .is_some_and(|program| program.privileges() != Privileges::Unknown)
        || name.starts_with("pip")
    {
        return false;
    }
    command.stage().is_some_and(|stage| {
        let is_started = entry(stage).process().is_some_and(|main| main.is(name));
        is_started || stage.python_packages().has(&name.to_ascii_lowercase())
    })
}
