//! `https` for what is downloaded.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::catalogue::serves_https;
use dfix_model::{Command, Model, OpenCondition, Step, StepKind, Word};

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
        let gets = |it: &Command<'_>| it.is_one_of(&["curl", "wget"]);
        for command in step.commands().filter(gets).filter(|_| step.is_run()) {
            for word in command.args() {
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
        case.open(command.and_then(certificates))
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

/// Whether the program may lack the certificates that https needs: it has them where it asks another by https before.
fn certificates(command: Command<'_>) -> Option<OpenCondition> {
    let stage = command.stage()?;
    let asks = |it: Command<'_>| {
        it.is_one_of(&["curl", "git", "wget"])
            && it.args().any(|it| it.starts_with("https://"))
            && !it.has_option("-k")
            && !it.has_option("--insecure")
            && !it.has_option("--no-check-certificate")
    };
    let is_before = |it: &Command<'_>| {
        it.step().index() < command.step().index()
            || it.step() == command.step() && it.range().start() < command.range().start()
    };
    let mut commands = stage.build_commands().filter(is_before);
    let has_them = commands.any(|it| {
        asks(it)
            || it.args().any(|it| it.is("ca-certificates"))
                && it.is_one_of(&["apk", "apt", "apt-get"])
    });
    (!has_them).then(|| {
        OpenCondition::new(
            "whether the image has the certificates that https needs",
            "install `ca-certificates` before",
        )
    })
}
