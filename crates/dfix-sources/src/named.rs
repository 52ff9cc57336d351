//! Absolute paths, and addresses that a server could listen on, that stand in a text, whatever is done with them.

use crate::address::{absolute_path_in_address, begins_by_library};
use crate::code::NONE;
use crate::items::{Scanner, is_new};
use crate::language::Language;
use crate::source::{Computed, Named};
use crate::tables;
use crate::token::Kind;
use crate::value::Folded;

/// How many brackets around a text are looked at.
const MOST_BRACKETS: usize = 3;
/// How many tokens the types of a call may have.
const MOST_OF_TYPES: usize = 32;

/// Whether a byte stands in paths as people write them in texts.
pub(crate) fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+@".contains(&byte)
}

/// The path with which a text begins: the whole, or the folder in which what follows lies (`/var/spool/{name}`).
pub(crate) fn path_of(text: &str, goes_on: bool) -> Option<&str> {
    let text = absolute_path_in_address(text).unwrap_or(text);
    if !text.starts_with('/') || text.starts_with("//") {
        return None;
    }
    let end = text.bytes().position(|byte| !is_of_path(byte));
    let path = match end {
        None if !goes_on => text,
        // `/var/log/%s.log`, `/data/*`, `/data:/data`
        Some(end) if text[end..].starts_with(':') && text[end + 1..].starts_with('/') => {
            &text[..end]
        }
        Some(end) if !text[end..].starts_with(['%', '{', '$', '*', '#', '<']) => return None,
        end => {
            let literal = &text[..end.unwrap_or(text.len())];
            &literal[..literal.rfind('/')?]
        }
    };
    let path = path.trim_end_matches('/');
    (path.len() > 1).then_some(path)
}

/// What Spring takes where nobody sets a name: `${upload.dir:/uploads}` (the Spring Framework's documentation, "Using
/// @Value").
fn default_of_placeholder(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let (_, default) = inner.split_once(':')?;
    default_of_placeholder(default).or(Some(default))
}

/// The path that a tag of a Go struct gives a field where nobody else does: `default:"/data"`, `envDefault:"/data"`.
///
/// Source: kelseyhightower/envconfig, caarlos0/env, alecthomas/kong.
fn default_of_tag(tag: &str) -> Option<&str> {
    let (_, value) = tag.split_once("efault:\"")?;
    value.split('"').next()
}

/// The port below 1024 of an address that stands for every one of the machine: `0.0.0.0:80`, `[::]:443`, `:80`.
fn low_address(text: &str) -> Option<u16> {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (host, port) = text.trim_end_matches('/').rsplit_once(':')?;
    let is_every = matches!(host, "" | "*" | "+" | "0.0.0.0" | "::" | "[::]");
    let port = port.parse().ok()?;
    (is_every && (1..1024).contains(&port)).then_some(port)
}

