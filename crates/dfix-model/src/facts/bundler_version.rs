//! Which Bundler a command calls.

use dfix_catalogue::{bundler_of_ruby, last_version};

use crate::context::Answer;
use crate::handles::{Stage, Step};
use crate::packages::{PackageCommand, PackageManager};

impl<'m> Stage<'m> {
    /// The version of Bundler, major and minor, that a command of it calls: that of the official image's Ruby. `None` where
    /// nobody can tell: of another image, where the build may put in another one, or where the lock file is of Bundler 1.
    pub fn bundler_version(self, bundle: &PackageCommand<'m>) -> Option<(u32, u32)> {
        let image = self.base_image();
        let tag = image
            .effective_tag()
            .filter(|_| image.name() == Some("ruby"))?;
        let mut numbers = tag.split(['.', '-']).map_while(|it| it.parse::<u32>().ok());
        let written = numbers.next().zip(numbers.next());
        let moving = || {
            let numbers = last_version("ruby", tag)?;
            Some((*numbers.first()?, *numbers.get(1)?))
        };
        let (major, minor) = written.or_else(moving)?;
        let is_own = !brings_another(self, bundle) && !is_locked_to_1(bundle);
        bundler_of_ruby(major, minor).filter(|_| is_own)
    }
}

/// Whether a step before, or the command itself, may bring or choose another Bundler or Ruby.
fn brings_another<'m>(stage: Stage<'m>, bundle: &PackageCommand<'m>) -> bool {
    let at = bundle.range().start();
    let named = |step: &Step<'_>| {
        [
            "BUNDLER_VERSION",
            "rbenv",
            "rvm",
            "ruby-build",
            "ruby-install",
        ]
        .iter()
        .any(|it| step.mentions(it))
    };
    let is_before = |it: &Step<'_>| it.range().start() < at;
    let mut steps = stage.base_chain().flat_map(Stage::steps).filter(is_before);
    let brings = |it: &PackageCommand<'_>| {
        it.manager == PackageManager::Gem
            && it.range().start() < at
            && (it.has_flag("--system")
                || it.may_take_more()
                || it
                    .operands()
                    .any(|word| !word.is_known() || word.starts_with("bundler")))
    };
    steps.any(|step| named(&step) || step.package_commands().any(|it| brings(&it)))
}

/// Whether the lock file beside the Dockerfile asks for Bundler 1.
fn is_locked_to_1(bundle: &PackageCommand<'_>) -> bool {
    let context = bundle.step().file().context();
    let Answer::Found(text) = context.read("Gemfile.lock") else {
        return false;
    };
    let mut lines = text
        .lines()
        .skip_while(|it| it.trim() != "BUNDLED WITH")
        .skip(1);
    lines.next().is_some_and(|it| it.trim().starts_with("1."))
}
