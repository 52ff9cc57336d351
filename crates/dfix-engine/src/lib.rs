//! How to change a Dockerfile safely: findings, fixes, edits, proofs.
//!
//! Knows no rule by name. Takes text and gives an [`Outcome`]: no I/O, no threads, no globals.
//!
//! [`run`] is the loop. A [`Rule`] looks at the model and puts what it sees into [`Findings`]; the
//! changes are said with [`Edit`], which lowers them to text; the proofs compare the texts before
//! and after; [`testing`] holds a rule to its examples.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]
#![warn(missing_docs)]

mod codemod;
mod comments;
mod edit;
mod findings;
mod fix;
mod fixpoint;
mod foreign;
mod ignore;
mod ignore_comments;
mod level;
mod options;
mod outcome;
mod place;
mod proof;
mod ranges;
mod rule;
mod rule_option;
mod splice;
pub mod testing;
mod text_edit;
mod verdict;
mod watch;
mod withhold;

pub use codemod::Codemod;
pub use dfix_model::OpenCondition;
pub use edit::{Edit, env_source};
pub use findings::Findings;
pub use fix::{Effect, Evidence, Fix, Safety, TextEdit};
pub use fixpoint::{line_before, lines_of_input, run, run_parsed};
pub use foreign::{ForeignIgnore, Hears};
pub use ignore::{ADD_IGNORE, IGNORE_UNUSED, add_ignores, wrong_reason};
pub use ignore_comments::IgnoreComment;
pub use options::{Declined, Left, Options};
pub use outcome::{Finding, Outcome, Proof, Refused, Round};
pub use place::Place;
pub use rule::{
    ALL_RULES, Example, FORMER_GROUPS, Group, Phase, Rule, Severity, fixes, former_group,
    is_group_name, leaves, reports,
};
pub use rule_option::{OptionKind, RuleOption, RuleSettings, Setting};
pub use splice::Splice;
pub use verdict::{Case, Many, One, OneOrMany, Remedy};
pub use watch::{Part, Watch};
pub use withhold::Withhold;
