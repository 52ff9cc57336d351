//! Where the model's facts stand.

use dfix_model::{
    Assignment, Command, Flag, GlobalArg, Mount, PackageCommand, Pair, Redirect, Stage, Step, Word,
    WordKind,
};
use dfix_syntax::{Enclosure, TextRange};

use crate::place::Place;

fn enclosure_of(kind: WordKind) -> Option<Enclosure> {
    match kind {
        WordKind::ShellIn(enclosure) => Some(enclosure),
        WordKind::Dockerfile | WordKind::Shell | WordKind::Json => None,
    }
}

impl Place for Word<'_> {
    fn range(&self) -> TextRange {
        Word::range(*self)
    }

    fn enclosure(&self) -> Option<Enclosure> {
        enclosure_of(self.kind())
    }
}

impl Place for Command<'_> {
    fn range(&self) -> TextRange {
        Command::range(*self)
    }

    fn enclosure(&self) -> Option<Enclosure> {
        enclosure_of(self.kind())
    }
}

impl Place for PackageCommand<'_> {
    fn range(&self) -> TextRange {
        PackageCommand::range(self)
    }

    fn enclosure(&self) -> Option<Enclosure> {
        enclosure_of(self.command.kind())
    }
}

/// A stage is found at its `FROM`.
impl Place for Stage<'_> {
    fn range(&self) -> TextRange {
        self.from_step().range()
    }
}

macro_rules! facts {
    ($($fact:ident)*) => {$(
        impl Place for $fact<'_> {
            fn range(&self) -> TextRange {
                $fact::range(*self)
            }
        }
    )*};
}

facts! { Assignment Flag GlobalArg Mount Pair Redirect Step }
