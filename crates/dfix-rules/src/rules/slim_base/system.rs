//! Debian's packages: what a command needs of them, what the stage installs itself.

use dfix_model::StepKind;
use dfix_model::catalogue::brings;
use dfix_model::{Command, PackageCommand, PackageManager, Stage, Step};

use super::commands::{Reader, mentions, said};
use super::needs::Site;

impl<'m> Reader<'m, '_> {
    /// A command of this name is called.
    pub(super) fn tool(&mut self, name: &str, site: Site<'m>) {
        let Some(lost) = self.form.lost(name) else {
            return;
        };
        self.lost(name, lost.package, lost.is_build, site);
    }

    /// A command of this name, which is in this package, is needed.
    pub(super) fn tool_of(&mut self, name: &str, package: &'static str, site: Site<'m>) {
        if self.form.lost(name).is_some() {
            self.lost(name, package, false, site);
        }
    }

    fn lost(&mut self, name: &str, package: &str, is_build: bool, site: Site<'m>) {
        if self.is_installed(package, site) {
            if is_build {
                self.needs.open(
                    format!("whether what `{name}` builds in {} needs headers that only the full image has", said(site.step)),
                    "install the `-dev` packages that it needs by name, or try the slim form",
                );
            }
            return;
        }
        if is_build {
            self.needs
                .build(format!("`{name}` is called in {}", said(site.step)));
        } else {
            self.install(package, format!("`{name}`"), site);
        }
    }

    /// Whether the stage installs the package itself before this place.
    pub(super) fn is_installed(&self, package: &str, site: Site<'m>) -> bool {
        self.installed.iter().any(|name| brings(name, package))
            || site.stage.base_chain().any(|stage| {
                stage
                    .installs(PackageManager::Apt)
                    .filter(|install| {
                        let start: usize = install.command.range().start().into();
                        let is_before =
                            stage != site.stage || start < site.start || site.is_run_time();
                        is_before && install.command.is_certain() && !install.step().is_onbuild()
                    })
                    .flat_map(|install| install.packages())
                    .filter_map(|spec| spec.name)
                    .any(|name| brings(name, package))
            })
    }

    /// Whether the stage installs the package after this place, and starts no program in between: soon
    /// enough for a library that is loaded when a program runs.
    pub(super) fn is_installed_soon(package: &str, site: Site<'m>) -> bool {
        site.stage
            .build_commands()
            .filter(|command| usize::from(command.range().start()) > site.start)
            .map_while(|command| {
                let manager = PackageCommand::of(command);
                let starts_nothing = manager.is_some()
                    || command.has_inner()
                    || crate::programs::is_plumbing(command.name())
                    || command
                        .is_one_of(&["chmod", "chown", "cp", "ln", "mkdir", "mv", "rm", "touch"]);
                starts_nothing.then_some(manager)
            })
            .flatten()
            .any(|apt| {
                apt.manager == PackageManager::Apt
                    && apt.is_install()
                    && apt.command.is_certain()
                    && !apt.step().is_onbuild()
                    && apt
                        .packages()
                        .iter()
                        .any(|spec| spec.name.is_some_and(|name| brings(name, package)))
            })
    }

    pub(super) fn apt(&mut self, apt: &PackageCommand<'_>, site: Site<'m>, depth: u8) {
        let names: Vec<&str> = apt.packages().iter().filter_map(|s| s.name).collect();
        if apt.subcommand_is_one_of(&["build-dep", "source"]) {
            self.needs
                .build(format!("`apt-get {}` is called", apt.subcommand_text()));
        }
        if apt.is_install() {
            if depth > 0 {
                self.installed.extend(names.iter().map(|n| (*n).to_owned()));
            }
            self.asks(apt, &names, site);
            self.leaves_out(apt, &names, site);
            self.manual_folders(apt, &names);
        } else if apt.subcommand_is_one_of(&["remove", "purge", "autoremove"]) {
            // apt-get fails for names that it has no list of; the full image knew what it had.
            let updates = site
                .step
                .package_commands()
                .any(|c| c.manager == PackageManager::Apt && c.subcommand_is_one_of(&["update"]));
            let lost = names
                .iter()
                .find(|n| self.form.loses_package(n) && !self.is_installed(n, site));
            if let Some(name) = lost.filter(|_| !updates) {
                self.needs.against(format!(
                    "`apt-get {}` names `{name}`, which the slim form does not have and without package lists apt-get fails",
                    apt.subcommand_text()
                ));
            }
        }
    }

    /// What the full image has already needs no package lists and no answer there; in the slim form it
    /// needs both.
    fn asks(&mut self, apt: &PackageCommand<'_>, names: &[&str], site: Site<'m>) {
        if !self.form.loses_tools() {
            return;
        }
        if !apt.assumes_yes() {
            self.needs.open(
                format!(
                    "whether {} is answered when it asks: it installs more on the slim form",
                    said(apt.step())
                ),
                "pass `-y`",
            );
        }
        if names.contains(&"rsync")
            && self.form.lost("ssh").is_some()
            && !self.is_installed("openssh-client", site)
        {
            self.needs.open(
                "whether `rsync`, which is installed, goes over `ssh`",
                "install `openssh-client` beside it where it does",
            );
        }
        let updates = |stage: Stage<'_>| {
            stage
                .package_commands(PackageManager::Apt)
                .filter(|update| update.subcommand_is_one_of(&["update"]))
                .any(|update| {
                    let start: usize = update.command.range().start().into();
                    stage != site.stage || start < site.start
                })
        };
        let lost = names.iter().find(|name| self.form.loses_package(name));
        if let Some(name) = lost.filter(|_| !site.stage.base_chain().any(updates)) {
            self.needs.open(
                format!("whether apt-get has package lists when {} installs `{name}`, which the full image has already", said(site.step)),
                "call `apt-get update` before it",
            );
        }
    }

    /// The time zone is told, so its data is wanted.
    pub(super) fn time_zone(&mut self, who: &str, site: Site<'m>) {
        if self.form.loses_time_zones() && !self.is_installed("tzdata", site) {
            self.needs.install("tzdata", who, site);
        }
    }

    /// A language other than English is told: the translations of Debian's packages are left out, too.
    pub(super) fn language(&mut self, step: Step<'m>) {
        let keys = ["LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"];
        let told = step
            .pairs()
            .filter(|pair| {
                step.is(StepKind::Env) && pair.key_text().is_some_and(|k| keys.contains(&k))
            })
            .filter_map(|pair| pair.value()?.value());
        for value in told {
            let language = value.split(['_', '.', '@', ':']).next().unwrap_or("");
            if !matches!(language, "" | "C" | "POSIX" | "en") {
                self.needs.open(
                    format!("whether somebody reads what programs of Debian say in `{language}`: slim forms leave their translations out"),
                    "look whether the application shows messages of such programs",
                );
            }
        }
    }

    /// A script that is not read, where nothing but documentation is lost.
    pub(super) fn unread_for_documents(&mut self, path: &str, why: &str) {
        let folders = if self.form.has_no_manual_folders() {
            ", or installs packages that need the folders of manual pages"
        } else {
            ""
        };
        self.needs.open(
            format!("whether the script `{path}` reads documentation{folders}: {why}"),
            "run dfix where the build context is, or look into the script",
        );
    }

    /// Packages that need the folders of manual pages, or the pages themselves.
    fn manual_folders(&mut self, apt: &PackageCommand<'_>, names: &[&str]) {
        if let Some(name) = names.iter().find(|name| is_documentation(name)) {
            self.needs.against(format!(
                "`{name}` is installed for documentation, which slim forms leave out"
            ));
        }
        // They have its fonts and macros since 2020-09-08.
        if self.form.was_left_before(2020, 10) && names.contains(&"groff") {
            self.needs.against(
                "`groff` is installed, whose files slim forms of that time leave out".to_owned(),
            );
        }
        if !self.form.has_no_manual_folders() {
            return;
        }
        let links = [
            "java",
            "jdk",
            "jre",
            "openjdk",
            "maven",
            "postgresql",
            "ant",
            "gradle",
            "postgres",
        ];
        let breaks = |name: &&&str| {
            links.iter().any(|link| {
                name.split('-')
                    .any(|word| word.starts_with(*link) && !word.starts_with("anti"))
            })
        };
        match names.iter().find(breaks) {
            Some(name) => self.needs.against(format!(
                "`{name}` does not install where the folders of manual pages are missing, as in slim forms of that time"
            )),
            None => self.needs.open(
                "whether every package installs without the folders of manual pages, which slim forms of that time lack",
                format!("try {} in the slim form", said(apt.step())),
            ),
        }
    }

    /// Files of packages that the slim form lacks.
    fn files(&mut self, command: Command<'_>, site: Site<'m>) {
        if !self.form.loses_tools() {
            return;
        }
        let owned = [
            ("/etc/ssh/", "openssh-client"),
            ("/etc/ImageMagick", "imagemagick"),
            ("/etc/wgetrc", "wget"),
            ("/etc/mercurial", "mercurial"),
            ("/etc/subversion", "subversion"),
        ];
        for (path, package) in owned {
            if mentions(command, &[path])
                && self.form.loses_package(package)
                && !self.is_installed(package, site)
            {
                self.needs.install(package, format!("`{path}`"), site);
            }
        }
        if mentions(command, &["/usr/include", "-linux-gnu/"])
            && !command.is_one_of(&["rm", "echo"])
        {
            self.needs.open(
                format!(
                    "whether the libraries and headers that {} names are in the slim form",
                    said(site.step)
                ),
                "install the packages that have them by name",
            );
        }
    }

    /// Slim forms have no documentation, and dpkg is told not to unpack any.
    pub(super) fn documentation(&mut self, command: Command<'_>, site: Site<'m>) {
        self.files(command, site);
        if command.is_one_of(&["rm", "mkdir", "find", "echo", "du", "rmdir"]) {
            return;
        }
        let folders = [
            "/usr/share/doc",
            "/usr/share/man",
            "/usr/share/info",
            "/usr/share/locale/",
        ];
        let named = folders.iter().find(|folder| {
            command
                .args()
                .any(|word| word.literal_prefix().contains(*folder))
        });
        if let Some(folder) = named {
            self.needs.against(format!(
                "{} uses `{folder}`, which slim forms leave out",
                said(site.step)
            ));
        }
        if command.is_one_of(&["man", "mandb", "unminimize"]) {
            self.needs.against(format!(
                "{} reads manual pages, which slim forms leave out",
                said(site.step)
            ));
        }
        let zones = command
            .args()
            .any(|w| w.literal_prefix().contains("/usr/share/zoneinfo"));
        if zones {
            self.time_zone("`/usr/share/zoneinfo`", site);
        }
        if command.is("dpkg-reconfigure") && command.has_arg("tzdata") {
            self.time_zone("`dpkg-reconfigure tzdata`", site);
        }
    }
}

/// Whether a package is installed for the documentation in it, or to read that of others.
fn is_documentation(name: &str) -> bool {
    matches!(
        name,
        "man" | "man-db" | "man2html" | "info" | "doc-base" | "dwww" | "yelp"
    ) || name.starts_with("manpages")
        || name.ends_with("-doc")
}
