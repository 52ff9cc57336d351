//! What the steps of a stage do to its users and groups, in order.

use std::collections::HashMap;

use dfix_catalogue::{Purpose, ShippedUser};

use super::commands::{ChangedUser, NewUser, Said, said};
use super::{Account, MadeBy};
use crate::collect::command::{Operator, WrapperKind};
use crate::collect::instruction::StepKind;
use crate::context::Answer;
use crate::facts::executed::{Executed, Executor};
use crate::facts::variables::{expand_text, is_shell_variable};
use crate::facts::workdir::{workdir_before, working_directory};
use crate::handles::{Command, Source, Stage, Step, Word};
use crate::path::ImagePath;
use crate::ternary::{OpenCondition, Ternary};

/// Users or groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    User,
    Group,
}

/// The events of a stage, and where each name comes up among them.
#[derive(Default)]
pub(crate) struct AccountsData {
    pub(super) events: Vec<Event>,
    pub(super) users: HashMap<String, Vec<u32>>,
    pub(super) groups: HashMap<String, Vec<u32>>,
    /// Those that take over a list.
    pub(super) lists: Vec<u32>,
    /// Those that may make any name.
    pub(super) makes: Vec<u32>,
    /// Those after which nothing is sure.
    pub(super) unsure: Vec<u32>,
}

/// Something that a step does to users or groups.
pub(super) struct Event {
    pub(super) step: usize,
    pub(super) is_certain: bool,
    pub(super) change: Change,
}

pub(super) enum Change {
    CreatedUser(Box<Made>),
    CreatedGroup(String),
    UserRemoved(String),
    GroupRemoved(String),
    Renamed {
        subject: Subject,
        from: String,
        to: String,
    },
    UserChanged(Box<Changed>),
    /// The list becomes that of another stage, as it is at that one's end, or an empty one.
    ListOf {
        stage: Option<usize>,
        subject: Subject,
    },
    /// Further users or groups may be made, of which the names are not known.
    Makes(OpenCondition),
    /// Anything may have been made, changed or deleted.
    Unsure(OpenCondition),
}

/// A user that is made.
pub(super) struct Made {
    pub(super) name: String,
    written: Option<String>,
    uid: Option<u32>,
    is_uid_fixed: bool,
    group: Option<String>,
    home: Option<String>,
    has_home: Ternary,
    shell: Option<String>,
    is_system: bool,
}

/// What is changed of a user; `To(None)` is a value that only the build knows.
pub(super) struct Changed {
    uid: To<u32>,
    group: To<String>,
    home: To<String>,
    moves_home: bool,
    shell: To<String>,
}

enum To<T> {
    Same,
    To(Option<T>),
}

impl<T: Clone> To<T> {
    fn apply(&self, value: &mut Option<T>, is_certain: bool) -> bool {
        if let To::To(new) = self {
            *value = new.clone().filter(|_| is_certain);
        }
        matches!(self, To::To(_))
    }
}

/// The lists of users and of groups.
const USERS: &str = "/etc/passwd";
const GROUPS: &str = "/etc/group";

/// The user that an event makes.
pub(super) fn account_of(made: &Made, event: &Event) -> Account {
    Account {
        name: made.name.clone(),
        written: made.written.clone(),
        uid: made.uid,
        is_uid_fixed: made.is_uid_fixed,
        group: made.group.clone(),
        home: made.home.clone(),
        has_home: made.has_home.clone(),
        shell: made.shell.clone(),
        is_system: made.is_system,
        is_for_application: true,
        made_by: MadeBy::Step(event.step),
        is_certain: event.is_certain,
    }
}

/// A user that the base image brings along.
pub(super) fn shipped(user: ShippedUser) -> Account {
    Account {
        name: user.name.to_owned(),
        written: None,
        uid: user.uid,
        is_uid_fixed: true,
        group: None,
        home: user.home.map(str::to_owned),
        has_home: if user.home.is_some() {
            Ternary::Yes
        } else {
            home_is_open(user.name)
        },
        shell: None,
        is_system: user.purpose == Purpose::Service,
        is_for_application: user.purpose == Purpose::Application,
        made_by: MadeBy::Base,
        is_certain: true,
    }
}

fn home_is_open(name: &str) -> Ternary {
    Ternary::unknown(
        format!("whether {name} has a home"),
        "make the user with a home (`useradd -m`)",
    )
}

