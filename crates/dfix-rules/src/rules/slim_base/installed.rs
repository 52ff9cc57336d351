//! What a stage installs with apt-get, and from where on it is there.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use dfix_catalogue::{provides, recommended_by};
use dfix_model::{PackageManager, Stage};

/// What a stage installs with apt-get for certain.
#[derive(Default)]
pub(super) struct Installed {
    /// The packages with the places where they are named first, and whether an installation there brings what they
    /// recommend.
    named: BTreeMap<String, Named>,
    /// Where the lists of packages are fetched first.
    pub(super) updated: Option<usize>,
    /// Where the packages that were asked for are there first.
    asked: RefCell<HashMap<String, Option<usize>>>,
}

#[derive(Clone, Copy)]
struct Named {
    first: usize,
    with_recommended: Option<usize>,
}

impl Installed {
    pub(super) fn of(stage: Stage<'_>) -> Self {
        let mut installed = Installed::default();
        for apt in stage.package_commands(PackageManager::Apt) {
            let start = apt.command.range().start().into();
            if apt.subcommand_is_one_of(&["update"]) {
                installed.updated.get_or_insert(start);
            }
            if apt.is_install() && apt.command.is_certain() && !apt.step().is_onbuild() {
                for name in apt.packages().iter().filter_map(|spec| spec.name) {
                    installed.add(name, start, !apt.may_leave_out_recommended());
                }
            }
        }
        installed
    }

    pub(super) fn add(&mut self, name: &str, start: usize, with_recommended: bool) {
        let named = self.named.entry(name.to_owned()).or_insert(Named {
            first: start,
            with_recommended: None,
        });
        named.first = named.first.min(start);
        if with_recommended {
            let before = named.with_recommended.unwrap_or(start);
            named.with_recommended = Some(before.min(start));
        }
    }

    /// Where the package is there first.
    pub(super) fn first(&self, package: &str) -> Option<usize> {
        if let Some(known) = self.asked.borrow().get(package) {
            return *known;
        }
        let named = self
            .named
            .iter()
            .filter(|(name, _)| provides(name, package));
        let first = named.map(|(_, named)| named.first).min();
        self.asked.borrow_mut().insert(package.to_owned(), first);
        first
    }

    /// Where an installation with recommendations brings it first.
    pub(super) fn recommended(&self, package: &str) -> Option<usize> {
        let named = self
            .named
            .iter()
            .filter(|(name, _)| recommended_by(name).any(|other| other == package));
        named.filter_map(|(_, named)| named.with_recommended).min()
    }
}
