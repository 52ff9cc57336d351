//! What the catalogue says of language packages, as this rule asks it.

use dfix_model::catalogue::{Form as Kind, Libc, Package, node_package, python_package, ruby_gem};

/// Packages of a full image that the slim form lacks: Debian's `buildpack-deps`, and the libraries that
/// it brings along.
pub(super) const FULL: &[&str] = &[
    "autoconf",
    "automake",
    "bzip2",
    "curl",
    "default-libmysqlclient-dev",
    "dirmngr",
    "dpkg-dev",
    "file",
    "fontconfig",
    "g++",
    "gcc",
    "git",
    "gnupg",
    "imagemagick",
    "libbz2-dev",
    "libc6-dev",
    "libcairo2",
    "libcurl4",
    "libcurl4-openssl-dev",
    "libdb-dev",
    "libevent-dev",
    "libffi-dev",
    "libfontconfig1",
    "libfreetype6",
    "libgdbm-dev",
    "libgdk-pixbuf-2.0-0",
    "libgdk-pixbuf2.0-0",
    "libglib2.0-0",
    "libglib2.0-0t64",
    "libglib2.0-dev",
    "libgmp-dev",
    "libgomp1",
    "libgssapi-krb5-2",
    "libice6",
    "libjpeg-dev",
    "libjpeg62-turbo",
    "libkrb5-3",
    "libkrb5-dev",
    "liblcms2-2",
    "libldap-2.4-2",
    "libldap-2.5-0",
    "liblzma-dev",
    "libmagic1",
    "libmagickcore-dev",
    "libmagickwand-dev",
    "libmariadb3",
    "libmaxminddb-dev",
    "libncurses5-dev",
    "libncursesw5-dev",
    "libopenjp2-7",
    "libpango-1.0-0",
    "libpangocairo-1.0-0",
    "libpng-dev",
    "libpng16-16",
    "libpq-dev",
    "libpq5",
    "libquadmath0",
    "libreadline-dev",
    "librsvg2-2",
    "libsm6",
    "libsqlite3-dev",
    "libssl-dev",
    "libtiff5",
    "libtiff6",
    "libtool",
    "libwebp-dev",
    "libwebp6",
    "libwebp7",
    "libx11-6",
    "libxext6",
    "libxml2",
    "libxml2-dev",
    "libxrender1",
    "libxslt-dev",
    "libxslt1-dev",
    "libxslt1.1",
    "libyaml-0-2",
    "libyaml-dev",
    "make",
    "mercurial",
    "openssh-client",
    "openssl",
    "patch",
    "procps",
    "python3",
    "shared-mime-info",
    "subversion",
    "ucf",
    "unzip",
    "wget",
    "xz-utils",
    "zlib1g-dev",
    "pkg-config",
    "pkgconf",
    "perl",
    "build-essential",
];

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
