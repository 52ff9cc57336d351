//! Variables: what `ENV`, `ARG` and shell text set, and what words with variables in them stand for.

use rustc_hash::{FxHashMap, FxHashSet};

use dfix_syntax::{SyntaxNode, TextRange, TextSize};

use crate::collect::command::StepCommands;
use crate::collect::expand::{Lookup, Origin, Piece, expand, hole, text_of};
use crate::collect::image::platform_arg;
use crate::collect::instruction::StepKind;
use crate::facts::base_image;
use crate::facts::setting::{EnvFrom, EnvValue, Setting};
use crate::handles::{Assignment, Base, Command, ProgramPoint, Stage, Step, Word};

/// One setting of a stage, in order of place.
#[derive(Debug)]
struct EnvFact {
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

/// The settings of a stage.
#[derive(Default)]
struct EnvFacts {
    /// In order of place.
    all: Vec<EnvFact>,
    by_name: FxHashMap<Box<str>, Vec<usize>>,
}

impl EnvFacts {
    fn push(&mut self, fact: EnvFact) {
        let same = self.by_name.entry(fact.name.clone()).or_default();
        same.push(self.all.len());
        self.all.push(fact);
    }

    /// The last setting of a variable before a step, of an `ARG` or of an `ENV`.
    fn last(&self, name: &str, before: usize, is_arg: bool) -> Option<&EnvFact> {
        let same = self.by_name.get(name)?;
        let passed = same.partition_point(|&index| self.all[index].step < before);
        let mut facts = same[..passed].iter().rev().map(|&index| &self.all[index]);
        facts.find(|fact| fact.is_arg == is_arg)
    }
}

/// What a command at this place sees as variable `name`: what the command's own shell text sets,
/// then `ENV`, then `ARG`, of this stage and those that it is based on, then the base image.
pub(crate) fn env_at<'m>(stage: Stage<'m>, at: impl ProgramPoint<'m>, name: &str) -> EnvValue<'m> {
    if let Some(command) = at.command()
        && let Some(setting) = own_variable(command, name)
    {
        return EnvValue::Set(setting);
    }
    env_before(stage, at.step().index, name, true)
}

/// What the container sees as variable `name`: `ENV` alone, at the end of the stage.
pub(crate) fn final_env<'m>(stage: Stage<'m>, name: &str) -> EnvValue<'m> {
    env_before(stage, usize::MAX, name, false)
}

/// Whether nothing sets the variable for the container, and nothing that the stage is made of speaks of it: an `ARG`, a
/// command that reads it, a command that sets it for itself.
pub(crate) fn is_undecided(stage: Stage<'_>, name: &str) -> bool {
    !final_env(stage, name).is_set()
        && !stage
            .base_chain()
            .flat_map(Stage::steps)
            .any(|step| step.mentions(name))
}

/// The names and settings that `ENV`s of this stage make, in order of place.
pub(crate) fn env_set(stage: Stage<'_>) -> impl Iterator<Item = (&str, Setting<'_>)> {
    env_facts(stage)
        .all
        .iter()
        .filter(|f| !f.is_arg)
        .map(|fact| (&*fact.name, fact.setting(EnvFrom::Stage(fact.step))))
}

fn env_before<'m>(stage: Stage<'m>, before: usize, name: &str, args_too: bool) -> EnvValue<'m> {
    let facts = env_facts(stage);
    if let Some(fact) = facts.last(name, before, false) {
        return EnvValue::Set(fact.setting(EnvFrom::Stage(fact.step)));
    }
    let inherited = match stage.base() {
        Base::Stage(parent) => match env_before(parent, usize::MAX, name, false) {
            EnvValue::Set(mut setting) => {
                if let EnvFrom::Stage(step) = setting.from {
                    setting.from = EnvFrom::Ancestor(step);
                }
                EnvValue::Set(setting)
            }
            other => other,
        },
        Base::Scratch => EnvValue::Unset,
        Base::Image | Base::Unknown => base_image::base_env(stage, name),
    };
    if args_too
        && !inherited.is_set()
        && let Some(fact) = facts.last(name, before, true)
    {
        return if fact.open {
            EnvValue::Unknown
        } else {
            EnvValue::Set(fact.setting(EnvFrom::Arg(fact.step)))
        };
    }
    inherited
}

/// What the file says of a variable that a `RUN` sees.
pub(crate) enum Declared {
    /// It has this value, unless the build is given another.
    As(String),
    /// It is an `ARG` without a default: empty, unless the build is given one.
    Empty,
    /// The file does not tell.
    Unknown,
}

