//! For which platforms a stage is made: what the file says of it, and what builds it.
//!
//! Sources: docs.docker.com/reference/dockerfile, "FROM" and "Automatic platform ARGs in the global scope"; BuildKit's
//! dockerfile2llb (an image of `COPY --from` or of a mount is taken for the platform of the build, whatever its stage says).

use dfix_catalogue::{platform, platform_of_name};
use dfix_launch::Source;

use crate::collect::image::{PlatformArg, platform_arg};
use crate::collect::model::Model;
use crate::facts::build_arguments::said;
use crate::facts::launches;
use crate::handles::{Base, Stage, Word};

/// A platform that something is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlatform {
    /// As `--platform` takes it, without `linux/`: `arm/v7`. `None`: one is named, and nobody knows which.
    pub platform: Option<String>,
    /// Who says so, as a message names it: "job `build` of .github/workflows/ci.yml (line 7)".
    pub by: String,
    /// Whether it is an example of the documentation.
    pub is_example: bool,
    /// Whether it is surely made for it: no condition may leave it out, and what is built is made of it.
    pub is_certain: bool,
}

impl Stage<'_> {
    /// The platforms that its image is taken for, as `--platform`, the image's name, or what builds it says; none where nobody
    /// names one, or the builder's own is meant.
    pub fn platforms(self) -> Vec<NamedPlatform> {
        of_stage(self)
    }

    /// The platforms that it is built for, as the project's files say: an image of `COPY --from` or of a mount is taken for
    /// these, whatever `FROM --platform` says.
    pub fn built_platforms(self) -> Vec<NamedPlatform> {
        of_build(self)
    }
}

fn of_stage(stage: Stage<'_>) -> Vec<NamedPlatform> {
    let base = stage.base_stage();
    let step = base.from_step();
    let Some(flag) = step.flag("platform") else {
        return of_name(base).into_iter().chain(of_build(stage)).collect();
    };
    let variables = flag.value().map_or_else(Vec::new, Word::variables);
    let tells = |arg| {
        let mut names = variables.iter();
        names.len() > 0 && names.all(|it| platform_arg(it) == Some(arg))
    };
    let by = || format!("`--platform` of line {}", step.line());
    let named = |platform| NamedPlatform {
        platform,
        by: by(),
        is_example: false,
        is_certain: true,
    };
    match base.platform() {
        Some(known) => platform(known)
            .map(|it| named(Some(it)))
            .into_iter()
            .collect(),
        None if tells(PlatformArg::Target) => of_build(stage),
        None if tells(PlatformArg::Builder) => Vec::new(),
        None => vec![named(None)],
    }
}

/// The platform that the name of the image tells: `arm32v7/python`.
fn of_name(stage: Stage<'_>) -> Option<NamedPlatform> {
    let image = stage.image();
    let name = image.name()?;
    Some(NamedPlatform {
        platform: Some(platform_of_name(name)?.to_owned()),
        by: format!("the name `{name}` of line {}", stage.from_step().line()),
        is_example: false,
        is_certain: true,
    })
}

/// The platforms that the stage is built for, each once. The builds that end before it are not asked.
fn of_build(stage: Stage<'_>) -> Vec<NamedPlatform> {
    let file = stage.file();
    let mut found: Vec<NamedPlatform> = Vec::new();
    for launch in &launches::all(file).launches {
        let Some(build) = launch.build.as_ref() else {
            continue;
        };
        let target = launches::target_of(file, launch);
        if target.is_some_and(|it| it < stage.index()) {
            continue;
        }
        for text in &build.platforms {
            let is_open = text.contains(['$', '{']);
            let known = platform(text).filter(|_| !is_open);
            // What is none of Linux takes other images.
            if known.is_none() && !is_open {
                continue;
            }
            let one = NamedPlatform {
                platform: known,
                by: said(launch),
                is_example: launch.source == Source::Documentation,
                is_certain: !build.is_conditional && target.is_none_or(|it| takes(file, it, stage)),
            };
            let is_there = |it: &NamedPlatform| {
                it.platform == one.platform
                    && (!it.is_example || one.is_example)
                    && (it.is_certain || !one.is_certain)
            };
            if !found.iter().any(is_there) {
                found.push(one);
            }
        }
    }
    found
}

/// Whether a stage, or one that it takes something from, is another one or based on it.
fn takes(file: &Model<'_>, target: usize, wanted: Stage<'_>) -> bool {
    let mut seen = vec![false; file.stages().len()];
    let mut open = vec![target];
    while let Some(index) = open.pop() {
        let Some(stage) = file.stage(index).filter(|_| !seen[index]) else {
            continue;
        };
        if stage == wanted {
            return true;
        }
        seen[index] = true;
        if let Base::Stage(parent) = stage.base() {
            open.push(parent.index());
        }
        for step in stage.steps() {
            let mounts = step.mounts().filter_map(|it| step.mount_source(it));
            let sources = step.source().into_iter().chain(mounts);
            open.extend(sources.filter_map(|it| it.stage()).map(Stage::index));
        }
    }
    false
}
