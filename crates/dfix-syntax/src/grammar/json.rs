//! The exec form: a JSON array of strings, as Go's `encoding/json` accepts it.

use super::Grammar;
use crate::kind::SyntaxKind::{
    COMMA, ERROR_TEXT, EXEC_FORM, JSON_STRING, L_BRACKET, R_BRACKET, WHITESPACE,
};

/// What text that starts with `[` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Json {
    /// An array of strings.
    Strings,
    /// An array that holds something else.
    Mixed,
    /// No JSON array.
    No,
}

/// Deeper nesting is refused by Go's decoder.
const DEEPEST: usize = 10_000;

fn is_json_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

/// The end of the string that starts at `at` with a quote.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut i = at + 1;
    loop {
        match bytes.get(i)? {
            b'"' => return Some(i + 1),
            0..0x20 => return None,
            b'\\' => match bytes.get(i + 1)? {
                b'u' => {
                    let digits = bytes.get(i + 2..i + 6)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                    i += 6;
                }
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => i += 2,
                _ => return None,
            },
            _ => i += 1,
        }
    }
}

/// The end of the number at `at`.
fn number_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let digits = |mut i: usize| {
        let start = i;
        while bytes.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        (i > start).then_some(i)
    };
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = if bytes.get(at) == Some(&b'0') {
        at + 1
    } else {
        digits(at)?
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        at = digits(at)?;
    }
    Some(at)
}

fn classify(text: &str) -> Json {
    match mixed(text.as_bytes()) {
        None => Json::No,
        Some(true) => Json::Mixed,
        Some(false) => Json::Strings,
    }
}

/// Whether the JSON array holds other things than strings; `None` if it is no JSON array.
fn mixed(bytes: &[u8]) -> Option<bool> {
    let mut open: Vec<u8> = Vec::new();
    let mut mixed = false;
    let mut at = 0;
    // Whether a value, or a closing bracket in its place, comes next.
    let mut wants_value = true;
    let mut may_close = false;
    loop {
        while bytes.get(at).copied().is_some_and(is_json_blank) {
            at += 1;
        }
        let Some(&b) = bytes.get(at) else {
            return (open.is_empty() && !wants_value).then_some(mixed);
        };
        if open.is_empty() && !wants_value {
            return None;
        }
        if !wants_value {
            match (b, open.last()) {
                (b',', Some(top)) => {
                    at += 1;
                    wants_value = true;
                    may_close = false;
                    if *top == b'{' {
                        at = key(bytes, at)?;
                    }
                }
                (b']', Some(b'[')) | (b'}', Some(b'{')) => {
                    open.pop();
                    at += 1;
                }
                _ => return None,
            }
            continue;
        }
        if may_close && b == b']' {
            open.pop();
            at += 1;
            wants_value = false;
            may_close = false;
            continue;
        }
        may_close = false;
        mixed |= !open.is_empty() && b != b'"';
        match b {
            b'[' => {
                open.push(b);
                at += 1;
                may_close = true;
            }
            b'{' => {
                at += 1;
                while bytes.get(at).copied().is_some_and(is_json_blank) {
                    at += 1;
                }
                if bytes.get(at) == Some(&b'}') {
                    at += 1;
                    wants_value = false;
                } else {
                    open.push(b);
                    at = key(bytes, at)?;
                }
            }
            b'"' => {
                at = string_end(bytes, at)?;
                wants_value = false;
            }
            b'-' | b'0'..=b'9' => {
                at = number_end(bytes, at)?;
                wants_value = false;
            }
            _ => {
                let literal = ["true", "false", "null"]
                    .into_iter()
                    .find(|l| bytes[at..].starts_with(l.as_bytes()))?;
                at += literal.len();
                wants_value = false;
            }
        }
        if open.len() > DEEPEST {
            return None;
        }
    }
}

/// The end of `"key" :` at `at`.
fn key(bytes: &[u8], mut at: usize) -> Option<usize> {
    let blanks = |mut i: usize| {
        while bytes.get(i).copied().is_some_and(is_json_blank) {
            i += 1;
        }
        i
    };
    at = blanks(at);
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    at = blanks(string_end(bytes, at)?);
    (bytes.get(at) == Some(&b':')).then_some(at + 1)
}

/// The strings of an exec form, with their quotes.
pub(super) fn strings(exec_form: &str) -> impl Iterator<Item = &str> {
    let bytes = exec_form.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += memchr::memchr(b'"', &bytes[at..])?;
        let start = at;
        at = string_end(bytes, at)?;
        Some(&exec_form[start..at])
    })
}

impl Grammar<'_> {
    /// Takes `text` as an exec form if it is one, or an array that the builder refuses: the number
    /// of its strings then. Anything else is left untouched.
    pub(super) fn maybe_exec_form(&mut self, text: &str) -> Option<usize> {
        if !text.starts_with('[') {
            return None;
        }
        match classify(text) {
            Json::No => None,
            Json::Mixed => {
                self.parse_refuse(ERROR_TEXT, text, "an exec form can hold strings only");
                Some(usize::MAX)
            }
            Json::Strings => Some(self.exec_form(text)),
        }
    }

    fn exec_form(&mut self, text: &str) -> usize {
        self.sink.start_node(EXEC_FORM);
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut count = 0;
        while let Some(b) = bytes.get(at) {
            let (kind, end) = match b {
                b'[' => (L_BRACKET, at + 1),
                b']' => (R_BRACKET, at + 1),
                b',' => (COMMA, at + 1),
                b'"' => {
                    count += 1;
                    let end = string_end(bytes, at).expect("the array was read before");
                    (JSON_STRING, end)
                }
                _ => {
                    let blanks = bytes[at..]
                        .iter()
                        .take_while(|b| is_json_blank(**b))
                        .count();
                    (WHITESPACE, at + blanks.max(1))
                }
            };
            self.sink.token(kind, end - at);
            at = end;
        }
        self.sink.finish_node();
        count
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, classify, strings};

    #[test]
    fn takes_what_the_builder_takes() {
        for (text, expected) in [
            ("[]", Json::Strings),
            (r#"["a"]"#, Json::Strings),
            (r#" [ "a" , "b\"\u00e9\ud800" ] "#, Json::Strings),
            (r#"["a" "b"]"#, Json::No),
            (r#"["a",]"#, Json::No),
            (r"['a']", Json::No),
            (r#"["a"] x"#, Json::No),
            (r#"["a""#, Json::No),
            (r#"["\x"]"#, Json::No),
            ("[\"a\tb\"]", Json::No),
            ("[1, -2.5e+3]", Json::Mixed),
            ("[01]", Json::No),
            ("[1.]", Json::No),
            ("[null, true]", Json::Mixed),
            (r#"["a", ["b", {}]]"#, Json::Mixed),
            (r#"[{"a": [1], "b": {"c": "d"}}]"#, Json::Mixed),
            (r#"[{"a"}]"#, Json::No),
            ("[[]", Json::No),
            ("[]]", Json::No),
            ("[ $x ]", Json::No),
            ("[ -f x ] && y", Json::No),
        ] {
            assert_eq!(classify(text), expected, "{text}");
        }
        let deep = |n| "[".repeat(n) + &"]".repeat(n);
        assert_eq!(classify(&deep(10_000)), Json::Mixed);
        assert_eq!(classify(&deep(10_001)), Json::No);
    }

    #[test]
    fn finds_the_strings() {
        let found: Vec<&str> = strings(r#"["a", "b\"c"]"#).collect();
        assert_eq!(found, [r#""a""#, r#""b\"c""#]);
    }
}
