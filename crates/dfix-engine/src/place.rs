//! Places in a file: what findings point at and edits start from.

use dfix_model::{
    Assignment, Command, Flag, GlobalArg, ImageRef, Mount, PackageCommand, Pair, Redirect, Stage,
    Step, Word, WordKind,
};
use dfix_syntax::ast::{self, AstNode};
use dfix_syntax::{Enclosure, SyntaxNode, SyntaxToken, TextRange};

/// Something that stands somewhere in the text: a node, a token, a fact of the model.
pub trait Place {
    /// Where it stands, in bytes of the file's text.
    fn range(&self) -> TextRange;

    /// The quotation around the script that it is part of, if it is a word or a command of a script
    /// inside a string: `install` in `sh -c "pip install x"`.
    fn enclosure(&self) -> Option<Enclosure> {
        None
    }
}

impl<P: Place + ?Sized> Place for &P {
    fn range(&self) -> TextRange {
        (**self).range()
    }

    fn enclosure(&self) -> Option<Enclosure> {
        (**self).enclosure()
    }
}

impl Place for TextRange {
    fn range(&self) -> TextRange {
        *self
    }
}

impl Place for SyntaxNode {
    fn range(&self) -> TextRange {
        self.text_range()
    }
}

impl Place for SyntaxToken {
    fn range(&self) -> TextRange {
        self.text_range()
    }
}

macro_rules! views {
    ($($view:ident)*) => {$(
        impl Place for ast::$view {
            fn range(&self) -> TextRange {
                self.syntax().text_range()
            }
        }
    )*};
}

views! {
    Instruction From Run Cmd Label Maintainer Expose Env Add Copy Entrypoint Volume User Workdir Arg
    Onbuild Stopsignal Healthcheck Shell Directive Flag Mount MountOption Image ImageRegistry
    ImageRepository ImageTag ImageDigest StageName Pair LegacyPair ExecForm Heredoc HeredocBody
    ShellScript Pipeline Command Assignment Redirect Function Opaque Word Variable
}

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
        enclosure_of(self.subcommand().kind())
    }
}

impl Place for ImageRef {
    fn range(&self) -> TextRange {
        self.range
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

facts! { Assignment Flag GlobalArg Mount Pair Redirect Stage Step }
