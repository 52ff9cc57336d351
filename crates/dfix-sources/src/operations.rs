//! What functions of values give: paths, defaults, formats.

use crate::calls::{Arguments, Reader};
use crate::language::Language;
use crate::tables::Effect;
use crate::value::{Base, Folded, Text};

impl<'t> Reader<'_, 't> {
    /// `fmt.Sprintf("%s:%d", a, b)`
    pub(crate) fn formatted(
        &self,
        format: &[Folded],
        values: &[Vec<Folded>],
    ) -> Option<Vec<Folded>> {
        let [Folded::Text(format)] = format else {
            return None;
        };
        let format = format.written.replace("%d", "%s").replace("%v", "%s");
        let pieces: Vec<&str> = format.split("%s").collect();
        if pieces.len() != values.len() + 1 || pieces.iter().any(|it| it.contains('%')) {
            return None;
        }
        let mut all = vec![Folded::Text(Text::plain(pieces[0]))];
        for (value, piece) in values.iter().zip(&pieces[1..]) {
            all = self.cross(&all, value, (0, 0), &prepend);
            all = self.cross(
                &all,
                &[Folded::Text(Text::plain(piece))],
                (0, 0),
                &|a, b| a.concat(b),
            );
        }
        Some(all)
    }

    /// Whether this name is the environment as a whole.
    pub(crate) fn is_environment(&self, name: &str) -> bool {
        self.effects(name)
            .iter()
            .any(|it| it.kind == "value" && it.what == "environment")
    }

    /// The value of a name or a call that the table knows.
    pub(crate) fn by_table(
        &self,
        name: &str,
        receiver: Option<&[Folded]>,
        arguments: Option<&Arguments<'t>>,
        depth: usize,
    ) -> Option<Vec<Folded>> {
        let effects = self.effects(name);
        let none = Arguments::default();
        let given = arguments.unwrap_or(&none);
        for effect in effects {
            match effect.kind {
                "asks" if arguments.is_some() && !effect.argument.starts_with('=') => {
                    let asked = self.argument(given, effect.argument)?;
                    let range = asked;
                    let names = self.fold(asked, depth + 1);
                    let [Folded::Text(text)] = names.as_slice() else {
                        return Some(self.unknown(range));
                    };
                    let default = effect
                        .what
                        .strip_prefix("default=")
                        .and_then(|it| self.argument(given, it));
                    let default = default
                        .map(|it| self.fold(it, depth + 1))
                        .unwrap_or_default();
                    return Some(with_default(
                        vec![Folded::Text(Text::variable(&text.written))],
                        default,
                    ));
                }
                "value" => {
                    let needs_call = !effect.argument.starts_with("name");
                    if needs_call != arguments.is_some() {
                        continue;
                    }
                    return self.operation(effect, receiver, given, depth);
                }
                _ => {}
            }
        }
        None
    }

    /// What a function of values gives.
    pub(crate) fn operation(
        &self,
        effect: Effect,
        receiver: Option<&[Folded]>,
        given: &Arguments<'t>,
        depth: usize,
    ) -> Option<Vec<Folded>> {
        let one = |text: Text| Some(vec![Folded::Text(text)]);
        let (operation, detail) = effect.what.split_once('=').unwrap_or((effect.what, ""));
        let from = |base: Base| one(Text::of(base, if detail.is_empty() { "." } else { detail }));
        match operation {
            "text" => return one(Text::plain(detail)),
            "source" => return from(Base::Source),
            "working" => return from(Base::Working),
            "home" => return from(Base::Home),
            "project" if effect.argument.starts_with("name") || given.positional.is_empty() => {
                return from(Base::Project);
            }
            "property" => {
                let name = self.fold(*given.positional.first()?, depth + 1);
                let [Folded::Text(name)] = name.as_slice() else {
                    return None;
                };
                return match name.written.as_str() {
                    "user.dir" => one(Text::plain(".")),
                    "user.home" => one(Text::of(Base::Home, ".")),
                    "java.io.tmpdir" => one(Text::plain("/tmp")),
                    _ => None,
                };
            }
            "environment" => return None,
            _ => {}
        }
        let mut parts: Vec<Vec<Folded>> = Vec::new();
        if operation == "project" {
            parts.push(vec![Folded::Text(Text::of(
                Base::Project,
                if detail.is_empty() { "." } else { detail },
            ))]);
        }
        for wanted in effect.argument.split('+') {
            if wanted == "this" {
                parts.extend(receiver.map(<[Folded]>::to_vec));
            } else if let Ok(first) = wanted.trim_end_matches('*').parse::<usize>() {
                let most = if wanted.ends_with('*') { usize::MAX } else { 1 };
                let taken = given.positional.iter().skip(first).take(most);
                parts.extend(taken.map(|it| self.fold(*it, depth + 1)));
            }
        }
        let mut parts = parts.into_iter();
        let mut all = parts.next()?;
        match operation {
            "same" => {}
            "folder" => {
                for _ in 0..detail.parse().unwrap_or(1) {
                    map(&mut all, Text::folder);
                }
            }
            "tilde" => map(&mut all, |text| match text.written.strip_prefix('~') {
                Some(below) if below.is_empty() || below.starts_with('/') => {
                    Text::of(Base::Home, below.trim_start_matches('/')).depending_on(text)
                }
                _ => text.clone(),
            }),
            "join" | "resolve" | "project" | "below" => {
                let resets = operation == "resolve";
                for part in parts {
                    all = self.cross(&all, &part, (0, 0), &|a, b| a.join(b, resets));
                }
            }
            "or" => {
                let other: Vec<Folded> = parts.next().unwrap_or_default();
                all = with_default(all, other);
            }
            "concat" => {
                for part in parts {
                    all = self.cross(&all, &part, (0, 0), &|a, b| a.concat(b));
                }
            }
            // `new URL("./data", import.meta.url)`
            "url" => {
                if let Some(path) = parts.next() {
                    all = self.cross(&all, &path, (0, 0), &|a, b| a.folder().join(b, true));
                }
            }
            "format" => {
                let values: Vec<Vec<Folded>> = parts.collect();
                all = self.formatted(&all, &values)?;
            }
            "from" => {
                // `File.expand_path(path, folder)`
                if let Some(above) = parts.next() {
                    all = self.cross(&above, &all, (0, 0), &|a, b| a.join(b, true));
                }
            }
            _ => return None,
        }
        Some(all)
    }
}

