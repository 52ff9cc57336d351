//! What the steps of a stage do to its users and groups.

use super::commands::{ChangedUser, NewUser, OptionValue, Said, said};
use super::events::{AccountsData, Change, Changed, Event, Made, Subject, To, USERS, home_is_open};
use crate::collect::command::WrapperKind;
use crate::collect::instruction::StepKind;
use crate::facts::executed::{Executed, executed};
use crate::facts::interpreted::Interpreted;
use crate::facts::variables::{expand_text, is_shell_variable};
use crate::handles::{Command, Stage, Word};
use crate::ternary::OpenCondition;

/// What the steps of a stage do to accounts.
pub(super) fn of(stage: Stage<'_>) -> AccountsData {
    let mut collector = Collector {
        stage,
        data: AccountsData::default(),
        step: 0,
    };
    let interpreted = Interpreted::of(stage);
    for step in stage.steps().filter(|step| !step.is_onbuild()) {
        collector.step = step.index;
        match step.name() {
            "RUN" => {
                for done in executed(interpreted, step) {
                    match done {
                        Executed::Command(command) => collector.command(command),
                        Executed::Other(text) => collector.other_script(text),
                        Executed::Unread(open) => collector.push(true, Change::Unsure(open)),
                    }
                }
            }
            "COPY" | "ADD" => collector.copy(step),
            _ => {}
        }
    }
    collector.data
}

pub(super) struct Collector<'m> {
    pub(super) stage: Stage<'m>,
    data: AccountsData,
    step: usize,
}

impl<'m> Collector<'m> {
    pub(super) fn push(&mut self, is_certain: bool, change: Change) {
        let at = u32::try_from(self.data.events.len()).expect("files are below 4 GiB");
        let data = &mut self.data;
        let mut user = |name: &str| data.users.entry(name.to_owned()).or_default().push(at);
        match &change {
            Change::CreatedUser(made) => user(&made.name),
            Change::UserRemoved(name) => user(name),
            Change::Renamed {
                subject: Subject::User,
                from,
                to,
            } => {
                user(from);
                if to != from {
                    user(to);
                }
            }
            Change::CreatedGroup(name) | Change::GroupRemoved(name) => {
                data.groups.entry(name.clone()).or_default().push(at);
            }
            Change::Renamed { from, to, .. } => {
                data.groups.entry(from.clone()).or_default().push(at);
                if to != from {
                    data.groups.entry(to.clone()).or_default().push(at);
                }
            }
            Change::UserChanged(_) => {}
            Change::ListOf { .. } => data.lists.push(at),
            Change::Makes(_) => data.makes.push(at),
            Change::Unsure(_) => data.unsure.push(at),
        }
        data.events.push(Event {
            step: self.step,
            is_certain,
            change,
        });
    }

    pub(super) fn unsure(&mut self, condition: String) {
        self.push(
            true,
            Change::Unsure(OpenCondition::new(
                condition,
                "make the users by `useradd` and its like",
            )),
        );
    }

    fn command(&mut self, command: Command<'m>) {
        // `xargs useradd`: the names come from elsewhere.
        let is_fed = command
            .wrappers()
            .any(|wrapper| wrapper.kind == WrapperKind::Arguments);
        match said(command).filter(|_| !is_fed) {
            None if is_fed && command.is_one_of(MAKERS) => self.push(true, makes(command, "users")),
            None if is_fed && command.is_one_of(CHANGERS) => {
                self.push(true, changes(command, "users"));
            }
            Some(said) => self.said(command, said),
            None => self.lists(command),
        }
    }

    pub(super) fn text(&self, word: Word<'m>, command: Command<'m>) -> Option<String> {
        expand_text(self.stage, word, command)
    }

    fn number(&self, value: OptionValue<'m>, command: Command<'m>) -> Option<u32> {
        value.text(self.stage, command)?.parse().ok()
    }

