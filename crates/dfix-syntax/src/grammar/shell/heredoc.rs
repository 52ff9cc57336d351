//! Here-documents inside multi-line text.

use crate::grammar::shell::parser::Parser;
use crate::grammar::shell::pending::Pending;
use crate::kind::SyntaxKind;

impl Parser<'_> {
    /// The bodies that begin at the current place, which is the start of a line.
    pub(super) fn here_documents(&mut self) {
        for (i, pending) in std::mem::take(&mut self.pending).iter().enumerate() {
            if i > 0 {
                self.token(SyntaxKind::NEWLINE, self.pos + self.line_end(self.pos));
            }
            self.here_document(pending);
        }
    }

    fn here_document(&mut self, pending: &Pending) {
        self.start(SyntaxKind::HEREDOC);
        let mut line = self.pos;
        let mut end = None;
        // A backslash joins the line to the one before, unless the delimiter is quoted.
        let mut joined = false;
        while !self.is_end(line) {
            let feed =
                memchr::memchr(b'\n', &self.bytes[line..]).map_or(self.bytes.len(), |n| line + n);
            let text = &self.bytes[line..feed];
            if !joined && let Some(len) = self.delimiter_len(text, pending) {
                end = Some(line + len);
                break;
            }
            joined = !pending.quoted && ends_in_backslash(text);
            line = (feed + 1).min(self.bytes.len());
        }
        if line > self.pos {
            self.start(SyntaxKind::HEREDOC_BODY);
            self.token(SyntaxKind::HEREDOC_TEXT, line);
            self.finish();
        }
        if let Some(end) = end {
            self.token(SyntaxKind::HEREDOC_END, end);
        }
        self.finish();
    }

    /// How much of the line is its delimiter, if it is the last one.
    fn delimiter_len(&self, line: &[u8], pending: &Pending) -> Option<usize> {
        let tabs = if pending.strip_tabs {
            line.iter().take_while(|&&b| b == b'\t').count()
        } else {
            0
        };
        let rest = line[tabs..].strip_prefix(pending.delimiter.as_slice())?;
        let ends = match rest {
            b"" | b"\r" => true,
            // bash lets the parenthesis of a command substitution end it, too.
            [b')', ..] => self.in_substitution,
            _ => false,
        };
        ends.then_some(tabs + pending.delimiter.len())
    }
}

fn ends_in_backslash(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 1
}
