//! What is told of one file.

use crate::language::Language;
use crate::token::Trouble;
use crate::value::{Place, Value};

/// A module that is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its name as it is written: `os.path`, `./lib/a`, `net/http`.
    pub module: Value<String>,
    /// What is taken from it, where that is told: `from x import a, b`.
    pub names: Vec<String>,
    /// The line, from 1.
    pub line: usize,
}

/// A file or a folder that is made, changed or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Where.
    pub path: Value<Place>,
    /// The folder in which or below which it lies, where only the beginning of the path is known: `f"/data/{name}"`. A
    /// rest with `..` in it leads elsewhere.
    pub folder: Option<Value<Place>>,
    /// Whether whoever sends a request says where: `req.query.path`.
    pub is_told_by_callers: bool,
    /// Whether it is a folder that is made.
    pub is_folder: bool,
    /// The line, from 1.
    pub line: usize,
}

/// A port on which the application listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its number; 0 is any.
    pub port: Value<u16>,
    /// The line, from 1.
    pub line: usize,
}

/// A variable of the environment that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: Value<String>,
    /// What is taken where it is not set, if that is known.
    pub default: Option<String>,
    /// The line, from 1.
    pub line: usize,
}

/// How a program is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// With these words; one that is not known may be several.
    Words(Vec<Value<String>>),
    /// By a text, mostly of the shell.
    Text(Value<String>),
}

/// A program that is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// What is started.
    pub command: Command,
    /// How its text, or its first word, is written, shortened.
    pub written: String,
    /// How the program is written, where the text does not tell which it is; the interpreter that runs the text is none.
    pub unknown: Option<String>,
    /// The line, from 1.
    pub line: usize,
}

/// A library of the machine that is loaded by its name, as by `dlopen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Its name as it is written: `libpq.so.5`, `pq`, a path.
    pub name: Value<String>,
    /// The line, from 1.
    pub line: usize,
}

/// Something that an ordinary user may mostly not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// What for, as the tables have it: `raw-socket`, `device`, `docker-socket`, `set-user`, `own`, `mount`, …
    pub kind: String,
    /// What asks for it: the call, the module, the place or the program.
    pub what: String,
    /// The line, from 1.
    pub line: usize,
}

/// A user whom the application asks for or becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name or number.
    pub name: Value<String>,
    /// The line, from 1.
    pub line: usize,
}

/// An absolute path that stands in a text, whatever is done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The path as it is written: `/var/lib/app`. Routes of a web server look the same.
    pub path: String,
    /// Whether it stands where routes, or the rests of paths, mostly do: `app.get("/data", f)`, `root + "/data"`.
    pub may_be_route: bool,
    /// Whether it stands in the address of a database and begins in the working directory for some libraries:
    /// `sqlite:///data/app.db`.
    pub begins_by_library: bool,
    /// Whether it is given to a name that says a place: `download_dir="/nltk"`, `os.environ["HF_HOME"] = "/models"`.
    pub is_told_as_place: bool,
    /// The line, from 1.
    pub line: usize,
}

/// A place above the folder from which it is told, that a text works out and gives a name: `Path(__file__).parents[2] / "data"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// The place; its path begins with `..`.
    pub place: Place,
    /// The line, from 1.
    pub line: usize,
}

/// An error that an application of Express hands on to what answers for errors: `next(new Error("…"))`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandedError {
    /// The line, from 1.
    pub line: usize,
    /// Whether an `async` function throws it: Express 4 does not see it.
    pub is_in_async: bool,
}

/// What one file of an application does, as far as its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The language in which it was read.
    pub language: Language,
    /// The modules that it loads.
    pub imports: Vec<Import>,
    /// Where it writes.
    pub writes: Vec<Write>,
    /// The ports that it opens.
    pub ports: Vec<Port>,
    /// The variables of the environment that it asks for, by itself or through a framework.
    pub variables: Vec<Variable>,
    /// The programs that it starts.
    pub programs: Vec<Program>,
    /// The libraries of the machine that it loads, without those that every machine has.
    pub libraries: Vec<Library>,
    /// What it does that takes rights.
    pub rights: Vec<Right>,
    /// The users whom it names.
    pub users: Vec<User>,
    /// The absolute paths that it names.
    pub named: Vec<Named>,
    /// The places above its own folder, or the working directory, to which it gives names.
    pub computed: Vec<Computed>,
    /// Ports below 1024, with their lines, at the ends of texts that a server could be told to listen on: `0.0.0.0:80`.
    pub addresses: Vec<(u16, usize)>,
    /// The errors of requests that it hands on; read in JavaScript and TypeScript.
    pub handed_errors: Vec<HandedError>,
    /// Whether it may answer for such errors: a function of four parameters, the name of a handler.
    pub answers_errors: bool,
    pub(crate) trouble: Option<(usize, Trouble)>,
}

impl Source {
    pub(crate) fn empty(language: Language) -> Self {
        Self {
            language,
            imports: Vec::new(),
            writes: Vec::new(),
            ports: Vec::new(),
            variables: Vec::new(),
            programs: Vec::new(),
            libraries: Vec::new(),
            rights: Vec::new(),
            users: Vec::new(),
            named: Vec::new(),
            computed: Vec::new(),
            addresses: Vec::new(),
            handed_errors: Vec::new(),
            answers_errors: false,
            trouble: None,
        }
    }

    /// Whether the whole text was understood. Where it was not, what is told is true, but more may be there.
    pub fn is_understood(&self) -> bool {
        self.trouble.is_none()
    }

    /// Why the text is not understood, with the line, from 1, of the first such place.
    pub fn trouble(&self) -> Option<(usize, Trouble)> {
        self.trouble
    }
}
