//! Where an application writes beside its working directory, as far as the file shows.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::variables::{names_data, names_folder};
use dfix_catalogue::{FolderMark, folder_above, is_system_name};
use dfix_model::StepKind;
use dfix_model::catalogue::UserTools;
use dfix_model::{Command, Stage, Step, Word};

use super::ownership::{absolute, is_below, may_be_given};

/// A folder that the application will want to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    /// Absolute, without a slash at its end.
    pub(crate) path: String,
    /// What shows it: `` `ENV LOG_DIR` ``, `` `mkdir` ``.
    pub(crate) shown_by: String,
    /// Whether the build makes it.
    pub(crate) is_made: bool,
}

/// The folders beside the working directory that the file shows to be written to when the container
/// runs: such as are made empty, such as a variable for data names, and those that the start names.
pub(crate) fn written(stage: Stage<'_>) -> Vec<Written> {
    let mut all = started_in(stage);
    all.extend(data_of_the_start(stage));
    all.extend(made_empty(stage));
    all.extend(named_by_variables(stage));
    all.retain(|w| !is_removed(stage, &w.path));
    all
}

/// Whether a folder of the system may be given although it lies in a place that is the system's: one of
/// the file's own, such as `/var/log/app`.
pub(crate) fn is_own_place(path: &str) -> bool {
    folder_above(path, FolderMark::Own).is_some_and(|parent| {
        path[parent.len()..]
            .strip_prefix('/')
            .and_then(|rest| rest.split('/').next())
            .is_some_and(|own| !own.is_empty() && !is_system_name(own))
    }) && path
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/._-+@".contains(&b))
}

