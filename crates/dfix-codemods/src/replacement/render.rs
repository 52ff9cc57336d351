//! Source text of a replacement, with what its holes bind as the file writes it.

use dfix_model::WordKind;

use crate::flat;
use crate::matching::state::{State, Text, Value};
use crate::pattern::template::Template;
use crate::pattern::words::{Piece, WordPattern};

/// A piece of a replacement's text as source of a shell or of a Dockerfile.
pub(crate) fn source(
    template: &Template,
    range: std::ops::Range<usize>,
    state: &State<'_>,
) -> Result<String, String> {
    let source = WordPattern::of_flat(&template.text[range], template);
    let written = pieces(&source, state)?;
    if written.contains(['\n', '\r']) && !template.text.contains('\n') {
        return Err("what a hole binds is written on several lines".to_owned());
    }
    Ok(written)
}

/// Source text with what its holes bind.
pub(crate) fn pieces(source: &WordPattern, state: &State<'_>) -> Result<String, String> {
    let mut written = String::new();
    let mut quote: Option<char> = None;
    for piece in &source.pieces {
        let hole = match piece {
            Piece::Text(text) => {
                for c in text.chars() {
                    match (quote, c) {
                        (None, '"' | '\'') => quote = Some(c),
                        (Some(open), c) if c == open => quote = None,
                        _ => {}
                    }
                }
                written.push_str(text);
                continue;
            }
            Piece::Hole(hole) => hole,
        };
        match hole.name.and_then(|name| state.value(name)) {
            Some(Value::Text(text)) => written.push_str(&bare(text, quote)?),
            Some(Value::Whole(_, text)) => written.push_str(text),
            Some(Value::List(texts)) if texts.is_empty() => {
                // An empty list leaves no blank.
                while written.ends_with(' ') {
                    written.pop();
                }
            }
            Some(Value::List(texts)) => {
                let texts: Result<Vec<String>, String> =
                    texts.iter().map(|text| bare(text, quote)).collect();
                written.push_str(&texts?.join(" "));
            }
            None => return Err("a hole binds nothing".to_owned()),
        }
    }
    Ok(written)
}

/// A bound text where it is put, perhaps between quotes.
fn bare(text: &Text<'_>, quote: Option<char>) -> Result<String, String> {
    let shown = flat::shown(text.flat());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    if quote == Some('"') && !shown.contains(['`', '\n']) {
        return Ok(between_double_quotes(text.flat()));
    }
    let fits = match quote {
        Some(_) => !shown.contains(['\'', '\n']) && !flat::has_expansion(text.flat()),
        None => !shown.is_empty() && shown.chars().all(is_plain),
    };
    if fits {
        return Ok(shown);
    }
    let is_whole = text.flat() == text.whole();
    let word = text.word.filter(|_| quote.is_none() && is_whole);
    match word {
        Some(word) if matches!(word.kind(), WordKind::Shell | WordKind::Dockerfile) => {
            Ok(word.source_text().to_owned())
        }
        _ if quote.is_none() && flat::has_expansion(text.flat()) && !shown.contains(' ') => {
            Ok(shown)
        }
        _ if quote.is_none()
            && !shown.contains(['\'', '\n'])
            && !flat::has_expansion(text.flat()) =>
        {
            Ok(format!("'{shown}'"))
        }
        _ => Err(format!("`{shown}` cannot be written there")),
    }
}

/// A text as it stands for itself between double quotes; its variables stay variables.
fn between_double_quotes(flat: &str) -> String {
    let mut written = String::new();
    let mut is_expansion = false;
    for c in flat.chars() {
        match c {
            flat::OPEN => is_expansion = true,
            flat::CLOSE => is_expansion = false,
            '"' | '\\' | '$' if !is_expansion => written.extend(['\\', c]),
            c => written.push(c),
        }
    }
    written
}
