//! Expressions worked out as far as they are constant. Each gives the values that it may have; none where it gives nothing (`None`).

use crate::calls::{Part, Range, Reader};
use crate::code::NONE;
use crate::language::Language;
use crate::names::Binding;
use crate::operations::{beginning, decode, merged, prepend, with_default};
use crate::token::Kind;
use crate::value::{Folded, Text};

/// An expression with more alternatives is not followed.
const MOST_VALUES: usize = 8;

/// Nor one with more tokens,
const MOST_TOKENS: usize = 400;

/// nor one that is nested deeper.
const MOST_DEPTH: usize = 24;

/// So many names and operators are followed for one question.
pub(crate) const BUDGET: usize = 300;

impl Reader<'_, '_> {
    /// The values that an expression may have, one question on its own.
    pub(crate) fn values(&self, range: Range) -> Vec<Folded> {
        self.budget.set(BUDGET);
        self.fold(range, 0)
    }

    /// The one text that an expression is for certain.
    pub(crate) fn constant(&self, range: Range) -> Option<String> {
        match self.values(range).as_slice() {
            [Folded::Text(text)] if text.variables.is_empty() => Some(text.written.clone()),
            _ => None,
        }
    }

    pub(crate) fn unknown(&self, range: Range) -> Vec<Folded> {
        vec![Folded::Unknown(self.code.between(range.0, range.1), None)]
    }

    pub(crate) fn fold(&self, range: Range, depth: usize) -> Vec<Folded> {
        let code = self.code;
        let (start, end) = code.trim(range.0, range.1);
        if start >= end {
            return Vec::new();
        }
        let left = self.budget.get();
        if left == 0 || depth > MOST_DEPTH || end - start > MOST_TOKENS {
            return self.unknown((start, end));
        }
        self.budget.set(left - 1);
        let mut found = self
            .operators((start, end), depth)
            .unwrap_or_else(|| self.operand((start, end), depth));
        found.dedup();
        if found.len() > MOST_VALUES {
            return self.unknown((start, end));
        }
        found
    }

    /// An expression with operators outside of brackets, if it is one.
    fn operators(&self, (start, end): Range, depth: usize) -> Option<Vec<Folded>> {
        let code = self.code;
        let (mut choice, mut default, mut plus, mut slash, mut percent, mut other) =
            (None, None, Vec::new(), Vec::new(), None, false);
        let (mut otherwise, mut arrow) = (None, false);
        let is_php = code.language == Language::Php;
        let mut at = start;
        while at < end {
            if matches!(code.kind(at), Some(Kind::Punct | Kind::Name)) {
                match code.text_of(at) {
                    "if" if code.language == Language::Python && at > start => {
                        choice = choice.or(Some(at));
                    }
                    "?" if code.language != Language::Python => choice = choice.or(Some(at)),
                    "else" | ":" => otherwise = otherwise.or(Some(at)),
                    "or" | "||" | "??" | "?:" => default = default.or(Some(at)),
                    "+" if !is_php && at > start => plus.push(at),
                    "." if is_php => plus.push(at),
                    "/" if code.language == Language::Python => slash.push(at),
                    "%" if matches!(code.language, Language::Python | Language::Ruby) => {
                        percent = Some(at);
                    }
                    "=>" | "lambda" | "function" | "func" | "->"
                        if !is_php && !code.is(at.wrapping_sub(1), ")") || code.is(at, "=>") =>
                    {
                        arrow = true;
                    }
                    "and" | "&&" | "not" | "==" | "!=" | "===" | "!==" | "<" | ">" | "<="
                    | ">=" | "*" | "-" | "**" | "<<" | ">>" | "in" | "is" | "=" | "//" | "^"
                        if !(at == start && code.is_any(at, "* <")) =>
                    {
                        other = true;
                    }
                    _ => {}
                }
            }
            at = code.after(at);
        }
        if arrow {
            return Some(self.unknown((start, end)));
        }
        let more = depth + 1;
        if let (Some(choice), Some(otherwise)) = (choice, otherwise) {
            let first = if code.language == Language::Python {
                (start, choice)
            } else {
                (choice + 1, otherwise)
            };
            let mut found = self.fold(first, more);
            found.extend(self.fold((otherwise + 1, end), more));
            return Some(merged(found));
        }
        if let Some(at) = default {
            let left = self.fold((start, at), more);
            let right = self.fold((at + 1, end), more);
            return Some(with_default(left, right));
        }
        if other {
            return Some(self.unknown((start, end)));
        }
        let binary = |places: &[usize], join: &dyn Fn(&Text, &Text) -> Option<Text>| {
            let mut from = start;
            let mut all: Option<Vec<Folded>> = None;
            for to in places.iter().copied().chain([end]) {
                let part = self.fold((from, to), more);
                all = Some(match all {
                    None => part,
                    Some(left) => self.cross(&left, &part, (start, end), join),
                });
                from = to + 1;
            }
            all.unwrap_or_default()
        };
        if !plus.is_empty() {
            return Some(binary(&plus, &|a, b| a.concat(b)));
        }
        if let Some(at) = percent {
            return Some(self.percent((start, end), at, depth));
        }
        if !slash.is_empty() {
            return Some(binary(&slash, &|a, b| a.join(b, true)));
        }
        None
    }

