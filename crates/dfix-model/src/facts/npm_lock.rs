//! npm's lock file: whether it is there, whether it was written for the `package.json` beside it, and whether its
//! packages have what they want.

mod entry;
mod spec;
mod tree;

use dfix_catalogue::{PackageManager, PackageWord, package_options};
use serde_json::Value;

use crate::context::{Answer, is_there_unread};
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
    /// Its `lockfileVersion`, where it says one.
    pub version: Option<u64>,
    /// Whether it was written for what the `package.json` beside it asks for: `npm ci` fails where it was not.
    pub agrees: Ternary,
    /// Whether each package has there what it wants, peers among it: `npm ci` fails since npm 7 where one has not.
    /// Yes also where the lock file does not say what its packages want, which is then open in `agrees`.
    pub is_whole: Ternary,
    /// Whether git leaves it out, so that a fresh checkout has it not.
    pub is_left_out_of_git: bool,
    /// The first want that is not met, as a sentence without its stop, where it is not whole.
    pub unmet: Option<String>,
}

/// The lock file in the folder where npm is called, where the build context is known to have it, it was copied before,
/// and npm is not told to leave it alone.
pub(crate) fn npm_lock_at<'m>(stage: Stage<'m>, npm: &PackageCommand<'m>) -> Option<NpmLock> {
    if is_told(stage, npm, "package-lock", false) {
        return None;
    }
    ["npm-shrinkwrap.json", "package-lock.json"]
        .into_iter()
        .find_map(|name| {
            let lock = match context_files::read_at(stage, name, npm) {
                Answer::Found(lock) => Some(lock),
                // It is there, and what it says is not known.
                Answer::Unknown(why) if is_there_unread(&why) => None,
                _ => return None,
            };
            let package = context_files::read_at(stage, "package.json", npm).found();
            let read = package.zip(lock).and_then(|(package, lock)| {
                let package: Value = serde_json::from_str(&package).ok()?;
                let lock: Value = serde_json::from_str(&lock).ok()?;
                Some((package, lock))
            });
            let agrees = read
                .as_ref()
                .and_then(|(package, lock)| agrees(package, lock));
            let is_of_folders = || {
                let lock = read.as_ref().map(|(_, lock)| lock);
                lock.is_none_or(|lock| agrees_with_folders(stage, npm, lock))
            };
            let agrees = agrees.map(|it| it && is_of_folders());
            let version = read
                .as_ref()
                .and_then(|(_, lock)| lock.get("lockfileVersion")?.as_u64());
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
            let place = context_files::context_path_of(stage, name, npm);
            let context = stage.file().context();
            Some(NpmLock {
                name,
                is_left_out_of_git: place.is_some_and(|it| context.is_left_out_of_git(&it)),
                version,
                agrees,
                is_whole,
                unmet,
            })
        })
}

/// Whether npm is told not to look at peers: by an option, a variable, its settings in the folder, or a command before.
fn leaves_peers<'m>(stage: Stage<'m>, npm: &PackageCommand<'m>) -> bool {
    package_options("npm", PackageWord::LeavesPeers)
        .any(|option| is_told(stage, npm, option.trim_start_matches('-'), true))
}

/// Whether npm is told a setting: by an option, a variable, its settings in the folder, or a command before.
fn is_told<'m>(stage: Stage<'m>, npm: &PackageCommand<'m>, key: &str, value: bool) -> bool {
    let settings = context_files::read_at(stage, ".npmrc", npm).found();
    let variable = format!("npm_config_{}", key.replace('-', "_"));
    let (word, digit) = if value { ("true", "1") } else { ("false", "0") };
    let says = |text: &str| {
        let (name, said) = text.split_once('=').unwrap_or((text, "true"));
        name.trim() == key && matches!(said.trim(), it if it == word || it == digit)
    };
    let by_option = |npm: &PackageCommand<'m>| {
        let mut words = npm.command.args().filter_map(Word::value);
        words.any(|it| says(it.trim_start_matches("--")) && it.starts_with("--"))
    };
    let by_variable = |name: &str| {
        let said = env_at(stage, npm, name);
        said.value().is_some_and(|it| it == word || it == digit)
    };
    let by_settings = |text: &str| text.lines().any(says);
    let by_command = |it: &PackageCommand<'m>| {
        let mut words = it.operands().filter_map(Word::value);
        let sets = it.subcommand_is_one_of(&["config", "set", "c"]);
        let is_off = || it.operands().any(|it| it.is("false"));
        let names = |it: &str| says(it) || (it == key && is_off() != value);
        sets && words.any(names)
    };
    by_option(npm)
        || by_variable(&variable)
        || by_variable(&variable.to_uppercase())
        || settings.as_deref().is_some_and(by_settings)
        || stage
            .base_chain()
            .flat_map(|it| it.package_commands(PackageManager::Npm))
            .any(|it| it.range().start() < npm.range().start() && by_command(&it))
}

/// Whether the lock file's copies of packages in folders of the project (`file:./shared`) are the same as these, as far
/// as they are in the build context: `npm ci` fails where they ask for something else.
fn agrees_with_folders<'m>(stage: Stage<'m>, npm: &PackageCommand<'m>, lock: &Value) -> bool {
    let packages = lock.get("packages").and_then(Value::as_object);
    let folders = packages
        .into_iter()
        .flatten()
        .filter(|(place, _)| !place.is_empty() && !place.contains("node_modules"));
    let kinds = ["dependencies", "optionalDependencies", "peerDependencies"];
    folders.into_iter().all(|(place, copy)| {
        let path = format!("{place}/package.json");
        let Answer::Found(text) = context_files::read_at(stage, &path, npm) else {
            return true;
        };
        let Ok(package) = serde_json::from_str::<Value>(&text) else {
            return true;
        };
        kinds
            .iter()
            .all(|kind| of_kind(&package, kind) == of_kind(copy, kind))
    })
}

/// What a package asks for in one of its lists; an empty one is none.
fn of_kind<'v>(file: &'v Value, kind: &str) -> Option<&'v Value> {
    let is_empty = |it: &&Value| it.as_object().is_some_and(serde_json::Map::is_empty);
    file.get(kind).filter(|it| !is_empty(it))
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
    let is_same = kinds
        .iter()
        .all(|kind| of_kind(package, kind) == of_kind(copy, kind));
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
