//! What a rule is: data and one function.

use crate::rule_option::RuleOption;

/// What a rule is about; `--rule` and `--ignore` take a group's name too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What the image is based on.
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

/// Whose fix is applied where two touch: that of the earlier phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Changes what is built.
    Meaning,
    /// Says the same build differently.
    Equivalent,
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
    /// Whether the rule must find something here and offer no fix for it, not even an unsafe one.
    pub by_hand: bool,
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

/// An example that the rule fixes: `before` becomes `after`.
pub const fn fixes(before: &'static str, after: &'static str) -> Example {
    Example {
        before,
        after,
        context: None,
        allow_unsafe: false,
        says: "",
        by_hand: false,
    }
}

/// An example that the rule leaves as it is.
pub const fn leaves(text: &'static str) -> Example {
    fixes(text, text)
}

/// An example that the rule reports and leaves to a person: some finding says `words`, and none has a fix.
pub const fn reports(text: &'static str, words: &'static str) -> Example {
    let mut example = leaves(text);
    example.says = words;
    example.by_hand = true;
    example
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
