//! Commands that empty a folder.

use crate::facts::variables;
use crate::handles::{Command, Word};
use crate::path::ImagePath;

/// What an `rm` removes of a folder.
#[derive(Debug, Clone)]
pub struct Clearing<'m> {
    /// The words that name something in the folder: `/var/cache/apk/*`.
    pub inside: Vec<Word<'m>>,
    /// Whether a word names the folder itself, or one around it.
    pub is_whole: bool,
    /// Whether it removes more than that.
    pub removes_more: bool,
}

/// What the command removes of the folder, where it is an `rm` that surely runs and removes something of it.
pub(crate) fn clearing<'m>(command: Command<'m>, folder: &ImagePath) -> Option<Clearing<'m>> {
    if !command.is("rm") || !command.is_certain() {
        return None;
    }
    let stage = command.stage()?;
    let mut clearing = Clearing {
        inside: Vec::new(),
        is_whole: false,
        removes_more: false,
    };
    for word in command.args().filter(|word| !word.starts_with("-")) {
        let path = variables::expand_text(stage, word, command);
        let path = path
            .filter(|path| path.starts_with('/'))
            .map(|path| ImagePath::new(&path));
        let Some(path) = path else {
            clearing.removes_more = true;
            continue;
        };
        match path.below(folder) {
            Some("") => clearing.is_whole = true,
            Some(_) => clearing.inside.push(word),
            None => {
                clearing.is_whole |= folder.is_below(&path);
                clearing.removes_more = true;
            }
        }
    }
    (clearing.is_whole || !clearing.inside.is_empty()).then_some(clearing)
}

/// Whether the command is an `rm` that surely runs, of folders too, and leaves nothing of what is in the folder.
/// `home`: of whoever runs it.
pub(crate) fn empties(command: Command<'_>, folder: &ImagePath, home: Option<&ImagePath>) -> bool {
    let Some(stage) = command
        .stage()
        .filter(|_| command.is("rm") && command.is_certain())
    else {
        return false;
    };
    let is_of_folders = |word: Word<'_>| {
        word.value().is_some_and(|text| {
            let letters = text.strip_prefix('-').filter(|it| !it.starts_with('-'));
            text == "--recursive" || letters.is_some_and(|it| it.contains(['r', 'R']))
        })
    };
    let names_all = |word: Word<'_>| {
        let text = variables::expand_text(stage, word, command)
            .unwrap_or_else(|| word.source_text().to_owned());
        let at_home = ["~/", "$HOME/", "${HOME}/"]
            .into_iter()
            .find_map(|start| text.strip_prefix(start));
        let path = match (at_home, home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ if text.starts_with('/') => ImagePath::new(&text),
            _ => return false,
        };
        let around = match path.parent() {
            Some(parent) if path.as_str().ends_with("/*") => parent,
            _ => path,
        };
        folder.is_below(&around)
    };
    command.args().any(is_of_folders)
        && command
            .args()
            .filter(|word| !word.starts_with("-"))
            .any(names_all)
}
