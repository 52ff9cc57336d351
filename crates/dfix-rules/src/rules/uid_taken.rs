//! Numbers of users that the base image has given away.

use dfix_catalogue::programs::{self, Kind};
use dfix_catalogue::{UserTools, is_official};
use dfix_engine::{
    Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{
    Base, Command, Flag, Model, OpenCondition, PackageCommand, Pair, ShippedText, Stage, Step,
    StepKind, Word,
};

use crate::base::{chosen_image, chosen_variable};

pub(crate) const RULE: Rule = Rule {
    id: "uid-taken",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "free the number of a user of the base image before another one takes it",
    why: "`node` images, and Ubuntu from 23.04 on, bring a user with the number 1000: `useradd -u 1000` fails there, and so does \
          `groupadd -g 1000`.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM ubuntu:24.04\nRUN useradd -m -u 1000 app\nUSER app\n",
            "FROM ubuntu:24.04\nRUN userdel -r ubuntu && useradd -m -u 1000 app\nUSER app\n",
        )
        .that_says("the build stops here"),
        fixes(
            "FROM node:22\nRUN groupadd -g 1000 app && useradd -u 1000 -g app app\n",
            "FROM node:22\nRUN userdel -r node && groupadd -g 1000 app && useradd -u 1000 -g app app\n",
        ),
        fixes(
            "FROM node:22-alpine\nRUN adduser -D -u 1000 app\n",
            "FROM node:22-alpine\nRUN deluser --remove-home node && adduser -D -u 1000 app\n",
        ),
        fixes(
            "FROM node:22-alpine\nARG UID=1000\nRUN adduser -D -u $UID app\n",
            "FROM node:22-alpine\nARG UID=1000\nRUN deluser --remove-home node && adduser -D -u $UID app\n",
        )
        .with_unsafe(),
        leaves("FROM node:22-alpine\nARG UID=1000\nRUN adduser -D -u $UID app\n")
            .that_says("whether every build takes the default of `UID`"),
        leaves("FROM ubuntu:24.04\nARG OWNER\nRUN useradd -u 1000 app\nCOPY --chown=$OWNER a /a\n")
            .that_says("whether `$OWNER` in the COPY of line 4 is not `ubuntu`"),
        leaves("FROM ubuntu:24.04\nARG WHO\nRUN useradd -u 1000 app\nUSER $WHO:app\n")
            .that_says("whether `$WHO:app` in the USER of line 4 is not `ubuntu`"),
        // The number may be free by then.
        leaves("FROM ubuntu:24.04\nRUN userdel -r $(getent passwd 1000 | cut -d: -f1)\nRUN useradd -u 1000 app\n")
            .with_unsafe(),
        leaves("FROM ubuntu:24.04\nRUN userdel -r \"$(id -nu 1000)\" && useradd -u 1000 app\n")
            .with_unsafe(),
        leaves("FROM ubuntu:24.04\nRUN usermod -u 1001 $(id -nu 1000) && useradd -u 1000 app\n")
            .with_unsafe(),
        leaves("FROM ubuntu:24.04\nRUN sed -i '/:1000:/d' /etc/passwd && useradd -u 1000 app\n")
            .with_unsafe(),
        leaves("FROM ubuntu:24.04\nCOPY setup.sh .\nRUN ./setup.sh\nRUN useradd -u 1000 app\n")
            .with_unsafe(),
        leaves("FROM ubuntu:24.04\nRUN curl -fsSL https://acme.example/setup | bash\nRUN useradd -u 1000 app\n")
            .with_unsafe(),
        leaves("FROM ubuntu:24.04\nCOPY rootfs/ /\nRUN useradd -u 1000 app\n").with_unsafe(),
        reports(
            "FROM node:22\nCOPY --chown=node . /app\nRUN useradd -u 1000 app\n",
            "line 2 names `node`",
        ),
        reports(
            "FROM node:22\nRUN useradd -u 1000 app\nWORKDIR /home/node/x\n",
            "line 3 names `node`",
        ),
        reports(
            "FROM ubuntu:24.04\nENV OWNER=ubuntu\nRUN useradd -u 1000 app\n",
            "line 2 names `ubuntu`",
        ),
        reports(
            "FROM ubuntu:24.04\nRUN useradd -u 1000 app\nRUN find / -user ubuntu -delete && setfacl -m u:ubuntu:rwx /a\n",
            "line 3 names `ubuntu`",
        ),
        reports(
            "FROM ubuntu:24.04\nRUN useradd -u 1000 app && ls ~ubuntu/x\n",
            "line 2 names `ubuntu`",
        ),
        leaves("FROM ubuntu:24.04\nRUN useradd -u 1000 app\nCOPY start.sh /start.sh\nCMD [\"/start.sh\"]\n")
            .with_context(&[("start.sh", "#!/bin/sh\nexec gosu ubuntu app\n")])
            .that_says("whether start.sh (line 2) speaks of the user"),
        leaves("FROM ubuntu:22.04\nRUN useradd -u 1000 app\n"),
        leaves("FROM ubuntu:24.04\nRUN userdel -r ubuntu && useradd -u 1000 app\n"),
        leaves("FROM ubuntu:24.04\nRUN useradd -o -u 1000 app\n"),
        leaves("FROM ubuntu:24.04\nRUN useradd -u 1000 app || true\n"),
        leaves("FROM ubuntu:24.04\nRUN useradd -u 1000 app || usermod -l app ubuntu\n"),
        leaves("FROM ubuntu:24.04\nRUN id ubuntu || useradd -u 1000 app\n"),
        leaves("FROM node:22\nRUN useradd -u 1001 app && usermod -u 1000 node\n"),
        leaves("FROM node:22\nARG UID\nRUN useradd -u $UID app\n"),
        leaves("FROM acme/node:22\nRUN useradd -u 1000 app\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages().filter(|it| matches!(it.base(), Base::Image)) {
        let facts = stage.base_facts();
        if !stage.image().name().is_some_and(is_official) {
            continue;
        }
        for user in facts.users() {
            let Some(uid) = user.uid.filter(|it| *it >= 1000) else {
                continue;
            };
            // What comes after is free once the first is repaired.
            let clashes = stage.accounts().sure_clashes(uid, user.name);
            let mut told: Vec<usize> = Vec::new();
            for command in clashes {
                let of = command.stage().unwrap_or(stage);
                let mut chain = of.base_chain().map(Stage::index);
                if !chain.any(|it| told.contains(&it)) {
                    told.push(of.index());
                    tell(of, command, (user.name, uid), facts.user_tools, out);
                }
            }
        }
    }
}

