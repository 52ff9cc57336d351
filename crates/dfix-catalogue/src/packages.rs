//! Language packages: which install as they are, and which need a compiler or a system library.

use super::image::Libc;
use super::table::{Table, table};

const PYTHON: Table = table!("python-packages.tsv");
const NODE: Table = table!("node-packages.tsv");
const RUBY: Table = table!("ruby-gems.tsv");
const COMPILED: Table = table!("python-compiled.tsv");
const NEEDED: Table = table!("python-needed.tsv");

/// How a package reaches a Linux machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// No compiled part.
    Pure,
    /// A compiled part, published ready-made for glibc (wheels, prebuilt add-ons, native gems).
    Prebuilt,
    /// A compiled part, published as source: every installation compiles.
    Source,
}

/// What is known of a language package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// The name as its registry normalises it.
    pub name: &'static str,
    /// How it reaches the machine.
    pub form: Form,
    /// What is worth knowing beside that; may be empty.
    pub note: &'static str,
    /// Whether packages that it depends on may have compiled parts, which are not told here.
    pub brings_more: bool,
    /// What the shared objects of its newest wheel need of the system, where that was read.
    needed: Option<&'static str>,
    ready_made: &'static str,
    build: &'static str,
    run_time: &'static str,
}

/// Since when a package is ready-made.
enum Since {
    Version(&'static str),
    Never,
}

impl Package {
    /// Debian packages needed to compile it.
    pub fn build_packages(&self) -> impl Iterator<Item = &'static str> + use<> {
        list(self.build)
    }

    /// Debian packages that it needs at run time and does not bundle. A full image may have them
    /// and its slim form lack them.
    pub fn run_time_packages(&self) -> impl Iterator<Item = &'static str> + use<> {
        let needed = list(self.needed.unwrap_or_default());
        let is_new = |it: &&str| !it.starts_with('?') && !list(self.run_time).any(|own| own == *it);
        let run_time = self.run_time;
        let needed: Vec<&str> = needed.filter(is_new).collect();
        list(run_time).chain(needed)
    }

    /// Whether it is a Python package with a compiled part of whose wheel nobody has read what it needs of the system, or
    /// which needs something that no known package has.
    pub fn has_unknown_needs(&self) -> bool {
        self.form == Form::Prebuilt
            && self.run_time.is_empty()
            && self.needed.is_none_or(|needed| needed.contains('?'))
    }

    /// Debian packages that a Python package loads at run time only where it was compiled: its wheels
    /// have them within.
    pub fn libraries_when_compiled(&self) -> impl Iterator<Item = &'static str> + use<> {
        COMPILED
            .row(self.name)
            .into_iter()
            .flat_map(|row| row.words(1))
    }

    /// Whether installing `version` (`None`: the newest) for the language's version `language`
    /// (`3.11`; `None`: not known) compiles; `None` when that cannot be told.
    pub fn compiles(
        &self,
        version: Option<&str>,
        language: Option<&str>,
        libc: Libc,
    ) -> Option<bool> {
        match self.form {
            Form::Pure => return Some(false),
            Form::Source => return Some(true),
            Form::Prebuilt => {}
        }
        if self.ready_made.is_empty() {
            // The newest version is ready-made for glibc; since when, and for musl, is not told.
            return (libc == Libc::Glibc && version.is_none()).then_some(false);
        }
        match libc {
            Libc::Glibc => self.ready_since(version, language, 'g').map(|ready| !ready),
            Libc::Musl => self.ready_since(version, language, 'm').map(|ready| !ready),
            Libc::None | Libc::Unknown => None,
        }
    }

    /// As [`Package::compiles`], for the newest version below `bound`, or up to it where it is `inclusive`.
    pub fn compiles_below(
        &self,
        bound: &str,
        inclusive: bool,
        language: Option<&str>,
        libc: Libc,
    ) -> Option<bool> {
        let letter = match (self.form, libc) {
            (Form::Pure, _) => return Some(false),
            (Form::Source, _) => return Some(true),
            (Form::Prebuilt, Libc::Glibc) => 'g',
            (Form::Prebuilt, Libc::Musl) => 'm',
            (Form::Prebuilt, _) => return None,
        };
        if self.ready_made.is_empty() {
            return None;
        }
        match self.since(language, letter)? {
            Since::Version(since) if inclusive => is_less(bound, since),
            Since::Version(since) => is_less(since, bound).map(|ready| !ready),
            Since::Never => Some(true),
        }
    }

    fn ready_since(
        &self,
        version: Option<&str>,
        language: Option<&str>,
        libc: char,
    ) -> Option<bool> {
        match (self.since(language, libc)?, version) {
            (Since::Version(since), Some(version)) => Some(!is_less(version, since)?),
            (Since::Version(_), None) => Some(true),
            (Since::Never, _) => Some(false),
        }
    }

    /// Entries are `g3.11:1.23.2`: ready-made for glibc and language version 3.11 since package
    /// version 1.23.2. `g*:1.0` is for every language version. `None`: it cannot be told.
    fn since(&self, language: Option<&str>, libc: char) -> Option<Since> {
        let mut since = self.ready_made.split(' ').filter_map(|entry| {
            let (key, since) = entry.strip_prefix(libc)?.split_once(':')?;
            Some((key, since))
        });
        let mut any = false;
        let found = since.find(|(key, _)| {
            any = true;
            *key == "*" || Some(*key) == language
        });
        match found {
            Some((_, since)) => Some(Since::Version(since)),
            // Other language versions have ready-made forms; an unknown one cannot be told.
            None => (!any || language.is_some()).then_some(Since::Never),
        }
    }
}

