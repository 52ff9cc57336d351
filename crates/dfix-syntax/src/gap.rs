//! What the logical text leaves out of the physical one.

/// A range of the physical text (bytes) that the logical text leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    /// First byte left out.
    pub(crate) start: usize,
    /// First byte after it.
    pub(crate) end: usize,
    /// How its text falls into tokens.
    pub(crate) kind: GapKind,
}

/// What a gap holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GapKind {
    /// An escape character with its line end, then swallowed comment lines and empty lines.
    Continuation,
    /// One backslash that an enclosing quotation takes away.
    QuoteEscape,
}
