//! Which rules look at a file, and how far each one's fixes count.

use dfix_model::OpenCondition;

use crate::fix::{Fix, Safety};
use crate::options::RuleSettings;
use crate::rule::{Group, Rule};

/// A name that means no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    /// The name as it was given.
    pub name: String,
    /// A known name that looks like it.
    pub suggestion: Option<String>,
}

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no rule, group or alias is named `{}`", self.name)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; is it `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownName {}

/// The rules among `all` that `only` names (all, if it is empty), minus those that `ignored` names.
/// A name is a rule's id, an alias in any case, or a group.
///
/// # Errors
/// The first name that means nothing.
pub fn select<S: AsRef<str>>(
    all: &[&'static Rule],
    only: &[S],
    ignored: &[S],
) -> Result<Vec<&'static Rule>, UnknownName> {
    for name in only.iter().chain(ignored) {
        let name = name.as_ref();
        let is_group = Group::ALL.iter().any(|g| g.name() == name);
        if !is_group && !all.iter().any(|rule| rule.is_called(name)) {
            return Err(UnknownName {
                name: name.to_owned(),
                suggestion: nearest(all, name),
            });
        }
    }
    let named = |names: &[S], rule: &Rule| names.iter().any(|n| rule.is_called(n.as_ref()));
    Ok(all
        .iter()
        .copied()
        .filter(|rule| only.is_empty() || named(only, rule))
        .filter(|rule| !named(ignored, rule))
        .collect())
}

/// The known name that is fewest changes away, if it is near enough.
fn nearest(all: &[&'static Rule], name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    all.iter()
        .flat_map(|rule| std::iter::once(rule.id).chain(rule.aliases.iter().copied()))
        .chain(Group::ALL.iter().map(|group| group.name()))
        .map(|known| (distance(&known.to_ascii_lowercase(), &lower), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len().min(name.len()) / 3)
        .map(|(_, known)| known.to_owned())
}

fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let kept = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = kept.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Lowers a fix to the level that the configuration holds its rule at.
pub(crate) fn lower(fix: &mut Fix, settings: Option<&RuleSettings>) {
    let Some(level) = settings.and_then(|s| s.level) else {
        return;
    };
    if level < fix.safety {
        fix.safety = level;
        if level == Safety::Unsafe && fix.unproven.is_empty() {
            fix.unproven.push(OpenCondition {
                condition: "whether it is wanted: the configuration counts this rule as unsafe"
                    .to_owned(),
                remedy: "ask for unsafe fixes, or change the rule's level".to_owned(),
            });
        }
    }
}

/// The level that decides whether a fix is applied: its own, or the one that the configuration
/// answers for.
pub(crate) fn level(fix: &Fix, settings: Option<&RuleSettings>) -> Safety {
    settings.and_then(|s| s.level).unwrap_or(fix.safety)
}
