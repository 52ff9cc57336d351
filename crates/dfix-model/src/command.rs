//! Commands: what the build and the container run, wrappers peeled away.

pub(crate) mod variables;

use std::ops::Range;

use dfix_syntax::{NodeRef, SyntaxKind, TextRange, TextSize, TokenRef};

use crate::gather::{Folder, Gathered};
use crate::path::program_name;
use crate::scripts::ScriptText;
use crate::stage::Stage;
use crate::step::Step;
use crate::word::{Word, WordData, WordKind};

/// What is kept of a command.
#[derive(Clone)]
pub(crate) struct CommandData {
    pub(crate) range: TextRange,
    pub(crate) words: Range<usize>,
    /// Index of the program's word; the end of `words` where there is none.
    pub(crate) program: usize,
    pub(crate) wrappers: Vec<WrapperData>,
    pub(crate) assignments: Range<usize>,
    pub(crate) redirects: Range<usize>,
    pub(crate) outer: Option<u32>,
    pub(crate) before: Option<Connector>,
    pub(crate) after: Option<Connector>,
    pub(crate) around: Surroundings,
    pub(crate) folder: Folder,
    pub(crate) script: u32,
    pub(crate) kind: WordKind,
}

#[derive(Clone)]
pub(crate) struct WrapperData {
    pub(crate) name: &'static str,
    pub(crate) kind: WrapperKind,
    pub(crate) words: Range<usize>,
    /// The word that names the user to become.
    pub(crate) user: Option<usize>,
}

pub(crate) struct AssignmentData {
    pub(crate) range: TextRange,
    pub(crate) name: Box<str>,
    pub(crate) value: Option<WordData>,
}

pub(crate) struct RedirectData {
    pub(crate) range: TextRange,
    pub(crate) operator: Box<str>,
    pub(crate) fd: Option<Box<str>>,
    pub(crate) target: Option<WordData>,
}

/// The text of a node's direct tokens of one kind, joined: continuations cut tokens.
fn joined(node: NodeRef<'_>, kind: SyntaxKind) -> Option<Box<str>> {
    let mut pieces = node.tokens().filter(|t| t.kind() == kind);
    let mut text = pieces.next()?.text().to_owned();
    text.extend(pieces.map(TokenRef::text));
    Some(text.into())
}

/// The data of the word right below a node.
fn word_of(text: &str, node: NodeRef<'_>, offset: TextSize, kind: WordKind) -> Option<WordData> {
    node.children()
        .find(|child| child.kind() == SyntaxKind::WORD)
        .map(|word| WordData::of_ref(text, word, offset, kind))
}

impl AssignmentData {
    pub(crate) fn of_ref(text: &str, node: NodeRef<'_>, offset: TextSize, kind: WordKind) -> Self {
        AssignmentData {
            range: node.text_range() + offset,
            name: joined(node, SyntaxKind::NAME).unwrap_or_default(),
            value: word_of(text, node, offset, kind),
        }
    }
}

impl RedirectData {
    pub(crate) fn of_ref(
        text: &str,
        node: NodeRef<'_>,
        offset: TextSize,
        kind: WordKind,
    ) -> Option<Self> {
        let token = |kind| node.tokens().find(|t| t.kind() == kind);
        Some(RedirectData {
            range: node.text_range() + offset,
            operator: token(SyntaxKind::REDIRECT_OP)?.text().into(),
            fd: token(SyntaxKind::FD).map(|t| t.text().into()),
            target: word_of(text, node, offset, kind),
        })
    }
}

/// What joins a command to its neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connector {
    /// Which operator.
    pub operator: Operator,
    /// Its place.
    pub range: TextRange,
}

/// An operator between commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;`
    Semicolon,
    /// `&`
    Background,
    /// A line end in a here-document.
    Newline,
    /// `|` or `|&`
    Pipe,
}

