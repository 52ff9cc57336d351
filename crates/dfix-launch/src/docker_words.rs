//! `docker build` and `docker run` as they are typed, and their like of Podman and nerdctl: what their options say.
//!
//! Source: the reference of Docker's command line (`docker buildx build`, `docker container run`), and the manuals
//! podman-build(1) and podman-run(1).

use crate::examples;
use crate::files::Files;
use crate::launch::{
    Build, Health, Launch, Mount, MountKind, Place, Source, Start, Unread, Variable,
};
use crate::path::{REPOSITORY, join};
use crate::shell::{Command, Shell, Word, assignment, is_shell, is_word_before};
use crate::short;
use crate::variables::file_of_variables;

mod gcloud;
mod inside;
mod naming;
mod options;

use options::Taken;

/// Where commands stand.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) files: &'a dyn Files,
    pub(crate) source: Source,
    /// The file that they stand in.
    pub(crate) file: &'a str,
    /// What the launches are named after: the target of make, the job.
    pub(crate) name: &'a str,
}

/// Whether a text may build or start images by commands.
pub(crate) fn speaks_of_containers(text: &str) -> bool {
    ["docker", "podman", "nerdctl", "buildah", "kaniko", "gcloud"]
        .iter()
        .any(|it| text.contains(it))
}

/// What the commands of a text build and start, whose first line has this number.
pub(crate) fn launches_in(shell: &mut Shell, text: &str, line: usize, at: At<'_>) -> Vec<Launch> {
    launches_of_text(shell, text, line, at, 0)
}

/// `depth`: in how many texts that shells are given (`bash -c TEXT`) it stands.
fn launches_of_text(
    shell: &mut Shell,
    text: &str,
    line: usize,
    at: At<'_>,
    depth: usize,
) -> Vec<Launch> {
    const DEEPEST: usize = 4;
    let mut found = Vec::new();
    for command in shell.read(text, line) {
        match text_given_to_a_shell(&command) {
            Some(inner) if depth < DEEPEST => {
                let mut own = shell.started_in(command.folder.clone());
                found.extend(launches_of_text(
                    &mut own,
                    inner,
                    command.line,
                    at,
                    depth + 1,
                ));
            }
            _ => found.extend(launch_of(&command, at)),
        }
    }
    found
}

/// The text of `bash -c TEXT`, where it is known.
fn text_given_to_a_shell(command: &Command) -> Option<&str> {
    let (name, rest) = program(&command.words)?.split_first()?;
    let at = rest.iter().position(|word| !word.text.starts_with('-'))?;
    let is_text = rest.get(at.checked_sub(1)?)?.text.ends_with('c');
    let text = rest.get(at)?;
    (is_shell(&name.text) && is_text && text.open.is_none()).then_some(text.text.as_str())
}

/// What a command builds or starts, if it does.
pub(crate) fn launch_of(command: &Command, at: At<'_>) -> Option<Launch> {
    let words = program(&command.words)?;
    let is_buildahs;
    let is_podmans;
    let (options, mut rest) = match words.split_first()? {
        (name, rest) if name_of(&name.text) == "executor" => {
            let is_kaniko = name.text.contains("kaniko");
            return is_kaniko.then(|| reader(command, at).kaniko(rest));
        }
        (name, rest) => match name_of(&name.text) {
            "docker-compose" => return reader(command, at).compose(rest),
            "podman-compose" => return reader(command, at).compose_of_podman(rest),
            "gcloud" => return reader(command, at).gcloud(rest),
            program @ ("docker" | "podman" | "nerdctl" | "buildah") => {
                is_podmans = program == "podman";
                is_buildahs = is_podmans || program == "buildah";
                (options::GLOBAL, rest)
            }
            _ => return None,
        },
    };
    // Options of the program stand before its subcommand, some before the one that follows.
    let mut subcommand = None;
    for _ in 0..3 {
        let taken = options.take(rest, false);
        let (name, behind) = rest.get(taken.operands_at..)?.split_first()?;
        rest = behind;
        match &*name.text {
            "image" | "container" | "buildx" | "builder" => {}
            name => {
                subcommand = Some(name);
                break;
            }
        }
    }
    match subcommand? {
        "build" | "bud" | "b" => {
            let mut launch = reader(command, at).build(rest);
            if let Some(build) = &mut launch.build {
                build.is_case_sensitive = Some(is_buildahs);
            }
            Some(launch)
        }
        "run" | "create" => {
            let mut launch = reader(command, at).run(rest);
            launch.keeps_low_ports |= is_podmans;
            Some(launch)
        }
        "compose" if is_podmans => reader(command, at).compose_of_podman(rest),
        "compose" => reader(command, at).compose(rest),
        name @ ("kube" | "play") if is_podmans => {
            let other = if name == "kube" { "play" } else { "kube" };
            let plays = rest.first().is_some_and(|it| it.text == other);
            plays.then(|| reader(command, at).files_of_podman())
        }
        "exec" => reader(command, at).exec(rest),
        "tag" => reader(command, at).tag(rest),
        "manifest" => reader(command, at).manifest(rest),
        "imagetools" => reader(command, at).imagetools(rest),
        _ => None,
    }
}

