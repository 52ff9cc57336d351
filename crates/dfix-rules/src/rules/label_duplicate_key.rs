//! A label is said once.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Model, Pair, Stage, Step, StepKind, Word};

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
        // What is said of it stays.
        fixes(
            "FROM alpine:3.20\n# Of the first.\nLABEL version=1\nRUN ls\nLABEL version=2\n",
            "FROM alpine:3.20\n# Of the first.\nRUN ls\nLABEL version=2\n",
        ),
        reports(
            "FROM alpine:3.20\nLABEL maintainer=jane\nLABEL maintainer=joe\n",
            "into one label",
        ),
        reports(
            "FROM alpine:3.20\nARG A\nARG B\nLABEL maintainer=$A\nLABEL maintainer=$B\n",
            "into one label",
        ),
        fixes(
            "FROM alpine:3.20\nLABEL maintainer=jane\nLABEL maintainer=\"jane\"\n",
            "FROM alpine:3.20\nLABEL maintainer=\"jane\"\n",
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
            let mut later = pairs[at + 1..].iter().map(|it| it.1);
            let Some(later) = later.find(|it| it.key_text() == Some(key)) else {
                continue;
            };
            let message = format!("the label `{key}` is set again below");
            out.judge(pair, Safety::Safe, message, |case| {
                if names_people(key) && !says_the_same(*pair, later) {
                    return Err(remedy!(
                        "the image keeps the last name alone: write all who are meant into one label"
                    ));
                }
                let is_alone = step.pairs().len() == 1;
                case.declare(if is_alone {
                    Effect::removed(*step)
                } else {
                    Effect::changed(*step)
                });
                case.fix(|edit| {
                    if is_alone {
                        edit.remove_instruction_lifting_comments(*step);
                    } else {
                        edit.remove_pair(pair);
                    }
                });
                Ok(())
            });
        }
    }
}

/// Whether a label says who made the image, or cares for it.
fn names_people(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key).to_ascii_lowercase();
    matches!(&*last, "author" | "authors" | "maintainer" | "maintainers")
}

/// Whether both have the same value for certain: what only the build can tell may be anybody.
fn says_the_same(one: Pair<'_>, other: Pair<'_>) -> bool {
    let (one, other) = (one.value(), other.value());
    let known = one.and_then(Word::value);
    known.is_some() && known == other.and_then(Word::value)
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
