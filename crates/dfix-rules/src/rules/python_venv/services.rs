//! What starts programs with a PATH of its own, or by names that stand in a file of its own.

use dfix_catalogue::programs::{self, Mark};
use dfix_engine::OpenCondition;
use dfix_model::{PackageCommand, PackageManager, Stage};

use super::venv::standing_on;

/// What could not be established of the programs that others start.
pub(crate) fn open(stage: Stage<'_>) -> Vec<OpenCondition> {
    let mut open = Vec::new();
    for standing in standing_on(stage).filter(|s| s.is_shipped()) {
        if let Some(name) = keeper(standing) {
            open.push(OpenCondition {
                condition: format!("whether the programs of {name} are named by their whole path"),
                remedy: "look for /usr/local/bin in its configuration".to_owned(),
            });
        }
        let serves_ssh = |c: dfix_model::Command<'_>| {
            // `service ssh start`, `/etc/init.d/ssh start`
            let is_service = c.is_one_of(&["service", "ssh"])
                && c.args()
                    .any(|w| matches!(w.value(), Some("restart" | "start")))
                && c.words().any(|w| {
                    w.value()
                        .is_some_and(|v| v.ends_with("ssh") || v.ends_with("sshd"))
                });
            c.is("sshd") || is_service
        };
        if standing.entry().commands().any(serves_ssh) {
            open.push(OpenCondition {
                condition: "whether what is called over ssh needs the environment: its sessions have a PATH of their own".to_owned(),
                remedy: "set PATH in /etc/environment too".to_owned(),
            });
        }
        if has_cron(standing) {
            open.push(OpenCondition {
                condition: "whether cron starts Python: its jobs have a PATH of their own, in which the environment would not be found".to_owned(),
                remedy: "put `PATH=/opt/venv/bin:…` before the jobs".to_owned(),
            });
        }
    }
    open
}

/// Why the sessions that the container is there for would not find the environment.
pub(crate) fn sessions(stage: Stage<'_>) -> Option<String> {
    standing_on(stage)
        .filter(|s| s.is_shipped())
        .filter_map(|s| s.entry().process())
        .any(|c| c.is("sshd"))
        .then(|| {
            "sshd gives its sessions a PATH of its own, in which the environment would not be found"
                .to_owned()
        })
}

/// The program that keeps others running, as its configuration says.
fn keeper(stage: Stage<'_>) -> Option<&'static str> {
    // A `CMD ["init"]` behind an entry point is a word for that, and no program.
    let at_start = stage
        .entry()
        .process()
        .and_then(|c| programs::find(c.name()))
        .filter(|program| program.is(Mark::Keeper))
        .map(programs::Program::name);
    let is_supervisors = stage.entry().commands().any(|c| c.is("supervisord"))
        || stage.python_packages().has("supervisor")
        || installs(stage, &["supervisor"])
        || stage
            .base_chain()
            .flat_map(Stage::steps)
            .filter(|step| step.is_copy_or_add())
            .flat_map(dfix_model::Step::words)
            .any(|word| word.source_text().contains("supervisor"));
    at_start.or_else(|| is_supervisors.then_some("supervisord"))
}

fn has_cron(stage: Stage<'_>) -> bool {
    const TABLES: &[&str] = &["/etc/cron", "/etc/periodic", "/var/spool/cron"];
    installs(
        stage,
        &["anacron", "cron", "cronie", "dcron", "systemd-cron"],
    ) || stage.base_chain().flat_map(Stage::steps).any(|step| {
        let names_a_table = |word: dfix_model::Word<'_>| {
            TABLES
                .iter()
                .any(|table| word.source_text().contains(table))
        };
        match step.name() {
            "COPY" | "ADD" => step.words().any(names_a_table),
            "RUN" => step.commands().any(|c| {
                c.is("crontab")
                    || c.redirects()
                        .filter_map(dfix_model::Redirect::target)
                        .any(names_a_table)
            }),
            _ => false,
        }
    })
}

/// Whether the distribution's package manager installs one of these.
fn installs(stage: Stage<'_>, names: &[&str]) -> bool {
    packages(stage).any(|name| names.contains(&name.as_str()))
}

/// The packages that apt and apk install in a stage and those below it.
pub(crate) fn packages(stage: Stage<'_>) -> impl Iterator<Item = String> {
    let of = |install: PackageCommand<'_>| {
        let names: Vec<String> = install
            .packages()
            .iter()
            .filter_map(|p| p.name.map(str::to_owned))
            .collect();
        names
    };
    stage.base_chain().flat_map(move |s| {
        s.installs(PackageManager::Apt)
            .chain(s.installs(PackageManager::Apk))
            .flat_map(of)
            .collect::<Vec<_>>()
    })
}
