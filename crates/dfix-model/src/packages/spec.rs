//! What a word that names a package says: `flask[async]==2.2`, `curl=8.5*`, `@scope/x@1`, a URL.

use dfix_catalogue::PackageManager;

use crate::handles::Word;

/// A package as a command names it.
#[derive(Debug, Clone, Copy)]
pub struct PackageSpec<'m> {
    /// The word.
    pub word: Word<'m>,
    /// What it names.
    pub kind: SpecKind,
    /// The package's name, where the word tells it.
    pub name: Option<&'m str>,
    /// The version or condition after the name; with its operator for Python and conda (`==2.2`), without
    /// for others.
    pub version: Option<&'m str>,
}

/// What a package word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecKind {
    /// A package of the index.
    Index,
    /// A file or folder.
    Path,
    /// A download.
    Url,
    /// A repository of a version control system.
    Vcs,
    /// Only the build can tell.
    Unknown,
}

impl PackageSpec<'_> {
    /// Whether it says a version or a condition on it.
    pub fn has_version(&self) -> bool {
        self.version.is_some()
    }
}

pub(crate) fn parse(manager: PackageManager, word: Word<'_>) -> PackageSpec<'_> {
    let text = word.literal_prefix();
    let kind = kind_of(manager, text, word.is_known());
    let mut spec = PackageSpec {
        word,
        kind,
        name: None,
        version: None,
    };
    if kind == SpecKind::Index {
        let (name, version) = split(manager, text);
        // Of `flask$EXTRA` not even the name is known.
        let name_ends = name.len() < text.len() || word.is_known();
        spec.name = (name_ends && !name.is_empty()).then_some(name);
        spec.version = version.filter(|v| !v.is_empty() || !word.is_known());
    }
    spec
}

/// How the reference of a repository begins.
const VCS: &[&str] = &[
    "git+",
    "hg+",
    "svn+",
    "bzr+",
    "git://",
    "github:",
    "gitlab:",
    "bitbucket:",
];

fn kind_of(manager: PackageManager, text: &str, is_known: bool) -> SpecKind {
    use PackageManager::{Apk, Apt, Dnf, Gem, Npm, Pip, Pipx, Pnpm, Uv, Yarn, Zypper};
    if text.is_empty() && !is_known {
        return SpecKind::Unknown;
    }
    if VCS.iter().any(|prefix| text.starts_with(prefix)) {
        return SpecKind::Vcs;
    }
    if text.find("://").is_some_and(|i| i < 8) {
        return SpecKind::Url;
    }
    let archives: &[&str] = match manager {
        Pip | Uv | Pipx => &[".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"],
        Apt => &[".deb"],
        Apk => &[".apk"],
        Dnf | Zypper => &[".rpm"],
        Npm | Yarn | Pnpm => &[".tgz", ".tar.gz", ".tar"],
        Gem => &[".gem"],
        _ => &[],
    };
    let is_path = match manager {
        // `.build-deps` is a name.
        Apk => text.starts_with('/') || text.starts_with("./") || text.starts_with("../"),
        _ => text.starts_with(['/', '.']) || text.starts_with("~/") || text.starts_with("file:"),
    };
    if is_path || archives.iter().any(|end| text.ends_with(end)) {
        return SpecKind::Path;
    }
    match manager {
        Pip | Uv | Pipx => {
            let direct = text.contains(" @ ") || text.contains("@git+") || text.contains("@http");
            let name_end = text.find(['[', '=', '<', '>', '~', '!', ' ', ';', '@']);
            if direct {
                SpecKind::Url
            } else if text[..name_end.unwrap_or(text.len())].contains('/') {
                SpecKind::Path
            } else {
                SpecKind::Index
            }
        }
        Npm | Yarn | Pnpm if text.contains('/') && !text.starts_with('@') => SpecKind::Vcs,
        _ => SpecKind::Index,
    }
}

fn split(manager: PackageManager, text: &str) -> (&str, Option<&str>) {
    use PackageManager::{
        Apk, Apt, Cargo, Composer, Conda, Gem, Go, Npm, Pip, Pipx, Pnpm, Uv, Yarn,
    };
    let at = |i: Option<usize>| match i {
        Some(i) => (&text[..i], Some(&text[i + 1..])),
        None => (text, None),
    };
    match manager {
        Pip | Uv | Pipx => requirement(text),
        Apt => {
            let (name, version) = at(text.find(['=', '/']));
            (name.split(':').next().unwrap_or(name), version)
        }
        Apk => {
            let end = text.find(['=', '<', '>', '~', '@']).unwrap_or(text.len());
            let version = text[end..].trim_start_matches(['=', '<', '>', '~']);
            (&text[..end], (end < text.len()).then_some(version))
        }
        Npm | Yarn | Pnpm => at(text.match_indices('@').map(|(i, _)| i).find(|i| *i > 0)),
        Go | Cargo => at(text.find('@')),
        Gem | Composer => at(text.find(':')),
        Conda => {
            let text = text.rsplit("::").next().unwrap_or(text);
            match text.find(['=', '<', '>', '!', ' ']) {
                Some(i) => (&text[..i], Some(&text[i..])),
                None => (text, None),
            }
        }
        _ => (text, None),
    }
}

/// Name and condition of a Python requirement (PEP 508), extras and markers left out.
pub(crate) fn requirement(text: &str) -> (&str, Option<&str>) {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let rest = text[end..].trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let rest = rest.split(';').next().unwrap_or(rest).trim();
    (&text[..end], (!rest.is_empty()).then_some(rest))
}