    /// Each value with each other one.
    pub(crate) fn cross(
        &self,
        left: &[Folded],
        right: &[Folded],
        range: Range,
        join: &dyn Fn(&Text, &Text) -> Option<Text>,
    ) -> Vec<Folded> {
        let mut found = Vec::new();
        if left.len() * right.len() > MOST_VALUES || left.is_empty() || right.is_empty() {
            return self.unknown(range);
        }
        for a in left {
            for b in right {
                let joined = match (a, b) {
                    (Folded::Text(a), Folded::Text(b)) => join(a, b),
                    _ => None,
                };
                match joined {
                    Some(text) => found.push(Folded::Text(text)),
                    None => {
                        let written = self.code.between(range.0, range.1);
                        found.push(Folded::Unknown(written, beginning(a, b, join)));
                    }
                }
            }
        }
        found.dedup();
        found
    }

    /// `"%s/x" % a`
    fn percent(&self, range: Range, at: usize, depth: usize) -> Vec<Folded> {
        let code = self.code;
        let format = self.fold((range.0, at), depth + 1);
        let [Folded::Text(format)] = format.as_slice() else {
            return self.unknown(range);
        };
        let (from, to) = code.trim(at + 1, range.1);
        let is_list =
            code.is_any(from, "( [") && code.partner[from] != NONE && code.partner[from] + 1 == to;
        let parts = if is_list {
            code.split(from + 1, to - 1, ",")
        } else {
            vec![(from, to)]
        };
        let pieces: Vec<&str> = format.written.split("%s").collect();
        if pieces.len() != parts.len() + 1 || format.written.replace("%s", "").contains('%') {
            return self.unknown(range);
        }
        self.fill(&pieces, &parts, range, depth)
    }

    /// Pieces of text with values between them.
    fn fill(&self, pieces: &[&str], parts: &[Range], range: Range, depth: usize) -> Vec<Folded> {
        let piece =
            |at: usize| Folded::Text(Text::plain(pieces.get(at).copied().unwrap_or_default()));
        let mut all = vec![piece(0)];
        for (number, part) in parts.iter().enumerate() {
            let value = self.fold(*part, depth + 1);
            all = self.cross(&all, &value, range, &prepend);
            all = self.cross(&all, &[piece(number + 1)], range, &|a, b| a.concat(b));
        }
        all
    }

    fn operand(&self, (mut start, mut end): Range, depth: usize) -> Vec<Folded> {
        let code = self.code;
        let is_pointer = |at: usize| code.is(at, "*") && code.language == Language::Go;
        while start < end && (code.is_any(start, "await new & + ! typeof") || is_pointer(start)) {
            start += 1;
        }
        // `x as string`, `x!`
        if let Some(at) = (start..end)
            .find(|it| code.is_any(*it, "as satisfies") && code.outer[*it] == code.outer[start])
        {
            end = at;
        }
        if end > start && code.is(end - 1, "!") {
            end -= 1;
        }
        if start >= end {
            return self.unknown((start, end));
        }
        match code.kind(start) {
            Some(Kind::Number) if end == start + 1 => {
                vec![Folded::Text(Text::plain(&number(code.text_of(start))))]
            }
            Some(Kind::Symbol) if end == start + 1 => {
                vec![Folded::Text(Text::plain(&code.text_of(start)[1..]))]
            }
            Some(Kind::StringOpen) => self.strings((start, end), depth),
            // A cast: `(string) x`.
            Some(Kind::Punct)
                if code.is(start, "(")
                    && code.after(start) < end
                    && !code.is_any(code.after(start), ". ?. [ ( -> ::") =>
            {
                self.fold((code.after(start), end), depth + 1)
            }
            Some(Kind::Name | Kind::Punct) => {
                let (parts, stop) = self.chain(start, end);
                if parts.is_empty() || stop < end {
                    // `ENV.fetch("X") { 3000 }`
                    let is_block = code.language == Language::Ruby
                        && code.is(stop, "{")
                        && code.after(stop) == end;
                    if !is_block || parts.is_empty() {
                        return self.unknown((start, end));
                    }
                    let left = self.follow(&parts, (start, end), depth);
                    return with_default(left, self.fold((stop + 1, end - 1), depth + 1));
                }
                self.follow(&parts, (start, end), depth)
            }
            _ => self.unknown((start, end)),
        }
    }

