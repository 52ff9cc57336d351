//! How the container is started is said at the end.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Misplaced, Model, Step, StepKind, Word};

pub(crate) const RULE: Rule = Rule {
    id: "epilogue-order",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "end the last stage with `STOPSIGNAL`, `HEALTHCHECK`, `ENTRYPOINT` and `CMD`, in this order",
    why: "Who wants to know what the container does looks at the end of the file.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM nginx:1.27\nCMD [\"nginx\"]\nENTRYPOINT [\"/start\"]\nEXPOSE 80\nHEALTHCHECK NONE\n",
            "FROM nginx:1.27\nEXPOSE 80\nHEALTHCHECK NONE\nENTRYPOINT [\"/start\"]\nCMD [\"nginx\"]\n",
        ),
        fixes(
            "FROM nginx:1.27\nRUN true\nCMD [\"nginx\"]\nSTOPSIGNAL SIGQUIT\n",
            "FROM nginx:1.27\nRUN true\nSTOPSIGNAL SIGQUIT\nCMD [\"nginx\"]\n",
        ),
        reports(
            "FROM nginx:1.27\nCMD nginx\nSHELL [\"/bin/bash\", \"-c\"]\n",
            "`SHELL`",
        ),
        reports(
            "FROM nginx:1.27\n# Runs.\nCMD [\"nginx\"]\nEXPOSE 80\n",
            "comment",
        ),
        reports(
            "FROM nginx:1.27\nARG S\nSTOPSIGNAL $S\nENV S=1\n",
            "variable",
        ),
        leaves(
            "FROM nginx:1.27\nRUN true\n\nHEALTHCHECK CMD true\nENTRYPOINT [\"/a\"]\nCMD [\"b\"]\nONBUILD CMD c\n",
        ),
        leaves("FROM nginx:1.27 AS a\nCMD [\"nginx\"]\nRUN true\n\nFROM a\nRUN true\n"),
        leaves("FROM nginx:1.27\nCMD [\"a\"]\nRUN true\nCMD [\"b\"]\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let Some(stage) = file.final_stage() else {
        return;
    };
    let misplaced = stage.misplaced_at_its_end();
    let Some(first) = misplaced.first() else {
        return;
    };
    let message = format!("`{}` is not in its place at the end", first.step.name());
    out.judge(first.step, Safety::Safe, message, |case| {
        for Misplaced { step, .. } in &misplaced {
            obstacle(*step, stage.steps())?;
            case.declare([
                Effect::removed(*step),
                Effect::Inserted {
                    stage: stage.index(),
                    keyword: step.name(),
                },
            ]);
        }
        case.fix(|edit| {
            let mut behind = Vec::new();
            for it in &misplaced {
                edit.remove_instruction(it.step);
                match it.before {
                    Some(other) => edit.insert_instruction_before(other, it.step.source_text()),
                    None => behind.push(it.step.source_text()),
                }
            }
            if let (Some(it), false) = (misplaced.first(), behind.is_empty()) {
                edit.insert_instructions_after(it.last, behind);
            }
        });
        Ok(())
    });
}

/// Why it is not to be said elsewhere as it is.
fn obstacle<'m>(
    step: Step<'m>,
    mut all: impl Iterator<Item = Step<'m>>,
) -> Result<(), dfix_engine::Remedy> {
    if step.has_comment_above() || step.is_of_several_lines() {
        return Err(remedy!(
            "move it to the end of the stage, with its comment and all its lines"
        ));
    }
    if step.is(StepKind::Stopsignal) && !step.word().is_some_and(Word::is_known) {
        return Err(remedy!(
            "move it to the end of the stage if its variable has the same value there"
        ));
    }
    if !step.is_exec_form() && all.any(|it| it.is(StepKind::Shell) && it.index() > step.index()) {
        return Err(remedy!(
            "a `SHELL` below it takes another shell: write it in exec form, then move it"
        ));
    }
    Ok(())
}
