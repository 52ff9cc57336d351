//! Users and groups as they are at a step: shipped by the base image, made, changed, deleted, or taken
//! over with a list of them.

mod absence;
pub(crate) mod account;
mod collect;
pub(crate) mod commands;
mod events;
mod lists;
pub(crate) mod making;
mod numbers;

use rustc_hash::FxHashMap;

use crate::collect::shell::Os;
use crate::facts::base_image::base_facts;
use crate::handles::{Base, ProgramPoint, Stage};
use crate::path::ImagePath;
use crate::ternary::{OpenCondition, Ternary};

use account::{Account, MadeBy};
use events::{AccountsData, Change, Event, Subject};

/// The users and groups of a stage's image, at its end or at a step, see [`Accounts::at`].
#[derive(Clone, Copy)]
pub struct Accounts<'m> {
    stage: Stage<'m>,
    data: &'m AccountsData,
    /// Only what happens before this step counts.
    before: usize,
}

/// Users by their homes.
struct Homes(FxHashMap<ImagePath, Account>);

/// What is known of a name.
enum Known {
    Yes,
    No,
    Not(OpenCondition),
}

/// More stages than this are not asked one after another for their lists.
const MOST_LISTS: usize = 16;

impl<'m> Accounts<'m> {
    /// The accounts at the end of a stage: those of the container.
    pub fn of(stage: Stage<'m>) -> Self {
        Accounts {
            stage,
            data: stage.cached(|| collect::of(stage)),
            before: usize::MAX,
        }
    }

    /// The accounts as they are when a step begins.
    pub fn at(self, at: impl ProgramPoint<'m>) -> Self {
        Accounts {
            before: at.step().index,
            ..self
        }
    }

    /// Whether there is a user of this name.
    pub fn exists(self, name: &str) -> Ternary {
        self.known(Subject::User, name, 0).into()
    }

    /// Whether there is a group of this name.
    pub fn has_group(self, name: &str) -> Ternary {
        self.known(Subject::Group, name, 0).into()
    }

    /// The user of this name, if there is or may be one.
    pub fn account(self, name: &str) -> Option<Account> {
        self.account_before(name, self.count(), 0)
    }

    /// The user of this number, if one is known.
    pub fn by_uid(self, uid: u32) -> Option<Account> {
        self.all()
            .into_iter()
            .find(|account| account.uid == Some(uid))
    }

    /// Whether a user has this number.
    pub fn uid_taken(self, uid: u32) -> Ternary {
        let all = self.all();
        let known = || all.iter().filter(|account| account.uid == Some(uid));
        if uid == 0 || known().any(|account| account.is_certain) {
            return Ternary::Yes;
        }
        if let Some(account) = known().next() {
            return Ternary::unknown(
                format!("whether the number {uid} is that of {}", account.name),
                "set another `uid`",
            );
        }
        // `useradd` gives away the next free number from 1000 on, and small ones to users of the system.
        let automatic = all
            .iter()
            .find(|a| a.uid.is_none() && a.is_system == (uid < 1000) && uid < 65_536);
        if let Some(account) = automatic {
            return Ternary::unknown(
                format!("whether {} gets the number {uid}", account.name),
                "set another `uid`",
            );
        }
        match self.unsure() {
            Some(open) => Ternary::Unknown(open),
            None => Ternary::No,
        }
    }

    /// The users that there are or may be, root not among them: those of the base image, then the others in
    /// the order in which they were made.
    pub fn all(self) -> Vec<Account> {
        let names = self.names(0);
        names
            .into_iter()
            .filter_map(|name| self.account(&name))
            .collect()
    }

