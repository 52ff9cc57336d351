//! What is started and loaded: programs and libraries.

use crate::calls::Range;
use crate::items::{Scanner, is_new};
use crate::names::Binding;
use crate::source::{Command, Library, Program};
use crate::tables;
use crate::value::{Folded, Value};

impl Scanner<'_, '_, '_> {
    /// The words of a program that is started.
    pub(crate) fn program(&mut self, meant: &[Range], how: &str, line: usize) {
        let code = self.reader.code;
        if let Some(fixed) = how.strip_prefix('=') {
            let words = fixed.split(' ').map(|it| Value::Known(it.to_owned()));
            self.source.programs.push(Program {
                command: Command::Words(words.collect()),
                written: fixed.to_owned(),
                unknown: None,
                line,
            });
            return;
        }
        let mut words: Vec<Value<String>> = Vec::new();
        let mut first = None;
        let mut is_list = how == "words";
        for range in meant {
            let (from, to) = code.trim(range.0, range.1);
            if code.is_any(from, "{ function")
                || (from..to.min(from + 8)).any(|it| code.is(it, "=>"))
            {
                continue;
            }
            let list = self.list((from, to), 0);
            let is_written_list = list.is_some();
            is_list |= is_written_list;
            for part in list.unwrap_or_else(|| vec![(from, to)]) {
                first.get_or_insert(part);
                words.push(self.word(part));
            }
        }
        let Some(first) = first else {
            return;
        };
        let unknown = match &words[0] {
            // The interpreter itself runs the file.
            _ if how == "node" => None,
            Value::Unknown(written) => (!self.tells_a_program(first)).then(|| written.clone()),
            _ => None,
        };
        let command = match words.as_slice() {
            [_] if !is_list || how == "text" => Command::Text(words.remove(0)),
            _ => Command::Words(words),
        };
        let name = match &command {
            Command::Text(value) => value.value().and_then(|it| it.split_whitespace().next()),
            Command::Words(words) => words.first().and_then(Value::value).map(String::as_str),
        };
        let program = name.map(|it| it.rsplit('/').next().unwrap_or(it).to_owned());
        if let Some(program) = program
            && let Some(right) = tables::right_of_program(&program)
        {
            self.right(right, &program, line);
        }
        self.source.programs.push(Program {
            command,
            written: code.between(first.0, first.1),
            unknown,
            line,
        });
    }

    /// Whether the program is told although not all of the words are: by the words with which they begin, by each of
    /// several values; or it is the interpreter.
    fn tells_a_program(&self, range: Range) -> bool {
        let code = self.reader.code;
        let values = self.reader.values(range);
        let is_told = |value: &Folded| match value {
            Folded::Text(_) => true,
            Folded::Unknown(written, _) => begins_with_a_name(written) || is_interpreter(written),
        };
        if !values.is_empty() && values.iter().all(is_told) {
            return true;
        }
        if begins_with_a_name(&code.between(range.0, range.1)) {
            return true;
        }
        // `command = ["git"]`, and more words later
        let (from, to) = code.trim(range.0, range.1);
        if !code.is_name(from) || from + 1 != to {
            return false;
        }
        let bindings = self
            .reader
            .names
            .lookup(self.reader.scopes, from, code.text_of(from));
        let mut lists = bindings.iter().filter_map(|binding| match binding {
            Binding::Value(start, end) => Some((*start, *end)),
            _ => None,
        });
        let begins = |range: Range| {
            let first = self.list(range, 0).and_then(|list| list.first().copied());
            let (start, end) = first.unwrap_or(range);
            let written = code.between(start, end);
            begins_with_a_name(&written) || is_interpreter(&written)
        };
        lists.next().is_some_and(begins) && lists.all(begins)
    }

    /// A library of the machine that is loaded.
    pub(crate) fn library(&mut self, range: Range, line: usize) {
        let code = self.reader.code;
        if code.is_any(range.0, "None null nil undefined") {
            return;
        }
        let written = code.between(range.0, range.1);
        for value in self.reader.values(range) {
            let name = crate::items::text_of(value, &written);
            let is_everywhere = |name: &str| tables::is_left_out("library", name);
            if name.value().is_some_and(|it| is_everywhere(it)) {
                continue;
            }
            // `CDLL(find_library("magic"))` tells it once.
            if written.contains("find_library") {
                continue;
            }
            let library = Library { name, line };
            if is_new(&self.source.libraries, &library) {
                self.source.libraries.push(library);
            }
        }
    }
}

/// Whether what is written begins with a program's name: `f"git clone {url}"`, `["git"] + words`.
fn begins_with_a_name(written: &str) -> bool {
    let text = written.trim_start_matches(['[', '(', ' ', '\n']);
    let text = text.strip_prefix("shlex.split(").unwrap_or(text);
    let prefix = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let text = if prefix < 3 { &text[prefix..] } else { text };
    let quotes = text.bytes().take_while(|it| b"\"'`".contains(it)).count();
    if quotes == 0 {
        return false;
    }
    let text = text[quotes..].trim_start();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "._-+/".contains(c);
    let end = text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    end > 0 && text[end..].starts_with([' ', '"', '\'', '`', '\n'])
}

/// Whether what is written is the interpreter that runs the text: `sys.executable`.
fn is_interpreter(written: &str) -> bool {
    let written = written.trim_start_matches(['[', '(', ' ']);
    let end = written.find([',', ']', ' ', ')']).unwrap_or(written.len());
    tables::is_left_out("interpreter", &written[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_with_names() {
        for text in [
            "f\"git clone {url}\"",
            "[\"git\"] + words",
            "`git ${x}`",
            "shlex.split(f'git {x}')",
            "(\"git %s\" % x)",
        ] {
            assert!(begins_with_a_name(text), "{text}");
        }
        for text in [
            "command",
            "[name, \"-x\"]",
            "f\"{tool} -x\"",
            "f\"/usr/bin/{tool}\"",
            "\"\"",
            "get(\"a\")",
        ] {
            assert!(!begins_with_a_name(text), "{text}");
        }
        assert!(is_interpreter("sys.executable") && is_interpreter("[sys.executable, x]"));
        assert!(!is_interpreter("tool"));
    }
}
