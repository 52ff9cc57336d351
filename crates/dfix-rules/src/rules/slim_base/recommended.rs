//! Packages that others only recommend, so that an installation without recommendations leaves them out; a
//! full image has them all the same. The certificates are the chief of them: some slim forms have none.

use dfix_model::{Command, PackageCommand, PackageManager, Word};

use super::commands::Reader;
use super::needs::Site;

pub(super) const CERTIFICATES: &str = "ca-certificates";

/// What is recommended, and by what.
const RECOMMENDED: &[(&str, &[&str])] = &[
    (
        CERTIFICATES,
        &[
            "aria2",
            "curl",
            "git",
            "git-all",
            "git-core",
            "libcurl4",
            "mercurial",
            "wget",
        ],
    ),
    (
        "libmagickcore-6.q16-6-extra",
        &["imagemagick", "libmagickwand-6.q16-6"],
    ),
    (
        "libmagickcore-7.q16-10-extra",
        &["imagemagick", "libmagickwand-7.q16-10"],
    ),
];

impl<'m> Reader<'m, '_> {
    /// A package is needed from this place on, and with it what it recommends.
    pub(super) fn install(&mut self, package: &str, tool: impl Into<String>, site: Site<'m>) {
        let tool = tool.into();
        self.recommended(&[package], &tool, site);
        self.needs.install(package, tool, site);
    }

    /// An `apt-get install` of the file itself.
    pub(super) fn leaves_out(&mut self, apt: &PackageCommand<'_>, names: &[&str], site: Site<'m>) {
        if !self.form.loses_tools() || !is_bare(apt) {
            return;
        }
        let after = Site {
            start: apt.command.range().end().into(),
            ..site
        };
        self.recommended(
            names,
            "what is installed without its recommendations",
            after,
        );
    }

    /// Whoever writes an address of packages with `https` needs certificates before the lists are fetched.
    pub(super) fn sources_over_https(&mut self, command: Command<'_>, site: Site<'m>) {
        if self.form.has_certificates() {
            return;
        }
        let names_list = |word: Word<'_>| {
            let text = word.literal_prefix();
            text.starts_with("deb ") || text.starts_with("deb [") || text.contains("sources.list")
        };
        let targets = command.redirects().filter_map(dfix_model::Redirect::target);
        if command.args().chain(targets).any(names_list)
            && command
                .args()
                .any(|w| w.literal_prefix().contains("https:"))
        {
            self.certificates("packages over https", site);
        }
    }

    /// Something asks a server for its certificate.
    pub(super) fn certificates(&mut self, who: &str, site: Site<'m>) {
        if !self.form.has_certificates() && !self.has_recommended(CERTIFICATES, site) {
            self.needs.install(CERTIFICATES, who, site);
        }
    }

    /// Whether the image has certificates in the end.
    pub(super) fn has_certificates_later(&self, site: Site<'m>) -> bool {
        let end = Site {
            start: usize::MAX,
            ..site
        };
        let is_planned = self.needs.installs.iter().any(|install| {
            install.package == CERTIFICATES
                && site
                    .stage
                    .base_chain()
                    .any(|stage| stage == install.site.stage)
        });
        is_planned || self.has_recommended(CERTIFICATES, end)
    }

    fn recommended(&mut self, names: &[&str], who: &str, site: Site<'m>) {
        for (package, by) in RECOMMENDED {
            if !names.iter().any(|name| by.contains(name)) {
                continue;
            }
            if *package == CERTIFICATES {
                self.certificates("certificates", site);
            } else if self.form.loses_package(package) && !self.has_recommended(package, site) {
                self.needs.install(package, who, site);
            }
        }
    }

    /// Whether the stage has installed the package before this place, or another that recommends it.
    fn has_recommended(&self, package: &str, site: Site<'m>) -> bool {
        let by = RECOMMENDED.iter().find(|(known, _)| *known == package);
        let by = by.map_or(&[][..], |(_, by)| *by);
        self.is_installed(package, site)
            || site
                .stage
                .base_chain()
                .flat_map(|stage| stage.installs(PackageManager::Apt))
                .any(|apt| {
                    let start: usize = apt.command.range().start().into();
                    let is_before = apt.command.stage() != Some(site.stage)
                        || start < site.start
                        || site.is_run_time();
                    is_before
                        && apt.command.is_certain()
                        && !apt.step().is_onbuild()
                        && !is_bare(&apt)
                        && apt
                            .packages()
                            .iter()
                            .any(|spec| spec.name.is_some_and(|name| by.contains(&name)))
                })
    }
}

/// Whether an installation leaves out what is recommended: it says so, or a setting of the file may.
fn is_bare(apt: &PackageCommand<'_>) -> bool {
    apt.is_without_recommends() || apt.step().file().text().contains("Install-Recommends")
}
