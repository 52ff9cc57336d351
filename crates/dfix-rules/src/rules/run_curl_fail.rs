//! `-f` for downloads with curl.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::catalogue::programs::Mark;
use dfix_model::catalogue::{DownloadUse, pipe_program};
use dfix_model::{Command, Model, Operator, Redirect, Word};

use crate::downloads;

pub(crate) const RULE: Rule = Rule {
    id: "run-curl-fail",
    aliases: &[],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "have curl fail where the server answers with an error",
    why: "Without `-f` the page that says \"not found\" is written to the file, or handed to the next command, and \
          the build goes on.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN curl -sSL https://example.com/a.tgz | tar xz\n",
            "FROM debian:12\nRUN curl -fsSL https://example.com/a.tgz | tar xz\n",
        )
        .with_unsafe()
        .that_says("hides the failure"),
        fixes(
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -sSL https://example.com/a.tgz | tar xz\n",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -fsSL https://example.com/a.tgz | tar xz\n",
        ),
        fixes(
            "FROM debian:12\nRUN curl -o /a https://example.com/a && curl -LO https://example.com/b && curl https://example.com/c > /c\n",
            "FROM debian:12\nRUN curl -f -o /a https://example.com/a && curl -fLO https://example.com/b && curl -f https://example.com/c > /c\n",
        ),
        fixes(
            "FROM debian:12\nRUN bash -c \"$(curl -sL https://example.com/install.sh)\"\n",
            "FROM debian:12\nRUN bash -c \"$(curl -fsL https://example.com/install.sh)\"\n",
        )
        .with_unsafe()
        .that_says("whether `bash` fails where it gets nothing"),
        fixes(
            "FROM debian:12\nRUN curl -qsLO https://example.com/a && curl --disable -O https://example.com/b\n",
            "FROM debian:12\nRUN curl -qfsLO https://example.com/a && curl --disable -f -O https://example.com/b\n",
        ),
        leaves("FROM debian:12\nRUN curl -o /x https://example.com/a && grep -q 404 /x && make\n")
            .that_says("whether `grep` is after the page"),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN sh -c \"curl -sL https://example.com/a | tar xz\"\n")
            .that_says("hides the failure"),
        leaves("FROM debian:12\nRUN set +o pipefail; curl -sL https://example.com/a | tar xz\n")
            .that_says("hides the failure"),
        leaves("FROM debian:12\nRUN curl -o /a https://example.com/a; ls\n")
            .that_says("nothing stops the build"),
        leaves("FROM debian:12\nRUN for i in 1 2; do curl -o /a https://example.com/a && break; done\n")
            .that_says("nothing stops the build"),
        leaves("FROM debian:12\nRUN curl -fsSL https://example.com/a | tar xz\n").with_unsafe(),
        leaves("FROM debian:12\nRUN curl --fail -O https://example.com/a\n").with_unsafe(),
        leaves("FROM debian:12\nRUN curl --fail-with-body -O https://example.com/a\n")
            .with_unsafe(),
        // Who looks at the answer, or sends something, is not after a file.
        leaves("FROM debian:12\nRUN curl -s -w '%{http_code}' -o /dev/null https://example.com\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -X POST -d a=b https://example.com > /log\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -I https://example.com | grep x\n").with_unsafe(),
        leaves("FROM debian:12\nRUN curl -D /h -o /a https://example.com && curl --include https://example.com > /b\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl \"$@\" -o /a https://example.com && curl -s${X} -o /a https://example.com\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -O ftp://example.com/a && curl -o /a file:///b\n").with_unsafe(),
        leaves("FROM debian:12\nCOPY curlrc /root/.curlrc\nRUN curl -o /a https://example.com/a\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl https://example.com/ping\nRUN curl -O $OPTS\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -O https://example.com/a || true\n").with_unsafe(),
        leaves("FROM debian:12\nRUN echo -f > ~/.curlrc && curl -O https://example.com/a\n")
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for curl in downloads::curls(file) {
        let Some(what) = what_comes_of_it(curl) else {
            continue;
        };
        let message = "`curl` without `-f` takes an error page for the file";
        out.judge(curl, Safety::Checked, message, |case| {
            case.evidence(what)
                .open(is_hidden(curl))
                .open(downloads::goes_on(curl))
                .open(is_looked_at(curl))
                .declare(Effect::arguments_of(curl))
                .fix(|edit| downloads::add_letter(edit, curl, 'f'));
            Ok(())
        });
    }
}

