//! Variables: what `ENV` and `ARG` set, and what words with variables in them stand for.

use dfix_syntax::ast::{AstNode, Variable};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::command::Command;
use crate::stage::{Base, Stage};
use crate::step::Step;
use crate::word::{Word, unescape};

/// Where a piece of expanded text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The word itself.
    Literal,
    /// The default of the global `ARG` with this index, see [`crate::Model::global_args`].
    ArgDefault(usize),
    /// What the step with this index sets: an `ENV`, or the default of an `ARG`.
    Step(usize),
    /// The environment of the base image.
    BaseImage,
    /// Several of these.
    Mixed,
    /// Only the build can tell.
    Unknown,
}

/// A piece of expanded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text; `None` where only the build can tell.
    pub text: Option<String>,
    /// The bytes of the file that spell it, byte for byte.
    pub place: Option<TextRange>,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a variable is at some place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvValue<'m> {
    /// Nothing sets it.
    Unset,
    /// It is set.
    Set(Setting<'m>),
    /// It cannot be said: the base image is not known well enough.
    Unknown,
}

/// How a variable is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'m> {
    /// Its value, where it is known.
    pub value: Option<&'m str>,
    /// The pair or assignment that sets it.
    pub place: Option<TextRange>,
    /// The value in the file, quotes included.
    pub value_place: Option<TextRange>,
    /// Who sets it.
    pub from: EnvFrom,
}

/// Who sets a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvFrom {
    /// An `ENV` of the same stage: the step's index.
    Stage(usize),
    /// An `ENV` of a stage that this one stands on: the step's index.
    Ancestor(usize),
    /// An `ARG`: seen by the commands of the build, not by the container. The step's index.
    Arg(usize),
    /// The shell text around the command: `X=y cmd`, `env X=y cmd`, `export X=y && cmd`.
    Command,
    /// The base image.
    BaseImage,
}

impl<'m> EnvValue<'m> {
    /// Whether something sets it for sure.
    pub fn is_set(self) -> bool {
        matches!(self, EnvValue::Set(_))
    }

    /// Whether it is known that nothing sets it.
    pub fn is_unset(self) -> bool {
        self == EnvValue::Unset
    }

    /// Its value, where it is set to something known.
    pub fn value(self) -> Option<&'m str> {
        match self {
            EnvValue::Set(setting) => setting.value,
            EnvValue::Unset | EnvValue::Unknown => None,
        }
    }
}

/// A place in a stage: a step, or a command in it.
pub trait At<'m>: Copy {
    /// The step.
    fn step(self) -> Step<'m>;
    /// The command, where the place is inside one.
    fn command(self) -> Option<Command<'m>> {
        None
    }
}

/// One setting of a stage, in order of place.
#[derive(Debug)]
pub(crate) struct EnvFact {
    pub(crate) name: Box<str>,
    pub(crate) step: usize,
    pub(crate) place: TextRange,
    pub(crate) value_place: Option<TextRange>,
    pub(crate) pieces: Vec<Piece>,
    text: Option<String>,
    pub(crate) is_arg: bool,
    /// An `ARG` without any default: unset unless the build says otherwise.
    pub(crate) open: bool,
}

impl EnvFact {
    fn setting(&self, from: EnvFrom) -> Setting<'_> {
        Setting {
            value: self.text.as_deref(),
            place: Some(self.place),
            value_place: self.value_place,
            from,
        }
    }
}

/// What a lookup says of a variable.
pub(crate) enum Lookup {
    Set(Vec<Piece>),
    /// Set by the build or not at all.
    Open,
    Unset,
    Unknown,
}

/// The whole text of pieces, if all are known.
pub(crate) fn text_of(pieces: &[Piece]) -> Option<String> {
    match pieces {
        [one] => one.text.clone(),
        _ => pieces.iter().map(|p| p.text.as_deref()).collect(),
    }
}

fn hole() -> Piece {
    Piece {
        text: None,
        place: None,
        origin: Origin::Unknown,
    }
}

/// Expands a node made of word parts. `offset` is where its tree begins in the file.
pub(crate) fn expand(
    node: &SyntaxNode,
    offset: TextSize,
    origin: Origin,
    lookup: &mut dyn FnMut(&str) -> Lookup,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut left = MOST_EXPANDED;
    let mut bounded = |name: &str| match lookup(name) {
        Lookup::Set(pieces) => {
            let cost = pieces.iter().map(cost).sum();
            match left.checked_sub(cost) {
                Some(rest) => {
                    left = rest;
                    Lookup::Set(pieces)
                }
                None => Lookup::Unknown,
            }
        }
        other => other,
    };
    expand_into(node, offset, origin, &mut bounded, &mut pieces, 0);
    pieces
}

