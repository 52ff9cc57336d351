//! Programs that a rewrite calls, and that what it finds does not: they may not be there.

use dfix_catalogue::programs::{self, Mark};
use dfix_engine::OpenCondition;
use dfix_model::{Command, PackageCommand, Ternary, WordKind, come_together};

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

    /// Refuses words of a shell's own where none stands between: what is found is in the exec form, and stays in it.
    pub(super) fn for_no_shell(&self, found: &Found<'_>) -> Result<(), String> {
        let is_exec = match &found.subject {
            Subject::Command(command) => command.kind() == WordKind::Json,
            Subject::Instructions(step) => step.is_exec_form(),
            Subject::Image(_) => false,
        };
        // Where pattern and replacement are written in two forms, it gets that of the shell.
        let has_exec = |all: &[&CommandPattern]| all.iter().any(|it| it.is_exec);
        let (old, new) = (self.found_commands(), self.written_commands());
        if !is_exec || has_exec(&old) && !has_exec(&new) {
            return Ok(());
        }
        for pattern in new {
            let first = called_by(pattern, &found.state).into_iter().next();
            let is_own = |it: &String| it != "echo" && programs::is(it, Mark::ShellOnly);
            if let Some(name) = first.filter(is_own) {
                return Err(format!(
                    "`{name}` is the shell's own, and what is found is in the exec form: no shell reads it"
                ));
            }
            let mut words = pattern
                .words()
                .into_iter()
                .filter_map(|it| filled(it, &found.state).ok());
            if let Some(word) = words.find(|it| it.starts_with("~/")) {
                return Err(format!(
                    "a shell would read `{}`, and what is found is in the exec form",
                    flat::shown(&word)
                ));
            }
        }
        Ok(())
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
