//! What is asked of every rule and every case: one binary, so that linking does not dominate.
#![allow(clippy::unwrap_used)]

mod copied_twice;
mod env_values;
mod every_rule;
mod fix_cases;
mod kinds;
mod rule_cases;
