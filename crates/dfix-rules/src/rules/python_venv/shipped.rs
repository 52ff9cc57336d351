//! What the application's own files say of the place where its packages are: scripts, sources, settings of supervisors
//! and jobs. The fix does not change them.

use std::collections::HashSet;

use dfix_catalogue::login_in;
use dfix_catalogue::programs::{self, Kind, Mark};
use dfix_engine::OpenCondition;
use dfix_model::path::{folder_and_name, has_ending};
use dfix_model::scripts::{Script, ScriptAt};
use dfix_model::{
    Command, ImagePath, ShippedLine, ShippedText, Stage, Word, absolute_paths, known_words,
};

use super::site::{Site, VENV, is_pip};
use super::tools::Installed;

/// What stays open of them.
pub(super) fn possible(site: &Site<'_>) -> Vec<OpenCondition> {
    let doubts = [
        named_by_path,
        named_in_what_is_built,
        home_of_a_server,
        path_of_a_child,
        login_in_a_text,
        unread_text,
        behind_sudo,
        given_to_others,
        installs_at_run_time,
        unread_launches,
    ];
    doubts.iter().filter_map(|doubt| doubt(site)).collect()
}

/// What starts a container may name the system's Python, and could not be read.
fn unread_launches(site: &Site<'_>) -> Option<OpenCondition> {
    let mut shipped = site.shipped();
    shipped.find_map(|stage| stage.unread_launches().into_iter().next())
}

/// The lines of what is shipped that are no comments.
fn lines<'m>(site: &Site<'m>) -> impl Iterator<Item = ShippedLine<'m>> {
    let mut seen = HashSet::new();
    let texts = site.shipped().flat_map(Stage::shipped_texts);
    texts
        .filter(move |it| seen.insert(it.path.as_str()))
        .flat_map(ShippedText::lines)
}

/// `/usr/local/bin/gunicorn` in a script or in settings: the program is in the environment then. A folder of packages
/// is named alike.
fn named_by_path(site: &Site<'_>) -> Option<OpenCondition> {
    let installed = Installed::of(site);
    let all = || site.stages.iter().chain([&site.stage]);
    let put = |path: &str| all().any(|it| it.first_put(path).is_some());
    let is_moved = |path: &str| {
        let (folder, name) = folder_and_name(path);
        if path.starts_with("/usr/local/lib/python3") {
            return true;
        }
        let is_place = site.is_folder_of_programs(folder) && !name.is_empty();
        is_place && (installed.has(name) || (folder == "/usr/local/bin" && !put(path)))
    };
    let in_a_line = |line: ShippedLine<'_>| {
        let path = line.paths().find(|path| is_moved(path))?;
        Some((path.to_owned(), line.place()))
    };
    let in_a_value = |(value, place): (&str, String)| {
        let path = absolute_paths(value).find(|path| is_moved(path))?;
        Some((path.to_owned(), place))
    };
    let values = || site.shipped().flat_map(Stage::launched_values);
    let (path, place) = lines(site)
        .find_map(in_a_line)
        .or_else(|| values().find_map(in_a_value))?;
    Some(OpenCondition::new(
        format!("whether {path} is used, which {place} names: what pip installs is in {VENV} then"),
        "name the program without its folder there, so that it is found through PATH",
    ))
}

/// A program that a stage builds from sources may call the system's Python by its whole path: in languages that are read
/// the path tells, in others any name of it may be put behind a folder.
fn named_in_what_is_built(site: &Site<'_>) -> Option<OpenCondition> {
    let installed = Installed::of(site);
    let is_moved = |path: &str| {
        let (folder, name) = folder_and_name(path);
        site.is_folder_of_programs(folder) && !name.is_empty() && installed.has(name)
    };
    let by_path = |stage: Stage<'_>| {
        let files = stage.application_sources().files.iter();
        files.into_iter().find_map(|file| {
            let named = file.source.named.iter().find(|it| is_moved(&it.path))?;
            let place = format!("`{}` (line {})", file.context_path, named.line);
            Some((named.path.clone(), place))
        })
    };
    let by_name = |stage: Stage<'_>| {
        let is_python = |it: &str| {
            let (_, name) = folder_and_name(it.split(' ').next().unwrap_or(it));
            programs::is_python(name) || is_pip(name)
        };
        stage.quoted_in_unread_sources(is_python)
    };
    let (named, place) = site
        .shipped()
        .find_map(|stage| by_path(stage).or_else(|| by_name(stage)))?;
    Some(OpenCondition::new(
        format!(
            "whether `{named}`, which {place} names, is called by its whole path: what pip installs is in {VENV} then"
        ),
        "let it be found through PATH",
    ))
}

