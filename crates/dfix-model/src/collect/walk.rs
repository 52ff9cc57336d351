//! One walk over a step's shell text, exec form and here-documents that finds every command.

use std::cell::OnceCell;
use std::collections::VecDeque;

use dfix_syntax::ast::{self, AstNode};
use dfix_syntax::{
    Enclosure, NodeExt as _, NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize,
};

use crate::collect::command::{
    AssignmentData, CommandData, Connector, Folder, Operator, RedirectData, StepCommands,
    Surroundings,
};
use crate::collect::instruction::StepKind;
use crate::collect::model::Model;
use crate::collect::word::{WordData, WordKind};
use crate::collect::wrappers;

/// What is the same for the commands of one list.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) kind: WordKind,
    /// Where the tree begins in the file.
    pub(super) offset: TextSize,
    pub(super) outer: Option<u32>,
    pub(super) around: Surroundings,
    /// Whether line ends separate commands: they do in here-documents; elsewhere the builder joined them.
    pub(super) lines: bool,
    pub(super) scripts: u8,
    /// Which script: commands of the same script see each other's variables.
    pub(super) script: u32,
}

impl Scope {
    /// Whether it is the text of the instruction itself: no here-document, no script inside a word.
    fn is_own_text(&self) -> bool {
        !self.lines && self.scripts == 0
    }
}

pub(super) struct Walk<'m> {
    pub(super) text: &'m str,
    pub(super) escape: char,
    pub(super) found: StepCommands,
    pub(super) folder: Folder,
    pub(super) scripts: u32,
    /// The commands that are given the here-documents of the instruction's own text, in order.
    pub(super) documents: Vec<Option<u32>>,
    /// The same for those of the here-document that is read, whose bodies are still to come.
    pub(super) pending: VecDeque<u32>,
}

/// The commands of a step, found when first asked for.
pub(crate) fn commands_of<'m>(file: &'m Model<'_>, step: usize) -> &'m StepCommands {
    let commands = &file.steps[step].commands;
    commands.get_or_init(|| collect_commands(file, step))
}

fn collect_commands(file: &Model<'_>, index: usize) -> StepCommands {
    let step = &file.steps[index];
    if !matches!(
        step.kind,
        StepKind::Run | StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
    ) {
        return StepCommands::default();
    }
    let instruction = &step.instruction;
    let mut walk = Walk {
        text: file.text,
        escape: file.escape,
        found: StepCommands::with_room_for(instruction.syntax().text_range().len()),
        folder: Folder::Start,
        scripts: 0,
        documents: Vec::new(),
        pending: VecDeque::new(),
    };
    let scope = Scope {
        kind: WordKind::Shell,
        offset: TextSize::new(0),
        outer: None,
        around: Surroundings::default(),
        lines: false,
        scripts: 0,
        script: 0,
    };
    if let Some(form) = instruction.exec_form() {
        walk.exec_form(&form, scope);
        walk.found.sort();
        return walk.found;
    }
    if step
        .stage
        .is_some_and(|stage| !file.shell_kind(stage, index).is_posix())
    {
        walk.found.has_opaque_text = true;
        return walk.found;
    }
    if let Some(script) = instruction.script() {
        walk.list(script.syntax(), scope);
    }
    for (heredoc, number) in instruction.heredocs().zip(0..) {
        walk.document(&heredoc, number, scope);
    }
    walk.found.sort();
    walk.found
}

/// The commands of a shell script; `None` where its text cannot be read as one.
pub(crate) fn commands_of_script(text: &str) -> Option<StepCommands> {
    let tree = dfix_syntax::parse_embedded_shell(text, None, Enclosure::Plain)?;
    let mut walk = Walk {
        text,
        escape: '\\',
        found: StepCommands::default(),
        folder: Folder::Start,
        scripts: 0,
        documents: Vec::new(),
        pending: VecDeque::new(),
    };
    let scope = Scope {
        kind: WordKind::Shell,
        offset: TextSize::new(0),
        outer: None,
        around: Surroundings::default(),
        lines: true,
        scripts: 0,
        script: 0,
    };
    walk.list(&tree, scope);
    walk.found.sort();
    Some(walk.found)
}

fn operator(kind: SyntaxKind) -> Option<Operator> {
    Some(match kind {
        SyntaxKind::AND_AND => Operator::And,
        SyntaxKind::OR_OR => Operator::Or,
        SyntaxKind::SEMI => Operator::Semicolon,
        SyntaxKind::AMP => Operator::Background,
        SyntaxKind::NEWLINE => Operator::Newline,
        SyntaxKind::PIPE | SyntaxKind::PIPE_AND => Operator::Pipe,
        _ => return None,
    })
}

