//! Here-documents: the lines below an instruction up to the line that ends each.

use super::command::is_posix_shell;
use super::lex::{self, Announced};
use super::{Grammar, shell, words};
use crate::join::Line;
use crate::kind::SyntaxKind::{
    self, HEREDOC, HEREDOC_BODY, HEREDOC_END, HEREDOC_TEXT, RUN_INSTR, WHITESPACE,
};

/// Where a here-document is announced.
struct Place<'a> {
    arguments: &'a str,
    /// Which of the instruction's here-documents it is, counted from 0.
    number: usize,
    is_alone: bool,
}

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
        for (number, heredoc) in announced.iter().enumerate() {
            self.line_end();
            let place = Place {
                arguments,
                number,
                is_alone: announced.len() == 1,
            };
            if !self.heredoc(kind, &place, heredoc) {
                // The rest of the file is its body.
                break;
            }
        }
        true
    }

    /// Takes one body and its end; whether there is an end.
    fn heredoc(&mut self, kind: SyntaxKind, place: &Place<'_>, heredoc: &Announced) -> bool {
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
            let message = format!("no line `{name}` ends the here-document");
            let (at, why) = meant_end(&self.text[start..], heredoc).unwrap_or((0, ""));
            let at = start + at;
            self.parse_error(at, at, format!("{message}{why}"));
        }
        self.sink.start_node(HEREDOC);
        if line.start > start {
            let body = &self.text[start..line.start];
            self.sink.start_node(HEREDOC_BODY);
            if kind == RUN_INSTR && self.is_shell(place, heredoc, body) {
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
    fn is_shell(&self, place: &Place<'_>, heredoc: &Announced, body: &str) -> bool {
        let body = if heredoc.chomp {
            body.trim_start_matches('\t')
        } else {
            body
        };
        if place.is_alone
            && let Ok(Some(_)) = lex::heredoc(place.arguments)
        {
            return match body.strip_prefix("#!") {
                Some(rest) => is_shell_shebang(rest.lines().next().unwrap_or_default()),
                None => !self.foreign_shell,
            };
        }
        !self.foreign_shell
            && feeds_bare_shell(place.arguments, place.number)
            && !(heredoc.expand && changes_when_expanded(body, heredoc.chomp))
    }
}

/// The line of a body without an end that is meant as its end: where it begins, and why it is none.
fn meant_end(body: &str, heredoc: &Announced) -> Option<(usize, &'static str)> {
    let name = heredoc.name.trim();
    let mut at = 0;
    let mut lines = body.split_inclusive('\n').map(|line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    });
    let (start, line) = lines.find(|(_, line)| !name.is_empty() && line.trim() == name)?;
    let why = match (line.starts_with(name), heredoc.chomp) {
        (true, _) => ": blanks follow the word on this line",
        (_, true) => {
            ": blanks stand before the word on this line, of which `<<-` takes away none but tabs"
        }
        (_, false) => {
            ": blanks stand before the word on this line (`<<-` would take away tabs, and nothing else)"
        }
    };
    Some((start, why))
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

/// A simple command of the arguments, as far as it is needed to tell who reads a here-document.
#[derive(Default)]
struct Simple<'a> {
    words: Vec<&'a str>,
    /// The here-documents that it is given, counted from 0 over all.
    heredocs: Vec<usize>,
    /// Whether a pipe leads from it to the next one.
    is_piped: bool,
    /// Whether its output goes to a file.
    is_redirected: bool,
}

impl Simple<'_> {
    /// Whether it is a shell that reads what it is told from its input: `bash -ex`, `sh -s -- x`.
    fn is_bare_shell(&self) -> bool {
        let mut words = self.words.iter().copied();
        if !words.next().is_some_and(is_posix_shell) {
            return false;
        }
        let mut takes_name = false;
        for word in words {
            if takes_name {
                takes_name = false;
                continue;
            }
            if let Some(long) = word.strip_prefix("--") {
                if matches!(long, "" | "help" | "version") {
                    return false;
                }
                takes_name = matches!(long, "init-file" | "rcfile");
                continue;
            }
            let options = word.strip_prefix(['-', '+']).unwrap_or_default();
            if options.is_empty() || options.contains('c') {
                return false;
            }
            if options.contains('s') {
                // What follows is for the script.
                return true;
            }
            takes_name = options.ends_with(['o', 'O']);
        }
        !takes_name
    }

    /// Whether it hands its input on as it is.
    fn is_bare_cat(&self) -> bool {
        !self.is_redirected && matches!(self.words[..], ["cat"] | ["cat", "-"])
    }
}

/// Whether a bare shell reads the here-document with this number, at once or through `cat`: `bash -ex <<EOF`,
/// `<<EOF sh`, `set -e && sh <<EOF`, `cat <<EOF | sh`.
fn feeds_bare_shell(arguments: &str, number: usize) -> bool {
    let Some(commands) = simple_commands(arguments) else {
        return false;
    };
    let Some(at) = commands.iter().position(|c| c.heredocs.contains(&number)) else {
        return false;
    };
    let reads = |command: &Simple<'_>| {
        // Of several, a command reads the last.
        command.is_bare_shell() && command.heredocs.last().is_none_or(|last| *last == number)
    };
    let command = &commands[at];
    if command.is_bare_cat() && command.is_piped {
        return commands
            .get(at + 1)
            .is_some_and(|next| reads(next) && next.heredocs.is_empty());
    }
    reads(command)
}

