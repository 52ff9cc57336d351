//! The text of a pattern or a replacement, its holes found and stood in for by plain words, so that the reader of
//! Dockerfiles can read it.

use std::ops::Range;
use std::sync::Arc;

use crate::error::{PatternError, Reading};
use crate::pattern::condition::{self, Condition};

/// The names of holes: each is known by its number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Vec<String>);

impl Names {
    pub(crate) fn number(&mut self, name: &str) -> usize {
        self.0.iter().position(|it| it == name).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn name(&self, number: usize) -> &str {
        &self.0[number]
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0.iter().map(String::as_str).enumerate()
    }
}

/// A hole where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Hole {
    /// Its name's number; none of `{_}`.
    pub(crate) name: Option<usize>,
    /// Whether it binds any number of things: `{x...}`.
    pub(crate) is_list: bool,
    /// What it may bind.
    pub(crate) condition: Option<Arc<Condition>>,
    /// Its bytes in the source.
    pub(crate) range: Range<usize>,
}

impl PartialEq for Hole {
    /// Two holes are the same if they have the same name.
    fn eq(&self, other: &Self) -> bool {
        self.name.is_some() && self.name == other.name && self.is_list == other.is_list
    }
}

/// The name of the part that a replacement is.
pub(crate) const REPLACEMENT: &str = "replacement";

/// A pattern's or a replacement's text with words in the places of its holes.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    /// What it is: `pattern`, `replacement`, the name of a condition.
    pub(crate) part: String,
    /// As it was given.
    pub(crate) source: String,
    /// With words for holes.
    pub(crate) text: String,
    pub(crate) holes: Vec<Hole>,
    /// The holes of the pattern that this is a condition of.
    beside: Vec<Hole>,
    /// What the words for holes begin with; it stands nowhere else.
    stem: String,
    /// Pieces of the text: where each begins in it and in the source, and whether it stands for a hole.
    pieces: Vec<(usize, usize, bool)>,
    /// Where another word stands for a hole, how long the hole's own is, and how long that one.
    instead: Option<(usize, usize, usize)>,
}

impl Template {
    /// Finds the holes of a source.
    pub(crate) fn read(part: &str, source: &str, names: &mut Names) -> Result<Self, PatternError> {
        let reading = Reading { part, text: source };
        let mut stem = "zhole".to_owned();
        while source.contains(&stem) {
            stem.push('q');
        }
        let mut template = Template {
            part: part.to_owned(),
            source: source.to_owned(),
            text: String::with_capacity(source.len()),
            holes: Vec::new(),
            beside: Vec::new(),
            stem,
            pieces: vec![(0, 0, false)],
            instead: None,
        };
        let mut at = 0;
        let mut in_double = false;
        while let Some(c) = source[at..].chars().next() {
            let rest = &source[at..];
            let literal = match c {
                '\'' if !in_double => rest[1..].find('\'').map_or(1, |close| close + 2),
                '"' => {
                    in_double = !in_double;
                    1
                }
                '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                '$' if rest.starts_with("${") => expansion(rest),
                '{' if rest.starts_with("{{") => {
                    template.text.push('{');
                    at += 2;
                    template.pieces.push((template.text.len(), at, false));
                    continue;
                }
                '{' => match hole(reading, at, names)? {
                    Some(hole) => {
                        template.take(hole);
                        at = template.holes.last().map_or(at, |it| it.range.end);
                        continue;
                    }
                    None => 1,
                },
                c => c.len_utf8(),
            };
            template.text.push_str(&rest[..literal]);
            at += literal;
        }
        Ok(template)
    }

    /// The same as a condition of a pattern, with which it shares its holes.
    pub(crate) fn beside(mut self, pattern: Option<&Template>) -> Self {
        self.beside = pattern.map(|it| it.holes.clone()).unwrap_or_default();
        self
    }

    /// What a hole may bind: what it says itself, or else that of the pattern, with which it binds the same.
    pub(crate) fn condition_of<'t>(&'t self, hole: &'t Hole) -> Option<&'t Condition> {
        let of_pattern = || self.beside.iter().filter(|it| *it == hole);
        let own = hole.condition.as_deref();
        own.or_else(|| of_pattern().find_map(|it| it.condition.as_deref()))
    }

