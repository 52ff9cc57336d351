//! Formats that other programs read: each is held to what its readers ask of it.

use std::fs;

use std::path::Path;

use crate::common::Folder;

const BEFORE: &str = "FROM python:3.12-slim\n# é\nRUN pip install 'requests==2.32.0' && pip install \"a<b\"\nRUN apt-get update && apt-get install -y curl\n";

fn folder() -> Folder {
    let folder = Folder::new(&[
        ("a b/Dockerfile", BEFORE),
        ("good/Dockerfile", "FROM scratch\n"),
    ]);
    folder.put("c/Dockerfile", b"FRMO x\n");
    folder
}

#[test]
fn junit_has_a_suite_for_each_file_and_counts_that_are_so() {
    let (code, out, _) = folder().dfix(&["--format", "junit"]);
    assert_eq!(code, 2);
    let document = roxmltree::Document::parse(&out).expect("it is XML");
    let root = document.root_element();
    let suites: Vec<_> = root
        .children()
        .filter(|it| it.has_tag_name("testsuite"))
        .collect();
    let names: Vec<_> = suites
        .iter()
        .filter_map(|it| it.attribute("name"))
        .collect();
    assert_eq!(names, ["a b/Dockerfile", "c/Dockerfile", "good/Dockerfile"]);
    let number = |node: &roxmltree::Node<'_, '_>, name: &str| -> usize {
        node.attribute(name).unwrap().parse().unwrap()
    };
    let mut sums = (0, 0, 0);
    for suite in &suites {
        let cases: Vec<_> = suite
            .children()
            .filter(|it| it.has_tag_name("testcase"))
            .collect();
        let with = |tag: &str| {
            let has = |it: &&roxmltree::Node<'_, '_>| it.children().any(|it| it.has_tag_name(tag));
            cases.iter().filter(has).count()
        };
        assert_eq!(number(suite, "tests"), cases.len());
        assert_eq!(number(suite, "failures"), with("failure"));
        assert_eq!(number(suite, "errors"), with("error"));
        let mut names: Vec<_> = cases.iter().filter_map(|it| it.attribute("name")).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), cases.len(), "each case has a name of its own");
        sums = (
            sums.0 + cases.len(),
            sums.1 + with("failure"),
            sums.2 + with("error"),
        );
    }
    let told = (
        number(&root, "tests"),
        number(&root, "failures"),
        number(&root, "errors"),
    );
    assert_eq!(told, sums);
    assert!(sums.1 > 0 && sums.2 > 0);
}

#[test]
fn checkstyle_has_a_place_a_severity_and_a_source_for_each_finding() {
    let (_, out, _) = folder().dfix(&["--format", "checkstyle"]);
    let document = roxmltree::Document::parse(&out).expect("it is XML");
    let errors: Vec<_> = document
        .descendants()
        .filter(|it| it.has_tag_name("error"))
        .collect();
    assert!(errors.len() > 2, "{out}");
    for error in errors {
        assert!(error.attribute("line").unwrap().parse::<usize>().unwrap() > 0);
        assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()));
        assert!(error.attribute("source").unwrap().starts_with("dfix"));
        assert!(!error.attribute("message").unwrap().is_empty());
    }
    assert!(!out.contains("good/Dockerfile"));
}

/// What a reader of suggestions makes of them is what `--fix` writes, where each stands by itself.
#[test]
fn suggestions_of_rdjson_are_what_fix_writes() {
    let folder = folder();
    let (_, out, _) = folder.dfix(&["--format", "rdjson", "--rule", "pip-no-cache-dir", "a b"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["source"]["name"], "dfix");
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    let offset = |place: &serde_json::Value| {
        let number = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
        let lines: usize = BEFORE
            .split_inclusive('\n')
            .take(number("line") - 1)
            .map(str::len)
            .sum();
        lines + number("column") - 1
    };
    for diagnostic in document["diagnostics"].as_array().unwrap() {
        assert_eq!(diagnostic["location"]["path"], "a b/Dockerfile");
        for suggestion in diagnostic["suggestions"].as_array().unwrap() {
            let (start, end) = (
                offset(&suggestion["range"]["start"]),
                offset(&suggestion["range"]["end"]),
            );
            edits.push((start, end, suggestion["text"].as_str().unwrap().to_owned()));
        }
    }
    assert!(edits.len() >= 2, "{out}");
    edits.sort();
    let mut text = BEFORE.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, &new);
    }
    folder.dfix(&["--fix", "--rule", "pip-no-cache-dir", "a b"]);
    assert_eq!(text, folder.text("a b/Dockerfile"));
}

#[test]
fn markdown_has_a_table_and_the_patch() {
    let (_, out, _) = folder().dfix(&["--format", "markdown"]);
    assert!(out.starts_with("## dfix: "), "{out}");
    assert!(out.contains("| rule | fix |"), "{out}");
    assert!(out.contains("### `a b/Dockerfile`"), "{out}");
    assert!(out.contains("- **error** line 1: "), "{out}");
    let patch = out
        .split("```diff\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert!(patch.starts_with("diff --git"), "{out}");
    assert!(
        patch.contains("\n+RUN pip install --no-cache-dir"),
        "{patch}"
    );
    assert!(!out.contains("good/Dockerfile"));
}

/// docs/output.md tells of every format, and of none that is not there.
#[test]
fn the_page_names_every_format() {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/output.md")).unwrap();
    let rows = page
        .lines()
        .filter_map(|it| it.strip_prefix("| `")?.split('`').next());
    let mut told: Vec<&str> = rows.collect();
    told.sort_unstable();
    let (_, help, _) = folder().dfix(&["--help"]);
    let formats = help
        .split("--format <FORMAT>")
        .nth(1)
        .expect("it is an option");
    let formats = formats.split("--config").next().unwrap();
    let names = formats.lines().filter_map(|it| {
        let (name, _) = it.trim().strip_prefix("- ")?.split_once(':')?;
        Some(name)
    });
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    assert!(names.len() > 8, "{help}");
    assert_eq!(told, names);
}

/// What `--fix` did in many files is a screenful: by rule, with what is left and how to see it.
#[test]
fn what_fix_did_in_many_files_is_a_screenful() {
    let folder = Folder::new(&[]);
    for number in 0..30 {
        let text = format!("{BEFORE}RUN cd /x; FOO=1 apt-key add {number}\n");
        folder.put(&format!("service-{number}/Dockerfile"), text.as_bytes());
    }
    let (_, out, _) = folder.dfix(&["--fix", "--exit-zero"]);
    assert!(out.lines().count() < 40, "{out}");
    assert!(out.starts_with("rule "), "{out}");
    assert!(out.contains("\npip-no-cache-dir "), "{out}");
    assert!(out.contains(" in 30 files"), "{out}");
    let (_, out, _) = folder.dfix(&["--exit-zero"]);
    let told = out.matches(" --> service-").count();
    assert!(told >= 30, "what is left is told one by one: {told}");
}

#[test]
fn two_reports_go_to_no_one_file_however_it_is_spelt() {
    let folder = folder();
    let (code, _, errors) = folder.dfix(&["--report", "json=a.json", "--report", "sarif=./a.json"]);
    assert_eq!(code, 2);
    assert!(errors.contains("two reports go to this file"), "{errors}");
}
