//! Numbers of users and groups that another base image would have given away already.

use dfix_catalogue::programs::Mark;
use rustc_hash::FxHashMap;

use super::Accounts;
use super::collect::is_guarded;
use super::commands::{OptionValue, Said, said};
use crate::collect::command::WrapperKind;
use crate::facts::executed::{Executed, executed};
use crate::facts::interpreted::Interpreted;
use crate::facts::unread_work::{Part, unread_before_command};
use crate::facts::variables::expand_text;
use crate::handles::{Base, Command, Stage, Word};

/// The lists of users and groups.
const LISTS: [&str; 4] = ["etc/group", "etc/passwd", "etc/shadow", "etc/gshadow"];

/// Who holds a number: a user and a group, by their names; none once they are gone or have another number.
#[derive(Clone)]
struct Holders {
    user: Option<String>,
    group: Option<String>,
}

impl<'m> Accounts<'m> {
    /// The commands of the stage, and of those that are based on it, that want a number which a user and a group called
    /// `holder` have in another base image, before anything takes it from them for sure; in order of place. A number that
    /// only the build can tell may be this one.
    pub fn clashes(self, number: u32, holder: &str) -> Vec<Command<'m>> {
        self.among_holders(holder, number, |_, _, clashes| clashes)
    }

    /// Those of these commands that surely want it: with the defaults of the build's arguments, under no condition, and where nothing
    /// passes over their failure; none where something before may have taken the number from its holder, as far as it is not read.
    pub fn sure_clashes(self, number: u32, holder: &str) -> Vec<Command<'m>> {
        let mut found = self.clashes(number, holder);
        found.retain(|it| {
            let is_said = it
                .stage()
                .is_some_and(|stage| says_number(stage, *it, number));
            is_said && it.stops_the_build() && !may_be_free(*it, holder)
        });
        found
    }

    /// The first command of the stage, and of those that are based on it, that makes a user for people without saying a number, which
    /// another base image would give the next one to: a user called `holder` has the first there. None where that one may be gone by
    /// then.
    ///
    /// Source: useradd(8), adduser(8): the first free number from 1000 on.
    pub fn first_unnumbered(self, holder: &str) -> Option<Command<'m>> {
        const FIRST: u32 = 1000;
        let is_one = |holders: &Holders, said: &Said<'m>, _| match said {
            Said::MakeUser(new) => holders.user.is_some() && new.uid.is_none() && !new.is_system,
            _ => false,
        };
        self.among_holders(holder, FIRST, is_one).first().copied()
    }

    /// The commands of the stage, and of those that are based on it, that are asked for, in order of place: `is_one` is told who has
    /// the number before each of them, what it does, and whether it wants the number.
    fn among_holders(
        self,
        holder: &str,
        number: u32,
        is_one: impl Fn(&Holders, &Said<'m>, bool) -> bool,
    ) -> Vec<Command<'m>> {
        let mut at_end: FxHashMap<usize, Holders> = FxHashMap::default();
        let mut found = Vec::new();
        for stage in self.stage.with_descendants() {
            let inherited = match stage.base() {
                Base::Stage(parent) => at_end.get(&parent.index()).cloned(),
                _ => None,
            };
            let mut holders = inherited.unwrap_or_else(|| Holders {
                user: Some(holder.to_owned()),
                group: Some(holder.to_owned()),
            });
            let interpreted = Interpreted::of(stage);
            for done in stage.runs().flat_map(|step| executed(interpreted, step)) {
                let Executed::Command(command) = done else {
                    continue;
                };
                let Some(said) = said(command) else { continue };
                let before = holders.clone();
                let clashes = holders.clash(stage, command, &said, number);
                if is_one(&before, &said, clashes) {
                    found.push(command);
                }
            }
            at_end.insert(stage.index(), holders);
        }
        found
    }
}

