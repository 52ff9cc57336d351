//! Commands inside the words of commands, and the exec form.

use std::cell::OnceCell;

use dfix_syntax::ast::{self, AstNode};
use dfix_syntax::{Enclosure, NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::collect::command::{CommandData, Folder, Operator, Surroundings};
use crate::collect::instruction::json_words;
use crate::collect::walk::{Scope, Walk};
use crate::collect::word::WordKind;
use crate::collect::wrappers::{self, ShellSource};
use crate::path::program_name;

/// How deep scripts may stand inside scripts.
const MAX_SCRIPTS: u8 = 8;

impl Walk<'_> {
    /// `sh -c "…"` and its like, and `find -exec`.
    pub(super) fn inner_scripts(&mut self, index: u32, node: &SyntaxNode, scope: Scope) {
        let data = &self.found.commands[index as usize];
        let (words, program) = (data.words.clone(), data.program);
        if program >= words.end {
            return;
        }
        for inner in wrappers::inner_commands(self.text, &self.found.words, program..words.end) {
            let mut data = self.found.commands[index as usize].clone();
            data.range = TextRange::new(
                self.found.words[inner.start].range.start(),
                self.found.words[inner.end - 1].range.end(),
            );
            data.words = inner;
            data.known = OnceCell::new();
            data.outer = Some(index);
            let assignments = self.found.assignments.len();
            data.assignments = assignments..assignments;
            data.redirects = 0..0;
            (data.before, data.after) = (None, None);
            data.folder = Folder::Unknown;
            self.push(data);
        }
        let Some(script) = wrappers::script_word(self.text, &self.found.words, program..words.end)
        else {
            return;
        };
        let range = self.found.words[script].range;
        let word = node
            .children()
            .find(|n| n.text_range() + scope.offset == range);
        match word.and_then(|word| quoted(&word, scope)) {
            Some((range, enclosure)) => self.embedded(range, enclosure, index, scope),
            None => self.found.has_opaque_text = true,
        }
    }

    fn embedded(&mut self, range: TextRange, enclosure: Enclosure, outer: u32, scope: Scope) {
        if scope.scripts >= MAX_SCRIPTS {
            self.found.has_opaque_text = true;
            return;
        }
        // The builder joins no lines in a here-document.
        let escape = (!scope.lines).then_some(self.escape);
        let Some(tree) = dfix_syntax::parse_embedded_shell(&self.text[range], escape, enclosure)
        else {
            self.found.has_opaque_text = true;
            return;
        };
        self.scripts += 1;
        self.found.read.push(outer);
        let inner = Scope {
            kind: WordKind::ShellIn(enclosure),
            offset: range.start(),
            outer: Some(outer),
            around: scope.around,
            lines: scope.lines,
            scripts: scope.scripts + 1,
            script: self.scripts,
        };
        self.apart(&tree, inner);
    }

    /// A here-document of the instruction: its script, or text for the command that it is given to.
    pub(super) fn document(&mut self, heredoc: &ast::Heredoc, number: usize, mut scope: Scope) {
        let taker = self.documents.get(number).copied().flatten();
        let reader = taker.and_then(|taker| self.reader_of(taker));
        scope.lines = true;
        self.folder = Folder::Start;
        if let Some(reader) = reader {
            let data = &self.found.commands[reader as usize];
            scope.around = data.around;
            // What it reads from comes through the pipe, nothing goes on.
            let goes_on = data
                .after
                .is_some_and(|after| after.operator == Operator::Pipe);
            scope.around.piped &= goes_on;
            self.folder = data.folder;
        }
        let Some(body) = heredoc.body() else {
            return;
        };
        if let Some(script) = body.script() {
            self.scripts += 1;
            scope.script = self.scripts;
            self.found.read.extend(reader);
            self.list(script.syntax(), scope);
        } else if let Some(reader) = reader {
            self.embedded(body.syntax().text_range(), Enclosure::Plain, reader, scope);
        } else if let Some(taker) = taker {
            self.found.has_opaque_text |= !self.only_passes_on(taker);
        }
    }

    /// Whether a command, and those that it is piped into, take text for text.
    fn only_passes_on(&self, taker: u32) -> bool {
        let mut at = Some(taker);
        while let Some(index) = at {
            let data = &self.found.commands[index as usize];
            if !matches!(
                program_name(self.name(data)),
                "cat" | "tee" | "patch" | "envsubst" | "tr" | "base64"
            ) {
                return false;
            }
            at = self.piped_into(index);
        }
        true
    }

    /// The command that a command's output is piped into.
    fn piped_into(&self, index: u32) -> Option<u32> {
        let after = self.found.commands[index as usize].after;
        let pipe = after.filter(|after| after.operator == Operator::Pipe)?;
        (index + 1..self.next_command())
            .find(|&next| self.found.commands[next as usize].before == Some(pipe))
    }

    /// A here-document inside another one.
    pub(super) fn inner_document(&mut self, node: &SyntaxNode, scope: Scope) {
        let Some(taker) = self.pending.pop_front() else {
            return;
        };
        let body = node
            .children()
            .find(|child| child.kind() == SyntaxKind::HEREDOC_BODY);
        if let (Some(reader), Some(body)) = (self.reader_of(taker), body) {
            let range = body.text_range() + scope.offset;
            self.embedded(range, Enclosure::Plain, reader, scope);
        }
    }

    /// The shell that reads what a command is given as its input: the command itself, or the one that
    /// `cat` hands it to.
    fn reader_of(&self, taker: u32) -> Option<u32> {
        let data = &self.found.commands[taker as usize];
        if self.is_bare_shell(data) {
            return Some(taker);
        }
        let is_bare = self.name(data) == "cat" && data.words.len() == 1;
        let next = self.piped_into(taker).filter(|_| is_bare)?;
        self.is_bare_shell(&self.found.commands[next as usize])
            .then_some(next)
    }

    /// Whether it is a shell that reads its commands from its input.
    fn is_bare_shell(&self, data: &CommandData) -> bool {
        let range = data.program..data.words.end;
        wrappers::shell_source(self.text, &self.found.words, range) == ShellSource::Input
            && wrappers::takes_script(program_name(self.name(data)))
    }

    /// `bash <<< "…"`
    pub(super) fn here_string(&mut self, index: u32, node: &SyntaxNode, scope: Scope) {
        let data = &self.found.commands[index as usize];
        let mut redirects = self.found.redirects[data.redirects.clone()].iter();
        let Some(redirect) = redirects.rfind(|redirect| &*redirect.operator == "<<<") else {
            return;
        };
        let range = redirect.range;
        if !self.is_bare_shell(data) {
            return;
        }
        let word = node
            .children()
            .filter(|n| n.kind() == SyntaxKind::REDIRECT && n.text_range() + scope.offset == range)
            .find_map(|n| n.children().find(|n| n.kind() == SyntaxKind::WORD));
        match word.and_then(|word| quoted(&word, scope)) {
            Some((range, enclosure)) => self.embedded(range, enclosure, index, scope),
            None => self.found.has_opaque_text = true,
        }
    }

    /// `echo "…" | sh`: text that stands there, for a shell that reads it.
    pub(super) fn printed(&mut self, printer: &SyntaxNode, reader: u32, scope: Scope) {
        if !self.is_bare_shell(&self.found.commands[reader as usize]) {
            return;
        }
        let mut words = printer.children().filter(|n| n.kind() == SyntaxKind::WORD);
        let name = words.next().map_or("", |word| self.slice(&word, scope));
        let (Some(word), None, true) = (
            words.next(),
            words.next(),
            matches!(name, "echo" | "printf"),
        ) else {
            return;
        };
        let Some((range, enclosure)) = quoted(&word, scope) else {
            return;
        };
        // What the printer would change is not read.
        if !self.text[range].contains(['\\', '%']) {
            self.embedded(range, enclosure, reader, scope);
        }
    }

    fn slice(&self, node: &SyntaxNode, scope: Scope) -> &str {
        &self.text[node.text_range() + scope.offset]
    }

    pub(super) fn exec_form(&mut self, form: &ast::ExecForm, scope: Scope) {
        self.found.words = json_words(form);
        let words = 0..self.found.words.len();
        let (Some(first), Some(last)) = (self.found.words.first(), self.found.words.last()) else {
            return;
        };
        let range = first.range.cover(last.range);
        let index = self.push(CommandData {
            range,
            words: words.clone(),
            program: 0,
            wrappers: Vec::new(),
            assignments: 0..0,
            redirects: 0..0,
            outer: None,
            inner: 0..0,
            stands_for_inner: false,
            before: None,
            after: None,
            around: Surroundings::default(),
            folder: Folder::Start,
            script: 0,
            kind: WordKind::Json,
            package: OnceCell::new(),
            name: OnceCell::new(),
            known: OnceCell::new(),
        });
        let program = self.found.commands[index as usize].program;
        if let Some(script) =
            wrappers::script_word(self.text, &self.found.words, program..words.end)
        {
            let range = self.found.words[script].range;
            let one = TextSize::new(1);
            if range.len() >= one + one {
                let inside = TextRange::new(range.start() + one, range.end() - one);
                self.embedded(inside, Enclosure::Json, index, scope);
            }
        }
    }
}

