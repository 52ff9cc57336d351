//! Which rules run on a file, and which of their fixes count.

use std::collections::BTreeMap;

use dfix_engine::{Group, IGNORE_UNUSED, Rule, RuleSettings, Safety};

use crate::config::Config;

pub(crate) use dfix_rules::ALL;

/// What the command line asks for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Only these; all where there is none.
    pub(crate) rules: Vec<String>,
    /// Not these.
    pub(crate) ignore: Vec<String>,
    /// The level, where it was said.
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
    pub(crate) minds_idle_ignores: bool,
}

impl Asked {
    /// Fails, with a sentence, at the first name that is none.
    pub(crate) fn check(&self) -> Result<(), String> {
        for name in self.rules.iter().chain(&self.ignore) {
            resolve(name).map_err(|()| {
                let hint = suggestion(name, names());
                let list = if hint.is_empty() {
                    "; `dfix rules` lists them"
                } else {
                    ""
                };
                format!("unknown rule `{name}`{hint}{list}")
            })?;
        }
        Ok(())
    }
}

impl Selection {
    /// What is asked, over what the configuration says, over the defaults: all rules. A rule that the
    /// command line names is on even where a configuration turns it off, unless it is also ignored.
    pub(crate) fn new(asked: &Asked, config: &Config) -> Self {
        // What is said of a single rule counts more than what is said of its group.
        let (groups, singles): (Vec<_>, Vec<_>) =
            config.rules.iter().partition(|(name, _)| is_group(name));
        let mut off: Vec<&str> = Vec::new();
        let mut settings: BTreeMap<String, RuleSettings> = BTreeMap::new();
        for name in &config.hadolint_ignores {
            off.extend(ids(name));
        }
        if !config.assume.is_empty() {
            for rule in ALL {
                let assumed = settings.entry(rule.id.to_owned()).or_default();
                assumed.options.clone_from(&config.assume);
            }
        }
        for (name, said) in groups.into_iter().chain(singles) {
            for id in ids(name) {
                match said.on {
                    Some(true) => off.retain(|it| *it != id),
                    Some(false) => off.push(id),
                    None => {}
                }
                let here = settings.entry(id.to_owned()).or_default();
                here.level = said.settings.level.or(here.level);
                here.options.extend(said.settings.options.clone());
            }
        }
        let called = |names: &[String], id: &str, rule: Option<&Rule>, by_group: bool| {
            names.iter().any(|name| {
                name == id
                    || rule.is_some_and(|it| it.is_called(name)) && (by_group || !is_group(name))
            })
        };
        let is_on = |id: &str, rule: Option<&Rule>| {
            (asked.rules.is_empty() || called(&asked.rules, id, rule, true))
                && (!off.contains(&id) || called(&asked.rules, id, rule, false))
                && !called(&asked.ignore, id, rule, true)
        };
        let rules = ALL.iter().copied();
        Selection {
            rules: rules.filter(|rule| is_on(rule.id, Some(rule))).collect(),
            threshold: asked.level.or(config.level).unwrap_or(Safety::Checked),
            settings,
            minds_idle_ignores: is_on(IGNORE_UNUSED, None),
        }
    }
}

/// The ids of all that goes by a name; none where it is no name of ours.
fn ids(name: &str) -> Vec<&'static str> {
    if name == IGNORE_UNUSED {
        return vec![IGNORE_UNUSED];
    }
    resolve(name)
        .unwrap_or_default()
        .iter()
        .map(|rule| rule.id)
        .collect()
}

/// The rules that go by a name: an id, a group, or another tool's name in any letter case.
pub(crate) fn resolve(name: &str) -> Result<Vec<&'static Rule>, ()> {
    let rules: Vec<_> = ALL
        .iter()
        .copied()
        .filter(|rule| rule.is_called(name))
        .collect();
    if rules.is_empty() && !is_group(name) {
        return Err(());
    }
    Ok(rules)
}

/// Whether something goes by a name.
pub(crate) fn is_known(name: &str) -> bool {
    name == IGNORE_UNUSED || resolve(name).is_ok()
}

fn is_group(name: &str) -> bool {
    Group::ALL.iter().any(|group| group.name() == name)
}

/// Every name that is known.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let ids = ALL.iter().map(|rule| rule.id);
    let aliases = ALL.iter().flat_map(|rule| rule.aliases.iter().copied());
    let groups = Group::ALL.iter().map(|group| group.name());
    ids.chain(groups).chain(aliases).chain([IGNORE_UNUSED])
}

/// `; did you mean …?` where a known name is near, else nothing.
pub(crate) fn suggestion<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(name, known).map_or_else(String::new, |it| format!("; did you mean `{it}`?"))
}

/// The known name that is most alike, if one is alike at all.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let name = name.to_ascii_lowercase();
    let likeness = |it: &str| strsim::jaro_winkler(&name, &it.to_ascii_lowercase());
    known
        .into_iter()
        .map(|it| (likeness(it), it))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, it)| it)
}
