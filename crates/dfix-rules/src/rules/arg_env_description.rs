//! A comment above an `ARG` or a stage begins with its name.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Pair, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "arg-env-description",
    aliases: &["InvalidDefinitionDescription"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "set comments apart that are no descriptions of the `ARG` or the stage below them",
    why: "Where a file asks for this check, the builder shows the comment above an `ARG` or a stage as its description \
          (`docker build --call=outline`): it begins with the name, and any other one is set apart by a `#` alone.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "# check=experimental=InvalidDefinitionDescription\n# the newest\nARG TAG=3.22\n# base is for all.\nFROM alpine:$TAG AS base\n",
            "# check=experimental=InvalidDefinitionDescription\n# the newest\n#\nARG TAG=3.22\n# base is for all.\nFROM alpine:$TAG AS base\n",
        ),
        fixes(
            "# check=skip=JSONArgsRecommended;experimental=all\nFROM alpine:3.22\n# one\n# two\n\nARG A=1 B\n",
            "# check=skip=JSONArgsRecommended;experimental=all\nFROM alpine:3.22\n# one\n# two\n#\n\nARG A=1 B\n",
        ),
        // Nobody asks for it.
        leaves("# the newest\nARG TAG=3.22\nFROM alpine:$TAG AS base\n"),
        leaves(
            "# check=experimental=all\nFROM alpine:3.22\n# b what it is\nARG a b\n# note\n#\nARG c\n# no name\nFROM alpine:3.22\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    if !file.asks_for_check("InvalidDefinitionDescription") {
        return;
    }
    for step in file.steps().filter(|it| !it.is_onbuild()) {
        let names: Vec<&str> = match step.kind() {
            StepKind::Arg => step.pairs().filter_map(Pair::key_text).collect(),
            StepKind::From => step
                .stage()
                .and_then(dfix_model::Stage::name)
                .into_iter()
                .collect(),
            _ => continue,
        };
        let Some((comment, first)) = step.description() else {
            continue;
        };
        if names.is_empty() || names.contains(&first) {
            continue;
        }
        let message = format!("the comment describes {} to the builder", step.label());
        out.judge(comment, Safety::Safe, message, |case| {
            let text = file.text()[comment].to_owned();
            case.declare([Effect::Layout, Effect::comment(comment)])
                .fix(|edit| edit.replace_comment(comment, [text.as_str(), "#"]));
            Ok(())
        });
    }
}
