//! Versions as tags write them: `3.11-slim`, `v1.2.3`, `8u272-jdk`.
//!
//! A bound is compared over as many numbers as it has: `<=3.9` takes `3.9.7`. A tag that has fewer, and is equal so far,
//! may be on either side: `3` neither is nor is not below `3.9`.

use std::cmp::Ordering;

/// How a version must compare with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Comparison {
    /// How the comparison at the start of the text is written, and what it is.
    pub(crate) fn at_start(text: &str) -> Option<(usize, Comparison)> {
        let two = match text.get(..2) {
            Some("<=") => Some(Comparison::LessOrEqual),
            Some(">=") => Some(Comparison::GreaterOrEqual),
            Some("==") => Some(Comparison::Equal),
            Some("!=") => Some(Comparison::NotEqual),
            _ => None,
        };
        if let Some(comparison) = two {
            return Some((2, comparison));
        }
        match text.get(..1) {
            Some("<") => Some((1, Comparison::Less)),
            Some(">") => Some((1, Comparison::Greater)),
            Some("=") => Some((1, Comparison::Equal)),
            _ => None,
        }
    }
}

/// The numbers that a version begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version(Vec<u64>);

impl Version {
    /// The version that a tag begins with; none where it begins with something else. The name of a release of Debian or
    /// Ubuntu is its number.
    pub(crate) fn of_tag(tag: &str) -> Option<Version> {
        let (version, _) = Version::at_start(tag)?;
        Some(version)
    }

    /// The version at the start of the text, and how long it is.
    pub(crate) fn at_start(text: &str) -> Option<(Version, usize)> {
        let unmarked = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let mut at = text.len() - unmarked.len();
        let mut numbers = Vec::new();
        loop {
            let rest = &text[at..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                break;
            }
            numbers.push(rest[..digits].parse().ok()?);
            at += digits;
            // `8u272` of Java is 8.272.
            let goes_on = text[at..].starts_with(['.', 'u'])
                && text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
            if !goes_on {
                break;
            }
            at += 1;
        }
        (!numbers.is_empty()).then_some((Version(numbers), at))
    }

    /// Whether it compares so; `None` where it has too few numbers to tell.
    pub(crate) fn is(&self, comparison: Comparison, bound: &Version) -> Option<bool> {
        let most = self.0.len().min(bound.0.len());
        let order = self.0[..most].cmp(&bound.0[..most]);
        if order == Ordering::Equal && self.0.len() < bound.0.len() {
            return None;
        }
        Some(match comparison {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Version};

    #[test]
    fn tags_are_compared_by_their_numbers() {
        let is = |tag: &str, condition: &str| {
            let (len, comparison) = Comparison::at_start(condition).expect("a comparison");
            let bound = Version::of_tag(&condition[len..]).expect("a bound");
            Version::of_tag(tag)?.is(comparison, &bound)
        };
        assert_eq!(is("3.9-slim", "<3.10"), Some(true));
        assert_eq!(is("3.9.7", "<=3.9"), Some(true));
        assert_eq!(is("3.9.7", ">3.9"), Some(false));
        assert_eq!(is("v18.4", ">=18"), Some(true));
        assert_eq!(is("8u272-jdk", "<8.300"), Some(true));
        assert_eq!(is("3", "<3.9"), None);
        assert_eq!(is("2", "<3.9"), Some(true));
        assert_eq!(is("latest", "<3"), None);
        assert_eq!(is("20.04", "=20.04"), Some(true));
    }
}
