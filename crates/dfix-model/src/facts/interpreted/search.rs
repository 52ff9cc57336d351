//! Goes through the commands of a stage for texts that reach interpreters.

use rustc_hash::FxHashSet;

use dfix_catalogue::programs::{self, Kind, Program};
use dfix_syntax::ast::AstNode;
use dfix_syntax::{SyntaxKind, TextRange};

use crate::collect::command::{Operator, WrapperKind};
use crate::collect::instruction::StepKind;
use crate::collect::script::interpreter_of;
use crate::collect::wrappers::{self, ShellSource};
use crate::facts::interpreted::on_path::OnPath;
use crate::facts::interpreted::text::{Done, Door, InterpretedData, ReadingData, TextData, Unread};
use crate::facts::scripts::{Script, ScriptAt, script_at, script_at_start};
use crate::facts::variables::expand_text;
use crate::handles::{Command, Stage, Step, Word};
use crate::ternary::OpenCondition;

/// Where a path is looked up.
#[derive(Clone, Copy)]
pub(super) enum Runs<'m> {
    Command(Command<'m>),
    Step(Step<'m>),
}

impl<'m> Runs<'m> {
    fn step(self) -> Step<'m> {
        match self {
            Runs::Command(command) => command.step(),
            Runs::Step(step) => step,
        }
    }
}

/// What stands at a path of the image for who runs it.
pub(super) fn file_at<'m>(stage: Stage<'m>, path: &str, at: Runs<'m>) -> ScriptAt<'m> {
    let step = at.step();
    if !step.is_run() {
        return script_at_start(stage, path, step);
    }
    match at {
        Runs::Command(command) if !command.is_of_script() => script_at(stage, path, command),
        _ => script_at(stage, path, step),
    }
}

/// How many texts of a stage are gone through: scripts may call each other without end.
const MOST_TEXTS: usize = 2000;

/// How many scripts of a stage are gone through.
const MOST_SCRIPTS: usize = 200;

struct Search<'m> {
    stage: Stage<'m>,
    found: InterpretedData,
    /// The scripts that were gone into, by step and path of the context.
    seen: FxHashSet<(usize, &'m str)>,
    on_path: Option<OnPath>,
}

/// The texts of a stage's own instructions that reach interpreters, and the commands that are executed.
pub(super) fn texts_of(stage: Stage<'_>) -> InterpretedData {
    let search = Search {
        stage,
        found: InterpretedData::default(),
        seen: FxHashSet::default(),
        on_path: None,
    };
    search.run()
}

impl<'m> Search<'m> {
    fn run(mut self) -> InterpretedData {
        for step in self.stage.steps().filter(|step| !step.is_onbuild()) {
            if !matches!(
                step.kind(),
                StepKind::Run | StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
            ) {
                continue;
            }
            let before = self.found.texts.len();
            for command in step.commands() {
                self.command(command, command.range());
            }
            self.foreign_document(step);
            let is_told = self.found.texts[before..].iter().any(|text| {
                matches!(text.reading, ReadingData::Unread(_))
                    || (matches!(text.door, Door::Document | Door::Pipe)
                        && matches!(text.reading, ReadingData::Foreign(_)))
            });
            if step.has_opaque_text() && !is_told {
                let what = format!("some of the shell text of this {}", step.name());
                self.unread(step, step.range(), Door::Instruction, "sh", what, UNCLEAR);
            }
        }
        self.found
    }

    /// `RUN <<EOF` whose first line names an interpreter.
    fn foreign_document(&mut self, step: Step<'m>) {
        let Some(heredoc) = step.instruction().heredocs().next() else {
            return;
        };
        let Some(body) = heredoc.body().filter(|body| body.script().is_none()) else {
            return;
        };
        if step.commands().len() > 0 {
            return;
        }
        let text = &step.file.text[body.syntax().text_range()];
        if let Some(name) = interpreter_of(text) {
            let reading = ReadingData::Foreign(name.to_owned());
            self.push(step, step.range(), Door::Document, reading);
        }
    }

