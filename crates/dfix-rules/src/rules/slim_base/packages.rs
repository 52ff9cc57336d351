//! What the catalogue says of language packages, as this rule asks it.

use dfix_model::catalogue::{Form as Kind, Libc, Package, node_package, python_package, ruby_gem};
use dfix_model::normal_python_name;

/// What installing a package asks of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Fine,
    /// A compiler.
    Compiles,
    /// Not known.
    Unknown,
}

/// What is known of a package.
pub(super) struct Known {
    /// What installing it asks.
    pub(super) verdict: Verdict,
    /// Whether it has no compiled part at all.
    pub(super) is_pure: bool,
    /// Debian packages that it needs when it runs.
    pub(super) libraries: Vec<&'static str>,
}

/// What packages load that have it within their wheels, where they are compiled all the same on a full image.
const WHEN_COMPILED: &[(&str, &[&str])] = &[
    ("lxml", &["libxml2", "libxslt1.1"]),
    ("matplotlib", &["libfreetype6", "libpng16-16"]),
    (
        "pillow",
        &[
            "libfreetype6",
            "libjpeg62-turbo",
            "liblcms2-2",
            "libopenjp2-7",
            "libtiff5",
            "libtiff6",
            "libwebp6",
            "libwebp7",
            "libwebpdemux2",
            "libwebpmux3",
            "libxcb1",
        ],
    ),
    ("xmlsec", &["libxml2", "libxslt1.1"]),
];

/// The libraries that a Python package loads only where it was compiled.
pub(super) fn libraries_when_compiled(name: &str) -> &'static [&'static str] {
    let name = normal_python_name(name);
    let found = WHEN_COMPILED.iter().find(|(known, _)| *known == name);
    found.map_or(&[], |(_, libraries)| libraries)
}

fn verdict(compiles: Option<bool>) -> Verdict {
    match compiles {
        Some(false) => Verdict::Fine,
        Some(true) => Verdict::Compiles,
        None => Verdict::Unknown,
    }
}

fn known(package: Option<Package>, version: Option<&str>, language: Option<&str>) -> Known {
    let Some(package) = package else {
        return Known {
            verdict: Verdict::Unknown,
            is_pure: false,
            libraries: Vec::new(),
        };
    };
    Known {
        verdict: verdict(package.compiles(version, language, Libc::Glibc)),
        is_pure: package.form == Kind::Pure,
        libraries: package.run_time_packages().collect(),
    }
}

/// What a package of the Python index asks, in the newest version that this condition allows, for this
/// version of Python.
pub(super) fn of_python(name: &str, condition: Option<&str>, python: Option<&str>) -> Known {
    let package = python_package(name);
    let mut found = known(package, None, python);
    let Some(package) = package else {
        return found;
    };
    for part in condition.unwrap_or("").split(',').map(str::trim) {
        let compiles = match limit(part) {
            Limit::None => continue,
            Limit::Exactly(version) => package.compiles(Some(&version), python, Libc::Glibc),
            Limit::Below(version) => package.compiles_below(&version, false, python, Libc::Glibc),
            Limit::UpTo(version) => package.compiles_below(&version, true, python, Libc::Glibc),
        };
        let verdict = verdict(compiles);
        // The tightest condition decides.
        if verdict != Verdict::Fine && found.verdict != Verdict::Compiles {
            found.verdict = verdict;
        }
    }
    if found.verdict == Verdict::Compiles {
        found.libraries.extend(libraries_when_compiled(name));
    }
    found
}

/// How new a version may be.
enum Limit {
    None,
    Exactly(String),
    Below(String),
    UpTo(String),
}

/// One condition on a version, in pip's words or poetry's.
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

/// What a package of npm asks.
pub(super) fn of_node(name: &str, version: Option<&str>) -> Known {
    // A range ends before the next major version, which may be long out.
    let is_newest = |v: &&str| matches!(*v, "" | "*" | "latest" | "x") || v.starts_with('>');
    known(node_package(name), version.filter(|v| !is_newest(v)), None)
}

/// What a gem asks.
pub(super) fn of_ruby(name: &str, version: Option<&str>) -> Known {
    known(ruby_gem(name), version, None)
}

/// Whether a gem may bring others along that compile.
pub(super) fn gem_brings_more(name: &str) -> bool {
    ruby_gem(name).is_some_and(|gem| gem.brings_more)
}

/// Whether a gem is published ready-made beside its source.
pub(super) fn gem_has_platforms(name: &str) -> bool {
    ruby_gem(name).is_some_and(|gem| gem.form == Kind::Prebuilt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_say_how_new_a_version_may_be() {
        let verdict = |condition: &str| of_python("numpy", Some(condition), Some("3.12")).verdict;
        for compiles in [
            "<1.20",
            "<1.26",
            "~=1.21.0",
            "==1.21.*",
            ">=1.2,<=1.25",
            "^0.3",
            "~1.21",
        ] {
            assert_eq!(verdict(compiles), Verdict::Compiles, "{compiles}");
        }
        for fine in [
            "<2", "~=1.21", ">=1.21", "^1.21", "==1.26.4", "<=1.26", "!=1.2",
        ] {
            assert_eq!(verdict(fine), Verdict::Fine, "{fine}");
        }
    }
}
