//! What the container starts, where that tells of commands that no file shows.

use dfix_model::StepKind;
use dfix_model::{Command, Stage, Step, Word};

use super::commands::{Reader, SHELLS};
use super::target::Target;

/// Programs that read what is typed when they are given nothing to run.
const INTERPRETERS: &[&str] = &[
    "python", "python2", "python3", "node", "irb", "perl", "pypy", "pypy3",
];

/// Programs that work on what they are told when the container is started.
const TOLD: &[&str] = &[
    "npm",
    "yarn",
    "pnpm",
    "npx",
    "pip",
    "pip3",
    "gem",
    "bundle",
    "poetry",
    "uv",
    "pod",
    "fastlane",
    "fog",
    "git",
    "make",
    "env",
    "exec",
    "tini",
    "dumb-init",
    "gosu",
    "su-exec",
    "pip-compile",
    "pip-sync",
    "dotenv",
    "dotenvx",
    "forever",
    "nodemon",
    "pm2",
    "pm2-docker",
    "pm2-runtime",
    "ts-node",
    "tsx",
];

/// Programs that wait for a person to come in.
const WAITING: &[&str] = &["sleep", "tail", "tmux", "screen", "sshd", "ttyd"];

/// Programs in which people run what they like.
const WORKBENCHES: &[&str] = &[
    "jupyter",
    "jupyter-lab",
    "jupyter-notebook",
    "jupyterhub",
    "jupyterhub-singleuser",
    "start-notebook.sh",
    "code-server",
    "ansible-playbook",
    "ansible",
    "molecule",
    "ipython",
    "jest",
    "mocha",
    "pytest",
    "py.test",
    "rspec",
    "tox",
    "vim",
    "nvim",
    "emacs",
    "nano",
    "zsh",
    "fish",
];

impl<'m> Reader<'m, '_> {
    /// Looks at what the final image starts.
    pub(super) fn start(&mut self, target: &Target<'m>) {
        if !self.form.loses_tools() {
            return;
        }
        let Some(last) = target.stages.iter().copied().find(|s| s.is_final()) else {
            return;
        };
        let remedy =
            "look whether it uses curl, git, a compiler or other tools that the slim form lacks";
        let Some(program) = started(last) else {
            return self.needs.open(
                "what is run in this image: it has no `CMD` or `ENTRYPOINT` of its own",
                remedy,
            );
        };
        if is_typed(program) {
            self.needs.open(
                format!("what the `{program}` is told that this image starts"),
                remedy,
            );
        } else if WAITING.contains(&program) || WORKBENCHES.contains(&program) {
            self.needs.open(
                format!("what is run beside `{program}` in this image"),
                remedy,
            );
        }
    }
}

fn is_typed(program: &str) -> bool {
    SHELLS.contains(&program) || INTERPRETERS.contains(&program) || TOLD.contains(&program)
}

/// Whether a command has options only, and none that says what to run.
fn is_told_nothing(command: Command<'_>) -> bool {
    let wants_more = |text: &str| matches!(text, "-c" | "-m" | "-e" | "-p");
    let last = command.args().len().saturating_sub(1);
    command.args().enumerate().all(|(index, word)| {
        let text = word.literal_prefix();
        // A last `-c` waits for what is told.
        text.starts_with('-') && text != "--version" && (index == last || !wants_more(text))
    })
}

/// The program that the container starts, where it tells of others: a shell or an interpreter for
/// somebody to type into, `""` for other programs, none where the file says none.
fn started<'m>(last: Stage<'m>) -> Option<&'m str> {
    let named = |kind| last.base_chain().find_map(|s| s.steps_of(kind).next_back());
    // An empty list says that there is none.
    let (entry, command) = (named(StepKind::Entrypoint), named(StepKind::Cmd));
    let is_some = |step: &Step<'_>| !step.is_exec_form() || step.words().next().is_some();
    let entry = entry.filter(is_some);
    let command = command.filter(is_some);
    let first = entry.or(command)?;
    // In the exec form the words of CMD are arguments of ENTRYPOINT.
    let says_more = |step: Step<'_>| {
        let first = step.words().next();
        first.is_none_or(|word| !word.literal_prefix().starts_with('-'))
    };
    let has_more = entry.is_some() && command.is_some_and(says_more);
    let mut commands = first.commands().filter(|c| !c.has_inner());
    let bare = commands.find(|c| is_typed(c.name()) && is_told_nothing(*c));
    match bare {
        Some(command) if !has_more => Some(command.name()),
        _ => {
            let special = |name: &&str| WAITING.contains(name) || WORKBENCHES.contains(name);
            let module = |command: Command<'m>| {
                let is_told = crate::programs::is_python(command.name())
                    && command.arg(0).is_some_and(|word| word.is("-m"));
                let told = command.arg(1).filter(|_| is_told);
                told.and_then(Word::value).unwrap_or(command.name())
            };
            Some(first.commands().map(module).find(special).unwrap_or(""))
        }
    }
}
