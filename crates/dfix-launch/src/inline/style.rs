//! How a text is written in a file, and edits of it in the same way.

use std::borrow::Cow;

use super::decoded::Decoded;
use super::dollars::Dollars;
use super::edit::{Edit, Told};
use super::quoted::escaped;

/// How a text is written.
#[derive(Debug, Clone)]
pub(super) struct Style {
    pub(super) form: Form,
    pub(super) dollars: Dollars,
}

#[derive(Debug, Clone)]
pub(super) enum Form {
    /// Lines as they are, behind blanks: a literal scalar, a here-document.
    Lines {
        /// The blanks.
        indent: String,
        /// How a line ends, where that is not what the text says.
        end: Option<&'static str>,
    },
    /// In double quotes.
    Escaped,
    /// In single quotes, which are doubled inside.
    Single,
    /// As it is, on one line.
    Plain,
}

/// An edit of the text as one of the file.
pub(super) fn edit(decoded: &Decoded, style: &Style, edit: &Edit) -> Result<Edit, Told> {
    let edit = if style.dollars == Dollars::Template {
        Cow::Owned(beyond_signs(decoded, edit))
    } else {
        Cow::Borrowed(edit)
    };
    let text = style.dollars.write(&edit.text);
    match &style.form {
        Form::Lines { indent, end } => Ok(of_lines(decoded, &edit, &text, indent, *end)),
        form => {
            let range = &edit.range;
            let start = decoded.start_of(range.start);
            let end = if range.is_empty() {
                start
            } else {
                decoded.end_of(range.end)
            };
            Ok(Edit {
                range: start..end,
                text: on_one_line(form, &text)?,
            })
        }
    }
}

/// The same edit, so far beyond its borders that no sign of a template is cut in two.
fn beyond_signs(decoded: &Decoded, edit: &Edit) -> Edit {
    let text = &decoded.text;
    let before = text[..edit.range.start].trim_end_matches(['$', '%']).len();
    let rest = &text[edit.range.end..];
    let behind = text.len() - rest.trim_start_matches(['$', '%', '{']).len();
    Edit {
        range: before..behind,
        text: [
            &text[before..edit.range.start],
            &edit.text,
            &text[edit.range.end..behind],
        ]
        .concat(),
    }
}

fn on_one_line(form: &Form, text: &str) -> Result<String, Told> {
    let needs_lines = |what: &str| {
        Told::new(
            format!("it needs lines, which a {what} scalar has not"),
            "write it as a literal one (`|`), and run dfix again",
        )
    };
    match form {
        Form::Escaped => Ok(escaped(text)),
        Form::Single if text.contains('\n') => Err(needs_lines("single-quoted")),
        Form::Single => Ok(text.replace('\'', "''")),
        _ if text.contains('\n') => Err(needs_lines("plain")),
        _ => Ok(text.to_owned()),
    }
}

/// `text` is what comes, without blanks. Lines that are touched keep theirs.
fn of_lines(decoded: &Decoded, edit: &Edit, text: &str, indent: &str, end: Option<&str>) -> Edit {
    let range = &edit.range;
    let begins_line = decoded.is_line_start(range.start);
    // What stands before the blanks of the line that begins there, else behind them.
    let start = if begins_line {
        decoded.end_of(range.start)
    } else {
        decoded.start_of(range.start)
    };
    let mut written = String::new();
    let mut is_fresh = begins_line;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches('\n').trim_end_matches('\r');
        if is_fresh && !content.is_empty() {
            written.push_str(indent);
        }
        let body = line.strip_suffix('\n');
        written.push_str(body.unwrap_or(line));
        if body.is_some() {
            written.push_str(end.unwrap_or("\n"));
        }
        is_fresh = body.is_some();
    }
    // A line without content has no blanks yet; what follows there gets them.
    let follows_line = decoded.is_line_start(range.end);
    let stop = if is_fresh && follows_line {
        decoded.end_of(range.end)
    } else {
        if is_fresh && !decoded.is_line_end(range.end) {
            written.push_str(indent);
        }
        decoded.start_of(range.end)
    };
    let (mut start, mut written) = (start, written);
    // What is there already does not come anew.
    if stop >= start + indent.len() && begins_line && written.starts_with(indent) {
        let line = decoded.start_of(range.start);
        if line == start + indent.len() {
            start = line;
            written.drain(..indent.len());
        }
    }
    Edit {
        range: start..stop.max(start),
        text: written,
    }
}
