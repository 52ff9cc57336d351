//! Who misses what is no longer there: later commands of a build, the scripts of the build context that they run,
//! other stages, and what the container starts.
//!
//! A change that leaves a folder empty, or has nothing make it, is asked here what fails afterwards. What only *uses* a
//! cache does as well without; what *names* its folder may not: `rm -r` of a folder that is not there ends with an
//! error, and so does a `COPY --from` that takes it.

pub(crate) mod absence;
pub(crate) mod named;
pub(crate) mod need;

use dfix_syntax::TextRange;

use crate::facts::needs::absence::{Absence, Kind, Relation};
use crate::facts::needs::named::need_of;
use crate::facts::needs::need::{Need, shortened};
use crate::facts::scripts::{self, ScriptAt};
use crate::facts::variables;
use crate::handles::{Command, Stage, Step, Word};
use crate::path::{self, ImagePath};
use crate::ternary::OpenCondition;

/// What else is known of commands and of what is absent.
pub trait Users {
    /// Whether the command fills the folder again.
    fn fills(&self, command: Command<'_>) -> bool {
        let _ = command;
        false
    }

    /// Whether a step that holds text which is not understood may need it.
    fn unread(&self, step: Step<'_>) -> Option<Need> {
        let _ = step;
        None
    }

    /// Whether the command needs what is in the folder, although it does not name it.
    fn needs(&self, command: Command<'_>) -> Option<Need> {
        let _ = command;
        None
    }
}

/// Nobody uses it but who names it.
impl Users for () {}

/// A command's place in its stage: the step, the command.
type At = (usize, usize);

fn place(command: Command<'_>) -> At {
    (command.step().index(), command.index)
}

/// One who needs what is absent.
struct Needer {
    /// `None`: it comes after all of the stage's commands.
    at: Option<At>,
    need: Need,
}

/// Everyone in a file who needs what a stage no longer has.
pub struct Needs {
    kind: Kind,
    needers: Vec<Needer>,
    /// Those of them, by their index, that surely need it.
    sure: Vec<usize>,
    /// The commands that fill the folder again, in order.
    fills: Vec<At>,
    /// The Dockerfiles of the repository that are based on the image and need nothing of it.
    content: Vec<String>,
}

/// How deep scripts that run scripts, stages based on stages, and copies of copies are followed.
const DEEPEST: usize = 8;

/// How many stages are looked through: those that copy from one another may be met again and again.
const MOST_LOOKS: usize = 1000;

/// How many open conditions are told of one absence.
const MOST_OPEN: usize = 3;

impl Needs {
    /// Looks through what the stage runs, the stages that are based on it, in this file or in others of the repository,
    /// and those that copy from it.
    pub fn of(stage: Stage<'_>, absence: &Absence, users: &dyn Users) -> Self {
        let mut search = Search::new(users, absence);
        search.look_at(stage, absence, None, 0);
        let mut needs = search.needs;
        needs
            .needers
            .sort_by_key(|it| it.at.unwrap_or((usize::MAX, 0)));
        let is_sure = |it: &Needer| matches!(it.need, Need::Somebody { .. });
        let indices = 0..needs.needers.len();
        needs.sure = indices.filter(|at| is_sure(&needs.needers[*at])).collect();
        needs
    }

    /// The other Dockerfiles of the repository that are based on the image and need nothing of it.
    pub fn content_elsewhere(&self) -> impl Iterator<Item = &str> {
        self.content.iter().map(String::as_str)
    }

    /// Who needs it after this command, and would not find it: one that surely does, or the first few that may; empty where
    /// nobody does, as far as commands and scripts were read.
    pub fn after(&self, command: Command<'_>) -> Vec<Need> {
        self.after_without(command, &[])
    }

