//! Versions that lock files pin.

use std::sync::LazyLock;

use dfix_model::context::Context;
use dfix_model::{Stage, Step};
use regex::Regex;
use serde_json::Value;

use super::files::{folders, found, is_taken, join};

/// A package that a lock file pins.
pub(super) struct Locked {
    pub(super) name: String,
    pub(super) version: String,
    /// Whether it compiles where it is installed, or fetches a binary that is made for one version of Node.js.
    pub(super) is_made_for_one: bool,
    /// The lock file, in the context.
    pub(super) file: String,
}

/// What brings a compiled part that is made for one version of Node.js; and what one that goes on to work with later ones is built
/// with. Source: nodejs.org, "ABI stability"; node-gyp-build's and prebuild's README.
const MADE_FOR_ONE: [&str; 6] = [
    "nan",
    "bindings",
    "node-gyp",
    "node-pre-gyp",
    "@mapbox/node-pre-gyp",
    "prebuild-install",
];
const MADE_FOR_ALL: [&str; 3] = ["node-addon-api", "node-gyp-build", "napi-build-utils"];

/// What the lock files say that a stage and those based on it take out of the context.
pub(super) fn locked(stage: Stage<'_>, language: &str) -> Vec<Locked> {
    let names: &[&str] = match language {
        "node" => &[
            "npm-shrinkwrap.json",
            "package-lock.json",
            "yarn.lock",
            "pnpm-lock.yaml",
        ],
        "python" => &["poetry.lock", "uv.lock", "Pipfile.lock"],
        _ => return Vec::new(),
    };
    let steps: Vec<Step<'_>> = stage.with_descendants().flat_map(Stage::steps).collect();
    let context: &dyn Context = stage.file().context();
    let mut all = Vec::new();
    for folder in folders(&steps, context) {
        for name in names {
            let file = join(&folder, name);
            if is_taken(&steps, &file)
                && let Some(text) = found(context, &file)
            {
                read(name, &text, &file, &mut all);
            }
        }
    }
    all
}

fn read(name: &str, text: &str, file: &str, all: &mut Vec<Locked>) {
    let mut add = |name: &str, version: &str, is_made_for_one: bool| {
        all.push(Locked {
            name: name.to_owned(),
            version: version.trim_start_matches('=').to_owned(),
            is_made_for_one,
            file: file.to_owned(),
        });
    };
    match name {
        "package-lock.json" | "npm-shrinkwrap.json" => {
            let Ok(lock) = serde_json::from_str::<Value>(text) else {
                return;
            };
            of_npm(&lock, &mut add);
        }
        "Pipfile.lock" => {
            let lock = serde_json::from_str::<Value>(text).unwrap_or_default();
            let packages = lock.get("default").and_then(Value::as_object);
            for (name, entry) in packages.into_iter().flatten() {
                if let Some(version) = entry.get("version").and_then(Value::as_str) {
                    add(name, version, false);
                }
            }
        }
        "yarn.lock" => of_pairs(YARN.as_ref(), text, &mut add),
        "pnpm-lock.yaml" => of_pairs(PNPM.as_ref(), text, &mut add),
        _ => of_pairs(PYTHON.as_ref(), text, &mut add),
    }
}

/// A name and a version, as the lock files of other tools have them.
static YARN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)^"?(@?[^@"\s]+)@[^\n]*:\n  version:? "?([^"\s]+)"?"#).ok());
static PNPM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^  '?/?(@?[^@'\s/]+(?:/[^@'\s/]+)?)[@/](\d[^:'(\s_]*)[^:\n]*:").ok()
});
static PYTHON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)^\[\[package\]\]\r?\nname = "([^"]+)"\r?\nversion = "([^"]+)""#).ok()
});

fn of_pairs(pattern: Option<&Regex>, text: &str, add: &mut dyn FnMut(&str, &str, bool)) {
    for found in pattern.into_iter().flat_map(|it| it.captures_iter(text)) {
        add(&found[1], &found[2], false);
    }
}

