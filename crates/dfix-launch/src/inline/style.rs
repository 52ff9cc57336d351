//! How a text is written in a file, and edits of it in the same way.

use super::decoded::Decoded;
use super::dollars::Dollars;
use super::edit::{Edit, Told};
use super::lines::{self, LinesForm};
use super::quoted::escaped;

/// How a text is written.
#[derive(Debug, Clone)]
pub(super) struct Style {
    pub(super) form: Form,
    pub(super) dollars: Dollars,
}

#[derive(Debug, Clone)]
pub(super) enum Form {
    /// Lines as they are.
    Lines(LinesForm),
    /// In double quotes.
    Escaped,
    /// In single quotes, which are doubled inside.
    Single,
    /// As it is, on one line.
    Plain,
}

/// Edits of the text that are made together, as edits of the file, in their order.
pub(super) fn edits(decoded: &Decoded, style: &Style, edits: &[Edit]) -> Result<Vec<Edit>, Told> {
    let whole: Vec<Edit> = edits
        .iter()
        .map(|edit| match style.dollars {
            Dollars::Template => beyond_signs(decoded, edit),
            Dollars::Compose => edit.clone(),
        })
        .collect();
    if let Form::Lines(form) = &style.form {
        return lines::edits(decoded, form, style.dollars, &whole);
    }
    let each = whole.iter().map(|Edit { range, text }| {
        let start = decoded.start_of(range.start);
        let end = if range.is_empty() {
            start
        } else {
            decoded.end_of(range.end)
        };
        let text = on_one_line(&style.form, &style.dollars.write(text))?;
        let range = start..end;
        Ok(Edit { range, text })
    });
    each.collect()
}

/// The same edit; where it cuts a sign of a template in two, or makes one at its border, so far beyond its borders that it does not.
fn beyond_signs(decoded: &Decoded, edit: &Edit) -> Edit {
    let text = &decoded.text;
    let (before, behind) = (&text[..edit.range.start], &text[edit.range.end..]);
    let is_sign = |left: &str, right: &str| left.ends_with(['$', '%']) && right.starts_with('{');
    let is_near = |at: usize| is_sign(&text[..at], &text[at..]);
    let is_cut = is_near(edit.range.start) || is_near(edit.range.end);
    let is_made = if edit.text.is_empty() {
        is_sign(before, behind)
    } else {
        is_sign(before, &edit.text) || is_sign(&edit.text, behind)
    };
    if !is_cut && !is_made {
        return edit.clone();
    }
    let start = before.trim_end_matches(['$', '%']).len();
    let end = text.len() - behind.trim_start_matches(['$', '%', '{']).len();
    Edit {
        range: start..end,
        text: [&before[start..], &edit.text, &text[edit.range.end..end]].concat(),
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
