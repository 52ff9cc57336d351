//! `https` for what is downloaded.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::catalogue::{DownloadUse, serves_https};
use dfix_model::{Command, Model, OpenCondition, Step, StepKind, Word};

use crate::downloads::Told;

pub(crate) const RULE: Rule = Rule {
    id: "run-http-url",
    aliases: &[],
    groups: &[Group::Security],
    severity: Severity::Warning,
    summary: "download by `https`, not by `http`",
    why: "What comes by `http` may have been changed by anybody on the way, and it is run or shipped as it comes.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nADD http://github.com/a/b/archive/c.tar.gz /src/\n",
            "FROM debian:12\nADD https://github.com/a/b/archive/c.tar.gz /src/\n",
        ),
        fixes(
            "FROM buildpack-deps:bookworm\nRUN curl -fsSLO https://github.com/x && wget http://ftp.gnu.org/gnu/a.tar.gz\n",
            "FROM buildpack-deps:bookworm\nRUN curl -fsSLO https://github.com/x && wget https://ftp.gnu.org/gnu/a.tar.gz\n",
        ),
        leaves("FROM debian:12\nRUN curl -fO http://ftp.gnu.org/gnu/a.tar.gz\n")
            .that_says("the certificates"),
        leaves("FROM debian:12\nADD http://example.com/a.tar.gz /src/\n").that_says("whether example.com"),
        fixes(
            "FROM debian:12\nRUN curl -fO \"http://example.com/a-$V.tar.gz\"\n",
            "FROM debian:12\nRUN curl -fO \"https://example.com/a-$V.tar.gz\"\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN curl http://localhost:8080/ && curl http://10.0.0.1/a && wget http://db/a\n")
            .with_unsafe(),
        // Who certified them is no longer known.
        leaves("FROM debian:12\nRUN apt-get install -y ca-certificates && apt-get purge -y ca-certificates && wget http://ftp.gnu.org/gnu/a.tar.gz\n")
            .that_says("the certificates"),
        leaves("FROM debian:8\nRUN apt-get install -y ca-certificates && wget http://ftp.gnu.org/gnu/a.tar.gz\n")
            .that_says("still certify"),
        leaves("FROM alpine:3.6\nRUN apk add ca-certificates && wget http://ftp.gnu.org/gnu/a.tar.gz\n")
            .that_says("still certify"),
        leaves("FROM acme/ubuntu:12.04\nRUN apt-get install -y ca-certificates && wget http://ftp.gnu.org/gnu/a.tar.gz\n")
            .that_says("how old it is"),
        // A proxy, a page that one comes from, what is sent.
        leaves("FROM debian:12\nRUN curl -x http://proxy.acme.com/ --referer http://ftp.gnu.org/ -d http://ftp.gnu.org/ -O https://ftp.gnu.org/a\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl --resolve ftp.gnu.org:80:10.0.0.1 -O http://ftp.gnu.org/a\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl http://example.com:8080/a\nRUN echo http://example.com > /a\n")
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps() {
        if step.is(StepKind::Add) {
            for word in step.sources() {
                judge(step, None, word, out);
            }
        }
        if !step.is_run() {
            continue;
        }
        let gets = |it: &Command<'_>| it.is_one_of(&["curl", "wget"]);
        for command in step.commands().filter(gets) {
            let told =
                Told::of(command).filter(|it| it.is_whole && !it.has_any(DownloadUse::Elsewhere));
            for word in told.into_iter().flat_map(|it| it.operands) {
                judge(step, Some(command), word, out);
            }
        }
    }
}

fn judge(step: Step<'_>, command: Option<Command<'_>>, word: Word<'_>, out: &mut Findings<'_>) {
    let Some(host) = host(word) else { return };
    let Some(place) = word.range_of(0.."http".len()) else {
        return;
    };
    let message = format!("{host} is asked by `http`");
    out.judge(word, Safety::Checked, message, |case| {
        if serves_https(host) {
            case.evidence(format!("{host} serves https"));
        } else {
            case.open(OpenCondition::new(
                format!("whether {host} serves the same by https"),
                "ask for it (`curl -I https://…`)",
            ));
        }
        case.open(command.and_then(|it| it.may_ask_by_https().open()))
            .declare(Effect::changed(step))
            .fix(|edit| edit.replace_part(place, "https"));
        Ok(())
    });
}

/// The host of an address of `http` that others may answer: not of this machine, of a network of one's own, or of another port.
fn host(word: Word<'_>) -> Option<&str> {
    let rest = word.literal_prefix().strip_prefix("http://")?;
    let host = &rest[..rest.find('/').unwrap_or(rest.len())];
    let is_whole = rest.len() > host.len();
    let is_name = host.contains('.')
        && host
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b".-".contains(&it))
        && host.bytes().any(|it| it.is_ascii_alphabetic());
    let is_own = ["local", "internal", "lan", "localhost", "test"]
        .iter()
        .any(|it| host.rsplit('.').next() == Some(it));
    (is_whole && is_name && !is_own).then_some(host)
}
