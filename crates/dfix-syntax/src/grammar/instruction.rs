//! One instruction: its keyword, its flags, and its arguments by its kind.

use super::{Grammar, is_blank, words};
use crate::ast::instruction_kind;
use crate::kind::SyntaxKind::{
    self, ADD_INSTR, ARG_INSTR, CMD_INSTR, COPY_INSTR, ENTRYPOINT_INSTR, ENV_INSTR, ERROR,
    ERROR_TEXT, EXPOSE_INSTR, FROM_INSTR, HEALTHCHECK_INSTR, KEYWORD, LABEL_INSTR,
    MAINTAINER_INSTR, ONBUILD_INSTR, RUN_INSTR, SHELL_INSTR, STAGE_NAME, STOPSIGNAL_INSTR, TEXT,
    USER_INSTR, VOLUME_INSTR, WHITESPACE, WORD, WORKDIR_INSTR,
};

/// Whether arguments were an exec form; those never hold here-documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Exec,
    Other,
}

/// Whether `<<` stands somewhere in the text.
fn has_two_less_than(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes).any(|at| bytes.get(at + 1) == Some(&b'<'))
}

/// Whether a character is a blank for the eye only, or none for it at all.
fn is_unseen(c: char) -> bool {
    !c.is_ascii()
        && (c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
}

impl Grammar<'_> {
    /// Takes the instruction `text`: `line`, or the end of `line` inside `ONBUILD` (`depth` 1).
    /// `tail` blanks follow it. With here-documents the blanks, the line's end and the bodies are
    /// taken too, and the answer is true.
    pub(super) fn instruction(&mut self, text: &str, line: &str, tail: usize, depth: u8) -> bool {
        let keyword_len = text.find(is_blank).unwrap_or(text.len());
        let (keyword, rest) = text.split_at(keyword_len);
        let kind = instruction_kind(keyword);
        self.sink.flush_gaps();
        let start = self.sink.position();
        self.sink.start_node(match kind {
            Some(ONBUILD_INSTR) if depth > 0 => ERROR,
            Some(kind) => kind,
            None => ERROR,
        });
        self.sink.token(KEYWORD, keyword_len);
        let keyword_end = self.sink.position();
        let Some(kind) = kind else {
            let mut message = format!("`{keyword}` is no instruction");
            message.push_str(&self.why_no_instruction(keyword, start));
            self.error(start, keyword_end, message);
            let rest = self.blanks(rest);
            self.sink.token(ERROR_TEXT, rest.len());
            self.sink.finish_node();
            return false;
        };
        self.check_place(kind, keyword, start, keyword_end, depth);
        let rest = self.flags(kind, rest);
        let rest = self.blanks(rest);
        let mut took_heredocs = false;
        let mut form = Form::Other;
        if rest.is_empty() {
            self.check_empty(kind, start, keyword_end);
        } else {
            match kind {
                FROM_INSTR => self.from(rest),
                RUN_INSTR | CMD_INSTR | ENTRYPOINT_INSTR => form = self.command(rest),
                LABEL_INSTR | ENV_INSTR => self.pairs(kind, rest),
                ARG_INSTR => self.arg(rest),
                COPY_INSTR | ADD_INSTR => form = self.paths(kind, rest, 2),
                VOLUME_INSTR => form = self.paths(kind, rest, 1),
                EXPOSE_INSTR => self.word_list(rest),
                USER_INSTR | WORKDIR_INSTR | STOPSIGNAL_INSTR => self.word(rest),
                MAINTAINER_INSTR => self.sink.wrapped(WORD, TEXT, rest.len()),
                SHELL_INSTR => self.shell_instruction(rest, depth),
                HEALTHCHECK_INSTR => self.healthcheck(rest),
                ONBUILD_INSTR if depth == 0 => {
                    self.in_trigger = true;
                    took_heredocs = self.instruction(rest, line, tail, 1);
                    self.in_trigger = false;
                }
                _ => self.sink.token(ERROR_TEXT, rest.len()),
            }
        }
        if matches!(kind, RUN_INSTR | COPY_INSTR | ADD_INSTR)
            && form == Form::Other
            && has_two_less_than(line)
        {
            took_heredocs = self.heredocs(kind, rest, line, tail);
        }
        if kind == FROM_INSTR && depth == 0 {
            self.enter_stage(rest);
        }
        self.sink.finish_node();
        took_heredocs
    }

    /// What makes an unknown keyword of a known one, or of text that is none, as far as nobody sees it: the rest of the sentence.
    fn why_no_instruction(&self, keyword: &str, start: usize) -> String {
        let code = |c: char| format!("U+{:04X}", u32::from(c));
        let visible = keyword.trim_start_matches(is_unseen);
        let behind = visible.find(is_unseen);
        let is_known = instruction_kind(&visible[..behind.unwrap_or(visible.len())]).is_some();
        let before = keyword[..keyword.len() - visible.len()].chars().next();
        if let Some(c) = before.filter(|_| is_known) {
            return format!(": an invisible character stands before it ({})", code(c));
        }
        if let Some(c) = behind.and_then(|at| visible[at..].chars().next())
            && is_known
        {
            return format!(
                ": the character behind its name looks like a blank and is none for the builder ({})",
                code(c)
            );
        }
        let above = self.text[..start].trim_end_matches([' ', '\t']);
        let above = above.trim_end_matches(['\n', '\r']);
        let line = above.trim_end_matches(|c| is_unseen(c) || is_blank(c));
        match above[line.len()..].chars().find(|c| is_unseen(*c)) {
            Some(c) if line.ends_with(self.escape) => format!(
                ": the line above does not go on, as a character that looks like a blank follows its `{}` ({})",
                self.escape,
                code(c)
            ),
            _ => String::new(),
        }
    }

    /// `image`, or `image AS name`.
    fn from(&mut self, rest: &str) {
        let mut at = 0;
        let mut count = 0;
        let mut has_as = false;
        for word in words(rest) {
            self.sink.token(WHITESPACE, word.start - at);
            let text = &rest[word.clone()];
            match count {
                0 => self.image(text),
                1 if text.eq_ignore_ascii_case("as") => {
                    has_as = true;
                    self.sink.token(KEYWORD, text.len());
                }
                2 if has_as => self.stage_name(text),
                _ => {
                    self.refuse(
                        ERROR_TEXT,
                        &rest[word.start..],
                        "`FROM` takes an image, or an image and `AS` with a name",
                    );
                    return;
                }
            }
            at = word.end;
            count += 1;
        }
        if count == 2 {
            let end = self.sink.position();
            self.error(end, end, "the stage's name is missing after `AS`");
        }
    }

    fn stage_name(&mut self, name: &str) {
        self.sink.start_node(STAGE_NAME);
        let start = self.sink.position();
        self.sink.token(TEXT, name.len());
        let valid = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !valid {
            let end = self.sink.position();
            self.error(start, end, format!("`{name}` cannot name a stage"));
        }
        self.sink.finish_node();
    }

    /// `COPY`, `ADD`, `VOLUME`: an exec form, or words.
    fn paths(&mut self, kind: SyntaxKind, rest: &str, at_least: usize) -> Form {
        let start = self.sink.position();
        let Some(count) = self.maybe_exec_form(rest) else {
            self.word_list(rest);
            let count = words(rest).count();
            self.check_paths(kind, rest, count, at_least, start);
            return Form::Other;
        };
        self.check_paths(kind, "", count, at_least, start);
        Form::Exec
    }

    fn word_list(&mut self, rest: &str) {
        let mut at = 0;
        for word in words(rest) {
            self.sink.token(WHITESPACE, word.start - at);
            at = word.end;
            self.word(&rest[word]);
        }
    }

    fn healthcheck(&mut self, rest: &str) {
        let form_len = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (form, arguments) = rest.split_at(form_len);
        if form.eq_ignore_ascii_case("none") {
            self.sink.token(KEYWORD, form_len);
            let arguments = self.blanks(arguments);
            if !arguments.is_empty() {
                self.refuse(
                    ERROR_TEXT,
                    arguments,
                    "`HEALTHCHECK NONE` takes no arguments",
                );
            }
        } else if form.eq_ignore_ascii_case("cmd") {
            self.sink.token(KEYWORD, form_len);
            let arguments = self.blanks(arguments);
            if arguments.is_empty() {
                let end = self.sink.position();
                self.error(end, end, "the command is missing after `HEALTHCHECK CMD`");
            } else {
                self.command(arguments);
            }
        } else {
            self.refuse(
                ERROR_TEXT,
                rest,
                "`HEALTHCHECK` takes `CMD` with a command, or `NONE`",
            );
        }
    }
}
