//! Variables of the file around a Dockerfile, which are put in before the builder reads it. What they stand for is not known.

use std::borrow::Cow;

use super::decoded::Decoded;
use super::edit::Told;

/// Whose variables may stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dollars {
    /// Compose's: `$NAME` and `${NAME}`; `$$` is a dollar.
    Compose,
    /// HCL's: `${…}` and `%{…}`; `$${` and `%%{` are what they seem to be without the first sign.
    Template,
}

impl Dollars {
    /// The text that the builder reads, if it is known.
    pub(super) fn read(self, written: &Decoded) -> Result<Decoded, Told> {
        let mut read = Decoded::at(written.end_of(0));
        let text = &*written.text;
        let (mut from, mut at) = (0, 0);
        while let Some(found) = text[at..].find(['$', '%']) {
            at += found;
            match self.sign(&text[at..])? {
                None => at += 1,
                Some((length, stands_for)) => {
                    read.take(written, from..at);
                    let place = written.start_of(at)..written.end_of(at + length);
                    read.put(stands_for, place);
                    at += length;
                    from = at;
                }
            }
        }
        read.take(written, from..text.len());
        Ok(read)
    }

    /// What a text begins with that is written otherwise than it is read: how many bytes, and what they stand for.
    fn sign(self, text: &str) -> Result<Option<(usize, &'static str)>, Told> {
        match self {
            Dollars::Compose => of_compose(text),
            Dollars::Template => of_template(text),
        }
    }

    /// How a text is written.
    pub(super) fn write(self, text: &str) -> Cow<'_, str> {
        match self {
            Dollars::Compose if text.contains('$') => Cow::Owned(text.replace('$', "$$")),
            Dollars::Template if text.contains("${") || text.contains("%{") => {
                Cow::Owned(text.replace("${", "$${").replace("%{", "%%{"))
            }
            _ => Cow::Borrowed(text),
        }
    }
}

fn of_compose(text: &str) -> Result<Option<(usize, &'static str)>, Told> {
    let Some(rest) = text.strip_prefix('$') else {
        return Ok(None);
    };
    if rest.starts_with('$') {
        return Ok(Some((2, "$")));
    }
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let first = rest.chars().next();
    let length = match first {
        Some('{') => rest.find(['}', '\n']).map_or(1, |it| it + 1),
        Some(first) if is_name(first) && !first.is_ascii_digit() => {
            rest.find(|it| !is_name(it)).unwrap_or(rest.len())
        }
        _ => {
            let shown: String = text.chars().take(2).collect();
            let shown = shown.trim_end();
            return Err(Told::new(
                format!("`{shown}` is no variable of Compose, which refuses the file for it"),
                format!("write `${shown}`"),
            ));
        }
    };
    let shown = &text[..=length];
    Err(Told::new(
        format!(
            "Compose puts a value in for `{shown}` before the Dockerfile is read, and that value is not known"
        ),
        format!(
            "write `${shown}` where a variable of the Dockerfile is meant; hand Compose's over by `args`, and declare it by `ARG`"
        ),
    ))
}

fn of_template(text: &str) -> Result<Option<(usize, &'static str)>, Told> {
    if text.starts_with("$${") {
        return Ok(Some((3, "${")));
    }
    if text.starts_with("%%{") {
        return Ok(Some((3, "%{")));
    }
    if !text.starts_with("${") && !text.starts_with("%{") {
        return Ok(None);
    }
    let length = text.find(['}', '\n']).map_or(2, |it| it + 1);
    let (shown, sign) = (&text[..length], &text[..1]);
    Err(Told::new(
        format!(
            "bake puts a value in for `{shown}` before the Dockerfile is read, and that value is not known"
        ),
        format!(
            "write `{sign}{shown}` where a variable of the Dockerfile is meant; hand bake's over by `args`, and declare it by `ARG`"
        ),
    ))
}