fn tell(
    stage: Stage<'_>,
    command: Command<'_>,
    (holder, uid): (&str, u32),
    tools: UserTools,
    out: &mut Findings<'_>,
) {
    let image = stage.base_image().text().unwrap_or("the base image");
    let message = format!("the number {uid} is that of `{holder}` in {image}");
    let step = command.step();
    out.judge(command, Safety::Checked, message, |case| {
        let delete = match tools {
            UserTools::DebianBoth | UserTools::Shadow => format!("userdel -r {holder}"),
            UserTools::Busybox => format!("deluser --remove-home {holder}"),
            UserTools::None | UserTools::Unknown => return Err(remedy!("take another number")),
        };
        is_named_nowhere(stage, command, holder)?;
        let is_root = stage.user_at(step).is_root();
        if is_root.is_no() {
            return Err(remedy!(
                "take another number, or delete `{holder}` as root before"
            ));
        }
        case.evidence("the build stops here: two cannot have one number")
            .evidence(format!("nothing in the file names `{holder}`"))
            .open(is_root.open())
            .open(chosen_image(stage))
            .open(chosen_number(stage, command))
            .open(named_by_a_variable(stage, command, holder))
            .open(told_by_a_text(stage, holder))
            .declare(Effect::commands_of(step))
            .fix(|edit| edit.add_command_before(command, &delete));
        Ok(())
    });
}

/// # Errors
/// Where the file counts on the user who has the number: either of the two may be meant.
fn is_named_nowhere(stage: Stage<'_>, command: Command<'_>, holder: &str) -> Result<(), Remedy> {
    let chain = stage.base_chain().skip(1).chain(stage.with_descendants());
    let mut steps = chain.flat_map(Stage::steps);
    let Some(line) = steps.find_map(|step| line_naming(step, command, holder)) else {
        return Ok(());
    };
    Err(remedy!(
        "line {line} names `{holder}`: use that user, take another number, or delete it first and name the new one there"
    ))
}

