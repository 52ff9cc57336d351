//! Places that say an account by its number: who makes it, who it belongs to, who runs as it.

use dfix_catalogue::{Says, account_options};
use dfix_syntax::TextRange;

use crate::collect::instruction::StepKind;
use crate::collect::model::Model;
use crate::handles::{Command, Flag, Pair, Step, Word};

/// A number of a user or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNumber<'m> {
    /// The step that it stands in.
    pub step: Step<'m>,
    /// The command of that, if it is one's.
    pub command: Option<Command<'m>>,
    /// Where it stands, in bytes, perhaps with more of its word.
    pub range: TextRange,
    /// The number.
    pub number: String,
    /// Whose it is.
    pub says: Says,
}

impl AccountNumber<'_> {
    /// Its line, from 1.
    pub fn line(&self) -> usize {
        self.step.line_at(self.range.start())
    }
}

/// What is looked at: a word of a step, or of a command of it.
#[derive(Clone, Copy)]
struct Place<'m> {
    step: Step<'m>,
    command: Option<Command<'m>>,
    word: Word<'m>,
}

/// All of a file, in order of place but for those that variables bring.
pub(crate) fn account_numbers<'m>(file: &'m Model<'_>) -> Vec<AccountNumber<'m>> {
    let mut found = Vec::new();
    for step in file.steps() {
        let of_step = |word| Place {
            step,
            command: None,
            word,
        };
        if step.is(StepKind::User)
            && let Some(word) = step.words().next()
        {
            found.extend(in_owner(of_step(word), word.value(), Says::User));
        }
        if let Some(word) = step.flag("chown").and_then(Flag::value) {
            found.extend(in_owner(of_step(word), word.value(), Says::User));
        }
        for mount in step.mounts() {
            for (option, says) in [("uid", Says::User), ("gid", Says::Group)] {
                if let Some(word) = mount.option(option) {
                    found.extend(in_owner(of_step(word), word.value(), says));
                }
            }
        }
        for command in step.commands() {
            found.extend(of_command(command));
        }
    }
    found
}

fn of_command<'m>(command: Command<'m>) -> Vec<AccountNumber<'m>> {
    let mut found = Vec::new();
    let place = |word| Place {
        step: command.step(),
        command: Some(command),
        word,
    };
    for word in command.args() {
        if let Some(text) = word.value().filter(|it| it.contains(":x:")) {
            found.extend(in_lines(place(word), text));
        }
    }
    for wrapper in command.wrappers() {
        let words: Vec<Word<'m>> = command.words_of(wrapper).collect();
        found.extend(of_words(wrapper.name, words.into_iter().skip(1), &place));
    }
    found.extend(of_words(command.name(), command.args(), &place));
    found
}

/// What the words behind a program say.
fn of_words<'m>(
    program: &str,
    words: impl Iterator<Item = Word<'m>>,
    place: &dyn Fn(Word<'m>) -> Place<'m>,
) -> Vec<AccountNumber<'m>> {
    let Some(options) = account_options(program) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut before: Option<Says> = None;
    let mut operand = options.of_operand();
    for word in words {
        let text = word.literal_prefix();
        if let Some(says) = before.take() {
            found.extend(in_owner(place(word), word.value(), says));
        } else if let Some((option, _)) = text.split_once('=').filter(|it| it.0.starts_with("--")) {
            if let Some(says) = options.of_option(option) {
                let value = word.value().map(|it| &it[option.len() + 1..]);
                found.extend(in_owner(place(word), value, says));
            }
        } else if text.starts_with('-') && text.len() > 1 {
            before = options.of_option(text);
            let joined = text.get(..2).and_then(|it| options.of_option(it));
            if let (None, Some(says)) = (before, joined) {
                found.extend(in_owner(place(word), word.value().map(|it| &it[2..]), says));
            }
        } else if let Some(says) = operand.take() {
            found.extend(in_owner(place(word), word.value(), says));
        }
    }
    found
}

/// The numbers of `user:group`, or of one of them; `text` is none where variables bring it.
fn in_owner<'m>(place: Place<'m>, text: Option<&str>, says: Says) -> Vec<AccountNumber<'m>> {
    let word = place.word;
    let Some(text) = text else {
        return by_variables(place, says);
    };
    let parts = text.split(':').zip([says, Says::Group]);
    let numbers = parts.filter_map(|(part, says)| {
        let number = part.trim_start_matches('#');
        is_number(number).then(|| AccountNumber {
            step: place.step,
            command: place.command,
            range: word.range(),
            number: number.to_owned(),
            says,
        })
    });
    numbers.collect()
}

/// The numbers that variables bring: their values where the file says them, and what stands for those that are not set.
fn by_variables(place: Place<'_>, says: Says) -> Vec<AccountNumber<'_>> {
    let source = place.word.source_text();
    // Of several the first is the user's, as far as the word tells.
    let of = |at: usize| {
        if source[..at].contains("}:") || source[..at].contains(':') && !source[..at].contains('{')
        {
            Says::Group
        } else {
            says
        }
    };
    let number = |range, number: &str, step, says| AccountNumber {
        step,
        command: (step == place.step).then_some(place.command).flatten(),
        range,
        number: number.to_owned(),
        says,
    };
    let mut found = Vec::new();
    for name in place.word.variables() {
        let says = source.find(&name).map_or(says, of);
        for step in place.step.file().steps() {
            if !matches!(step.kind(), StepKind::Arg | StepKind::Env) {
                continue;
            }
            let pairs = step.pairs().filter(|it| it.key_text() == Some(&name));
            for word in pairs.filter_map(Pair::value) {
                if let Some(value) = word.value().filter(|it| is_number(it)) {
                    found.push(number(word.range(), value, step, says));
                }
            }
        }
    }
    for (at, _) in source.match_indices(":-") {
        let digits = source[at + 2..].split('}').next().unwrap_or_default();
        if is_number(digits) {
            found.push(number(place.word.range(), digits, place.step, of(at)));
        }
    }
    found
}

/// The numbers of lines for `/etc/passwd` and `/etc/group`.
fn in_lines<'m>(place: Place<'m>, text: &str) -> Vec<AccountNumber<'m>> {
    let lines = text.split(|it: char| it.is_whitespace() || it == '\\');
    let mut found = Vec::new();
    for line in lines {
        let fields: Vec<&str> = line.split(':').collect();
        let numbers = match fields[..] {
            [_, "x", user, group, _, _, _] => vec![(user, Says::User), (group, Says::Group)],
            [_, "x", group, _] => vec![(group, Says::Group)],
            _ => Vec::new(),
        };
        let numbers = numbers.into_iter().filter(|it| is_number(it.0));
        found.extend(numbers.map(|(number, says)| AccountNumber {
            step: place.step,
            command: place.command,
            range: place.word.range(),
            number: number.to_owned(),
            says,
        }));
    }
    found
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}
