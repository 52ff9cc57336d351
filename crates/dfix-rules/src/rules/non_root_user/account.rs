//! Whom a container should run as, and how that user comes to be.

use dfix_catalogue::{
    Account as Default, Family, UserTools, is_service_account, is_system_account,
};
use dfix_engine::{OpenCondition, Remedy, Setting, remedy};
use dfix_model::{Account, ImagePath, MadeBy, Os, Stage, Step, Ternary};

/// The user to run as.
#[derive(Debug, Clone)]
pub(crate) struct RunAs {
    /// What `USER` says: a name, or a number.
    pub(crate) name: String,
    /// The account behind it.
    pub(crate) account: Account,
    /// The command that makes it, if it is not there yet.
    pub(crate) made_by: Option<String>,
    /// Why this one.
    pub(crate) because: String,
    /// What could not be established of it.
    pub(crate) open: Vec<OpenCondition>,
}

/// The number where nothing else is said: above those that systems give to users of their own.
const NUMBER: u32 = 10001;

/// That of `nonroot` in distroless images.
const NONROOT: u32 = 65532;

/// What the configuration says of the user.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wishes<'c> {
    name: Option<&'c str>,
    uid: Option<i64>,
    is_numeric: bool,
}

impl<'c> Wishes<'c> {
    pub(crate) fn of(option: impl Fn(&str) -> Option<&'c Setting>) -> Self {
        Wishes {
            name: option("name").and_then(Setting::as_text),
            uid: option("uid").and_then(Setting::as_number),
            is_numeric: option("numeric")
                .and_then(Setting::as_flag)
                .unwrap_or(false),
        }
    }
}

impl Wishes<'_> {
    /// A number, where nothing else is asked for, because somebody needs one.
    pub(crate) fn or_number(self, is_needed: bool) -> Self {
        Wishes {
            is_numeric: self.is_numeric || is_needed,
            ..self
        }
    }
}

impl RunAs {
    fn existing(account: Account, because: impl Into<String>) -> Self {
        RunAs {
            name: account
                .written
                .clone()
                .unwrap_or_else(|| account.name.clone()),
            account,
            made_by: None,
            because: because.into(),
            open: Vec::new(),
        }
    }

    /// Whether the user is known to be there at a step, or is made for it.
    pub(crate) fn is_there_at(&self, stage: Stage<'_>, step: Step<'_>) -> bool {
        self.made_by.is_some()
            || is_number(&self.account.name)
            || stage
                .accounts()
                .at(step)
                .exists(&self.account.name)
                .is_yes()
    }

    /// Whether the user has a home to keep things in.
    pub(crate) fn has_home(&self, stage: Stage<'_>) -> bool {
        let is_shipped = self.account.made_by == MadeBy::Base && !is_number(&self.account.name);
        is_shipped || self.account.has_home.is_yes() || stage.final_env("HOME").is_set()
    }

