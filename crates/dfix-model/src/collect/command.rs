//! What is kept of commands, and what is said of where they stand.

pub use dfix_catalogue::WrapperKind;
use dfix_catalogue::{PackageManager, PackageTool};
use std::cell::OnceCell;
use std::ops::Range;

use dfix_catalogue::programs::Program;

use dfix_syntax::{NodeExt as _, SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::collect::word::{WordData, WordKind};

/// Every command of a step, with its words.
#[derive(Default)]
pub(crate) struct StepCommands {
    pub(crate) words: Vec<WordData>,
    pub(crate) commands: Vec<CommandData>,
    pub(crate) assignments: Vec<AssignmentData>,
    pub(crate) redirects: Vec<RedirectData>,
    /// Those of groups, loops and conditions: where such a one begins, and a redirection of it. In order.
    pub(crate) of_groups: Vec<(TextSize, RedirectData)>,
    /// `cd`s that lead to one another: the one before (if any) and the word that names the folder.
    pub(crate) moves: Vec<(Option<u32>, u32)>,
    /// The commands whose script stands in the text as well, and was read: its commands are among
    /// these. In order.
    pub(crate) read: Vec<u32>,
    /// Whether some text is not understood.
    pub(crate) has_opaque_text: bool,
    /// The names of the functions that the text defines.
    pub(crate) functions: Vec<Box<str>>,
}

/// Where a command is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folder {
    /// In the working directory of the step.
    Start,
    /// Where this move leads.
    Moved(u32),
    /// Only the build can tell.
    Unknown,
}

impl StepCommands {
    /// None yet, with room for as many as a text of this length mostly has.
    pub(crate) fn with_room_for(length: TextSize) -> Self {
        const OF_WORD: usize = 10;
        const OF_COMMAND: usize = 60;
        let length = usize::from(length);
        StepCommands {
            words: Vec::with_capacity(length / OF_WORD + 2),
            commands: Vec::with_capacity(length / OF_COMMAND + 1),
            ..StepCommands::default()
        }
    }

    /// Puts the commands in order of place: substitutions in a script inside a string were found first.
    pub(crate) fn sort(&mut self) {
        self.of_groups.sort_by_key(|(start, _)| *start);
        let key = |c: &CommandData| (c.range.start(), std::cmp::Reverse(c.range.end()));
        if self.commands.is_sorted_by_key(key) {
            self.read.sort_unstable();
            self.find_inner();
            return;
        }
        let mut order: Vec<usize> = (0..self.commands.len()).collect();
        order.sort_by_key(|&i| (key(&self.commands[i]), i));
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            place[old] = u32::try_from(new).expect("files are below 4 GiB");
        }
        self.commands.sort_by_key(key);
        for reader in &mut self.read {
            *reader = place[*reader as usize];
        }
        self.read.sort_unstable();
        for command in &mut self.commands {
            command.outer = command.outer.map(|old| place[old as usize]);
        }
        self.find_inner();
    }

    /// Notes with each command where those inside of it stand.
    fn find_inner(&mut self) {
        for index in 0..self.commands.len() {
            let Some(outer) = self.commands[index].outer else {
                continue;
            };
            let number = u32::try_from(index).expect("files are below 4 GiB");
            let is_substitution = self.commands[index].around.substitution;
            let outer = &mut self.commands[outer as usize];
            if outer.inner.is_empty() {
                outer.inner = number..number + 1;
            } else {
                outer.inner = outer.inner.start.min(number)..outer.inner.end.max(number + 1);
            }
            outer.stands_for_inner |= is_substitution == outer.around.substitution;
        }
    }
}

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
    /// Among these are the commands whose `outer` it is.
    pub(crate) inner: Range<u32>,
    /// Whether one of them is more than a substitution: it is only there to run what its words hold.
    pub(crate) stands_for_inner: bool,
    pub(crate) before: Option<Connector>,
    pub(crate) after: Option<Connector>,
    pub(crate) around: Surroundings,
    pub(crate) folder: Folder,
    pub(crate) script: u32,
    pub(crate) kind: WordKind,
    /// Where the program's name stands, worked out when first asked for.
    pub(crate) name: OnceCell<NamePlace>,
    /// What the catalogue knows of the program, looked up when first asked for.
    pub(crate) known: OnceCell<Option<Program>>,
    /// What its words mean to a package manager, if it is one's; read when first asked for.
    pub(crate) package: OnceCell<Option<PackageData>>,
}

/// Where the name of a command's program stands.
#[derive(Clone, Copy)]
pub(crate) enum NamePlace {
    /// There.
    InText(TextRange),
    /// There in the program's word, whose value does not stand in the text as one piece.
    InWord(TextRange),
}

/// The words of a package manager's command, by their place in the text's words.
#[derive(Clone)]
pub(crate) struct PackageData {
    pub(crate) tool: PackageTool,
    pub(crate) manager: PackageManager,
    pub(crate) subcommand: Option<usize>,
    pub(crate) options: Vec<OptionData>,
    pub(crate) operands: Vec<usize>,
}

/// An option of a package manager's command.
#[derive(Clone)]
pub(crate) struct OptionData {
    pub(crate) word: usize,
    /// How many bytes of the word are its name.
    pub(crate) name_len: usize,
    /// The word that holds its value, and where in it that begins.
    pub(crate) value: Option<(usize, usize)>,
    pub(crate) is_global: bool,
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
fn joined(node: &SyntaxNode, kind: SyntaxKind) -> Option<Box<str>> {
    dfix_syntax::ast::joined(node, kind).map(String::into_boxed_str)
}

/// The data of the word right below a node.
fn word_of(text: &str, node: &SyntaxNode, offset: TextSize, kind: WordKind) -> Option<WordData> {
    let word = node
        .first_of(|kind| kind == SyntaxKind::WORD)?
        .into_node()?;
    Some(WordData::at_offset(text, &word, offset, kind))
}

impl AssignmentData {
    pub(crate) fn at_offset(
        text: &str,
        node: &SyntaxNode,
        offset: TextSize,
        kind: WordKind,
    ) -> Self {
        AssignmentData {
            range: node.text_range() + offset,
            name: joined(node, SyntaxKind::NAME).unwrap_or_default(),
            value: word_of(text, node, offset, kind),
        }
    }
}

impl RedirectData {
    pub(crate) fn at_offset(
        text: &str,
        node: &SyntaxNode,
        offset: TextSize,
        kind: WordKind,
    ) -> Option<Self> {
        let token = |kind| node.first_of(|k| k == kind)?.into_token();
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
