//! Statements that import, in each language.

use crate::code::NONE;
use crate::names::{Binding, Finder, Imported};
use crate::token::Kind;

impl Finder<'_, '_> {
    fn import(&mut self, module: String, names: Vec<String>, at: usize) {
        self.names.imports.push(Imported { module, names, at });
    }

    /// A name with dots, and where it ends.
    fn dotted(&self, mut at: usize) -> (String, usize) {
        let mut text = String::new();
        while self.code.is_any(at, ". ...") || self.code.is_name(at) {
            let is_joined = text.is_empty() || text.ends_with('.') || self.code.is(at, ".");
            if !is_joined || self.code.is_any(at, "import as") {
                break;
            }
            text.push_str(self.code.text_of(at));
            at += 1;
        }
        (text, at)
    }

    pub(crate) fn python_as(&mut self, at: usize) {
        let code = self.code;
        // `with open(x) as f, Other() as g:`
        let mut start = at;
        let least = at.saturating_sub(40);
        while start > least {
            let before = start - 1;
            if code.partner[before] != NONE && code.partner[before] < before {
                start = code.partner[before];
            } else if code.is_any(before, "with , (") {
                break;
            } else if code.kind(before) == Some(Kind::Newline)
                || code.is_any(before, "import except case")
            {
                return;
            } else {
                start = before;
            }
        }
        let scope = self.local(at);
        self.bind(scope, code.text_of(at + 1), Binding::Value(start, at));
    }

    pub(crate) fn python_import(&mut self, at: usize) {
        let scope = self.local(at);
        let mut next = at + 1;
        loop {
            let (module, end) = self.dotted(next);
            if module.is_empty() {
                return;
            }
            next = end;
            if self.code.is(end, "as") && self.code.is_name(end + 1) {
                self.bind(
                    scope,
                    self.code.text_of(end + 1),
                    Binding::Module(module.clone()),
                );
                next = end + 2;
            } else {
                let first = self
                    .code
                    .text_of(next.saturating_sub(2 * module.split('.').count() - 1));
                let head = module.split('.').next().unwrap_or_default().to_owned();
                if first == head {
                    self.bind(scope, first, Binding::Module(head));
                }
            }
            self.import(module, Vec::new(), at);
            if !self.code.is(next, ",") {
                return;
            }
            next += 1;
        }
    }

    pub(crate) fn python_from(&mut self, at: usize) {
        let code = self.code;
        let (module, end) = self.dotted(at + 1);
        if !code.is(end, "import") {
            return;
        }
        let scope = self.local(at);
        let mut next = end + 1 + usize::from(code.is(end + 1, "("));
        let mut names = Vec::new();
        while code.is_name(next) || code.is(next, "*") {
            let name = code.text_of(next);
            let is_renamed = code.is(next + 1, "as") && code.is_name(next + 2);
            let local = if is_renamed { next + 2 } else { next };
            let dot = if module.ends_with('.') { "" } else { "." };
            self.bind(
                scope,
                code.text_of(local),
                Binding::Module(format!("{module}{dot}{name}")),
            );
            names.push(name.to_owned());
            next = local + 1;
            if !code.is(next, ",") {
                break;
            }
            next += 1;
        }
        self.import(module, names, at);
    }

    /// `import a, { b as c } from "m"`, `import * as a from "m"`, `import "m"`, `export … from "m"`.
    pub(crate) fn script_import(&mut self, at: usize) {
        let code = self.code;
        if !code.starts_statement(at) || code.is_any(at + 1, "( .") {
            return;
        }
        let is_import = code.is(at, "import");
        let mut next = at + 1;
        let mut found: Vec<(usize, String)> = Vec::new();
        while next < code.len() && next < at + 400 {
            match code.kind(next) {
                Some(Kind::StringOpen) => {
                    let is_source = next == at + 1 || code.is(next - 1, "from");
                    let Some(module) = code.plain_string(next).filter(|_| is_source) else {
                        return;
                    };
                    let module = crate::tables::module(code.language, module).to_owned();
                    if is_import {
                        for (local, part) in &found {
                            let full = if part.is_empty() {
                                module.clone()
                            } else {
                                format!("{module}.{part}")
                            };
                            self.bind(0, code.text_of(*local), Binding::Module(full));
                        }
                    }
                    let names = found
                        .into_iter()
                        .map(|(_, part)| part)
                        .filter(|it| !it.is_empty());
                    self.import(
                        code.plain_string(next).unwrap_or_default().to_owned(),
                        names.collect(),
                        at,
                    );
                    return;
                }
                Some(Kind::Name) if code.is_any(next, "type from as") => {}
                Some(Kind::Name) if code.outer[next] == code.outer[at] && is_import => {
                    found.push((next, String::new()));
                }
                Some(Kind::Name)
                    if code.is(code.outer[next], "{")
                        && code.outer[code.outer[next]] == code.outer[at] =>
                {
                    let is_renamed = code.is(next + 1, "as") && code.is_name(next + 2);
                    let part = code.text_of(next);
                    let part = if part == "default" { "" } else { part };
                    let local = if is_renamed { next + 2 } else { next };
                    found.push((local, part.to_owned()));
                    next = local;
                }
                Some(Kind::Newline) if code.outer[next] == code.outer[at] => return,
                Some(Kind::Punct) if code.is_any(next, "; = (") => return,
                None => return,
                _ => {}
            }
            next += 1;
        }
    }

    pub(crate) fn go_import(&mut self, at: usize) {
        let code = self.code;
        let in_list = code.is(at + 1, "(") && code.partner[at + 1] != NONE;
        let (mut next, end) = if in_list {
            (at + 2, code.partner[at + 1])
        } else {
            (at + 1, at + 6)
        };
        while next < end {
            if let Some(module) = code.plain_string(next) {
                let last = module.rsplit('/').next().unwrap_or(module);
                let is_version =
                    last.starts_with('v') && last[1..].chars().all(|c| c.is_ascii_digit());
                let last = if is_version {
                    module.rsplit('/').nth(1).unwrap_or(last)
                } else {
                    last
                };
                let local = if code.is_name(next - 1) && !code.is(next - 1, "import") {
                    code.text_of(next - 1)
                } else {
                    last
                };
                self.bind(0, local, Binding::Module(last.to_owned()));
                self.import(module.to_owned(), Vec::new(), next);
                if !in_list {
                    return;
                }
            }
            next = code.after(next);
        }
    }

    pub(crate) fn java_import(&mut self, at: usize) {
        let start = at + 1 + usize::from(self.code.is(at + 1, "static"));
        let (module, _) = self.dotted(start);
        if !module.is_empty() {
            self.import(module.trim_end_matches('.').to_owned(), Vec::new(), at);
        }
    }

    pub(crate) fn php_use(&mut self, at: usize) {
        let code = self.code;
        if code.is_name(at + 1) {
            self.import(
                code.text_of(at + 1).trim_start_matches('\\').to_owned(),
                Vec::new(),
                at,
            );
        }
    }
}
