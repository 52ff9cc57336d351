//! The tree of packages that a lock file of npm describes: each package's place, and what the package there finds.

use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value};

use super::entry::Entry;
use super::spec::fits;

/// What a lock file does not have as its packages want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gap {
    /// A package wants what is not there, or not in this version: the sentence's text.
    Unmet(String),
    /// Whether a package has what it wants was not understood: the same.
    Unclear(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `dependencies` and their like; the optional ones, too: npm wants them in the lock file for other systems.
    Own,
    Peer,
    OptionalPeer,
}

/// What the packages want and do not find, from the project's own on: a gap that is certain, else the first that is
/// not understood. As npm's `@npmcli/arborist` looks: only what is wanted by somebody counts, and each package finds
/// what lies in its own `node_modules` or in one further up.
pub(super) fn first_gap(
    project: &Value,
    packages: &Map<String, Value>,
    with_peers: bool,
) -> Option<Gap> {
    let overrides = Overrides::of(project);
    let mut queue = VecDeque::from([""]);
    let mut seen = FxHashSet::from_iter([""]);
    let mut unclear = None;
    while let Some(place) = queue.pop_front() {
        let package = match place {
            "" => project,
            _ => &packages[place],
        };
        if is_true(package, "hasShrinkwrap") {
            continue;
        }
        if is_true(package, "link") {
            // Its target wants what it wants, at its own place.
            let target = package.get("resolved").and_then(Value::as_str);
            let inside = target.filter(|it| !it.starts_with(".."));
            match inside.and_then(|it| packages.get_key_value(it)) {
                Some((target, _)) => {
                    if seen.insert(target) {
                        queue.push_back(target);
                    }
                }
                None => unclear = unclear.or_else(|| Some(format!("`{place}` is a link"))),
            }
            continue;
        }
        for (name, (spec, kind)) in wanted(package, place.is_empty(), with_peers) {
            let found = find(packages, place, name);
            if let Some((found, _)) = found
                && seen.insert(found)
            {
                queue.push_back(found);
            }
            let spec = overrides.everywhere.get(name).copied().unwrap_or(spec);
            let is_met = match found {
                None => Some(kind == Kind::OptionalPeer),
                Some((_, entry)) => overrides.allow(place, name, spec, &entry),
            };
            if is_met == Some(true) {
                continue;
            }
            let mut text = sentence(place, name, spec, found.map(|it| it.1));
            if found.is_some() && is_met.is_none() && overrides.somewhere.contains_key(name) {
                text.push_str(", and `overrides` may want another");
            }
            // npm takes some trees in which a peer does not fit, as far as it finds no better one; what a package
            // brings along is only known when it is there.
            let is_certain = is_met == Some(false)
                && (found.is_none() || kind == Kind::Own)
                && !is_true(package, "inBundle")
                && package.get("acceptDependencies").is_none();
            if is_certain {
                return Some(Gap::Unmet(text));
            }
            unclear = unclear.or(Some(text));
        }
    }
    unclear.map(Gap::Unclear)
}

fn sentence(place: &str, name: &str, spec: &str, found: Option<Entry<'_>>) -> String {
    let who = match place.rsplit_once("node_modules/") {
        Some((_, who)) => who,
        None if place.is_empty() => "package.json",
        None => place,
    };
    let has = found.map(|it| it.target_text("version").unwrap_or("another"));
    match has {
        Some(version) => format!("`{who}` wants `{name}@{spec}` and has {version}"),
        None => format!("`{who}` wants `{name}@{spec}`, which it does not have"),
    }
}

/// What a package wants, by name; of the kinds that name one the last counts, as in npm.
fn wanted(package: &Value, is_project: bool, with_peers: bool) -> BTreeMap<&str, (&str, Kind)> {
    let mut wanted = BTreeMap::new();
    let of = |kind: &str| {
        let names = package.get(kind).and_then(Value::as_object);
        let names = names.into_iter().flatten();
        names.filter_map(|(name, spec)| Some((name.as_str(), spec.as_str()?)))
    };
    if with_peers {
        for (name, spec) in of("peerDependencies") {
            let meta = package.get("peerDependenciesMeta");
            let is_optional = meta.and_then(|it| it.get(name));
            let kind = if is_optional.is_some_and(|it| is_true(it, "optional")) {
                Kind::OptionalPeer
            } else {
                Kind::Peer
            };
            wanted.insert(name, (spec, kind));
        }
    }
    for field in ["dependencies", "optionalDependencies", "devDependencies"] {
        if field == "devDependencies" && !is_project {
            continue;
        }
        for (name, spec) in of(field) {
            wanted.insert(name, (spec, Kind::Own));
        }
    }
    if !is_project {
        match package.get("bundleDependencies") {
            Some(Value::Bool(true)) => wanted.clear(),
            Some(Value::Array(names)) => {
                wanted.retain(|name, _| !names.iter().any(|it| it.as_str() == Some(name)));
            }
            _ => {}
        }
    }
    wanted
}

/// The package that one at `place` finds under this name: its place and itself.
fn find<'a>(
    packages: &'a Map<String, Value>,
    place: &str,
    name: &str,
) -> Option<(&'a str, Entry<'a>)> {
    let mut folder = place;
    let (found, own) = loop {
        let at = match folder {
            "" => format!("node_modules/{name}"),
            _ => format!("{folder}/node_modules/{name}"),
        };
        if let Some((found, entry)) = packages.get_key_value(&at) {
            break (found, entry);
        }
        if folder.is_empty() {
            return None;
        }
        folder = match folder.rfind("node_modules/") {
            Some(start) => folder[..start].trim_end_matches('/'),
            None => folder.rsplit_once('/').map_or("", |it| it.0),
        };
    };
    let link = is_true(own, "link").then(|| own.get("resolved")?.as_str());
    let target = link.flatten().and_then(|it| packages.get(it));
    let alone = Entry::alone(own);
    Some((
        found,
        target.map_or(alone, |target| alone.leading_to(target)),
    ))
}

