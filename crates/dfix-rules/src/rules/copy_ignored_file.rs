//! What is copied is not left out by `.dockerignore`.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::path::ImagePath;
use dfix_model::{Model, Step, Word};

pub(crate) const RULE: Rule = Rule {
    id: "copy-ignored-file",
    aliases: &["CopyIgnoredFile"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "copy nothing that `.dockerignore` leaves out",
    why: "The builder never gets to see it: a file that is named fails the build, and of a folder or a pattern nothing comes into \
          the image. Where the file takes something back (`!`) nothing is said, as the builder says nothing.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports("FROM alpine:3.22\nCOPY ./tmp/a.txt /a\n", "`tmp/a.txt`")
            .with_context(&[(".dockerignore", "*/tmp\ntmp\n"), ("tmp/a.txt", "")]),
        reports("FROM alpine:3.22\nADD /Dockerfile src /app/\n", "`Dockerfile`")
            .with_context(&[(".dockerignore", "Dockerfile\n")]),
        reports("FROM alpine:3.22\nCOPY . .\n", "all of the build context")
            .with_context(&[(".dockerignore", "*\n")]),
        leaves("FROM alpine:3.22\nCOPY . .\n").with_context(&[(".dockerignore", ".*\n")]),
        leaves("FROM alpine:3.22\nCOPY . .\nCOPY a b /c/\n")
            .with_context(&[(".dockerignore", "**\n!a\n")]),
        leaves("FROM alpine:3.22 AS a\nCOPY --from=a /a /b\nADD https://example.org/a /a\nCOPY <<a /b\n1\na\nARG A\nCOPY $A /c\nONBUILD COPY a /a\n")
            .with_context(&[(".dockerignore", "a\n")]),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let copies =
        |it: &Step<'_>| it.is_copy_or_add() && !it.is_onbuild() && it.flag("from").is_none();
    for step in file.steps().filter(copies) {
        for (source, path) in step.sources().filter_map(|it| Some((it, in_context(it)?))) {
            if !file.context().is_ignored(&path) {
                continue;
            }
            let what = match &*path {
                "" => "all of the build context".to_owned(),
                path => format!("`{path}`"),
            };
            out.judge(
                source,
                Safety::Safe,
                format!("`.dockerignore` leaves {what} out"),
                |_| {
                    Err(remedy!(
                        "take it out of `.dockerignore`, or do not copy {what}"
                    ))
                },
            );
        }
    }
}

/// The path below the root of the build context; `""` is the root. None of what is fetched, written here, or lies nowhere below it.
fn in_context(source: Word<'_>) -> Option<String> {
    let text = source
        .value()
        .filter(|it| !it.contains("://") && !it.starts_with("git@"))?;
    let path = ImagePath::root().join(text);
    Some(path.as_str().trim_start_matches(ROOT).to_owned())
}

const ROOT: char = '/';
