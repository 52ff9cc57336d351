//! What is kept of instructions.

use std::cell::OnceCell;

use dfix_syntax::ast::{self, AstNode, HasPaths, HasWord, Instruction};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange};

use crate::collect::cache::Cache;
use crate::collect::command::StepCommands;
use crate::collect::word::{WordData, WordKind};

/// What kind of instruction a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// `RUN`
    Run,
    /// `FROM`
    From,
    /// `COPY`
    Copy,
    /// `ENV`
    Env,
    /// `ADD`
    Add,
    /// `CMD`
    Cmd,
    /// `WORKDIR`
    Workdir,
    /// `EXPOSE`
    Expose,
    /// `ARG`
    Arg,
    /// `ENTRYPOINT`
    Entrypoint,
    /// `LABEL`
    Label,
    /// `USER`
    User,
    /// `MAINTAINER`
    Maintainer,
    /// `VOLUME`
    Volume,
    /// `ONBUILD` that triggers no instruction that is known
    Onbuild,
    /// `STOPSIGNAL`
    Stopsignal,
    /// `HEALTHCHECK`
    Healthcheck,
    /// `SHELL`
    Shell,
}

impl StepKind {
    fn of(instruction: &Instruction) -> Self {
        match instruction {
            Instruction::Run(_) => StepKind::Run,
            Instruction::From(_) => StepKind::From,
            Instruction::Copy(_) => StepKind::Copy,
            Instruction::Env(_) => StepKind::Env,
            Instruction::Add(_) => StepKind::Add,
            Instruction::Cmd(_) => StepKind::Cmd,
            Instruction::Workdir(_) => StepKind::Workdir,
            Instruction::Expose(_) => StepKind::Expose,
            Instruction::Arg(_) => StepKind::Arg,
            Instruction::Entrypoint(_) => StepKind::Entrypoint,
            Instruction::Label(_) => StepKind::Label,
            Instruction::User(_) => StepKind::User,
            Instruction::Maintainer(_) => StepKind::Maintainer,
            Instruction::Volume(_) => StepKind::Volume,
            Instruction::Onbuild(_) => StepKind::Onbuild,
            Instruction::Stopsignal(_) => StepKind::Stopsignal,
            Instruction::Healthcheck(_) => StepKind::Healthcheck,
            Instruction::Shell(_) => StepKind::Shell,
        }
    }
}

/// What is kept of a step.
pub(crate) struct StepData {
    /// The instruction as a whole, with `ONBUILD` before it.
    pub(crate) node: SyntaxNode,
    /// The instruction; inside `ONBUILD` the inner one.
    pub(crate) instruction: Instruction,
    pub(crate) kind: StepKind,
    pub(crate) onbuild: bool,
    pub(crate) stage: Option<usize>,
    words: OnceCell<Vec<WordData>>,
    flags: OnceCell<Vec<FlagData>>,
    pairs: OnceCell<Vec<PairData>>,
    pub(crate) commands: OnceCell<StepCommands>,
    pub(crate) cache: Cache,
}

impl StepData {
    pub(crate) fn new(instruction: Instruction, stage: Option<usize>) -> Self {
        let node = instruction.syntax().clone();
        let (instruction, onbuild) = match &instruction {
            Instruction::Onbuild(outer) => match outer.instruction() {
                Some(inner) => (inner, true),
                None => (instruction, false),
            },
            _ => (instruction, false),
        };
        StepData {
            node,
            kind: StepKind::of(&instruction),
            instruction,
            onbuild,
            stage,
            words: OnceCell::new(),
            flags: OnceCell::new(),
            pairs: OnceCell::new(),
            commands: OnceCell::new(),
            cache: Cache::default(),
        }
    }

    /// The arguments as words; shell text is not among them.
    pub(crate) fn words(&self, text: &str, escape: char) -> &[WordData] {
        self.words.get_or_init(|| self.work_out_words(text, escape))
    }

    /// The flags before the arguments.
    pub(crate) fn flags(&self, text: &str) -> &[FlagData] {
        self.flags.get_or_init(|| self.work_out_flags(text))
    }

    /// The pairs of an `ENV`, `ARG` or `LABEL`.
    pub(crate) fn pairs(&self, text: &str) -> &[PairData] {
        self.pairs.get_or_init(|| self.work_out_pairs(text))
    }

