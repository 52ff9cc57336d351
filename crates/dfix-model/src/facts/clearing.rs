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
