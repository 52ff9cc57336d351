//! Which rules run on a file, and which of their fixes count.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use dfix_engine::{IGNORE_UNUSED, Rule, RuleSettings, Safety, Setting, Severity, is_group_name};
use rustc_hash::FxHashSet;

use crate::cli::Choice;
use crate::config::{Config, Level, Said};
use crate::console;
use crate::rule_names::{self, ALL, INLINE_UNREAD, former, ids, is_known, unknown};

/// What the command line asks for.
#[derive(Debug, Default)]
pub(crate) struct CliSelection {
    /// Only these; all where there is none.
    pub(crate) rules: Vec<String>,
    /// Not these.
    pub(crate) ignore: Vec<String>,
    /// The level, where one is given.
    pub(crate) level: Option<Safety>,
}

/// The rules of one file.
pub(crate) struct Selection {
    /// In the order of `ALL`.
    pub(crate) rules: Vec<&'static Rule>,
    /// The lowest level that is applied.
    pub(crate) threshold: Safety,
    /// Levels and options by rule.
    pub(crate) settings: BTreeMap<String, RuleSettings>,
    /// Whether an ignore that suppresses nothing is a finding.
    pub(crate) report_unused_ignores: bool,
    /// Whether a Dockerfile in another file that is not looked at is a finding.
    pub(crate) report_inline_unread: bool,
    /// How much their findings matter.
    pub(crate) weights: Weights,
}

impl CliSelection {
    /// What these arguments say; fails, with a sentence, at the first name that is none.
    pub(crate) fn of(choice: &Choice) -> Result<Self, String> {
        let mut names = choice.rule.iter().chain(&choice.ignore);
        if let Some(name) = names.find(|it| !is_known(it)) {
            return Err(unknown(name));
        }
        for word in choice
            .rule
            .iter()
            .chain(&choice.ignore)
            .filter_map(|it| former(it))
        {
            console::note(&word);
        }
        Ok(CliSelection {
            rules: choice.rule.clone(),
            ignore: choice.ignore.clone(),
            level: match (choice.safe_only, choice.allow_unsafe) {
                (true, _) => Some(Safety::Safe),
                (_, true) => Some(Safety::Unsafe),
                _ => None,
            },
        })
    }
}

/// The rules that run only where somebody asks for them; worked out once, not for every file.
static OFF_BY_DEFAULT: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let off = ALL.iter().filter(|rule| !rule.is_on());
    off.map(|rule| rule.id).collect()
});

/// What a configuration says of one rule when all is taken together.
#[derive(Debug, Default, Clone)]
pub(crate) struct InForce<'c> {
    /// Whether it runs.
    pub(crate) on: Option<&'c Said<bool>>,
    /// What its fixes count as.
    pub(crate) level: Option<&'c Said<Level>>,
    /// How much its findings matter.
    pub(crate) severity: Option<&'c Said<Severity>>,
    /// Its options.
    pub(crate) options: BTreeMap<&'c str, &'c Said<Setting>>,
}

/// What a configuration says of each rule of which it says something. A later layer counts more than an earlier one, and
/// within a layer what is said of a single rule more than what is said of its group.
pub(crate) fn in_force(config: &Config) -> BTreeMap<&'static str, InForce<'_>> {
    let mut all: BTreeMap<&'static str, InForce<'_>> = BTreeMap::new();
    if !config.assume.is_empty() {
        for rule in ALL {
            let assumed = all.entry(rule.id).or_default();
            assumed.options = config.assume.iter().map(|(k, v)| (&**k, v)).collect();
        }
    }
    for layer in &config.layers {
        let (groups, singles): (Vec<_>, Vec<_>) =
            layer.iter().partition(|(name, _)| is_group_name(name));
        for (name, rule) in groups.into_iter().chain(singles) {
            for id in ids(name) {
                let here = all.entry(id).or_default();
                here.on = rule.on.as_ref().or(here.on);
                here.level = rule.level.as_ref().or(here.level);
                here.severity = rule.severity.as_ref().or(here.severity);
                here.options
                    .extend(rule.options.iter().map(|(k, v)| (&**k, v)));
            }
        }
    }
    all
}

impl Selection {
    /// What the command line asks, over what the configuration says, over the defaults: all rules but those of `style`. A
    /// rule that the command line names, by itself or by a group, is on; one that the configuration turns off by itself alone.
    /// What is ignored is off.
    pub(crate) fn new(cli: &CliSelection, config: &Config) -> Self {
        let in_force = in_force(config);
        let called = |names: &[String], id: &str, rule: Option<&Rule>, by_group: bool| {
            names.iter().any(|name| {
                name == id
                    || rule.is_some_and(|it| it.is_called(name))
                        && (by_group || !is_group_name(name))
            })
        };
        let is_on = |id: &str, rule: Option<&Rule>| {
            let said = in_force.get(id).and_then(|it| it.on).map(|it| it.it);
            let is_asked_for = if cli.rules.is_empty() {
                said.unwrap_or(!OFF_BY_DEFAULT.contains(id))
            } else {
                called(&cli.rules, id, rule, true)
            };
            is_asked_for
                && (said != Some(false) || called(&cli.rules, id, rule, false))
                && !called(&cli.ignore, id, rule, true)
        };
        let rules = ALL.iter().copied();
        let configured = config.level.as_ref().map(|it| it.it);
        Selection {
            rules: rules.filter(|rule| is_on(rule.id, Some(rule))).collect(),
            threshold: cli.level.or(configured).unwrap_or(Safety::Checked),
            report_unused_ignores: is_on(IGNORE_UNUSED, None),
            report_inline_unread: is_on(INLINE_UNREAD, None),
            weights: Weights {
                severities: in_force
                    .iter()
                    .filter_map(|(id, it)| Some((*id, it.severity?.it)))
                    .collect(),
                fail_on: config.fail_on.as_ref().map(|it| it.it),
            },
            settings: in_force
                .into_iter()
                .map(|(id, it)| (id.to_owned(), settings(&it)))
                .collect(),
        }
    }
}

/// What the engine is told of a rule.
fn settings(said: &InForce<'_>) -> RuleSettings {
    let options = said.options.iter();
    RuleSettings {
        level: match said.level.map(|it| it.it) {
            Some(Level::At(level)) => Some(level),
            _ => None,
        },
        by_hand: said.level.is_some_and(|it| it.it == Level::ByHand),
        options: options
            .map(|(name, said)| ((*name).to_owned(), said.it.clone()))
            .collect(),
    }
}

/// How much findings matter in one file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Weights {
    /// The severities of rules that the configuration changes.
    severities: BTreeMap<&'static str, Severity>,
    /// The least severity that makes the run fail, where the configuration says.
    pub(crate) fail_on: Option<Severity>,
}

impl Weights {
    /// How much a finding of this rule matters.
    pub(crate) fn severity(&self, rule: &str) -> Severity {
        let said = self.severities.get(rule).copied();
        said.unwrap_or_else(|| rule_names::severity(rule))
    }
}
