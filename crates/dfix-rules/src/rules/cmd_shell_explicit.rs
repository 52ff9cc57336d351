//! A `CMD` or `ENTRYPOINT` that a shell runs says so: `["/bin/sh", "-c", "…"]`.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Os, Stage, StartCommand, Step};
use dfix_syntax::ast::AstNode;
use dfix_syntax::{TextRange, TextSize};

use crate::base::{chosen_name, own_shell};

pub(crate) const RULE: Rule = Rule {
    id: "cmd-shell-explicit",
    aliases: &[],
    groups: &[Group::Docker, Group::Style],
    severity: Severity::Advice,
    summary: "name the shell of a `CMD` or `ENTRYPOINT` that needs one",
    why: "Docker's build check asks for a JSON array. Where `cmd-exec-form` cannot do without the shell, or let it give its place to the \
          process, the array that the builder makes of the line says that the shell is meant: the image is the same to the byte.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python:3.12\nCMD a || b\n",
            "FROM python:3.12\nCMD [\"/bin/sh\", \"-c\", \"a || b\"]\n",
        )
        .that_says("the builder makes this array of it anyway"),
        fixes(
            "FROM debian:12\nCMD service cron start && echo \"x\\ty\"\n",
            "FROM debian:12\nCMD [\"/bin/sh\", \"-c\", \"service cron start && echo \\\"x\\\\ty\\\"\"]\n",
        ),
        fixes(
            "FROM debian:12\nENTRYPOINT a $X | b\nCMD [\"c\"]\n",
            "FROM debian:12\nENTRYPOINT [\"/bin/sh\", \"-c\", \"a $X | b\"]\nCMD [\"c\"]\n",
        ),
        fixes(
            "FROM postgres:16\nCMD postgres -c log_statement=all\n",
            "FROM postgres:16\nCMD [\"/bin/sh\", \"-c\", \"postgres -c log_statement=all\"]\n",
        ),
        // Lines and comments stay where they are: the builder joins the lines before it reads the array.
        fixes(
            "FROM debian:12\nCMD a || \\\n  # why\n  \"b\"\n",
            "FROM debian:12\nCMD [\"/bin/sh\", \"-c\", \"a || \\\n  # why\n  \\\"b\\\"\"]\n",
        ),
        fixes(
            "# escape=`\nFROM debian:12\nCMD a || `\n  b\\c\n",
            "# escape=`\nFROM debian:12\nCMD [\"/bin/sh\", \"-c\", \"a || `\n  b\\\\c\"]\n",
        ),
        leaves("FROM python:3.12\nCMD a || b # c\n").that_says("a comment stands inside"),
        leaves("FROM acme/base:1\nCMD a || b\n").that_says("has a `SHELL` of its own"),
        leaves("ARG B=python:3.12\nFROM $B\nCMD a || b\n").that_says("whether every build takes"),
        // Who names a shell has said which one is meant.
        leaves("FROM python:3.12\nSHELL [\"/bin/bash\", \"-c\"]\nCMD a || b\n"),
        leaves("FROM python:3.12\nCMD [\"a\"]\n"),
        leaves("FROM python:3.12\nCMD ['a']\n"),
        leaves("FROM python:3.12\nCMD\n"),
        leaves("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD a || b\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.shipped_stages().filter(|it| it.os() != Os::Windows) {
        let entry = stage.entry();
        let steps = [entry.entrypoint, entry.cmd];
        let steps = steps.into_iter().filter_map(StartCommand::step);
        for step in steps.filter(|it| it.stage() == Some(stage) && is_for_the_shell(stage, *it)) {
            let Some(script) = script_of(step) else {
                continue;
            };
            let message = format!("`{}` does not name the shell that runs it", step.name());
            out.judge(step, Safety::Safe, message, |case| {
                case.evidence("the builder makes this array of it anyway")
                    .open(own_shell(stage))
                    .open(chosen_name(stage))
                    .declare(Effect::changed(step))
                    .fix(|edit| {
                        for (part, text) in parts(file, script) {
                            edit.replace_part(part, &text);
                        }
                    });
                Ok(())
            });
        }
    }
}

/// Whether the builder gives it to the shell that it takes where nobody names one.
fn is_for_the_shell(stage: Stage<'_>, step: Step<'_>) -> bool {
    !step.is_exec_form()
        && !step.is_empty_shell_form()
        && step.instruction().heredocs().next().is_none()
        && step.broken_exec_form().is_none()
        && stage.shell_at(step).step.is_none()
}

/// The text that the shell is given, in the file.
fn script_of(step: Step<'_>) -> Option<TextRange> {
    let range = step.instruction().script()?.syntax().text_range();
    let text = step.file().text()[range].trim_end();
    Some(TextRange::at(range.start(), TextSize::of(text)))
}

/// The parts of a script that become another text where it stands in a JSON string, which may be continued as other lines are: all but
/// comments, and what continues a line.
fn parts(file: &Model<'_>, script: TextRange) -> Vec<(TextRange, String)> {
    let text = &file.text()[script];
    let mut parts: Vec<(TextRange, String)> = Vec::new();
    let mut start = script.start();
    for line in text.split_inclusive('\n') {
        let end = match line.trim_end().strip_suffix(file.escape()) {
            Some(text) if line.ends_with('\n') => text.len(),
            _ => line.trim_end().len(),
        };
        let piece = &line[..end];
        if !piece.is_empty() && !line.trim_start().starts_with('#') {
            let escaped = piece.replace('\\', "\\\\").replace('"', "\\\"");
            let range = TextRange::at(start, TextSize::of(piece));
            parts.push((range, escaped.replace('\t', "\\t")));
        }
        start += TextSize::of(line);
    }
    if let Some((_, first)) = parts.first_mut() {
        first.insert_str(0, "[\"/bin/sh\", \"-c\", \"");
    }
    if let Some((_, last)) = parts.last_mut() {
        last.push_str("\"]");
    }
    parts
}
