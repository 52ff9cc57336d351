//! What is known while a pattern is being matched: what its holes bind, and what each of its pieces was matched with.

use std::ops::Range;
use std::rc::Rc;

use dfix_model::{Command, Segment, Step, Word};

use crate::flat;
use crate::matching::put_in::PutIn;

/// How many steps a match may take: a pattern with several lists could try for ever.
const MOST_STEPS: u32 = 200_000;

/// A text of the file that pieces of a pattern are matched with.
#[derive(Debug, Clone)]
pub(crate) struct Text<'m> {
    /// All of the word.
    whole: Rc<str>,
    /// The bytes of it that are meant: the name of `curl=7.1`.
    part: Range<usize>,
    /// Where it stands, piece by piece.
    segments: Rc<[Segment]>,
    /// What it is once the defaults of `ARG`s are put in, where it is something else and known.
    pub(crate) resolved: Option<Rc<str>>,
    /// The same for all of the word, part by part.
    put_in: Option<Rc<PutIn>>,
    /// The word, where it is one.
    pub(crate) word: Option<Word<'m>>,
}

impl<'m> Text<'m> {
    pub(crate) fn of_word(word: Word<'m>) -> Self {
        let mut text = Text::of_segments(word.segments());
        text.word = Some(word);
        text
    }

    pub(crate) fn of_segments(segments: Vec<Segment>) -> Self {
        let whole: Rc<str> = flat::of_segments(&segments).into();
        Text {
            part: 0..whole.len(),
            whole,
            segments: segments.into(),
            resolved: None,
            put_in: None,
            word: None,
        }
    }

    /// The same with what it is once the defaults of `ARG`s are put in.
    pub(crate) fn known_as(mut self, known: &Text<'m>) -> Self {
        self.put_in = PutIn::of(&self.segments, &known.segments).map(Rc::new);
        let is_other = known.flat() != self.flat();
        self.resolved = is_other.then(|| known.flat().into());
        self
    }

    /// The same where only these bytes are meant.
    pub(crate) fn part(&self, part: Range<usize>) -> Self {
        let known = self.put_in.as_ref().and_then(|it| it.get(part.clone()));
        let resolved = known.filter(|it| **it != self.whole[part.clone()]);
        Text {
            resolved: resolved.map(Rc::from),
            part,
            ..self.clone()
        }
    }

    /// What it is known to be, or else what is written.
    pub(crate) fn known(&self) -> &str {
        self.resolved.as_deref().unwrap_or(self.flat())
    }

    /// The same where some bytes of what is meant are.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        let start = self.part.start;
        self.part(start + range.start..start + range.end)
    }

    /// What is meant.
    pub(crate) fn flat(&self) -> &str {
        &self.whole[self.part.clone()]
    }

    /// All of the word.
    pub(crate) fn whole(&self) -> &str {
        &self.whole
    }

    /// What stands in the word before what is meant: the folder of a program.
    pub(crate) fn before(&self) -> &str {
        &self.whole[..self.part.start]
    }

    /// What stands in the word behind what is meant: the pin of a package.
    pub(crate) fn after(&self) -> &str {
        &self.whole[self.part.end..]
    }

    /// All of the word, with another text in the place of what is meant.
    pub(crate) fn with(&self, new: &str) -> String {
        let (before, after) = (&self.whole[..self.part.start], &self.whole[self.part.end..]);
        format!("{before}{new}{after}")
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The bytes of the file that spell what is meant, as near as they can be told.
    pub(crate) fn range(&self) -> Option<dfix_syntax::TextRange> {
        let mut at = 0;
        let mut found: Option<dfix_syntax::TextRange> = None;
        for segment in &*self.segments {
            let len = flat::len_of(segment);
            let (from, to) = (self.part.start.max(at), self.part.end.min(at + len));
            if from < to {
                let is_literal = segment.kind == dfix_model::SegmentKind::Literal;
                let size = |offset: usize| {
                    dfix_syntax::TextSize::try_from(offset).expect("files are below 4 GiB")
                };
                let piece = if is_literal {
                    let start = segment.range.start();
                    dfix_syntax::TextRange::new(start + size(from - at), start + size(to - at))
                } else {
                    segment.range
                };
                found = Some(found.map_or(piece, |range| range.cover(piece)));
            }
            at += len;
        }
        found
    }
}

/// What a hole binds.
#[derive(Debug, Clone)]
pub(crate) enum Value<'m> {
    Text(Text<'m>),
    List(Vec<Text<'m>>),
    /// A whole script or image that the pattern does not look into.
    Whole(dfix_syntax::TextRange, String),
}

impl Value<'_> {
    /// What it is, for messages and for programs: one text, or those of a list.
    pub(crate) fn texts(&self) -> Vec<String> {
        match self {
            Value::Text(text) => vec![flat::shown(text.flat())],
            Value::List(texts) => texts.iter().map(|it| flat::shown(it.flat())).collect(),
            Value::Whole(_, text) => vec![flat::shown(text)],
        }
    }

    fn is_same(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::Text(one), Value::Text(two)) => one.flat() == two.flat(),
            (Value::List(one), Value::List(two)) => {
                one.len() == two.len()
                    && one
                        .iter()
                        .zip(two)
                        .all(|(one, two)| one.flat() == two.flat())
            }
            (Value::Whole(_, one), Value::Whole(_, two)) => one == two,
            _ => false,
        }
    }
}

