//! Labels in the order of their keys.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Pair, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "label-order",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "sort the labels that one `LABEL` sets by their keys",
    why: "In a sorted list a key is found, and two people who add to it seldom meet. In the image labels have no order.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nLABEL c=1 \\\n    \"b\"=\"2 3\" \\\n    a=$x\n",
            "FROM alpine:3.22\nLABEL a=$x \\\n    \"b\"=\"2 3\" \\\n    c=1\n",
        ),
        fixes(
            "FROM alpine:3.22\nLABEL org.b=1 org.a=2\n",
            "FROM alpine:3.22\nLABEL org.a=2 org.b=1\n",
        ),
        leaves("FROM alpine:3.22\nLABEL a=1 b=2 \\\n    c=3\nLABEL a.z=1\nLABEL b 3\n"),
        // Whose a comment is, only its author knows; of two with one key the last counts.
        leaves("FROM alpine:3.22\nLABEL b=1 \\\n    # The first.\n    a=2\n"),
        leaves("FROM alpine:3.22\nLABEL b=1 a=2 b=3\nARG K\nLABEL b=1 $K=2 a=3\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is(StepKind::Label)) {
        let pairs: Vec<Pair<'_>> = step.pairs().collect();
        let keys: Option<Vec<&str>> = pairs.iter().map(|it| it.key_text()).collect();
        let Some(keys) = keys.filter(|_| !step.has_comment_inside()) else {
            continue;
        };
        let mut sorted: Vec<(&str, Pair<'_>)> =
            keys.iter().copied().zip(pairs.iter().copied()).collect();
        sorted.sort_by_key(|(key, _)| *key);
        let is_twice = sorted.windows(2).any(|it| it[0].0 == it[1].0);
        if keys.is_sorted() || is_twice {
            continue;
        }
        out.judge(step, Safety::Safe, "labels out of order", |case| {
            case.declare(Effect::Equivalent).fix(|edit| {
                let places = pairs.iter().zip(&sorted);
                for (place, (_, pair)) in places.filter(|(a, (_, b))| a.range() != b.range()) {
                    edit.replace_node(*place, &file.text()[pair.range()]);
                }
            });
            Ok(())
        });
    }
}
