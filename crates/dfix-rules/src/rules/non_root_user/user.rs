//! Whom a container should run as, and how that user comes to be.

use dfix_catalogue::{is_service_account, is_system_account};
use std::collections::HashSet;

use dfix_engine::Findings;
use dfix_model::catalogue::{Account, Family, ImageFacts, UserTools};
use dfix_model::{Os, Stage, Step, Word};

use super::ownership::{absolute, is_below};
use crate::base::facts;

/// The user to run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    /// What `USER` says: a name, or a number.
    pub(crate) name: String,
    /// The name, where `USER` says the number of a user who has one.
    login: Option<String>,
    /// The command that makes the user, if it is not there yet.
    pub(crate) made_by: Option<String>,
    /// Why this one.
    pub(crate) because: String,
}

/// The number where nothing else is said: above those that systems give to users of their own.
const NUMBER: i64 = 10001;

impl Who {
    fn existing(name: impl Into<String>, because: impl Into<String>) -> Self {
        Who {
            name: name.into(),
            login: None,
            made_by: None,
            because: because.into(),
        }
    }

    /// Whether an owner, by name or number, is this user.
    pub(crate) fn is(&self, owner: &str) -> bool {
        let user = self.name.split(':').next().unwrap_or(&self.name);
        owner == user || self.login.as_deref() == Some(owner)
    }

    /// The name of the account, where there is one: a number alone has no home.
    pub(crate) fn account(&self) -> &str {
        self.login.as_deref().unwrap_or(&self.name)
    }

    /// Whether the user is known to be there at a step, or is made for it.
    pub(crate) fn is_there_at(&self, stage: Stage<'_>, step: Step<'_>) -> bool {
        let user = self.name.split(':').next().unwrap_or(&self.name);
        let made = stage
            .base_chain()
            .flat_map(Stage::created_users)
            .find(|u| u.name_text().is_some_and(|name| self.is(&name)));
        match made {
            _ if self.made_by.is_some() => true,
            Some(made) => made.command.is_certain() && made.command.step().index() < step.index(),
            None => {
                is_number(user) || facts(stage).is_some_and(|f| f.users().any(|u| self.is(u.name)))
            }
        }
    }

    /// The same user by number, where that is asked for and known.
    fn numbered(mut self, stage: Stage<'_>, out: &Findings<'_>) -> Self {
        let (user, group) = match self.name.split_once(':') {
            Some((user, group)) => (user.to_owned(), Some(group.to_owned())),
            None => (self.name.clone(), None),
        };
        if !is_numeric(out) || is_number(&user) || stage.os() == Os::Windows {
            return self;
        }
        let made = stage
            .base_chain()
            .flat_map(Stage::created_users)
            .find(|u| u.name_text().as_deref() == Some(&user));
        let number = match made {
            // An ARG may be given another value, so that only a number that is written down counts.
            Some(made) => made
                .uid
                .and_then(Word::value)
                .filter(|text| is_number(text))
                .map(str::to_owned),
            None => facts(stage)
                .and_then(|f| f.users().find(|u| u.name == user)?.uid)
                .map(|uid| uid.to_string()),
        };
        match number {
            Some(number) => {
                self.because = format!("{} ({user} is number {number})", self.because);
                self.name =
                    group.map_or_else(|| number.clone(), |group| format!("{number}:{group}"));
                self.login = Some(user);
            }
            None => {
                self.because = format!("{} (its number is not known)", self.because);
            }
        }
        self
    }
}

