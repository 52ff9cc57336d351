//! Nothing is fetched from GitHub by `git://`.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Command, Model, PackageCommand, Step, Word};

pub(crate) const RULE: Rule = Rule {
    id: "run-git-protocol",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "fetch from GitHub by `https://`, not by `git://`",
    why: "GitHub does not answer there since 15 March 2022 (github.blog, \"Improving Git protocol security on GitHub\"): nothing \
          that asks is encrypted, and the build waits until it fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y git\nRUN git clone --depth 1 git://github.com/acme/app.git /app\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y git\nRUN git clone --depth 1 https://github.com/acme/app.git /app\n",
        ),
        leaves("FROM debian:12-slim\nRUN apt-get update && apt-get install -y --no-install-recommends git\nRUN git clone git://github.com/a/b\n")
            .that_says("the certificates"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y git && apt-get autoremove -y && git clone git://github.com/a/b\n")
            .that_says("the certificates"),
        leaves("FROM acme/git:1\nRUN git clone git://github.com/a/b\n").that_says("the certificates"),
        fixes(
            "FROM alpine:3.20\nRUN apk add --no-cache git && git clone git://github.com/a/b\n",
            "FROM alpine:3.20\nRUN apk add --no-cache git && git clone https://github.com/a/b\n",
        ),
        fixes(
            "FROM python:3.12\nRUN pip install \"git+git://github.com/acme/app@$V#egg=app\" && npm i git://github.com/a/b\n",
            "FROM python:3.12\nRUN pip install \"git+https://github.com/acme/app@$V#egg=app\" && npm i git+https://github.com/a/b\n",
        ),
        leaves(
            "FROM debian:12\nRUN git clone git://git.example.org/app && git clone git@github.com:acme/app\n",
        ),
        leaves(
            "FROM debian:12\nRUN echo git://github.com/acme/app && npm i git+ssh://git@github.com/a/b\n",
        ),
        // Git is told to ask elsewhere.
        leaves(
            "FROM debian:12\nRUN git config --global url.https://github.com/.insteadOf git://github.com/\nRUN git clone git://github.com/acme/app\n",
        ),
        leaves("FROM debian:12\nCOPY .gitconfig /root/\nRUN git clone git://github.com/acme/app\n"),
        leaves("FROM debian:12\nENV GIT_CONFIG_COUNT=1\nRUN git clone git://github.com/acme/app\n"),
    ],
};

/// How an address begins that nobody answers at, and how one that somebody does; npm wants to be told that it is git's.
const BEGINNINGS: [(&str, &str, &str); 2] = [
    (
        "git://github.com/",
        "https://github.com/",
        "git+https://github.com/",
    ),
    (
        "git+git://github.com/",
        "git+https://github.com/",
        "git+https://github.com/",
    ),
];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_told = |step: Step<'_>| {
        let words = [
            "insteadof",
            "insteadOf",
            "InsteadOf",
            "gitconfig",
            "GIT_CONFIG",
        ];
        words.iter().any(|it| step.mentions(it))
    };
    let is_asked = |step: Step<'_>| step.mentions(BEGINNINGS[0].0);
    if !file.steps().any(is_asked) || file.steps().any(is_told) {
        return;
    }
    let runs = file.steps().filter(|it| it.is_run());
    for command in runs
        .flat_map(Step::commands)
        .filter(|it| !it.is_of_script())
    {
        let package = PackageCommand::of(command);
        if !command.is("git") && package.is_none() {
            continue;
        }
        for word in command.args() {
            let text = word.literal_prefix();
            let Some((old, https, of_git)) = BEGINNINGS.iter().find(|it| text.starts_with(it.0))
            else {
                continue;
            };
            let new = if package.is_some() { of_git } else { https };
            judge(command, word, (old, new), out);
        }
    }
}

fn judge(command: Command<'_>, word: Word<'_>, (old, new): (&str, &str), out: &mut Findings<'_>) {
    out.judge(
        word,
        Safety::Checked,
        "GitHub does not answer to `git://`",
        |case| {
            let part = word.range_of(0..old.len());
            case.evidence("the build fails as it stands: GitHub took the service away in 2022")
                .open(command.may_ask_by_https().open())
                .declare(Effect::arguments_of(command))
                .fix(|edit| match part {
                    Some(part) => edit.replace_part(part, new),
                    None => edit.fail("the address is not written in one piece"),
                });
            Ok(())
        },
    );
}
