//! What `--upgrade` upgrades: pip what it is told by name, uv all that it resolves.
//!
//! Source: pip.pypa.io/en/stable/cli/pip_install, --upgrade-strategy; tried with uv 0.13.9.

use dfix_catalogue::programs;
use dfix_engine::OpenCondition;
use dfix_model::context::Answer;
use dfix_model::packages::OptionValue;
use dfix_model::{Command, PackageCommand, PackageManager, PythonFrom, Stage, Step, Word};

use crate::recipe::codemods::unread::calls_others;

/// What becomes of `--upgrade`.
#[derive(Debug)]
pub(super) enum Upgrade<'m> {
    /// It stays: it means the same there.
    Same,
    /// These alone are upgraded.
    Named(Vec<&'m str>),
    /// It goes: there is nothing to upgrade.
    Idle,
    /// It stays, and may upgrade more.
    Open(OpenCondition),
}

/// The first minor version of Python 3 whose image has nothing installed but pip.
const ALONE: u16 = 12;

/// The packages that an image of Python has, or that build others.
pub(super) const OWN: [&str; 4] = ["pip", "setuptools", "wheel", "uv"];

/// Whether it is pip's option, alone or among others: `-U`, `--upgrade`, `-qU`.
pub(super) fn is_told(name: &str) -> bool {
    name == "--upgrade" || (!name.starts_with("--") && name.contains('U'))
}

/// Whether the strategy that pip is told is one that is known.
pub(super) fn is_known_strategy(value: Option<OptionValue<'_>>) -> bool {
    let text = value.and_then(OptionValue::text);
    matches!(text, Some("eager" | "only-if-needed"))
}

/// What becomes of `--upgrade` of an installation, if it has that.
pub(super) fn of<'m>(stage: Stage<'m>, pip: &PackageCommand<'m>) -> Upgrade<'m> {
    let strategy = pip.values_of(&["--upgrade-strategy"]).last();
    if !pip.options().any(|it| is_told(it.name))
        || strategy.and_then(OptionValue::text) == Some("eager")
    {
        return Upgrade::Same;
    }
    let is_plain = pip.requirement_files().next().is_none()
        && pip.editables().next().is_none()
        && !pip.has_flag("--group");
    let packages = pip.packages();
    let names: Option<Vec<&str>> = packages.iter().map(|it| it.name).collect();
    if let Some(mut names) = names.filter(|it| is_plain && !it.is_empty()) {
        for name in &mut names {
            *name = name.split('[').next().unwrap_or(name);
        }
        let mut seen = Vec::new();
        names.retain(|it| {
            let is_new = !seen.contains(it);
            seen.push(it);
            is_new
        });
        return Upgrade::Named(names);
    }
    if is_first(stage, pip) {
        let minor = pip.python().and_then(|it| it.minor);
        if minor.is_some_and(|it| it >= ALONE) {
            return Upgrade::Same;
        }
        if !brings_own(stage, pip) {
            return Upgrade::Idle;
        }
    }
    Upgrade::Open(OpenCondition::new(
        "whether uv may upgrade all that is needed: pip's `--upgrade` upgrades what it is told, and what that needs only where it must",
        "say `--upgrade-package NAME` for each instead",
    ))
}

/// Whether pip's own packages may be among what it is told.
fn brings_own(stage: Stage<'_>, pip: &PackageCommand<'_>) -> bool {
    let is_own = |text: &str| OWN.iter().any(|it| text.trim_start().starts_with(it));
    let of_file = |file: OptionValue<'_>| match file.text().map(|it| stage.read_at(it, pip.command))
    {
        Some(Answer::Found(text)) => text.lines().any(is_own),
        _ => true,
    };
    pip.operands().any(|it| is_own(it.literal_prefix())) || pip.requirement_files().any(of_file)
}

/// Whether nothing was installed there before, but what pip itself needs.
fn is_first(stage: Stage<'_>, pip: &PackageCommand<'_>) -> bool {
    let is_known = pip.python().is_some_and(|it| it.from == PythonFrom::Image);
    let steps = stage.base_chain().flat_map(Stage::steps);
    let mut before = steps.filter(|it| it.index() <= pip.step().index());
    let brings = |step: Step<'_>| {
        let is_copied = step.is_copy_or_add()
            && step.flag("from").is_some()
            && !step.source_text().contains("astral-sh/uv");
        let mut commands = step.commands();
        is_copied || commands.any(|it| it.range().start() < pip.range().start() && may_install(it))
    };
    is_known && !before.any(brings)
}

/// Whether a command may install packages of Python.
fn may_install(command: Command<'_>) -> bool {
    let of_python = [
        PackageManager::Pip,
        PackageManager::Uv,
        PackageManager::Pipx,
        PackageManager::Conda,
    ];
    if let Some(package) = PackageCommand::of(command) {
        let mut operands = package.operands().map(Word::literal_prefix);
        let is_more = operands.any(|it| !OWN.iter().any(|own| it.starts_with(own)))
            || package.requirement_files().next().is_some()
            || package.editables().next().is_some();
        return of_python.contains(&package.manager) && is_more;
    }
    let is_python = programs::is_python(command.executable_name())
        && !command.args().any(|it| it.is("venv") || it.is("--version"));
    is_python || command.is_one_of(&["pipenv", "poetry", "pdm"]) || calls_others(&command)
}
