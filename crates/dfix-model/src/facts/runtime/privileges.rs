//! What the start of a container asks of its user.

use dfix_catalogue::programs::{self, Mark, Program};
use dfix_catalogue::{FileMark, file_is};

use crate::facts::application_sources::application_sources;
use crate::facts::compiled::is_made_here;
use crate::facts::runtime::shown::{self, Shows, is_roots_place};
use crate::facts::runtime::{Leads, Process, Runtime, low_ports, supervised};
use crate::handles::{Command, Stage, Step, Word};
use crate::path::program_name;
use crate::ternary::OpenCondition;

/// What starting the container asks of its user, as far as it is known; what is not known is said by
/// [`Runtime::open`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Privileges {
    /// The file says nothing of a start.
    NothingStarts,
    /// A shell or an interpreter that waits for what a person types: its name.
    Prompt(String),
    /// Nothing that is known.
    Nobody,
    /// Root's at the start: the program as a message names it, and what for, as the end of a sentence.
    Root {
        /// `` `nginx` ``, `port 80`
        program: String,
        /// "listens below 1024"
        why: String,
    },
    /// Root's at the start, which it gives up by itself: the program.
    Drops(String),
}

const START_IT: &str = "start it once as another user, then set USER by hand";

struct PrivilegesData {
    asked: Privileges,
    known: Vec<String>,
    open: Vec<OpenCondition>,
    /// A port below 1024 that it listens on, as a message names it.
    low_port: Option<String>,
}

impl<'m> Runtime<'m> {
    /// What the start asks of its user.
    pub fn privileges(self) -> &'m Privileges {
        &self.examined().asked
    }

    /// Whether the start gives root's rights up by itself.
    pub fn drops_privileges(self) -> bool {
        matches!(self.privileges(), Privileges::Drops(_))
    }

    /// That what starts runs as anybody, where that is established of something: "python runs without
    /// root's rights".
    pub fn unprivileged(self) -> Option<String> {
        let mut known: Vec<&str> = Vec::new();
        for name in &self.examined().known {
            if !known.contains(&name.as_str()) {
                known.push(name);
            }
        }
        match *known.as_slice() {
            [] => None,
            [one] => Some(format!("{one} runs without root's rights")),
            [ref first @ .., last] => {
                let first = first.join(", ");
                Some(format!("{first} and {last} run without root's rights"))
            }
        }
    }

    /// A port below 1024 that the container listens on, as a message names it: "port 80 of `gunicorn`". Whether that is
    /// root's alone depends on what starts the container.
    pub fn low_port(self) -> Option<&'m str> {
        self.examined().low_port.as_deref()
    }

    /// What could not be followed, and of what was followed what it asks for.
    pub fn open(self) -> impl Iterator<Item = &'m OpenCondition> {
        self.unfollowed().iter().chain(&self.examined().open)
    }

    fn examined(self) -> &'m PrivilegesData {
        self.stage().cached(|| examine(self))
    }
}

/// What the health checks need root for, perhaps, and what is open about them.
pub(super) fn asked_by_checks(runtime: Runtime<'_>) -> Vec<OpenCondition> {
    let mut all: Vec<OpenCondition> = Vec::new();
    for process in runtime.checks() {
        let mut examination = Examination {
            stage: runtime.stage(),
            is_check: true,
            found: PrivilegesData {
                asked: Privileges::Nobody,
                known: Vec::new(),
                open: Vec::new(),
                low_port: None,
            },
        };
        examination.process(process);
        let found = examination.found;
        let why = match found.asked {
            Privileges::Root { why, .. } => Some(why),
            Privileges::Drops(_) => Some("changes the user, as only root may".to_owned()),
            Privileges::NothingStarts | Privileges::Prompt(_) | Privileges::Nobody => None,
        };
        let needed = why.map(|why| {
            OpenCondition::new(
                format!(
                    "whether {}, which asks whether the container is well, works as another user than root: it {why}",
                    process.said()
                ),
                "let the check do without",
            )
        });
        for open in needed.into_iter().chain(found.open) {
            if !all.contains(&open) {
                all.push(open);
            }
        }
    }
    all
}

