//! Text that is meant as a JSON array of strings and is none: why, and what was meant.
//!
//! The builder takes such arguments for the shell form (BuildKit, `parseMaybeJSON`), so that a shell
//! looks for a program named `[node,`.

/// Text that is meant as a JSON array of strings and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenArray {
    /// What is wrong first, as a clause: "its strings are in single quotes".
    pub why: String,
    /// The strings that were meant; none where that cannot be told.
    pub strings: Option<Vec<String>>,
}

/// Quotation marks and what closes them; only the first pair is JSON's.
const QUOTES: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')];

fn closing(open: char) -> Option<char> {
    // What opens may also be typed at the end, and the other way round.
    QUOTES
        .iter()
        .find(|(a, b)| *a == open || *b == open)
        .map(|(_, b)| *b)
}

/// What is wrong with `text`, the logical text of an instruction's arguments, if it is meant as a
/// JSON array of strings; its strings where nothing is. Text for a shell that happens to begin with
/// `[` gives nothing.
pub(crate) fn broken_array(text: &str) -> Option<Result<Option<Vec<String>>, BrokenArray>> {
    let text = text.trim();
    is_meant_as_array(text).then(|| read(text))
}

/// As [`broken_array`], of text that begins with `[` and is surely meant as one.
fn read(text: &str) -> Result<Option<Vec<String>>, BrokenArray> {
    let mut reader = Reader {
        rest: &text[1..],
        why: None,
        strings: Some(Vec::new()),
    };
    reader.read();
    let strings = reader.strings.filter(|it| !it.is_empty());
    match reader.why {
        Some(why) => Err(BrokenArray { why, strings }),
        None => Ok(strings),
    }
}

impl BrokenArray {
    /// What is wrong with the arguments of an instruction that takes paths, which no shell reads, where they begin as an array does.
    pub fn of_paths(text: &str) -> Option<BrokenArray> {
        let text = text.trim();
        text.starts_with('[').then(|| read(text).err()).flatten()
    }
}

/// `[ -f x ] && y`, `[[ … ]]` and `[a-z]*` are the shell's.
fn is_meant_as_array(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[') else {
        return false;
    };
    let has_comma = inner
        .split_whitespace()
        .any(|word| word.ends_with(',') || word.starts_with(','))
        || inner.contains("\",\"")
        || inner.contains("','");
    let is_closed = text.ends_with(']');
    match inner.chars().next() {
        Some(c) if closing(c).is_some() => {
            (has_comma || is_closed) && ![" = ", " == ", " != "].iter().any(|it| inner.contains(it))
        }
        Some('[' | '-' | '!') | None => false,
        Some(c) if c.is_whitespace() => has_comma && is_closed,
        Some(_) => has_comma || is_closed,
    }
}

struct Reader<'t> {
    rest: &'t str,
    why: Option<String>,
    strings: Option<Vec<String>>,
}

