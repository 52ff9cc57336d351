//! A user of an image.

use crate::ternary::Ternary;

/// A user of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name.
    pub name: String,
    /// The name as the file writes it, where an `ARG` or `ENV` of the stage names it: `$USER`.
    pub written: Option<String>,
    /// The number, where it is known.
    pub uid: Option<u32>,
    /// Whether the number is written down, and no `ARG` of the build can make another of it.
    pub is_uid_fixed: bool,
    /// The main group, name or number, where one is said.
    pub group: Option<String>,
    /// The home folder, where it is known.
    pub home: Option<String>,
    /// Whether that folder is there.
    pub has_home: Ternary,
    /// The login shell, where one is said.
    pub shell: Option<String>,
    /// Whether it is made as a user of the system.
    pub is_system: bool,
    /// Whether it is meant to run an application: not one that serves the base image's own daemon.
    pub is_for_application: bool,
    /// Who makes it.
    pub made_by: MadeBy,
    /// Whether it is surely there.
    pub is_certain: bool,
}

impl Account {
    /// A number that stands for a user whom no list names: it has no home and no shell.
    pub fn of_number(uid: u32) -> Self {
        Account {
            uid: Some(uid),
            is_uid_fixed: true,
            has_home: Ternary::No,
            ..Account::named(uid.to_string())
        }
    }

    /// A user of this name of whom nothing else is known, such as one that is still to be made.
    pub fn named(name: String) -> Self {
        Account {
            home: None,
            written: None,
            uid: None,
            is_uid_fixed: false,
            group: None,
            has_home: Ternary::Yes,
            shell: None,
            is_system: false,
            is_for_application: true,
            made_by: MadeBy::Base,
            is_certain: true,
            name,
        }
    }
}

/// Who makes a user or a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MadeBy {
    /// The base image brings it along.
    Base,
    /// This step: its index, see [`crate::Step::index`].
    Step(usize),
    /// A list of users that this step copies from another stage.
    List(usize),
}
