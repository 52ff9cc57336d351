//! The word that ends a here-document stands alone on its line.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "sh-heredoc-terminator",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Warning,
    summary: "write the word that ends a here-document of a script without blanks around it",
    why: "A shell that finds no such line takes all that follows for the text of the here-document, and goes on as if nothing were wrong: \
          none of the commands below is run. `<<-` takes tabs away before the word, and no other blanks. Where it is an instruction's own \
          here-document the builder refuses the file, and dfix says so.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:12\nRUN <<E\ncat <<-X > /a\n\ta\n    X\nmake\nE\n",
            "take the blanks before the word away, or write tabs",
        ),
        reports(
            "FROM debian:12\nRUN <<E\ncat <<'X' > /a\na\n  X\nmake\nE\n",
            "take the blanks before the word away",
        ),
        reports(
            "FROM debian:12\nRUN <<E\ncat <<X > /a\na\nX \nmake\nE\n",
            "behind the word",
        ),
        leaves("FROM debian:12\nRUN <<E\ncat <<-X > /a\n\ta\n\tX\ncat <<Y > /b\n  Y\nY\nmake\nE\n"),
        leaves("FROM debian:12\nRUN <<-E\n\tcat /a\n\tE\nCOPY <<E <<F /b/\ncat <<-X\n  X\nE\nF\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        for it in step.open_heredocs() {
            let message =
                "no line ends the here-document, and a shell takes all that follows for its text";
            out.judge(it.meant_end, Safety::Checked, message, |_| {
                Err(match (it.is_behind, it.takes_tabs) {
                    (true, _) => remedy!("this line is meant as its end: take the blanks behind the word away"),
                    (_, true) => remedy!("this line is meant as its end: take the blanks before the word away, or write tabs instead"),
                    (_, false) => remedy!("this line is meant as its end: take the blanks before the word away"),
                })
            });
        }
    }
}
