//! Programs that run another one, in front of a command: `sudo -u {u}`, `dumb-init --`.

use dfix_model::{Command, Word, Wrapper};

use crate::error::PatternError;
use crate::matching::choose::each_of_its_own;
use crate::matching::state::{Slot, State, Text, Then};
use crate::pattern::slots::Slots;
use crate::pattern::template::Template;
use crate::pattern::words::{Item, WordPattern, in_order};

/// A pattern of a wrapper.
#[derive(Debug, Clone)]
pub(crate) struct WrapperPattern {
    pub(crate) name: String,
    /// Its words as they are written, its name first.
    pub(crate) items: Vec<Item>,
    roles: Vec<Role>,
}

/// What a word of a wrapper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Name,
    Option,
    /// What the option before it takes.
    Value,
    /// `--`, which may be left out.
    Dashes,
    /// `NAME=value`.
    Assignment,
    /// A subcommand, or an operand of its own: the user of `gosu`.
    Operand,
}

/// What must be matched behind wrappers, given how many of the command's are passed.
type Behind<'t, 'm> = &'t mut dyn FnMut(usize, &mut State<'m>) -> bool;

/// A program's word, of which only the name is meant unless the pattern has a folder.
pub(crate) fn program_name<'m>(word: Word<'m>, name: &str, pattern: &WordPattern) -> Text<'m> {
    let whole = Text::of_word(word);
    let has_folder = pattern.as_literal().is_some_and(|it| it.contains('/'));
    if has_folder || name.is_empty() {
        return whole;
    }
    match whole.flat().rfind(name) {
        Some(start) => whole.slice(start..start + name.len()),
        None => whole,
    }
}

/// The wrappers in front of a command, and the one that it is itself where no command stands behind that: `tini --`.
pub(crate) fn wrappers_of(command: Command<'_>) -> Vec<Wrapper<'_>> {
    command.wrappers().chain(command.bare_wrapper()).collect()
}

/// The words of a wrapper, and what each of them is.
pub(crate) fn words_of<'m>(command: Command<'m>, wrapper: Wrapper<'m>) -> Vec<(Word<'m>, Role)> {
    let words: Vec<Word<'m>> = command.words_of(wrapper).collect();
    let next = |index: usize| words.get(index).and_then(|it| it.value());
    let spec = dfix_catalogue::wrapper(wrapper.name, [next(1), next(2)]);
    let subcommands = spec.map_or(0, dfix_catalogue::WrapperSpec::subcommands);
    // All that stands before the `--` belongs to it, whatever it is.
    let takes_any = spec.is_some_and(dfix_catalogue::WrapperSpec::ends_with_dashes);
    let takes_next = |option: &str| match spec {
        Some(spec) if option.starts_with("--") || spec.takes_next(option) => {
            spec.takes_next(option)
        }
        Some(spec) => {
            let mut letters = option.char_indices().skip(1);
            let with_value = letters.find(|(_, letter)| spec.letter_takes_value(*letter));
            with_value.is_some_and(|(at, letter)| at + letter.len_utf8() == option.len())
        }
        // `python -W ignore -m pip`
        None => option.ends_with(['W', 'X']),
    };
    let is_set = |word: &Word<'m>| command.assignments().any(|it| it.range() == word.range());
    let mut roles = Vec::with_capacity(words.len());
    let (mut is_value, mut is_ended) = (false, false);
    for (index, word) in words.into_iter().enumerate() {
        let text = word.literal_prefix();
        let is_option = text.len() > 1 && text.starts_with('-') && !is_ended;
        let role = if index == 0 {
            Role::Name
        } else if index <= subcommands {
            Role::Operand
        } else if std::mem::take(&mut is_value) {
            Role::Value
        } else if text == "--" && !is_ended {
            is_ended = true;
            Role::Dashes
        } else if is_set(&word) {
            Role::Assignment
        } else if is_option && text != "-m" {
            is_value = takes_next(text);
            Role::Option
        } else if takes_any && !is_ended {
            Role::Option
        } else {
            Role::Operand
        };
        roles.push((word, role));
    }
    roles
}

impl WrapperPattern {
    pub(crate) fn read(
        command: Command<'_>,
        wrapper: Wrapper<'_>,
        template: &Template,
        slots: &mut Slots,
    ) -> Result<Self, PatternError> {
        let (mut items, mut roles) = (Vec::new(), Vec::new());
        for (word, role) in words_of(command, wrapper) {
            // Patterns of variables are the command's.
            if role == Role::Assignment {
                continue;
            }
            let pattern = WordPattern::of_word(word, template);
            pattern.no_list(template)?;
            items.push(Item {
                word: pattern,
                slot: slots.next(),
                source: WordPattern::of_flat(word.source_text(), template),
            });
            roles.push(role);
        }
        Ok(WrapperPattern {
            name: wrapper.name.to_owned(),
            items,
            roles,
        })
    }