fn examine(runtime: Runtime<'_>) -> PrivilegesData {
    let mut examination = Examination {
        stage: runtime.stage(),
        is_check: false,
        found: PrivilegesData {
            asked: Privileges::Nobody,
            known: runtime
                .program_of_base()
                .map(str::to_owned)
                .into_iter()
                .collect(),
            open: Vec::new(),
            low_port: None,
        },
    };
    if runtime.is_silent() {
        examination.found.asked = Privileges::NothingStarts;
    }
    for process in runtime.processes() {
        examination.process(process);
    }
    if let Some(port) = low_ports::low(runtime) {
        examination.low_port(format!("port {port}"));
    }
    if let Some(port) = low_ports::perhaps_low(runtime) {
        examination.open(OpenCondition::new(
            format!("whether it listens on port {port}, as only root may below 1024"),
            START_IT,
        ));
    }
    if let Some(port) = application_sources(runtime.stage()).low_port() {
        examination.low_port(port);
    } else if let Some(port) = low_ports::named_elsewhere(runtime.stage()) {
        examination.open(OpenCondition::new(
            format!("whether {port}, as only root may below 1024"),
            START_IT,
        ));
    }
    let mut found = examination.found;
    found.known.dedup();
    let says_nothing =
        found.known.is_empty() && found.open.is_empty() && runtime.unfollowed().is_empty();
    if found.asked == Privileges::Nobody && says_nothing {
        let main = runtime.stage().entry().process();
        found.asked = Privileges::Prompt(main.map_or("", Command::name).to_owned());
    }
    found
}

struct Examination<'m> {
    stage: Stage<'m>,
    /// Whether the processes are a health check's, which nobody gives more words.
    is_check: bool,
    found: PrivilegesData,
}

impl<'m> Examination<'m> {
    fn root(&mut self, program: String, why: String) {
        if !matches!(self.found.asked, Privileges::Drops(_)) {
            self.found.asked = Privileges::Root { program, why };
        }
    }

    fn low_port(&mut self, said: String) {
        self.found.low_port.get_or_insert(said);
    }

    fn open(&mut self, open: OpenCondition) {
        if !self.found.open.contains(&open) {
            self.found.open.push(open);
        }
    }

    fn process(&mut self, process: Process<'m>) {
        let command = process.command;
        let name = command.name();
        let drops = |name: &str| programs::privileges(name) == programs::Privileges::Drops;
        let switcher = command.wrappers().map(|w| w.name).find(|n| drops(n));
        if let Some(name) = switcher.or(Some(name).filter(|n| drops(n))) {
            self.found.asked = Privileges::Drops(name.to_owned());
            return;
        }
        if command.has_inner() || process.is_function() {
            return;
        }
        if name.is_empty() {
            // `exec "$@"` of a script: what CMD says, which is a process itself.
            if process.script.is_none() && command.program().is_some() {
                self.open(OpenCondition::new(
                    "which program starts",
                    "name the program plainly",
                ));
            }
            return;
        }
        if let Some(place) = writes_to_roots_place(command) {
            self.root(process.said(), format!("writes to {place}, which is root's; let it write below the working directory or to its standard output"));
            return;
        }
        let words = process.known_args();
        let is_told = name == "uwsgi" && self.stage.final_env("UWSGI_UID").is_set();
        let known = command.known();
        if is_told || known.is_some_and(|it| gives_up_root(it, &words)) {
            self.found.asked = Privileges::Drops(name.to_owned());
            return;
        }
        if known.is_some_and(|it| it.is(Mark::ChangesFiles)) {
            if words.iter().any(|word| is_roots_place(word)) {
                self.root(process.said(), "changes a place that is root's".to_owned());
            }
            return;
        }
        if let Some(told) = command.told_program() {
            return self.unknown(process, told.value().unwrap_or(told.source_text()));
        }
        if !self.configured(known, &words) {
            return;
        }
        let of_words = (!self.is_check)
            .then(|| given_nothing(self.stage, process))
            .flatten();
        for open in about_program(self.stage, name, &words)
            .into_iter()
            .chain(of_words)
        {
            self.open(open);
        }
        match known.map_or(programs::Privileges::Unknown, Program::privileges) {
            programs::Privileges::Drops => {
                self.found.asked = Privileges::Drops(name.to_owned());
            }
            programs::Privileges::Root(why) => {
                let told =
                    (name == supervised::SUPERVISOR).then(|| supervised::why_root(self.stage));
                let why = told.flatten().unwrap_or_else(|| why.to_owned());
                self.root(process.said(), why);
            }
            programs::Privileges::None => self.anybody(process),
            programs::Privileges::Unknown => {
                let program = command.program().and_then(Word::value).unwrap_or(name);
                self.unknown(process, program);
            }
        }
    }

