//! What in the sources of an application tells that it draws text with a font of the system.

use super::table::{Row, Table, table};

const USES: Table = table!("font-uses.tsv");

/// A text of a source that tells of a font.
#[derive(Debug, Clone, Copy)]
pub struct FontUse(Row);

impl FontUse {
    /// What stands in the source.
    pub fn text(self) -> &'static str {
        self.0.key()
    }

    /// The module that the source loads then; none where the text names the font itself.
    pub fn module(self) -> Option<&'static str> {
        Some(self.0.column(1)).filter(|module| !module.is_empty())
    }

    /// The Debian package that has the font.
    pub fn package(self) -> &'static str {
        self.0.column(2)
    }

    /// Whether it stands in a line, and is no part of a longer name or of a path.
    pub fn stands_in(self, line: &str) -> bool {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        line.match_indices(self.text()).any(|(at, text)| {
            let before = line[..at].chars().next_back();
            let after = line[at + text.len()..].chars().next();
            let is_longer = text.ends_with(is_of_name) && after.is_some_and(is_of_name);
            let is_path = before.is_some_and(|c| is_of_name(c) || c == '/');
            !(is_longer || is_path && text.starts_with(is_of_name))
        })
    }
}

/// The texts that tell of fonts.
pub fn font_uses() -> impl Iterator<Item = FontUse> {
    USES.all().map(FontUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_are_named_alone() {
        let stands = |line: &str| font_uses().find(|it| it.stands_in(line)).map(FontUse::text);
        for (line, text) in [
            ("ImageFont.truetype(\"DejaVuSans.ttf\", 20)", "DejaVuSans"),
            ("font = 'DejaVuSans-Bold'", "DejaVuSans"),
            ("FONT=\"DejaVuSansMono.ttf\"", "DejaVuSansMono"),
            ("`<svg><text x=\"1\">${it}</text></svg>`", "<text"),
            ("sharp({ text: { text: it } })", "text: {"),
        ] {
            assert_eq!(stands(line), Some(text), "{line}");
        }
        for line in [
            "ImageFont.truetype(\"fonts/DejaVuSans.ttf\", 20)",
            "DejaVuSansCondensed.ttf",
            "<textarea>",
        ] {
            assert_eq!(stands(line), None, "{line}");
        }
    }
}