/// `home = /usr/local`, `virtualenv=/usr`: the Python that uWSGI takes, by its settings.
fn home_of_a_server(site: &Site<'_>) -> Option<OpenCondition> {
    const KEYS: [&str; 4] = ["home", "pyhome", "venv", "virtualenv"];
    let is_one = |text: &str| {
        let (key, value) = text.split_once(['=', ':'])?;
        let value = value.trim().trim_matches(['"', '\'']);
        let is_systems = matches!(ImagePath::new(value).as_str(), "/usr" | "/usr/local");
        Some(KEYS.contains(&key.trim()) && is_systems)
    };
    let line = lines(site).find(|line| is_one(line.text) == Some(true))?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` in {} says where packages are looked for: what pip installs is in {VENV} then",
            line.text.trim(),
            line.place()
        ),
        format!("let it name {VENV}"),
    ))
}

/// `env={"PATH": "/usr/bin"}`, `["sudo", "python3", …]` in a source: what it starts so has a PATH of its own.
fn path_of_a_child(site: &Site<'_>) -> Option<OpenCondition> {
    let sets_path = |line: &ShippedLine<'_>| {
        let is_of_python = has_ending(line.file, ".py");
        let text = line.text;
        let named = ["\"PATH\":", "'PATH':", "PATH=\"/", "PATH='/"];
        let at = named
            .iter()
            .find_map(|it| Some(text.find(it)? + it.len() - 1));
        let rest = at
            .map_or("", |at| &text[at..])
            .trim_start_matches([':', ' ']);
        let value = rest.trim_start_matches(['"', '\'', '/']);
        let is_fixed =
            rest.len() > value.len() && (value.starts_with("usr/") || value.starts_with("bin"));
        let keeps = ["environ", "getenv", "{", "$PATH"];
        is_of_python && is_fixed && !keeps.iter().any(|it| rest.contains(it))
    };
    let by_line = lines(site).find(sets_path).map(|line| line.place());
    let by_sudo = || {
        let mut files = site
            .shipped()
            .flat_map(|it| &it.application_sources().files);
        files.find_map(|file| {
            let installed = Installed::of(site);
            let mut programs = file.source.programs.iter();
            let program = programs.find(|program| {
                let words = known_words(&program.command);
                let is_set_anew = words.first().is_some_and(|it| it == "sudo" || it == "su");
                let mut words = words.iter().flat_map(|it| it.split_whitespace());
                is_set_anew && words.any(|it| installed.has(it))
            })?;
            Some(format!("{} (line {})", file.context_path, program.line))
        })
    };
    let place = by_line.or_else(by_sudo)?;
    Some(OpenCondition::new(
        format!(
            "whether what {place} starts needs what pip installs: it has a PATH of its own there, in which the environment would not be found"
        ),
        "put `/opt/venv/bin` before the others there",
    ))
}

/// `su - app -c`, `bash -lc`, `env -i` in a source or in settings, as text: what they start has a PATH of its own.
fn login_in_a_text(site: &Site<'_>) -> Option<OpenCondition> {
    let (line, sign) = lines(site).find_map(|line| Some((line, login_in(line.text)?)))?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` in {} starts what pip installs: PATH is set anew there, and the environment not found",
            sign.trim_end(),
            line.place()
        ),
        "leave the login out, or put `/opt/venv/bin:` before PATH there",
    ))
}

/// `eval "$CMD"`, `sh -c "$CMD"`: what it runs may have a PATH of its own, or name the system's Python.
fn unread_text(site: &Site<'_>) -> Option<OpenCondition> {
    let is_run = |command: &Command<'_>| !command.step().is_run() || command.is_of_script();
    let mut commands = site.started().chain(site.commands().filter(is_run));
    let command = commands.find(|command| {
        let is_eval = command.is("eval");
        let given = || command.args().find(|word| !word.starts_with("-"));
        let is_text = is_eval || (programs::is_shell(command.name()) && command.has_arg("-c"));
        is_text && given().is_some_and(|word| !word.is_known() && word.literal_prefix().is_empty())
    })?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` at the start runs what is found through PATH: its text is not known before",
            shortened(command)
        ),
        "name the command plainly",
    ))
}

fn shortened(command: Command<'_>) -> String {
    let words: Vec<&str> = command.words().map(Word::source_text).collect();
    words.join(" ").chars().take(40).collect()
}

/// sudo sets PATH anew: what a script or a shell starts behind it would not find the environment.
fn behind_sudo(site: &Site<'_>) -> Option<OpenCondition> {
    let is_run = |command: &Command<'_>| !command.step().is_run();
    let own = site.commands().filter(is_run);
    let mut all = site.started().chain(site.launched()).chain(own);
    let is_own = |command: &Command<'_>| {
        let path = command.program().and_then(Word::value).unwrap_or("/");
        path.contains('/')
            && !["/usr/", "/bin/", "/sbin/"]
                .iter()
                .any(|it| path.starts_with(it))
    };
    let command = all.find(|command| {
        command.is_wrapped_by("sudo")
            && !command.has_inner()
            && (command.known().is_none() || is_own(command))
    })?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` needs what pip installs: sudo sets PATH anew, and the environment would not be found",
            shortened(command)
        ),
        "put `/opt/venv/bin:` before sudo's `secure_path`, or use `gosu` or `setpriv`",
    ))
}