/// What a command stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// It may not run: a branch, after `||`, after a test and `&&`.
    pub conditional: bool,
    /// Its failure is looked at: a condition of `if` or `while`, before `||`.
    pub tested: bool,
    /// It comes after `!`.
    pub negated: bool,
    /// It is inside `( … )`.
    pub subshell: bool,
    /// It is in a loop.
    pub looped: bool,
    /// It is in the body of a function.
    pub function: bool,
    /// It runs in the background.
    pub background: bool,
    /// It is inside `$( … )`, backticks or `<( … )`.
    pub substitution: bool,
    /// It is part of a pipeline.
    pub piped: bool,
}

/// A command in front of the command: `sudo`, `env`, `time`, …
#[derive(Debug, Clone, Copy)]
pub struct Wrapper<'m> {
    /// Its name without folder: `sudo`.
    pub name: &'static str,
    /// What it does to the command.
    pub kind: WrapperKind,
    /// From its name to its last word before the command.
    pub range: TextRange,
    /// The word that names the user that the command runs as, if one is said.
    pub user: Option<Word<'m>>,
}

/// What a wrapper does to the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrapperKind {
    /// Nothing that matters to what the command does: `time`, `nice`, `exec`, `command`, …
    Plain,
    /// Sets variables: `env`.
    Environment,
    /// Runs it as another user: `sudo`, `gosu`, `su-exec`, …
    User,
    /// Runs it once or more with further words from its input: `xargs`.
    Arguments,
    /// Runs it in an environment of a language's own: `poetry run`, `conda run`, `bundle exec`, …
    Isolated,
    /// Picks the command from a box of them: `busybox`.
    Box,
    /// Stays as the parent: `tini`, `dumb-init`.
    Init,
}

/// `NAME=value` before a command, also among the words of `env` and `sudo`.
#[derive(Clone, Copy)]
pub struct Assignment<'m> {
    command: Command<'m>,
    data: &'m AssignmentData,
}

/// `>file` and its like.
#[derive(Clone, Copy)]
pub struct Redirect<'m> {
    command: Command<'m>,
    data: &'m RedirectData,
}

/// A simple command of shell text or of an exec form.
#[derive(Clone, Copy)]
pub struct Command<'m> {
    pub(crate) step: Step<'m>,
    /// The script of the build context that it stands in, where it does not stand in the step itself.
    pub(crate) script: Option<&'m ScriptText>,
    pub(crate) index: usize,
}

impl PartialEq for Command<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.step == other.step
            && self.index == other.index
            && match (self.script, other.script) {
                (None, None) => true,
                (Some(one), Some(other)) => std::ptr::eq(one, other),
                _ => false,
            }
    }
}

impl Eq for Command<'_> {}

impl std::fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.program())
            .entries(self.args())
            .finish()
    }
}

