//! What the container runs at start.

use std::sync::Arc;

use crate::collect::command::WrapperKind;
use crate::collect::instruction::StepKind;
use crate::collect::wrappers::takes_script;
use crate::context::Answer;
use crate::facts::context_files::read_final;
use crate::facts::workdir::final_workdir;
use crate::handles::{Base, Command, Stage, Step, Word};
use crate::path::{ImagePath, program_name};

/// Where an entry point or a command comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartCommand<'m> {
    /// There is none.
    Nothing,
    /// The `ENTRYPOINT` or `CMD` of this step.
    Step(Step<'m>),
    /// What the base image says.
    BaseImage,
}

impl<'m> StartCommand<'m> {
    /// The step, if one sets it.
    pub fn step(self) -> Option<Step<'m>> {
        match self {
            StartCommand::Step(step) => Some(step),
            StartCommand::Nothing | StartCommand::BaseImage => None,
        }
    }
}

/// What the container runs at start.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'m> {
    stage: Stage<'m>,
    /// The `ENTRYPOINT` in force.
    pub entrypoint: StartCommand<'m>,
    /// The `CMD` in force.
    pub cmd: StartCommand<'m>,
}

/// What a container of this stage runs at start: of this stage, those that it is based on, or the base.
pub(crate) fn entry(stage: Stage<'_>) -> Entry<'_> {
    let InForce { entrypoint, cmd } = *stage.cached(|| InForce::of(stage));
    let told = |said| match said {
        Said::Nothing => StartCommand::Nothing,
        Said::Step(index) => StartCommand::Step(Step {
            file: stage.file,
            index,
        }),
        Said::BaseImage => StartCommand::BaseImage,
    };
    Entry {
        stage,
        entrypoint: told(entrypoint),
        cmd: told(cmd),
    }
}

/// What is in force at the end of a stage.
#[derive(Clone, Copy)]
struct InForce {
    entrypoint: Said,
    cmd: Said,
}

#[derive(Clone, Copy)]
enum Said {
    Nothing,
    /// By the step of this index.
    Step(usize),
    BaseImage,
}

impl InForce {
    fn of(stage: Stage<'_>) -> Self {
        let mut now = match stage.base() {
            Base::Stage(parent) => *parent.cached(|| InForce::of(parent)),
            Base::Scratch => InForce {
                entrypoint: Said::Nothing,
                cmd: Said::Nothing,
            },
            Base::Image | Base::Unknown => InForce {
                entrypoint: Said::BaseImage,
                cmd: Said::BaseImage,
            },
        };
        let mut has_cmd = false;
        for step in stage.steps() {
            let kind = step.kind();
            if !matches!(kind, StepKind::Cmd | StepKind::Entrypoint) || step.is_onbuild() {
                continue;
            }
            let is_empty = step.is_exec_form() && step.words().len() == 0;
            let said = if is_empty {
                Said::Nothing
            } else {
                Said::Step(step.index)
            };
            if kind == StepKind::Cmd {
                has_cmd = true;
                now.cmd = said;
            } else {
                now.entrypoint = said;
                // The builder drops an inherited CMD here (BuildKit, dispatchEntrypoint).
                if !has_cmd {
                    now.cmd = Said::Nothing;
                }
            }
        }
        now
    }
}

impl<'m> Entry<'m> {
    /// The paths of the programs that it names with a folder.
    pub fn programs_by_path(self) -> Vec<ImagePath> {
        let workdir = ImagePath::new(&final_workdir(self.stage).unwrap_or_default());
        let programs = self.commands().filter_map(|it| it.program()?.value());
        let named = programs.filter(|text| text.contains('/'));
        named.map(|text| workdir.join(text)).collect()
    }

    /// The stage.
    pub fn stage(&self) -> Stage<'m> {
        self.stage
    }

    /// The steps that set it and take part: a `CMD` behind an `ENTRYPOINT` in shell form does not.
    pub fn steps(&self) -> impl Iterator<Item = Step<'m>> {
        let entrypoint = self.entrypoint.step();
        let cmd = self
            .cmd
            .step()
            .filter(|_| entrypoint.is_none_or(Step::is_exec_form));
        entrypoint.into_iter().chain(cmd)
    }

    /// Every command of the steps that take part. A `CMD` behind an `ENTRYPOINT` may not be a command but
    /// arguments of it.
    pub fn commands(&self) -> impl Iterator<Item = Command<'m>> {
        self.steps().flat_map(Step::commands)
    }

    /// The words of the entry point and the command together, if all are in exec form and known.
    pub fn argv(&self) -> Option<Vec<&'m str>> {
        if self.steps().next().is_none() || !self.steps().all(Step::is_exec_form) {
            return None;
        }
        self.steps()
            .flat_map(Step::words)
            .map(Word::value)
            .collect()
    }

    /// The process at start, wrappers such as `tini --` and `gosu user` peeled away: of several commands in
    /// shell form the last one. Behind an entry point that only prepares and then runs its arguments
    /// (`docker-entrypoint.sh`) it is still that entry point: see [`Entry::workload`].
    pub fn process(&self) -> Option<Command<'m>> {
        let entrypoint = self.entrypoint.step().and_then(last_command);
        let Some(command) = entrypoint else {
            return match self.entrypoint {
                StartCommand::Step(_) => None,
                _ => self.cmd.step().and_then(last_command),
            };
        };
        if only_wraps(command) {
            return self.cmd.step().and_then(last_command).or(Some(command));
        }
        Some(command)
    }

    /// Whether the entry point starts what the `CMD` says as it stands, and is nothing by itself: `["tini", "--"]`.
    pub fn runs_its_arguments(&self) -> bool {
        let entrypoint = self.entrypoint.step().and_then(last_command);
        entrypoint.is_some_and(only_wraps)
    }

    /// The process that does the work, as far as can be told: [`Entry::process`], or where that is a script that
    /// is given a `CMD`, the command that the `CMD` spells.
    pub fn workload(&self) -> Option<Command<'m>> {
        let main = self.process()?;
        let Some(cmd) = self.cmd.step().filter(|s| *s != main.step()) else {
            return Some(main);
        };
        if is_script(main.name()) {
            last_command(cmd)
        } else {
            Some(main)
        }
    }

    /// The script that runs at start: its path in the image, as written.
    pub fn script(&self) -> Option<&'m str> {
        let main = self.process()?;
        let program = main.program()?.value()?;
        if is_script(program_name(program)) {
            return Some(program);
        }
        // `["sh", "run.sh"]`, `["bash", "-e", "/run.sh"]`
        let is_shell = takes_script(program_name(program));
        main.args()
            .filter(|_| is_shell)
            .take_while(|w| !w.is("-c"))
            .find(|w| !w.starts_with("-"))?
            .value()
    }

    /// The text of the script that runs at start; `Absent` where none does.
    pub fn script_text(&self) -> Answer<Arc<str>> {
        match self.script() {
            Some(path) => read_final(self.stage, path),
            None => Answer::Absent,
        }
    }

    /// Whether a wrapper of an exec form or shell text makes the process run as another user.
    pub fn drops_privileges(&self) -> bool {
        self.commands().any(|c| {
            c.wrappers().any(|w| w.kind == WrapperKind::User)
                || c.is_one_of(&[
                    "gosu",
                    "su-exec",
                    "setpriv",
                    "s6-setuidgid",
                    "chpst",
                    "runuser",
                ])
                || (c.is("su") && c.args().len() > 0)
        })
    }
}

