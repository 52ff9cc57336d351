//! What pip's own settings say of where packages go.
//!
//! Source: pip.pypa.io, "Configuration" (`pip config set`, `pip.conf`).

use crate::handles::{Command, Stage, Step, Word};
use crate::path::{ImagePath, file_name};

/// The settings that send packages elsewhere.
const ELSEWHERE: [&str; 4] = ["prefix", "root", "target", "user"];

/// The first setting that sends packages elsewhere, by `pip config set` or in a file that is copied; those of the stages that
/// this one is based on count, too.
pub(crate) fn sent_elsewhere(stage: Stage<'_>) -> Option<&'static str> {
    let commands = || stage.base_chain().flat_map(Stage::build_commands);
    let copies = || stage.base_chain().flat_map(Stage::copies);
    commands()
        .find_map(told)
        .or_else(|| copies().find_map(|step| copied(stage, step)))
}

fn of_key(key: &str) -> Option<&'static str> {
    let key = key.rsplit('.').next().unwrap_or(key).trim();
    ELSEWHERE.into_iter().find(|it| *it == key)
}

/// `pip config set global.user true`
fn told(command: Command<'_>) -> Option<&'static str> {
    if command.known()?.name() != "pip" {
        return None;
    }
    let words = command.args().filter_map(Word::value);
    let mut words = words.filter(|word| !word.starts_with('-'));
    let is_set = words.next() == Some("config") && words.next() == Some("set");
    of_key(words.next().filter(|_| is_set)?)
}

/// `COPY pip.conf /etc/pip.conf`
fn copied(stage: Stage<'_>, step: Step<'_>) -> Option<&'static str> {
    let is_settings = |path: &str| matches!(file_name(path), "pip.conf" | ".pip.conf");
    let target = step.target().and_then(Word::value);
    let becomes_settings = target.is_some_and(is_settings);
    let sources = step.sources().filter_map(Word::value);
    let mut sources = sources.filter(|it| becomes_settings || is_settings(it));
    sources.find_map(|source| {
        let path = ImagePath::new(source);
        let path = path.as_str().trim_start_matches('/');
        let text = stage.file().context().read(path).found()?;
        let mut keys = text.lines().filter_map(|line| line.split_once(['=', ':']));
        keys.find_map(|(key, _)| of_key(key))
    })
}