fn steps_of_lineage(stage: Stage<'_>) -> Vec<Step<'_>> {
    let mut stages: Vec<Stage<'_>> = stage.base_chain().collect();
    stages.reverse();
    stages
        .into_iter()
        .flat_map(Stage::steps)
        .filter(|step| !step.is_onbuild())
        .collect()
}

fn build_commands(stage: Stage<'_>) -> Vec<Command<'_>> {
    steps_of_lineage(stage)
        .into_iter()
        .filter(|step| step.is_run())
        .flat_map(Step::commands)
        .collect()
}

/// The operand of a command as a path of the image, if that can be told.
pub(crate) fn path_of(command: Command<'_>, word: Word<'_>) -> Option<String> {
    let stage = command.stage()?;
    let text = stage.expand_text(word, command)?;
    if text.contains(['*', '{', '?', '[', '~']) {
        return None;
    }
    let text = text.trim_end_matches('/');
    if text.starts_with('/') {
        return Some(text.to_owned());
    }
    let folder = command.working_directory()?;
    let text = text.trim_start_matches("./");
    Some(format!("{}/{text}", folder.trim_end_matches('/')))
}

/// The folders that commands of the build make, with their commands.
fn made(stage: Stage<'_>) -> Vec<(String, Command<'_>)> {
    build_commands(stage)
        .into_iter()
        .filter(|c| c.is("mkdir") || (c.is("install") && c.has_arg("-d")))
        .flat_map(|c| {
            let words: Vec<Word<'_>> = c.args().collect();
            let is_value = |i: usize| {
                i > 0
                    && ["-m", "-o", "-g", "--mode"]
                        .iter()
                        .any(|option| words[i - 1].is(option))
            };
            (0..words.len())
                .filter(|i| !words[*i].starts_with("-") && !is_value(*i))
                .filter_map(|i| Some((path_of(c, words[i])?, c)))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The folder that a `git clone` makes.
fn cloned_to(command: Command<'_>) -> Option<String> {
    if !command.is("git") || !command.has_arg("clone") {
        return None;
    }
    let is_source = |w: &Word<'_>| w.source_text().contains("://") || w.starts_with("git@");
    let mut after = command.args().skip_while(|w| !is_source(w));
    let source = after.next()?;
    if let Some(folder) = after.find(|w| !w.starts_with("-")) {
        return path_of(command, folder);
    }
    let source = source.value()?.trim_end_matches('/');
    let name = source.rsplit(['/', ':']).next()?;
    let folder = command.working_directory()?;
    Some(format!(
        "{}/{}",
        folder.trim_end_matches('/'),
        name.trim_end_matches(".git")
    ))
}

/// Whether the build makes the folder, or something in it.
pub(crate) fn is_made(stage: Stage<'_>, path: &str) -> bool {
    made(stage).iter().any(|(made, _)| is_below(made, path))
        || build_commands(stage)
            .into_iter()
            .filter_map(cloned_to)
            .any(|cloned| is_below(path, &cloned))
        || steps_of_lineage(stage).into_iter().any(|step| {
            let lands = |word: Word<'_>| {
                step.stage()
                    .and_then(|s| s.expand_text(word, step).map(|t| absolute(s, step, &t)))
                    .is_some_and(|target| is_below(&target, path))
            };
            match step.name() {
                "COPY" | "ADD" => step.target().is_some_and(lands),
                "WORKDIR" => step.words().next().is_some_and(lands),
                _ => false,
            }
        })
}

/// Whether a later command removes the folder again, and nothing makes it anew.
pub(crate) fn is_removed(stage: Stage<'_>, path: &str) -> bool {
    let mut removed = false;
    for step in steps_of_lineage(stage) {
        let makes = |word: Option<Word<'_>>| {
            word.and_then(|w| {
                let at = step.stage()?;
                Some(absolute(at, step, &at.expand_text(w, step)?))
            })
            .is_some_and(|target| is_below(&target, path) || is_below(path, &target))
        };
        match step.name() {
            "COPY" | "ADD" if makes(step.target()) => removed = false,
            "WORKDIR" if makes(step.words().next()) => removed = false,
            "RUN" => {
                for command in step.commands() {
                    let operands = || command.args().filter(|w| !w.starts_with("-"));
                    let is_whole = command
                        .args()
                        .any(|w| w.starts_with("-") && w.literal_prefix().contains(['r', 'R']));
                    if command.is("rm") && is_whole {
                        removed |= operands()
                            .filter_map(|w| path_of(command, w))
                            .any(|gone| !gone.is_empty() && is_below(path, &gone));
                    } else if command.is_one_of(&["mkdir", "mv", "cp", "git", "ln"]) {
                        let makes_it = operands()
                            .filter_map(|w| path_of(command, w))
                            .any(|there| is_below(&there, path));
                        removed &= !makes_it;
                    }
                }
            }
            _ => {}
        }
    }
    removed
}

/// The folders that the build makes and puts nothing into: they are there for the application to fill.
fn made_empty(stage: Stage<'_>) -> Vec<Written> {
    let commands = build_commands(stage);
    let names = |text: &str, path: &str| {
        text.match_indices(path).any(|(at, _)| {
            let after = text[at + path.len()..].chars().next();
            after.is_none_or(|c| !(c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.'))
        })
    };
    let mut folders: Vec<Written> = Vec::new();
    for (path, maker) in made(stage) {
        // One of the system's is there for data if its name says so.
        let is_for_data = path
            .rsplit('/')
            .next()
            .is_some_and(|name| names_data(&name.to_ascii_uppercase()))
            && ["/etc", "/usr"].iter().any(|place| is_below(&path, place));
        if !(may_be_given(&path) || is_own_place(&path) || is_for_data) || is_below(&path, "/home")
        {
            continue;
        }
        // What is given to somebody, or opened to all, is cared for.
        let is_used = commands.iter().filter(|c| **c != maker).any(|c| {
            !c.is_one_of(&["mkdir", "ls", "rm", "touch"])
                && (c.args().any(|w| {
                    stage
                        .expand_text(w, *c)
                        .map_or_else(|| names(w.source_text(), &path), |t| names(&t, &path))
                }) || c
                    .working_directory()
                    .is_some_and(|folder| is_below(&folder, &path)))
        });
        let is_filled = steps_of_lineage(stage).into_iter().any(|step| {
            matches!(
                step.kind(),
                StepKind::Copy | StepKind::Add | StepKind::Workdir
            ) && step
                .words()
                .next_back()
                .and_then(|w| Some(absolute(stage, step, &stage.expand_text(w, step)?)))
                .is_some_and(|target| is_below(&target, &path))
        });
        if !is_used && !is_filled && !folders.iter().any(|f| f.path == path) {
            folders.push(Written {
                shown_by: format!("the empty {path}"),
                path,
                is_made: true,
            });
        }
    }
    folders
}

/// The volumes of the stage, and of those that it stands on.
pub(crate) fn volumes(stage: Stage<'_>) -> Vec<Written> {
    steps_of_lineage(stage)
        .into_iter()
        .filter(|step| step.is(StepKind::Volume))
        .flat_map(|step| {
            step.words()
                .filter_map(|word| {
                    let at = step.stage()?;
                    Some(absolute(at, step, &at.expand_text(word, step)?))
                })
                .collect::<Vec<_>>()
        })
        .map(|path| Written {
            is_made: is_made(stage, &path),
            path,
            shown_by: "a VOLUME".to_owned(),
        })
        .collect()
}

/// The folder or file that the value of a variable names: `/data/uploads`, `sqlite:////data/app.db`.
fn folder_of_value(value: &str) -> Option<String> {
    let path = match value.split_once("sqlite:///") {
        Some((_, path)) => path,
        None => value,
    };
    let path = path.split('?').next()?.trim_end_matches('/');
    if !path.starts_with('/') || path.contains([':', ' ', ',', '$']) {
        return None;
    }
    let (parent, name) = path.rsplit_once('/')?;
    let is_file = name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty() && extension.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let folder = if is_file { parent } else { path };
    (!folder.is_empty()).then(|| folder.to_owned())
}

fn named_by_variables(stage: Stage<'_>) -> Vec<Written> {
    let mut folders = Vec::new();
    for (key, _) in stage.base_chain().flat_map(Stage::env_set) {
        if !names_data(key) {
            continue;
        }
        let Some(path) = stage.final_env(key).value().and_then(folder_of_value) else {
            continue;
        };
        folders.push(Written {
            is_made: is_made(stage, &path),
            path,
            shown_by: format!("`ENV {key}`"),
        });
    }
    folders
}

/// The folders that the start names by whole paths: of the script it runs, or where it goes to.
fn started_in(stage: Stage<'_>) -> Vec<Written> {
    const FOLDERS: &[&str] = &[
        "--chdir",
        "--app-dir",
        "--prefix",
        "--rootdir",
        "--directory",
        "--notebook-dir",
    ];
    let mut folders: Vec<String> = Vec::new();
    for command in stage.entry().commands() {
        let words: Vec<String> = command
            .args()
            .map(|w| stage.expand_text(w, command).unwrap_or_default())
            .collect();
        if command.is("cd") {
            folders.extend(words.first().cloned());
        }
        if crate::programs::is_python(command.name())
            || programs::is(command.name(), Mark::RunsScript)
        {
            let script = words.iter().find(|w| !w.starts_with('-'));
            let folder = script.and_then(|s| Some(s.rsplit_once('/')?.0.to_owned()));
            folders.extend(folder);
        }
        for (i, word) in words.iter().enumerate() {
            if let Some((_, value)) = word.split_once('=').filter(|(n, _)| FOLDERS.contains(n)) {
                folders.push(value.to_owned());
            } else if FOLDERS.contains(&word.as_str()) {
                folders.extend(words.get(i + 1).cloned());
            }
        }
    }
    folders
        .into_iter()
        .map(|f| f.trim_end_matches('/').to_owned())
        .filter(|f| {
            f.starts_with('/') && (may_be_given(f) || is_below(f, "/tmp")) && is_made(stage, f)
        })
        .map(|path| Written {
            path,
            shown_by: "the start".to_owned(),
            is_made: true,
        })
        .collect()
}

/// The folders of the databases and logs that the words of the start name.
fn data_of_the_start(stage: Stage<'_>) -> Vec<Written> {
    let is_data = |path: &str| {
        ["db", "log", "pid", "sqlite", "sqlite3"]
            .iter()
            .any(|extension| path.rsplit_once('.').is_some_and(|(_, e)| e == *extension))
    };
    let mut folders: Vec<Written> = Vec::new();
    for command in stage.entry().commands() {
        // What a shell is given are the commands, which are looked at themselves.
        if command.has_inner() {
            continue;
        }
        for text in command.args().filter_map(|w| stage.expand_text(w, command)) {
            let value = text.rsplit('=').next().unwrap_or(&text);
            let value = value.strip_prefix("file:").unwrap_or(value);
            if !is_data(value.split('?').next().unwrap_or(value)) {
                continue;
            }
            if let Some(path) = folder_of_value(value).filter(|p| !is_below(p, "/dev")) {
                folders.push(Written {
                    is_made: is_made(stage, &path),
                    path,
                    shown_by: "the start".to_owned(),
                });
            }
        }
    }
    folders
}

/// The places that variables for folders and the words of the start name, and that nothing of the build
/// makes: they are mounted, or the application makes them.
pub(crate) fn unseen(stage: Stage<'_>) -> Vec<Written> {
    let of_variables = stage
        .base_chain()
        .flat_map(Stage::env_set)
        .filter_map(|(key, _)| {
            let is_folder = names_folder(key);
            let is_read = ["CONF", "CONFIG", "BIN", "LIB", "INSTALL", "SRC"]
                .iter()
                .any(|part| key.split('_').any(|p| p == *part));
            let path = stage
                .final_env(key)
                .value()?
                .trim_end_matches('/')
                .to_owned();
            (is_folder && !is_read).then(|| (path, format!("`ENV {key}`")))
        });
    let entry = stage.entry();
    let of_start = entry
        .commands()
        .filter(|c| !c.has_inner())
        .flat_map(|c| {
            c.args()
                .filter_map(|w| stage.expand_text(w, c))
                .collect::<Vec<_>>()
        })
        .map(|text| {
            let path = text.rsplit('=').next().unwrap_or(&text);
            (
                path.trim_end_matches('/').to_owned(),
                "the start".to_owned(),
            )
        });
    of_variables
        .chain(of_start.collect::<Vec<_>>())
        .filter(|(path, _)| {
            let name = path.rsplit('/').next().unwrap_or("");
            may_be_given(path) && !name.contains('.') && !is_made(stage, path)
        })
        // What lies below a place that the build fills may have come with it.
        .filter(|(path, _)| {
            path.rsplit_once('/')
                .is_none_or(|(parent, _)| !may_be_given(parent))
        })
        .map(|(path, shown_by)| Written {
            path,
            shown_by,
            is_made: false,
        })
        .collect()
}

/// Whether a user that the stage makes, or that is only a number, has a home to keep things in.
pub(crate) fn has_home(stage: Stage<'_>, name: &str, tools: UserTools) -> bool {
    if stage.final_env("HOME").is_set() {
        return true;
    }
    let name = name.split(':').next().unwrap_or(name);
    if name.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let made_by = stage
        .base_chain()
        .flat_map(Stage::created_users)
        .find(|u| u.name_text().as_deref() == Some(name));
    let Some(made) = made_by else {
        return true;
    };
    let command = made.command;
    let has_letter = |letter: char| {
        command.args().any(|w| {
            let text = w.literal_prefix();
            text.starts_with('-') && !text.starts_with("--") && text.contains(letter)
        })
    };
    if command.is("useradd") {
        return command.has_arg("--create-home") || has_letter('m');
    }
    let refuses = command.has_arg("--no-create-home")
        || (tools == UserTools::Busybox && has_letter('H'))
        || (made.is_system && tools != UserTools::Busybox);
    !refuses
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
            ("sqlite:///app.db", None),
            ("data", None),
            ("/a:/b", None),
            ("/app.db", None),
        ] {
            assert_eq!(folder_of_value(value).as_deref(), folder, "{value}");
        }
    }

    #[test]
    fn variables_for_data() {
        for key in [
            "UPLOAD_FOLDER",
            "LOG_DIR",
            "DATABASE_URL",
            "HF_HOME",
            "HOME",
        ] {
            assert!(names_data(key), "{key}");
        }
        for key in [
            "PIP_CACHE_DIR",
            "APP_HOME",
            "JAVA_HOME",
            "CATALOG",
            "GOPATH",
        ] {
            assert!(!names_data(key), "{key}");
        }
    }

    #[test]
    fn own_places_of_the_system() {
        assert!(is_own_place("/var/log/app"));
        assert!(is_own_place("/var/lib/app/data"));
        assert!(!is_own_place("/var/log"));
        assert!(!is_own_place("/var/log/nginx"));
        assert!(!is_own_place("/etc/app"));
    }
}