    fn anybody(&mut self, process: Process<'m>) {
        let name = process.command.name();
        if process.script.is_some()
            && let Some(port) = low_ports::low_of(process.command)
        {
            self.low_port(format!("port {port} of {}", process.said()));
        }
        if let Some(script) = process.script.filter(|script| !script.is_of_launch()) {
            self.found.known.push(script.path().to_owned());
            return;
        }
        let is_prompt = process.command.args().len() == 0
            && self.stage.entry().steps().count() == 1
            && process.command.is_marked(Mark::Prompt);
        let is_helper = process.command.known().is_some_and(Program::is_helper);
        if !is_helper && !is_prompt {
            self.found.known.push(name.to_owned());
        }
    }

    /// `program`: what its name is as written; of a runner, what it is told to run.
    fn unknown(&mut self, process: Process<'m>, program: &str) {
        let command = process.command;
        let name = program_name(program);
        // Nothing starts what another program takes as it is: the image is there to hand it out.
        if is_handed_out(name) {
            if self.found.asked == Privileges::Nobody {
                self.found.asked = Privileges::NothingStarts;
            }
            return;
        }
        if command.is_marked(Mark::Prompt) && command.args().len() == 0 {
            return;
        }
        match process.leads {
            Leads::Script | Leads::Unread => return,
            Leads::Interpreter => {
                self.found.known.push(program.to_owned());
                return;
            }
            Leads::Nowhere => {}
        }
        let is_made_here = is_made_here(self.stage, program);
        if is_made_here && !application_sources(self.stage).files.is_empty() {
            self.found
                .known
                .push(format!("{name}, built by this file,"));
            return;
        }
        if is_made_here {
            self.open(OpenCondition::new(
                format!(
                    "what `{program}` does, which this file builds of sources that nobody has read here"
                ),
                START_IT,
            ));
            return;
        }
        let place = match process.script {
            Some(script) => format!(" in `{}`", script.path()),
            None => String::new(),
        };
        self.open(OpenCondition::new(
            format!("whether `{program}`{place} runs without root's rights"),
            START_IT,
        ));
    }

    /// Looks into the settings file of a server; whether the examination of the process goes on.
    fn configured(&mut self, program: Option<Program>, words: &[&str]) -> bool {
        let Some(program) = program else {
            return true;
        };
        let usual = program.usual_settings_file();
        let path = match shown::settings_file(program, words) {
            Some(path) => path,
            None => match usual.filter(|path| self.stage.read_final(path).found().is_some()) {
                Some(path) => path.to_owned(),
                None => return true,
            },
        };
        let shows = shown::of_settings(self.stage, &path);
        self.shown(&path, shows)
    }

    fn shown(&mut self, path: &str, shows: Shows) -> bool {
        match shows {
            Shows::Nothing => return true,
            Shows::Drops => self.found.asked = Privileges::Drops(path.to_owned()),
            Shows::LowPort(port) => {
                self.low_port(format!("port {port} in `{path}`"));
                return true;
            }
            Shows::Writes(place) => self.open(OpenCondition::new(
                format!("whether the application writes to {place}, which `{path}` names and which is root's"),
                "let it write below the working directory",
            )),
            Shows::Unread => {
                self.open(OpenCondition::new(
                    format!("what `{path}` says of users, ports and logs, which is not in the build context that dfix sees"),
                    "run dfix where the file is beside the Dockerfile",
                ));
                return true;
            }
        }
        self.found.asked == Privileges::Nobody
    }
}