/// What is open where the failure is hidden by a pipe, or by a word that curl prints: who reads it gets nothing then, and may
/// end well.
fn is_hidden(curl: Command<'_>) -> Option<OpenCondition> {
    let is_printed = || curl.outer().filter(|_| curl.around().substitution);
    let (reader, what, remedy) = match curl.piped_into() {
        Some(_) if curl.is_under_pipefail() && !curl.around().substitution => return None,
        Some(reader) if !curl.is_under_pipefail() => (
            reader,
            "the pipe",
            "set `pipefail`, as the rule `run-pipefail` does",
        ),
        _ => (
            is_printed()?,
            "the word",
            "get the file first, and then run it",
        ),
    };
    Some(OpenCondition::new(
        format!(
            "whether `{}` fails where it gets nothing: {what} hides the failure of `curl`",
            reader.name()
        ),
        remedy,
    ))
}

/// What is open where something looks into the file behind it: it may be after the page that says what went wrong.
fn is_looked_at(curl: Command<'_>) -> Option<OpenCondition> {
    let told = downloads::Told::of(curl)?;
    let by_option = told.text("-o");
    let written = || {
        curl.redirects()
            .filter(|it| it.writes())
            .find_map(Redirect::target)
    };
    let by_name = || told.urls().next().and_then(downloads::remote_name);
    let path = by_option
        .or_else(|| written().map(Word::source_text))
        .or_else(by_name)?;
    let name = dfix_model::path::file_name(path.trim_matches(['"', '\'']));
    let asks = |it: Command<'_>| {
        let answers = pipe_program(it.name()).is_some_and(|it| !it.fails_for_a_reason());
        answers || it.is_one_of(&["[", "[[", "test"])
    };
    let looks = |it: &Command<'_>| {
        it.range().start() > curl.range().start()
            && asks(*it)
            && !name.is_empty()
            && it.words().any(|word| word.mentions(name))
    };
    let reader = curl.step().commands().find(looks)?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` is after the page that tells of an error",
            reader.name()
        ),
        "look at what it does with the file",
    ))
}

/// Where a download goes; none where the command is none, or is told to fail.
fn what_comes_of_it(curl: Command<'_>) -> Option<&'static str> {
    let told = downloads::plain(curl, DownloadUse::Fails).filter(|_| !curl.is_failure_ignored())?;
    if told.has("-o") || told.has("-O") || told.has("--remote-name-all") {
        return Some("it writes what it gets into a file");
    }
    let writes = |it: Redirect<'_>| {
        it.writes()
            && it.fd().is_none_or(|it| it == "1")
            && !it.target().is_some_and(|it| it.is("/dev/null"))
    };
    if curl.redirects().any(writes) {
        return Some("what it gets is written into a file");
    }
    if let Some(reader) = curl.piped_into() {
        let takes = reader.is_marked(Mark::TakesScript)
            || reader.is_one_of(&["apt-key", "gpg", "python", "python3", "tar", "tee"]);
        return takes.then_some("what it gets is handed to a command that takes a file");
    }
    let is_script = curl.around().substitution
        && curl.after().is_none_or(|it| it.operator != Operator::Pipe)
        && curl
            .outer()
            .is_some_and(|it| it.is_marked(Mark::TakesScript));
    is_script.then_some("what it gets is run as a script")
}
