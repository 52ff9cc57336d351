//! Patterns of commands: `apt-get install {packages...}`, `curl -o {file} {url}`.

use dfix_model::{Command, Word, WordKind};

use crate::error::PatternError;
use crate::matching::choose::each_of_its_own;
use crate::matching::state::{Slot, State, Text, Then};
use crate::matching::view::{OptionUse, View};
use crate::pattern::around::{AssignmentPattern, RedirectPattern, assignments, redirects};
use crate::pattern::condition::Condition;
use crate::pattern::slots::Slots;
use crate::pattern::template::{Hole, REPLACEMENT, Template};
use crate::pattern::words::{Item, WordPattern, allows, among, bind_list, in_order};
use crate::pattern::wrapper::{self, WrapperPattern, program_name, wrappers_of};

/// A pattern of a command.
#[derive(Debug, Clone)]
pub(crate) struct CommandPattern {
    pub(crate) program: Item,
    /// Programs in front of it that must be there.
    pub(crate) wrappers: Vec<WrapperPattern>,
    pub(crate) assignments: Vec<AssignmentPattern>,
    pub(crate) redirects: Vec<RedirectPattern>,
    pub(crate) shape: Shape,
    /// Its words in the order in which they are written.
    pub(crate) order: Vec<Place>,
    /// Whether it is written in the exec form.
    pub(crate) is_exec: bool,
    /// Its bytes in the template's text.
    pub(crate) range: std::ops::Range<usize>,
}

/// What is known of the words behind the program.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// The program's options are known: they are told from its operands, and stand in whatever order.
    Zones(Zones),
    /// Nothing is: words in order.
    Ordered(Vec<Item>),
}

impl Shape {
    /// The words behind the program that are no options and no subcommands, as far as these are known.
    pub(crate) fn operands(&self) -> &[Item] {
        match self {
            Shape::Zones(zones) => &zones.operands,
            Shape::Ordered(items) => items,
        }
    }
}

/// The words behind a program whose options are known.
#[derive(Debug, Clone)]
pub(crate) struct Zones {
    pub(crate) heads: Vec<Item>,
    pub(crate) options: Vec<OptionItem>,
    pub(crate) operands: Vec<Item>,
    pub(crate) is_set: bool,
}

impl Zones {
    /// Whether the operands of both are sets; those of a replacement with the same subcommand are what the pattern's are.
    pub(crate) fn are_sets(&self, new: &Zones) -> bool {
        let heads = self.heads.iter().map(|it| &it.word);
        self.is_set && (new.is_set || heads.eq(new.heads.iter().map(|it| &it.word)))
    }
}

/// An option of a pattern.
#[derive(Debug, Clone)]
pub(crate) struct OptionItem {
    /// As it is written.
    pub(crate) name: String,
    /// The name by which it is compared.
    pub(crate) key: String,
    /// All its names, where it has several.
    pub(crate) names: Vec<&'static str>,
    /// Whether only this name is meant, for the replacement writes another one.
    pub(crate) is_exact: bool,
    pub(crate) value: Option<WordPattern>,
    /// Whether the value stands in a word of its own.
    pub(crate) is_next_word: bool,
    /// The word that it shares with other letters: `-fsSL`.
    pub(crate) cluster: Option<String>,
    /// Its words as they are written, quotes and all.
    pub(crate) sources: Vec<WordPattern>,
    pub(crate) slot: usize,
}

impl OptionItem {
    /// Whether a use in a file is of this option, whatever its value.
    pub(crate) fn means(&self, found: &OptionUse<'_>) -> bool {
        if self.is_exact {
            return found.name == self.name;
        }
        match (&self.value, found.with_value()) {
            (Some(_), Some((key, _))) => key == self.key,
            _ => found.key == self.key,
        }
    }

    /// Whether one of the replacement is the same option.
    pub(crate) fn is_same(&self, new: &OptionItem) -> bool {
        if self.is_exact {
            self.name == new.name
        } else {
            self.key == new.key
        }
    }
}

/// A word of a pattern by its zone and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Head(usize),
    Option(usize),
    Operand(usize),
}

