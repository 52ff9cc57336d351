//! Names that are bound by parameters, and by patterns of JavaScript.

use crate::language::Language;
use crate::names::{Asked, Binding, Finder};

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

    /// `{ a, b: c = 1 } = value` of JavaScript.
    pub(crate) fn pattern(&mut self, open: usize, equals: usize) {
        let code = self.code;
        let close = equals - 1;
        let module = code
            .required(equals + 1)
            .or_else(|| self.module_named(equals + 1));
        let scope = self.scopes.of[equals];
        let is_environment = code.chain_name(equals + 1, equals + 4).as_deref()
            == Some("process.env")
            && !code.is_any(equals + 4, ". [");
        for (from, to) in code.split(open + 1, close, ",") {
            let (from, to) = code.trim(from, to);
            let is_renamed = code.is(from + 1, ":") && code.is_name(from + 2);
            let local = if is_renamed { from + 2 } else { from };
            if code.is(from, "...") || to <= from {
                if code.is_name(from + 1) {
                    self.bind(scope, code.text_of(from + 1), Binding::Opaque);
                }
                continue;
            }
            if !code.is_name(local) {
                continue;
            }
            let default = (from..to)
                .find(|it| code.is(*it, "="))
                .map(|it| (it + 1, to));
            if is_environment {
                self.names.asked.push(Asked {
                    name: code.text_of(from).to_owned(),
                    default,
                    at: from,
                });
            }
            let binding = match &module {
                _ if is_environment => Binding::Variable(code.text_of(from).to_owned(), default),
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
