//! Which part of a run is at work, for whoever measures.

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Text to tree.
    Parse,
    /// Tree to model: what is collected at once. Facts are worked out when a rule first asks.
    Model,
    /// The rule of this name looks at the model.
    Rule(&'static str),
    /// The changes that rules say become edits of the text.
    Edits,
    /// The edits are applied, and the texts before and after compared.
    Proofs,
    /// All else: choosing, counting, putting together.
    Loop,
}

/// Is told of each part that begins; the one before ends there. The engine itself has no clock.
pub type Watch = fn(Part);

/// Somebody who may be watching.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Watched(pub(crate) Option<Watch>);

impl Watched {
    /// Tells that a part begins.
    pub(crate) fn enter(self, part: Part) {
        if let Some(watch) = self.0 {
            watch(part);
        }
    }
}
