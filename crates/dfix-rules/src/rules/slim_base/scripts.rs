//! Scripts of the build context that the commands of a file call.

use std::sync::Arc;

use dfix_model::context::Answer;

use super::needs::Site;

/// A script that a command calls by a path of the image.
pub(super) enum Script {
    /// Shell text, from this file of the context.
    Shell(Arc<str>),
    /// It is for this interpreter; what it does is the interpreter's business.
    Other(String),
    /// It was read and is nothing that the kernel would take for a script.
    Program,
    /// It stands in the context but there is no context to read, or it cannot be read; why.
    Unread(String),
    /// No instruction of the file copies it from the context.
    Elsewhere,
}

/// The script that stands at `path` of the image (absolute, or seen from `folder`) when `step` runs; at
/// the end of the stage for what the container runs.
pub(super) fn script_at(site: Site<'_>, path: &str, folder: Option<&str>) -> Script {
    match file_at(site, path, folder) {
        Answer::Found(text) => kind_of(text),
        Answer::Absent => Script::Elsewhere,
        // What is no text, or more than anybody writes, is a program.
        Answer::Unknown(why)
            if why.contains(" is not UTF-8") || why.contains(" is larger than ") =>
        {
            Script::Program
        }
        Answer::Unknown(why) => Script::Unread(why),
    }
}

/// The text of the file that stands at `path` of the image; absent where nothing of the build context is
/// known to be there.
pub(super) fn file_at(site: Site<'_>, path: &str, folder: Option<&str>) -> Answer<Arc<str>> {
    let Some(path) = absolute(path, folder) else {
        return Answer::Unknown("the working directory is not known".to_owned());
    };
    let place = if site.is_run_time() {
        site.stage.final_context_path_of(&path)
    } else {
        site.stage.context_path_of(&path, site.step)
    };
    match place {
        Some(place) => site.stage.file().context().read(&place),
        None => Answer::Absent,
    }
}

fn kind_of(text: Arc<str>) -> Script {
    let Some(line) = text.strip_prefix("#!").and_then(|rest| rest.lines().next()) else {
        // A file without `#!` that starts with a letter after all is run by the shell that calls it.
        return if text.contains('\0') {
            Script::Program
        } else {
            Script::Shell(text)
        };
    };
    let mut words = line.split_whitespace();
    let mut interpreter = words.next().unwrap_or("sh");
    if interpreter.ends_with("/env") {
        interpreter = words.find(|w| !w.starts_with('-')).unwrap_or("sh");
    }
    let name = interpreter.rsplit('/').next().unwrap_or(interpreter);
    if super::commands::SHELLS.contains(&name) {
        Script::Shell(text)
    } else {
        Script::Other(name.to_owned())
    }
}

/// Whether a path ends so; on Linux the letters' case counts.
pub(super) fn has_ending(path: &str, ending: &str) -> bool {
    path.ends_with(ending)
}

/// `path` without `.` and `..`, absolute.
pub(super) fn absolute(path: &str, folder: Option<&str>) -> Option<String> {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", folder?)
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_absolute() {
        assert_eq!(
            absolute("./a/../b", Some("/app")).as_deref(),
            Some("/app/b")
        );
        assert_eq!(absolute("run.sh", None), None);
    }
}