/// Puts what options of `docker run` say into a launch.
pub(crate) fn apply_run_options(words: &[Word], folder: &str, at: At<'_>, launch: &mut Launch) {
    let mut reader = Reader {
        at,
        folder: Some(folder.to_owned()),
        launch: launch.clone(),
    };
    let taken = options::RUN.take(words, false);
    reader.run_options(&taken);
    *launch = reader.launch;
}

/// `type=bind,source=a,target=/b,readonly`: a mount of `--mount`, and of `mounts` in devcontainer.json.
pub(crate) fn long_mount(text: &str, place: Place) -> Option<Mount> {
    let pairs: Vec<(&str, &str)> = text
        .split(',')
        .map(|part| part.split_once('=').unwrap_or((part, "true")))
        .collect();
    let value = |names: &[&str]| {
        let found = pairs.iter().find(|(name, _)| names.contains(name));
        found.map(|(_, value)| *value)
    };
    let source = value(&["source", "src"]).filter(|it| !it.is_empty());
    let kind = match (value(&["type"]).unwrap_or("volume"), source) {
        ("tmpfs", _) => short::tmpfs(text.split(',')),
        ("bind", source) => MountKind::Host(source.unwrap_or_default().to_owned()),
        (_, Some(source)) => MountKind::Named(source.to_owned()),
        (_, None) => MountKind::Anonymous,
    };
    let is_read_only = value(&["readonly", "ro"]).is_some_and(|it| it != "false" && it != "0");
    Some(Mount {
        kind,
        target: value(&["target", "destination", "dst"])?.to_owned(),
        is_read_only,
        place,
    })
}

fn name_of(program: &str) -> &str {
    let name = program.rsplit('/').next().unwrap_or(program);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The words from the program on: without what stands before it.
fn program(words: &[Word]) -> Option<&[Word]> {
    let mut rest = words;
    loop {
        let (first, behind) = rest.split_first()?;
        let text = &*first.text;
        rest = match text {
            "env" => behind,
            "timeout" => {
                let words = behind.iter().take_while(|it| it.text.starts_with('-'));
                behind.get(words.count() + 1..)?
            }
            "sudo" => {
                let options = behind.iter().take_while(|it| it.text.starts_with('-'));
                &behind[options.count()..]
            }
            _ if is_word_before(text) || assignment(first).is_some() => behind,
            _ => return Some(rest),
        };
    }
}

fn reader<'a>(command: &Command, at: At<'a>) -> Reader<'a> {
    let place = Place {
        file: at.file.to_owned(),
        line: command.line,
    };
    Reader {
        at,
        folder: command.folder.clone(),
        launch: Launch::new(at.source, place, at.name),
    }
}

struct Reader<'a> {
    at: At<'a>,
    folder: Option<String>,
    launch: Launch,
}

