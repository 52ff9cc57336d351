//! Goes through the tokens once and tells what each call, name and text does.

use crate::calls::{Arguments, Part, Range};
use crate::code::NONE;
use crate::fold::BUDGET;
use crate::items::{Scanner, is_new, text_of};
use crate::language::Language;
use crate::scopes::Made;
use crate::source::{Port, User};
use crate::tables::{self, Effect};
use crate::token::Kind;
use crate::value::{Folded, Text, Value};

impl<'t> Scanner<'_, '_, 't> {
    pub(crate) fn run(&mut self) {
        let code = self.reader.code;
        for import in &self.reader.names.imports {
            let line = code.line(import.at);
            self.import(
                Value::Known(import.module.clone()),
                import.names.clone(),
                line,
            );
        }
        for asked in &self.reader.names.asked {
            let name = vec![Folded::Text(Text::plain(&asked.name))];
            self.asked(name, (asked.at, asked.at + 1), asked.default, asked.at);
        }
        let mut imported = 0;
        for at in 0..code.len() {
            imported = imported.max(self.import_end(at));
            if at < imported {
                continue;
            }
            match code.kind(at) {
                Some(Kind::Name) if self.is_head(at) => {
                    self.entry(at);
                    self.chain(at);
                    self.defined(at);
                }
                Some(Kind::Punct) if code.is(at, "(") && self.is_group(at) => self.chain(at),
                Some(Kind::Punct) if code.is_any(at, "= :=") => {
                    self.assigned(at);
                    self.computed(at);
                }
                Some(Kind::Punct) if code.is(at, ":") => self.computed(at),
                Some(Kind::StringOpen) => {
                    self.entry(at);
                    self.text(at);
                    self.named_path(at);
                }
                _ => {}
            }
        }
    }

    /// Where the statement ends that begins here and only names what is imported.
    fn import_end(&self, at: usize) -> usize {
        let code = self.reader.code;
        let is_import = match code.language {
            Language::Python => code.is_any(at, "import from") && code.starts_statement(at),
            Language::JavaScript | Language::TypeScript => {
                code.is(at, "import") && code.starts_statement(at) && !code.is_any(at + 1, "( .")
            }
            _ => false,
        };
        if !is_import {
            return 0;
        }
        let mut end = at;
        while end < code.len() && code.kind(end) != Some(Kind::Newline) && !code.is(end, ";") {
            end = code.after(end);
        }
        end
    }

    fn is_head(&self, at: usize) -> bool {
        let code = self.reader.code;
        let Some(before) = at.checked_sub(1) else {
            return !code.is_keyword(at);
        };
        let is_part = code.is_any(before, ". ?. -> ?-> ::")
            && !(code.language == Language::Php && code.is(before, "."));
        !is_part
            && !code.is_keyword(at)
            && !code.is_any(before, "def function func fun")
            && !code.is_keyword(at)
    }

    /// Whether the bracket here opens a group whose member is asked for.
    fn is_group(&self, at: usize) -> bool {
        let code = self.reader.code;
        let called = at > 0
            && (code.is_name(at - 1) && !code.is_keyword(at - 1) || code.is_any(at - 1, ") ]"));
        !called && code.partner[at] != NONE && code.is_any(code.after(at), ". ?. ->")
    }

    /// What each part of a chain does.
    fn chain(&mut self, start: usize) {
        let reader = self.reader;
        let code = reader.code;
        reader.budget.set(BUDGET);
        let (parts, stop) = reader.chain(start, code.len());
        let mut name = String::new();
        let mut ends = start;
        for (number, part) in parts.iter().enumerate() {
            let before = std::mem::take(&mut name);
            name = reader.extend(&before, *part, 0);
            let begins = ends;
            match *part {
                Part::Head(at) | Part::Member(at) => {
                    ends = at + 1;
                    let is_called = matches!(parts.get(number + 1), Some(Part::Call(_)));
                    if !is_called {
                        self.named(
                            &before,
                            &name,
                            Some(code.text_of(at)),
                            at,
                            &parts[number + 1..],
                            stop,
                        );
                    }
                }
                Part::Group((_, end)) => ends = end + 1,
                Part::Index((from, to)) => {
                    ends = to + 1;
                    let key = code.plain_string(from).filter(|_| code.after(from) == to);
                    if reader.is_environment(&before) && key.is_none() {
                        if !self.is_assigned(to + 1) {
                            let value = reader.values((from, to));
                            self.asked(value, (from, to), None, start);
                        }
                    } else {
                        self.named(&before, &name, key, from, &parts[number + 1..], stop);
                    }
                }
                Part::Call(range) => {
                    let arguments = reader.arguments(range);
                    for effect in reader.effects(&before) {
                        if !self.holds(effect, &arguments, range) {
                            continue;
                        }
                        self.effect(effect, &before, &arguments, (start, begins), range);
                    }
                    let module = matches!(
                        before.as_str(),
                        "require" | "import" | "__import__" | "importlib.import_module"
                    );
                    if module {
                        self.required(&arguments, start);
                    }
                    ends = range.1 + 1;
                }
            }
        }
    }

