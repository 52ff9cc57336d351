//! The house keeps itself: arrows between the crates, no I/O below the front ends, short files.

use std::fs;
use std::path::{Path, PathBuf};

/// The crates below the front ends, from left to right: each uses those before it only.
const LAYERS: [&str; 8] = [
    "dfix-catalogue",
    "dfix-sources",
    "dfix-syntax",
    "dfix-launch",
    "dfix-model",
    "dfix-engine",
    "dfix-rules",
    "dfix-codemods",
];

/// These know nothing of each other: what we would change, and what somebody asked for.
const BESIDE: [&str; 2] = ["dfix-rules", "dfix-codemods"];

/// These use none of the others: one knows the world, one the application, one the Dockerfile, one what builds and starts its image.
const GROUND: [&str; 4] = [
    "dfix-catalogue",
    "dfix-sources",
    "dfix-syntax",
    "dfix-launch",
];

/// A file that is longer wants splitting.
const MOST_LINES: usize = 600;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target")
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .collect();
    assert!(!files.is_empty(), "no Rust below {}", folder.display());
    files
}

/// The code of a file without comments, and without the tests at its end.
pub(crate) fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("\nmod tests {").next().unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn arrows_point_to_the_left() {
    for (place, name) in LAYERS.iter().enumerate() {
        let folder = root().join("crates").join(name);
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(section).and_then(|it| it.as_table()) else {
                continue;
            };
            for other in table.keys().filter(|it| it.starts_with("dfix")) {
                let is_beside = BESIDE.contains(name) && BESIDE.contains(&other.as_str());
                let allowed = LAYERS[..place].contains(&other.as_str())
                    && !GROUND.contains(name)
                    && !is_beside;
                assert!(
                    allowed,
                    "{name} must not use {other}, which lies to its right"
                );
            }
        }
        for other in LAYERS[place..].iter().skip(1) {
            let path = format!("{}::", other.replace('-', "_"));
            for file in rust_files(&folder) {
                assert!(
                    !code(&file).contains(&path),
                    "{} names {path}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn only_syntax_knows_what_trees_are_made_of() {
    for name in LAYERS.iter().filter(|name| **name != "dfix-syntax") {
        let manifest = root().join("crates").join(name).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        for part in ["rowan", "text-size"] {
            assert!(!manifest.contains(part), "{name} uses {part}");
        }
    }
}

/// Clippy keeps the world out (`crates/clippy.toml` lists it with reasons) where a library asks for that.
#[test]
fn nothing_below_the_front_ends_touches_the_world() {
    const ASKS: &str = "#![cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]";
    for name in LAYERS {
        let folder = root().join("crates").join(name);
        let text = fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        let squeezed = |text: &str| {
            text.split_whitespace()
                .collect::<String>()
                .replace(",)", ")")
        };
        assert!(
            squeezed(&text).contains(&squeezed(ASKS)),
            "{name} lacks {ASKS}"
        );
        assert!(
            !folder.join("clippy.toml").exists(),
            "{name} has rules of its own"
        );
        for file in rust_files(&folder.join("src")) {
            let code = code(&file);
            for way_round in ["clippy::disallowed", "static mut"] {
                let count = code.matches(way_round).count();
                let allowed = if file.ends_with("src/lib.rs") { 3 } else { 0 };
                assert!(count <= allowed, "{} names {way_round}", file.display());
            }
        }
    }
}

#[test]
fn files_are_short() {
    let folders = ["src", "tests", "crates"].map(|it| root().join(it));
    let mut long = Vec::new();
    for file in folders.iter().flat_map(|folder| rust_files(folder)) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        if lines > MOST_LINES {
            long.push(format!("{} has {lines} lines", file.display()));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn main_fits_on_a_screen() {
    let main = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(main.lines().count() <= 40);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let Ok(text) = fs::read_to_string(&manifest) else {
            continue;
        };
        let manifest: toml::Table = text.parse().unwrap();
        let lints = manifest.get("lints").and_then(|it| it.get("workspace"));
        assert_eq!(lints.and_then(toml::Value::as_bool), Some(true), "{text}");
        assert!(!manifest.contains_key("build"), "no build scripts");
    }
}

#[test]
fn modules_are_declared_where_rustfmt_finds_them() {
    for file in ["src", "crates"]
        .map(|it| root().join(it))
        .iter()
        .flat_map(|it| rust_files(it))
    {
        let code = code(&file);
        let in_macro = code
            .lines()
            .any(|line| line.trim_start().starts_with("mod $"));
        assert!(!in_macro, "{} declares modules in a macro", file.display());
    }
}

/// Without a version, a crate that is named by path cannot be packed.
#[test]
fn crates_name_each_other_with_the_version() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let workspace = &manifest["workspace"];
    let dependencies = workspace["dependencies"].as_table().unwrap();
    for (name, dependency) in dependencies.iter().filter(|it| it.1.get("path").is_some()) {
        assert_eq!(
            dependency.get("version"),
            workspace["package"].get("version"),
            "{name}"
        );
    }
}

/// Linking is most of what a test binary costs.
#[test]
fn each_crate_has_one_binary_of_tests() {
    let folders = LAYERS.map(|it| root().join("crates").join(it));
    for folder in folders.iter().map(PathBuf::as_path).chain([root()]) {
        let tests = fs::read_dir(folder.join("tests")).unwrap();
        let names: Vec<_> = tests.map(|it| it.unwrap().file_name()).collect();
        assert_eq!(
            names,
            ["it"],
            "{}: a file of tests is a module of tests/it",
            folder.display()
        );
    }
}
