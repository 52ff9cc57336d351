//! Edits of a text that stands as lines of their own behind blanks.

use super::decoded::Decoded;
use super::dollars::Dollars;
use super::edit::{Edit, Told};

/// Lines as they are, behind blanks: a literal scalar, a here-document.
#[derive(Debug, Clone)]
pub(super) struct LinesForm {
    /// The blanks.
    pub(super) indent: String,
    /// How a line ends, where that is not what the text says.
    pub(super) end: Option<&'static str>,
    /// Whether they do not stand before lines of nothing but blanks.
    pub(super) skips_blank: bool,
}

impl LinesForm {
    /// What stands before the line that begins a text.
    fn indent_of(&self, text: &str) -> &str {
        let line = text.split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() || (self.skips_blank && line.trim().is_empty()) {
            ""
        } else {
            &self.indent
        }
    }
}

/// Edits that are made together, as edits of the file, in their order.
pub(super) fn edits(
    decoded: &Decoded,
    form: &LinesForm,
    dollars: Dollars,
    edits: &[Edit],
) -> Result<Vec<Edit>, Told> {
    let (after, starts) = applied(&decoded.text, edits)
        .ok_or_else(|| Told::new("two changes touch one place", "make the changes by hand"))?;
    let each = edits.iter().zip(starts);
    let each = each.map(|(edit, start)| of_lines(decoded, edit, &after[start..], form, dollars));
    Ok(each.collect())
}

/// The text after edits, and where what comes by each begins in it.
fn applied(text: &str, edits: &[Edit]) -> Option<(String, Vec<usize>)> {
    let mut order: Vec<usize> = (0..edits.len()).collect();
    order.sort_by_key(|it| (edits[*it].range.start, edits[*it].range.end));
    let mut after = String::with_capacity(text.len() + 64);
    let mut starts = vec![0; edits.len()];
    let mut at = 0;
    for number in order {
        let edit = &edits[number];
        if edit.range.start < at {
            return None;
        }
        after.push_str(&text[at..edit.range.start]);
        starts[number] = after.len();
        after.push_str(&edit.text);
        at = edit.range.end;
    }
    after.push_str(&text[at..]);
    Some((after, starts))
}

/// `after` is what stands in the text afterwards from the edit on: what becomes of a line that the edit begins or breaks is told
/// there.
fn of_lines(
    decoded: &Decoded,
    edit: &Edit,
    after: &str,
    form: &LinesForm,
    dollars: Dollars,
) -> Edit {
    let range = &edit.range;
    let begins_line = decoded.is_line_start(range.start);
    // What stands before the blanks of the line that begins there, else behind them.
    let mut start = if begins_line {
        decoded.end_of(range.start)
    } else {
        decoded.start_of(range.start)
    };
    let mut written = String::new();
    let mut is_fresh = begins_line;
    let mut at = 0;
    for line in edit.text.split_inclusive('\n') {
        if is_fresh {
            written.push_str(form.indent_of(&after[at..]));
        }
        at += line.len();
        let body = line.strip_suffix('\n');
        written.push_str(&dollars.write(body.unwrap_or(line)));
        if body.is_some() {
            written.push_str(form.end.unwrap_or("\n"));
        }
        is_fresh = body.is_some();
    }
    // What follows on a line of its own has its blanks; what follows on a new line gets them.
    let stop = if is_fresh && decoded.is_line_start(range.end) {
        decoded.end_of(range.end)
    } else {
        if is_fresh {
            written.push_str(form.indent_of(&after[at..]));
        }
        decoded.start_of(range.end)
    };
    // What is there already does not come anew.
    let behind = decoded.start_of(range.start);
    let is_there = begins_line && behind == start + form.indent.len() && stop >= behind;
    if is_there && written.starts_with(&form.indent) {
        start = behind;
        written.drain(..form.indent.len());
    }
    Edit {
        range: start..stop.max(start),
        text: written,
    }
}
