//! Text to tokens: one lexer, with what differs between languages in a table. Linear, and without recursion.

use crate::language::{Language, Lexis};
use crate::token::{Kind, Mode, Token, Trouble};

/// Longest first.
const OPERATORS: &str = "=== !== ... ||= &&= ??= **= //= >>= <<= ?-> -> => == != <= >= && || ?? ?. ?: := += -= *= /= %= |= &= ^= .= ** // << >> :: ++ -- <- =~ !~";

/// After these an operand comes, as after an operator.
const BEFORE_OPERANDS: &str = "return typeof case in of delete void instanceof new throw do else yield await if unless when and or not while then default export";

/// A regular expression is not longer than this, so that no line is searched again and again.
const MOST_OF_REGEX: usize = 1000;

pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Token>,
    /// The first place that is not understood.
    pub(crate) trouble: Option<(usize, Trouble)>,
}

pub(crate) struct Lexer<'t> {
    pub(crate) text: &'t str,
    pub(crate) bytes: &'t [u8],
    pub(crate) language: Language,
    pub(crate) lexis: Lexis,
    pub(crate) at: usize,
    pub(crate) tokens: Vec<Token>,
    pub(crate) trouble: Option<(usize, Trouble)>,
    pub(crate) modes: Vec<Mode>,
    /// The last token that is no blank, comment or end of line.
    pub(crate) last: Option<Token>,
    /// Names that end here-documents of Ruby whose text comes after this line.
    pub(crate) pending: Vec<&'t str>,
}

/// The tokens of a text; together they cover it.
pub(crate) fn lex(language: Language, text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        language,
        lexis: language.lexis(),
        at: 0,
        tokens: Vec::new(),
        trouble: None,
        modes: vec![Mode::Code {
            depth: 0,
            in_string: false,
        }],
        last: None,
        pending: Vec::new(),
    };
    lexer.run();
    Lexed {
        tokens: lexer.tokens,
        trouble: lexer.trouble,
    }
}

