//! The events of a stage's users and groups, in order.

use rustc_hash::FxHashMap;

use dfix_catalogue::{Purpose, ShippedUser};

use super::account::{Account, MadeBy};
use crate::ternary::{OpenCondition, Ternary};

/// The list of users.
pub(super) const USERS: &str = "/etc/passwd";

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
    pub(super) users: FxHashMap<String, Vec<u32>>,
    pub(super) groups: FxHashMap<String, Vec<u32>>,
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
    pub(super) written: Option<String>,
    pub(super) uid: Option<u32>,
    pub(super) is_uid_fixed: bool,
    pub(super) group: Option<String>,
    pub(super) home: Option<String>,
    pub(super) has_home: Ternary,
    pub(super) shell: Option<String>,
    pub(super) is_system: bool,
}

/// What is changed of a user; `To(None)` is a value that only the build knows.
pub(super) struct Changed {
    pub(super) uid: To<u32>,
    pub(super) group: To<String>,
    pub(super) home: To<String>,
    pub(super) moves_home: bool,
    pub(super) shell: To<String>,
}

pub(super) enum To<T> {
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

pub(super) fn home_is_open(name: &str) -> Ternary {
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
