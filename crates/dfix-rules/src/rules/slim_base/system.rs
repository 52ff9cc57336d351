//! Debian's packages: what a command needs of them, what the stage installs itself.

use dfix_model::{Command, PackageCommand, PackageManager};

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
            self.needs.install(package, format!("`{name}`"), site);
        }
    }

    /// Whether the stage installs the package itself before this place.
    pub(super) fn is_installed(&self, package: &str, site: Site<'m>) -> bool {
        self.installed.iter().any(|name| provides(name, package))
            || site.stage.lineage().any(|stage| {
                stage
                    .installs(PackageManager::Apt)
                    .filter(|install| {
                        let start: usize = install.command.range().start().into();
                        let is_before =
                            stage != site.stage || start < site.start || site.is_run_time();
                        is_before && install.command.is_certain() && !install.run().is_onbuild()
                    })
                    .flat_map(|install| install.packages())
                    .filter_map(|spec| spec.name)
                    .any(|name| provides(name, package))
            })
    }

    pub(super) fn apt(&mut self, apt: &PackageCommand<'_>, site: Site<'m>, depth: u8) {
        let names: Vec<&str> = apt.packages().iter().filter_map(|s| s.name).collect();
        if apt.is_any(&["build-dep", "source"]) {
            self.needs
                .build(format!("`apt-get {}` is called", apt.subcommand_text()));
        }
        if apt.is_install() {
            if depth > 0 {
                self.installed.extend(names.iter().map(|n| (*n).to_owned()));
            }
            self.manual_folders(apt, &names);
        } else if apt.is_any(&["remove", "purge", "autoremove"]) {
            // apt-get fails for names that it has no list of; the full image knew what it had.
            let updates = site
                .step
                .package_commands()
                .any(|c| c.manager == PackageManager::Apt && c.is_any(&["update"]));
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

    /// Packages that need the folders of manual pages, or the pages themselves.
    fn manual_folders(&mut self, apt: &PackageCommand<'_>, names: &[&str]) {
        if let Some(name) = names
            .iter()
            .find(|n| matches!(**n, "man" | "man-db" | "manpages" | "manpages-dev"))
        {
            self.needs.against(format!(
                "`{name}` is installed for manual pages, which slim forms leave out"
            ));
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
                format!("try {} in the slim form", said(apt.run())),
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
        if mentions(command, &["/usr/include", "-linux-gnu/"]) && !command.is_any(&["rm", "echo"]) {
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
        if command.is_any(&["rm", "mkdir", "find", "echo", "du", "rmdir"]) {
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
                .any(|word| word.known_start().contains(*folder))
        });
        if let Some(folder) = named {
            self.needs.against(format!(
                "{} uses `{folder}`, which slim forms leave out",
                said(site.step)
            ));
        }
        if command.is_any(&["man", "mandb", "unminimize"]) {
            self.needs.against(format!(
                "{} reads manual pages, which slim forms leave out",
                said(site.step)
            ));
        }
        let zones = command
            .args()
            .any(|w| w.known_start().contains("/usr/share/zoneinfo"));
        if zones && self.form.loses_time_zones() && !self.is_installed("tzdata", site) {
            self.needs.install("tzdata", "`/usr/share/zoneinfo`", site);
        }
    }
}

/// Whether package `name` is, or brings, `package`. Source: the packages' own Depends on Debian.
pub(super) fn provides(name: &str, package: &str) -> bool {
    const COMPILER: &[&str] = &["gcc", "cpp", "binutils", "libc6-dev", "libgomp1"];
    // `libpq-dev` brings `libpq5`, `libxslt1-dev` brings `libxslt1.1`.
    let brings_library = name
        .strip_suffix("-dev")
        .map(|stem| stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
        .is_some_and(|stem| stem.starts_with("lib") && package.starts_with(stem));
    name == package
        || brings_library
        || match name {
            "build-essential" => {
                COMPILER.contains(&package)
                    || matches!(
                        package,
                        "g++" | "make" | "dpkg-dev" | "patch" | "bzip2" | "xz-utils" | "perl"
                    )
            }
            "g++" | "gcc" => COMPILER.contains(&package),
            "default-libmysqlclient-dev"
            | "libmysqlclient-dev"
            | "default-mysql-client"
            | "mariadb-client" => package == "libmariadb3",
            "postgresql-client" | "postgresql" => package == "libpq5",
            "imagemagick" | "ffmpeg" | "libgtk-3-0" | "chromium" => {
                matches!(
                    package,
                    "libglib2.0-0" | "libcairo2" | "libpango-1.0-0" | "libfontconfig1"
                )
            }
            "git" | "git-all" | "git-core" | "git-lfs" => matches!(package, "git" | "perl"),
            "gnupg" | "gnupg2" => matches!(package, "gnupg" | "dirmngr"),
            "python3-dev"
            | "python3-pip"
            | "python3-venv"
            | "python3-setuptools"
            | "python-is-python3"
            | "python3-full"
            | "software-properties-common" => package == "python3",
            "python" | "python-dev" | "python-pip" | "python-setuptools" | "python-virtualenv"
            | "python2" => package == "python",
            "openssh-server" | "ssh" => package == "openssh-client",
            "ca-certificates" => package == "openssl",
            "cmake" => package == "procps",
            "autoconf" | "automake" | "libtool" => {
                matches!(package, "autoconf" | "perl" | "autotools-dev")
            }
            "dpkg-dev" => matches!(
                package,
                "make" | "patch" | "binutils" | "bzip2" | "xz-utils" | "perl"
            ),
            _ => false,
        }
}