    fn work_out_words(&self, text: &str, escape: char) -> Vec<WordData> {
        let instruction = &self.instruction;
        if let Some(form) = instruction.exec_form() {
            let mut words = json_words(&form);
            // The builder puts variables into these, JSON or not; commands get their words as they are.
            if matches!(self.kind, StepKind::Add | StepKind::Copy | StepKind::Volume) {
                for word in &mut words {
                    word.leave_to_the_build(text, &['$', escape]);
                }
            }
            return words;
        }
        let of = |word: &ast::Word| WordData::of_node(text, word.syntax(), WordKind::Dockerfile);
        let one = |word: Option<ast::Word>| word.iter().map(of).collect();
        match instruction {
            Instruction::Copy(it) => it.words().map(|w| of(&w)).collect(),
            Instruction::Add(it) => it.words().map(|w| of(&w)).collect(),
            Instruction::Volume(it) => it.words().map(|w| of(&w)).collect(),
            Instruction::Expose(it) => it.words().map(|w| of(&w)).collect(),
            Instruction::User(it) => one(it.word()),
            Instruction::Workdir(it) => one(it.word()),
            Instruction::Stopsignal(it) => one(it.word()),
            Instruction::Maintainer(it) => one(it.word()),
            _ => Vec::new(),
        }
    }

    fn work_out_flags(&self, text: &str) -> Vec<FlagData> {
        let of = |word: &ast::Word| WordData::of_node(text, word.syntax(), WordKind::Dockerfile);
        self.instruction
            .flags()
            .map(|flag| FlagData {
                range: flag.syntax().text_range(),
                name: flag.name().unwrap_or_default().into(),
                value: flag.value().as_ref().map(of),
                mount: flag.mount().map(|mount| {
                    mount
                        .options()
                        .map(|option| {
                            (
                                option
                                    .name()
                                    .unwrap_or_default()
                                    .to_ascii_lowercase()
                                    .into(),
                                option.value().as_ref().map(of),
                            )
                        })
                        .collect()
                }),
            })
            .collect()
    }

    fn work_out_pairs(&self, text: &str) -> Vec<PairData> {
        let of = |word: &ast::Word| WordData::of_node(text, word.syntax(), WordKind::Dockerfile);
        let make =
            |node: &SyntaxNode, key: Option<ast::Word>, value: Option<ast::Word>, eq, legacy| {
                PairData {
                    range: node.text_range(),
                    key: key.as_ref().map(of),
                    value_word: value.as_ref().map(of),
                    value: value.map(|v| v.syntax().clone()),
                    has_value: eq,
                    legacy,
                }
            };
        self.instruction
            .syntax()
            .children()
            .filter_map(|node| match node.kind() {
                SyntaxKind::PAIR => {
                    let pair = ast::Pair::cast(node)?;
                    let (key, value) = (pair.key(), pair.value());
                    Some(make(pair.syntax(), key, value, pair.has_value(), false))
                }
                SyntaxKind::LEGACY_PAIR => {
                    let pair = ast::LegacyPair::cast(node)?;
                    Some(make(pair.syntax(), pair.key(), pair.value(), true, true))
                }
                _ => None,
            })
            .collect()
    }
}

/// What is kept of a flag.
pub(crate) struct FlagData {
    pub(crate) range: TextRange,
    pub(crate) name: Box<str>,
    pub(crate) value: Option<WordData>,
    pub(crate) mount: Option<Vec<(Box<str>, Option<WordData>)>>,
}

/// What is kept of a pair.
pub(crate) struct PairData {
    pub(crate) range: TextRange,
    pub(crate) key: Option<WordData>,
    pub(crate) value: Option<SyntaxNode>,
    pub(crate) value_word: Option<WordData>,
    pub(crate) has_value: bool,
    pub(crate) legacy: bool,
}

/// The strings of an exec form; those that continuations cut are one word.
pub(crate) fn json_words(form: &ast::ExecForm) -> Vec<WordData> {
    let mut words = Vec::new();
    let mut current: Option<(TextRange, String)> = None;
    let finish = |current: Option<(TextRange, String)>, words: &mut Vec<WordData>| {
        if let Some((range, literal)) = current {
            words.push(WordData::of_json(
                range,
                dfix_syntax::unquote_json(&literal),
            ));
        }
    };
    // A continuation may cut a string in two.
    let is_joined = |next: SyntaxKind| next.is_trivia() || next == SyntaxKind::JSON_STRING;
    let tokens = form.syntax().children_with_tokens();
    let mut tokens = tokens.filter_map(NodeOrToken::into_token).peekable();
    while let Some(token) = tokens.next() {
        match token.kind() {
            SyntaxKind::JSON_STRING => match &mut current {
                Some((range, literal)) => {
                    *range = range.cover(token.text_range());
                    literal.push_str(token.text());
                }
                None if is_plain_json(token.text())
                    && tokens.peek().is_none_or(|next| !is_joined(next.kind())) =>
                {
                    words.push(WordData::of_plain_json(token.text_range()));
                }
                None => current = Some((token.text_range(), token.text().to_owned())),
            },
            SyntaxKind::COMMA => finish(current.take(), &mut words),
            _ => {}
        }
    }
    finish(current, &mut words);
    words
}

/// Whether a JSON string stands for exactly what is between its quotes.
fn is_plain_json(literal: &str) -> bool {
    let inside = literal
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inside.is_some_and(|text| {
        text.bytes()
            .all(|b| matches!(b, b' '..=b'~') && !matches!(b, b'"' | b'\\'))
    })
}
