//! Texts of a script that stands in a string (`sh -c "…"`): out of it, one is not the words that a shell makes of it.

use dfix_catalogue::programs::is_shell;
use dfix_model::{Command, Step};

use crate::flat;
use crate::matching::state::{State, Text, Value};
use crate::pattern::template::Template;
use crate::pattern::words::{Piece, WordPattern};
use crate::replacement::carry::is_plain;

/// Refuses a replacement that puts what a hole binds of such a script where no script stands, unless that is one plain word.
/// `step`: where what was found stands.
pub(crate) fn stay_scripts(
    template: &Template,
    state: &State<'_>,
    step: Option<Step<'_>>,
) -> Result<(), String> {
    let mut around = Around::default();
    for piece in WordPattern::of_flat(&template.text, template).pieces {
        match piece {
            Piece::Text(text) => around.read(&text),
            Piece::Hole(hole) => {
                let value = hole.name.and_then(|name| state.value(name));
                let texts: &[Text<'_>] = match value {
                    Some(Value::Text(text)) => std::slice::from_ref(text),
                    Some(Value::List(texts)) => texts,
                    Some(Value::Whole(..)) | None => &[],
                };
                let leaves = |it: &&Text<'_>| !is_plain(it.flat()) && is_of_script(it, state, step);
                if !around.is_script()
                    && let Some(text) = texts.iter().find(leaves)
                {
                    return Err(format!(
                        "`{}` is a part of a script in a string, and would be one word where it is put: name the words of the script in the pattern",
                        flat::shown(text.flat())
                    ));
                }
                // What is bound elsewhere is one word, and a part of a script is read as its text.
                let is_read =
                    |it: &&Text<'_>| !is_plain(it.flat()) && !is_of_script(it, state, step);
                if around.is_script()
                    && around.quote.is_some()
                    && let Some(text) = texts.iter().find(is_read)
                {
                    return Err(format!(
                        "`{}` cannot be written in a script that stands in a string",
                        flat::shown(text.flat())
                    ));
                }
                around.read("x");
            }
        }
    }
    Ok(())
}

/// Whether a text is all or a part of the word that a shell is given as its script.
fn is_of_script(text: &Text<'_>, state: &State<'_>, step: Option<Step<'_>>) -> bool {
    let Some((word, step)) = text.word.zip(state.step_of(text).or(step)) else {
        return false;
    };
    let gives_it = |command: Command<'_>| {
        let words: Vec<_> = command.words().collect();
        let at = words.iter().position(|it| it.range() == word.range());
        let before = at.and_then(|at| words.get(at.checked_sub(1)?)?.value());
        (is_shell(command.name()) || command.is("su")) && before.is_some_and(is_of_shell)
    };
    step.commands().any(gives_it)
}

/// Whether an option of a shell, or of `su`, says that a script follows: `-c`, `-ec`, `--command`.
pub(crate) fn is_of_shell(option: &str) -> bool {
    option == "--command"
        || (option.starts_with('-') && !option.starts_with("--") && option.ends_with('c'))
}

/// What stands in a replacement before a place.
#[derive(Default)]
struct Around {
    read: String,
    /// The quotes that are open, and where they began.
    quote: Option<(char, usize)>,
}

impl Around {
    fn read(&mut self, text: &str) {
        let mut is_escaped = false;
        for c in text.chars() {
            match (self.quote, c) {
                _ if is_escaped => is_escaped = false,
                (None | Some(('"', _)), '\\') => is_escaped = true,
                (None, '"' | '\'') => self.quote = Some((c, self.read.len())),
                (Some((open, _)), c) if c == open => self.quote = None,
                _ => {}
            }
            self.read.push(c);
        }
    }

    /// Whether a script in a string stands here: behind `-c`, quoted or not, or behind `eval`.
    fn is_script(&self) -> bool {
        let end = self.quote.map_or(self.read.len(), |(_, start)| start);
        let before = self.read[..end].trim_end_matches([' ', ',', '"', '\t', '\'']);
        let is_word_here = self.quote.is_some() || self.read.ends_with([' ', '\t']);
        let last = before.rsplit([' ', '"', ',', '[', '\'']).next();
        last.is_some_and(|it| is_word_here && (is_of_shell(it) || it == "eval"))
    }
}
