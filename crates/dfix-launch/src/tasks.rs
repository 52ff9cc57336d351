//! Commands that are kept to be run by name: the `scripts` of `package.json`, justfiles, Taskfiles, and the lines of others that
//! call Docker (tox, nox, invoke, rake, tasks of editors).
//!
//! Source: the documentation of npm ("scripts"), of just ("Recipe Parameters", "Expressions and Substitutions") and of
//! Task ("Taskfile Schema Reference").

use crate::docker_words::{At, launches_in, speaks_of_containers};
use crate::files::{Files, FolderLaunches};
use crate::json;
use crate::launch::{Launch, Source};
use crate::path::{ends_in, folder_of, from_root, join};
use crate::shell::{Shell, stand_in};
use crate::yaml::{self, Node};

/// A file of such commands.
#[derive(Clone, Copy)]
struct File<'a> {
    files: &'a dyn Files,
    path: &'a str,
}

/// Reads the files of a folder that keep commands.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    for name in names {
        let small = name.to_ascii_lowercase();
        let read: fn(File<'_>, &str) -> Option<Vec<Launch>> = match small.as_str() {
            "package.json" => of_package,
            "justfile" | ".justfile" => |file, text| Some(of_just(file, text)),
            "taskfile.yml" | "taskfile.yaml" | "taskfile.dist.yml" | "taskfile.dist.yaml" => {
                of_taskfile
            }
            _ if LINES.contains(&small.as_str()) => |file, text| Some(of_lines(file, text)),
            small if ends_in(small, &["just"]) => |file, text| Some(of_just(file, text)),
            _ => continue,
        };
        let text = join(folder, name).and_then(|path| Some((found.text(files, &path)?, path)));
        let Some((text, path)) = text.filter(|(text, _)| speaks_of_containers(text)) else {
            continue;
        };
        let file = File { files, path: &path };
        match read(file, &text) {
            Some(launches) if launches.is_empty() => {}
            Some(launches) => {
                found.note(&path);
                found.launches.extend(launches);
            }
            None => found.unread(&path, 1, name, "it is not understood"),
        }
    }
}

/// Files in languages of their own, of which the lines count that call Docker.
const LINES: [&str; 13] = [
    ".mise.toml",
    "composer.json",
    "deno.json",
    "dodo.py",
    "fabfile.py",
    "mise.toml",
    "noxfile.py",
    "pyproject.toml",
    "rakefile",
    "setup.cfg",
    "tasks.json",
    "tasks.py",
    "tox.ini",
];

/// Whether what stands behind this in a line is a comment: of TOML, Python, Ruby, JSON or an ini file.
fn is_comment(before: &str) -> bool {
    let begins = ["#", "//", ";"];
    begins.iter().any(|it| before.trim_start().starts_with(it)) || before.trim_end().ends_with(" #")
}

/// `docker run …` in a line: as it stands, in quotes, or word by word in quotes. Comments do not count.
fn of_lines(file: File<'_>, text: &str) -> Vec<Launch> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let calls = ["docker", "podman"].into_iter();
        let at = calls.filter_map(|it| Some((line.find(it)?, it))).min();
        let Some((at, program)) = at else { continue };
        if is_comment(&line[..at]) {
            continue;
        }
        let before = line[..at].chars().next_back();
        if before.is_some_and(|it| it.is_ascii_alphanumeric() || "/-_.".contains(it)) {
            continue;
        }
        let rest = &line[at..];
        let behind = &rest[program.len()..];
        let command = if behind.starts_with(['"', '\'']) {
            rest.replace(['"', '\'', ',', '[', ']', '(', ')'], " ")
        } else {
            let quote = before.filter(|it| matches!(it, '"' | '\'' | '`'));
            let end = quote.and_then(|it| rest.find(it)).unwrap_or(rest.len());
            rest[..end].to_owned()
        };
        found.extend(file.launches(&mut file.shell(), &command, number + 1, ""));
    }
    found
}

impl File<'_> {
    fn shell(&self) -> Shell {
        Shell::new(Some(folder_of(self.path).to_owned()))
    }

    fn launches(&self, shell: &mut Shell, text: &str, line: usize, name: &str) -> Vec<Launch> {
        let at = At {
            files: self.files,
            source: Source::Script,
            file: self.path,
            name,
        };
        launches_in(shell, text, line, at)
    }
}

