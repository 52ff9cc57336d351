//! Whole files through all rules: `fixtures/fix/<case>/` at the root of the repository.
//!
//! `UPDATE=1` writes the expected files anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dfix_engine::{Options, Safety, run};
use dfix_model::context::MemoryContext;

const INPUT: &str = "Dockerfile";
const EXPECTED: &str = "expected.Dockerfile";
const EXPECTED_UNSAFE: &str = "expected.unsafe.Dockerfile";

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/fix");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap_or_else(|e| panic!("{}: {e}", root.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// The files of a case's build context, by path.
fn files(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files(&path, &format!("{name}/"), found);
        } else if ![INPUT, EXPECTED, EXPECTED_UNSAFE].contains(&name.as_str()) {
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// What all rules make of a text, after checks that hold of any text.
fn fixed(text: &str, context: &MemoryContext, threshold: Safety) -> Result<String, String> {
    let options = Options::new(dfix_rules::ALL).with_threshold(threshold);
    let outcome = run(text, context, &options);
    if let Some(error) = outcome.errors.first() {
        return Err(format!("the builder would refuse it: {error:?}"));
    }
    if let Some(refused) = outcome.refused.first() {
        return Err(format!("refused: {refused:#?}"));
    }
    let again = run(&outcome.text, context, &options);
    if again.text != outcome.text {
        return Err(format!("a second run changes it to\n{}", again.text));
    }
    let comments = |text: &str| {
        let mut comments: Vec<String> = text
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with('#'))
            .map(str::to_owned)
            .collect();
        comments.sort();
        comments
    };
    if comments(text) != comments(&outcome.text) {
        return Err(format!("the comments differ:\n{}", outcome.text));
    }
    Ok(outcome.text.to_string())
}

fn compare(case: &Path, expected: &str, result: &str, wrong: &mut Vec<String>) {
    let path = case.join(expected);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, result).unwrap();
    } else if fs::read_to_string(&path).ok().as_deref() != Some(result) {
        wrong.push(format!("{}: got\n{result}", path.display()));
    }
}

#[test]
fn every_case_gives_what_is_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let text = fs::read_to_string(case.join(INPUT)).unwrap();
        let mut found = BTreeMap::new();
        files(&case, "", &mut found);
        let context = MemoryContext::new(
            found
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str())),
        );
        let mut results = Vec::new();
        for threshold in [Safety::Checked, Safety::Unsafe] {
            match fixed(&text, &context, threshold) {
                Ok(result) => results.push(result),
                Err(reason) => wrong.push(format!("{}, {threshold:?}: {reason}", case.display())),
            }
        }
        let [checked, with_unsafe] = results.as_slice() else {
            continue;
        };
        compare(&case, EXPECTED, checked, &mut wrong);
        if checked != with_unsafe {
            compare(&case, EXPECTED_UNSAFE, with_unsafe, &mut wrong);
        } else if case.join(EXPECTED_UNSAFE).exists() {
            wrong.push(format!(
                "{}: {EXPECTED_UNSAFE} is not needed",
                case.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
