//! No circle of files: within a crate, the files can be put in an order in which each uses only those before it.
//!
//! What counts is who names whom: `use`, paths from `crate`, `self` and `super`, and paths into a module that the
//! file declares. A `pub use` is a signpost: who goes by it uses what it points to. Tests do not count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::house::{code, root, rust_files};

/// The crates that are held to it, by folder.
const HELD: &[&str] = &[
    ".",
    "crates/dfix-catalogue",
    "crates/dfix-codemods",
    "crates/dfix-engine",
    "crates/dfix-launch",
    "crates/dfix-model",
    "crates/dfix-rules",
    "crates/dfix-sources",
    "crates/dfix-syntax",
];

type Module = Vec<String>;

/// The files of one crate by the modules that they are.
struct Crate {
    files: BTreeMap<Module, String>,
    /// Where the names lead that a module hands on.
    signposts: BTreeMap<(Module, String), Module>,
    /// The modules that a module hands on as a whole.
    globs: BTreeMap<Module, Vec<Module>>,
}

/// A `use` of some file, one path a leaf.
struct Use {
    path: Vec<String>,
    name: String,
    hands_on: bool,
}

impl Crate {
    fn read(folder: &Path) -> Self {
        let source = folder.join("src");
        let mut files = BTreeMap::new();
        for file in rust_files(&source) {
            let place = file.strip_prefix(&source).unwrap().with_extension("");
            let mut module: Module = place
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            if module.iter().any(|part| part == "tests") || module[0] == "bin" {
                continue;
            }
            if matches!(module.last().unwrap().as_str(), "lib" | "main" | "mod") {
                module.pop();
            }
            files.insert(module, code(&file));
        }
        let mut all = Crate {
            files,
            signposts: BTreeMap::new(),
            globs: BTreeMap::new(),
        };
        for (module, text) in &all.files {
            for it in uses(text).into_iter().filter(|it| it.hands_on) {
                let Some(target) = all.absolute(module, &it.path) else {
                    continue;
                };
                if it.name == "*" {
                    all.globs.entry(module.clone()).or_default().push(target);
                } else {
                    all.signposts.insert((module.clone(), it.name), target);
                }
            }
        }
        all
    }

    /// A path as it is named in a module, from the root of the crate; none where it leads out of it.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Module> {
        let mut from = module.to_vec();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => from.clear(),
            "self" => {}
            "super" => {
                while rest.first().is_some_and(|it| it == "super") {
                    from.pop()?;
                    rest = &rest[1..];
                }
                from.extend_from_slice(rest);
                return Some(from);
            }
            child => {
                from.push(child.to_owned());
                if !self.files.contains_key(&from) {
                    return None;
                }
            }
        }
        from.extend_from_slice(&rest[1..]);
        Some(from)
    }

    /// The module in whose file the thing at an absolute path is written.
    fn home(&self, path: &[String], depth: usize) -> Module {
        let mut at: Module = Vec::new();
        for (count, part) in path.iter().enumerate() {
            let below: Module = [&at[..], std::slice::from_ref(part)].concat();
            if self.files.contains_key(&below) {
                at = below;
                continue;
            }
            let direct = self.signposts.get(&(at.clone(), part.clone())).cloned();
            let target = direct.or_else(|| {
                let globs = self.globs.get(&at)?;
                let found = globs.iter().find(|it| self.defines(it, part))?;
                Some([&found[..], std::slice::from_ref(part)].concat())
            });
            return match target {
                Some(target) if depth < 8 => {
                    self.home(&[&target[..], &path[count + 1..]].concat(), depth + 1)
                }
                _ => at,
            };
        }
        at
    }

    fn defines(&self, module: &[String], name: &str) -> bool {
        const KEYWORDS: [&str; 8] = [
            "struct", "enum", "fn", "trait", "type", "const", "static", "mod",
        ];
        self.files.get(module).is_some_and(|text| {
            let words: Vec<&str> = words(text).collect();
            words
                .windows(2)
                .any(|pair| KEYWORDS.contains(&pair[0]) && pair[1] == name)
        })
    }

    /// Who uses whom.
    fn edges(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let mut edges = BTreeMap::new();
        for (module, text) in &self.files {
            let of_uses = uses(text)
                .into_iter()
                .filter(|it| !it.hands_on)
                .map(|it| it.path);
            let paths = of_uses.chain(paths(text));
            let mut targets: BTreeSet<Module> = paths
                .filter_map(|path| self.absolute(module, &path))
                .map(|path| self.home(&path, 0))
                .collect();
            targets.remove(module);
            edges.insert(module, targets);
        }
        edges
    }

    /// The files that lie in a circle, each with those that it uses of the same circle.
    fn tangle(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let edges = self.edges();
        let reached: BTreeMap<&Module, BTreeSet<&Module>> = edges
            .keys()
            .map(|from| {
                let mut seen = BTreeSet::new();
                let mut next: Vec<&Module> = edges[from].iter().collect();
                while let Some(at) = next.pop() {
                    if seen.insert(at) {
                        next.extend(&edges[at]);
                    }
                }
                (*from, seen)
            })
            .collect();
        let mut tangle = BTreeMap::new();
        for (module, targets) in &edges {
            let back = |it: &&Module| reached[*it].contains(module);
            let circle: BTreeSet<Module> = targets.iter().filter(back).cloned().collect();
            if !circle.is_empty() {
                tangle.insert(*module, circle);
            }
        }
        tangle
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_word(c)).filter(|it| !it.is_empty())
}