    fn take(&mut self, hole: Hole) {
        let (start, end) = (hole.range.start, hole.range.end);
        self.pieces.push((self.text.len(), start, true));
        let word = self.word(self.holes.len());
        self.text.push_str(&word);
        self.pieces.push((self.text.len(), end, false));
        self.holes.push(hole);
    }

    /// What the words for holes begin with.
    pub(crate) fn stem(&self) -> &str {
        &self.stem
    }

    /// The word that stands for a hole.
    pub(crate) fn word(&self, hole: usize) -> String {
        format!("{}{hole}x", self.stem)
    }

    /// The same where another word stands for a hole.
    pub(crate) fn with_word(&self, hole: usize, word: &str) -> Template {
        let old = self.word(hole);
        let mut changed = self.clone();
        let Some(at) = self.text.find(&old) else {
            return changed;
        };
        changed.text.replace_range(at..at + old.len(), word);
        changed.instead = Some((at, old.len(), word.len()));
        for piece in changed.pieces.iter_mut().filter(|piece| piece.0 > at) {
            piece.0 = piece.0 + word.len() - old.len();
        }
        changed
    }

    /// Whether a text holds a word that stands for a hole.
    pub(crate) fn has_word(&self, text: &str) -> bool {
        text.contains(&self.stem)
    }

    /// A range of the text as it is in the template before another word stood for a hole.
    pub(crate) fn before(&self, range: &Range<usize>) -> Range<usize> {
        let place = |place: usize| match self.instead {
            Some((at, old, new)) if place > at => place + old - new,
            _ => place,
        };
        place(range.start)..place(range.end)
    }

    /// A text cut at the words that stand for holes: literal pieces, and numbers of holes.
    pub(crate) fn cut(&self, text: &str) -> Vec<Cut> {
        let mut cuts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(&self.stem) {
            let after = &rest[at + self.stem.len()..];
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let number = after[..digits].parse::<usize>().ok();
            let Some(number) = number.filter(|_| after[digits..].starts_with('x')) else {
                literal.push_str(&rest[..at + self.stem.len()]);
                rest = after;
                continue;
            };
            literal.push_str(&rest[..at]);
            if !literal.is_empty() {
                cuts.push(Cut::Literal(std::mem::take(&mut literal)));
            }
            cuts.push(Cut::Hole(number));
            rest = &after[digits + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            cuts.push(Cut::Literal(literal));
        }
        cuts
    }

    /// The bytes of the source for bytes of the text.
    pub(crate) fn source_range(&self, range: Range<usize>) -> Range<usize> {
        let map = |offset: usize, is_end: bool| {
            let last = self
                .pieces
                .iter()
                .rposition(|piece| {
                    piece.0 <= offset && !(is_end && piece.0 == offset && offset > 0)
                })
                .unwrap_or(0);
            let (text, source, is_hole) = self.pieces[last];
            let next = self
                .pieces
                .get(last + 1)
                .map_or(self.source.len(), |it| it.1);
            match is_hole {
                true if is_end => next,
                true => source,
                false => (source + offset - text).min(self.source.len()),
            }
        };
        let (start, end) = (map(range.start, false), map(range.end, true));
        start..end.max(start)
    }

    /// An error about bytes of the text.
    pub(crate) fn error(&self, range: Range<usize>, message: impl Into<String>) -> PatternError {
        self.reading().error(self.source_range(range), message)
    }

    /// An error about a hole.
    pub(crate) fn hole_error(&self, hole: &Hole, message: impl Into<String>) -> PatternError {
        self.reading().error(hole.range.clone(), message)
    }

    /// An error about all of it.
    pub(crate) fn whole_error(&self, message: impl Into<String>) -> PatternError {
        self.reading().error(0..self.source.len(), message)
    }

    fn reading(&self) -> Reading<'_> {
        Reading {
            part: &self.part,
            text: &self.source,
        }
    }
}

