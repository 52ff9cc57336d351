//! What stands in an image, whose it is, where it comes from, what is done to it.

use crate::facts::accounts::account::Account;
use crate::handles::{Command, Step};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

/// Whom a file belongs to, by names or numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The user; `root` also where it is said by its number.
    pub user: String,
    /// The group, where one is known.
    pub group: Option<String>,
}

impl Owner {
    /// The superuser.
    pub fn root() -> Self {
        Owner {
            user: "root".to_owned(),
            group: Some("root".to_owned()),
        }
    }

    /// Whether it is the superuser.
    pub fn is_root(&self) -> bool {
        self.user == "root"
    }

    /// The owner that `user`, `user:group` or a number names.
    pub(crate) fn of_text(text: &str) -> Self {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group).filter(|g| !g.is_empty())),
            None => (text, None),
        };
        let named = |text: &str| if text == "0" { "root" } else { text }.to_owned();
        Owner {
            user: named(user),
            group: group.map(named),
        }
    }

    /// Whether it is this user.
    pub fn is(&self, account: &Account) -> bool {
        self.user == account.name
            || account
                .uid
                .is_some_and(|uid| self.user.parse() == Ok(uid) || (uid == 0 && self.is_root()))
    }
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The build context: the path in it, `""` being its root.
    Context(String),
    /// Another stage: its index, and the path there.
    Stage(usize, ImagePath),
    /// A command of this step: its index.
    Step(usize),
    /// It is downloaded by an `ADD`.
    Download,
    /// The base image.
    Base,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A file or a folder.
    Either,
    /// Nothing.
    Nothing,
    /// It is not known whether there is something.
    Unknown(OpenCondition),
}

/// Something that is done to a path.
#[derive(Debug, Clone, Copy)]
pub struct Touched<'m> {
    /// The path.
    pub path: &'m ImagePath,
    /// What is done.
    pub touch: Touch,
    /// The step that does it.
    pub step: Step<'m>,
    /// The command of the step that does it; none where it is no `RUN`, or a script does it.
    pub command: Option<Command<'m>>,
}

/// Something that a `COPY` or `ADD` puts into the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The step: its index, see [`crate::Step::index`].
    pub step: usize,
    /// Where it comes from; none for an image or what only the build can tell.
    pub from: Option<Origin>,
    /// Where it lands: the file itself, or the folder that the source's contents land in.
    pub path: ImagePath,
    /// Whether that is a file or a folder.
    pub entry: Entry,
    /// Whether the step names the folder that it lands in, and not itself.
    pub is_in_folder: bool,
    /// Whether the step says by `--chown` whom it belongs to.
    pub has_owner: bool,
    /// Whom it says, where that is known.
    pub owner: Option<Owner>,
    /// Whether an `ADD` may unpack it: builders do not agree whether `--chown` is for what is in it.
    pub may_unpack: bool,
}

/// What a step does to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// A folder is made.
    Made,
    /// A file is copied there, or a folder's contents are.
    Copied,
    /// A command writes a file.
    Written,
    /// A command puts files into the folder, of which the names are not known.
    Filled,
    /// It is given to somebody.
    Given,
    /// Its mode is changed.
    Moded,
    /// It is removed.
    Removed,
}
