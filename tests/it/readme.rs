//! The README says what is so: its commands are run, its table is the rules' own.
//!
//! `UPDATE=1 cargo test --test it readme` writes both anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::common::{Folder, GOOD};

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
    let mut table =
        String::from("| rule | what it does | groups | elsewhere |\n|---|---|---|---|\n");
    for rule in dfix_rules::ALL {
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} |",
            rule.id,
            rule.summary,
            rule.groups
                .iter()
                .map(|it| it.name())
                .collect::<Vec<_>>()
                .join(", "),
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

/// What stands between backticks in a text, outside of its code blocks.
fn code_words(text: &str) -> Vec<&str> {
    let outside = text.split("```").step_by(2);
    outside
        .flat_map(|part| part.split('`').skip(1).step_by(2))
        .collect()
}

/// The first cells of the rows of the table that stands under a heading or after a line.
fn first_cells(text: &str, after: &str) -> Vec<String> {
    let (_, rest) = text.split_once(after).unwrap();
    let rows = rest
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'));
    rows.skip(2)
        .map(|row| row.split('|').nth(1).unwrap().trim().to_owned())
        .collect()
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

#[test]
fn its_first_commands_work() {
    let readme = readme();
    let commands: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("$ cargo "))
        .collect();
    let run = commands[0].strip_prefix("run --release -- ").unwrap();
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_dfix"))
        .args(run.split_whitespace())
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "people chain commands");
    assert!(output.stdout.starts_with(b"diff --git "));
    assert_eq!(commands[1..], ["test --workspace", "install --path ."]);
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let version = manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(readme.contains(&format!("Rust {version} or later")));
    assert_eq!(manifest["package"]["default-run"].as_str(), Some("dfix"));
}

#[test]
fn its_options_subcommands_and_links_exist() {
    let readme = readme();
    let help = output_of("dfix --help")
        + &output_of("dfix rewrite --help")
        + &output_of("dfix migrate --help");
    let rules = dfix_rules::ALL;
    for word in code_words(&readme) {
        for option in word.split([' ', ',']).filter(|it| it.starts_with("--")) {
            let is_of_dfix = word.starts_with("--") || word.starts_with("dfix ");
            // These are options of the programs that rules speak of.
            let is_word = |text: &str| {
                let mut words = text.split([' ', ',', '`', ':']);
                words.any(|it| it == option)
            };
            let is_of_a_rule = rules.iter().any(|it| is_word(it.summary));
            let is_listed = help.split_whitespace().any(|it| it == option);
            assert!(!is_of_dfix || is_of_a_rule || is_listed, "{option}");
        }
        let subcommand = word
            .strip_prefix("dfix ")
            .and_then(|it| it.split(' ').next());
        if let Some(name) = subcommand.filter(|it| {
            it.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !it.starts_with('-')
        }) {
            assert!(help.contains(&format!("\n  {name} ")), "{word}");
        }
        if word.starts_with("fixtures/") || word == ".ci/run" {
            assert!(root().join(word).exists(), "{word}");
        }
    }
    for link in readme.split("](").skip(1) {
        let link = link.split(')').next().unwrap();
        assert!(root().join(link).exists(), "{link}");
    }
}

#[test]
fn it_names_every_state_level_and_package() {
    let readme = readme();
    let report: serde_json::Value =
        serde_json::from_str(&output_of("dfix --format json fixtures/apps/flask")).unwrap();
    let keys = |name: &str| -> Vec<String> {
        let map = report["summary"][name].as_object().unwrap();
        map.keys().cloned().collect()
    };
    let words = first_cells(&readme, "Each finding has one of four words");
    let of_report: Vec<String> = keys("findings");
    let of_report: Vec<String> = of_report.into_iter().filter(|it| it != "checked").collect();
    assert_eq!(words, of_report);
    assert_eq!(
        first_cells(&readme, "## How far to trust it"),
        keys("levels")
    );
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let packages = manifest["workspace"]["dependencies"].as_table().unwrap();
    let (_, section) = readme.split_once("## Which packages and why").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let named = first_cells(section, "");
    let named: Vec<&str> = named.iter().flat_map(|it| code_words(it)).collect();
    for name in packages.keys().filter(|it| !it.starts_with("dfix")) {
        assert!(
            named.contains(&name.as_str()),
            "the README says nothing of {name}"
        );
    }
    for name in named {
        assert!(packages.contains_key(name), "nothing uses {name}");
    }
}

/// The packages that are agreed on, each where its role is: none may be there in name only.
#[test]
fn agreed_packages_are_used_in_their_roles() {
    for (package, file) in [
        ("clap::", "src/cli.rs"),
        ("rowan::", "crates/dfix-syntax/src/tree.rs"),
        ("similar::", "src/report/diff.rs"),
        ("ignore::", "src/discover.rs"),
        ("walkdir::", "tests/it/house.rs"),
        ("dockerfile_parser::", "crates/dfix-syntax/tests"),
        ("insta::", "src/report/text/tests.rs"),
    ] {
        let place = root().join(file);
        let is_used = walkdir::WalkDir::new(&place).into_iter().any(|entry| {
            let entry = entry.unwrap();
            entry.file_type().is_file()
                && fs::read_to_string(entry.path()).is_ok_and(|text| text.contains(package))
        });
        assert!(is_used, "{file} does not use {package}");
    }
}

#[test]
fn its_configuration_is_one_that_dfix_takes() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let config = text
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let folder = Folder::new(&[
        ("Dockerfile", GOOD),
        ("dfix.toml", config.expect("it shows one")),
    ]);
    assert_eq!(folder.dfix(&["-q"]), (0, String::new(), String::new()));
}