    /// As [`Needs::after`], where these commands are no longer there.
    pub fn after_without(&self, command: Command<'_>, gone: &[Command<'_>]) -> Vec<Need> {
        let here = place(command);
        let gone: Vec<At> = gone.iter().map(|it| place(*it)).collect();
        let first = self
            .needers
            .partition_point(|it| it.at.is_some_and(|at| at <= here));
        let is_there = |it: &&Needer| it.at.is_none_or(|at| !gone.contains(&at));
        // Once it is filled again, it is so for all that come later.
        let is_missed = |it: &&Needer| !self.is_filled(here, it.at);
        let sure = self.sure.partition_point(|at| *at < first);
        let sure = self.sure[sure..]
            .iter()
            .map(|at| &self.needers[*at])
            .find(is_there);
        if let Some(sure) = sure.filter(is_missed) {
            return vec![sure.need.clone()];
        }
        let later = self.needers[first..].iter().take_while(is_missed);
        later
            .filter(is_there)
            .take(MOST_OPEN)
            .map(|it| it.need.clone())
            .collect()
    }

    /// Whether the folder is filled again between a command and one that needs it.
    fn is_filled(&self, here: At, needer: Option<At>) -> bool {
        let before = match needer {
            Some(at) => self.fills.partition_point(|fill| *fill < at),
            None => self.fills.len(),
        };
        let last = before.checked_sub(1).map(|at| self.fills[at]);
        last.is_some_and(|fill| self.kind == Kind::Unfilled || fill > here)
    }
}

struct Search<'a> {
    users: &'a dyn Users,
    /// How many stages were looked through.
    looks: usize,
    needs: Needs,
}

impl<'a> Search<'a> {
    fn new(users: &'a dyn Users, absence: &Absence) -> Self {
        Search {
            users,
            looks: 0,
            needs: Needs {
                kind: absence.kind,
                needers: Vec::new(),
                sure: Vec::new(),
                fills: Vec::new(),
                content: Vec::new(),
            },
        }
    }

    /// `from`: what comes before this step does not count; `None` is the stage in question itself, where each needer
    /// comes after some of its commands.
    fn look_at(&mut self, stage: Stage<'_>, absence: &Absence, from: Option<usize>, depth: usize) {
        self.looks += 1;
        if self.looks > MOST_LOOKS {
            return;
        }
        if depth > DEEPEST || self.looks == MOST_LOOKS {
            self.push(
                None,
                Need::Perhaps(OpenCondition::new(
                    "whether one of so many stages needs it",
                    "look through the stages that are based on this one or copy from it",
                )),
            );
            return;
        }
        let mut is_filled = false;
        for step in stage
            .steps()
            .filter(|step| from.is_none_or(|from| step.index() > from))
        {
            let text = &step.file().text()[step.range()];
            let may_name = absence.may_be_named_in(text);
            if step.has_opaque_text() && !is_filled {
                let named = absence.is_named_in(text).then(unread);
                if let Some(need) = named.or_else(|| self.users.unread(step)) {
                    self.push(from.is_none().then_some((step.index(), usize::MAX)), need);
                }
            }
            for command in step.commands() {
                let at = from.is_none().then(|| (step.index(), command.index));
                if command.is_certain() && self.users.fills(command) {
                    self.needs.fills.extend(at);
                    is_filled = at.is_none();
                }
                if is_filled {
                    continue;
                }
                self.command(command, absence, may_name, at, None);
                self.script(command, command, absence, at, 0);
            }
        }
        for child in stage.children() {
            self.look_at(child, absence, Some(0), depth + 1);
        }
        if !is_filled {
            self.elsewhere(stage, absence);
        }
        for copy in stage.copied_by() {
            self.copy(stage, copy, absence, depth);
        }
    }

    /// Those in other Dockerfiles that are based on the image which the stage is built as.
    fn elsewhere(&mut self, stage: Stage<'_>, absence: &Absence) {
        let here = stage.from_step().range();
        let users = self.users;
        let needs = &mut self.needs;
        stage.each_based_elsewhere(&mut |child, of| {
            let mut search = Search::new(users, absence);
            search.look_at(child, absence, Some(0), 0);
            let found = search.needs.needers;
            if found.is_empty() && of.is_known {
                needs.content.push(of.file.to_owned());
            }
            needs.needers.extend(found.into_iter().map(|it| Needer {
                at: None,
                need: it.need.of_another(of, here),
            }));
        });
    }

