//! Facts, each put to those that are told already.

use crate::calls::{Range, Reader};
use crate::code::NONE;
use crate::language::Language;
use crate::names::Binding;
use crate::source::{Import, Port, Right, Source, Variable, Write};
use crate::tables;
use crate::token::Kind;
use crate::value::{Folded, Text, Value};

/// Tells into a source what a text does.
pub(crate) struct Scanner<'r, 'c, 't> {
    pub(crate) reader: &'r Reader<'c, 't>,
    pub(crate) source: &'r mut Source,
    /// The file's own name, for settings that count in files of this name.
    pub(crate) file: &'r str,
}

pub(crate) fn text_of(value: Folded, written: &str) -> Value<String> {
    value.into_value(|text| Some(text.written.clone()), written)
}

/// The port that a text names: `80`, `:80`, `0.0.0.0:80`, `tcp://[::]:80`.
pub(crate) fn port_of(text: &str) -> Option<u16> {
    let text = text
        .split(['/', '?'])
        .rfind(|it| it.contains(':'))
        .unwrap_or(text);
    text.rsplit(':').next()?.trim().parse().ok()
}

/// How languages name the file itself.
const OWN_NAMES: [&str; 3] = ["__file__", "__filename", "__FILE__"];

/// Whether what is opened is no file of the image: a database in memory, the standard output, another protocol.
fn is_no_file(text: &str) -> bool {
    let is_other = text.contains("://") && !text.starts_with("file:") && !text.contains("sqlite:");
    is_other
        || text.contains(":memory:")
        || matches!(
            text,
            "" | "-" | "stdout" | "stderr" | "/dev/null" | "/dev/stdout" | "/dev/stderr"
        )
}

/// Whether what is written is a call that makes a file in memory: `io.BytesIO()`.
fn is_in_memory(written: &str) -> bool {
    let called = written.split_once('(').map_or("", |(called, _)| called);
    let name = called.rsplit(['.', ' ']).next().unwrap_or(called);
    tables::is_left_out("call", name)
}

/// Whether what is written names what a caller sent: `path.resolve(req.query.name)`.
fn is_of_a_request(language: Language, written: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_$.->:".contains(c);
    let mut names = written.split(|c| !is_of_name(c));
    names.any(|name| tables::is_of_a_request(language, name))
}

/// Whether this is none of the last ones that were told; looking through all would cost more with each.
pub(crate) fn is_new<T: PartialEq>(told: &[T], new: &T) -> bool {
    !told.iter().rev().take(16).any(|it| it == new)
}

