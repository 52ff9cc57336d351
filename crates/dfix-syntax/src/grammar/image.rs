//! Image references, in parts.

use super::Grammar;
use super::word::variable_end;
use crate::kind::SyntaxKind::{
    self, AT, COLON, IMAGE, IMAGE_DIGEST, IMAGE_REGISTRY, IMAGE_REPOSITORY, IMAGE_TAG, QUOTE, SLASH,
};

/// Where the marks stand that part a reference, outside of variables.
#[derive(Default)]
struct Marks {
    first_slash: Option<usize>,
    /// The last colon after the last slash, before the at sign.
    colon: Option<usize>,
    at: Option<usize>,
}

impl Grammar<'_> {
    /// Takes `text` as an image reference: `registry/repository:tag@digest`.
    pub(super) fn image(&mut self, text: &str) {
        self.sink.start_node(IMAGE);
        let mut inner = text;
        for quote in ['"', '\''] {
            let unquoted = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote));
            if let Some(unquoted) = unquoted.filter(|t| quote == '"' || !t.contains('$')) {
                inner = unquoted;
            }
        }
        let quotes = (text.len() - inner.len()) / 2;
        if inner.contains(['"', '\'', self.escape]) {
            // Nobody writes this; it stays one part whatever it means.
            self.image_part(IMAGE_REPOSITORY, text);
        } else {
            self.sink.token(QUOTE, quotes);
            self.image_parts(inner);
            self.sink.token(QUOTE, quotes);
        }
        self.sink.finish_node();
    }

    fn image_parts(&mut self, text: &str) {
        let marks = self.marks(text);
        let name_end = marks.at.unwrap_or(text.len());
        let path_end = marks.colon.unwrap_or(name_end);
        let mut path = 0;
        let host = marks.first_slash.filter(|s| *s < path_end);
        if let Some(slash) = host.filter(|slash| self.is_registry(&text[..*slash])) {
            self.image_part(IMAGE_REGISTRY, &text[..slash]);
            self.sink.token(SLASH, 1);
            path = slash + 1;
        }
        self.image_part(IMAGE_REPOSITORY, &text[path..path_end]);
        if marks.colon.is_some() {
            self.sink.token(COLON, 1);
            self.image_part(IMAGE_TAG, &text[path_end + 1..name_end]);
        }
        if marks.at.is_some() {
            self.sink.token(AT, 1);
            self.image_part(IMAGE_DIGEST, &text[name_end + 1..]);
        }
    }

    fn image_part(&mut self, kind: SyntaxKind, text: &str) {
        if !text.is_empty() {
            self.parts(kind, text);
        }
    }

    fn marks(&self, text: &str) -> Marks {
        let mut marks = Marks::default();
        let mut at = 0;
        while let Some(b) = text.as_bytes().get(at) {
            match b {
                b'$' => {
                    let Some(len) = variable_end(&text[at..], self.escape, 0) else {
                        return marks;
                    };
                    at += len;
                    continue;
                }
                b'@' => {
                    marks.at = Some(at);
                    return marks;
                }
                b'/' => {
                    marks.first_slash.get_or_insert(at);
                    marks.colon = None;
                }
                b':' => marks.colon = Some(at),
                _ => {}
            }
            at += 1;
        }
        marks
    }

    /// Whether the first component of a reference is a host: it has a dot, a colon or a capital
    /// letter, or is `localhost` (`github.com/distribution/reference`). What variables hold is not
    /// asked.
    fn is_registry(&self, component: &str) -> bool {
        let mut at = 0;
        let mut has_variable = false;
        let mut has_capital = false;
        while let Some(b) = component.as_bytes().get(at) {
            match b {
                b'.' | b':' => return true,
                b'$' => {
                    has_variable = true;
                    let end = variable_end(&component[at..], self.escape, 0);
                    at += end.unwrap_or(component.len());
                    continue;
                }
                _ => has_capital |= b.is_ascii_uppercase(),
            }
            at += 1;
        }
        component == "localhost" || (has_capital && !has_variable)
    }
}
