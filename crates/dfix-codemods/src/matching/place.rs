//! Conditions on the place of what a pattern finds.

use dfix_model::{Model, Stage};

use crate::error::PatternError;
use crate::matching::find::{Found, Subject, find};
use crate::matching::reference::Reference;
use crate::pattern::template::Names;
use crate::pattern::{Kind, Pattern};

/// Where something must stand to be found. Patterns in it may use the holes of the pattern itself: what has the same name
/// must be equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// In a stage that is based on such an image, perhaps through other stages: a reference as behind `image`.
    pub in_stage_based_on: Option<String>,
    /// In the last stage.
    pub is_final: bool,
    /// Where the user is known to be root.
    pub as_root: bool,
    /// With something behind it, in the same stage, that fits each of these.
    pub before: Vec<String>,
    /// With something before it, in the same stage, that fits each of these.
    pub after: Vec<String>,
    /// With nothing behind it in the same stage that fits one of these.
    pub not_before: Vec<String>,
    /// With nothing before it in the same stage that fits one of these.
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
    based_on: Option<Pattern>,
    is_final: bool,
    as_root: bool,
    relations: Vec<(Relation, Pattern)>,
}

impl Places {
    pub(crate) fn read(conditions: &Conditions, names: &mut Names) -> Result<Self, PatternError> {
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
                relations.push((relation, Pattern::read(part, pattern, names)?));
            }
        }
        let based_on = match &conditions.in_stage_based_on {
            None => None,
            Some(image) => {
                let image = image.trim();
                let image = image.strip_prefix("image ").unwrap_or(image);
                let pattern = Pattern::read("in-stage-based-on", &format!("image {image}"), names)?;
                Some(pattern)
            }
        };
        Ok(Places {
            based_on,
            is_final: conditions.is_final,
            as_root: conditions.as_root,
            relations,
        })
    }

    /// The image that stages must be based on, if that is one without a tag: few are.
    pub(crate) fn untagged_base(&self) -> Option<String> {
        let pattern = self.based_on.as_ref()?;
        let source = pattern.template.source.trim_start_matches("image ");
        match &pattern.kind {
            Kind::Image(image) if image.is_untagged() => Some(source.to_owned()),
            _ => None,
        }
    }

    /// Every pattern in it.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        if let Some(pattern) = &self.based_on {
            let untagged = match self.untagged_base() {
                Some(image) => format!(" without a tag (`{image}:{{_...}}` is with any, or none)"),
                None => String::new(),
            };
            told.push(format!(
                "in a stage that is based on `{}`{untagged}",
                pattern.template.source.trim_start_matches("image ")
            ));
        }
        if self.is_final {
            told.push("in the last stage".to_owned());
        }
        if self.as_root {
            told.push("where the user is known to be root".to_owned());
        }
        for (relation, pattern) in &self.relations {
            let source = &pattern.template.source;
            told.push(match relation {
                Relation::Before => format!("before `{source}`, in the same stage"),
                Relation::After => format!("after `{source}`, in the same stage"),
                Relation::NotBefore => format!("without `{source}` behind it in the stage"),
                Relation::NotAfter => format!("without `{source}` before it in the stage"),
                Relation::Not => format!("not `{source}`"),
            });
        }
        told
    }

    /// Whether something stands where it must.
    pub(crate) fn hold<'m>(&self, found: &Found<'m>, file: &'m Model<'_>) -> bool {
        let stage = found.stage();
        let is_based = match &self.based_on {
            None => true,
            Some(pattern) => stage.is_some_and(|stage| is_based_on(stage, pattern, found, file)),
        };
        let is_final = !self.is_final || stage.is_some_and(Stage::is_final);
        is_based && is_final && (!self.as_root || is_root(found)) && self.relate(found, file)
    }

    /// Whether it stands to what other patterns find as it must.
    pub(crate) fn relate<'m>(&self, found: &Found<'m>, file: &'m Model<'_>) -> bool {
        self.relations.iter().all(|(relation, pattern)| {
            let others = find(pattern, file, &found.state);
            let same_stage = |it: &&Found<'m>| it.stage() == found.stage();
            let mut beside = others.iter().filter(same_stage);
            let is_behind = |it: &Found<'m>| it.range.start() >= found.range.end();
            let is_ahead = |it: &Found<'m>| it.range.end() <= found.range.start();
            match relation {
                Relation::Before => beside.any(is_behind),
                Relation::After => beside.any(is_ahead),
                Relation::NotBefore => !beside.any(is_behind),
                Relation::NotAfter => !beside.any(is_ahead),
                Relation::Not => !others.iter().any(|it| {
                    it.range.contains_range(found.range) || found.range.contains_range(it.range)
                }),
            }
        })
    }
}

fn is_based_on<'m>(
    stage: Stage<'m>,
    pattern: &Pattern,
    found: &Found<'m>,
    file: &'m Model<'_>,
) -> bool {
    let Kind::Image(image) = &pattern.kind else {
        return false;
    };
    let base = stage.base_stage().from_step();
    let positions = file.image_positions().into_iter();
    let mut here = positions.filter(|it| it.step() == Some(base));
    let reference = here.next().and_then(Reference::of);
    reference.is_some_and(|reference| {
        let mut state = found.state.for_slots(pattern.slots);
        image.fits(&reference, &mut state, &mut |_| true)
    })
}

fn is_root(found: &Found<'_>) -> bool {
    match &found.subject {
        Subject::Command(command) => command.caller_is_root().is_yes(),
        Subject::Image(_) | Subject::Instructions(_) => found
            .step()
            .and_then(|step| Some((step.stage()?, step)))
            .is_some_and(|(stage, step)| stage.user_at(step).is_root().is_yes()),
    }
}
