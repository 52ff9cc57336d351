//! Chains of names and calls: `a.b("c").d`, and their arguments.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::code::{Code, NONE};
use crate::language::Language;
use crate::names::{Binding, Names};
use crate::scopes::Scopes;
use crate::tables::{Effect, effects, module};
use crate::token::Kind;
use crate::value::Folded;

/// A text with all that is asked of it.
pub(crate) struct Reader<'c, 't> {
    pub(crate) code: &'c Code<'t>,
    pub(crate) scopes: &'c Scopes,
    pub(crate) names: &'c Names<'t>,
    /// How many names one question may still follow.
    pub(crate) budget: Cell<usize>,
    /// What was found out: the full names and the values of what names are bound to.
    pub(crate) full_names: RefCell<HashMap<*const Binding, String>>,
    pub(crate) known: RefCell<HashMap<*const Binding, Vec<Folded>>>,
}

/// A range of tokens.
pub(crate) type Range = (usize, usize);

/// A part of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The name at the beginning.
    Head(usize),
    /// An expression in brackets, or a string, at the beginning.
    Group(Range),
    /// `.name`
    Member(usize),
    /// `["name"]`
    Index(Range),
    /// What stands between the brackets of a call.
    Call(Range),
}

/// The arguments of a call.
#[derive(Default)]
pub(crate) struct Arguments<'t> {
    pub(crate) positional: Vec<Range>,
    pub(crate) named: Vec<(&'t str, Range)>,
}

/// A chain is not followed further.
const MOST_PARTS: usize = 64;

/// So many arguments are looked at.
const MOST_ARGUMENTS: usize = 64;

impl<'c, 't> Reader<'c, 't> {
    pub(crate) fn new(code: &'c Code<'t>, scopes: &'c Scopes, names: &'c Names<'t>) -> Self {
        Self {
            code,
            scopes,
            names,
            budget: Cell::new(0),
            full_names: RefCell::default(),
            known: RefCell::default(),
        }
    }
}