/// Whether the program is told to change to another user: `gunicorn --user www-data`.
fn gives_up_root(program: Program, words: &[&str]) -> bool {
    program
        .user_options()
        .any(|option| words.iter().any(|w| w.split('=').next() == Some(option)))
}

/// Whether a file of this name is a package or an archive, and no program: `app-release.apk`.
fn is_handed_out(name: &str) -> bool {
    [FileMark::Package, FileMark::Archive]
        .into_iter()
        .any(|mark| file_is(name, mark))
}

/// Whether files of the build context are put into the image.
fn has_files(stage: Stage<'_>) -> bool {
    stage
        .base_chain()
        .flat_map(Stage::copies)
        .any(|step| step.source().is_none())
}

/// What is open about a program with these words, by what is known of it.
fn about_program(stage: Stage<'_>, name: &str, words: &[&str]) -> Option<OpenCondition> {
    let program = programs::find(name)?;
    if program.builds(words) {
        let first = words.iter().find(|w| !w.starts_with('-'));
        let what = first.map_or_else(|| name.to_owned(), |first| format!("{name} {first}"));
        return Some(OpenCondition::new(
            format!(
                "whether `{what}`, which builds or installs when the container starts, may write where root's build did"
            ),
            "do it in a RUN, and start what that makes",
        ));
    }
    if program.is(Mark::SettingsAtHome) {
        return Some(OpenCondition::new(
            format!(
                "whether the settings and keys of {name} are mounted below /root, which no other user may enter"
            ),
            "mount them into the home of the user",
        ));
    }
    if program.is(Mark::Mounted) && !has_files(stage) {
        return Some(OpenCondition::new(
            format!(
                "whether {name} may write into the folder that is mounted for it, which has another owner"
            ),
            "start it once as another user on the folder that it is for",
        ));
    }
    program.is(Mark::AllOwners).then(|| {
        OpenCondition::new(
            format!(
                "whether {name} has to read or write the files of other users, as only root may"
            ),
            "start it once as another user on the files that it is for",
        )
    })
}

/// What is open about a program that neither its own words nor those of CMD give something to run.
fn given_nothing(stage: Stage<'_>, process: Process<'_>) -> Option<OpenCondition> {
    if process.script.is_some() {
        return None;
    }
    let command = process.command;
    let program = command.known()?;
    let of_cmd = stage.entry().cmd.step().filter(|s| *s != command.step());
    let words = command
        .args()
        .chain(of_cmd.into_iter().flat_map(Step::words));
    let words: Option<Vec<&str>> = words.map(Word::value).collect();
    let words = words?;
    if !words.iter().all(|w| programs::asks_about_itself(w)) {
        return None;
    }
    let copies_files = stage.base_chain().flat_map(Stage::copies).next().is_some();
    let is_asked = !words.is_empty() && program.is(Mark::Prompt);
    let is_open =
        is_asked || program.is(Mark::Given) || (program.is(Mark::Application) && !copies_files);
    is_open.then(|| {
        OpenCondition::new(
            format!(
                "what {} is given to run, which only whoever starts the container says",
                command.name()
            ),
            "name it by CMD, or add the USER to the images that are based on this one",
        )
    })
}

/// The place of root's that the command writes to, as far as its words tell.
fn writes_to_roots_place(command: Command<'_>) -> Option<String> {
    let redirected = command
        .redirects()
        .chain(command.redirects_of_groups())
        .filter(|r| r.writes())
        .filter_map(|r| r.target()?.value())
        .find(|t| is_roots_place(t));
    if let Some(place) = redirected {
        return Some(place.to_owned());
    }
    let program = command.known()?;
    if program.privileges() != programs::Privileges::None || program.is_helper() {
        return None;
    }
    let words: Vec<&str> = command.args().filter_map(Word::value).collect();
    words.iter().enumerate().find_map(|(i, word)| {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, value),
            None => (*word, *words.get(i + 1)?),
        };
        let names_a_file = option.starts_with('-')
            && ["log", "pid", "sock", "uds", "bind", "-b", "-p"]
                .iter()
                .any(|n| option.contains(n));
        let value = value.trim_start_matches("unix:");
        (names_a_file && is_roots_place(value)).then(|| value.to_owned())
    })
}
