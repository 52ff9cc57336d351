//! Conditions on the place of what a pattern finds.

use dfix_catalogue::{Distribution, WrapperKind};
use dfix_model::{ImagePlace, Model, Stage, Step, StepKind};

use crate::error::PatternError;
use crate::matching::find::{Found, Subject, find};
use crate::matching::reference::Reference;
use crate::pattern::command::CommandPattern;
use crate::pattern::template::Names;
use crate::pattern::{Kind, Pattern};

/// Where something must stand to be found. Patterns in it may use the holes of the pattern itself: what has the same name
/// must be equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// In a stage that is based on one of such images, perhaps through other stages: references as behind `image`.
    pub in_stage_based_on: Vec<String>,
    /// In a stage whose image is known to be made of one of these distributions: `debian`, `alpine`.
    pub distribution: Vec<String>,
    /// In the last stage; with `is_base` the image that this is based on, perhaps through other stages.
    pub is_final: bool,
    /// With no instruction behind it in its stage.
    pub is_last: bool,
    /// An image that a stage is based on: not one of `COPY --from`, a mount or `# syntax=`.
    pub is_base: bool,
    /// Where the user is known to be root.
    pub as_root: bool,
    /// With something behind it, in the same stage, that fits each of these.
    pub before: Vec<String>,
    /// With something before it, in the same stage or in one that this is based on, that fits each of these.
    pub after: Vec<String>,
    /// With nothing behind it in the same stage that fits one of these.
    pub not_before: Vec<String>,
    /// With nothing before it in the same stage, or in one that this is based on, that fits one of these.
    pub not_after: Vec<String>,
    /// Not what fits one of these itself, or stands in such a thing, or holds one.
    pub not: Vec<String>,
}

/// How something must stand to what another pattern finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Before,
    After,
    NotBefore,
    NotAfter,
    Not,
}

/// The conditions, read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    based_on: Vec<Pattern>,
    distributions: Vec<(String, Distribution)>,
    is_final: bool,
    is_last: bool,
    is_base: bool,
    as_root: bool,
    /// Whether the pattern names what runs a command as another user: that may go with what is found.
    names_switch: bool,
    relations: Vec<(Relation, Pattern)>,
}

impl Places {
    /// Reads the conditions on the place of what a pattern finds.
    pub(crate) fn read(
        conditions: &Conditions,
        beside: &Pattern,
        names: &mut Names,
    ) -> Result<Self, PatternError> {
        let template = Some(&beside.template);
        let mut relations = Vec::new();
        let all = [
            (Relation::Before, "before", &conditions.before),
            (Relation::After, "after", &conditions.after),
            (Relation::NotBefore, "not-before", &conditions.not_before),
            (Relation::NotAfter, "not-after", &conditions.not_after),
            (Relation::Not, "not", &conditions.not),
        ];
        for (relation, part, patterns) in all {
            for pattern in patterns {
                let read = Pattern::read(part, pattern, names, template)?;
                relations.push((relation, read));
            }
        }
        let mut based_on = Vec::new();
        for image in &conditions.in_stage_based_on {
            based_on.push(read_base(image, names)?);
        }
        let named = |name: &String| read_distribution(name).map(|it| (name.clone(), it));
        let distributions = conditions.distribution.iter().map(named);
        Ok(Places {
            based_on,
            distributions: distributions.collect::<Result<_, _>>()?,
            is_final: conditions.is_final,
            is_last: conditions.is_last,
            is_base: conditions.is_base,
            as_root: conditions.as_root,
            names_switch: commands_of(beside).any(|it| {
                let mut wrappers = it.wrappers.iter();
                wrappers.any(|it| is_switch(&it.name))
            }),
            relations,
        })
    }

    /// The image that stages must be based on, if that is one without a tag: few are.
    pub(crate) fn untagged_base(&self) -> Option<String> {
        self.based_on.iter().find_map(untagged)
    }

    /// What is known of the base of what was found, where the image is asked for.
    pub(crate) fn base_of(&self, found: &Found<'_>) -> Option<String> {
        let stage = found.stage().filter(|_| !self.based_on.is_empty())?;
        let image = stage.base_stage().base_image().text()?;
        Some(format!("the stage is based on `{image}`"))
    }

