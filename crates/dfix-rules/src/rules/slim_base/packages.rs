//! What the catalogue says of language packages, as this rule asks it.

use dfix_model::catalogue::{Form as Kind, Libc, Package, node_package, python_package, ruby_gem};

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

fn known(package: Option<Package>, version: Option<&str>, language: Option<&str>) -> Known {
    let Some(package) = package else {
        return Known {
            verdict: Verdict::Unknown,
            is_pure: false,
            libraries: Vec::new(),
        };
    };
    Known {
        verdict: match package.compiles(version, language, Libc::Glibc) {
            Some(false) => Verdict::Fine,
            Some(true) => Verdict::Compiles,
            None => Verdict::Unknown,
        },
        is_pure: package.form == Kind::Pure,
        libraries: package.run_time_packages().collect(),
    }
}

/// What a package of the Python index asks, in the version that this condition pins, for this version
/// of Python.
pub(super) fn of_python(name: &str, condition: Option<&str>, python: Option<&str>) -> Known {
    // Only `==` says which version comes; other conditions let the newest in that has a wheel.
    let pinned = condition
        .and_then(|c| c.trim().strip_prefix("=="))
        .map(|v| v.trim_start_matches('=').trim())
        .filter(|v| !v.contains([',', '*']));
    known(python_package(name), pinned, python)
}

/// What a package of npm asks.
pub(super) fn of_node(name: &str, version: Option<&str>) -> Known {
    let pinned = version
        .filter(|v| v.starts_with(|c: char| c.is_ascii_digit()) && !v.contains([' ', 'x', '|']));
    known(node_package(name), pinned, None)
}

/// What a gem asks.
pub(super) fn of_ruby(name: &str, version: Option<&str>) -> Known {
    known(ruby_gem(name), version, None)
}

/// Whether a gem may bring others along that compile.
pub(super) fn gem_brings_more(name: &str) -> bool {
    ruby_gem(name).is_some_and(|gem| gem.brings_more)
}
