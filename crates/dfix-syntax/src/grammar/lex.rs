//! Which here-documents a line has, as BuildKit finds them.
//!
//! Its rule (`heredocsFromLine` of the parser, over `shell/lex.go`): split the joined line into
//! words with the builder's own lexer, an unset environment, and the backslash as escape character
//! whatever the directive says; a word of the form `[digits]<<[-]name` is one. The lexer's limits
//! count: a line that it cannot read (`${x^^}`, an open quote) has no here-documents, and an
//! operator inside a variable makes it forget the word before. So they are kept here.

/// A here-document that a line announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Announced {
    /// The line that ends it, quotes taken away.
    pub(super) name: String,
    /// `<<-`: tabs before each line do not count.
    pub(super) chomp: bool,
    /// No part of the name is quoted.
    pub(super) expand: bool,
}

/// The builder cannot read the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// All here-documents of a joined line.
pub(super) fn heredocs(line: &str) -> Result<Vec<Announced>, Unreadable> {
    let Ok(words) = Lexer::words(line, true, true) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for word in &words {
        found.extend(heredoc(word)?);
    }
    Ok(found)
}

/// The here-document that `text` is, if all of it is one: `3<<-"EOF"`.
pub(super) fn heredoc(text: &str) -> Result<Option<Announced>, Unreadable> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(rest) = digits.strip_prefix("<<") else {
        return Ok(None);
    };
    let (chomp, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.trim_start_matches([' ', '\t', '\n', '\x0c', '\r']);
    if rest.is_empty() || rest.contains('<') {
        return Ok(None);
    }
    let words = Lexer::words(rest, false, false)?;
    let [name] = words.as_slice() else {
        return Ok(None);
    };
    let raw = Lexer::words(rest, true, false)?;
    let [raw] = raw.as_slice() else {
        return Err(Unreadable);
    };
    let quotes = |word: &str| word.matches(['\'', '"']).count();
    Ok(Some(Announced {
        expand: quotes(name) == quotes(raw),
        name: name.clone(),
        chomp,
    }))
}

/// Deeper nesting of `${…${…}}` counts as unreadable.
const DEEPEST: u32 = 100;

/// The builder's word lexer with nothing set in the environment.
struct Lexer<'a> {
    rest: std::str::Chars<'a>,
    raw_quotes: bool,
    raw_escapes: bool,
    /// The word at hand. One buffer for all depths: an inner text clears it, as in the original.
    buffer: String,
    depth: u32,
}

#[derive(Default)]
struct Words {
    done: Vec<String>,
    in_word: bool,
}

