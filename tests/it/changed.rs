//! What is taken of a repository of git: what changed, what is staged; and how much of it.

use std::process::Command;

use crate::common::Folder;

const BAD: &str = "FROM python:3.12-slim\nRUN pip install requests==2.32.0\n";

fn git(folder: &Folder, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(folder.root());
    command.args(["-c", "user.name=you", "-c", "user.email=you@example.com"]);
    let done = command.args(arguments).output().expect("git is there");
    assert!(done.status.success(), "{arguments:?}: {done:?}");
}

/// A repository with two files, both committed.
fn repository() -> Folder {
    let folder = Folder::new(&[("a/Dockerfile", BAD), ("b/Dockerfile", BAD)]);
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "first"]);
    folder
}

fn found(out: &str) -> Vec<&str> {
    let files = out.lines().filter_map(|it| it.split(':').next());
    let mut files: Vec<&str> = files.filter(|it| it.ends_with("Dockerfile")).collect();
    files.dedup();
    files
}

#[test]
fn since_a_revision_is_what_differs_and_what_is_new() {
    let folder = repository();
    let run = |arguments: &[&str]| folder.dfix(&[&["--format", "concise"], arguments].concat());
    assert_eq!(run(&["--since", "HEAD"]).0, 0);
    folder.put("b/Dockerfile", format!("{BAD}# more\n").as_bytes());
    folder.put("c d/Dockerfile", BAD.as_bytes());
    let (code, out, _) = run(&["--since", "HEAD"]);
    assert_eq!(
        (code, found(&out)),
        (1, vec!["b/Dockerfile", "c d/Dockerfile"])
    );
    // A file that is named and did not change is not looked at either.
    assert_eq!(run(&["--since", "HEAD", "a/Dockerfile"]).0, 0);
    let (code, _, errors) = run(&["--since", "nowhere"]);
    assert_eq!(code, 2);
    assert!(errors.contains("nowhere"), "{errors}");
}

#[test]
fn of_a_file_that_changed_only_the_lines_that_did_count() {
    let folder = repository();
    let more = "RUN pip install flask \\\n  && pip install django\nRUN cd /x\n";
    folder.put("b/Dockerfile", format!("{BAD}{more}").as_bytes());
    folder.put("new/Dockerfile", BAD.as_bytes());
    let arguments = [
        "--since",
        "HEAD",
        "--changed-lines",
        "--rule",
        "pip-no-cache-dir",
    ];
    let run = |more: &[&str]| folder.dfix(&[&arguments, more].concat());
    let (code, out, _) = run(&["--format", "concise"]);
    let places: Vec<&str> = out.lines().filter_map(|it| it.split(": ").next()).collect();
    assert_eq!(code, 1);
    assert_eq!(
        places,
        [
            "b/Dockerfile:3:9",
            "b/Dockerfile:4:10",
            "new/Dockerfile:2:9"
        ]
    );
    let (_, out, _) = run(&["--format", "json"]);
    assert!(out.contains("\"filesWithFindings\": 2"), "{out}");
    let (_, patch, _) = run(&["--diff"]);
    assert_eq!(patch.matches("\n+").count(), 3 + 2, "{patch}");
    // Of an instruction of several lines only the one that changed.
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "second"]);
    let more = more.replace("django", "Django");
    folder.put("b/Dockerfile", format!("{BAD}{more}").as_bytes());
    assert_eq!(run(&["--fix"]).0, 0);
    let fixed = more.replace("pip install Django", "pip install --no-cache-dir Django");
    assert_eq!(folder.text("b/Dockerfile"), format!("{BAD}{fixed}"));
    assert_eq!(folder.text("new/Dockerfile"), BAD);
    git(&folder, &["add", "-A"]);
    let staged = ["--staged", "--changed-lines", "--rule", "pip-no-cache-dir"];
    assert_eq!(folder.dfix(&staged).0, 0, "that line is fixed");
    let (code, _, errors) = folder.dfix(&["--changed-lines"]);
    assert_eq!(code, 2);
    assert!(errors.contains("say since when"), "{errors}");
}

