//! The names that rules go by: ids, groups, and other tools' names.

use dfix_engine::{ALL_RULES, Group, IGNORE_UNUSED, Rule, Severity, former_group, is_group_name};

use crate::suggest::did_you_mean;

pub(crate) use dfix_rules::ALL;

/// What tells of a Dockerfile in another file that is not looked at.
pub(crate) const INLINE_UNREAD: &str = "inline-unread";

/// What is no rule, and found all the same.
const BESIDE: [&str; 2] = [IGNORE_UNUSED, INLINE_UNREAD];

/// The rules that go by a name: an id, a group, another tool's name in any letter case, or `all`.
pub(crate) fn resolve(name: &str) -> Option<Vec<&'static Rule>> {
    let rules: Vec<_> = ALL
        .iter()
        .copied()
        .filter(|rule| rule.is_called(name))
        .collect();
    (!rules.is_empty() || is_group_name(name)).then_some(rules)
}

/// The rule with this id; none for what is found and is no rule.
pub(crate) fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}

/// The ids of all that goes by a name; none where it is no name of ours.
pub(crate) fn ids(name: &str) -> Vec<&'static str> {
    if let Some(beside) = BESIDE.into_iter().find(|it| *it == name) {
        return vec![beside];
    }
    let rules = resolve(name).unwrap_or_default();
    rules.iter().map(|rule| rule.id).collect()
}

/// Whether something goes by a name.
pub(crate) fn is_known(name: &str) -> bool {
    BESIDE.contains(&name) || resolve(name).is_some()
}

/// How much a finding of this rule matters.
pub(crate) fn severity(id: &str) -> Severity {
    match by_id(id) {
        Some(rule) => rule.severity,
        None if id == INLINE_UNREAD => Severity::Advice,
        None => Severity::Warning,
    }
}

/// The word for somebody who uses the name of a group of an earlier version.
pub(crate) fn former(name: &str) -> Option<String> {
    let rules = former_group(name)?;
    Some(format!(
        "`{name}` is the name of a group of earlier versions, and means {}; write these, or one of today's groups (`dfix rules`)",
        rules.join(", ")
    ))
}

/// Every name that is known.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let ids = ALL.iter().map(|rule| rule.id);
    let aliases = ALL.iter().flat_map(|rule| rule.aliases.iter().copied());
    let groups = Group::ALL.iter().map(|group| group.name());
    ids.chain(groups)
        .chain(aliases)
        .chain(BESIDE)
        .chain([ALL_RULES])
}

/// The sentence for a name that is none of ours.
pub(crate) fn unknown(name: &str) -> String {
    let hint = did_you_mean(name, names());
    let list = if hint.is_empty() {
        "; `dfix rules` lists them"
    } else {
        ""
    };
    format!("unknown rule `{name}`{hint}{list}")
}
