//! What each name is bound to, and the modules that are imported.

use std::collections::{HashMap, HashSet};

use crate::code::{Code, NONE};
use crate::language::Language;
use crate::scopes::{Made, Scopes};
use crate::token::Kind;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Binding {
    /// The value of these tokens.
    Value(usize, usize),
    /// A module, or a part of one, under its full name.
    Module(String),
    /// A variable of the environment, with the tokens of its default.
    Variable(String, Option<(usize, usize)>),
    /// A function of this file.
    Own,
    /// A parameter, the variable of a loop and whatever else is not known here.
    Opaque,
}

/// A module that is imported: its name as it is written, where it is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Imported {
    pub(crate) module: String,
    pub(crate) names: Vec<String>,
    pub(crate) at: usize,
}

/// A variable of the environment that is asked for, with the tokens of its default.
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) default: Option<(usize, usize)>,
    pub(crate) at: usize,
}

#[derive(Default)]
pub(crate) struct Names<'t> {
    /// The scopes of the classes of the file.
    classes: HashMap<&'t str, usize>,
    /// Whether a field of a class is not known by its bare name in the class's functions.
    hides_fields: bool,
    pub(crate) bound: HashMap<&'t str, HashMap<usize, Vec<Binding>>>,
    /// What has a dot in its name: `self.folder`, `app.config.UPLOADS`, in the class or the file.
    members: HashMap<(usize, String), Vec<Binding>>,
    pub(crate) imports: Vec<Imported>,
    /// Variables that are taken out of the environment by a pattern, with the tokens of their defaults.
    pub(crate) asked: Vec<Asked>,
}

/// A range for an expression that begins here is not followed further.
const MOST: usize = 400;

/// Of a name with more bindings the value is not told.
const MOST_BINDINGS: usize = 12;

