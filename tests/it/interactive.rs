//! `--interactive`, at a real terminal: a pseudo-terminal that the program takes for one.
#![cfg(unix)]

use std::process::Command;

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::common::Folder;

const BEFORE: &str =
    "FROM python:3.12-slim\nRUN pip install requests==2.32.0\nRUN pip wheel flask==3.0.0\n";
const PROMPT: &str = "Make this change? [y,n,a,d,A,D,q,e,?] ";

/// How long something may take to be shown, in milliseconds: much, on a machine that has much to do.
const PATIENCE: u64 = 60_000;

fn folder() -> Folder {
    Folder::new(&[("a/Dockerfile", BEFORE), ("b/Dockerfile", BEFORE)])
}

/// A terminal in which `dfix --interactive` runs with these arguments, without colour.
fn terminal(folder: &Folder, arguments: &[&str]) -> PtySession {
    with_color(folder, "never", arguments)
}

fn with_color(folder: &Folder, when: &str, arguments: &[&str]) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dfix"));
    command.current_dir(folder.root()).env_clear();
    command.env("TERM", "xterm");
    command
        .args([
            "--interactive",
            "--rule",
            "pip-no-cache-dir",
            "--color",
            when,
        ])
        .args(arguments);
    spawn_command(command, Some(PATIENCE)).unwrap()
}

/// Waits for the next question, and answers it; what was shown before the answer.
fn answer(terminal: &mut PtySession, word: &str) -> String {
    let shown = terminal.exp_string(PROMPT).unwrap();
    terminal.send_line(word).unwrap();
    shown
}

/// What is shown until the program ends, and its exit code.
fn end(mut terminal: PtySession) -> (String, i32) {
    let shown = terminal.exp_eof().unwrap();
    match terminal.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (shown, code),
        other => panic!("{other:?}: {shown}"),
    }
}

fn count(folder: &Folder, path: &str) -> usize {
    folder.text(path).matches("--no-cache-dir").count()
}

#[test]
fn what_is_agreed_to_is_written_at_the_end_and_nothing_else() {
    let folder = folder();
    let mut it = terminal(&folder, &[]);
    let shown = answer(&mut it, "y");
    assert!(
        shown.contains("a/Dockerfile:2:9 (1 of 2 in this file)\r\npip-no-cache-dir, safe: "),
        "{shown}"
    );
    assert!(
        shown.contains(
            "\r\n-RUN pip install requests==2.32.0\r\n+RUN pip install --no-cache-dir requests"
        ),
        "{shown}"
    );
    answer(&mut it, "n");
    let shown = answer(&mut it, "n");
    assert!(
        shown.contains("b/Dockerfile:2:9 (1 of 2 in this file)"),
        "{shown}"
    );
    // Nothing is written before the last answer.
    assert_eq!(folder.text("a/Dockerfile"), BEFORE);
    answer(&mut it, "y");
    let (shown, code) = end(it);
    assert!(
        shown.contains("dfix: 2 changes agreed to, in 2 files; 2 declined"),
        "{shown}"
    );
    assert_eq!(code, 1, "something is left");
    assert_eq!(
        folder.text("a/Dockerfile"),
        BEFORE.replace("install r", "install --no-cache-dir r")
    );
    assert_eq!(
        folder.text("b/Dockerfile"),
        BEFORE.replace("wheel f", "wheel --no-cache-dir f")
    );
}

#[test]
fn one_answer_does_for_a_rule_or_for_a_file() {
    let all = folder();
    let mut it = terminal(&all, &[]);
    answer(&mut it, "a");
    assert_eq!(end(it).1, 0, "nothing is left");
    assert_eq!(
        [count(&all, "a/Dockerfile"), count(&all, "b/Dockerfile")],
        [2, 2]
    );

    let none = folder();
    let mut it = terminal(&none, &[]);
    answer(&mut it, "d");
    let (shown, code) = end(it);
    assert!(
        shown.contains("4 changes declined, none agreed to"),
        "{shown}"
    );
    assert_eq!((code, none.text("a/Dockerfile")), (1, BEFORE.to_owned()));

    let one = folder();
    let mut it = terminal(&one, &[]);
    answer(&mut it, "D");
    answer(&mut it, "A");
    assert_eq!(end(it).1, 1);
    assert_eq!(
        [count(&one, "a/Dockerfile"), count(&one, "b/Dockerfile")],
        [0, 2]
    );
}

#[test]
fn who_quits_keeps_what_was_agreed_to() {
    let folder = folder();
    let mut it = terminal(&folder, &[]);
    answer(&mut it, "y");
    answer(&mut it, "q");
    let (_, code) = end(it);
    assert_eq!(code, 1);
    assert_eq!(
        [
            count(&folder, "a/Dockerfile"),
            count(&folder, "b/Dockerfile")
        ],
        [1, 0]
    );
    // The end of the input is the same.
    let mut it = terminal(&folder, &[]);
    answer(&mut it, "y");
    it.exp_string(PROMPT).unwrap();
    it.send_control('d').unwrap();
    assert_eq!(end(it).1, 1);
    assert_eq!(
        [
            count(&folder, "a/Dockerfile"),
            count(&folder, "b/Dockerfile")
        ],
        [2, 0]
    );
}

