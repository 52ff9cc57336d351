//! Commands inside the words of commands, and the exec form.

use dfix_syntax::ast::{self, AstNode};
use dfix_syntax::{Enclosure, NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::collect::command::{CommandData, Folder, Surroundings};
use crate::collect::instruction::json_words;
use crate::collect::walk::{Scope, Walk};
use crate::collect::word::WordKind;
use crate::collect::wrappers;
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

    /// A here-document that is not the step's own script: text for the command that it is given to.
    pub(super) fn given(&mut self, heredoc: &ast::Heredoc, scope: Scope) {
        let takers = || {
            self.found
                .commands
                .iter()
                .map(|c| (c, program_name(self.name(c))))
        };
        let shell = takers().find(|(c, name)| {
            wrappers::takes_script(name) && c.words.len() == c.program + 1 - c.words.start
        });
        let Some(range) = heredoc.body().map(|b| b.syntax().text_range()) else {
            return;
        };
        if shell.is_some() && takers().count() == 1 {
            let scope = Scope {
                lines: true,
                ..scope
            };
            self.embedded(range, Enclosure::Plain, 0, scope);
        } else if !takers()
            .all(|(_, name)| matches!(name, "cat" | "tee" | "patch" | "envsubst" | "tr" | "base64"))
        {
            self.found.has_opaque_text = true;
        }
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
            before: None,
            after: None,
            around: Surroundings::default(),
            folder: Folder::Start,
            script: 0,
            kind: WordKind::Json,
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