/// A piece of a text that was cut at its holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cut {
    Literal(String),
    Hole(usize),
}

/// How long the `${…}` at the start of the text is.
fn expansion(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The hole that begins at this `{`, if it is one: a name in small letters, then `}`, `...`, or a colon.
fn hole(
    reading: Reading<'_>,
    start: usize,
    names: &mut Names,
) -> Result<Option<Hole>, PatternError> {
    let text = reading.text;
    let inside = &text[start + 1..];
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let len = inside.find(|c| !is_part(c)).unwrap_or(inside.len());
    let name = &inside[..len];
    let is_name = name == "_" || name.starts_with(|c: char| c.is_ascii_lowercase());
    if !is_name || text[..start].ends_with('$') {
        return Ok(None);
    }
    let after = &inside[len..];
    let rest = after.strip_prefix("...").unwrap_or(after);
    let is_list = rest.len() < after.len();
    let rest = rest.trim_start_matches(' ');
    let at = text.len() - rest.len();
    let (condition, end) = if rest.starts_with('}') {
        (None, at)
    } else if rest.starts_with(':') {
        let (condition, end) = condition::read(reading, at + 1)?;
        (Some(Arc::new(condition)), end)
    } else if is_list {
        return Err(reading
            .error(start..at, "no `}` ends the hole")
            .with_remedy("end it with `}`; a brace that is meant is written `{{`"));
    } else {
        return Ok(None);
    };
    Ok(Some(Hole {
        name: (name != "_").then(|| names.number(name)),
        is_list,
        condition,
        range: start..end + 1,
    }))
}

#[cfg(test)]
mod tests {
    use super::{Cut, Names, Template};

    fn read(source: &str) -> (Template, Names) {
        let mut names = Names::default();
        let template = Template::read("pattern", source, &mut names).expect("it can be read");
        (template, names)
    }

    #[test]
    fn holes_are_found() {
        let (template, names) = read("FROM {registry}/python:{tag: 3.*}-{_} AS {x...}");
        assert_eq!(template.holes.len(), 4);
        assert_eq!(names.len(), 3);
        assert!(template.holes[3].is_list && template.holes[1].condition.is_some());
        assert_eq!(template.holes[2].name, None);
        assert_eq!(
            template.text,
            "FROM zhole0x/python:zhole1x-zhole2x AS zhole3x"
        );
        let cuts = template.cut("zhole1x-zhole2x");
        assert_eq!(
            cuts,
            [Cut::Hole(1), Cut::Literal("-".to_owned()), Cut::Hole(2)]
        );
    }

    #[test]
    fn other_braces_stay() {
        for text in [
            "echo ${X} ${x:-{y}} {} {a,b} {1..3} {A} {a-b}",
            "awk '{print}' '{x}'",
            "echo \\{x}",
        ] {
            let (template, _) = read(text);
            assert!(template.holes.is_empty(), "{text}");
            assert_eq!(template.text, text);
        }
        assert_eq!(read("a {{x}").0.text, "a {x}");
        assert_eq!(read("LABEL a=\"it's {x}\"").0.holes.len(), 1);
        assert_eq!(read("MAINTAINER O'Brien {x}").0.holes.len(), 1);
    }

    #[test]
    fn a_hole_that_never_ends_is_told() {
        let mut names = Names::default();
        let error = Template::read("pattern", "FROM a:{tag: 3.*", &mut names).expect_err("no end");
        assert_eq!(error.message, "no `}` ends the hole");
    }

    #[test]
    fn places_lead_back_to_the_source() {
        let (template, _) = read("a {x} {{b {y...} c");
        let at = |word: &str| {
            let start = template.text.find(word).expect("it is there");
            let range = template.source_range(start..start + word.len());
            template.source[range].to_owned()
        };
        assert_eq!(at("zhole0x"), "{x}");
        assert_eq!(at("zhole1x"), "{y...}");
        assert_eq!(at("c"), "c");
        assert_eq!(at("b"), "b");
    }
}