/// Whether something before a command may have taken the number from its holder: what is not read, what changes a user whom only the
/// build can tell, and what writes into the list of users.
fn may_be_free(command: Command<'_>, holder: &str) -> bool {
    let may_change = |it: Command<'_>| {
        let is_other = |stage, word| expand_text(stage, word, it).is_some_and(|it| it != holder);
        let stage = it.stage();
        let may_be_holder = |word| !stage.is_some_and(|stage| is_other(stage, word));
        let is_list = |it: Word<'_>| LISTS.iter().any(|list| it.mentions(list));
        let names_list = it.words().any(is_list) && !it.is_marked(Mark::LeavesNothing)
            || it
                .redirects()
                .filter(|it| it.writes())
                .any(|it| it.target().is_none_or(is_list));
        names_list
            || match said(it) {
                Some(Said::RemoveUser(name) | Said::RemoveGroup(name)) => may_be_holder(name),
                Some(Said::ChangeUser(it)) => may_be_holder(it.name),
                Some(Said::ChangeGroup(it)) => may_be_holder(it.name),
                _ => false,
            }
    };
    let chain = command.stage().into_iter().flat_map(Stage::base_chain);
    let mut before = chain.flat_map(|stage| {
        let interpreted = Interpreted::of(stage);
        let runs = stage
            .runs()
            .take_while(|it| it.index() <= command.step().index());
        let done = runs.flat_map(move |step| executed(interpreted, step));
        let commands = done.filter_map(|it| match it {
            Executed::Command(it) => Some(it),
            _ => None,
        });
        commands.take_while(|it| *it != command).collect::<Vec<_>>()
    });
    before.any(may_change) || unread_before_command(command, Part::Accounts).is_some()
}

/// Whether a command makes a user or a group of this number, as far as the file tells.
fn says_number(stage: Stage<'_>, command: Command<'_>, number: u32) -> bool {
    let value = match said(command) {
        Some(Said::MakeUser(new)) => new.uid,
        Some(Said::MakeGroup(new)) => new.gid,
        Some(Said::ChangeUser(changed)) => changed.uid,
        Some(Said::ChangeGroup(changed)) => changed.gid,
        _ => None,
    };
    let text = value.and_then(|it| it.text(stage, command));
    text.is_some_and(|it| it.parse() == Ok(number))
}

impl Holders {
    /// Whether a command wants the number; and what it does to who has it.
    fn clash<'m>(
        &mut self,
        stage: Stage<'m>,
        command: Command<'m>,
        said: &Said<'m>,
        number: u32,
    ) -> bool {
        let wants = |value: Option<OptionValue<'m>>, may_share: bool| {
            let text = value.map(|it| it.text(stage, command));
            let may_be = |it: Option<String>| it.is_none_or(|it| it.parse() == Ok(number));
            !may_share && text.is_some_and(may_be)
        };
        let gives_up = |value: Option<OptionValue<'m>>| {
            let number_of = |it: String| it.parse::<u32>().ok();
            let other = value
                .and_then(|it| it.text(stage, command))
                .and_then(number_of);
            other.is_some_and(|it| it != number)
        };
        let is_of = |word: Word<'m>, holder: Option<&str>| {
            let is_fed = command
                .wrappers()
                .any(|it| it.kind == WrapperKind::Arguments);
            let is_certain = command.is_certain() || is_guarded(command, word);
            let text = expand_text(stage, word, command);
            !is_fed && is_certain && text.is_some() && text.as_deref() == holder
        };
        match said {
            Said::MakeUser(new) => self.user.is_some() && wants(new.uid, new.may_share),
            Said::MakeGroup(new) => self.group.is_some() && wants(new.gid, new.may_share),
            Said::RemoveUser(name) => {
                // The group of the same name goes with it.
                self.group.take_if(|it| is_of(*name, Some(it)));
                self.user.take_if(|it| is_of(*name, Some(it)));
                false
            }
            Said::RemoveGroup(name) => {
                self.group.take_if(|it| is_of(*name, Some(it)));
                false
            }
            Said::ChangeUser(changed) => {
                if !is_of(changed.name, self.user.as_deref()) {
                    return self.user.is_some() && wants(changed.uid, changed.may_share);
                }
                let renamed = changed.new_name.and_then(|it| it.text(stage, command));
                self.user = renamed
                    .or(self.user.take())
                    .filter(|_| !gives_up(changed.uid));
                false
            }
            Said::ChangeGroup(changed) => {
                if !is_of(changed.name, self.group.as_deref()) {
                    return self.group.is_some() && wants(changed.gid, changed.may_share);
                }
                let renamed = changed.new_name.and_then(|it| it.text(stage, command));
                self.group = renamed
                    .or(self.group.take())
                    .filter(|_| !gives_up(changed.gid));
                false
            }
            // Whom a list names, nobody knows.
            Said::ReadList => self.user.is_some(),
        }
    }
}
