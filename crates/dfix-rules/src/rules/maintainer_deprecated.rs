//! `MAINTAINER` becomes a label.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::StepKind;
use dfix_model::{Model, Stage, Step};
use dfix_syntax::ast::{HasWord, Instruction};

const LABEL: &str = "org.opencontainers.image.authors";

pub(crate) const RULE: Rule = Rule {
    id: "maintainer-deprecated",
    aliases: &["DL4000", "MaintainerDeprecated"],
    groups: &[Group::Deprecated],
    severity: Severity::Warning,
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
        reports(
            "FROM alpine:3.20\nLABEL org.opencontainers.image.authors=\"Team\"\nMAINTAINER Jane\n",
            "there is such a label already",
        ),
        // Were the second alone a label, the first would be the author.
        reports(
            "FROM alpine:3.20\nMAINTAINER Jane \\\n# note\n Doe\nMAINTAINER John\n",
            "a comment stands inside",
        ),
        reports(
            "FROM alpine:3.20\nMAINTAINER Jane\n# dfix: ignore=maintainer-deprecated\nMAINTAINER John\n",
            "whose comment ignores this rule",
        ),
        reports(
            "FROM alpine:3.20\nMAINTAINER Jane\nMAINTAINER John \\\n# note\n Doe\n",
            "a comment stands inside",
        ),
        reports(
            "FROM alpine:3.20 AS base\nMAINTAINER Jane\nFROM base\nMAINTAINER John \\\n# note\n Doe\n",
            "a comment stands inside",
        ),
        fixes(
            "FROM alpine:3.20 AS base\nMAINTAINER Jane\nFROM base\nMAINTAINER John\n",
            "FROM alpine:3.20 AS base\nLABEL org.opencontainers.image.authors=\"Jane\"\nFROM base\nLABEL org.opencontainers.image.authors=\"John\"\n",
        ),
        leaves("FROM alpine:3.20\n# check=skip=MaintainerDeprecated\nMAINTAINER Jane\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let all: Vec<Step<'_>> = file
        .stages()
        .flat_map(|stage| stage.steps_of(StepKind::Maintainer))
        .collect();
    let Some(first) = all.first() else { return };
    // All or none: where one stays, the image's author would be that one's.
    out.judge(*first, Safety::Safe, "`MAINTAINER` is deprecated", |case| {
        if all.iter().filter_map(|step| step.stage()).any(has_label) {
            return Err(remedy!(
                "there is such a label already: put both into one `LABEL {LABEL}`"
            ));
        }
        for step in &all {
            case.declare(Effect::removed(*step));
            case.declare(step.stage().map(|stage| Effect::Inserted {
                stage: stage.index(),
                keyword: "LABEL",
            }));
        }
        case.fix(|edit| {
            for step in &all {
                match author(*step) {
                    Some(text) => edit.replace_instruction(*step, &label(&text, file.escape())),
                    None => edit.fail("a `MAINTAINER` names nobody"),
                }
            }
        });
        Ok(())
    });
}

/// Whom a `MAINTAINER` names.
fn author(step: Step<'_>) -> Option<String> {
    match step.instruction() {
        Instruction::Maintainer(it) => Some(without_quotes(it.word()?.source().trim()).to_owned()),
        _ => None,
    }
}

/// Whether the stage, or one that it is based on, has the label.
fn has_label(stage: Stage<'_>) -> bool {
    stage
        .base_chain()
        .flat_map(|stage| stage.steps_of(StepKind::Label))
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