impl<'t> Reader<'_, 't> {
    /// The parts of the chain that begins here, and where it ends.
    pub(crate) fn chain(&self, start: usize, end: usize) -> (Vec<Part>, usize) {
        let code = self.code;
        let mut parts = Vec::new();
        let mut at = match code.kind(start) {
            Some(Kind::Name) => {
                parts.push(Part::Head(start));
                start + 1
            }
            Some(Kind::Punct | Kind::StringOpen)
                if code.is(start, "(") || code.kind(start) == Some(Kind::StringOpen) =>
            {
                let close = code.partner[start];
                if close == NONE || close < start {
                    return (parts, start);
                }
                let range = if code.is(start, "(") {
                    (start + 1, close)
                } else {
                    (start, close + 1)
                };
                parts.push(Part::Group(range));
                close + 1
            }
            _ => return (parts, start),
        };
        while at < end && parts.len() < MOST_PARTS {
            let mut next = at;
            if code.kind(at) == Some(Kind::Newline)
                && code.is_any(at + 1, ". ?.")
                && code.language != Language::Python
            {
                next += 1;
            }
            if code.is_any(next, ". ?. :: -> ?->")
                && !(code.language == Language::Php && code.is(next, "."))
            {
                let name = next + 1;
                if code.is_name(name) {
                    parts.push(Part::Member(name));
                    at = name + 1;
                    continue;
                }
                // `a?.["b"]`, `a?.(b)`
                if !code.is_any(name, "[ (") {
                    break;
                }
                next = name;
            }
            if code.is(next, "!") && code.language.is_script() && code.is_any(next + 1, ". [") {
                at = next + 1;
                continue;
            }
            let close = code.partner.get(next).copied().unwrap_or(NONE);
            if close == NONE || close < next || close >= end {
                break;
            }
            match code.text_of(next) {
                "[" => parts.push(Part::Index((next + 1, close))),
                "(" => parts.push(Part::Call((next + 1, close))),
                // Types of a call: `f[T](x)`.
                _ => break,
            }
            at = close + 1;
        }
        if code.language == Language::Ruby
            && !matches!(
                parts.last(),
                Some(Part::Call(_) | Part::Index(_) | Part::Group(_))
            )
            && let Some(stop) = self.command_end(at, end)
        {
            parts.push(Part::Call((at, stop)));
            at = stop;
        }
        (parts, at)
    }

    /// Where the arguments end that stand without brackets behind a name of Ruby.
    fn command_end(&self, at: usize, end: usize) -> Option<usize> {
        let code = self.code;
        let touches = code.tokens.get(at)?.start == code.tokens.get(at - 1)?.end;
        let begins = match code.kind(at)? {
            Kind::StringOpen | Kind::Symbol | Kind::Number => true,
            Kind::Name => !code.is_any(at, "if unless while until do and or then in rescue end"),
            _ => false,
        };
        if touches || !begins || code.is_any(at - 1, "if unless while until and or not return when in def class module else then elsif end do puts p print raise") {
            return None;
        }
        let mut stop = at;
        let mut steps = 0;
        while stop < end && steps < 40 {
            if matches!(
                code.kind(stop),
                Some(Kind::Newline | Kind::InsertClose | Kind::StringClose)
            ) && !code.is(stop - 1, ",")
            {
                break;
            }
            let is_block = code.is(stop, "{") && stop > at && code.is(stop - 1, ")");
            if code.is_any(stop, "; ) ] } do if unless && || and or ? {") && !is_block {
                break;
            }
            stop = code.after(stop);
            steps += 1;
        }
        (stop > at && stop <= end).then_some(stop)
    }

    /// What stands between the brackets of a call, apart.
    pub(crate) fn arguments(&self, range: Range) -> Arguments<'t> {
        let code = self.code;
        let mut found = Arguments::default();
        for (from, to) in code
            .split(range.0, range.1, ",")
            .into_iter()
            .take(MOST_ARGUMENTS)
        {
            let (from, to) = code.trim(from, to);
            let names = match code.language {
                Language::Python | Language::Kotlin => code.is(from + 1, "="),
                Language::Ruby | Language::Php => code.is(from + 1, ":"),
                _ => false,
            };
            if names && code.is_name(from) {
                found.named.push((code.text_of(from), (from + 2, to)));
            } else if code.kind(from) == Some(Kind::Symbol) && code.is(from + 1, "=>") {
                found.named.push((&code.text_of(from)[1..], (from + 2, to)));
            } else {
                found.positional.push((from, to));
            }
        }
        found
    }

    /// The argument that a table means: `0`, `name`, `0.key`, the first of `0|name` that is there.
    pub(crate) fn argument(&self, arguments: &Arguments<'t>, wanted: &str) -> Option<Range> {
        wanted.split('|').find_map(|one| {
            if let Some((whole, key)) = one.split_once('.') {
                let (key, below) = key.split_once('.').unwrap_or((key, ""));
                let range = self.argument(arguments, whole)?;
                let found = match key.strip_prefix('#') {
                    Some(number) => self.item(range, number.parse().ok()?),
                    None => self.entry(range, key),
                }?;
                return if below.is_empty() {
                    Some(found)
                } else {
                    self.entry(found, below)
                };
            }
            match one.parse::<usize>() {
                Ok(number) => arguments.positional.get(number).copied(),
                Err(_) => arguments
                    .named
                    .iter()
                    .find(|(name, _)| *name == one)
                    .map(|it| it.1),
            }
        })
    }

    /// An item of a list that is written out, or that a name stands for.
    fn item(&self, range: Range, number: usize) -> Option<Range> {
        let code = self.code;
        let (mut start, mut end) = code.trim(range.0, range.1);
        if code.is_name(start) && start + 1 == end {
            let [Binding::Value(from, to)] =
                self.names.lookup(self.scopes, start, code.text_of(start))
            else {
                return None;
            };
            (start, end) = (*from, *to);
        }
        let is_list = code.is_any(start, "( [ {") && code.after(start) == end;
        is_list
            .then(|| code.split(start + 1, end - 1, ",").get(number).copied())
            .flatten()
    }

    /// The value of a key in an object or a dictionary that is written out.
    pub(crate) fn entry(&self, range: Range, key: &str) -> Option<Range> {
        let code = self.code;
        let (start, end) = code.trim(range.0, range.1);
        if code.is_name(start) && start + 1 == end {
            // `listen(options)`
            let bindings = self.names.lookup(self.scopes, start, code.text_of(start));
            let [Binding::Value(from, to)] = bindings else {
                return None;
            };
            let is_written = code.is_any(*from, "{ [");
            return if is_written {
                self.entry((*from, *to), key)
            } else {
                None
            };
        }
        let close = code
            .partner
            .get(start)
            .copied()
            .filter(|it| *it != NONE && *it + 1 == end)?;
        if !code.is_any(start, "{ [") {
            return None;
        }
        code.split(start + 1, close, ",")
            .into_iter()
            .find_map(|(from, to)| {
                let (from, to) = code.trim(from, to);
                let (name, next) = match code.kind(from)? {
                    Kind::Name => (code.text_of(from), from + 1),
                    Kind::Symbol => (&code.text_of(from)[1..], from + 1),
                    Kind::StringOpen => (code.plain_string(from)?, code.after(from)),
                    _ => return None,
                };
                match name == key {
                    true if code.is_any(next, ": => =") => Some((next + 1, to)),
                    // `{ port }`
                    true if next == to && code.language.is_script() => Some((from, to)),
                    _ => None,
                }
            })
    }

    /// The full name of a name at the head of a chain.
    pub(crate) fn head(&self, at: usize, depth: usize) -> String {
        let name = self.code.text_of(at);
        let bindings = self.names.lookup(self.scopes, at, name);
        let plain = || module(self.code.language, name).to_owned();
        if bindings.is_empty() {
            return plain();
        }
        let key = bindings.as_ptr();
        if let Some(full) = self.full_names.borrow().get(&key) {
            return full.clone();
        }
        // A name that leads to itself stands for itself.
        self.full_names.borrow_mut().insert(key, plain());
        let full = bindings.iter().find_map(|binding| match binding {
            Binding::Module(full) => Some(module(self.code.language, full).to_owned()),
            Binding::Own => Some(format!("own.{name}")),
            Binding::Value(start, end) => self.full_name((*start, *end), depth + 1),
            Binding::Variable(..) | Binding::Opaque => None,
        });
        let full = full.unwrap_or_else(plain);
        self.full_names.borrow_mut().insert(key, full.clone());
        full
    }

    /// The full name of an expression that is one chain.
    pub(crate) fn full_name(&self, range: Range, depth: usize) -> Option<String> {
        const MOST_DEPTH: usize = 8;
        if depth > MOST_DEPTH || self.budget.get() == 0 {
            return None;
        }
        self.budget.set(self.budget.get() - 1);
        let code = self.code;
        let (mut start, end) = code.trim(range.0, range.1);
        if let Some(module) = code.required(start) {
            return Some(module);
        }
        while code.is_any(start, "new await & yield") {
            start += 1;
        }
        let (parts, stop) = self.chain(start, end);
        if stop < end || parts.is_empty() {
            return None;
        }
        let mut name = String::new();
        for part in parts {
            name = self.extend(&name, part, depth);
        }
        Some(name)
    }

    /// The full name of a chain with one more part.
    pub(crate) fn extend(&self, name: &str, part: Part, depth: usize) -> String {
        const MOST_BYTES: usize = 120;
        let code = self.code;
        let mut full = match part {
            Part::Head(at) => self.head(at, depth),
            Part::Group(range) => self
                .full_name(range, depth + 1)
                .unwrap_or_else(|| "(".to_owned()),
            Part::Member(at) => format!("{name}.{}", code.text_of(at)),
            Part::Index(range) => {
                let number =
                    (code.kind(range.0) == Some(Kind::Number)).then(|| code.text_of(range.0));
                let key = code.plain_string(range.0).or(number);
                let key = key.filter(|_| code.after(range.0) == range.1);
                format!("{name}[{}]", key.unwrap_or("?"))
            }
            Part::Call(range) => {
                if matches!(
                    name,
                    "require" | "import" | "__import__" | "importlib.import_module"
                ) && let Some(required) = code.plain_string(range.0)
                {
                    return module(code.language, required).to_owned();
                }
                // What does the same in another manner goes by the name of what it is made from.
                let is_wrapped = matches!(name, "util.promisify" | "functools.partial");
                if is_wrapped && let Some(end) = code.expression_end(range.0, 60) {
                    let inner = self.full_name((range.0, end.min(range.1)), depth + 1);
                    if let Some(inner) = inner {
                        return inner;
                    }
                }
                format!("{name}()")
            }
        };
        if code.language == Language::Java {
            full = without_packages(&full).to_owned();
        }
        if full.len() > MOST_BYTES {
            let from = full.rfind('.').unwrap_or(full.len() - 1);
            full = format!("…{}", &full[from..]);
        }
        module(code.language, &full).to_owned()
    }

    /// What a name does: by its whole, else as a method.
    pub(crate) fn effects(&self, name: &str) -> Vec<Effect> {
        let language = self.code.language;
        let exact: Vec<Effect> = effects(language, name).collect();
        if !exact.is_empty() || name.starts_with("own.") && !name.ends_with("normalizePort") {
            return exact;
        }
        let mut points = name.rmatch_indices(['.']).map(|(at, _)| &name[at..]);
        let short = points.next();
        let long = points.next();
        let found = long
            .into_iter()
            .chain(short)
            .map(|it| effects(language, it).collect::<Vec<_>>());
        found
            .into_iter()
            .find(|it| !it.is_empty())
            .unwrap_or_default()
    }
}

/// `java.io.File.x` as `File.x`.
fn without_packages(name: &str) -> &str {
    let mut from = 0;
    for (at, _) in name.match_indices('.') {
        let is_package = name[from..at]
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let before_class = name[at + 1..].starts_with(|c: char| c.is_ascii_uppercase());
        if !is_package {
            break;
        }
        if before_class && (from > 0 || matches!(&name[..at], "java" | "javax" | "kotlin")) {
            return &name[at + 1..];
        }
        from = at + 1;
    }
    name
}
