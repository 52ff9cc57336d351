//! Users and groups that are there before something names them.

use dfix_engine::{
    Case, Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Accounts, Command, MadeBy, Model, Os, Stage, Step, StepKind, Word};

pub(crate) const RULE: Rule = Rule {
    id: "user-missing",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "make a user before `USER`, `--chown` or `chown` names it",
    why: "A `RUN` after a `USER` whom the image does not have fails, and so does a container that starts with it: \
          `unable to find user`.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nUSER app\nCMD [\"python\", \"app.py\"]\n",
            "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN useradd -m app\nUSER app\nCMD [\"python\", \"app.py\"]\n",
        )
        .that_says("a container cannot start"),
        fixes(
            "FROM node:22-alpine\nCOPY --chown=app:app . /app\nUSER app\nRUN npm ci\n",
            "FROM node:22-alpine\nRUN adduser -D app\nCOPY --chown=app:app . /app\nUSER app\nRUN npm ci\n",
        ),
        // The users of one stage are not those of another.
        fixes(
            "FROM debian:12 AS build\nRUN useradd -u 5000 app\nFROM debian:12\nUSER app\n",
            "FROM debian:12 AS build\nRUN useradd -u 5000 app\nFROM debian:12\nRUN useradd -m -u 5000 app\nUSER app\n",
        )
        .that_says("line 2 makes it in another stage"),
        fixes(
            "FROM ubuntu:22.04\nRUN mkdir /data && chown -R app /data\nUSER app\n",
            "FROM ubuntu:22.04\nRUN useradd -m app\nRUN mkdir /data && chown -R app /data\nUSER app\n",
        ),
        reports("FROM debian:12\nUSER app\nRUN id\nUSER root\nRUN useradd app\n", "line 5 makes it"),
        reports("FROM debian:12\nRUN useradd appuser\nUSER appusr\n", "`appuser`"),
        reports("FROM alpine:3.20\nRUN adduser -S app\nUSER app:app\n", "no group `app`"),
        reports("FROM debian:12\nCOPY --chown=app . /app\n", "root's"),
        reports("FROM scratch\nCOPY app /app\nUSER app\n", "a number"),
        reports("FROM debian:12\nUSER 1000\nRUN id\nUSER app\n", "USER root"),
        leaves("FROM node:22\nUSER node\n"),
        leaves("FROM debian:12\nUSER www-data\n"),
        leaves("FROM debian:12\nUSER 1000:1000\n"),
        leaves("FROM debian:12\nRUN useradd app\nUSER app\n"),
        leaves("FROM debian:12\nRUN useradd app && chown app /srv\nUSER app\n"),
        leaves("FROM debian:12\nRUN chown app /srv || true\n"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y postgresql\nUSER postgres\n"),
        leaves("FROM debian:12\nCOPY setup.sh /\nRUN /setup.sh\nUSER app\n"),
        // What is not read may make it.
        leaves("FROM debian:12\nRUN python3 /x/make_users.py\nUSER app\n"),
        leaves("FROM debian:12\nRUN --mount=type=bind,target=/s /s/prepare\nUSER app\n"),
        leaves("FROM node:22\nCOPY . /app\nRUN cd /app && npm run prepare-image\nUSER app\n"),
        leaves("FROM debian:12\nADD rootfs.tar.gz /\nUSER app\n"),
        leaves("FROM debian:12\nCOPY . /\nUSER app\n"),
        leaves("FROM debian:12\nRUN curl -fsSL https://acme.example/x.tgz | tar xz -C /\nUSER app\n"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y acme-tool\nUSER app\n"),
        leaves("FROM debian:12\nRUN chown --from app root /x\n"),
        leaves("FROM acme/base:1\nUSER app\n"),
        leaves("FROM debian:12\nARG WHO=app\nUSER $WHO\n"),
        leaves("FROM debian:12 AS build\nRUN useradd app\nFROM scratch\nCOPY --from=build /etc/passwd /etc/passwd\nUSER app\n"),
    ],
};

