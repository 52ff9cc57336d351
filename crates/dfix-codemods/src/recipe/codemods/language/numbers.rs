//! Versions as numbers, and what lets them through.

use std::ops::Range;

use dfix_catalogue::{numbered_tag, version_of};

/// The numbers of a version.
pub(crate) type Numbers = Vec<u32>;

/// `3.13` is 3 and 13; none where something else stands there.
pub(crate) fn numbers(text: &str) -> Option<Numbers> {
    let text = text.trim().trim_start_matches('v');
    text.split('.').map(|it| it.parse().ok()).collect()
}

/// The version that a tag says, with as many numbers as are known; none where it says none.
pub(super) fn version_in(repository: &str, tag: &str) -> Option<Numbers> {
    let tag = &*numbered_tag(repository, tag);
    let first = tag.split('-').next()?;
    let said = numbers(first.split(['_', 'u']).next()?)?;
    // `3` goes on to the newest `3.x`.
    let known = version_of(repository, tag).and_then(|it| numbers(&it));
    Some(known.filter(|it| it.starts_with(&said)).unwrap_or(said))
}

/// The first two numbers of a version.
pub(crate) fn two(version: &[u32]) -> Option<String> {
    match version {
        [major, minor, ..] => Some(format!("{major}.{minor}")),
        _ => None,
    }
}

/// The numbers that a text begins with: `3.13rc1` is 3 and 13.
pub(super) fn leading(text: &str) -> Option<Numbers> {
    let text = text.trim().trim_start_matches('v');
    let end = text.find(|it: char| !(it.is_ascii_digit() || it == '.'));
    numbers(text[..end.unwrap_or(text.len())].trim_end_matches('.'))
}

/// The words of a tag that say a version of Java: where, and which. `jdk17`, `temurin-17`, `open-17`.
pub(crate) fn java_words(tag: &str) -> impl Iterator<Item = (Range<usize>, Numbers)> {
    const BEFORE: [&str; 13] = [
        "amazoncorretto",
        "azulzulu",
        "ibmjava",
        "microsoft",
        "jdk",
        "jre",
        "openjdk",
        "temurin",
        "corretto",
        "sapmachine",
        "open",
        "semeru",
        "zulu",
    ];
    let mut at = 0;
    let mut before = "";
    tag.split('-').filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        let last = std::mem::replace(&mut before, word);
        let stuck = ["jdk", "jre", "java"]
            .iter()
            .find_map(|it| Some((it.len(), word.strip_prefix(it)?)));
        let (skipped, digits) = match stuck {
            Some((length, digits)) if !digits.is_empty() => (length, digits),
            _ if BEFORE.contains(&last) => (0, word),
            _ => return None,
        };
        let version = numbers(digits)?;
        Some((start + skipped..start + word.len(), version))
    })
}

/// Whether a condition on versions lets one through; `None` where it cannot be read. As Python, Poetry and Ruby write
/// them: `>=3.8, <3.12`, `~=3.9`, `^3.9`, `~> 3.1`, `==3.9.*`, `3.9`; `||` stands between alternatives.
pub(crate) fn lets_through(condition: &str, version: &[u32]) -> Option<bool> {
    let mut any = false;
    for alternative in condition.split("||") {
        let mut all = true;
        for clause in alternative.split(',').map(str::trim) {
            all &= clause.is_empty() || clause == "*" || clause_holds(clause, version)?;
        }
        any |= all;
    }
    Some(any)
}

fn clause_holds(clause: &str, version: &[u32]) -> Option<bool> {
    let start = clause.find(|it: char| it.is_ascii_digit() || it == 'v')?;
    let (operator, bound) = clause.split_at(start);
    let is_wild = bound.ends_with(".*");
    let bound_text = bound.trim_end_matches(".*");
    let bound = leading(bound_text)?;
    let is_of = version.starts_with(&bound);
    let least = |more: usize| {
        // `~=3.9` and `~> 3.9` are any 3 from 3.9 on; `~=3.9.1` is any 3.9 from 3.9.1 on.
        let series = &bound[..bound.len().saturating_sub(more).max(1)];
        version >= &bound[..] && version.starts_with(series)
    };
    Some(match operator.trim() {
        ">=" => version >= &bound[..],
        ">" => version > &bound[..] && !is_of,
        "<=" => version <= &bound[..] || is_of,
        "<" => version < &bound[..],
        "==" | "===" | "=" if is_wild => is_of,
        // `==3.9` names a release that is no other: as Poetry reads it, of that series.
        "==" | "===" | "=" | "" => is_of,
        "!=" => !is_of,
        "~=" | "~>" => least(1),
        // Poetry's tilde keeps the first two numbers, its caret all up to the first that is not 0.
        "~" => version >= &bound[..] && version.starts_with(&bound[..bound.len().min(2)]),
        "^" => version >= &bound[..] && version.starts_with(&bound[..kept_by_caret(&bound)]),
        _ => return None,
    })
}

