//! What was learned of the stages on a base: what they need of the things that its slim form lacks.

use dfix_engine::OpenCondition;
use dfix_model::StepKind;
use dfix_model::{PackageCommand, Stage, Step};

/// Where in the file a need arises.
#[derive(Clone, Copy)]
pub(super) struct Site<'m> {
    /// The stage.
    pub(super) stage: Stage<'m>,
    /// The instruction.
    pub(super) step: Step<'m>,
    /// The first byte of the command.
    pub(super) start: usize,
}

impl<'m> Site<'m> {
    /// Where a package manager is called.
    pub(super) fn of(package: &PackageCommand<'m>) -> Option<Self> {
        Some(Site {
            stage: package.command.stage()?,
            step: package.step(),
            start: package.command.range().start().into(),
        })
    }

    /// Whether it is first met when the container runs.
    pub(super) fn is_run_time(self) -> bool {
        matches!(
            self.step.kind(),
            StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
        )
    }
}

/// A package that the slim form lacks and that can just be installed.
#[derive(Clone)]
pub(super) struct Install<'m> {
    /// What is used: a command, or a library and who wants it.
    pub(super) tool: String,
    /// The package that has it.
    pub(super) package: String,
    /// The first use.
    pub(super) site: Site<'m>,
}

/// Everything that was learned.
#[derive(Default)]
pub(super) struct Needs<'m> {
    /// Packages to install.
    pub(super) installs: Vec<Install<'m>>,
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
}

impl<'m> Needs<'m> {
    /// A package is needed from this place on.
    pub(super) fn install(&mut self, package: &str, tool: impl Into<String>, site: Site<'m>) {
        let same = self
            .installs
            .iter_mut()
            .find(|i| i.package == package && i.site.stage == site.stage);
        match same {
            Some(install) if site.start < install.site.start => install.site = site,
            Some(_) => {}
            None => self.installs.push(Install {
                tool: tool.into(),
                package: package.to_owned(),
                site,
            }),
        }
    }

    /// The full image is needed.
    pub(super) fn build(&mut self, why: impl Into<String>) {
        push_new(&mut self.builds, why.into());
    }

    /// A Python package compiles.
    pub(super) fn compiles(&mut self, name: &str, python: &str) {
        push_new(&mut self.compiled, name.to_owned());
        self.build(format!(
            "`{name}` has no wheel for {python} and is compiled"
        ));
    }

    /// How much was learned that stands against the change: two equal answers, and nothing came between.
    pub(super) fn state(&self) -> (usize, usize, usize) {
        (self.builds.len(), self.against.len(), self.open.len())
    }

    /// A reason against any change.
    pub(super) fn against(&mut self, why: impl Into<String>) {
        push_new(&mut self.against, why.into());
    }

    /// Something is not known.
    pub(super) fn open(&mut self, condition: impl Into<String>, remedy: impl Into<String>) {
        let condition = condition.into();
        if !self.open.iter().any(|o| o.condition == condition) {
            self.open.push(OpenCondition {
                condition,
                remedy: remedy.into(),
            });
        }
    }

    /// Something was established.
    pub(super) fn evidence(&mut self, sentence: impl Into<String>) {
        push_new(&mut self.evidence, sentence.into());
    }
}

fn push_new(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}
