//! Addresses that name a file of the machine: `file:/data/x.db`, `sqlite:////data/x.db`, `jdbc:h2:file:/data/x`.

use crate::tables;

/// The file that an address names by its absolute path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileAddress<'t> {
    /// The path, without what stands behind it (`?mode=ro`, `;MODE=MySQL`).
    pub path: &'t str,
    /// Whether it is a database, by its scheme. Some of them put an ending behind the path.
    pub is_database: bool,
}

/// The file that a text names which is such an address.
pub fn file_address(text: &str) -> Option<FileAddress<'_>> {
    if text.starts_with("jdbc:") {
        let path = file_of_jdbc(text)?;
        return path.starts_with('/').then_some(FileAddress {
            path,
            is_database: true,
        });
    }
    let (scheme, rest) = text.split_once(':')?;
    let is_database = is_database_scheme(scheme);
    if !is_database && scheme != "file" {
        return None;
    }
    let path = match rest.strip_prefix("//") {
        // Prisma's, libSQL's and sqlx': `file:/data/x.db`
        None => rest,
        // Of one with three slashes it depends on the library what the path begins with.
        Some(path) if is_database => path.strip_prefix('/').filter(|it| it.starts_with('/'))?,
        Some(path) => path,
    };
    let path = without_query(path);
    (path.starts_with('/') && !path.starts_with("//")).then_some(FileAddress { path, is_database })
}

/// The path in such an address, be it one from the working directory: `sqlite:///app.db`, `file:./app.db`.
pub(crate) fn path_in_address(text: &str) -> Option<&str> {
    if let Some(address) = file_address(text) {
        return Some(address.path);
    }
    if text.starts_with("jdbc:") {
        return file_of_jdbc(text);
    }
    let (scheme, rest) = text.split_once(':')?;
    let is_database = is_database_scheme(scheme);
    if !is_database && scheme != "file" {
        return None;
    }
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path
        .strip_prefix('/')
        .filter(|_| is_database)
        .unwrap_or(path);
    Some(without_query(path))
}

/// The path in such an address that a text names from the root on. Of a database's with three slashes it depends on the library
/// what the path begins with, see [`begins_by_library`]; one of several parts may begin there, unless it says that it does not.
pub(crate) fn absolute_path_in_address(text: &str) -> Option<&str> {
    if let Some(address) = file_address(text) {
        return Some(address.path);
    }
    let (scheme, rest) = text.split_once("://")?;
    let may_begin_there = |path: &str| path.contains('/') && !path.starts_with(['.', '~']);
    let is_deep = rest.strip_prefix('/').is_some_and(may_begin_there);
    (is_database_scheme(scheme) && is_deep).then_some(rest)
}

/// Whether the library that reads an address decides whether its path begins at the root or in the working directory:
/// `sqlite:///data/app.db`. It is the working directory for SQLAlchemy (its documentation of the dialect of SQLite, "Connect
/// Strings") and what reads addresses as it does; the root for Tortoise and sqlx.
pub(crate) fn begins_by_library(text: &str) -> bool {
    file_address(text).is_none()
        && text.contains(":///")
        && absolute_path_in_address(text).is_some()
}

/// Whether addresses with this scheme are of a database within the process, whatever reads them: `sqlite+aiosqlite`.
fn is_database_scheme(scheme: &str) -> bool {
    tables::is_database(scheme.split('+').next().unwrap_or(scheme), "scheme")
}

/// The file that an address of a database within the process names, be it by a path from the working directory:
/// `jdbc:h2:file:./data/shop;MODE=MySQL`.
///
/// Source: H2's "Database URL Overview", HSQLDB's "Connection Properties", Derby's "Database connection URL", and the page of
/// sqlite-jdbc.
pub(crate) fn file_of_jdbc(address: &str) -> Option<&str> {
    let (database, rest) = address.strip_prefix("jdbc:")?.split_once(':')?;
    if !tables::is_database(database, "jdbc") {
        return None;
    }
    let rest = rest.strip_prefix("file:").unwrap_or(rest);
    let path = without_query(rest);
    // `mem:test`, `tcp://host/x`, `//host/x`, `:memory:`
    (!path.is_empty() && !path.contains(':') && !path.starts_with("//")).then_some(path)
}

fn without_query(path: &str) -> &str {
    path.split([';', '?']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_files() {
        for (text, path, is_database) in [
            ("file:/data/x.db?connection_limit=1", "/data/x.db", false),
            ("file:///data/x.db", "/data/x.db", false),
            ("sqlite:////data/x.db", "/data/x.db", true),
            ("sqlite+aiosqlite:////data/x.db", "/data/x.db", true),
            ("sqlite:/data/x.db?mode=rwc", "/data/x.db", true),
            ("jdbc:h2:file:/data/x;MODE=MySQL", "/data/x", true),
            ("jdbc:sqlite:/data/x.db", "/data/x.db", true),
        ] {
            assert_eq!(
                file_address(text),
                Some(FileAddress { path, is_database }),
                "{text}"
            );
        }
        for text in [
            "file:./dev.db",
            "sqlite:///x.db",
            "sqlite://",
            "jdbc:h2:mem:test",
            "jdbc:h2:tcp://host/data/x",
            "jdbc:mysql://host/data",
            "https://host/data",
            "/data/x.db",
            "",
        ] {
            assert_eq!(file_address(text), None, "{text}");
        }
    }

    #[test]
    fn libraries_decide_where_three_slashes_lead() {
        for (text, path, is_open) in [
            ("sqlite:///data/x.db", Some("/data/x.db"), true),
            ("sqlite+aiosqlite:///data/x.db", Some("/data/x.db"), true),
            ("sqlite:////data/x.db", Some("/data/x.db"), false),
            ("sqlite:///./x.db", None, false),
            ("sqlite+pysqlite:///./data/x.db", None, false),
            ("sqlite:///../data/x.db", None, false),
            ("sqlite:///x.db", None, false),
            ("https:///data/x.db", None, false),
        ] {
            assert_eq!(absolute_path_in_address(text), path, "{text}");
            assert_eq!(begins_by_library(text), is_open, "{text}");
        }
    }

    #[test]
    fn addresses_name_files_from_the_working_directory() {
        for (text, path) in [
            ("sqlite:///app.db", Some("app.db")),
            ("sqlite+aiosqlite:///./app.db?timeout=5", Some("./app.db")),
            ("sqlite://app.db", Some("app.db")),
            ("sqlite:app.db", Some("app.db")),
            ("file:./dev.db", Some("./dev.db")),
            ("jdbc:h2:./data/shop;MODE=MySQL", Some("./data/shop")),
            ("jdbc:h2:mem:test", None),
            ("postgres://host/app", None),
            ("app.db", None),
        ] {
            assert_eq!(path_in_address(text), path, "{text}");
        }
    }
}