impl Walk<'_> {
    pub(super) fn next_command(&self) -> u32 {
        u32::try_from(self.found.commands.len()).expect("files are below 4 GiB")
    }

    /// Commands with operators between them; also the inside of a compound, whose keywords say what
    /// its parts are for.
    pub(super) fn list(&mut self, node: &SyntaxNode, mut scope: Scope) {
        let outer = scope.around;
        let is_list = node.kind() == SyntaxKind::SHELL_SCRIPT;
        let mut before: Option<Connector> = None;
        let mut last: Option<u32> = None;
        let mut chain = self.next_command();
        // Up to here the chain is marked already: long ones are gone through once.
        let mut tested = chain;
        let mut after_test = false;
        for element in node.children_with_tokens() {
            match element {
                NodeOrToken::Token(token) => match token.kind() {
                    SyntaxKind::SHELL_KEYWORD => match token.text() {
                        "if" | "elif" | "while" | "until" => {
                            scope.around = outer;
                            scope.around.tested = true;
                            scope.around.looped |= matches!(token.text(), "while" | "until");
                        }
                        "then" | "else" => {
                            scope.around = outer;
                            scope.around.conditional = true;
                        }
                        "do" => {
                            let tested = scope.around.tested && !outer.tested;
                            scope.around = outer;
                            scope.around.looped = true;
                            scope.around.conditional |= tested;
                        }
                        _ => {}
                    },
                    kind if is_list => {
                        let Some(operator) = operator(kind) else {
                            continue;
                        };
                        if operator == Operator::Newline && !scope.lines {
                            continue;
                        }
                        let connector = Connector {
                            operator,
                            range: token.text_range() + scope.offset,
                        };
                        if operator == Operator::Newline && (before.is_some() || last.is_none()) {
                            continue;
                        }
                        if let Some(last) = last.take() {
                            self.found.commands[last as usize].after = Some(connector);
                        }
                        match operator {
                            Operator::Or => {
                                for command in
                                    &mut self.found.commands[chain.max(tested) as usize..]
                                {
                                    command.around.tested = true;
                                }
                                tested = self.next_command();
                            }
                            Operator::Background => {
                                for command in &mut self.found.commands[chain as usize..] {
                                    command.around.background = true;
                                }
                            }
                            _ => {}
                        }
                        if !matches!(operator, Operator::And | Operator::Or) {
                            chain = self.next_command();
                        }
                        before = Some(connector);
                    }
                    _ => {}
                },
                NodeOrToken::Node(child) => {
                    let mut inner = scope;
                    let folder = self.folder;
                    if is_list {
                        let after = before.map(|b| b.operator);
                        inner.around.conditional |= after == Some(Operator::Or)
                            || (after == Some(Operator::And) && after_test);
                    }
                    let first = self.next_command();
                    self.element(&child, inner, before.take(), &mut last);
                    if is_list {
                        after_test = child.kind() == SyntaxKind::TEST_COMMAND
                            || self.found.commands.get(first as usize).is_some_and(|c| {
                                child.kind() == SyntaxKind::COMMAND
                                    && matches!(self.name(c), "[" | "test")
                            });
                    }
                    if inner.around.conditional && !outer.conditional && self.folder != folder {
                        self.folder = Folder::Unknown;
                    }
                }
            }
        }
    }

    fn element(
        &mut self,
        node: &SyntaxNode,
        mut scope: Scope,
        before: Option<Connector>,
        last: &mut Option<u32>,
    ) {
        match node.kind() {
            SyntaxKind::COMMAND => {
                *last = self.command(node, scope, before).or(*last);
            }
            SyntaxKind::PIPELINE => *last = self.pipeline(node, scope, before).or(*last),
            SyntaxKind::SUBSHELL => {
                scope.around.subshell = true;
                self.apart(node, scope);
            }
            SyntaxKind::FUNCTION => {
                let name = ast::Function::cast(node.clone()).and_then(|f| f.name());
                self.found.functions.extend(name.map(Into::into));
                scope.around.function = true;
                let folder = std::mem::replace(&mut self.folder, Folder::Unknown);
                self.list(node, scope);
                self.folder = folder;
            }
            SyntaxKind::CASE_ITEM => {
                scope.around.conditional = true;
                self.list(node, scope);
            }
            SyntaxKind::WORD | SyntaxKind::REDIRECT | SyntaxKind::TEST_COMMAND => {
                self.substitutions(node, scope);
                self.of_group(node, scope);
            }
            SyntaxKind::HEREDOC => {
                self.substitutions(node, scope);
                self.inner_document(node, scope);
            }
            SyntaxKind::OPAQUE | SyntaxKind::ERROR => {
                self.found.has_opaque_text = true;
                self.folder = Folder::Unknown;
            }
            _ => self.list(node, scope),
        }
    }

    /// A redirection of a group: `{ … } > file`, `while … done < file`.
    fn of_group(&mut self, node: &SyntaxNode, scope: Scope) {
        let group = node
            .parent()
            .filter(|_| node.kind() == SyntaxKind::REDIRECT);
        let data = RedirectData::at_offset(self.text, node, scope.offset, scope.kind);
        if let (Some(group), Some(data)) = (group, data) {
            let start = group.text_range().start() + scope.offset;
            self.found.of_groups.push((start, data));
        }
    }

    /// A part that cannot move the rest to another folder.
    pub(super) fn apart(&mut self, node: &SyntaxNode, scope: Scope) {
        let folder = self.folder;
        self.list(node, scope);
        self.folder = folder;
    }

    fn pipeline(
        &mut self,
        node: &SyntaxNode,
        mut scope: Scope,
        mut before: Option<Connector>,
    ) -> Option<u32> {
        let pipes = |t: &SyntaxKind| matches!(t, SyntaxKind::PIPE | SyntaxKind::PIPE_AND);
        let has_pipes = node.outline().any(|(kind, _)| pipes(&kind));
        let mut last = None;
        let mut printer = None;
        for element in node.children_with_tokens() {
            match element {
                NodeOrToken::Token(token) if pipes(&token.kind()) => {
                    let connector = Connector {
                        operator: Operator::Pipe,
                        range: token.text_range() + scope.offset,
                    };
                    if let Some(last) = last.take() {
                        let data: &mut CommandData = &mut self.found.commands[last as usize];
                        data.after = Some(connector);
                    }
                    before = Some(connector);
                }
                NodeOrToken::Token(token) if token.kind() == SyntaxKind::BANG => {
                    scope.around.negated = true;
                }
                NodeOrToken::Token(_) => {}
                NodeOrToken::Node(child) => {
                    let folder = self.folder;
                    scope.around.piped = has_pipes;
                    self.element(&child, scope, before.take(), &mut last);
                    if has_pipes {
                        self.folder = folder;
                        if let (Some(printer), Some(reader)) = (&printer, last) {
                            self.printed(printer, reader, scope);
                        }
                        printer = last.map(|_| child);
                    }
                }
            }
        }
        last
    }

    fn command(
        &mut self,
        node: &SyntaxNode,
        scope: Scope,
        before: Option<Connector>,
    ) -> Option<u32> {
        let words_start = self.found.words.len();
        let assignments_start = self.found.assignments.len();
        let redirects_start = self.found.redirects.len();
        let mut rich = false;
        let mut here_documents_only = true;
        for child in node.children() {
            match child.kind() {
                SyntaxKind::ASSIGNMENT if self.found.words.len() == words_start => {
                    let data =
                        AssignmentData::at_offset(self.text, &child, scope.offset, scope.kind);
                    rich |= data.value.as_ref().is_some_and(|v| v.node.is_some());
                    self.found.assignments.push(data);
                }
                SyntaxKind::WORD | SyntaxKind::ASSIGNMENT => {
                    let data = WordData::at_offset(self.text, &child, scope.offset, scope.kind);
                    rich |= data.node.is_some();
                    self.found.words.push(data);
                }
                SyntaxKind::REDIRECT => {
                    if let Some(data) =
                        RedirectData::at_offset(self.text, &child, scope.offset, scope.kind)
                    {
                        here_documents_only &= data.operator.starts_with("<<");
                        rich |= data.target.as_ref().is_some_and(|v| v.node.is_some());
                        self.found.redirects.push(data);
                    }
                }
                _ => {}
            }
        }
        let words = words_start..self.found.words.len();
        let assignments = assignments_start..self.found.assignments.len();
        let documents = self.found.redirects[redirects_start..]
            .iter()
            .filter(|redirect| matches!(&*redirect.operator, "<<" | "<<-"))
            .count();
        if words.is_empty() && scope.is_own_text() {
            self.documents.extend((0..documents).map(|_| None));
        }
        if words.is_empty() && assignments.is_empty() && here_documents_only {
            return None;
        }
        let range = trimmed(node) + scope.offset;
        let index = self.push(CommandData {
            range,
            words: words.clone(),
            program: 0,
            wrappers: Vec::new(),
            assignments,
            redirects: redirects_start..self.found.redirects.len(),
            outer: scope.outer,
            inner: 0..0,
            stands_for_inner: false,
            before,
            after: None,
            around: scope.around,
            folder: self.folder,
            script: scope.script,
            kind: scope.kind,
            package: OnceCell::new(),
            name: OnceCell::new(),
            known: OnceCell::new(),
        });
        if rich {
            let mut inner = scope;
            inner.outer = Some(index);
            for child in node.children() {
                self.substitutions(&child, inner);
            }
        }
        for _ in 0..documents {
            if scope.is_own_text() {
                self.documents.push(Some(index));
            } else if scope.kind == WordKind::Shell {
                self.pending.push_back(index);
            }
        }
        self.inner_scripts(index, node, scope);
        self.here_string(index, node, scope);
        self.moved(index);
        Some(index)
    }

    pub(super) fn push(&mut self, mut data: CommandData) -> u32 {
        let index = self.next_command();
        let unwrapped = wrappers::unwrap_wrappers(
            self.text,
            &mut self.found.words,
            &mut data.words,
            &mut self.found.assignments,
        );
        data.program = unwrapped.program;
        data.wrappers = unwrapped.wrappers;
        if let Some(last) = unwrapped.assignments {
            // Wrappers' assignments were put behind those of the command itself.
            data.assignments.end = last;
        }
        self.found.commands.push(data);
        index
    }

    /// Commands in the substitutions of a node.
    fn substitutions(&mut self, node: &SyntaxNode, mut scope: Scope) {
        for child in node.children() {
            match child.kind() {
                SyntaxKind::COMMAND_SUBST
                | SyntaxKind::BACKTICK_SUBST
                | SyntaxKind::PROCESS_SUBST => {
                    let start = usize::from(child.text_range().start() + scope.offset);
                    // In `sh -c "… $(x) …"` the outer shell runs `x`, unless the dollar is escaped.
                    let outers = scope.kind == WordKind::ShellIn(Enclosure::DoubleQuoted)
                        && !self.text[..start].ends_with('\\')
                        && child.kind() != SyntaxKind::PROCESS_SUBST;
                    if outers {
                        continue;
                    }
                    scope.around.substitution = true;
                    self.apart(&child, scope);
                }
                _ => self.substitutions(&child, scope),
            }
        }
    }

    pub(super) fn name(&self, data: &CommandData) -> &str {
        match self.found.words.get(data.program) {
            Some(word) if data.program < data.words.end => word.value(self.text).unwrap_or(""),
            _ => "",
        }
    }

    /// Follows `cd` and its like.
    fn moved(&mut self, index: u32) {
        let data = &self.found.commands[index as usize];
        let name = self.name(data);
        if !matches!(name, "cd" | "pushd" | "popd" | "chdir") || !data.wrappers.is_empty() {
            return;
        }
        let arguments = data.program + 1..data.words.end;
        let mut targets = arguments.filter(|&i| {
            !matches!(
                self.found.words[i].value(self.text),
                Some("-P" | "-L" | "--")
            )
        });
        self.folder = match (name, targets.next()) {
            ("popd", _) | (_, None) => Folder::Unknown,
            (_, Some(word)) if self.found.words[word].value(self.text) == Some("-") => {
                Folder::Unknown
            }
            (_, Some(word)) => {
                let before = match self.folder {
                    Folder::Moved(before) => Some(Some(before)),
                    Folder::Start => Some(None),
                    Folder::Unknown => None,
                };
                let absolute = self.found.words[word]
                    .literal_prefix(self.text)
                    .starts_with('/');
                match before.or(absolute.then_some(None)) {
                    Some(before) => {
                        let word = u32::try_from(word).expect("files are below 4 GiB");
                        self.found.moves.push((before, word));
                        let last = self.found.moves.len() - 1;
                        Folder::Moved(u32::try_from(last).expect("files are below 4 GiB"))
                    }
                    None => Folder::Unknown,
                }
            }
        };
    }
}

/// A node's range without blanks and comments at its ends.
fn trimmed(node: &SyntaxNode) -> TextRange {
    let mut solid: Option<TextRange> = None;
    for (kind, range) in node.outline() {
        if !kind.is_trivia() {
            solid = Some(solid.map_or(range, |all| all.cover(range)));
        }
    }
    solid.unwrap_or(node.text_range())
}