impl Reader<'_> {
    fn unread(&mut self, what: &str, why: impl Into<String>) {
        self.launch.unread.push(Unread {
            what: format!("{what} of {}", self.launch.said()),
            why: why.into(),
            place: self.launch.place.clone(),
        });
    }

    /// The text of a word; `what` it says is noted where that is not known.
    fn text(&mut self, word: &Word, what: &str) -> Option<String> {
        match &word.open {
            None => Some(word.text.clone()),
            Some(open) => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let why = if open.chars().all(is_name) {
                    format!("the variable `{open}` is set where it is run")
                } else {
                    format!("`{open}` is worked out where it is run")
                };
                self.unread(what, why);
                None
            }
        }
    }

    fn unknown_options(&mut self, taken: &Taken) {
        for word in &taken.unknown {
            match &word.open {
                Some(_) => {
                    self.text(word, "further options");
                }
                None => {
                    let what = format!("the option `{}`", word.text);
                    self.unread(&what, "it is not known here");
                }
            }
        }
    }

    /// What a path means where the command is run.
    fn path(&mut self, word: &Word, what: &str) -> Option<String> {
        let text = self.text(word, what)?;
        match &self.folder {
            Some(folder) => join(folder, &text),
            None => {
                self.unread(what, "it is not known in which folder the command is run");
                None
            }
        }
    }

    fn build(mut self, words: &[Word]) -> Launch {
        let mut taken = options::BUILD.take(words, true);
        // What stands last is the context, if nothing else is.
        if taken.operands.is_empty() && taken.unknown.last() == words.last() {
            taken.operands.extend(taken.unknown.pop());
        }
        self.unknown_options(&taken);
        let mut build = Build::default();
        let (mut file, mut context) = (None, taken.operands.first().cloned());
        for (name, value) in taken.options {
            let Some(value) = value else { continue };
            match name {
                "--file" => file = Some(value),
                "--target" => build.target = self.text(&value, "the stage"),
                "--platform" => build.add_platforms(&value.text),
                "--tag" => self.image(value.text),
                "--build-arg" => build.arguments.extend(argument(&value)),
                "--build-context" => {
                    let named = value.text.split_once('=');
                    let named = named.map(|(name, it)| (name.to_owned(), it.to_owned()));
                    build.contexts.extend(named);
                }
                _ => {}
            }
        }
        if context.as_ref().is_some_and(|it| it.text == "-") {
            context = None;
            build.is_inline = file.is_none();
        } else if context.is_none() {
            context = Some(Word::known("."));
        }
        build.context = context.and_then(|context| self.path(&context, "the build context"));
        match file {
            Some(file) if file.text == "-" => build.is_inline = true,
            Some(file) => build.dockerfile = self.path(&file, "the Dockerfile"),
            None if build.is_inline => {}
            None => {
                let context = build.context.as_deref();
                build.dockerfile = context.and_then(|context| join(context, "Dockerfile"));
            }
        }
        self.launch.build = Some(build);
        self.launch
    }

    /// Kaniko's executor: Dockerfiles are named from the context.
    fn kaniko(mut self, words: &[Word]) -> Launch {
        let taken = options::KANIKO.take(words, true);
        let mut build = Build::default();
        let (mut file, mut context) = (Word::known("Dockerfile"), Word::known("."));
        for (name, value) in taken.options {
            let Some(mut value) = value else { continue };
            match name {
                "--dockerfile" => file = value,
                "--context" => {
                    let folder = value.text.strip_prefix("dir://").map(str::to_owned);
                    value.text = folder.unwrap_or(value.text);
                    context = value;
                }
                "--target" => build.target = self.text(&value, "the stage"),
                "--custom-platform" => build.add_platforms(&value.text),
                "--destination" => self.image(value.text),
                "--build-arg" => build.arguments.extend(argument(&value)),
                _ => {}
            }
        }
        build.context = self.path(&context, "the build context");
        let is_below = |folder: &String| file.text.starts_with(&format!("{folder}/"));
        build.dockerfile = match self.text(&file, "the Dockerfile") {
            Some(file) if build.context.as_ref().is_some_and(is_below) => Some(file),
            // `$CI_PROJECT_DIR/…`
            Some(file) if file.starts_with("./") => join("", &file),
            Some(file) => build.context.as_deref().and_then(|it| join(it, &file)),
            None => None,
        };
        self.launch.build = Some(build);
        self.launch
    }

    fn image(&mut self, name: String) {
        if self.launch.image.is_none() {
            self.launch.image = Some(name);
        } else {
            self.launch.other_images.push(name);
        }
    }

    fn run(mut self, words: &[Word]) -> Launch {
        let taken = options::RUN.take(words, false);
        self.run_options(&taken);
        let Some((image, command)) = taken.operands.split_first() else {
            return self.launch;
        };
        self.launch.image = Some(image.text.clone());
        if !command.is_empty() {
            let words: Option<Vec<String>> = command
                .iter()
                .map(|word| self.text(word, "the command"))
                .collect();
            self.launch.command = words.map(Start::Words);
        }
        self.launch
    }

    fn run_options(&mut self, taken: &Taken) {
        self.unknown_options(taken);
        for (name, value) in &taken.options {
            match value {
                Some(value) => self.run_option(name, value),
                None => match *name {
                    "--privileged" => self.launch.is_privileged = true,
                    "--read-only" => self.launch.is_read_only = true,
                    "--no-healthcheck" => self.launch.health = Some(Health::Off),
                    _ => {}
                },
            }
        }
    }

    fn run_option(&mut self, name: &str, word: &Word) {
        let place = self.launch.place.clone();
        let text = &*word.text.replace(REPOSITORY, ".");
        match name {
            // Whichever it is, the image's own does not count.
            "--user" if self.at.source != Source::Devcontainer => {
                self.launch.user = Some(word.text.clone());
            }
            "--user" => self.launch.user = self.text(word, "the user"),
            "--workdir" => self.launch.working_dir = self.text(word, "the working directory"),
            "--entrypoint" if text.is_empty() => self.launch.entrypoint = Some(Start::Nothing),
            "--entrypoint" => {
                let text = self.text(word, "the entry point");
                self.launch.entrypoint = text.map(|text| Start::Words(vec![text]));
            }
            "--health-cmd" => {
                let text = self.text(word, "the health check");
                self.launch.health = text.map(|text| Health::Command(Start::Shell(text)));
            }
            "--publish" | "--expose" => self.launch.ports.extend(short::port(text)),
            "--volume" => {
                let Some((source, target, is_read_only)) = short::mount(text) else {
                    return;
                };
                let kind = match source {
                    None => MountKind::Anonymous,
                    Some(it) if short::is_of_host(it) => MountKind::Host(it.to_owned()),
                    Some(it) => MountKind::Named(it.to_owned()),
                };
                if word.open.is_some() && target.contains('$') {
                    self.text(word, "a mount");
                    return;
                }
                let target = target.to_owned();
                self.launch.mounts.push(Mount {
                    kind,
                    target,
                    is_read_only,
                    place,
                });
            }
            "--mount" => match long_mount(text, place) {
                Some(mount) if !mount.target.contains('$') => self.launch.mounts.push(mount),
                _ if word.open.is_some() => {
                    self.text(word, "a mount");
                }
                _ => self.unread("a mount", "it has no target"),
            },
            "--tmpfs" => {
                let (target, options) = text.split_once(':').unwrap_or((text, ""));
                self.launch.mounts.push(Mount {
                    kind: short::tmpfs(options.split(',')),
                    target: target.to_owned(),
                    is_read_only: false,
                    place,
                });
            }
            "--env" => {
                let (name, value) = match assignment(word) {
                    Some((name, value)) => (name, value.map(str::to_owned)),
                    None => (text, None),
                };
                let name = name.to_owned();
                self.launch.environment.retain(|it| it.name != name);
                self.launch
                    .environment
                    .push(Variable { name, value, place });
            }
            "--env-file" | "--env-from-file" => self.env_file(word),
            "--name" if word.open.is_none() => self.launch.container = Some(text.to_owned()),
            "--cap-add" => self.launch.capabilities.extend(list(text)),
            "--cap-drop" => self.launch.dropped_capabilities.extend(list(text)),
            "--device" => self.launch.devices.push(short::device(text).to_owned()),
            "--group-add" => self.launch.groups.extend(list(text)),
            "--network" => self.launch.has_host_network = text == "host",
            "--pid" => self.launch.has_host_processes = text == "host",
            "--privileged" => self.launch.is_privileged = text != "false",
            "--read-only" => self.launch.is_read_only = text != "false",
            _ => {}
        }
    }

    fn env_file(&mut self, word: &Word) {
        let what = "a file of variables";
        let Some(path) = self.path(word, what) else {
            return;
        };
        let Ok(Some(text)) = self.at.files.read(&path) else {
            if examples::take(self.at.files, &path, &mut self.launch) {
                return;
            }
            self.unread(what, format!("`{path}` is not in the repository"));
            return;
        };
        for (line, name, value) in file_of_variables(&text) {
            let file = path.clone();
            self.launch.environment.retain(|it| it.name != name);
            self.launch.environment.push(Variable {
                name,
                value,
                place: Place { file, line },
            });
        }
    }
}

fn argument(word: &Word) -> Option<(String, Option<String>)> {
    match assignment(word) {
        Some((name, value)) => Some((name.to_owned(), value.map(str::to_owned))),
        None => word.open.is_none().then(|| (word.text.clone(), None)),
    }
}

fn list(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::to_owned)
}

#[cfg(test)]
mod tests;
