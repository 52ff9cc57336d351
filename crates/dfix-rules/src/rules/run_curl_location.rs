//! `-L` for downloads with curl.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::catalogue::DownloadUse;
use dfix_model::{Command, Model, OpenCondition, Redirect};

use crate::downloads;

pub(crate) const RULE: Rule = Rule {
    id: "run-curl-location",
    aliases: &[],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "have curl follow a server that says where a file is now",
    why: "Without `-L` curl takes the answer \"it has moved\" for the file, which is empty or a page of a few lines.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN curl -fsS -o /a https://example.com/a.tgz\n",
            "FROM debian:12\nRUN curl -LfsS -o /a https://example.com/a.tgz\n",
        )
        .with_unsafe()
        .that_says("whether what the server leads to"),
        leaves("FROM debian:12\nRUN curl -fO https://example.com/a.tgz\n"),
        leaves("FROM debian:12\nRUN curl -fsSL https://example.com/a | tar xz\n").with_unsafe(),
        leaves("FROM debian:12\nRUN curl --location -O https://example.com/a\n").with_unsafe(),
        leaves("FROM debian:12\nRUN curl -H 'Authorization: x' -O https://example.com/a\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -u a:b -O https://example.com/a\n").with_unsafe(),
        leaves("FROM debian:12\nRUN curl https://example.com/ping\n").with_unsafe(),
        leaves("FROM debian:12\nRUN echo -L > ~/.curlrc && curl -O https://example.com/a\n")
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for curl in downloads::curls(file).into_iter().filter(|it| keeps(*it)) {
        let message = "`curl` without `-L` does not follow a file that has moved";
        out.judge(curl, Safety::Checked, message, |case| {
            case.open(OpenCondition::new(
                "whether what the server leads to is wanted: it may be on another host",
                "look at the answer (`curl -I`)",
            ))
            .declare(Effect::arguments_of(curl))
            .fix(|edit| downloads::add_letter(edit, curl, 'L'));
            Ok(())
        });
    }
}

/// Whether it gets a file, which is kept or handed on, and nothing else is asked of it.
fn keeps(curl: Command<'_>) -> bool {
    downloads::plain(curl, DownloadUse::Follows).is_some_and(|told| {
        told.has("-o")
            || told.has("-O")
            || curl.redirects().any(Redirect::writes)
            || curl.piped_into().is_some()
    })
}
