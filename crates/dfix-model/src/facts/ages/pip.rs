//! Whether the pip that a command calls is from before 2015.
//!
//! Source: pip.pypa.io, "Changelog" (6.0 of December 2014 brought `--no-cache-dir`); virtualenv.pypa.io, "Changelog" (12.0 was
//! the first to bring pip 6.0 along).

use dfix_catalogue::{Family, is_from_before_2015, version_numbers};
use dfix_syntax::TextSize;

use crate::facts::base_image::any_base_facts;
use crate::facts::destination::makes_environment;
use crate::facts::variables::expand_text;
use crate::handles::{Command, Stage};
use crate::packages::{PackageCommand, PackageManager, PackageSpec};
use crate::ternary::Ternary;

/// Packages of distributions that are their pip.
const OF_SYSTEM: [&str; 4] = ["py-pip", "py2-pip", "python-pip", "python3-pip"];

/// What a pip is from one place of the build on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pip {
    /// That of the distribution.
    Distributions,
    /// 6.0, or newer.
    New,
    /// Perhaps an older one.
    Unknown,
}

/// What the build does to pip, in order of place.
struct Changes(Vec<(TextSize, Pip)>);

/// Whether the pip that a command calls is 6.0 (of 2014) or newer. An image of which nothing is known has a newer one, where nothing
/// that the build does to pip says otherwise.
pub(crate) fn is_from_2015_on(pip: &PackageCommand<'_>) -> Ternary {
    let Some(stage) = pip.command.stage() else {
        return unknown();
    };
    let image = stage.base_image();
    let (name, tag) = (image.name().unwrap_or(""), image.tag_text().unwrap_or(""));
    let age = is_from_before_2015(name, tag);
    let changes = &stage.cached(|| Changes(changes(stage))).0;
    let before = changes.partition_point(|it| it.0 < pip.range().start());
    let last = before.checked_sub(1).map(|at| changes[at].1);
    let own = is_of_image(stage).then(|| of_image(name, tag));
    match (age, last.or(own)) {
        (Some(true), Some(Pip::Distributions)) => Ternary::No,
        // An environment has the pip that came with what made it.
        (Some(true), Some(Pip::New)) if own == Some(Pip::New) || !has_environment(stage, pip) => {
            Ternary::Yes
        }
        (Some(true), _) | (_, Some(Pip::Unknown)) | (None, Some(Pip::Distributions)) => unknown(),
        _ => Ternary::Yes,
    }
}

fn unknown() -> Ternary {
    Ternary::unknown(
        "whether pip is 6.0 (of 2014) or newer there, and knows the option",
        "see `pip --version` of the image, or upgrade pip first",
    )
}

/// Whether the image brings a pip that is none of its distribution's.
fn is_of_image(stage: Stage<'_>) -> bool {
    let facts = any_base_facts(stage);
    let is_kind = matches!(facts.family, Family::Conda | Family::Pypy | Family::Python);
    is_kind || facts.own_commands().any(|it| it == "pip")
}

/// The pip of an image that brings its own: those of 2014 have pip 1.5.
fn of_image(name: &str, tag: &str) -> Pip {
    let is_of_2014 = match *version_numbers(tag) {
        [2, 7, last, ..] => last < 9,
        [3, 3, last, ..] => last < 6,
        [3, 4, last, ..] => last < 3,
        _ => false,
    };
    if name == "python" && is_of_2014 {
        Pip::Unknown
    } else {
        Pip::New
    }
}

fn changes(stage: Stage<'_>) -> Vec<(TextSize, Pip)> {
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let mut changes: Vec<(TextSize, Pip)> = commands
        .filter_map(|it| Some((it.range().start(), change(stage, it)?)))
        .collect();
    changes.sort_by_key(|it| it.0);
    changes
}

