//! `STOPSIGNAL` has the signal's full name.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "stopsignal-canonical",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "call the signal of `STOPSIGNAL` by its full name",
    why: "`SIGQUIT` says what `3` and `quit` leave to be looked up.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM nginx:1.29\nSTOPSIGNAL 3\n",
            "FROM nginx:1.29\nSTOPSIGNAL SIGQUIT\n",
        ),
        fixes(
            "FROM nginx:1.29\nSTOPSIGNAL term\n",
            "FROM nginx:1.29\nSTOPSIGNAL SIGTERM\n",
        ),
        leaves("FROM nginx:1.29\nSTOPSIGNAL SIGTERM\n"),
        leaves("FROM nginx:1.29\nSTOPSIGNAL SIGRTMIN+3\n"),
        leaves("FROM nginx:1.29\nARG S\nSTOPSIGNAL $S\n"),
        // Its number is another one on some machines.
        leaves("FROM nginx:1.29\nSTOPSIGNAL 10\n"),
        leaves("FROM nginx:1.29\nSTOPSIGNAL nothing\n"),
    ],
};

/// Signals with their numbers, where those are the same on every machine.
const SIGNALS: [(&str, &str); 11] = [
    ("SIGABRT", "6"),
    ("SIGALRM", "14"),
    ("SIGHUP", "1"),
    ("SIGINT", "2"),
    ("SIGKILL", "9"),
    ("SIGPIPE", "13"),
    ("SIGQUIT", "3"),
    ("SIGTERM", "15"),
    ("SIGUSR1", ""),
    ("SIGUSR2", ""),
    ("SIGWINCH", ""),
];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is(StepKind::Stopsignal)) {
        let Some((word, text)) = step.word().and_then(|it| Some((it, it.value()?))) else {
            continue;
        };
        let upper = text.to_ascii_uppercase();
        let short = upper.strip_prefix("SIG").unwrap_or(&upper);
        let is_it = |(name, number): &&(&str, &str)| &name[3..] == short || *number == text;
        let Some((name, _)) = SIGNALS.iter().find(is_it).filter(|(name, _)| *name != text) else {
            continue;
        };
        let message = format!("`{text}` is {name}");
        out.judge(step, Safety::Safe, message, |case| {
            case.declare(Effect::changed(step))
                .fix(|edit| edit.replace_word(word, name));
            Ok(())
        });
    }
}