    /// The same user by number, where that is asked for and known.
    fn numbered(mut self, stage: Stage<'_>, wishes: Wishes<'_>) -> Self {
        if !wishes.is_numeric || is_number(&self.account.name) || stage.os() == Os::Windows {
            return self;
        }
        let user = &self.account.name;
        // An ARG may be given another value, so that only a number that is written down counts.
        match self.account.uid.filter(|_| self.account.is_uid_fixed) {
            Some(number) => {
                self.because = format!("{} ({user} is number {number})", self.because);
                self.name = match self.name.split_once(':') {
                    Some((_, group)) => format!("{number}:{group}"),
                    None => number.to_string(),
                };
            }
            None => self.because = format!("{} (its number is not known)", self.because),
        }
        self
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The user that the stage's container should run as: one that is there before a new one.
///
/// # Errors
/// Why there is none, and what a person could do.
pub(crate) fn choose(stage: Stage<'_>, wishes: Wishes<'_>) -> Result<RunAs, Remedy> {
    let existing = match switched_to(stage) {
        Some(user) => Some(user),
        None => made(stage)?
            .or_else(|| owner(stage))
            .or_else(|| shipped(stage)),
    };
    match existing {
        Some(user) => Ok(user.numbered(stage, wishes)),
        None => new(stage, wishes),
    }
}

/// The account of a name or number, unless it is known that there is none; what is open of it.
fn account_of(stage: Stage<'_>, name: &str) -> Option<(Account, Option<OpenCondition>)> {
    let accounts = stage.accounts();
    if let Ok(uid) = name.parse() {
        let account = accounts
            .by_uid(uid)
            .unwrap_or_else(|| Account::of_number(uid));
        return Some((account, None));
    }
    let open = match accounts.exists(name) {
        Ternary::Yes => None,
        Ternary::No => return None,
        Ternary::Unknown(open) => Some(open),
    };
    let account = accounts.account(name);
    Some((
        account.unwrap_or_else(|| Account::named(name.to_owned())),
        open,
    ))
}

/// The user that the file itself switched to last, before it went back to root.
fn switched_to(stage: Stage<'_>) -> Option<RunAs> {
    let steps = stage.base_chain().flat_map(|s| s.user_steps().rev());
    steps.into_iter().find_map(|step| {
        let name = stage.expand_text(step.word()?, step)?;
        let first = name.split(':').next().unwrap_or_default();
        let is_root = matches!(first, "" | "root" | "0" | "ContainerAdministrator");
        if is_root || !is_plain(&name) || is_service_account(first) {
            return None;
        }
        // A user of a base that is not known is there, as the file switches to it.
        let account = match account_of(stage, first) {
            Some((account, _)) => account,
            None if stage.accounts().at(step).exists(first).is_no() => {
                Account::named(first.to_owned())
            }
            None => return None,
        };
        let because = format!("the file switches to {name} before");
        Some(RunAs {
            name,
            ..RunAs::existing(account, because)
        })
    })
}

/// Whether a name can be written into commands as it stands.
fn is_plain(name: &str) -> bool {
    !name.starts_with('-')
        && !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_.-:@".contains(c))
}

/// The user that the file makes and nobody switches to.
fn made(stage: Stage<'_>) -> Result<Option<RunAs>, Remedy> {
    let accounts = stage.accounts();
    let mut users: Vec<Account> = accounts
        .all()
        .into_iter()
        .filter(|user| user.made_by != MadeBy::Base && !is_service_account(&user.name))
        .filter(|user| !is_system_account(&user.name))
        .collect();
    let has_nameless = accounts.has_nameless();
    if users.len() + usize::from(has_nameless) > 1 {
        let folder = stage.final_workdir().map(|folder| ImagePath::new(&folder));
        let owners = folder.map_or_else(Vec::new, |it| stage.filesystem().owners_of(&it));
        let is_owner = |user: &Account| {
            let number = user.uid.map(|uid| uid.to_string());
            owners
                .iter()
                .any(|o| *o == user.name || Some(o) == number.as_ref())
        };
        users.retain(is_owner);
        if users.len() != 1 {
            return Err(remedy!(
                "several users are made here, and none of them is given the working directory; say by USER which one runs the application"
            ));
        }
    } else if has_nameless {
        return Err(remedy!(
            "a user is made here whose name only the build knows; say by USER which user runs the application"
        ));
    }
    let Some(mut user) = users.pop() else {
        return Ok(None);
    };
    let name = user.name.clone();
    if !is_plain(&name) {
        return Err(remedy!(
            "a user is made here whose name has signs that a shell reads; say by USER which user runs the application"
        ));
    }
    // An `ARG` of a stage below is not seen here.
    let is_made_here =
        matches!(user.made_by, MadeBy::Step(at) if stage.steps().any(|s| s.index() == at));
    user.written = user.written.filter(|_| is_made_here);
    let open = match accounts.exists(&name) {
        Ternary::Yes => None,
        Ternary::No => return Ok(None),
        Ternary::Unknown(_) if accounts.unsure().is_none() => {
            return Err(remedy!(
                "{name} is made under a condition; say by USER which user runs the application"
            ));
        }
        Ternary::Unknown(open) => Some(open),
    };
    Ok(Some(RunAs {
        open: open.into_iter().collect(),
        ..RunAs::existing(user, format!("the file makes the user {name}"))
    }))
}

/// The user whom the file gives all that it copies into the working directory.
fn owner(stage: Stage<'_>) -> Option<RunAs> {
    let files = stage.filesystem();
    let folder = ImagePath::new(&stage.final_workdir()?);
    let mut names = files.owners_of(&folder).into_iter().filter(|name| {
        is_plain(name) && !matches!(&**name, "root" | "0") && !is_service_account(name)
    });
    names.find_map(|name| {
        let (account, open) = account_of(stage, &name)?;
        files.holds_copies_of(&account, &folder).then(|| RunAs {
            open: open.into_iter().collect(),
            ..RunAs::existing(account, format!("the file gives the application to {name}"))
        })
    })
}

/// A user that the base image brings along.
fn shipped(stage: Stage<'_>) -> Option<RunAs> {
    let facts = crate::base::facts(stage);
    let application = stage
        .accounts()
        .all()
        .into_iter()
        .find(|user| user.made_by == MadeBy::Base && user.is_for_application);
    if let Some(user) = application {
        let open = stage.accounts().exists(&user.name).open();
        let because = format!("the base image brings the user {} along", user.name);
        return Some(RunAs {
            open: open.into_iter().collect(),
            ..RunAs::existing(user, because)
        });
    }
    if let Some(Default::Other { name, .. }) = facts.map(|f| f.default_user) {
        let (account, open) =
            account_of(stage, name).unwrap_or_else(|| (Account::named(name.to_owned()), None));
        let because = format!("the base image runs as {name} by itself");
        return Some(RunAs {
            open: open.into_iter().collect(),
            ..RunAs::existing(account, because)
        });
    }
    (stage.os() == Os::Windows).then(|| {
        let user = Account::named("ContainerUser".to_owned());
        RunAs::existing(user, "every Windows image has the user ContainerUser")
    })
}

fn new(stage: Stage<'_>, wishes: Wishes<'_>) -> Result<RunAs, Remedy> {
    let facts = crate::base::facts(stage);
    let tools = facts.map_or(UserTools::Unknown, |f| f.user_tools);
    let Ok(number) = wishes.uid.map_or(Ok(NUMBER), u32::try_from) else {
        return Err(remedy!(
            "the number {} is larger than any that this image gives to a user; set another `uid`",
            wishes.uid.unwrap_or_default()
        ));
    };
    let wanted = (wishes.uid.is_some() || wishes.is_numeric).then_some(number);
    let name = wishes.name.unwrap_or("appuser");
    if let Some(making) = stage.accounts().making(tools, name, wanted)? {
        let numeric = wanted
            .filter(|_| wishes.is_numeric)
            .map(|number| number.to_string());
        return Ok(RunAs {
            name: numeric.unwrap_or_else(|| name.to_owned()),
            account: making.account,
            made_by: Some(making.command),
            because: format!("the base image has `{}`", making.program),
            open: making.open,
        });
    }
    let is_bare = facts.is_some_and(|f| matches!(f.family, Family::Scratch | Family::Distroless));
    let number = if is_bare && wishes.uid.is_none() {
        NONROOT
    } else {
        number
    };
    let because = match (facts.is_some(), tools) {
        (true, UserTools::Unknown) => {
            "it is not known how the base image makes users; a number needs no entry among them"
        }
        (true, _) => "the base image has no tool to make users; a number needs no entry among them",
        (false, _) => "the base image is not known; a number needs no entry among its users",
    };
    Ok(RunAs::existing(Account::of_number(number), because))
}
