//! No secrets in `ARG` and `ENV`.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::catalogue::names_a_secret;
use dfix_model::{Model, Pair, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "secret-in-arg-env",
    aliases: &["SecretsUsedInArgOrEnv", "DL3064"],
    groups: &[Group::Security],
    severity: Severity::Warning,
    summary: "give secrets to a build by `--mount=type=secret`, and to a container when it starts",
    why: "Whoever has the image reads what an `ENV` sets and, in its history, what an `ARG` was given.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM node:22\nARG NPM_TOKEN\nRUN npm ci\n",
            "RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN",
        ),
        reports(
            "FROM debian:12\nENV DB_PASSWORD=hunter2\n",
            "docker run -e DB_PASSWORD",
        ),
        reports("ARG aws_secret_access_key\nFROM debian:12\n", "secret"),
        leaves(
            "FROM debian:12\nENV DB_PASSWORD_FILE=/run/secrets/db PUBLIC_KEY=x KEY_VERSION=1 KEYBOARD=de\n",
        ),
        // A place, a number, a switch is no secret; and where nothing is set, nothing is told.
        leaves("FROM debian:12\nENV SSH_KEY=/root/.ssh/id AUTH=true TOKEN_TTL=3600 DB_PASSWORD=\n"),
        leaves("FROM debian:12\nENV LANG=C.UTF-8\nARG MONKEY=1\nRUN DB_PASSWORD=x make\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps() {
        let is_arg = step.is(StepKind::Arg);
        if !is_arg && !step.is(StepKind::Env) {
            continue;
        }
        for pair in step.pairs() {
            let Some(name) = pair.key_text().filter(|it| names_a_secret(it)) else {
                continue;
            };
            if !may_be_one(pair, is_arg) {
                continue;
            }
            let message = format!("`{name}` looks like a secret, and the image keeps it");
            out.judge(pair, Safety::Checked, message, |_| {
                Err(if is_arg {
                    remedy!(
                        "write `RUN --mount=type=secret,id={name},env={name}` where it is used, and `docker build --secret id={name}` where the image is built"
                    )
                } else {
                    remedy!(
                        "give it to the container when it starts (`docker run -e {name}`, `secrets:` of Compose); what only the build needs, by `RUN --mount=type=secret,id={name},env={name}`"
                    )
                })
            });
        }
    }
}

/// Whether the value may be a secret: it is no path, no number, no switch, and there is one, or the build may give one.
fn may_be_one(pair: Pair<'_>, is_arg: bool) -> bool {
    let Some(value) = pair.value() else {
        return is_arg;
    };
    let Some(text) = value.value() else {
        return true;
    };
    let is_switch = ["true", "false", "yes", "no", "on", "off"]
        .iter()
        .any(|it| text.eq_ignore_ascii_case(it));
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_empty = text.is_empty() && !is_arg;
    !(is_empty || is_switch || text.starts_with('/') || is_number && !text.is_empty())
}
