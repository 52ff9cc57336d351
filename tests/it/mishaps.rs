//! What can go wrong while files are written: a disk that is full, a folder that is closed, two runs at once.
//! Kills are tried by `fixtures/crash/kill.py`.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::Folder;

const BEFORE: &str =
    "FROM debian:12\nRUN apt-get update\\\n && apt-get install -y --no-install-recommends curl\n";
const NOBODY: u32 = 65534;

fn files(count: usize) -> Folder {
    let folder = Folder::new(&[]);
    for number in 0..count {
        folder.put(&format!("{number}/Dockerfile"), BEFORE.as_bytes());
    }
    folder
}

/// `dfix --fix` in a folder.
fn fix(folder: &Folder, program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--fix", "--rule", "apt-lists-cleanup", "--no-config"])
        .current_dir(folder.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn dfix() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_dfix"))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Everything that lies in a folder of the first level, by name.
fn names(folder: &Folder, path: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.path(path)).unwrap();
    entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_disk_that_takes_nothing_more_leaves_the_old_text() {
    let folder = files(3);
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 0; exec \"$0\" --fix --rule apt-lists-cleanup --no-config")
        .arg(dfix())
        .current_dir(folder.root());
    let output = shell.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output);
    for number in 0..3 {
        let place = format!("{number}/Dockerfile");
        assert_eq!(folder.text(&place), BEFORE);
        assert_eq!(names(&folder, &number.to_string()), ["Dockerfile"]);
        assert!(
            said.contains(&format!("{place}: error: cannot write the new text")),
            "{said}"
        );
    }
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("3 files failed"), "{out}");
    assert!(!out.contains("fixed"), "{out}");
}

#[test]
fn output_that_nobody_can_take_is_an_error() {
    let folder = files(1);
    let mut command = fix(&folder, dfix());
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let output = command.stdout(full.unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("dfix: error: cannot print"));
}

#[test]
fn a_folder_that_is_closed_is_told_and_the_others_are_done() {
    let folder = files(2);
    // The superuser may write everywhere, so another user does it.
    let program = folder.path("dfix");
    fs::copy(dfix(), &program).unwrap();
    fs::set_permissions(folder.root(), PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = fix(&folder, &program);
    if is_root() {
        for place in ["0", "1", "0/Dockerfile", "1/Dockerfile"] {
            chown(folder.path(place), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    fs::set_permissions(folder.path("0"), PermissionsExt::from_mode(0o555)).unwrap();
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = "0/Dockerfile: error: cannot write into the file's folder: permission denied";
    assert!(said(&output).contains(told), "{}", said(&output));
    assert_eq!(folder.text("0/Dockerfile"), BEFORE);
    assert_ne!(folder.text("1/Dockerfile"), BEFORE);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(
        out.contains("1 finding fixed") && out.contains("1 file failed"),
        "{out}"
    );
    fs::set_permissions(folder.path("0"), PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn two_runs_at_once_tear_nothing() {
    let folder = files(40);
    let alone = files(1);
    assert!(fix(&alone, dfix()).status().unwrap().success());
    let after = alone.text("0/Dockerfile");
    assert_ne!(after, BEFORE);
    let runs: Vec<_> = (0..3)
        .map(|_| fix(&folder, dfix()).spawn().unwrap())
        .collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        // A file that the other one was quicker with is told, and is not written again.
        let said = said(&output);
        let told = "the file was changed by somebody else in the meantime";
        let is_told = said
            .lines()
            .all(|it| it.contains(told) || it == "  help: run dfix again");
        assert!(is_told, "{said}");
        let expected = if said.is_empty() { 0 } else { 2 };
        assert_eq!(output.status.code(), Some(expected));
    }
    for number in 0..40 {
        assert_eq!(folder.text(&format!("{number}/Dockerfile")), after);
        assert_eq!(names(&folder, &number.to_string()), ["Dockerfile"]);
    }
}

#[test]
fn the_owner_and_the_mode_stay() {
    let folder = files(1);
    let place = folder.path("0/Dockerfile");
    if is_root() {
        chown(&place, Some(12345), Some(54321)).unwrap();
    }
    fs::set_permissions(&place, PermissionsExt::from_mode(0o640)).unwrap();
    let of = || {
        let it = fs::metadata(&place).unwrap();
        (it.uid(), it.gid(), it.mode())
    };
    let before = of();
    assert!(fix(&folder, dfix()).status().unwrap().success());
    assert_ne!(folder.text("0/Dockerfile"), BEFORE);
    assert_eq!(of(), before);
}

#[test]
fn links_of_both_kinds() {
    let folder = files(2);
    std::os::unix::fs::symlink("0/Dockerfile", folder.path("Dockerfile")).unwrap();
    fs::hard_link(folder.path("1/Dockerfile"), folder.path("1/other")).unwrap();
    let mut command = fix(&folder, dfix());
    let output = command
        .args(["Dockerfile", "1/Dockerfile"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(folder.path("Dockerfile").is_symlink());
    assert_ne!(folder.text("0/Dockerfile"), BEFORE);
    assert!(said(&output).contains("1/Dockerfile: error: the file has 2 names (hard links)"));
    assert_eq!(folder.text("1/other"), BEFORE);
}

#[test]
fn a_file_with_too_many_instructions_is_named_and_left() {
    let folder = Folder::new(&[("Dockerfile", BEFORE)]);
    let labels = "LABEL a=b\n".repeat(10_000);
    folder.put("many/Dockerfile", format!("FROM a\n{labels}").as_bytes());
    folder.put(
        "most/Dockerfile",
        format!("FROM a\n{}", &labels[10..]).as_bytes(),
    );
    let output = fix(&folder, dfix()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = "many/Dockerfile: error: has more than 10000 instructions and commands";
    assert!(said(&output).contains(told), "{}", said(&output));
    assert!(!said(&output).contains("most/Dockerfile"));
    assert_ne!(folder.text("Dockerfile"), BEFORE);
}
