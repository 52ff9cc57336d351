//! Programs that a rewrite calls, and that what it finds does not: they may not be there.

use dfix_engine::OpenCondition;
use dfix_model::{Command, PackageCommand, Ternary, come_together};

use super::Rewrite;
use crate::flat;
use crate::matching::find::{Found, Subject};
use crate::matching::state::State;
use crate::pattern::command::CommandPattern;
use crate::pattern::instruction::{Arguments, InstructionPattern};
use crate::pattern::{Kind, ReplacementKind, instructions};
use crate::replacement::of_words::filled;

impl Rewrite {
    /// What is open of the programs that come: whether the image has them where nothing shows it.
    ///
    /// # Errors
    /// Where what is found is what brings it.
    pub(super) fn programs_of(&self, found: &Found<'_>) -> Result<Vec<OpenCondition>, String> {
        let Some(stage) = found.stage() else {
            return Ok(Vec::new());
        };
        let names = |all: Vec<&CommandPattern>| -> Vec<String> {
            all.into_iter()
                .flat_map(|it| called_by(it, &found.state))
                .collect()
        };
        let old = names(self.found_commands());
        let mut open: Vec<OpenCondition> = Vec::new();
        for new in names(self.written_commands()) {
            if old
                .iter()
                .any(|old| *old == new || come_together(old, &new))
            {
                continue;
            }
            if let Some(line) = brought_by(found, &new) {
                return Err(format!(
                    "what is found in line {line} brings `{new}` itself, which would be called for that"
                ));
            }
            // What is named by its folder is meant to be there.
            if new.contains('/') {
                continue;
            }
            let lacks = || {
                OpenCondition::new(
                    format!("whether `{new}` comes before: the image has none"),
                    "install it before",
                )
            };
            let there = match stage.has_program(&new, found.range.start()) {
                Ternary::No => Some(lacks()),
                other => other.open(),
            };
            open.extend(there.filter(|it| !open.contains(it)));
        }
        Ok(open)
    }

    fn found_commands(&self) -> Vec<&CommandPattern> {
        match &self.search.pattern.kind {
            Kind::Command(command) => vec![command],
            Kind::Pipeline(all) => all.commands().collect(),
            Kind::Instructions(lines) => instructions(lines).flat_map(commands_of).collect(),
            Kind::Image(_) => Vec::new(),
        }
    }

    fn written_commands(&self) -> Vec<&CommandPattern> {
        match &self.replacement.kind {
            ReplacementKind::Commands(all) => all.iter().collect(),
            ReplacementKind::Pipeline(all) => all.commands().collect(),
            ReplacementKind::Instructions(all) => all.iter().flat_map(commands_of).collect(),
            ReplacementKind::Image(_)
            | ReplacementKind::Script { .. }
            | ReplacementKind::Nothing => Vec::new(),
        }
    }
}

fn commands_of(instruction: &InstructionPattern) -> Vec<&CommandPattern> {
    match &instruction.arguments {
        Arguments::Script(items) => {
            let all = items.iter().flat_map(|it| it.pipeline.commands());
            all.collect()
        }
        _ => Vec::new(),
    }
}

/// The programs that a command calls: its own, and those in front of it. What only the build can tell is none.
fn called_by(pattern: &CommandPattern, state: &State<'_>) -> Vec<String> {
    let wrappers = pattern.wrappers.iter().filter_map(|it| it.items.first());
    let programs = wrappers.chain([&pattern.program]);
    let names = programs.filter_map(|it| filled(&it.word, state).ok());
    let names = names.filter(|it| !it.is_empty() && !flat::has_expansion(it));
    names.map(|it| flat::shown(&it)).collect()
}

/// The line of a command that is found and installs a package of this name.
fn brought_by(found: &Found<'_>, name: &str) -> Option<usize> {
    let commands: Vec<Command<'_>> = match &found.subject {
        Subject::Command(command) => vec![*command],
        Subject::Instructions(step) => step.commands().collect(),
        Subject::Image(_) => Vec::new(),
    };
    let brings = |it: &PackageCommand<'_>| {
        let mut packages = it.packages().into_iter();
        it.is_install() && packages.any(|it| it.name == Some(name))
    };
    let mut installs = commands.into_iter().filter_map(PackageCommand::of);
    let install = installs.find(brings)?;
    Some(install.step().line_at(install.range().start()))
}
