//! What configurations say, put together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dfix_catalogue::ImageFacts;
use dfix_engine::{Safety, Setting, Severity};

use super::globs::Globs;
use super::said::Said;

/// What a configuration says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    /// The files that it was read from, the nearest one first.
    pub(crate) files: Vec<PathBuf>,
    /// Which versions of dfix it is for, as far as it says; this one is among them.
    pub(crate) required_version: Option<Said<String>>,
    /// Which fixes are applied where the command line does not say.
    pub(crate) level: Option<Said<Safety>>,
    /// The least severity that makes a run fail, where the command line does not say.
    pub(crate) fail_on: Option<Said<Severity>>,
    /// What it says of rules: what stands in a later layer counts more.
    pub(crate) layers: Vec<Layer>,
    /// What it says of some paths only, in order.
    pub(crate) overrides: Vec<Override>,
    /// What the user vouches for: an option of every rule that does not set it itself.
    pub(crate) assume: BTreeMap<String, Said<Setting>>,
    /// What is told of images that no table knows, by their names; `*` at the end stands for anything. The first that fits counts.
    pub(crate) images: Vec<Said<(String, ImageFacts)>>,
    /// The root of the build context.
    pub(crate) context: Option<Said<PathBuf>>,
    /// Where the findings stand that are known.
    pub(crate) baseline: Option<Said<PathBuf>>,
    /// Files that are taken although their names are none of Dockerfiles.
    pub(crate) include: Globs,
    /// Files and folders that are left.
    pub(crate) exclude: Globs,
    /// Whether those are left although the command line names them.
    pub(crate) force_exclude: Option<Said<bool>>,
}

/// What one place says of rules, by the names that it uses, in order. What is said of a single rule counts more than what is
/// said of its group.
pub(crate) type Layer = Vec<(String, RuleConfig)>;

/// What a configuration says of one rule or group of rules.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RuleConfig {
    /// Whether it runs.
    pub(crate) on: Option<Said<bool>>,
    /// The level that its fixes count as.
    pub(crate) level: Option<Said<Level>>,
    /// How much its findings matter.
    pub(crate) severity: Option<Said<Severity>>,
    /// Its own options.
    pub(crate) options: BTreeMap<String, Said<Setting>>,
}

/// What the fixes of a rule count as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Fixes of this level.
    At(Safety),
    /// No fixes at all: what the rule finds is told.
    ByHand,
}

/// What is said of some paths only.
#[derive(Debug, Clone, Default)]
pub(crate) struct Override {
    /// The paths.
    pub(crate) paths: Globs,
    /// Which fixes are applied there.
    pub(crate) level: Option<Said<Safety>>,
    /// Its rules.
    pub(crate) layer: Layer,
    /// What the user vouches for there.
    pub(crate) assume: BTreeMap<String, Said<Setting>>,
}

impl Config {
    /// This one, as one that extends `shared`: what it says itself counts more, and lists are added up.
    pub(crate) fn over(mut self, shared: Config) -> Config {
        fn joined<T>(mut first: Vec<T>, then: Vec<T>) -> Vec<T> {
            first.extend(then);
            first
        }
        let mut assume = shared.assume;
        assume.append(&mut self.assume);
        Config {
            files: joined(self.files, shared.files),
            required_version: self.required_version.or(shared.required_version),
            level: self.level.or(shared.level),
            fail_on: self.fail_on.or(shared.fail_on),
            layers: joined(shared.layers, self.layers),
            overrides: joined(shared.overrides, self.overrides),
            assume,
            images: joined(self.images, shared.images),
            context: self.context.or(shared.context),
            baseline: self.baseline.or(shared.baseline),
            include: Globs::of(joined(shared.include.list, self.include.list)),
            exclude: Globs::of(joined(shared.exclude.list, self.exclude.list)),
            force_exclude: self.force_exclude.or(shared.force_exclude),
        }
    }

    /// Makes its globs count from this folder.
    pub(crate) fn count_from(&mut self, folder: &Path) {
        self.include.count_from(folder);
        self.exclude.count_from(folder);
        for some in &mut self.overrides {
            some.paths.count_from(folder);
        }
    }

    /// Which of its overrides are for the path, which goes from the root on.
    pub(crate) fn overrides_for(&self, whole: &Path) -> Vec<usize> {
        let all = self.overrides.iter().enumerate();
        let fitting = all.filter(|(_, it)| it.paths.fit(whole, false));
        fitting.map(|(index, _)| index).collect()
    }

    /// What it says of files for which these of its overrides are.
    pub(crate) fn with_overrides(&self, chosen: &[usize]) -> Config {
        let mut config = self.clone();
        for some in chosen.iter().filter_map(|it| self.overrides.get(*it)) {
            config.level = some.level.clone().or(config.level);
            config.layers.push(some.layer.clone());
            config.assume.extend(some.assume.clone());
        }
        config
    }
}
