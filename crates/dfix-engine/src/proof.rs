//! What must hold before a changed text is believed.
//!
//! The texts before and after are compared token by token: whatever no edit touched must stand
//! where the edits moved it, as the same token of the same instruction. What the edits did touch
//! must be covered by what the fixes declared.

mod align;
mod declared;
mod failure;
mod lost;
mod snapshot;

pub(crate) use failure::{Failure, failure};
pub(crate) use snapshot::Snapshot;

use crate::outcome::{Finding, Proof};
use crate::splice::Splice;

/// Proves the first three of the four proofs for edits that made `after` of `before`. The fourth
/// needs the rules and is the loop's.
pub(crate) fn prove(
    before: &Snapshot,
    after: &Snapshot,
    splice: &Splice,
    batch: &[&Finding],
) -> Result<(), Failure> {
    if after.not_understood > before.not_understood {
        return Err(failure(
            Proof::Parses,
            "some text is no longer understood after the change",
        ));
    }
    lost::nothing_lost(before, after, splice, batch)?;
    let alignment = align::align(before, after, splice)?;
    declared::only_declared(before, after, splice, &alignment, batch)
}

#[cfg(test)]
mod tests;
