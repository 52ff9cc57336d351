//! What a hole may bind: `{tag: /re/}`, `{tag: 3.*|2.7}`, `{tag: >=3.9 <3.12}`, `{tag: none}`, `{tag: not *-slim}`.

use std::ops::Range;

use regex::Regex;

use crate::error::{PatternError, Reading};
use crate::flat;
use crate::pattern::version::{Comparison, Version};

/// A condition on what a hole binds.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// Nothing may be there.
    None,
    /// The whole text fits the regular expression.
    Regex(Regex),
    /// The text fits one of these, in which `*` is anything and `?` one character.
    OneOf(Vec<Glob>),
    /// The version that the text begins with compares so with all of these.
    Range(Vec<(Comparison, Version)>),
    /// The other way round.
    Not(Box<Condition>),
}

impl Condition {
    /// Whether a text that is there fits.
    pub(crate) fn holds(&self, text: &str) -> bool {
        match self {
            Condition::None => false,
            Condition::Regex(regex) => regex.is_match(text),
            Condition::OneOf(globs) => globs.iter().any(|glob| glob.fits(text)),
            Condition::Range(bounds) => Version::of_tag(text).is_some_and(|version| {
                bounds
                    .iter()
                    .all(|(comparison, bound)| version.is(*comparison, bound) == Some(true))
            }),
            Condition::Not(condition) => !condition.holds(text),
        }
    }

    /// Whether a text may fit once its expansions, which stand between marks, are known.
    pub(crate) fn may_hold(&self, flat: &str) -> bool {
        let Condition::OneOf(globs) = self else {
            return true;
        };
        let any = flat::as_glob(flat);
        let may_be = |glob: &Glob| glob.literal().is_none_or(|it| fits(&any, it));
        globs.iter().any(may_be)
    }

    /// Whether one of several texts fits; of what must not fit, all.
    pub(crate) fn holds_for_any(&self, texts: &[&str]) -> bool {
        match self {
            Condition::Not(condition) => !condition.holds_for_any(texts),
            _ => texts.iter().any(|it| self.holds(it)),
        }
    }

    /// Whether it asks for nothing to be there.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Condition::None)
    }

    /// The first text that it names as it stands: `pip` of `pip|pip3`, and of `/pip3?/`.
    pub(crate) fn first_literal(&self) -> Option<String> {
        match self {
            Condition::OneOf(globs) => globs.iter().find_map(Glob::literal).map(str::to_owned),
            Condition::Regex(regex) => shortest(regex),
            _ => None,
        }
    }

    /// How `--explain` tells it.
    pub(crate) fn told(&self) -> String {
        match self {
            Condition::None => "nothing may be there".to_owned(),
            Condition::Regex(regex) => format!("fits the regular expression {}", regex.as_str()),
            Condition::OneOf(globs) => {
                let globs: Vec<String> = globs.iter().map(|it| format!("`{}`", it.0)).collect();
                format!("is {}", globs.join(" or "))
            }
            Condition::Range(bounds) => {
                let count = bounds.len();
                let bounds = if count == 1 {
                    "the bound"
                } else {
                    "all the bounds"
                };
                format!("begins with a version within {bounds}")
            }
            Condition::Not(condition) => format!("not: {}", condition.told()),
        }
    }
}

/// The shortest text of a regular expression that is letters, some of which may be left out.
fn shortest(regex: &Regex) -> Option<String> {
    let source = regex.as_str();
    let source = source.strip_prefix("^(?:").unwrap_or(source);
    let source = source.strip_suffix(")$").unwrap_or(source);
    let mut text = String::new();
    for c in source.chars() {
        match c {
            '?' => {
                text.pop()?;
            }
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') => text.push(c),
            _ => return None,
        }
    }
    (!text.is_empty() && regex.is_match(&text)).then_some(text)
}

/// A text in which `*` is anything and `?` one character; `\` takes the next character as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(String);

impl Glob {
    fn fits(&self, text: &str) -> bool {
        fits(&self.0, text)
    }

    fn literal(&self) -> Option<&str> {
        (!self.0.contains(['*', '?', '\\'])).then_some(&self.0)
    }
}

fn fits(glob: &str, text: &str) -> bool {
    let mut rest = glob.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let glob = rest.as_str().trim_start_matches('*');
            let mut places = text.char_indices().map(|(at, _)| at);
            places
                .by_ref()
                .chain([text.len()])
                .any(|at| fits(glob, &text[at..]))
        }
        Some('?') => {
            let mut chars = text.chars();
            chars.next().is_some() && fits(rest.as_str(), chars.as_str())
        }
        Some(c) => {
            let c = if c == '\\' {
                rest.next().unwrap_or(c)
            } else {
                c
            };
            text.strip_prefix(c)
                .is_some_and(|text| fits(rest.as_str(), text))
        }
    }
}