    /// Every pattern in it.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        if !self.based_on.is_empty() {
            let untagged = match self.untagged_base() {
                Some(image) => format!(" without a tag (`{image}:{{_...}}` is with any, or none)"),
                None => String::new(),
            };
            let named = self.based_on.iter().map(|it| {
                let source = it.template.source.trim_start_matches("image ");
                format!("`{source}`")
            });
            told.push(format!(
                "in a stage that is based on {}{untagged}",
                named.collect::<Vec<_>>().join(" or ")
            ));
        }
        if !self.distributions.is_empty() {
            let names = self.distributions.iter().map(|it| it.0.as_str());
            told.push(format!(
                "in a stage whose image is known to be made of {}",
                names.collect::<Vec<_>>().join(" or ")
            ));
        }
        if self.is_final {
            let also = if self.is_base {
                ", or in one that this is based on"
            } else {
                ""
            };
            told.push(format!("in the last stage{also}"));
        }
        if self.is_last {
            told.push("with no instruction behind it in the stage".to_owned());
        }
        if self.is_base {
            told.push("where a stage is based on it".to_owned());
        }
        if self.as_root {
            told.push("where the user is known to be root".to_owned());
        }
        for (relation, pattern) in &self.relations {
            let source = &pattern.template.source;
            told.push(match relation {
                Relation::Before => format!("before `{source}`, in the same stage"),
                Relation::After => {
                    format!("after `{source}`, in the stage or in one that it is based on")
                }
                Relation::NotBefore => format!("without `{source}` behind it in the stage"),
                Relation::NotAfter => format!(
                    "without `{source}` before it in the stage, or in one that it is based on"
                ),
                Relation::Not => format!("not `{source}`"),
            });
        }
        told
    }

    /// Whether something stands where it must.
    pub(crate) fn hold<'m>(&self, found: &Found<'m>, file: &'m Model<'_>) -> bool {
        let stage = found.stage();
        let mut bases = self.based_on.iter();
        let is_based = self.based_on.is_empty()
            || stage.is_some_and(|stage| bases.any(|it| is_based_on(stage, it, found)));
        let is_made_of = self.distributions.is_empty()
            || stage.is_some_and(|stage| {
                let foundation = stage.base_facts().foundation;
                foundation.is_some_and(|it| {
                    self.distributions
                        .iter()
                        .any(|(_, one)| *one == it.distribution)
                })
            });
        let is_final = !self.is_final
            || stage.is_some_and(|stage| stage.is_final() || (self.is_base && is_under(stage)));
        let is_base = !self.is_base || is_base(found);
        is_based
            && is_made_of
            && is_final
            && is_base
            && (!self.as_root || is_root(found, self.names_switch))
            && self.relate(found, file)
    }

    /// Whether it stands to what other patterns find as it must.
    pub(crate) fn relate<'m>(&self, found: &Found<'m>, file: &'m Model<'_>) -> bool {
        let is_last = !self.is_last || is_last(found);
        let mut relations = self.relations.iter();
        is_last
            && relations.all(|(relation, pattern)| {
                let others = find(pattern, file, &found.state);
                // What stands behind `ONBUILD` is done in no build of this file.
                let counts = |it: &&Found<'m>| {
                    it.stage() == found.stage()
                        && (!is_onbuild(it) || is_onbuild(found) || pattern.says_onbuild())
                };
                // What a stage that this one is based on did was done before, and what stands behind `ONBUILD` there as well.
                let is_inherited = || {
                    let below = found
                        .stage()
                        .into_iter()
                        .flat_map(Stage::base_chain)
                        .skip(1);
                    let mut below = below.map(Some);
                    below.any(|stage| others.iter().any(|it| it.stage() == stage))
                };
                let mut beside = others.iter().filter(counts);
                let is_behind = |it: &Found<'m>| it.range.start() >= found.range.end();
                let is_ahead = |it: &Found<'m>| it.range.end() <= found.range.start();
                match relation {
                    Relation::Before => beside.any(is_behind),
                    Relation::After => beside.any(is_ahead) || is_inherited(),
                    Relation::NotBefore => !beside.any(is_behind),
                    Relation::NotAfter => !beside.any(is_ahead) && !is_inherited(),
                    Relation::Not => !others.iter().any(|it| {
                        it.range.contains_range(found.range) || found.range.contains_range(it.range)
                    }),
                }
            })
    }
}

/// Reads an image that stages must be based on; what is wrong with it is told as it was given.
fn read_base(image: &str, names: &mut Names) -> Result<Pattern, PatternError> {
    const KIND: &str = "image ";
    let given = image.trim();
    let image = given.strip_prefix(KIND).unwrap_or(given);
    let pattern = Pattern::read("in-stage-based-on", &format!("{KIND}{image}"), names, None);
    pattern.map_err(|error| {
        let back = |at: usize| at.saturating_sub(KIND.len());
        let range = back(error.range.start)..back(error.range.end);
        PatternError {
            text: image.to_owned(),
            range,
            ..error
        }
    })
}

