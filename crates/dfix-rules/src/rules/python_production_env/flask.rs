//! Whether an application is a Flask one, and which module holds it.

use std::collections::BTreeSet;

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, PackageMark, package_is, web_frameworks};
use dfix_engine::OpenCondition;
use dfix_model::context::Answer;
use dfix_model::path::{has_ending, program_name};
use dfix_model::sources::{Import, Language};
use dfix_model::{Command, Given, ImagePath, Requirement, SourceFile, Stage, Word};

use super::application::by_switch;
use super::{folder, held};

/// What says that an application is a Flask one.
pub(super) struct Flask {
    /// A short sentence that says where it was seen.
    pub(super) because: String,
    /// Whether the version is known to be one that does without `FLASK_ENV`: 2.2 warns of
    /// it at each start, 2.3 and later read it no more (Flask's list of changes).
    pub(super) is_without_env: bool,
    /// Whether nothing keeps its version below those.
    pub(super) is_of_any_version: bool,
    /// What could not be established of it.
    pub(super) open: Option<OpenCondition>,
}

/// Whether a stage ships a Flask application: seen in what it installs, in its command, or in the source of
/// what it starts.
pub(super) fn of(stage: Stage<'_>) -> Option<Flask> {
    if serves_another_framework(stage) {
        return None;
    }
    let packages = stage.python_packages();
    let switched = |it: &Requirement| {
        let switch = it.only_with.as_deref();
        switch.map(|switch| by_switch(&format!("`{}`", it.name), switch))
    };
    let said = |it: &Requirement| {
        let condition = it.specifier.as_deref().unwrap_or("");
        format!("{}{condition} in {}", it.name, it.source)
    };
    if let Some(flask) = packages.get("flask") {
        return Some(Flask {
            because: said(flask),
            // A lock file may say more than what asks for it.
            is_without_env: packages
                .known
                .iter()
                .any(|it| it.name == "flask" && it.is_at_least(2, 2)),
            is_of_any_version: packages
                .known
                .iter()
                .all(|it| it.name != "flask" || it.may_reach(2, 3)),
            open: switched(flask),
        });
    }
    let with = |because| Flask {
        because,
        is_without_env: false,
        is_of_any_version: true,
        open: None,
    };
    let mut known = packages.known.iter();
    let is_extension = |name: &str| {
        name.starts_with("flask-")
            && !package_is(Ecosystem::Language, name, PackageMark::Development)
    };
    let extension = known.find(|it| is_extension(&it.name));
    if let Some(extension) = extension.filter(|_| !is_imported_nowhere(stage)) {
        return Some(Flask {
            open: switched(extension),
            ..with(said(extension))
        });
    }
    let command = stage.entry().workload()?;
    if command.is("flask") {
        return Some(with("the command is `flask`".to_owned()));
    }
    let file = file_of(command)?;
    match stage.source(file) {
        Answer::Found(source) if source.imports("flask") => {
            Some(with(format!("{file} imports flask")))
        }
        _ => None,
    }
}

/// Whether none of the sources imports Flask or an extension of it, where all are read: what is installed for tests, or
/// comes with another package, makes no Flask application.
fn is_imported_nowhere(stage: Stage<'_>) -> bool {
    let sources = stage.application_sources();
    let of_python = || {
        let files = sources.files.iter();
        files.filter(|file| file.source.language == Language::Python)
    };
    let is_flask = |import: &Import| {
        let module = import.module.known().map_or("", String::as_str);
        let first = module.split('.').next().unwrap_or(module);
        first == "flask" || first.starts_with("flask_")
    };
    sources.unread.is_empty()
        && of_python().next().is_some()
        && !of_python().any(|file| file.source.imports.iter().any(is_flask))
        && !stage.entry().workload().is_some_and(|it| it.is("flask"))
}

/// Whether what the start serves is an application of another framework, as its source says: one in Quart, whose
/// project asks for Flask all the same.
fn serves_another_framework(stage: Stage<'_>) -> bool {
    let servers = stage.runtime().processes().map(|it| it.command);
    let mut sources = servers.flat_map(|server| {
        let files = file_of(server).map(str::to_owned).into_iter();
        let told = Some(server)
            .filter(|it| is_server(*it))
            .map(Command::served_objects);
        let told = told.into_iter().flatten();
        files.chain(told.flat_map(folder::files_of_target))
    });
    sources.any(|file| match stage.source(&file) {
        Answer::Found(source) => {
            let is_imported = |name: &&str| source.imports(name);
            held::finds_another(stage, &source)
                || (!shows_an_application(&source) && web_frameworks().any(|it| is_imported(&it)))
        }
        Answer::Absent | Answer::Unknown(_) => false,
    })
}

