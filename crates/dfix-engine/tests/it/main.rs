//! The engine from outside: one binary, so that linking does not dominate.

mod engine;
mod harness;
mod toys;