/// Changes a user as an event does; where that is not certain, what it changes is not known.
pub(super) fn change(account: &mut Account, changed: &Changed, is_certain: bool) {
    if changed.uid.apply(&mut account.uid, is_certain) {
        account.is_uid_fixed &= account.uid.is_some();
    }
    changed.group.apply(&mut account.group, is_certain);
    changed.shell.apply(&mut account.shell, is_certain);
    let has_other_home = changed.home.apply(&mut account.home, is_certain);
    if has_other_home && !(changed.moves_home && is_certain) {
        account.has_home = home_is_open(&account.name);
    }
}

/// What the steps of a stage do to accounts.
pub(super) fn of(stage: Stage<'_>) -> AccountsData {
    let mut collector = Collector {
        stage,
        data: AccountsData::default(),
        step: 0,
    };
    let mut executor = Executor::new(stage);
    for step in stage.steps().filter(|step| !step.is_onbuild()) {
        collector.step = step.index;
        match step.name() {
            "RUN" => {
                for executed in executor.step(step) {
                    match executed {
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

struct Collector<'m> {
    stage: Stage<'m>,
    data: AccountsData,
    step: usize,
}

impl<'m> Collector<'m> {
    fn push(&mut self, is_certain: bool, change: Change) {
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

    fn unsure(&mut self, condition: String) {
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

    fn text(&self, word: Word<'m>, command: Command<'m>) -> Option<String> {
        expand_text(self.stage, word, command)
    }

    fn number(&self, word: Word<'m>, command: Command<'m>) -> Option<u32> {
        self.text(word, command)?.parse().ok()
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
            Said::MakeGroup(_) | Said::RemoveGroup(_) | Said::RenameGroup(..) => "groups",
        };
        let makes = makes(command, subject);
        let changes = changes(command, subject);
        match said {
            Said::MakeUser(new) => match named(new.name) {
                Some((name, is_certain)) => self.make_user(command, &new, name, is_certain),
                None => self.push(true, makes),
            },
            Said::MakeGroup(word) => match named(word) {
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
            Said::RenameGroup(from, to) => match (named(from), self.text(to, command)) {
                (Some((from, is_certain)), Some(to)) => {
                    let subject = Subject::Group;
                    self.push(is_certain, Change::Renamed { subject, from, to });
                }
                _ => self.push(true, changes),
            },
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
            Some(word) => self.text(word, command),
            None => Some(format!("/home/{name}")),
        };
        let made = Made {
            written: written(self.stage, command, new.name),
            uid: new.uid.and_then(|word| self.number(word, command)),
            is_uid_fixed: new.uid.is_some_and(Word::is_known),
            group: new.group.and_then(|word| self.text(word, command)),
            home,
            has_home,
            shell: new.shell.and_then(|word| self.text(word, command)),
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
        if let Some(word) = changed.new_name {
            let Some(to) = self.text(word, command) else {
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
        let text = |word: Option<Word<'m>>| match word {
            Some(word) => To::To(self.text(word, command)),
            None => To::Same,
        };
        let data = Changed {
            uid: match changed.uid {
                Some(word) => To::To(self.number(word, command)),
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

    /// Commands that write to the lists themselves.
    fn lists(&mut self, command: Command<'m>) {
        let writes_by = command
            .redirects()
            .filter(|redirect| redirect.writes())
            .filter_map(|redirect| Some((redirect.operator(), redirect.target()?)))
            .find_map(|(operator, word)| Some((operator == ">>", self.list(word, command)?)));
        if let Some((is_appended, subject)) = writes_by {
            self.write(command, command, is_appended, subject);
            return;
        }
        const WRITERS: &[&str] = &[
            "awk", "cp", "dd", "install", "ln", "mv", "patch", "perl", "rm", "rsync", "sed", "tee",
        ];
        if !command.is_one_of(WRITERS) {
            return;
        }
        let operands: Vec<Word<'m>> = command.args().filter(|w| !w.starts_with("-")).collect();
        // What is only read stands before.
        let last_only = command.is_one_of(&["cp", "install", "ln", "rsync"]);
        let written: &[Word<'m>] = match operands.as_slice() {
            [.., last] if last_only => std::slice::from_ref(last),
            all => all,
        };
        let Some(subject) = written.iter().find_map(|word| self.list(*word, command)) else {
            return;
        };
        match command.name() {
            "tee" => {
                let is_appended = command.has_option("-a") || command.has_option("--append");
                match piped_from(command) {
                    Some(source) => self.write(command, source, is_appended, subject),
                    None => self.unsure(format!("what `tee` writes into {}", path_of(subject))),
                }
            }
            "sed"
                if !command
                    .args()
                    .any(|w| w.starts_with("-i") || w.starts_with("--in-place")) => {}
            "sed" => self.edit(command, &operands, subject),
            name => self.unsure(format!("what `{name}` makes of {}", path_of(subject))),
        }
    }

    /// Which list a word names, if it names one.
    fn list(&self, word: Word<'m>, command: Command<'m>) -> Option<Subject> {
        if !word.literal_prefix().is_empty() && !word.literal_prefix().contains(['/', 'p', 'g']) {
            return None;
        }
        let text = self.text(word, command)?;
        if !(text.ends_with("passwd") || text.ends_with("group")) {
            return None;
        }
        let path = if text.starts_with('/') {
            ImagePath::new(&text)
        } else {
            ImagePath::new(&working_directory(command)?).join(&text)
        };
        match path.as_str() {
            USERS => Some(Subject::User),
            GROUPS => Some(Subject::Group),
            _ => None,
        }
    }

    /// Lines that `source` (`echo`, `printf`) writes into a list.
    fn write(
        &mut self,
        command: Command<'m>,
        source: Command<'m>,
        is_appended: bool,
        subject: Subject,
    ) {
        let texts: Option<Vec<String>> = source
            .args()
            .filter(|word| !word.starts_with("-"))
            .map(|word| self.text(word, command))
            .collect();
        let texts = texts.filter(|_| is_appended && source.is_one_of(&["echo", "printf"]));
        let Some(texts) = texts else {
            self.unsure(format!(
                "what `{}` writes into {}",
                command.name(),
                path_of(subject)
            ));
            return;
        };
        let is_certain = command.is_certain();
        for line in texts.iter().flat_map(|text| lines(text)) {
            match (subject, line_of(line)) {
                (Subject::User, Some((name, fields))) => {
                    let made = made_by_line(name, &fields, command.is_certain());
                    self.push(is_certain, Change::CreatedUser(Box::new(made)));
                }
                (Subject::Group, Some((name, _))) => {
                    self.push(is_certain, Change::CreatedGroup(name.to_owned()));
                }
                (_, None) => self.unsure(format!("what is written into {}", path_of(subject))),
            }
        }
    }

    /// `sed -i` on a list.
    fn edit(&mut self, command: Command<'m>, operands: &[Word<'m>], subject: Subject) {
        for word in operands {
            if self.list(*word, command).is_some() {
                continue;
            }
            let script = self.text(*word, command);
            match script.as_deref().map(edit_of) {
                Some(Edit::Deletes(name)) => {
                    let change = match subject {
                        Subject::User => Change::UserRemoved(name.to_owned()),
                        Subject::Group => Change::GroupRemoved(name.to_owned()),
                    };
                    let is_certain = command.is_certain();
                    self.push(is_certain, change);
                }
                Some(Edit::LeavesNames) => {}
                Some(Edit::Other) | None => {
                    self.unsure(format!("what `sed` makes of {}", path_of(subject)));
                }
            }
        }
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

    /// A `COPY` that puts a list of users there.
    fn copy(&mut self, step: Step<'m>) {
        for subject in [Subject::User, Subject::Group] {
            let list = ImagePath::new(path_of(subject));
            match self.copied(step, &list) {
                Copied::No => {}
                Copied::Stage(stage) => {
                    let stage = Some(stage);
                    self.push(true, Change::ListOf { stage, subject });
                }
                Copied::Maybe => self.unsure(format!(
                    "whether `{} … {}` brings another {list}",
                    step.name(),
                    step.target().map_or("", Word::source_text)
                )),
                Copied::Text(text) => {
                    // Whoever was there before is there no more.
                    self.push(
                        true,
                        Change::ListOf {
                            stage: None,
                            subject,
                        },
                    );
                    for (name, fields) in text.lines().filter_map(line_of) {
                        let change = match subject {
                            Subject::User => {
                                Change::CreatedUser(Box::new(made_by_line(name, &fields, true)))
                            }
                            Subject::Group => Change::CreatedGroup(name.to_owned()),
                        };
                        self.push(true, change);
                    }
                }
            }
        }
    }

    /// What a step puts at the place of a list.
    fn copied(&self, step: Step<'m>, list: &ImagePath) -> Copied {
        let target = step
            .target()
            .and_then(|word| expand_text(self.stage, word, step))
            .zip(workdir_before(self.stage, step.index, true));
        let Some((text, workdir)) = target else {
            return Copied::No;
        };
        let target = ImagePath::new(&workdir).join(&text);
        let Some(rest) = list.below(&target) else {
            return Copied::No;
        };
        let from = step.source();
        let context = self.stage.file.context;
        for word in step.sources() {
            let Some(source) = expand_text(self.stage, word, step) else {
                continue;
            };
            let is_folder = source.ends_with('/') || matches!(source.as_str(), "." | "./");
            let source = ImagePath::new(&source);
            let is_it = source.file_name() == list.file_name();
            let as_file = is_it && (rest.is_empty() || rest == list.file_name());
            match &from {
                None => {
                    let path = match (rest, as_file) {
                        ("", _) | (_, true) => source.clone(),
                        (rest, false) => source.join(rest),
                    };
                    let path = path.below(&ImagePath::root()).unwrap_or("");
                    match context.read(path) {
                        Answer::Found(text) => {
                            return Copied::Text(text.to_string());
                        }
                        Answer::Unknown(_) if rest.is_empty() || as_file || is_folder => {
                            return Copied::Maybe;
                        }
                        _ => {}
                    }
                }
                Some(Source::Stage(stage)) if as_file && source == *list => {
                    return Copied::Stage(stage.index);
                }
                Some(Source::Stage(stage)) if source.is_root() && !rest.is_empty() => {
                    return Copied::Stage(stage.index);
                }
                Some(_) if rest.is_empty() || as_file => return Copied::Maybe,
                // A system that was put together in a folder of its own.
                Some(_) if is_folder || source.file_name().contains("root") => {
                    return Copied::Maybe;
                }
                Some(_) => {}
            }
        }
        Copied::No
    }
}

/// What a step puts at the place of a list.
enum Copied {
    No,
    /// The list of another stage.
    Stage(usize),
    /// A list of the build context.
    Text(String),
    /// Perhaps something.
    Maybe,
}

fn path_of(subject: Subject) -> &'static str {
    match subject {
        Subject::User => USERS,
        Subject::Group => GROUPS,
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
fn is_guarded(command: Command<'_>, name: Word<'_>) -> bool {
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

/// The command that writes into the pipe which this one reads.
fn piped_from(command: Command<'_>) -> Option<Command<'_>> {
    let before = command.before()?;
    (before.operator == Operator::Pipe)
        .then(|| command.previous())
        .flatten()
}

/// The lines of a text that `echo` or `printf` writes.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.split("\\n"))
        .filter(|line| !line.trim().is_empty())
}

/// The name and the fields of a line of a list.
fn line_of(line: &str) -> Option<(&str, Vec<&str>)> {
    let fields: Vec<&str> = line.trim().split(':').collect();
    let name = *fields.first()?;
    let is_name = !name.is_empty() && !name.contains([' ', '%', '#', '$', '+']);
    (fields.len() >= 3 && is_name).then_some((name, fields))
}

fn made_by_line(name: &str, fields: &[&str], is_certain: bool) -> Made {
    let field = |at: usize| fields.get(at).filter(|f| !f.is_empty()).copied();
    let uid = field(2).and_then(|text| text.parse().ok());
    Made {
        name: name.to_owned(),
        written: None,
        is_uid_fixed: uid.is_some() && is_certain,
        uid,
        group: field(3).map(str::to_owned),
        home: field(5).map(str::to_owned),
        has_home: home_is_open(name),
        shell: field(6).map(str::to_owned),
        is_system: uid.is_some_and(|uid| uid < 1000),
    }
}

/// What a script of `sed` does to a list.
enum Edit<'t> {
    /// It deletes the line of this name.
    Deletes(&'t str),
    /// It changes paths in it: homes, shells.
    LeavesNames,
    Other,
}

fn edit_of(script: &str) -> Edit<'_> {
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
    };
    // `/^name:/d`
    if let Some(pattern) = script.strip_prefix("/^").and_then(|s| s.strip_suffix("/d")) {
        let name = pattern
            .strip_suffix(":.*")
            .or_else(|| pattern.strip_suffix(':'))
            .unwrap_or(pattern);
        if is_name(name) {
            return Edit::Deletes(name);
        }
    }
    // `s#/bin/ash#/bin/bash#`
    if let Some(rest) = script.strip_prefix('s')
        && let Some(divider) = rest.chars().next()
        && let Some(pattern) = rest[divider.len_utf8()..].split(divider).next()
        && pattern.trim_start_matches('\\').starts_with('/')
    {
        return Edit::LeavesNames;
    }
    Edit::Other
}