impl<'m> Command<'m> {
    fn found(self) -> &'m Gathered {
        match self.script {
            Some(script) => &script.gathered,
            None => self.step.gathered(),
        }
    }

    pub(crate) fn text(self) -> &'m str {
        match self.script {
            Some(script) => &script.text,
            None => self.step.file.text,
        }
    }

    /// The command with this index in the same text.
    pub(crate) fn sibling(self, index: usize) -> Command<'m> {
        Command { index, ..self }
    }

    /// The commands of the text that it stands in, in order of place.
    pub(crate) fn siblings(
        self,
    ) -> impl DoubleEndedIterator<Item = Command<'m>> + ExactSizeIterator + Clone {
        (0..self.found().commands.len()).map(move |index| self.sibling(index))
    }

    /// Whether it stands in a script of the build context: it has no place in the Dockerfile, its
    /// ranges are bytes of the script, and no edit may touch it.
    pub fn is_of_script(self) -> bool {
        self.script.is_some()
    }

    pub(crate) fn data(self) -> &'m CommandData {
        &self.found().commands[self.index]
    }

    fn word_at(self, index: usize) -> Word<'m> {
        Word {
            text: self.text(),
            data: &self.found().words[index],
        }
    }

    /// The step that it stands in.
    pub fn step(self) -> Step<'m> {
        self.step
    }

    /// The stage that it stands in.
    pub fn stage(self) -> Option<Stage<'m>> {
        self.step.stage()
    }

    /// The whole command in the file: assignments, wrappers, words and redirections.
    pub fn range(self) -> TextRange {
        self.data().range
    }

    /// In which syntax its words are written.
    pub fn kind(self) -> WordKind {
        self.data().kind
    }

    /// The program's name without its folder, wrappers peeled away; `""` where there is none or only the
    /// build can tell.
    pub fn name(self) -> &'m str {
        self.program()
            .and_then(Word::value)
            .map_or("", program_name)
    }

    /// Whether this is the program's name.
    pub fn is(self, name: &str) -> bool {
        self.name() == name
    }

    /// Whether the program's name is one of these.
    pub fn is_any(self, names: &[&str]) -> bool {
        names.contains(&self.name())
    }

    /// The program's word.
    pub fn program(self) -> Option<Word<'m>> {
        let data = self.data();
        (data.program < data.words.end).then(|| self.word_at(data.program))
    }

    /// The words after the program.
    pub fn args(self) -> impl DoubleEndedIterator<Item = Word<'m>> + ExactSizeIterator + Clone {
        let data = self.data();
        let start = (data.program + 1).min(data.words.end);
        (start..data.words.end).map(move |index| self.word_at(index))
    }

    /// All words, those of wrappers too.
    pub fn words(self) -> impl DoubleEndedIterator<Item = Word<'m>> + ExactSizeIterator + Clone {
        self.data()
            .words
            .clone()
            .map(move |index| self.word_at(index))
    }

    /// The argument at this place, counted from 0.
    pub fn arg(self, index: usize) -> Option<Word<'m>> {
        self.args().nth(index)
    }

    /// Whether an argument stands for exactly this text.
    pub fn has_arg(self, text: &str) -> bool {
        self.args().any(|w| w.is(text))
    }

    /// Whether the option is among the arguments: `--long` also as `--long=value`, `-x` also within a
    /// cluster of letters such as `-fxL`. Knows nothing of options that take arguments.
    pub fn has_option(self, option: &str) -> bool {
        let letter = option
            .strip_prefix('-')
            .filter(|o| o.len() == 1 && *o != "-");
        self.args()
            .take_while(|w| !w.is("--"))
            .map(Word::known_start)
            .any(|text| match letter {
                Some(letter) => {
                    text.starts_with('-') && !text.starts_with("--") && text[1..].contains(letter)
                }
                None => text
                    .strip_prefix(option)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('=')),
            })
    }

    /// The wrappers in front of it, the outermost first.
    pub fn wrappers(self) -> impl Iterator<Item = Wrapper<'m>> {
        self.data().wrappers.iter().map(move |data| Wrapper {
            name: data.name,
            kind: data.kind,
            range: TextRange::new(
                self.word_at(data.words.start).range().start(),
                self.word_at(data.words.end - 1).range().end(),
            ),
            user: data.user.map(|index| self.word_at(index)),
        })
    }

    /// Whether a wrapper of this name is in front of it.
    pub fn is_wrapped_by(self, name: &str) -> bool {
        self.data().wrappers.iter().any(|w| w.name == name)
    }

    /// `NAME=value` before it, also among the words of wrappers, in order.
    pub fn assignments(self) -> impl Iterator<Item = Assignment<'m>> {
        self.found().assignments[self.data().assignments.clone()]
            .iter()
            .map(move |data| Assignment {
                command: self,
                data,
            })
    }

    /// Its redirections, in order.
    pub fn redirects(self) -> impl Iterator<Item = Redirect<'m>> {
        self.found().redirects[self.data().redirects.clone()]
            .iter()
            .map(move |data| Redirect {
                command: self,
                data,
            })
    }

    /// The command whose words hold this one (`sh -c "…"`, a substitution, `find -exec`), or that is given it
    /// as a here-document (`bash <<EOF`).
    pub fn outer(self) -> Option<Command<'m>> {
        Some(self.sibling(self.data().outer? as usize))
    }

    /// Whether a further command stands inside its words and was read: `sh -c "…"`.
    pub fn has_inner(self) -> bool {
        self.inner().next().is_some()
    }

    /// The commands inside its words, one level deep.
    pub fn inner(self) -> impl Iterator<Item = Command<'m>> {
        self.siblings()
            .skip(self.index + 1)
            .filter(move |c| c.data().outer.is_some_and(|o| o as usize == self.index))
    }

    /// The operator before it in its list or pipeline.
    pub fn before(self) -> Option<Connector> {
        self.data().before
    }

    /// The operator after it in its list or pipeline.
    pub fn after(self) -> Option<Connector> {
        self.data().after
    }

    /// What it stands in.
    pub fn around(self) -> Surroundings {
        self.data().around
    }

    /// Whether it surely runs when its step does, and its failure fails the step or a list before it.
    pub fn is_certain(self) -> bool {
        let around = self.around();
        !(around.conditional || around.function || around.background)
    }

    /// The command before it in the step, in order of place.
    pub fn previous(self) -> Option<Command<'m>> {
        Some(self.sibling(self.index.checked_sub(1)?))
    }

    /// The command after it in the step, in order of place.
    pub fn next(self) -> Option<Command<'m>> {
        let index = self.index + 1;
        (index < self.found().commands.len()).then(|| self.sibling(index))
    }

    /// The folder that it runs in, absolute; `None` where only the build can tell.
    pub fn working_directory(self) -> Option<String> {
        self.folder(false)
    }

    /// The folder that it runs in; with `marked`, a base's unknown working directory has a mark of its own.
    pub(crate) fn folder(self, marked: bool) -> Option<String> {
        let stage = self.stage()?;
        // The moves are gone through from the first one to the last.
        let mut chain = Vec::new();
        let mut folder = self.data().folder;
        loop {
            match folder {
                Folder::Unknown => return None,
                Folder::Start => break,
                Folder::Moved(index) => {
                    let (before, word) = self.found().moves[index as usize];
                    chain.push(word);
                    folder = before.map_or(Folder::Start, Folder::Moved);
                }
            }
        }
        let mut path = None;
        for word in chain.into_iter().rev() {
            let target = stage.expand_text(self.word_at(word as usize), self)?;
            if target.starts_with('~') {
                return None;
            }
            path = Some(if target.starts_with('/') {
                crate::workdir::normal(&target)
            } else {
                let from = match path {
                    Some(path) => path,
                    None => stage.workdir_before(self.step.index, marked)?,
                };
                crate::workdir::join(&from, &target)
            });
        }
        match path {
            Some(path) => Some(path),
            None => stage.workdir_before(self.step.index, marked),
        }
    }
}

impl<'m> Assignment<'m> {
    /// The variable's name.
    pub fn name(self) -> &'m str {
        &self.data.name
    }

    /// The value; none when empty or an array.
    pub fn value(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.command.text(),
            data: self.data.value.as_ref()?,
        })
    }

    /// The assignment in the file.
    pub fn range(self) -> TextRange {
        self.data.range
    }
}

impl<'m> Redirect<'m> {
    /// The operator: `>`, `2>&1` has `>&`.
    pub fn operator(self) -> &'m str {
        &self.data.operator
    }

    /// The descriptor before the operator: `2`.
    pub fn fd(self) -> Option<&'m str> {
        self.data.fd.as_deref()
    }

    /// The word after the operator.
    pub fn target(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.command.text(),
            data: self.data.target.as_ref()?,
        })
    }

    /// Whether it writes to a file.
    pub fn writes(self) -> bool {
        self.operator().contains('>') && self.operator() != ">&"
    }

    /// The redirection in the file.
    pub fn range(self) -> TextRange {
        self.data.range
    }
}
