//! What the name of an environment variable tells of its value.

use super::name_words::is_named_for_a_secret_file;
use super::table::{Table, table};

const VARIABLES: Table = table!("variables.tsv");

fn is(name: &str, mark: &str) -> bool {
    VARIABLES
        .row(name)
        .is_some_and(|row| row.lists(1, ' ', mark))
}

/// Whether a variable of this name names a place for data, logs or caches of an application.
pub fn names_data(name: &str) -> bool {
    is(name, "data") || (!is_of_tool(name) && name.split('_').any(|word| is(word, "data-word")))
}

/// Whether a variable of this name names a folder, of whatever kind.
pub fn names_folder(name: &str) -> bool {
    name.split('_').any(|word| is(word, "folder-word"))
}

/// Whether a variable of this name names a file of keys or credentials: `GOOGLE_APPLICATION_CREDENTIALS`, and whatever stands
/// before it, `TLS_KEY_FILE`.
pub fn names_file_of_keys(name: &str) -> bool {
    let ends = name.match_indices('_').map(|(at, _)| &name[at + 1..]);
    let mut ends = std::iter::once(name).chain(ends);
    ends.any(|end| is(end, "key-file")) || is_named_for_a_secret_file(name)
}

/// Whether a variable of this name tells an application the port to listen on.
pub fn names_port(name: &str) -> bool {
    is(name, "port")
}

/// Whether a variable of this name is a setting of a package manager or another tool.
pub fn is_of_tool(name: &str) -> bool {
    let mut beginnings = name.char_indices().map(|(at, _)| &name[..at]).skip(1);
    is(name, "tool") || beginnings.any(|beginning| is(beginning, "tool-prefix"))
}

/// Whether only the process of a Python application reads a variable of this name, and no build does.
pub fn is_of_process(name: &str) -> bool {
    is(name, "process")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_in_them() {
        assert!(names_data("UPLOAD_PATH") && names_data("JENKINS_HOME") && names_data("DB"));
        assert!(
            !names_data("PIP_CACHE_DIR") && !names_data("GOCACHE_DB") && !names_data("NLTK_DATA")
        );
        assert!(!names_data("APP_NAME") && !names_data("") && !names_data("PG"));
        assert!(names_folder("STATIC_DIR") && !names_folder("DIRNAME"));
        assert!(names_file_of_keys("MY_KUBECONFIG") && !names_file_of_keys("API_KEY"));
        assert!(names_port("PORT") && names_port("FLASK_RUN_PORT") && !names_port("PORTS"));
        let known = [
            "data",
            "data-word",
            "folder-word",
            "key-file",
            "port",
            "process",
            "tool",
            "tool-prefix",
        ];
        for row in VARIABLES.all() {
            assert!(row.words(1).all(|it| known.contains(&it)), "{}", row.line());
        }
    }
}
