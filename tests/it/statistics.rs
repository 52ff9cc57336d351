//! `--statistics` says the same in each format, or beside it.

use serde_json::{Value, json};

use crate::common::Folder;

const BEFORE: &str = "FROM python:3.12-slim\nRUN pip install a && pip install b\nRUN cd /x\n";

fn folder() -> Folder {
    Folder::new(&[("a/Dockerfile", BEFORE), ("b/Dockerfile", BEFORE)])
}

/// Standard output and standard error.
fn told(arguments: &[&str]) -> (String, String) {
    let always = ["--rule", "pip-no-cache-dir,workdir-relative", "--exit-zero"];
    let (code, out, errors) = folder().dfix(&[&always, arguments].concat());
    assert_eq!(code, 0, "{errors}");
    (out, errors)
}

fn in_format(format: &str) -> (String, String) {
    told(&["--statistics", "--format", format])
}

const TABLE: &str = "\npip-no-cache-dir      4\n";

#[test]
fn formats_with_a_place_for_it_have_it_there() {
    let counts = json!({ "fix": 4 });
    let parse = |text: &str| -> Value { serde_json::from_str(text).expect(text) };
    let (json, _) = in_format("json");
    assert_eq!(parse(&json)["statistics"]["pip-no-cache-dir"], counts);
    let (sarif, _) = in_format("sarif");
    let run = &parse(&sarif)["runs"][0];
    assert_eq!(run["properties"]["statistics"]["pip-no-cache-dir"], counts);
    let (jsonl, _) = in_format("jsonl");
    let line = jsonl.lines().rev().nth(1).unwrap();
    assert_eq!(parse(line)["type"], "statistics");
    assert_eq!(parse(line)["rules"]["pip-no-cache-dir"], counts);
    let (junit, _) = in_format("junit");
    let property = "<property name=\"pip-no-cache-dir\" value=\"4 fix\"/>";
    assert!(junit.contains(property), "{junit}");
    let (github, _) = in_format("github");
    let notice = "::notice title=dfix%3A statistics::pip-no-cache-dir: 4 fix";
    assert!(github.contains(notice), "{github}");
    let (markdown, _) = in_format("markdown");
    assert!(
        markdown.contains("| `pip-no-cache-dir` | 4 |"),
        "{markdown}"
    );
    let (text, _) = in_format("text");
    assert!(text.contains(TABLE), "{text}");
    for format in [
        "json", "sarif", "jsonl", "junit", "github", "markdown", "text",
    ] {
        assert_eq!(in_format(format).1, "", "{format}");
    }
}

#[test]
fn beside_the_others_it_stands_on_standard_error() {
    for format in ["concise", "gitlab", "checkstyle", "rdjson"] {
        let (out, errors) = in_format(format);
        assert_eq!(out, told(&["--format", format]).0, "{format}");
        assert!(errors.contains(TABLE), "{format}: {errors}");
    }
    let (out, errors) = told(&["--diff", "--statistics"]);
    assert!(
        out.starts_with("diff --git") && !out.contains(TABLE),
        "{out}"
    );
    assert!(errors.contains(TABLE), "{errors}");
    let (_, errors) = told(&["--format", "concise", "--statistics", "--quiet"]);
    assert_eq!(errors, "");
}

#[test]
fn nobody_gets_it_unasked() {
    for format in [
        "json", "jsonl", "sarif", "junit", "github", "gitlab", "rdjson",
    ] {
        let (out, errors) = told(&["--format", format]);
        assert!(!out.contains("statistics"), "{out}");
        assert_eq!(errors, "");
    }
}
