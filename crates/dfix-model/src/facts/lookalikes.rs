//! Characters that look like a blank, a quotation mark or a dash, and are none to a shell: text that went through a word processor.
//!
//! Source: POSIX.1-2017, Shell Command Language, 2.3: words end at blanks of the locale, which in images is the portable one, and
//! quotation marks are ASCII's. BuildKit (`frontend/dockerfile/parser`): `parseWords` parts the pairs of `ENV` at all blanks of Unicode.

use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxToken, TextRange, TextSize};

use crate::collect::instruction::StepKind;
use crate::handles::{Command, Step, Word};

/// What a character looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// A blank, and the builder takes it for one.
    Parting,
    /// A blank, and it is a part of a word.
    Blank,
    /// Nothing.
    Unseen,
    /// A pair of quotation marks.
    Quotes,
    /// The dash before an option.
    Dash,
}

/// A character, or a run of them, that looks like another.
#[derive(Debug, Clone)]
pub struct Lookalike<'m> {
    /// What it looks like.
    pub looks: Looks,
    /// Its place; of quotation marks that of the text with both.
    pub range: TextRange,
    /// What is meant, where that is plain.
    pub meant: Option<String>,
    /// The command that it stands in, and the first word of it that holds some of it.
    pub of: Option<(Command<'m>, Word<'m>)>,
}

impl<'m> Step<'m> {
    /// The characters in it that look like others, in order of place: none in quotes, comments, labels and the text of here-documents.
    pub fn lookalikes(self) -> Vec<Lookalike<'m>> {
        if self.source_text().is_ascii() {
            return Vec::new();
        }
        let tokens = self.syntax().descendants_with_tokens();
        let tokens = tokens.filter_map(NodeOrToken::into_token);
        let tokens = tokens.filter(|it| !it.text().is_ascii());
        // The builder would read an array with ASCII's marks in another way.
        let is_array = self.source_text().trim_end().ends_with(']');
        let mut found: Vec<(Looks, TextRange)> = Vec::new();
        let is_quoted =
            |it: TextRange| move |(_, quoted): &(Looks, TextRange)| quoted.contains_range(it);
        for token in tokens {
            for (looks, range) in self.runs(&token) {
                let is_of_array = is_array && looks == Looks::Quotes;
                if !is_of_array && !found.iter().any(is_quoted(range)) {
                    found.push((looks, range));
                }
            }
        }
        let looked = |(looks, range): (Looks, TextRange)| {
            let of = self.around(range);
            let is_one = looks != Looks::Dash || of.is_some();
            is_one.then(|| Lookalike {
                looks,
                range,
                meant: self.meant(looks, range),
                of,
            })
        };
        found.into_iter().filter_map(looked).collect()
    }

    fn runs(self, token: &SyntaxToken) -> Vec<(Looks, TextRange)> {
        let is_said = matches!(self.kind(), StepKind::Label | StepKind::Maintainer);
        let is_text = token.kind() == SyntaxKind::TEXT && !is_said && is_bare(token);
        let (text, start) = (token.text(), usize::from(token.text_range().start()));
        let mut runs: Vec<(Looks, TextRange)> = Vec::new();
        for (at, c) in text.char_indices() {
            let looks = match token.kind() {
                SyntaxKind::WHITESPACE if !c.is_ascii() => Looks::Parting,
                _ if !is_text || c.is_ascii() => continue,
                _ if c.is_whitespace() => Looks::Blank,
                _ => match c {
                    '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Looks::Unseen,
                    '“' | '”' | '‘' | '’' => Looks::Quotes,
                    '–' | '—' if matches!(&text[..at], "" | "-") => Looks::Dash,
                    _ => continue,
                },
            };
            let range = part(start + at, start + at + c.len_utf8());
            match (looks, runs.last_mut()) {
                (Looks::Quotes, _) => {
                    let is_inside = runs.iter().any(|(_, it)| it.contains_range(range));
                    let end = self.quoted_until(start + at, c).filter(|_| !is_inside);
                    runs.extend(end.map(|end| (looks, part(start + at, end))));
                }
                (_, Some((last, before))) if *last == looks && before.end() == range.start() => {
                    *before = before.cover(range);
                }
                _ => runs.push((looks, range)),
            }
        }
        runs
    }

    /// Where the text ends that such a mark begins as an ASCII one would, if nothing in it says that it is more than one word.
    fn quoted_until(self, start: usize, open: char) -> Option<usize> {
        let file = self.file().text();
        let is_begun = file[..start].ends_with([' ', '\t', '=']);
        let inside = &file[start + open.len_utf8()..self.range().end().into()];
        let ends: &[char] = if matches!(open, '“' | '”') {
            &['“', '”']
        } else {
            &['‘', '’']
        };
        let len = inside.find(ends).filter(|_| is_begun)?;
        let (text, end) = (&inside[..len], &inside[len..]);
        let behind = &end[end.chars().next()?.len_utf8()..];
        let is_over =
            behind.is_empty() || behind.starts_with([' ', '\t', '\r', '\n', ';', ')', '&', '|']);
        let is_one = is_over && !text.contains(['"', '\'', '`', '\\', '\n', '“', '‘']);
        is_one.then(|| start + open.len_utf8() + len + (end.len() - behind.len()))
    }

    fn meant(self, looks: Looks, range: TextRange) -> Option<String> {
        let file = self.file().text();
        let behind = &file[range.end().into()..self.range().end().into()];
        let word = behind.split(char::is_whitespace).next()?;
        let text = file[range].trim_matches(['“', '”', '‘', '’']);
        match looks {
            // What follows would become a comment.
            Looks::Blank if word.starts_with('#') => None,
            Looks::Parting | Looks::Blank => Some(" ".to_owned()),
            Looks::Unseen => Some(String::new()),
            Looks::Quotes if file[range].starts_with(['“', '”']) => Some(format!("\"{text}\"")),
            Looks::Quotes => Some(format!("'{text}'")),
            Looks::Dash => {
                let is_second =
                    file[..range.start().into()].ends_with('-') || word.starts_with('-');
                let is_short = is_second || word.chars().count() < 2;
                // One dash may be before several letters as well.
                let is_long = word.contains(['-', '=']);
                let dashes = if is_short { "-" } else { "--" };
                (is_short || is_long).then(|| dashes.to_owned())
            }
        }
    }

    fn around(self, range: TextRange) -> Option<(Command<'m>, Word<'m>)> {
        let holds = |it: &Command<'m>| it.range().contains_range(range);
        let command = self
            .commands()
            .filter(holds)
            .min_by_key(|it| it.range().len())?;
        let mut words = command.words();
        let word = words.find(|it| it.range().intersect(range).is_some_and(|it| !it.is_empty()))?;
        Some((command, word))
    }
}

/// Whether a token is a bare part of a word, with a meaning to whoever reads the instruction.
fn is_bare(token: &SyntaxToken) -> bool {
    let parent = token.parent().filter(|it| it.kind() == SyntaxKind::WORD);
    parent.is_some_and(|it| {
        it.parent()
            .is_some_and(|it| it.kind() != SyntaxKind::LEGACY_PAIR)
    })
}

fn part(start: usize, end: usize) -> TextRange {
    let at = |offset| TextSize::try_from(offset).expect("within the file");
    TextRange::new(at(start), at(end))
}
