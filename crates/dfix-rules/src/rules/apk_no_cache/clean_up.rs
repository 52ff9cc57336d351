//! What removes apk's index in the `RUN` that fetched it.

use dfix_catalogue::programs::Mark;
use dfix_engine::{Edit, Effect};
use dfix_model::{Clearing, Command, Connector, ImagePath, Operator, PackageCommand, Step, Word};

/// What removes the index afterwards, in the same step, where nothing fills it any more.
#[derive(Default)]
pub(super) struct CleanUp<'m> {
    parts: Vec<(Command<'m>, Clearing<'m>)>,
    /// What may fill the folder before another part of it, which stays therefore.
    filler: Option<String>,
}

impl<'m> CleanUp<'m> {
    /// What removes what was in the folder behind a command of apk, where none of the step's own commands of apk fills it any
    /// more. `keeps_none` says it of others that scripts call.
    pub(super) fn of(
        apk: &PackageCommand<'m>,
        folder: &ImagePath,
        keeps_none: &dyn Fn(&PackageCommand<'m>) -> bool,
    ) -> Self {
        let step = apk.command.step();
        let clears = step
            .commands()
            .filter(|it| it.is("rm") && it.range().start() > apk.range().start() && may_go(*it))
            .filter_map(|it| Some((it, it.clears(folder)?)))
            // Without the folder itself something else may fail.
            .filter(|(_, it)| !it.is_whole);
        let mut parts: Vec<(Command<'m>, Clearing<'m>)> = clears.collect();
        let Some((last, _)) = parts.last() else {
            return CleanUp::default();
        };
        let names = |it: &Command<'m>| {
            let mut words = it.args();
            !it.is_marked(Mark::LeavesNothing) && words.any(|it| it.mentions(folder.as_str()))
        };
        let fills = |it: &Command<'m>| names(it) || it.may_call(apk.manager, keeps_none);
        let before = |it: &Command<'m>| it.range().start() < last.range().start();
        if step.has_opaque_text() {
            return CleanUp {
                parts: Vec::new(),
                filler: Some("what dfix cannot read of the `RUN`".to_owned()),
            };
        }
        let filler = step.commands().filter(before).find(fills);
        if let Some(filler) = filler {
            parts.retain(|(it, _)| it.range().start() < filler.range().start());
        }
        let said = |it: Command<'_>| match it.name() {
            "" => "a command whose name is a variable".to_owned(),
            name => format!("`{name}`"),
        };
        CleanUp {
            parts,
            filler: filler.map(said),
        }
    }

    /// What becomes of it, as evidence.
    pub(super) fn said(&self) -> Vec<String> {
        let goes = |(it, clearing): &(Command<'m>, Clearing<'m>)| {
            let written = |words: &mut dyn Iterator<Item = Word<'m>>| {
                words.map(Word::source_text).collect::<Vec<_>>().join(" ")
            };
            if clearing.removes_more {
                let inside = written(&mut clearing.inside.iter().copied());
                return format!(
                    "`{inside}` of an `rm` goes, which has nothing left to remove there"
                );
            }
            let all = written(&mut it.words());
            format!("`{all}` goes, which has nothing left to remove")
        };
        let stays = |who: &String| format!("the clean-up stays: {who} may fill the folder");
        let told = self.parts.iter().map(goes);
        told.chain(self.filler.iter().map(stays)).collect()
    }

    /// What changes where it goes.
    pub(super) fn effects(&self, step: Step<'_>) -> Vec<Effect> {
        let more = self.parts.iter().filter(|(_, it)| it.removes_more);
        let more = more.map(|(command, _)| Effect::arguments_of(*command));
        [Effect::commands_of(step)]
            .into_iter()
            .chain(more)
            .collect()
    }

    /// The commands of which something goes.
    pub(super) fn commands(&self) -> Vec<Command<'m>> {
        self.parts.iter().map(|(command, _)| *command).collect()
    }

    /// Whether the command does nothing else.
    pub(super) fn is_whole(&self, command: Command<'m>) -> bool {
        self.parts
            .iter()
            .any(|(it, clearing)| *it == command && !clearing.removes_more)
    }

    /// Removes it, and `beside` with it.
    pub(super) fn remove(&self, beside: Option<Command<'m>>, edit: &mut Edit<'_>) {
        for (_, clearing) in self.parts.iter().filter(|(_, it)| it.removes_more) {
            edit.remove_words(clearing.inside.iter().copied());
        }
        let parts = self.parts.iter().filter(|(_, it)| !it.removes_more);
        edit.remove_commands(beside.into_iter().chain(parts.map(|(command, _)| *command)));
    }
}

/// The `rm` in the same step that removes what a command of apk left in the folder, whatever else removes it: as it is told.
pub(super) fn removed_by(apk: &PackageCommand<'_>, folder: &ImagePath) -> Option<String> {
    let later = |it: &Command<'_>| it.is("rm") && it.range().start() > apk.range().start();
    let mut all = apk.command.step().commands().filter(later);
    let remover = all.find(|it| it.clears(folder).is_some())?;
    let words: Vec<&str> = remover.words().map(Word::source_text).collect();
    let words = words.join(" ");
    Some(if words.len() > 48 || words.contains('\n') {
        "an `rm`".to_owned()
    } else {
        format!("`{words}`")
    })
}

/// Whether a command can go without a change to what its list makes of failures.
fn may_go(command: Command<'_>) -> bool {
    let joins = |it: Option<Connector>| {
        it.is_none_or(|it| {
            matches!(
                it.operator,
                Operator::And | Operator::Semicolon | Operator::Newline
            )
        })
    };
    let is_and = |it: Option<Connector>| it.is_some_and(|it| it.operator == Operator::And);
    let is_told_by_it = command.after().is_none() && !is_and(command.before());
    !is_told_by_it && joins(command.before()) && joins(command.after())
}
