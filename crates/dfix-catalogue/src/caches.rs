//! Where package managers keep what they download, and how one tells them not to.

use super::package_tools::{PackageWord, package_options};
use super::table::{Row, Table, table};

const CACHES: Table = table!("caches.tsv");

/// A package manager's cache.
#[derive(Clone, Copy, Debug)]
pub struct Cache {
    row: Row,
}

/// The cache of the package manager of this name: `pip`, `apk`, `npm`, `yarn`; of `apt` its lists of packages.
pub fn cache(manager: &str) -> Option<Cache> {
    CACHES.row(manager).map(|row| Cache { row })
}

impl Cache {
    /// Its name: that of the package manager.
    pub fn manager(self) -> &'static str {
        self.row.key()
    }

    /// Its folders, where nothing names another; `~` is the home of whoever calls.
    pub fn folders(self) -> impl Iterator<Item = &'static str> {
        self.row.words(1)
    }

    /// The options with which nothing is kept, or that say otherwise what becomes of it.
    pub fn options(self) -> impl Iterator<Item = &'static str> {
        package_options(self.manager(), PackageWord::SettlesCache)
    }

    /// The variables with which nothing is kept, if they are not empty.
    pub fn off_variables(self) -> impl Iterator<Item = &'static str> {
        self.row.words(2)
    }

    /// The variables that name its folder, if they are not empty.
    pub fn folder_variables(self) -> impl Iterator<Item = &'static str> {
        self.row.words(3)
    }

    /// The variable that names the folder around it: `XDG_CACHE_HOME`.
    pub fn parent_variable(self) -> Option<&'static str> {
        self.row.words(4).next()
    }

    /// Whether settings files of the package manager may say what becomes of it.
    pub fn has_settings_files(self) -> bool {
        !self.row.column(5).is_empty()
    }

    /// Whether a file of this name holds settings of the package manager.
    pub fn is_settings_file(self, name: &str) -> bool {
        self.row.lists(5, ' ', name)
    }

    /// The keys of a settings file that say what becomes of the cache.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        self.row.words(6)
    }

    /// The words after `cache` with which the package manager empties it: `pip cache purge`.
    pub fn emptying_words(self) -> impl Iterator<Item = &'static str> {
        self.row.words(7)
    }
}