    fn push(&mut self, step: Step<'m>, place: TextRange, door: Door, reading: ReadingData) {
        let text = self.found.texts.len();
        self.found.texts.push(TextData {
            step: step.index(),
            place,
            door,
            reading,
        });
        self.found.steps.push((step.index(), Done::Text(text)));
    }

    fn unread(
        &mut self,
        step: Step<'m>,
        place: TextRange,
        door: Door,
        interpreter: &str,
        what: String,
        remedy: &str,
    ) {
        let open = OpenCondition::new(format!("what {what} does"), remedy);
        let unread = Unread {
            place,
            step: step.index(),
            door,
            interpreter: interpreter.to_owned(),
            what,
            open,
        };
        self.push(step, place, door, ReadingData::Unread(unread));
    }

    fn command(&mut self, command: Command<'m>, place: TextRange) {
        self.found.command(command);
        if self.found.texts.len() >= MOST_TEXTS {
            return;
        }
        let data = command.data();
        let words = &command.found().words;
        let range = data.program..data.words.end;
        if range.is_empty() {
            return;
        }
        let name = command.name();
        if command.is_read_here() {
            return self.read_here(command, place);
        }
        if let Some(source) = command.shell_source() {
            match source {
                ShellSource::Script(word) => {
                    self.word(command, command.word_at(word), place);
                }
                ShellSource::File(word) => self.file(command, command.word_at(word), place),
                ShellSource::Input => self.input(command, place),
                ShellSource::Awaited | ShellSource::Nothing => {}
            }
            return;
        }
        match name {
            "." | "source" => {
                if let Some(word) = command.arg(0) {
                    self.file(command, word, place);
                }
            }
            "eval" | "su" | "runuser" | "sg" | "script" | "scl" => {
                let script = wrappers::script_word(command.text(), words, range);
                if let Some(word) = script {
                    self.word(command, command.word_at(word), place);
                }
            }
            _ if is_interpreter(command) => self.foreign(command, place),
            _ => self.program(command, place),
        }
    }

    /// Text that was read where it stands: what it is may still come from elsewhere.
    fn read_here(&mut self, command: Command<'m>, place: TextRange) {
        let door = if command.redirects().any(|r| r.operator().starts_with("<<")) {
            Door::Document
        } else if is_piped(command) {
            Door::Pipe
        } else {
            Door::Word
        };
        let printed = command
            .inner()
            .filter_map(Command::program)
            .find(|program| is_substitution(*program));
        match printed {
            Some(word) => self.substituted(command, word, place),
            None => self.push(command.step(), place, door, ReadingData::Here),
        }
    }

    /// `sh -c` with a word that could not be read.
    fn word(&mut self, command: Command<'m>, word: Word<'m>, place: TextRange) {
        if contains(word, &SUBSTITUTIONS) {
            return self.substituted(command, word, place);
        }
        let what = format!("the text `{}` for `{}`", shown(word), command.name());
        self.unread(
            command.step(),
            place,
            Door::Word,
            command.name(),
            what,
            UNCLEAR,
        );
    }

    fn substituted(&mut self, command: Command<'m>, word: Word<'m>, place: TextRange) {
        let what = format!(
            "the text that `{}` prints for `{}`",
            shown(word),
            command.name()
        );
        let (step, door) = (command.step(), Door::Substitution);
        self.unread(step, place, door, command.name(), what, ELSEWHERE);
    }

    fn file(&mut self, command: Command<'m>, word: Word<'m>, place: TextRange) {
        let (step, name) = (command.step(), command.name());
        if contains(word, &SUBSTITUTIONS) {
            return self.substituted(command, word, place);
        }
        let Some(path) = expand_text(self.stage, word, command) else {
            // What is known of its end is enough for the files that only prepare the shell.
            if prepares_shell(word.source_text().trim_end_matches('"')) {
                return;
            }
            let what = format!("the script `{}`", shown(word));
            return self.unread(
                step,
                place,
                Door::File,
                name,
                what,
                "name the script plainly",
            );
        };
        if matches!(path.as_str(), "-" | "/dev/stdin" | "/dev/fd/0") {
            return self.input(command, place);
        }
        self.path(command, &path, Door::File, place);
    }

