//! The shell level: POSIX sh and bash, by recursive descent over logical text.
//!
//! The parser writes a flat list of events first and hands it to the sink when the whole script is
//! read. An event is eight bytes; a command that turns out to be faulty is undone by cutting the
//! list, so that nothing that was believed half-way into it reaches the tree.

mod command;
mod compound;
mod events;
mod expansion;
mod heredoc;
mod list;
mod parser;
mod pending;
mod table;
mod word;

use crate::kind::SyntaxKind;
use crate::sink::Sink;
use list::Until;
use parser::Parser;

/// Takes all of `logical` (what the shell reads: continuations of the Dockerfile level are gone) as
/// one `SHELL_SCRIPT` node.
///
/// Never fails: from the first command that is not understood, the rest is one `OPAQUE` node.
pub(crate) fn script(sink: &mut Sink<'_>, logical: &str) {
    let events = std::mem::take(&mut sink.events);
    let mut parser = Parser::new(logical.as_bytes(), events, 0);
    parser.script();
    events::replay(&parser.events, sink);
    sink.events = parser.events;
}

impl Parser<'_> {
    /// All the text that may be read, as a `SHELL_SCRIPT`.
    fn script(&mut self) {
        self.start(SyntaxKind::SHELL_SCRIPT);
        let mut good = self.mark();
        if self.list(Until::END, &mut good).is_err() {
            self.back_to(good);
            self.pending.clear();
            self.opaque();
        }
        self.finish();
    }

    /// The rest of the text, which is not understood.
    fn opaque(&mut self) {
        self.line_breaks();
        let mut end = self.bytes.len();
        while end > self.pos {
            match self.bytes[end - 1] {
                b' ' | b'\t' => end -= 1,
                b'\n' => end -= 1 + usize::from(self.bytes[self.pos..end].ends_with(b"\r\n")),
                _ => break,
            }
        }
        if end > self.pos {
            self.start(SyntaxKind::OPAQUE);
            self.token(SyntaxKind::ERROR_TEXT, end);
            self.finish();
            self.line_breaks();
        }
    }
}