impl CommandPattern {
    /// Reads a command of the template's text, which begins `shift` bytes before that of the command's file. Where the
    /// program is a hole, another word stands for it there.
    pub(crate) fn read(
        command: Command<'_>,
        program: Option<&Hole>,
        template: &Template,
        shift: usize,
        slots: &mut Slots,
    ) -> Result<Self, PatternError> {
        let place = |range: dfix_syntax::TextRange| {
            let (start, end) = (usize::from(range.start()), usize::from(range.end()));
            start.saturating_sub(shift)..end.saturating_sub(shift)
        };
        let whole = place(command.range());
        let Some(word) = command.program() else {
            return Err(template.error(whole, "this is no command: there is no program in it"));
        };
        if program.is_none()
            && let Some(bare) = CommandPattern::bare(command, template, whole.clone(), slots)?
        {
            return Ok(bare);
        }
        let wrappers = command.wrappers();
        let wrappers = wrappers.map(|it| WrapperPattern::read(command, it, template, slots));
        let wrappers = wrappers.collect::<Result<Vec<_>, _>>()?;
        let mut item = |word: WordPattern, source: &str| Item {
            word,
            slot: slots.next(),
            source: WordPattern::of_flat(source, template),
        };
        let program = match program {
            Some(hole) => {
                let pieces = vec![crate::pattern::words::Piece::Hole(hole.clone())];
                item(WordPattern { pieces }, word.source_text())
            }
            None => item(WordPattern::of_word(word, template), word.source_text()),
        };
        if let Some(wrapper) = command.wrappers().last()
            && program.word.as_list().is_some()
        {
            if command.args().len() > 0 {
                let name = wrapper.name;
                return Err(template
                    .error(
                        place(word.range()),
                        format!("a list behind `{name}` is all of its command, and more follows"),
                    )
                    .with_remedy(format!(
                        "options of `{name}` that the pattern does not mention may be there and stay: leave the list out"
                    )));
            }
        } else if template.part != REPLACEMENT {
            let is_list = program.word.as_list().is_some();
            program.word.no_list(template).map_err(|error| {
                if !is_list {
                    return error;
                }
                error.with_remedy(
                    "name the program: `{p} {x...}` is any command; a list alone behind RUN is any script",
                )
            })?;
        }
        let of_word = |word: Word<'_>| WordPattern::of_word(word, template);
        let assignments = command.assignments().map(|it| AssignmentPattern {
            name: it.name().to_owned(),
            value: it.value().map(of_word),
        });
        let redirects = command.redirects().map(|it| RedirectPattern {
            fd: it.fd().map(str::to_owned),
            operator: it.operator().to_owned(),
            target: it.target().map(of_word),
        });
        let redirects: Vec<RedirectPattern> = redirects.collect();
        if redirects.iter().any(|it| it.operator.starts_with("<<")) {
            return Err(template
                .error(whole, "a here-document cannot be part of a pattern")
                .with_remedy("write the commands in it; they are found there, too"));
        }
        let view = View::of(command);
        let is_list = |word: Word<'_>| of_word(word).as_list().is_some();
        if let Some(first) = view.heads.first().copied().filter(|first| is_list(*first)) {
            return Err(template
                .error(place(first.range()), "a list cannot stand before the subcommand")
                .with_remedy(format!(
                    "options that the pattern does not mention may be there and stay: leave the list out; any command of it is `{} {{s}} {{_...}}`",
                    command.name()
                )));
        }
        let mut order: Vec<(dfix_syntax::TextSize, Place)> = Vec::new();
        let mut items = |words: &[Word<'_>], at: fn(usize) -> Place| {
            let items = words.iter().enumerate().map(|(index, word)| {
                order.push((word.range().start(), at(index)));
                let pattern = of_word(*word);
                if pattern.as_list().is_none() {
                    pattern.no_list(template)?;
                }
                Ok(item(pattern, word.source_text()))
            });
            items.collect::<Result<Vec<Item>, PatternError>>()
        };
        let shape = if view.is_known {
            let heads = items(&view.heads, Place::Head)?;
            let operands = items(&view.operands, Place::Operand)?;
            let mut options = Vec::new();
            for (index, option) in view.options.iter().enumerate() {
                order.push((option.word.range().start(), Place::Option(index)));
                options.push(option_item(option, &view, template, &place, slots)?);
            }
            // A hole is read as the first subcommand that it may be.
            let subcommand = match heads.as_slice() {
                [one] => one.word.as_hole().and_then(|it| template.condition_of(it)),
                _ => None,
            };
            let subcommand = subcommand.and_then(Condition::first_literal);
            let is_set = view.is_set || subcommand.is_some_and(|it| view.names_packages(&it));
            Shape::Zones(Zones {
                heads,
                options,
                operands,
                is_set,
            })
        } else {
            Shape::Ordered(items(&view.operands, Place::Operand)?)
        };
        order.sort_by_key(|(start, _)| *start);
        Ok(CommandPattern {
            program,
            wrappers,
            is_exec: command.kind() == WordKind::Json,
            assignments: assignments.collect(),
            redirects,
            shape,
            order: order.into_iter().map(|(_, place)| place).collect(),
            range: template.before(&whole),
        })
    }