/// A user or a group that something names.
struct Named<'m> {
    step: Step<'m>,
    how: How,
    user: Option<&'m str>,
    group: Option<&'m str>,
}

#[derive(Clone, Copy, PartialEq)]
enum How {
    User,
    CopyOwner,
    Chown,
}

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let mut told: Vec<(usize, &str)> = Vec::new();
    for stage in file.stages().filter(|it| it.os() == Os::Linux) {
        let steps = stage.steps().filter(|it| !it.is_onbuild());
        let all: Vec<Named<'_>> = steps.flat_map(named_by).collect();
        for (at, named) in all.iter().enumerate() {
            let step = named.step;
            // What the step itself makes may be made before it is named.
            let accounts = match step.next().filter(|_| named.how == How::Chown) {
                Some(next) => stage.accounts().at(next),
                None if named.how == How::Chown => stage.accounts(),
                None => stage.accounts().at(step),
            };
            let is_told = |name: &str| {
                let mut chain = stage.base_chain();
                chain.any(|it| told.contains(&(it.index(), name)))
            };
            let user = named.user.filter(|it| accounts.lacks_user(it));
            let group = named.group.filter(|it| accounts.lacks_group(it));
            let Some(name) = user.or(group).filter(|it| !is_told(it)) else {
                continue;
            };
            told.push((stage.index(), name));
            match user {
                Some(user) => user_is_missing(stage, &all[at..], user, accounts, out),
                None => group_is_missing(named, name, out),
            }
        }
    }
}

fn user_is_missing(
    stage: Stage<'_>,
    from_here: &[Named<'_>],
    user: &str,
    accounts: Accounts<'_>,
    out: &mut Findings<'_>,
) {
    let Some(named) = from_here.first() else {
        return;
    };
    let step = named.step;
    let message = format!("there is no user `{user}`");
    out.judge(step, Safety::Checked, message, |case| {
        is_meant(stage, user, accounts)?;
        let fails = what_fails(from_here, user)?;
        let is_root = stage.user_at(step).is_root();
        if is_root.is_no() {
            return Err(remedy!(
                "make the user as root: `USER root`, and `RUN useradd {user}` or its like, before it"
            ));
        }
        case.evidence(fails).open(is_root.open());
        make(stage, named, user, accounts, case)
    });
}

/// # Errors
/// Where another user may be meant, or the right one is made in the wrong place.
fn is_meant(stage: Stage<'_>, user: &str, accounts: Accounts<'_>) -> Result<(), Remedy> {
    let line_of = |index: usize| stage.file().step(index).map(Step::line);
    let later = stage.accounts().account(user).map(|it| it.made_by);
    if let Some(MadeBy::Step(index) | MadeBy::List(index)) = later {
        let line = line_of(index).unwrap_or_default();
        return Err(remedy!("line {line} makes it: move that above"));
    }
    let own = accounts.all().into_iter();
    let mut own = own.filter(|it| matches!(it.made_by, MadeBy::Step(_)));
    if let Some(other) = own.find(|it| !it.is_system || it.is_for_application) {
        return Err(remedy!(
            "the stage makes `{}`: name that one, or make `{user}`, too",
            other.name
        ));
    }
    Ok(())
}

/// What the build or the container cannot do.
fn what_fails(from_here: &[Named<'_>], user: &str) -> Result<String, Remedy> {
    let of_user = |it: &&Named<'_>| it.user == Some(user) && it.how != How::CopyOwner;
    let Some(first) = from_here.iter().find(of_user) else {
        return Err(remedy!(
            "BuildKit leaves the files root's, and other builders stop: make the user before, or name one that is there"
        ));
    };
    let line = first.step.line();
    Ok(match first.how {
        How::Chown => format!("line {line} fails as it is: nobody is called `{user}`"),
        _ => format!("with the `USER` of line {line} no `RUN` runs, and a container cannot start"),
    })
}

/// Makes the user right before the step that names it first.
fn make<'m>(
    stage: Stage<'m>,
    named: &Named<'m>,
    user: &str,
    accounts: Accounts<'m>,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if !user.chars().all(is_plain) || user.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Err(remedy!(
            "make the user before it, by a name of small letters, digits, `-` and `_`"
        ));
    }
    if let Some(group) = named
        .group
        .filter(|it| *it != user && accounts.lacks_group(it))
    {
        return Err(remedy!("make the user, and the group `{group}`, before it"));
    }
    let others = stage.file().stages().filter(|it| *it != stage);
    let elsewhere = others.filter_map(|it| it.accounts().account(user));
    let elsewhere = elsewhere.into_iter().find(|it| it.is_certain);
    let uid = elsewhere
        .as_ref()
        .and_then(|it| it.uid.filter(|_| it.is_uid_fixed));
    let tools = stage.base_facts().user_tools;
    let made = accounts
        .making(tools, user, uid)
        .or_else(|_| accounts.making(tools, user, None));
    let made = made.map_err(|why| remedy!("{why}"))?.ok_or_else(|| {
        remedy!("the image has no tool that makes users: write a number, or copy an `/etc/passwd` that has the user")
    })?;
    if let Some(MadeBy::Step(index)) = elsewhere.map(|it| it.made_by) {
        let line = stage.file().step(index).map_or(0, Step::line);
        case.evidence(format!("line {line} makes it in another stage alone"));
    }
    case.open(made.open)
        .declare(Effect::Inserted {
            stage: stage.index(),
            keyword: "RUN",
        })
        .fix(|edit| {
            edit.insert_instruction_before(named.step, &format!("RUN {}", made.command));
        });
    Ok(())
}

