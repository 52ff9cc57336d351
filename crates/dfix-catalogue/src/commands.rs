//! Which commands a Debian image has, by release and layer of `buildpack-deps`.
//!
//! `data/debian-commands.tsv` lists the files in `bin` folders of every package that the layers
//! install, dependencies included. Verified for bullseye, bookworm and trixie; older releases read
//! as bullseye and newer ones as trixie.

use super::foundation::{Distribution, Foundation, Layer};
use super::releases::is_up_to_22_10;
use super::table::{Table, table};

const COMMANDS: Table = table!("debian-commands.tsv");
const PACKAGES: Table = table!("debian-packages.tsv");
const OF_ALPINE: Table = table!("alpine-commands.tsv");
const OF_NO_BASE: Table = table!("absent-commands.tsv");

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Useful at run time; small enough to install where it is missed.
    RunTime,
    /// A compiler, a linker, `make`, a tool that finds headers: a sign that something is built.
    Build,
}

/// Where a command comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The package to install for it.
    pub package: &'static str,
    /// The least layer that has it.
    pub layer: Layer,
    /// Whether slim forms lack it although the plain one has it: up to Debian 10 that had `ping` and `ip` besides
    /// (debuerreotype, `examples/debian.sh`).
    pub is_left_out: bool,
    /// What it is for.
    pub class: Class,
}

/// Finds the command in the images of a Debian or Ubuntu release, the full one included.
///
/// `command` is a bare name or a path in a system folder; `None` when no layer has it, which says
/// nothing about images that install more. Commands of the base system have an empty package.
pub fn tool(distribution: Distribution, release: Option<&str>, command: &str) -> Option<Tool> {
    if !matches!(distribution, Distribution::Debian | Distribution::Ubuntu) {
        return None;
    }
    let command = bare(command)?;
    let release = if distribution == Distribution::Ubuntu {
        "bookworm"
    } else {
        release.unwrap_or("bookworm")
    };
    find(release, command).or_else(|| {
        // `gcc-8` and `python3.7` of releases that are not listed: the unversioned name tells.
        let listed = matches!(release, "bullseye" | "bookworm" | "trixie");
        let plain =
            command.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
        let plain = match plain {
            "python" => "python3",
            other => other,
        };
        (!listed && plain != command).then(|| find(release, plain))?
    })
}

/// Whether the plain image of a release of Debian has more packages than the slim one.
pub fn has_more_than_slim(release: &str) -> bool {
    let mut left_out = COMMANDS.all().filter(|it| it.column(2) == "unslimmed");
    left_out.any(|it| it.lists(1, ',', release))
}

/// Whether some table knows a command of this name: of Debian, of Alpine, of neither's base images, or a program.
pub fn is_known_command(name: &str) -> bool {
    COMMANDS.has(name)
        || OF_ALPINE.has(name)
        || OF_NO_BASE.has(name)
        || super::programs::find(name).is_some()
}

/// Whether an image that is based on `foundation`, and has nothing else, has the command; `None`
/// when not known.
pub fn tool_in(foundation: &Foundation, command: &str) -> Option<bool> {
    match foundation.distribution {
        // Ubuntu's apt no longer brings adduser since 24.04; whether its images do is not told.
        Distribution::Ubuntu
            if matches!(
                bare(command)?,
                "adduser" | "addgroup" | "deluser" | "delgroup"
            ) && !foundation.release.is_some_and(is_up_to_22_10) =>
        {
            None
        }
        Distribution::Debian | Distribution::Ubuntu => {
            let found = tool(foundation.distribution, foundation.release, command);
            match (found, foundation.layer) {
                (_, Layer::Bare) => None,
                (Some(tool), Layer::Unknown) if tool.is_left_out => None,
                (Some(tool), Layer::Slim) if tool.is_left_out => Some(false),
                (Some(tool), Layer::Unknown) => (tool.layer == Layer::Plain).then_some(true),
                (Some(tool), Layer::Slim) => Some(tool.layer <= Layer::Plain),
                (Some(tool), layer) => Some(tool.layer <= layer),
                (None, Layer::Unknown) => None,
                (None, _) => OF_NO_BASE.has(bare(command)?).then_some(false),
            }
        }
        Distribution::Alpine => {
            let command = bare(command)?;
            if OF_ALPINE.has(command) {
                return Some(true);
            }
            let elsewhere = find("bookworm", command).is_some() || OF_NO_BASE.has(command);
            elsewhere.then_some(false)
        }
        _ => None,
    }
}

/// Whether an image that is based on `foundation`, and has nothing else, has the Debian package
/// installed; `None` when not known.
///
/// Names that carry a version differ by release: `libicu72` is in bookworm's full image only. The
/// suffix `t64` is left out of account.
pub fn package_in(foundation: &Foundation, package: &str) -> Option<bool> {
    if foundation.distribution != Distribution::Debian || foundation.layer == Layer::Bare {
        return None;
    }
    let least = package_layer(foundation.release?, package);
    match (least, foundation.layer) {
        (Some(Layer::Plain), _) => Some(true),
        (_, Layer::Unknown) => None,
        (None, _) => Some(false),
        (Some(least), layer) => Some(least <= layer),
    }
}

pub(super) fn package_layer(release: &str, package: &str) -> Option<Layer> {
    let package = package.strip_suffix("t64").unwrap_or(package);
    let release = listed_release(release);
    PACKAGES
        .rows(package)
        .find(|row| row.lists(1, ',', release))
        .map(|row| layer_of(row.column(2)))
}

fn layer_of(word: &str) -> Layer {
    match word {
        "curl" => Layer::Curl,
        "scm" => Layer::Scm,
        "full" => Layer::Full,
        _ => Layer::Plain,
    }
}

/// The release whose rows serve for this one.
fn listed_release(release: &str) -> &str {
    match release {
        "wheezy" | "jessie" | "stretch" | "buster" | "squeeze" => "bullseye",
        "forky" | "sid" | "duke" => "trixie",
        other => other,
    }
}

fn bare(command: &str) -> Option<&str> {
    if !command.contains('/') {
        return Some(command);
    }
    ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"]
        .iter()
        .find_map(|folder| command.strip_prefix(folder))
        .filter(|name| !name.contains('/') && !name.is_empty())
}

fn find(release: &str, command: &str) -> Option<Tool> {
    let row_of = listed_release(release);
    let row = COMMANDS
        .rows(command)
        .find(|row| row.lists(1, ',', row_of) || row.lists(1, ',', release))?;
    Some(Tool {
        package: row.column(3),
        layer: layer_of(row.column(2)),
        is_left_out: row.column(2) == "unslimmed",
        class: match row.column(4) {
            "build" => Class::Build,
            _ => Class::RunTime,
        },
    })
}
