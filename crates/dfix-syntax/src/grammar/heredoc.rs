//! Here-documents: the lines below an instruction up to the line that ends each.

use super::command::is_posix_shell;
use super::lex::{self, Announced};
use super::{Grammar, shell, words};
use crate::join::Line;
use crate::kind::SyntaxKind::{
    self, HEREDOC, HEREDOC_BODY, HEREDOC_END, HEREDOC_TEXT, RUN_INSTR, WHITESPACE,
};

impl Grammar<'_> {
    /// Takes the here-documents that `line` announces, with the `tail` blanks and the line end before
    /// them. False, and nothing taken, if there are none.
    pub(super) fn heredocs(
        &mut self,
        kind: SyntaxKind,
        arguments: &str,
        line: &str,
        tail: usize,
    ) -> bool {
        let Ok(announced) = lex::heredocs(line) else {
            let end = self.sink.position();
            self.parse_error(end, end, "the here-document's name cannot be read");
            return false;
        };
        if announced.is_empty() {
            return false;
        }
        self.sink.token(WHITESPACE, tail);
        self.sink.flush_gaps();
        for heredoc in &announced {
            self.line_end();
            if !self.heredoc(kind, arguments, heredoc, announced.len() == 1) {
                // The rest of the file is its body.
                break;
            }
        }
        true
    }

    /// Takes one body and its end; whether there is an end.
    fn heredoc(
        &mut self,
        kind: SyntaxKind,
        arguments: &str,
        heredoc: &Announced,
        alone: bool,
    ) -> bool {
        let start = self.sink.position();
        let mut line = Line::at(self.text, start);
        let mut end = None;
        while line.start < self.text.len() {
            self.check_length(line);
            let content = line.content(self.text);
            let text = if heredoc.chomp {
                content.trim_start_matches('\t')
            } else {
                content
            };
            if text == heredoc.name {
                end = Some(content.len());
                break;
            }
            line = Line::at(self.text, line.end);
        }
        if end.is_none() {
            let name = &heredoc.name;
            self.parse_error(
                start,
                start,
                format!("no line `{name}` ends the here-document"),
            );
        }
        self.sink.start_node(HEREDOC);
        if line.start > start {
            let body = &self.text[start..line.start];
            self.sink.start_node(HEREDOC_BODY);
            if kind == RUN_INSTR && alone && self.is_shell(arguments, heredoc, body) {
                shell::script(&mut self.sink, body);
            } else {
                self.sink.token(HEREDOC_TEXT, body.len());
            }
            self.sink.finish_node();
        }
        self.sink.token(HEREDOC_END, end.unwrap_or(0));
        self.sink.finish_node();
        end.is_some()
    }

    /// Whether a shell reads the body as it stands: the here-document is the whole command, or what
    /// a bare shell gets as its input.
    fn is_shell(&self, arguments: &str, heredoc: &Announced, body: &str) -> bool {
        let body = if heredoc.chomp {
            body.trim_start_matches('\t')
        } else {
            body
        };
        if let Ok(Some(_)) = lex::heredoc(arguments) {
            return match body.strip_prefix("#!") {
                Some(rest) => is_shell_shebang(rest.lines().next().unwrap_or_default()),
                None => !self.foreign_shell,
            };
        }
        !self.foreign_shell
            && feeds_bare_shell(arguments)
            && !(heredoc.expand && changes_when_expanded(body))
    }
}

/// Whether what follows `#!` names a POSIX shell, directly or through `env`.
fn is_shell_shebang(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let Some(program) = words.next() else {
        return false;
    };
    if program.rsplit('/').next() != Some("env") {
        return is_posix_shell(program);
    }
    words
        .find(|word| !word.starts_with('-') && !word.contains('='))
        .is_some_and(is_posix_shell)
}

/// Whether the command is a shell with options only, and then the here-document: `bash -ex <<EOF`.
fn feeds_bare_shell(arguments: &str) -> bool {
    let mut takes_name = false;
    let mut is_first = true;
    for word in words(arguments) {
        let text = &arguments[word.clone()];
        if is_first {
            if !is_posix_shell(text) {
                return false;
            }
        } else if text.starts_with(|c: char| c == '<' || c.is_ascii_digit()) {
            return matches!(lex::heredoc(&arguments[word.start..]), Ok(Some(_)));
        } else if takes_name {
            takes_name = false;
        } else {
            let options = text.strip_prefix('-').unwrap_or_default();
            if options.is_empty() || options.starts_with('-') || options.contains('c') {
                return false;
            }
            takes_name = options.ends_with('o');
        }
        is_first = false;
    }
    false
}

/// Whether the shell that feeds an unquoted here-document changes more of it than its variables: it
/// takes backslashes away, and reads `$` and backticks between single quotes too.
fn changes_when_expanded(body: &str) -> bool {
    body.contains('\\') || (body.contains('\'') && body.contains(['$', '`']))
}

#[cfg(test)]
mod tests {
    use super::{feeds_bare_shell, is_shell_shebang};

    #[test]
    fn knows_shells() {
        for shell in [
            "/bin/sh",
            " /bin/bash -e",
            "/usr/bin/env bash",
            "/usr/bin/env -S A=b dash -e",
        ] {
            assert!(is_shell_shebang(shell), "{shell}");
        }
        for other in [
            "/usr/bin/env python3",
            "/usr/bin/python",
            "",
            "/usr/bin/env",
        ] {
            assert!(!is_shell_shebang(other), "{other}");
        }
        for bare in [
            "bash <<EOF",
            "sh -e <<'EOF'",
            "/bin/bash -euo pipefail << EOF",
            "bash -s 0<<-EOF",
        ] {
            assert!(feeds_bare_shell(bare), "{bare}");
        }
        for other in [
            "python <<EOF",
            "bash -c x <<EOF",
            "bash x.sh <<EOF",
            "bash <<EOF | tee x",
            "sh",
        ] {
            assert!(!feeds_bare_shell(other), "{other}");
        }
    }
}
