//! What the packages of languages that the stages install ask of the image.

use dfix_catalogue::node_package_at_home;
use dfix_model::project::{Language, LanguagePackage, Origin, PackageList, installed_by};
use dfix_model::{Call, CallSite, PackageCommand, Stage, Step, Ternary};

use super::copies::is_text;
use super::losses::Losses;

impl<'m> Losses<'m, '_> {
    /// A command that may install packages in a stage on the image.
    pub(super) fn languages(&mut self, call: &Call<'m>) {
        for list in installed_by(call.command, call.package.as_ref(), &call.site) {
            self.list(&list, &call.site);
        }
    }

    /// The packages of languages whose results a stage copies out of another.
    pub(super) fn libraries_from(&mut self, from: Stage<'m>, copy: Step<'m>) {
        let site = CallSite::of_step(copy);
        for command in from.base_chain().flat_map(Stage::build_commands) {
            let package = PackageCommand::of(command).filter(may_install);
            let Some(package) = package else {
                continue;
            };
            for list in installed_by(command, Some(&package), &CallSite::of(command)) {
                for package in &list.packages {
                    self.libraries_of(package, &site);
                }
                let is_unread = list.language == Language::Node && !list.open.is_empty();
                if is_unread && !copy.sources().all(is_text) {
                    self.needs.open(
                        format!("whether the packages that {} copies load a library that the slim form lacks: package.json is not read", copy.label()),
                        "run dfix where the build context is",
                    );
                }
            }
        }
    }

    fn list(&mut self, list: &PackageList, site: &CallSite<'m>) {
        let mut is_ready_made = list.open.is_empty();
        for open in &list.open {
            self.needs.unknown(open.clone());
        }
        for package in &list.packages {
            self.fetched(package, list.language, site);
            if list.language == Language::Node {
                self.browser(package, site);
            }
            if list.language == Language::Python && self.is_assumed(&package.name) {
                continue;
            }
            self.libraries_of(package, site);
            is_ready_made &= package.compiles.is_no();
            match &package.compiles {
                Ternary::No => {}
                Ternary::Unknown(open) => self.needs.unknown(open.clone()),
                Ternary::Yes => self.compiled(list.language, package, site),
            }
        }
        if let Some(file) = list.file.as_deref().filter(|_| is_ready_made) {
            self.needs.evidence(match list.language {
                Language::Python => {
                    format!("{file}: every package has a wheel or installs without a compiler")
                }
                Language::Node => format!("{file}: no package is known to compile native parts"),
                Language::Ruby => format!("{file}: no gem is known to compile native parts"),
            });
        }
    }

    fn compiled(&mut self, language: Language, package: &LanguagePackage, site: &CallSite<'m>) {
        let name = &package.name;
        let is_python = language == Language::Python && !name.is_empty();
        if is_python && self.is_installed("gcc", site) {
            self.needs.open(
                format!("whether `{name}` compiles with what the stage installs itself"),
                "install the `-dev` packages that it needs by name, or try the slim form",
            );
        } else if is_python && package.origin == Origin::Index {
            self.needs.compiles(name, package.because.clone());
        } else {
            self.needs.build(package.because.clone());
        }
    }

    /// The browser that the installation of a package of npm downloads.
    fn browser(&mut self, package: &LanguagePackage, site: &CallSite<'m>) {
        let Some(known) = node_package_at_home(&package.name) else {
            return;
        };
        let is_off = |name: &str| name.contains("SKIP") || name.contains("DISABLE");
        let stage = site.step.stage();
        let packages = stage.map(Stage::node_packages);
        let is_below = |name: &str, major| {
            let asked = packages.and_then(|it| it.get(name));
            asked.is_some_and(|it| it.is_of_major_below(major))
        };
        let mut variables = known.variables(is_below).filter(|name| is_off(name));
        let is_skipped =
            stage.is_some_and(|stage| variables.any(|name| stage.env_at(site.step, name).is_set()));
        if !is_skipped && !self.is_installed("chromium", site) {
            self.needs.open(
                format!("whether the browser that `{}` downloads finds its libraries, of which the slim form has few", package.name),
                "install what the browser needs (`chromium` of Debian brings it along), or keep the full image",
            );
        }
    }

    /// The libraries that a package loads when it runs.
    fn libraries_of(&mut self, package: &LanguagePackage, site: &CallSite<'m>) {
        if package.has_unknown_needs && package.compiles.is_no() && !self.is_assumed(&package.name)
        {
            self.needs.open(
                format!("whether the wheel of `{}` loads libraries of the system that the slim form lacks", package.name),
                "start the application once on the slim form, and install what it misses",
            );
        }
        for library in &package.libraries {
            if self.form.lacks_package(library)
                && !self.is_installed(library, site)
                && !self.is_installed_soon(library, site)
            {
                self.install(library, &format!("what `{}` uses", package.name), site);
            }
        }
    }

    /// The programs that fetch a package from a repository.
    fn fetched(&mut self, package: &LanguagePackage, language: Language, site: &CallSite<'m>) {
        let Origin::Repository { tool, over_ssh } = package.origin else {
            return;
        };
        let who = match language {
            Language::Python => "pip, for a package from a repository",
            Language::Node => "npm packages from a repository",
            Language::Ruby => "gems from a repository",
        };
        for tool in [tool].into_iter().chain(over_ssh.then_some("ssh")) {
            if let Some(lost) = self.form.lacks_program(tool)
                && !self.is_installed(lost.package, site)
            {
                self.install(lost.package, &format!("`{tool}` for {who}"), site);
            }
        }
    }

    /// Whether the configuration says that a Python package has wheels.
    fn is_assumed(&self, name: &str) -> bool {
        let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
        self.assumed.iter().any(|known| plain(known) == plain(name))
    }
}

/// Whether a command installs packages that others may copy out.
fn may_install(package: &PackageCommand<'_>) -> bool {
    package.is_install() || package.subcommand_is_one_of(&["wheel", "sync", "ci", "clean-install"])
}