    fn push(&mut self, at: Option<At>, need: Need) {
        self.needs.needers.push(Needer { at, need });
    }

    fn command(
        &mut self,
        command: Command<'_>,
        absence: &Absence,
        may_name: bool,
        at: Option<At>,
        script: Option<(&str, TextRange)>,
    ) {
        let named = may_name
            .then(|| need_of(command, absence, script))
            .flatten();
        if let Some(need) = named.or_else(|| self.users.needs(command)) {
            self.push(at, need);
        }
    }

    /// What the script says that a command runs.
    fn script(
        &mut self,
        command: Command<'_>,
        caller: Command<'_>,
        absence: &Absence,
        at: Option<At>,
        depth: usize,
    ) {
        if depth >= DEEPEST {
            return;
        }
        let Some(ScriptAt::Shell(script)) = script_of(command) else {
            return;
        };
        let may_name = absence.may_be_named_in(script.text());
        let mut is_filled = false;
        for inner in script.commands() {
            is_filled |= inner.is_certain() && self.users.fills(inner);
            if !is_filled {
                self.command(
                    inner,
                    absence,
                    may_name,
                    at,
                    Some((script.path(), caller.range())),
                );
                self.script(inner, caller, absence, at, depth + 1);
            }
        }
    }

    /// A `COPY --from` or a mount of the stage's files.
    fn copy(&mut self, stage: Stage<'_>, copy: Step<'_>, absence: &Absence, depth: usize) {
        let taken: Vec<Word<'_>> = if copy.source().is_some() {
            copy.sources().collect()
        } else {
            copy.mounts()
                .filter(|m| {
                    copy.mount_source(*m)
                        .is_some_and(|s| s.stage() == Some(stage))
                })
                .filter_map(|m| m.option("source").or_else(|| m.option("src")))
                .collect()
        };
        let Some(user) = copy.stage() else { return };
        for source in taken {
            let Some(path) = variables::expand_text(user, source, copy) else {
                continue;
            };
            let path = ImagePath::root().join(&path);
            match absence.relation(path.as_str()) {
                Some(Relation::Inside | Relation::Itself) => self.push(
                    None,
                    Need::Somebody {
                        what: shortened(&copy.file().text()[copy.range()]),
                        place: copy.range(),
                        way_out: "take it from elsewhere first, or leave it out".to_owned(),
                        elsewhere: None,
                    },
                ),
                // What is around it is there, and what is copied may be looked for where it lands.
                Some(Relation::Around) => {
                    let target = copy.target();
                    let Some(target) = target.and_then(|w| variables::expand_text(user, w, copy))
                    else {
                        continue;
                    };
                    let moved = absence.moved(&path, &ImagePath::root().join(&target));
                    self.look_at(user, &moved, Some(copy.index()), depth + 1);
                }
                Some(Relation::Pattern) | None => {}
            }
        }
    }
}

/// The script of the build context that a command runs, if it is known.
fn script_of(command: Command<'_>) -> Option<ScriptAt<'_>> {
    let stage = command.stage()?;
    let word = match command.name() {
        "sh" | "bash" | "dash" | "ash" | "." | "source" => {
            command.args().find(|word| !word.starts_with("-"))?
        }
        _ => command.program()?,
    };
    let is_called_by_name =
        |path: &&str| path::program_name(path) == *path && command.program() == Some(word);
    let path = word.value().filter(|path| !is_called_by_name(path))?;
    let step = command.step();
    Some(match step.name() {
        "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => scripts::script_at_start(stage, path, step),
        _ => scripts::script_at(stage, path, command),
    })
}

fn unread() -> Need {
    Need::Perhaps(OpenCondition::new(
        "what is done to it by text that is not understood",
        "look at what the text does where nothing is there",
    ))
}
