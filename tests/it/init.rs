//! `dfix init` writes a configuration that is read, and takes over hadolint's.

use crate::common::{Folder, GOOD};

#[test]
fn the_file_changes_nothing_and_is_not_overwritten() {
    let folder = Folder::new(&[("Dockerfile", GOOD)]);
    let (code, out, err) = folder.dfix(&["init"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("dfix.toml is written"), "{out}");
    let text = folder.text("dfix.toml");
    let lines = text
        .lines()
        .filter(|it| !it.is_empty() && !it.starts_with('#'));
    assert_eq!(lines.collect::<Vec<_>>(), ["[rules]"]);
    assert_eq!(folder.dfix(&["-q"]), (0, String::new(), String::new()));
    let (code, _, err) = folder.dfix(&["init"]);
    assert_eq!(code, 2);
    assert!(err.contains("dfix.toml is there already"), "{err}");
    assert_eq!(folder.text("dfix.toml"), text);
    let (code, _, err) = folder.dfix(&["init", "nowhere"]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn its_comments_are_keys_that_are_read() {
    let folder = Folder::new(&[("a/Dockerfile", GOOD), ("shared.dfix.toml", "")]);
    folder.dfix(&["init", "a"]);
    let text = folder.text("a/dfix.toml");
    let starts = |line: &str| {
        let key = line.split(" = ").next().unwrap();
        line.contains(" = ") && !key.contains(' ') || line.starts_with('[')
    };
    let lines = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if starts(rest) => rest,
        _ => line,
    });
    let all: Vec<&str> = lines.collect();
    assert!(all.iter().filter(|it| starts(it)).count() > 18, "{all:?}");
    folder.put("a/dfix.toml", all.join("\n").as_bytes());
    folder.put("a/dfix-baseline.jsonl", b"{\"dfix-baseline\":1}\n");
    let (code, _, err) = folder.dfix(&["-q", "a"]);
    assert_eq!((code, err.as_str()), (0, ""), "{all:#?}");
}

#[test]
fn what_hadolint_is_told_is_taken_over() {
    let yaml = "failure-threshold: info\nno-fail: true\nignored:\n  - DL3059\n  - DL3008\n  - SC9999\ntrustedRegistries: [docker.io, ghcr.io]\n\
                label-schema:\n  maintainer: email\n  x: colour\nstrict-labels: true\noverride:\n  error: [DL3042, DL3001]\n  info: [DL3020]\n  loud: [DL3025]\n";
    let folder = Folder::new(&[(".hadolint.yaml", yaml), ("Dockerfile", GOOD)]);
    let (code, _, err) = folder.dfix(&["init"]);
    assert_eq!(code, 0, "{err}");
    let text = folder.text("dfix.toml");
    for line in [
        "fail-on = \"advice\"  # `failure-threshold: info` of hadolint",
        "run-consecutive = \"off\"  # DL3059",
        "package-unpinned = \"off\"  # DL3008",
        "pip-no-cache-dir = { severity = \"error\" }  # DL3042",
        "add-to-copy = { severity = \"advice\" }  # DL3020",
        "[rules.base-image-registry]",
        "allowed = [\"docker.io\", \"ghcr.io\"]",
        "[rules.label-format]",
        "email = [\"maintainer\"]",
        "allowed = []",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    for told in [
        ".hadolint.yaml:2: `no-fail` is not taken; `--exit-zero` does that",
        "dfix has no rules that are called SC9999, so",
        ".hadolint.yaml:10: `colour` is no format of labels",
        ".hadolint.yaml:15: `loud` is no severity",
        "package-unpinned goes off for DL3008, and with it what hadolint calls DL3013",
    ] {
        assert!(
            err.contains(&format!("dfix: note: {told}")),
            "{told}\n{err}"
        );
        assert!(text.contains(&format!("# - {told}")), "{told}\n{text}");
    }
    // The file alone says what both say together.
    let of = |folder: &Folder| folder.dfix(&["config", "show", "--format", "json"]).1;
    let alone = Folder::new(&[("dfix.toml", &text)]);
    let pick = |text: &str| {
        let shown: serde_json::Value = serde_json::from_str(text).unwrap();
        let rules = shown["rules"].as_array().unwrap().clone();
        let rules = rules.into_iter().map(|it| {
            (
                it["id"].clone(),
                it["enabled"].clone(),
                it["options"].clone(),
            )
        });
        rules.collect::<Vec<_>>()
    };
    assert_eq!(pick(&of(&folder)), pick(&of(&alone)));
    folder.put(".hadolint.yaml", b"ignored: DL3008\n");
    std::fs::remove_file(folder.path("dfix.toml")).unwrap();
    let (code, _, err) = folder.dfix(&["init"]);
    assert_eq!(code, 2);
    assert!(
        err.contains(".hadolint.yaml:1:1: `ignored` is a list"),
        "{err}"
    );
}

#[test]
fn a_file_below_another_one_is_told_what_it_cuts_off() {
    let folder = Folder::new(&[
        ("dfix.toml", "level = \"safe\"\n"),
        ("a/b/Dockerfile", "FROM a\n"),
    ]);
    let (code, _, err) = folder.dfix(&["init", "a/b"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("`extends = \"../../dfix.toml\"` in a/b/dfix.toml"),
        "{err}"
    );
}

#[test]
fn what_is_off_loses_its_severity_and_that_is_told() {
    let yaml = "ignored: [DL3008]\noverride:\n  info: [DL3018]\n";
    let folder = Folder::new(&[(".hadolint.yaml", yaml)]);
    let (_, _, err) = folder.dfix(&["init"]);
    assert!(
        err.contains("is off, as hadolint ignored DL3008; that DL3018 was `info` is not taken"),
        "{err}"
    );
}
