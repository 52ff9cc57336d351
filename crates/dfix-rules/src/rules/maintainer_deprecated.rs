//! `MAINTAINER` becomes a label.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, fixes, leaves};
use dfix_model::StepKind;
use dfix_model::{Model, Stage, Step};
use dfix_syntax::ast::{HasWord, Instruction};

const LABEL: &str = "org.opencontainers.image.authors";

pub(crate) const RULE: Rule = Rule {
    id: "maintainer-deprecated",
    aliases: &["DL4000", "MaintainerDeprecated"],
    group: Group::Style,
    summary: "write the author as the label `org.opencontainers.image.authors`, not as `MAINTAINER`",
    why: "`MAINTAINER` is deprecated. Labels are what registries and scanners show, and this one is \
          the key that the OCI image specification names for it.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nMAINTAINER Jane Doe <jane@example.com>\n",
            "FROM alpine:3.20\nLABEL org.opencontainers.image.authors=\"Jane Doe <jane@example.com>\"\n",
        ),
        fixes(
            "FROM alpine:3.20\nMAINTAINER jane@example.com\n",
            "FROM alpine:3.20\nLABEL org.opencontainers.image.authors=\"jane@example.com\"\n",
        ),
        // Quotes around the whole text were never part of the name.
        fixes(
            "FROM alpine:3.20\nMAINTAINER \"Jane Doe\"\n",
            "FROM alpine:3.20\nLABEL org.opencontainers.image.authors=\"Jane Doe\"\n",
        ),
        // The text was taken as it is; the label's would be expanded.
        fixes(
            "FROM alpine:3.20\nMAINTAINER Jane \"$J\" O'Doe \\o/\n",
            "FROM alpine:3.20\nLABEL org.opencontainers.image.authors=\"Jane \\\"\\$J\\\" O'Doe \\\\o/\"\n",
        ),
        // The last one counts, before and after.
        fixes(
            "FROM alpine:3.20\nMAINTAINER Jane\nMAINTAINER John\n",
            "FROM alpine:3.20\nLABEL org.opencontainers.image.authors=\"Jane\"\nLABEL org.opencontainers.image.authors=\"John\"\n",
        ),
        leaves("FROM alpine:3.20\nLABEL maintainer=\"jane@example.com\"\n"),
        leaves(
            "FROM alpine:3.20\nLABEL org.opencontainers.image.authors=\"Team\"\nMAINTAINER Jane\n",
        )
        .that_says("there is such a label already"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for step in stage.steps_of(StepKind::Maintainer) {
            let Instruction::Maintainer(maintainer) = step.instruction() else {
                continue;
            };
            let Some(text) = maintainer.word().map(|word| word.source()) else {
                continue;
            };
            let message = "`MAINTAINER` is deprecated";
            if has_label(stage) {
                out.report(step, message).remedy(format!(
                    "there is such a label already: put both into one `LABEL {LABEL}`"
                ));
                continue;
            }
            let source = label(without_quotes(text.trim()), file.escape());
            out.fix(step, Safety::Safe, message)
                .effect(Effect::removed(step))
                .effect(Effect::Inserted {
                    stage: stage.index(),
                    keyword: "LABEL",
                })
                .edit(|edit| edit.replace_instruction(step, &source));
        }
    }
}

fn has_label(stage: Stage<'_>) -> bool {
    stage
        .steps_of(StepKind::Label)
        .flat_map(Step::pairs)
        .any(|pair| pair.key_text() == Some(LABEL))
}

/// The text without the quotes around all of it.
fn without_quotes(text: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return inner.trim();
        }
    }
    text
}

/// The label that holds exactly this text.
fn label(text: &str, escape: char) -> String {
    let mut source = format!("LABEL {LABEL}=\"");
    for c in text.chars() {
        if matches!(c, '"' | '$') || c == escape {
            source.push(escape);
        }
        source.push(c);
    }
    source.push('"');
    source
}