    fn said(&mut self, command: Command<'m>, said: Said<'m>) {
        let named = |word: Word<'m>| {
            let text = self.text(word, command)?;
            let is_certain = command.is_certain() || is_guarded(command, word);
            Some((text, is_certain))
        };
        let subject = match said {
            Said::MakeUser(_) | Said::RemoveUser(_) | Said::ChangeUser(_) | Said::ReadList => {
                "users"
            }
            Said::MakeGroup(_) | Said::RemoveGroup(_) | Said::ChangeGroup(_) => "groups",
        };
        let makes = makes(command, subject);
        let changes = changes(command, subject);
        match said {
            Said::MakeUser(new) => match named(new.name) {
                Some((name, is_certain)) => self.make_user(command, &new, name, is_certain),
                None => self.push(true, makes),
            },
            Said::MakeGroup(group) => match named(group.name) {
                Some((name, is_certain)) => self.push(is_certain, Change::CreatedGroup(name)),
                None => self.push(true, makes),
            },
            Said::RemoveUser(word) => match named(word) {
                Some((name, is_certain)) => {
                    self.push(is_certain, Change::GroupRemoved(name.clone()));
                    self.push(is_certain, Change::UserRemoved(name));
                }
                None => self.push(true, changes),
            },
            Said::RemoveGroup(word) => match named(word) {
                Some((name, is_certain)) => self.push(is_certain, Change::GroupRemoved(name)),
                None => self.push(true, changes),
            },
            Said::ChangeGroup(group) => {
                let Some(to) = group.new_name else { return };
                match (named(group.name), to.text(self.stage, command)) {
                    (Some((from, is_certain)), Some(to)) => {
                        let subject = Subject::Group;
                        self.push(is_certain, Change::Renamed { subject, from, to });
                    }
                    _ => self.push(true, changes),
                }
            }
            Said::ChangeUser(changed) => match named(changed.name) {
                Some((name, is_certain)) => self.change_user(command, &changed, name, is_certain),
                None => self.push(true, changes),
            },
            Said::ReadList => self.push(true, makes),
        }
    }

    fn make_user(
        &mut self,
        command: Command<'m>,
        new: &NewUser<'m>,
        name: String,
        is_certain: bool,
    ) {
        if new.has_own_group {
            self.push(is_certain, Change::CreatedGroup(name.clone()));
        }
        let has_home = match new.makes_home {
            Some(is_made) => is_made.into(),
            None => home_is_open(&name),
        };
        let home = match new.home {
            Some(value) => value.text(self.stage, command),
            None => Some(format!("/home/{name}")),
        };
        let made = Made {
            written: written(self.stage, command, new.name),
            uid: new.uid.and_then(|value| self.number(value, command)),
            is_uid_fixed: new.uid.is_some_and(OptionValue::is_known),
            group: new.group.and_then(|value| value.text(self.stage, command)),
            home,
            has_home,
            shell: new.shell.and_then(|value| value.text(self.stage, command)),
            is_system: new.is_system,
            name,
        };
        self.push(is_certain, Change::CreatedUser(Box::new(made)));
    }

    fn change_user(
        &mut self,
        command: Command<'m>,
        changed: &ChangedUser<'m>,
        name: String,
        is_certain: bool,
    ) {
        let mut name = name;
        if let Some(value) = changed.new_name {
            let Some(to) = value.text(self.stage, command) else {
                self.push(
                    true,
                    Change::Unsure(OpenCondition::new(
                        format!("which name `usermod` gives to {name}"),
                        "write the name down",
                    )),
                );
                return;
            };
            let renamed = Change::Renamed {
                subject: Subject::User,
                from: name,
                to: to.clone(),
            };
            self.push(is_certain, renamed);
            name = to;
        }
        let text = |value: Option<OptionValue<'m>>| match value {
            Some(value) => To::To(value.text(self.stage, command)),
            None => To::Same,
        };
        let data = Changed {
            uid: match changed.uid {
                Some(value) => To::To(self.number(value, command)),
                None => To::Same,
            },
            group: text(changed.group),
            home: text(changed.home),
            moves_home: changed.moves_home,
            shell: text(changed.shell),
        };
        let at = u32::try_from(self.data.events.len()).expect("files are below 4 GiB");
        self.data.users.entry(name).or_default().push(at);
        self.push(is_certain, Change::UserChanged(Box::new(data)));
    }

    /// A script for something else than a shell may call the tools that make users.
    fn other_script(&mut self, text: &str) {
        const TOOLS: &[&str] = &[
            "useradd", "adduser", "usermod", "userdel", "deluser", "groupadd", "addgroup", USERS,
        ];
        if TOOLS.iter().any(|tool| text.contains(tool)) {
            self.unsure("which users a script of the build makes".to_owned());
        }
    }
}

/// The name as the file writes it, where the variables of the stage name it.
fn written(stage: Stage<'_>, command: Command<'_>, word: Word<'_>) -> Option<String> {
    let is_builders = !word.is_known()
        && !command.is_of_script()
        && word.variables().iter().all(|name| {
            !is_shell_variable(command, name)
                && stage.steps().any(|step| {
                    matches!(step.kind(), StepKind::Arg | StepKind::Env)
                        && step.pairs().any(|p| p.key_text() == Some(name))
                })
        });
    is_builders.then(|| word.source_text().trim_matches('"').to_owned())
}

/// Whether a command that runs under a condition is asked for just before, so that what it wants holds
/// in any case: `id app || useradd app`, `getent passwd app && userdel app`.
pub(super) fn is_guarded(command: Command<'_>, name: Word<'_>) -> bool {
    std::iter::successors(command.previous(), |before| before.previous())
        .take(3)
        .any(|before| {
            before.is_one_of(&["id", "getent", "grep", "egrep"])
                && before.args().any(|word| {
                    word.source_text() == name.source_text()
                        || name
                            .value()
                            .is_some_and(|name| word.literal_prefix().contains(name))
                })
        })
}

const MAKERS: &[&str] = &["useradd", "adduser", "groupadd", "addgroup"];
const CHANGERS: &[&str] = &[
    "usermod", "userdel", "deluser", "groupmod", "groupdel", "delgroup",
];

/// The command makes accounts of which the names are not known.
fn makes(command: Command<'_>, subject: &str) -> Change {
    Change::Makes(OpenCondition::new(
        format!("which {subject} `{}` makes", command.name()),
        "write their names down",
    ))
}

/// The command changes or deletes accounts of which the names are not known.
fn changes(command: Command<'_>, subject: &str) -> Change {
    Change::Unsure(OpenCondition::new(
        format!("which {subject} `{}` changes", command.name()),
        "write their names down",
    ))
}
