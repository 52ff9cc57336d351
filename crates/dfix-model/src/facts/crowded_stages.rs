//! Stages that begin right below the one before.

use dfix_syntax::TextRange;

use crate::collect::instruction::StepKind;
use crate::collect::model::Model;
use crate::handles::Step;

/// Where an empty line would set a stage apart from the one before: above its `FROM` and the comments right above that. None for the
/// first stage, and none between stages that are a `FROM` and nothing else.
pub(super) fn crowded_stages(file: &Model<'_>) -> Vec<TextRange> {
    let mut found = Vec::new();
    for stage in file.stages().skip(1) {
        let above = stage.from_step().previous();
        let is_one_of_a_list = above.is_some_and(|it| it.is(StepKind::From));
        let from = usize::from(stage.from_step().range().start());
        let mut at = file.text[..from].rfind('\n').map_or(0, |it| it + 1);
        let mut is_crowded = false;
        for line in file.text[..at].split_inclusive('\n').rev() {
            is_crowded = !line.trim().is_empty();
            if !line.trim_start().starts_with('#') {
                break;
            }
            at -= line.len();
        }
        if is_crowded
            && !is_one_of_a_list
            && let Ok(at) = at.try_into()
        {
            found.push(TextRange::empty(at));
        }
    }
    found
}

/// Where an empty line would set what follows apart from the here-documents of the instruction above.
pub(super) fn below_heredocs(file: &Model<'_>) -> Vec<TextRange> {
    let place = |step: Step<'_>| {
        let mut at = usize::from(step.range().end());
        if !file.text[..at].ends_with('\n') {
            at += file.text[at..].find('\n')? + 1;
        }
        let next = file.text[at..].lines().next()?;
        let at = at.try_into().ok().filter(|_| !next.trim().is_empty())?;
        Some(TextRange::empty(at))
    };
    let has_one = |it: &Step<'_>| it.instruction().heredocs().next().is_some();
    file.steps().filter(has_one).filter_map(place).collect()
}
