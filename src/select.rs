//! Which rules run on a file, and which of their fixes count.

use std::collections::BTreeMap;

use dfix_engine::{Rule, Safety};

use crate::config::Config;
use crate::names;

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
    /// The levels that single rules' fixes count as instead of their own.
    pub(crate) levels: BTreeMap<&'static str, Safety>,
    /// Options by rule and name.
    pub(crate) options: BTreeMap<(&'static str, String), String>,
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
        let mut selection = Selection {
            threshold: asked.level.or(config.level).unwrap_or(Safety::Checked),
            rules: Vec::new(),
            levels: BTreeMap::new(),
            options: BTreeMap::new(),
        };
        // What is said of a single rule counts more than what is said of its group.
        let (groups, singles): (Vec<_>, Vec<_>) =
            config.rules.iter().partition(|(name, _)| is_group(name));
        let mut off: Vec<&str> = Vec::new();
        for name in &config.hadolint_ignores {
            off.extend(resolve(name).unwrap_or_default().iter().map(|rule| rule.id));
        }
        for (name, setting) in groups.into_iter().chain(singles) {
            for rule in resolve(name).unwrap_or_default() {
                match setting.on {
                    Some(true) => off.retain(|id| *id != rule.id),
                    Some(false) => off.push(rule.id),
                    None => {}
                }
                if let Some(level) = setting.level {
                    selection.levels.insert(rule.id, level);
                }
                for (key, value) in &setting.options {
                    let place = (rule.id, key.clone());
                    selection.options.insert(place, value.clone());
                }
            }
        }
        let named = |names: &[String], rule: &Rule, groups_too: bool| {
            names
                .iter()
                .any(|name| (groups_too || !is_group(name)) && goes_by(rule, name))
        };
        selection.rules = ALL
            .iter()
            .copied()
            .filter(|rule| asked.rules.is_empty() || named(&asked.rules, rule, true))
            .filter(|rule| !off.contains(&rule.id) || named(&asked.rules, rule, false))
            .filter(|rule| !named(&asked.ignore, rule, true))
            .collect();
        selection
    }
}

/// The rules that go by a name: an id, a group, or another tool's name in any letter case.
pub(crate) fn resolve(name: &str) -> Result<Vec<&'static Rule>, ()> {
    let rules: Vec<_> = ALL
        .iter()
        .copied()
        .filter(|rule| goes_by(rule, name))
        .collect();
    if rules.is_empty() && !is_group(name) {
        return Err(());
    }
    Ok(rules)
}

fn goes_by(rule: &Rule, name: &str) -> bool {
    rule.id == name
        || names::group(rule.group) == name
        || rule
            .aliases
            .iter()
            .any(|alias| alias.eq_ignore_ascii_case(name))
}

fn is_group(name: &str) -> bool {
    names::GROUPS
        .iter()
        .any(|group| names::group(*group) == name)
}

/// Every name that `resolve` takes.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let ids = ALL.iter().map(|rule| rule.id);
    let aliases = ALL.iter().flat_map(|rule| rule.aliases.iter().copied());
    ids.chain(names::GROUPS.map(names::group)).chain(aliases)
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
