//! Where an application writes when the container runs, beside its working directory, as far as the file
//! shows: folders that are made empty, that variables for data name, that the start names; volumes.

use rustc_hash::FxHashSet;

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::variables::{names_data, names_folder};
use dfix_catalogue::{FileMark, FolderMark, file_is, folder_above, folder_is, is_system_name};
use dfix_sources::file_address;

use crate::collect::instruction::StepKind;
use crate::facts::entry::entry;
use crate::facts::filesystem::Filesystem;
use crate::facts::filesystem::entry::{Entry, Origin, Touch};
use crate::facts::launches;
use crate::facts::variables::{env_set, expand_text, final_env};
use crate::facts::workdir::{workdir_before, working_directory};
use crate::handles::{Command, Stage, Step};
use crate::path::ImagePath;

/// A folder that the application will want to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    /// The folder.
    pub path: ImagePath,
    /// What shows it: `` `ENV LOG_DIR` ``, `` `mkdir` ``.
    pub shown_by: String,
    /// Whether the build makes it.
    pub is_made: bool,
}

struct DataFolders(Vec<DataFolder>);
struct Volumes(Vec<DataFolder>);
struct FilledFolders(Vec<ImagePath>);

/// The folders beside the working directory that the file shows to be written to: such as are made
/// empty, such as a variable for data names, and those that the start names.
pub(crate) fn data_folders(stage: Stage<'_>) -> &[DataFolder] {
    &stage.cached(|| DataFolders(find_data_folders(stage))).0
}

/// The volumes of the stage, and of those that it is based on.
pub(crate) fn volumes(stage: Stage<'_>) -> &[DataFolder] {
    &stage.cached(|| Volumes(find_volumes(stage))).0
}

/// The folders that `COPY` and `ADD` of the stage put files into.
pub(crate) fn filled_folders(stage: Stage<'_>) -> &[ImagePath] {
    &stage.cached(|| FilledFolders(find_filled_folders(stage))).0
}

fn find_data_folders(stage: Stage<'_>) -> Vec<DataFolder> {
    let mut all = started_in(stage);
    all.extend(data_of_the_start(stage));
    all.extend(made_empty(stage));
    all.extend(named_by_variables(stage));
    all.extend(named_by_launches(stage));
    let synced = launches::synced(stage);
    all.extend(synced.map(|(path, shown_by)| DataFolder {
        is_made: is_made(stage, &path),
        path,
        shown_by,
    }));
    all.retain(|folder| !Filesystem::of(stage).removes(&folder.path));
    all
}

/// Whether a folder may be an application's: it is none of the system's, and can be written into a
/// command as it stands.
pub(crate) fn is_applications(folder: &ImagePath) -> bool {
    let text = folder.as_str();
    !folder.is_root()
        && !folder_is(text, FolderMark::System)
        && folder_above(text, FolderMark::Closed).is_none()
        && is_plain(text)
}

/// Whether a folder may be an application's although it lies in a place that is the system's, such as
/// `/var/log/app`.
pub(crate) fn is_own_place(folder: &ImagePath) -> bool {
    let parent = folder_above(folder.as_str(), FolderMark::Own).map(ImagePath::new);
    parent.is_some_and(|parent| {
        let below = ImagePath::new(folder.below(&parent).unwrap_or(""));
        below.parts().next().is_some_and(|own| !is_system_name(own))
    }) && is_plain(folder.as_str())
}

fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/._-+@".contains(&b))
}

/// Whether the build makes a folder, or something in it.
pub(crate) fn is_made(stage: Stage<'_>, path: &ImagePath) -> bool {
    let files = Filesystem::of(stage);
    match files.entry(path) {
        Entry::Nothing => false,
        Entry::Folder | Entry::File | Entry::Either => files.origin(path) != Some(Origin::Base),
        // What is cloned may hold it.
        Entry::Unknown(_) => stage.base_chain().any(|stage| {
            Filesystem::of(stage).touched().any(|touched| {
                touched.touch == Touch::Filled
                    && !touched.path.is_root()
                    && path.is_below(touched.path)
                    && touched.command.is_some_and(|command| command.is("git"))
            })
        }),
    }
}