pub(crate) struct Finder<'c, 't> {
    pub(crate) code: &'c Code<'t>,
    pub(crate) scopes: &'c Scopes,
    pub(crate) names: Names<'t>,
    globals: HashSet<(usize, &'t str)>,
    /// Assignments of names that are declared elsewhere.
    loose: Vec<(usize, &'t str, Binding)>,
}

impl<'t> Names<'t> {
    pub(crate) fn of(code: &Code<'t>, scopes: &Scopes) -> Self {
        let mut finder = Finder {
            code,
            scopes,
            names: Names {
                hides_fields: !matches!(
                    code.language,
                    Language::Java | Language::Kotlin | Language::Ruby
                ),
                ..Names::default()
            },
            globals: HashSet::new(),
            loose: Vec::new(),
        };
        finder.globals();
        for at in 0..code.len() {
            finder.token(at);
        }
        finder.settle();
        finder.names
    }

    /// What a name is bound to where it is used, and in which scope.
    pub(crate) fn lookup(&self, scopes: &Scopes, at: usize, name: &str) -> &[Binding] {
        let Some(bound) = self.bound.get(name) else {
            return &[];
        };
        let mut scope = scopes.of.get(at).copied().unwrap_or(0);
        let start = scope;
        loop {
            let entry = &scopes.all[scope];
            let is_hidden = entry.made == Made::Class && scope != start && self.hides_fields;
            if let Some(found) = bound.get(&scope).filter(|_| !is_hidden) {
                return found;
            }
            if scope == 0 {
                return &[];
            }
            scope = entry.parent;
        }
    }

    /// What a name with dots is bound to.
    pub(crate) fn member(&self, scopes: &Scopes, at: usize, name: &str) -> &[Binding] {
        let scope = scopes.of.get(at).copied().unwrap_or(0);
        let class = scopes.nearest(scope, |it| it == Made::Class);
        let own = self.members.get(&(class, name.to_owned()));
        if let Some(found) = own.or_else(|| self.members.get(&(0, name.to_owned()))) {
            return found;
        }
        // What the class itself is given.
        let (head, last) = name.split_once('.').unwrap_or(("", name));
        if let Some(class) = self.classes.get(head) {
            let field = self.bound.get(last).and_then(|it| it.get(class));
            return field.map_or(&[], Vec::as_slice);
        }
        let is_own = matches!(head, "self" | "cls" | "this" | "$this" | "static");
        let bound = self.bound.get(last).filter(|_| is_own && class != 0);
        let field = bound.and_then(|it| it.get(&class));
        field.map_or(&[], Vec::as_slice)
    }
}

impl<'t> Finder<'_, 't> {
    fn globals(&mut self) {
        if self.code.language != Language::Python {
            return;
        }
        for at in 0..self.code.len() {
            if self.code.is(at, "global") && self.code.starts_statement(at) {
                let scope = self.local(at);
                let mut name = at + 1;
                while self.code.is_name(name) {
                    self.globals.insert((scope, self.code.text_of(name)));
                    name += if self.code.is(name + 1, ",") { 2 } else { 1 };
                }
            }
        }
    }

    /// The scope in which an assignment makes its name.
    pub(crate) fn local(&self, at: usize) -> usize {
        let scope = self.scopes.of[at];
        if self.code.language.assigns_locally() {
            self.scopes.nearest(scope, |it| it != Made::Block)
        } else {
            scope
        }
    }

    pub(crate) fn bind(&mut self, scope: usize, name: &'t str, binding: Binding) {
        let scope = if self.globals.contains(&(scope, name)) {
            0
        } else {
            scope
        };
        let all = self
            .names
            .bound
            .entry(name)
            .or_default()
            .entry(scope)
            .or_default();
        // What is given very many values is not followed.
        if all.len() >= MOST_BINDINGS {
            all[0] = Binding::Opaque;
        } else if !all.contains(&binding) {
            all.push(binding);
        }
    }

    fn opaque(&mut self, at: usize) {
        let scope = self.local(at);
        self.bind(scope, self.code.text_of(at), Binding::Opaque);
    }

    fn token(&mut self, at: usize) {
        let code = self.code;
        if self.scopes.is_parameter[at] {
            self.parameter(at);
        }
        match code.kind(at) {
            Some(Kind::Punct) => match code.text_of(at) {
                "=" | ":=" => self.assignment(at),
                "+=" | "-=" | "*=" | "/=" | "%=" | "|=" | ".=" | "||=" | "&&=" | "??=" | "++"
                | "--" | "<<"
                    if code.is_name(at.wrapping_sub(1)) && !code.is(at, "<<") =>
                {
                    let binding = match code.text_of(at) {
                        "||=" | "??=" => self.value(at + 1),
                        _ => Binding::Opaque,
                    };
                    self.assign(at - 1, at - 1, binding);
                }
                "|" if code.language == Language::Ruby
                    && code.is_any(at.wrapping_sub(1), "{ do") =>
                {
                    let mut name = at + 1;
                    while code.is_name(name) || code.is_any(name, ", * & ( )") {
                        if code.is_name(name) {
                            self.opaque(name);
                        }
                        name += 1;
                    }
                }
                _ => {}
            },
            Some(Kind::Name) => self.keyword(at),
            _ => {}
        }
    }

    fn keyword(&mut self, at: usize) {
        let code = self.code;
        if code.is(at, "class") && code.is_name(at + 1) {
            const NEAR: usize = 40;
            let of = &self.scopes.of;
            let is_class = |it: &usize| self.scopes.all[*it].made == Made::Class && *it != of[at];
            let scope = of.iter().skip(at + 1).take(NEAR).copied().find(is_class);
            if let Some(scope) = scope {
                self.names.classes.insert(code.text_of(at + 1), scope);
            }
        }
        match (code.language, code.text_of(at)) {
            (Language::Python, "for" | "lambda") => {
                let mut name = at + 1;
                while code.is_name(name) && !code.is(name, "in") || code.is_any(name, ", ( ) * **")
                {
                    if code.is_name(name) {
                        self.opaque(name);
                    }
                    name += 1;
                }
            }
            (Language::Python, "def")
            | (Language::JavaScript | Language::TypeScript | Language::Php, "function")
                if code.is_name(at + 1) =>
            {
                let scope = self.local(at);
                self.bind(scope, code.text_of(at + 1), Binding::Own);
            }
            (Language::Python, "as") if code.is_name(at + 1) => self.python_as(at),
            (Language::Python, "import") if code.starts_statement(at) => self.python_import(at),
            (Language::Python, "from") if code.starts_statement(at) => self.python_from(at),
            (Language::Php, "as") => {
                let mut name = at + 1;
                while code.is_name(name) || code.is_any(name, "=> , [ ]") {
                    if code.is_name(name) {
                        self.opaque(name);
                    }
                    name += 1;
                }
            }
            (Language::JavaScript | Language::TypeScript, "import" | "export") => {
                self.script_import(at);
            }
            (Language::JavaScript | Language::TypeScript, "const" | "let" | "var") => {
                if code.is_name(at + 1) && code.is_any(at + 2, "of in") {
                    self.opaque(at + 1);
                } else if code.is_name(at + 1) && !code.is_any(at + 2, "= :") {
                    self.declare(at + 1);
                }
            }
            (Language::Go, "var") if code.is_name(at + 1) && !code.is(at + 2, "=") => {
                self.declare(at + 1);
            }
            (Language::Go, "import") if code.starts_statement(at) => self.go_import(at),
            (Language::Java | Language::Kotlin, "import")
                if code.starts_statement(at) || code.language == Language::Java =>
            {
                self.java_import(at);
            }
            (Language::Php, "use") if code.starts_statement(at) => self.php_use(at),
            _ => {}
        }
    }

    fn declare(&mut self, at: usize) {
        let scope = self.scopes.of[at];
        self.names
            .bound
            .entry(self.code.text_of(at))
            .or_default()
            .entry(scope)
            .or_default();
    }

    pub(crate) fn value(&self, start: usize) -> Binding {
        let from = if self.code.kind(start) == Some(Kind::Newline) {
            start + 1
        } else {
            start
        };
        match self.code.expression_end(from, MOST) {
            Some(end) if end > from => Binding::Value(from, end),
            _ => Binding::Opaque,
        }
    }

    /// The first token of the chain that ends before this place: `a.b["c"]`.
    fn chain_start(&self, end: usize) -> Option<usize> {
        let code = self.code;
        let mut at = end.checked_sub(1)?;
        loop {
            while code.is(at, "]") && code.partner[at] != NONE {
                at = code.partner[at].checked_sub(1)?;
            }
            if !code.is_name(at) {
                return None;
            }
            match at.checked_sub(2) {
                Some(further) if code.is_any(at - 1, ". ?. :: ->") => at = further,
                _ => return Some(at),
            }
        }
    }

    fn assignment(&mut self, at: usize) {
        let code = self.code;
        if self.scopes.is_parameter[at] || at == 0 {
            if code.language.is_script() {
                self.default_of_parameter(at);
            }
            return;
        }
        let around = code.outer[at];
        let names_arguments = matches!(
            code.language,
            Language::Python | Language::Kotlin | Language::Php | Language::Ruby
        );
        if around != NONE && code.is_any(around, "( [") && names_arguments && code.is(at, "=") {
            return;
        }
        // A default in a pattern.
        if around != NONE
            && code.language.is_script()
            && code.is(code.after(around), "=")
            && code.is_any(around, "{ [")
        {
            return;
        }
        if code.language.is_script() && code.is_any(at - 1, "} ]") && code.partner[at - 1] != NONE {
            let start = code.partner[at - 1];
            if code.is(start, "{") || code.starts_pattern(start) {
                self.pattern(start, at);
                return;
            }
        }
        let mut end = at;
        // `name: type = value`
        let typed = matches!(
            code.language,
            Language::Python | Language::TypeScript | Language::JavaScript | Language::Kotlin
        );
        if typed {
            let mut back = at;
            let least = at.saturating_sub(14);
            while back > least {
                back -= 1;
                if code.is_any(back, "] ) > }") && code.partner[back] != NONE {
                    back = code.partner[back];
                    continue;
                }
                if code.kind(back) == Some(Kind::Newline) || code.is_any(back, "; , ( { =") {
                    break;
                }
                if code.is(back, ":") {
                    end = back;
                    break;
                }
            }
        }
        let Some(mut start) = self.chain_start(end) else {
            return;
        };
        if code.language == Language::Go && code.is_any(start.wrapping_sub(2), "var const") {
            start -= 1;
            end = start + 1;
        }
        let mut binding = self.value(at + 1);
        if code.is(at + 1, "range") && code.language == Language::Go {
            binding = Binding::Opaque;
        }
        // Several names at once.
        if code.is(start.wrapping_sub(1), ",") && !code.is_any(start.wrapping_sub(1), "(") {
            let mut name = start;
            let mut several = Vec::new();
            while code.is_name(name) {
                several.push(name);
                match name.checked_sub(2) {
                    Some(further) if code.is(name - 1, ",") => name = further,
                    _ => break,
                }
            }
            let is_list = several.len() > 1
                && (!code.language.is_script() || !self.declares(several[several.len() - 1]));
            if is_list && (code.language != Language::Java) {
                several.reverse();
                self.assign_each(&several, binding);
                return;
            }
        }
        // `address = "", 80`
        if names_arguments && matches!(binding, Binding::Value(_, end) if code.is(end, ",")) {
            binding = Binding::Opaque;
        }
        self.assign(start, end - 1, binding);
    }

    /// `a, b = 1, 2`: each its own, where there are as many; of what a call of Go gives, the first is the value.
    fn assign_each(&mut self, names: &[usize], first: Binding) {
        let mut values = vec![first];
        while let Some(Binding::Value(_, end)) = values.last()
            && self.code.is(*end, ",")
            && values.len() < names.len()
        {
            values.push(self.value(end + 1));
        }
        let ends =
            !matches!(values.last(), Some(Binding::Value(_, end)) if self.code.is(*end, ","));
        let is_each = values.len() == names.len() && ends;
        let is_first = self.code.language == Language::Go && values.len() == 1;
        for (number, name) in names.iter().enumerate() {
            let keeps = is_each || is_first && number == 0;
            let value = values.get(number).filter(|_| keeps).cloned();
            self.assign(*name, *name, value.unwrap_or(Binding::Opaque));
        }
    }

    fn declares(&self, name: usize) -> bool {
        self.code.is_any(name.wrapping_sub(1), "const let var")
    }

    /// Binds the chain from `start` to `last`.
    fn assign(&mut self, start: usize, last: usize, binding: Binding) {
        let code = self.code;
        if start != last {
            if let Some(name) = code.chain_name(start, last + 1) {
                let scope = self.scopes.of[start];
                let class = self.scopes.nearest(scope, |it| it == Made::Class);
                let is_own = matches!(code.text_of(start), "self" | "cls" | "this" | "$this");
                let key = (if is_own { class } else { 0 }, name);
                let all = self.names.members.entry(key).or_default();
                if all.len() < MOST_BINDINGS {
                    all.push(binding);
                } else {
                    all[0] = Binding::Opaque;
                }
            }
            return;
        }
        let name = code.text_of(start);
        let before = start.wrapping_sub(1);
        let is_declared = match code.language {
            Language::Go => {
                code.is(last + 1, ":=")
                    || code.is_any(before, "var const")
                    || code.is(last + 1, ",")
            }
            Language::Java => {
                matches!(code.kind(before), Some(Kind::Name)) || code.is_any(before, "> ]")
            }
            Language::Kotlin => code.is_any(before, "val var"),
            _ => code.is_any(before, "const let var , static readonly public private"),
        };
        if code.language.assigns_locally() {
            let scope = self.local(start);
            if name.starts_with('@') {
                let class = self
                    .scopes
                    .nearest(self.scopes.of[start], |it| it == Made::Class);
                let all = self
                    .names
                    .members
                    .entry((class, name.to_owned()))
                    .or_default();
                if all.len() < MOST_BINDINGS {
                    all.push(binding);
                } else {
                    all[0] = Binding::Opaque;
                }
            } else {
                self.bind(scope, name, binding);
            }
        } else if is_declared || self.scopes.all[self.scopes.of[start]].made == Made::Class {
            self.bind(self.scopes.of[start], name, binding);
        } else {
            self.loose.push((self.scopes.of[start], name, binding));
        }
    }

    /// Names that are assigned go where they are declared.
    fn settle(&mut self) {
        for (from, name, binding) in std::mem::take(&mut self.loose) {
            let mut scope = from;
            while scope != 0
                && !self
                    .names
                    .bound
                    .get(name)
                    .is_some_and(|it| it.contains_key(&scope))
            {
                scope = self.scopes.all[scope].parent;
            }
            self.bind(scope, name, binding);
        }
    }
}
