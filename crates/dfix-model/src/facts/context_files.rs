//! Where the files of the image come from.

use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::context::{Answer, Context};
use crate::facts::variables::expand_text;
use crate::facts::workdir::{folder, join, normal, workdir_before};
use crate::handles::{ProgramPoint, Source, Stage, Step};
use crate::path::file_name;

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
    let found = |stage: Stage<'_>| {
        let landings = stage.cached(|| Landings::of(stage));
        landings
            .last_first(path, before)
            .find_map(|(landing, rest)| landing.put_at(stage, rest, depth))
    };
    stage.base_chain().find_map(found)
}

/// Where the `COPY`s and `ADD`s of a stage put what they copy: by the path of a file, or of the folder that
/// the contents of a folder go into; each in order of the steps.
struct Landings(FxHashMap<String, Vec<Landing>>);

/// What one source of a step puts at a path.
struct Landing {
    step: usize,
    /// Which source of the step it is, and whether it is taken for a folder: the order in which they count.
    order: (usize, bool),
    /// The stage that it is copied from; none for the build context.
    from: Option<usize>,
    /// The source, with a slash before it.
    source: String,
    kind: LandingKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LandingKind {
    /// The source itself lands there.
    File,
    /// Its contents land below.
    Folder,
    /// The files that fit its last part land below.
    Pattern,
}

impl Landings {
    fn of(stage: Stage<'_>) -> Self {
        let mut landings = Landings(FxHashMap::default());
        for step in stage.copies() {
            let _ = landings.add(stage, step);
        }
        landings
    }

    /// Takes in what a step copies; none where it cannot be told.
    fn add(&mut self, stage: Stage<'_>, step: Step<'_>) -> Option<()> {
        let target = expand_text(stage, step.target()?, step)?;
        let into_folder = target.ends_with('/')
            || matches!(target.as_str(), "." | "..")
            || step.words().len() > 2;
        let target = join(&workdir_before(stage, step.index, true)?, &target);
        let from = match step.source() {
            None => None,
            Some(Source::Stage(stage)) => Some(stage.index),
            Some(Source::Image(_) | Source::Unknown) => return None,
        };
        let keeps_parents = step.flag("parents").is_some();
        let into_folder = into_folder && !keeps_parents;
        for (word, order) in step.sources().zip(0..) {
            let Some(source) = expand_text(stage, word, step) else {
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
            let name = file_name(&source).to_owned();
            let landing = |kind| Landing {
                step: step.index,
                order: (order, kind == LandingKind::Folder),
                from,
                source: source.clone(),
                kind,
            };
            if name.contains(['*', '?', '[']) {
                // A matching file lands by its name; of a matching folder the contents land, which is not
                // said here.
                self.push(target, landing(LandingKind::Pattern));
                continue;
            }
            let holds_nothing = || {
                let (context, source) = (stage.file.context, relative(&source));
                from.is_none()
                    && matches!(context.read(&source), Answer::Absent)
                    && !context.tells_apart_below(&source)
            };
            if !looks_like_file(&name) && !holds_nothing() {
                self.push(target.clone(), landing(LandingKind::Folder));
            }
            if !name.is_empty() {
                self.push(join(&target, &name), landing(LandingKind::File));
            }
            if !into_folder {
                self.push(target, landing(LandingKind::File));
            }
        }
        Some(())
    }

    fn push(&mut self, place: String, landing: Landing) {
        let there = self.0.entry(place).or_default();
        let is_same = there.last().is_some_and(|last| {
            (last.from, &last.source, last.kind) == (landing.from, &landing.source, landing.kind)
        });
        // The same once more says nothing new.
        if !is_same {
            there.push(landing);
        }
    }

    /// What lands at `path` before a step, the last first, with the rest of the path below each.
    fn last_first<'l>(
        &'l self,
        path: &'l str,
        before: usize,
    ) -> impl Iterator<Item = (&'l Landing, &'l str)> {
        let path = path.trim_end_matches('/');
        let ends = path
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'/')
            .map(|(at, _)| at)
            .chain([path.len()]);
        let mut open: Vec<(&[Landing], &str)> = ends
            .filter_map(|end| {
                let place = if end == 0 { "/" } else { &path[..end] };
                let there = self.0.get(place)?;
                let passed = there.partition_point(|landing| landing.step < before);
                let rest = path[end..].trim_start_matches('/');
                Some((&there[..passed], rest))
            })
            .collect();
        let mut next: VecDeque<(&Landing, &str)> = VecDeque::new();
        std::iter::from_fn(move || {
            while next.is_empty() {
                let step = open
                    .iter()
                    .filter_map(|(there, _)| there.last())
                    .map(|it| it.step)
                    .max()?;
                let mut of_step: Vec<(&Landing, &str)> = Vec::new();
                for (there, rest) in &mut open {
                    while let Some((last, others)) = there.split_last()
                        && last.step == step
                    {
                        *there = others;
                        let fits = match last.kind {
                            LandingKind::File => rest.is_empty(),
                            LandingKind::Folder => true,
                            LandingKind::Pattern => {
                                let pattern = file_name(&last.source).as_bytes();
                                !rest.is_empty() && matches(pattern, rest.as_bytes())
                            }
                        };
                        if fits {
                            of_step.push((last, rest));
                        }
                    }
                }
                of_step.sort_by_key(|(landing, _)| landing.order);
                next.extend(of_step);
            }
            next.pop_front()
        })
    }
}

impl Landing {
    /// What of the build context it puts at `rest` below the place where it lands.
    fn put_at(&self, stage: Stage<'_>, rest: &str, depth: usize) -> Option<String> {
        let file = stage.file;
        let candidate = match self.kind {
            LandingKind::File => self.source.clone(),
            LandingKind::Folder => join(&self.source, rest),
            LandingKind::Pattern => {
                let folder = self.source.len() - file_name(&self.source).len();
                join(&self.source[..folder], rest)
            }
        };
        if let Some(index) = self.from {
            return copied(Stage { file, index }, &candidate, usize::MAX, depth + 1);
        }
        let context = file.context;
        let is_file = || context.read(&relative(&self.source)).found().is_some();
        if self.kind == LandingKind::Folder && is_file() {
            return None;
        }
        is_there(context, &relative(&candidate)).then(|| relative(&candidate))
    }
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
