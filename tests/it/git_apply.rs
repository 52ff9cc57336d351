//! What `--diff` prints, `git apply` takes; the result is what `--fix` writes.

use std::process::{Command, Stdio};

use crate::common::Folder;

const NAMES: [&str; 6] = [
    "Dockerfile",
    "a b/my Dockerfile.x",
    "na\u{ef}ve/Dockerfile",
    "tab\there/\"quoted\".Dockerfile",
    "back\\slash/Dockerfile",
    "\u{65e5}\u{672c}/Dockerfile.\u{8a9e}",
];

const TEXTS: [&str; 5] = [
    "FROM python:3.12\nRUN pip install flask\n",
    "FROM python:3.12\r\nRUN pip install flask\r\n",
    "FROM python:3.12\nRUN pip install flask",
    "FROM python:3.12\n# \u{e9}\n\n\n\nRUN pip install a \\\n  b\n\n\n\n\n\n\n\n\nRUN pip3 install c\n# end",
    "\u{feff}FROM python:3.12\nRUN pip install flask # \r odd\n",
];

#[test]
fn git_applies_what_is_printed() {
    for name in NAMES {
        for text in TEXTS {
            // A name in a subfolder is a Dockerfile only by being named.
            let folder = Folder::new(&[(name, text)]);
            let (_, patch, err) = folder.dfix(&["--rule", "pip-no-cache-dir", "--diff", name]);
            assert!(patch.starts_with("diff --git"), "{name} {text:?} {err}");
            let mut git = Command::new("git")
                .args([
                    "-c",
                    "core.autocrlf=false",
                    "apply",
                    "--whitespace=nowarn",
                    "-",
                ])
                .env("GIT_CEILING_DIRECTORIES", folder.root().parent().unwrap())
                .current_dir(folder.root())
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            std::io::Write::write_all(&mut git.stdin.take().unwrap(), patch.as_bytes()).unwrap();
            assert!(git.wait().unwrap().success(), "{name} {text:?}\n{patch}");
            let by_git = folder.text(name);
            folder.put(name, text.as_bytes());
            folder.dfix(&["--rule", "pip-no-cache-dir", "--fix", name]);
            assert_eq!(folder.text(name), by_git);
            assert_ne!(by_git, text);
        }
    }
}
