//! The places outside of an application that its sources and its settings name, and where it could write.

use dfix_catalogue::variables::names_data;
use dfix_catalogue::{
    Ecosystem, FileMark, FolderMark, PackageMark, file_is, folder_above, folder_is,
    is_file_of_a_tool, package_is,
};
use dfix_sources::{Command, Named};

use crate::facts::application_sources::{ApplicationSource, application_sources};
use crate::facts::data_folders::is_made;
use crate::facts::filesystem::Filesystem;
use crate::facts::sources::shell_text;
use crate::facts::workdir::final_workdir;
use crate::facts::{launches, run_time_writes, runtime, shipped_settings};
use crate::handles::{Stage, Step, Word};
use crate::path::{ImagePath, file_name};

/// A place outside of the application that a source or a file of settings names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    /// The place.
    pub path: ImagePath,
    /// What names it: "`settings.py` (line 3)".
    pub by: String,
    /// Whether that is a file of settings or data, of which it is not known that anybody reads it.
    pub is_of_settings: bool,
    /// Whether it is told from the place of the source, and stands in no text.
    pub is_computed: bool,
}

/// The places that the sources of the stage, the scripts of its start, then its settings name, and where an application
/// could write: below or in those folders of the system in which packages and applications keep their data, in a folder
/// that the image has, or one at the top that is called as folders of data or such files are.
pub(crate) fn of(stage: Stage<'_>) -> impl Iterator<Item = NamedPlace> {
    let files = application_sources(stage).files.iter();
    let own =
        move |path: &str| !is_file_of_a_tool(file_name(path)) || is_given_to_start(stage, path);
    let of_sources = files
        .filter(move |file| own(&file.context_path))
        .flat_map(move |file| of_source(stage, file));
    let settings = std::iter::once_with(move || shipped_settings::of(stage).iter()).flatten();
    let of_settings = settings.flat_map(move |file| {
        let all = file.settings.named.iter();
        let is_doubtful = !file.settings.named.is_empty() && !is_given_to_start(stage, &file.path);
        let all = all.filter(move |it| !begins_here(stage, it));
        all.filter_map(move |named| {
            let by = || format!("`{}` (line {})", file.path, named.line);
            place(stage, &named.path, Sign::of(named), is_doubtful, by)
        })
    });
    let of_settings = of_settings.chain(above_in_settings(stage));
    of_sources.chain(of_scripts(stage)).chain(of_settings)
}

/// The places that settings name from the working directory on, and that lie outside of it: `"log": "../logs/app.log"`.
fn above_in_settings(stage: Stage<'_>) -> impl Iterator<Item = NamedPlace> {
    let settings = std::iter::once_with(move || shipped_settings::of(stage).iter()).flatten();
    settings.flat_map(move |file| {
        let above = file.settings.above.iter();
        above.filter_map(move |(path, line)| {
            let path = ImagePath::new(&final_workdir(stage)?).join(path);
            let by = || format!("`{}` (line {line})", file.path);
            let is_doubtful = !is_given_to_start(stage, &file.path);
            place(stage, path.as_str(), Sign::None, is_doubtful, by)
        })
    })
}

/// Whether a path of a database's address is one from the working directory, as what reads such addresses here takes it.
fn begins_here(stage: Stage<'_>, named: &Named) -> bool {
    let packages = &stage.python_packages().known;
    let has = |mark| {
        let mut names = packages.iter().map(|it| it.name.as_str());
        names.any(|name| package_is(Ecosystem::Language, name, mark))
    };
    named.begins_by_library
        && has(PackageMark::AddressesFromHere)
        && !has(PackageMark::AddressesFromRoot)
}

/// Whether what is started is told a file of settings (`uvicorn --log-config log.ini`), or a framework reads it by itself.
fn is_given_to_start(stage: Stage<'_>, path: &str) -> bool {
    let name = file_name(path);
    let is_it = |word: &str| file_name(word.rsplit('=').next().unwrap_or(word)) == name;
    file_is(name, FileMark::ReadAtStart)
        || runtime::of(stage).processes().any(|process| {
            let mut words = process.command.args().filter_map(Word::value);
            words.any(is_it)
        })
}

/// The places that a source names: in texts of their own, and in those of the shell that it runs.
fn of_source<'m>(
    stage: Stage<'m>,
    file: &'m ApplicationSource,
) -> impl Iterator<Item = NamedPlace> + use<'m> {
    let named = file.source.named.iter();
    let named = named.filter(move |it| !begins_here(stage, it));
    let named = named.map(|it| (it.path.as_str(), it.line, Sign::of(it)));
    let programs = file.source.programs.iter();
    let texts = programs.filter_map(|it| Some((text_of(&it.command)?, it.line)));
    let of_texts = texts
        .flat_map(|(text, line)| paths_in(text).map(move |(_, path)| (path, line, Sign::None)));
    let by = move |line| format!("`{}` (line {line})", file.context_path);
    let computed = file.source.computed.iter().filter_map(move |computed| {
        let path = run_time_writes::place_in_image(stage, file, &computed.place)?;
        (!path.is_root()).then(|| NamedPlace {
            path,
            by: by(computed.line),
            is_of_settings: false,
            is_computed: true,
        })
    });
    named
        .chain(of_texts)
        .filter_map(move |(path, line, sign)| place(stage, path, sign, false, || by(line)))
        .chain(computed)
}

