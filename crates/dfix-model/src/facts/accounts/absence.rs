//! Users and groups of whom it is certain that they are not there: no base, no step and no package brings them.

use dfix_catalogue::{
    Family, PackagePresence, is_application_account, is_official, is_service_account,
    is_system_account, package_presence,
};
use dfix_syntax::TextSize;

use super::Accounts;
use crate::collect::shell::Os;
use crate::facts::base_image::base_facts;
use crate::facts::unread_work::{Part, unread_before};
use crate::handles::{Base, Stage};
use crate::packages::{PackageCommand, SpecKind};

impl Accounts<'_> {
    /// Whether it is certain that there is no user of this name.
    pub fn lacks_user(self, name: &str) -> bool {
        self.exists(name).is_no() && !self.may_be_brought(name)
    }

    /// Whether it is certain that there is no group of this name.
    pub fn lacks_group(self, name: &str) -> bool {
        self.has_group(name).is_no() && !self.may_be_brought(name)
    }

    /// Whether a name may be one of those that come with a distribution, with an image that is not told in full, or with a
    /// package: any may make a user, of whatever name that is none of an application's (`slapd` makes `openldap`).
    fn may_be_brought(self, name: &str) -> bool {
        let is_of_system = is_system_account(name)
            || is_service_account(name)
            || name.starts_with(['_', '.'])
            || name.starts_with("systemd-");
        is_of_system || !is_told_in_full(self.stage) || self.may_be_of_a_package(name)
    }

    /// Whether a package may bring it, or something that is not read.
    fn may_be_of_a_package(self, name: &str) -> bool {
        let foundation = base_facts(self.stage).foundation;
        let is_known = |package: &str| {
            let presence = foundation.map(|it| package_presence(&it, package));
            !matches!(presence, None | Some(PackagePresence::Unknown(_)))
        };
        let installs = self
            .stage
            .base_chain()
            .flat_map(Stage::build_commands)
            .filter(|it| it.step().index < self.before)
            .filter_map(PackageCommand::of);
        let mut installs = installs.filter(|it| it.is_of_system() && it.is_install());
        installs.any(|it| may_bring(&it, name, &is_known))
            || unread_before(
                self.stage,
                Part::Accounts,
                (self.before, TextSize::default()),
            )
            .is_some()
    }
}

/// Whether what a command installs may make a user of this name.
fn may_bring(install: &PackageCommand<'_>, name: &str, is_known: &dyn Fn(&str) -> bool) -> bool {
    let mut packages = install.packages().into_iter();
    !is_application_account(name)
        || install.may_take_more()
        || packages.any(|it| !it.name.is_some_and(is_known) || it.kind != SpecKind::Index)
}

/// Whether the users of the image that a stage is based on are all known: those of distributions and of languages.
fn is_told_in_full(stage: Stage<'_>) -> bool {
    let root = stage.base_stage();
    let facts = base_facts(stage);
    match root.base() {
        Base::Scratch => true,
        _ if root.os() != Os::Linux => false,
        Base::Image => match facts.family {
            Family::Distroless => true,
            Family::System
            | Family::Golang
            | Family::Rust
            | Family::Haskell
            | Family::Dart
            | Family::Gcc => is_named_official(root),
            family => family.is_of_a_language() && is_named_official(root),
        },
        Base::Stage(_) | Base::Unknown => false,
    }
}

fn is_named_official(root: Stage<'_>) -> bool {
    root.image().name().is_some_and(is_official)
}
