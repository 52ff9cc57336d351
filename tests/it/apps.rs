//! The small real applications of `fixtures/apps`: what dfix makes of each, through the binary.
//!
//! `UPDATE=1 cargo test --test it apps` writes the expectations anew; read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::Folder;

fn apps() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apps");
    let mut apps: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Dockerfile").is_file())
        .collect();
    apps.sort();
    apps
}

/// A copy of the application, without the expectations.
fn copy_of(app: &Path) -> Folder {
    let folder = Folder::new(&[]);
    for entry in walkdir::WalkDir::new(app) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(app).unwrap().to_str().unwrap();
        if entry.file_type().is_file() && !name.starts_with("expected") {
            folder.put(name, &fs::read(entry.path()).unwrap());
        }
    }
    folder
}

/// Fixes a copy and holds it against the expectation; a second run must find nothing to change.
fn check(app: &Path, arguments: &[&str], expected: &Path) -> Option<String> {
    let folder = copy_of(app);
    let call = [arguments, &["--fix", "--exit-zero", "Dockerfile"]].concat();
    let (code, _, err) = folder.dfix(&call);
    assert_eq!(code, 0, "{} {err}", app.display());
    let fixed = folder.text("Dockerfile");
    let again = [arguments, &["--diff", "--exit-zero", "Dockerfile"]].concat();
    let (_, patch, _) = folder.dfix(&again);
    if !patch.is_empty() {
        return Some(format!("{}: a second run changes\n{patch}", app.display()));
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(expected, &fixed).unwrap();
    }
    assert!(
        dockerfile_parser::Dockerfile::parse(&fixed).is_ok(),
        "another parser cannot read\n{fixed}"
    );
    let wanted = fs::read_to_string(expected).unwrap_or_default();
    (fixed != wanted).then(|| format!("{}: dfix writes\n{fixed}", expected.display()))
}

#[test]
fn each_application_is_fixed_as_expected() {
    let apps = apps();
    assert!(apps.len() >= 14, "only {} applications", apps.len());
    let mut wrong = Vec::new();
    for app in &apps {
        wrong.extend(check(app, &[], &app.join("expected.Dockerfile")));
        let with_unsafe = app.join("expected.unsafe.Dockerfile");
        if with_unsafe.is_file() {
            wrong.extend(check(app, &["--unsafe"], &with_unsafe));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_worked_example_is_done_after_one_run() {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apps/flask");
    let folder = copy_of(&app);
    let (code, patch, _) = folder.dfix(&["--diff"]);
    assert_eq!(code, 1);
    for practice in [
        "+FROM python:3.11-slim",
        "+ENV PYTHONUNBUFFERED=1",
        "+RUN python -m venv /opt/venv",
        "--no-cache-dir",
        "+USER appuser",
    ] {
        assert!(patch.contains(practice), "{practice} is not in\n{patch}");
    }
    assert_eq!(folder.dfix(&["--fix"]).0, 0);
    let after = folder.text("Dockerfile");
    let (code, out, err) = folder.dfix(&["--fix"]);
    assert_eq!((code, folder.text("Dockerfile")), (0, after), "{out} {err}");
}
