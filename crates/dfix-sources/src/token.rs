//! The pieces of a text.

/// What a piece of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Blanks, and lines that go on.
    Blank,
    /// The end of a line.
    Newline,
    /// A comment, or text that is none of the language's (HTML around PHP, elements of JSX).
    Comment,
    /// A name, a keyword, or a variable within a string.
    Name,
    /// A number.
    Number,
    /// A symbol of Ruby, with its colon.
    Symbol,
    /// A regular expression or other text that is not followed.
    Opaque,
    /// An operator or a bracket.
    Punct,
    /// The beginning of a string, with prefix and quote.
    StringOpen,
    /// Text within a string.
    Text,
    /// The beginning of an expression within a string.
    InsertOpen,
    /// Its end.
    InsertClose,
    /// The end of a string.
    StringClose,
}

/// A piece of the text, by bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Why a text is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trouble {
    /// A string has no end.
    OpenString,
    /// A comment has no end.
    OpenComment,
    /// A bracket has no partner.
    OpenBracket,
    /// A line is so long that no person wrote it.
    LongLine,
    /// The text is so long that it was not read.
    TooLong,
    /// It is no YAML or XML, as its name says that it is.
    Malformed,
}

/// What is interpolated within a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inserts {
    None,
    /// `{x}` of Python.
    Brace,
    /// `${x}` of JavaScript.
    DollarBrace,
    /// `#{x}` of Ruby.
    HashBrace,
    /// `{$x}`, `${x}` and `$x` of PHP, `${x}` and `$x` of Kotlin.
    Names,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Quote {
    /// The byte that ends it, so often.
    pub(crate) end: u8,
    pub(crate) count: usize,
    /// The byte that opens a pair within it.
    pub(crate) open: Option<u8>,
    pub(crate) depth: usize,
    pub(crate) escapes: bool,
    pub(crate) lines: bool,
    pub(crate) inserts: Inserts,
    pub(crate) start: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// Code, up to the brace that closes it.
    Code {
        depth: usize,
        in_string: bool,
    },
    Quote(Quote),
    /// Within `<a …>`.
    Tag,
    /// Between `<a>` and `</a>`.
    Body,
}
