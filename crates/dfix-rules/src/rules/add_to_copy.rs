//! `COPY` for local files that `ADD` would not unpack.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::StepKind;
use dfix_model::{AddedSource, Model, Step};

pub(crate) const RULE: Rule = Rule {
    id: "add-to-copy",
    aliases: &["DL3020"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
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
            match file.added_source(source) {
                AddedSource::Plain => {}
                AddedSource::Unknown(open) if source.is_known() => unknown.push(open),
                _ => is_for_add = true,
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