/// What a piece of a pattern was matched with.
#[derive(Debug, Clone)]
pub(crate) enum Slot<'m> {
    Text(Text<'m>),
    List(Vec<Text<'m>>),
    /// The option with this number among those of its command.
    Option(usize),
    Command(Command<'m>),
    Step(Step<'m>),
    /// The thing with this number: a flag, a pair.
    Number(usize),
}

/// A text of which only the build can tell whether it is what a condition with `not` excludes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// The text as it is written.
    pub(crate) text: String,
    /// What is excluded, in words.
    pub(crate) excluded: String,
}

/// What is known so far.
#[derive(Debug, Clone)]
pub(crate) struct State<'m> {
    values: Vec<Option<Value<'m>>>,
    slots: Vec<Option<Slot<'m>>>,
    steps: u32,
    /// What was taken for something that a condition with `not` allows, though only the build can tell.
    doubts: Vec<Doubt>,
    /// Whether the text is that of a replacement, whose holes stand for anything.
    symbols: Option<Rc<str>>,
}

/// What must be matched after a piece, for the piece to be matched so.
pub(crate) type Then<'t, 'm> = &'t mut dyn FnMut(&mut State<'m>) -> bool;

impl<'m> State<'m> {
    pub(crate) fn new(names: usize, slots: usize) -> Self {
        State {
            values: vec![None; names],
            slots: vec![None; slots],
            steps: 0,
            doubts: Vec::new(),
            symbols: None,
        }
    }

    /// The same with room for the pieces of another pattern, and what holes bound so far.
    pub(crate) fn for_slots(&self, slots: usize) -> Self {
        State {
            values: self.values.clone(),
            slots: vec![None; slots],
            steps: 0,
            doubts: self.doubts.clone(),
            symbols: self.symbols.clone(),
        }
    }

    /// The same for a text in which words that begin so stand for anything.
    pub(crate) fn with_symbols(mut self, stem: Option<&str>) -> Self {
        self.symbols = stem.map(Into::into);
        self
    }

    /// The same with nothing matched yet, where one instruction is all that was.
    pub(crate) fn anew(&self) -> Option<Self> {
        let slots = self.slots.iter().flatten();
        let steps = slots.filter(|it| matches!(it, Slot::Step(_))).count();
        (steps == 1).then(|| State::new(self.values.len(), self.slots.len()))
    }

    /// Whether a text stands for anything, and so fits any condition but that nothing is there.
    pub(crate) fn is_symbol(&self, text: &str) -> bool {
        self.symbols.as_deref().is_some_and(|stem| {
            let digits = text.strip_prefix(stem).and_then(|it| it.strip_suffix('x'));
            digits.is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit()))
        })
    }

    /// Whether there are steps left; takes one.
    pub(crate) fn step(&mut self) -> bool {
        self.steps += 1;
        self.steps < MOST_STEPS
    }

    /// Binds a hole, goes on, and takes it back where that does not fit. A hole that binds something else already does
    /// not fit.
    pub(crate) fn bind(
        &mut self,
        name: Option<usize>,
        value: impl FnOnce() -> Value<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        let Some(name) = name else {
            return then(self);
        };
        if let Some(bound) = &self.values[name] {
            return bound.is_same(&value()) && then(self);
        }
        self.values[name] = Some(value());
        let fits = then(self);
        if !fits {
            self.values[name] = None;
        }
        fits
    }

    /// Notes what a piece was matched with, goes on, and takes it back where that does not fit.
    pub(crate) fn note(&mut self, slot: usize, with: Slot<'m>, then: Then<'_, 'm>) -> bool {
        let before = self.slots[slot].replace(with);
        let fits = then(self);
        if !fits {
            self.slots[slot] = before;
        }
        fits
    }

    /// Notes a doubt, goes on, and takes it back where that does not fit.
    pub(crate) fn doubt(&mut self, doubt: Option<Doubt>, then: Then<'_, 'm>) -> bool {
        let count = self.doubts.len();
        self.doubts.extend(doubt);
        let fits = then(self);
        if !fits {
            self.doubts.truncate(count);
        }
        fits
    }

    pub(crate) fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    pub(crate) fn value(&self, name: usize) -> Option<&Value<'m>> {
        self.values.get(name)?.as_ref()
    }

    /// The instruction that a text stands in, where that is one of the pattern's, or a command of the pattern stands in it.
    pub(crate) fn step_of(&self, text: &Text<'m>) -> Option<Step<'m>> {
        let range = text.range()?;
        let mut steps = self.slots.iter().flatten().filter_map(|slot| match slot {
            Slot::Step(step) => Some(*step),
            Slot::Command(command) => Some(command.step()),
            _ => None,
        });
        steps.find(|step| step.range().contains_range(range))
    }

    /// The words of the file that a slot holds.
    pub(crate) fn words_of(&self, slot: usize) -> Vec<Word<'m>> {
        match self.slot(slot) {
            Some(Slot::Text(text)) => text.word.into_iter().collect(),
            Some(Slot::List(texts)) => texts.iter().filter_map(|it| it.word).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn slot(&self, slot: usize) -> Option<&Slot<'m>> {
        self.slots.get(slot)?.as_ref()
    }
}
