//! A word's value, written so that it is read as that value where it lands.

use dfix_syntax::Enclosure;

/// Whether the text reads as itself everywhere: in a shell, in a string, in JSON, in a Dockerfile.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('~')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(&b))
}

fn has_line_end(text: &str) -> bool {
    text.contains(['\n', '\r', '\0'])
}

/// For a shell.
pub(crate) fn shell(text: &str) -> Result<String, String> {
    if is_plain(text) {
        Ok(text.to_owned())
    } else if has_line_end(text) {
        Err("the word holds a line end".to_owned())
    } else if !text.contains('\'') {
        Ok(format!("'{text}'"))
    } else {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            if matches!(c, '"' | '$' | '`' | '\\') {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        quoted.push('"');
        Ok(quoted)
    }
}

/// For a script inside a string: only what needs no escape of the string around it. Inside a string
/// inside a string (`None`): only plain words.
pub(crate) fn enclosed(text: &str, enclosure: Option<Enclosure>) -> Result<String, String> {
    if is_plain(text) {
        return Ok(text.to_owned());
    }
    let refused = || Err(format!("`{text}` cannot be quoted inside a quoted script"));
    if has_line_end(text) || text.contains(['"', '\'', '\\', '`', '!']) {
        return refused();
    }
    match enclosure {
        Some(Enclosure::Json) => Ok(format!("'{text}'")),
        Some(Enclosure::DoubleQuoted) if !text.contains('$') => Ok(format!("'{text}'")),
        Some(Enclosure::Plain) if !text.contains('$') => Ok(format!("\"{text}\"")),
        Some(Enclosure::DoubleQuoted | Enclosure::Plain) | None => refused(),
    }
}

/// Whether script source may stand inside a string as it is.
pub(crate) fn fits_enclosure(source: &str, enclosure: Enclosure) -> bool {
    !has_line_end(source)
        && match enclosure {
            Enclosure::Json => !source.contains(['"', '\\']),
            Enclosure::DoubleQuoted => !source.contains(['"', '\\', '$', '`']),
            Enclosure::Plain => !source.contains('\''),
        }
}

/// As a JSON string.
pub(crate) fn json(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) {
        return Err("the word holds a control character".to_owned());
    }
    Ok(format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}
