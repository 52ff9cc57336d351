//! Commands of package managers that ask before they change anything: nobody can answer during a build.

use dfix_catalogue::{PackageWord, SystemPackageManager, package_options, package_word_is};
use dfix_engine::{Effect, Findings, OpenCondition, Safety};
use dfix_model::{Command, Model, Operator, PackageCommand, PackageManager, Stage, Step, StepKind};

use crate::base::lacks_all;

/// Programs that ask, and how they are told not to.
pub(crate) struct Asking {
    /// Their family, and its name in the tables.
    pub(crate) family: (PackageManager, &'static str),
    /// The programs.
    pub(crate) programs: &'static [&'static str],
    /// The package managers of images that have one of them.
    pub(crate) of: &'static [SystemPackageManager],
    /// The option; whether it stands before the subcommand.
    pub(crate) option: (&'static str, bool),
    /// What settings of theirs that say yes are called, in small letters.
    pub(crate) setting: &'static str,
    /// How the paths of their settings files begin.
    pub(crate) files: &'static [&'static str],
    /// Options that name another settings file.
    pub(crate) files_by: &'static [&'static str],
    /// The variable that names another settings file.
    pub(crate) variable: Option<&'static str>,
}

impl Asking {
    /// Gives the option to each command that would ask.
    pub(crate) fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        // Of the stage at hand, once asked: the first step that settles the answer for those after it.
        let mut known: Option<(usize, Option<usize>)> = None;
        for step in file.steps().filter(|s| s.is_run()) {
            let stage = step.stage();
            let Some(stage) = stage.filter(|it| !lacks_all(*it, self.of)) else {
                continue;
            };
            for command in step.package_commands() {
                if !self.asks(&command) || is_answered(&command) || self.is_settled(stage, &command)
                {
                    continue;
                }
                let configured = match known {
                    Some((of, configured)) if of == stage.index() => configured,
                    _ => {
                        let first = configured_from(stage, self.programs, self.setting, self.files);
                        known.insert((stage.index(), first)).1
                    }
                };
                if configured.is_some_and(|first| first <= command.step().index()) {
                    continue;
                }
                self.judge(&command, out);
            }
        }
    }

    fn judge(&self, command: &PackageCommand<'_>, out: &mut Findings<'_>) {
        let (name, subcommand) = (command.program_name(), command.subcommand());
        let message = format!("`{name} {}` may ask", command.subcommand_text());
        out.judge(subcommand, Safety::Safe, message, |case| {
            let (option, is_before) = self.option;
            let is_passed_over = !command.command.stops_the_build();
            case.open(is_passed_over.then(|| {
                OpenCondition::new(
                    format!(
                        "whether the image is to have what `{name} {}` does: where it gives up, the build may go on without",
                        command.subcommand_text()
                    ),
                    format!("say `{option}` if it is, else take the command out"),
                )
            }))
            .declare(Effect::arguments_of(command.command))
                .fix(|edit| match command.command.executable() {
                    Some(program) if is_before => edit.insert_word_after(program, option),
                    _ => edit.insert_word_after(subcommand, option),
                });
            Ok(())
        });
    }

    fn asks(&self, command: &PackageCommand<'_>) -> bool {
        let (manager, name) = self.family;
        command.manager == manager
            && command.command.is_one_of(self.programs)
            && package_word_is(name, command.subcommand_text(), PackageWord::Asks)
            && !command.assumes_yes()
            && !package_options(name, PackageWord::DoesNothing).any(|flag| command.has_flag(flag))
    }

    /// Whether a variable or an option says yes, or names a file that might.
    fn is_settled(&self, stage: Stage<'_>, command: &PackageCommand<'_>) -> bool {
        let says_yes = |word: &str| package_word_is(self.family.1, word, PackageWord::SaysYes);
        let in_variable = command
            .command
            .args()
            .filter(|w| !w.is_known())
            .filter_map(|w| stage.expand_text(w, command))
            .any(|text| text.split_whitespace().any(says_yes));
        in_variable
            || self
                .variable
                .is_some_and(|name| stage.env_at(command, name).is_set())
            || self.files_by.iter().any(|option| command.has_flag(option))
            || command.command.args().any(|it| it.mentions(self.setting))
    }
}

/// The first step of the stage and those that it stands on that has a setting of programs written, as its index: by a command that
/// names it (in small letters) and is none of theirs, or by a file that is put where one of these paths begins.
pub(crate) fn configured_from(
    stage: Stage<'_>,
    programs: &[&str],
    setting: &str,
    files: &[&str],
) -> Option<usize> {
    let configures = |step: &Step<'_>| match step.kind() {
        StepKind::Run => step
            .commands()
            .any(|c| !c.is_one_of(programs) && c.words().any(|word| word.mentions(setting))),
        StepKind::Copy | StepKind::Add => step.target().is_some_and(|target| {
            let target = target.literal_prefix();
            files.iter().any(|file| target.starts_with(file))
        }),
        _ => false,
    };
    stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(configures)
        .map(Step::index)
        .min()
}

/// Whether something else answers: a pipe, a file, a here-document.
fn is_answered(command: &PackageCommand<'_>) -> bool {
    let is_fed = |it: Command<'_>| {
        it.before().is_some_and(|c| c.operator == Operator::Pipe)
            || it.redirects().any(|r| r.operator().starts_with('<'))
    };
    command.command.with_outer().any(is_fed)
}