    /// The users at the end of the stage by their homes.
    pub(crate) fn homes(self) -> &'m FxHashMap<ImagePath, Account> {
        let work_out = || {
            let users = Accounts::of(self.stage).all().into_iter().rev();
            let homes = users.filter_map(|user| {
                let home = ImagePath::new(user.home.as_deref()?);
                (!home.is_root()).then_some((home, user))
            });
            Homes(homes.collect())
        };
        &self.stage.cached(work_out).0
    }

    /// Whether some command makes users or groups whose names are not known.
    pub fn has_nameless(self) -> bool {
        let own = last_before(&self.data.makes, self.count()).is_some();
        own || match self.stage.base() {
            Base::Stage(parent) => Accounts::of(parent).has_nameless(),
            _ => false,
        }
    }

    /// What is not understood of the steps that make or change accounts, the last such thing.
    pub fn unsure(self) -> Option<OpenCondition> {
        let end = self.count();
        let last = |list| last_before(list, end);
        let own = last(&self.data.unsure)
            .max(last(&self.data.makes))
            .and_then(|at| self.open_of(at));
        own.or_else(|| match self.stage.base() {
            Base::Stage(parent) => Accounts::of(parent).unsure(),
            Base::Scratch => None,
            Base::Image | Base::Unknown => self.unknown_base(),
        })
    }

    /// Why the base image's users are not known, where they are not.
    fn unknown_base(self) -> Option<OpenCondition> {
        if self.stage.os() == Os::Windows || base_facts(self.stage).is_known() {
            return None;
        }
        let image = self.stage.base_image().text().unwrap_or("the base image");
        Some(OpenCondition::new(
            format!("which users {image} has"),
            "look at its /etc/passwd (`docker run --rm --entrypoint cat IMAGE /etc/passwd`)",
        ))
    }

    /// How many events count.
    fn count(self) -> usize {
        self.data
            .events
            .partition_point(|event| event.step < self.before)
    }

    /// The events that concern a name, the last first, beginning before the event `end`.
    fn events_of<'n>(
        self,
        subject: Subject,
        name: &'n str,
        end: usize,
    ) -> impl Iterator<Item = (usize, &'m Event)> + use<'m, 'n> {
        let named = match subject {
            Subject::User => self.data.users.get(name),
            Subject::Group => self.data.groups.get(name),
        };
        let named = named.map_or(&[][..], Vec::as_slice);
        let before = |list: &'m [u32]| &list[..list.partition_point(|&at| (at as usize) < end)];
        let (mut named, mut lists) = (before(named), before(&self.data.lists));
        std::iter::from_fn(move || {
            let later = if named.last() > lists.last() {
                &mut named
            } else {
                &mut lists
            };
            let (&last, rest) = later.split_last()?;
            *later = rest;
            Some((last as usize, &self.data.events[last as usize]))
        })
    }

    /// What an event leaves open.
    fn open_of(self, at: usize) -> Option<OpenCondition> {
        match &self.data.events[at].change {
            Change::Unsure(open) | Change::Makes(open) => Some(open.clone()),
            _ => None,
        }
    }

    fn known(self, subject: Subject, name: &str, depth: usize) -> Known {
        // What later events leave open: whether it was made, whether it was removed.
        let (mut may_be_made, mut may_be_gone) = (None, None);
        let under_a_condition = || {
            OpenCondition::new(
                format!("whether {name} is there, which depends on a condition of the build"),
                "let no condition decide it",
            )
        };
        let end = self.count();
        let unsure = last_before(&self.data.unsure, end);
        let mut found = None;
        let mut place = None;
        for (at, event) in self.events_of(subject, name, end) {
            if unsure > Some(at) {
                break;
            }
            place = Some(at);
            let is_there = match &event.change {
                Change::CreatedUser(_) | Change::CreatedGroup(_) => true,
                Change::UserRemoved(_) | Change::GroupRemoved(_) => false,
                Change::Renamed { subject: s, to, .. } if *s == subject => to == name,
                Change::Renamed { .. }
                | Change::UserChanged(_)
                | Change::Unsure(_)
                | Change::Makes(_) => continue,
                Change::ListOf { subject: s, .. } if *s != subject => continue,
                Change::ListOf { .. } if depth >= MOST_LISTS => {
                    found = Some(Known::Not(too_deep()));
                    break;
                }
                Change::ListOf { stage, .. } => {
                    found = Some(match stage {
                        Some(stage) => self.other(*stage).known(subject, name, depth + 1),
                        None => Known::No,
                    });
                    break;
                }
            };
            if event.is_certain {
                found = Some(if is_there { Known::Yes } else { Known::No });
                break;
            }
            let open = if is_there {
                &mut may_be_made
            } else {
                &mut may_be_gone
            };
            open.get_or_insert_with(under_a_condition);
        }
        // What makes users removes none.
        let makes = last_before(&self.data.makes, end)
            .filter(|makes| found.is_none() || place < Some(*makes));
        may_be_made = may_be_made.or(makes.and_then(|at| self.open_of(at)));
        let found = match (found, unsure) {
            (Some(found), _) => found,
            (None, Some(at)) => self.open_of(at).map_or(Known::No, Known::Not),
            (None, None) => self.known_below(subject, name, depth),
        };
        match (found, may_be_made, may_be_gone) {
            (Known::No, Some(open), _) | (Known::Yes, _, Some(open)) => Known::Not(open),
            (found, ..) => found,
        }
    }

    /// The accounts of another stage at its end.
    fn other(self, stage: usize) -> Accounts<'m> {
        Accounts::of(Stage {
            file: self.stage.file,
            index: stage,
        })
    }

    /// What the base of the stage says.
    fn known_below(self, subject: Subject, name: &str, depth: usize) -> Known {
        match self.stage.base() {
            Base::Stage(parent) => Accounts::of(parent).known(subject, name, depth),
            Base::Scratch => Known::No,
            Base::Image | Base::Unknown => {
                let facts = base_facts(self.stage);
                if name == "root" || facts.users().any(|user| user.name == name) {
                    return Known::Yes;
                }
                match self.unknown_base() {
                    Some(open) => Known::Not(open),
                    None => Known::No,
                }
            }
        }
    }

    /// The user of this name, as the events before `end` make it.
    fn account_before(self, name: &str, end: usize, depth: usize) -> Option<Account> {
        if depth > MOST_LISTS {
            return None;
        }
        let mut changes: Vec<&Event> = Vec::new();
        let unsure = last_before(&self.data.unsure, end);
        let mut is_certain = true;
        let mut account = None;
        let mut is_found = false;
        for (at, event) in self.events_of(Subject::User, name, end) {
            let found = match &event.change {
                Change::CreatedUser(made) => Some(events::account_of(made, event)),
                Change::UserRemoved(_) if event.is_certain => None,
                Change::Renamed {
                    subject: Subject::User,
                    from,
                    to,
                } => {
                    if to == name {
                        let before = self.account_before(from, at, depth + 1);
                        before.map(|account| Account {
                            name: to.clone(),
                            written: None,
                            ..account
                        })
                    } else if event.is_certain {
                        None
                    } else {
                        is_certain = false;
                        continue;
                    }
                }
                Change::UserRemoved(_) => {
                    is_certain = false;
                    continue;
                }
                Change::ListOf {
                    stage,
                    subject: Subject::User,
                } => {
                    let other = stage.map(|stage| self.other(stage));
                    let found = other
                        .and_then(|other| other.account_before(name, other.count(), depth + 1));
                    found.map(|account| Account {
                        made_by: MadeBy::List(event.step),
                        ..account
                    })
                }
                Change::UserChanged(_) => {
                    changes.push(event);
                    continue;
                }
                _ => continue,
            };
            is_certain &= event.is_certain && unsure < Some(at);
            account = found;
            is_found = true;
            break;
        }
        if !is_found {
            is_certain &= unsure.is_none();
            account = match self.stage.base() {
                Base::Stage(parent) => {
                    let parent = Accounts::of(parent);
                    parent.account_before(name, parent.count(), depth)
                }
                Base::Scratch => None,
                Base::Image | Base::Unknown => {
                    let facts = base_facts(self.stage);
                    facts
                        .users()
                        .find(|user| user.name == name)
                        .map(events::shipped)
                }
            };
        }
        let mut account = account?;
        for event in changes.into_iter().rev() {
            if let Change::UserChanged(changed) = &event.change {
                events::change(&mut account, changed, event.is_certain);
            }
        }
        account.is_certain &= is_certain;
        Some(account)
    }

    /// The names of the users that there may be, in order.
    fn names(self, depth: usize) -> Vec<String> {
        let mut names = match self.stage.base() {
            _ if depth > MOST_LISTS => Vec::new(),
            Base::Stage(parent) => Accounts::of(parent).names(depth),
            Base::Scratch => Vec::new(),
            Base::Image | Base::Unknown => {
                let facts = base_facts(self.stage);
                facts.users().map(|user| user.name.to_owned()).collect()
            }
        };
        let end = self.count();
        let is_of_users = |at: &&u32| {
            let change = &self.data.events[**at as usize].change;
            matches!(
                change,
                Change::ListOf {
                    subject: Subject::User,
                    ..
                }
            )
        };
        let lists = &self.data.lists;
        let lists = &lists[..lists.partition_point(|&at| (at as usize) < end)];
        let start = lists.iter().rev().find(is_of_users);
        if start.is_some() {
            names.clear();
        }
        for event in &self.data.events[start.map_or(0, |&at| at as usize)..end] {
            match &event.change {
                Change::CreatedUser(made) => names.push(made.name.clone()),
                Change::Renamed {
                    subject: Subject::User,
                    to,
                    ..
                } => names.push(to.clone()),
                Change::ListOf {
                    stage: Some(stage),
                    subject: Subject::User,
                } => names.extend(self.other(*stage).names(depth + 1)),
                _ => {}
            }
        }
        let mut seen = rustc_hash::FxHashSet::default();
        names.retain(|name| name != "root" && seen.insert(name.clone()));
        names
    }
}

/// The last of these events before another.
fn last_before(events: &[u32], end: usize) -> Option<usize> {
    let at = events.partition_point(|&at| (at as usize) < end);
    Some(events[at.checked_sub(1)?] as usize)
}

fn too_deep() -> OpenCondition {
    OpenCondition::new(
        "which users there are, as lists of them are copied through many stages",
        "make the users in the stage that needs them",
    )
}

impl From<Known> for Ternary {
    fn from(known: Known) -> Self {
        match known {
            Known::Yes => Ternary::Yes,
            Known::No => Ternary::No,
            Known::Not(open) => Ternary::Unknown(open),
        }
    }
}