    /// An option that the replacement writes by another name is meant by the written one alone: what it becomes must not be
    /// found again.
    pub(crate) fn settle_names(&mut self, new: &CommandPattern) {
        if self.program.word != new.program.word {
            return;
        }
        if let (Shape::Zones(old), Shape::Zones(new)) = (&mut self.shape, &new.shape) {
            for item in &mut old.options {
                let mut same = new
                    .options
                    .iter()
                    .filter(|it| it.key == item.key)
                    .peekable();
                item.is_exact |= same.peek().is_some() && same.all(|it| it.name != item.name);
            }
        }
    }

    /// Every word of it.
    pub(crate) fn words(&self) -> Vec<&WordPattern> {
        let mut words = vec![&self.program.word];
        words.extend(self.wrappers.iter().flat_map(WrapperPattern::words));
        let values = self.assignments.iter().filter_map(|it| it.value.as_ref());
        let targets = self.redirects.iter().filter_map(|it| it.target.as_ref());
        words.extend(values.chain(targets));
        match &self.shape {
            Shape::Zones(zones) => {
                words.extend(zones.heads.iter().chain(&zones.operands).map(|it| &it.word));
                words.extend(zones.options.iter().filter_map(|it| it.value.as_ref()));
            }
            Shape::Ordered(items) => words.extend(items.iter().map(|it| &it.word)),
        }
        words
    }

    /// The same of a wrapper without a command behind it, which CMD may bring: `tini --`.
    fn bare(
        command: Command<'_>,
        template: &Template,
        range: std::ops::Range<usize>,
        slots: &mut Slots,
    ) -> Result<Option<Self>, PatternError> {
        let is_list = |word: Word<'_>| WordPattern::of_word(word, template).as_list().is_some();
        let is_plain = command.assignments().next().is_none()
            && command.redirects().next().is_none()
            && !command.args().any(is_list)
            && !View::of(command).is_known;
        if !is_plain || command.bare_wrapper().is_none() {
            return Ok(None);
        }
        let wrappers = wrappers_of(command).into_iter();
        let wrappers = wrappers.map(|it| WrapperPattern::read(command, it, template, slots));
        Ok(Some(CommandPattern {
            wrappers: wrappers.collect::<Result<_, _>>()?,
            program: Item {
                word: WordPattern::nothing(),
                slot: slots.next(),
                source: WordPattern::literal(""),
            },
            is_exec: command.kind() == WordKind::Json,
            assignments: Vec::new(),
            redirects: Vec::new(),
            shape: Shape::Ordered(Vec::new()),
            order: Vec::new(),
            range,
        }))
    }

    /// Whether it fits a command; then goes on.
    pub(crate) fn fits<'m>(
        &self,
        command: Command<'m>,
        state: &mut State<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        // Behind xargs more operands come than are written.
        let says_xargs = self.wrappers.iter().any(|it| it.name == "xargs");
        let wants_no_more = self
            .shape
            .operands()
            .iter()
            .any(|it| it.word.asks_for_none());
        if wants_no_more && !says_xargs && command.is_wrapped_by("xargs") {
            return false;
        }
        wrapper::in_front(&self.wrappers, command, 0, state, &mut |behind, state| {
            let mut rest = |state: &mut State<'m>| {
                assignments(&self.assignments, command, state, &mut |state| {
                    redirects(&self.redirects, command, state, &mut *then)
                })
            };
            match self.program.word.as_list() {
                Some(list) => {
                    let words = words_behind(command, behind);
                    let is_allowed = |it: &Text<'m>| allows(list.condition.as_deref(), it, state);
                    words.iter().all(is_allowed)
                        && bind_list(&self.program, list, &words, state, &mut rest)
                }
                // Behind a wrapper without a command there is no program.
                None if behind > command.wrappers().count() => false,
                None => self.program_fits(command, state, &mut |state| {
                    self.words_fit(command, state, &mut rest)
                }),
            }
        })
    }

    fn program_fits<'m>(
        &self,
        command: Command<'m>,
        state: &mut State<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        let Some(program) = program_text(command, &self.program.word) else {
            return false;
        };
        self.program.word.fits(&program, state, &mut |state| {
            let found = Slot::Text(program.clone());
            state.note(self.program.slot, found, &mut *then)
        })
    }

    fn words_fit<'m>(
        &self,
        command: Command<'m>,
        state: &mut State<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        let view = View::of(command);
        let texts = |words: &[Word<'m>]| -> Vec<Text<'m>> {
            words.iter().copied().map(Text::of_word).collect()
        };
        match &self.shape {
            Shape::Ordered(items) => {
                let words: Vec<Text<'m>> = command.args().map(Text::of_word).collect();
                ordered(items, &words, state, then)
            }
            Shape::Zones(_) if !view.is_known => false,
            Shape::Zones(zones) => {
                let heads = texts(&view.heads);
                let operands = texts(&view.operands);
                // In a replacement a hole stands for any subcommand.
                let is_any = heads.iter().any(|it| state.is_symbol(it.flat()));
                let is_set = zones.is_set && (view.is_set || is_any);
                in_order(&zones.heads, &heads, state, &mut |state| {
                    each_of_its_own(
                        &zones.options,
                        &view.options,
                        state,
                        &option_fits,
                        &mut |_, state| {
                            if is_set {
                                among(&zones.operands, &view.elements(), state, then)
                            } else {
                                in_order(&zones.operands, &operands, state, then)
                            }
                        },
                    )
                })
            }
        }
    }
}

