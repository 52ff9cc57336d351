//! Which places of the images that it names a Dockerfile uses: those that it copies, and those that its words name.

use dfix_catalogue::image;

use crate::collect::image::ImageRef;
use crate::collect::instruction::StepKind;
use crate::collect::model::Model;
use crate::context::{ImageUse, ImageUseKind};
use crate::facts::variables::expand_text;
use crate::handles::{Base, Command, Source, Stage, Step, Word};
use crate::path::ImagePath;

/// The uses of images that no table knows, in order of place. Of those that a stage is based on, the paths below `/usr`.
pub(crate) fn image_uses(file: &Model<'_>) -> Vec<ImageUse> {
    let mut found: Vec<ImageUse> = file.stages().flat_map(copied).collect();
    found.extend(file.stages().flat_map(named));
    found.extend(file.stages().filter_map(worked_in));
    found.extend(file.stages().filter_map(based_on));
    found.sort_by_key(|it| it.line);
    found
}

/// What the steps of a stage take out of images: `COPY --from`, and mounts of a `RUN`.
fn copied(stage: Stage<'_>) -> impl Iterator<Item = ImageUse> {
    let mounted = stage.runs().flat_map(move |run| {
        run.mounts().filter_map(move |mount| {
            let (image, is_untouched) = origin(&run.mount_source(mount)?)?;
            let path = mount.source().map_or(Some("/"), Word::value)?;
            Some(ImageUse {
                image,
                path: ImagePath::root().join(path).as_str().to_owned(),
                line: run.line(),
                how: ImageUseKind::Copied,
                is_untouched,
            })
        })
    });
    let copied = stage.copies().flat_map(move |copy| {
        let from = copy.source().and_then(|source| origin(&source));
        from.into_iter().flat_map(move |(image, is_untouched)| {
            let paths = copy
                .sources()
                .filter_map(move |word| expand_text(stage, word, copy));
            paths.map(move |path| ImageUse {
                image: image.clone(),
                path: ImagePath::root().join(&path).as_str().to_owned(),
                line: copy.line(),
                how: ImageUseKind::Copied,
                is_untouched,
            })
        })
    });
    copied.chain(mounted)
}

/// The image that files are taken out of, unless a table knows it, and whether they are as it has them.
fn origin(source: &Source<'_>) -> Option<(String, bool)> {
    match source {
        Source::Stage(stage) => Some((unlisted(stage.base_image())?, is_untouched(*stage))),
        Source::Image(image) => Some((unlisted(image)?, true)),
        Source::Unknown => None,
    }
}

/// The paths that a stage names which is based on an image, whatever it does with them.
fn named(stage: Stage<'_>) -> impl Iterator<Item = ImageUse> {
    let image = unlisted(stage.base_image());
    image.into_iter().flat_map(move |image| {
        stage.steps().flat_map(move |step| {
            let image = image.clone();
            paths_of(step).map(move |path| ImageUse {
                image: image.clone(),
                path,
                line: step.line(),
                how: ImageUseKind::Named,
                is_untouched: is_untouched(stage),
            })
        })
    })
}

/// The first instruction of a stage that works in the image which it is based on, before the stage has a user of its own.
fn worked_in(stage: Stage<'_>) -> Option<ImageUse> {
    if !may_be_of_another(stage) {
        return None;
    }
    let image = image_of(stage)?;
    let mut steps = stage.steps().take_while(|step| !step.is(StepKind::User));
    let work = steps.find(|step| step.is_run() && !step.is_onbuild())?;
    Some(ImageUse {
        image,
        path: "/".to_owned(),
        line: work.line(),
        how: ImageUseKind::WorkedIn,
        is_untouched: true,
    })
}

/// Whether a stage is based on an image, or on what only the build is told: `FROM $BASE`.
fn may_be_of_another(stage: Stage<'_>) -> bool {
    matches!(stage.base(), Base::Image | Base::Unknown)
}

/// The name of the image that a stage is based on, unless a table knows it; as it is written where the build is told all
/// of it.
fn image_of(stage: Stage<'_>) -> Option<String> {
    let name = unlisted(stage.base_image())?;
    if name != "${it}" {
        return Some(name);
    }
    let range = stage.image().range;
    Some(stage.file().text()[range].to_owned())
}

/// That a stage is based on an image.
fn based_on(stage: Stage<'_>) -> Option<ImageUse> {
    if !may_be_of_another(stage) {
        return None;
    }
    Some(ImageUse {
        image: image_of(stage)?,
        path: "/".to_owned(),
        line: stage.from_step().line(),
        how: ImageUseKind::BasedOn,
        is_untouched: true,
    })
}

fn paths_of(step: Step<'_>) -> impl Iterator<Item = String> {
    // What is copied out of elsewhere is not the image's own; where it is put is.
    let own = step.words().filter(move |word| {
        !step.is_copy_or_add() || step.target().is_some_and(|it| it.range() == word.range())
    });
    let words = own.chain(step.commands().flat_map(Command::words));
    let paths = words.filter_map(|word| word.value().filter(|it| it.starts_with("/usr/")));
    paths.map(|path| ImagePath::new(path).as_str().to_owned())
}

/// The name of an image, unless a table knows it; what only the build can tell stands in it as `${it}`.
pub(crate) fn unlisted(reference: &ImageRef) -> Option<String> {
    let tag = reference.effective_tag().unwrap_or("latest");
    let is_listed = reference
        .name()
        .is_some_and(|name| image(name, tag).is_known());
    let parts = reference.pieces.iter();
    let text: String = parts
        .map(|it| it.text.as_deref().unwrap_or("${it}"))
        .collect();
    (!is_listed && text != "scratch").then_some(text)
}

/// Whether nothing was run in a stage, nor in those that it is based on.
fn is_untouched(stage: Stage<'_>) -> bool {
    stage.base_chain().all(|it| it.runs().next().is_none())
}