/// What a command makes of pip.
fn change(stage: Stage<'_>, command: Command<'_>) -> Option<Pip> {
    let surely = |pip: Pip| {
        if pip == Pip::New && !command.is_certain() {
            Pip::Unknown
        } else {
            pip
        }
    };
    let install = PackageCommand::of(command).filter(PackageCommand::is_install);
    let Some(install) = install else {
        let fetches = |it: &str| it.contains("get-pip");
        let mut words = command.args();
        if !command.is("easy_install") && !words.any(|it| fetches(it.literal_prefix())) {
            return None;
        }
        // `easy_install pip==1.5`, `python get-pip.py 'pip<7'`
        let named = command.args().find_map(|it| {
            let rest = it.literal_prefix().strip_prefix("pip")?;
            let is_pip = rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!']);
            let text = || expand_text(stage, it, command);
            is_pip
                .then(|| text().map_or(Pip::Unknown, |it| of_version(it.trim_start_matches("pip"))))
        });
        let is_fetched = !command.is("easy_install");
        return named.or(is_fetched.then_some(Pip::New)).map(surely);
    };
    let is_pip = matches!(install.manager, PackageManager::Pip | PackageManager::Conda);
    let packages = install.packages();
    let told = |name: &str| {
        packages
            .iter()
            .filter(|it| it.name == Some(name))
            .map(|it| version_of(stage, &install, it))
            .next_back()
    };
    if !is_pip {
        return OF_SYSTEM
            .iter()
            .any(|it| told(it).is_some())
            .then_some(Pip::Distributions);
    }
    // The environments that it makes afterwards have the pip that it brings along.
    if let Some(Some(version)) = told("virtualenv") {
        let is_new = is_at_least(&version, 12);
        if !is_new {
            return Some(Pip::Unknown);
        }
    }
    let upgrades = ["-U", "--upgrade", "-I", "--ignore-installed"]
        .iter()
        .any(|it| install.has_flag(it));
    match told("pip")? {
        Some(version) => Some(surely(of_version(&version))),
        None => upgrades.then_some(surely(Pip::New)),
    }
}

/// The version or condition behind a package's name; `?` where only the build can tell.
fn version_of<'m>(
    stage: Stage<'m>,
    install: &PackageCommand<'m>,
    package: &PackageSpec<'m>,
) -> Option<String> {
    let written = package.version?;
    if package.word.is_known() {
        return Some(written.to_owned());
    }
    let text = expand_text(stage, package.word, install);
    let name = package.name.unwrap_or_default();
    let version = text.as_deref().and_then(|it| it.get(name.len()..));
    Some(version.unwrap_or("?").to_owned())
}

fn of_version(version: &str) -> Pip {
    if version.is_empty() || is_at_least(version, 6) {
        Pip::New
    } else {
        Pip::Unknown
    }
}

/// Whether a condition (`==1.11`, `<20`, `>=1,<7`) lets no version in that is older than this one, where the newest is taken.
fn is_at_least(condition: &str, least: u32) -> bool {
    let major = |it: &str| {
        let number = it.trim_start_matches(['=', '<', '>', '~', '!', ' ']);
        let number = number.split(['.', '*', ' ', ';']).next()?;
        number.parse::<u32>().ok()
    };
    let mut parts = condition.split(',').map(str::trim);
    !condition.is_empty()
        && parts.all(|part| match part.trim_start().as_bytes() {
            [b'>' | b'!', ..] => true,
            // The newest below it.
            [b'<', ..] => major(part).is_some_and(|it| it > least),
            _ => major(part).is_some_and(|it| it >= least),
        })
}

/// Whether something makes a virtual environment before a command.
fn has_environment(stage: Stage<'_>, pip: &PackageCommand<'_>) -> bool {
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    commands.any(|it| it.range().start() < pip.range().start() && makes_environment(it))
}

impl PackageCommand<'_> {
    /// Whether the pip that it calls is 6.0 (of December 2014) or newer, and knows what came with it.
    pub fn is_pip_from_2015_on(&self) -> Ternary {
        is_from_2015_on(self)
    }
}