/// What the file says of a variable before a step, whatever a command's own text makes of it.
pub(crate) fn declared(stage: Stage<'_>, step: Step<'_>, name: &str) -> Declared {
    match env_before(stage, step.index, name, true) {
        EnvValue::Set(Setting {
            value: Some(value), ..
        }) => Declared::As(value.to_owned()),
        EnvValue::Unknown if platform_arg(name).is_none() => {
            let arg = env_facts(stage).last(name, step.index, true);
            match arg {
                Some(arg) if arg.open => Declared::Empty,
                _ => Declared::Unknown,
            }
        }
        _ => Declared::Unknown,
    }
}

fn env_facts(stage: Stage<'_>) -> &EnvFacts {
    stage.cached(|| work_out_env(stage))
}

fn work_out_env(stage: Stage<'_>) -> EnvFacts {
    let mut facts = EnvFacts::default();
    for step in stage.steps().filter(|s| !s.is_onbuild()) {
        let is_arg = match step.kind() {
            StepKind::Env => false,
            StepKind::Arg => true,
            _ => continue,
        };
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
                    &mut |name| lookup_among(stage, &facts, step.index, name),
                ),
                None if is_arg && !pair.has_value() => match global_default(stage, name) {
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

fn global_default(stage: Stage<'_>, name: &str) -> Option<Vec<Piece>> {
    stage
        .file
        .global
        .iter()
        .rev()
        .find(|arg| &*arg.name == name && arg.pieces.is_some())
        .and_then(|arg| arg.pieces.clone())
}

fn lookup_among(stage: Stage<'_>, facts: &EnvFacts, before: usize, name: &str) -> Lookup {
    let found = |is_arg| facts.last(name, before, is_arg);
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
    let inherited = match stage.base() {
        Base::Stage(parent) => env_before(parent, usize::MAX, name, false),
        Base::Scratch => EnvValue::Unset,
        Base::Image | Base::Unknown => base_image::base_env(stage, name),
    };
    match (inherited, found(true)) {
        (EnvValue::Set(setting), _) => Lookup::Set(vec![piece(setting)]),
        (_, Some(fact)) if fact.open && platform_arg(name).is_some() => Lookup::Unknown,
        (_, Some(fact)) if fact.open => Lookup::Open,
        (_, Some(fact)) => Lookup::Set(fact.pieces.clone()),
        (EnvValue::Unset, None) => Lookup::Unset,
        (EnvValue::Unknown, None) => Lookup::Unknown,
    }
}

/// A word with the variables that are known at this place put in; pieces that only the build can
/// tell have no text. Shell words are given what `ENV`, `ARG` and the command's own text set.
pub(crate) fn expand_word<'m>(
    stage: Stage<'m>,
    word: Word<'m>,
    at: impl ProgramPoint<'m>,
) -> Vec<Piece> {
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
            if is_shell_variable(command, name) {
                return match own_variable(command, name).and_then(|s| s.value) {
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
        match lookup_among(stage, env_facts(stage), before, name) {
            // `HOME`, what a sourced file or `read` sets: the shell may know what the builder does not.
            Lookup::Unset if at.command().is_some() => Lookup::Unknown,
            found => found,
        }
    })
}

/// A word's whole text with the variables known at this place put in, if nothing stays unknown.
pub(crate) fn expand_text<'m>(
    stage: Stage<'m>,
    word: Word<'m>,
    at: impl ProgramPoint<'m>,
) -> Option<String> {
    if let Some(value) = word.value() {
        return Some(value.to_owned());
    }
    text_of(&expand_word(stage, word, at))
}

/// A Dockerfile-level node (of this file's own tree) expanded at a step.
pub(crate) fn expand_node(stage: Stage<'_>, node: &SyntaxNode, step: usize) -> Vec<Piece> {
    expand(node, TextSize::new(0), Origin::Literal, &mut |name| {
        lookup_among(stage, env_facts(stage), step, name)
    })
}

/// The folders that `PATH` names at this place, in order; `None` stands for those that only the
/// build can tell.
pub(crate) fn path_at<'m>(stage: Stage<'m>, at: impl ProgramPoint<'m>) -> Vec<Option<String>> {
    let before = at.step().index;
    let own = at.command().and_then(|c| own_variable(c, "PATH"));
    if let Some(value) = own.and_then(|s| s.value) {
        return value.split(':').map(|p| Some(p.to_owned())).collect();
    }
    let pieces = match lookup_among(stage, env_facts(stage), before, "PATH") {
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

/// Where a step's shell text names variables.
#[derive(Default)]
pub(crate) struct ShellVariables {
    /// By name, the commands (as indices, in order) that may set the variable for later ones.
    setters: FxHashMap<Box<str>, Vec<u32>>,
    /// Names that a word may set: `X=…`, and `X` as in `read X`.
    named: FxHashSet<Box<str>>,
}

/// What stands before the first `=`, or all.
fn name_of(text: &str) -> &str {
    text.split('=').next().unwrap_or(text)
}

impl Command<'_> {
    /// Whether it is a word of the shell that says what variables are, and sets them where it is given values: `export A=b`.
    pub fn declares_variables(self) -> bool {
        self.is_one_of(&["export", "declare", "typeset", "readonly", "local"])
    }
}