    fn path(&mut self, command: Command<'m>, path: &str, door: Door, place: TextRange) {
        let (step, name) = (command.step(), command.name());
        match file_at(self.stage, path, Runs::Command(command)) {
            ScriptAt::Shell(script) => {
                self.push(step, place, door, ReadingData::Script(path.to_owned()));
                self.script(script, step, place);
            }
            ScriptAt::Other { interpreter, .. } => {
                self.push(
                    step,
                    place,
                    door,
                    ReadingData::ForeignFile(interpreter.to_owned(), path.to_owned()),
                );
            }
            ScriptAt::NotText => {}
            ScriptAt::Unread(why) => {
                let what = format!("the script `{path}` ({why})");
                self.unread(step, place, door, name, what, NO_CONTEXT);
            }
            ScriptAt::Elsewhere if prepares_shell(path) => {}
            ScriptAt::Elsewhere => {
                let what = format!("the script `{path}`, which is not in the build context,");
                self.unread(step, place, door, name, what, ELSEWHERE);
            }
        }
    }

    fn script(&mut self, script: Script<'m>, step: Step<'m>, place: TextRange) {
        if !self.seen.insert((step.index(), script.path())) {
            return;
        }
        if self.seen.len() > MOST_SCRIPTS {
            let what = format!("the script `{}`, after so many others,", script.path());
            return self.unread(step, place, Door::File, "sh", what, UNCLEAR);
        }
        for command in script.commands() {
            self.command(command, place);
        }
        if script.has_opaque_text() {
            let what = format!("some of the script `{}`", script.path());
            self.unread(step, place, Door::File, "sh", what, UNCLEAR);
        }
    }

    /// A shell that reads its commands from its input.
    fn input(&mut self, command: Command<'m>, place: TextRange) {
        let (step, name) = (command.step(), command.name());
        if command
            .wrappers()
            .any(|wrapper| wrapper.kind == WrapperKind::Arguments)
        {
            let what = format!("the text that xargs hands to `{name}`");
            return self.unread(step, place, Door::Arguments, name, what, ELSEWHERE);
        }
        let redirect = command
            .redirects()
            .filter(|redirect| redirect.operator().starts_with('<'))
            .last();
        if let Some(redirect) = redirect {
            return match redirect.target() {
                Some(word) if redirect.operator() == "<" => {
                    if contains(word, &SUBSTITUTIONS) {
                        self.substituted(command, word, place);
                    } else if let Some(path) = expand_text(self.stage, word, command) {
                        self.path(command, &path, Door::Input, place);
                    } else {
                        let what = format!("the script `{}`", shown(word));
                        self.unread(step, place, Door::Input, name, what, UNCLEAR);
                    }
                }
                _ => {
                    let what = format!("the here-document for `{name}`");
                    self.unread(step, place, Door::Document, name, what, UNCLEAR);
                }
            };
        }
        let Some(printer) = command.piped_from() else {
            // Commands that somebody types.
            return;
        };
        let mut operands = printer.args().filter(|word| !word.starts_with("-"));
        if printer.is("cat")
            && let (Some(word), None) = (operands.next(), operands.next())
            && let Some(path) = expand_text(self.stage, word, printer)
        {
            return self.path(command, &path, Door::Pipe, place);
        }
        let what = format!("the text that `{}` hands to `{name}`", said(printer));
        self.unread(step, place, Door::Pipe, name, what, ELSEWHERE);
    }

