//! What the words tell that people name images, stages, Dockerfiles and variables by.

use std::sync::LazyLock;

use super::table::{Row, Table, table};

const WORDS: Table = table!("name-words.tsv");
const SECRETS: Table = table!("secret-names.tsv");

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn is(word: &str, mark: &str) -> bool {
    WORDS.row(word).is_some_and(|row| row.lists(1, ' ', mark))
}

/// Whether a word of the name, however it is written, has the mark.
fn has(name: &str, mark: &str) -> bool {
    words(name).any(|word| is(&word.to_ascii_lowercase(), mark))
}

fn begins(word: &str, mark: &str) -> bool {
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.into_iter().any(|end| is(&word[..end], mark))
}

/// Whether a variable of this name is told to be a secret: by hadolint (`DL3064`) or by BuildKit (`SecretsUsedInArgOrEnv`), and is
/// no file, no version, and nothing public by a word of it.
pub fn names_a_secret(variable: &str) -> bool {
    let name = variable.to_ascii_lowercase();
    let has = |text: &str, mark: &str| SECRETS.row(text).is_some_and(|row| row.lists(1, ' ', mark));
    let words = || name.split('_');
    static PARTS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let parts = SECRETS.all().filter(|row| row.lists(1, ' ', "part"));
        parts.map(Row::key).collect()
    });
    let is_one = has(&name, "name") || words().any(|it| has(it, "word"));
    let is_open = |it: &str| has(it, "not") || is(it, "public");
    (is_one || PARTS.iter().any(|it| name.contains(it))) && !words().any(is_open)
}

/// Whether a stage or a Dockerfile of this name is, by a word of it, not for production: `Dockerfile.dev`,
/// `local-test`.
pub fn is_named_for_development(name: &str) -> bool {
    has(name, "development")
}

/// Whether people work in a stage of this name, or in the image of a Dockerfile of this name, and install there what they
/// need: `dev`, `devcontainer`.
pub fn is_named_for_work(name: &str) -> bool {
    has(name, "work")
}

/// Whether a variable of the environment says, by a word of its name, where files are kept: `UPLOAD_DIR`, `DATA_ROOT`, but
/// neither `PATH` nor `ROOT_URL`.
pub fn is_named_for_a_place(variable: &str) -> bool {
    let ends_so = |word: &str| is(&word.to_ascii_lowercase(), "place-at-end");
    (variable.contains('_') && has(variable, "place"))
        || words(variable).last().is_some_and(ends_so)
}

/// Whether a variable of this name holds several words on purpose, by the end of its last word: `BUILD_DEPS`, `fetchDeps`.
pub fn is_named_for_a_list(variable: &str) -> bool {
    let last = words(variable).last().map(str::to_ascii_lowercase);
    last.is_some_and(|word| {
        let mut starts = word.char_indices();
        starts.any(|(at, _)| is(&word[at..], "list"))
    })
}

/// Whether a file of this name is, by a word of it, one that a person puts there for nobody else to read: `.env`,
/// `secrets.yaml`, but not `public.pem`.
pub fn is_of_secrets(file: &str) -> bool {
    let is_one = has(file, "secret") || has(file, "settings");
    is_named_for_a_key(file) || (is_one && !is_named_for_all(file))
}

/// Whether a file or a variable of this name is a private key or credentials by a word of it, or names such, and no other word
/// says that they are for all: `JWT_KEY_PATH`, `service-account.json`, but not `PUBLIC_KEY`.
pub fn is_named_for_a_key(name: &str) -> bool {
    let words: Vec<String> = words(name).map(str::to_ascii_lowercase).collect();
    let mut pairs = words.windows(2).map(<[String]>::concat);
    let is_any = words.iter().any(|word| is(word, "key"));
    (is_any || pairs.any(|pair| is(&pair, "key"))) && !is_named_for_all(name)
}

/// Whether a file or a variable of this name is, by a word of it, no secret: `PUBLIC_KEY`, `ca-bundle.pem`.
pub fn is_named_for_all(name: &str) -> bool {
    has(name, "not-key")
}

/// Whether a variable of the environment says, by words of its name, where a file is kept that nobody else is to read:
/// `JWT_PRIVATE_KEY_PATH`, `POSTGRES_PASSWORD_FILE`.
pub(crate) fn is_named_for_a_secret_file(variable: &str) -> bool {
    let is_secret = is_named_for_a_key(variable) || has(variable, "secret");
    is_secret && (has(variable, "file") || has(variable, "place")) && !is_named_for_all(variable)
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
    fn variables_of_secrets() {
        assert!(names_a_secret("DB_PASSWORD") && names_a_secret("API_KEY"));
        assert!(!names_a_secret("PUBLIC_API_KEY") && !names_a_secret("PUB_API_KEY"));
    }

    #[test]
    fn variables_for_files_of_secrets() {
        for name in [
            "JWE_PRIVATE_KEY_PATH",
            "POSTGRES_PASSWORD_FILE",
            "TLS_KEY_FILE",
        ] {
            assert!(is_named_for_a_secret_file(name), "{name}");
        }
        for name in [
            "SECRET_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "UPLOAD_PATH",
            "PATH",
            "ENV_FILE",
            "PUBLIC_KEY_FILE",
        ] {
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
        for name in [
            "config.yaml",
            "environment.yml",
            "keyboard.json",
            "data",
            "public.pem",
        ] {
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
    fn variables_for_lists() {
        for name in ["PACKAGES", "BUILD_DEPS", "fetchDeps", "CFLAGS", "GPG_KEYS"] {
            assert!(is_named_for_a_list(name), "{name}");
        }
        for name in ["VERSION", "JAVA_HOME", "GPG_KEY", ""] {
            assert!(!is_named_for_a_list(name), "{name}");
        }
    }

    #[test]
    fn names_of_keys() {
        for name in [
            "JWE_PRIVATE_KEY_PATH",
            "my-service-account.json",
            "serviceAccount.json",
            "GCP_CREDENTIALS",
        ] {
            assert!(is_named_for_a_key(name), "{name}");
        }
        for name in [
            "PUBLIC_KEY_PATH",
            "NODE_EXTRA_CA_CERT",
            "MONKEY",
            "ACCOUNT_FILE",
            "",
        ] {
            assert!(!is_named_for_a_key(name), "{name}");
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
                "key",
                "list",
                "not-key",
                "other",
                "place",
                "place-at-end",
                "public",
                "python",
                "rootless",
                "secret",
                "settings",
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
