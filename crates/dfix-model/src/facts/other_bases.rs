//! Images other than the defaults' that the project's builds put in for `FROM $BASE`.

use dfix_launch::{Build, Launch};
use dfix_syntax::ast::Instruction;

use crate::collect::image::{self, ImageRef};
use crate::facts::base_image::{base_facts, facts_in_place};
use crate::facts::launches;
use crate::handles::Stage;
use crate::ternary::OpenCondition;

/// How many are told of.
const MOST: usize = 3;

struct Others(Vec<OpenCondition>);

impl<'m> Stage<'m> {
    /// What stays open as builds of the project pass values for the arguments in its `FROM`, and in those of the stages that
    /// it is based on: by them it has another base image than [`Stage::base_facts`] tells of, or one that is not known.
    /// An image of another version that holds the same is none, nor is a mirror's.
    pub fn other_bases(self) -> &'m [OpenCondition] {
        &self.cached(|| Others(find(self))).0
    }
}

fn find(stage: Stage<'_>) -> Vec<OpenCondition> {
    let mut found: Vec<OpenCondition> = Vec::new();
    if stage.file().global_args().next().is_none() || !base_facts(stage).is_known() {
        return found;
    }
    for launch in &launches::all(stage.file()).launches {
        let Some(build) = launch.build.as_ref().filter(|it| !it.arguments.is_empty()) else {
            continue;
        };
        for link in stage.base_chain() {
            let open = of_build(link, launch, build).filter(|it| !found.contains(it));
            found.extend(open);
        }
    }
    found.truncate(MOST);
    found
}

/// What one build puts in for the image of a stage.
fn of_build(stage: Stage<'_>, launch: &Launch, build: &Build) -> Option<OpenCondition> {
    let default = stage.image();
    let given = build.arguments.iter();
    let values: Vec<(&str, Option<&str>)> = given
        .map(|(name, value)| {
            let known = value
                .as_deref()
                .filter(|it| !it.contains('$') && !it.contains("{{"));
            (name.as_str(), known)
        })
        .collect();
    let image = with(stage, &values)?;
    if image.is_likely(default) {
        return None;
    }
    let changes = |one: &&(&str, Option<&str>)| {
        with(stage, &[**one]).is_some_and(|it| it.text() != default.text())
    };
    let (name, _) = values.iter().find(changes)?;
    let (by, name) = (launch.said(), (*name).to_owned());
    let remedy = "see by hand whether the change is right for that image, too";
    let of_default = default.text().unwrap_or_default();
    let Some(text) = image.text() else {
        return Some(OpenCondition::new(
            format!(
                "which image {by} builds it on: it passes `{name}`, whose value is not known, in place of {of_default}"
            ),
            remedy,
        ));
    };
    let is_like = facts_in_place(stage, &image).is_like(base_facts(stage));
    (!is_like).then(|| {
        OpenCondition::new(
            format!(
                "whether {text} has what {of_default} has: {by} builds it on that, for it passes `{name}`"
            ),
            remedy,
        )
    })
}

/// The image of a stage where the build gives these values.
fn with(stage: Stage<'_>, values: &[(&str, Option<&str>)]) -> Option<ImageRef> {
    let Instruction::From(from) = stage.from_step().instruction() else {
        return None;
    };
    let file = stage.file();
    let first = file.stage(0)?.from_step();
    let before = file.steps().take_while(|step| step.index() < first.index());
    let args = before.map(|step| (step.index(), step.instruction()));
    Some(image::of_from_with(args, from, values))
}
