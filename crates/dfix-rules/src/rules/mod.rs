//! Every rule. A new one is two lines here, each in its place by name.

use dfix_engine::Rule;

/// Every rule, sorted by id.
pub const ALL: &[&Rule] = &[];
