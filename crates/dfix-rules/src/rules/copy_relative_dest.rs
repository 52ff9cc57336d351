//! The whole path in a `COPY` that no `WORKDIR` stands before.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Model, Stage, Step, StepKind, Word};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "copy-relative-dest",
    aliases: &["DL3045"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "copy to an absolute path where the file sets no `WORKDIR`",
    why: "A relative path is one of the base image's working directory: the files land elsewhere the day that \
          this changes.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nCOPY run.sh bin/run.sh\nCOPY . .\n",
            "FROM alpine:3.20\nCOPY run.sh /bin/run.sh\nCOPY . /\n",
        ),
        fixes(
            "FROM golang:1.23\nCOPY --from=a [\"a b\", \"./src/\"]\n",
            "FROM golang:1.23\nCOPY --from=a [\"a b\", \"/go/src/\"]\n",
        ),
        fixes(
            "FROM golang:1.23\nCOPY go.mod go.sum ./\n",
            "FROM golang:1.23\nCOPY go.mod go.sum /go/\n",
        ),
        leaves("FROM alpine:3.20\nWORKDIR /app\nCOPY . .\n").with_unsafe(),
        leaves("FROM alpine:3.20 AS a\nWORKDIR /app\nFROM a\nCOPY . .\n").with_unsafe(),
        leaves("FROM alpine:3.20\nENV A=b\nCOPY . $A\nCOPY . /a\nADD . a\nONBUILD COPY . a\n")
            .with_unsafe(),
        leaves("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY a.txt C:/a/\n")
            .with_unsafe(),
        leaves("ARG BASE=golang:1.23\nFROM $BASE\nCOPY go.mod ./\n").that_says("`--build-arg`"),
        reports("FROM acme/base:1\nCOPY . app\n", "acme/base:1"),
        reports("FROM alpine:3.20\nENV A=b\nCOPY . x/$A\n", "`x/$A`"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|it| it.is(StepKind::Copy) && !it.is_onbuild())
    {
        let (Some(stage), Some(target)) = (step.stage(), step.target()) else {
            continue;
        };
        if !is_relative(target) || has_workdir(stage, step) {
            continue;
        }
        let message = format!(
            "`{}` is relative, and no `WORKDIR` is set",
            target.shortened()
        );
        out.judge(target, Safety::Safe, message, |case| {
            let Some(folder) = stage.workdir_at(step) else {
                let image = stage.base_image().text().unwrap_or("the base image");
                return Err(remedy!(
                    "see what the working directory of {image} is, and write the whole path"
                ));
            };
            let Some(path) = target.value() else {
                return Err(remedy!(
                    "write the whole path before `{}`",
                    target.source_text()
                ));
            };
            case.evidence(format!("the base image's working directory is {folder}"))
                .open(chosen_image(stage))
                .declare(Effect::changed(step))
                .fix(|edit| edit.replace_word(target, &absolute(&folder, path)));
            Ok(())
        });
    }
}

/// Whether hadolint takes a target for relative: it begins neither with a slash, nor a variable, nor a drive.
fn is_relative(target: Word<'_>) -> bool {
    let source = target.source_text();
    let text = source.trim_matches(['"', '\'']);
    let is_drive = text.len() > 1 && text.as_bytes()[1] == b':';
    !(text.starts_with(['/', '$', '\\']) || is_drive || text.is_empty())
}

/// Whether the file sets a working directory before the step.
fn has_workdir(stage: Stage<'_>, step: Step<'_>) -> bool {
    let mut steps = stage
        .base_chain()
        .flat_map(|it| it.steps_of(StepKind::Workdir).collect::<Vec<_>>());
    steps.any(|it| it.index() < step.index() && !it.is_onbuild())
}

/// The path from the root; it ends in a slash where the relative one names a folder.
fn absolute(folder: &str, path: &str) -> String {
    let names_a_folder = path.ends_with('/') || path.ends_with("/.") || path == "." || path == "..";
    let parts = dfix_model::ImagePath::new(folder).join(path);
    let text = parts.as_str();
    if names_a_folder && !text.ends_with('/') {
        format!("{text}/")
    } else {
        text.to_owned()
    }
}
