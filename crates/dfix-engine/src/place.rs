//! Places in a file: what findings point at and edits start from.

mod of_model;

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
