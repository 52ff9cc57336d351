//! Whole files through one rule alone: `fixtures/rules/<rule>/<case>/` at the root of the repository, each a
//! `Dockerfile` with its build context beside it. `expected.Dockerfile` is what checked fixes make of it,
//! `expected.unsafe.Dockerfile` what unsafe ones make; one that is not there means "left as it is". A
//! `dfix.toml` sets the rule's options, as a user's would.
//!
//! `says.txt` holds words, a line each, that the rule must say of the file as it is; a file `no-context` says that
//! nothing is known of a build context.
//!
//! `UPDATE=1` writes the expected files anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dfix_engine::{Options, Outcome, Rule, RuleSettings, Safety, Setting, run};
use dfix_model::context::{Context, MemoryContext, NoContext};

const LEVELS: &[(Safety, &str)] = &[
    (Safety::Checked, "expected.Dockerfile"),
    (Safety::Unsafe, "expected.unsafe.Dockerfile"),
];

/// Files beside a case's `Dockerfile` that are not of its build context.
const OF_THE_CASE: &[&str] = &["dfix.toml", "no-context", "says.txt"];

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(of)
        .unwrap_or_else(|e| panic!("{}: {e}", of.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The files of a case's build context, by path.
fn files(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", name(&path));
        if path.is_dir() {
            files(&path, &format!("{name}/"), found);
        } else if !name.starts_with("expected.") && !OF_THE_CASE.contains(&name.as_str()) {
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

/// The options that a case's `dfix.toml` sets under `[rules.<rule>]`.
fn settings(rule: &Rule, case: &Path) -> BTreeMap<String, RuleSettings> {
    let Ok(text) = fs::read_to_string(case.join("dfix.toml")) else {
        return BTreeMap::new();
    };
    let config: toml::Table = text.parse().unwrap();
    let table = config["rules"][rule.id].as_table().unwrap();
    let options = table.iter().map(|(name, value)| {
        let setting = match value {
            toml::Value::String(text) => Setting::Text(text.clone()),
            toml::Value::Boolean(flag) => Setting::Flag(*flag),
            toml::Value::Integer(number) => Setting::Number(*number),
            toml::Value::Array(list) => {
                let texts = list.iter().map(|it| it.as_str().unwrap().to_owned());
                Setting::List(texts.collect())
            }
            other => panic!("{name} = {other} is no setting of a case"),
        };
        let option = rule.options.iter().find(|option| option.name == name);
        assert!(option.expect("the rule has it").kind.takes(&setting));
        (name.clone(), setting)
    });
    let settings = RuleSettings {
        level: None,
        by_hand: false,
        options: options.collect(),
    };
    BTreeMap::from([(rule.id.to_owned(), settings)])
}

fn check(rule: &'static Rule, case: &Path) -> Result<(), String> {
    let text = fs::read_to_string(case.join("Dockerfile")).unwrap();
    let mut context = BTreeMap::from([("Dockerfile".to_owned(), text.clone())]);
    files(case, "", &mut context);
    let memory = MemoryContext::new(context.iter().map(|(p, t)| (p.as_str(), t.as_str())));
    let context: &dyn Context = if case.join("no-context").exists() {
        &NoContext
    } else {
        &memory
    };
    let settings = settings(rule, case);
    let mut before = text.clone();
    for (threshold, file) in LEVELS {
        let rules = [rule];
        let options = Options::new(&rules)
            .with_threshold(*threshold)
            .with_settings(&settings);
        let outcome = run(&text, context, &options);
        if *threshold == Safety::Checked {
            says(&outcome, case)?;
        }
        if let Some(refused) = outcome.refused.first() {
            return Err(format!("{}: refused: {refused:#?}", case.display()));
        }
        let again = run(&outcome.text, context, &options).text;
        if again != outcome.text {
            return Err(format!(
                "{}: a second run changes it to\n{again}",
                case.display()
            ));
        }
        let path = case.join(file);
        if std::env::var_os("UPDATE").is_some() {
            if *outcome.text == *before {
                let _ = fs::remove_file(&path);
            } else {
                fs::write(&path, &*outcome.text).unwrap();
            }
        }
        let expected = fs::read_to_string(&path).unwrap_or(before);
        if *outcome.text != *expected {
            return Err(format!(
                "{} gave\n{}",
                case.join(file).display(),
                outcome.text
            ));
        }
        before = expected;
    }
    Ok(())
}

/// Whether the findings say what they should.
fn says(outcome: &Outcome, case: &Path) -> Result<(), String> {
    let findings = || outcome.applied().chain(&outcome.remaining);
    let all: Vec<String> = findings().map(|finding| format!("{finding:?}")).collect();
    let words = fs::read_to_string(case.join("says.txt")).unwrap_or_default();
    match words
        .lines()
        .find(|words| !all.iter().any(|said| said.contains(*words)))
    {
        Some(words) => Err(format!(
            "{}: nothing says `{words}`: {all:#?}",
            case.display()
        )),
        None => Ok(()),
    }
}

#[test]
fn every_case_becomes_what_is_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/rules");
    let mut wrong = Vec::new();
    for folder in folders(&root) {
        let rule = dfix_rules::by_id(name(&folder)).expect("a folder is called like its rule");
        let cases = folders(&folder);
        assert!(!cases.is_empty(), "{} is empty", folder.display());
        wrong.extend(cases.iter().filter_map(|case| check(rule, case).err()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
