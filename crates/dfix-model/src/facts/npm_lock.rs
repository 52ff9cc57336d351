//! npm's lock file: whether it is there, and whether it was written for the `package.json` beside it.

use serde_json::Value;

use crate::context::Answer;
use crate::facts::context_files;
use crate::handles::{ProgramPoint, Stage};
use crate::ternary::Ternary;

/// A lock file of npm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpmLock {
    /// `npm-shrinkwrap.json`, which npm prefers, or `package-lock.json`.
    pub name: &'static str,
    /// Whether it was written for what the `package.json` beside it asks for: `npm ci` fails where it was not.
    pub agrees: Ternary,
}

/// The lock file in the folder of a place of the stage, where the build context is known to have it and it was copied before.
pub(crate) fn npm_lock_at<'m>(stage: Stage<'m>, at: impl ProgramPoint<'m>) -> Option<NpmLock> {
    ["npm-shrinkwrap.json", "package-lock.json"]
        .into_iter()
        .find_map(|name| {
            let Answer::Found(lock) = context_files::read_at(stage, name, at) else {
                return None;
            };
            let package = context_files::read_at(stage, "package.json", at).found();
            let agrees = package.and_then(|package| agrees(&package, &lock));
            Some(NpmLock {
                name,
                agrees: agrees.map_or_else(
                    || {
                        Ternary::unknown(
                            format!("whether `{name}` names what `package.json` asks for"),
                            "run `npm ci` once, or let a newer npm write the lock file",
                        )
                    },
                    Ternary::from,
                ),
            })
        })
}

/// Whether the lock file's copy of what the package asks for is the same; `None` where it has none (lock files of version 1),
/// or where the packages of a workspace ask for more.
fn agrees(package: &str, lock: &str) -> Option<bool> {
    let package: Value = serde_json::from_str(package).ok()?;
    let lock: Value = serde_json::from_str(lock).ok()?;
    let copy = lock.get("packages")?.get("")?;
    let kinds = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ];
    let is_empty = |it: &&Value| it.as_object().is_some_and(serde_json::Map::is_empty);
    let of = |file: &Value, kind: &str| file.get(kind).filter(|it| !is_empty(it)).cloned();
    let is_same = kinds
        .iter()
        .all(|kind| of(&package, kind) == of(copy, kind));
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
            ("{,}", lock, None),
        ] {
            assert_eq!(agrees(package, lock), expected, "{package}");
        }
    }
}
