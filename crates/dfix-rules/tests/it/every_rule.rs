//! What holds of every rule: its examples, its name, its place in the list.

use dfix_engine::{Rule, testing};
use dfix_rules::ALL;

fn each(check: impl Fn(&'static Rule) -> Result<(), String>) {
    let wrong: Vec<String> = ALL.iter().filter_map(|rule| check(rule).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn does_as_its_examples_and_their_variants_say() {
    // `RULE=pip-no-cache-dir cargo test …` looks at one rule alone.
    let only = std::env::var("RULE").ok();
    each(|rule| match &only {
        Some(id) if id != rule.id => Ok(()),
        _ => testing::check(rule),
    });
}

#[test]
fn has_examples_that_it_mends_or_reports_and_some_that_it_leaves() {
    each(|rule| {
        let leaves = |e: &dfix_engine::Example| e.before == e.after && !e.by_hand;
        let quiet = rule.examples.iter().filter(|e| leaves(e)).count();
        // What is never fixed shows where it tells.
        let tells = rule.examples.iter().any(|e| e.by_hand);
        if quiet == 0 || (quiet == rule.examples.len() && !tells) {
            return Err(format!(
                "{}: {quiet} examples are left as they are",
                rule.id
            ));
        }
        Ok(())
    });
}

#[test]
fn lives_in_the_file_of_its_name_and_every_file_is_listed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| {
            path.file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .replace('_', "-")
        })
        .filter(|name| name != "mod")
        .collect();
    files.sort();
    let ids: Vec<&str> = ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(
        files, ids,
        "a rule's file is named after its id, and the list is sorted"
    );
}

#[test]
fn says_what_it_does_in_plain_words() {
    each(|rule| {
        let of_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !rule.id.chars().all(of_id) {
            return Err(format!(
                "{}: an id has small letters, digits and dashes",
                rule.id
            ));
        }
        if rule.summary.ends_with('.') || rule.summary.contains('\n') || rule.summary.is_empty() {
            return Err(format!(
                "{}: the summary is one line without a full stop",
                rule.id
            ));
        }
        if !rule.why.ends_with('.') {
            return Err(format!("{}: the reason is a sentence or a few", rule.id));
        }
        Ok(())
    });
}

/// What other tools tell by one name, and we by several rules: each reaches another state.
const SHARED: [&str; 3] = ["DL3022", "MultipleInstructionsDisallowed", "UndefinedVar"];

#[test]
fn shares_no_name_with_another_rule() {
    let mut names: Vec<String> = ALL
        .iter()
        .flat_map(|rule| rule.aliases.iter().copied().chain([rule.id]))
        .filter(|name| !SHARED.contains(name))
        .chain(SHARED)
        .chain(dfix_engine::Group::ALL.iter().map(|group| group.name()))
        .map(str::to_ascii_lowercase)
        .collect();
    names.sort();
    for pair in names.windows(2) {
        assert_ne!(pair[0], pair[1], "two rules go by one name");
    }
}

#[test]
fn groups_of_earlier_versions_name_rules_of_today() {
    for (group, rules) in dfix_engine::FORMER_GROUPS {
        for rule in *rules {
            assert!(dfix_rules::by_id(rule).is_some(), "{group}: {rule}");
        }
    }
}

#[test]
fn is_found_by_its_id() {
    each(|rule| match dfix_rules::by_id(rule.id) {
        Some(found) if std::ptr::eq(found, rule) || found.id == rule.id => Ok(()),
        _ => Err(format!("{} is not found", rule.id)),
    });
    assert!(dfix_rules::by_id("no-such-rule").is_none());
}