impl<'a> Lexer<'a> {
    fn words(
        text: &'a str,
        raw_quotes: bool,
        raw_escapes: bool,
    ) -> Result<Vec<String>, Unreadable> {
        let mut lexer = Lexer {
            // Go's scanner drops a byte order mark at the start of what it reads.
            rest: text.strip_prefix('\u{feff}').unwrap_or(text).chars(),
            raw_quotes,
            raw_escapes,
            buffer: String::new(),
            depth: 0,
        };
        lexer.until(None, raw_escapes).map(|(_, words)| words)
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn add(&mut self, words: &mut Words, c: char) {
        if !c.is_whitespace() {
            self.add_raw(words, c);
        } else if words.in_word && !self.buffer.is_empty() {
            words.done.push(std::mem::take(&mut self.buffer));
            words.in_word = false;
        }
    }

    fn add_raw(&mut self, words: &mut Words, c: char) {
        self.buffer.push(c);
        words.in_word = true;
    }

    fn finish(&mut self, mut words: Words) -> Vec<String> {
        if !self.buffer.is_empty() {
            words.done.push(std::mem::take(&mut self.buffer));
        }
        words.done
    }

    /// Reads up to `stop`, or to the end: the text read, and its words.
    fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
    ) -> Result<(String, Vec<String>), Unreadable> {
        if self.depth > DEEPEST {
            return Err(Unreadable);
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let result = self.until_inner(stop);
        self.raw_escapes = outer;
        self.depth -= 1;
        result
    }

    fn until_inner(&mut self, stop: Option<char>) -> Result<(String, Vec<String>), Unreadable> {
        let mut text = String::new();
        self.buffer.clear();
        let mut words = Words::default();
        while let Some(c) = self.peek() {
            if stop == Some(c) {
                self.rest.next();
                return Ok((text, self.finish(words)));
            }
            match c {
                '\'' | '"' | '<' => {
                    let part = match c {
                        '\'' => self.single_quoted()?,
                        '"' => self.double_quoted()?,
                        _ => self.less_than(),
                    };
                    text.push_str(&part);
                    self.buffer.push_str(&part);
                    words.in_word = true;
                }
                '$' => {
                    let part = self.dollar()?;
                    text.push_str(&part);
                    for c in part.chars() {
                        self.add(&mut words, c);
                    }
                }
                '\\' => {
                    self.rest.next();
                    if self.raw_escapes {
                        self.add_raw(&mut words, c);
                        text.push(c);
                    }
                    let Some(c) = self.rest.next() else {
                        break;
                    };
                    self.add_raw(&mut words, c);
                    text.push(c);
                }
                _ => {
                    self.rest.next();
                    self.add(&mut words, c);
                    text.push(c);
                }
            }
        }
        if stop.is_some() {
            return Err(Unreadable);
        }
        Ok((text, self.finish(words)))
    }

    fn single_quoted(&mut self) -> Result<String, Unreadable> {
        self.rest.next();
        let inner = self.rest.as_str();
        let len = inner.find('\'').ok_or(Unreadable)?;
        self.rest = inner[len + 1..].chars();
        let inner = &inner[..len];
        Ok(if self.raw_quotes {
            format!("'{inner}'")
        } else {
            inner.to_owned()
        })
    }

    fn double_quoted(&mut self) -> Result<String, Unreadable> {
        let mut text = String::new();
        self.rest.next();
        if self.raw_quotes {
            text.push('"');
        }
        loop {
            match self.peek().ok_or(Unreadable)? {
                '"' => {
                    self.rest.next();
                    if self.raw_quotes {
                        text.push('"');
                    }
                    return Ok(text);
                }
                '$' => text.push_str(&self.dollar()?),
                '\\' => {
                    self.rest.next();
                    if self.raw_escapes {
                        text.push('\\');
                    }
                    match self.peek() {
                        None => {}
                        Some(c @ ('"' | '$' | '\\')) => {
                            self.rest.next();
                            text.push(c);
                        }
                        Some(_) => text.push('\\'),
                    }
                }
                c => {
                    self.rest.next();
                    text.push(c);
                }
            }
        }
    }

    fn less_than(&mut self) -> String {
        self.rest.next();
        let mut text = "<".to_owned();
        if self.peek() != Some('<') {
            return text;
        }
        self.rest.next();
        text.push('<');
        while let Some(c @ ('\t' | '\r' | ' ')) = self.peek() {
            self.rest.next();
            text.push(c);
        }
        text
    }

    fn dollar(&mut self) -> Result<String, Unreadable> {
        self.rest.next();
        if self.peek() != Some('{') {
            return Ok(format!("${}", self.name()));
        }
        self.rest.next();
        if matches!(self.peek(), None | Some('{' | '}' | ':')) {
            return Err(Unreadable);
        }
        let name = self.name();
        let operator = self.rest.next().ok_or(Unreadable)?;
        match operator {
            '}' => Ok(format!("${{{name}}}")),
            ':' => {
                let second = self.rest.next().ok_or(Unreadable)?;
                if matches!(second, '#' | '%') {
                    return Err(Unreadable);
                }
                let (word, _) = self.until(Some('}'), false)?;
                Ok(format!("${{{name}:{second}{word}}}"))
            }
            '+' | '-' | '?' | '#' | '%' => {
                let raw = matches!(operator, '#' | '%');
                let (word, _) = self.until(Some('}'), raw)?;
                Ok(format!("${{{name}{operator}{word}}}"))
            }
            '/' => {
                if self.peek() == Some('/') {
                    self.rest.next();
                }
                let (pattern, _) = self.until(Some('/'), true)?;
                let (replacement, _) = self.until(Some('}'), true)?;
                Ok(format!("${{{name}/{pattern}/{replacement}}}"))
            }
            _ => Err(Unreadable),
        }
    }

    fn name(&mut self) -> String {
        let text = self.rest.as_str();
        let len = name_len(text);
        self.rest = text[len..].chars();
        text[..len].to_owned()
    }
}

/// The length of the variable's name at the start of `text`: letters, digits and `_`; only digits;
/// or one of the special parameters.
pub(super) fn name_len(text: &str) -> usize {
    let first = text.chars().next();
    let end = |stops: fn(char) -> bool| text.find(stops).unwrap_or(text.len());
    match first {
        Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
        Some(c) if c.is_numeric() => end(|c| !c.is_numeric()),
        _ => end(|c| !c.is_alphanumeric() && c != '_'),
    }
}

#[cfg(test)]
mod tests {
    use super::{Announced, heredocs};

    fn names(line: &str) -> Vec<String> {
        heredocs(line)
            .expect("readable")
            .into_iter()
            .map(
                |Announced {
                     name,
                     chomp,
                     expand,
                 }| {
                    let chomp = if chomp { "-" } else { "" };
                    let quoted = if expand { "" } else { " quoted" };
                    format!("{chomp}{name}{quoted}")
                },
            )
            .collect()
    }

    #[test]
    fn finds_what_the_builder_finds() {
        for (line, expected) in [
            ("RUN <<EOF", &["EOF"] as &[&str]),
            ("RUN << EOF", &["EOF"]),
            ("RUN <<-EOF", &["-EOF"]),
            ("RUN <<'E F'", &["E F quoted"]),
            ("RUN <<\"EOF\" cat", &["EOF quoted"]),
            ("RUN <<E\\OF", &["EOF"]),
            ("RUN 3<<EOF cat", &["EOF"]),
            ("COPY <<a <<b /", &["a", "b"]),
            ("RUN cat <<EOF>x", &["EOF>x"]),
            ("RUN cat <<<EOF", &[]),
            ("RUN x<<EOF", &[]),
            ("RUN echo '<<EOF'", &[]),
            ("RUN echo it's <<EOF", &[]),
            ("RUN echo ${x^^} <<EOF", &[]),
            ("RUN echo ${x:-y} <<EOF", &["EOF"]),
            ("RUN echo $((1<<2))", &[]),
            ("RUN cat <<$x", &["$x"]),
        ] {
            assert_eq!(names(line), expected, "{line}");
        }
    }
}