/// Whether something of the project names the variable itself: a script that has a default of its own for it, a source that
/// asks for it or sets it, the text of a service, a file of variables or an example of one. What the image says would go
/// before that.
pub(super) fn is_told_elsewhere(stage: Stage<'_>, variable: &str) -> bool {
    let mut texts = stage.shipped_texts().iter();
    let scripts = stage.launched_scripts();
    let mut scripts = scripts.chain(stage.runtime().processes().filter_map(|it| it.script));
    texts.any(|it| it.text.contains(variable))
        || scripts.any(|it| it.mentions(variable))
        || stage.is_named_in_a_file_of_variables(variable)
}

/// What `FLASK_APP` would name.
pub(super) struct App {
    /// The module or file.
    pub(super) name: String,
    /// A short sentence that says what shows it.
    pub(super) because: String,
    /// What could not be established of it.
    pub(super) open: Option<OpenCondition>,
}

impl App {
    fn told(name: &str) -> Self {
        App {
            name: name.to_owned(),
            because: format!("the command runs {name}"),
            open: None,
        }
    }
}

fn unread(file: &str) -> OpenCondition {
    OpenCondition::new(
        format!("whether {file}, which is not read, holds the Flask application"),
        "run dfix where the build context is, or look into the file",
    )
}

/// The one module that holds the Flask application; none where nothing shows one, or several things do.
pub(super) fn app(stage: Stage<'_>) -> Option<App> {
    let Some(command) = stage.entry().workload() else {
        return among_files(stage);
    };
    if command.args().any(|word| !word.is_known()) {
        return None;
    }
    let has = |options: &[&str]| options.iter().any(|it| command.has_option(it));
    match command.name() {
        "flask" if has(&["-A", "--app"]) => None,
        _ if folder::is_elsewhere(stage, command) => None,
        "gunicorn" | "waitress-serve" => only(command.served_objects())
            .filter(|it| folder::may_hold(stage, it) && !held::names_another(stage, it))
            .map(App::told),
        "uwsgi" => module_of_uwsgi(command)
            .filter(|it| folder::may_hold(stage, it) && !held::names_another(stage, it))
            .map(App::told),
        "flask" => among_files(stage),
        "" => None,
        name if programs::is_shell(name) || has_ending(name, ".sh") => started(stage),
        _ => {
            let file = file_of(command)?;
            let app = App::told(file);
            match stage.source(file) {
                Answer::Found(source) => holds_one(stage, &source).then_some(app),
                Answer::Absent | Answer::Unknown(_) => Some(App {
                    open: Some(unread(file)),
                    ..app
                }),
            }
        }
    }
}

/// Whether a command is a server that is told a module, itself or, where its program is a variable, by a word of it.
fn is_server(command: Command<'_>) -> bool {
    let is = |name: &str| programs::is(name, Mark::Application);
    let mut words = command.words().filter_map(Word::value);
    is(command.name()) || (command.name().is_empty() && words.any(|it| is(program_name(it))))
}

/// What a script starts: the one module that it serves, or where `flask` looks for it by itself, the one among the
/// files.
fn started(stage: Stage<'_>) -> Option<App> {
    let runtime = stage.runtime();
    let started: Vec<Command<'_>> = runtime
        .processes()
        .filter(|it| it.script.is_some())
        .map(|it| it.command)
        .collect();
    let served: BTreeSet<&str> = started
        .iter()
        .filter(|it| is_server(**it))
        .flat_map(|it| it.served_objects())
        .collect();
    if !served.is_empty() {
        let mut servers = started.iter().filter(|it| is_server(**it));
        if servers.any(|it| folder::is_elsewhere(stage, *it)) {
            return None;
        }
        let served = only(served.into_iter().collect())?;
        if !folder::may_hold(stage, served) || held::names_another(stage, served) {
            return None;
        }
        // `flask` finds these by itself, and would be led elsewhere.
        let is_found = |file: &&str| matches!(stage.source(file), Answer::Found(_));
        let finds_another = FOUND_BY_FLASK
            .into_iter()
            .filter(is_found)
            .any(|file| file.strip_suffix(".py") != served.split(':').next());
        let is_called = started.iter().any(|it| it.is("flask"));
        return (!(is_called && finds_another)).then(|| App::told(served));
    }
    let is_known = |it: &&Command<'_>| it.known().is_some() && it.args().all(Word::is_known);
    let serves = |it: &&Command<'_>| it.is_marked(Mark::Application) || it.name().is_empty();
    if started.iter().filter(serves).any(|it| !is_known(&it)) {
        return None;
    }
    let run: BTreeSet<&str> = started.iter().filter_map(|it| file_of(*it)).collect();
    let applications = run.into_iter().filter(
        |file| matches!(stage.source(file), Answer::Found(source) if holds_one(stage, &source)),
    );
    if let Some(file) = only(applications.collect()) {
        return Some(App::told(file));
    }
    let unread = runtime.unfollowed().first();
    let app = among_files(stage)?;
    if let Some(unread) = unread {
        return Some(App {
            open: app.open.or_else(|| Some(unread.clone())),
            ..app
        });
    }
    started.iter().any(|it| it.is("flask")).then_some(app)
}

