//! The README says what is so: its commands are run, its table is the rules' own.
//!
//! `UPDATE=1 cargo test --test it readme` writes both anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const START: &str = "<!-- rules: written by `UPDATE=1 cargo test --test it readme` -->\n";
const END: &str = "<!-- /rules -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The standard output of `dfix ARGUMENTS`, run in the root of the repository.
fn output_of(command: &str) -> String {
    let words = command.strip_prefix("dfix ").unwrap().split_whitespace();
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_dfix"))
        .args(words)
        .current_dir(root())
        .env_clear()
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The README with the output of each `$ dfix …` of its `console` blocks written anew.
fn with_outputs(readme: &str) -> String {
    let mut written = String::new();
    let mut in_console = false;
    let mut skips = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            in_console = line == "```console";
            skips = false;
        }
        let command = line.strip_prefix("$ ").filter(|_| in_console);
        if command.is_some() {
            skips = false;
        }
        if !skips {
            let _ = writeln!(written, "{line}");
        }
        if let Some(command) = command.filter(|c| c.starts_with("dfix ")) {
            written.push_str(&output_of(command));
            skips = true;
        }
    }
    written
}

fn table() -> String {
    let mut table = String::from("| rule | what it does | elsewhere |\n|---|---|---|\n");
    for rule in dfix_rules::ALL {
        let _ = writeln!(
            table,
            "| `{}` | {} | {} |",
            rule.id,
            rule.summary,
            rule.aliases.join(", ")
        );
    }
    table
}

fn with_table(readme: &str) -> String {
    let start = readme.find(START).unwrap() + START.len();
    let end = readme.find(END).unwrap();
    format!("{}{}{}", &readme[..start], table(), &readme[end..])
}

#[test]
fn says_what_is_so() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let true_one = with_table(&with_outputs(&readme));
    assert!(readme.contains("$ dfix "), "the README runs nothing");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &true_one).unwrap();
        return;
    }
    let lines = readme.lines().zip(true_one.lines());
    if let Some((says, is)) = lines.into_iter().find(|(says, is)| says != is) {
        panic!("README.md says\n  {says}\nbut it is\n  {is}\nUPDATE=1 writes it anew");
    }
    assert_eq!(readme.len(), true_one.len(), "UPDATE=1 writes it anew");
}