impl Reader<'_> {
    fn fault(&mut self, why: impl Into<String>) {
        self.why.get_or_insert_with(|| why.into());
    }

    /// Reads what stands behind the bracket, as leniently as it can.
    fn read(&mut self) {
        let mut after_comma = false;
        let mut after_value = false;
        loop {
            self.rest = self.rest.trim_start();
            let Some(c) = self.rest.chars().next() else {
                self.fault("the `]` at its end is missing");
                return;
            };
            match c {
                ']' => {
                    if after_comma {
                        self.fault("a comma stands before its `]`");
                    }
                    let behind = self.rest[1..].trim();
                    if !behind.is_empty() {
                        self.fault(format!("`{behind}` follows its `]`"));
                        self.strings = None;
                    }
                    return;
                }
                ',' => {
                    if !after_value {
                        self.fault("a comma stands where a string should");
                    }
                    self.rest = &self.rest[1..];
                    after_comma = true;
                    after_value = false;
                }
                _ => {
                    if after_value {
                        let next: String = self.rest.chars().take_while(|it| *it != ',').collect();
                        let next = next.trim_end_matches(']').trim_end();
                        self.fault(format!("a comma is missing before `{next}`"));
                    }
                    match closing(c) {
                        Some(end) => self.quoted(c, end),
                        None => {
                            self.bare();
                            // A comma that was mistyped, or a word more: nobody can tell.
                            if after_value {
                                self.strings = None;
                            }
                        }
                    }
                    after_comma = false;
                    after_value = true;
                }
            }
        }
    }

    fn quoted(&mut self, open: char, end: char) {
        match open {
            '"' => {}
            '\'' => self.fault("its strings are in single quotes, and JSON wants double ones"),
            open => self.fault(format!(
                "`{open}` is no quotation mark of JSON, which wants `\"`"
            )),
        }
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            if c == end || c == open {
                self.rest = &self.rest[at + c.len_utf8()..];
                if let Some(strings) = &mut self.strings {
                    strings.push(text);
                }
                return;
            }
            match (c, open) {
                ('\\', '"') => match chars.next().map(|it| it.1) {
                    Some(c @ ('"' | '\\' | '/')) => text.push(c),
                    Some('b' | 'f' | 'n' | 'r' | 't') => self.strings = None,
                    Some('u') => {
                        let digits = chars.by_ref().take(4);
                        if digits.filter(|(_, c)| c.is_ascii_hexdigit()).count() < 4 {
                            self.fault("`\\u` wants four hexadecimal digits");
                        }
                        self.strings = None;
                    }
                    Some(c) => {
                        self.fault(format!(
                            "`\\{c}` means nothing in JSON: a backslash is written `\\\\`"
                        ));
                        text.push('\\');
                        text.push(c);
                    }
                    None => {}
                },
                (c, _) if c.is_control() => {
                    self.fault("a string holds a control character");
                    self.strings = None;
                }
                (c, _) => text.push(c),
            }
        }
        self.fault(format!("a `{open}` is not closed"));
        self.strings = None;
        self.rest = "";
    }

    fn bare(&mut self) {
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ']') || closing(c).is_some();
        let length = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        self.fault(format!("`{word}` is not in double quotes"));
        if let Some(strings) = &mut self.strings {
            strings.push(word.to_owned());
        }
        self.rest = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::{BrokenArray, broken_array};

    #[track_caller]
    fn check(text: &str, why: &str, strings: Option<&[&str]>) {
        let broken = broken_array(text).and_then(Result::err);
        let broken = broken.unwrap_or_else(|| panic!("{text} is broken"));
        assert_eq!(broken.why, why, "{text}");
        let meant = broken.strings.as_ref();
        let meant: Option<Vec<&str>> = meant.map(|it| it.iter().map(String::as_str).collect());
        assert_eq!(meant.as_deref(), strings, "{text}");
    }

    #[test]
    fn each_way_to_break_an_array_is_told() {
        let node: &[&str] = &["node", "app.js"];
        let single = "its strings are in single quotes, and JSON wants double ones";
        check("['node', 'app.js']", single, Some(node));
        check("[ 'node', 'app.js' ]", single, Some(node));
        check("['node','app.js']", single, Some(node));
        check("[\"node\", 'app.js']", single, Some(node));
        check(
            "[\"node\", \"app.js\",]",
            "a comma stands before its `]`",
            Some(node),
        );
        check(
            "[node, app.js]",
            "`node` is not in double quotes",
            Some(node),
        );
        check("[node]", "`node` is not in double quotes", Some(&["node"]));
        check(
            "[\"node\" \"app.js\"]",
            "a comma is missing before `\"app.js\"`",
            Some(node),
        );
        check(
            "[\"node\", \"app.js\"",
            "the `]` at its end is missing",
            Some(node),
        );
        check(
            "[“node”, “app.js”]",
            "`“` is no quotation mark of JSON, which wants `\"`",
            Some(node),
        );
        check("[\"node\", \"app.js]", "a `\"` is not closed", None);
        check(
            "[\"echo\". \"hello\"]",
            "a comma is missing before `. \"hello\"`",
            None,
        );
        check(
            "[\"echo\" hello]",
            "a comma is missing before `hello`",
            None,
        );
        check(
            "[\"node\",, \"app.js\"]",
            "a comma stands where a string should",
            Some(node),
        );
        check(
            "[\"node\", \"x\"] && true",
            "`&& true` follows its `]`",
            None,
        );
        check(
            "[\"c:\\app.exe\", \"x\"]",
            "`\\a` means nothing in JSON: a backslash is written `\\\\`",
            Some(&["c:\\app.exe", "x"]),
        );
        check(
            "[\"a\tb\", \"c\"]",
            "a string holds a control character",
            None,
        );
    }

    #[test]
    fn what_a_shell_reads_is_not_meant_as_one() {
        for text in [
            "[ -f /x ] && run",
            "[ \"$A\" = b ]",
            "[\"$A\" = b ] && c",
            "[[ $a == b, ]]",
            "[-f /x]",
            "[",
            "[ ]",
            "[abc",
            "node app.js",
            "",
        ] {
            assert_eq!(broken_array(text), None, "{text}");
        }
    }

    #[test]
    fn sound_arrays_give_their_strings() {
        let strings = ["a".to_owned(), "b".to_owned()].to_vec();
        assert_eq!(broken_array("[\"a\", \"b\"]"), Some(Ok(Some(strings))));
        assert_eq!(broken_array("[\"\\u0061\"]"), Some(Ok(None)));
    }

    #[test]
    fn paths_are_read_too() {
        let strings = |text| BrokenArray::of_paths(text).map(|it| it.strings.unwrap_or_default());
        for (text, expected) in [
            ("[ “/a” ]", &["/a"][..]),
            ("['/a', /b]", &["/a", "/b"]),
            ("[/a]", &["/a"]),
            ("[\"/a\" \"/b\"]", &["/a", "/b"]),
            ("[\"/a]", &[]),
        ] {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            assert_eq!(strings(text), Some(expected), "{text}");
        }
        assert_eq!(strings("[\"/a\"]"), None);
        assert_eq!(strings("/a /b"), None);
    }
}
