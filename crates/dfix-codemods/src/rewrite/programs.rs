//! Programs that a rewrite calls, and that what it finds does not: they may not be there.

use dfix_catalogue::programs::{self, Kind as ProgramKind};
use dfix_engine::OpenCondition;
use dfix_model::path::file_name;
use dfix_model::{Command, PackageCommand, Stage, StepKind};
use dfix_syntax::TextSize;

use super::Rewrite;
use crate::flat;
use crate::matching::find::Found;
use crate::pattern::command::CommandPattern;
use crate::pattern::instruction::{Arguments, InstructionPattern};
use crate::pattern::{Kind, ReplacementKind, instructions};
use crate::replacement::of_program::are_alike;
use crate::replacement::of_words::filled;

/// Images that have little: what both have, every image with a shell is taken to have.
const SMALL: [(&str, &str); 2] = [("alpine", "latest"), ("debian", "latest")];

impl Rewrite {
    /// What is open of the programs that come: whether the image has them where nothing shows it.
    pub(super) fn programs_of(&self, found: &Found<'_>) -> Vec<OpenCondition> {
        let Some(stage) = found.stage() else {
            return Vec::new();
        };
        let name = |it: &CommandPattern| {
            let text = filled(&it.program.word, &found.state).ok()?;
            let name = file_name(&flat::shown(&text)).to_owned();
            (!name.is_empty() && !flat::has_expansion(&text)).then_some(name)
        };
        let old: Vec<String> = self.found_commands().into_iter().filter_map(name).collect();
        let new = self.written_commands().into_iter().filter_map(name);
        let mut open: Vec<OpenCondition> = new
            .filter(|it| !old.iter().any(|old| are_alike(old, it)))
            .filter(|it| !is_there(stage, it, found.range.start()))
            .map(|it| {
                OpenCondition::new(
                    format!("whether the image has `{it}`"),
                    "install it before, or see that it is there",
                )
            })
            .collect();
        open.dedup();
        open.extend(self.another_caller(found));
        open
    }

    /// The builder itself does what `ADD` and `COPY` do, as root; a `RUN` that comes for one is the user's.
    fn another_caller(&self, found: &Found<'_>) -> Option<OpenCondition> {
        let ReplacementKind::Instructions(new) = &self.replacement.kind else {
            return None;
        };
        let step = found.step()?;
        let stage = step.stage()?;
        let is_run = new.iter().any(|it| it.kind == StepKind::Run);
        let is_root = stage.user_at(step).is_root();
        (step.is_copy_or_add() && is_run && !is_root.is_yes()).then(|| {
            OpenCondition::new(
                format!(
                    "whether the user in force at line {} may write there: {} writes as root, and RUN as that user",
                    step.line(),
                    step.name()
                ),
                "let `USER root` stand before it, and the user behind it",
            )
        })
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

/// Whether something shows that a program is in the image at this place: the image has it, a command before calls or installs it.
fn is_there(stage: Stage<'_>, name: &str, at: TextSize) -> bool {
    let is_everywhere = || {
        programs::find(name).is_some_and(|it| matches!(it.kind(), ProgramKind::Builtin))
            || SMALL.iter().all(|(image, tag)| {
                dfix_catalogue::image(image, tag).has_command(name) == Some(true)
            })
    };
    let shows = |it: Command<'_>| {
        let installs = |it: PackageCommand<'_>| {
            it.is_install() && it.packages().iter().any(|it| it.name == Some(name))
        };
        it.stops_the_build() && (it.is(name) || PackageCommand::of(it).is_some_and(installs))
    };
    let before = || {
        let commands = stage.base_chain().flat_map(Stage::build_commands);
        commands.filter(|it| it.range().start() < at).any(shows)
    };
    stage.base_facts().has_command(name) == Some(true) || is_everywhere() || before()
}
