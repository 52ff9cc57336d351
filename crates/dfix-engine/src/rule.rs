//! What a rule is: data and one function.

use crate::rule_option::RuleOption;

/// What a rule is about; `--rule` and `--ignore` take a group's name too. A rule may be of several groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The five practices: slim base, user without rights, virtual environment, no cache of pip, production.
    Practices,
    /// What fails as the file stands.
    Broken,
    /// Who runs, what may be touched, what is trusted.
    Security,
    /// What the layers carry.
    Size,
    /// How long a build takes.
    Speed,
    /// What does something else than it seems to: prompts, failures that nobody sees, signals that nobody gets.
    Correctness,
    /// Spellings and programs that their makers call deprecated.
    Deprecated,
    /// Letter case and layout; off where nobody asks for it.
    Style,
    /// What hadolint reports: every rule with an alias of its (`DL3042`).
    Hadolint,
    /// What Docker's build checks report: every rule with an alias of theirs (`StageNameCasing`).
    Docker,
}

impl Group {
    /// Every group.
    pub const ALL: &'static [Group] = &[
        Group::Practices,
        Group::Broken,
        Group::Security,
        Group::Size,
        Group::Speed,
        Group::Correctness,
        Group::Deprecated,
        Group::Style,
        Group::Hadolint,
        Group::Docker,
    ];

    /// The name by which a person asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Group::Practices => "practices",
            Group::Broken => "broken",
            Group::Security => "security",
            Group::Size => "size",
            Group::Speed => "speed",
            Group::Correctness => "correctness",
            Group::Deprecated => "deprecated",
            Group::Style => "style",
            Group::Hadolint => "hadolint",
            Group::Docker => "docker",
        }
    }

    /// The group of this name.
    pub fn named(name: &str) -> Option<Group> {
        Group::ALL.iter().copied().find(|it| it.name() == name)
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It reads better so.
    Advice,
    /// It does harm, or will one day.
    Warning,
    /// The build or the container fails.
    Error,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: &'static [Severity] = &[Severity::Advice, Severity::Warning, Severity::Error];

    /// The name by which a person asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Advice => "advice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of this name.
    pub fn named(name: &str) -> Option<Severity> {
        Severity::ALL.iter().copied().find(|it| it.name() == name)
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
    /// What it is about; the groups that its aliases make it one of are not among these.
    pub groups: &'static [Group],
    /// How much its findings matter.
    pub severity: Severity,
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
    /// An option of the rule that is set, and the text that it is set to.
    pub option: Option<(&'static str, &'static str)>,
    /// Whether unsafe fixes are applied.
    pub allow_unsafe: bool,
    /// A part of a finding's message or remedy that must be there, `""` for none.
    pub says: &'static str,
    /// Whether the rule must find something here and offer no fix for it, not even an unsafe one.
    pub by_hand: bool,
}

/// Groups of earlier versions and the rules that they were: such a name still means these.
pub const FORMER_GROUPS: &[(&str, &[&str])] = &[
    ("base", &["slim-base"]),
    (
        "build",
        &["add-to-copy", "apt-not-apt-get", "apt-yes", "npm-ci"],
    ),
    (
        "runtime",
        &[
            "cmd-exec-form",
            "node-production-env",
            "python-production-env",
            "python-venv",
        ],
    ),
];

/// Whether a name means several rules: a group, one of an earlier version, or `all`.
pub fn is_group_name(name: &str) -> bool {
    name == ALL_RULES || Group::named(name).is_some() || former_group(name).is_some()
}

/// The rules that a group of an earlier version was.
pub fn former_group(name: &str) -> Option<&'static [&'static str]> {
    let mut groups = FORMER_GROUPS.iter();
    groups.find(|it| it.0 == name).map(|it| it.1)
}

/// The name that means every rule, those that are off as well.
pub const ALL_RULES: &str = "all";

impl Rule {
    /// Whether `name` means this rule: its id, one of its aliases (in any case), one of its groups, or `all`.
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name
            || name == ALL_RULES
            || self.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
            || Group::named(name).is_some_and(|group| self.is_of(group))
            || former_group(name).is_some_and(|rules| rules.contains(&self.id))
    }

    /// Whether it is of a group, by what it is about or by its aliases.
    pub fn is_of(&self, group: Group) -> bool {
        let is_hadolints = |alias: &&str| {
            let number = alias
                .strip_prefix("DL")
                .or_else(|| alias.strip_prefix("SC"));
            number.is_some_and(|it| it.len() == 4 && it.bytes().all(|b| b.is_ascii_digit()))
        };
        // BuildKit's checks are named as types are, and nothing else here is (docs.docker.com/reference/build-checks).
        let is_dockers = |alias: &&str| alias.bytes().all(|b| b.is_ascii_alphabetic());
        match group {
            Group::Hadolint => self.aliases.iter().any(is_hadolints),
            Group::Docker if self.aliases.iter().any(is_dockers) => true,
            _ => self.groups.contains(&group),
        }
    }

    /// All its groups, those of its aliases as well.
    pub fn all_groups(&self) -> impl Iterator<Item = Group> {
        Group::ALL.iter().copied().filter(|it| self.is_of(*it))
    }

    /// Whether it runs where nobody says anything of it: what is a matter of style waits to be asked
    /// for, and so does advice that only tells.
    pub fn is_on(&self) -> bool {
        !self.is_of(Group::Style) && (self.severity > Severity::Advice || self.fixes())
    }

    /// Whether it repairs anything, or tells of it alone.
    pub fn fixes(&self) -> bool {
        self.examples.iter().any(|it| it.before != it.after)
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
        option: None,
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

    /// The same example where the configuration sets this option of the rule to this text; a list has it alone.
    #[must_use]
    pub const fn with_option(mut self, name: &'static str, text: &'static str) -> Example {
        self.option = Some((name, text));
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