    fn required(&mut self, arguments: &Arguments<'t>, start: usize) {
        let code = self.reader.code;
        let is_language = matches!(
            code.language,
            Language::Python | Language::JavaScript | Language::TypeScript
        );
        let Some(first) = arguments.positional.first().filter(|_| is_language) else {
            return;
        };
        let line = code.line(start);
        for value in self.reader.values(*first) {
            self.import(
                text_of(value, &code.between(first.0, first.1)),
                Vec::new(),
                line,
            );
        }
    }

    fn is_assigned(&self, at: usize) -> bool {
        self.reader.code.is(at, "=")
    }

    /// A name or a member that is not called.
    fn named(
        &mut self,
        before: &str,
        name: &str,
        key: Option<&str>,
        at: usize,
        behind: &[Part],
        stop: usize,
    ) {
        let reader = self.reader;
        let code = reader.code;
        let line = code.line(at);
        if reader.is_environment(before) {
            let (Some(key), false) = (key, behind.is_empty() && self.is_assigned(stop)) else {
                return;
            };
            let default = if behind.is_empty() {
                self.default_behind(stop)
            } else {
                None
            };
            let name = vec![Folded::Text(Text::plain(key))];
            self.asked(name, (at, at + 1), default, at);
            return;
        }
        if behind.is_empty() && reader.is_environment(name) {
            self.whole_environment(name, at, stop);
        }
        for effect in reader.effects(name) {
            match effect.kind {
                "right" if effect.argument == "name" => self.right(effect.what, name, line),
                // `http.Server{Addr: ":80"}`, `lumberjack.Logger{Filename: "app.log"}`
                kind @ ("port" | "writes")
                    if effect.argument.starts_with('#')
                        && code.is(stop, "{")
                        && behind.is_empty() =>
                {
                    let literal = (stop, code.after(stop));
                    let told = reader.entry(literal, &effect.argument[1..]);
                    for item in told.map_or_else(Vec::new, |told| self.items_of(told)) {
                        match kind {
                            "port" => self.port(item, code.line(item.0)),
                            _ => self.write(item, effect.what, code.line(item.0)),
                        }
                    }
                }
                "asks" if effect.argument.starts_with("name=") => {
                    let name = vec![Folded::Text(Text::plain(&effect.argument[5..]))];
                    self.asked(name, (at, at + 1), None, at);
                }
                _ => {}
            }
        }
    }

    /// The tokens behind `||`, `??` or `or`.
    fn default_behind(&self, stop: usize) -> Option<Range> {
        let code = self.reader.code;
        if !code.is_any(stop, "|| ?? or ?:") {
            return None;
        }
        code.expression_end(stop + 1, 100)
            .map(|end| (stop + 1, end))
    }

    /// Whether a call does so with these arguments.
    fn holds(&self, effect: Effect, arguments: &Arguments<'t>, range: Range) -> bool {
        let reader = self.reader;
        let code = reader.code;
        effect
            .when
            .split('&')
            .filter(|it| !it.is_empty())
            .all(|condition| {
                let at = condition
                    .find(['~', '=', '?', '!'])
                    .unwrap_or(condition.len());
                let (wanted, rest) = condition.split_at(at);
                if condition == "compared" {
                    let next = range.1 + 1;
                    return code.is_any(next, "== != === !== > <") && code.text_of(next + 1) == "0"
                        || code.is_any(next, "is");
                }
                let argument = reader.argument(arguments, wanted);
                let (sign, words) = rest.split_at(rest.len().min(1));
                match (sign, argument) {
                    ("!", found) => found.is_none(),
                    (_, None) => false,
                    // Unknown counts.
                    ("~", Some(range)) => reader.values(range).iter().any(|value| match value {
                        Folded::Text(text) => {
                            !text.is_complete
                                || words.split(',').any(|it| text.written.contains(it))
                        }
                        Folded::Unknown(..) => {
                            !code.is_any(range.0, "{ function") && !code.is(range.0 + 1, "=>")
                        }
                    }),
                    ("=", Some(range)) => reader.values(range).iter().any(|value| match value {
                        Folded::Text(text) => words.split(',').any(|it| text.written == it),
                        Folded::Unknown(..) => false,
                    }),
                    ("?", Some((from, to))) => {
                        (from..to).any(|it| words.split(',').any(|word| code.text_of(it) == word))
                    }
                    _ => true,
                }
            })
    }

