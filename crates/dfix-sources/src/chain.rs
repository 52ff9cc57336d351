//! Small questions to the code: chains of names, plain strings, modules that are required.

use crate::code::{Code, NONE};
use crate::token::Kind;

/// Words behind which an expression begins, and which are none themselves.
const KEYWORDS: &str = "return await yield in and or not if elif else while with assert del raise typeof void case throw unless when for until";

impl<'t> Code<'t> {
    /// Whether this is a word of the language, and no name.
    pub(crate) fn is_keyword(&self, at: usize) -> bool {
        self.is_name(at) && self.is_any(at, KEYWORDS)
    }

    /// The text of a string without anything inserted, as it is written between its quotes.
    pub(crate) fn plain_string(&self, at: usize) -> Option<&'t str> {
        if self.kind(at) != Some(Kind::StringOpen) {
            return None;
        }
        let close = self.partner[at];
        match close.checked_sub(at)? {
            1 => Some(""),
            2 if self.kind(at + 1) == Some(Kind::Text) => Some(self.text_of(at + 1)),
            _ => None,
        }
    }

    /// The name of a chain, indices by text as further names: `a.b["c"]` is `a.b.c`.
    pub(crate) fn chain_name(&self, start: usize, end: usize) -> Option<String> {
        let mut name = String::new();
        let mut at = start;
        while at < end {
            if self.is_any(at, ". ?. :: ->") {
                at += 1;
            } else if self.is_name(at) {
                push_part(&mut name, self.text_of(at));
                at += 1;
            } else if self.is(at, "[") && self.partner[at] != NONE {
                push_part(&mut name, self.plain_string(at + 1)?);
                at = self.partner[at] + 1;
            } else {
                return None;
            }
        }
        Some(name)
    }

    /// The module of `require("m")` or `await import("m")`, with what is taken from it, and what it makes where it is called:
    /// `require("express")()`.
    pub(crate) fn required(&self, start: usize) -> Option<String> {
        let at = start + usize::from(self.is(start, "await"));
        if !self.is_any(at, "require import") || !self.is(at + 1, "(") {
            return None;
        }
        let module = self.plain_string(at + 2)?;
        let mut name = crate::tables::module(self.language, module).to_owned();
        let mut next = self.after(at + 1);
        while self.is(next, ".") && self.is_name(next + 1) && !self.is(next + 2, "(") {
            push_part(&mut name, self.text_of(next + 1));
            next += 2;
        }
        let name = crate::tables::module(self.language, &name);
        let is_called = self.is(next, "(") && self.is(next - 1, ")");
        Some(if is_called {
            format!("{name}()")
        } else {
            name.to_owned()
        })
    }

    /// Whether a bracket begins what is taken apart: `const [a, b] = …`.
    pub(crate) fn starts_pattern(&self, open: usize) -> bool {
        self.is_any(open.wrapping_sub(1), "const let var")
    }
}

fn push_part(name: &mut String, part: &str) {
    if !name.is_empty() {
        name.push('.');
    }
    name.push_str(part);
}
