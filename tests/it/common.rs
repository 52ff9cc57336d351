//! A folder to work in, and the binary run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// A Dockerfile that dfix leaves alone.
pub(crate) const GOOD: &str = "FROM scratch\nCOPY app /app\nUSER 10001\nENTRYPOINT [\"/app\"]\n";

/// A fresh folder that goes when it is dropped.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.put(path, text.as_bytes());
        }
        folder
    }

    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// The files that a run looks at, in the order of its report.
    pub(crate) fn paths_of(&self, arguments: &[&str]) -> Vec<String> {
        let (code, out, error) = self.dfix(&[arguments, &["--format", "json"]].concat());
        assert!(code < 2, "{error}");
        let report: serde_json::Value = serde_json::from_str(&out).expect(&error);
        let files = report["files"].as_array().unwrap().iter();
        files
            .map(|it| it["path"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Runs dfix here; gives exit code, standard output and standard error.
    pub(crate) fn dfix(&self, arguments: &[&str]) -> (i32, String, String) {
        run(self.command().args(arguments))
    }

    /// Runs dfix here with this standard input.
    pub(crate) fn dfix_with(&self, stdin: &[u8], arguments: &[&str]) -> (i32, String, String) {
        run(self.command().args(arguments).write_stdin(stdin))
    }

    /// Runs a script of the shell here that must succeed, with this dfix on its path.
    pub(crate) fn sh(&self, script: &str) -> Output {
        let dfix = Path::new(env!("CARGO_BIN_EXE_dfix")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let output = std::process::Command::new("sh")
            .args(["-euc", script])
            .current_dir(self.root())
            .env_clear()
            .env("PATH", format!("{}:{path}", dfix.display()))
            .output()
            .unwrap();
        assert!(output.status.success(), "{script}{output:?}");
        output
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dfix"));
        command.current_dir(self.root()).env_clear();
        command
    }
}

fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}
