//! What is no longer there, and how paths lie to it.

use crate::path::{self, ImagePath};

/// What is no longer there.
#[derive(Debug, Clone)]
pub struct Absence {
    folders: Vec<Folder>,
    pub(crate) kind: Kind,
}

/// How it came to be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was in the folder is taken away.
    Emptied,
    /// The folder is there, and one command less fills it.
    Unfilled,
    /// Nothing makes the folder.
    Unmade,
}

#[derive(Debug, Clone)]
enum Folder {
    At(ImagePath),
    /// Below the home of whoever it is.
    AtHome(String),
}

impl Absence {
    fn of(folder: &ImagePath, kind: Kind) -> Self {
        Absence {
            folders: vec![Folder::At(folder.clone())],
            kind,
        }
    }

    /// What is in the folder is taken away; the folder stays.
    pub fn emptied(folder: &ImagePath) -> Self {
        Absence::of(folder, Kind::Emptied)
    }

    /// A command no longer fills the folder, which is there all the same.
    pub fn unfilled(folder: &ImagePath) -> Self {
        Absence::of(folder, Kind::Unfilled)
    }

    /// A command no longer makes the folder.
    pub fn unmade(folder: &ImagePath) -> Self {
        Absence::of(folder, Kind::Unmade)
    }

    /// The same of this folder below a home, whoever's that is: `.cache`.
    #[must_use]
    pub fn or_at_home(mut self, folder: &str) -> Self {
        self.folders.push(Folder::AtHome(folder.to_owned()));
        self
    }

    /// Whether the folder itself is there.
    pub(crate) fn stays(&self) -> bool {
        self.kind != Kind::Unmade
    }

    /// Whether a text may name it: it holds the last part of a folder's path, or a pattern of the shell.
    pub(crate) fn may_be_named_in(&self, text: &str) -> bool {
        self.is_named_in(text) || text.contains(['*', '?', '['])
    }

    /// Whether a text holds the last part of a folder's path.
    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        let mut names = self.folders.iter().map(|folder| match folder {
            Folder::At(path) => path.file_name(),
            Folder::AtHome(rest) => path::file_name(rest),
        });
        names.any(|name| text.contains(name))
    }

    /// Where a path lies, seen from what is absent.
    pub(crate) fn relation(&self, path: &str) -> Option<Relation> {
        self.folders
            .iter()
            .filter_map(|folder| match folder {
                Folder::At(at) => relation(path, at.as_str()),
                Folder::AtHome(rest) => relation(below_home(path)?, rest),
            })
            .min()
    }
}

/// How a path lies to what is absent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relation {
    /// Something in the folder.
    Inside,
    /// The folder.
    Itself,
    /// What a pattern of the shell stands for, the folder and perhaps others.
    Pattern,
    /// A folder around it.
    Around,
}

/// How a path lies to a folder; patterns of the shell in the path are looked through.
fn relation(path: &str, folder: &str) -> Option<Relation> {
    let mut of_path = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let mut is_pattern = false;
    for of_folder in folder.split('/').filter(|part| !part.is_empty()) {
        match of_path.next() {
            Some(part) if part == of_folder => {}
            Some(part) if is_like(part, of_folder) => is_pattern = true,
            Some(_) => return None,
            None => return Some(Relation::Around),
        }
    }
    Some(match of_path.next() {
        _ if is_pattern => Relation::Pattern,
        Some(_) => Relation::Inside,
        None => Relation::Itself,
    })
}

/// Whether a part of a path, perhaps a pattern, may mean this name.
fn is_like(pattern: &str, name: &str) -> bool {
    let Some(at) = pattern.find(['*', '?', '[', '{']) else {
        return pattern == name;
    };
    // A pattern that begins with a wildcard skips hidden names (POSIX 2.14.3).
    let hides = at == 0 && name.starts_with('.');
    let end = pattern
        .rfind(['*', '?', ']', '}'])
        .map_or(at, |end| end + 1);
    !hides && name.starts_with(&pattern[..at]) && name.ends_with(pattern.get(end..).unwrap_or(""))
}

/// What is left of a path below a home: `~/x`, `$HOME/x`, `/root/x`, `/home/anybody/x`.
fn below_home(path: &str) -> Option<&str> {
    if let Some(rest) = path.strip_prefix("/home/") {
        return rest.split_once('/').map(|(_, rest)| rest);
    }
    ["~/", "$HOME/", "${HOME}/", "/root/"]
        .iter()
        .find_map(|home| path.strip_prefix(home))
}

impl Absence {
    /// The same where a folder around it was copied to another place.
    pub(crate) fn moved(&self, from: &ImagePath, to: &ImagePath) -> Absence {
        let folders = self.folders.iter().map(|folder| match folder {
            Folder::At(path) => match path.below(from) {
                Some(rest) => Folder::At(to.join(rest)),
                None => folder.clone(),
            },
            Folder::AtHome(rest) => match below_home(&format!("{from}/{rest}")) {
                Some(_) => Folder::At(to.join(rest)),
                None => folder.clone(),
            },
        });
        Absence {
            folders: folders.collect(),
            kind: self.kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Absence, Relation};
    use crate::path::ImagePath;

    #[test]
    fn paths_lie_inside_beside_or_around() {
        let absence = Absence::unmade(&ImagePath::new("/srv/.cache")).or_at_home(".cache");
        for (path, relation) in [
            ("/srv/.cache", Some(Relation::Itself)),
            ("/srv/.cache/", Some(Relation::Itself)),
            ("/srv/.cache/pip/*", Some(Relation::Inside)),
            ("~/.cache/pip", Some(Relation::Inside)),
            ("$HOME/.cache", Some(Relation::Itself)),
            ("/home/me/.cache", Some(Relation::Itself)),
            ("/srv/.c*", Some(Relation::Pattern)),
            ("/root/.[a-z]*", Some(Relation::Pattern)),
            ("/srv", Some(Relation::Around)),
            ("/", Some(Relation::Around)),
            ("/srv/*", None),
            ("/srv/.cached", None),
            ("/home/me/x/.cache", None),
            ("/var/cache", None),
        ] {
            assert_eq!(absence.relation(path), relation, "{path}");
        }
    }
}
