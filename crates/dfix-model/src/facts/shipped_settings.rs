//! The files of settings and data that are shipped with an application, and what they name.

use std::sync::Arc;

use dfix_sources::Settings;

use crate::context::Answer;
use crate::facts::application_sources::application_sources;
use crate::handles::Stage;

/// So many bytes of settings are read.
const MOST_BYTES: usize = 4_000_000;

/// A file of settings or data that is shipped.
#[derive(Debug)]
pub(crate) struct ShippedSettings {
    /// Its path in the build context.
    pub(crate) path: String,
    pub(crate) text: Arc<str>,
    pub(crate) settings: Settings,
}

struct AllSettings(Vec<ShippedSettings>);

/// The settings that the stage ships, in order of their paths. They are read on the first question: whoever asks has
/// found something that the sources do not tell.
pub(crate) fn of(stage: Stage<'_>) -> &[ShippedSettings] {
    &stage.cached(|| AllSettings(find(stage))).0
}

fn find(stage: Stage<'_>) -> Vec<ShippedSettings> {
    let context = stage.file().context();
    let mut bytes = 0;
    let mut found = Vec::new();
    for path in &application_sources(stage).settings {
        let Answer::Found(text) = context.read(path) else {
            continue;
        };
        bytes += text.len();
        if bytes > MOST_BYTES {
            break;
        }
        found.push(ShippedSettings {
            path: path.clone(),
            settings: dfix_sources::read_settings(&text),
            text,
        });
    }
    found
}

/// So many bytes of a text are looked through for words.
const MOST_OF_A_TEXT: usize = 200_000;

impl Stage<'_> {
    /// The first shipped file of settings, else the first other shipped text, in which a wanted word is a value, or begins
    /// one: the word, and its place, "`tools.json` (line 2)".
    pub fn value_in_settings(self, is_wanted: impl Fn(&str) -> bool) -> Option<(String, String)> {
        let settings = of(self).iter().map(|it| (it.path.as_str(), &*it.text));
        let texts = std::iter::once_with(|| self.shipped_texts()).flatten();
        let texts = texts.map(|it| (it.path.as_str(), &*it.text));
        let mut all = settings.chain(texts);
        all.find_map(|(path, text)| {
            let lines = text.lines().enumerate();
            let mut read = 0;
            let mut lines = lines.take_while(|(_, line)| {
                read += line.len() + 1;
                read < MOST_OF_A_TEXT
            });
            lines.find_map(|(number, line)| {
                let word = values_of(line).find(|word| is_wanted(word))?;
                Some((word.to_owned(), format!("`{path}` (line {})", number + 1)))
            })
        })
    }
}

/// The first words of what stands in quotes in a line, and of what a key is given without them.
fn values_of(line: &str) -> impl Iterator<Item = &str> {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    let plain = line
        .split_once([':', '='])
        .map_or(line.trim_start().strip_prefix("- "), |(_, value)| {
            Some(value)
        });
    let plain = plain.filter(|_| !line.contains(is_quote) && !line.trim_start().starts_with('#'));
    let quoted = line.split(is_quote).skip(1).step_by(2);
    quoted
        .chain(plain)
        .filter_map(|value| value.split_whitespace().next())
        // `open(path, "w")` names no program.
        .filter(|word| word.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_quotes_or_behind_keys() {
        let cases = [
            (
                r#"{"cmd": ["git", "--version"]}"#,
                vec!["cmd", "git", "--version"],
            ),
            ("cmd: git clone", vec!["git"]),
            ("- git", vec!["git"]),
            ("cmd = git", vec!["git"]),
            ("# cmd: git", vec![]),
            ("it uses git", vec![]),
        ];
        for (line, words) in cases {
            assert_eq!(values_of(line).collect::<Vec<_>>(), words, "{line}");
        }
    }
}
