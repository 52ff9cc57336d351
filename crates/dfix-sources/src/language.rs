//! The languages that are read, and in what their lexers differ.

/// A language that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript, with elements of JSX.
    JavaScript,
    /// TypeScript without JSX.
    TypeScript,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Go.
    Go,
    /// Java.
    Java,
    /// Kotlin.
    Kotlin,
    /// Lines of `key=value`: Java properties and `.env` files.
    Properties,
}

/// How the lexer of a language differs from the others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lexis {
    /// `#` begins a comment.
    pub(crate) hash_comments: bool,
    /// `//` and `/*` begin comments.
    pub(crate) slash_comments: bool,
    /// `/*` within a comment opens another.
    pub(crate) nested_comments: bool,
    /// Letters that may stand before a quote.
    pub(crate) prefixes: &'static str,
    /// Three quotes make a string of several lines.
    pub(crate) triple: bool,
    /// A back quote makes a string.
    pub(crate) back_quote: bool,
    /// A string in quotes may go over lines.
    pub(crate) long_strings: bool,
    /// What else belongs to a name.
    pub(crate) name_marks: &'static str,
    /// `/…/` is a regular expression where an operand is expected.
    pub(crate) regex: bool,
    /// An element of JSX may stand where an operand is expected.
    pub(crate) elements: bool,
}

const C_LIKE: Lexis = Lexis {
    hash_comments: false,
    slash_comments: true,
    nested_comments: false,
    prefixes: "",
    triple: false,
    back_quote: false,
    long_strings: false,
    name_marks: "",
    regex: false,
    elements: false,
};

impl Language {
    /// The word for the language in the tables.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Python => "py",
            Self::JavaScript | Self::TypeScript => "js",
            Self::Ruby => "rb",
            Self::Php => "php",
            Self::Go => "go",
            Self::Java | Self::Kotlin => "java",
            Self::Properties => "properties",
        }
    }

    pub(crate) fn is_script(self) -> bool {
        matches!(self, Self::JavaScript | Self::TypeScript)
    }

    /// Whether functions and classes are told by how far lines are moved in.
    pub(crate) fn is_indented(self) -> bool {
        matches!(self, Self::Python | Self::Ruby)
    }

    /// Whether an assignment makes its name in the function in which it stands.
    pub(crate) fn assigns_locally(self) -> bool {
        matches!(self, Self::Python | Self::Ruby | Self::Php)
    }

    /// Whether the end of a line may end a statement.
    pub(crate) fn ends_with_line(self) -> bool {
        !matches!(self, Self::Java | Self::Php)
    }

    pub(crate) fn lexis(self) -> Lexis {
        match self {
            Self::Python => Lexis {
                hash_comments: true,
                slash_comments: false,
                prefixes: "rbuftRBUFT",
                triple: true,
                ..C_LIKE
            },
            Self::JavaScript | Self::TypeScript => Lexis {
                back_quote: true,
                name_marks: "$#",
                regex: true,
                elements: self == Self::JavaScript,
                ..C_LIKE
            },
            Self::Ruby => Lexis {
                hash_comments: true,
                slash_comments: false,
                back_quote: true,
                long_strings: true,
                name_marks: "$@",
                regex: true,
                ..C_LIKE
            },
            Self::Php => Lexis {
                hash_comments: true,
                back_quote: true,
                long_strings: true,
                name_marks: "$\\",
                ..C_LIKE
            },
            Self::Go => Lexis {
                back_quote: true,
                ..C_LIKE
            },
            Self::Java => Lexis {
                triple: true,
                name_marks: "$",
                ..C_LIKE
            },
            Self::Kotlin => Lexis {
                triple: true,
                nested_comments: true,
                ..C_LIKE
            },
            Self::Properties => C_LIKE,
        }
    }
}
