//! An option of a package manager's command, and what it is given.

use crate::handles::Word;

/// An option of a package manager's command.
#[derive(Debug, Clone, Copy)]
pub struct OptionUse<'m> {
    /// Its word.
    pub word: Word<'m>,
    /// Its name as written, with dashes, up to `=`: `--index-url`, `-r`, or a cluster `-qqy`.
    pub name: &'m str,
    /// What it is given.
    pub value: Option<OptionValue<'m>>,
    /// Whether it stands before the subcommand.
    pub is_global: bool,
}

/// What an option is given.
#[derive(Debug, Clone, Copy)]
pub struct OptionValue<'m> {
    /// The word that holds it: the option's own, or the next.
    pub word: Word<'m>,
    /// Its text, as far as it is known.
    pub literal_prefix: &'m str,
    /// Whether all of it is known.
    pub is_known: bool,
}

impl<'m> OptionValue<'m> {
    /// Its text, if known.
    pub fn text(self) -> Option<&'m str> {
        self.is_known.then_some(self.literal_prefix)
    }
}
