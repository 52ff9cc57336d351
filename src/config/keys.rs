//! The keys of `dfix.toml`, as data: the reader, the schema and `dfix init` all go by these tables.

use dfix_catalogue::{PACKAGE_MANAGERS, SHELLS};
use dfix_engine::RuleOption;

use crate::rule_names::ALL;

/// A key, and what it is.
#[derive(Debug)]
pub(crate) struct Key {
    /// The key.
    pub(crate) name: &'static str,
    /// What its value may be.
    pub(crate) kind: Kind,
    /// What holds without it, as TOML; empty where nothing does.
    pub(crate) default: &'static str,
    /// What it says, in one line without a full stop.
    pub(crate) summary: &'static str,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// `safe`, `checked` or `unsafe`.
    Level,
    /// One of these, or `by-hand`.
    RuleLevel,
    /// `error`, `warning` or `advice`.
    Severity,
    /// True or false.
    Flag,
    /// Any text.
    Text,
    /// Several texts.
    Texts,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// The path of a file or a folder.
    Path,
    /// One path, or several.
    Paths,
    /// Globs as in `.gitignore`.
    Globs,
    /// Versions of dfix.
    Versions,
    /// Rules by their names.
    Rules,
    /// What the user vouches for.
    Assume,
    /// Images by their names.
    Images,
    /// Tables, each for some paths.
    Overrides,
}

const fn key(name: &'static str, kind: Kind, default: &'static str, summary: &'static str) -> Key {
    Key {
        name,
        kind,
        default,
        summary,
    }
}

/// The keys at the top of the file.
pub(crate) const TOP: &[Key] = &[
    key(
        "required-version",
        Kind::Versions,
        "",
        "which versions of dfix this file is for; others stop with a message",
    ),
    key(
        "extends",
        Kind::Paths,
        "",
        "files whose settings count as if they stood above those of this one",
    ),
    key(
        "level",
        Kind::Level,
        "\"checked\"",
        "which fixes are applied: those of this level, and of safer ones",
    ),
    key(
        "fail-on",
        Kind::Severity,
        "\"warning\"",
        "the exit code is 1 for findings of this severity, or a worse one",
    ),
    key(
        "include",
        Kind::Globs,
        "[]",
        "files that are taken although their names are none of Dockerfiles",
    ),
    key(
        "exclude",
        Kind::Globs,
        "[]",
        "files and folders that are left",
    ),
    key(
        "force-exclude",
        Kind::Flag,
        "false",
        "leave what is excluded even where the command line names it",
    ),
    key(
        "context",
        Kind::Path,
        "",
        "the build context, where compose files, bake files and the like do not tell it",
    ),
    key(
        "baseline",
        Kind::Path,
        "",
        "the file of findings that are known and not told again",
    ),
    key(
        "rules",
        Kind::Rules,
        "",
        "what is said of rules and groups of rules",
    ),
    key(
        "assume",
        Kind::Assume,
        "",
        "what you vouch for, so that rules take it as established",
    ),
    key(
        "images",
        Kind::Images,
        "",
        "what images are like that dfix cannot know",
    ),
    key(
        "overrides",
        Kind::Overrides,
        "",
        "what counts for some paths only",
    ),
];

/// The keys of a rule's table, beside the rule's own options.
pub(crate) const RULE: &[Key] = &[
    key("enabled", Kind::Flag, "", "whether the rule runs"),
    key(
        "level",
        Kind::RuleLevel,
        "",
        "what the rule's fixes count as; by-hand has them told and never made",
    ),
    key(
        "severity",
        Kind::Severity,
        "",
        "how much the rule's findings matter",
    ),
];

/// The keys of an override.
pub(crate) const OVERRIDE: &[Key] = &[
    key("paths", Kind::Globs, "", "the files that it is for"),
    key("level", Kind::Level, "", "which fixes are applied there"),
    key("rules", Kind::Rules, "", "what is said of rules there"),
    key("assume", Kind::Assume, "", "what you vouch for there"),
];

/// The keys of an image.
pub(crate) const IMAGE: &[Key] = &[
    key(
        "like",
        Kind::Text,
        "",
        "a public image that it is like; the other keys say what differs",
    ),
    key(
        "user",
        Kind::Text,
        "",
        "the user that its configuration sets",
    ),
    key(
        "users",
        Kind::Texts,
        "[]",
        "users that it has for applications, as NAME or NAME:NUMBER",
    ),
    key("shell", Kind::OneOf(&SHELLS), "", "its shell"),
    key(
        "package-manager",
        Kind::OneOf(&PACKAGE_MANAGERS),
        "",
        "its package manager",
    ),
    key(
        "has",
        Kind::Texts,
        "[]",
        "programs that it has beside those of the image that it is like",
    ),
];

/// The key of this name.
pub(crate) fn find(keys: &'static [Key], name: &str) -> Option<&'static Key> {
    keys.iter().find(|it| it.name == name)
}

/// The names of the keys.
pub(crate) fn names(keys: &'static [Key]) -> impl Iterator<Item = &'static str> {
    keys.iter().map(|it| it.name)
}

/// The options of rules that may be set for all rules at once, by the names that they have under `[assume]`.
pub(crate) fn assumptions() -> Vec<(&'static str, &'static RuleOption)> {
    let mut all: Vec<(&str, &RuleOption)> = ALL
        .iter()
        .flat_map(|rule| rule.options)
        .filter_map(|it| Some((it.name.strip_prefix("assume-")?, it)))
        .collect();
    all.sort_by_key(|it| it.0);
    all.dedup_by_key(|it| it.0);
    all
}
