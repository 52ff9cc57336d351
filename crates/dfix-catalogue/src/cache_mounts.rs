//! Caches that a mount can keep between builds: which program fills which folder, and what moves it.

use super::programs::asks_of_itself;
use super::table::{Row, Table, table};

const MOUNTS: Table = table!("cache-mounts.tsv");

/// The cache of a program.
#[derive(Clone, Copy, Debug)]
pub struct MountedCache {
    row: Row,
}

/// What decides the folder of a cache, the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheFolder {
    /// A variable, if it is set, with what comes behind its value (`""`, or with a slash before it).
    Variable(&'static str, &'static str),
    /// A folder below the home.
    Home(&'static str),
    /// This one.
    Always(&'static str),
}

/// The cache of the program of this name, its version left out: `pip` of `pip3.12`.
pub fn mounted_cache(program: &str) -> Option<MountedCache> {
    let is_pip = program
        .strip_prefix("pip")
        .is_some_and(|it| it.chars().all(|it| it.is_ascii_digit() || it == '.'));
    let row = MOUNTS.row(if is_pip { "pip" } else { program })?;
    Some(MountedCache { row })
}

/// The programs that have a cache at this path, unless a variable moves it: those of root's home, and of any folder of homes.
pub fn mounted_caches_at(path: &str) -> impl Iterator<Item = MountedCache> {
    let path = path.trim_end_matches('/').to_owned();
    let caches = MOUNTS.all().map(|row| MountedCache { row });
    caches.filter(move |it| {
        let mut folders = it.folders();
        folders.any(|choices| match choices.last() {
            Some(CacheFolder::Home(rest)) => is_at_home(&path, rest),
            Some(CacheFolder::Always(folder)) => path == *folder,
            _ => false,
        })
    })
}

fn is_at_home(path: &str, rest: &str) -> bool {
    let home = path.strip_suffix(rest).and_then(|it| it.strip_suffix('/'));
    home.is_some_and(|it| {
        let user = it.strip_prefix("/home/");
        it == "/root" || user.is_some_and(|user| !user.is_empty() && !user.contains('/'))
    })
}

impl MountedCache {
    /// The program.
    pub fn program(self) -> &'static str {
        self.row.key()
    }

    /// Whether a call with these words fills it.
    pub fn is_filled_by(self, words: &[&str]) -> bool {
        let mut known = self.row.words(1);
        let is_bare = words.iter().all(|it| it.starts_with('-'));
        let asks_only = words.iter().any(|it| asks_of_itself(it));
        known.any(|it| match it {
            "any" => !asks_only,
            "none" => is_bare && !asks_only,
            word => words.contains(&word),
        })
    }

    /// Its folders; of each what decides where it is, in order.
    pub fn folders(self) -> impl Iterator<Item = Vec<CacheFolder>> {
        self.row
            .words(2)
            .map(|folder| folder.split('|').map(read_folder).collect())
    }

    /// Whether one build at a time may use it.
    pub fn is_locked(self) -> bool {
        self.row.column(3) == "locked"
    }

    /// Variables that may move it, beside those of its folders; `NAME=value` where only this value does.
    pub fn moving_variables(self) -> impl Iterator<Item = &'static str> {
        self.row.words(4)
    }

    /// Options that move it, or with which nothing may be fetched.
    pub fn moving_options(self) -> impl Iterator<Item = &'static str> {
        self.row.words(5)
    }

    /// Options with which there is none.
    pub fn off_options(self) -> impl Iterator<Item = &'static str> {
        self.row.words(6)
    }

    /// Variables with which there is none.
    pub fn off_variables(self) -> impl Iterator<Item = &'static str> {
        self.row.words(7)
    }

    /// Words of calls that empty it.
    pub fn emptying_words(self) -> impl Iterator<Item = &'static str> {
        self.row.words(8)
    }

    /// Whether later calls of the program need what is in it, and fetch it again where it is not there.
    pub fn is_needed_later(self) -> bool {
        self.row.column(9) == "yes"
    }

    /// Whether an image of this name has a volume there, so that nothing may be mounted.
    pub fn is_volume_in(self, image: &str) -> bool {
        self.row.lists(10, ' ', image)
    }

    /// The language of the packages that it holds, where several programs fetch the same ones.
    pub fn language(self) -> Option<&'static str> {
        Some(self.row.column(14)).filter(|it| !matches!(*it, "" | "-"))
    }

    /// Whether a call with these words puts something in that it made itself, and did not fetch.
    pub fn is_given_by(self, words: &[&str]) -> bool {
        self.row.words(12).any(|it| words.contains(&it))
    }

    /// Whether it keeps what it compiled, and takes it again without a look at the C library that it was linked with.
    pub fn keeps_compiled(self) -> bool {
        self.row.column(11) == "yes"
    }
}

fn read_folder(text: &'static str) -> CacheFolder {
    if let Some(rest) = text.strip_prefix('$') {
        let (name, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        return CacheFolder::Variable(name, rest);
    }
    match text.strip_prefix("~/") {
        Some(rest) => CacheFolder::Home(rest),
        None => CacheFolder::Always(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_are_read() {
        let go = mounted_cache("go").expect("listed");
        let folders: Vec<_> = go.folders().collect();
        assert_eq!(
            folders[0],
            [
                CacheFolder::Variable("GOMODCACHE", ""),
                CacheFolder::Variable("GOPATH", "/pkg/mod"),
                CacheFolder::Home("go/pkg/mod"),
            ]
        );
        assert!(go.is_needed_later() && !go.is_locked());
        assert!(go.is_filled_by(&["mod", "download"]));
        assert!(!go.is_filled_by(&["version"]));
        let yarn = mounted_cache("yarn").expect("listed");
        assert!(yarn.is_filled_by(&["--frozen-lockfile"]));
        assert!(!yarn.is_filled_by(&["build"]));
        assert!(!yarn.is_filled_by(&["--version"]));
        assert_eq!(
            mounted_cache("pip3.12").map(MountedCache::program),
            Some("pip")
        );
        assert!(mounted_cache("pipx").is_none());
    }

    #[test]
    fn paths_tell_whose_cache_it_is() {
        let at =
            |path| -> Vec<&str> { mounted_caches_at(path).map(MountedCache::program).collect() };
        assert_eq!(at("/root/.cache/pip"), ["pip"]);
        assert_eq!(at("/home/app/.cache/uv/"), ["uv"]);
        assert_eq!(at("/var/cache/apt"), ["apt", "apt-get"]);
        assert!(at("/root/.cache").is_empty() && at("/srv/.cache/pip").is_empty());
    }

    #[test]
    fn every_row_reads() {
        for row in MOUNTS.all() {
            let cache = MountedCache { row };
            assert!(
                matches!(row.column(3), "" | "-" | "locked"),
                "{}",
                row.key()
            );
            assert!(matches!(row.column(9), "" | "-" | "yes"), "{}", row.key());
            for folder in cache.folders() {
                let last = folder.last().expect("there is one");
                let is_certain = matches!(last, CacheFolder::Home(_) | CacheFolder::Always(_));
                assert!(is_certain, "{}", row.key());
            }
        }
    }
}
