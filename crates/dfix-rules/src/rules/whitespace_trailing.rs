//! No blanks at the ends of lines.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "whitespace-trailing",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "leave no blanks at the ends of lines",
    why: "Nobody sees them, and editors that take them away make changes where nothing changed. The builder takes them away \
          itself; in here-documents, quoted text and behind a `\\` that belongs to a word they mean something and stay.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "# note \nFROM alpine:3.22  \n \nRUN apk add \\  \n    # to download\t\n    curl\t\nCMD [\"sh\"] \n",
            "# note\nFROM alpine:3.22\n\nRUN apk add \\\n    # to download\n    curl\nCMD [\"sh\"]\n",
        ),
        fixes(
            "FROM alpine:3.22\nENV A=1 B=\"2 \"  \nRUN <<E  \necho a  \nE\n",
            "FROM alpine:3.22\nENV A=1 B=\"2 \"\nRUN <<E\necho a  \nE\n",
        ),
        leaves("FROM alpine:3.22\nCOPY <<E /a\ntext  \nE\nRUN echo 'a  \\\n  b'\n"),
        // The line goes on: these blanks are the text of the command.
        leaves("FROM alpine:3.22\nRUN true # a \\\n  b\n"),
        leaves("# escape=`  \nFROM alpine:3.22\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let places = file.trailing_blanks();
    let Some(first) = places.first() else { return };
    out.judge(
        *first,
        Safety::Safe,
        "blanks at the ends of lines",
        |case| {
            case.declare(Effect::Layout).fix(|edit| {
                for place in &places {
                    edit.replace_token(*place, "");
                }
            });
            Ok(())
        },
    );
}
