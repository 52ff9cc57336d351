//! Paths of the image. The only place that splits text at `/`.

use std::borrow::Borrow;
use std::fmt;

/// The folders that programs stand in, in the order of the builder's own `PATH` (`BuildKit`, `DefaultPathEnvUnix`).
pub(crate) const USUAL_PATH: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// An absolute path in the image, as the kernel would resolve it without looking at links: no `.`, no
/// `..`, no doubled slash and none at its end. The root is `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImagePath(String);

impl ImagePath {
    /// The path that `text` names when seen from the root.
    pub fn new(text: &str) -> Self {
        if is_normal(text) {
            return ImagePath(text.to_owned());
        }
        ImagePath::seen_from(String::with_capacity(text.len() + 1), text)
    }

    /// `text` seen from a folder: a normal path, `""` for the root.
    fn seen_from(mut path: String, text: &str) -> Self {
        if is_plain(text) {
            path.push('/');
            path.push_str(text);
            return ImagePath(path);
        }
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => path.truncate(path.rfind('/').unwrap_or(0)),
                part => {
                    path.push('/');
                    path.push_str(part);
                }
            }
        }
        if path.is_empty() {
            path.push('/');
        }
        ImagePath(path)
    }

    /// `/`
    pub fn root() -> Self {
        ImagePath("/".to_owned())
    }

    /// The path that `text` names when seen from this folder: `text` itself where it is absolute.
    pub fn join(&self, text: &str) -> Self {
        if text.starts_with('/') {
            ImagePath::new(text)
        } else {
            let mut path = String::with_capacity(self.0.len() + text.len() + 1);
            path.push_str(self.0.strip_suffix('/').unwrap_or(&self.0));
            ImagePath::seen_from(path, text)
        }
    }

    /// Its text, and nothing else of it.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is `/`.
    pub fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// The last part; `""` of the root.
    pub fn file_name(&self) -> &str {
        file_name(&self.0)
    }

    /// Whether its name has an ending as files have: `.conf`.
    pub fn is_named_like_a_file(&self) -> bool {
        let extension = self.file_name().rsplit_once('.');
        extension.is_some_and(|(stem, extension)| {
            !stem.is_empty()
                && (1..6).contains(&extension.len())
                && extension.bytes().all(|b| b.is_ascii_alphabetic())
        })
    }

    /// The folder that it stands in; none of the root.
    pub fn parent(&self) -> Option<ImagePath> {
        around(&self.0).map(|folder| ImagePath(folder.to_owned()))
    }

    /// The folders above it, the nearest first, the root last.
    pub fn ancestors(&self) -> impl Iterator<Item = ImagePath> {
        std::iter::successors(self.parent(), ImagePath::parent)
    }

    /// Its own text, then those of the folders above it, the nearest first, the root last.
    pub fn and_above(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |path| around(path))
    }

    /// Whether it is `folder` or lies below it.
    pub fn is_below(&self, folder: &ImagePath) -> bool {
        self.below(folder).is_some()
    }

    /// What is left of it below `folder`, without a slash before it: `""` where it is that folder; none
    /// where it lies elsewhere.
    pub fn below<'p>(&'p self, folder: &ImagePath) -> Option<&'p str> {
        below(&self.0, &folder.0)
    }

    /// Its parts, the outermost first; none of the root.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }
}

/// The folder that a normal path stands in; none of the root.
fn around(path: &str) -> Option<&str> {
    match last_slash(path)? {
        at if at + 1 == path.len() => None,
        0 => Some("/"),
        at => Some(&path[..at]),
    }
}

/// Where the last slash of a path is. Names are short: going through the bytes is quicker than a search made for long texts.
fn last_slash(path: &str) -> Option<usize> {
    path.bytes().rposition(|b| b == b'/')
}

/// Whether a path is absolute and has no `.`, no `..`, no doubled slash and none at its end.
fn is_normal(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(is_plain)
}

/// Whether all parts of a path without a slash before it are names.
fn is_plain(parts: &str) -> bool {
    let mut parts = parts.as_bytes().split(|b| *b == b'/');
    parts.all(|part| !matches!(part, b"" | b"." | b".."))
}

/// A path is found among others by its text.
impl Borrow<str> for ImagePath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The last part of a path as it is written, absolute or not; all of it where it has no `/`.
pub fn file_name(path: &str) -> &str {
    &path[last_slash(path).map_or(0, |at| at + 1)..]
}

/// The folder of a path as it is written, without a slash at its end: `""` where it has none.
pub fn folder_of(path: &str) -> &str {
    &path[..last_slash(path).unwrap_or(0)]
}

/// `name` as it is seen from the folder of the file at `path`, both as they are written.
pub fn beside(path: &str, name: &str) -> String {
    match folder_of(path) {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// Whether the name of a file ends so; on Linux the letters' case counts.
pub fn has_ending(path: &str, ending: &str) -> bool {
    path.ends_with(ending)
}

/// The folder and the last part of a path as it is written: `""` for the folder where it has no `/`.
pub fn folder_and_name(path: &str) -> (&str, &str) {
    let name = file_name(path);
    let folder = &path[..path.len() - name.len()];
    (folder.strip_suffix('/').unwrap_or(folder), name)
}

/// The name of the program at a path: its last part, without `.exe`.
pub fn program_name(path: &str) -> &str {
    let name = file_name(path);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// What is left of the absolute path `path` below `folder`: `""` where they are the same.
pub fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder == "/" {
        return path.strip_prefix('/');
    }
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_without_links() {
        let app = ImagePath::new("/srv//./app/");
        assert_eq!(app.as_str(), "/srv/app");
        assert_eq!(app.join("../data/./x").as_str(), "/srv/data/x");
        assert_eq!(app.join("/etc/").as_str(), "/etc");
        assert_eq!(app.join("../../../..").as_str(), "/");
        assert_eq!(app.file_name(), "app");
        assert_eq!(ImagePath::root().file_name(), "");
        assert_eq!(ImagePath::new("/a").parent(), Some(ImagePath::root()));
        assert_eq!(ImagePath::root().parent(), None);
        let all: Vec<&str> = app.and_above().collect();
        assert_eq!(all, ["/srv/app", "/srv", "/"]);
        let above: Vec<String> = app.ancestors().map(|p| p.to_string()).collect();
        assert_eq!(above, ["/srv", "/"]);
    }

    #[test]
    fn a_name_that_only_begins_alike_is_not_below() {
        let app = ImagePath::new("/app");
        assert!(ImagePath::new("/app").is_below(&app));
        assert_eq!(ImagePath::new("/app/x/y").below(&app), Some("x/y"));
        assert!(!ImagePath::new("/apple").is_below(&app));
        assert_eq!(app.below(&ImagePath::root()), Some("app"));
    }

    #[test]
    fn programs_are_named_by_the_last_part() {
        assert_eq!(program_name("/usr/bin/python3"), "python3");
        assert_eq!(program_name("pip.exe"), "pip");
        assert_eq!(file_name("a/b/"), "");
        assert_eq!(folder_and_name("/usr/bin/pip"), ("/usr/bin", "pip"));
        assert_eq!(folder_and_name("pip"), ("", "pip"));
    }
}
