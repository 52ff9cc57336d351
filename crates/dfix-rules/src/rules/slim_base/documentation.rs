//! Documentation, which slim forms leave out, and dpkg unpacks none in them.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{
    documentation_folder, is_documentation, needs_manual_folders, reads_documentation,
};
use dfix_model::packages::SpecKind;
use dfix_model::{Call, Calls, PackageCommand, UnreadKind, Word, WrapperKind};

use super::losses::Losses;

impl<'m> Losses<'m, '_> {
    /// A command that uses documentation, or installs some.
    pub(super) fn documentation(&mut self, call: &Call<'m>) {
        let command = call.command;
        let step = || call.site.step.label();
        if let Some(apt) = call.apt() {
            self.packages_of_apt(apt, &step());
        }
        let installs = ["-i", "--install", "--unpack"]
            .iter()
            .any(|it| command.has_option(it));
        if command.is("dpkg") && installs {
            self.unread_package(&step());
        }
        // What lists, makes or removes files misses none.
        if command.is_marked(Mark::NamesFiles) {
            return;
        }
        let mut texts = command.args().map(Word::literal_prefix);
        if let Some(folder) = texts.find_map(documentation_folder) {
            self.needs.against(format!(
                "{} uses `{folder}`, which slim forms leave out",
                step()
            ));
        }
        if reads_documentation(command.name()) {
            self.needs.against(format!(
                "{} reads manual pages, which slim forms leave out",
                step()
            ));
        }
    }

    /// Text that was not read, where nothing but documentation is lost.
    pub(super) fn unread_documentation(&mut self, calls: &Calls<'m>) {
        let folders = if self.form.has_no_manual_folders() {
            ", or installs packages that need the folders of manual pages"
        } else {
            ""
        };
        for unread in calls.unread.iter().filter(|it| it.kind == UnreadKind::Text) {
            self.needs.open(
                unread.open.condition.as_str(),
                format!("look whether it reads documentation{folders}"),
            );
        }
    }

    fn packages_of_apt(&mut self, apt: &PackageCommand<'m>, step: &str) {
        if apt.is_install() {
            let specs = apt.packages();
            let names: Vec<&str> = specs.iter().filter_map(|spec| spec.name).collect();
            self.manual_folders(&names, step);
            if specs
                .iter()
                .any(|it| matches!(it.kind, SpecKind::Path | SpecKind::Url))
            {
                self.unread_package(step);
            }
        }
        let is_given_more = apt
            .command
            .wrappers()
            .any(|wrapper| wrapper.kind == WrapperKind::Arguments);
        if apt.is_install() && is_given_more {
            self.needs.open(
                format!("which packages `apt-get` is given in {step}"),
                "look whether one is installed for documentation, or recommends what the full image has",
            );
        }
        if apt.subcommand_is_one_of(&["build-dep", "source"]) {
            self.needs.open(
                format!("whether what is built from Debian's sources in {step} reads documentation, which slim forms leave out"),
                "build it in the slim form once",
            );
        }
    }

    /// A package that is no distribution's own was not read.
    fn unread_package(&mut self, step: &str) {
        self.needs.open(
            format!("whether the package that {step} installs from a file needs documentation or packages which the slim form leaves out"),
            format!("try {step} in the slim form"),
        );
    }

    /// Packages that need the folders of manual pages, or the pages themselves.
    fn manual_folders(&mut self, names: &[&str], step: &str) {
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
        // Images that were left soon after may have been made with the old tool.
        if !self.form.has_no_manual_folders() {
            if let Some(name) = names.iter().find(|name| needs_manual_folders(name)) {
                if self.form.was_left_before(2023, 1) {
                    self.needs.open(
                        format!("whether `{name}` installs there: slim forms lacked the folders of manual pages until 2021-07-30"),
                        format!("make them before {step} (`mkdir -p /usr/share/man/man1 /usr/share/man/man7`)"),
                    );
                } else {
                    self.needs.evidence(format!(
                        "slim forms keep the folders of manual pages since 2021-07-30, into which `{name}` puts links"
                    ));
                }
            }
            return;
        }
        match names.iter().find(|name| needs_manual_folders(name)) {
            Some(name) => self.needs.against(format!(
                "`{name}` does not install where the folders of manual pages are missing, as in slim forms of that time"
            )),
            None => self.needs.open(
                "whether every package installs without the folders of manual pages, which slim forms of that time lack",
                format!("try {step} in the slim form"),
            ),
        }
    }
}
