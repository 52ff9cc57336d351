//! What holds of any file and any dress.

use std::fs;

use dfix_codemods::{Conditions, Rewrite, Search};
use dfix_model::context::NoContext;
use proptest::prelude::*;

use crate::cases::{cases, rewrite};

/// A pattern and a text that it fits, which is then dressed.
const WORDS: &[(&str, &str, &[&str])] = &[
    (
        "apt-get install libgl1-mesa-glx",
        "RUN",
        &["apt-get", "install", "-y", "curl", "libgl1-mesa-glx"],
    ),
    (
        "COPY {x...} /opt/target",
        "COPY",
        &["a", "b", "/opt/target"],
    ),
    ("USER {u: worker*}", "USER", &["worker1"]),
    (
        "rm -rf /var/lib/apt/lists/*",
        "RUN",
        &["rm", "-rf", "/var/lib/apt/lists/*"],
    ),
    (
        "ENV LONG_NAME={x}",
        "ENV",
        &["A=1", "LONG_NAME=value", "B=2"],
    ),
    (
        "FROM registry.example.com/some/python:{tag}",
        "FROM",
        &["registry.example.com/some/python:3.12"],
    ),
];

/// How a letter is written, and what stands between words.
fn dressed(keyword: &str, words: &[&str], choices: &[u8]) -> String {
    let is_shell = keyword == "RUN";
    let mut choices = choices.iter().copied().cycle();
    let mut choose = || choices.next().unwrap_or(0);
    let mut text = String::new();
    for c in keyword.chars() {
        text.push(if choose() % 2 == 0 {
            c.to_ascii_lowercase()
        } else {
            c
        });
        if choose() % 13 == 0 {
            text.push_str("\\\n");
        }
    }
    for word in words {
        text.push_str(match choose() % 5 {
            0 => " \\\n  ",
            1 => " \\\n  # a comment\n\n  ",
            2 => "\t",
            _ => " ",
        });
        let mut quoted = false;
        for (index, c) in word.chars().enumerate() {
            let is_letter = c.is_ascii_lowercase();
            let is_within = index > 0 && index + 1 < word.len();
            if !is_within && quoted {
                text.push('"');
                quoted = false;
            }
            match choose() % 9 {
                0 if is_within => text.push_str("\\\n"),
                1 if is_within => text.push_str("\\\n# within\n"),
                2 if is_shell && is_letter && !quoted => text.push('\\'),
                3 if is_shell && is_letter && is_within && !quoted => {
                    text.push('"');
                    quoted = true;
                }
                4 if quoted => {
                    text.push('"');
                    quoted = false;
                }
                _ => {}
            }
            text.push(c);
        }
        if quoted {
            text.push('"');
        }
    }
    text.push('\n');
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The quick look loses nothing that the search finds.
    #[test]
    fn the_filter_loses_no_match(which in 0..WORDS.len(), choices in prop::collection::vec(any::<u8>(), 1..60)) {
        let (pattern, keyword, words) = WORDS[which];
        let search = Search::new(pattern, &Conditions::default()).unwrap();
        let line = dressed(keyword, words, &choices);
        let text = if keyword == "FROM" { line } else { format!("FROM scratch\n{line}") };
        let found = search.find_in(&text, &NoContext);
        prop_assert!(found.is_empty() || search.may_match(&text), "{}", text);
    }

    /// What is only dressed otherwise is found all the same.
    #[test]
    fn dress_makes_no_difference(which in 0..WORDS.len(), choices in prop::collection::vec(any::<u8>(), 1..60)) {
        let (pattern, keyword, words) = WORDS[which];
        let search = Search::new(pattern, &Conditions::default()).unwrap();
        let line = dressed(keyword, words, &choices);
        let text = if keyword == "FROM" { line } else { format!("FROM scratch\n{line}") };
        prop_assume!(dfix_syntax::parse(&text).errors().is_empty());
        // Before a keyword a continuation begins no word.
        prop_assert_eq!(search.find_in(&text, &NoContext).len(), 1, "{}", text);
    }
}

/// Of a rewrite to the same, nothing comes; and a second run changes nothing (`cases.rs` asks that of each case).
#[test]
fn a_rewrite_to_the_same_changes_nothing() {
    let mut patterns = Vec::new();
    let mut texts = Vec::new();
    for case in cases() {
        let told = fs::read_to_string(case.join("rewrite.toml")).unwrap();
        let told: toml::Table = told.parse().unwrap();
        patterns.push(told["pattern"].as_str().unwrap().to_owned());
        texts.push(fs::read_to_string(case.join("input.Dockerfile")).unwrap());
    }
    for pattern in &patterns {
        if pattern.contains("{_") || pattern.contains("...\n") || pattern.contains(": ") {
            continue;
        }
        let same = Rewrite::new(pattern, pattern, &Conditions::default());
        let same = same.unwrap_or_else(|error| panic!("{error}"));
        for text in &texts {
            let outcome = same.run(text, &NoContext);
            assert_eq!(*outcome.text, **text, "{pattern}");
            assert!(
                outcome.remaining.is_empty() && outcome.refused.is_empty(),
                "{pattern}"
            );
        }
    }
}

/// Each rewrite over each other's files: whatever comes of it can be read, and a second run finds nothing to do.
#[test]
fn every_rewrite_ends_on_every_file() {
    let all: Vec<_> = cases().iter().map(|case| rewrite(case).0).collect();
    for case in cases() {
        let text = fs::read_to_string(case.join("input.Dockerfile")).unwrap();
        for rewrite in &all {
            let outcome = rewrite.run(&text, &NoContext);
            assert!(
                dfix_syntax::parse(&outcome.text).errors().is_empty(),
                "{rewrite:?}"
            );
            let again = rewrite.run(&outcome.text, &NoContext);
            assert_eq!(
                again.text,
                outcome.text,
                "{}: {:?}",
                case.display(),
                rewrite.search()
            );
        }
    }
}