/// What is open where a build may choose another number.
fn chosen_number(stage: Stage<'_>, command: Command<'_>) -> Option<OpenCondition> {
    let names = command.args().flat_map(Word::variables);
    let name = chosen_variable(stage, command.step(), names)?;
    Some(OpenCondition::new(
        format!("whether every build takes the default of `{name}`"),
        "see what the builds are told (`--build-arg`)",
    ))
}

/// What is open where a later user or owner is told by a variable, and may be the holder of the number: the file does not say who
/// it is, and it is not the one that the command makes.
fn named_by_a_variable(
    stage: Stage<'_>,
    command: Command<'_>,
    holder: &str,
) -> Option<OpenCondition> {
    let own: Vec<String> = command.args().flat_map(Word::variables).collect();
    let stages = stage.base_chain().skip(1).chain(stage.with_descendants());
    let mut steps = stages.flat_map(|of| of.steps().map(move |step| (of, step)));
    let (step, word) = steps.find_map(|(of, step)| {
        let word = match step.kind() {
            StepKind::User => step.word(),
            StepKind::Copy | StepKind::Add => step.flag("chown").and_then(Flag::value),
            _ => None,
        };
        let word = word.filter(|it| !it.is_known())?;
        let is_made = word.variables().iter().any(|it| own.contains(it));
        let text = of.expand_text(word, step);
        let may_be = text.is_none_or(|it| it.split(':').any(|it| it == holder));
        (may_be && !is_made).then_some((step, word))
    })?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` in {} is not `{holder}`",
            word.shortened(),
            step.label()
        ),
        "see what the builds are told (`--build-arg`)",
    ))
}

/// What is open where a text that is shipped seems to speak of the user.
fn told_by_a_text(stage: Stage<'_>, holder: &str) -> Option<OpenCondition> {
    const OF_USERS: [&str; 6] = ["chgrp", "chown", "home", "install", "setfacl", "user"];
    let becomes_one = |it: &str| programs::find(it).is_some_and(|it| it.kind() == Kind::Switcher);
    let is_of_users = |it: &str| OF_USERS.contains(&it) || becomes_one(it);
    let is_told = |text: &str| {
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
        let words = || text.split(|it| !is_part(it));
        words().any(|it| it == holder) && words().any(is_of_users)
    };
    let texts = stage.with_descendants().flat_map(Stage::shipped_texts);
    let mut lines = texts.flat_map(ShippedText::lines);
    let line = lines.find(|it| it.text.contains(holder) && is_told(it.text))?;
    Some(OpenCondition::new(
        format!("whether {} speaks of the user `{holder}`", line.place()),
        "look at it, and name the new user there",
    ))
}

/// The line of a step that names the user, or the user's home.
fn line_naming(step: Step<'_>, but: Command<'_>, holder: &str) -> Option<usize> {
    let owner = |text: &str| text.split([':', '=', ',']).any(|it| it == holder);
    let is_owner = |it: Word<'_>| it.value().is_some_and(owner);
    let is_named = match step.kind() {
        StepKind::User => step.word().is_some_and(is_owner),
        StepKind::Env | StepKind::Arg => step.pairs().filter_map(Pair::value).any(is_owner),
        StepKind::Copy | StepKind::Add => {
            let flag = step.flag("chown").and_then(Flag::value);
            flag.is_some_and(is_owner)
        }
        _ => false,
    };
    let home = format!("/home/{holder}");
    let is_home = |it: Word<'_>| {
        let rest = it.literal_prefix().strip_prefix('~');
        rest.and_then(|it| it.strip_prefix(holder))
            .is_some_and(|it| it.is_empty() || it.starts_with('/'))
    };
    let mut commands = step.commands().filter(|it| *it != but && !it.is(holder));
    let is_called = |it: Command<'_>| {
        // A package, or a program that is looked for, may be called like the user.
        let is_of_others = PackageCommand::of(it).is_some() || it.looked_for().next().is_some();
        !is_of_others && it.args().any(is_owner)
            || it.args().any(is_home)
            || it
                .wrappers()
                .any(|wrapper| wrapper.user.is_some_and(is_owner))
    };
    let is_named = is_named || step.mentions(&home) || commands.any(is_called);
    is_named.then(|| step.line())
}
