//! Steps: the instructions of a stage, with what their arguments stand for.

use std::cell::OnceCell;

use dfix_syntax::ast::{self, AstNode, HasPaths, HasWord, Instruction};
use dfix_syntax::{BrokenArray, SyntaxKind, SyntaxNode, TextRange};

use crate::Model;
use crate::command::Command;
use crate::gather::Gathered;
use crate::stage::Stage;
use crate::word::{Word, WordData, WordKind};

/// What is kept of a step.
pub(crate) struct StepData {
    /// The instruction as a whole, with `ONBUILD` before it.
    pub(crate) node: SyntaxNode,
    /// The instruction; inside `ONBUILD` the inner one.
    pub(crate) instruction: Instruction,
    pub(crate) onbuild: bool,
    pub(crate) stage: Option<usize>,
    words: OnceCell<Vec<WordData>>,
    flags: OnceCell<Vec<FlagData>>,
    pairs: OnceCell<Vec<PairData>>,
    pub(crate) gathered: OnceCell<Gathered>,
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
            instruction,
            onbuild,
            stage,
            words: OnceCell::new(),
            flags: OnceCell::new(),
            pairs: OnceCell::new(),
            gathered: OnceCell::new(),
        }
    }
}

struct FlagData {
    range: TextRange,
    name: Box<str>,
    value: Option<WordData>,
    mount: Option<Vec<(Box<str>, Option<WordData>)>>,
}

struct PairData {
    range: TextRange,
    key: Option<WordData>,
    value: Option<SyntaxNode>,
    value_word: Option<WordData>,
    has_value: bool,
    legacy: bool,
}

/// One instruction of the file.
#[derive(Clone, Copy)]
pub struct Step<'m> {
    pub(crate) file: &'m Model<'m>,
    pub(crate) index: usize,
}

/// `--name=value` of an instruction.
#[derive(Clone, Copy)]
pub struct Flag<'m> {
    file: &'m Model<'m>,
    data: &'m FlagData,
}

/// `--mount=…` of a `RUN`.
#[derive(Clone, Copy)]
pub struct Mount<'m> {
    flag: Flag<'m>,
    options: &'m [(Box<str>, Option<WordData>)],
}

/// `key=value` of an `ENV`, `ARG` or `LABEL`; also the legacy form `key rest of the line`.
#[derive(Clone, Copy)]
pub struct Pair<'m> {
    file: &'m Model<'m>,
    data: &'m PairData,
}

impl PartialEq for Step<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Eq for Step<'_> {}

impl std::fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "step {} {}", self.index, self.name())
    }
}