pub(crate) fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(crate) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl<'t> Lexer<'t> {
    pub(crate) fn run(&mut self) {
        if self.language == Language::Php {
            self.outside();
        } else if self.text.starts_with("#!") {
            self.push(Kind::Comment, self.line_end(0));
        }
        while self.at < self.bytes.len() {
            match self.modes.last().copied() {
                Some(Mode::Quote(quote)) => self.quote(quote),
                Some(Mode::Tag) => self.tag(),
                Some(Mode::Body) => self.body(),
                Some(Mode::Code { .. }) | None => self.code(),
            }
        }
        let open = self.modes.iter().find_map(|mode| match mode {
            Mode::Quote(quote) => Some(quote.start),
            _ => None,
        });
        if let Some(start) = open {
            self.fail(start, Trouble::OpenString);
        } else if self.modes.len() > 1 {
            self.fail(self.bytes.len(), Trouble::OpenBracket);
        }
    }

    pub(crate) fn fail(&mut self, at: usize, trouble: Trouble) {
        self.trouble.get_or_insert((at, trouble));
    }

    pub(crate) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub(crate) fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    pub(crate) fn push(&mut self, kind: Kind, end: usize) {
        let mut end = end.min(self.bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        if end <= self.at {
            return;
        }
        let token = Token {
            kind,
            start: self.at,
            end,
        };
        self.tokens.push(token);
        if !matches!(kind, Kind::Blank | Kind::Comment | Kind::Newline) {
            self.last = Some(token);
        }
        self.at = end;
    }

    pub(crate) fn find(&self, from: usize, wanted: &str) -> Option<usize> {
        self.text
            .get(from..)?
            .find(wanted)
            .map(|found| from + found)
    }

    pub(crate) fn line_end(&self, from: usize) -> usize {
        self.find(from, "\n").unwrap_or(self.bytes.len())
    }

    /// From here to the next opening tag of PHP.
    pub(crate) fn outside(&mut self) {
        let mut from = self.at;
        let end = loop {
            let Some(open) = self.find(from, "<?") else {
                break self.bytes.len();
            };
            let rest = &self.text[open + 2..];
            if rest.starts_with("php") {
                break open + 5;
            }
            if rest.starts_with('=') {
                break open + 3;
            }
            if rest.starts_with(char::is_whitespace) {
                break open + 2;
            }
            from = open + 2;
        };
        self.push(Kind::Comment, end);
    }

    pub(crate) fn expects_operand(&self) -> bool {
        let Some(last) = self.last else { return true };
        let text = &self.text[last.start..last.end];
        match last.kind {
            Kind::Punct => !matches!(text, ")" | "]" | "}" | "++" | "--"),
            Kind::Name => is_keyword(text),
            Kind::InsertOpen => true,
            _ => false,
        }
    }

    pub(crate) fn starts_line(&self) -> bool {
        self.at == 0 || self.bytes[self.at - 1] == b'\n'
    }

    pub(crate) fn code(&mut self) {
        let c = self.byte(0);
        match c {
            b'\n' => {
                self.push(Kind::Newline, self.at + 1);
                self.here_documents();
            }
            b' ' | b'\t' | b'\r' | 0x0c => {
                let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | 0x0c);
                let length = self.bytes[self.at..]
                    .iter()
                    .take_while(|it| blank(it))
                    .count();
                self.push(Kind::Blank, self.at + length);
            }
            b'\\' if self.byte(1) == b'\n' => self.push(Kind::Blank, self.at + 2),
            b'\\' if self.rest().starts_with("\\\r\n") => self.push(Kind::Blank, self.at + 3),
            b'#' if self.lexis.hash_comments
                && !self.is_format()
                && !(self.is(Language::Php) && self.byte(1) == b'[') =>
            {
                self.line_comment();
            }
            b'/' if self.lexis.slash_comments && self.byte(1) == b'/' => self.line_comment(),
            b'/' if self.lexis.slash_comments && self.byte(1) == b'*' => self.block_comment(),
            b'=' if self.is(Language::Ruby)
                && self.starts_line()
                && self.rest().starts_with("=begin") =>
            {
                let end = self.find(self.at, "\n=end");
                if end.is_none() {
                    self.fail(self.at, Trouble::OpenComment);
                }
                let end = end.map_or(self.bytes.len(), |end| self.line_end(end + 1));
                self.push(Kind::Comment, end);
            }
            b'_' if self.is(Language::Ruby)
                && self.starts_line()
                && self.rest().starts_with("__END__\n") =>
            {
                self.push(Kind::Comment, self.bytes.len());
            }
            b'?' if self.is(Language::Php) && self.byte(1) == b'>' => self.outside(),
            b'"' | b'\'' => self.open_quote(0),
            b'`' if self.lexis.back_quote => self.open_quote(0),
            b'/' if self.lexis.regex && self.regex() => {}
            b'%' if self.is(Language::Ruby) && self.percent() => {}
            b'<' if self.here_start() => {}
            b'<' if self.lexis.elements && self.expects_operand() && self.is_element() => {
                self.push(Kind::Comment, self.at + 1);
                if self.byte(0) == b'>' {
                    self.push(Kind::Comment, self.at + 1);
                    self.modes.push(Mode::Body);
                } else {
                    self.modes.push(Mode::Tag);
                }
            }
            b':' if self.is(Language::Ruby) && self.is_symbol() => {
                let length = self.rest()[1..].find(|c: char| !is_name(c) && !"?!".contains(c));
                self.push(
                    Kind::Symbol,
                    length.map_or(self.bytes.len(), |it| self.at + 1 + it),
                );
            }
            b'0'..=b'9' => self.number(),
            _ => self.name_or_operator(),
        }
    }

    pub(crate) fn is(&self, language: Language) -> bool {
        self.language == language
    }

    /// Whether this stands in what is inserted in a string of Python: `{x:#x}`.
    pub(crate) fn is_format(&self) -> bool {
        let in_string = matches!(
            self.modes.last(),
            Some(Mode::Code {
                in_string: true,
                ..
            })
        );
        in_string && self.is(Language::Python)
    }

    pub(crate) fn is_symbol(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.bytes[at]);
        before != Some(b':') && self.rest()[1..].starts_with(is_name_start)
    }

    pub(crate) fn line_comment(&mut self) {
        let mut end = self.line_end(self.at);
        if self.is(Language::Php) {
            end = self.text[self.at..end]
                .find("?>")
                .map_or(end, |it| self.at + it);
        }
        self.push(Kind::Comment, end);
    }

    pub(crate) fn block_comment(&mut self) {
        let (mut depth, mut at) = (0_usize, self.at);
        while at < self.bytes.len() {
            if self.bytes[at..].starts_with(b"*/") {
                at += 2;
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    self.push(Kind::Comment, at);
                    return;
                }
            } else if self.bytes[at..].starts_with(b"/*")
                && (depth == 0 || self.lexis.nested_comments)
            {
                at += 2;
                depth += 1;
            } else {
                at += 1;
            }
        }
        self.fail(self.at, Trouble::OpenComment);
        self.push(Kind::Comment, at);
    }

    pub(crate) fn number(&mut self) {
        let mut end = self.at;
        while let Some(byte) = self.bytes.get(end) {
            let goes_on = byte.is_ascii_alphanumeric() || *byte == b'_';
            let is_point = *byte == b'.' && self.bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
            if !goes_on && !is_point {
                break;
            }
            end += 1;
        }
        self.push(Kind::Number, end);
    }

    pub(crate) fn name_or_operator(&mut self) {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return };
        let marks = self.lexis.name_marks;
        let second = rest[c.len_utf8()..].chars().next().unwrap_or(' ');
        let is_mark = marks.contains(c)
            && (is_name(second) || second == '@' || c == '$' && self.language.is_script());
        if is_name_start(c) || is_mark {
            let first = c.len_utf8();
            let goes_on = |c: char| is_name(c) || marks.contains(c) && c != '#';
            let mut end = rest[first..]
                .find(|c| !goes_on(c))
                .map_or(rest.len(), |it| first + it);
            let ends = &rest.as_bytes()[end..];
            if self.is(Language::Ruby)
                && matches!(ends, [b'?' | b'!', next, ..] if *next != b'=' && *next != b':')
            {
                end += 1;
            }
            if self.lexis.prefixes.contains(c) && end <= 2 && matches!(ends, [b'"' | b'\'', ..]) {
                let is_prefix = rest[..end].chars().all(|c| self.lexis.prefixes.contains(c));
                if is_prefix {
                    self.open_quote(end);
                    return;
                }
            }
            self.push(Kind::Name, self.at + end);
            return;
        }
        let operator = OPERATORS.split(' ').find(|it| rest.starts_with(it));
        let is_operator = |it: &&str| !it.starts_with("//") || self.is(Language::Python);
        let operator = operator.filter(is_operator);
        self.brace(c);
        let Some(length) = operator.map_or(Some(c.len_utf8()), |it| Some(it.len())) else {
            return;
        };
        if self.at < self.bytes.len() && self.text[self.at..].len() == rest.len() {
            self.push(Kind::Punct, self.at + length);
        }
    }

    /// Counts braces; the one that ends an inserted expression is taken.
    pub(crate) fn brace(&mut self, c: char) {
        let many = self.modes.len() > 1;
        let Some(Mode::Code { depth, in_string }) = self.modes.last_mut() else {
            return;
        };
        match c {
            '{' => *depth += 1,
            '}' if *depth > 0 => *depth -= 1,
            '}' if many => {
                let kind = if *in_string {
                    Kind::InsertClose
                } else {
                    Kind::Punct
                };
                self.modes.pop();
                self.push(kind, self.at + 1);
            }
            _ => {}
        }
    }

    /// A regular expression, if one begins here.
    pub(crate) fn regex(&mut self) -> bool {
        let is_called = self.is(Language::Ruby)
            && self
                .last
                .is_some_and(|it| it.kind == Kind::Name && it.end < self.at)
            && !matches!(self.byte(1), b' ' | b'=');
        if !self.expects_operand() && !is_called {
            return false;
        }
        let (mut at, mut in_class) = (self.at + 1, false);
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n') => return false,
                _ if at - self.at > MOST_OF_REGEX => return false,
                Some(b'\\') => at += 1,
                Some(b'[') => in_class = true,
                Some(b']') => in_class = false,
                Some(b'/') if !in_class => break,
                _ => {}
            }
            at += 1;
        }
        at += 1;
        at += self.bytes[at.min(self.bytes.len())..]
            .iter()
            .take_while(|it| it.is_ascii_alphabetic())
            .count();
        self.push(Kind::Opaque, at);
        true
    }
}

/// Whether a name is followed by an operand.
fn is_keyword(name: &str) -> bool {
    BEFORE_OPERANDS.split(' ').any(|it| it == name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LANGUAGES: [Language; 8] = [
        Language::Python,
        Language::JavaScript,
        Language::TypeScript,
        Language::Ruby,
        Language::Php,
        Language::Go,
        Language::Java,
        Language::Kotlin,
    ];

    proptest! {
        #[test]
        fn tokens_cover_the_text(text in "([a-c(){}\\[\\]'\"`$#/*<>?=%:;,.\\\\ \n0é]|php|<<A){0,60}") {
            for language in LANGUAGES {
                let text = if language == Language::Php { format!("<?php\n{text}") } else { text.clone() };
                let tokens = lex(language, &text).tokens;
                let mut end = 0;
                for token in tokens {
                    prop_assert_eq!(token.start, end);
                    prop_assert!(token.end > token.start);
                    end = token.end;
                }
                prop_assert_eq!(end, text.len(), "{:?}", language);
            }
        }
    }
}