impl Scanner<'_, '_, '_> {
    /// A name, or an entry of an object, that stands for a place above the file's folder or the working directory.
    pub(crate) fn computed(&mut self, at: usize) {
        const MOST_TOKENS: usize = 60;
        let code = self.reader.code;
        if !code.names_folders_above() {
            return;
        }
        let Some(end) = code.expression_end(at + 1, MOST_TOKENS) else {
            return;
        };
        for value in self.reader.values((at + 1, end)) {
            let Folded::Text(text) = value else { continue };
            let place = text.place();
            if !place.path.starts_with("..") {
                continue;
            }
            let computed = Computed {
                place,
                line: code.line(at),
            };
            if is_new(&self.source.computed, &computed) {
                self.source.computed.push(computed);
            }
        }
    }

    /// An address that a server could listen on. One without a host is often a part that is looked for or taken away:
    /// `host.replace(":80", "")`; in Go it is how they are written.
    pub(crate) fn address(&mut self, at: usize, text: &str) {
        let code = self.reader.code;
        let is_given = |before: usize| code.is_any(before, "( ,");
        let may_be_part = text.starts_with(':')
            && code.language != Language::Go
            && at.checked_sub(1).is_none_or(is_given);
        let is_whole = code.kind(at + 2) == Some(Kind::StringClose);
        if let Some(port) = low_address(text).filter(|_| is_whole && !may_be_part) {
            self.source.addresses.push((port, code.line(at)));
        }
    }

    /// An absolute path that is a text of its own, or with which one begins.
    pub(crate) fn named_path(&mut self, at: usize) {
        let code = self.reader.code;
        if code.kind(at + 1) != Some(Kind::Text) {
            return;
        }
        let goes_on = code.kind(at + 2) == Some(Kind::InsertOpen);
        let text = code.text_of(at + 1);
        let is_tag = code.language == Language::Go && text.contains(":\"");
        let text = if is_tag {
            default_of_tag(text).unwrap_or_default()
        } else {
            default_of_placeholder(text).unwrap_or(text)
        };
        let Some(path) = path_of(text, goes_on) else {
            return;
        };
        let named = Named {
            path: path.to_owned(),
            may_be_route: self.may_be_route(at)
                || text.starts_with('/') && self.is_told_as_route(at),
            begins_by_library: begins_by_library(text),
            is_told_as_place: self.is_told_as_place(at),
            line: code.line(at),
        };
        if is_new(&self.source.named, &named) {
            self.source.named.push(named);
        }
    }

    /// Whether the text here is given to a name whose last word says a place: a keyword, a key, a variable of the
    /// environment that is set.
    fn is_told_as_place(&self, at: usize) -> bool {
        let code = self.reader.code;
        let Some(before) = at.checked_sub(1).filter(|it| *it > 0) else {
            return false;
        };
        let key = match code.text_of(before) {
            // `os.environ["HF_HOME"] = "/models"`
            "=" if code.is(before - 1, "]") => before.checked_sub(2),
            "=" | ":" | "=>" => Some(before - 1),
            // `os.environ.setdefault("HF_HOME", "/models")`
            "," if code.kind(before - 1) == Some(Kind::StringClose) => Some(before - 1),
            _ => None,
        };
        let Some(key) = key else { return false };
        let name = match code.kind(key) {
            Some(Kind::StringClose) => code.plain_string(code.partner[key]).unwrap_or_default(),
            _ => code.text_of(key),
        };
        let (word, is_behind) = last_word(name);
        let is_behind = is_behind && tables::is_left_out("place-word", &format!("_{word}"));
        is_behind || tables::is_left_out("place-word", &word)
    }

    /// Whether the text here is given to a name whose last word says a route, or stands in a list of such a name:
    /// `success_url="/done"`, `const PROTECTED_ROUTES = ["/projects"]`.
    fn is_told_as_route(&self, at: usize) -> bool {
        let code = self.reader.code;
        let around = code.outer[at];
        let is_listed = around != NONE && code.is(around, "[");
        let begin = if is_listed { around } else { at };
        let Some(before) = begin.checked_sub(1).filter(|it| *it > 0) else {
            return false;
        };
        let mut name = code.text_of(before - 1);
        let mut parts = split_last(name);
        // `RECORD_ROUTE_BASE`, `route_prefix`
        while !parts.0.is_empty() && tables::is_left_out("route-part", &parts.1) {
            name = parts.0;
            parts = split_last(name);
        }
        code.is_any(before, "= :") && tables::is_left_out("route-word", &parts.1)
    }

    /// Whether the text here is put behind another one, or given to what takes routes, by the names in the tables.
    fn may_be_route(&self, at: usize) -> bool {
        let code = self.reader.code;
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        if code.is_any(before, "+ . == === != !== in startswith startsWith") {
            return true;
        }
        // `request("POST", "/data")`
        let method = Some(before).filter(|it| *it > 0 && code.is(*it, ","));
        let method = method.filter(|it| code.kind(it - 1) == Some(Kind::StringClose));
        let method = method.and_then(|it| code.plain_string(code.partner[it - 1]));
        let is_method = |it: &str| it.bytes().all(|b| b.is_ascii_uppercase());
        if method.is_some_and(|it| is_method(it) && tables::is_left_out("route", it)) {
            return true;
        }
        // `url="/data"`, `"path": "/data"`
        if code.is_any(before, "= : =>") && before > 0 {
            let key = before - 1;
            let name = match code.kind(key) {
                Some(Kind::StringClose) => code.plain_string(code.partner[key]).unwrap_or_default(),
                _ => code.text_of(key),
            };
            // `Route(path="/data")`, but `PersistentClient(path="/data")`
            let around = code.outer[at];
            let is_of_call = code.language == Language::Python
                && name == "path"
                && around != NONE
                && around > 0
                && code.is(around, "(")
                && code.is_name(around - 1);
            if is_of_call {
                return tables::is_left_out("route", code.text_of(around - 1));
            }
            if tables::is_left_out("route-key", name) {
                return true;
            }
        }
        // Routes are the first argument: `config.get("folder", "/data")` names none.
        let mut around = code.outer[at];
        if around == NONE || around + 1 != at && code.is(around, "(") {
            return false;
        }
        for _ in 0..MOST_BRACKETS {
            if around == NONE || around == 0 {
                return false;
            }
            let name = self.behind_types(around - 1);
            if code.is(around, "(") && code.is_name(name) {
                let name = code.text_of(name);
                let in_language = format!("{} {name}", code.language.word());
                return tables::is_left_out("route", name)
                    || tables::is_left_out("route", &in_language);
            }
            if !code.is_any(around, "[ (") {
                return false;
            }
            around = code.outer[around];
        }
        false
    }

    /// What stands before the types that a call in TypeScript is given, which end here: `post` of `api.post<User[]>(`.
    fn behind_types(&self, end: usize) -> usize {
        let code = self.reader.code;
        if code.language != Language::TypeScript {
            return end;
        }
        let mut open = 0_usize;
        for at in (end.saturating_sub(MOST_OF_TYPES)..=end).rev() {
            match code.text_of(at) {
                ">" => open += 1,
                ">>" => open += 2,
                ">>>" => open += 3,
                "<" if open == 1 => return at.saturating_sub(1),
                "<" => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                return end;
            }
        }
        end
    }
}

