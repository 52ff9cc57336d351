//! Names of programs, packages and options that the rule knows.

/// Options of node that are given a value in a word of its own.
pub(super) const VALUED: &[&str] = &[
    "-C",
    "--conditions",
    "--env-file",
    "--experimental-loader",
    "--import",
    "--loader",
    "--require",
    "--title",
    "-r",
];
