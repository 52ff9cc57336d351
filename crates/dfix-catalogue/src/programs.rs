//! What is known of programs by their names: what they are, what they need, what their options mean.
//!
//! Rows of `data/programs.tsv`. A program that has no row is not known, and never harmless for that.

use super::table::{Row, Table, is_same, table};

const PROGRAMS: Table = table!("programs.tsv");

/// For each line of the table its marks, a bit each: nothing is asked more often.
static MARKS: [u64; PROGRAMS.count_lines()] = marks();

/// The marks of each line, as the compiler reads them.
const fn marks() -> [u64; PROGRAMS.count_lines()] {
    let mut found = [0; PROGRAMS.count_lines()];
    let mut line = 0;
    while line < found.len() {
        let mut words = PROGRAMS.column_at(line, 4);
        while !words.is_empty() {
            let (word, rest) = split_at_blank(words);
            let mut mark = 0;
            while mark < Mark::ALL.len() {
                if is_same(word, Mark::ALL[mark].word().as_bytes()) {
                    found[line] |= 1 << mark;
                }
                mark += 1;
            }
            words = rest;
        }
        line += 1;
    }
    found
}

/// What stands before the first blank, and what behind it.
const fn split_at_blank(text: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at < text.len() && text[at] != b' ' {
        at += 1;
    }
    let (word, rest) = text.split_at(at);
    match rest {
        [_, rest @ ..] => (word, rest),
        [] => (word, rest),
    }
}

const DEVELOPMENT: Table = table!("development-servers.tsv");

/// Whether a program that is told this word only says something of itself: its version, its options.
pub fn asks_of_itself(word: &str) -> bool {
    matches!(
        word,
        "--version" | "-version" | "-v" | "-V" | "--help" | "-h" | "help" | "version"
    )
}

/// What a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It compiles, or drives what compiles.
    Builder,
    /// A word of the shell's own.
    Builtin,
    /// A small program that start commands and builds are held together by.
    Helper,
    /// It looks after the processes of a container and starts another program: `tini`.
    Init,
    /// It installs packages.
    Installer,
    /// It runs programs of one language.
    Interpreter,
    /// It starts what a project's own files say: `npm run`, `make`, `tox`.
    Runner,
    /// It serves an application, or is a daemon.
    Server,
    /// A shell.
    Shell,
    /// It starts several others, as its settings say.
    Supervisor,
    /// It changes to another user and starts another program: `gosu`.
    Switcher,
    /// Anything else.
    Tool,
}

/// What a program asks of the user that starts it in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Privileges {
    /// None: it runs as anybody.
    None,
    /// Root's; what for, as the end of a sentence that its name begins: "listens below 1024".
    Root(&'static str),
    /// Root's at the start, which it gives up by itself.
    Drops,
    /// Not known.
    Unknown,
}