/// The last word of a name in small letters, and whether others stand before it: `url` of `success_url` and `successUrl`.
fn last_word(name: &str) -> (String, bool) {
    let (before, word) = split_last(name);
    (word, !before.is_empty())
}

/// What stands before the last word of a name, and that word in small letters.
fn split_last(name: &str) -> (&str, String) {
    let is_end = |c: char| c == '_' || c == '-' || c.is_ascii_uppercase();
    let is_shouted = !name.contains(|c: char| c.is_ascii_lowercase());
    let at = if is_shouted {
        name.rfind('_').map_or(0, |at| at + 1)
    } else {
        name.rfind(is_end).unwrap_or(0)
    };
    let word = name[at..].trim_matches(['_', '-']).to_ascii_lowercase();
    (name[..at].trim_end_matches(['_', '-']), word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_places() {
        let cases = [
            ("a.py", "nltk.download('punkt', download_dir='/nltk')", true),
            ("a.py", "os.environ['HF_HOME'] = '/models'", true),
            ("a.py", "os.environ.setdefault('HF_HOME', '/models')", true),
            ("a.js", "launch({userDataDir: '/profile'})", true),
            (
                "a.js",
                "const routes = {home: '/dashboard', user: '/user'}",
                false,
            ),
            ("a.py", "app.route(path='/x')", false),
        ];
        for (name, text, is_place) in cases {
            let source = crate::read(name, text).expect("its language is known");
            let named = source.named.first().expect("a path is named");
            assert_eq!(named.is_told_as_place, is_place, "{text}");
        }
    }

    #[test]
    fn names_tell_routes() {
        let cases = [
            (
                "a.py",
                "V.as_view(\n  template_name='a.html',\n  success_url='/auth/reset/done/')",
                true,
            ),
            ("a.py", "LOGIN_REDIRECT_URL = '/data'", true),
            (
                "a.js",
                "const PROTECTED_ROUTES = ['/projects', '/data'];",
                true,
            ),
            (
                "a.ts",
                "await api.post<Success<Token>>(\n  '/auth/login', it)",
                true,
            ),
            ("a.ts", "await api.get<User>('/data')", true),
            ("a.py", "await self.ask('POST', '/data', data=x)", true),
            ("a.py", "load('ALL_OF_IT', '/data')", false),
            ("a.py", "RECORD_ROUTE_BASE = '/records'", true),
            ("a.py", "API_URL_PREFIX = '/data'", true),
            ("a.ts", "const routePath = '/data'", true),
            ("a.py", "DATA_ROOT = '/data'", false),
            ("a.py", "ROUTES_FILE = '/data'", false),
            ("a.py", "DATA_FOLDERS = ['/data']", false),
            ("a.py", "DATABASE_URL = 'sqlite:////data/a.db'", false),
            ("a.ts", "const a = save<User>('/data')", false),
            ("a.ts", "const a = b < c && d > get; run('/data')", false),
        ];
        for (name, text, is_route) in cases {
            let source = crate::read(name, text).expect("its language is known");
            assert_eq!(
                source.named.first().expect("a path is named").may_be_route,
                is_route,
                "{text}"
            );
        }
    }

    #[test]
    fn addresses_of_every_machine_end_in_ports() {
        let cases = [
            ("0.0.0.0:80", Some(80)),
            ("[::]:443", Some(443)),
            (":80", Some(80)),
            ("tcp://*:25", Some(25)),
            ("http://+:80/", Some(80)),
            ("0.0.0.0:8080", None),
            ("0.0.0.0:0", None),
            ("example.com:80", None),
            ("12:30", None),
            ("80", None),
        ];
        for (text, port) in cases {
            assert_eq!(low_address(text), port, "{text}");
        }
        let of = |path: &str, text: &str| crate::read(path, text).map(|it| it.addresses);
        let python =
            "address = os.environ.get('LISTEN') or '0.0.0.0:80'\nname = host.replace(':80', '')\n";
        assert_eq!(of("a.py", python), Some(vec![(80, 1)]));
        let go = "package main\nvar addr = flag.String(\"addr\", \":80\", \"\")\n";
        assert_eq!(of("a.go", go), Some(vec![(80, 2)]));
    }

    #[test]
    fn placeholders_have_defaults() {
        let java = "class A { @Value(\"${upload.dir:/uploads}\") String a; }";
        let named = crate::read("A.java", java).map(|it| it.named);
        let paths = named.iter().flatten().map(|it| it.path.as_str());
        assert_eq!(paths.collect::<Vec<_>>(), ["/uploads"]);
        assert_eq!(default_of_placeholder("${upload.dir}"), None);
    }

    #[test]
    fn texts_begin_with_paths() {
        let cases = [
            ("/var/lib/app", Some("/var/lib/app")),
            ("file:/data/x.db?mode=rw", Some("/data/x.db")),
            ("sqlite:///data/x.db", Some("/data/x.db")),
            ("/srv/", Some("/srv")),
            ("/var/log/%s.log", Some("/var/log")),
            ("/data/*", Some("/data")),
            ("/data:/data", Some("/data")),
            ("/help me", None),
            ("/users/:id", None),
            ("//cdn.example/x", None),
            ("/", None),
            ("data", None),
        ];
        for (text, path) in cases {
            assert_eq!(path_of(text, false), path, "{text}");
        }
        assert_eq!(path_of("/var/spool/a", true), Some("/var/spool"));
        assert_eq!(path_of("/a", true), None);
    }
}
