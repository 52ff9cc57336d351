//! A label is said once.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Pair, Stage, Step, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "label-duplicate-key",
    aliases: &[],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "set a label once in a stage",
    why: "Only the last one counts: who changes the first wonders why nothing happens.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nLABEL version=1\nRUN ls\nLABEL version=2\n",
            "FROM alpine:3.20\nRUN ls\nLABEL version=2\n",
        ),
        fixes(
            "FROM alpine:3.20\nLABEL version=1 name=x \"version\"=\"2\"\n",
            "FROM alpine:3.20\nLABEL name=x \"version\"=\"2\"\n",
        ),
        leaves("FROM alpine:3.20 AS a\nLABEL version=1\nFROM a\nLABEL version=2\n"),
        leaves("FROM alpine:3.20\nLABEL version=1 Version=2\nONBUILD LABEL version=3\n"),
        leaves("FROM alpine:3.20\nARG K\nLABEL $K=1\nLABEL $K=2\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let pairs = pairs(stage);
        for (at, (step, pair)) in pairs.iter().enumerate() {
            let Some(key) = pair.key_text() else { continue };
            if !pairs[at + 1..]
                .iter()
                .any(|(_, it)| it.key_text() == Some(key))
            {
                continue;
            }
            let message = format!("the label `{key}` is set again below");
            out.judge(pair, Safety::Safe, message, |case| {
                let is_alone = step.pairs().len() == 1;
                case.declare(if is_alone {
                    Effect::removed(*step)
                } else {
                    Effect::changed(*step)
                });
                case.fix(|edit| {
                    if is_alone {
                        edit.remove_instruction(*step);
                    } else {
                        edit.remove_pair(pair);
                    }
                });
                Ok(())
            });
        }
    }
}

/// The labels that a stage sets, in order of place.
fn pairs(stage: Stage<'_>) -> Vec<(Step<'_>, Pair<'_>)> {
    let steps = stage
        .steps_of(StepKind::Label)
        .filter(|it| !it.is_onbuild());
    steps
        .flat_map(|step| step.pairs().map(move |pair| (step, pair)))
        .collect()
}
