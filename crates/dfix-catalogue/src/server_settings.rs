//! What the keys in the settings of servers mean: gunicorn, uwsgi, puma, unicorn.

use super::table::{Table, table};

const KEYS: Table = table!("server-settings.tsv");

/// What a key in the settings of a server sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerSetting {
    /// The port or the address that it listens on.
    Port,
    /// The user or group that it changes to.
    User,
    /// A file that it writes.
    Writes,
}

/// Whether the key sets this. `bind` sets both a port and a file: a socket.
pub fn sets(key: &str, setting: ServerSetting) -> bool {
    let word = match setting {
        ServerSetting::Port => "port",
        ServerSetting::User => "user",
        ServerSetting::Writes => "writes",
    };
    KEYS.row(key).is_some_and(|row| row.lists(1, ' ', word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_what_they_set() {
        assert!(sets("bind", ServerSetting::Port) && sets("bind", ServerSetting::Writes));
        assert!(sets("uid", ServerSetting::User) && !sets("uid", ServerSetting::Port));
        assert!(!sets("workers", ServerSetting::Writes));
        for row in KEYS.all() {
            let mut words = row.words(1);
            assert!(
                words.all(|it| matches!(it, "port" | "user" | "writes")),
                "{}",
                row.line()
            );
        }
    }
}
