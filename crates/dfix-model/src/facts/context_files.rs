//! Where the files of the image come from.

use std::sync::Arc;

use crate::context::{Answer, Context};
use crate::facts::variables::expand_text;
use crate::facts::workdir::{folder, join, normal, workdir_before};
use crate::handles::{ProgramPoint, Source, Stage, Step};

/// How many stages a file may be copied through.
const MAX_COPIES: usize = 8;

/// The file or folder of the build context that stands at `path` of the image when a place of this
/// stage is reached, as its `COPY`s and `ADD`s (also those of the stages that it is based on or copies
/// from) and the bind mounts of the step tell; relative to the context's root, `""` being the root.
///
/// `path` may be relative: to the folder of the command, or the working directory. `None` where
/// nothing of the context is known to be there; what is made by a command is not looked at.
pub(crate) fn context_path_of<'m>(
    stage: Stage<'m>,
    path: &str,
    at: impl ProgramPoint<'m>,
) -> Option<String> {
    let folder = match at.command() {
        Some(command) => folder(command, true)?,
        None => workdir_before(stage, at.step().index, true)?,
    };
    let path = join(&folder, path);
    mounted(stage, &path, at.step()).or_else(|| copied(stage, &path, at.step().index, 0))
}

/// The file or folder of the build context that stands at `path` of the container, see
/// [`Stage::context_path_of`]. A relative path is one of the container's working directory.
pub(crate) fn final_context_path_of(stage: Stage<'_>, path: &str) -> Option<String> {
    let folder = workdir_before(stage, usize::MAX, true)?;
    copied(stage, &join(&folder, path), usize::MAX, 0)
}

/// The text of the file at `path` of the image when a place of this stage is reached.
pub(crate) fn read_at<'m>(
    stage: Stage<'m>,
    path: &str,
    at: impl ProgramPoint<'m>,
) -> Answer<Arc<str>> {
    match context_path_of(stage, path, at) {
        Some(path) => stage.file.context.read(&path),
        None => Answer::Unknown(format!("it is not known where {path} comes from")),
    }
}

/// The text of the file at `path` of the container.
pub(crate) fn read_final(stage: Stage<'_>, path: &str) -> Answer<Arc<str>> {
    match final_context_path_of(stage, path) {
        Some(path) => stage.file.context.read(&path),
        None => Answer::Unknown(format!("it is not known where {path} comes from")),
    }
}

fn mounted<'m>(stage: Stage<'m>, path: &str, step: Step<'m>) -> Option<String> {
    step.mounts()
        .filter(|m| m.kind() == "bind")
        .find_map(|mount| {
            let folder = workdir_before(stage, step.index, true)?;
            let target = join(&folder, &expand_text(stage, mount.target()?, step)?);
            let rest = under(path, &target)?;
            let source = match mount.source() {
                Some(word) => normal(&expand_text(stage, word, step)?),
                None => "/".to_owned(),
            };
            match step.mount_source(mount) {
                None => Some(relative(&join(&source, rest))),
                Some(Source::Stage(from)) => copied(from, &join(&source, rest), usize::MAX, 1),
                Some(Source::Image(_) | Source::Unknown) => None,
            }
        })
}

fn copied(stage: Stage<'_>, path: &str, before: usize, depth: usize) -> Option<String> {
    if depth > MAX_COPIES {
        return None;
    }
    for stage in stage.base_chain() {
        let mut before = before;
        while let Some(step) = stage.last_of(&stage.data().copies, before) {
            if let Some(found) = copied_by_step(stage, path, step, depth) {
                return Some(found);
            }
            before = step.index;
        }
    }
    None
}

