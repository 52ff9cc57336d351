//! A slash behind the folder that several sources are copied into.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{FileEntry, ImagePath, Model, OpenCondition, Step, StepKind, Word, WordKind};

pub(crate) const RULE: Rule = Rule {
    id: "copy-multi-slash",
    aliases: &["DL3021"],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "end the target of a `COPY` of several sources with a slash",
    why: "Several sources need a folder. A builder without BuildKit refuses anything else, and with BuildKit each \
          file takes the place of the one before where the folder is not there yet.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nWORKDIR /app\nCOPY a.txt b.txt .\n",
            "FROM alpine:3.20\nWORKDIR /app\nCOPY a.txt b.txt ./\n",
        ),
        fixes(
            "FROM alpine:3.20\nCOPY --chown=1:1 a.txt conf/*.yml \"/srv\"\n",
            "FROM alpine:3.20\nCOPY --chown=1:1 a.txt conf/*.yml \"/srv/\"\n",
        ),
        fixes(
            "FROM alpine:3.20\nCOPY [\"a.txt\", \"b.txt\", \"/srv\"]\n",
            "FROM alpine:3.20\nCOPY [\"a.txt\", \"b.txt\", \"/srv/\"]\n",
        ),
        fixes(
            "FROM alpine:3.20\nENV APP=/app\nCOPY a.txt b.txt $APP\n",
            "FROM alpine:3.20\nENV APP=/app\nCOPY a.txt b.txt $APP/\n",
        ),
        leaves(
            "FROM alpine:3.20\nENV APP=/app/\nCOPY a.txt b.txt $APP\nCOPY a.txt b.txt ${D:-/x/}\n",
        ),
        leaves("FROM alpine:3.20\nARG APP\nCOPY a.txt b.txt ${APP}\n").that_says("`${APP}`"),
        fixes(
            "FROM alpine:3.20\nARG APP\nCOPY a.txt b.txt \"${APP}\"\n",
            "FROM alpine:3.20\nARG APP\nCOPY a.txt b.txt \"${APP}/\"\n",
        )
        .with_unsafe(),
        leaves("FROM alpine:3.20\nCOPY a.txt b.txt /srv/\nCOPY a.txt /srv\n").with_unsafe(),
        leaves("FROM alpine:3.20\nADD a.txt b.txt /srv\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let copies = file
        .steps()
        .filter(|it| it.is(StepKind::Copy) && !it.is_onbuild());
    for step in copies.filter(|it| it.sources().count() > 1) {
        let Some(target) = step.target() else {
            continue;
        };
        let source = target.source_text();
        let written = source.trim_end_matches(['"', '\'']);
        if written.ends_with(['/', '\\']) || target.value().is_some_and(|it| it.ends_with('/')) {
            continue;
        }
        // What a variable stands for ends in it.
        let expanded = step.stage().and_then(|it| it.expand_text(target, step));
        if expanded.is_some_and(|it| it.ends_with('/')) {
            continue;
        }
        let message = format!(
            "several sources, and `{}` ends with no slash",
            target.shortened()
        );
        out.judge(target, Safety::Checked, message, |case| {
            case.evidence("several sources only fit into a folder")
                .open(open(step, target))
                .declare(Effect::changed(step))
                .fix(|edit| match target.value() {
                    Some(value) if !source.ends_with('"') || target.kind() == WordKind::Json => {
                        edit.replace_word(target, &format!("{value}/"));
                    }
                    _ => {
                        let bare = source.trim_end_matches(['"', '\'']);
                        let quotes = &source[bare.len()..];
                        edit.replace_node(target, &format!("{bare}/{quotes}"));
                    }
                });
            Ok(())
        });
    }
}

/// What is open of a target that variables name: with nothing in them it would be the root.
fn open(step: Step<'_>, target: Word<'_>) -> Option<OpenCondition> {
    let stage = step.stage()?;
    let path = stage.expand_text(target, step);
    if let Some(path) = &path {
        let entry = stage.filesystem().at(step).entry(&ImagePath::new(path));
        let is_file = entry == FileEntry::File;
        let is_named = !path.is_empty() && !is_file;
        if is_named {
            return None;
        }
    }
    Some(OpenCondition::new(
        format!("whether `{}` names a folder", target.shortened()),
        "write the path, or give the variable a default",
    ))
}