    /// `python x.py`, `python -c "…"`, `curl … | python`.
    fn foreign(&mut self, command: Command<'m>, place: TextRange) {
        let (step, name) = (command.step(), command.name());
        let is_text = command
            .args()
            .any(|word| matches!(word.literal_prefix(), "-c" | "-e" | "-m" | "-r" | "--eval"));
        let file = command.args().find(|word| !word.starts_with("-"));
        let reads_input = !is_text && file.is_none_or(|word| word.is("/dev/stdin"));
        let substituted = command.args().find(|word| contains(*word, &SUBSTITUTIONS));
        if let Some(word) = substituted.filter(|word| !is_text || is_substitution(*word)) {
            return self.substituted(command, word, place);
        }
        let is_document = command
            .redirects()
            .any(|redirect| redirect.operator().starts_with("<<"));
        match command.piped_from().filter(|_| reads_input && !is_document) {
            Some(printer) if !matches!(printer.name(), "echo" | "printf" | "cat") => {
                let what = format!("the text that `{}` hands to `{name}`", said(printer));
                self.unread(step, place, Door::Pipe, name, what, ELSEWHERE);
            }
            _ => {
                let door = match (is_text, reads_input, is_document) {
                    (true, ..) => Door::Word,
                    (_, true, true) => Door::Document,
                    (_, true, false) if is_piped(command) => Door::Pipe,
                    (_, true, false) => return,
                    _ => Door::File,
                };
                self.push(step, place, door, ReadingData::Foreign(name.to_owned()));
            }
        }
    }

    /// A program that may be a script of the build context.
    fn program(&mut self, command: Command<'m>, place: TextRange) {
        let Some(word) = command.program() else {
            return;
        };
        let Some(path) = expand_text(self.stage, word, command) else {
            return;
        };
        if path.contains('/') {
            return self.program_at(command, &path, place);
        }
        let stage = self.stage;
        let on_path = self.on_path.get_or_insert_with(|| OnPath::of(stage));
        if let Some(path) = on_path.find(&path) {
            self.program_at(command, &path, place);
        }
    }

    fn program_at(&mut self, command: Command<'m>, path: &str, place: TextRange) {
        let is_elsewhere = matches!(
            file_at(self.stage, path, Runs::Command(command)),
            ScriptAt::Elsewhere
        );
        // Whatever else is run by a path may be no text at all.
        if !is_elsewhere || [".sh", ".bash"].iter().any(|end| path.ends_with(end)) {
            self.path(command, path, Door::Program, place);
        }
    }
}

const UNCLEAR: &str =
    "write it so that it can be read: one quoted word, or a script of the build context";
const NO_CONTEXT: &str = "run dfix where the build context is, or look into the script";
const ELSEWHERE: &str = "look at what it calls, or keep it as a script of the build context";

fn is_interpreter(command: Command<'_>) -> bool {
    let is_one = |it: Program| it.kind() == Kind::Interpreter;
    programs::is_python(command.name()) || command.known().is_some_and(is_one)
}

/// Whether a file of this path only prepares the shell that reads it.
fn prepares_shell(path: &str) -> bool {
    dfix_catalogue::only_prepares_shell(path)
}

const SUBSTITUTIONS: [SyntaxKind; 3] = [
    SyntaxKind::COMMAND_SUBST,
    SyntaxKind::BACKTICK_SUBST,
    SyntaxKind::PROCESS_SUBST,
];

fn contains(word: Word<'_>, kinds: &[SyntaxKind]) -> bool {
    let node = word.data.node.as_ref();
    node.is_some_and(|node| node.descendants().any(|n| kinds.contains(&n.kind())))
}

/// Whether the word is what a command prints, from its start.
fn is_substitution(word: Word<'_>) -> bool {
    word.literal_prefix().is_empty() && contains(word, &SUBSTITUTIONS)
}

fn is_piped(command: Command<'_>) -> bool {
    command
        .before()
        .is_some_and(|before| before.operator == Operator::Pipe)
}

/// A word as it is shown to people.
fn shown(word: Word<'_>) -> String {
    shortened(word.source_text().trim_matches(['"', '\'']))
}

/// A command as it is shown to people.
fn said(command: Command<'_>) -> String {
    let words: Vec<&str> = command.words().map(Word::source_text).collect();
    shortened(&words.join(" "))
}

/// On one line, and not too long.
fn shortened(text: &str) -> String {
    let text: String = text
        .split_whitespace()
        .filter(|part| *part != "\\")
        .collect::<Vec<_>>()
        .join(" ");
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
