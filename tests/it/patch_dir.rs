//! `--patch-dir`: the parts, applied in order by git, are what `--fix` writes.

use std::fs;
use std::path::Path;

use crate::common::Folder;

const PYTHON: &str = "FROM python:3.11\nMAINTAINER me\nRUN apt-get update && apt-get install curl\nRUN pip install flask\nADD app.py /app/\nWORKDIR app\nCMD python app.py\n";
const NODE: &str = "FROM node:18\nENV A b\nRUN cd /x && npm install\nEXPOSE 80/TCP\nCMD npm start";

fn folder() -> Folder {
    let folder = Folder::new(&[
        ("web/Dockerfile", PYTHON),
        ("web/api/Dockerfile", NODE),
        ("job/Dockerfile", &PYTHON.replace('\n', "\r\n")),
        ("Dockerfile", NODE),
        ("CODEOWNERS", "/web/ @web/team\n/job/ a@example.com @b\n"),
    ]);
    folder.sh("git init -q .");
    folder
}

fn patches(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|it| it != "README.md").collect();
    names.sort();
    names
}

#[test]
fn applied_in_order_they_are_what_fix_writes() {
    for (by, expected) in [("rule", None), ("folder", Some(3)), ("owner", Some(3))] {
        for level in [&[][..], &["--unsafe", "--rule", "all"]] {
            let wanted = folder();
            wanted.dfix(&[&["--fix", "--no-config", "--exit-zero"], level].concat());
            let parted = folder();
            let arguments = [
                "--patch-dir",
                "out/parts",
                "--patch-by",
                by,
                "--no-config",
                "--exit-zero",
            ];
            let (code, _, error) = parted.dfix(&[&arguments, level].concat());
            assert_eq!(code, 0, "{error}");
            let names = patches(&parted.path("out/parts"));
            assert!(
                names.len() > 2 && expected.is_none_or(|it| it == names.len()),
                "{names:?}"
            );
            let index = parted.text("out/parts/README.md");
            for name in &names {
                assert!(index.contains(&format!("| [{name}]({name}) | ")), "{index}");
            }
            parted.sh("for it in out/parts/*.patch; do git apply \"$it\"; done");
            for file in [
                "web/Dockerfile",
                "web/api/Dockerfile",
                "job/Dockerfile",
                "Dockerfile",
            ] {
                assert_eq!(
                    parted.text(file),
                    wanted.text(file),
                    "{by} {level:?} {file}"
                );
            }
        }
    }
}

#[test]
fn with_fix_they_are_what_was_written() {
    let (written, looked) = (folder(), folder());
    written.dfix(&["--fix", "--patch-dir", "parts", "--no-config", "--quiet"]);
    looked.dfix(&["--patch-dir", "parts", "--no-config", "--quiet"]);
    let names = patches(&written.path("parts"));
    assert_eq!(names, patches(&looked.path("parts")));
    for name in names {
        let place = format!("parts/{name}");
        assert_eq!(written.text(&place), looked.text(&place));
    }
}

#[test]
fn owners_name_their_parts() {
    let folder = folder();
    folder.dfix(&[
        "--patch-dir",
        "parts",
        "--patch-by",
        "owner",
        "--no-config",
        "--quiet",
    ]);
    let names: Vec<String> = patches(&folder.path("parts"))
        .iter()
        .map(|it| it[5..].to_owned())
        .collect();
    for name in ["web-team.patch", "a-example.com--b.patch", "nobody.patch"] {
        assert!(names.iter().any(|it| it == name), "{names:?}");
    }
}

#[test]
fn a_folder_that_holds_something_is_left() {
    let folder = folder();
    let (code, _, error) = folder.dfix(&["--patch-dir", "web", "--no-config"]);
    assert_eq!(code, 2);
    assert!(
        error.contains("--patch-dir web: it cannot be written: it is not empty"),
        "{error}"
    );
    let (code, _, error) = folder.dfix(&["--patch-by", "owner"]);
    assert_eq!(code, 2);
    assert!(error.contains("--patch-dir"), "{error}");
}