fn group_is_missing(named: &Named<'_>, group: &str, out: &mut Findings<'_>) {
    let message = format!("there is no group `{group}`");
    out.judge(named.step, Safety::Checked, message, |_| {
        Err(match named.how {
            How::CopyOwner => remedy!(
                "BuildKit leaves the files to root's group, and other builders stop: make the group before, or leave it out"
            ),
            _ => remedy!("make the group before (`groupadd`, on Alpine `addgroup`), or leave it out"),
        })
    });
}

/// The users and groups that a step names, as far as they are written down.
fn named_by<'m>(step: Step<'m>) -> Vec<Named<'m>> {
    let named = |word: Word<'m>, how| Some(of_text(step, word.value()?, how));
    match step.kind() {
        StepKind::User => {
            let word = step.word();
            word.and_then(|it| named(it, How::User))
                .into_iter()
                .collect()
        }
        StepKind::Copy | StepKind::Add => {
            let owner = step.flag("chown").and_then(dfix_model::Flag::value);
            let named = owner.and_then(|it| named(it, How::CopyOwner));
            named.into_iter().collect()
        }
        StepKind::Run => {
            let fails = |it: &Command<'_>| {
                it.is("chown") && it.wrappers().next().is_none() && it.stops_the_build()
            };
            let commands = step.commands().filter(fails);
            commands
                .filter_map(owner_of)
                .filter_map(|it| named(it, How::Chown))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Whom a `chown` gives its files to.
fn owner_of(chown: Command<'_>) -> Option<Word<'_>> {
    let mut words = chown.args();
    while let Some(word) = words.next() {
        if word.is("--from") {
            words.next();
        } else if word.starts_with("--ref") {
            return None;
        } else if !word.starts_with("-") {
            return Some(word);
        }
    }
    None
}

fn of_text<'m>(step: Step<'m>, text: &'m str, how: How) -> Named<'m> {
    let (user, group) = match text.split_once(':') {
        Some((user, group)) => (user, Some(group)),
        None => (text, None),
    };
    let is_name = |it: &&str| {
        it.starts_with(|c: char| c.is_ascii_alphabetic()) && !it.contains(['$', '\\', ' ', '.'])
    };
    Named {
        step,
        how,
        user: Some(user).filter(is_name),
        group: group.filter(is_name),
    }
}
