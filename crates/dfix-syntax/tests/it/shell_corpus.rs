//! Shell text of real Dockerfiles, in the folder that `DFIX_CORPUS` names.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dfix_syntax::ast::source_of;
use dfix_syntax::{SyntaxKind, SyntaxNode};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("a readable folder")
        .map(|e| e.expect("a readable entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Whether the script holds text that is not understood; another language's does not count.
fn is_faulty(script: &SyntaxNode) -> bool {
    script
        .descendants_with_tokens()
        .any(|e| e.kind() == SyntaxKind::ERROR_TEXT)
}

/// Whether bash finds the syntax good. It says nothing of unfinished lists at the end of the text.
fn bash_accepts(script: &str) -> bool {
    use std::io::Write;
    let mut bash = Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash is installed");
    bash.stdin
        .take()
        .expect("a pipe")
        .write_all(script.as_bytes())
        .expect("bash reads");
    let output = bash.wait_with_output().expect("bash ends");
    let message = String::from_utf8_lossy(&output.stderr);
    output.status.success() && !message.contains("rror") && !message.contains("conditional")
}

/// At least 995 of 1000 scripts are understood; of the others, those that bash accepts are listed.
#[test]
#[ignore = "needs a folder of Dockerfiles, and bash"]
fn scripts_are_understood() {
    let folder = std::env::var("DFIX_CORPUS").expect("the name of a folder");
    let mut paths = Vec::new();
    files(Path::new(&folder), &mut paths);
    let (mut scripts, mut faulty, mut accepted) = (0, 0, 0);
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let root = dfix_syntax::parse(&text).syntax();
        assert_eq!(root.text(), text.as_str(), "{}", path.display());
        let is_outermost = |script: &SyntaxNode| {
            let parent = script.parent().map(|p| p.kind());
            parent.is_some_and(|p| p.is_instruction() || p == SyntaxKind::HEREDOC_BODY)
        };
        for script in root
            .descendants()
            .filter(|n| n.kind() == SyntaxKind::SHELL_SCRIPT)
            .filter(is_outermost)
        {
            scripts += 1;
            if is_faulty(&script) {
                faulty += 1;
                let source = source_of(&script);
                if bash_accepts(&source) {
                    accepted += 1;
                    print!("bash accepts ");
                }
                println!("{}: {source:?}", path.display());
            }
        }
    }
    println!("{scripts} scripts, {faulty} not understood, {accepted} of them accepted by bash");
    assert!(faulty * 200 <= scripts);
}
