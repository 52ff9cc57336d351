//! Absolute paths for `WORKDIR`.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Base, ImagePath, Model, OpenCondition, Os, Stage, Step, Word};

use crate::base::{chosen_folder, chosen_image};

pub(crate) const RULE: Rule = Rule {
    id: "workdir-relative",
    aliases: &["WorkdirRelativePath", "DL3000"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "give `WORKDIR` an absolute path",
    why: "A relative one is taken from the folder before it. Without one in the file that is the base image's, which another \
          version of it may change.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nWORKDIR app\nWORKDIR \"src\"\nRUN make\n",
            "FROM debian:12\nWORKDIR /app\nWORKDIR /app/src\nRUN make\n",
        )
        .that_says("debian:12 begins in `/`"),
        fixes(
            "FROM acme/base:1\nWORKDIR /srv/app\nWORKDIR ./web/\nWORKDIR ..\n",
            "FROM acme/base:1\nWORKDIR /srv/app\nWORKDIR /srv/app/web\nWORKDIR /srv/app\n",
        ),
        fixes(
            "FROM scratch AS base\nWORKDIR /app\nFROM base\nENV X=1\nWORKDIR v$X\n",
            "FROM scratch AS base\nWORKDIR /app\nFROM base\nENV X=1\nWORKDIR /app/v$X\n",
        ),
        leaves("FROM alpine:3.22\nARG V=1\nWORKDIR /app-${V}\nWORKDIR src\n")
            .that_says("whether every build takes the default of `V`"),
        leaves("ARG V=12\nFROM debian:$V\nWORKDIR app\n")
            .that_says("whether every build takes the image"),
        leaves("FROM acme/base:1\nWORKDIR app\n").that_says("which folder acme/base:1 begins in"),
        fixes(
            "FROM acme/base:1\nWORKDIR app\n",
            "FROM acme/base:1\nWORKDIR /app\n",
        )
        .with_unsafe(),
        reports("FROM debian:12\nWORKDIR ~/app\n", "a folder of that name"),
        leaves(
            "FROM debian:12\nENV APP=app\nWORKDIR /app\nWORKDIR $APP\nWORKDIR \"/a b\"\nWORKDIR c:\\\\x\n",
        ),
        leaves("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nWORKDIR app\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages().filter(|it| it.os() == Os::Linux) {
        for step in stage.workdirs() {
            let Some(word) = step.word().filter(|it| is_relative(*it)) else {
                continue;
            };
            let message = format!("`{}` is a relative path", word.shortened());
            let before = stage.workdir_at(step);
            let is_told = is_told(stage, step);
            let safety = if is_told {
                Safety::Safe
            } else {
                Safety::Checked
            };
            out.judge(word, safety, message, |case| {
                if word.starts_with("~") {
                    return Err(remedy!(
                        "`~` is no home folder here, but a folder of that name: write the path of the folder that is meant"
                    ));
                }
                let folder = before.as_deref().unwrap_or("/");
                let image = stage.base_image().text().unwrap_or("the base image");
                if before.is_none() {
                    case.open(OpenCondition::new(
                        format!("which folder {image} begins in"),
                        "look at its working directory (`docker image inspect`); `/` is put in here",
                    ));
                } else if !is_told && stage.base_chain().flat_map(Stage::workdirs).all(|it| it.index() >= step.index()) {
                    case.evidence(format!("{image} begins in `{folder}`"))
                        .open(chosen_image(stage));
                }
                case.open(chosen_folder(stage, step));
                case.declare(Effect::changed(step)).fix(|edit| match word.value() {
                    Some(path) => edit.replace_word(word, ImagePath::new(folder).join(path).as_str()),
                    None if word.starts_with(".") => edit.fail("its beginning means another folder"),
                    None => {
                        let folder = if folder == "/" { "" } else { folder };
                        let written = file.text()[word.inner_range()].to_owned();
                        edit.replace_node(word.inner_range(), &format!("{folder}/{written}"));
                    }
                });
                Ok(())
            });
        }
    }
}

/// Whether a path is surely relative: what begins with a variable may be either.
fn is_relative(word: Word<'_>) -> bool {
    let text = word.literal_prefix();
    let is_of_windows = text.as_bytes().get(1) == Some(&b':');
    !text.is_empty() && !text.starts_with('/') && !is_of_windows
}

/// Whether the file itself tells the folder that a `WORKDIR` begins in.
fn is_told(stage: Stage<'_>, step: Step<'_>) -> bool {
    let base = stage.base_stage();
    let mut all = stage.base_chain().flat_map(Stage::workdirs);
    base.base() == Base::Scratch
        || all
            .any(|it| it.index() < step.index() && it.word().is_some_and(|it| it.starts_with("/")))
}
