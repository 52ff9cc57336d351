//! How an application in Node starts that is meant to serve.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, FileMark, PackageMark, file_is, package_is};
use dfix_engine::OpenCondition;
use dfix_model::context::Answer;
use dfix_model::path::file_name;
use dfix_model::project::{NodeProject, SourcesName, sources_name};
use dfix_model::runtime::Process;
use dfix_model::{
    CallSite, Command, Given, ImagePath, PackageCommand, PackageManager, Stage, Step, Word,
};

/// The variable.
pub(super) const NODE_ENV: &str = "NODE_ENV";

/// A file asks for the variable, so that something is done otherwise where it is set.
pub(super) fn asks(file: &str) -> OpenCondition {
    OpenCondition::new(
        format!("what {file} does otherwise in production"),
        format!("look where it asks for {NODE_ENV}, and set the variable by hand"),
    )
}

/// The start of an application in Node.
pub(super) struct Start<'m> {
    /// A short sentence that says what shows it.
    pub(super) because: String,
    /// What could not be established of it.
    pub(super) open: Vec<OpenCondition>,
    /// The application's package.json.
    pub(super) project: NodeProject,
    site: CallSite<'m>,
    /// The path of the package.json.
    path: Option<ImagePath>,
    /// Whether the file that is started asks for the variable.
    is_asking: bool,
}

impl<'m> Start<'m> {
    /// Whether the command may start one, as its name tells.
    pub(super) fn may_be(stage: Stage<'m>) -> bool {
        stage.entry().workload().is_some_and(|command| {
            command.is_one_of(&["node", "nodejs", "pm2-runtime", "next"])
                || PackageCommand::of(command)
                    .is_some_and(|it| it.manager != PackageManager::Bun && it.script().is_some())
        })
    }

    /// The start of a stage's container; none where it is something else, where development is meant, or where it
    /// decides the variable by itself.
    pub(super) fn of(stage: Stage<'m>) -> Option<Self> {
        let command = stage.entry().workload()?;
        let package = PackageCommand::of(command);
        let site = CallSite::of(command);
        let path = NodeProject::path(package.as_ref(), &site);
        let mut start = Start {
            because: String::new(),
            open: Vec::new(),
            project: NodeProject::at(path.as_ref(), &site),
            site,
            path,
            is_asking: false,
        };
        start.because = match (command.name(), package.and_then(|it| it.script())) {
            ("node" | "nodejs", None) => start.file(stage, command)?,
            // What its own settings say goes before what is set around it.
            ("pm2-runtime", _) if settings_say(command, &start.site) => return None,
            ("pm2-runtime", _) => "the command starts pm2".to_owned(),
            ("next", _) if command.arg(0).is_some_and(|word| word.is("start")) => {
                "the command is `next start`".to_owned()
            }
            (_, Some(script)) if puts_application(stage, false) => {
                start.script(stage, command, script)?
            }
            _ => return None,
        };
        let runtime = stage.runtime();
        if runtime
            .processes()
            .any(|it| is_for_development(&it) || decides(it.command))
        {
            return None;
        }
        for loaded in runtime
            .processes()
            .flat_map(|it| it.command.loaded_variables())
        {
            match loaded.text {
                Answer::Found(text) if text.contains(NODE_ENV) => return None,
                Answer::Found(_) => {}
                Answer::Absent | Answer::Unknown(_) => {
                    let (by, path) = (loaded.by, loaded.path);
                    start.open.push(OpenCondition::new(
                        format!("whether {path}, which {by} reads, sets {NODE_ENV}"),
                        "look into it",
                    ));
                }
            }
        }
        start.open.extend(runtime.unfollowed().iter().cloned());
        for process in runtime.processes() {
            let script = process.script.filter(|script| script.mentions(NODE_ENV));
            let of_script = script.map(|script| asks(script.path()));
            let new = of_script.into_iter().chain(builds(&process));
            for condition in new {
                if !start.open.contains(&condition) {
                    start.open.push(condition);
                }
            }
        }
        Some(start)
    }

    /// `node server.js`
    fn file(&mut self, stage: Stage<'m>, command: Command<'m>) -> Option<String> {
        let call = command.interpreting()?;
        let Given::File(word) = call.given else {
            return None;
        };
        let file = word.value().filter(|_| !call.watches)?;
        if !puts_application(stage, true) {
            return None;
        }
        if let Answer::Found(source) = self.site.source(file) {
            self.is_asking = source.mentions(NODE_ENV);
        }
        self.open.extend(self.is_asking.then(|| asks(file)));
        // dotenv sets what nobody has set.
        let loaded = call
            .loads
            .into_iter()
            .filter(|it| !it.starts_with("dotenv"));
        self.open.extend(loaded.map(asks));
        Some(format!("the command runs {file} with node"))
    }

