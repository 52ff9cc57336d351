//! Packages of which it is not known that everybody may read them.

use crate::facts::dependencies::installed_by;
use crate::facts::tools_put_in::tools_put_in;
use crate::facts::user::user_at;
use crate::handles::{Command, Stage};
use crate::ternary::OpenCondition;

/// The first bun that opens what it installs to all. Those before keep the modes of the archives, and some archives, as that of
/// `proxy-from-env` 1.1.0, have files that their owner alone may read.
///
/// Source: measured with twelve versions from 1.0.13 to 1.4.5.
const FIRST_THAT_OPENS: [u32; 3] = [1, 1, 38];

/// A version of bun.
enum Version<'m> {
    /// As it is written, with what follows it: `1.0.13-alpine`.
    Written(&'m str),
    /// The newest that there is.
    Newest,
    /// Only the build can tell.
    Unknown,
}

impl Stage<'_> {
    /// What stays open of the packages that bun installs as root, in this stage or in one that it may take them from: whether
    /// another user can read all of them.
    pub fn closed_packages(self) -> Option<OpenCondition> {
        let mut stages = self.file().stages();
        let said = stages.find_map(|stage| {
            let mut commands = stage.build_commands();
            commands.find(|it| installs_as_root(stage, *it))?;
            match version(stage) {
                Version::Written(text) if is_old(text) => {
                    Some(format!("bun {text} keeps the modes that archives have"))
                }
                Version::Unknown => Some(
                    "bun before 1.1.38 keeps the modes that archives have, and its version is not known"
                        .to_owned(),
                ),
                Version::Written(_) | Version::Newest => None,
            }
        })?;
        Some(OpenCondition::new(
            format!(
                "whether all that `bun install` leaves can be read by others than root: {said}, and some are closed"
            ),
            "take bun 1.1.38 or later, or install as the application's user",
        ))
    }
}

fn installs_as_root(stage: Stage<'_>, command: Command<'_>) -> bool {
    command.is("bun")
        && installed_by(command).is_some()
        && !user_at(stage, command).is_root().is_no()
}

/// The bun of a stage: that of npm, of its install script, or of the image.
fn version(stage: Stage<'_>) -> Version<'_> {
    if let Some((_, version)) = tools_put_in(stage, "bun").last() {
        return version.map_or(Version::Unknown, Version::Written);
    }
    let words = || {
        let commands = stage.base_chain().flat_map(Stage::build_commands);
        commands.flat_map(Command::args)
    };
    // `curl -fsSL https://bun.sh/install | bash -s "bun-v1.0.13"`
    if let Some(word) = words().find(|word| word.literal_prefix().starts_with("bun-v")) {
        let version = word.value().and_then(|it| it.strip_prefix("bun-v"));
        return version.map_or(Version::Unknown, Version::Written);
    }
    let image = stage.base_image();
    let tag = image.effective_tag();
    match image.name() {
        Some("oven/bun") => tag.map_or(Version::Unknown, Version::Written),
        // What fetches bun fetches the newest; a base that has it may have any.
        _ if words().any(|word| word.source_text().contains("bun.sh/install")) => Version::Newest,
        _ => Version::Unknown,
    }
}

/// Whether a version is older. One that is not whole is the newest of those that begin so; a word (`latest`, `alpine`) is the
/// newest of all.
fn is_old(version: &str) -> bool {
    let written = version.split('-').next().unwrap_or(version);
    let parts: Option<Vec<u32>> = written.split('.').map(|it| it.parse().ok()).collect();
    parts.is_some_and(|parts| {
        let most = parts.len().min(FIRST_THAT_OPENS.len());
        parts[..most] < FIRST_THAT_OPENS[..most]
    })
}

#[cfg(test)]
mod tests {
    use super::is_old;

    #[test]
    fn versions_of_bun() {
        for old in ["1.0.13", "1.0", "1.1.37-alpine", "0.8", "1.0.1-slim"] {
            assert!(is_old(old), "{old}");
        }
        for new in [
            "1.1.38", "1.1", "1", "1-alpine", "1.3.2", "latest", "alpine", "",
        ] {
            assert!(!is_old(new), "{new}");
        }
    }
}
