//! What programs read counts in the text that was given, and as applied only what was written.

use std::fs;
use std::path::Path;

use serde_json::Value;
use walkdir::WalkDir;

use crate::common::Folder;

/// Small applications, in a folder of their own, and a text that begins with a byte order mark.
fn folder() -> Folder {
    let folder = Folder::new(&[(
        "mark/Dockerfile",
        "\u{feff}FROM python:3.11\nRUN pip install x\n",
    )]);
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apps");
    let entries = WalkDir::new(&apps)
        .into_iter()
        .filter_entry(|it| it.file_name() != "public");
    for entry in entries {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&apps).unwrap();
            folder.put(path.to_str().unwrap(), &fs::read(entry.path()).unwrap());
        }
    }
    folder
}

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    let always = ["--format", "json", "--rule", "all", "--exit-zero"];
    let (_, out, errors) = folder.dfix(&[&always, arguments].concat());
    serde_json::from_str(&out).expect(&errors)
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("it is a number")).unwrap()
}

/// Offset of a line and a column, both from 1.
fn offset(text: &str, line: &Value, column: &Value) -> usize {
    let lines: usize = text
        .split_inclusive('\n')
        .take(number(line) - 1)
        .map(str::len)
        .sum();
    let rest = text[lines..].trim_start_matches('\u{feff}');
    let mark = text[lines..].len() - rest.len();
    let chars: usize = rest
        .chars()
        .take(number(column) - 1)
        .map(char::len_utf8)
        .sum();
    lines + mark + chars
}

#[test]
fn offsets_are_those_of_the_text_that_was_given_in_every_mode() {
    let folder = folder();
    let looked = json(&folder, &["."]);
    let text_of = |file: &Value| folder.text(file["path"].as_str().unwrap());
    let before: Vec<String> = looked["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(text_of)
        .collect();
    let fixed = json(&folder, &["--fix", "."]);
    assert_eq!(looked["schema"], "dfix-report-1");
    assert_eq!(
        (&looked["mode"], &fixed["mode"]),
        (&"check".into(), &"fix".into())
    );
    let files = |it: &Value| it["files"].as_array().unwrap().clone();
    let (mut edits, mut moved) = (0, 0);
    for ((looked, mut fixed), before) in files(&looked).into_iter().zip(files(&fixed)).zip(before) {
        let after = text_of(&looked);
        for finding in fixed["findings"].as_array_mut().unwrap() {
            let place = finding["place"].clone();
            let name = format!("{} {}", looked["path"], finding["rule"]);
            let (start, end) = (number(&place["start"]), number(&place["end"]));
            // The byte order mark is in front of the first column.
            let is_at = |offset: usize, it: usize| offset == it || (it == 0 && offset == 3);
            assert!(
                is_at(offset(&before, &place["line"], &place["column"]), start),
                "{name}"
            );
            assert!(
                is_at(offset(&before, &place["endLine"], &place["endColumn"]), end),
                "{name}"
            );
            for edit in finding["fix"]["edits"].as_array().into_iter().flatten() {
                let range = number(&edit["start"])..number(&edit["end"]);
                assert!(before.get(range).is_some(), "{name}: {edit}");
                edits += 1;
            }
            if let Some(there) = finding.as_object_mut().unwrap().remove("placeAfter") {
                let range = number(&there["start"])..number(&there["end"]);
                let text = after.get(range).expect("it is a place of the new text");
                moved += usize::from(there != place && text == &before[start..end]);
            }
        }
        assert_eq!(looked["findings"], fixed["findings"], "{}", looked["path"]);
    }
    assert!(edits > 100 && moved > 5, "{edits} {moved}");
}

const BEFORE: &str = "FROM python:3.12-slim\nRUN pip install requests==2.32.0\n";

#[test]
fn what_could_not_be_written_is_not_told_as_done() {
    let folder = Folder::new(&[("a/Dockerfile", BEFORE), ("b/Dockerfile", BEFORE)]);
    fs::hard_link(folder.path("a/Dockerfile"), folder.path("twin")).unwrap();
    let one = ["--rule", "pip-no-cache-dir", "--fix"];
    let with = |more: &[&str]| folder.dfix(&[&one, more].concat());
    let formats = ["text", "concise", "jsonl", "sarif", "junit", "markdown"];
    let reports: Vec<String> = formats
        .iter()
        .map(|it| format!("--report={it}={it}.out"))
        .collect();
    let mut arguments = vec![
        "--format",
        "json",
        "--diff",
        "--statistics",
        "--report=patch=patch.out",
    ];
    arguments.extend(reports.iter().map(String::as_str));
    let (code, out, errors) = with(&arguments);
    assert_eq!(code, 2);
    assert!(
        errors.contains("a/Dockerfile: error: the file has 2 names"),
        "{errors}"
    );
    let report: Value = serde_json::from_str(&out).unwrap();
    let [a, b] = report["files"].as_array().unwrap().as_slice() else {
        panic!("{out}")
    };
    assert_eq!(
        (&a["changed"], &b["changed"]),
        (&false.into(), &true.into())
    );
    assert_eq!(
        (&a["findings"], &a["diff"]),
        (&Value::Array(Vec::new()), &"".into())
    );
    assert_eq!(a["errors"].as_array().unwrap().len(), 1);
    assert_eq!(report["summary"]["findings"]["fix"], 1);
    assert_eq!(report["summary"]["filesChanged"], 1);
    assert_eq!(folder.text("a/Dockerfile"), BEFORE);
    let patch = folder.text("patch.out");
    assert!(
        !patch.contains("a/a/Dockerfile") && patch.contains("a/b/Dockerfile"),
        "{patch}"
    );
    for format in formats {
        let told = folder.text(&format!("{format}.out"));
        assert!(
            told.matches("leaves its downloads").count() <= 2,
            "{format}: {told}"
        );
    }
    assert!(
        folder
            .text("text.out")
            .contains("1 finding fixed (1 safe) in 1 file, 1 file failed")
    );
}
