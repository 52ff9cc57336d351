//! What was learned of the stages on a base: what they need of the things that its slim form lacks.

use std::collections::{BTreeMap, BTreeSet};

use dfix_engine::OpenCondition;
use dfix_model::{CallSite, Stage};

/// A package that the slim form lacks and that can just be installed.
#[derive(Clone)]
pub(super) struct Install<'m> {
    /// What is used: a command, or a library and who wants it.
    pub(super) tool: String,
    /// The package that has it.
    pub(super) package: String,
    pub(super) stage: Stage<'m>,
    /// The first use.
    pub(super) site: CallSite<'m>,
}

/// Everything that was learned.
#[derive(Default)]
pub(super) struct Needs<'m> {
    installs: BTreeMap<(usize, String), Install<'m>>,
    /// Why the build needs the full image: clauses such as "`make` is called".
    pub(super) builds: Vec<String>,
    /// The Python packages among those reasons.
    pub(super) compiled: Vec<String>,
    /// Known reasons against any change: clauses.
    pub(super) against: Vec<String>,
    /// What could not be established.
    pub(super) open: Vec<OpenCondition>,
    /// What was established.
    pub(super) evidence: Vec<String>,
    said: BTreeSet<String>,
}

impl<'m> Needs<'m> {
    /// A package is needed from this place on.
    pub(super) fn install(&mut self, package: &str, tool: impl Into<String>, site: &CallSite<'m>) {
        let Some(stage) = site.stage() else {
            return;
        };
        let key = (stage.index(), package.to_owned());
        let install = self.installs.entry(key).or_insert_with(|| Install {
            tool: tool.into(),
            package: package.to_owned(),
            stage,
            site: *site,
        });
        if site.start < install.site.start {
            install.site = *site;
        }
    }

    /// The packages to install, in order of stage and name.
    pub(super) fn installs(&self) -> impl Iterator<Item = &Install<'m>> {
        self.installs.values()
    }

    /// Whether the full image is needed to build.
    pub(super) fn is_built(&self) -> bool {
        !self.builds.is_empty()
    }

    /// The full image is needed.
    pub(super) fn build(&mut self, why: String) {
        push_new(&mut self.said, &mut self.builds, why);
    }

    /// A Python package compiles.
    pub(super) fn compiles(&mut self, name: &str, why: String) {
        if !self.said.contains(&why) {
            self.compiled.push(name.to_owned());
        }
        self.build(why);
    }

    /// A reason against any change.
    pub(super) fn against(&mut self, why: String) {
        push_new(&mut self.said, &mut self.against, why);
    }

    /// Something is not known.
    pub(super) fn open(&mut self, condition: impl Into<String>, remedy: impl Into<String>) {
        self.unknown(OpenCondition::new(condition, remedy));
    }

    /// Something is not known.
    pub(super) fn unknown(&mut self, open: OpenCondition) {
        if self.said.insert(open.condition.clone()) {
            self.open.push(open);
        }
    }

    /// Something was established.
    pub(super) fn evidence(&mut self, sentence: impl Into<String>) {
        push_new(&mut self.said, &mut self.evidence, sentence.into());
    }
}

fn push_new(said: &mut BTreeSet<String>, list: &mut Vec<String>, item: String) {
    if said.insert(item.clone()) {
        list.push(item);
    }
}
