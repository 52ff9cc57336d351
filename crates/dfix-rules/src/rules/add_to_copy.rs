//! `COPY` for local files that `ADD` would not unpack.

use dfix_catalogue::{FileMark, file_is};
use dfix_engine::{Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, fixes, leaves};
use dfix_model::StepKind;
use dfix_model::path::file_name;
use dfix_model::{Model, Step, Ternary, Word};

pub(crate) const RULE: Rule = Rule {
    id: "add-to-copy",
    aliases: &["DL3020"],
    group: Group::Build,
    summary: "copy local files and folders with `COPY`, not with `ADD`",
    why: "`ADD` also downloads and unpacks. Where neither is meant, `COPY` says so, and an archive \
          that turns up under the name one day is not unpacked by surprise.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nADD . /app\n",
            "FROM alpine:3.20\nCOPY . /app\n",
        ),
        fixes(
            "FROM alpine:3.20\nADD --chown=1:1 run.sh conf/*.yml src/ /app/\n",
            "FROM alpine:3.20\nCOPY --chown=1:1 run.sh conf/*.yml src/ /app/\n",
        ),
        leaves("FROM debian:12\nADD deploy@git.example.com:team/app.json /x/\n"),
        leaves("FROM debian:12\nADD user@host:dir/ /x/\n"),
        leaves("FROM debian:12\nADD ci-bot@git.example.com:a/*.yml /x/\n"),
        fixes(
            "FROM debian:12\nADD node_modules/@types:x.json /x/\n",
            "FROM debian:12\nCOPY node_modules/@types:x.json /x/\n",
        ),
        fixes(
            "FROM alpine:3.20\nADD [\"package.json\", \"/app/\"]\n",
            "FROM alpine:3.20\nCOPY [\"package.json\", \"/app/\"]\n",
        ),
        fixes(
            "FROM alpine:3.20\nADD app /app\nADD run /run\n",
            "FROM alpine:3.20\nCOPY app /app\nCOPY run /run\n",
        )
        .with_context(&[("app/main.c", "int main(void);\n"), ("run", "#!/bin/sh\n")]),
        leaves("FROM alpine:3.20\nADD app /app\n").that_says("whether `app` is an archive"),
        fixes(
            "FROM alpine:3.20\nADD app /app\n",
            "FROM alpine:3.20\nCOPY app /app\n",
        )
        .with_unsafe(),
        // What `ADD` is for.
        leaves("FROM alpine:3.20\nADD rootfs.tar.gz /\n").with_unsafe(),
        leaves("FROM alpine:3.20\nARG WHERE=https://example.com\nADD [\"$WHERE/a.json\", \"/\"]\n")
            .with_unsafe(),
        leaves("FROM alpine:3.20\nADD https://example.com/a.json /\n").with_unsafe(),
        leaves("FROM alpine:3.20\nADD git@example.com:a/b.git /src\n").with_unsafe(),
        leaves(
            "FROM alpine:3.20\nARG URL=https://example.com/a.jar\nADD $URL /a.jar\nADD *.gz /x/\n",
        )
        .with_unsafe(),
        leaves("FROM alpine:3.20\nADD --checksum=sha256:00 a.json /\n").with_unsafe(),
    ],
};

enum Kind {
    Local,
    Unknown(OpenCondition),
    Other,
}

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|s| s.is(StepKind::Add)) {
        let for_add = ["checksum", "keep-git-dir", "unpack"];
        if step.flags().any(|f| for_add.contains(&f.name()))
            || step.instruction().heredocs().next().is_some()
        {
            continue;
        }
        let mut unknown = Vec::new();
        let mut is_for_add = step.sources().next().is_none();
        for source in step.sources() {
            match kind_of(file, source) {
                Kind::Local => {}
                Kind::Unknown(open) => unknown.push(open),
                Kind::Other => is_for_add = true,
            }
        }
        if is_for_add {
            continue;
        }
        out.judge(step, Safety::Safe, "`ADD` of local files", |case| {
            case.declare(Effect::changed(step));
            case.open(unknown);
            case.fix(|edit| edit.replace_token(step.keyword_range(), keyword(step)));
            Ok(())
        });
    }
}

fn keyword(step: Step<'_>) -> &'static str {
    let is_small = step
        .instruction()
        .keyword()
        .is_some_and(|k| k.text() == "add");
    if is_small { "copy" } else { "COPY" }
}

/// Whether the builder takes the source for a repository behind ssh: `user@host:path` (BuildKit, `util/sshutil`,
/// `IsImplicitSSHTransport`).
fn is_git_over_ssh(path: &str) -> bool {
    let Some((user, rest)) = path.split_once('@') else {
        return false;
    };
    let Some((host, _)) = rest.split_once(':') else {
        return false;
    };
    let is_name = |text: &str, signs: &[u8]| {
        let mut bytes = text.bytes();
        !text.is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || signs.contains(&b))
    };
    is_name(user, b"-_.") && is_name(host, b"-.")
}

fn kind_of(file: &Model<'_>, source: Word<'_>) -> Kind {
    let Some(path) = source.value() else {
        return Kind::Other;
    };
    if path.contains("://") || is_git_over_ssh(path) {
        return Kind::Other;
    }
    let name = file_name(path);
    if matches!(name, "" | "." | ".." | ".git") {
        return Kind::Local;
    }
    if file_is(name, FileMark::Archive) {
        return Kind::Other;
    }
    if file_is(name, FileMark::Plain) {
        return Kind::Local;
    }
    match file.may_be_archive(path) {
        Ternary::Yes => Kind::Other,
        Ternary::No => Kind::Local,
        Ternary::Unknown(open) => Kind::Unknown(open),
    }
}
