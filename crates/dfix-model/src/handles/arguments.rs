//! Flags, mounts and pairs of an instruction.

use dfix_syntax::{SyntaxNode, TextRange};

use crate::handles::{Flag, Mount, Pair, Word};

impl<'m> Flag<'m> {
    /// The name without its dashes.
    pub fn name(self) -> &'m str {
        &self.data.name
    }

    /// The value after `=`; none for `--mount`.
    pub fn value(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.file.text,
            data: self.data.value.as_ref()?,
        })
    }

    /// The flag in the file.
    pub fn range(self) -> TextRange {
        self.data.range
    }
}

impl<'m> Mount<'m> {
    /// `bind` (also where nothing is said), `cache`, `tmpfs`, `secret`, `ssh`; `""` where unknown.
    pub fn kind(self) -> &'m str {
        match self.options.iter().find(|(name, _)| &**name == "type") {
            Some(_) => self.option("type").and_then(Word::value).unwrap_or(""),
            None => "bind",
        }
    }

    /// The value of an option.
    pub fn option(self, name: &str) -> Option<Word<'m>> {
        let (_, value) = self.options.iter().find(|(n, _)| &**n == name)?;
        Some(Word {
            text: self.flag.file.text,
            data: value.as_ref()?,
        })
    }

    /// The options in order, each with its value if it has one.
    pub fn options(self) -> impl Iterator<Item = (&'m str, Option<Word<'m>>)> {
        let text = self.flag.file.text;
        self.options
            .iter()
            .map(move |(name, data)| (&**name, data.as_ref().map(|data| Word { text, data })))
    }

    /// Whether the option is there, with a value or without.
    pub fn has(self, name: &str) -> bool {
        self.options.iter().any(|(n, _)| &**n == name)
    }

    /// Where it is mounted.
    pub fn target(self) -> Option<Word<'m>> {
        ["target", "dst", "destination"]
            .iter()
            .find_map(|name| self.option(name))
    }

    /// What is mounted.
    pub fn source(self) -> Option<Word<'m>> {
        ["source", "src"].iter().find_map(|name| self.option(name))
    }

    /// The flag in the file.
    pub fn range(self) -> TextRange {
        self.flag.range()
    }
}

impl<'m> Pair<'m> {
    /// The key.
    pub fn key(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.file.text,
            data: self.data.key.as_ref()?,
        })
    }

    /// The key's text, if known.
    pub fn key_text(self) -> Option<&'m str> {
        self.key()?.value()
    }

    /// The value; an empty one has no word.
    pub fn value(self) -> Option<Word<'m>> {
        Some(Word {
            text: self.file.text,
            data: self.data.value_word.as_ref()?,
        })
    }

    pub(crate) fn value_node(self) -> Option<&'m SyntaxNode> {
        self.data.value.as_ref()
    }

    /// Whether there is a `=` (or the legacy form's blank).
    pub fn has_value(self) -> bool {
        self.data.has_value
    }

    /// Whether it is the legacy form `key rest of the line`.
    pub fn is_legacy(self) -> bool {
        self.data.legacy
    }

    /// The pair in the file.
    pub fn range(self) -> TextRange {
        self.data.range
    }
}
