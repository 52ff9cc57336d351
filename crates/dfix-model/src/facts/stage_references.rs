//! Who names a stage, and who might: what must follow where it gets another name.
//!
//! BuildKit keeps and finds the names of stages in small letters (`frontend/dockerfile/instructions/parse.go`, `parseFrom`;
//! `dockerfile2llb/convert.go`, `findStateByName`). Buildah, and so Podman, tells capitals from small letters
//! (openshift/imagebuilder, `builder.go`, `ByName` and `ByTarget`).

use dfix_launch::Launch;
use dfix_syntax::TextRange;

use crate::collect::expand::Origin;
use crate::collect::model::Model;
use crate::facts::launches::{self, is_build_context};
use crate::handles::{Base, Source, Stage, Step};

/// A place of the file that names a stage.
#[derive(Debug, Clone, Copy)]
pub struct StageReference<'m> {
    /// The instruction.
    pub step: Step<'m>,
    /// What stands for the name: all of the word.
    pub place: TextRange,
    /// Whether the name itself stands there; else a variable does, which may stand for it.
    pub is_plain: bool,
}

impl<'m> Stage<'m> {
    /// The places of the file that name it (`FROM`, `--from`, `from=` of a mount), not those that count it, in order of place.
    pub fn references(self) -> Vec<StageReference<'m>> {
        let later = self.file().stages().skip(self.index() + 1);
        later.flat_map(|other| of_stage(self, other)).collect()
    }

    /// What builds it and names it, in whatever letter case.
    pub fn built_by_name(self) -> impl Iterator<Item = &'m Launch> {
        let launches = launches::all(self.file()).launches.iter();
        launches.filter(move |launch| {
            let target = launch.build.as_ref().and_then(|it| it.target.as_deref());
            target.is_some_and(|it| self.is_called(it))
        })
    }
}

/// The places in another stage that name this one.
fn of_stage<'m>(stage: Stage<'m>, other: Stage<'m>) -> Vec<StageReference<'m>> {
    let mut found = Vec::new();
    let image = other.image();
    let is_named = |text: &str| stage.is_called(text);
    let is_based = other.base() == Base::Stage(stage);
    let is_it = match image.text() {
        Some(text) => is_based && is_named(text),
        // What has a registry, a folder or a tag is no stage.
        None => !image.pieces.iter().any(|piece| {
            let text = piece.text.as_deref().unwrap_or_default();
            text.contains([':', '/', '@'])
        }),
    };
    if is_it {
        found.push(StageReference {
            step: other.from_step(),
            place: image.range,
            is_plain: matches!(image.pieces.as_slice(), [one] if one.origin == Origin::Literal),
        });
    }
    for step in other.steps().filter(|step| !step.is_onbuild()) {
        let of_flag = step.flag("from").and_then(crate::handles::Flag::value);
        let of_flag = of_flag.zip(step.source());
        let of_mounts = step.mounts().filter_map(|mount| {
            let word = mount.option("from")?;
            Some((word, step.mount_source(mount)?))
        });
        for (word, source) in of_flag.into_iter().chain(of_mounts) {
            let is_it = match &source {
                Source::Stage(named) => *named == stage && word.value().is_some_and(is_named),
                Source::Unknown => !word.is_known(),
                Source::Image(_) => false,
            };
            if is_it {
                found.push(StageReference {
                    step,
                    place: word.range(),
                    is_plain: word.is_known(),
                });
            }
        }
    }
    found
}

impl Model<'_> {
    /// A name for a stage that nothing in the file has yet, nor a build of it for what it puts in: this one with a number. `nth` of those
    /// that are free.
    pub fn free_stage_name(&self, name: &str, nth: usize) -> String {
        struct Small(String);
        let text = &self.cached(|| Small(self.text().to_ascii_lowercase())).0;
        let is_free = |new: &String| {
            !text.contains(&new.to_ascii_lowercase()) && !is_build_context(self, new)
        };
        let names = (1..).map(|number: usize| format!("{name}-{number}"));
        names.filter(is_free).nth(nth).unwrap_or_default()
    }
}
