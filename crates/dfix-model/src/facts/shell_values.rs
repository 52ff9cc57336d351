//! What the text of a `RUN` gives the variables of its shell.

use rustc_hash::FxHashMap;

use dfix_syntax::TextRange;
use dfix_syntax::ast::{AstNode, ForClause};

use crate::collect::command::Operator;
use crate::collect::word::WordKind;
use crate::handles::segments::{Segment, SegmentKind};
use crate::handles::{Command, Word};

/// What a variable of the shell is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellValue<'m> {
    /// This text.
    Text(&'m str),
    /// What one command prints.
    Output {
        /// The command.
        of: Command<'m>,
        /// Whether other text stands beside it.
        has_text: bool,
    },
    /// Only the build can tell.
    Unknown,
}

/// All that the text of a step gives a variable.
pub struct ShellValues<'m> {
    /// Each value, in order of place; none where the text does not set it.
    pub values: Vec<ShellValue<'m>>,
    /// Whether one of them is there for sure where the command runs.
    pub is_set: bool,
    /// Whether the text has the shell read what does not stand in it, which may set the variable as well.
    pub has_unread: bool,
}

enum Given {
    Text(Box<str>),
    Output(u32, bool),
    Unknown,
}

/// Who gives it.
enum Giver {
    /// The command with this index.
    Command(u32),
    /// A loop, within this range.
    Loop(TextRange),
}

#[derive(Default)]
struct Data {
    by_name: FxHashMap<Box<str>, Vec<(Giver, Given)>>,
    has_unread: bool,
}

/// What the text of the command's step gives a variable of its shell.
pub(crate) fn shell_values<'m>(command: Command<'m>, name: &str) -> ShellValues<'m> {
    let data = data_of(command);
    let given = data.by_name.get(name).map_or(&[][..], Vec::as_slice);
    let values = given.iter().map(|(_, given)| match given {
        Given::Text(text) => ShellValue::Text(text),
        Given::Output(of, has_text) => ShellValue::Output {
            of: command.sibling(*of as usize),
            has_text: *has_text,
        },
        Given::Unknown => ShellValue::Unknown,
    });
    ShellValues {
        values: values.collect(),
        is_set: given.iter().any(|(giver, _)| is_sure(giver, command)),
        has_unread: data.has_unread || command.is_of_script(),
    }
}

fn data_of(command: Command<'_>) -> &Data {
    let work_out = || Data::of(command);
    match command.script {
        Some(script) => script.cache.get_or_init(work_out),
        None => command.step.cached(work_out),
    }
}

impl Data {
    fn of(command: Command<'_>) -> Data {
        let mut data = Data::default();
        for (setter, number) in command.siblings().zip(0..) {
            let from = || Giver::Command(number);
            for assignment in setter.assignments() {
                let given = match assignment.value() {
                    Some(value) => given(setter, value, 0),
                    None if command.text()[assignment.range()].ends_with('=') => {
                        Given::Text("".into())
                    }
                    None => Given::Unknown,
                };
                data.add(assignment.name(), from(), given);
            }
            if setter.declares_variables() {
                for word in setter.args() {
                    if let Some((name, _)) = word.literal_prefix().split_once('=') {
                        data.add(name, from(), given(setter, word, name.len() + 1));
                    }
                }
            } else if setter.is_one_of(&[
                "read",
                "getopts",
                "mapfile",
                "readarray",
                "printf",
                "unset",
            ]) {
                for name in setter.args().filter_map(Word::value) {
                    data.add(name, from(), Given::Unknown);
                }
            } else {
                data.has_unread |= setter.is_one_of(&[".", "source", "eval"]);
            }
        }
        if !command.is_of_script() && command.step.source_text().contains("for") {
            data.add_loops(command);
        }
        data
    }