    /// Its words that must be written so; Python's name is written in several ways.
    pub(crate) fn words(&self) -> impl Iterator<Item = &WordPattern> {
        let is_meant = |role: Role| match role {
            Role::Name => self.name != "python",
            role => role != Role::Dashes,
        };
        let both = self.items.iter().zip(&self.roles);
        both.filter_map(move |(item, role)| is_meant(*role).then_some(&item.word))
    }

    /// Whether another is the same, word by word.
    pub(crate) fn is_same(&self, other: &WrapperPattern) -> bool {
        self.items.len() == other.items.len()
            && self
                .items
                .iter()
                .zip(&other.items)
                .all(|(one, two)| one.word == two.word)
    }

    /// The number of the command's wrapper that it was matched with.
    pub(crate) fn index_in(&self, command: Command<'_>, state: &State<'_>) -> Option<usize> {
        let Some(Slot::Text(name)) = self.items.first().and_then(|it| state.slot(it.slot)) else {
            return None;
        };
        let range = name.word?.range();
        let mut wrappers = wrappers_of(command).into_iter();
        wrappers.position(|it| it.range.start() == range.start())
    }

    /// Its words of these roles, in order.
    fn of_roles(&self, is_meant: impl Fn(Role) -> bool) -> Vec<Item> {
        let both = self.items.iter().zip(&self.roles);
        let meant = both.filter(|(_, role)| is_meant(**role));
        meant.map(|(item, _)| item.clone()).collect()
    }

    /// Each option with what it takes.
    fn options(&self) -> Vec<Vec<Item>> {
        let mut options: Vec<Vec<Item>> = Vec::new();
        for (item, role) in self.items.iter().zip(&self.roles) {
            match (role, options.last_mut()) {
                (Role::Option, _) => options.push(vec![item.clone()]),
                (Role::Value, Some(last)) => last.push(item.clone()),
                _ => {}
            }
        }
        options
    }

    fn fits<'m>(
        &self,
        command: Command<'m>,
        wrapper: Wrapper<'m>,
        state: &mut State<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        let words = words_of(command, wrapper);
        let (Some((first, _)), Some(item)) = (words.first(), self.items.first()) else {
            return false;
        };
        let name = program_name(*first, wrapper.name, &item.word);
        let has_folder = item.word.as_literal().is_some_and(|it| it.contains('/'));
        if self.name != wrapper.name || (has_folder && !item.word.is(&name)) {
            return false;
        }
        let of_role = |wanted: Role| -> Vec<Text<'m>> {
            let there = words.iter().filter(|(_, role)| *role == wanted);
            there.map(|(word, _)| Text::of_word(*word)).collect()
        };
        let operands = self.of_roles(|it| it == Role::Operand);
        let options = self.options();
        let mut there: Vec<Vec<Text<'m>>> = Vec::new();
        for (word, role) in &words {
            match (role, there.last_mut()) {
                (Role::Option, _) => there.push(vec![Text::of_word(*word)]),
                (Role::Value, Some(last)) => last.push(Text::of_word(*word)),
                _ => {}
            }
        }
        let option_fits =
            |items: &Vec<Item>,
             _,
             texts: &Vec<Text<'m>>,
             state: &mut State<'m>,
             then: Then<'_, 'm>| in_order(items, texts, state, then);
        let dashes = self.of_roles(|it| it == Role::Dashes);
        let dashes_there = of_role(Role::Dashes);
        state.note(item.slot, Slot::Text(name), &mut |state| {
            let mut rest = |state: &mut State<'m>| {
                in_order(&operands, &of_role(Role::Operand), state, &mut |state| {
                    each_of_its_own(&options, &there, state, &option_fits, &mut |_, state| {
                        then(state)
                    })
                })
            };
            // What only says where the options end need not be there.
            match (dashes.first(), dashes_there.first()) {
                (Some(item), Some(text)) => {
                    state.note(item.slot, Slot::Text(text.clone()), &mut rest)
                }
                _ => rest(state),
            }
        })
    }
}

/// Whether wrappers of a command from a number on are what patterns ask for, in this order, perhaps with others between.
pub(crate) fn in_front<'m>(
    patterns: &[WrapperPattern],
    command: Command<'m>,
    from: usize,
    state: &mut State<'m>,
    then: Behind<'_, 'm>,
) -> bool {
    let Some((pattern, rest)) = patterns.split_first() else {
        return then(from, state);
    };
    wrappers_of(command)
        .into_iter()
        .enumerate()
        .skip(from)
        .any(|(index, wrapper)| {
            pattern.fits(command, wrapper, state, &mut |state| {
                in_front(rest, command, index + 1, state, then)
            })
        })
}
