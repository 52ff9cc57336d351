//! What a stage says of its container's start, and what of it does not stand at the end in the usual order.
//!
//! Source: BuildKit, `frontend/dockerfile/dockerfile2llb/convert.go`: these instructions set the image's configuration and nothing else. An
//! `ENTRYPOINT` takes an inherited `CMD` away and none of its own stage, wherever that stands.

use crate::collect::instruction::StepKind;
use crate::handles::{Stage, Step};

/// The order at the end of a stage.
const ORDER: [StepKind; 4] = [
    StepKind::Stopsignal,
    StepKind::Healthcheck,
    StepKind::Entrypoint,
    StepKind::Cmd,
];

/// An instruction that stands elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Misplaced<'m> {
    /// The instruction.
    pub step: Step<'m>,
    /// The one that it belongs right before; else it belongs behind [`Misplaced::last`].
    pub before: Option<Step<'m>>,
    /// The last instruction of the stage that stays where it is.
    pub last: Step<'m>,
}

impl<'m> Stage<'m> {
    /// The instructions that say how the container is started, stopped and checked and do not stand at the stage's end in that order: as
    /// few as have to go elsewhere. None where one takes another's place.
    pub fn misplaced_at_its_end(self) -> Vec<Misplaced<'m>> {
        let rank = |it: &Step<'m>| {
            ORDER
                .iter()
                .position(|kind| !it.is_onbuild() && it.is(*kind))
        };
        let all: Vec<(usize, Step<'m>)> = self
            .steps()
            .filter_map(|it| Some((rank(&it)?, it)))
            .collect();
        let is_twice = (1..all.len()).any(|at| all[..at].iter().any(|it| it.0 == all[at].0));
        let Some(work) = self
            .steps()
            .rfind(|it| !it.is_onbuild() && rank(it).is_none())
            .filter(|_| !is_twice)
        else {
            return Vec::new();
        };
        // Of at most four: which of those at the end can stay.
        let is_behind = |at: usize| all[at].1.index() > work.index();
        let chosen = |set: usize| (0..all.len()).filter(move |at| set & (1 << at) != 0);
        let stays = |set: &usize| {
            chosen(*set).all(is_behind) && chosen(*set).is_sorted_by_key(|at| all[at].0)
        };
        let best = (0..1 << all.len())
            .filter(stays)
            .max_by_key(|set: &usize| set.count_ones());
        let kept: Vec<(usize, Step<'m>)> = chosen(best.unwrap_or(0)).map(|at| all[at]).collect();
        let last = kept.last().map_or(work, |it| it.1);
        let mut moved: Vec<(usize, Step<'m>)> =
            all.into_iter().filter(|it| !kept.contains(it)).collect();
        moved.sort_by_key(|it| it.0);
        let misplaced = |(rank, step): (usize, Step<'m>)| Misplaced {
            step,
            before: kept.iter().find(|it| it.0 > rank).map(|it| it.1),
            last,
        };
        moved.into_iter().map(misplaced).collect()
    }
}