/// The text of a word that is one quotation (or has none), with the way that it stands in the file.
fn quoted(word: &SyntaxNode, scope: Scope) -> Option<(TextRange, Enclosure)> {
    let around = match scope.kind {
        WordKind::ShellIn(enclosure) => enclosure,
        WordKind::Shell | WordKind::Dockerfile | WordKind::Json => Enclosure::Plain,
    };
    let mut parts = word
        .children_with_tokens()
        .filter(|e| !e.kind().is_trivia());
    let (first, second) = (parts.next()?, parts.next());
    if second.is_some() {
        return None;
    }
    match first {
        NodeOrToken::Token(token) if token.kind() == SyntaxKind::TEXT => {
            Some((token.text_range() + scope.offset, around))
        }
        NodeOrToken::Token(_) => None,
        NodeOrToken::Node(quotation) => {
            let mut tokens = quotation
                .children_with_tokens()
                .filter(|e| e.kind() == SyntaxKind::QUOTE);
            let (open, close) = (tokens.next()?.text_range(), tokens.next()?.text_range());
            let inside = TextRange::new(open.end(), close.start()) + scope.offset;
            let enclosure = match (quotation.kind(), around) {
                (SyntaxKind::SINGLE_QUOTED, around) => around,
                (SyntaxKind::DOUBLE_QUOTED, Enclosure::Plain) => Enclosure::DoubleQuoted,
                // Twice quoted: readable only where the quotations take nothing away.
                (SyntaxKind::DOUBLE_QUOTED, around) => {
                    let plain = quotation
                        .descendants_with_tokens()
                        .all(|e| !matches!(e.kind(), SyntaxKind::ESCAPE | SyntaxKind::VARIABLE));
                    if !plain {
                        return None;
                    }
                    // The outer quotation escapes the closing quote: its backslash is not inside.
                    let escapes = quotation
                        .children_with_tokens()
                        .filter(|e| e.kind() == SyntaxKind::QUOTE_ESCAPE)
                        .map(|e| e.text_range() + scope.offset)
                        .filter(|r| inside.contains_range(*r));
                    let end = escapes
                        .filter(|r| r.end() == inside.end())
                        .last()
                        .map_or(inside.end(), TextRange::start);
                    return Some((TextRange::new(inside.start(), end), around));
                }
                _ => return None,
            };
            Some((inside, enclosure))
        }
    }
}
