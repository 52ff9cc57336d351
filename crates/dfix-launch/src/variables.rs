//! Variables in the values of Compose files, and files of variables.
//!
//! Source: the Compose specification, "Interpolation", and Compose's documentation of `.env` files.

use crate::shell::stand_in;

/// What becomes of a variable that is not known, by its name.
type Unknown = fn(String) -> Result<String, String>;

/// What variables stand for, where that is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables(Vec<(String, String)>);

impl Variables {
    /// The variables of a `.env` file; of a name that is set twice the last counts.
    pub(crate) fn of_file(text: &str) -> Self {
        let pairs = file_of_variables(text);
        let known = pairs
            .into_iter()
            .filter_map(|(_, name, value)| Some((name, value?)));
        Variables(known.collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| &**value)
    }

    /// The text with its variables put in, or the name of the first that only whoever starts it knows.
    pub(crate) fn put_into(&self, text: &str) -> Result<String, String> {
        self.expand(text, 0, Err)
    }

    /// The text with its variables put in; `${NAME}` stands for one that only whoever starts it knows.
    pub(crate) fn put_into_name(&self, text: &str) -> String {
        let whole = self.expand(text, 0, |name| Ok(stand_in(&name)));
        whole.unwrap_or_else(|name| stand_in(&name))
    }

    fn expand(&self, text: &str, depth: usize, unknown: Unknown) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some(after) = rest.strip_prefix('{') {
                let end = closing(after).ok_or_else(|| after.to_owned())?;
                let value = self.braced(&after[..end], depth, unknown);
                out.push_str(&value.or_else(unknown)?);
                rest = &after[end + 1..];
            } else {
                let end = name_end(rest);
                if end == 0 {
                    out.push('$');
                } else {
                    let value = self.get(&rest[..end]).map(str::to_owned);
                    out.push_str(&value.map_or_else(|| unknown(rest[..end].to_owned()), Ok)?);
                }
                rest = &rest[end..];
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// What `${…}` stands for.
    fn braced(&self, inside: &str, depth: usize, unknown: Unknown) -> Result<String, String> {
        let (name, rest) = inside.split_at(name_end(inside));
        let value = self.get(name);
        let (counts_empty, rest) = match rest.strip_prefix(':') {
            Some(rest) => (false, rest),
            None => (true, rest),
        };
        let value = value.filter(|value| counts_empty || !value.is_empty());
        let missing = || name.to_owned();
        if depth > 8 || name.is_empty() {
            return Err(inside.to_owned());
        }
        match (rest.chars().next(), value) {
            (None | Some('?'), value) => value.map(str::to_owned).ok_or_else(missing),
            (Some('-'), Some(value)) => Ok(value.to_owned()),
            (Some('-'), None) | (Some('+'), Some(_)) => self.expand(&rest[1..], depth + 1, unknown),
            (Some('+'), None) => Ok(String::new()),
            _ => Err(inside.to_owned()),
        }
    }
}

/// How many bytes of a text are the name of a variable.
fn name_end(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.find(|c| !is_name(c)).unwrap_or(text.len())
}

/// Where the brace that was opened before this text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// The lines of a file of variables that set one: the line, from 1, the name, and the value; none where the
/// environment of whoever starts it gives it.
pub fn file_of_variables(text: &str) -> Vec<(usize, String, Option<String>)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            if name_end(line) == line.len() {
                found.push((number + 1, line.to_owned(), None));
            }
            continue;
        };
        let name = name.trim();
        if name.is_empty() || name_end(name) != name.len() {
            continue;
        }
        let value = value.trim();
        let quoted = ['"', '\''].into_iter().find_map(|quote| {
            let inside = value.strip_prefix(quote)?;
            Some(&inside[..inside.find(quote)?])
        });
        let value = match quoted {
            Some(inside) => inside,
            None => value.split(" #").next().unwrap_or(value).trim_end(),
        };
        found.push((number + 1, name.to_owned(), Some(value.to_owned())));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Variables, file_of_variables};

    #[test]
    fn variables_have_defaults() {
        let known = Variables::of_file("A=1\nexport B=\nC='x # y' # z\n");
        let put = |text: &str| known.put_into(text);
        assert_eq!(put("$A-${A}b$$A").as_deref(), Ok("1-1b$A"));
        assert_eq!(
            put("${B:-${D:-d}}|${B-x}|${A:+set}|${D:+set}").as_deref(),
            Ok("d||set|")
        );
        assert_eq!(put("${C}").as_deref(), Ok("x # y"));
        assert_eq!(put("a ${D}"), Err("D".to_owned()));
        assert_eq!(put("${D:?must be set}"), Err("D".to_owned()));
        assert_eq!(
            known.put_into_name("${D}/web:${A}$E-${F:?}"),
            "${D}/web:1${E}-${F}"
        );
        assert_eq!(put("100 $ and $1").as_deref(), Ok("100 $ and $1"));
    }

    #[test]
    fn a_file_of_variables_has_lines() {
        let found = file_of_variables("# no\nA=1 # one\nB\n\nbad name=2\n");
        assert_eq!(
            found,
            [
                (2, "A".to_owned(), Some("1".to_owned())),
                (3, "B".to_owned(), None)
            ]
        );
    }
}