/// How much the variables of one word may bring: `ENV a=$a$a` doubles with every line. What is over
/// is taken as unknown.
const MOST_EXPANDED: usize = 1 << 16;

/// A piece weighs its text, and 256 bytes for itself.
fn cost(piece: &Piece) -> usize {
    256 + piece.text.as_deref().map_or(0, str::len)
}

fn expand_into(
    node: &SyntaxNode,
    offset: TextSize,
    origin: Origin,
    lookup: &mut dyn FnMut(&str) -> Lookup,
    out: &mut Vec<Piece>,
    depth: usize,
) {
    if depth > 32 {
        out.push(hole());
        return;
    }
    let parent = node.kind();
    let literal = |out: &mut Vec<Piece>, text: &str, place: Option<TextRange>| {
        // Neighbours that stand side by side in the file are one piece.
        if let (Some(last), Some(place)) = (out.last_mut(), place)
            && last.origin == origin
            && let (Some(known), Some(before)) = (&mut last.text, last.place)
            && before.end() == place.start()
        {
            known.push_str(text);
            last.place = Some(before.cover(place));
            return;
        }
        out.push(Piece {
            text: Some(text.to_owned()),
            place,
            origin,
        });
    };
    for part in node.children_with_tokens() {
        match part {
            NodeOrToken::Token(token) => match token.kind() {
                SyntaxKind::QUOTE => {}
                SyntaxKind::ESCAPE if parent == SyntaxKind::ANSI_QUOTED => out.push(hole()),
                SyntaxKind::ESCAPE => literal(out, unescape(parent, token.text()), None),
                SyntaxKind::WHITESPACE => {
                    literal(out, token.text(), Some(token.text_range() + offset));
                }
                kind if kind.is_trivia() => {}
                _ => literal(out, token.text(), Some(token.text_range() + offset)),
            },
            NodeOrToken::Node(part) => match part.kind() {
                SyntaxKind::VARIABLE => {
                    if let Some(variable) = Variable::cast(part) {
                        expand_variable(&variable, offset, origin, lookup, out, depth);
                    }
                }
                SyntaxKind::COMMAND_SUBST
                | SyntaxKind::BACKTICK_SUBST
                | SyntaxKind::ARITH_SUBST
                | SyntaxKind::PROCESS_SUBST => out.push(hole()),
                SyntaxKind::FLAG | SyntaxKind::STAGE_NAME => {}
                _ => expand_into(&part, offset, origin, lookup, out, depth + 1),
            },
        }
    }
}

fn expand_variable(
    variable: &Variable,
    offset: TextSize,
    origin: Origin,
    lookup: &mut dyn FnMut(&str) -> Lookup,
    out: &mut Vec<Piece>,
    depth: usize,
) {
    let Some(name) = variable.name() else {
        out.push(hole());
        return;
    };
    let found = lookup(&name);
    let operator = variable.operator();
    let otherwise = |lookup: &mut dyn FnMut(&str) -> Lookup, out: &mut Vec<Piece>| {
        if let Some(word) = variable.argument() {
            expand_into(word.syntax(), offset, origin, lookup, out, depth + 1);
        }
    };
    match (operator.as_deref(), found) {
        (None | Some(":?" | "?"), Lookup::Set(pieces)) => out.extend(pieces),
        (None, Lookup::Unset) => {}
        (Some(":-" | "-" | ":=" | "="), Lookup::Open | Lookup::Unset) => otherwise(lookup, out),
        (Some(":-" | ":="), Lookup::Set(pieces)) => match text_of(&pieces) {
            Some(text) if text.is_empty() => otherwise(lookup, out),
            Some(_) => out.extend(pieces),
            None => out.push(hole()),
        },
        (Some("-" | "="), Lookup::Set(pieces)) => out.extend(pieces),
        (Some(":+" | "+"), Lookup::Unset) => {}
        (Some("+"), Lookup::Set(_)) => otherwise(lookup, out),
        (Some(":+"), Lookup::Set(pieces)) => match text_of(&pieces) {
            Some(text) if text.is_empty() => {}
            Some(_) => otherwise(lookup, out),
            None => out.push(hole()),
        },
        _ => out.push(hole()),
    }
}

/// The names that the builder sets by itself once they are declared.
fn is_platform_arg(name: &str) -> bool {
    ["TARGET", "BUILD"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| {
            matches!(rest, "PLATFORM" | "OS" | "ARCH" | "VARIANT" | "OSVERSION")
        })
    })
}

