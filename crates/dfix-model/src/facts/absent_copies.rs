//! What instructions copy from the build context that it does not have where dfix looks: somebody makes it before the
//! image is built.

use dfix_catalogue::may_be_dockerfile;

use crate::collect::model::Model;
use crate::context::Answer;
use crate::facts::context_files::matches;
use crate::facts::launches;
use crate::facts::variables::expand_text;
use crate::facts::workdir::{join, workdir_before};
use crate::handles::{Stage, Step, Word};
use crate::path::{ImagePath, file_name};

/// What a step copies, and the context has not.
struct Absent {
    /// As the context would call it.
    source: String,
    target: ImagePath,
}

/// The source of the `COPY` that puts what stands at a path of the container there, where the build context is known not
/// to have it: `dist`. None where the build context is not known, or holds nothing but what builds the image.
pub(crate) fn absent_copy<'m>(stage: Stage<'m>, path: &str) -> Option<&'m str> {
    let place = ImagePath::new(&join(&workdir_before(stage, usize::MAX, true)?, path));
    let absent: &Vec<Absent> = stage.cached(|| all(stage));
    let found = absent.iter().find(|it| place.is_below(&it.target))?;
    Some(&found.source)
}

/// Whether a file or folder is known not to be in a build context that has more than what builds the image.
pub(crate) fn is_absent(stage: Stage<'_>, path: &str) -> bool {
    let context = stage.file().context();
    matches!(context.first_bytes(path), Answer::Absent)
        && matches!(context.list(path), Answer::Absent)
        && has_project(stage.file())
}

/// Whether a pattern in the last part of a path fits no file that the build context has: `target/*.jar`.
fn fits_nothing(stage: Stage<'_>, pattern: &str) -> bool {
    let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    if folder.contains(['*', '?', '[']) {
        return false;
    }
    match stage.file().context().list(folder) {
        Answer::Found(names) => {
            let fits = |it: &String| matches(name.as_bytes(), it.trim_end_matches('/').as_bytes());
            !names.iter().any(fits) && has_project(stage.file())
        }
        Answer::Absent => has_project(stage.file()),
        Answer::Unknown(_) => false,
    }
}

/// Whether something lies in the build context beside what builds and starts it, and what configures dfix.
pub(crate) fn has_project(file: &Model<'_>) -> bool {
    let launches = &launches::all(file).files;
    let of_the_build = |name: &String| {
        let is_launch = || launches.iter().any(|it| file_name(it) == name);
        may_be_dockerfile(name) || name.starts_with('.') || name == "dfix.toml" || is_launch()
    };
    let names = file.context().list("").found().unwrap_or_default();
    names.iter().any(|name| !of_the_build(name))
}

fn all(stage: Stage<'_>) -> Vec<Absent> {
    stage
        .base_chain()
        .flat_map(|stage| {
            let steps = stage.copies().filter(|step| step.source().is_none());
            steps.flat_map(move |step| of_step(stage, step))
        })
        .collect()
}

fn of_step<'m>(stage: Stage<'m>, step: Step<'m>) -> impl Iterator<Item = Absent> {
    let target = step.target().and_then(|it| expand_text(stage, it, step));
    let folder = workdir_before(stage, step.index(), true);
    let target = folder.zip(target).map(|(folder, it)| join(&folder, &it));
    let is_absent = move |word: Word<'m>| {
        let source = expand_text(stage, word, step)?;
        let is_file = !source.contains('<') && !source.contains("://");
        let whole = ImagePath::new(&source);
        let relative = whole.as_str().trim_start_matches('/').to_owned();
        let is_pattern = relative.contains(['*', '?', '[']);
        let is_gone = is_file
            && !relative.is_empty()
            && if is_pattern {
                fits_nothing(stage, &relative)
            } else {
                is_absent(stage, &relative)
            };
        is_gone.then_some(relative)
    };
    let sources: Vec<String> = step.sources().filter_map(is_absent).collect();
    target.into_iter().flat_map(move |target| {
        let sources = sources.clone().into_iter();
        sources.map(move |source| Absent {
            source,
            target: ImagePath::new(&target),
        })
    })
}
