//! What the findings of a rewrite say.

use crate::error::PatternError;
use crate::pattern::template::Names;

/// A piece of what findings say.
#[derive(Debug, Clone)]
pub(super) enum Said {
    Text(String),
    /// What the hole of this number binds.
    Hole(usize),
}

impl Said {
    /// Reads a message: `{name}` is what the hole binds, other braces are text.
    pub(super) fn read(message: &str, names: &Names) -> Result<Vec<Said>, PatternError> {
        let mut pieces = Vec::new();
        let (mut text, mut at) = (String::new(), 0);
        while let Some(rest) = message.get(at..).filter(|it| !it.is_empty()) {
            let Some(name) = hole_at(rest) else {
                let first = rest.chars().next().unwrap_or_default();
                text.push(first);
                at += first.len_utf8();
                continue;
            };
            let range = at..at + name.len() + 2;
            let Some((number, _)) = names.all().find(|(_, it)| *it == name) else {
                let error = format!("no hole of the pattern is called `{name}`");
                return Err(PatternError {
                    part: "message".to_owned(),
                    text: message.to_owned(),
                    range,
                    message: error,
                    remedy: None,
                });
            };
            pieces.push(Said::Text(std::mem::take(&mut text)));
            pieces.push(Said::Hole(number));
            at = range.end;
        }
        pieces.push(Said::Text(text));
        Ok(pieces)
    }
}

/// The name of the hole that a text begins with.
fn hole_at(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let is_fine = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    let is_name = name.starts_with(|it: char| it.is_ascii_lowercase()) && name.chars().all(is_fine);
    is_name.then_some(name)
}