/// What else may be said of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Mark {
    /// A program of npm that calls nothing beside node.
    Alone,
    /// Its task is to read or write what other users own.
    AllOwners,
    /// It is the Apache web server, or starts it.
    Apache,
    /// A server that serves nothing without an application, which its settings may name.
    Application,
    /// It builds a program of the system from its source, and is not of the file's author: `configure`.
    BuildScript,
    /// It builds programs from their source, beside what any package manager knows.
    BuildsNative,
    /// It makes what is run or served out of an application's sources: `tsc`.
    Bundles,
    /// It makes, moves, removes or closes files, and does no more.
    ChangesFiles,
    /// A word of the shell that changes the shell itself: its variables, its folder, its options, or that it goes on.
    ChangesShell,
    /// It compiles a program, which is called as its words say.
    Compiles,
    /// Its name is no everyday word: a text that begins with it is a call of it.
    Distinct,
    /// It gets files from elsewhere, or unpacks what was got.
    Fetches,
    /// It is nothing without what it is given to run.
    Given,
    /// It handles the file of a program, and does not run it.
    HandlesFiles,
    /// It ends by starting what its own arguments say.
    HandsOn,
    /// It keeps its logs or its cache in the home of whoever runs it.
    Home,
    /// It installs packages from their source, of which this catalogue knows nothing.
    InstallsSource,
    /// It keeps services running as the first process, as its own settings say.
    Keeper,
    /// It keeps an environment of its own for Python packages.
    KeepsEnvironment,
    /// It clears, closes or looks at what is there, and leaves nothing new.
    LeavesNothing,
    /// It changes neither users nor lists of archives of packages nor whose Python the system's is, but in the files and by the names that
    /// its own words name; nor does it call what may.
    LeavesSystem,
    /// It is told a module to serve: `gunicorn main:app`.
    Module,
    /// It writes into the folder that is mounted for it, which belongs to somebody else.
    Mounted,
    /// It needs nothing of the files that it is told: it lists, makes or removes them.
    NamesFiles,
    /// It neither installs anything with apt nor calls what does; nor does it call apk, but with `--no-cache`.
    NoApt,
    /// No `NODE_ENV` changes what it does.
    NoNodeEnv,
    /// What it changes is gone when the container that it runs in ends: processes, mounts, the kernel's settings.
    Passing,
    /// A shell that knows `pipefail`.
    Pipefail,
    /// A shell whose text reads as POSIX's.
    Posix,
    /// It waits for what a person types when it is given nothing else.
    Prompt,
    /// It puts a file, under the name that it is told, where it is told.
    Puts,
    /// It installs programs where programs are found.
    PutsPrograms,
    /// It belongs to a Python application: the interpreter, or it comes as a package for it.
    Python,
    /// It serves files as they are, and writes none.
    ServesFiles,
    /// It makes no file where it is called, but for what it is told to write.
    Quiet,
    /// What it runs are files of an application.
    RunsFiles,
    /// Its first operand is the file that it runs.
    RunsScript,
    /// What it does with what it is told is the same on each release of a distribution.
    Same,
    /// It reads its settings and keys from the home of whoever runs it.
    SettingsAtHome,
    /// No file is called so, or one that does less than the shell's own word.
    ShellOnly,
    /// It starts programs that only its settings name.
    StartsOthers,
    /// A shell whose `-c`, or whose input, is a script that reads as POSIX's, or near enough.
    TakesScript,
    /// It works on what it is told when the container is started.
    Told,
    /// People type into it, or give it a program, when the container is started.
    Typed,
    /// Its name may end in a version: `python3.11`.
    Version,
    /// It waits for a person to come in.
    Waits,
    /// People run in it what they like.
    Workbench,
}

impl Mark {
    /// All of them, in order.
    const ALL: [Mark; 47] = [
        Mark::Alone,
        Mark::AllOwners,
        Mark::Apache,
        Mark::Application,
        Mark::BuildScript,
        Mark::BuildsNative,
        Mark::Bundles,
        Mark::ChangesFiles,
        Mark::ChangesShell,
        Mark::Compiles,
        Mark::Distinct,
        Mark::Fetches,
        Mark::Given,
        Mark::HandlesFiles,
        Mark::HandsOn,
        Mark::Home,
        Mark::InstallsSource,
        Mark::Keeper,
        Mark::KeepsEnvironment,
        Mark::LeavesNothing,
        Mark::LeavesSystem,
        Mark::Module,
        Mark::Mounted,
        Mark::NamesFiles,
        Mark::NoApt,
        Mark::NoNodeEnv,
        Mark::Passing,
        Mark::Pipefail,
        Mark::Posix,
        Mark::Prompt,
        Mark::Puts,
        Mark::PutsPrograms,
        Mark::Python,
        Mark::ServesFiles,
        Mark::Quiet,
        Mark::RunsFiles,
        Mark::RunsScript,
        Mark::Same,
        Mark::SettingsAtHome,
        Mark::ShellOnly,
        Mark::StartsOthers,
        Mark::TakesScript,
        Mark::Told,
        Mark::Typed,
        Mark::Version,
        Mark::Waits,
        Mark::Workbench,
    ];

