//! `-f` for downloads with curl.

use dfix_engine::{
    Edit, Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::catalogue::programs::Mark;
use dfix_model::{Command, Model, Operator, Redirect, Word};

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
        ),
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
        leaves("FROM debian:12\nRUN curl https://example.com/ping\nRUN curl -O $OPTS\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN curl -O https://example.com/a || true\n").with_unsafe(),
        leaves("FROM debian:12\nRUN echo -f > ~/.curlrc && curl -O https://example.com/a\n")
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = || file.steps().filter(|it| it.is_run());
    if runs().any(|it| it.mentions(".curlrc") || it.mentions("CURL_HOME")) {
        return;
    }
    for curl in runs().flat_map(|it| it.commands().collect::<Vec<_>>()) {
        let Some(what) = what_comes_of_it(curl) else {
            continue;
        };
        let Some(program) = curl.program() else {
            continue;
        };
        let message = "`curl` without `-f` takes an error page for the file";
        out.judge(curl, Safety::Checked, message, |case| {
            case.evidence(what)
                .open(is_hidden(curl))
                .declare(Effect::arguments_of(curl))
                .fix(|edit| add_letter(edit, curl, program, 'f'));
            Ok(())
        });
    }
}

/// What is open where a pipe hides the failure: what reads from it gets nothing then, and may end well.
fn is_hidden(curl: Command<'_>) -> Option<OpenCondition> {
    let reader = curl.piped_into()?;
    let step = curl.step();
    let sets = |it: Command<'_>| it.is("set") && it.args().any(|it| it.is("pipefail"));
    let is_told = step
        .stage()
        .is_some_and(|it| it.shell_at(step).has_pipefail())
        || step.commands().any(sets);
    (!is_told).then(|| {
        OpenCondition::new(
            format!(
                "whether `{}` fails where it gets nothing: the pipe hides the failure of `curl`",
                reader.name()
            ),
            "set `pipefail`, as the rule `run-pipefail` does",
        )
    })
}

/// Adds an option of one letter: to letters that stand first, or before all.
pub(super) fn add_letter(edit: &mut Edit<'_>, curl: Command<'_>, program: Word<'_>, letter: char) {
    let letters = |it: &Word<'_>| {
        let text = it.value().and_then(|it| it.strip_prefix('-'));
        text.is_some_and(|it| !it.is_empty() && it.chars().all(|it| "sSfLkOJv".contains(it)))
    };
    match curl.args().next().filter(letters) {
        Some(word) => {
            let text = word.literal_prefix();
            edit.replace_word(word, &format!("-{letter}{}", &text[1..]));
        }
        None => edit.insert_word_after(program, &format!("-{letter}")),
    }
}

/// Options with which the answer itself is looked at, something is sent, or others say what is done.
const OTHERWISE: [(&str, &str); 8] = [
    ("-f", "--fail"),
    ("-w", "--write-out"),
    ("-I", "--head"),
    ("-X", "--request"),
    ("-d", "--data"),
    ("-F", "--form"),
    ("-T", "--upload-file"),
    ("-K", "--config"),
];

/// Where a download goes; none where the command is none, or is told to fail.
fn what_comes_of_it(curl: Command<'_>) -> Option<&'static str> {
    let is_told = OTHERWISE.iter().any(|(short, long)| {
        curl.has_option(short) || curl.args().any(|it| it.literal_prefix().starts_with(long))
    });
    let has_url = curl.args().any(|it| {
        let text = it.literal_prefix();
        text.starts_with("http://") || text.starts_with("https://") || it.mentions("://")
    });
    let may_hold_options = |it: Word<'_>| it.literal_prefix().is_empty() && it.may_split();
    if !curl.is("curl")
        || is_told
        || !has_url
        || curl.args().any(may_hold_options)
        || curl.is_failure_ignored()
        || curl.around().tested
        || curl.around().negated
    {
        return None;
    }
    let to_nowhere = |it: Word<'_>| it.is("/dev/null");
    if curl.args().any(to_nowhere) {
        return None;
    }
    if curl.has_option("-o")
        || curl.has_option("-O")
        || curl.has_option("--output")
        || curl.has_option("--remote-name")
    {
        return Some("it writes what it gets into a file");
    }
    let writes = |it: Redirect<'_>| {
        it.writes() && it.fd().is_none_or(|it| it == "1") && !it.target().is_some_and(to_nowhere)
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
