//! `COPY --chmod` where a `RUN` changes the mode of what was copied.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{
    Command, FileEntry, ImagePath, Landing, Model, OpenCondition, Stage, Step, StepKind, Word,
};

pub(crate) const RULE: Rule = Rule {
    id: "copy-chmod",
    aliases: &[],
    groups: &[Group::Size, Group::Speed],
    severity: Severity::Advice,
    summary: "set the mode of copied files with `COPY --chmod`, not with a `RUN chmod` behind it",
    why: "A `chmod` writes each file that it changes into a layer of its own: the image holds them twice.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "# syntax=docker/dockerfile:1\nFROM debian:12\nCOPY run.sh /run.sh\nRUN chmod 755 /run.sh\nCMD [\"/run.sh\"]\n",
            "# syntax=docker/dockerfile:1\nFROM debian:12\nCOPY --chmod=755 run.sh /run.sh\nCMD [\"/run.sh\"]\n",
        )
        .with_context(&[("run.sh", "#!/bin/sh\n")]),
        fixes(
            "# syntax=docker/dockerfile:1\nFROM debian:12\nWORKDIR /app\nCOPY --chown=1:1 a.sh b.sh ./\nCOPY key /key\nRUN chmod 0700 a.sh /app/b.sh && ./a.sh\n",
            "# syntax=docker/dockerfile:1\nFROM debian:12\nWORKDIR /app\nCOPY --chown=1:1 --chmod=0700 a.sh b.sh ./\nCOPY key /key\nRUN ./a.sh\n",
        )
        .with_context(&[("a.sh", ""), ("b.sh", ""), ("key", "")]),
        fixes(
            "# syntax=docker/dockerfile:1\nFROM debian:12\nCOPY a b /x/\nRUN chmod 755 /x/a /x/b && chmod 400 /x/c\n",
            "# syntax=docker/dockerfile:1\nFROM debian:12\nCOPY --chmod=755 a b /x/\nRUN chmod 400 /x/c\n",
        )
        .with_context(&[("a", ""), ("b", "")]),
        leaves("FROM debian:12\nCOPY run.sh /run.sh\nRUN chmod +x /run.sh\n")
            .with_context(&[("run.sh", "#!/bin/sh\n")])
            .that_says("644"),
        fixes(
            "FROM debian:12\nCOPY run.sh /run.sh\nRUN chmod +x /run.sh\n",
            "FROM debian:12\nCOPY --chmod=755 run.sh /run.sh\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nCOPY run.sh /app/run.sh\nRUN chmod 700 /app/run.sh\n")
            .with_context(&[("run.sh", "")])
            .that_says("whether /app is there"),
        leaves("FROM debian:12\nWORKDIR /app\nCOPY run.sh bin/run.sh\nRUN chmod 700 bin/run.sh\n")
            .with_context(&[("run.sh", "")])
            .that_says("whether /app/bin is there"),
        leaves("FROM debian:12\nCOPY a.sh /a.sh\nRUN chmod 4755 /a.sh\n")
            .with_context(&[("a.sh", "")])
            .with_unsafe(),
        leaves("FROM debian:12\nCOPY a /a\nRUN chmod 755 /a\n")
            .with_context(&[("a", "")])
            .that_says("whether every builder"),
        fixes(
            "FROM debian:12\nCOPY a /a\nRUN chmod 755 /a\nRUN --mount=type=cache,target=/c x\n",
            "FROM debian:12\nCOPY --chmod=755 a /a\nRUN --mount=type=cache,target=/c x\n",
        )
        .with_context(&[("a", "")]),
        // A folder, another file, something between, more than is changed.
        leaves("FROM debian:12\nCOPY a /a\nRUN chmod 755 /a\n")
            .with_context(&[("a/b", "")])
            .with_unsafe(),
        leaves("FROM debian:12\nCOPY a /a\nRUN chmod 755 /a /b\n")
            .with_context(&[("a", "")])
            .with_unsafe(),
        leaves("FROM debian:12\nCOPY a /a\nRUN make\nRUN chmod 755 /a\n")
            .with_context(&[("a", "")])
            .with_unsafe(),
        leaves("FROM debian:12\nCOPY a b /x/\nRUN chmod 755 /x/a\n")
            .with_context(&[("a", ""), ("b", "")])
            .with_unsafe(),
        leaves("FROM debian:12\nCOPY a /a\nRUN chmod -R 755 /a && chmod u+w /a\n")
            .with_context(&[("a", "")])
            .with_unsafe(),
        // What comes behind may be called so, too.
        leaves("FROM debian:12\nCOPY a /x/a\nCOPY lib /x/\nRUN chmod 755 /x/a\n").with_unsafe(),
        leaves("FROM debian:12\nCOPY a /a\nCOPY --from=acme/b:1 / /\nRUN chmod 755 /a\n")
            .with_context(&[("a", "")])
            .with_unsafe(),
        // It is written again all the same.
        leaves("FROM debian:12\nCOPY a /a\nRUN chmod 755 /a && chown 1 /a\n")
            .with_context(&[("a", "")])
            .with_unsafe(),
        // What was there first is another one.
        leaves("FROM debian:12\nCOPY a /x\nRUN rm /x\nCOPY b /x\nRUN chmod 755 /x\n")
            .with_context(&[("a", ""), ("b/c", "")])
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|it| it.is(StepKind::Run) && !it.is_onbuild())
    {
        let Some(stage) = step.stage() else { continue };
        let Some(chmod) = step.commands().next().and_then(Chmod::of) else {
            continue;
        };
        let Some(copies) = copies_before(stage, step, &chmod.paths) else {
            continue;
        };
        if is_written_again(step, &chmod.paths) {
            continue;
        }
        let paths: Vec<&str> = chmod.paths.iter().map(ImagePath::as_str).collect();
        let message = format!(
            "`chmod` writes what was copied a second time: {}",
            paths.join(" and ")
        );
        out.judge(chmod.command, Safety::Checked, message, |case| {
            let is_alone = step.commands().len() == 1;
            case.open(knows_chmod(file));
            for path in &chmod.paths {
                let mut landings = copies.iter().flat_map(|it| it.landings());
                let entry = landings.find(|it| it.path == *path).map(|it| &it.entry);
                case.open((entry != Some(&FileEntry::File)).then(|| {
                    OpenCondition::new(
                        format!(
                            "whether {} is a file: of a folder, `chmod` changes nothing but itself",
                            path.as_str()
                        ),
                        "give the build context, or look at it",
                    )
                }));
            }
            case.open(unmade_folder(stage, &chmod, &copies));
            case.open(chmod.adds.then(|| {
                OpenCondition::new(
                    "whether the files are of mode 644 or 755 in the build context",
                    "look at them: Git keeps no other modes",
                )
            }));
            case.evidence("nothing but what is copied there has its mode changed")
                .declare(
                    copies
                        .iter()
                        .map(|it| Effect::changed(*it))
                        .collect::<Vec<_>>(),
                )
                .declare(if is_alone {
                    Effect::removed(step)
                } else {
                    Effect::commands_of(step)
                })
                .fix(|edit| {
                    for copy in &copies {
                        edit.set_flag(*copy, "chmod", chmod.mode);
                    }
                    if is_alone {
                        edit.remove_instruction(step);
                    } else {
                        edit.remove_command(chmod.command);
                    }
                });
            Ok(())
        });
    }
}