/// What one `COPY` or `ADD` puts at `path`.
fn copied_by_step<'m>(
    stage: Stage<'m>,
    path: &str,
    step: Step<'m>,
    depth: usize,
) -> Option<String> {
    let context = stage.file.context;
    let target = expand_text(stage, step.target()?, step)?;
    let into_folder =
        target.ends_with('/') || matches!(target.as_str(), "." | "..") || step.words().len() > 2;
    let target = join(&workdir_before(stage, step.index, true)?, &target);
    let from = match step.source() {
        None => None,
        Some(Source::Stage(stage)) => Some(stage),
        Some(Source::Image(_) | Source::Unknown) => return None,
    };
    let keeps_parents = step.flag("parents").is_some();
    for source in step.sources() {
        let Some(source) = expand_text(stage, source, step) else {
            continue;
        };
        if source.contains("://") || source.starts_with("git@") {
            continue;
        }
        let source = normal(&source);
        let target = if keeps_parents {
            join(&target, source.trim_start_matches('/'))
        } else {
            target.clone()
        };
        let Some(rest) = under(path, &target) else {
            continue;
        };
        for (candidate, as_folder) in candidates(&source, rest, into_folder && !keeps_parents) {
            let found = match from {
                Some(stage) => copied(stage, &candidate, usize::MAX, depth + 1),
                None if as_folder && context.read(&relative(&source)).found().is_some() => None,
                None => is_there(context, &relative(&candidate)).then(|| relative(&candidate)),
            };
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// What `source` may put at `rest` below the target: as a file itself, as a folder (`true`) its contents.
fn candidates(source: &str, rest: &str, into_folder: bool) -> Vec<(String, bool)> {
    let (folder, name) = source.rsplit_once('/').unwrap_or(("", source));
    if name.contains(['*', '?', '[']) {
        // A matching file lands by its name; of a matching folder the contents land, which is not said here.
        let fits = !rest.is_empty() && matches(name.as_bytes(), rest.as_bytes());
        return if fits {
            vec![(join(folder, rest), false)]
        } else {
            Vec::new()
        };
    }
    let mut found = Vec::new();
    if (rest == name && !name.is_empty()) || (rest.is_empty() && !into_folder) {
        found.push((source.to_owned(), false));
    }
    if !looks_like_file(name) {
        found.push((join(source, rest), true));
    }
    found
}

/// Whether a name has an ending that folders seldom have.
fn looks_like_file(name: &str) -> bool {
    [
        ".txt", ".py", ".sh", ".toml", ".json", ".lock", ".cfg", ".in", ".yml", ".yaml",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

/// Whether something of the context may be at `path`: it is there, or nothing can be said and the path
/// does not contradict itself.
fn is_there(context: &dyn Context, path: &str) -> bool {
    match context.read(path) {
        Answer::Found(_) => return true,
        Answer::Unknown(_) => {
            // `requirements.txt/requirements.txt`: a file was taken for a folder.
            let folder_is_file = path.rsplit_once('/').is_some_and(|(folder, _)| {
                looks_like_file(folder.rsplit('/').next().unwrap_or(folder))
            });
            return !folder_is_file;
        }
        Answer::Absent => {}
    }
    matches!(context.list(path), Answer::Found(_))
}

/// The rest of `path` below `folder`, `""` if they are the same.
fn under<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() {
        Some("")
    } else {
        rest.strip_prefix('/')
    }
}

/// A path of the context from one with `/` in front.
fn relative(path: &str) -> String {
    path.trim_start_matches('/').to_owned()
}

/// Whether a name fits a pattern of `*`, `?` and `[…]` (Go's `filepath.Match`).
pub(crate) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.first() {
        None => name.is_empty(),
        Some(b'*') => (0..=name.len()).any(|skip| matches(&pattern[1..], &name[skip..])),
        Some(b'?') => !name.is_empty() && matches(&pattern[1..], &name[1..]),
        Some(b'[') => {
            let Some(end) = pattern.iter().position(|&b| b == b']') else {
                return false;
            };
            let Some(first) = name.first() else {
                return false;
            };
            let set = &pattern[1..end];
            let (negated, set) = match set.first() {
                Some(b'^' | b'!') => (true, &set[1..]),
                _ => (false, set),
            };
            let ranges = set.windows(3).filter(|w| w[1] == b'-');
            let fits =
                set.contains(first) || ranges.into_iter().any(|w| (w[0]..=w[2]).contains(first));
            fits != negated && matches(&pattern[end + 1..], &name[1..])
        }
        Some(byte) => name.first() == Some(byte) && matches(&pattern[1..], &name[1..]),
    }
}
