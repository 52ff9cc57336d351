//! A package that is installed by another name, or no more: who takes it away again.

use dfix_engine::OpenCondition;
use dfix_model::{Model, PackageCommand, Stage};
use dfix_syntax::TextRange;

use crate::matching::find::Found;
use crate::replacement::plan::{Op, Plan};

/// What is open where a package is named otherwise where it is installed, and a command that takes it away names it as before.
/// `found`: what the same rewrite finds is its own affair.
pub(super) fn taken_away(
    plan: &Plan<'_>,
    found: &[Found<'_>],
    file: &Model<'_>,
) -> Option<OpenCondition> {
    let is_changed = |range: TextRange| {
        plan.ops.iter().any(|op| match op {
            Op::Word(word, _) => word.range() == range,
            Op::Bytes(it, _) => range.contains_range(*it) || it.contains_range(range),
            Op::Remove(words) => words.iter().any(|it| it.range() == range),
            _ => false,
        })
    };
    let commands = || {
        file.commands()
            .filter_map(PackageCommand::of)
            .filter(PackageCommand::is_of_system)
    };
    let renamed = commands()
        .filter(PackageCommand::is_install)
        .flat_map(|it| {
            let packages = it.packages().into_iter();
            packages.filter_map(move |package| {
                Some((
                    it,
                    package.name.filter(|_| is_changed(package.word.range()))?,
                ))
            })
        });
    let renamed: Vec<(PackageCommand<'_>, &str)> = renamed.collect();
    renamed.iter().find_map(|(install, name)| {
        let is_own = |it: &PackageCommand<'_>| {
            found
                .iter()
                .any(|found| found.range.intersect(it.range()).is_some())
        };
        let mut removals =
            commands().filter(|it| it.manager == install.manager && it.may_remove() && !is_own(it));
        let removal = removals.find(|it| {
            let is_there = are_of_one(it.command.stage(), install.command.stage());
            is_there
                && it
                    .packages()
                    .iter()
                    .any(|it| it.name == Some(name) && !is_changed(it.word.range()))
        })?;
        Some(OpenCondition::new(
            format!(
                "whether `{} {}` in line {} takes away what is installed then: it names `{name}`",
                removal.program_name(),
                removal.subcommand_text(),
                removal.step().line_at(removal.range().start())
            ),
            "change both, in one recipe",
        ))
    })
}

/// What is open where a package is installed no more, and a command behind is called as it is.
pub(super) fn called(plan: &Plan<'_>, file: &Model<'_>) -> Option<OpenCondition> {
    let new = |word: TextRange| {
        plan.ops.iter().find_map(|op| match op {
            Op::Word(it, text) => (it.range() == word).then_some(text.as_str()),
            Op::Bytes(range, _) => word.contains_range(*range).then_some(""),
            Op::Remove(words) => words.iter().any(|it| it.range() == word).then_some(""),
            Op::RemoveCommand(command) => command.range().contains_range(word).then_some(""),
            Op::RemoveInstruction(step) => step.range().contains_range(word).then_some(""),
            _ => None,
        })
    };
    let installs = file
        .commands()
        .filter_map(PackageCommand::of)
        .filter(PackageCommand::is_install);
    let gone = installs.flat_map(|it| {
        let packages = it.packages().into_iter();
        packages.filter_map(move |package| Some((it, package.name?, package.word.range())))
    });
    let mut gone = gone.filter(|(_, name, word)| new(*word).is_some_and(|it| !it.contains(name)));
    gone.find_map(|(install, name, _)| {
        let stage = install.command.stage()?;
        let calls = stage.with_descendants().flat_map(Stage::commands);
        let mut behind = calls.filter(|it| it.range().start() > install.range().end());
        let call = behind.find(|it| it.is(name))?;
        Some(OpenCondition::new(
            format!(
                "whether line {} does without `{name}`, which is installed no more",
                call.step().line_at(call.range().start())
            ),
            "change what calls it, in the same recipe",
        ))
    })
}

/// Whether one stage is the other, or is based on it.
fn are_of_one(one: Option<Stage<'_>>, other: Option<Stage<'_>>) -> bool {
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    one.base_chain().any(|it| it.index() == other.index())
}