fn of_package(file: File<'_>, text: &str) -> Option<Vec<Launch>> {
    let document = json::document(text).ok()??;
    let scripts = document.get("scripts").map(Node::entries);
    let scripts = scripts.unwrap_or_default().into_iter();
    let launches = scripts.flat_map(|(name, node)| {
        let text = node.text().unwrap_or_default();
        file.launches(&mut file.shell(), text, node.line, name)
    });
    Some(launches.collect())
}

fn of_taskfile(file: File<'_>, text: &str) -> Option<Vec<Launch>> {
    let document = yaml::documents(text).ok()?.into_iter().next()?;
    let mut found = Vec::new();
    let tasks = document.get("tasks").map(Node::entries).unwrap_or_default();
    for (name, task) in tasks {
        let here = folder_of(file.path);
        let folder = task.text_of("dir").map(braces);
        let folder = match folder {
            Some(folder) if folder.contains('$') => None,
            Some(folder) => join(here, &folder),
            None => Some(here.to_owned()),
        };
        let mut shell = Shell::new(folder);
        for name in ["ROOT_DIR", "TASKFILE_DIR", "USER_WORKING_DIR"] {
            shell.set(name, Some(&from_root(here)));
        }
        for variables in [&document, task]
            .into_iter()
            .filter_map(|it| it.get("vars"))
        {
            for (name, value) in variables.entries() {
                shell.set(name, value.text().filter(|it| !it.contains(['{', '$'])));
            }
        }
        let mut commands: Vec<&Node> = Vec::new();
        let texts = |node| match Node::list(node) {
            Some(list) => list.iter().collect(),
            None => vec![node],
        };
        if task.is_map() {
            let own = ["cmd", "cmds"].into_iter().filter_map(|key| task.get(key));
            own.for_each(|node| commands.extend(texts(node)));
        } else {
            commands.extend(texts(task));
        }
        for command in commands {
            let command = command.get("cmd").unwrap_or(command);
            let text = braces(command.text().unwrap_or_default());
            found.extend(file.launches(&mut shell.clone(), &text, command.line, name));
        }
    }
    Some(found)
}

/// The lines of a recipe are shells of their own, but where it begins like a script.
fn of_just(file: File<'_>, text: &str) -> Vec<Launch> {
    let mut found = Vec::new();
    let mut start = file.shell();
    let here = from_root(folder_of(file.path));
    for name in ["justfile_directory", "justfile_dir"] {
        start.set(name, Some(&here));
    }
    let mut name = "";
    let mut shell = start.clone();
    let mut is_script = false;
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        if !line.starts_with([' ', '\t']) {
            if let Some((variable, value)) = line.split_once(":=") {
                let variable = variable.trim();
                let variable = variable.strip_prefix("export ").unwrap_or(variable).trim();
                let value = value.trim();
                let quoted = ['"', '\''].into_iter().find_map(|quote| {
                    let inside = value.strip_prefix(quote)?.strip_suffix(quote)?;
                    (!inside.contains(quote)).then_some(inside)
                });
                start.set(variable, quoted);
            } else if let Some((recipe, _)) = line.split_once(':').filter(|_| is_recipe(line)) {
                let first = recipe.split_whitespace().next().unwrap_or_default();
                name = first.trim_start_matches('@');
                (shell, is_script) = (start.clone(), false);
            }
            continue;
        }
        let bare = line.trim_start();
        is_script |= bare.starts_with("#!");
        let mut command = bare.trim_start_matches(['@', '-']).to_owned();
        while command.ends_with('\\') {
            let Some((_, next)) = lines.next() else { break };
            command.push('\n');
            command.push_str(next);
        }
        if !is_script {
            shell = start.clone();
        }
        found.extend(file.launches(&mut shell, &braces(&command), number + 1, name));
    }
    found
}

fn is_recipe(line: &str) -> bool {
    let first = line.chars().next();
    first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '@')
}

/// A text in which variables of the shell stand for `{{NAME}}` and `{{.NAME}}`.
fn braces(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else {
            break;
        };
        out.push_str(before);
        out.push_str(&stand_in(inside));
        rest = behind;
    }
    out.push_str(rest);
    out
}
