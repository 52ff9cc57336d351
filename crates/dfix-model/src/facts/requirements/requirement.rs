//! What is asked for.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A package that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Its name; for Python in the index's normal form (lower case, `-` for `_` and `.`).
    pub name: String,
    /// The condition on its version: `==2.2.5`, `>=1,<2`; for Node as the file says it.
    pub specifier: Option<String>,
    /// Who asks: a file of the context, or `the command`.
    pub source: String,
}

impl Requirement {
    /// Whether the condition on its version lets none before this one through. `false` where it says nothing of it.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let clauses = self.specifier.as_deref().unwrap_or("").split(',');
        clauses.map(str::trim).any(|clause| {
            let bounds = ["==", ">=", "~=", ">"];
            let version = bounds.iter().find_map(|it| clause.strip_prefix(it));
            version.is_some_and(|version| {
                let mut numbers = version
                    .trim_start_matches('=')
                    .split(['.', '*'])
                    .map(|n| n.trim().parse::<u32>().unwrap_or(0));
                let mut next = || numbers.next().unwrap_or(0);
                (next(), next()) >= (major, minor)
            })
        })
    }
}

/// The packages that are asked for, and what could not be found out.
#[derive(Debug, Clone, Default)]
pub struct Requirements {
    /// What is asked for.
    pub known: Vec<Requirement>,
    /// Why there may be more, as short sentences.
    pub unknown: Vec<String>,
    /// The files of the context that were read.
    pub files: BTreeSet<String>,
    /// The same as `unknown`, to tell which were said.
    doubts: HashSet<String>,
    /// The first of each name among `known`, where they are many.
    places: OnceCell<HashMap<String, usize>>,
}

/// So many are not gone through for each question.
const MANY: usize = 16;

impl Requirements {
    /// The first requirement of this name (in normal form).
    pub fn get(&self, name: &str) -> Option<&Requirement> {
        if self.known.len() < MANY {
            return self.known.iter().find(|r| r.name == name);
        }
        let places = self.places.get_or_init(|| {
            let known = self.known.iter().enumerate().rev();
            known.map(|(at, r)| (r.name.clone(), at)).collect()
        });
        self.known.get(*places.get(name)?)
    }

    /// Whether the package is asked for.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether all that is asked for is known.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty()
    }

    /// The one version that the package is pinned to by `==`.
    pub fn pinned_version(&self, name: &str) -> Option<&str> {
        let specifier = self.get(name)?.specifier.as_deref()?;
        let version = specifier.strip_prefix("==")?.trim_start_matches('=').trim();
        (!version.contains([',', '*'])).then_some(version)
    }

    pub(crate) fn ask(&mut self, requirement: Requirement) {
        self.places.take();
        self.known.push(requirement);
    }

    pub(crate) fn doubt(&mut self, reason: String) {
        if self.doubts.insert(reason.clone()) {
            self.unknown.push(reason);
        }
    }
}

/// A Python package's name as the index compares it (PEP 503).
pub fn normal_python_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        let c = if matches!(c, '_' | '.' | '-') {
            '-'
        } else {
            c.to_ascii_lowercase()
        };
        if c != '-' || !normal.ends_with('-') {
            normal.push(c);
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_tell_the_least_version() {
        let is_new = |condition: &str| {
            let flask = Requirement {
                name: "flask".to_owned(),
                specifier: Some(condition.to_owned()),
                source: String::new(),
            };
            flask.is_at_least(2, 3)
        };
        for new in [
            "==2.3.0",
            ">=2.3",
            "~=3.0",
            "==3.*",
            ">2.3,<4",
            ">=1,==3.0.1",
            "===2.3",
        ] {
            assert!(is_new(new), "{new}");
        }
        for old_or_open in ["==2.2.5", ">=2.0", "<3", "!=2.3", "~=2.2", "==2.*", ""] {
            assert!(!is_new(old_or_open), "{old_or_open}");
        }
    }
}
