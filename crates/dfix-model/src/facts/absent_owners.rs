//! Files that `--chown` gives to a user whom the image does not have: `BuildKit` leaves them root's, other builders stop.

use crate::facts::accounts::Accounts;
use crate::facts::variables::expand_text;
use crate::handles::{Flag, Stage, Step};

impl<'m> Stage<'m> {
    /// The first `COPY` or `ADD` of this stage and those that it is based on that gives files to a user who is known not to
    /// be there, with the user's name.
    pub fn absent_owner(self) -> Option<(Step<'m>, String)> {
        let copies = self.base_chain().flat_map(Stage::copies);
        copies.into_iter().find_map(|copy| {
            let stage = copy.stage()?;
            let value = copy.flag("chown").and_then(Flag::value)?;
            let text = expand_text(stage, value, copy)?;
            let user = text.split(':').next().unwrap_or_default();
            let is_name = user.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            let is_absent = || Accounts::of(stage).at(copy).exists(user).is_no();
            (is_name && user != "root" && is_absent()).then(|| (copy, user.to_owned()))
        })
    }
}
