//! Whom a container should run as, and how that user comes to be.

use dfix_engine::Findings;
use dfix_model::catalogue::{Account, Family, ImageFacts, UserTools};
use dfix_model::{Answer3, Os, Stage};

use super::ownership::{absolute, is_below};

/// The user to run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    /// What `USER` says: a name, or a number.
    pub(crate) name: String,
    /// The command that makes the user, if it is not there yet.
    pub(crate) made_by: Option<String>,
    /// Whether it can be named from the stage's first instruction on, once `made_by` has run: no command
    /// of the file makes it.
    pub(crate) is_from_start: bool,
    /// Why this one.
    pub(crate) because: String,
}

/// The number where nothing else is said: above those that systems give to users of their own.
const NUMBER: i64 = 10001;

impl Who {
    /// One that the base brings along, or a number, which needs no entry among the users.
    fn of_base(name: impl Into<String>, because: impl Into<String>) -> Self {
        Who {
            name: name.into(),
            made_by: None,
            is_from_start: true,
            because: because.into(),
        }
    }

    /// One that the file makes or uses somewhere.
    fn of_file(name: impl Into<String>, because: impl Into<String>) -> Self {
        Who {
            is_from_start: false,
            ..Who::of_base(name, because)
        }
    }
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
    if let Some(who) = switched_to(stage) {
        return Ok(who);
    }
    if let Some(who) = made(stage)? {
        return Ok(who);
    }
    let facts = crate::base::facts(stage);
    let said = |name: &str, uid: Option<u32>| match uid {
        Some(uid) if is_numeric(out) => uid.to_string(),
        _ => name.to_owned(),
    };
    if let Some(user) = facts.as_ref().and_then(ImageFacts::application_user) {
        return Ok(Who::of_base(
            said(user.name, user.uid),
            format!("the base image brings the user {} along", user.name),
        ));
    }
    if let Some(Account::Other { name, uid }) = facts.as_ref().map(|f| f.default_user) {
        return Ok(Who::of_base(
            said(name, uid),
            format!("the base image runs as {name} by itself"),
        ));
    }
    if stage.os() == Os::Windows {
        return Ok(Who::of_base(
            "ContainerUser",
            "every Windows image has the user ContainerUser",
        ));
    }
    Ok(new(stage, facts.as_ref(), out))
}

/// Whether the configuration wants users written as numbers.
fn is_numeric(out: &Findings<'_>) -> bool {
    out.option("numeric")
        .and_then(dfix_engine::Setting::as_flag)
        .unwrap_or(false)
}

fn new(stage: Stage<'_>, facts: Option<&ImageFacts>, out: &Findings<'_>) -> Who {
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
    // A group of that name that the file makes is joined: made twice, the build would fail.
    let is_group_made = stage
        .lineage()
        .flat_map(Stage::groups_made)
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
            return Who::of_base(number.to_string(), because);
        }
    };
    Who {
        name: if numeric {
            number.to_string()
        } else {
            name.to_owned()
        },
        made_by: Some(command),
        is_from_start: true,
        because: format!("the base image has `{program}`"),
    }
}

/// The user that the file itself switched to last, before it went back to root.
fn switched_to(stage: Stage<'_>) -> Option<Who> {
    let steps = stage.lineage().flat_map(|s| s.steps_named("USER").rev());
    steps.into_iter().find_map(|step| {
        let name = stage.expand_text(step.words().next()?, step)?;
        let first = name.split(':').next().unwrap_or_default();
        let is_root = matches!(first, "" | "root" | "0" | "ContainerAdministrator");
        (!is_root && is_plain(&name) && !OF_SERVICES.contains(&first))
            .then(|| Who::of_file(name.clone(), format!("the file switches to {name} before")))
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

/// Users that are made for services, not for the application.
const OF_SERVICES: &[&str] = &[
    "apache",
    "git",
    "memcache",
    "messagebus",
    "mongodb",
    "mysql",
    "nginx",
    "postgres",
    "rabbitmq",
    "redis",
    "sshd",
    "www-data",
    "zookeeper",
    "ftp",
    "named",
    "ntp",
    "squid",
    "haproxy",
];

/// The user that a command of the file makes and nobody switches to.
fn made(stage: Stage<'_>) -> Result<Option<Who>, String> {
    let mut users: Vec<_> = stage
        .lineage()
        .flat_map(Stage::users_made)
        .filter(|u| u.command.step().name() == "RUN" && !u.command.step().is_onbuild())
        .map(|u| (u, u.name_text()))
        .filter(|(_, name)| {
            name.as_deref()
                .is_none_or(|n| n != "root" && !OF_SERVICES.contains(&n))
        })
        .collect();
    if users.len() > 1 {
        let folder = stage.final_workdir();
        let owners: Vec<_> = users
            .iter()
            .filter(|(_, name)| {
                name.as_ref()
                    .is_some_and(|n| folder.as_ref().is_some_and(|f| owns(stage, n, f)))
            })
            .cloned()
            .collect();
        if owners.len() != 1 {
            return Err("several users are made here, and none of them is given the working directory; say by USER which one runs the application".to_owned());
        }
        users = owners;
    }
    match users.pop() {
        None => Ok(None),
        Some((user, Some(name))) if !user.command.is_certain() => Err(format!(
            "{name} is made under a condition; say by USER which user runs the application"
        )),
        Some((_, Some(name))) if is_plain(&name) => Ok(Some(Who::of_file(name.clone(), format!("the file makes the user {name}")))),
        Some((_, Some(_))) => Err("a user is made here whose name has signs that a shell reads; say by USER which user runs the application".to_owned()),
        Some((_, None)) => Err("a user is made here whose name only the build knows; say by USER which user runs the application".to_owned()),
    }
}

/// Whether the file gives the folder to the user: by `chown` after the last files came there, by
/// `--chown` of all that is copied there, or because it is the home that was made with the user and
/// nothing else was put there since.
pub(crate) fn owns(stage: Stage<'_>, name: &str, folder: &str) -> bool {
    let mut owned = false;
    for step in stage
        .lineage()
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
                    owned = step
                        .flag("chown")
                        .and_then(|f| stage.expand_text(f.value()?, step))
                        .is_some_and(|owner| owner.split(':').next() == Some(name));
                }
            }
            "RUN" if stage.user_at(step).is_root() != Answer3::No => {
                for command in step.commands() {
                    let words: Vec<String> = command
                        .args()
                        .filter_map(|w| stage.expand_text(w, command))
                        .collect();
                    let gives = command.is("chown")
                        && words
                            .iter()
                            .any(|w| w.starts_with('-') && w.contains('R') || w == "--recursive")
                        && words
                            .iter()
                            .any(|w| w.split([':', '.']).next() == Some(name))
                        && words.iter().any(|w| {
                            let place = absolute(stage, step, w);
                            is_below(folder, &place)
                        });
                    if gives {
                        owned = true;
                    }
                }
            }
            _ => {}
        }
    }
    owned
}
