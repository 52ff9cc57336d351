//! The grammar: Dockerfile level here, shell level in `shell`.

mod shell;

use rowan::GreenNode;

use crate::kind::SyntaxKind;
use crate::sink::Sink;
use crate::{Enclosure, SyntaxError};

pub(crate) fn file(text: &str) -> (GreenNode, Vec<SyntaxError>) {
    let mut sink = Sink::new(text);
    sink.start_node(SyntaxKind::FILE);
    sink.token(SyntaxKind::ERROR_TEXT, text.len());
    sink.finish_node();
    (sink.finish(), Vec::new())
}

pub(crate) fn embedded(text: &str, _escape: char, _enclosure: Enclosure) -> Option<GreenNode> {
    let mut sink = Sink::new(text);
    shell::script(&mut sink, text);
    Some(sink.finish())
}