/// The packages of npm's lock file, of the form of npm 7 and that of before.
fn of_npm(lock: &Value, add: &mut dyn FnMut(&str, &str, bool)) {
    let text = |entry: &Value, key: &str| Some(entry.get(key)?.as_str()?.to_owned());
    if let Some(packages) = lock.get("packages").and_then(Value::as_object) {
        for (place, entry) in packages {
            let Some((_, name)) = place.rsplit_once("node_modules/") else {
                continue;
            };
            let needs = |names: &[&str]| {
                let all = entry.get("dependencies").and_then(Value::as_object);
                all.is_some_and(|all| names.iter().any(|it| all.contains_key(*it)))
            };
            let runs = entry.get("hasInstallScript").and_then(Value::as_bool) == Some(true);
            let is_optional = entry.get("optional").and_then(Value::as_bool) == Some(true);
            if let Some(version) = text(entry, "version") {
                let is_made = runs && !is_optional && needs(&MADE_FOR_ONE);
                add(name, &version, is_made && !needs(&MADE_FOR_ALL));
            }
        }
        return;
    }
    let packages = lock.get("dependencies").and_then(Value::as_object);
    for (name, entry) in packages.into_iter().flatten() {
        if let Some(version) = text(entry, "version") {
            add(name, &version, false);
        }
        of_npm(&without_packages(entry), add);
    }
}

/// What lies below an entry of the form of before npm 7.
fn without_packages(entry: &Value) -> Value {
    let below = entry.get("dependencies").cloned().unwrap_or_default();
    serde_json::json!({ "dependencies": below })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_are_read() {
        for (name, text) in [
            (
                "package-lock.json",
                r#"{"packages": {"": {}, "node_modules/a/node_modules/@x/b": {"version": "1.2.3"}}}"#,
            ),
            (
                "package-lock.json",
                r#"{"dependencies": {"a": {"dependencies": {"@x/b": {"version": "1.2.3"}}}}}"#,
            ),
            (
                "yarn.lock",
                "\"@x/b@^1.0.0\", \"@x/b@^1.2\":\n  version \"1.2.3\"\n",
            ),
            ("yarn.lock", "\"@x/b@npm:^1.0.0\":\n  version: 1.2.3\n"),
            ("pnpm-lock.yaml", "packages:\n\n  /@x/b/1.2.3_react@18:\n"),
            ("pnpm-lock.yaml", "packages:\n\n  '@x/b@1.2.3(react@18)':\n"),
            (
                "poetry.lock",
                "[[package]]\nname = \"@x/b\"\nversion = \"1.2.3\"\n",
            ),
            (
                "Pipfile.lock",
                r#"{"default": {"@x/b": {"version": "==1.2.3"}}}"#,
            ),
        ] {
            let mut all = Vec::new();
            read(name, text, name, &mut all);
            let found: Vec<(&str, &str)> = all.iter().map(|it| (&*it.name, &*it.version)).collect();
            assert_eq!(found, [("@x/b", "1.2.3")], "{name} {text}");
        }
    }

    #[test]
    fn what_is_made_for_one_version_is_known() {
        let text = r#"{"packages": {
            "node_modules/a": {"version": "1.0.0", "hasInstallScript": true, "dependencies": {"nan": "^2"}},
            "node_modules/b": {"version": "1.0.0", "hasInstallScript": true, "dependencies": {"bindings": "1", "node-addon-api": "7"}},
            "node_modules/c": {"version": "1.0.0", "hasInstallScript": true}}}"#;
        let mut all = Vec::new();
        read("package-lock.json", text, "package-lock.json", &mut all);
        let made: Vec<&str> = all
            .iter()
            .filter(|it| it.is_made_for_one)
            .map(|it| &*it.name)
            .collect();
        assert_eq!(made, ["a"]);
    }
}
