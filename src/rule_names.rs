//! The names that rules go by: ids, groups, and other tools' names.

use dfix_engine::{ALL_RULES, Group, IGNORE_UNUSED, Rule, Severity, former_group, is_group_name};

use crate::suggest::did_you_mean;

pub(crate) use dfix_rules::ALL;

/// The rules that go by a name: an id, a group, another tool's name in any letter case, or `all`.
pub(crate) fn resolve(name: &str) -> Option<Vec<&'static Rule>> {
    let rules: Vec<_> = ALL
        .iter()
        .copied()
        .filter(|rule| rule.is_called(name))
        .collect();
    (!rules.is_empty() || is_group_name(name)).then_some(rules)
}

/// The rule with this id; none for what the engine itself finds.
pub(crate) fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.id == id)
}

/// The ids of all that goes by a name; none where it is no name of ours.
pub(crate) fn ids(name: &str) -> Vec<&'static str> {
    if name == IGNORE_UNUSED {
        return vec![IGNORE_UNUSED];
    }
    let rules = resolve(name).unwrap_or_default();
    rules.iter().map(|rule| rule.id).collect()
}

/// Whether something goes by a name.
pub(crate) fn is_known(name: &str) -> bool {
    name == IGNORE_UNUSED || resolve(name).is_some()
}

/// How much a finding of this rule matters.
pub(crate) fn severity(id: &str) -> Severity {
    by_id(id).map_or(Severity::Warning, |rule| rule.severity)
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
        .chain([IGNORE_UNUSED, ALL_RULES])
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
