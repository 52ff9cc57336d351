//! What a rule is: data and one function.

use crate::options::Setting;

/// What a rule is about; `--rule` and `--ignore` take a group's name too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What the image stands on.
    Base,
    /// Who runs, and what may be touched.
    Security,
    /// What the layers carry.
    Size,
    /// How the build behaves: prompts, determinism, failures that show.
    Build,
    /// What the process finds at run time.
    Runtime,
    /// Deprecated spellings and letter case.
    Style,
}

impl Group {
    /// Every group.
    pub const ALL: &'static [Group] = &[
        Group::Base,
        Group::Security,
        Group::Size,
        Group::Build,
        Group::Runtime,
        Group::Style,
    ];

    /// The name by which a person asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Group::Base => "base",
            Group::Security => "security",
            Group::Size => "size",
            Group::Build => "build",
            Group::Runtime => "runtime",
            Group::Style => "style",
        }
    }
}

/// When a rule's fixes are applied: all of a phase before any of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Changes what is built.
    Meaning,
    /// Says the same build differently.
    Shape,
    /// Blanks, line ends, letter case.
    Layout,
}

/// A rule. `check` sees the model and says what it found, with or without a fix.
pub struct Rule {
    /// The name: the state that the rule reaches, such as `pip-no-cache-dir`.
    pub id: &'static str,
    /// Other tools' names for it: `DL3042`, `MaintainerDeprecated`.
    pub aliases: &'static [&'static str],
    /// What it is about.
    pub group: Group,
    /// One line, in the imperative, without a full stop.
    pub summary: &'static str,
    /// Why it is good, in a sentence or a few.
    pub why: &'static str,
    /// When its fixes are applied.
    pub phase: Phase,
    /// Looks at the file.
    pub check: fn(&dfix_model::Model<'_>, &mut crate::Findings<'_>),
    /// What a configuration may set for it.
    pub options: &'static [RuleOption],
    /// Before and after: its tests, its documentation and its row in the README.
    pub examples: &'static [Example],
}

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

/// One example of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The Dockerfile before.
    pub before: &'static str,
    /// After the rule alone was applied (with unsafe fixes too if `allow_unsafe`); the same text if the rule leaves it.
    pub after: &'static str,
    /// Files of the build context: path and text; `None` is no context at all.
    pub context: Option<&'static [(&'static str, &'static str)]>,
    /// Whether unsafe fixes are applied.
    pub allow_unsafe: bool,
    /// A part of a finding's message or remedy that must be there, `""` for none.
    pub says: &'static str,
}

impl Rule {
    /// Whether `name` means this rule: its id, one of its aliases (in any case), or its group.
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name
            || self.group.name() == name
            || self.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Rule").field(&self.id).finish()
    }
}

/// An example that the rule mends: `before` becomes `after`.
pub const fn fixes(before: &'static str, after: &'static str) -> Example {
    Example {
        before,
        after,
        context: None,
        allow_unsafe: false,
        says: "",
    }
}

/// An example that the rule leaves as it is.
pub const fn leaves(text: &'static str) -> Example {
    fixes(text, text)
}

impl Example {
    /// The same example with these files in the build context: path and text.
    #[must_use]
    pub const fn with_context(mut self, files: &'static [(&'static str, &'static str)]) -> Example {
        self.context = Some(files);
        self
    }

    /// The same example with unsafe fixes applied too.
    #[must_use]
    pub const fn with_unsafe(mut self) -> Example {
        self.allow_unsafe = true;
        self
    }

    /// The same example, in which some finding's message, remedy, evidence or open condition must
    /// hold these words.
    #[must_use]
    pub const fn that_says(mut self, words: &'static str) -> Example {
        self.says = words;
        self
    }
}
