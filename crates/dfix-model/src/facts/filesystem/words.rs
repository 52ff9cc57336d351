//! The words of a command that works on files.

use crate::facts::workdir::folder;
use crate::handles::{Command, Word};
use crate::path::ImagePath;

/// The operands and options of a command.
pub(super) struct Words<'m> {
    pub(super) operands: Vec<Word<'m>>,
    options: Vec<(String, Option<Word<'m>>)>,
}

impl<'m> Words<'m> {
    /// Sorts the words; `letters` and `long` take a value.
    pub(super) fn of(command: Command<'m>, letters: &str, long: &[&str]) -> Self {
        let mut sorted = Words {
            operands: Vec::new(),
            options: Vec::new(),
        };
        let mut words = command.args();
        let mut has_ended = false;
        while let Some(word) = words.next() {
            let text = word.literal_prefix();
            if has_ended || text.len() < 2 || !text.starts_with('-') {
                sorted.operands.push(word);
            } else if text == "--" {
                has_ended = true;
            } else if text.starts_with("--") {
                let name = text.split('=').next().unwrap_or(text);
                let value = (long.contains(&name) && !text.contains('='))
                    .then(|| words.next())
                    .flatten();
                sorted.options.push((name.to_owned(), value.or(Some(word))));
            } else {
                for (at, letter) in text.char_indices().skip(1) {
                    let is_last = at + letter.len_utf8() == text.len();
                    let takes = letters.contains(letter);
                    let value = match (takes, is_last) {
                        (true, true) => words.next(),
                        (true, false) => Some(word),
                        _ => None,
                    };
                    sorted.options.push((format!("-{letter}"), value));
                    if takes {
                        break;
                    }
                }
            }
        }
        sorted
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options
            .iter()
            .any(|(name, _)| names.contains(&&**name))
    }

    pub(super) fn value(&self, names: &[&str]) -> Option<Word<'m>> {
        let found = self.options.iter().rev();
        let mut found = found.filter(|(name, _)| names.contains(&&**name));
        found.next()?.1
    }
}

/// What a word names: a path, and whether it is what a pattern names in that folder.
pub(super) enum Place {
    Path(ImagePath),
    Contents(ImagePath, String),
    /// Below this folder, somewhere.
    Below(ImagePath),
    Nowhere,
}

/// The path that a text names for a command.
pub(super) fn absolute(command: Command<'_>, text: &str) -> Option<ImagePath> {
    if text.starts_with('/') {
        return Some(ImagePath::new(text));
    }
    Some(ImagePath::new(&folder(command, true)?).join(text))
}
