//! How a pattern is held against a file: what the file has, as patterns see it, and the state of the search.

pub(crate) mod choose;
pub(crate) mod find;
pub(crate) mod place;
pub(crate) mod put_in;
pub(crate) mod reference;
pub(crate) mod state;
pub(crate) mod view;
