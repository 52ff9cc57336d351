//! `ADD` for an archive that is copied and then unpacked.

use dfix_catalogue::{FileMark, file_is};
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::path::file_name;
use dfix_model::{Command, Model, Step, StepKind, Word};

pub(crate) const RULE: Rule = Rule {
    id: "copy-archive-add",
    aliases: &["DL3010"],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "unpack an archive of the build context with `ADD`",
    why: "What is copied and then unpacked is in the image twice. `ADD` unpacks it as it comes.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:12\nCOPY app.tar.gz /tmp/\nRUN tar -xzf /tmp/app.tar.gz -C /opt\n",
            "`ADD app.tar.gz`",
        ),
        reports(
            "FROM debian:12\nCOPY x/app.tar /foo.tar\nRUN mkdir /a && tar --extract -f /foo.tar\n",
            "`ADD x/app.tar`",
        ),
        leaves("FROM debian:12\nCOPY app.tar.gz /tmp/\nRUN tar -czf /tmp/app.tar.gz /opt\n"),
        leaves(
            "FROM debian:12\nCOPY app.tar.gz /tmp/\nFROM debian:12\nRUN tar -xf /tmp/app.tar.gz\n",
        ),
        leaves("FROM debian:12\nCOPY --from=a app.tar.gz /tmp/\nRUN tar -xf /tmp/app.tar.gz\n"),
        // `ADD` leaves it as it is.
        leaves("FROM debian:12\nCOPY app.zip /tmp/\nRUN unzip /tmp/app.zip\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let copies = stage
            .steps_of(StepKind::Copy)
            .filter(|it| it.flag("from").is_none() && !it.is_onbuild());
        for step in copies {
            for source in step.sources() {
                let target = step.target().map_or("", |it| it.literal_prefix());
                let text = source.literal_prefix();
                let is_archive = |path: &str| file_is(file_name(path), FileMark::Archive);
                let name = file_name(if is_archive(target) { target } else { text });
                if !is_archive(text) || !is_unpacked(step, name) {
                    continue;
                }
                out.judge(source, Safety::Unsafe, format!("`{text}` is copied, then unpacked"), |_| {
                    Err(remedy!(
                        "write `ADD {text}` with the folder that it is unpacked into, and leave `tar` away"
                    ))
                });
            }
        }
    }
}

/// Whether a later command of the stage unpacks a file of this name.
fn is_unpacked(copy: Step<'_>, name: &str) -> bool {
    let extracts = |it: Command<'_>| {
        let mut words = it.args().map(Word::literal_prefix);
        it.is("tar")
            && words.any(|it| {
                it == "--extract"
                    || it == "--get"
                    || (it.starts_with('-') && !it.starts_with("--") && it.contains('x'))
            })
            && it
                .args()
                .any(|it| !it.starts_with("-") && file_name(it.literal_prefix()) == name)
    };
    let Some(stage) = copy.stage() else {
        return false;
    };
    let mut runs = stage.runs().filter(|it| it.index() > copy.index());
    runs.any(|it| it.commands().any(extracts))
}