/// Reads the name of a distribution.
fn read_distribution(name: &str) -> Result<Distribution, PatternError> {
    let wrong = || {
        let names: Vec<&str> = Distribution::names().collect();
        PatternError {
            part: "distribution".to_owned(),
            text: name.to_owned(),
            range: 0..name.len(),
            message: "no distribution is called so".to_owned(),
            remedy: Some(format!("write one of {}", names.join(", "))),
        }
    };
    Distribution::named(name).ok_or_else(wrong)
}

/// The image of a pattern that is one without a tag.
fn untagged(pattern: &Pattern) -> Option<String> {
    let source = pattern.template.source.trim_start_matches("image ");
    match &pattern.kind {
        Kind::Image(image) if image.is_untagged() => Some(source.to_owned()),
        _ => None,
    }
}

fn is_based_on<'m>(stage: Stage<'m>, pattern: &Pattern, found: &Found<'m>) -> bool {
    let Kind::Image(image) = &pattern.kind else {
        return false;
    };
    let base = stage.base_stage().from_step();
    let mut here = base.image_positions().into_iter();
    let reference = here.next().and_then(Reference::of);
    reference.is_some_and(|reference| {
        let mut state = found.state.for_slots(pattern.slots);
        image.fits(&reference, &mut state, &mut |_| true)
    })
}

/// Whether the last stage is based on a stage, perhaps through others, whose image is its base then.
fn is_under(stage: Stage<'_>) -> bool {
    let mut stages = stage.file().stages();
    stages.any(|it| it.is_final() && it.base_stage() == stage)
}

/// Whether something stands behind `ONBUILD`.
fn is_onbuild(found: &Found<'_>) -> bool {
    found.step().is_some_and(Step::is_onbuild)
}

/// Whether no instruction stands behind what was found in its stage.
fn is_last(found: &Found<'_>) -> bool {
    let last = found.stage().map(Stage::last_step);
    last.is_some_and(|last| last.range().start() < found.range.end() || found.step() == Some(last))
}

/// Whether what was found is the image of a stage.
fn is_base(found: &Found<'_>) -> bool {
    match &found.subject {
        Subject::Image(reference) => matches!(reference.position.place, ImagePlace::From(_)),
        Subject::Command(_) | Subject::Instructions(_) => false,
    }
}

/// The commands of a pattern that is one, or a pipeline of some.
fn commands_of(pattern: &Pattern) -> Box<dyn Iterator<Item = &CommandPattern> + '_> {
    match &pattern.kind {
        Kind::Command(command) => Box::new(std::iter::once(&**command)),
        Kind::Pipeline(all) => Box::new(all.commands()),
        Kind::Image(_) | Kind::Instructions(_) => Box::new(std::iter::empty()),
    }
}

/// Whether a program runs commands as another user.
fn is_switch(name: &str) -> bool {
    dfix_catalogue::wrapper(name, [None, None]).is_some_and(|it| it.kind() == WrapperKind::User)
}

/// Whether a build may choose the user in force: a `USER` before names an argument.
fn is_chosen(found: &Found<'_>) -> bool {
    let (Some(stage), Some(step)) = (found.stage(), found.step()) else {
        return false;
    };
    let users = stage.base_chain().flat_map(Stage::user_steps);
    let before = users.filter(|it| it.index() < step.index());
    let Some(word) = before.max_by_key(|it| it.index()).and_then(Step::word) else {
        return false;
    };
    let is_arg = |name: &String| {
        let mut steps = step.file().steps().filter(|it| it.is(StepKind::Arg));
        steps.any(|it| it.pairs().any(|it| it.key_text() == Some(name)))
    };
    word.variables().iter().any(is_arg)
}

fn is_root(found: &Found<'_>, names_switch: bool) -> bool {
    !is_chosen(found)
        && match &found.subject {
            Subject::Command(command) if names_switch => command.caller_is_root().is_yes(),
            Subject::Command(command) => command.has_roots_rights().is_yes(),
            Subject::Image(_) | Subject::Instructions(_) => found
                .step()
                .and_then(|step| Some((step.stage()?, step)))
                .is_some_and(|(stage, step)| stage.user_at(step).is_root().is_yes()),
        }
}