/// The text of the shell that a command is: `sh -c "…"` in words, too.
fn text_of(command: &Command) -> Option<&str> {
    match command {
        Command::Text(text) => text.value().map(String::as_str),
        Command::Words(words) => {
            let shell = words.first()?.value()?;
            shell_text(words, shell)?.value().map(String::as_str)
        }
    }
}

/// The places that the start names, and the scripts to which it leads: the image's own, and what the launches say.
fn of_scripts(stage: Stage<'_>) -> impl Iterator<Item = NamedPlace> {
    let steps: Vec<Step<'_>> = stage.entry().steps().collect();
    let of_steps = steps.into_iter().flat_map(move |step| {
        let paths = paths_in(step.source_text());
        let named = paths.filter_map(move |(_, path)| {
            place(stage, path, Sign::None, false, || "the start".to_owned())
        });
        // Programs and files of the image are read.
        named.filter(move |named| {
            !Filesystem::of(stage).exists(&named.path).is_yes() && !is_made(stage, &named.path)
        })
    });
    let launches = launches::starts(stage).into_iter();
    let of_launches = launches.filter_map(|start| start.script);
    let mut seen = Vec::new();
    let scripts = runtime::of(stage).processes();
    let scripts = scripts
        .filter_map(|process| process.script)
        .chain(of_launches);
    let scripts = scripts.filter(move |script| {
        let is_new = !seen.contains(script);
        seen.push(*script);
        is_new
    });
    let of_scripts = scripts.flat_map(move |script| {
        paths_in(script.text()).filter_map(move |(line, path)| {
            let by = || {
                if script.is_of_launch() {
                    script.path().to_owned()
                } else {
                    format!("`{}` (line {line})", script.path())
                }
            };
            place(stage, path, Sign::None, false, by)
        })
    });
    of_steps.chain(of_scripts)
}

/// What tells whether a path is a place, beside the path itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// It stands where routes of servers do.
    Route,
    /// It is given to a name that says a place.
    Place,
    None,
}

impl Sign {
    fn of(named: &Named) -> Self {
        match named {
            _ if named.may_be_route => Sign::Route,
            _ if named.is_told_as_place => Sign::Place,
            _ => Sign::None,
        }
    }
}

fn place(
    stage: Stage<'_>,
    path: &str,
    sign: Sign,
    is_of_settings: bool,
    by: impl Fn() -> String,
) -> Option<NamedPlace> {
    let path = ImagePath::new(path);
    may_be_written(stage, &path, sign).then(|| NamedPlace {
        path,
        by: by(),
        is_of_settings,
        is_computed: false,
    })
}

/// The absolute paths that begin a word of shell text, or the default of a variable (`${DIR:-/data}`), with their lines,
/// from 1.
fn paths_in(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_start().starts_with('#'));
    lines.flat_map(|(number, line)| {
        let starts = line.match_indices('/').map(|(at, _)| at);
        let starts = starts.filter(|&at| {
            let before = &line[..at];
            let begins = |c: char| c.is_whitespace() || "\"'=(>;|&".contains(c);
            before.is_empty() || before.ends_with(begins) || before.ends_with(":-")
        });
        starts.filter_map(move |at| {
            let rest = &line[at..];
            let is_of_path = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
            let end = rest.find(|c| !is_of_path(c)).unwrap_or(rest.len());
            let goes_on = rest[end..].starts_with(['$', '{', '*', '?']);
            let path = if goes_on {
                &rest[..rest[..end].rfind('/')?]
            } else {
                &rest[..end]
            };
            let path = path.trim_end_matches('/');
            (path.len() > 1).then_some((number + 1, path))
        })
    })
}

/// Whether a path that stands in a text may be a place that is written, and no route of a server.
fn may_be_written(stage: Stage<'_>, path: &ImagePath, sign: Sign) -> bool {
    let may_be_route = sign == Sign::Route;
    let mut parts = path.parts();
    let (Some(first), is_deep) = (parts.next(), parts.next().is_some()) else {
        return false;
    };
    let top = format!("/{first}");
    if !folder_is(&top, FolderMark::System) || folder_is(&top, FolderMark::Route) {
        return is_made(stage, &ImagePath::new(&top))
            || sign == Sign::Place
            || (!may_be_route && is_called_like_data(path, &top, is_deep));
    }
    let own = folder_is(path.as_str(), FolderMark::Own);
    let is_closed = |mark| {
        folder_above(path.as_str(), mark).is_some_and(|folder| !folder_is(folder, FolderMark::Own))
    };
    if folder_is(path.as_str(), FolderMark::System) {
        let is_open = !is_closed(FolderMark::Closed) && !is_closed(FolderMark::Root);
        return (own || is_open) && (is_deep || !may_be_route);
    }
    // What only root changes is read, unless its name says that somebody keeps files there: `download_dir="/usr/share/nltk"`.
    is_deep && (sign == Sign::Place || !is_closed(FolderMark::Closed))
}

/// Whether a path at the top of the image, none of the system's, is called as folders for data are, or as files that
/// applications write.
fn is_called_like_data(path: &ImagePath, top: &str, is_deep: bool) -> bool {
    let name = top.trim_start_matches('/').to_ascii_uppercase();
    let is_data = folder_is(top, FolderMark::Data)
        || !name.contains('.') && names_data(&name.replace('-', "_"));
    // Servers have texts and tables at their routes.
    let is_file = file_is(path.file_name(), FileMark::Written)
        && (!is_deep || !file_is(path.file_name(), FileMark::Plain));
    !folder_is(top, FolderMark::Route) && (is_data || is_file)
}
