//! GitHub's workflows.

use crate::ci::expressions::{Scope, scopes_of};
use crate::ci::file::{File, command};
use crate::files::FolderLaunches;
use crate::git;
use crate::launch::{Launch, Start};
use crate::path::join;
use crate::shell::{Dialect, Shell, Word};
use crate::words;
use crate::yaml::{self, Node};

/// How far workflows that call others are followed.
const MOST_CALLS: usize = 4;

/// A workflow and its file.
#[derive(Clone, Copy)]
pub(super) struct Workflow<'a> {
    pub(super) file: File<'a>,
    pub(super) node: &'a Node,
}

/// What the jobs of workflows build and start. One that others call is read as they call it.
pub(super) fn read(workflows: &[Workflow<'_>], found: &mut FolderLaunches) {
    let is_called = |workflow: &Workflow<'_>| {
        let mut callers = workflows.iter().flat_map(|it| it.jobs());
        callers.any(|job| {
            job.callee(workflows)
                .is_some_and(|it| it.file.path == workflow.file.path)
        })
    };
    for workflow in workflows.iter().filter(|it| !is_called(it)) {
        workflow.read(workflows, &workflow.defaults(0), 0, found);
    }
}

impl<'a> Workflow<'a> {
    fn jobs(self) -> impl Iterator<Item = Job<'a>> {
        let jobs = self.node.get("jobs").map(Node::entries).unwrap_or_default();
        jobs.into_iter().map(move |(name, node)| Job {
            file: self.file,
            name,
            node,
            workflow: self.node,
        })
    }

    /// The inputs that have a value without a word from who starts it, or, at a depth, who calls it.
    fn defaults(self, depth: usize) -> Scope {
        let mut scope = Scope::of_repository(git::repository(self.file.files).as_deref());
        for trigger in ["workflow_call", "workflow_dispatch"] {
            let inputs = self.node.at(&["on", trigger, "inputs"]);
            for (name, input) in inputs.map(Node::entries).unwrap_or_default() {
                let default = input.text_of("default");
                // What a workflow leaves out that calls it is empty; a person may fill it in.
                let default = default.or((depth > 0).then_some(""));
                scope.set_input(name, default.map(Word::known));
            }
        }
        scope
    }

    /// What its jobs build and start with these inputs.
    fn read(self, all: &[Workflow<'_>], inputs: &Scope, depth: usize, found: &mut FolderLaunches) {
        let scope = inputs.with_environment(self.node.get("env"));
        for job in self.jobs() {
            if let Some(callee) = job.callee(all).filter(|_| depth < MOST_CALLS) {
                let with = job.node.get("with");
                let texts = with.map(Node::texts).unwrap_or_default();
                for scope in scopes_of(&scope, job.matrix(), &texts) {
                    let mut inputs = callee.defaults(depth + 1);
                    for (name, value) in with.map(Node::entries).unwrap_or_default() {
                        let value = scope.put_into(value.text().unwrap_or_default());
                        inputs.set_input(name, Some(value));
                    }
                    callee.read(all, &inputs, depth + 1, found);
                }
                continue;
            }
            for launch in job.containers(&scope.with_environment(job.node.get("env"))) {
                found.push(launch);
            }
            for step in job.node.list_of("steps") {
                job.step(step, &scope, depth, found);
            }
        }
    }
}

/// Whether a step is docker/metadata-action.
fn is_metadata(step: &Node) -> bool {
    let uses = step.text_of("uses");
    uses.is_some_and(|it| it.starts_with("docker/metadata-action"))
}

/// Whether a condition asks for anything but what started the workflow: `matrix.platform != 'linux/arm/v5'`, `env.X == 'true'`.
fn asks_more_than_the_event(condition: &str) -> bool {
    let words = condition.split(|it: char| !(it.is_ascii_alphanumeric() || "._-".contains(it)));
    let contexts = ["env", "inputs", "matrix", "needs", "steps", "vars"];
    let mut first = words.filter_map(|it| it.split_once('.'));
    first.any(|(context, _)| contexts.contains(&context))
}

/// The entries of a list of lines or with commas.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    let entries = text.split([',', '\n']).map(str::trim);
    entries.filter(|it| !it.is_empty())
}

/// The platforms that an input names: those that it says, also as the values of a condition.
fn platforms_of(text: &str, scope: &Scope) -> Vec<Word> {
    let word = scope.put_into(text);
    if word.open.is_some() {
        let quoted = text.split('\'').skip(1).step_by(2);
        let said: Vec<Word> = quoted
            .filter(|it| it.contains("linux/"))
            .flat_map(listed)
            .map(Word::known)
            .collect();
        if !said.is_empty() {
            return said;
        }
    }
    listed(&word.text).map(word_of).collect()
}