    /// Strings one behind the other, and what is called on the last.
    fn strings(&self, (start, end): Range, depth: usize) -> Vec<Folded> {
        let code = self.code;
        let mut all: Option<Vec<Folded>> = None;
        let mut at = start;
        while at < end && code.kind(at) == Some(Kind::StringOpen) {
            let close = code.partner[at];
            if close == NONE || close < at {
                return self.unknown((start, end));
            }
            let value = self.string(at, close, depth);
            all = Some(match all {
                None => value,
                Some(left) => self.cross(&left, &value, (start, end), &|a, b| a.concat(b)),
            });
            at = close + 1;
        }
        let all = all.unwrap_or_default();
        if at == end {
            return all;
        }
        let (parts, stop) = self.chain(start, end);
        if stop < end || code.after(start) != at {
            return self.unknown((start, end));
        }
        if let [Part::Group(_), Part::Member(name), Part::Call(range)] = parts.as_slice()
            && code.is(*name, "format")
        {
            let [Folded::Text(format)] = all.as_slice() else {
                return self.unknown((start, end));
            };
            let arguments = self.arguments(*range);
            let pieces: Vec<&str> = format.written.split("{}").collect();
            if pieces.len() == arguments.positional.len() + 1
                && !format.written.replace("{}", "").contains('{')
            {
                return self.fill(&pieces, &arguments.positional, (start, end), depth);
            }
            return self.unknown((start, end));
        }
        self.follow(&parts, (start, end), depth)
    }

    /// A string with what is inserted.
    fn string(&self, open: usize, close: usize, depth: usize) -> Vec<Folded> {
        let code = self.code;
        let quote = code.text_of(open);
        let mut all = vec![Folded::Text(Text::plain(""))];
        let mut at = open + 1;
        while at < close {
            let value = match code.kind(at) {
                Some(Kind::Text) => vec![Folded::Text(Text::plain(&decode(
                    code.language,
                    quote,
                    code.text_of(at),
                )))],
                Some(Kind::InsertOpen) if code.partner[at] != NONE => {
                    let inner = (at + 1, code.partner[at]);
                    let (from, to) = inner;
                    let is_formatted = code.language == Language::Python
                        && (from..to).any(|it| code.is_any(it, ": ! =") && code.outer[it] == at);
                    if is_formatted {
                        self.unknown((at, to + 1))
                    } else {
                        self.fold(inner, depth + 1)
                    }
                }
                Some(Kind::Name) => self.name_in_string(at, depth),
                _ => self.unknown((at, at + 1)),
            };
            all = self.cross(&all, &value, (open, close + 1), &prepend);
            at = code.after(at);
        }
        all
    }

    fn name_in_string(&self, at: usize, depth: usize) -> Vec<Folded> {
        let written = self.code.text_of(at);
        let name = if self.code.language == Language::Kotlin {
            written.trim_start_matches('$')
        } else {
            written
        };
        self.bound(
            self.names.lookup(self.scopes, at, name),
            (at, at + 1),
            depth,
        )
    }