/// The last command of a step that stands in no other.
fn last_command(step: Step<'_>) -> Option<Command<'_>> {
    let last = step
        .commands()
        .filter(|c| c.program().is_some() && !c.around().substitution)
        .rev()
        .find(|c| c.outer().is_none())?;
    // `["sh", "-c", "exec python app.py"]`: what the script runs last.
    Some(
        last.inner()
            .filter(|c| c.program().is_some())
            .last()
            .unwrap_or(last),
    )
}

/// `ENTRYPOINT ["tini", "--"]` wraps what CMD says.
fn only_wraps(command: Command<'_>) -> bool {
    is_wrapper_alone(command) && command.step().is_exec_form()
}

fn is_wrapper_alone(command: Command<'_>) -> bool {
    command.is_one_of(&[
        "tini",
        "tini-static",
        "dumb-init",
        "catatonit",
        "docker-init",
        "gosu",
        "su-exec",
        "env",
        "exec",
        "nice",
        "setpriv",
    ])
}

fn is_script(name: &str) -> bool {
    let ending = std::path::Path::new(name).extension();
    ending.is_some_and(|e| e == "sh" || e == "bash")
        || matches!(
            name,
            "entrypoint" | "docker-entrypoint" | "start" | "run" | "init" | "boot"
        )
        || name.contains("entrypoint")
}