impl<'m> Step<'m> {
    fn data(self) -> &'m StepData {
        &self.file.steps[self.index]
    }

    /// Its index among all steps of the file: order of place.
    pub fn index(self) -> usize {
        self.index
    }

    /// The file.
    pub fn file(self) -> &'m Model<'m> {
        self.file
    }

    /// Its stage; none for what stands before the first `FROM`.
    pub fn stage(self) -> Option<Stage<'m>> {
        self.data().stage.map(|index| Stage {
            file: self.file,
            index,
        })
    }

    /// The instruction; for `ONBUILD` the one that it triggers.
    pub fn instruction(self) -> &'m Instruction {
        &self.data().instruction
    }

    /// The instruction's name in upper case; for `ONBUILD RUN` it is `RUN`.
    pub fn name(self) -> &'static str {
        self.data().instruction.name()
    }

    /// Whether it runs in the builds that stand on this image, not in this one.
    pub fn is_onbuild(self) -> bool {
        self.data().onbuild
    }

    /// The whole instruction in the file, with `ONBUILD` and here-documents.
    pub fn range(self) -> TextRange {
        self.data().node.text_range()
    }

    /// The whole instruction as a node, with `ONBUILD`.
    pub fn syntax(self) -> &'m SyntaxNode {
        &self.data().node
    }

    /// The step after it in the file.
    pub fn next(self) -> Option<Step<'m>> {
        self.file.steps().nth(self.index + 1)
    }

    /// The step before it in the file.
    pub fn previous(self) -> Option<Step<'m>> {
        Some(Step {
            file: self.file,
            index: self.index.checked_sub(1)?,
        })
    }

    /// Whether the arguments are a JSON array.
    pub fn is_exec_form(self) -> bool {
        self.instruction().exec_form().is_some()
    }

    /// Whether it is a shell form without a word in it (`CMD` alone): the builder takes it, and a shell
    /// runs nothing.
    pub fn is_empty_shell_form(self) -> bool {
        let instruction = self.instruction();
        let script = instruction.script();
        instruction.exec_form().is_none()
            && script.is_none_or(|it| ast::source_of(it.syntax()).trim().is_empty())
    }

    /// What is wrong with the arguments where they are meant as a JSON array and are none, so that a
    /// shell is given them (the tree's own answer: [`dfix_syntax::BrokenArray`]).
    pub fn broken_exec_form(self) -> Option<BrokenArray> {
        self.instruction().broken_exec_form()
    }

    /// The arguments as words: paths of `COPY`, `ADD`, `VOLUME` (exec form too), ports of `EXPOSE`, the
    /// one word of `USER`, `WORKDIR`, `STOPSIGNAL`, the strings of an exec form. Shell text is not among
    /// them, see [`Step::commands`].
    pub fn words(self) -> impl DoubleEndedIterator<Item = Word<'m>> + ExactSizeIterator + Clone {
        let file = self.file;
        self.data()
            .words
            .get_or_init(|| self.work_out_words())
            .iter()
            .map(move |data| Word {
                text: file.text,
                data,
            })
    }

    /// The only or first argument word, see [`Step::words`].
    pub fn word(self) -> Option<Word<'m>> {
        self.words().next()
    }

    fn work_out_words(self) -> Vec<WordData> {
        let instruction = self.instruction();
        if let Some(form) = instruction.exec_form() {
            let mut words = json_words(&form);
            // The builder puts variables into these, JSON or not; commands get their words as they are.
            if matches!(self.name(), "ADD" | "COPY" | "VOLUME") {
                let escape = self.file.escape();
                for word in &mut words {
                    word.leave_to_the_build(self.file.text, &['$', escape]);
                }
            }
            return words;
        }
        let of = |word: &ast::Word| {
            WordData::of_node(self.file.text, word.syntax(), WordKind::Dockerfile)
        };
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

    /// The sources of a `COPY` or `ADD`.
    pub fn sources(self) -> impl Iterator<Item = Word<'m>> {
        let words = self.words();
        let count = words.len().saturating_sub(1);
        words.take(count).filter(move |_| self.copies())
    }

    /// The target of a `COPY` or `ADD`.
    pub fn target(self) -> Option<Word<'m>> {
        self.words().next_back().filter(|_| self.copies())
    }

    fn copies(self) -> bool {
        matches!(self.name(), "COPY" | "ADD")
    }

    /// The flags before the arguments.
    pub fn flags(self) -> impl Iterator<Item = Flag<'m>> {
        let file = self.file;
        self.data()
            .flags
            .get_or_init(|| self.work_out_flags())
            .iter()
            .map(move |data| Flag { file, data })
    }

    /// The flag `--name`.
    pub fn flag(self, name: &str) -> Option<Flag<'m>> {
        self.flags().find(|f| f.name() == name)
    }

    fn work_out_flags(self) -> Vec<FlagData> {
        let of = |word: &ast::Word| {
            WordData::of_node(self.file.text, word.syntax(), WordKind::Dockerfile)
        };
        self.instruction()
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

    /// The mounts of a `RUN`.
    pub fn mounts(self) -> impl Iterator<Item = Mount<'m>> {
        self.flags().filter_map(|flag| {
            Some(Mount {
                flag,
                options: flag.data.mount.as_deref()?,
            })
        })
    }

    /// Whether a cache mount (or a tmpfs) lies on `path` or a folder above it, so that what is written there is not kept
    /// in the layer. A target that only the build can tell covers nothing.
    pub fn has_cache_mount(self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.mounts()
            .filter(|m| matches!(m.kind(), "cache" | "tmpfs"))
            .filter_map(Mount::target)
            .filter_map(Word::value)
            .map(|target| target.trim_end_matches('/'))
            .any(|target| {
                path == target
                    || path
                        .strip_prefix(target)
                        .is_some_and(|rest| rest.starts_with('/'))
            })
    }

    /// The pairs of an `ENV`, `ARG` or `LABEL`, the legacy form's one too.
    pub fn pairs(self) -> impl DoubleEndedIterator<Item = Pair<'m>> + ExactSizeIterator {
        let file = self.file;
        self.data()
            .pairs
            .get_or_init(|| self.work_out_pairs())
            .iter()
            .map(move |data| Pair { file, data })
    }

    fn work_out_pairs(self) -> Vec<PairData> {
        let of = |word: &ast::Word| {
            WordData::of_node(self.file.text, word.syntax(), WordKind::Dockerfile)
        };
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
        self.instruction()
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

    /// Every command of the step's shell text, exec form or here-documents, at any depth, in order of
    /// place; also those inside `sh -c "…"`. None where the shell is not a POSIX one.
    pub fn commands(
        self,
    ) -> impl DoubleEndedIterator<Item = Command<'m>> + ExactSizeIterator + Clone {
        (0..self.gathered().commands.len()).map(move |index| Command {
            step: self,
            script: None,
            index,
        })
    }

    pub(crate) fn gathered(self) -> &'m Gathered {
        self.data()
            .gathered
            .get_or_init(|| crate::gather::gather(self))
    }

    /// Whether some of the step's shell text is not understood, so that there may be more commands than
    /// [`Step::commands`] tells.
    pub fn has_unread_text(self) -> bool {
        self.gathered().unread
    }
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
    let mut tokens = form.syntax().borrowed().tokens().peekable();
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

