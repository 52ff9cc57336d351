//! Shell text inside something else: the gaps that its enclosure makes.

use rowan::GreenNode;

use super::shell;
use crate::gap::{Gap, GapKind};
use crate::join;
use crate::scratch;
use crate::sink::Sink;

/// How the text of an embedded script stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enclosure {
    /// Between the quotes of a double-quoted shell word: a backslash before `"`, `$`, `` ` `` or `\`
    /// belongs to the outer quotation.
    DoubleQuoted,
    /// Between the quotes of a single-quoted shell word, or plain text: every byte counts.
    Plain,
    /// Between the quotes of a JSON string: a backslash before `"` or `\` belongs to JSON.
    Json,
}

/// Parses `text`, the physical text between an enclosure's quotes, as a script.
pub(crate) fn embedded(
    text: &str,
    escape: Option<char>,
    enclosure: Enclosure,
) -> Option<GreenNode> {
    let mut gaps = Vec::new();
    if let Some(escape) = escape.filter(char::is_ascii) {
        continuations(text, escape as u8, &mut gaps);
    } else if enclosure == Enclosure::DoubleQuoted {
        shell_continuations(text, &mut gaps);
    }
    if enclosure != Enclosure::Plain {
        quote_escapes(text, enclosure, &mut gaps)?;
    }
    let mut logical = String::new();
    join::logical(text, 0..text.len(), &gaps, &mut logical);
    scratch::with(text.len(), |scratch| {
        let mut sink = Sink::new(text, scratch);
        sink.set_gaps(&gaps);
        shell::script(&mut sink, &logical);
        (sink.position() == text.len()).then(|| sink.finish())
    })
}

/// The continuations that the builder joins, wherever a line of `text` starts.
fn continuations(text: &str, escape: u8, gaps: &mut Vec<Gap>) {
    let mut found = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let extent = join::join(text, start, escape, &mut found);
        gaps.append(&mut found);
        start = join::Line::at(text, extent.content_end).end;
    }
    // The text's end is the closing quote, not the end of a line.
    if gaps
        .last()
        .is_some_and(|gap| !text[gap.start..].contains('\n'))
    {
        gaps.pop();
    }
}

/// The continuations that a shell takes out of a double-quoted word in a here-document.
fn shell_continuations(text: &str, gaps: &mut Vec<Gap>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(i) = memchr::memchr(b'\\', &bytes[at..]) {
        at += i;
        if bytes.get(at + 1) == Some(&b'\n') {
            gaps.push(Gap {
                start: at,
                end: at + 2,
                kind: GapKind::Continuation,
            });
        }
        at += 2;
        if at >= bytes.len() {
            return;
        }
    }
}

/// Adds the backslashes that the enclosure takes away. `None` for one that stands for something
/// else than the character after it.
fn quote_escapes(text: &str, enclosure: Enclosure, gaps: &mut Vec<Gap>) -> Option<()> {
    let bytes = text.as_bytes();
    let continuations = std::mem::take(gaps);
    let mut ahead = continuations.iter().peekable();
    let mut at = 0;
    // The offset of the next byte that the builder keeps, from `at` on.
    let mut kept = |mut at: usize, gaps: &mut Vec<Gap>| {
        while let Some(gap) = ahead.next_if(|gap| gap.start <= at) {
            gaps.push(*gap);
            at = gap.end;
        }
        at
    };
    loop {
        at = kept(at, gaps);
        let Some(b) = bytes.get(at) else {
            return Some(());
        };
        if *b != b'\\' {
            at += 1;
            continue;
        }
        let escape = Gap {
            start: at,
            end: at + 1,
            kind: GapKind::QuoteEscape,
        };
        let place = gaps.len();
        at = kept(at + 1, gaps);
        let next = bytes.get(at).copied();
        match (enclosure, next) {
            (Enclosure::DoubleQuoted, Some(b'"' | b'$' | b'`' | b'\\'))
            | (Enclosure::Json, Some(b'"' | b'\\' | b'/')) => {
                gaps.insert(place, escape);
                at += 1;
            }
            (Enclosure::Json, _) => return None,
            _ => {}
        }
    }
}