    /// `npm start`
    fn script(&self, stage: Stage<'m>, command: Command<'m>, script: &str) -> Option<String> {
        let words: Vec<&str> = command.words().filter_map(Word::value).collect();
        let said = format!("`{}`", words.join(" "));
        match &self.project {
            NodeProject::Read(json) => Some(format!("{said} runs `{}`", json.runs(script)?)),
            NodeProject::Absent | NodeProject::Unread(_) => {
                let serves = is_start(script) && !has_development_server(stage);
                serves.then(|| format!("the command is {said}"))
            }
        }
    }

    /// The process that takes the variable for `production` by itself where it is not set, and serves the application.
    pub(super) fn is_production_by_itself(stage: Stage<'_>) -> Option<String> {
        let runtime = stage.runtime();
        let mut processes = runtime.processes();
        let found = processes.find(|it| {
            dfix_catalogue::is_production_by_itself(it.command.name(), &it.known_args())
        })?;
        Some(found.said())
    }

    /// Whether the application's sources ask for the variable; none where that is told already, or nothing is known of
    /// the application.
    pub(super) fn sources(&self) -> Option<SourcesName> {
        let is_read = matches!(self.project, NodeProject::Read(_));
        let path = self.path.as_ref().filter(|_| is_read && !self.is_asking)?;
        Some(sources_name(&self.site, path, NODE_ENV))
    }
}

/// Whether the file puts an application into the image, and not only what it is worked on with.
fn puts_application(stage: Stage<'_>, runs_a_file: bool) -> bool {
    let installs =
        |command: Command<'_>| PackageCommand::of(command).is_some_and(|it| it.is_install());
    let puts = |command: Command<'_>| {
        command.is_marked(Mark::Fetches)
            || command.is_one_of(&["cp", "mv"])
            || (runs_a_file && installs(command))
    };
    let copies = |step: Step<'_>| step.is_copy_or_add() && !step.puts_only_manifests();
    stage
        .base_chain()
        .flat_map(Stage::steps)
        .any(|step| copies(step) || step.has_opaque_text())
        || stage.base_chain().flat_map(Stage::build_commands).any(puts)
}

/// Whether a development server is installed for what an unknown script starts.
fn has_development_server(stage: Stage<'_>) -> bool {
    let packages = stage.node_packages();
    packages
        .known
        .iter()
        .any(|it| package_is(Ecosystem::Language, &it.name, PackageMark::Development))
}

/// Whether a script of this name is one that serves in production.
pub(super) fn is_start(script: &str) -> bool {
    matches!(
        script,
        "start" | "serve" | "start:prod" | "start:production" | "prod" | "production"
    )
}

/// Whether a process serves what is being worked on.
pub(super) fn is_for_development(process: &Process<'_>) -> bool {
    programs::serves_development(process.command.name(), &process.known_args())
}

/// Whether a file of settings that the command is told names the variable: `env` of `ecosystem.config.js`.
fn settings_say(command: Command<'_>, site: &CallSite<'_>) -> bool {
    let mut told = command.args().filter_map(Word::value);
    told.any(|path| {
        file_is(file_name(path), FileMark::ReadAtStart)
            && matches!(site.read(path), Answer::Found(text) if text.contains(NODE_ENV))
    })
}

/// Whether a command sets the variable for itself or for what comes after it.
fn decides(command: Command<'_>) -> bool {
    command.assignments().any(|it| it.name() == NODE_ENV)
        || command
            .args()
            .chain(command.wrappers().flat_map(|it| command.words_of(it)))
            .any(|word| word.literal_prefix().split('=').next() == Some(NODE_ENV))
}

/// A process that installs or builds something: npm and yarn would leave devDependencies out then.
pub(super) fn builds(process: &Process<'_>) -> Option<OpenCondition> {
    let command = process.command;
    let is_build = |word: &str| word == "build" || word.starts_with("build:");
    let builds = PackageCommand::of(command).is_some_and(|it| it.is_install())
        || command.is_marked(Mark::Bundles)
        || process.known_args().into_iter().any(is_build);
    builds.then(|| {
        OpenCondition::new(
            format!("whether what {} installs or builds at start needs devDependencies, which npm and yarn leave out in production", process.said()),
            "install and build in a RUN",
        )
    })
}
