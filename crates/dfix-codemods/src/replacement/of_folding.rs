//! Several instructions that become fewer: what stood at one of them would be for all, and what stands between them is passed over.

use dfix_model::{Step, StepKind};

use crate::pattern::instruction::InstructionPattern;
use crate::replacement::align::Fate;

/// Refuses to fold instructions where a flag of the one that stays is not in the pattern, or where one would move over what it may
/// depend on.
pub(crate) fn check<'m>(
    old: &[&InstructionPattern],
    new: &[&InstructionPattern],
    fates: &[Fate],
    step_of: &dyn Fn(&InstructionPattern) -> Option<Step<'m>>,
) -> Result<(), String> {
    let is_folded = |it: &InstructionPattern| new.iter().any(|new| new.kind == it.kind);
    let gone = fates.iter().filter_map(|it| match it {
        Fate::Removed(index) => Some(old[*index]),
        _ => None,
    });
    let gone: Vec<&InstructionPattern> = gone.filter(|it| is_folded(it)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let mut kept: Vec<Step<'m>> = Vec::new();
    for fate in fates {
        let (Fate::Kept(index, _) | Fate::Replaced(index, _)) = fate else {
            continue;
        };
        let Some(step) = step_of(old[*index]) else {
            continue;
        };
        kept.push(step);
        let is_named = |name: &str| {
            old[*index]
                .flags
                .iter()
                .any(|it| it.name.eq_ignore_ascii_case(name))
        };
        let is_alike = gone.iter().any(|it| it.kind == old[*index].kind);
        if let Some(flag) = step.flags().find(|it| is_alike && !is_named(it.name())) {
            return Err(format!(
                "`--{}` in line {} would be for all that comes together there: write it in the pattern",
                flag.name(),
                step.line()
            ));
        }
    }
    let matched: Vec<Step<'m>> = old.iter().filter_map(|it| step_of(it)).collect();
    for step in gone.iter().filter_map(|it| step_of(it)) {
        let Some(to) = kept
            .iter()
            .min_by_key(|it| it.index().abs_diff(step.index()))
        else {
            continue;
        };
        let (from, to) = (to.index().min(step.index()), to.index().max(step.index()));
        let mut between = step
            .file()
            .steps()
            .filter(|it| from < it.index() && it.index() < to);
        let is_in_the_way = |it: &Step<'m>| {
            !matched.iter().any(|of| of.index() == it.index()) && !is_free(it.kind())
        };
        if let Some(other) = between.find(is_in_the_way) {
            return Err(format!(
                "{} in line {} stands between, and what comes together would move over it",
                other.name(),
                other.line()
            ));
        }
    }
    Ok(())
}

/// Whether an instruction of this kind changes nothing for those around it.
fn is_free(kind: StepKind) -> bool {
    matches!(
        kind,
        StepKind::Label
            | StepKind::Expose
            | StepKind::Maintainer
            | StepKind::Stopsignal
            | StepKind::Healthcheck
            | StepKind::Cmd
            | StepKind::Entrypoint
    )
}