    /// Tells what a call does.
    fn effect(
        &mut self,
        effect: Effect,
        name: &str,
        arguments: &Arguments<'t>,
        receiver: Range,
        range: Range,
    ) {
        let reader = self.reader;
        let code = reader.code;
        let line = code.line(receiver.0.max(receiver.1.saturating_sub(1)));
        let meant: Vec<Range> = match effect.argument {
            "this" => {
                let end = receiver.1.saturating_sub(2);
                if end <= receiver.0 {
                    Vec::new()
                } else {
                    vec![(receiver.0, end)]
                }
            }
            "*" => arguments.positional.clone(),
            wanted => match wanted.strip_suffix('*').map(str::parse::<usize>) {
                Some(Ok(first)) => arguments.positional.iter().skip(first).copied().collect(),
                _ => reader.argument(arguments, wanted).into_iter().collect(),
            },
        };
        match effect.kind {
            "writes" => {
                for one in meant {
                    self.write(one, effect.what, line);
                }
            }
            "port" => {
                if let Some(one) = meant.first() {
                    self.port(*one, line);
                } else if let Ok(port) = effect.what.parse() {
                    self.source.ports.push(Port {
                        port: Value::Known(port),
                        line,
                    });
                }
            }
            // What a file or a call says, and is not written out here, is looked for elsewhere.
            "settings" => {
                for one in meant {
                    if !self.is_list(one) {
                        self.unknown_write(one, line);
                    }
                }
            }
            "loads" => meant.into_iter().for_each(|one| self.library(one, line)),
            "setting" => meant.into_iter().for_each(|one| self.setting(one, line)),
            "socket" => {
                for one in meant {
                    self.socket(one, line);
                }
            }
            // `execvp("a", arguments)`: the program is known, even where its arguments are not.
            "runs" if effect.argument == "1" && !meant.iter().any(|it| self.is_list(*it)) => {
                self.program(&arguments.positional, "words", line);
            }
            "runs" => self.program(&meant, effect.what, line),
            "right" => {
                self.right(effect.what, name, line);
            }
            "user" => {
                for one in meant {
                    for value in reader.values(one) {
                        let name = text_of(value, &code.between(one.0, one.1));
                        let user = User { name, line };
                        if is_new(&self.source.users, &user) {
                            self.source.users.push(user);
                        }
                    }
                }
            }
            "asks" => {
                if let Some(name) = effect.argument.strip_prefix('=') {
                    self.asked(
                        vec![Folded::Text(Text::plain(name))],
                        range,
                        None,
                        receiver.0,
                    );
                } else if let Some(one) = meant.first() {
                    let default = effect
                        .what
                        .strip_prefix("default=")
                        .and_then(|it| reader.argument(arguments, it));
                    let is_block = code.language == Language::Ruby && code.is(range.1 + 1, "{");
                    let block =
                        is_block.then(|| (range.1 + 2, code.after(range.1 + 1).saturating_sub(1)));
                    let default = default
                        .or(block)
                        .or_else(|| self.default_behind(range.1 + 1));
                    self.asked(reader.values(*one), *one, default, receiver.0);
                }
            }
            "imports" => {
                for one in meant {
                    for value in reader.values(one) {
                        let module = text_of(value, &code.between(one.0, one.1));
                        self.import(module, Vec::new(), line);
                    }
                }
            }
            _ => {}
        }
    }

    /// Fields of classes that are read from the environment, and what is set by a statement.
    fn defined(&mut self, at: usize) {
        let code = self.reader.code;
        if code.language != Language::Python || !code.is(at + 1, ":") || !code.starts_statement(at)
        {
            return;
        }
        let scope = self.reader.scopes.all[self.reader.scopes.of[at]];
        let head = scope.start;
        let of_settings = (head..head + 8).any(|it| code.is_any(it, "BaseSettings EnvSettings"));
        if scope.made != Made::Class || !of_settings || code.text_of(at) == "model_config" {
            return;
        }
        let name = code.text_of(at).to_uppercase();
        let end = code.expression_end(at + 2, 60).unwrap_or(at + 2);
        let default = (at + 2..end)
            .find(|it| code.is(*it, "="))
            .map(|it| (it + 1, end));
        self.asked(
            vec![Folded::Text(Text::plain(&name))],
            (at, at + 1),
            default,
            at,
        );
    }