fn is_numeric(out: &Findings<'_>) -> bool {
    out.option("numeric")
        .and_then(dfix_engine::Setting::as_flag)
        .unwrap_or(false)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the image is made for applications in some language.
pub(crate) fn is_of_a_language(facts: &ImageFacts) -> bool {
    matches!(
        facts.family,
        Family::Python
            | Family::Pypy
            | Family::Node
            | Family::Ruby
            | Family::Java
            | Family::DotNet
            | Family::Perl
            | Family::Elixir
            | Family::Erlang
            | Family::Julia
            | Family::Php
    )
}

/// The user that the stage's container should run as: one that is there before a new one.
///
/// # Errors
/// Why there is none, and what a person could do.
pub(crate) fn choose(stage: Stage<'_>, out: &Findings<'_>) -> Result<Who, String> {
    let facts = facts(stage);
    if let Some(who) = there(stage, facts.as_ref())? {
        return Ok(who.numbered(stage, out));
    }
    new(stage, facts.as_ref(), out)
}

/// A user that the file or its base brings along.
fn there(stage: Stage<'_>, facts: Option<&ImageFacts>) -> Result<Option<Who>, String> {
    if let Some(who) = switched_to(stage) {
        return Ok(Some(who));
    }
    if let Some(who) = made(stage)? {
        return Ok(Some(who));
    }
    if let Some(user) = facts.and_then(ImageFacts::application_user) {
        return Ok(Some(Who::existing(
            user.name,
            format!("the base image brings the user {} along", user.name),
        )));
    }
    if let Some(Account::Other { name, .. }) = facts.map(|f| f.default_user) {
        return Ok(Some(Who::existing(
            name,
            format!("the base image runs as {name} by itself"),
        )));
    }
    Ok((stage.os() == Os::Windows).then(|| {
        Who::existing(
            "ContainerUser",
            "every Windows image has the user ContainerUser",
        )
    }))
}

/// The largest number that busybox gives away.
const LAST_OF_BUSYBOX: i64 = 256_000;

/// From this number on, `useradd` writes a table of logins that the number makes large.
const LARGE: i64 = 65_536;

/// Why a new user may not have this name or number, if it may not.
fn taken(
    stage: Stage<'_>,
    facts: Option<&ImageFacts>,
    name: &str,
    uid: Option<i64>,
    tools: UserTools,
) -> Option<String> {
    if is_system_account(name) || facts.is_some_and(|f| f.users().any(|u| u.name == name)) {
        return Some(format!(
            "{name} is a user or a group of the system already; set another `name`"
        ));
    }
    let uid = uid?;
    let of_base = facts.and_then(|f| f.users().find(|u| u.uid.map(i64::from) == Some(uid)));
    if let Some(user) = of_base {
        return Some(format!(
            "the number {uid} belongs to {} in the base image; set another `uid`",
            user.name
        ));
    }
    let is_made = stage
        .base_chain()
        .flat_map(Stage::created_users)
        .filter_map(|u| stage.expand_text(u.uid?, u.command))
        .any(|number| number == uid.to_string());
    if is_made || uid < 1000 || (65_533..=65_535).contains(&uid) {
        return Some(format!(
            "the number {uid} is or may be another user's in this image; set another `uid`, from 1000 on"
        ));
    }
    let is_too_large = match tools {
        UserTools::Busybox => uid > LAST_OF_BUSYBOX,
        _ => uid >= i64::from(u32::MAX),
    };
    is_too_large.then(|| {
        format!(
            "the number {uid} is larger than any that this image gives to a user; set another `uid`"
        )
    })
}

fn new(stage: Stage<'_>, facts: Option<&ImageFacts>, out: &Findings<'_>) -> Result<Who, String> {
    let text = |key: &str| out.option(key).and_then(|o| o.as_text());
    let uid = out.option("uid").and_then(dfix_engine::Setting::as_number);
    let numeric = is_numeric(out);
    let name = text("name").unwrap_or("appuser");
    let number = uid.unwrap_or(NUMBER);
    let asked = if uid.is_some() || numeric {
        format!("-u {number} ")
    } else {
        String::new()
    };
    let tools = facts.map_or(UserTools::Unknown, |f| f.user_tools);
    let is_made = !matches!(tools, UserTools::None | UserTools::Unknown);
    let wanted = (uid.is_some() || numeric).then_some(number);
    if is_made && let Some(why) = taken(stage, facts, name, wanted, tools) {
        return Err(why);
    }
    let asked = if wanted.is_some_and(|it| it >= LARGE) && tools != UserTools::Busybox {
        format!("-l {asked}")
    } else {
        asked
    };
    // A group of that name that the file makes is joined: made twice, the build would fail.
    let is_group_made = stage
        .base_chain()
        .flat_map(Stage::created_groups)
        .any(|g| stage.expand_text(g.name, g.command).as_deref() == Some(name));
    let group = |option: &str| {
        if is_group_made {
            format!("{option} {name} ")
        } else {
            String::new()
        }
    };
    let (program, command) = match tools {
        UserTools::DebianBoth | UserTools::Shadow => (
            "useradd",
            format!("useradd -m {asked}{}{name}", group("-g")),
        ),
        UserTools::Busybox => (
            "adduser",
            format!("adduser -D {asked}{}{name}", group("-G")),
        ),
        UserTools::None | UserTools::Unknown => {
            let is_bare =
                facts.is_some_and(|f| matches!(f.family, Family::Scratch | Family::Distroless));
            let because = if facts.is_some() && tools == UserTools::Unknown {
                "it is not known how the base image makes users; a number needs no entry among them"
            } else if facts.is_some() {
                "the base image has no tool to make users; a number needs no entry among them"
            } else {
                "the base image is not known; a number needs no entry among its users"
            };
            let number = if is_bare && uid.is_none() {
                65532
            } else {
                number
            };
            return Ok(Who::existing(number.to_string(), because));
        }
    };
    Ok(Who {
        name: if numeric {
            number.to_string()
        } else {
            name.to_owned()
        },
        login: numeric.then(|| name.to_owned()),
        made_by: Some(command),
        because: format!("the base image has `{program}`"),
    })
}

/// The user that the file itself switched to last, before it went back to root.
fn switched_to(stage: Stage<'_>) -> Option<Who> {
    let steps = stage.base_chain().flat_map(|s| s.user_steps().rev());
    steps.into_iter().find_map(|step| {
        let name = stage.expand_text(step.words().next()?, step)?;
        let first = name.split(':').next().unwrap_or_default();
        let is_root = matches!(first, "" | "root" | "0" | "ContainerAdministrator");
        (!is_root && is_plain(&name) && !is_service_account(first))
            .then(|| Who::existing(name.clone(), format!("the file switches to {name} before")))
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

/// The user that a command of the file makes and nobody switches to.
fn made(stage: Stage<'_>) -> Result<Option<Who>, String> {
    let mut users: Vec<_> = stage
        .base_chain()
        .flat_map(Stage::created_users)
        .filter(|u| u.command.step().is_run() && !u.command.step().is_onbuild())
        .map(|u| (u, u.name_text()))
        .filter(|(_, name)| {
            name.as_deref()
                .is_none_or(|n| n != "root" && !is_service_account(n))
        })
        .collect();
    if users.len() > 1 {
        let owners = stage
            .final_workdir()
            .map_or_else(HashSet::new, |folder| owners(stage, &folder));
        users.retain(|(_, name)| name.as_ref().is_some_and(|name| owners.contains(name)));
        if users.len() != 1 {
            return Err("several users are made here, and none of them is given the working directory; say by USER which one runs the application".to_owned());
        }
    }
    match users.pop() {
        None => Ok(None),
        Some((user, Some(name))) if !user.command.is_certain() => Err(format!(
            "{name} is made under a condition; say by USER which user runs the application"
        )),
        Some((_, Some(name))) if is_plain(&name) => Ok(Some(Who::existing(name.clone(), format!("the file makes the user {name}")))),
        Some((_, Some(_))) => Err("a user is made here whose name has signs that a shell reads; say by USER which user runs the application".to_owned()),
        Some((_, None)) => Err("a user is made here whose name only the build knows; say by USER which user runs the application".to_owned()),
    }
}

/// Whether the file gives the folder to the user.
pub(crate) fn owns(stage: Stage<'_>, who: &Who, folder: &str) -> bool {
    owners(stage, folder).iter().any(|owner| who.is(owner))
}

/// To whom the file gives the folder, by name or number: by `--chown` of what was copied there last, and
/// by `chown -R` since.
fn owners(stage: Stage<'_>, folder: &str) -> HashSet<String> {
    let mut owners = HashSet::new();
    for step in stage
        .base_chain()
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .flat_map(Stage::steps)
    {
        if step.is_onbuild() {
            continue;
        }
        match step.name() {
            "COPY" | "ADD" => {
                let lands = step
                    .target()
                    .and_then(|w| stage.expand_text(w, step))
                    .map(|t| absolute(stage, step, &t))
                    .is_none_or(|t| is_below(&t, folder) || is_below(folder, &t));
                if lands {
                    owners.clear();
                    owners.extend(
                        step.flag("chown")
                            .and_then(|f| stage.expand_text(f.value()?, step))
                            .map(|owner| user_of(&owner, &[':'])),
                    );
                }
            }
            "RUN" if !stage.user_at(step).is_root().is_no() => {
                for command in step.commands().filter(|c| c.is("chown")) {
                    let words: Vec<String> = command
                        .args()
                        .filter_map(|w| stage.expand_text(w, command))
                        .collect();
                    let gives = words
                        .iter()
                        .any(|w| w.starts_with('-') && w.contains('R') || w == "--recursive")
                        && words
                            .iter()
                            .any(|w| is_below(folder, &absolute(stage, step, w)));
                    if gives {
                        // The owner is the first of these; a file is no user's name.
                        owners.extend(words.iter().map(|w| user_of(w, &[':', '.'])));
                    }
                }
            }
            _ => {}
        }
    }
    owners
}

/// The user in `user:group`.
fn user_of(owner: &str, dividers: &[char]) -> String {
    owner.split(dividers).next().unwrap_or_default().to_owned()
}
