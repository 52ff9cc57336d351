//! What the words tell that people name images, stages, Dockerfiles and variables by.

use std::sync::LazyLock;

use super::table::{Row, Table, table};

const WORDS: Table = table!("name-words.tsv");

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn is(word: &str, mark: &str) -> bool {
    WORDS.row(word).is_some_and(|row| row.lists(1, ' ', mark))
}

fn begins(word: &str, mark: &str) -> bool {
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.into_iter().any(|end| is(&word[..end], mark))
}

/// Whether a stage or a Dockerfile of this name is, by a word of it, not for production: `Dockerfile.dev`,
/// `local-test`.
pub fn is_named_for_development(name: &str) -> bool {
    words(name).any(|word| is(&word.to_ascii_lowercase(), "development"))
}

/// Whether people work in a stage of this name, or in the image of a Dockerfile of this name, and install there what they
/// need: `dev`, `devcontainer`.
pub fn is_named_for_work(name: &str) -> bool {
    words(name).any(|word| is(&word.to_ascii_lowercase(), "work"))
}

/// Whether a variable of the environment says, by a word of its name, where files are kept: `UPLOAD_DIR`, `DATA_ROOT`, but
/// neither `PATH` nor `ROOT_URL`.
pub fn is_named_for_a_place(variable: &str) -> bool {
    let is = |word: &str, mark| is(&word.to_ascii_lowercase(), mark);
    let has_word = variable.contains('_') && words(variable).any(|word| is(word, "place"));
    has_word
        || words(variable)
            .last()
            .is_some_and(|word| is(word, "place-at-end"))
}

/// Whether a file of this name is, by a word of it, one that a person puts there for nobody else to read: `.env`,
/// `secrets.yaml`.
pub fn is_of_secrets(file: &str) -> bool {
    words(file).any(|word| is(&word.to_ascii_lowercase(), "secret"))
}

/// Whether a variable of the environment says, by words of its name, where a file is kept that nobody else is to read:
/// `JWT_PRIVATE_KEY_PATH`, `POSTGRES_PASSWORD_FILE`, `GOOGLE_APPLICATION_CREDENTIALS`.
pub fn is_named_for_a_secret_file(variable: &str) -> bool {
    let has = |mark| words(variable).any(|word| is(&word.to_ascii_lowercase(), mark));
    (has("secret") && (has("place") || has("file")))
        || variable.ends_with("APPLICATION_CREDENTIALS")
}

/// Whether a stage or a Dockerfile of this name makes an image for users other than root: `Dockerfile.rootless`,
/// `non-root`.
pub fn is_named_rootless(name: &str) -> bool {
    static ROOTLESS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let rows = WORDS.all().filter(|row| row.lists(1, ' ', "rootless"));
        rows.map(Row::key).collect()
    });
    let joined: String = words(name).map(str::to_ascii_lowercase).collect();
    ROOTLESS.iter().any(|word| joined.contains(word))
}

/// Whether an image of which nothing else is known is, by a word of its name, made to run Python. `None`: the
/// name tells nothing.
pub fn is_named_for_python(image: &str) -> Option<bool> {
    let last = image.rsplit('/').next().unwrap_or(image);
    if words(last).any(|word| begins(word, "python")) {
        return Some(true);
    }
    words(image)
        .any(|word| begins(word, "other"))
        .then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_for_files_of_secrets() {
        for name in [
            "JWE_PRIVATE_KEY_PATH",
            "POSTGRES_PASSWORD_FILE",
            "GOOGLE_APPLICATION_CREDENTIALS",
        ] {
            assert!(is_named_for_a_secret_file(name), "{name}");
        }
        for name in ["SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "UPLOAD_PATH", "PATH"] {
            assert!(!is_named_for_a_secret_file(name), "{name}");
        }
    }

    #[test]
    fn files_for_secrets() {
        for name in [
            ".env",
            ".env.prod",
            "secrets.yaml",
            "api_token",
            "server.key",
        ] {
            assert!(is_of_secrets(name), "{name}");
        }
        for name in ["config.yaml", "environment.yml", "keyboard.json", "data"] {
            assert!(!is_of_secrets(name), "{name}");
        }
    }

    #[test]
    fn variables_for_places() {
        for name in [
            "UPLOAD_WORK_DIR",
            "data_path",
            "STORAGE_ROOT",
            "PUBLIC_ROOT",
            "ROOT",
        ] {
            assert!(is_named_for_a_place(name), "{name}");
        }
        for name in ["PATH", "DIRECTION_OF", "DATABASE_URL", "ROOT_URL", ""] {
            assert!(!is_named_for_a_place(name), "{name}");
        }
    }

    #[test]
    fn names_tell_what_they_are_for() {
        assert!(
            is_named_for_development("Dockerfile.dev") && is_named_for_development("Local-test")
        );
        assert!(is_named_for_work("devcontainer") && !is_named_for_work("local-test"));
        assert!(is_named_rootless("Dockerfile.non-root") && !is_named_rootless("root"));
        assert!(!is_named_for_development("devops") && !is_named_for_development("Dockerfile"));
        assert_eq!(is_named_for_python("acme/python3-base"), Some(true));
        assert_eq!(is_named_for_python("acme/openjdk17"), Some(false));
        assert_eq!(is_named_for_python("python/base"), None);
        for row in WORDS.all() {
            let known = [
                "development",
                "file",
                "other",
                "place",
                "place-at-end",
                "python",
                "rootless",
                "secret",
                "work",
            ];
            let mut marks = row.column(1).split(' ');
            assert!(marks.all(|mark| known.contains(&mark)), "{}", row.line());
            assert!(
                row.key().bytes().all(|b| b.is_ascii_lowercase()),
                "{}",
                row.line()
            );
        }
    }
}
