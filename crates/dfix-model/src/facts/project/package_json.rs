//! `package.json` and the lock file of npm beside it.

use serde_json::{Map, Value};

/// Why a dependency of `package.json` is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DependencyKind {
    /// `dependencies` and `optionalDependencies`: always installed.
    Runtime,
    /// `devDependencies`: left out by an installation for production.
    Development,
}

/// A package that `package.json` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependency<'p> {
    /// Its name.
    pub name: &'p str,
    /// The condition on its version, or where it is taken from; `""` where the file says nothing.
    pub version: &'p str,
    /// Why it is there.
    pub kind: DependencyKind,
}

/// A `package.json`. Source: docs.npmjs.com/cli/configuring-npm/package-json.
#[derive(Debug, Clone)]
pub struct PackageJson(Map<String, Value>);

impl PackageJson {
    /// The file with this text; `None` where it is no JSON object.
    pub fn parse(text: &str) -> Option<Self> {
        match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
            Ok(Value::Object(map)) => Some(PackageJson(map)),
            _ => None,
        }
    }

    /// The packages that it names directly.
    pub fn dependencies(&self) -> impl Iterator<Item = Dependency<'_>> {
        let kinds = [
            ("dependencies", DependencyKind::Runtime),
            ("optionalDependencies", DependencyKind::Runtime),
            ("devDependencies", DependencyKind::Development),
        ];
        kinds.into_iter().flat_map(|(key, kind)| {
            let named = self.0.get(key).and_then(Value::as_object);
            named
                .into_iter()
                .flatten()
                .map(move |(name, version)| Dependency {
                    name,
                    version: version.as_str().unwrap_or(""),
                    kind,
                })
        })
    }

    /// The shell text of a script.
    pub fn script(&self, name: &str) -> Option<&str> {
        self.0.get("scripts")?.get(name)?.as_str()
    }

    /// What npm runs when a script of this name is asked for: for `start`, where there is none, `node server.js`
    /// (docs.npmjs.com/cli/commands/npm-start).
    pub fn runs(&self, name: &str) -> Option<&str> {
        self.script(name)
            .or_else(|| (name == "start").then_some("node server.js"))
    }

    /// The scripts that npm runs when a script of this name is asked for, with their names: the one before
    /// it, itself, the one after it.
    pub fn scripts_of(&self, name: &str) -> impl Iterator<Item = (String, &str)> {
        [format!("pre{name}"), name.to_owned(), format!("post{name}")]
            .into_iter()
            .filter_map(|name| self.runs(&name).map(|text| (name.clone(), text)))
    }

    /// The scripts that an installation in the project's own folder runs, with their names.
    pub fn install_scripts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        ["preinstall", "install", "postinstall", "prepare"]
            .into_iter()
            .filter_map(|name| Some((name, self.script(name)?)))
    }

    /// The package manager that it asks for, and its exact version: `packageManager`, as `pnpm@10.8.1+sha512.…`.
    /// Source: nodejs.org/api/packages.html, "packageManager".
    pub fn package_manager(&self) -> Option<(&str, &str)> {
        let (name, version) = self.0.get("packageManager")?.as_str()?.split_once('@')?;
        Some((name, version.split('+').next().unwrap_or(version)))
    }

    /// Whether it is the root of several packages.
    pub fn has_workspaces(&self) -> bool {
        self.0.contains_key("workspaces")
    }
}

/// A `package-lock.json` of version 2 or 3 (npm 7 and later), which lists every package.
/// Source: docs.npmjs.com/cli/configuring-npm/package-lock-json.
#[derive(Debug, Clone)]
pub struct PackageLock(Map<String, Value>);

/// A package of a lock file.
#[derive(Debug, Clone, Copy)]
pub struct LockedPackage<'p> {
    /// Its name.
    pub name: &'p str,
    /// Its version.
    pub version: Option<&'p str>,
    /// Where it is taken from; `""` where the file says nothing.
    pub resolved: &'p str,
    /// Whether only development needs it.
    pub is_dev: bool,
    /// Whether it runs scripts when it is installed, on Linux: what runs none compiles nothing.
    pub runs_scripts: bool,
}

impl PackageLock {
    /// The file with this text; `None` where it is not one that lists every package.
    pub fn parse(text: &str) -> Option<Self> {
        match serde_json::from_str(text).ok()? {
            Value::Object(mut map) => match map.remove("packages")? {
                Value::Object(packages) => Some(PackageLock(packages)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its packages.
    pub fn packages(&self) -> impl Iterator<Item = LockedPackage<'_>> {
        self.0.iter().filter_map(|(path, entry)| {
            let (_, name) = path.rsplit_once("node_modules/")?;
            let says = |key: &str| entry.get(key).and_then(Value::as_bool) == Some(true);
            let systems = entry.get("os").and_then(Value::as_array);
            let is_for_linux =
                systems.is_none_or(|all| all.iter().any(|s| s.as_str() == Some("linux")));
            Some(LockedPackage {
                name,
                version: entry.get("version").and_then(Value::as_str),
                resolved: entry.get("resolved").and_then(Value::as_str).unwrap_or(""),
                is_dev: says("dev"),
                runs_scripts: says("hasInstallScript") && is_for_linux,
            })
        })
    }
}

/// Whether what stands in a version's place names a repository: `git+ssh://…`, `github:me/x`, `me/x`.
pub(crate) fn is_repository(version: &str) -> bool {
    version.starts_with("git")
        || version.starts_with("bitbucket:")
        || version.contains("git@")
        || (version.contains('/')
            && !version.starts_with(['.', '/', '@'])
            && !version.contains(':'))
}

/// Whether it names a folder of the project's own.
pub(crate) fn is_local(version: &str) -> bool {
    ["file:", "link:", "portal:"]
        .iter()
        .any(|prefix| version.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_json_names_packages_and_scripts() {
        let json = PackageJson::parse(
            r#"{"dependencies":{"a":"^1"},"devDependencies":{"b":"me/b"},"scripts":{"prestart":"x","start":"node ."}}"#,
        )
        .expect("an object");
        let names: Vec<_> = json.dependencies().map(|d| (d.name, d.kind)).collect();
        assert_eq!(
            names,
            [
                ("a", DependencyKind::Runtime),
                ("b", DependencyKind::Development)
            ]
        );
        let scripts: Vec<_> = json.scripts_of("start").collect();
        assert_eq!(
            scripts,
            [("prestart".to_owned(), "x"), ("start".to_owned(), "node .")]
        );
        assert!(PackageJson::parse("[]").is_none());
        for (version, expected) in [
            ("me/b", true),
            ("^1", false),
            ("https://x/y.tgz", false),
            ("github:a/b", true),
        ] {
            assert_eq!(is_repository(version), expected, "{version}");
        }
    }

    #[test]
    fn a_lock_says_what_runs_scripts() {
        let lock = PackageLock::parse(
            r#"{"packages":{"":{},"node_modules/a":{"version":"1","hasInstallScript":true},"node_modules/b/node_modules/@s/c":{"hasInstallScript":true,"os":["darwin"],"dev":true}}}"#,
        )
        .expect("version 2");
        let all: Vec<_> = lock
            .packages()
            .map(|p| (p.name, p.runs_scripts, p.is_dev))
            .collect();
        assert_eq!(all, [("a", true, false), ("@s/c", false, true)]);
        assert!(PackageLock::parse(r#"{"dependencies":{}}"#).is_none());
    }
}
