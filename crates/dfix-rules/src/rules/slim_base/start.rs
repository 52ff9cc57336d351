//! What the container starts, where that tells of commands that no file shows.

use dfix_model::Stage;

use super::commands::{Reader, SHELLS};
use super::target::Target;

/// Programs that read what is typed when they are given nothing to run.
const INTERPRETERS: &[&str] = &[
    "python", "python2", "python3", "node", "irb", "perl", "pypy", "pypy3",
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
        let is_typed = SHELLS.contains(&program) || INTERPRETERS.contains(&program);
        if is_typed {
            self.needs.open(
                format!("what is typed into the `{program}` that this image starts"),
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

/// The program that the container starts, where it tells of others: a shell or an interpreter for
/// somebody to type into, `""` for other programs, none where the file says none.
fn started(last: Stage<'_>) -> Option<&str> {
    let named = |name| last.lineage().find_map(|s| s.steps_named(name).next_back());
    let (entry, command) = (named("ENTRYPOINT"), named("CMD"));
    let first = entry.or(command)?;
    // In the exec form the words of CMD are arguments of ENTRYPOINT.
    let has_more = entry.is_some() && command.is_some();
    let is_typed = |name: &str| SHELLS.contains(&name) || INTERPRETERS.contains(&name);
    let mut commands = first.commands().filter(|c| !c.has_inner());
    let bare = commands.find(|c| is_typed(c.name()) && c.args().len() == 0);
    match bare {
        Some(command) if !has_more => Some(command.name()),
        _ => {
            let special = |name: &&str| WAITING.contains(name) || WORKBENCHES.contains(name);
            Some(
                first
                    .commands()
                    .map(dfix_model::Command::name)
                    .find(special)
                    .unwrap_or(""),
            )
        }
    }
}
