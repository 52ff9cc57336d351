//! What a configuration may set for a rule, and the values that it sets.

use std::collections::BTreeMap;

use crate::fix::Safety;

/// One option of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleOption {
    /// The key in the configuration: `ownership`. One that begins with `assume-` is something that the
    /// user vouches for, and may also be set for all rules at once.
    pub name: &'static str,
    /// What its value may be.
    pub kind: OptionKind,
    /// What it says, in one line without a full stop.
    pub summary: &'static str,
}

/// What the value of an option may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// Any text.
    Text,
    /// A name that a system takes for a user, and not root's.
    UserName,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// True or false.
    Flag,
    /// A whole number, from 1.
    Number,
    /// Several texts, or one.
    List,
}

impl OptionKind {
    /// Whether a value is of this kind.
    pub fn takes(self, value: &Setting) -> bool {
        match self {
            OptionKind::Text => value.as_text().is_some(),
            OptionKind::UserName => value.as_text().is_some_and(is_user_name),
            OptionKind::OneOf(texts) => value.as_text().is_some_and(|it| texts.contains(&it)),
            OptionKind::Flag => value.as_flag().is_some(),
            OptionKind::Number => value.as_number().is_some_and(|it| it >= 1),
            OptionKind::List => value.as_list().is_some(),
        }
    }
}

/// What every `useradd` and `adduser` takes.
fn is_user_name(text: &str) -> bool {
    text != "root"
        && text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

impl std::fmt::Display for OptionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OptionKind::Text => f.write_str("a string"),
            OptionKind::UserName => f.write_str("the name of a user who is not root"),
            OptionKind::OneOf(texts) => write!(f, "\"{}\"", texts.join("\" or \"")),
            OptionKind::Flag => f.write_str("true or false"),
            OptionKind::Number => f.write_str("a whole number from 1"),
            OptionKind::List => f.write_str("a list of strings"),
        }
    }
}

/// The value of a rule's option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A text.
    Text(String),
    /// A yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Several texts.
    List(Vec<String>),
}

impl Setting {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Setting::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The yes or no, if it is one.
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Setting::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<i64> {
        match self {
            Setting::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The texts, if there are several (or one).
    pub fn as_list(&self) -> Option<&[String]> {
        match self {
            Setting::List(list) => Some(list),
            Setting::Text(text) => Some(std::slice::from_ref(text)),
            _ => None,
        }
    }
}

/// What the configuration says of one rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSettings {
    /// The level that the rule's fixes count as. A lower one than the fix's holds it back; a higher
    /// one has it applied although a condition is open: the configuration answers for that.
    pub level: Option<Safety>,
    /// Whether its fixes are left to people: what it finds is told, and none is offered.
    pub by_hand: bool,
    /// The rule's own options.
    pub options: BTreeMap<String, Setting>,
}