/// What is known of a package of the Python index. `name` may be spelled in any way that the index
/// takes (`Flask_SQLAlchemy`). `None`: not known, treat with care.
pub fn python_package(name: &str) -> Option<Package> {
    let package = find(PYTHON, &normal_python_name(name))?;
    let needed = NEEDED.row(package.name).map(|row| row.column(2));
    Some(Package { needed, ..package })
}

/// What is known of a package of npm (`bcrypt`, `@swc/core`). `None`: not known; nearly all
/// packages of npm have no compiled part.
pub fn node_package(name: &str) -> Option<Package> {
    find(NODE, name)
}

/// What is known of a Ruby gem. `None`: not known; most gems have no compiled part.
pub fn ruby_gem(name: &str) -> Option<Package> {
    find(RUBY, name)
}

fn find(table: Table, wanted: &str) -> Option<Package> {
    let row = table.row(wanted)?;
    let form = match row.column(1) {
        "pure" | "pure+" => Form::Pure,
        "prebuilt" => Form::Prebuilt,
        _ => Form::Source,
    };
    Some(Package {
        name: row.key(),
        form,
        brings_more: row.column(1) == "pure+",
        needed: None,
        ready_made: row.column(2),
        build: row.column(3),
        run_time: row.column(4),
        note: row.column(5),
    })
}

fn list(text: &'static str) -> impl Iterator<Item = &'static str> + use<> {
    text.split(' ').filter(|word| !word.is_empty())
}

/// Lower case, and each run of `-`, `_` and `.` as one `-`: the index's own rule.
pub(crate) fn normal_python_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars() {
        if !matches!(letter, '-' | '_' | '.') {
            normal.push(letter.to_ascii_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

/// Whether a version comes before another, by their leading numbers; `None` when one is no
/// version.
fn is_less(version: &str, other: &str) -> Option<bool> {
    let numbers = |text: &str| -> Option<Vec<u32>> {
        let end = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.len());
        let mut numbers: Vec<u32> = text[..end]
            .trim_end_matches('.')
            .split('.')
            .map(|part| part.parse().ok())
            .collect::<Option<_>>()?;
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(numbers)
    };
    Some(numbers(version)? < numbers(other)?)
}
