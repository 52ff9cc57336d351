//! How a user is made in an image, and why it may not be.

use dfix_catalogue::{UserTools, is_system_account};

use super::Accounts;
use super::account::{Account, MadeBy};
use crate::ternary::{OpenCondition, Ternary};

/// The largest number that busybox gives away.
const LAST_OF_BUSYBOX: u32 = 256_000;

/// From this number on, `useradd` writes a table of logins that the number makes large.
const LARGE: u32 = 65_536;

/// How a user is made at the end of a stage.
#[derive(Debug, Clone)]
pub struct Making {
    /// The user.
    pub account: Account,
    /// The program that makes it.
    pub program: &'static str,
    /// The whole command.
    pub command: String,
    /// What could not be established, so that the command may fail.
    pub open: Vec<OpenCondition>,
}

impl Accounts<'_> {
    /// How to make a user of this name, and of this number where one is asked for; none where the image
    /// has no tool for it, or it is not known which.
    ///
    /// # Errors
    /// Why such a user cannot be made: the end of a sentence, with what to set instead.
    pub fn making(
        self,
        tools: UserTools,
        name: &str,
        uid: Option<u32>,
    ) -> Result<Option<Making>, String> {
        if matches!(tools, UserTools::None | UserTools::Unknown) {
            return Ok(None);
        }
        let mut open: Vec<OpenCondition> = self.may_be_named(name)?.into_iter().collect();
        if let Some(uid) = uid {
            open.extend(self.may_be_numbered(uid, tools)?);
        }
        // A group of that name is joined: made twice, the build would fail.
        let joins = self.has_group(name).is_yes();
        let option = |is_said: bool, text: String| if is_said { text } else { String::new() };
        let number = uid.map_or(String::new(), |uid| format!("-u {uid} "));
        let (program, command) = if tools == UserTools::Busybox {
            let group = option(joins, format!("-G {name} "));
            ("adduser", format!("adduser -D {number}{group}{name}"))
        } else {
            let group = option(joins, format!("-g {name} "));
            let large = option(uid.is_some_and(|uid| uid >= LARGE), "-l ".to_owned());
            (
                "useradd",
                format!("useradd -m {large}{number}{group}{name}"),
            )
        };
        let account = Account {
            uid,
            ..Account::named(name.to_owned())
        };
        Ok(Some(Making {
            account,
            program,
            command,
            open,
        }))
    }

    fn may_be_named(self, name: &str) -> Result<Option<OpenCondition>, String> {
        if is_system_account(name) {
            return Err(format!(
                "{name} is a user or a group of the system already; set another `name`"
            ));
        }
        match self.exists(name) {
            Ternary::Yes => Err(format!(
                "there is a user {name} already; set another `name`"
            )),
            Ternary::No => Ok(None),
            Ternary::Unknown(condition) => Ok(Some(condition)),
        }
    }

    fn may_be_numbered(self, uid: u32, tools: UserTools) -> Result<Option<OpenCondition>, String> {
        let shipped = self.by_uid(uid).filter(|user| user.made_by == MadeBy::Base);
        if let Some(user) = shipped {
            return Err(format!(
                "the number {uid} belongs to {} in the base image; set another `uid`",
                user.name
            ));
        }
        let is_taken = self.uid_taken(uid);
        if is_taken.is_yes() || uid < 1000 || (65_533..=65_535).contains(&uid) {
            return Err(format!(
                "the number {uid} is or may be another user's in this image; set another `uid`, from 1000 on"
            ));
        }
        let is_too_large = match tools {
            UserTools::Busybox => uid > LAST_OF_BUSYBOX,
            _ => uid == u32::MAX,
        };
        if is_too_large {
            return Err(format!(
                "the number {uid} is larger than any that this image gives to a user; set another `uid`"
            ));
        }
        Ok(is_taken.open())
    }
}