    fn add_loops(&mut self, command: Command<'_>) {
        let loops = command
            .step
            .syntax()
            .descendants()
            .filter_map(ForClause::cast);
        for clause in loops {
            let Some(name) = clause.variable() else {
                continue;
            };
            let range = clause.syntax().text_range();
            let is_plain = |text: &str| {
                let mut bytes = text.bytes();
                bytes.all(|b| b.is_ascii_alphanumeric() || b"_./:=,@%+-".contains(&b))
            };
            let text_of = |word: dfix_syntax::ast::Word| {
                let text = &command.text()[word.syntax().text_range()];
                if is_plain(text) {
                    Given::Text(text.into())
                } else {
                    Given::Unknown
                }
            };
            if !clause.has_words() {
                self.add(&name, Giver::Loop(range), Given::Unknown);
            }
            for word in clause.words() {
                self.add(&name, Giver::Loop(range), text_of(word));
            }
        }
    }

    fn add(&mut self, name: &str, giver: Giver, given: Given) {
        let all = self.by_name.entry(name.into()).or_default();
        all.push((giver, given));
    }
}

/// What a word stands for from `start` on, in bytes of its text.
fn given(command: Command<'_>, word: Word<'_>, start: usize) -> Given {
    if let Some(value) = word.value() {
        return Given::Text(value[start..].into());
    }
    let segments = word.segments();
    let is_expansion = |it: &&Segment| it.kind == SegmentKind::Expansion;
    let texts = || segments.iter().filter(|it| !is_expansion(it));
    if texts().any(|it| it.text.contains(char::is_whitespace)) {
        // Several words, whatever else is in it.
        return Given::Text(" ".into());
    }
    let mut expansions = segments.iter().filter(is_expansion);
    let (Some(one), None) = (expansions.next(), expansions.next()) else {
        return Given::Unknown;
    };
    if texts().any(|it| it.text.contains(['*', '?', '['])) {
        return Given::Unknown;
    }
    let length: usize = texts().map(|it| it.text.len()).sum();
    if one.text.starts_with("$((") {
        return Given::Text("0".into());
    }
    match substituted(command, one.range).filter(|_| one.text.starts_with(['$', '`'])) {
        Some(of) => Given::Output(
            u32::try_from(of.index).expect("files are below 4 GiB"),
            length > start,
        ),
        None => Given::Unknown,
    }
}

/// The command of a substitution that stands at this range in a command's words, where it is one alone.
pub(crate) fn substituted(command: Command<'_>, range: TextRange) -> Option<Command<'_>> {
    let mut inner = command
        .inner()
        .filter(|it| range.contains_range(it.range()) && it.around().substitution);
    let (Some(one), None) = (inner.next(), inner.next()) else {
        return None;
    };
    let is_alone = one.before().is_none()
        && one.after().is_none()
        && !one.around().piped
        && one.kind() == WordKind::Shell
        && one.redirects().all(|it| it.fd() == Some("2"));
    is_alone.then_some(one)
}

/// Whether what gives the value has done so where the command runs.
fn is_sure(giver: &Giver, command: Command<'_>) -> bool {
    let setter = match giver {
        Giver::Loop(range) => return range.contains_range(command.range()),
        Giver::Command(index) => command.sibling(*index as usize),
    };
    let around = setter.around();
    let apart = around.subshell
        || around.substitution
        || around.piped
        || around.function
        || around.looped
        || !setter.is_certain();
    let outers = || command.with_outer();
    if setter.range().end() > command.range().start()
        || (apart && around != command.around())
        || !outers().any(|it| it.data().script == setter.data().script)
        || (setter.program().is_some() && !setter.declares_variables())
    {
        return false;
    }
    // `fails && A=b; cmd`: only what follows in the same chain is sure to see it.
    if setter
        .before()
        .is_none_or(|it| it.operator != Operator::And)
    {
        return true;
    }
    let behind = std::iter::successors(setter.next(), |it| it.next());
    behind
        .take_while(|it| it.range().start() <= command.range().start())
        .filter(|it| it.outer().is_none())
        .all(|it| {
            it.before()
                .is_none_or(|it| matches!(it.operator, Operator::And | Operator::Pipe))
        })
}