    /// The values of what a name is bound to.
    fn bound(&self, bindings: &[Binding], range: Range, depth: usize) -> Vec<Folded> {
        let is_within = |it: &Binding| matches!(it, Binding::Value(start, end) if *start <= range.0 && range.1 <= *end);
        if bindings.is_empty() || bindings.iter().any(is_within) {
            return self.all_bound(bindings, range, depth);
        }
        let key = bindings.as_ptr();
        if let Some(found) = self.known.borrow().get(&key) {
            return found.clone();
        }
        // What leads to itself is not known.
        self.known.borrow_mut().insert(key, self.unknown(range));
        let found = self.all_bound(bindings, range, depth);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    fn all_bound(&self, bindings: &[Binding], range: Range, depth: usize) -> Vec<Folded> {
        let mut found = Vec::new();
        for binding in bindings {
            let values = match binding {
                Binding::Value(start, end) if !(*start <= range.0 && range.1 <= *end) => {
                    self.fold((*start, *end), depth + 1)
                }
                // `x = x or "y"`: what it was before stands in another binding.
                Binding::Value(..) => Vec::new(),
                Binding::Variable(name, default) => {
                    let default = default
                        .map(|it| self.fold(it, depth + 1))
                        .unwrap_or_default();
                    with_default(vec![Folded::Text(Text::variable(name))], default)
                }
                _ => self.unknown(range),
            };
            found.extend(values);
            if found.len() > MOST_VALUES {
                return self.unknown(range);
            }
        }
        // `port := os.Getenv("PORT")`, and then `if port == "" { port = "80" }`.
        let mut found = merged(found);
        found.dedup();
        if found.is_empty() {
            self.unknown(range)
        } else {
            found
        }
    }

    /// The values of a chain.
    fn follow(&self, parts: &[Part], range: Range, depth: usize) -> Vec<Folded> {
        let code = self.code;
        let mut name = String::new();
        let mut written = Some(String::new());
        let mut current: Option<Vec<Folded>> = None;
        let mut object: Option<Range> = None;
        for (number, part) in parts.iter().enumerate() {
            let before = std::mem::take(&mut name);
            name = self.extend(&before, *part, depth);
            let receiver = current.take();
            match *part {
                Part::Head(at) => {
                    let text = code.text_of(at);
                    if matches!(text, "None" | "null" | "nil" | "undefined") && parts.len() == 1 {
                        return Vec::new();
                    }
                    written = Some(text.to_owned());
                    let bindings = if text.starts_with('@') {
                        self.names.member(self.scopes, at, text)
                    } else {
                        self.names.lookup(self.scopes, at, text)
                    };
                    current = self.by_table(&name, None, None, depth);
                    if let [Binding::Value(start, end)] = bindings {
                        object = Some((*start, *end));
                    }
                    let is_called = matches!(parts.get(number + 1), Some(Part::Call(_)));
                    if current.is_none() && !bindings.is_empty() && !is_called {
                        let is_module = matches!(bindings, [Binding::Module(_) | Binding::Own, ..]);
                        current = (!is_module).then(|| self.bound(bindings, (at, at + 1), depth));
                    }
                }
                Part::Group(inner) => {
                    written = None;
                    current = Some(
                        if code.kind(inner.0) == Some(Kind::StringOpen)
                            && code.after(inner.0) == inner.1
                        {
                            self.string(inner.0, inner.1 - 1, depth)
                        } else {
                            self.fold(inner, depth + 1)
                        },
                    );
                }
                Part::Member(_) | Part::Index(_) => {
                    let key = match *part {
                        Part::Member(at) => Some(code.text_of(at)),
                        Part::Index((from, to)) => {
                            code.plain_string(from).filter(|_| code.after(from) == to)
                        }
                        _ => None,
                    };
                    written = written
                        .zip(key)
                        .map(|(written, key)| format!("{written}.{key}"));
                    let bindings = written
                        .as_deref()
                        .map(|it| self.names.member(self.scopes, range.0, it));
                    let bindings = bindings.unwrap_or_default();
                    let is_called = matches!(parts.get(number + 1), Some(Part::Call(_)));
                    if self.is_environment(&before) {
                        current = Some(match (key, *part) {
                            (Some(key), _) if !is_called => vec![Folded::Text(Text::variable(key))],
                            _ if is_called => Vec::new(),
                            _ => self.unknown(range),
                        });
                        if is_called {
                            current = None;
                        }
                    } else if !bindings.is_empty() && !is_called {
                        current = Some(self.bound(bindings, range, depth));
                        object = None;
                    } else if let Some(entry) = object
                        .zip(key)
                        .and_then(|(object, key)| self.entry(object, key))
                    {
                        object = Some(entry);
                        current = Some(self.fold(entry, depth + 1));
                    } else if is_called {
                        current = receiver;
                    } else {
                        current = self.by_table(&name, receiver.as_deref(), None, depth);
                    }
                }
                Part::Call(inner) => {
                    written = None;
                    object = None;
                    let arguments = self.arguments(inner);
                    current = self.by_table(&before, receiver.as_deref(), Some(&arguments), depth);
                }
            }
        }
        current.unwrap_or_else(|| self.unknown(range))
    }
}

fn number(text: &str) -> String {
    let text = text.replace('_', "");
    let hexadecimal = text
        .strip_prefix("0x")
        .and_then(|it| u64::from_str_radix(it, 16).ok());
    hexadecimal.map_or(text, |it| it.to_string())
}