fn map(all: &mut [Folded], change: impl Fn(&Text) -> Text) {
    for value in all {
        if let Folded::Text(text) = value {
            *text = change(text);
        }
    }
}

/// What `left or right` gives: the right one where the left one is a variable that is not set.
pub(crate) fn with_default(left: Vec<Folded>, right: Vec<Folded>) -> Vec<Folded> {
    let mut found = Vec::new();
    let mut needs_right = left.is_empty();
    for value in left {
        match value {
            Folded::Text(text) if !text.is_complete => {
                if right.is_empty() {
                    found.push(Folded::Text(text));
                    continue;
                }
                for other in &right {
                    found.push(match other {
                        Folded::Text(other) => {
                            let mut joined = other.clone();
                            joined.variables.clone_from(&text.variables);
                            Folded::Text(joined.depending_on(&Text {
                                is_complete: true,
                                ..other.clone()
                            }))
                        }
                        Folded::Unknown(..) => Folded::Text(text.clone()),
                    });
                }
            }
            Folded::Text(text) => found.push(Folded::Text(text)),
            Folded::Unknown(text, folder) => {
                found.push(Folded::Unknown(text, folder));
                needs_right = true;
            }
        }
    }
    if needs_right {
        found.extend(right);
    }
    found
}

/// One behind the other, where the first may be nothing yet.
pub(crate) fn prepend(a: &Text, b: &Text) -> Option<Text> {
    if a.written.is_empty() && a.base == Base::Working {
        Some(b.clone().depending_on(a))
    } else {
        a.concat(b)
    }
}

/// What a text within quotes means.
pub(crate) fn decode(language: Language, quote: &str, text: &str) -> String {
    let is_raw = quote.to_ascii_lowercase().contains('r') && language == Language::Python
        || quote == "`" && language == Language::Go
        || quote == "\"\"\"" && language == Language::Kotlin;
    let text = if language == Language::Python && quote.to_ascii_lowercase().contains('f') {
        text.replace("{{", "{").replace("}}", "}")
    } else {
        text.to_owned()
    };
    if is_raw || !text.contains('\\') {
        return text;
    }
    let is_simple = quote == "'" && matches!(language, Language::Php | Language::Ruby);
    let mut decoded = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            decoded.push(c);
            continue;
        }
        match chars.next() {
            Some(c @ ('\\' | '\'')) => decoded.push(c),
            Some(c) if is_simple => decoded.extend(['\\', c]),
            Some('n') => decoded.push('\n'),
            Some('t') => decoded.push('\t'),
            Some('r') => decoded.push('\r'),
            Some('\n') => {}
            Some(c @ ('x' | 'u')) => {
                let rest = chars.as_str();
                let digits = rest.trim_start_matches('{');
                let most = if c == 'x' { 2 } else { 4 };
                let length = digits
                    .bytes()
                    .take(most)
                    .take_while(u8::is_ascii_hexdigit)
                    .count();
                match u32::from_str_radix(&digits[..length], 16)
                    .ok()
                    .and_then(char::from_u32)
                {
                    Some(found) => {
                        decoded.push(found);
                        chars = digits[length..].trim_start_matches('}').chars();
                    }
                    None => decoded.push(c),
                }
            }
            Some(c) => decoded.push(c),
            None => decoded.push('\\'),
        }
    }
    decoded
}

/// Alternatives of which one is a variable alone: the others are what it is where it is not set.
pub(crate) fn merged(mut found: Vec<Folded>) -> Vec<Folded> {
    let is_variable = |it: &Folded| matches!(it, Folded::Text(text) if !text.is_complete && text.written.is_empty());
    let variable = found
        .iter()
        .position(is_variable)
        .filter(|_| found.len() > 1);
    let Some(at) = variable else { return found };
    let variable = found.remove(at);
    with_default(vec![variable], found)
}

/// The folder in which a path lies of which only the beginning is known.
pub(crate) fn beginning(
    a: &Folded,
    b: &Folded,
    join: &dyn Fn(&Text, &Text) -> Option<Text>,
) -> Option<Text> {
    // Stands for what is not known.
    const ANYTHING: &str = "\u{1}";
    match (a, b) {
        (Folded::Text(a), Folded::Unknown(_, folder)) => {
            let is_nothing = a.written.is_empty() && a.variables.is_empty();
            if is_nothing && folder.is_some() {
                return folder.clone();
            }
            let joined = join(a, &Text::plain(ANYTHING))?;
            let folder = joined.folder();
            // A variable says the folder, or its beginning.
            let tells = folder.base != Base::Working
                || !folder.is_complete
                || !matches!(folder.written.as_str(), "." | "/");
            (tells && !folder.written.contains(ANYTHING)).then_some(folder)
        }
        (Folded::Unknown(_, folder), _) => folder.clone(),
        _ => None,
    }
}
