//! `docs/rules.md` says what the rules say of themselves.
//!
//! `UPDATE=1 cargo test --test it rules_page` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dfix_engine::{Example, Group, Rule};
use similar::TextDiff;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    let mut page = String::from(
        "# The rules\n\n\
         Written from the rules' own data by `UPDATE=1 cargo test --test it rules_page`; a test holds it against them. `dfix explain RULE` \
         says the same in a terminal, with more examples.\n\n\
         *Severity*: an error makes the build or the container fail, a warning does harm or will one day, advice reads better so. \
         *Levels* (safe, checked, unsafe) stand with each finding, for they depend on the file: [the README](../README.md) says what they mean.\n",
    );
    for rule in dfix_rules::ALL {
        section(rule, &mut page);
    }
    page.push_str("\n## What other tools report\n");
    others("hadolint", "hadolint", &mut page);
    others("docker", "Docker's build checks", &mut page);
    page
}

fn section(rule: &Rule, page: &mut String) {
    let groups: Vec<&str> = rule.all_groups().map(Group::name).collect();
    let _ = write!(
        page,
        "\n## `{}`\n\n{}{}. {}\n\nSeverity: {}. Groups: {}.",
        rule.id,
        rule.summary[..1].to_uppercase(),
        &rule.summary[1..],
        rule.why,
        rule.severity.name(),
        groups.join(", ")
    );
    if !rule.aliases.is_empty() {
        let _ = write!(page, " Elsewhere: {}.", rule.aliases.join(", "));
    }
    if !rule.is_on() {
        page.push_str(" Off unless it is asked for.");
    }
    page.push('\n');
    if !rule.options.is_empty() {
        let _ = writeln!(
            page,
            "\nIn `dfix.toml`, under `[rules.{}]`:\n\n| option | takes | means |\n|---|---|---|",
            rule.id
        );
    }
    for option in rule.options {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            option.name, option.kind, option.summary
        );
    }
    let mut examples = rule.examples.iter();
    let fixed = examples.find(|it| it.before != it.after && !it.allow_unsafe);
    let mut examples = rule.examples.iter();
    let fixed = fixed.or_else(|| examples.find(|it| it.before != it.after));
    if let Some(example) = fixed {
        let level = if example.allow_unsafe {
            " with `--unsafe`"
        } else {
            ""
        };
        let _ = write!(
            page,
            "\nWhat it does{level}{}:\n\n```diff\n{}```\n",
            with_option(example),
            diff(example)
        );
    }
    if let Some(example) = rule.examples.iter().find(|it| it.by_hand) {
        let _ = write!(
            page,
            "\nWhat it leaves to you{} (“{}”):\n\n```dockerfile\n{}```\n",
            with_option(example),
            example.says,
            example.before
        );
    }
}

/// The option that an example sets, as a part of a sentence.
fn with_option(example: &Example) -> String {
    let option = example.option;
    option.map_or_else(String::new, |(name, text)| {
        format!(" with `{name} = {text:?}`")
    })
}

/// What an example changes, without the heads of a patch.
fn diff(example: &Example) -> String {
    let diff = TextDiff::from_lines(example.before, example.after);
    let mut text = String::new();
    for change in diff.iter_all_changes() {
        let _ = write!(text, "{}{change}", change.tag());
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

/// What the builder refuses, and dfix tells of before any rule looks at the file: it does not parse (DL1000), `ONBUILD` triggers what it may
/// not (DL3043), something stands before the first `FROM` (DL3061).
const REFUSED: &[&str] = &["DL1000", "DL3043", "DL3061"];

/// The table of what another tool reports, and what of it is done here.
fn others(tool: &str, shown: &str, page: &mut String) {
    let names = fs::read_to_string(root().join("docs/other-rules.tsv")).unwrap();
    let rows = names.lines().filter(|it| !it.starts_with('#'));
    let rows = rows.map(|row| row.split('\t').collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|row| row[1] == tool).collect();
    let ours = |name: &str| -> Vec<&Rule> {
        let rules = dfix_rules::ALL.iter().copied();
        rules.filter(|it| it.aliases.contains(&name)).collect()
    };
    let is_done = |name: &str| REFUSED.contains(&name) || !ours(name).is_empty();
    let done = rows.iter().filter(|row| is_done(row[0])).count();
    let _ = write!(
        page,
        "\n### {shown}\n\n{done} of {} have a rule here, or are told as errors of the file; nothing is said yet of the others.\n\n| rule | reports | here |\n|---|---|---|\n",
        rows.len()
    );
    for row in &rows {
        let said = |rule: &&Rule| {
            let word = if rule.fixes() { "fixed" } else { "reported" };
            format!("{word}: `{}`", rule.id)
        };
        let here = match ours(row[0]) {
            _ if REFUSED.contains(&row[0]) => "told as an error of the file".to_owned(),
            rules if rules.is_empty() => "not yet".to_owned(),
            rules => rules.iter().map(said).collect::<Vec<_>>().join(", "),
        };
        let _ = writeln!(page, "| {} | {} | {here} |", row[0], row[2]);
    }
}

#[test]
fn says_what_the_rules_say() {
    let path = root().join("docs/rules.md");
    let is = page();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &is).unwrap();
        return;
    }
    let says = fs::read_to_string(&path).unwrap();
    let mut lines = says.lines().zip(is.lines());
    if let Some((says, is)) = lines.find(|(says, is)| says != is) {
        panic!("docs/rules.md says\n  {says}\nbut it is\n  {is}\nUPDATE=1 writes it anew");
    }
    assert_eq!(says.len(), is.len(), "UPDATE=1 writes it anew");
}

#[test]
fn each_alias_of_hadolint_and_docker_is_in_the_table() {
    let names = fs::read_to_string(root().join("docs/other-rules.tsv")).unwrap();
    let rows: Vec<&str> = names.lines().filter(|it| !it.starts_with('#')).collect();
    assert!(rows.is_sorted(), "docs/other-rules.tsv is sorted");
    for rule in dfix_rules::ALL {
        for (group, tool) in [(Group::Hadolint, "hadolint"), (Group::Docker, "docker")] {
            let is_there = |alias: &str| {
                let row = format!("{alias}\t{tool}\t");
                rows.iter().any(|it| it.starts_with(&row))
            };
            assert!(
                !rule.is_of(group)
                    || rule.groups.contains(&group)
                    || rule.aliases.iter().any(|it| is_there(it)),
                "{}: no name of {tool}'s is in docs/other-rules.tsv",
                rule.id
            );
        }
    }
}
