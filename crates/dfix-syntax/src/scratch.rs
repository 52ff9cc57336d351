//! Buffers that are kept from text to text, one set a thread: a file of usual size grows none.

use std::cell::Cell;

use crate::event::Event;
use crate::gap::Gap;
use crate::tree::Builder;

/// A longer text (in bytes) leaves nothing behind: the buffers have grown with it.
const LONGEST_KEPT: usize = 1 << 20;

/// Buffers; what they hold when they are handed on does not count.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) tree: Builder,
    pub(crate) events: Vec<Event>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) joined_gaps: Vec<Gap>,
    pub(crate) logical: String,
}

thread_local! {
    static KEPT: Cell<Scratch> = Cell::default();
}

/// What `build` makes of a text of so many bytes, with the buffers of this thread.
pub(crate) fn with<T>(len: usize, build: impl FnOnce(&mut Scratch) -> T) -> T {
    let mut scratch = KEPT.take();
    let built = build(&mut scratch);
    if len <= LONGEST_KEPT {
        KEPT.set(scratch);
    }
    built
}