impl<'m> Stage<'m> {
    /// What a command at this place sees as variable `name`: what the command's own shell text sets,
    /// then `ENV`, then `ARG`, of this stage and those it stands on, then the base image.
    pub fn env_at(self, at: impl At<'m>, name: &str) -> EnvValue<'m> {
        if let Some(command) = at.command()
            && let Some(setting) = command.own_variable(name)
        {
            return EnvValue::Set(setting);
        }
        self.env_before(at.step().index, name, true)
    }

    /// What the container sees as variable `name`: `ENV` alone, at the end of the stage.
    pub fn final_env(self, name: &str) -> EnvValue<'m> {
        self.env_before(usize::MAX, name, false)
    }

    /// The names and settings that `ENV`s of this stage make, in order of place.
    pub fn env_set(self) -> impl Iterator<Item = (&'m str, Setting<'m>)> {
        self.env_facts()
            .iter()
            .filter(|f| !f.is_arg)
            .map(|fact| (&*fact.name, fact.setting(EnvFrom::Stage(fact.step))))
    }

    fn env_before(self, before: usize, name: &str, args_too: bool) -> EnvValue<'m> {
        let facts = || self.env_facts().iter().rev().filter(|f| f.step < before);
        if let Some(fact) = facts().find(|f| !f.is_arg && &*f.name == name) {
            return EnvValue::Set(fact.setting(EnvFrom::Stage(fact.step)));
        }
        let inherited = match self.base() {
            Base::Stage(parent) => match parent.env_before(usize::MAX, name, false) {
                EnvValue::Set(mut setting) => {
                    if let EnvFrom::Stage(step) = setting.from {
                        setting.from = EnvFrom::Ancestor(step);
                    }
                    EnvValue::Set(setting)
                }
                other => other,
            },
            Base::Scratch => EnvValue::Unset,
            Base::Image | Base::Unknown => self.base_env(name),
        };
        if args_too
            && !inherited.is_set()
            && let Some(fact) = facts().find(|f| f.is_arg && &*f.name == name)
        {
            return if fact.open {
                EnvValue::Unknown
            } else {
                EnvValue::Set(fact.setting(EnvFrom::Arg(fact.step)))
            };
        }
        inherited
    }

    pub(crate) fn env_facts(self) -> &'m [EnvFact] {
        self.data().env.get_or_init(|| self.work_out_env())
    }

    fn work_out_env(self) -> Vec<EnvFact> {
        let mut facts: Vec<EnvFact> = Vec::new();
        for step in self.steps().filter(|s| !s.is_onbuild()) {
            let is_arg = match step.name() {
                "ENV" => false,
                "ARG" => true,
                _ => continue,
            };
            let seen = facts.len();
            for pair in step.pairs() {
                let Some(name) = pair.key_text() else {
                    continue;
                };
                let mut open = false;
                let pieces = match pair.value_node() {
                    Some(value) => expand(
                        value,
                        TextSize::new(0),
                        Origin::Step(step.index),
                        &mut |name| self.lookup_among(&facts[..seen], step.index, name),
                    ),
                    None if is_arg && !pair.has_value() => match self.global_default(name) {
                        Some(pieces) => pieces,
                        None => {
                            open = true;
                            vec![hole()]
                        }
                    },
                    None => Vec::new(),
                };
                facts.push(EnvFact {
                    name: name.into(),
                    step: step.index,
                    place: pair.range(),
                    value_place: pair.value_node().map(SyntaxNode::text_range),
                    text: if pieces.is_empty() {
                        Some(String::new())
                    } else {
                        text_of(&pieces)
                    },
                    pieces,
                    is_arg,
                    open,
                });
            }
        }
        facts
    }

    fn global_default(self, name: &str) -> Option<Vec<Piece>> {
        self.file
            .global
            .iter()
            .rev()
            .find(|arg| &*arg.name == name && arg.pieces.is_some())
            .and_then(|arg| arg.pieces.clone())
    }

    fn lookup_among(self, facts: &[EnvFact], before: usize, name: &str) -> Lookup {
        let found = |args: bool| {
            facts
                .iter()
                .rev()
                .find(|f| f.is_arg == args && f.step < before && &*f.name == name)
        };
        if let Some(fact) = found(false) {
            return Lookup::Set(fact.pieces.clone());
        }
        let piece = |setting: Setting<'_>| Piece {
            text: setting.value.map(str::to_owned),
            place: None,
            origin: match setting.from {
                EnvFrom::Stage(step) | EnvFrom::Ancestor(step) | EnvFrom::Arg(step) => {
                    Origin::Step(step)
                }
                EnvFrom::Command => Origin::Literal,
                EnvFrom::BaseImage => Origin::BaseImage,
            },
        };
        let inherited = match self.base() {
            Base::Stage(parent) => parent.env_before(usize::MAX, name, false),
            Base::Scratch => EnvValue::Unset,
            Base::Image | Base::Unknown => self.base_env(name),
        };
        match (inherited, found(true)) {
            (EnvValue::Set(setting), _) => Lookup::Set(vec![piece(setting)]),
            (_, Some(fact)) if fact.open && is_platform_arg(name) => Lookup::Unknown,
            (_, Some(fact)) if fact.open => Lookup::Open,
            (_, Some(fact)) => Lookup::Set(fact.pieces.clone()),
            (EnvValue::Unset, None) => Lookup::Unset,
            (EnvValue::Unknown, None) => Lookup::Unknown,
        }
    }

    /// A word with the variables that are known at this place put in; pieces that only the build can
    /// tell have no text. Shell words are given what `ENV`, `ARG` and the command's own text set.
    pub fn expand(self, word: Word<'m>, at: impl At<'m>) -> Vec<Piece> {
        let Some(node) = &word.data.node else {
            return vec![Piece {
                text: word.value().map(str::to_owned),
                place: word.value().and_then(|value| word.range_of(0..value.len())),
                origin: if word.is_known() {
                    Origin::Literal
                } else {
                    Origin::Unknown
                },
            }];
        };
        let before = at.step().index;
        expand(node, word.data.offset, Origin::Literal, &mut |name| {
            if let Some(command) = at.command() {
                if command.is_shell_variable(name) {
                    return match command.own_variable(name).and_then(|s| s.value) {
                        Some(value) => Lookup::Set(vec![Piece {
                            text: Some(value.to_owned()),
                            place: None,
                            origin: Origin::Literal,
                        }]),
                        None => Lookup::Unknown,
                    };
                }
                // The shell's own variables are not the builder's.
                if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                    return Lookup::Unknown;
                }
            }
            match self.lookup_among(self.env_facts(), before, name) {
                // `HOME`, what a sourced file or `read` sets: the shell may know what the builder does not.
                Lookup::Unset if at.command().is_some() => Lookup::Unknown,
                found => found,
            }
        })
    }

    /// A word's whole text with the variables known at this place put in, if nothing stays unknown.
    pub fn expand_text(self, word: Word<'m>, at: impl At<'m>) -> Option<String> {
        if let Some(value) = word.value() {
            return Some(value.to_owned());
        }
        text_of(&self.expand(word, at))
    }

    /// A Dockerfile-level node (of this file's own tree) expanded at a step.
    pub(crate) fn expand_node(self, node: &SyntaxNode, step: usize) -> Vec<Piece> {
        expand(node, TextSize::new(0), Origin::Literal, &mut |name| {
            self.lookup_among(self.env_facts(), step, name)
        })
    }

    /// The folders that `PATH` names at this place, in order; `None` stands for those that only the
    /// build can tell.
    pub fn path_at(self, at: impl At<'m>) -> Vec<Option<String>> {
        let before = at.step().index;
        let own = at.command().and_then(|c| c.own_variable("PATH"));
        if let Some(value) = own.and_then(|s| s.value) {
            return value.split(':').map(|p| Some(p.to_owned())).collect();
        }
        let pieces = match self.lookup_among(self.env_facts(), before, "PATH") {
            Lookup::Set(pieces) => pieces,
            Lookup::Open | Lookup::Unknown => vec![hole()],
            Lookup::Unset => Vec::new(),
        };
        let mut folders = Vec::new();
        let mut current: Option<String> = Some(String::new());
        for piece in pieces {
            let Some(text) = piece.text else {
                current = None;
                continue;
            };
            let mut parts = text.split(':');
            if let (Some(first), Some(current)) = (parts.next(), &mut current) {
                current.push_str(first);
            }
            for part in parts {
                folders.push(current.replace(part.to_owned()));
            }
        }
        folders.push(current);
        folders.retain(|f| f.as_deref() != Some(""));
        folders
    }
}

impl<'m> At<'m> for Step<'m> {
    fn step(self) -> Step<'m> {
        self
    }
}

impl<'m> At<'m> for Command<'m> {
    fn step(self) -> Step<'m> {
        Command::step(self)
    }
    fn command(self) -> Option<Command<'m>> {
        Some(self)
    }
}
