//! Names of packages that the release of the base lacks: the build fails on them.

use dfix_catalogue::{Distribution, Foundation, is_moved_to, language_of_image};
use dfix_engine::{Codemod, Effect, Findings, Remedy, Safety, remedy};
use dfix_model::{Model, PackageCommand, Stage};

use super::distribution::is_distribution;

/// The codemod: each name that is not there becomes its successor, goes, or is told.
#[derive(Debug)]
pub(crate) struct PackageNames {
    pub(crate) recipe: &'static str,
    /// The distribution that it is for; all where there is none.
    pub(crate) only: Option<Distribution>,
    /// The language whose images it is for, and their version; all images where there is none.
    pub(crate) language: Option<(String, String)>,
    /// Whether it is only for images that took the place of others.
    pub(crate) only_moved: bool,
    /// Names of the images that it is for; all where there is none.
    pub(crate) images: Vec<String>,
}

impl PackageNames {
    /// Whether it is for what is based on an image.
    fn is_for(&self, repository: &str, tag: &str) -> bool {
        // A distribution's own image that moved keeps its release.
        let is_moved = is_moved_to(repository) && !is_distribution(repository);
        let is_other = !self.images.is_empty() && !self.images.iter().any(|it| it == repository);
        if self.only_moved && !is_moved || is_other {
            return false;
        }
        let Some((language, version)) = &self.language else {
            return true;
        };
        let is_of_version = || {
            let rest = tag.strip_prefix(version.as_str());
            rest.is_some_and(|it| it.is_empty() || it.starts_with(['.', '-', '_']))
        };
        language_of_image(repository).is_some_and(|(it, _)| it == language) && is_of_version()
    }
}

impl Codemod for PackageNames {
    fn name(&self) -> &'static str {
        self.recipe
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        for stage in file.stages() {
            let Some(foundation) = stage.base_facts().foundation else {
                continue;
            };
            let is_other = self.only.is_some_and(|it| it != foundation.distribution);
            let base = stage.base_image();
            let names = base.name().zip(base.effective_tag());
            if is_other || !names.is_some_and(|(name, tag)| self.is_for(name, tag)) {
                continue;
            }
            for command in stage.commands().filter_map(PackageCommand::of) {
                let is_moved = self.only_moved || !self.images.is_empty();
                check_command(stage, &command, &foundation, is_moved, out);
            }
        }
    }
}

fn check_command(
    stage: Stage<'_>,
    command: &PackageCommand<'_>,
    foundation: &Foundation,
    is_moved: bool,
    out: &mut Findings<'_>,
) {
    for lacked in stage.lacked_packages(command, foundation, is_moved) {
        let word = lacked.package.word;
        let place = word.range();
        out.judge(place, Safety::Checked, lacked.message(), |case| {
            let change = lacked.change();
            let change = change.map_err(|why| and_nothing_stops(&why, command))?;
            case.evidence(lacked.because())
                .evidence(change.because)
                .open(change.open)
                .declare(Effect::arguments_of(command))
                .fix(|edit| edit.replace_word_by(word, &change.names));
            Ok(())
        });
    }
}

/// Says with what is left by hand that the build goes on all the same.
fn and_nothing_stops(why: &str, command: &PackageCommand<'_>) -> Remedy {
    if command.is_install() && command.command.is_failure_passed_over() {
        return remedy!(
            "{why}; nothing stops the build where the command fails (`;` or a line end follows, and no `set -e`): it goes on without \
             all that the command installs"
        );
    }
    remedy!("{why}")
}