    /// A name that is set, where its name alone tells what it does.
    fn assigned(&mut self, at: usize) {
        let code = self.reader.code;
        let around = code.outer[at];
        if around != NONE && !code.is(around, "{") || !code.is_name(at.wrapping_sub(1)) {
            return;
        }
        let is_pattern =
            around != NONE && code.language.is_script() && code.is(code.after(around), "=");
        if self.reader.scopes.is_parameter[at] || is_pattern {
            return;
        }
        let name = code.text_of(at - 1).trim_start_matches(['$', '@']);
        let is_member = code.is_any(at.wrapping_sub(2), ". ->");
        let own = tables::setting(self.file, name);
        // Within a function it is the name of anything.
        let scopes = self.reader.scopes;
        let made = scopes.all[scopes.nearest(scopes.of[at], |it| it != Made::Block)].made;
        let tells = made != Made::Function && !is_member && !code.is(at.wrapping_sub(2), ",");
        let effect = own.or_else(|| tables::setting("*", name).filter(|_| tells));
        let end = code.expression_end(at + 1, 400).unwrap_or(at + 1);
        let line = code.line(at);
        // `const port = process.env.SMTP_PORT || 587`
        let is_peers = || {
            let mut said = (at + 1..end).map(|it| code.text_of(it).trim_matches(['"', '\'', '`']));
            own.is_none() && said.any(|it| tables::setting("*", it) == Some("peer"))
        };
        match effect {
            Some("port") if is_peers() => {}
            Some("port") => {
                let before = self.source.ports.len();
                self.port_list((at + 1, end), line);
                if own.is_none() {
                    // The name alone is too little for a value that is not known.
                    let mut number = 0;
                    self.source.ports.retain(|it| {
                        number += 1;
                        number <= before || !matches!(it.port, Value::Unknown(_))
                    });
                }
            }
            Some("writes") => self.write((at + 1, end), "", line),
            Some("folder") => self.write((at + 1, end), "folder", line),
            Some("user") => {
                for value in self.reader.values((at + 1, end)) {
                    let name = text_of(value, &code.between(at + 1, end));
                    self.source.users.push(User { name, line });
                }
            }
            _ => {}
        }
    }

    /// An entry of a dictionary that is a file by what stands beside it: `{"class": "logging.FileHandler", "filename": "/a"}`.
    fn entry(&mut self, at: usize) {
        let code = self.reader.code;
        let around = code.outer[at];
        let next = code.after(at);
        if around == NONE || !code.is(around, "{") || !code.is_any(next, ": =>") {
            return;
        }
        let name = if code.is_name(at) {
            Some(code.text_of(at))
        } else {
            code.plain_string(at)
        };
        let Some((other, wanted)) = name.and_then(tables::file_entry) else {
            return;
        };
        let whole = (around, code.after(around));
        let Some(beside) = self.reader.entry(whole, other) else {
            return;
        };
        if self
            .reader
            .constant(beside)
            .is_some_and(|it| it.contains(wanted))
        {
            let end = code.expression_end(next + 1, 100).unwrap_or(next + 1);
            self.write((next + 1, end), "", code.line(at));
        }
    }

    /// The address of a database in a file: `sqlite:////data/a.db`, `"sqlite:///" + path`.
    fn database(&mut self, at: usize) {
        let code = self.reader.code;
        let next = code.after(at);
        if !code.text_of(at + 1).starts_with("sqlite") || code.kind(at + 1) != Some(Kind::Text) {
            return;
        }
        let line = code.line(at);
        // Alone it is what addresses begin with, or a database in memory: `url.replace("sqlite:///", "")`.
        let is_beginning = code.plain_string(at).is_some_and(|it| it.ends_with(":///"));
        if is_beginning && code.is(next, "+") {
            let end = code.expression_end(next + 1, 100).unwrap_or(next + 1);
            self.write((next + 1, end), "", line);
        } else if !is_beginning && code.text_of(at + 1).contains(":///") {
            self.write((at, next), "", line);
        }
    }

    /// A text: a place that asks for rights, or a program in back quotes.
    fn text(&mut self, at: usize) {
        let code = self.reader.code;
        let close = code.partner[at];
        if close == NONE {
            return;
        }
        let quote = code.text_of(at);
        let line = code.line(at);
        let starts = quote == "`" && matches!(code.language, Language::Ruby | Language::Php)
            || quote.starts_with("%x");
        if starts {
            self.program(&[(at, close + 1)], "text", line);
            return;
        }
        // A text that stands alone is documentation.
        let is_alone = code.starts_statement(at)
            && (code.kind(close + 1).is_none_or(|it| it == Kind::Newline));
        if is_alone {
            return;
        }
        self.database(at);
        let first = if code.kind(at + 1) == Some(Kind::Text) {
            code.text_of(at + 1)
        } else {
            ""
        };
        self.address(at, first);
        let path = first.strip_prefix("unix://").unwrap_or(first);
        if path.starts_with('/')
            && let Some(right) = tables::right_of_place(path)
        {
            self.right(right, path, line);
        }
    }
}
