//! Names that are bound by parameters, and by patterns of JavaScript.

use crate::code::NONE;
use crate::language::Language;
use crate::names::{Asked, Binding, Finder};
use crate::tables::effects;

/// The name under which the table knows the environment.
const ENVIRONMENT: &str = "process.env";

/// How deep patterns within patterns are followed.
const DEEPEST: usize = 8;

/// Whether the table knows the name as that of the whole environment.
fn is_environment(language: Language, name: &str) -> bool {
    effects(language, name).any(|it| it.kind == "value" && it.what == "environment")
}

impl Finder<'_, '_> {
    /// The module that a name alone stands for, as far as was read: `const { mkdir } = fs`.
    pub(crate) fn module_named(&self, at: usize) -> Option<String> {
        let code = self.code;
        if !code.is_name(at) || code.is_any(at + 1, ". ( [ ?.") {
            return None;
        }
        let name = code.text_of(at);
        if name == "process" {
            return Some(name.to_owned());
        }
        self.names
            .bound
            .get(name)?
            .values()
            .flatten()
            .find_map(|binding| match binding {
                Binding::Module(module) => Some(module.clone()),
                Binding::Value(start, _) => code.required(*start),
                _ => None,
            })
    }

    /// Whether the environment begins here and nothing is taken out of it yet: `process.env`, `require("process").env`, a
    /// name that stands for it.
    fn is_environment(&self, start: usize) -> bool {
        let code = self.code;
        let start = start + usize::from(code.is(start, "("));
        if let Some(module) = code.required(start) {
            return is_environment(code.language, &module);
        }
        let mut end = start;
        while code.is_name(end) || code.is_any(end, ". ?. [") && end > start {
            end = if code.is(end, "[") {
                code.after(end)
            } else {
                end + 1
            };
            if end < code.len() && code.is_name(end) && code.is_name(end - 1) {
                break;
            }
        }
        let Some(name) = code.chain_name(start, end) else {
            return false;
        };
        let is_bound = || {
            let bound = self.names.bound.get(name.as_str());
            let mut bindings = bound.into_iter().flat_map(|it| it.values()).flatten();
            bindings.any(|it| match it {
                Binding::Module(module) => is_environment(code.language, module),
                Binding::Value(from, to) => {
                    let whole = code.chain_name(*from, *to);
                    whole.is_some_and(|it| is_environment(code.language, &it))
                }
                _ => false,
            })
        };
        is_environment(code.language, &name) || is_bound()
    }

    /// `{ a, b: c = 1 } = value` of JavaScript.
    pub(crate) fn pattern(&mut self, open: usize, equals: usize) {
        let code = self.code;
        let module = if self.is_environment(equals + 1) {
            Some(ENVIRONMENT.to_owned())
        } else {
            code.required(equals + 1)
                .or_else(|| self.module_named(equals + 1))
        };
        let scope = self.scopes.of[equals];
        self.taken_apart(open, equals - 1, module.as_deref(), scope, 0);
    }

    /// `function f({ a } = process.env)`: the variables are asked for; what the names are is up to who calls it.
    pub(crate) fn default_of_parameter(&mut self, equals: usize) {
        let code = self.code;
        let close = equals.wrapping_sub(1);
        if code.is(close, "}") && code.partner[close] != NONE && self.is_environment(equals + 1) {
            let scope = self.scopes.of[equals];
            self.taken_apart(code.partner[close], close, Some(ENVIRONMENT), scope, 0);
        }
    }

    /// What the names of a pattern stand for, which is given a module, or the environment.
    fn taken_apart(
        &mut self,
        open: usize,
        close: usize,
        module: Option<&str>,
        scope: usize,
        depth: usize,
    ) {
        let code = self.code;
        let is_whole = module.is_some_and(|it| is_environment(code.language, it));
        for (from, to) in code.split(open + 1, close, ",") {
            let (from, to) = code.trim(from, to);
            let inner = from + 2;
            if code.is(from + 1, ":") && code.is(inner, "{") && code.partner[inner] != NONE {
                // `const { env: { A } } = process`
                let part = module.map(|it| format!("{it}.{}", code.text_of(from)));
                let part = part.filter(|_| !is_whole);
                if depth < DEEPEST {
                    let close = code.partner[inner];
                    self.taken_apart(inner, close, part.as_deref(), scope, depth + 1);
                }
                continue;
            }
            let is_renamed = code.is(from + 1, ":") && code.is_name(from + 2);
            let local = if is_renamed { from + 2 } else { from };
            if code.is(from, "...") || to <= from {
                if code.is_name(from + 1) {
                    let rest = module.filter(|_| is_whole);
                    let rest = rest.map_or(Binding::Opaque, |it| Binding::Module(it.to_owned()));
                    self.bind(scope, code.text_of(from + 1), rest);
                }
                continue;
            }
            if !code.is_name(local) {
                continue;
            }
            let default = (from..to)
                .find(|it| code.is(*it, "="))
                .map(|it| (it + 1, to));
            if is_whole {
                self.names.asked.push(Asked {
                    name: code.text_of(from).to_owned(),
                    default,
                    at: from,
                });
            }
            let binding = match module {
                _ if is_whole => Binding::Variable(code.text_of(from).to_owned(), default),
                Some(module) if code.is(open, "{") => {
                    Binding::Module(format!("{module}.{}", code.text_of(from)))
                }
                _ => Binding::Opaque,
            };
            self.bind(scope, code.text_of(local), binding);
        }
    }

    /// A name among parameters.
    pub(crate) fn parameter(&mut self, at: usize) {
        let code = self.code;
        if !code.is_name(at) {
            return;
        }
        let scope = self.scopes.of[at];
        let (open, close) = self.scopes.all[scope].parameters;
        let name = code.text_of(at);
        let before = at.wrapping_sub(1);
        let is_first = at == open
            || code.is_any(
                before,
                "( , * ** ... & { [ private readonly public protected val var vararg",
            );
        let is_last = at + 1 == close || code.is_any(at + 1, ", ) = :");
        let is_named = match code.language {
            Language::Java => is_last && !code.is(at + 1, ":"),
            Language::Php => name.starts_with('$'),
            Language::JavaScript | Language::TypeScript => {
                (at == open || is_first && !code.is(before, "="))
                    || code.is(before, ":") && code.outer[at] != code.outer[open]
            }
            _ => is_first,
        };
        if !is_named {
            return;
        }
        self.bind(scope, name, Binding::Opaque);
        let mut equals = at + 1;
        while equals < close && !code.is_any(equals, ", = { ( [") {
            equals += 1;
        }
        if code.is(equals, "=") && equals < close {
            let value = self.value(equals + 1);
            self.bind(scope, name, value);
        }
    }
}
