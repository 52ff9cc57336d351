//! Numbers for the pieces of a pattern, by which it is noted what each was matched with.

/// Gives numbers, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots(usize);

impl Slots {
    pub(crate) fn next(&mut self) -> usize {
        self.0 += 1;
        self.0 - 1
    }

    pub(crate) fn len(&self) -> usize {
        self.0
    }
}