/// The paths that a text names, with the folders around them.
fn add_paths(text: &str, used: &mut FxHashSet<ImagePath>) {
    let is_of_path = |c: char| c.is_alphanumeric() || "/._-+@".contains(c);
    let pieces = text.split(|c| !is_of_path(c));
    for piece in pieces.filter_map(|piece| piece.find('/').map(|at| &piece[at..])) {
        add_with_parents(&ImagePath::new(piece), used);
    }
}

fn add_with_parents(path: &ImagePath, used: &mut FxHashSet<ImagePath>) {
    let mut next = Some(path.clone());
    while let Some(path) = next.filter(|path| !used.contains(path)) {
        next = path.parent();
        used.insert(path);
    }
}

/// The paths that steps name otherwise than to make them: what is given to somebody, opened to all or
/// filled is cared for.
fn used_paths(stage: Stage<'_>) -> FxHashSet<ImagePath> {
    let mut used = FxHashSet::default();
    for stage in stage.base_chain() {
        for landing in Filesystem::of(stage).landings() {
            add_with_parents(&landing.path, &mut used);
        }
        for step in stage.workdirs() {
            if let Some(folder) = workdir_before(stage, step.index + 1, false) {
                add_with_parents(&ImagePath::new(&folder), &mut used);
            }
        }
        for command in stage.build_commands() {
            let only_makes = command.is_one_of(&["mkdir", "ls", "rm", "touch"])
                || (command.is("install") && command.has_arg("-d"));
            if only_makes {
                continue;
            }
            for word in command.args() {
                match expand_text(stage, word, command) {
                    Some(text) => add_paths(&text, &mut used),
                    None => add_paths(word.source_text(), &mut used),
                }
            }
            if let Some(folder) = working_directory(command) {
                add_with_parents(&ImagePath::new(&folder), &mut used);
            }
        }
    }
    used
}

/// The folders that the build makes and puts nothing into: they are there for the application to fill.
fn made_empty(stage: Stage<'_>) -> Vec<DataFolder> {
    let made = stage.base_chain().flat_map(|stage| {
        let files = Filesystem::of(stage);
        files.touched().filter(|touched| {
            touched.touch == Touch::Made && touched.command.is_some_and(|c| !c.is("git"))
        })
    });
    let mut used = None;
    let mut seen = FxHashSet::default();
    let mut folders = Vec::new();
    for touched in made {
        let path = touched.path;
        // One of the system's is there for data if its name says so.
        let is_for_data = names_data(&path.file_name().to_ascii_uppercase())
            && ["/etc", "/usr"]
                .iter()
                .any(|place| path.is_below(&ImagePath::new(place)));
        let is_wanted = is_applications(path) || is_own_place(path) || is_for_data;
        if !is_wanted || path.is_below(&ImagePath::new("/home")) || !seen.insert(path) {
            continue;
        }
        let used = used.get_or_insert_with(|| used_paths(stage));
        if !used.contains(path) {
            folders.push(DataFolder {
                shown_by: format!("the empty {path}"),
                path: path.clone(),
                is_made: true,
            });
        }
    }
    folders
}

fn find_volumes(stage: Stage<'_>) -> Vec<DataFolder> {
    let mut chain: Vec<Stage<'_>> = stage.base_chain().collect();
    chain.reverse();
    let of_step = |s, step: Step<'_>| {
        let folder = workdir_before(s, step.index, true).unwrap_or_default();
        step.words()
            .filter_map(|word| expand_text(s, word, step))
            .map(|text| ImagePath::new(&folder).join(&text))
            .collect::<Vec<_>>()
    };
    let mut seen = FxHashSet::default();
    chain
        .into_iter()
        .flat_map(|s| {
            s.steps_of(StepKind::Volume)
                .flat_map(move |step| of_step(s, step))
        })
        .map(|path| (path, "a VOLUME".to_owned()))
        .chain(launches::volumes(stage))
        .filter(|(path, _)| seen.insert(path.clone()))
        .map(|(path, shown_by)| DataFolder {
            is_made: is_made(stage, &path),
            path,
            shown_by,
        })
        .collect()
}

