//! What somebody asked to change, made at run time, and what looks at a file in a run: rules and codemods alike.

use dfix_model::Model;

use crate::findings::Findings;
use crate::rule::{Phase, Rule};

/// A change that somebody asked for, such as a rewrite of a pattern: as a [`Rule`], but made at run time.
///
/// It reports with [`Findings::judge`], and its fixes are proved as those of rules are. Comments that ignore rules do not
/// count for it unless they name it.
pub trait Codemod: std::fmt::Debug + Sync {
    /// The name that its findings go by.
    fn name(&self) -> &'static str;

    /// Looks at the file.
    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>);

    /// Whether a comment that ignores `name` is meant for it.
    fn is_called(&self, name: &str) -> bool {
        self.name() == name
    }
}

/// What looks at a file in a run.
#[derive(Clone, Copy)]
pub(crate) enum Checker<'a> {
    Rule(&'static Rule),
    Codemod(&'a dyn Codemod),
}

impl Checker<'_> {
    /// The name of its findings.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Checker::Rule(rule) => rule.id,
            Checker::Codemod(codemod) => codemod.name(),
        }
    }

    /// When its fixes are applied.
    pub(crate) fn phase(self) -> Phase {
        match self {
            Checker::Rule(rule) => rule.phase,
            Checker::Codemod(_) => Phase::Meaning,
        }
    }

    /// Looks at the file.
    pub(crate) fn check(self, file: &Model<'_>, out: &mut Findings<'_>) {
        match self {
            Checker::Rule(rule) => (rule.check)(file, out),
            Checker::Codemod(codemod) => codemod.check(file, out),
        }
    }
}
