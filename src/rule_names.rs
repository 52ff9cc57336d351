//! The names that rules go by: ids, groups, and other tools' names.

use dfix_engine::{Group, IGNORE_UNUSED, Rule};

use crate::suggest::did_you_mean;

pub(crate) use dfix_rules::ALL;

/// The rules that go by a name: an id, a group, or another tool's name in any letter case.
pub(crate) fn resolve(name: &str) -> Option<Vec<&'static Rule>> {
    let rules: Vec<_> = ALL
        .iter()
        .copied()
        .filter(|rule| rule.is_called(name))
        .collect();
    (!rules.is_empty() || is_group(name)).then_some(rules)
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

/// Whether a name is that of a group.
pub(crate) fn is_group(name: &str) -> bool {
    Group::ALL.iter().any(|group| group.name() == name)
}

/// Every name that is known.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let ids = ALL.iter().map(|rule| rule.id);
    let aliases = ALL.iter().flat_map(|rule| rule.aliases.iter().copied());
    let groups = Group::ALL.iter().map(|group| group.name());
    ids.chain(groups).chain(aliases).chain([IGNORE_UNUSED])
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