/// The folder that the value of a variable names, or the one of the file that it names: `/data/uploads`,
/// `sqlite:////data/app.db`, `file:/data/app.db`.
fn folder_of_value(value: &str) -> Option<ImagePath> {
    let address = file_address(value);
    let path = match address {
        Some(address) => address.path,
        None => value.split(['?', ';']).next()?,
    };
    if !path.starts_with('/') || path.contains([':', ' ', ',', '$']) {
        return None;
    }
    let path = ImagePath::new(path);
    let has_ending = || {
        let parts = path.file_name().rsplit_once('.');
        parts.is_some_and(|(stem, ending)| {
            !stem.is_empty() && ending.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    };
    let is_file = address.is_some_and(|it| it.is_database) || has_ending();
    let folder = if is_file { path.parent()? } else { path };
    (!folder.is_root()).then_some(folder)
}

/// The folder for data that a variable names: by its own name, or by its value, the address of a database.
fn data_of_variable(name: &str, value: &str) -> Option<ImagePath> {
    let is_data = names_data(name) || file_address(value).is_some_and(|it| it.is_database);
    folder_of_value(value).filter(|_| is_data)
}

fn named_by_variables(stage: Stage<'_>) -> Vec<DataFolder> {
    let mut seen = FxHashSet::default();
    let keys = stage.base_chain().flat_map(env_set).map(|(key, _)| key);
    keys.filter(|key| seen.insert(*key))
        .filter_map(|key| {
            let path = data_of_variable(key, final_env(stage, key).value()?)?;
            Some(DataFolder {
                is_made: is_made(stage, &path),
                path,
                shown_by: format!("`ENV {key}`"),
            })
        })
        .collect()
}

/// What the variables name that what starts the container sets.
fn named_by_launches(stage: Stage<'_>) -> Vec<DataFolder> {
    let mut found: Vec<DataFolder> = Vec::new();
    for launch in launches::of(stage).filter(|it| it.user.is_none()) {
        for variable in &launch.environment {
            let value = variable.value.as_deref();
            let path = value.and_then(|value| data_of_variable(&variable.name, value));
            let Some(path) = path.filter(|path| found.iter().all(|it| it.path != *path)) else {
                continue;
            };
            found.push(DataFolder {
                is_made: is_made(stage, &path),
                path,
                shown_by: format!("`{}` of {}", variable.name, launch.said()),
            });
        }
    }
    found
}

/// What a command is told by these options, and by `cd`.
fn folders_told(command: Command<'_>, words: &[Option<String>]) -> Vec<String> {
    const FOLDERS: &[&str] = &[
        "--chdir",
        "--app-dir",
        "--prefix",
        "--rootdir",
        "--directory",
        "--notebook-dir",
    ];
    let mut folders = Vec::new();
    if command.is("cd") {
        folders.extend(words.first().cloned().flatten());
    }
    for (at, word) in words.iter().enumerate() {
        let Some(word) = word else { continue };
        match word.split_once('=') {
            Some((name, value)) if FOLDERS.contains(&name) => folders.push(value.to_owned()),
            None if FOLDERS.contains(&word.as_str()) => {
                folders.extend(words.get(at + 1).cloned().flatten());
            }
            _ => {}
        }
    }
    folders
}

/// The folders that the start names by whole paths: of the script it runs, or where it goes to.
fn started_in(stage: Stage<'_>) -> Vec<DataFolder> {
    let mut folders: Vec<ImagePath> = Vec::new();
    for command in entry(stage).commands() {
        let words: Vec<Option<String>> = command
            .args()
            .map(|word| expand_text(stage, word, command))
            .collect();
        let told = folders_told(command, &words);
        let told = told.iter().filter(|text| text.starts_with('/'));
        folders.extend(told.map(|text| ImagePath::new(text)));
        if programs::is_python(command.name()) || command.is_marked(Mark::RunsScript) {
            let script = words.iter().flatten().find(|word| !word.starts_with('-'));
            let script = script.filter(|word| word.starts_with('/'));
            folders.extend(script.and_then(|word| ImagePath::new(word).parent()));
        }
    }
    let temporary = ImagePath::new("/tmp");
    folders.retain(|f| (is_applications(f) || f.is_below(&temporary)) && is_made(stage, f));
    let folder = |path| DataFolder {
        path,
        shown_by: "the start".to_owned(),
        is_made: true,
    };
    folders.into_iter().map(folder).collect()
}

/// The words of the start, what stands after a `=` where there is one; not those that hold commands,
/// which are looked at themselves.
fn values_of_the_start(stage: Stage<'_>) -> Vec<String> {
    entry(stage)
        .commands()
        .filter(|command| !command.has_inner())
        .flat_map(|command| {
            let words = command
                .args()
                .filter_map(move |w| expand_text(stage, w, command));
            words.collect::<Vec<_>>()
        })
        .map(|text| text.rsplit('=').next().unwrap_or(&text).to_owned())
        .collect()
}

/// The folders of the databases and logs that the words of the start name.
fn data_of_the_start(stage: Stage<'_>) -> Vec<DataFolder> {
    let devices = ImagePath::new("/dev");
    values_of_the_start(stage)
        .iter()
        .filter_map(|value| {
            let address = file_address(value);
            let name = address.map_or(value.as_str(), |it| it.path);
            let name = name.split('?').next().unwrap_or(name);
            let is_database = address.is_some_and(|it| it.is_database);
            let is_data = is_database
                || name.rsplit_once('.').is_some_and(|(_, ending)| {
                    matches!(ending, "db" | "log" | "pid" | "sqlite" | "sqlite3")
                });
            folder_of_value(value).filter(|path| is_data && !path.is_below(&devices))
        })
        .map(|path| DataFolder {
            is_made: is_made(stage, &path),
            path,
            shown_by: "the start".to_owned(),
        })
        .collect()
}

/// The places that variables for folders and the words of the start name, and that nothing of the build
/// makes: they are mounted, or the application makes them.
pub(crate) fn unmade_folders(stage: Stage<'_>) -> Vec<DataFolder> {
    const READ: &[&str] = &["CONF", "CONFIG", "BIN", "LIB", "INSTALL", "SRC"];
    let keys = stage.base_chain().flat_map(env_set).map(|(key, _)| key);
    let of_variables = keys
        .filter(|key| names_folder(key) && !key.split('_').any(|part| READ.contains(&part)))
        .filter_map(|key| {
            let value = final_env(stage, key).value()?;
            Some((value.to_owned(), format!("`ENV {key}`")))
        });
    let of_start = values_of_the_start(stage)
        .into_iter()
        .map(|value| (value, "the start".to_owned()));
    of_variables
        .chain(of_start)
        .filter(|(value, _)| value.starts_with('/'))
        .map(|(value, shown_by)| (ImagePath::new(&value), shown_by))
        .filter(|(path, _)| {
            // What lies below a place that the build fills may have come with it.
            let is_top = path.parent().is_none_or(|parent| !is_applications(&parent));
            is_top
                && is_applications(path)
                && !path.file_name().contains('.')
                && !is_made(stage, path)
        })
        .map(|(path, shown_by)| DataFolder {
            path,
            shown_by,
            is_made: false,
        })
        .collect()
}

fn find_filled_folders(stage: Stage<'_>) -> Vec<ImagePath> {
    // What is started is a file, also where its name has no dot.
    let programs: Vec<ImagePath> = entry(stage)
        .commands()
        .filter_map(|c| c.program()?.value().map(ImagePath::new))
        .collect();
    let mut targets: Vec<ImagePath> = Vec::new();
    for landing in Filesystem::of(stage).landings() {
        let path = &landing.path;
        let has_dot = path.file_name().contains('.');
        let folder = match landing.entry {
            Entry::Folder => Some(path.clone()),
            _ if landing.is_in_folder => path.parent(),
            Entry::File if !file_is(path.file_name(), FileMark::Application) => None,
            Entry::Either if has_dot && !file_is(path.file_name(), FileMark::Application) => None,
            Entry::Either if !has_dot => (!programs.contains(path)).then(|| path.clone()),
            _ => path.parent(),
        };
        targets.extend(folder);
    }
    let mut seen = FxHashSet::default();
    targets.retain(|target| seen.insert(target.clone()));
    targets
}

/// The folders that `WORKDIR` and `COPY` of the stage name by variables, as they write them.
pub(crate) fn folders_by_variables(stage: Stage<'_>) -> Vec<(ImagePath, String)> {
    stage
        .steps()
        .filter(|step| !step.is_onbuild())
        .filter_map(|step| {
            let word = match step.kind() {
                StepKind::Workdir => step.word(),
                _ => step.target(),
            };
            let word = word.filter(|word| !word.is_known())?;
            let text = expand_text(stage, word, step)?;
            let written = word.source_text().trim_matches('"').trim_end_matches('/');
            let is_plain = written
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/._-${}".contains(&b));
            (text.starts_with('/') && is_plain).then(|| (ImagePath::new(&text), written.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_name_folders() {
        for (value, folder) in [
            ("/data", Some("/data")),
            ("/data/", Some("/data")),
            ("/data/app.log", Some("/data")),
            ("sqlite:////data/app.db", Some("/data")),
            ("jdbc:h2:file:/data/app;MODE=MySQL", Some("/data")),
            ("sqlite:////data/app", Some("/data")),
            ("sqlite:///app.db", None),
            ("sqlite+aiosqlite:////data/app.db", Some("/data")),
            ("file:/data/app.db?connection_limit=1", Some("/data")),
            ("file:///data/app.db", Some("/data")),
            ("file:./app.db", None),
            ("jdbc:h2:file:/data/app;AUTO_SERVER=TRUE", Some("/data")),
            ("jdbc:sqlite:/data/app.db", Some("/data")),
            ("jdbc:h2:mem:app", None),
            ("postgres://db/data", None),
            ("data", None),
            ("/a:/b", None),
            ("/app.db", None),
        ] {
            let found = folder_of_value(value);
            assert_eq!(found.as_ref().map(ImagePath::as_str), folder, "{value}");
        }
    }

    #[test]
    fn only_folders_of_an_application_are_its() {
        for folder in [
            "/app",
            "/code",
            "/usr/src/app",
            "/srv/www",
            "/opt/service",
            "/var/www/html",
            "/home/app",
        ] {
            assert!(is_applications(&ImagePath::new(folder)), "{folder}");
        }
        for folder in [
            "/",
            "/usr",
            "/usr/src",
            "/etc",
            "/etc/app",
            "/root",
            "/root/app",
            "/var/lib",
            "/tmp/x",
            "/usr/local/bin",
            "/a b",
        ] {
            assert!(!is_applications(&ImagePath::new(folder)), "{folder}");
        }
    }

    #[test]
    fn own_places_of_the_system() {
        assert!(is_own_place(&ImagePath::new("/var/log/app")));
        assert!(is_own_place(&ImagePath::new("/var/lib/app/data")));
        assert!(!is_own_place(&ImagePath::new("/var/log")));
        assert!(!is_own_place(&ImagePath::new("/var/log/nginx")));
        assert!(!is_own_place(&ImagePath::new("/etc/app")));
    }

    #[test]
    fn texts_name_paths() {
        let mut used = FxHashSet::default();
        add_paths("--data=/srv/x:/tmp, /a/b", &mut used);
        for path in ["/srv/x", "/srv", "/tmp", "/a/b", "/a"] {
            assert!(used.contains(&ImagePath::new(path)), "{path}");
        }
        assert!(!used.contains(&ImagePath::new("/b")));
    }
}