impl<'m> Flag<'m> {
    /// The name without its dashes.
    pub fn name(self) -> &'m str {
        &self.data.name
    }

    /// The value after `=`; none for `--mount`.
    pub fn value(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.file.text,
            data: self.data.value.as_ref()?,
        })
    }

    /// The flag in the file.
    pub fn range(self) -> TextRange {
        self.data.range
    }
}

impl<'m> Mount<'m> {
    /// `bind` (also where nothing is said), `cache`, `tmpfs`, `secret`, `ssh`; `""` where unknown.
    pub fn kind(self) -> &'m str {
        match self.options.iter().find(|(name, _)| &**name == "type") {
            Some(_) => self.option("type").and_then(Word::value).unwrap_or(""),
            None => "bind",
        }
    }

    /// The value of an option.
    pub fn option(self, name: &str) -> Option<Word<'m>> {
        let (_, value) = self.options.iter().find(|(n, _)| &**n == name)?;
        Some(Word {
            text: self.flag.file.text,
            data: value.as_ref()?,
        })
    }

    /// Whether the option is there, with a value or without.
    pub fn has(self, name: &str) -> bool {
        self.options.iter().any(|(n, _)| &**n == name)
    }

    /// Where it is mounted.
    pub fn target(self) -> Option<Word<'m>> {
        ["target", "dst", "destination"]
            .iter()
            .find_map(|name| self.option(name))
    }

    /// What is mounted.
    pub fn source(self) -> Option<Word<'m>> {
        ["source", "src"].iter().find_map(|name| self.option(name))
    }

    /// The flag in the file.
    pub fn range(self) -> TextRange {
        self.flag.range()
    }
}

impl<'m> Pair<'m> {
    /// The key.
    pub fn key(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.file.text,
            data: self.data.key.as_ref()?,
        })
    }

    /// The key's text, if known.
    pub fn key_text(self) -> Option<&'m str> {
        self.key()?.value()
    }

    /// The value; an empty one has no word.
    pub fn value(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.file.text,
            data: self.data.value_word.as_ref()?,
        })
    }

    pub(crate) fn value_node(self) -> Option<&'m SyntaxNode> {
        self.data.value.as_ref()
    }

    /// Whether there is a `=` (or the legacy form's blank).
    pub fn has_value(self) -> bool {
        self.data.has_value
    }

    /// Whether it is the legacy form `key rest of the line`.
    pub fn is_legacy(self) -> bool {
        self.data.legacy
    }

    /// The pair in the file.
    pub fn range(self) -> TextRange {
        self.data.range
    }
}
