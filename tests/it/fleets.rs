//! The scripts of docs/fleets.md do what it says.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::Folder;

const BAD: &str = "FROM python:3.12-slim\nRUN pip install requests==2.32.0\n";
const GOOD_RUN: &str = "RUN pip install --no-cache-dir requests==2.32.0\n";

/// The shell scripts of the guide, in order.
fn scripts() -> Vec<String> {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fleets.md");
    let guide = fs::read_to_string(guide).unwrap();
    let blocks = guide.split("```sh\n").skip(1);
    let scripts = blocks.map(|rest| rest.split("```\n").next().unwrap().to_owned());
    scripts.collect()
}

/// The one script of the guide that holds these words.
fn script(words: &str) -> String {
    let mut found = scripts().into_iter().filter(|it| it.contains(words));
    let script = found.next().expect("the guide has it");
    assert_eq!(found.next(), None, "{words} stands in one script");
    script
}

fn git(folder: &Folder, arguments: &[&str]) -> String {
    let name = ["-c", "user.name=you", "-c", "user.email=you@example.com"];
    let output = Command::new("git")
        .args(name)
        .args(arguments)
        .current_dir(folder.root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?} {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_script_is_tried_here() {
    assert_eq!(scripts().len(), 9);
}

#[test]
fn one_commit_and_then_none() {
    let folder = Folder::new(&[("web/Dockerfile", BAD)]);
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["config", "user.name", "you"]);
    git(&folder, &["config", "user.email", "you@example.com"]);
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "first"]);
    for _ in 0..2 {
        folder.sh(&script("what dfix repairs"));
        assert_eq!(git(&folder, &["rev-list", "--count", "HEAD"]), "2\n");
    }
    assert!(git(&folder, &["show", "HEAD:web/Dockerfile"]).contains(GOOD_RUN));
}

#[test]
fn a_patch_for_each_repository_that_wants_one() {
    let folder = Folder::new(&[
        ("repositories/a b/Dockerfile", BAD),
        (
            "repositories/good/Dockerfile",
            "FROM scratch\nCOPY app /app\nUSER 10001\n",
        ),
        ("repositories/bad/Dockerfile", "FRM a\n"),
    ]);
    let output = folder.sh(&script("dfix --diff"));
    let patch = folder.text("repositories/a b.patch");
    assert!(patch.contains(&format!("+{GOOD_RUN}")), "{patch}");
    assert!(!folder.path("repositories/good.patch").exists());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("repositories/bad: dfix failed"), "{said}");
    assert_eq!(folder.text("repositories/a b/Dockerfile"), BAD);
}

#[test]
fn parts_of_the_files_for_several_machines() {
    let names: Vec<String> = (0..20)
        .map(|it| format!("repositories/r{it}/Dockerfile"))
        .collect();
    let files: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), BAD)).collect();
    let folder = Folder::new(&files);
    folder.sh(&script("--shard"));
    let mut told = Vec::new();
    for part in 1..=4 {
        let report: serde_json::Value =
            serde_json::from_str(&folder.text(&format!("part-{part}.json"))).unwrap();
        let files = report["files"].as_array().unwrap().clone();
        assert!(
            !files.is_empty() && files.len() < 20,
            "{part}: {}",
            files.len()
        );
        told.extend(
            files
                .iter()
                .map(|it| it["path"].as_str().unwrap().to_owned()),
        );
    }
    told.sort();
    let mut all = names.clone();
    all.sort();
    assert_eq!(told, all);
    for name in &names {
        assert!(folder.text(name).contains(GOOD_RUN), "{name}");
    }
}

#[test]
fn one_run_leaves_all_that_is_wanted() {
    let folder = Folder::new(&[("repositories/a/Dockerfile", BAD)]);
    folder.sh(&script("--report patch"));
    let patch = folder.text("all.patch");
    let line = "+FROM mirror.example.com/library/python:3.12-slim\n";
    assert!(patch.contains(line), "{patch}");
    assert!(folder.text("all.json").contains("\"rule\": \"registry\""));
    assert!(folder.text("all.sarif").contains("\"2.1.0\""));
    assert!(folder.text("message.md").contains("registry"));
    assert_eq!(folder.text("repositories/a/Dockerfile"), BAD);
}

/// A repository of git below the folder, with one commit of a Dockerfile.
fn repository(folder: &Folder, name: &str, dockerfile: &str) {
    folder.put(&format!("{name}/Dockerfile"), dockerfile.as_bytes());
    for arguments in [
        &["init", "--quiet", name][..],
        &["-C", name, "config", "user.name", "you"],
        &["-C", name, "config", "user.email", "you@example.com"],
        &["-C", name, "add", "--all"],
        &["-C", name, "commit", "--quiet", "--message", "first"],
    ] {
        git(folder, arguments);
    }
}

#[test]
fn a_migration_is_committed_where_it_changes_something() {
    let recipe = "name = \"ours\"\ndescription = \"Our base image has another name\"\n\n[[steps]]\n\
                  rewrite = { pattern = 'image acme/base:{tag}', replacement = 'image acme/core:{tag}' }\n\n\
                  [[examples]]\nbefore = \"FROM acme/base:1\\n\"\nafter = \"FROM acme/core:1\\n\"\n";
    let folder = Folder::new(&[("ours.toml", recipe)]);
    repository(&folder, "repositories/ours", "FROM acme/base:1\n");
    repository(&folder, "repositories/theirs", "FROM scratch\n");
    let output = folder.sh(&script("dfix migrate --test"));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains('1'), "{said}");
    assert_eq!(
        folder.text("repositories/ours/Dockerfile"),
        "FROM acme/core:1\n"
    );
    let count = |name| git(&folder, &["-C", name, "rev-list", "--count", "HEAD"]);
    assert_eq!(count("repositories/ours"), "2\n");
    assert_eq!(count("repositories/theirs"), "1\n");
    let message = git(
        &folder,
        &["-C", "repositories/ours", "log", "-1", "--format=%B"],
    );
    assert!(
        message.contains("Our base image has another name"),
        "{message}"
    );
}

#[test]
fn a_tool_that_opens_pull_requests_finds_the_files_changed() {
    for words in ["exec dfix", "services/web"] {
        let folder = Folder::new(&[("services/web/Dockerfile", BAD)]);
        let output = folder.sh(&script(words));
        assert!(output.stdout.is_empty(), "{output:?}");
        assert!(folder.text("services/web/Dockerfile").contains(GOOD_RUN));
    }
}

#[test]
fn what_a_new_base_image_breaks_is_repaired_alone() {
    let before =
        "FROM debian:13\nMAINTAINER me\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n";
    let folder = Folder::new(&[("services/api/Dockerfile", before)]);
    folder.sh(&script("base-repair"));
    assert_eq!(
        folder.text("services/api/Dockerfile"),
        before.replace("libgl1-mesa-glx", "libgl1")
    );
}

#[test]
fn a_data_engine_gets_an_answer_a_line() {
    let folder = Folder::new(&[]);
    folder.sh(&script("dfix batch"));
    let answers = folder.text("answers.jsonl");
    let answers: Vec<serde_json::Value> = answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 2);
    assert!(answers[0]["content"].as_str().unwrap().contains(GOOD_RUN));
    assert_eq!(answers[1]["path"], "web/Dockerfile");
}