fn shows_an_application(source: &SourceFile) -> bool {
    let seems_one = source.mentions("create_app") || source.mentions("app.run(");
    source.imports("flask") || (seems_one && !makes_another(source))
}

/// Whether it makes an application of another framework, whose class is called like it: `Quart(__name__)`.
fn makes_another(source: &SourceFile) -> bool {
    let is_made = |name: &str| source.calls(name) && source.imports(name);
    web_frameworks().any(is_made)
}

fn holds_one(stage: Stage<'_>, source: &SourceFile) -> bool {
    shows_an_application(source) && !held::finds_another(stage, source)
}

/// The Python file that a command runs.
fn file_of(command: Command<'_>) -> Option<&str> {
    let word = if has_ending(command.name(), ".py") {
        command.program()?
    } else {
        match command.interpreting()?.given {
            Given::File(word) => word,
            _ => return None,
        }
    };
    word.value().filter(|file| has_ending(file, ".py"))
}

/// What uwsgi is told to serve.
fn module_of_uwsgi(command: Command<'_>) -> Option<&str> {
    let value_of = |names: &[&str]| {
        let mut after = command.args().skip(1);
        let told = command.args().find_map(|option| {
            let value = after.next()?;
            names.iter().any(|name| option.is(name)).then_some(value)
        });
        told.and_then(Word::value)
    };
    value_of(&["-w", "--module", "--wsgi"]).or_else(|| value_of(&["--wsgi-file"]))
}

/// Whether a source has a `create_app` that `flask` can call, which gives it nothing (Flask's documentation, "Application
/// Discovery").
fn makes_an_application(source: &SourceFile) -> bool {
    source.parameters_of("create_app").is_some_and(|all| {
        let mut all = all.split(',').map(str::trim).filter(|it| !it.is_empty());
        all.all(|it| it.contains('=') || it.starts_with('*') || it == "/")
    })
}

fn only<T>(all: Vec<T>) -> Option<T> {
    let mut all = all.into_iter();
    all.next().filter(|_| all.next().is_none())
}

/// The files in which `flask` looks for an application by itself (Flask's documentation, "Application Discovery").
const FOUND_BY_FLASK: [&str; 2] = ["app.py", "wsgi.py"];

/// The application among the files of the container's working directory: `app.py`, `wsgi.py`, or a package
/// with a `create_app`, if there is only one.
fn among_files(stage: Stage<'_>) -> Option<App> {
    let mut found: Vec<App> = Vec::new();
    for file in FOUND_BY_FLASK {
        let open = match stage.source(file) {
            Answer::Found(source) if holds_one(stage, &source) => None,
            Answer::Unknown(_) if is_copied(stage, file) => Some(unread(file)),
            Answer::Found(_) | Answer::Absent | Answer::Unknown(_) => continue,
        };
        found.push(App {
            name: file.to_owned(),
            because: format!("{file} is copied"),
            open,
        });
    }
    let folder = stage.final_context_path_of(".");
    let names = folder.map(|folder| stage.file().context().list(&folder));
    if let Some(Answer::Found(names)) = names {
        for package in names.iter().filter_map(|name| name.strip_suffix('/')) {
            let file = format!("{package}/__init__.py");
            if let Answer::Found(source) = stage.source(&file)
                && makes_an_application(&source)
            {
                found.push(App {
                    name: package.to_owned(),
                    because: format!("{file} has a `create_app`"),
                    open: None,
                });
            }
        }
    }
    only(found)
}

/// Whether an instruction copies a file by its name into the container's working directory.
fn is_copied(stage: Stage<'_>, file: &str) -> bool {
    let folder = stage.final_workdir().unwrap_or_default();
    let path = ImagePath::new(&folder).join(file);
    stage.filesystem().all_landings().any(|it| it.path == path)
}