/// How many numbers of a version a caret keeps: one of `^2.5`, two of `^0.29.0`.
fn kept_by_caret(bound: &[u32]) -> usize {
    let zeros = bound.iter().take_while(|it| **it == 0).count();
    (zeros + 1).min(bound.len())
}

/// The first version that a condition of Python or Poetry lets through no more, and whether it lets that one through:
/// `0.30` of `^0.29.0`, `2` of `<2`, `2.5` of `<=2.5`. None where it has no end, or pins one version.
pub(super) fn end_of(condition: &str) -> Option<(Numbers, bool)> {
    condition.split(',').map(str::trim).find_map(|clause| {
        let start = clause.find(|it: char| it.is_ascii_digit())?;
        let (operator, bound) = clause.split_at(start);
        let version = leading(bound.trim_end_matches(".*"))?;
        let after = |length: usize| {
            let mut series = version[..length.min(version.len())].to_vec();
            *series.last_mut()? += 1;
            Some((series, false))
        };
        match operator.trim() {
            "<" => Some((version, false)),
            "<=" => Some((version, true)),
            "^" => after(kept_by_caret(&version)),
            "~" => after(2),
            "~=" => after(version.len().saturating_sub(1).max(1)),
            "==" if bound.ends_with(".*") => after(version.len()),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_let_versions_through() {
        for (condition, version, wanted) in [
            (">=3.8", "3.13.5", Some(true)),
            (">=3.8, <3.12", "3.13.5", Some(false)),
            (">=3.8,<4", "3.13.5", Some(true)),
            ("<=3.13", "3.13.5", Some(true)),
            ("~=3.9", "3.13.5", Some(true)),
            ("~=3.9.1", "3.13.5", Some(false)),
            ("^3.9", "3.13.5", Some(true)),
            ("~3.9", "3.13.5", Some(false)),
            ("^0.29.0", "0.30.1", Some(false)),
            ("^0.29.0", "0.29.2", Some(true)),
            ("~> 3.1", "3.4.1", Some(true)),
            ("~> 3.1.0", "3.4.1", Some(false)),
            ("2.7.6", "3.4.1", Some(false)),
            ("==3.9.*", "3.13.5", Some(false)),
            ("!=3.9.*", "3.13.5", Some(true)),
            (">=3.7 || ^2.7", "3.13.5", Some(true)),
            ("*", "3.13.5", Some(true)),
            ("python", "3.13.5", None),
        ] {
            let version = numbers(version).expect("a version");
            assert_eq!(lets_through(condition, &version), wanted, "{condition}");
        }
    }

    #[test]
    fn conditions_have_an_end() {
        for (condition, wanted) in [
            ("^0.29.0", Some(("0.30", false))),
            ("^2.5", Some(("3", false))),
            ("~2.5.1", Some(("2.6", false))),
            ("~=3.8.1", Some(("3.9", false))),
            (">=1.2,<2.0", Some(("2.0", false))),
            ("<=1.26", Some(("1.26", true))),
            ("==1.4.*", Some(("1.5", false))),
            ("==1.4.2", None),
            (">=1", None),
        ] {
            let wanted = wanted.map(|(end, is_in)| (numbers(end).expect("a version"), is_in));
            assert_eq!(end_of(condition), wanted, "{condition}");
        }
    }

    #[test]
    fn words_of_java_are_found() {
        let found = |tag: &str| {
            let mut all = java_words(tag);
            all.next()
                .map(|(range, version)| (tag[range].to_owned(), version))
        };
        assert_eq!(
            found("3.9-eclipse-temurin-17"),
            Some(("17".into(), vec![17]))
        );
        assert_eq!(found("8.5-jdk17-alpine"), Some(("17".into(), vec![17])));
        assert_eq!(found("3.8-jdk-11"), Some(("11".into(), vec![11])));
        assert_eq!(found("open-17-jdk"), Some(("17".into(), vec![17])));
        assert_eq!(
            found("3.9-amazoncorretto-17-al2023"),
            Some(("17".into(), vec![17]))
        );
        assert_eq!(found("3.9"), None);
    }
}