/// Reads a condition that begins at `start`, up to the `}` that ends its hole; gives where that stands.
pub(crate) fn read(reading: Reading<'_>, start: usize) -> Result<(Condition, usize), PatternError> {
    let text = reading.text;
    let at = start + blanks(&text[start..]);
    if let Some(rest) = text[at..].strip_prefix("not ") {
        let (condition, end) = read(reading, text.len() - rest.len())?;
        return Ok((Condition::Not(Box::new(condition)), end));
    }
    if text[at..].starts_with('/') && !is_paths(&text[at..]) {
        return regex(reading, at);
    }
    let end = end_of(text, at).ok_or_else(|| {
        reading
            .error(start..text.len(), "no `}` ends the hole")
            .with_remedy("end it with `}`; in a condition, a `}` that is meant is written `\\}`")
    })?;
    let said = text[at..end].trim_end();
    if said.is_empty() {
        return Err(reading
            .error(
                start..end.max(start + 1),
                "there is no condition after the colon",
            )
            .with_remedy("write one, such as `{tag: 3.*}`, or leave the colon out"));
    }
    if said == "none" {
        return Ok((Condition::None, end));
    }
    if Comparison::at_start(said).is_some() {
        return Ok((range(reading, at..at + said.len())?, end));
    }
    let mut globs = Vec::new();
    let mut piece = String::new();
    let mut characters = said.chars();
    while let Some(c) = characters.next() {
        match c {
            '|' => globs.push(Glob(std::mem::take(&mut piece).trim().to_owned())),
            '\\' => {
                let next = characters.next().unwrap_or('\\');
                // Only what means something here needs its backslash further.
                if matches!(next, '*' | '?' | '\\') {
                    piece.push('\\');
                }
                piece.push(next);
            }
            c => piece.push(c),
        }
    }
    if has_class(said) {
        return Err(reading
            .error(at..at + said.len(), "`[` stands for itself here, and is no class")
            .with_remedy(
                "write the alternatives (`pip2|pip3`), or a regular expression (`/pip[23]/`); `\\[` is the bracket",
            ));
    }
    globs.push(Glob(piece.trim().to_owned()));
    if globs.iter().any(|it| it.0.is_empty()) {
        return Err(reading
            .error(at..at + said.len(), "one of the alternatives is empty")
            .with_remedy("for what may be missing use a list: `{tag...}`"));
    }
    Ok((Condition::OneOf(globs), end))
}

/// Whether digits or a range stand in brackets, which everywhere else is one character of these: `[23]`, `[a-z]`.
fn has_class(text: &str) -> bool {
    text.match_indices('[').any(|(at, _)| {
        let Some((inside, _)) = text[at + 1..].split_once(']') else {
            return false;
        };
        let is_range = |it: &[u8]| {
            it[1] == b'-' && it[0].is_ascii_alphanumeric() && it[2].is_ascii_alphanumeric()
        };
        let has_digits_only = !inside.is_empty() && inside.bytes().all(|it| it.is_ascii_digit());
        !text[..at].ends_with('\\')
            && (has_digits_only
                || (inside.len() <= 7 && inside.as_bytes().windows(3).any(is_range)))
    })
}

/// Whether the text of a hole up to its end is paths (`/usr/src/app|/opt/*}`) and no regular expression: more than one
/// name or alternative, each of letters and what else paths are made of. `/app/` is a regular expression.
fn is_paths(text: &str) -> bool {
    let Some(said) = end_of(text, 0).map(|end| text[..end].trim_end()) else {
        return false;
    };
    let inside = said.strip_suffix('/').unwrap_or(said);
    let is_regex = said.len() > 1 && inside.len() < said.len() && !inside[1..].contains('/');
    let is_path = |it: &str| {
        let it = it.trim();
        it.starts_with('/')
            && !it.contains(".*")
            && it
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '*'))
    };
    !is_regex && said.split('|').all(is_path)
}