/// What the project's `overrides` ask for instead of what a package says.
struct Overrides<'a> {
    /// The ones that count for each package that wants the name.
    everywhere: FxHashMap<&'a str, &'a str>,
    /// The others: for some ranges, or below some package.
    somewhere: FxHashMap<&'a str, Vec<Override<'a>>>,
}

struct Override<'a> {
    spec: Option<&'a str>,
    is_below: bool,
}

impl<'a> Overrides<'a> {
    fn of(project: &'a Value) -> Self {
        let mut overrides = Overrides {
            everywhere: FxHashMap::default(),
            somewhere: FxHashMap::default(),
        };
        overrides.add(project, project.get("overrides"), false);
        overrides
    }

    fn add(&mut self, project: &'a Value, all: Option<&'a Value>, is_below: bool) {
        let all = all.and_then(Value::as_object);
        for (name, value) in all.into_iter().flatten().filter(|it| it.0 != ".") {
            self.add(project, Some(value), true);
            let spec = match value {
                Value::Object(below) => below.get("."),
                _ => Some(value),
            };
            let Some(spec) = spec else {
                continue;
            };
            let spec = spec.as_str().and_then(|it| referred(project, it));
            match spec {
                Some("" | "*") => {}
                Some(spec) if bare(name) == name && !is_below => {
                    self.everywhere.insert(name, spec);
                }
                _ => {
                    let others = self.somewhere.entry(bare(name)).or_default();
                    others.push(Override { spec, is_below });
                }
            }
        }
    }

    /// Whether the entry is what the package at `place` may find that asks for `spec`, also after the overrides that
    /// count for some; `None` where it cannot be told.
    fn allow(&self, place: &str, name: &str, spec: &str, entry: &Entry<'_>) -> Option<bool> {
        let mut is_met = fits(spec, entry);
        for other in self.somewhere.get(name).into_iter().flatten() {
            // The project itself is below nothing.
            if !(other.is_below && place.is_empty())
                && other.spec.and_then(|it| fits(it, entry)) != is_met
            {
                is_met = None;
            }
        }
        is_met
    }
}

/// The name without the range behind it.
fn bare(key: &str) -> &str {
    match key.char_indices().skip(1).find(|it| it.1 == '@') {
        Some((at, _)) => &key[..at],
        None => key,
    }
}

/// What an override says; of `$name` what the project itself asks for.
fn referred<'a>(project: &'a Value, text: &'a str) -> Option<&'a str> {
    let Some(name) = text.strip_prefix('$') else {
        return Some(text);
    };
    [
        "devDependencies",
        "optionalDependencies",
        "dependencies",
        "peerDependencies",
    ]
    .into_iter()
    .find_map(|kind| project.get(kind)?.get(name)?.as_str())
}

fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Gap, first_gap};

    #[test]
    fn links_lead_to_what_they_link() {
        let project = json!({"dependencies": {"lib": "file:lib", "top": "^1.0.0"}});
        let packages = json!({
            "node_modules/lib": {"resolved": "lib", "link": true},
            "node_modules/top": {"version": "1.2.0", "peerDependencies": {"lib": "2"}},
            "lib": {"version": "2.0.0", "dependencies": {"top": "1.x", "gone": "*"}},
        });
        let packages = packages.as_object().expect("it is one");
        let gap = first_gap(&project, packages, true);
        let text = "`lib` wants `gone@*`, which it does not have";
        assert_eq!(gap, Some(Gap::Unmet(text.to_owned())));
    }

    #[test]
    fn what_is_brought_along_or_shrunk_counts_for_itself() {
        let project = json!({"dependencies": {"a": "1.0.0", "b": "1.0.0"}});
        let packages = json!({
            "node_modules/a": {"version": "1.0.0", "dependencies": {"c": "1"}, "bundleDependencies": ["c"]},
            "node_modules/b": {"version": "1.0.0", "dependencies": {"c": "1"}, "hasShrinkwrap": true},
        });
        let packages = packages.as_object().expect("it is one");
        assert_eq!(first_gap(&project, packages, true), None);
    }

    #[test]
    fn overrides_of_some_count_where_they_may() {
        let packages = json!({
            "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "^1.0.0"}},
            "node_modules/b": {"version": "1.5.0"},
        });
        let packages = packages.as_object().expect("it is one");
        for (overrides, is_whole) in [
            (json!({"b": "$b"}), true),
            (json!({"x": {"b": "^1.5.0"}}), true),
            (json!({"x": {"b": "2.0.0"}}), false),
            (json!({"b@2": "3.0.0"}), false),
            (json!({"b": {"x": "2.0.0"}}), true),
            (json!({"b": {".": "2.0.0"}}), false),
            (json!({"b": "*"}), true),
        ] {
            let project =
                json!({"dependencies": {"a": "1.0.0", "b": "1.x"}, "overrides": overrides});
            let gap = first_gap(&project, packages, true);
            assert_eq!(gap.is_none(), is_whole, "{project}: {gap:?}");
        }
    }
}