/// What is open where nothing in the file says that its builder knows `COPY --chmod`: the one of Docker before 23.0 stops at it
/// (docs.docker.com/reference/dockerfile, `COPY --chmod`).
fn knows_chmod(file: &Model<'_>) -> Option<OpenCondition> {
    (!file.is_for_buildkit()).then(|| {
        OpenCondition::new(
            "whether every builder of this file knows `COPY --chmod`, as BuildKit does",
            "write `# syntax=docker/dockerfile:1` as the first line",
        )
    })
}

/// A folder that the `COPY` may make: BuildKit gives it the mode, too (moby/buildkit#6801). With 755 it is what it would be.
fn unmade_folder(
    stage: Stage<'_>,
    chmod: &Chmod<'_>,
    copies: &[Step<'_>],
) -> Option<OpenCondition> {
    let is_usual = chmod.mode.trim_start_matches('0') == "755";
    let first = copies.first().filter(|_| !is_usual)?;
    let before = stage.filesystem().at(*first);
    let mut folders = chmod.paths.iter().filter_map(ImagePath::parent);
    let folder = folders.find(|it| !it.is_root() && !before.exists(it).is_yes())?;
    Some(OpenCondition::new(
        format!(
            "whether {} is there before it: a folder that `COPY` makes is given the mode, too",
            folder.as_str()
        ),
        "make the folder before it (`RUN mkdir`, `WORKDIR`)",
    ))
}

/// A `chmod MODE PATH…`.
struct Chmod<'m> {
    command: Command<'m>,
    mode: &'m str,
    /// Whether it only lets files be run.
    adds: bool,
    paths: Vec<ImagePath>,
}

