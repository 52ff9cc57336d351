//! What starts programs that no command of the file names: supervisors, cron, sessions of ssh.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, PackageMark, package_is};

use crate::facts::entry::entry;
use crate::facts::runtime;
use crate::facts::runtime::supervised::SUPERVISOR;
use crate::facts::system_packages::system_packages;
use crate::handles::{Command, Redirect, Stage, Step, Word};

/// What starts programs in containers of a stage by settings of its own. A handle: free to copy.
#[derive(Clone, Copy)]
pub struct Services<'m> {
    stage: Stage<'m>,
}

impl<'m> Services<'m> {
    pub(crate) fn of(stage: Stage<'m>) -> Self {
        Services { stage }
    }

    /// The program that keeps others running, as its configuration says: `supervisord`, `init`.
    pub fn keeper(self) -> Option<&'static str> {
        // A `CMD ["init"]` behind an entry point is a word for that, and no program.
        let at_start = entry(self.stage)
            .process()
            .and_then(|c| programs::find(c.name()))
            .filter(|program| program.is(Mark::Keeper))
            .map(programs::Program::name);
        let is_started = || {
            runtime::of(self.stage)
                .processes()
                .any(|process| process.command.is(SUPERVISOR))
        };
        let is_copied = || {
            self.stage
                .base_chain()
                .flat_map(Stage::copies)
                .flat_map(Step::words)
                .any(|word| word.source_text().contains("supervisor"))
        };
        at_start.or_else(|| {
            let is_there = self.stage.python_packages().has("supervisor")
                || is_started()
                || system_packages(self.stage).any(|package| package.name == "supervisor")
                || is_copied();
            is_there.then_some(SUPERVISOR)
        })
    }

    /// Whether cron starts jobs: it is installed, or told some.
    pub fn has_cron(self) -> bool {
        let is_cron = |name| package_is(Ecosystem::System, name, PackageMark::Cron);
        system_packages(self.stage).any(|package| is_cron(package.name))
            || self.stage.base_chain().any(tells_cron)
    }

    /// Whether the start leads to a server of ssh.
    pub fn serves_ssh(self) -> bool {
        runtime::of(self.stage).processes().any(|process| {
            process.command.is("sshd") || matches!(service(process.command), Some("ssh" | "sshd"))
        })
    }

    /// Whether the container is there for sessions of ssh: their server is its process.
    pub fn is_for_ssh(self) -> bool {
        entry(self.stage)
            .process()
            .is_some_and(|command| command.is("sshd"))
    }
}

/// Where the tables of jobs lie.
fn is_crontab(word: Word<'_>) -> bool {
    ["/etc/cron", "/etc/periodic", "/var/spool/cron"]
        .iter()
        .any(|table| word.source_text().contains(table))
}

fn tells_cron(stage: Stage<'_>) -> bool {
    let mut copied = stage.copies().flat_map(Step::words);
    copied.any(is_crontab)
        || stage.build_commands().any(|command| {
            command.is("crontab")
                || command
                    .redirects()
                    .filter_map(Redirect::target)
                    .any(is_crontab)
        })
}

/// The service that a command starts, stops or asks for: `service ssh start`, `/etc/init.d/ssh start`.
pub(crate) fn service(command: Command<'_>) -> Option<&str> {
    if command.is_one_of(&["invoke-rc.d", "rc-service", "service"]) {
        return command.args().find(|word| !word.starts_with("-"))?.value();
    }
    command.program()?.value()?.strip_prefix("/etc/init.d/")
}