    /// The word for it in the table.
    const fn word(self) -> &'static str {
        match self {
            Mark::Alone => "alone",
            Mark::AllOwners => "all-owners",
            Mark::Apache => "apache",
            Mark::Application => "application",
            Mark::BuildScript => "build-script",
            Mark::BuildsNative => "builds-native",
            Mark::Bundles => "bundles",
            Mark::ChangesFiles => "changes-files",
            Mark::ChangesShell => "changes-shell",
            Mark::Compiles => "compiles",
            Mark::Distinct => "distinct",
            Mark::Fetches => "fetches",
            Mark::Given => "given",
            Mark::HandlesFiles => "handles-files",
            Mark::HandsOn => "hands-on",
            Mark::Home => "home",
            Mark::InstallsSource => "installs-source",
            Mark::Keeper => "keeper",
            Mark::KeepsEnvironment => "keeps-environment",
            Mark::LeavesNothing => "leaves-nothing",
            Mark::LeavesSystem => "leaves-system",
            Mark::Module => "module",
            Mark::Mounted => "mounted",
            Mark::NamesFiles => "names-files",
            Mark::NoApt => "no-apt",
            Mark::NoNodeEnv => "no-node-env",
            Mark::Passing => "passing",
            Mark::Pipefail => "pipefail",
            Mark::Posix => "posix",
            Mark::Prompt => "prompt",
            Mark::Puts => "puts",
            Mark::PutsPrograms => "puts-programs",
            Mark::Python => "python",
            Mark::ServesFiles => "serves-files",
            Mark::Quiet => "quiet",
            Mark::RunsFiles => "runs-files",
            Mark::RunsScript => "runs-script",
            Mark::Same => "same",
            Mark::SettingsAtHome => "settings-at-home",
            Mark::ShellOnly => "shell-only",
            Mark::StartsOthers => "starts-others",
            Mark::TakesScript => "takes-script",
            Mark::Told => "told",
            Mark::Typed => "typed",
            Mark::Version => "version",
            Mark::Waits => "waits",
            Mark::Workbench => "workbench",
        }
    }
}

/// What is known of a program.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    row: Row,
    marks: u64,
}

/// Finds a program by its name without its folder: `nginx`, `python3.11`. `None`: not known.
pub fn find(name: &str) -> Option<Program> {
    let listed = |name: &str| {
        let (line, row) = PROGRAMS.line(name)?;
        Some(Program {
            row,
            marks: MARKS[line],
        })
    };
    listed(name).or_else(|| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let program = (stem != name).then(|| listed(stem))??;
        program.is(Mark::Version).then_some(program)
    })
}

/// Whether the program is listed with this mark. `false` says nothing of a program that is not known.
pub fn is(name: &str, mark: Mark) -> bool {
    find(name).is_some_and(|program| program.is(mark))
}

/// What the program asks of the user that starts it.
pub fn privileges(name: &str) -> Privileges {
    find(name).map_or(Privileges::Unknown, Program::privileges)
}

/// Whether the name is that of a Python interpreter: `python`, `python3.11`, `pypy3`.
pub fn is_python(name: &str) -> bool {
    // Asked of every command: most names are told apart by their first letters.
    name.starts_with("py")
        && find(name).is_some_and(|program| matches!(program.name(), "python" | "pypy"))
}

/// Whether an argument asks a program for nothing but what it is: `--version`.
pub fn asks_about_itself(argument: &str) -> bool {
    matches!(
        argument,
        "--help" | "--version" | "-?" | "-V" | "-h" | "-help" | "-v" | "-version"
    )
}

/// Whether the name is that of a shell.
pub fn is_shell(name: &str) -> bool {
    find(name).is_some_and(|program| program.kind() == Kind::Shell)
}

/// Whether the program of Node, with these words behind it, serves what is being worked on: `next dev`, `tsx watch`, and
/// whatever is told to start again when files change, as `node --watch`, `bun --hot`, `deno run --watch`.
pub fn serves_development(name: &str, words: &[&str]) -> bool {
    let watches = |word: &&str| word.starts_with("--watch") || *word == "--hot";
    let next = words.iter().find(|word| !word.starts_with('-'));
    let does = |row: Row| {
        let next = next.copied().unwrap_or_default();
        row.lists(1, ' ', "*") || row.lists(1, ' ', next)
    };
    words.iter().any(watches) || DEVELOPMENT.row(name).is_some_and(does)
}

