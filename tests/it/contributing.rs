//! CONTRIBUTING.md says what is so: its files are there, and its glossary names things that exist.

use std::fs;

use crate::house::{root, rust_files};

const KINDS: [&str; 8] = [
    "struct", "enum", "trait", "fn", "const", "type", "mod", "static",
];

fn text() -> String {
    fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap()
}

/// Whether a crate's sources define something of this name, be it a variant or a kind of node.
fn defines(krate: &str, name: &str) -> bool {
    let folder = match krate {
        "dfix" => root().join("src"),
        other => root()
            .join("crates")
            .join(other.replace('_', "-"))
            .join("src"),
    };
    rust_files(&folder).iter().any(|file| {
        let text = fs::read_to_string(file).unwrap();
        let is_item = |line: &str| {
            let words: Vec<&str> = line
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .filter(|it| !it.is_empty())
                .collect();
            words
                .windows(2)
                .any(|pair| KINDS.contains(&pair[0]) && pair[1] == name)
        };
        let listed = [format!("{name},"), format!("{name} =")];
        text.lines().any(|line| {
            let line = line.trim();
            is_item(line) || listed.iter().any(|it| line == it || line.starts_with(it))
        })
    })
}

#[test]
fn each_term_of_the_glossary_that_names_an_item_exists() {
    let text = text();
    let (_, glossary) = text.split_once("## Glossary").unwrap();
    let rows = glossary.lines().filter(|it| it.starts_with('|')).skip(2);
    let mut terms = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let &[_, term, item, meaning, _] = &cells[..] else {
            panic!("{row}");
        };
        assert!(!meaning.is_empty(), "{row}");
        assert!(!terms.contains(&term), "{term} stands there twice");
        terms.push(term);
        if !item.is_empty() {
            let path = item.trim_matches('`');
            let (krate, name) = path.split_once("::").unwrap();
            assert!(defines(krate, name), "there is no {path} ({term})");
        }
    }
    assert!(terms.len() > 20, "a short glossary: {}", terms.len());
}

#[test]
fn its_links_lead_somewhere() {
    for link in text().split("](").skip(1) {
        let link = link.split(')').next().unwrap();
        assert!(root().join(link).exists(), "{link}");
    }
}

#[test]
fn the_map_shows_what_is_there() {
    let crates = root().join("crates");
    let map = fs::read_to_string(crates.join("README.md")).unwrap();
    for link in map.split("](").skip(1) {
        let link = link.split(')').next().unwrap();
        assert!(crates.join(link).exists(), "{link}");
    }
    let (_, table) = map.split_once("Where does a thing go?").unwrap();
    let mut krate = "";
    for path in table.split('`').skip(1).step_by(2) {
        if let Some((name, _)) = path.split_once("/src/") {
            krate = name;
        }
        // A path without a crate is one of the crate that was named last.
        let places = [
            crates.join(path),
            crates.join(krate).join("src").join(path),
            root().join(path),
        ];
        assert!(places.iter().any(|it| it.exists()), "{path}");
    }
    for entry in fs::read_dir(&crates).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_str().unwrap().to_owned();
        if entry.path().is_dir() {
            assert!(map.contains(&format!("**{name}**")), "the map lacks {name}");
        }
    }
}
