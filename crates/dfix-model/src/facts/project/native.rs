//! Whether a package of a language compiles where it is installed, in the version that a condition allows.

use dfix_catalogue::{Form, Libc, Package, node_package, python_package, ruby_gem};

/// What is known of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Native {
    /// Whether installing it compiles, on glibc; `None`: not known.
    pub(crate) compiles: Option<bool>,
    /// Whether it has no compiled part at all.
    pub(crate) is_pure: bool,
    /// The packages of Debian that it loads when it runs.
    pub(crate) libraries: Vec<&'static str>,
    /// Whether it has a compiled part of which nobody has read what it loads.
    pub(crate) has_unknown_needs: bool,
}

fn of(package: Option<Package>, version: Option<&str>, language: Option<&str>) -> Native {
    match package {
        None => Native {
            compiles: None,
            is_pure: false,
            libraries: Vec::new(),
            has_unknown_needs: false,
        },
        Some(package) => Native {
            compiles: package.compiles(version, language, Libc::Glibc),
            is_pure: package.form == Form::Pure,
            libraries: package.run_time_packages().collect(),
            has_unknown_needs: false,
        },
    }
}

/// A package of the Python index, in the newest version that the condition allows, for this Python.
pub(crate) fn python(name: &str, condition: Option<&str>, python: Option<&str>) -> Native {
    let package = python_package(name);
    let mut found = of(package, None, python);
    let Some(package) = package else {
        return found;
    };
    found.has_unknown_needs = package.has_unknown_needs();
    for part in condition.unwrap_or("").split(',').map(str::trim) {
        let compiles = match limit(part) {
            Limit::None => continue,
            Limit::Exactly(version) => package.compiles(Some(&version), python, Libc::Glibc),
            Limit::Below(version) => package.compiles_below(&version, false, python, Libc::Glibc),
            Limit::UpTo(version) => package.compiles_below(&version, true, python, Libc::Glibc),
        };
        // The tightest condition decides.
        if compiles != Some(false) && found.compiles != Some(true) {
            found.compiles = compiles;
        }
    }
    if found.compiles == Some(true) {
        found.libraries.extend(package.libraries_when_compiled());
    }
    found
}

/// Whether no table knows a package of the Python index.
pub(crate) fn is_unknown(name: &str) -> bool {
    python_package(name).is_none()
}

/// Whether a package of the Python index has no compiled part.
pub(crate) fn is_pure(name: &str) -> bool {
    python_package(name).is_some_and(|package| package.form == Form::Pure)
}

/// A package of npm, in this version or the newest that the condition allows.
pub(crate) fn node(name: &str, version: Option<&str>) -> Native {
    // A range ends before the next major version, which may be long out.
    let is_newest = |v: &&str| matches!(*v, "" | "*" | "latest" | "x") || v.starts_with('>');
    of(node_package(name), version.filter(|v| !is_newest(v)), None)
}

/// A gem in this version.
pub(crate) fn ruby(name: &str, version: Option<&str>) -> Native {
    of(ruby_gem(name), version, None)
}

/// How new a version may be.
enum Limit {
    None,
    Exactly(String),
    Below(String),
    UpTo(String),
}

/// One condition on a version, in pip's words (PEP 440) or poetry's.
fn limit(part: &str) -> Limit {
    let after = |operator: &str| part.strip_prefix(operator).map(str::trim);
    if let Some(version) = after("===").or_else(|| after("==")) {
        return match version.strip_suffix(".*") {
            Some(series) => Limit::Below(next(series, series.split('.').count())),
            None => Limit::Exactly(version.to_owned()),
        };
    }
    if let Some(version) = after("~=") {
        let parts = version.split('.').count();
        return Limit::Below(next(version, parts.saturating_sub(1)));
    }
    if let Some(version) = after("^") {
        let zeros = version.split('.').take_while(|part| *part == "0").count();
        return Limit::Below(next(version, zeros + 1));
    }
    if let Some(version) = after("~") {
        return Limit::Below(next(version, version.split('.').count().min(2)));
    }
    if let Some(version) = after("<=") {
        return Limit::UpTo(version.to_owned());
    }
    match after("<") {
        Some(version) => Limit::Below(version.to_owned()),
        None => Limit::None,
    }
}

/// The version that follows on all that begin with the first parts of this one: `1.4` and 2 give `1.5`.
fn next(version: &str, parts: usize) -> String {
    let mut numbers: Vec<u32> = version
        .split('.')
        .take(parts.max(1))
        .map(|part| part.parse().unwrap_or(0))
        .collect();
    if let Some(last) = numbers.last_mut() {
        *last = last.saturating_add(1);
    }
    let texts: Vec<String> = numbers.iter().map(u32::to_string).collect();
    texts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_say_how_new_a_version_may_be() {
        let compiles = |condition: &str| python("numpy", Some(condition), Some("3.12")).compiles;
        for old in [
            "<1.20",
            "<1.26",
            "~=1.21.0",
            "==1.21.*",
            ">=1.2,<=1.25",
            "^0.3",
            "~1.21",
        ] {
            assert_eq!(compiles(old), Some(true), "{old}");
        }
        for fine in [
            "<2", "~=1.21", ">=1.21", "^1.21", "==1.26.4", "<=1.26", "!=1.2",
        ] {
            assert_eq!(compiles(fine), Some(false), "{fine}");
        }
    }
}
