//! The user in force.

use crate::collect::command::WrapperKind;
use crate::collect::expand::text_of;
use crate::facts::base_image::base_user;
use crate::facts::variables::expand_node;
use crate::handles::{Base, Command, ProgramPoint, Stage, Step, Word, Wrapper};
use crate::ternary::Ternary;

/// A user in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User<'m> {
    /// Name or number; `None` where only the build can tell.
    pub name: Option<String>,
    /// The group after the colon, name or number, if one is said and known.
    pub group: Option<String>,
    /// The `USER` that sets it; none where it is the base's default.
    pub step: Option<Step<'m>>,
}

impl User<'_> {
    fn of_text(text: Option<String>, step: Option<Step<'_>>) -> User<'_> {
        let (name, group) = match text {
            Some(text) => match text.split_once(':') {
                Some((name, group)) => (Some(name.to_owned()), Some(group.to_owned())),
                None => (Some(text), None),
            },
            None => (None, None),
        };
        User { name, group, step }
    }

    /// Whether it is the superuser: `root`, the number 0, or no user at all. On Windows
    /// `ContainerAdministrator` counts as such.
    pub fn is_root(&self) -> Ternary {
        match self.name.as_deref() {
            None => match self.step {
                Some(_) => Ternary::unknown(
                    "which user the variables of USER name",
                    "write the user's name or number there",
                ),
                None => Ternary::unknown(
                    "whether the base image runs as root by itself",
                    "look at the User of its configuration (`docker inspect`)",
                ),
            },
            Some("") => Ternary::Yes,
            Some(name) if name == "root" || name.eq_ignore_ascii_case("containeradministrator") => {
                Ternary::Yes
            }
            Some(name) if name.bytes().all(|b| b.is_ascii_digit()) => {
                if name.bytes().all(|b| b == b'0') {
                    Ternary::Yes
                } else {
                    Ternary::No
                }
            }
            Some(_) => Ternary::No,
        }
    }

    /// Whether it is written as a number.
    pub fn is_numeric(&self) -> bool {
        self.name
            .as_deref()
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    }
}

/// The user in force at a place: that of the last `USER` before it, of this stage or one that it
/// is based on, else the base's default.
pub(crate) fn user_at<'m>(stage: Stage<'m>, at: impl ProgramPoint<'m>) -> User<'m> {
    user_before(stage, at.step().index)
}

/// Whether root calls a command, what is in front of it not looked at: the step's user, where no command around it becomes
/// another, as `su app -c "…"` does.
pub(crate) fn caller_is_root(command: Command<'_>) -> Ternary {
    let becomes_another = |around: Command<'_>| {
        let users = around.wrappers().filter(|it| it.kind == WrapperKind::User);
        let is_other = |it: Wrapper<'_>| it.user.is_some_and(|user| !user.is("root"));
        around.is_one_of(&["su", "runuser"]) || users.into_iter().any(is_other)
    };
    if command.with_outer().skip(1).any(becomes_another) {
        return Ternary::No;
    }
    match command.stage() {
        Some(stage) => user_at(stage, command).is_root(),
        None => Ternary::Yes,
    }
}

/// Whether a command itself has root's rights: by what is in front of it (`sudo`, `gosu app`), else by who calls it. Without a user
/// `sudo` and `doas` mean root (sudo(8), doas(1), `-u`).
pub(crate) fn has_roots_rights(command: Command<'_>) -> Ternary {
    let users = command.wrappers().filter(|it| it.kind == WrapperKind::User);
    let Some(wrapper) = users.last() else {
        return caller_is_root(command);
    };
    match wrapper.user.map(Word::value) {
        Some(Some(user)) => User::of_text(Some(user.to_owned()), None).is_root(),
        None if matches!(wrapper.name, "sudo" | "doas") => Ternary::Yes,
        Some(None) => Ternary::unknown(
            "which user the variable names",
            "write the user's name there",
        ),
        None => caller_is_root(command),
    }
}

/// The user at the end of the stage: that of the container.
pub(crate) fn final_user(stage: Stage<'_>) -> User<'_> {
    user_before(stage, usize::MAX)
}

fn user_before(stage: Stage<'_>, before: usize) -> User<'_> {
    if let Some(step) = stage.last_of(&stage.data().users, before) {
        let text = step.word().and_then(|word| match word.value() {
            Some(value) => Some(value.to_owned()),
            None => text_of(&expand_node(stage, word.data.node.as_ref()?, step.index)),
        });
        return User::of_text(text.map(|t| t.trim().to_owned()), Some(step));
    }
    match stage.base() {
        Base::Stage(parent) => user_before(parent, usize::MAX),
        Base::Scratch => User::of_text(Some("root".to_owned()), None),
        Base::Image | Base::Unknown => User::of_text(base_user(stage), None),
    }
}