impl Scanner<'_, '_, '_> {
    pub(crate) fn import(&mut self, module: Value<String>, names: Vec<String>, line: usize) {
        if let Value::Known(name) = &module {
            let full = names.iter().map(|part| format!("{name}.{part}"));
            let mut known = std::iter::once(name.clone()).chain(full);
            let right =
                known.find_map(|it| tables::right_of_module(self.reader.code.language, &it));
            if let Some(right) = right {
                self.right(right, name, line);
            }
        }
        self.source.imports.push(Import {
            module,
            names,
            line,
        });
    }

    pub(crate) fn right(&mut self, kind: &str, what: &str, line: usize) {
        let right = Right {
            kind: kind.to_owned(),
            what: what.to_owned(),
            line,
        };
        if is_new(&self.source.rights, &right) {
            self.source.rights.push(right);
        }
    }

    /// A variable of the environment that is asked for.
    pub(crate) fn asked(
        &mut self,
        names: Vec<Folded>,
        written: Range,
        default: Option<Range>,
        at: usize,
    ) {
        let code = self.reader.code;
        let line = code.line(at);
        let default = default.and_then(|it| self.reader.constant(it));
        for name in names {
            let name = text_of(name, &code.between(written.0, written.1));
            let variable = Variable {
                name,
                default: default.clone(),
                line,
            };
            if is_new(&self.source.variables, &variable) {
                self.source.variables.push(variable);
            }
        }
    }

    /// The items of a list of texts of Go that is written out (`[]string{"a", "b"}`); anything else is an item itself.
    pub(crate) fn items_of(&self, range: Range) -> Vec<Range> {
        let code = self.reader.code;
        let (start, end) = code.trim(range.0, range.1);
        let open = start + 3;
        let is_list = code.is(start, "[") && code.is(start + 1, "]") && code.is(open, "{");
        if is_list && code.after(open) == end {
            code.split(open + 1, end - 1, ",")
        } else {
            vec![range]
        }
    }

    pub(crate) fn write(&mut self, range: Range, what: &str, line: usize) {
        let reader = self.reader;
        let written = reader.code.between(range.0, range.1);
        if reader
            .code
            .is_any(range.0, "True False true false None null nil undefined")
        {
            return;
        }
        for value in reader.values(range) {
            let is_none = match &value {
                Folded::Text(text) => text.is_complete && is_no_file(&text.written),
                Folded::Unknown(written, _) => is_in_memory(written),
            };
            if is_none {
                continue;
            }
            let place = |text: &Text| {
                let mut place = text.place();
                if let Some(rest) = OWN_NAMES
                    .iter()
                    .find_map(|own| place.path.strip_prefix(own))
                {
                    place.path = format!("{}{rest}", self.file);
                }
                Some(place)
            };
            let folder = match &value {
                Folded::Unknown(_, Some(folder)) => Some(Folded::Text(folder.clone())),
                _ => None,
            };
            let folder = folder.map(|it| it.into_value(place, &written));
            let is_told_by_callers = matches!(&value, Folded::Unknown(said, None)
                if is_of_a_request(reader.code.language, said));
            let path = value.into_value(place, &written);
            self.add_write(Write {
                path,
                folder,
                is_told_by_callers,
                is_folder: what == "folder",
                line,
            });
        }
    }

    pub(crate) fn port(&mut self, range: Range, line: usize) {
        let code = self.reader.code;
        let written = code.between(range.0, range.1);
        let is_code = (range.0..range.1.min(range.0 + 400))
            .any(|it| code.is_any(it, "=> function func") && code.outer[it] == code.outer[range.0]);
        if is_code || code.is_any(range.0, "{") {
            return;
        }
        for value in self.reader.values(range) {
            // A text that is no port is a socket's place.
            if let Folded::Text(text) = &value
                && text.is_complete
                && port_of(&text.written).is_none()
            {
                self.socket_at(text, line);
                if text.variables.is_empty() {
                    continue;
                }
            }
            let port = Port {
                port: value.into_value(|text| port_of(&text.written), &written),
                line,
            };
            if is_new(&self.source.ports, &port) {
                self.source.ports.push(port);
            }
        }
    }

    /// What a socket is bound to, where that may be a file: a text that is a path. Where it is not known, it counts as
    /// one in a text that speaks of such sockets.
    pub(crate) fn socket(&mut self, range: Range, line: usize) {
        let written = self.reader.code.between(range.0, range.1);
        let is_list = self.is_list(range);
        for value in self.reader.values(range) {
            match value {
                Folded::Text(text) if text.is_complete => self.socket_at(&text, line),
                Folded::Unknown(_, Some(folder)) if folder.written.starts_with('/') => {
                    self.add_write(Write {
                        path: Value::Unknown(written.clone()),
                        folder: Some(Value::Known(folder.place())),
                        is_told_by_callers: false,
                        is_folder: false,
                        line,
                    });
                }
                _ if !is_list && self.reader.code.names_sockets() => self.add_write(Write {
                    path: Value::Unknown(written.clone()),
                    folder: None,
                    is_told_by_callers: false,
                    is_folder: false,
                    line,
                }),
                _ => {}
            }
        }
    }

    /// A socket's place is a file that is made: `/run/app.sock`, `unix:///run/app.sock`; no host, and no name of the
    /// kernel's own (`@app`).
    fn socket_at(&mut self, text: &Text, line: usize) {
        const SCHEMES: [&str; 6] = [
            "unix://",
            "unix:",
            "ipc://",
            "http+unix://",
            "udg://",
            "file://",
        ];
        let written = text.written.as_str();
        let bare = SCHEMES.iter().find_map(|it| written.strip_prefix(it));
        let path = bare.unwrap_or(written);
        let is_path = path.starts_with('/') || path.starts_with("./") || bare.is_some();
        if !is_path || path.contains("://") || path.starts_with('@') {
            return;
        }
        let path = text.map(path.to_owned());
        self.add_write(Write {
            path: Folded::Text(path).into_value(|text| Some(text.place()), written),
            folder: None,
            is_told_by_callers: false,
            is_folder: false,
            line,
        });
    }

    /// Something is written where settings say that are not written out here.
    pub(crate) fn unknown_write(&mut self, range: Range, line: usize) {
        self.add_write(Write {
            path: Value::Unknown(self.reader.code.between(range.0, range.1)),
            folder: None,
            is_told_by_callers: false,
            is_folder: false,
            line,
        });
    }

    fn add_write(&mut self, write: Write) {
        if is_new(&self.source.writes, &write) {
            self.source.writes.push(write);
        }
    }

    /// The items of a list that is written out, or that a name is bound to.
    pub(crate) fn list(&self, range: Range, depth: usize) -> Option<Vec<Range>> {
        let code = self.reader.code;
        let (mut from, to) = code.trim(range.0, range.1);
        if code.is_any(from, "%w[ %w(") {
            return None;
        }
        while code.is_any(from, "[ ] new") && code.partner[from] == from + 1 && code.is(from, "[") {
            from += 2;
        }
        if code.is_any(from, "String string") && code.is_any(from + 1, "{ [") {
            from += 1;
        }
        if code.is_any(from, "[ { (") && code.partner[from] != NONE && code.after(from) == to {
            let items = code.split(from + 1, to - 1, ",");
            let is_tuple = !code.is(from, "(") || items.len() > 1;
            return is_tuple.then(|| items.into_iter().map(|(a, b)| code.trim(a, b)).collect());
        }
        if code.is_name(from) && from + 1 == to && depth < 4 {
            let bindings = self
                .reader
                .names
                .lookup(self.reader.scopes, from, code.text_of(from));
            if let [Binding::Value(start, end)] = bindings {
                return self.list((*start, *end), depth + 1);
            }
        }
        None
    }

    /// Whether this is a list that is written out, or a name that stands for one.
    pub(crate) fn is_list(&self, range: Range) -> bool {
        self.list(range, 0).is_some()
    }

    pub(crate) fn word(&self, range: Range) -> Value<String> {
        let written = self.reader.code.between(range.0, range.1);
        let mut values = self.reader.values(range);
        match values.len() {
            1 => text_of(values.remove(0), &written),
            _ => Value::Unknown(written),
        }
    }

    pub(crate) fn port_list(&mut self, range: Range, line: usize) {
        for one in self.list(range, 0).unwrap_or_else(|| vec![range]) {
            self.port(one, line);
        }
    }

    /// The environment as a whole: what is asked of it is not known, unless it is only handed on.
    pub(crate) fn whole_environment(&mut self, name: &str, at: usize, stop: usize) {
        let code = self.reader.code;
        let mut start = at;
        while start > 1 && code.is_any(start - 1, ". ?.") {
            start -= 2;
            // `require("process").env`
            if code.is(start, ")") && code.partner[start] != NONE {
                start = code.partner[start].saturating_sub(1);
            }
        }
        let before = start.wrapping_sub(1);
        if code.is(before, "in") && code.kind(before.wrapping_sub(1)) == Some(Kind::StringClose) {
            let open = code.partner[before - 1];
            if open != NONE {
                self.asked(
                    self.reader.values((open, before)),
                    (open, before),
                    None,
                    start,
                );
            }
            return;
        }
        let is_named = code.is_any(before, "= :") && code.is(before.wrapping_sub(1), "env");
        let around = code.outer[at];
        // `const { env } = process`
        let is_bound = around != NONE && code.is(around, "{") && code.is(code.after(around), "=");
        let is_pattern = is_bound || code.is(before, "=") && code.is(before.wrapping_sub(1), "}");
        let is_part = code.is_any(before, ". ... **") || code.is_any(stop, ". =");
        if !is_named && !is_pattern && !is_part {
            self.asked(
                vec![Folded::Unknown(name.to_owned(), None)],
                (start, stop),
                None,
                start,
            );
        }
    }
}
