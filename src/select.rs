//! Which rules run on a file, and which of their fixes count.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use dfix_engine::{IGNORE_UNUSED, Rule, RuleSettings, Safety, Setting, is_group_name};
use rustc_hash::FxHashSet;

use crate::cli::Choice;
use crate::config::Config;
use crate::console;
use crate::rule_names::{ALL, former, ids, is_known, unknown};

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

impl Selection {
    /// What the command line asks, over what the configuration says, over the defaults: all rules but those of `style`. A
    /// rule that the command line names, by itself or by a group, is on; one that the configuration turns off by itself alone.
    /// What is ignored is off.
    pub(crate) fn new(cli: &CliSelection, config: &Config) -> Self {
        // What is said of a single rule counts more than what is said of its group.
        let (groups, singles): (Vec<_>, Vec<_>) = config
            .rules
            .iter()
            .partition(|(name, _)| is_group_name(name));
        let mut off: Vec<&str> = Vec::new();
        let mut on: Vec<&str> = Vec::new();
        let mut settings: BTreeMap<String, RuleSettings> = BTreeMap::new();
        for name in &config.hadolint.ignored {
            off.extend(ids(name));
        }
        if !config.assume.is_empty() {
            for rule in ALL {
                let assumed = settings.entry(rule.id.to_owned()).or_default();
                assumed.options.clone_from(&config.assume);
            }
        }
        if !config.hadolint.labels.is_empty() {
            let labels = settings.entry("label-format".to_owned()).or_default();
            labels.options.extend(config.hadolint.labels.clone());
        }
        if !config.hadolint.trusted_registries.is_empty() {
            let registries = settings
                .entry("base-image-registry".to_owned())
                .or_default();
            let trusted = Setting::List(config.hadolint.trusted_registries.clone());
            registries.options.insert("allowed".to_owned(), trusted);
        }
        for (name, rule) in groups.into_iter().chain(singles) {
            for id in ids(name) {
                match rule.on {
                    Some(true) => {
                        off.retain(|it| *it != id);
                        on.push(id);
                    }
                    Some(false) => off.push(id),
                    None => {}
                }
                let here = settings.entry(id.to_owned()).or_default();
                here.level = rule.settings.level.or(here.level);
                here.options.extend(rule.settings.options.clone());
            }
        }
        let called = |names: &[String], id: &str, rule: Option<&Rule>, by_group: bool| {
            names.iter().any(|name| {
                name == id
                    || rule.is_some_and(|it| it.is_called(name))
                        && (by_group || !is_group_name(name))
            })
        };
        let is_on = |id: &str, rule: Option<&Rule>| {
            let is_asked_for = if cli.rules.is_empty() {
                !OFF_BY_DEFAULT.contains(id) || on.contains(&id)
            } else {
                called(&cli.rules, id, rule, true)
            };
            is_asked_for
                && (!off.contains(&id) || called(&cli.rules, id, rule, false))
                && !called(&cli.ignore, id, rule, true)
        };
        let rules = ALL.iter().copied();
        Selection {
            rules: rules.filter(|rule| is_on(rule.id, Some(rule))).collect(),
            threshold: cli.level.or(config.level).unwrap_or(Safety::Checked),
            settings,
            report_unused_ignores: is_on(IGNORE_UNUSED, None),
        }
    }
}