#[test]
fn an_interrupt_leaves_everything_as_it_is() {
    let folder = folder();
    let mut it = terminal(&folder, &[]);
    answer(&mut it, "A");
    it.exp_string(PROMPT).unwrap();
    it.send_control('c').unwrap();
    it.exp_eof().unwrap();
    let how = it.process().wait().unwrap();
    assert!(matches!(how, WaitStatus::Signaled(..)), "{how:?}");
    assert_eq!(folder.text("a/Dockerfile"), BEFORE);
    assert_eq!(folder.text("b/Dockerfile"), BEFORE);
}

#[test]
fn questions_are_explained_and_come_in_colour() {
    let folder = folder();
    let mut it = with_color(&folder, "always", &[]);
    let shown = it.exp_string("Make this change?").unwrap();
    assert!(
        shown.contains("\u{1b}[32m+RUN pip install --no-cache-dir"),
        "{shown:?}"
    );
    it.send_line("?").unwrap();
    it.exp_string("D - make neither this change").unwrap();
    it.exp_string("Make this change?").unwrap();
    it.send_line("e").unwrap();
    it.exp_string("pip-no-cache-dir: pass `--no-cache-dir`")
        .unwrap();
    it.exp_string("Make this change?").unwrap();
    it.send_line("q").unwrap();
    end(it);
    let mut it = terminal(&folder, &[]);
    let shown = answer(&mut it, "q");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    end(it);
}

#[test]
fn unsafe_fixes_are_asked_about_where_they_may_be_made() {
    let text = "FROM registry.example.com/team/python:3\nWORKDIR /app\nCOPY . .\nCMD [\"python\", \"app.py\"]\n";
    let folder = Folder::new(&[("Dockerfile", text)]);
    let run = |more: &[&str]| terminal(&folder, &[&["--rule", "non-root-user"], more].concat());
    let (shown, _) = end(run(&[]));
    assert!(shown.contains("dfix: no change to ask about"), "{shown}");
    let mut it = run(&["--unsafe"]);
    let shown = answer(&mut it, "y");
    assert!(shown.contains("non-root-user, unsafe: "), "{shown}");
    assert!(
        shown.contains("  not established: ") && shown.contains("  help: "),
        "{shown}"
    );
    end(it);
    assert!(folder.text("Dockerfile").contains("\nUSER "));
}

#[test]
fn a_patch_of_what_was_agreed_to_may_be_had_instead() {
    let folder = folder();
    let mut it = terminal(&folder, &["--diff"]);
    answer(&mut it, "y");
    answer(&mut it, "q");
    let (shown, code) = end(it);
    assert!(
        shown.contains("+++ b/a/Dockerfile") && !shown.contains("b/b/Dockerfile"),
        "{shown}"
    );
    assert_eq!((code, folder.text("a/Dockerfile")), (1, BEFORE.to_owned()));
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let folder = folder();
    for arguments in [&["-i"][..], &["-i", "--files-from", "-"], &["-i", "-"]] {
        let (code, out, err) = folder.dfix_with(b"a\n", arguments);
        assert_eq!((code, &*out), (2, ""), "{arguments:?}");
        assert!(
            err.starts_with(
                "dfix: error: --interactive asks at a terminal, and standard input is none: "
            ),
            "{err}"
        );
    }
    assert_eq!(folder.text("a/Dockerfile"), BEFORE);
    for other in [["--limit", "1"], ["--add-ignore", "x"]] {
        assert_eq!(folder.dfix(&["-i", other[0], other[1]]).0, 2);
    }
}

#[test]
fn the_page_shows_what_is_asked_and_every_answer() {
    let page = include_str!("../../docs/interactive.md");
    let folder = Folder::new(&[("api/Dockerfile", BEFORE)]);
    let mut it = terminal(&folder, &[]);
    let shown = answer(&mut it, "?").replace("\r\n", "\n");
    assert!(
        page.contains(&format!("```{shown}{}", PROMPT.trim_end())),
        "{shown}"
    );
    let help = answer(&mut it, "q").replace("\r\n", "\n");
    let letters = help.lines().filter_map(|it| it.split_once(" - "));
    let rows: Vec<String> = letters
        .map(|(letter, means)| format!("| `{letter}` | {means} |\n"))
        .collect();
    assert_eq!(rows.len(), 9, "{help}");
    assert!(page.contains(&rows.concat()), "{rows:?}");
    end(it);
}