impl<'m> Chmod<'m> {
    fn of(command: Command<'m>) -> Option<Self> {
        let told = command.args().next()?.value()?;
        let is_octal = told.bytes().all(|it| (b'0'..=b'7').contains(&it));
        // Special bits are lost by Docker before 25 (moby/buildkit#3920).
        let is_octal = is_octal && (told.len() == 3 || (told.len() == 4 && told.starts_with('0')));
        let adds = ["+x", "a+x", "ugo+x"].contains(&told);
        let fits = command.is("chmod")
            && command.is_in_list()
            && command.wrappers().next().is_none()
            && command.redirects().next().is_none()
            && (is_octal || adds);
        if !fits {
            return None;
        }
        let folder = ImagePath::new(&command.working_directory()?);
        let path = |it: Word<'m>| {
            let path = it
                .value()
                .filter(|text| !text.starts_with('-') && !it.is_pattern())?;
            Some(folder.join(path))
        };
        let paths: Option<Vec<ImagePath>> = command.args().skip(1).map(path).collect();
        Some(Chmod {
            command,
            mode: if adds { "755" } else { told },
            adds,
            paths: paths.filter(|it| !it.is_empty())?,
        })
    }
}

/// The `COPY`s right before the step that put these files there, and no others.
fn copies_before<'m>(
    stage: Stage<'m>,
    run: Step<'m>,
    paths: &[ImagePath],
) -> Option<Vec<Step<'m>>> {
    let lands = |step: &Step<'m>| step.landings().any(|it| paths.contains(&it.path));
    let block = stage.copies_right_before(run);
    let from = block.iter().position(lands)?;
    // What comes behind and may be called the same is what has its mode changed.
    let (copies, others): (Vec<Step<'m>>, Vec<Step<'m>>) =
        block[from..].iter().partition(|it| lands(it));
    let may_be_one = |it: &Step<'m>| paths.iter().any(|path| it.may_land_at(path));
    let is_whole = |step: &Step<'m>| {
        let is_told = |it: &Landing| paths.contains(&it.path) && it.entry != FileEntry::Folder;
        step.flag("chmod").is_none()
            && step.flag("from").is_none()
            && step.has_known_landings()
            && step.landings().all(is_told)
    };
    let all: Vec<&Landing> = copies.iter().flat_map(|it| it.landings()).collect();
    let is_each = |path: &ImagePath| all.iter().filter(|it| it.path == *path).count() == 1;
    let is_sure = copies.iter().all(is_whole) && !others.iter().any(may_be_one);
    (is_sure && paths.iter().all(is_each)).then_some(copies)
}

/// Whether something else of the step changes the mode or the owner of one of these files: it is written again all the same.
fn is_written_again(step: Step<'_>, paths: &[ImagePath]) -> bool {
    let names_one = |it: Word<'_>| {
        let text = it.literal_prefix();
        paths.iter().any(|path| text.ends_with(path.file_name()))
    };
    let mut others = step.commands().skip(1);
    others.any(|it| {
        let is_of_all = it.has_option("-R") || it.has_option("--recursive");
        it.is_one_of(&["chmod", "chown", "chgrp"]) && (is_of_all || it.args().any(names_one))
    })
}