impl ShellVariables {
    fn of(command: Command<'_>, found: &StepCommands) -> ShellVariables {
        let mut variables = ShellVariables::default();
        let text = command.text();
        for assignment in &found.assignments {
            variables.named.insert(assignment.name.clone());
        }
        for word in &found.words {
            let name = name_of(word.literal_prefix(text));
            if !variables.named.contains(name) {
                variables.named.insert(name.into());
            }
        }
        for (command, number) in command.siblings().zip(0..) {
            if command.declares_variables() || command.is("unset") {
                for word in command.args() {
                    variables.add(name_of(word.literal_prefix()), number);
                }
            } else if command.program().is_none() {
                for assignment in command.assignments() {
                    variables.add(assignment.name(), number);
                }
            }
        }
        variables
    }

    fn add(&mut self, name: &str, command: u32) {
        match self.setters.get_mut(name) {
            Some(commands) => commands.push(command),
            None => {
                self.setters.insert(name.into(), vec![command]);
            }
        }
    }
}

fn variables(command: Command<'_>) -> &ShellVariables {
    let work_out = || ShellVariables::of(command, command.found());
    match command.script {
        Some(script) => script.cache.get_or_init(work_out),
        None => command.step.cached(work_out),
    }
}

/// The commands before this one that may set the variable and whose variables it sees, the last
/// one first: those of the same script and of the scripts around it.
fn setters_before<'m>(command: Command<'m>, name: &str) -> impl Iterator<Item = Command<'m>> {
    let setters = variables(command).setters.get(name);
    let setters = setters.map_or(&[][..], Vec::as_slice);
    let before = setters.partition_point(|&index| (index as usize) < command.index);
    let mut scripts = Vec::new();
    if before > 0 {
        scripts.push(command.data().script);
        let mut command = command;
        while let Some(outer) = command.outer() {
            scripts.push(outer.data().script);
            command = outer;
        }
    }
    setters[..before]
        .iter()
        .rev()
        .map(move |&index| command.sibling(index as usize))
        .filter(move |c| scripts.contains(&c.data().script))
        .filter(move |c| {
            let around = c.around();
            let apart = around.subshell || around.substitution || around.piped || around.function;
            !apart || around == command.around()
        })
}

/// What shell text says of a variable that the command sees in its environment.
pub(crate) fn own_variable<'m>(command: Command<'m>, name: &str) -> Option<Setting<'m>> {
    let own = command.assignments().filter(|a| a.name() == name).last();
    let mut outer = command.outer();
    let mut assignment = own;
    while let (None, Some(command)) = (assignment, outer) {
        assignment = command.assignments().filter(|a| a.name() == name).last();
        outer = command.outer();
    }
    if let Some(assignment) = assignment.filter(|_| command.program().is_some()) {
        return Some(setting(assignment));
    }
    for command in setters_before(command, name) {
        if command.declares_variables() {
            let setting = command.args().find_map(|word| {
                let assigned = word.literal_prefix().strip_prefix(name)?.starts_with('=');
                assigned.then(|| Setting {
                    value: word.value().map(|v| &v[name.len() + 1..]),
                    place: Some(word.range()),
                    value_place: None,
                    from: EnvFrom::Command,
                })
            });
            if setting.is_some() {
                return setting;
            }
        } else if command.is("unset") {
            if command.has_arg(name) {
                return None;
            }
        } else if let Some(assignment) = command.assignments().find(|a| a.name() == name) {
            return Some(setting(assignment));
        }
    }
    None
}

/// Whether shell text before the command may set the variable.
pub(crate) fn is_shell_variable(command: Command<'_>, name: &str) -> bool {
    // `export X=…`, `read X`, `for X in …` do not show as assignments of a command.
    let around = command.around();
    around.looped || around.function || variables(command).named.contains(name)
}

fn setting(assignment: Assignment<'_>) -> Setting<'_> {
    let value = assignment.value();
    Setting {
        value: match value {
            Some(word) => word.value(),
            None => Some(""),
        },
        place: Some(assignment.range()),
        value_place: value.map(Word::range),
        from: EnvFrom::Command,
    }
}