/// The `use` items of a file.
fn uses(text: &str) -> Vec<Use> {
    let mut all = Vec::new();
    for item in split(text).0 {
        let (hands_on, tree) = match item.split_once("use ") {
            Some(("", tree)) => (false, tree),
            Some((_, tree)) => (true, tree),
            None => continue,
        };
        leaves(tree, &[], hands_on, &mut all);
    }
    all
}

/// The `use` statements of a file with their visibility, on one line each, and the rest of the file.
fn split(text: &str) -> (Vec<String>, String) {
    let mut statements = Vec::new();
    let mut rest = String::new();
    let mut open: Option<String> = None;
    for line in text.lines().map(str::trim) {
        let starts = line.starts_with("use ")
            || line.starts_with("pub") && line.split_whitespace().nth(1) == Some("use");
        if open.is_none() && starts {
            open = Some(String::new());
        }
        let Some(statement) = &mut open else {
            rest.push_str(line);
            rest.push('\n');
            continue;
        };
        statement.push_str(line);
        statement.push(' ');
        if let Some(end) = statement.find(';') {
            statement.truncate(end);
            statements.extend(open.take());
        }
    }
    (statements, rest)
}

/// Adds the paths of a use tree: `a::{b, c::d as e}` is `a::b` and `a::c::d`.
fn leaves(tree: &str, before: &[String], hands_on: bool, all: &mut Vec<Use>) {
    let tree = tree.trim();
    if let Some((start, group)) = tree.split_once('{') {
        let path = [before, &segments(start)].concat();
        let group = group.rsplit_once('}').map_or(group, |it| it.0);
        let mut depth = 0;
        let parts = group.split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        });
        for part in parts.filter(|it| !it.trim().is_empty()) {
            leaves(part, &path, hands_on, all);
        }
        return;
    }
    let (path, alias) = match tree.split_once(" as ") {
        Some((path, alias)) => (path, Some(alias.trim().to_owned())),
        None => (tree, None),
    };
    let mut path = [before, &segments(path)].concat();
    let last = path.last().cloned().unwrap_or_default();
    if last == "self" && path.len() > 1 || last == "*" {
        path.pop();
    }
    let name = match last.as_str() {
        "*" => last,
        _ => alias.unwrap_or_else(|| path.last().cloned().unwrap_or_default()),
    };
    all.push(Use {
        path,
        name,
        hands_on,
    });
}

fn segments(path: &str) -> Vec<String> {
    path.split("::")
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Every path of at least two segments outside of `use` statements.
fn paths(text: &str) -> Vec<Vec<String>> {
    split(text)
        .1
        .split(|c: char| !is_word(c) && c != ':')
        .filter(|it| it.contains("::"))
        .map(segments)
        .filter(|path| path.len() > 1)
        .collect()
}

fn shown(module: &[String]) -> String {
    if module.is_empty() {
        "the root".to_owned()
    } else {
        module.join("/")
    }
}

/// One line a file that lies in a circle: whom of the others it uses.
fn told(folder: &str) -> Vec<String> {
    let all = Crate::read(&root().join(folder));
    let tangle = all.tangle();
    tangle
        .iter()
        .map(|(module, targets)| {
            let targets: Vec<String> = targets.iter().map(|it| shown(it)).collect();
            format!("{folder}: {} uses {}", shown(module), targets.join(", "))
        })
        .collect()
}

#[test]
fn no_circle_of_files() {
    let circles: Vec<String> = HELD.iter().flat_map(|it| told(it)).collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

/// `cargo test --test it circles -- --ignored --nocapture` lists those of the crates that are not held yet.
#[test]
#[ignore = "tells, and holds nobody"]
fn circles_that_are_left() {
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let entry = entry.unwrap();
        let folder = format!("crates/{}", entry.file_name().to_str().unwrap());
        if entry.path().join("src").is_dir() {
            println!(
                "{folder}: {} files\n{}",
                told(&folder).len(),
                told(&folder).join("\n")
            );
        }
    }
}

#[test]
fn circles_are_seen() {
    let folder = crate::common::Folder::new(&[
        (
            "src/lib.rs",
            "mod a;\nmod b;\nmod c;\npub use a::A;\npub use c::*;\n",
        ),
        ("src/a.rs", "use crate::b::B;\npub struct A;\n"),
        ("src/b.rs", "pub struct B;\nfn f() -> crate::C { todo() }\n"),
        ("src/c.rs", "mod d;\nuse d::D;\npub struct C;\n"),
        ("src/c/d.rs", "pub struct D;\n"),
    ]);
    assert!(Crate::read(folder.root()).tangle().is_empty());
    for (path, text) in [
        ("src/b.rs", "use crate::{c::C, A};\n"),
        ("src/c/d.rs", "use super::{\n    C,\n};\n"),
        ("src/c/d.rs", "fn f() { super::C }\n"),
        ("src/c.rs", "fn f(a: crate::a::A) {}\npub struct C;\n"),
    ] {
        let before = folder.text(path);
        folder.put(path, text.as_bytes());
        let tangle = Crate::read(folder.root());
        assert!(!tangle.tangle().is_empty(), "{path} {text}");
        folder.put(path, before.as_bytes());
    }
}