/// `chown -R app /usr/local/lib`: another user than root may install packages later, and not into the environment.
fn given_to_others(site: &Site<'_>) -> Option<OpenCondition> {
    let is_packages = |word: Word<'_>| {
        let path = word.literal_prefix().trim_end_matches(['/', '*']);
        matches!(path, "/usr/local" | "/usr/local/lib" | "/usr/local/bin")
            || path.starts_with("/usr/local/lib/python")
            || path.starts_with("/usr/lib/python")
    };
    let mut commands = site.built();
    let command = commands.find(|command| {
        command.is_one_of(&["chown", "chmod", "chgrp", "setfacl"])
            && command.args().any(is_packages)
    })?;
    Some(OpenCondition::new(
        format!(
            "whether somebody else than root changes packages when the container runs, whom `{}` lets: {VENV} would stay root's",
            shortened(command)
        ),
        format!("give {VENV} in the same way"),
    ))
}

/// Who works in a notebook, or in another server that is made to work in, installs packages from there.
fn at_work(stage: Stage<'_>) -> Option<String> {
    let is_server = |command: Command<'_>| {
        let known = programs::find(command.name());
        known.is_some_and(|it| it.kind() == Kind::Server)
    };
    let mut processes = stage.runtime().processes().map(|it| it.command);
    let workbench = processes.find(|it| it.is_marked(Mark::Workbench) && is_server(*it))?;
    Some(format!("whoever works in `{}`", shortened(workbench)))
}

/// A command that the project's files run in its containers as another user installs packages, or a script that it starts does.
fn by_a_launch(stage: Stage<'_>) -> Option<String> {
    let installs = |it: &Command<'_>| it.python_install().is_some();
    let commands = stage
        .scripts_launched_by_others()
        .flat_map(Script::commands);
    let mut all = commands.flat_map(|command| {
        let script = match stage.script_started_by(command) {
            ScriptAt::Shell(script) => Some(script),
            _ => None,
        };
        let inner = script.into_iter().flat_map(Script::commands);
        std::iter::once(command).chain(inner)
    });
    Some(format!("`{}`", shortened(all.find(installs)?)))
}

/// The application installs packages itself: another user than root may not do so in the environment, and does so at home
/// otherwise.
fn installs_at_run_time(site: &Site<'_>) -> Option<OpenCondition> {
    let is_roots = |stage: Stage<'_>| {
        let drops = stage.entry().drops_privileges() || stage.runtime().drops_privileges();
        let is_another = |user: &str| {
            let user = user.split(':').next().unwrap_or(user);
            !matches!(user, "root" | "0")
        };
        let mut users = stage.all_launches().filter_map(|it| it.user.as_deref());
        stage.final_user().is_root().is_yes() && !drops && !users.any(is_another)
    };
    let who = site
        .shipped()
        .filter(|stage| !is_roots(*stage))
        .find_map(|stage| {
            let by_script = stage.runtime().processes().find(|process| {
                let install = process.command.python_install();
                process.script.is_some() && install.is_some()
            });
            by_script
                .map(|process| process.said())
                .or_else(|| {
                    let mut installs = stage.installs_at_run_time();
                    installs.find(|it| it.is_of_python).map(|it| it.who)
                })
                .or_else(|| at_work(stage))
        })
        .or_else(|| site.shipped().find_map(by_a_launch))
        .or_else(|| {
            let mut people = site.shipped().filter_map(Stage::worked_in_by_another_user);
            people
                .next()
                .map(|it| format!("whoever works in the container of {it}"))
        })?;
    Some(OpenCondition::new(
        format!(
            "whether another user than root installs packages when the container runs, as {who} does: {VENV} would be root's"
        ),
        format!("give {VENV} to that user, or install all in the build"),
    ))
}