/// The simple commands of a list of such; `None` where there is more to it.
fn simple_commands(arguments: &str) -> Option<Vec<Simple<'_>>> {
    let mut commands = vec![Simple::default()];
    let mut heredocs = 0;
    let mut skips_next = false;
    for word in words(arguments) {
        let text = &arguments[word];
        let (text, ends) = match text.strip_suffix(';') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        if text.contains(['(', ')', '{', '}', '`', ';']) {
            return None;
        }
        let command = commands.last_mut()?;
        let redirect = text.trim_start_matches(|c: char| c.is_ascii_digit());
        if skips_next {
            skips_next = false;
        } else if matches!(text, "&&" | "||" | "|" | "|&" | "&" | "") {
            command.is_piped = text.starts_with('|') && text != "||";
            commands.push(Simple::default());
        } else if let Some(name) = redirect.strip_prefix("<<").filter(|n| !n.starts_with('<')) {
            if matches!(&text[..text.len() - redirect.len()], "" | "0") {
                command.heredocs.push(heredocs);
            }
            heredocs += 1;
            skips_next = matches!(name, "" | "-");
        } else if redirect.starts_with(['<', '>']) || redirect.starts_with("&>") {
            if redirect.starts_with('<') {
                // A file or a here-string takes the place of a here-document.
                command.heredocs.push(usize::MAX);
            } else {
                command.is_redirected |= !text.starts_with('2');
            }
            skips_next = redirect.ends_with(['<', '>', '|']);
        } else if text.contains(['<', '>', '|', '&']) {
            return None;
        } else {
            command.words.push(text);
        }
        if ends {
            commands.push(Simple::default());
        }
    }
    Some(commands)
}

/// Whether the shell that feeds an unquoted here-document changes more of it than its variables: it
/// takes backslashes away, and reads `$` and backticks between single quotes too. Lines that it joins are
/// joined by the shell that it feeds as well, but between single quotes, in comments, and in a further here-document.
fn changes_when_expanded(body: &str, chomp: bool) -> bool {
    if !body.contains('\\') {
        return body.contains('\'') && body.contains(['$', '`']);
    }
    body.contains(['\'', '#']) || body.contains("<<") || !only_joins(body, chomp)
}

/// Whether each backslash of a body joins two of its lines, and none of them loses a tab in the middle of a word.
fn only_joins(body: &str, chomp: bool) -> bool {
    body.match_indices('\\').all(|(at, _)| {
        let (before, after) = (&body[..at], &body[at + 1..]);
        let after = after.strip_prefix('\r').unwrap_or(after);
        let is_apart = before.ends_with([' ', '\t']) || !after.starts_with("\n\t");
        after.len() > 1
            && after.starts_with('\n')
            && !before.ends_with('\\')
            && (is_apart || !chomp)
    })
}

#[cfg(test)]
mod tests {
    use super::{changes_when_expanded, feeds_bare_shell, is_shell_shebang};

    #[test]
    fn knows_what_a_shell_changes_before_another_reads_it() {
        for same in [
            "a $x\n",
            "'a'\n",
            "a \\\n  b\n",
            "a \\\r\n  b\r\n",
            "\"a\\\nb\"\n",
        ] {
            assert!(!changes_when_expanded(same, false), "{same}");
        }
        for other in [
            "'$x'\n",
            "a \\$x\n",
            "a \\\\\n b\n",
            "a \\\n",
            "'a\\\nb'\n",
            "# a\\\nb\n",
            "a \\ \n",
            "cat <<X \\\n b\nX\n",
        ] {
            assert!(changes_when_expanded(other, false), "{other}");
        }
        assert!(changes_when_expanded("a\\\n\tb\n", true));
        assert!(!changes_when_expanded("a \\\n\tb\n", true));
    }

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
            "<<EOF bash",
            "<<-EOF sh -eu",
            "cat <<EOF | sh",
            "cat << EOF | bash -ex",
            "set -e && sh <<EOF",
            "cd /x; sh -s -- a <<EOF",
            "bash <<EOF | tee x",
            "bash <<EOF > /dev/null 2>&1",
            "bash --posix --rcfile x <<EOF",
        ] {
            assert!(feeds_bare_shell(bare, 0), "{bare}");
        }
        assert!(feeds_bare_shell("cat <<A > x && sh <<B", 1));
        for other in [
            "python <<EOF",
            "bash -c x <<EOF",
            "bash x.sh <<EOF",
            "cat <<EOF | tee x",
            "cat <<EOF > x | sh",
            "cat x <<EOF | sh",
            "cat <<EOF && sh",
            "bash --version <<EOF",
            "(bash <<EOF)",
            "sh <<EOF <<X",
            "sh",
        ] {
            assert!(!feeds_bare_shell(other, 0), "{other}");
        }
        assert!(!feeds_bare_shell("cat <<A > x && sh <<B", 0));
    }
}
