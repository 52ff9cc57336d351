//! The steps of a recipe belong together: where one is left to a person, none is done.

use std::collections::BTreeMap;

use dfix_engine::{Finding, Outcome, Withhold};
use dfix_model::Model;
use dfix_model::context::NoContext;
use dfix_syntax::{Parse, TextSize};

/// Parts of a file in which nothing of a recipe is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// What is left to a person in each, by the number of the stage; what stands before the first has none.
    parts: BTreeMap<Option<usize>, String>,
    /// Whether it is the whole file: where stages come or go, their numbers tell nothing.
    is_whole: bool,
}

impl Held {
    /// The parts of a text in which an outcome on it left something of the recipe to a person, or refused it.
    pub(crate) fn of(outcome: &Outcome, recipe: &str, parsed: &Parse, text: &str) -> Self {
        let remaining = outcome.remaining.iter().filter(|it| it.fix.is_none());
        let refused = outcome.refused.iter().map(|it| &it.finding);
        let left = remaining.chain(refused).filter(|it| it.rule == recipe);
        let left: Vec<&Finding> = left.collect();
        if left.is_empty() {
            return Held::default();
        }
        let file = Model::new(&parsed.file(), text, &NoContext);
        let count = file.stages().len();
        let after = dfix_syntax::parse(&outcome.text);
        let after = Model::new(&after.file(), &outcome.text, &NoContext);
        let mut parts = BTreeMap::new();
        for finding in left {
            let part = part_of(&file, finding.origin.start());
            parts.entry(part).or_insert_with(|| finding.message.clone());
        }
        Held {
            parts,
            is_whole: after.stages().len() != count,
        }
    }

    /// Adds others; whether that makes a difference.
    pub(crate) fn extend(&mut self, others: Held) -> bool {
        let before = (self.parts.len(), self.is_whole);
        for (part, why) in others.parts {
            self.parts.entry(part).or_insert(why);
        }
        self.is_whole |= others.is_whole;
        before != (self.parts.len(), self.is_whole)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl Withhold for Held {
    fn why_not(&self, file: &Model<'_>, finding: &Finding) -> Option<String> {
        let edits = finding.fix.iter().flat_map(|it| &it.edits);
        let starts = edits.map(|it| it.range.start());
        let mut touched = starts
            .chain([finding.range.start()])
            .map(|it| part_of(file, it));
        // What stands before the first stage is of all of them.
        let any = self.parts.iter().next();
        let held = if self.is_whole || self.parts.contains_key(&None) {
            any
        } else {
            touched.find_map(|part| match part {
                Some(_) => self.parts.get_key_value(&part),
                None => any,
            })
        };
        let (part, why) = held?;
        let place = match part {
            Some(_) if !self.is_whole => "in this stage",
            _ => "in this file",
        };
        Some(format!(
            "the steps of the recipe go together, and one of them is left to a person {place}: {why} \
             (`together = false` in the recipe has each done by itself)"
        ))
    }
}

/// The number of the stage that a place is in; none before the first.
fn part_of(file: &Model<'_>, at: TextSize) -> Option<usize> {
    let mut stages = file.stages().rev();
    let stage = stages.find(|it| it.range().start() <= at);
    stage.map(dfix_model::Stage::index)
}
