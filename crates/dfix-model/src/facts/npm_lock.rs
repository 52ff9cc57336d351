//! npm's lock file: whether it is there, whether it was written for the `package.json` beside it, and whether its
//! packages have what they want.

mod entry;
mod spec;
mod tree;

use dfix_catalogue::{PackageManager, PackageWord, package_options};
use serde_json::Value;

use crate::context::Answer;
use crate::facts::context_files;
use crate::facts::npm_lock::tree::{Gap, first_gap};
use crate::facts::variables::env_at;
use crate::handles::{Stage, Word};
use crate::packages::PackageCommand;
use crate::ternary::Ternary;

/// A lock file of npm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpmLock {
    /// `npm-shrinkwrap.json`, which npm prefers, or `package-lock.json`.
    pub name: &'static str,
    /// Whether it was written for what the `package.json` beside it asks for: `npm ci` fails where it was not.
    pub agrees: Ternary,
    /// Whether each package has there what it wants, peers among it: `npm ci` fails since npm 7 where one has not.
    /// Yes also where the lock file does not say what its packages want, which is then open in `agrees`.
    pub is_whole: Ternary,
    /// The first want that is not met, as a sentence without its stop, where it is not whole.
    pub unmet: Option<String>,
}

/// The lock file in the folder where npm is called, where the build context is known to have it and it was copied before.
pub(crate) fn npm_lock_at<'m>(stage: Stage<'m>, npm: &PackageCommand<'m>) -> Option<NpmLock> {
    ["npm-shrinkwrap.json", "package-lock.json"]
        .into_iter()
        .find_map(|name| {
            let Answer::Found(lock) = context_files::read_at(stage, name, npm) else {
                return None;
            };
            let package = context_files::read_at(stage, "package.json", npm).found();
            let read = package.and_then(|package| {
                let package: Value = serde_json::from_str(&package).ok()?;
                let lock: Value = serde_json::from_str(&lock).ok()?;
                Some((package, lock))
            });
            let agrees = read
                .as_ref()
                .and_then(|(package, lock)| agrees(package, lock));
            let gap = read
                .filter(|_| agrees == Some(true))
                .and_then(|(package, lock)| {
                    let packages = lock.get("packages")?.as_object()?;
                    first_gap(&package, packages, !leaves_peers(stage, npm))
                });
            let agrees = agrees.map_or_else(
                || {
                    Ternary::unknown(
                        format!("whether `{name}` names what `package.json` asks for"),
                        "run `npm ci` once, or let a newer npm write the lock file",
                    )
                },
                Ternary::from,
            );
            let (is_whole, unmet) = match gap {
                None => (Ternary::Yes, None),
                Some(Gap::Unmet(text)) => (Ternary::No, Some(text)),
                Some(Gap::Unclear(text)) => {
                    let condition = format!("whether `npm ci` takes `{name}`, in which {text}");
                    (Ternary::unknown(condition, "run `npm ci` once"), None)
                }
            };
            Some(NpmLock {
                name,
                agrees,
                is_whole,
                unmet,
            })
        })
}

/// Whether npm is told not to look at peers: by an option, a variable, its settings in the folder, or a command before.
fn leaves_peers<'m>(stage: Stage<'m>, npm: &PackageCommand<'m>) -> bool {
    let settings = context_files::read_at(stage, ".npmrc", npm).found();
    package_options("npm", PackageWord::LeavesPeers).any(|option| {
        let key = option.trim_start_matches('-');
        let variable = format!("npm_config_{}", key.replace('-', "_"));
        let by_option = |npm: &PackageCommand<'m>| {
            let mut words = npm.command.args().filter_map(Word::value);
            words.any(|it| says(it.trim_start_matches("--"), key) && it.starts_with("--"))
        };
        let by_variable =
            |name: &str| matches!(env_at(stage, npm, name).value(), Some("true" | "1"));
        let by_settings = |text: &str| text.lines().any(|line| says(line, key));
        let by_command = |it: &PackageCommand<'m>| {
            let mut words = it.operands().filter_map(Word::value);
            let sets = it.subcommand_is_one_of(&["config", "set", "c"]);
            sets && words.any(|it| says(it, key)) && !words.any(|it| it == "false")
        };
        by_option(npm)
            || by_variable(&variable)
            || by_variable(&variable.to_uppercase())
            || settings.as_deref().is_some_and(by_settings)
            || stage
                .base_chain()
                .flat_map(|it| it.package_commands(PackageManager::Npm))
                .any(|it| it.range().start() < npm.range().start() && by_command(&it))
    })
}

/// Whether `key`, `key=true` or `key = true` is said.
fn says(text: &str, key: &str) -> bool {
    let (name, value) = text.split_once('=').unwrap_or((text, "true"));
    name.trim() == key && matches!(value.trim(), "true" | "1")
}

/// Whether the lock file's copy of what the package asks for is the same; `None` where it has none (lock files of version 1),
/// or where the packages of a workspace ask for more.
fn agrees(package: &Value, lock: &Value) -> Option<bool> {
    let copy = lock.get("packages")?.get("")?;
    let kinds = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ];
    let is_empty = |it: &&Value| it.as_object().is_some_and(serde_json::Map::is_empty);
    let of = |file: &Value, kind: &str| file.get(kind).filter(|it| !is_empty(it)).cloned();
    let is_same = kinds.iter().all(|kind| of(package, kind) == of(copy, kind));
    package.get("workspaces").is_none().then_some(is_same)
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn the_lock_files_copy_of_the_package_tells() {
        let lock =
            r#"{"packages": {"": {"dependencies": {"a": "1"}, "devDependencies": {"b": "2"}}}}"#;
        let same = r#"{"devDependencies": {"b": "2"}, "dependencies": {"a": "1"}, "peerDependencies": {}}"#;
        for (package, lock, expected) in [
            (same, lock, Some(true)),
            (r#"{"dependencies": {"a": "2"}}"#, lock, Some(false)),
            (
                r#"{"dependencies": {"a": "1", "c": "1"}}"#,
                lock,
                Some(false),
            ),
            ("{}", r#"{"packages": {"": {}}}"#, Some(true)),
            (
                r#"{"workspaces": ["x"]}"#,
                r#"{"packages": {"": {}}}"#,
                None,
            ),
            (same, r#"{"lockfileVersion": 1, "dependencies": {}}"#, None),
        ] {
            let read = |it| serde_json::from_str(it).expect("it is JSON");
            assert_eq!(agrees(&read(package), &read(lock)), expected, "{package}");
        }
    }
}
