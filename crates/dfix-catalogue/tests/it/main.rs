//! The tables as they lie on the disk: sorted, unique, well-formed, and told of in the README.

#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// Tables in which several rows may have the same key; their order then counts.
const RUNS: &[&str] = &[
    "debian-commands",
    "debian-packages",
    "deleted-tags",
    "dotnet-tags",
    "eol",
    "generated-marks",
    "hardened-tags",
    "home-writes",
    "image-moves",
    "image-packages",
    "images",
    "language-changes",
    "package-marks",
    "package-renames",
    "package-successors",
    "python-environments",
    "python-image-tools",
    "release-changes",
    "update-changes",
    "vendored-folders",
    "version-requests",
    "wrappers",
];

fn tables() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let files = fs::read_dir(folder).unwrap();
    let tables: Vec<(String, String)> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "tsv"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(tables.len() > 10);
    tables
}

#[test]
fn tables_are_sorted_unique_and_well_formed() {
    for (name, text) in tables() {
        assert!(text.ends_with('\n') && !text.contains('\r'), "{name}");
        let mut lines = text.lines();
        let title = lines.next().unwrap();
        assert!(
            title.starts_with("# "),
            "{name}: the first line names the columns"
        );
        let most = title.split('\t').count();
        let mut last = "";
        let mut seen = HashSet::new();
        for line in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            let key = columns[0];
            assert!(
                columns.len() <= most,
                "{name}: more columns than titles: {line}"
            );
            let is_tidy = |it: &&str| !it.is_empty() && it.trim() == *it && !it.contains("  ");
            assert!(
                columns.iter().all(is_tidy),
                "{name}: an empty column is `-`: {line}"
            );
            // Titles begin with `#`, and the bisection takes them for less than every key.
            assert!(key > "$", "{name}: {line}");
            assert!(
                key.as_bytes() >= last.as_bytes(),
                "{name}: {key} comes after {last}"
            );
            assert!(
                key != last || RUNS.contains(&name.as_str()),
                "{name}: {key} twice"
            );
            assert!(seen.insert(line), "{name}: {line} twice");
            last = key;
        }
        assert!(!seen.is_empty(), "{name}");
    }
}

#[test]
fn the_readme_tells_of_every_file_of_data() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    for entry in fs::read_dir(root.join("data")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&name), "{name}");
    }
}