fn option_item(
    option: &OptionUse<'_>,
    view: &View<'_>,
    template: &Template,
    place: &dyn Fn(dfix_syntax::TextRange) -> std::ops::Range<usize>,
    slots: &mut Slots,
) -> Result<OptionItem, PatternError> {
    // Holes stand in the value only.
    let attached = option.value.as_ref().filter(|it| !it.is_next_word);
    let in_value = attached.map(|it| {
        WordPattern::of_flat(it.text.flat(), template)
            .holes()
            .count()
    });
    let in_word = WordPattern::of_word(option.word, template).holes().count();
    if in_word != in_value.unwrap_or(0) {
        return Err(template.error(
            place(option.word.range()),
            "the name of an option cannot be a hole, for options are told by their names",
        ));
    }
    let value = option
        .value
        .as_ref()
        .map(|it| WordPattern::of_flat(it.text.flat(), template));
    if let Some(value) = &value {
        value.no_list(template)?;
    }
    Ok(OptionItem {
        name: option.name.clone(),
        key: option.key.clone(),
        names: view.names(&option.key),
        is_exact: false,
        cluster: option
            .is_of_cluster
            .then(|| option.word.value().map(str::to_owned))
            .flatten(),
        value,
        sources: option
            .sources()
            .iter()
            .map(|it| WordPattern::of_flat(it, template))
            .collect(),
        is_next_word: option.value.as_ref().is_some_and(|it| it.is_next_word),
        slot: slots.next(),
    })
}

/// The name of a command's program, as a pattern sees it: without its folder unless the pattern has one.
fn program_text<'m>(command: Command<'m>, pattern: &WordPattern) -> Option<Text<'m>> {
    Some(program_name(command.program()?, command.name(), pattern))
}

/// All words behind the wrappers before a number.
fn words_behind(command: Command<'_>, wrappers: usize) -> Vec<Text<'_>> {
    let all = wrappers_of(command);
    let last = wrappers.checked_sub(1).and_then(|it| all.get(it));
    let start = last.map_or(command.range().start(), |it| it.range.end());
    let behind = command.words().filter(|it| it.range().start() >= start);
    behind.map(Text::of_word).collect()
}

/// Whether an option of the command is what the pattern asks for.
fn option_fits<'m>(
    item: &OptionItem,
    index: usize,
    found: &OptionUse<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    if !item.means(found) {
        return false;
    }
    let mut go_on = |state: &mut State<'m>| state.note(item.slot, Slot::Option(index), then);
    match (&item.value, found.with_value()) {
        (None, _) => found.value.is_none() && go_on(state),
        (Some(pattern), Some((_, value))) => pattern.fits(&value.text, state, &mut go_on),
        (Some(_), None) => false,
    }
}

/// Words in order, of a program that nobody knows: further options may stand between where it is certain that they take
/// no word with them.
fn ordered<'m>(
    items: &[Item],
    texts: &[Text<'m>],
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    if !state.step() {
        return false;
    }
    let is_option = |text: &Text<'m>| text.flat().starts_with('-') && text.flat().len() > 1;
    let may_be_passed = |texts: &[Text<'m>]| match texts {
        [first, rest @ ..] if is_option(first) => {
            (first.flat().starts_with("--") && first.flat().contains('='))
                || rest.first().is_none_or(is_option)
        }
        _ => false,
    };
    let Some((item, rest)) = items.split_first() else {
        return match texts {
            [] => then(state),
            [_, others @ ..] => may_be_passed(texts) && ordered(items, others, state, then),
        };
    };
    if let Some(list) = item.word.as_list() {
        let condition = list.condition.as_deref();
        let is_allowed = |text: &&Text<'m>| allows(condition, text, state);
        let most = texts.iter().take_while(is_allowed).count();
        return (0..=most).rev().any(|count| {
            let (bound, others) = texts.split_at(count);
            bind_list(item, list, bound, state, &mut |state| {
                ordered(rest, others, state, then)
            })
        });
    }
    let Some((first, others)) = texts.split_first() else {
        return false;
    };
    item.word.fits(first, state, &mut |state| {
        state.note(item.slot, Slot::Text(first.clone()), &mut |state| {
            ordered(rest, others, state, then)
        })
    }) || (may_be_passed(texts) && ordered(items, others, state, then))
}
