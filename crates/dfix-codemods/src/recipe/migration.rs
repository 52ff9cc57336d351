//! A recipe with the values of its parameters: what is run.

use std::collections::BTreeMap;
use std::sync::Arc;

use dfix_engine::{Codemod, Finding, Options, Outcome, Proof, Refused, Rule, RuleSettings, Safety};
use dfix_model::Model;
use dfix_model::context::Context;
use dfix_syntax::Parse;

use super::combine::{Combined, Left};
use super::conditions::FileSearches;
use super::together::Held;
use crate::rewrite::{Rewrite, told};

/// A recipe that is ready to run.
#[derive(Debug)]
pub struct Migration {
    pub(crate) name: &'static str,
    /// Whether nothing is done in a stage where a step is left to a person.
    pub(crate) goes_together: bool,
    pub(crate) file: FileSearches,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) file: FileSearches,
    pub(crate) action: Action,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Action {
    Rewrite(Box<Rewrite>),
    Codemod(Box<dyn Codemod + Send>),
    Rule(&'static Rule, BTreeMap<String, RuleSettings>, Safety),
}

impl Migration {
    /// The recipe's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it may change, or tell, something; `false` is certain. Much quicker than running.
    pub fn may_concern(&self, text: &str) -> bool {
        let may = |step: &Step| {
            step.file.may_hold(text)
                && match &step.action {
                    Action::Rewrite(rewrite) => rewrite.search().may_match(text),
                    Action::Codemod(_) | Action::Rule(..) => true,
                }
        };
        // A later step may look for what an earlier one writes, but an earlier one must be concerned for that.
        self.file.may_hold(text) && self.steps.iter().any(may)
    }

    /// Whether the file, as it stands, is one that the recipe is for.
    fn is_for(&self, text: &str, parsed: &Parse, context: &dyn Context) -> bool {
        self.file.is_empty() || self.file.hold(&Model::new(&parsed.file(), text, context))
    }

    fn run_steps(
        &self,
        combined: &mut Combined,
        context: &dyn Context,
        parsed: Option<&Parse>,
        held: &Held,
    ) {
        let mut parsed = parsed.cloned();
        for (number, step) in self.steps.iter().enumerate() {
            let text = Arc::clone(combined.text());
            let now = parsed.take().unwrap_or_else(|| dfix_syntax::parse(&text));
            let file = &step.file;
            if !file.is_empty() && !file.hold(&Model::new(&now.file(), &text, context)) {
                parsed = Some(now);
                continue;
            }
            let outcome = step.action.run(&text, &now, context, held);
            if outcome.rounds.is_empty() {
                parsed = Some(now);
            }
            let is_broken = !outcome.errors.is_empty();
            let rewrite = step.action.as_rewrite();
            let is_of_pattern = rewrite.is_some_and(Rewrite::tells_its_pattern);
            combined.take_of_step(outcome, number, is_of_pattern);
            if is_broken {
                return;
            }
        }
    }
}

/// What one recipe makes of a text.
struct One {
    outcome: Outcome,
    /// What its steps left to a person.
    left: Vec<Left>,
    /// Where nothing of it is done.
    held: Held,
    /// Whether its steps undo each other.
    is_undone: bool,
}

impl Migration {
    /// Runs it, and once more on its own result, for what it leaves; what a step left to a person counts even where a later step
    /// changes the place, unless what the step is to bring stands there then. Where that is something that the rest goes together with, it begins again without the stage.
    fn run_alone(&self, text: &Arc<str>, context: &dyn Context, parsed: Option<&Parse>) -> One {
        let mut held = Held::default();
        // What was left before something was held back may not be found any more without it.
        let mut left = Combined::new(text);
        loop {
            let mut part = Combined::new(text);
            self.run_steps(&mut part, context, parsed, &held);
            if part.is_changed() {
                forget_done(&[self], &mut part, context);
            }
            let first = part.left_of(self.name);
            if part.is_changed() {
                let mut again = Combined::new(part.text());
                self.run_steps(&mut again, context, None, &held);
                if again.is_changed() {
                    let (outcome, left) = part.into_parts();
                    return One {
                        outcome,
                        left,
                        held,
                        is_undone: true,
                    };
                }
                part.forget_remaining();
                let (outcome, of_steps) = again.into_parts();
                part.take_of_recipe(outcome, of_steps, 0);
            }
            let now = if self.goes_together && part.is_changed() {
                let reparsed;
                let parsed = match parsed {
                    Some(parsed) => parsed,
                    None => {
                        reparsed = dfix_syntax::parse(text);
                        &reparsed
                    }
                };
                let mut now = Held::of(part.outcome(), self.name, parsed, text);
                now.extend(Held::of(&first.0, self.name, parsed, text));
                now
            } else {
                Held::default()
            };
            left.take_of_recipe(first.0, first.1, 0);
            let remaining = part.left_of(self.name);
            if !held.extend(now) {
                let (outcome, of_steps) = part.into_parts();
                left.take_of_recipe(outcome, of_steps, 0);
                let (outcome, left) = left.into_parts();
                return One {
                    outcome,
                    left,
                    held,
                    is_undone: false,
                };
            }
            left.take_of_recipe(remaining.0, remaining.1, 0);
        }
    }
}

/// Forgets what a step left to a person where what it is to bring stands in the end: another step, or another recipe, has done
/// it.
fn forget_done(recipes: &[&Migration], part: &mut Combined, context: &dyn Context) {
    let text = Arc::clone(part.text());
    let parsed = dfix_syntax::parse(&text);
    let file = Model::new(&parsed.file(), &text, context);
    part.forget_done(|recipe, step, place| {
        let rewrite = recipes[recipe].steps[step].action.as_rewrite();
        rewrite.is_some_and(|it| it.is_done_at(place, &file))
    });
}

impl Action {
    /// The rewrite that it is.
    pub(super) fn as_rewrite(&self) -> Option<&Rewrite> {
        match self {
            Action::Rewrite(rewrite) => Some(rewrite),
            Action::Codemod(_) | Action::Rule(..) => None,
        }
    }

    fn run(&self, text: &Arc<str>, parsed: &Parse, context: &dyn Context, held: &Held) -> Outcome {
        let one: [&dyn Codemod; 1];
        let rules;
        let options = match self {
            Action::Rewrite(rewrite) => {
                one = [&**rewrite];
                Options::of_codemods(&one)
            }
            Action::Codemod(codemod) => {
                one = [&**codemod];
                Options::of_codemods(&one)
            }
            Action::Rule(rule, settings, threshold) => {
                rules = [*rule];
                Options::new(&rules)
                    .with_threshold(*threshold)
                    .with_settings(settings)
            }
        };
        let options = if held.is_empty() {
            options
        } else {
            options.with_withhold(held)
        };
        let outcome = dfix_engine::run_parsed(text, parsed, context, &options);
        match self {
            Action::Rewrite(_) => told(outcome),
            Action::Codemod(_) | Action::Rule(..) => outcome,
        }
    }
}

/// Runs recipes in order, each step on what the one before made of the text.
///
/// Behind a recipe that changed something it is run once more, for what it leaves; at the end all of them are. What they would
/// change then means that they undo each other, and nothing is changed.
pub fn run_all(
    migrations: &[Migration],
    text: &Arc<str>,
    parsed: &Parse,
    context: &dyn Context,
) -> Outcome {
    let concerned: Vec<&Migration> = migrations
        .iter()
        .filter(|it| it.is_for(text, parsed, context))
        .collect();
    let mut combined = Combined::new(text);
    let mut held = vec![Held::default(); concerned.len()];
    let mut last_changed = 0;
    for (number, migration) in concerned.iter().enumerate() {
        let parsed = (!combined.is_changed()).then_some(parsed);
        let mut one = migration.run_alone(combined.text(), context, parsed);
        if one.is_undone {
            combined.take(one.outcome);
            return undone(text, &combined.into_outcome(), migration.name, &[]);
        }
        if !one.outcome.rounds.is_empty() {
            last_changed = number;
        }
        held[number] = std::mem::take(&mut one.held);
        combined.take_of_recipe(one.outcome, one.left, number);
    }
    if last_changed > 0 {
        forget_done(&concerned, &mut combined, context);
    }
    // Those behind the last change have seen the text as it is, and so has the one that made it.
    for (migration, held) in concerned[..last_changed].iter().zip(&held) {
        let mut again = Combined::new(combined.text());
        migration.run_steps(&mut again, context, None, held);
        if again.is_changed() {
            let others = concerned.iter().map(|it| it.name);
            let others: Vec<&str> = others.filter(|it| *it != migration.name).collect();
            return undone(text, &combined.into_outcome(), migration.name, &others);
        }
    }
    combined.into_outcome()
}

/// The outcome where recipes, or the steps of one, undo each other.
fn undone(text: &Arc<str>, first: &Outcome, name: &str, others: &[&str]) -> Outcome {
    let with = if others.is_empty() {
        "its steps undo each other".to_owned()
    } else {
        format!("it and `{}` undo each other", others.join("`, `"))
    };
    let reason = format!("the recipe `{name}` would change the file again in a second run: {with}");
    let refused = |finding: &Finding| Refused {
        finding: Finding {
            range: finding.origin,
            ..finding.clone()
        },
        proof: Proof::Converges,
        reason: reason.clone(),
    };
    Outcome {
        text: Arc::clone(text),
        rounds: Vec::new(),
        remaining: Vec::new(),
        refused: first.applied().map(refused).collect(),
        errors: Vec::new(),
    }
}