/// `/…/`, in which `\/` is a slash; the whole text must fit.
fn regex(reading: Reading<'_>, at: usize) -> Result<(Condition, usize), PatternError> {
    let text = reading.text;
    let mut pattern = String::new();
    let mut characters = text[at + 1..].char_indices();
    let mut close = None;
    while let Some((place, c)) = characters.next() {
        match c {
            '/' => {
                close = Some(at + 1 + place);
                break;
            }
            '\\' => match characters.next() {
                Some((_, '/')) => pattern.push('/'),
                Some((_, next)) => pattern.extend(['\\', next]),
                None => pattern.push('\\'),
            },
            c => pattern.push(c),
        }
    }
    let close = close.ok_or_else(|| {
        reading
            .error(at..text.len(), "no `/` ends the regular expression")
            .with_remedy("write it between two slashes, a slash in it as `\\/`")
    })?;
    let end = close + 1 + blanks(&text[close + 1..]);
    if !text[end..].starts_with('}') {
        return Err(reading
            .error(
                close..end.max(close + 1),
                "something follows the regular expression",
            )
            .with_remedy(
                "end the hole with `}` right after it; a slash that belongs to it is written `\\/`",
            ));
    }
    let regex = Regex::new(&format!("^(?:{pattern})$")).map_err(|error| {
        let why = error.to_string();
        let why = why
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned();
        reading.error(
            at..close + 1,
            format!("the regular expression cannot be read: {why}"),
        )
    })?;
    Ok((Condition::Regex(regex), end))
}

/// `>=3.9 <3.12`, parted by blanks or commas.
fn range(reading: Reading<'_>, whole: Range<usize>) -> Result<Condition, PatternError> {
    let mut bounds = Vec::new();
    let mut at = whole.start;
    while at < whole.end {
        let rest = &reading.text[at..whole.end];
        let trimmed = rest.trim_start_matches([' ', ',']);
        at += rest.len() - trimmed.len();
        let wrong = |message: &str| {
            reading
                .error(at..whole.end, message)
                .with_remedy("a range is written as `>=3.9 <3.12`")
        };
        let Some((len, comparison)) = Comparison::at_start(trimmed) else {
            return Err(wrong("this is no comparison of versions"));
        };
        let bound = trimmed[len..].trim_start();
        let Some((version, used)) = Version::at_start(bound) else {
            return Err(wrong("no version follows the comparison"));
        };
        if !bound[used..].is_empty() && !bound[used..].starts_with([' ', ',']) {
            return Err(wrong("a bound is made of numbers and dots"));
        }
        bounds.push((comparison, version));
        at = whole.end - (bound.len() - used);
    }
    Ok(Condition::Range(bounds))
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// Where the `}` stands that nothing escapes.
fn end_of(text: &str, start: usize) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text[start..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '}' => return Some(start + at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Condition, read};
    use crate::error::Reading;

    fn condition(text: &str) -> Result<(Condition, usize), String> {
        read(
            Reading {
                part: "pattern",
                text,
            },
            0,
        )
        .map_err(|error| error.message)
    }

    fn holds(condition: &str, text: &str) -> bool {
        let (read, end) = self::condition(condition).expect("it is one");
        assert_eq!(&condition[end..], "}");
        read.holds(text)
    }

    #[test]
    fn conditions_hold() {
        assert!(holds("/3\\.[0-9]+/}", "3.11") && !holds("/3\\.[0-9]+/}", "3.11-slim"));
        assert!(holds("/a\\/b{2}/}", "a/bb"));
        assert!(holds("3.*|2.7}", "2.7") && holds("3.*|2.7}", "3.9") && !holds("3.*|2.7}", "4"));
        assert!(holds(">=3.9 <3.12}", "3.10-slim") && !holds(">=3.9, <3.12}", "3.12"));
        assert!(holds("not *-slim}", "3.9") && !holds("not *-slim}", "3.9-slim"));
        assert!(holds("a\\}?}", "a}b") && holds("\\*}", "*") && !holds("\\*}", "x"));
        assert!(matches!(condition("none}"), Ok((Condition::None, 4))));
        let paths = "/usr/src/app|/usr/src/app/}";
        assert!(holds(paths, "/usr/src/app") && holds(paths, "/usr/src/app/"));
        assert!(!holds(paths, "/usr/src/apps") && holds("/opt/*}", "/opt/x"));
        assert!(holds("/app}", "/app") && holds("/app|/srv}", "/srv"));
        assert!(holds("/app/}", "app") && !holds("/app/}", "/app/"));
        assert!(holds("/a|b/}", "b"));
    }

    #[test]
    fn faults_are_told() {
        for (text, message) in [
            ("}", "there is no condition after the colon"),
            ("3.*", "no `}` ends the hole"),
            ("/a+}", "no `/` ends the regular expression"),
            ("/(/}", "the regular expression cannot be read"),
            ("/a/.*/}", "something follows the regular expression"),
            ("/a/[bc]}", "something follows the regular expression"),
            (">=x}", "no version follows the comparison"),
            (">=3.9-slim}", "a bound is made of numbers and dots"),
            ("a||b}", "one of the alternatives is empty"),
        ] {
            let error = condition(text).expect_err(text);
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
