//! Debian's packages: what the stages install themselves, and what an installation asks of the image.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::recommended_by;
use dfix_model::{Call, CallSite, PackageCommand, PackageManager, Redirect, Stage, Word};

use super::installed::Installed;
use super::losses::Losses;

pub(super) const CERTIFICATES: &str = "ca-certificates";

impl<'m> Losses<'m, '_> {
    /// What the scripts of a stage install, beside its own commands.
    pub(super) fn installs_of_scripts(&mut self, stage: Stage<'m>, calls: &[Call<'m>]) {
        let mut installed = Installed::of(stage);
        for call in calls.iter().filter(|call| call.is_of_script) {
            if let Some(apt) = call.apt().filter(|apt| apt.is_install()) {
                for name in apt.packages().iter().filter_map(|spec| spec.name) {
                    installed.add(name, call.site.start, false);
                }
            }
        }
        self.installed.insert(stage.index(), installed);
    }

    /// Whether a question about a place is answered by something that is there from `start` on in one of the
    /// stages that the place's own is based on.
    fn is_before(&self, site: &CallSite<'m>, start: impl Fn(&Installed) -> Option<usize>) -> bool {
        if self.beneath.iter().any(|it| start(it).is_some()) {
            return true;
        }
        let own = site.stage();
        own.into_iter().flat_map(Stage::base_chain).any(|stage| {
            let there = self.installed.get(&stage.index()).and_then(&start);
            there.is_some_and(|there| {
                Some(stage) != own || there <= site.start || site.is_run_time()
            })
        })
    }

    /// Whether the stage installs the package itself before this place.
    pub(super) fn is_installed(&self, package: &str, site: &CallSite<'m>) -> bool {
        self.is_before(site, |installed| installed.first(package))
    }

    /// Whether the stage has installed the package before this place, or another that recommends it.
    fn has_recommended(&self, package: &str, site: &CallSite<'m>) -> bool {
        self.is_installed(package, site)
            || self.is_before(site, |installed| installed.recommended(package))
    }

    /// Whether the stage installs the package after this place, and starts no program in between: soon enough for a
    /// library that is loaded when a program runs.
    pub(super) fn is_installed_soon(&self, package: &str, site: &CallSite<'m>) -> bool {
        let Some(stage) = site.stage() else {
            return false;
        };
        let installed = self.installed.get(&stage.index());
        let Some(there) = installed.and_then(|installed| installed.first(package)) else {
            return false;
        };
        stage
            .build_commands()
            .map(|command| (usize::from(command.range().start()), command))
            .filter(|(start, _)| (site.start + 1..there).contains(start))
            .all(|(_, command)| {
                PackageCommand::of(command).is_some()
                    || command.has_inner()
                    || command
                        .known()
                        .is_some_and(|it| it.is_helper() || it.is(Mark::ChangesFiles))
            })
    }

    /// A package is needed from this place on, and with it what it recommends.
    pub(super) fn install(&mut self, package: &str, tool: &str, site: &CallSite<'m>) {
        self.recommended(package, tool, site);
        self.needs.install(package, tool, site);
    }

    fn recommended(&mut self, name: &str, who: &str, site: &CallSite<'m>) {
        for package in recommended_by(name) {
            if package == CERTIFICATES {
                self.certificates("certificates", site);
            } else if self.form.lacks_package(package) && !self.has_recommended(package, site) {
                self.needs.install(package, who, site);
            }
        }
    }

    /// Something asks a server for its certificate.
    pub(super) fn certificates(&mut self, who: &str, site: &CallSite<'m>) {
        if !self.form.has_certificates() && !self.has_recommended(CERTIFICATES, site) {
            self.needs.install(CERTIFICATES, who, site);
        }
    }

    /// Whether a stage has certificates in the end.
    pub(super) fn has_certificates_later(&self, site: &CallSite<'m>) -> bool {
        let end = CallSite {
            start: usize::MAX,
            ..*site
        };
        let stages: Vec<Stage<'m>> = site
            .stage()
            .into_iter()
            .flat_map(Stage::base_chain)
            .collect();
        let mut planned = self.needs.installs();
        planned.any(|install| install.package == CERTIFICATES && stages.contains(&install.stage))
            || self.has_recommended(CERTIFICATES, &end)
    }

    /// Whoever writes an address of packages with `https` needs certificates before the lists are fetched.
    pub(super) fn sources_over_https(&mut self, call: &Call<'m>) {
        if self.form.has_certificates() {
            return;
        }
        let names_list = |word: Word<'_>| {
            let text = word.literal_prefix();
            text.starts_with("deb ") || text.starts_with("deb [") || text.contains("sources.list")
        };
        let command = call.command;
        let targets = command.redirects().filter_map(Redirect::target);
        if command.args().chain(targets).any(names_list)
            && command
                .args()
                .any(|w| w.literal_prefix().contains("https:"))
        {
            self.certificates("packages over https", &call.site);
        }
    }

    /// A command of apt-get.
    pub(super) fn apt(&mut self, apt: &PackageCommand<'m>, site: &CallSite<'m>) {
        let specs = apt.packages();
        let names: Vec<&str> = specs.iter().filter_map(|spec| spec.name).collect();
        if apt.subcommand_is_one_of(&["build-dep", "source"]) {
            self.needs
                .build(format!("`apt-get {}` is called", apt.subcommand_text()));
        }
        if apt.is_install() {
            self.asks(apt, &names, site);
            if apt.may_leave_out_recommended() {
                let after = CallSite {
                    start: site.start + 1,
                    ..*site
                };
                for name in &names {
                    let who = "what is installed without its recommendations";
                    self.recommended(name, who, &after);
                }
            }
        } else if apt.subcommand_is_one_of(&["remove", "purge", "autoremove"]) {
            self.removes(apt, &names, site);
        }
    }

    /// apt-get fails for names that it has no list of; the full image knew what it had.
    fn removes(&mut self, apt: &PackageCommand<'m>, names: &[&str], site: &CallSite<'m>) {
        let updates = site
            .step
            .package_commands()
            .any(|c| c.manager == PackageManager::Apt && c.subcommand_is_one_of(&["update"]));
        let lost = names
            .iter()
            .find(|name| self.form.lacks_package(name) && !self.is_installed(name, site));
        if let Some(name) = lost.filter(|_| !updates) {
            self.needs.against(format!(
                "`apt-get {}` names `{name}`, which the slim form does not have and without package lists apt-get fails",
                apt.subcommand_text()
            ));
        }
    }

    /// What the full image has already needs no package lists and no answer there; in the slim form it needs both.
    fn asks(&mut self, apt: &PackageCommand<'m>, names: &[&str], site: &CallSite<'m>) {
        if !apt.assumes_yes() {
            self.needs.open(
                format!(
                    "whether {} is answered when it asks: it installs more on the slim form",
                    site.step.label()
                ),
                "pass `-y`",
            );
        }
        if names.contains(&"rsync")
            && self.form.lacks_program("ssh").is_some()
            && !self.is_installed("openssh-client", site)
        {
            self.needs.open(
                "whether `rsync`, which is installed, goes over `ssh`",
                "install `openssh-client` beside it where it does",
            );
        }
        if self.is_before(site, |there| there.updated) {
            return;
        }
        if let Some(name) = names.iter().find(|name| self.form.lacks_package(name)) {
            self.needs.open(
                format!("whether apt-get has package lists when {} installs `{name}`, which the full image has already", site.step.label()),
                "call `apt-get update` before it",
            );
        }
    }
}
