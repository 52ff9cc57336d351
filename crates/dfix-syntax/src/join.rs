//! Where an instruction ends, and what the builder leaves out of it.
//!
//! BuildKit splits at line feeds only, drops all carriage returns before a line feed, and takes a
//! line as continued when its last character other than blank and tab is the escape character and
//! the one before that is not (`frontend/dockerfile/parser/parser.go`). Below a continued line it
//! skips comment lines and empty lines, however many.

use std::ops::Range;

use crate::gap::{Gap, GapKind};

/// The physical extent of an instruction's joined line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Where the joined text ends.
    pub(crate) content_end: usize,
    /// The first line that the builder's scanner cannot hold, as its start.
    pub(crate) long_line: Option<usize>,
}

/// The longest line, with its line feed, that the builder's scanner holds.
const LONGEST_LINE: usize = 64 * 1024;

/// One line: where its text ends (without carriage returns and line feed) and where the next starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) start: usize,
    pub(crate) content_end: usize,
    pub(crate) end: usize,
}

impl Line {
    /// The line of `text` that starts at `start`.
    pub(crate) fn at(text: &str, start: usize) -> Line {
        let bytes = &text.as_bytes()[start..];
        let (mut len, end) = match memchr::memchr(b'\n', bytes) {
            Some(i) => (i, i + 1),
            None => (bytes.len(), bytes.len()),
        };
        while len > 0 && bytes[len - 1] == b'\r' {
            len -= 1;
        }
        Line {
            start,
            content_end: start + len,
            end: start + end,
        }
    }

    /// The line's text, without its end.
    pub(crate) fn content<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.content_end]
    }

    /// Whether the builder's scanner gives up on the line.
    pub(crate) fn is_too_long(&self, text: &str) -> bool {
        let ended = text.as_bytes()[self.start..self.end].ends_with(b"\n");
        self.end - self.start > LONGEST_LINE - usize::from(!ended)
    }
}

/// Where in `line` (without its line end) the escape character stands that continues it.
pub(crate) fn continuation(line: &str, escape: u8) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut len = bytes.len();
    while len > 0 && matches!(bytes[len - 1], b' ' | b'\t') {
        len -= 1;
    }
    let at = len.checked_sub(1)?;
    (bytes[at] == escape && (at == 0 || bytes[at - 1] != escape)).then_some(at)
}

/// Whether the builder drops the line below a continued one: empty, blank or a comment.
fn is_swallowed(line: &str) -> bool {
    match line.as_bytes().first() {
        Some(b'!'..=b'~') => line.starts_with('#'),
        _ => {
            let text = line.trim_start();
            text.is_empty() || text.starts_with('#')
        }
    }
}

/// Finds the end of the joined line that starts at `start`; `gaps` receives what it leaves out.
pub(crate) fn join(text: &str, start: usize, escape: u8, gaps: &mut Vec<Gap>) -> Extent {
    gaps.clear();
    let mut line = Line::at(text, start);
    let mut long_line = None;
    loop {
        if line.is_too_long(text) {
            long_line.get_or_insert(line.start);
        }
        let Some(at) = continuation(line.content(text), escape) else {
            return Extent {
                content_end: line.content_end,
                long_line,
            };
        };
        let gap = line.start + at;
        line = Line::at(text, line.end);
        while line.end > line.start && is_swallowed(line.content(text)) {
            line = Line::at(text, line.end);
        }
        gaps.push(Gap {
            start: gap,
            end: line.start,
            kind: GapKind::Continuation,
        });
        if line.start == text.len() {
            return Extent {
                content_end: line.start,
                long_line,
            };
        }
    }
}

/// The text of `range` without the gaps, appended to `logical`.
pub(crate) fn logical(text: &str, range: Range<usize>, gaps: &[Gap], logical: &mut String) {
    logical.clear();
    let mut at = range.start;
    for gap in gaps {
        logical.push_str(&text[at..gap.start]);
        at = gap.end;
    }
    logical.push_str(&text[at..range.end]);
}