/// Whether such a program may keep its caches among the installed packages (`node_modules/.cache`, `.vite`).
pub fn keeps_caches_among_packages(name: &str) -> bool {
    DEVELOPMENT
        .row(name)
        .is_some_and(|row| row.column(2) != "yes")
}

impl Program {
    /// The name of its row: `python` for `python3.11`.
    pub fn name(self) -> &'static str {
        self.row.key()
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        match self.row.column(1) {
            "builder" => Kind::Builder,
            "builtin" => Kind::Builtin,
            "helper" => Kind::Helper,
            "init" => Kind::Init,
            "installer" => Kind::Installer,
            "interpreter" => Kind::Interpreter,
            "runner" => Kind::Runner,
            "server" => Kind::Server,
            "shell" => Kind::Shell,
            "supervisor" => Kind::Supervisor,
            "switcher" => Kind::Switcher,
            _ => Kind::Tool,
        }
    }

    /// What it asks of the user that starts it in a container.
    pub fn privileges(self) -> Privileges {
        match self.row.column(2) {
            "none" => Privileges::None,
            "root" => Privileges::Root(self.row.column(3)),
            "drops" => Privileges::Drops,
            _ => Privileges::Unknown,
        }
    }

    /// Whether it has this mark.
    pub fn is(self, mark: Mark) -> bool {
        self.marks & (1 << mark as u32) != 0
    }

    /// Whether start commands are only held together by it, and it needs no rights.
    pub fn is_helper(self) -> bool {
        let holds = matches!(
            self.kind(),
            Kind::Helper | Kind::Builtin | Kind::Shell | Kind::Init
        );
        holds && self.privileges() == Privileges::None
    }

    /// Where it writes unless it is told otherwise, if that is known: `.` for the working directory.
    pub fn writes(self) -> Option<&'static str> {
        Some(self.row.column(5)).filter(|place| !place.is_empty())
    }

    /// The options that name another folder than [`Program::writes`].
    pub fn folder_options(self) -> impl Iterator<Item = &'static str> {
        self.row.words(6)
    }

    /// The options that make it change to another user or group.
    pub fn user_options(self) -> impl Iterator<Item = &'static str> {
        self.row.words(7)
    }

    /// The options that name a settings file.
    pub fn settings_options(self) -> impl Iterator<Item = &'static str> {
        self.row.words(8).filter(|word| !word.starts_with('*'))
    }

    /// Whether any word of this form is a settings file to it: `uwsgi app.ini`.
    pub fn is_settings_file(self, word: &str) -> bool {
        let mut endings = self.row.words(8).filter_map(|it| it.strip_prefix('*'));
        endings.any(|ending| word.ends_with(ending))
    }

    /// The settings file that it reads by itself where it lies in its working directory.
    pub fn usual_settings_file(self) -> Option<&'static str> {
        Some(self.row.column(12)).filter(|file| !file.is_empty())
    }

    /// The options that name a port, or an address with one; `None` where that is not known.
    pub fn port_options(self) -> Option<impl Iterator<Item = &'static str>> {
        let is_known = !self.row.column(9).is_empty();
        is_known.then(|| self.row.words(9).filter(|word| *word != "none"))
    }

    /// After which word a bare port or address may stand: `runserver`; `""` where none is needed.
    pub fn bare_port_after(self) -> Option<&'static str> {
        match self.row.column(10) {
            "" => None,
            "*" => Some(""),
            word => Some(word),
        }
    }

    /// Whether these words make it build or install, as far as that is known of it.
    pub fn builds(self, words: &[&str]) -> bool {
        if self.row.lists(11, ' ', "*") {
            return true;
        }
        // Of the options that are listed one must be there, too.
        let mut options = self
            .row
            .words(11)
            .filter(|it| it.starts_with('-'))
            .peekable();
        let has_option = options.peek().is_none() || options.any(|it| words.contains(&it));
        let mut operands = words.iter().filter(|word| !word.starts_with('-'));
        has_option
            && operands
                .next()
                .is_some_and(|first| self.row.lists(11, ' ', first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_apart() {
        assert_eq!(privileges("gunicorn"), Privileges::None);
        assert_eq!(privileges("python3.11"), Privileges::None);
        assert_eq!(privileges("pythonista"), Privileges::Unknown);
        assert_eq!(privileges("my-server"), Privileges::Unknown);
        assert_eq!(privileges("gosu"), Privileges::Drops);
        let why = "listens below 1024 and keeps its caches as root";
        assert_eq!(privileges("nginx"), Privileges::Root(why));
        assert!(is_python("python") && is_python("pypy3") && !is_python("python3-config"));
        assert!(is_shell("dash") && !is_shell("dash2") && !is_shell("env"));
        assert!(find("node20").is_none() && find("").is_none() && find("3").is_none());
    }

    #[test]
    fn options_are_told() {
        let of = |name: &str| find(name).expect("listed");
        assert!(of("gunicorn").user_options().any(|it| it == "--user"));
        assert!(of("gunicorn").settings_options().eq(["-c", "--config"]));
        assert!(of("uwsgi").is_settings_file("app.ini") && !of("uwsgi").is_settings_file("app"));
        assert_eq!(of("uwsgi").settings_options().count(), 0);
        assert!(
            of("manage.py")
                .port_options()
                .is_some_and(|mut it| it.next().is_none())
        );
        assert_eq!(of("manage.py").bare_port_after(), Some("runserver"));
        assert_eq!(of("http.server").bare_port_after(), Some(""));
        assert!(of("nginx").port_options().is_none());
    }

    #[test]
    fn what_builds_at_the_start() {
        let builds = |name: &str, words: &[&str]| find(name).is_some_and(|it| it.builds(words));
        assert!(builds("bundle", &["install", "--jobs", "4"]));
        assert!(!builds("bundle", &["exec", "rails", "s"]) && !builds("bundle", &[]));
        assert!(builds("npm", &["install", "-g", "pm2"]) && !builds("npm", &["install"]));
        assert!(builds("gox", &[]) && builds("go", &["run", "main.go"]));
        assert!(!builds("dotnet", &["app.dll"]) && !builds("node", &["install"]));
    }

    #[test]
    fn what_is_being_worked_on() {
        for (name, words) in [
            ("next", &["dev"] as &[&str]),
            ("nodemon", &["app.js"]),
            ("tsx", &["--env-file=.env", "watch", "src/api.ts"]),
            ("tsx", &["--watch", "src/api.ts"]),
            ("node", &["--watch-path=src", "a.js"]),
            ("bun", &["--hot", "run", "a.ts"]),
            ("deno", &["run", "--watch", "a.ts"]),
            ("ts-node-dev", &["a.ts"]),
        ] {
            assert!(serves_development(name, words), "{name} {words:?}");
        }
        assert!(keeps_caches_among_packages("vite") && !keeps_caches_among_packages("nest"));
        for (name, words) in [
            ("next", &["start"] as &[&str]),
            ("node", &["dev"]),
            ("tsx", &["src/watch"]),
            ("tsx", &[]),
        ] {
            assert!(!serves_development(name, words), "{name} {words:?}");
        }
    }

    #[test]
    fn words_of_the_table_are_known() {
        for row in PROGRAMS.all() {
            let line = row.line();
            let is_tool = row.column(1) == "tool";
            assert_eq!(
                find(row.key()).is_some_and(|it| it.kind() == Kind::Tool),
                is_tool,
                "{line}"
            );
            assert!(
                matches!(row.column(2), "" | "none" | "root" | "drops"),
                "{line}"
            );
            assert_eq!(row.column(2) == "root", !row.column(3).is_empty(), "{line}");
            let mut words = row.words(4);
            assert!(
                words.all(|it| Mark::ALL.iter().any(|mark| mark.word() == it)),
                "{line}"
            );
        }
        for (bit, mark) in Mark::ALL.into_iter().enumerate() {
            assert_eq!(mark as usize, bit, "{mark:?}");
            assert!(
                PROGRAMS
                    .all()
                    .any(|row| is(row.key(), mark) && row.lists(4, ' ', mark.word())),
                "{mark:?}"
            );
        }
    }
}
