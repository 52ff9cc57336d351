//! Labels have the keys of the OCI image specification.

use dfix_catalogue::oci_label;
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Model, Pair, Stage, Step, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "label-schema-to-oci",
    aliases: &[],
    groups: &[Group::Deprecated],
    severity: Severity::Advice,
    summary: "call labels `org.opencontainers.image.…`, not `org.label-schema.…`",
    why: "label-schema.org says itself that it is superseded by the keys of the OCI image specification, which are \
          those that registries and scanners show.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nLABEL org.label-schema.name=\"x\" \\\n      org.label-schema.vcs-url=\"https://example.org/x\" \\\n      org.label-schema.schema-version=\"1.0\"\n",
            "FROM alpine:3.20\nLABEL org.opencontainers.image.title=\"x\" \\\n      org.opencontainers.image.source=\"https://example.org/x\"\n",
        )
        .with_unsafe(),
        fixes(
            "FROM alpine:3.20\nARG DATE\nLABEL org.label-schema.build-date=$DATE\n",
            "FROM alpine:3.20\nARG DATE\nLABEL org.opencontainers.image.created=$DATE\n",
        )
        .with_unsafe(),
        leaves("FROM alpine:3.20\nLABEL org.label-schema.name=x\n").that_says("reads the labels"),
        leaves("FROM alpine:3.20\nLABEL org.opencontainers.image.title=x name=y\n"),
        // It says how to start a container: there is no other key for that.
        leaves("FROM alpine:3.20\nLABEL org.label-schema.docker.cmd=x\n"),
        reports(
            "FROM alpine:3.20\nLABEL org.label-schema.name=x org.opencontainers.image.title=y\n",
            "is set, too",
        ),
    ],
};

/// What says of the others which version of label-schema they follow.
const VERSION: &str = "org.label-schema.schema-version";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is(StepKind::Label)) {
        let keys = || {
            step.pairs()
                .filter_map(|pair| Some((pair, pair.key_text()?)))
        };
        let moved: Vec<(Pair<'_>, &str)> = keys()
            .filter_map(|(pair, key)| Some((pair, oci_label(key)?)))
            .collect();
        let Some((first, _)) = moved.first() else {
            continue;
        };
        let message = format!("`{}` is superseded", first.key_text().unwrap_or_default());
        out.judge(step, Safety::Checked, message, |case| {
            let has = |key: &str| step.stage().is_some_and(|stage| sets(stage, key));
            if let Some((pair, new)) = moved.iter().find(|(_, new)| has(new)) {
                let old = pair.key_text().unwrap_or_default();
                return Err(remedy!(
                    "`{new}` is set, too: put both into one, and take `{old}` away"
                ));
            }
            case.open(OpenCondition::new(
                "whether anything reads the labels by their old keys",
                "search for `org.label-schema` where the image is deployed",
            ))
            .declare(Effect::changed(step))
            .fix(|edit| {
                for (pair, new) in &moved {
                    if let Some(key) = pair.key() {
                        edit.replace_word(key, new);
                    }
                }
                for (pair, _) in keys().filter(|(_, key)| *key == VERSION) {
                    edit.remove_pair(pair);
                }
            });
            Ok(())
        });
    }
}

/// Whether a stage, or one that it is based on, sets a label.
fn sets(stage: Stage<'_>, key: &str) -> bool {
    let steps = stage
        .base_chain()
        .flat_map(|it| it.steps_of(StepKind::Label));
    let mut keys = steps.flat_map(Step::pairs).filter_map(Pair::key_text);
    keys.any(|it| it == key)
}