/// A word in which variables of a shell stand for what is not known.
fn word_of(text: &str) -> Word {
    Word {
        open: text.contains("${").then(|| text.to_owned()),
        text: text.to_owned(),
    }
}

struct Job<'a> {
    file: File<'a>,
    name: &'a str,
    node: &'a Node,
    workflow: &'a Node,
}

impl Job<'_> {
    /// The workflow of this repository that the job is.
    fn callee<'w>(&self, all: &[Workflow<'w>]) -> Option<Workflow<'w>> {
        let path = self.node.text_of("uses")?.strip_prefix("./")?;
        let path = join(self.file.root, path)?;
        all.iter().find(|it| it.file.path == path).copied()
    }

    /// A path as it is in the repository, where the job checks that out into a folder of its own.
    fn in_checkout(&self, path: &str) -> String {
        let is_own = |step: &&Node| {
            let uses = step.text_of("uses").unwrap_or_default();
            let repository = step.at(&["with", "repository"]);
            uses.starts_with("actions/checkout@") && repository.is_none()
        };
        let mut own = self.node.list_of("steps").iter().filter(is_own);
        let folder = own.find_map(|step| step.at(&["with", "path"])?.text());
        let bare = |path: &'_ str| {
            path.trim_start_matches("./")
                .trim_end_matches('/')
                .to_owned()
        };
        let rest = folder.and_then(|folder| {
            let path = bare(path);
            let rest = path.strip_prefix(&bare(folder))?.to_owned();
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        });
        rest.map_or_else(|| path.to_owned(), |rest| format!(".{rest}"))
    }

    fn matrix(&self) -> Option<&Node> {
        self.node.at(&["strategy", "matrix"])
    }

    fn step(&self, step: &Node, scope: &Scope, depth: usize, found: &mut FolderLaunches) {
        // Docker's own, and those that take its place and its words.
        let is_build = |uses: &str| {
            let name = uses.split('@').next().unwrap_or(uses);
            name.ends_with("/build-push-action")
        };
        let uses = step.text_of("uses").unwrap_or_default();
        let is_deployment = uses.starts_with("google-github-actions/deploy-cloudrun");
        let script = step.get("run");
        let action = self.action(uses, found).filter(|_| depth < MOST_CALLS);
        if !is_build(uses) && !is_deployment && script.is_none() && action.is_none() {
            return;
        }
        let mut scopes = scopes_of(scope, self.matrix(), &self.texts_of(step));
        if scopes == [scope.clone()] {
            scopes = scopes_of(scope, self.matrix(), &step.texts());
        }
        for scope in scopes {
            // The steps of an action of this repository have the job's already.
            let own = self.node.get("env").into_iter().chain(step.get("env"));
            let scope = own.fold(scope, |scope, it| scope.with_environment(Some(it)));
            let more = match (&action, script) {
                (Some((path, action)), _) => {
                    self.call(path, action, step, &scope, depth, found);
                    continue;
                }
                (None, Some(script)) => self.script(step, script, &scope),
                (None, None) if is_deployment => self.deployed(step, &scope).into_iter().collect(),
                (None, None) => self.built(step, &scope).into_iter().collect(),
            };
            for mut launch in more {
                if let Some(build) = &mut launch.build {
                    build.is_conditional = self.may_leave_out(step);
                }
                found.push(launch);
            }
        }
    }

    /// Whether a condition on a step, or on the job, may pass over it for some of what the matrix or variables hold.
    fn may_leave_out(&self, step: &Node) -> bool {
        let own = [step, self.node].map(|it| it.text_of("if").unwrap_or_default());
        own.iter().any(|it| asks_more_than_the_event(it))
    }

    /// The texts that tell which values of the matrix matter to a step: its own, those of the job's variables, and of
    /// the steps that name the images for it.
    fn texts_of<'n>(&'n self, step: &'n Node) -> Vec<&'n Node> {
        let mut texts = step.texts();
        texts.extend(self.node.get("env").map(Node::texts).unwrap_or_default());
        let names = texts.iter().filter_map(|it| it.text());
        if names.clone().any(|it| it.contains("steps.")) {
            let steps = self.node.list_of("steps").iter();
            let steps = steps.filter(|it| is_metadata(it));
            texts.extend(steps.filter_map(|it| it.get("with")).flat_map(Node::texts));
        }
        texts
    }

    /// An action of this repository that is made of steps: its path and what it says.
    fn action(&self, uses: &str, found: &mut FolderLaunches) -> Option<(String, Node)> {
        let folder = join(self.file.root, uses.strip_prefix("./")?)?;
        ["action.yml", "action.yaml"].iter().find_map(|name| {
            let path = join(&folder, name)?;
            let text = found.text(self.file.files, &path)?;
            found.note(&path);
            match yaml::documents(&text) {
                Ok(documents) => {
                    let node = documents.into_iter().next()?;
                    node.at(&["runs", "steps"])?.list()?;
                    Some((path, node))
                }
                Err(error) => {
                    let why = format!("it is no YAML: {}", error.message);
                    found.unread(&path, error.line, name, why);
                    None
                }
            }
        })
    }

    /// What the steps of an action build and start, as a step calls it.
    fn call(
        &self,
        path: &str,
        action: &Node,
        step: &Node,
        scope: &Scope,
        depth: usize,
        found: &mut FolderLaunches,
    ) {
        let Some(runs) = action.get("runs") else {
            return;
        };
        let mut inner = scope.clone();
        for (name, input) in action.get("inputs").map(Node::entries).unwrap_or_default() {
            let default = input.text_of("default").unwrap_or_default();
            inner.set_input(name, Some(Word::known(default)));
        }
        for (name, value) in step.get("with").map(Node::entries).unwrap_or_default() {
            let value = scope.put_into(value.text().unwrap_or_default());
            inner.set_input(name, Some(value));
        }
        let job = Job {
            file: File { path, ..self.file },
            name: self.name,
            node: runs,
            workflow: action,
        };
        for step in runs.list_of("steps") {
            job.step(step, &inner, depth + 1, found);
        }
    }

    /// What docker/build-push-action builds, as the command that it runs.
    fn built(&self, step: &Node, scope: &Scope) -> Option<Launch> {
        let empty = Node::of_map(step.line, Vec::new());
        let with = step.get("with").unwrap_or(&empty);
        let value = |key: &str| {
            let mut value = scope.put_into(with.text_of(key)?);
            if key == "context" || key == "file" {
                value.text = self.in_checkout(&value.text);
            }
            Some(value).filter(|it| !it.text.is_empty())
        };
        let lines = |key: &str| -> Vec<Word> {
            let text = with.text_of(key).unwrap_or_default();
            let lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
            lines.map(|line| scope.put_into(line)).collect()
        };
        let mut options = Vec::new();
        options.extend(value("file").map(|it| ("--file", it)));
        options.extend(value("target").map(|it| ("--target", it)));
        options.extend(
            lines("build-args")
                .into_iter()
                .map(|it| ("--build-arg", it)),
        );
        let contexts = lines("build-contexts").into_iter();
        options.extend(contexts.map(|it| ("--build-context", it)));
        let platforms = platforms_of(with.text_of("platforms").unwrap_or_default(), scope);
        options.extend(platforms.into_iter().map(|it| ("--platform", it)));
        for tag in listed(with.text_of("tags").unwrap_or_default()) {
            let named = self.names_of_metadata(tag, scope);
            if named.is_empty() {
                // A variable may hold several.
                let all = scope.put_into(tag);
                options.extend(listed(&all.text).map(|it| ("--tag", word_of(it))));
            }
            options.extend(named.into_iter().map(|it| ("--tag", it)));
        }
        let mut context = value("context").unwrap_or_else(|| Word::known("."));
        // The default is the repository as Git has it, and a folder of it stands behind a colon.
        if let Some(folder) = context.text.strip_prefix("{{defaultContext}}") {
            context.text = format!("./{}", folder.trim_start_matches(':'));
        }
        let mut words = command("build", options);
        words.push(context);
        self.file.of_words(words, step.line, self.name)
    }

    /// What google-github-actions/deploy-cloudrun deploys, as the command that it runs. Jobs are none of its services.
    fn deployed(&self, step: &Node, scope: &Scope) -> Option<Launch> {
        let with = step.get("with").filter(|it| it.get("job").is_none())?;
        let value = |key: &str| {
            let value = scope.put_into(with.text_of(key)?);
            Some(value).filter(|it| !it.text.is_empty())
        };
        let mut words = ["gcloud", "run"].map(Word::known).to_vec();
        if let Some(file) = value("metadata") {
            words.extend(["services", "replace"].map(Word::known));
            words.push(file);
            return self.file.of_words(words, step.line, self.name);
        }
        words.push(Word::known("deploy"));
        for (key, option) in [("image", "--image"), ("source", "--source")] {
            words.extend(value(key).map(|mut value| {
                if key == "source" {
                    value.text = self.in_checkout(&value.text);
                }
                value.text = format!("{option}={}", value.text);
                value
            }));
        }
        let variables = value("env_vars").map(|it| listed(&it.text).collect::<Vec<_>>().join(","));
        words.extend(variables.map(|it| word_of(&format!("--set-env-vars={it}"))));
        let flags = value("flags").and_then(|it| words::split(&it.text));
        words.extend(flags.unwrap_or_default().iter().map(|it| word_of(it)));
        self.file.of_words(words, step.line, self.name)
    }

    /// The names that docker/metadata-action makes, where a tag is its output.
    fn names_of_metadata(&self, tag: &str, scope: &Scope) -> Vec<Word> {
        let Some((_, rest)) = tag.split_once("steps.") else {
            return Vec::new();
        };
        let Some((id, output)) = rest.split_once('.') else {
            return Vec::new();
        };
        let steps = self.node.list_of("steps");
        let step = steps.iter().find(|it| it.text_of("id") == Some(id));
        let images = step
            .filter(|it| is_metadata(it))
            .and_then(|it| it.at(&["with", "images"])?.text())
            .filter(|_| output.starts_with("outputs."));
        let images = scope.put_into(images.unwrap_or_default()).text;
        let names = listed(&images).map(|line| {
            // `name=ghcr.io/team/web,enable=true`
            line.strip_prefix("name=").unwrap_or(line)
        });
        names.filter(|it| !it.contains('=')).map(word_of).collect()
    }

    fn script(&self, step: &Node, script: &Node, scope: &Scope) -> Vec<Launch> {
        let Some(text) = script.text() else {
            return Vec::new();
        };
        let defaults =
            [self.node, self.workflow].map(|it| it.at(&["defaults", "run", "working-directory"]));
        let folder = step
            .get("working-directory")
            .into_iter()
            .chain(defaults.into_iter().flatten());
        let mut folders = folder;
        let folder = folders.find_map(Node::text).unwrap_or(".");
        let folder = scope.put_into(folder);
        let folder = match folder.open {
            None => join(self.file.root, &self.in_checkout(&folder.text)),
            Some(_) => None,
        };
        let is_root = folder.as_deref() == Some(self.file.root);
        let shell = step.text_of("shell").unwrap_or_default();
        let dialect = match shell.split(' ').next() {
            Some("cmd") => Dialect::Cmd,
            Some("powershell" | "pwsh") => Dialect::PowerShell,
            _ => Dialect::Posix,
        };
        let mut shell = Shell::new(folder).with_dialect(dialect);
        shell.set("GITHUB_WORKSPACE", is_root.then_some("."));
        for (name, value) in scope.environment() {
            match value {
                Some(value) => shell.set_word(name, value.clone()),
                None => shell.set(name, None),
            }
        }
        let text = scope.put_into(text).text;
        self.file
            .of_script(&mut shell, &text, script.line, self.name)
    }

    /// The container that the steps of the job are run in, and those beside it.
    fn containers(&self, scope: &Scope) -> Vec<Launch> {
        let mut found = Vec::new();
        let services = self
            .node
            .get("services")
            .map(Node::entries)
            .unwrap_or_default();
        let own = self.node.get("container").map(|it| (self.name, it));
        for (name, container) in own.into_iter().chain(services) {
            for scope in scopes_of(scope, self.matrix(), &container.texts()) {
                let launch = self.container(name, container, &scope);
                found.extend(launch.filter(|it| !found.contains(it)));
            }
        }
        if let Some(own) = own {
            let of_job = found
                .iter_mut()
                .filter(|it: &&mut Launch| it.place.line == own.1.line);
            for launch in of_job {
                let words = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect();
                launch.entrypoint = Some(Start::Words(words(&["tail"])));
                launch.command = Some(Start::Words(words(&["-f", "/dev/null"])));
                launch.runs_steps = true;
            }
        }
        found
    }

    fn container(&self, name: &str, container: &Node, scope: &Scope) -> Option<Launch> {
        let image = container.text().or_else(|| container.text_of("image"))?;
        let image = scope.put_into(image);
        let mut options = Vec::new();
        for (name, value) in container.get("env").map(Node::entries).unwrap_or_default() {
            let value = value.text().unwrap_or_default();
            options.push(("--env", scope.put_into(&format!("{name}={value}"))));
        }
        for (key, option) in [("volumes", "--volume"), ("ports", "--publish")] {
            let texts = container.list_of(key).iter().filter_map(Node::text);
            options.extend(texts.map(|text| (option, scope.put_into(text))));
        }
        let mut words = command("run", options);
        let own = container.text_of("options").unwrap_or_default();
        let own = words::split(&scope.put_into(own).text).unwrap_or_default();
        words.extend(own.into_iter().map(|text| Word {
            open: text.contains("${").then(|| text.clone()),
            text,
        }));
        words.push(image);
        self.file.of_words(words, container.line, name)
    }
}
