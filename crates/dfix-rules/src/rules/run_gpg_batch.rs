//! `--batch` for gpg.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Command, Model, Step, Word};

pub(crate) const RULE: Rule = Rule {
    id: "run-gpg-batch",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "tell gpg by `--batch` that nobody is there to be asked",
    why: "A build has no terminal: where gpg would ask it fails, and what it says then is about a terminal. Docker's guide for \
          official images asks for it.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN gpg --keyserver keys.openpgp.org --recv-keys 0123 && gpg --verify a.asc a\n",
            "FROM debian:12\nRUN gpg --batch --keyserver keys.openpgp.org --recv-keys 0123 && gpg --batch --verify a.asc a\n",
        ),
        fixes(
            "FROM debian:12\nRUN curl -fsSL https://example.org/key | sudo gpg2 --dearmor -o /k.gpg\n",
            "FROM debian:12\nRUN curl -fsSL https://example.org/key | sudo gpg2 --batch --dearmor -o /k.gpg\n",
        ),
        leaves(
            "FROM debian:12\nRUN gpg --batch --import key && gpg --yes --verify a.asc a && gpg --no-tty --import key\n",
        ),
        fixes(
            "FROM debian:12\nARG KEY\nRUN gpg --recv-keys \"$KEY\"\n",
            "FROM debian:12\nARG KEY\nRUN gpg --batch --recv-keys \"$KEY\"\n",
        ),
        // With `--batch` it looks for no file that is not named.
        leaves("FROM debian:12\nRUN gpg --verify a.asc\n"),
        leaves("FROM debian:12\nRUN gpg --gen-key && gpg --version && gpg $OPTIONS --import key\n"),
        leaves("FROM debian:12\nRUN gpg --command-fd 0 --import key < answers\n"),
    ],
};

/// What gpg does without a question that `--batch` would answer otherwise than a missing terminal does; `--verify` with both files.
const DONE: [&str; 5] = [
    "--recv-keys",
    "--recv-key",
    "--import",
    "--dearmor",
    "--verify",
];

/// With these somebody has said whether, and by whom, gpg is answered.
const SAID: [&str; 6] = [
    "--batch",
    "--no-batch",
    "--yes",
    "--no-tty",
    "--command-fd",
    "--command-file",
];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file.steps().filter(|it| it.is_run());
    for command in runs
        .flat_map(Step::commands)
        .filter(|it| !it.is_of_script())
    {
        let is_said = |it: Word<'_>| SAID.iter().any(|option| it.starts_with(option));
        let is_one =
            command.is_one_of(&["gpg", "gpg2"]) && is_done(command) && !command.args().any(is_said);
        let Some(program) = command.executable().filter(|_| is_one) else {
            continue;
        };
        out.judge(command, Safety::Checked, "gpg may ask", |case| {
            case.evidence("a build has no terminal that it could ask at")
                .declare(Effect::arguments_of(command))
                .fix(|edit| edit.insert_word_after(program, "--batch"));
            Ok(())
        });
    }
}

/// Whether it does one of these for certain: what a variable holds may come behind it.
fn is_done(command: Command<'_>) -> bool {
    let mut words = command.args();
    let done = words
        .by_ref()
        .take_while(|it| it.is_known())
        .find(|it| DONE.iter().any(|option| it.is(option)));
    done.is_some_and(|it| !it.is("--verify") || words.filter(|it| !it.starts_with("-")).count() > 1)
}