#[test]
fn staged_is_what_would_be_committed_and_nothing_is_mixed() {
    let folder = repository();
    for path in ["a/Dockerfile", "b/Dockerfile"] {
        folder.put(path, format!("{BAD}# more\n").as_bytes());
    }
    git(&folder, &["add", "a/Dockerfile"]);
    let (code, out, _) = folder.dfix(&["--staged", "--format", "concise"]);
    assert_eq!((code, found(&out)), (1, vec!["a/Dockerfile"]));
    folder.put("a/Dockerfile", format!("{BAD}# still more\n").as_bytes());
    let (code, _, errors) = folder.dfix(&["--staged", "--fix"]);
    assert_eq!(code, 2);
    assert!(
        errors.contains("a/Dockerfile: error: has changes that are not staged"),
        "{errors}"
    );
    assert!(folder.text("a/Dockerfile").ends_with("# still more\n"));
    assert!(folder.text("a/Dockerfile").starts_with(BAD));
}

#[test]
fn a_work_tree_that_has_to_be_clean_is() {
    let folder = repository();
    folder.put("b/Dockerfile", format!("{BAD}# more\n").as_bytes());
    let (code, _, errors) = folder.dfix(&["--fix", "--require-clean"]);
    assert_eq!(code, 2);
    assert!(errors.contains("not committed: b/Dockerfile;"), "{errors}");
    assert_eq!(folder.text("a/Dockerfile"), BAD);
    git(&folder, &["commit", "-q", "-a", "-m", "second"]);
    folder.dfix(&["--fix", "--require-clean", "--exit-zero"]);
    assert_ne!(folder.text("a/Dockerfile"), BAD);
    assert_eq!(folder.dfix(&["--require-clean"]).0, 2, "it goes with --fix");
}

#[test]
fn fixing_what_is_not_committed_is_said() {
    let said =
        "dfix: note: what --fix writes comes to changes that are not committed: b/Dockerfile (";
    let folder = repository();
    folder.put("b/Dockerfile", format!("{BAD}# more\n").as_bytes());
    folder.put("other", b"");
    let (_, _, errors) = folder.dfix(&["--fix", "--exit-zero"]);
    assert!(errors.contains(said), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    // Now what lies there is not committed, and nothing is written.
    let (_, _, errors) = folder.dfix(&["--fix", "--exit-zero"]);
    assert_eq!(errors, "");
    let clean = repository();
    clean.put("other", b"");
    for run in ["--fix", "--diff"] {
        let (_, _, errors) = clean.dfix(&[run, "--exit-zero"]);
        assert!(!errors.contains("not committed"), "{errors}");
    }
}

#[test]
fn a_limit_takes_the_first_files_that_would_change() {
    let folder = Folder::new(&[
        ("a/Dockerfile", "FROM scratch\n"),
        ("b/Dockerfile", BAD),
        ("c/Dockerfile", BAD),
        ("d/Dockerfile", BAD),
    ]);
    let (_, patch, errors) = folder.dfix(&["--diff", "--limit", "2"]);
    assert!(
        patch.contains("c/Dockerfile") && !patch.contains("d/Dockerfile"),
        "{patch}"
    );
    assert!(errors.contains("1 more file would change"), "{errors}");
    assert_eq!(
        folder.dfix(&["--fix", "--limit", "2"]).0,
        1,
        "something is left"
    );
    let is_fixed = |path: &str| folder.text(path) != BAD;
    assert_eq!(
        ["b", "c", "d"].map(|it| is_fixed(&format!("{it}/Dockerfile"))),
        [true, true, false]
    );
    // The next run takes the next.
    folder.dfix(&["--fix", "--limit", "2", "--exit-zero"]);
    assert!(is_fixed("d/Dockerfile"));
}
