//! `-L` for downloads with curl.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Command, Model, OpenCondition, Word};

use super::run_curl_fail::add_letter;

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
    let runs = || file.steps().filter(|it| it.is_run());
    if runs().any(|it| it.mentions(".curlrc") || it.mentions("CURL_HOME")) {
        return;
    }
    for curl in runs().flat_map(|it| it.commands().collect::<Vec<_>>()) {
        let (Some(program), true) = (curl.program(), is_plain_download(curl)) else {
            continue;
        };
        let message = "`curl` without `-L` does not follow a file that has moved";
        out.judge(curl, Safety::Checked, message, |case| {
            case.open(OpenCondition::new(
                "whether what the server leads to is wanted: it may be on another host",
                "look at the answer (`curl -I`)",
            ))
            .declare(Effect::arguments_of(curl))
            .fix(|edit| add_letter(edit, curl, program, 'L'));
            Ok(())
        });
    }
}

/// Options with which it follows, sends something that is not for others, or is told what to do elsewhere.
const OTHERWISE: [(&str, &str); 12] = [
    ("-L", "--location"),
    ("-H", "--header"),
    ("-u", "--user"),
    ("-b", "--cookie"),
    ("-w", "--write-out"),
    ("-I", "--head"),
    ("-X", "--request"),
    ("-d", "--data"),
    ("-F", "--form"),
    ("-T", "--upload-file"),
    ("-K", "--config"),
    ("-n", "--netrc"),
];

/// Whether it gets a file, and nothing else is asked of it.
fn is_plain_download(curl: Command<'_>) -> bool {
    let is_told = OTHERWISE.iter().any(|(short, long)| {
        curl.has_option(short) || curl.args().any(|it| it.literal_prefix().starts_with(long))
    });
    let has_url = curl
        .args()
        .any(|it| it.literal_prefix().starts_with("http"));
    let may_hold_options = |it: Word<'_>| it.literal_prefix().is_empty() && it.may_split();
    let is_kept = ["-o", "-O", "--output", "--remote-name"]
        .iter()
        .any(|it| curl.has_option(it))
        || curl.redirects().any(dfix_model::Redirect::writes)
        || curl.piped_into().is_some();
    curl.is("curl")
        && !is_told
        && has_url
        && is_kept
        && !curl.args().any(may_hold_options)
        && !curl.args().any(|it| it.is("/dev/null"))
        && !curl.around().tested
}
