//! Texts in quotes, on one line.

use std::fmt::Write as _;
use std::ops::Range;

use super::decoded::Decoded;

/// Whose escapes stand in double quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// YAML's (1.2.2, section 5.7).
    Yaml,
    /// JSON's (RFC 8259, section 7).
    Json,
    /// HCL's ("Quoted Templates").
    Hcl,
}

/// What a letter behind a backslash stands for, and who knows it.
const LETTERS: &[(char, &str, &[Escapes])] = &[
    ('n', "\n", &[Escapes::Yaml, Escapes::Json, Escapes::Hcl]),
    ('r', "\r", &[Escapes::Yaml, Escapes::Json, Escapes::Hcl]),
    ('t', "\t", &[Escapes::Yaml, Escapes::Json, Escapes::Hcl]),
    ('"', "\"", &[Escapes::Yaml, Escapes::Json, Escapes::Hcl]),
    ('\\', "\\", &[Escapes::Yaml, Escapes::Json, Escapes::Hcl]),
    ('/', "/", &[Escapes::Yaml, Escapes::Json]),
    ('b', "\u{8}", &[Escapes::Yaml, Escapes::Json]),
    ('f', "\u{c}", &[Escapes::Yaml, Escapes::Json]),
    ('0', "\0", &[Escapes::Yaml]),
    ('a', "\u{7}", &[Escapes::Yaml]),
    ('v', "\u{b}", &[Escapes::Yaml]),
    ('e', "\u{1b}", &[Escapes::Yaml]),
    (' ', " ", &[Escapes::Yaml]),
    ('\t', "\t", &[Escapes::Yaml]),
    ('N', "\u{85}", &[Escapes::Yaml]),
    ('_', "\u{a0}", &[Escapes::Yaml]),
    ('L', "\u{2028}", &[Escapes::Yaml]),
    ('P', "\u{2029}", &[Escapes::Yaml]),
];

/// Letters before the number of a character, how many digits it has, and who knows them.
const NUMBERS: &[(char, usize, &[Escapes])] = &[
    ('x', 2, &[Escapes::Yaml]),
    ('u', 4, &[Escapes::Yaml, Escapes::Json, Escapes::Hcl]),
    ('U', 8, &[Escapes::Yaml, Escapes::Hcl]),
];

impl Escapes {
    /// What stands between double quotes in these bytes of a file; none where it is on several lines, or not understood.
    pub(super) fn read(self, file: &str, inside: Range<usize>) -> Option<Decoded> {
        let mut read = Decoded::at(inside.start);
        let written = &file[inside.clone()];
        if written.contains(['\n', '\r']) {
            return None;
        }
        let mut at = 0;
        while let Some(found) = written[at..].find('\\') {
            let here = inside.start + at;
            read.copy(file, here..here + found);
            at += found;
            let (length, stands_for) = self.sign(&written[at + 1..])?;
            let here = inside.start + at;
            read.put(&stands_for, here..here + 1 + length);
            at += 1 + length;
        }
        read.copy(file, inside.start + at..inside.end);
        Some(read)
    }

    /// What a backslash before this text stands for, with how many of its bytes.
    fn sign(self, text: &str) -> Option<(usize, String)> {
        let letter = text.chars().next()?;
        let known = LETTERS
            .iter()
            .find(|it| it.0 == letter && it.2.contains(&self));
        if let Some((_, stands_for, _)) = known {
            return Some((letter.len_utf8(), (*stands_for).to_owned()));
        }
        let number = NUMBERS
            .iter()
            .find(|it| it.0 == letter && it.2.contains(&self));
        let (_, digits, _) = number?;
        let unit = |from: usize| {
            let digits = text.get(from..from + digits)?;
            u32::from_str_radix(digits, 16).ok()
        };
        let first = unit(1)?;
        if let Some(letter) = char::from_u32(first) {
            return Some((1 + digits, letter.to_string()));
        }
        // JSON writes what has no place in 16 bits as two halves.
        let is_pair = text.get(5..7) == Some("\\u") && *digits == 4;
        let second = unit(7).filter(|_| is_pair)?;
        let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
        let whole = String::from_utf16(&units).ok()?;
        Some((11, whole))
    }
}

/// How a text is written between double quotes, whoever reads it.
pub(super) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') => {
                let _ = write!(written, "\\u{:04x}", u32::from(letter));
            }
            letter => written.push(letter),
        }
    }
    written
}

/// What stands between single quotes, which are doubled inside; none where it is on several lines.
pub(super) fn single(file: &str, inside: Range<usize>) -> Option<Decoded> {
    let written = &file[inside.clone()];
    if written.contains(['\n', '\r']) {
        return None;
    }
    let mut read = Decoded::at(inside.start);
    let mut from = inside.start;
    for (at, _) in written.match_indices("''") {
        let at = inside.start + at;
        read.copy(file, from..at);
        read.put("'", at..at + 2);
        from = at + 2;
    }
    read.copy(file, from..inside.end);
    Some(read)
}
