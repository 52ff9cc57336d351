//! The commands of a shell's text, as far as it takes to find those that build or start an image: words, variables
//! whose values the text says, and the folder that it is in.
//!
//! Source: POSIX, "Shell Command Language".

use std::collections::HashMap;

use crate::path::join;

/// How deep commands within commands are looked at.
const MOST_DEPTH: usize = 4;

/// A word of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its text without quotes. What is not known stands in it as `${NAME}`.
    pub(crate) text: String,
    /// What is not known: the name of the first variable, or the text of a command.
    pub(crate) open: Option<String>,
}

impl Word {
    /// A word that is known.
    pub(crate) fn known(text: &str) -> Word {
        Word {
            text: text.to_owned(),
            open: None,
        }
    }
}

/// A command, and where it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// The line that it begins on.
    pub(crate) line: usize,
    /// The folder, from the root of the repository; none where that is not known.
    pub(crate) folder: Option<String>,
    /// Its words; never empty.
    pub(crate) words: Vec<Word>,
}

/// A shell: what it knows where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Shell {
    folder: Option<String>,
    /// Values; none where one was set that is not known.
    variables: HashMap<String, Option<String>>,
    depth: usize,
}

impl Shell {
    /// A shell in a folder.
    pub(crate) fn new(folder: Option<String>) -> Self {
        // A place is written from where the shell stands.
        let here = ["PWD", "CURDIR"].map(|name| (name.to_owned(), Some(".".to_owned())));
        Shell {
            folder,
            variables: HashMap::from(here),
            depth: 0,
        }
    }

    /// Sets a variable; without a value it is not known.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>) {
        self.variables
            .insert(name.to_owned(), value.map(str::to_owned));
    }

    /// The commands of a text whose first line has this number, in order. What is set and entered in it stays so.
    pub(crate) fn read(&mut self, text: &str, line: usize) -> Vec<Command> {
        let mut scan = Scan {
            letters: text.chars().collect(),
            at: 0,
            line,
            found: Vec::new(),
            marks: Vec::new(),
        };
        let mut around = Vec::new();
        loop {
            let line = scan.line_of_next();
            let (words, end) = scan.command(self);
            if !words.is_empty() {
                let command = Command {
                    line,
                    folder: self.folder.clone(),
                    words,
                };
                self.note(&command.words);
                scan.found.push(command);
            }
            match end {
                End::Command => {}
                End::Opens => around.push(self.folder.clone()),
                End::Closes => {
                    if let Some(folder) = around.pop() {
                        self.folder = folder;
                    }
                }
                End::Text => return scan.found,
            }
        }
    }

    /// What a command changes: variables and the folder.
    fn note(&mut self, words: &[Word]) {
        let words = match words {
            [first, rest @ ..] if is_word_before(&first.text) || first.text == "export" => rest,
            words => words,
        };
        match words {
            [cd, place] if cd.text == "cd" || cd.text == "pushd" => {
                let folder = self.folder.as_deref().filter(|_| place.open.is_none());
                self.folder = folder.and_then(|folder| join(folder, &place.text));
            }
            [word, name, ..] if word.text == "for" || word.text == "read" => {
                self.set(&name.text, None);
            }
            words => {
                let pairs: Option<Vec<_>> = words.iter().map(assignment).collect();
                for (name, value) in pairs.unwrap_or_default() {
                    self.set(name, value);
                }
            }
        }
    }

    /// What stands for a name or `NAME:-default`; the name where that is not known.
    fn expand(&self, inside: &str) -> Result<String, String> {
        let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (name, rest) = inside.split_at(end.unwrap_or(inside.len()));
        let known = self.variables.get(name);
        let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
        match (known, default) {
            (Some(Some(value)), Some(_)) => Ok(value.clone()),
            (Some(Some(value)), None) if rest.is_empty() => Ok(value.clone()),
            (None, Some(default)) if !default.contains('$') => Ok(default.to_owned()),
            _ if rest.is_empty() || default.is_some() => Err(name.to_owned()),
            _ => Err(inside.to_owned()),
        }
    }
}

/// What stands in a text for what is not known: `${NAME}`.
pub(crate) fn stand_in(unknown: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let parts = unknown.split(|c| !is_name(c)).filter(|it| !it.is_empty());
    match parts.collect::<Vec<&str>>().join("_") {
        name if name.is_empty() => "${it}".to_owned(),
        name => format!("${{{name}}}"),
    }
}

/// `NAME=value`: the name, and the value where it is known.
pub(crate) fn assignment(word: &Word) -> Option<(&str, Option<&str>)> {
    let (name, value) = word.text.split_once('=')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fits = !name.is_empty()
        && name.chars().all(is_name)
        && !name.starts_with(|c: char| c.is_ascii_digit());
    fits.then_some((name, Some(value).filter(|_| word.open.is_none())))
}

/// Whether a command begins behind this word.
pub(crate) fn is_word_before(word: &str) -> bool {
    matches!(
        word,
        "!" | "{"
            | "command"
            | "do"
            | "elif"
            | "else"
            | "exec"
            | "if"
            | "nohup"
            | "sudo"
            | "then"
            | "time"
            | "until"
            | "while"
    )
}

/// How a command ends.
enum End {
    Command,
    Opens,
    Closes,
    Text,
}

/// What becomes of the next word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Word,
    /// It is a file that something is read from or written to.
    File,
    /// It ends a document that follows this line.
    Mark,
}

struct Scan {
    letters: Vec<char>,
    at: usize,
    line: usize,
    found: Vec<Command>,
    /// The ends of the documents that follow this line.
    marks: Vec<String>,
}

impl Scan {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        self.line += usize::from(letter == '\n');
        Some(letter)
    }

    fn take(&mut self, letter: char) -> bool {
        let is_next = self.peek() == Some(letter);
        if is_next {
            self.next();
        }
        is_next
    }

    /// The line that the next word begins on.
    fn line_of_next(&self) -> usize {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let blank = rest.iter().take_while(|c| c.is_whitespace() || **c == '\\');
        self.line + blank.filter(|c| **c == '\n').count()
    }

    /// The words of the next command.
    fn command(&mut self, shell: &Shell) -> (Vec<Word>, End) {
        let mut words: Vec<Word> = Vec::new();
        let mut word: Option<Word> = None;
        let mut next = Next::Word;
        let mut marks: Vec<String> = Vec::new();
        let mut done = |word: &mut Option<Word>, next: &mut Next, marks: &mut Vec<String>| {
            if let Some(word) = word.take() {
                match std::mem::replace(next, Next::Word) {
                    Next::Word => words.push(word),
                    Next::File => {}
                    Next::Mark => marks.push(word.text),
                }
            }
        };
        let end = loop {
            let Some(letter) = self.next() else {
                break End::Text;
            };
            match letter {
                '\\' => match self.next() {
                    Some('\n') | None => {}
                    Some(letter) => word.get_or_insert_default().text.push(letter),
                },
                '\'' => {
                    let word = word.get_or_insert_default();
                    while let Some(letter) = self.next().filter(|it| *it != '\'') {
                        word.text.push(letter);
                    }
                }
                '"' => self.double_quoted(shell, word.get_or_insert_default()),
                '$' | '`' => {
                    let mut part = Word::default();
                    self.expansion(letter, shell, &mut part);
                    let parts: Vec<&str> = part.text.split([' ', '\t', '\n']).collect();
                    for (number, text) in parts.iter().enumerate() {
                        if number > 0 {
                            done(&mut word, &mut next, &mut marks);
                        }
                        if !text.is_empty() {
                            word.get_or_insert_default().text.push_str(text);
                        }
                    }
                    if let Some(open) = part.open {
                        word.get_or_insert_default().open.get_or_insert(open);
                    }
                }
                '#' if word.is_none() => {
                    while self.peek().is_some_and(|it| it != '\n') {
                        self.next();
                    }
                }
                '\n' | ';' | '|' => {
                    done(&mut word, &mut next, &mut marks);
                    if letter == '\n' {
                        self.marks.append(&mut marks);
                        self.skip_documents();
                    }
                    break End::Command;
                }
                '&' if self.peek() == Some('>') => {}
                '&' => {
                    done(&mut word, &mut next, &mut marks);
                    break End::Command;
                }
                '(' => {
                    done(&mut word, &mut next, &mut marks);
                    break End::Opens;
                }
                ')' => {
                    done(&mut word, &mut next, &mut marks);
                    break End::Closes;
                }
                '<' | '>' => {
                    let is_number = |word: &Word| word.text.bytes().all(|b| b.is_ascii_digit());
                    if word.as_ref().is_some_and(is_number) {
                        word = None;
                    }
                    done(&mut word, &mut next, &mut marks);
                    next = Next::File;
                    if letter == '<' && self.take('<') && !self.take('<') {
                        self.take('-');
                        next = Next::Mark;
                    }
                    while matches!(self.peek(), Some('>' | '&' | '|')) {
                        self.next();
                    }
                    if self.peek() == Some('(') {
                        self.next();
                        self.inside('(', ')');
                        next = Next::Word;
                    }
                }
                letter if letter.is_whitespace() => done(&mut word, &mut next, &mut marks),
                letter => word.get_or_insert_default().text.push(letter),
            }
        };
        done(&mut word, &mut next, &mut marks);
        self.marks.append(&mut marks);
        (words, end)
    }

    fn double_quoted(&mut self, shell: &Shell, word: &mut Word) {
        while let Some(letter) = self.next() {
            match letter {
                '"' => return,
                '\\' => match self.next() {
                    Some('\n') | None => {}
                    Some(letter @ ('"' | '\\' | '$' | '`')) => word.text.push(letter),
                    Some(letter) => word.text.extend(['\\', letter]),
                },
                '$' | '`' => self.expansion(letter, shell, word),
                letter => word.text.push(letter),
            }
        }
    }

    /// What stands behind `$` or within backticks.
    fn expansion(&mut self, opener: char, shell: &Shell, word: &mut Word) {
        let mut result = match (opener, self.peek()) {
            ('`', _) => {
                let mut inside = String::new();
                while let Some(letter) = self.next().filter(|it| *it != '`') {
                    inside.push(letter);
                }
                self.substituted(&inside, shell)
            }
            (_, Some('(')) => {
                self.next();
                let inside = self.inside('(', ')');
                self.substituted(&inside, shell)
            }
            (_, Some('{')) => {
                self.next();
                let inside = self.inside('{', '}');
                shell.expand(&inside)
            }
            (_, Some(letter)) if letter.is_ascii_alphabetic() || letter == '_' => {
                let mut name = String::new();
                while let Some(letter) = self.peek() {
                    if !letter.is_ascii_alphanumeric() && letter != '_' {
                        break;
                    }
                    name.push(letter);
                    self.next();
                }
                shell.expand(&name)
            }
            (_, Some(letter)) if letter.is_ascii_digit() || "@*#?$!".contains(letter) => {
                self.next();
                Err(letter.to_string())
            }
            _ => Ok("$".to_owned()),
        };
        match &mut result {
            Ok(text) => word.text.push_str(text),
            Err(open) => {
                word.text.push_str(&stand_in(open));
                word.open.get_or_insert(std::mem::take(open));
            }
        }
    }

    /// What a command within the command says: its commands are looked at, its output is not known.
    fn substituted(&mut self, inside: &str, shell: &Shell) -> Result<String, String> {
        if inside.trim() == "pwd" {
            return Ok(".".to_owned());
        }
        if shell.depth < MOST_DEPTH {
            let mut inner = shell.clone();
            inner.depth += 1;
            self.found.extend(inner.read(inside, self.line));
        }
        Err(inside.trim().to_owned())
    }

    /// The text up to the bracket that closes the one that was opened.
    fn inside(&mut self, open: char, close: char) -> String {
        let mut text = String::new();
        let mut depth = 1;
        let mut quote = None;
        while let Some(letter) = self.next() {
            match quote {
                Some(q) if letter == q => quote = None,
                Some(_) => {}
                None if letter == '\'' || letter == '"' => quote = Some(letter),
                None if letter == open => depth += 1,
                None if letter == close => depth -= 1,
                None => {}
            }
            if depth == 0 {
                break;
            }
            text.push(letter);
        }
        text
    }

    fn rest_of_line(&mut self) -> String {
        let mut line = String::new();
        while let Some(letter) = self.next().filter(|it| *it != '\n') {
            line.push(letter);
        }
        line
    }

    /// Passes the documents that follow a line.
    fn skip_documents(&mut self) {
        for mark in std::mem::take(&mut self.marks) {
            while self.peek().is_some() {
                if self.rest_of_line().trim() == mark {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shell;

    /// Each command: its line, its folder and its words.
    fn read(text: &str) -> Vec<(usize, String, String)> {
        let commands = Shell::new(Some("a".to_owned())).read(text, 1);
        let said = commands.into_iter().map(|command| {
            let words: Vec<String> = command.words.into_iter().map(|it| it.text).collect();
            let folder = command.folder.unwrap_or_else(|| "?".to_owned());
            (command.line, folder, words.join("|"))
        });
        said.collect()
    }

    fn words(text: &str) -> Vec<String> {
        read(text).into_iter().map(|it| it.2).collect()
    }

    #[test]
    fn commands_are_told_apart() {
        let text = "set -e # all\n\n  docker build \\\n  -t 'a b' . && echo \"x;y\" | tee f > /dev/null 2>&1\nlast";
        let said = read(text);
        let lines: Vec<(usize, &str)> = said.iter().map(|it| (it.0, &*it.2)).collect();
        assert_eq!(
            lines,
            [
                (1, "set|-e"),
                (3, "docker|build|-t|a b|."),
                (4, "echo|x;y"),
                (4, "tee|f"),
                (5, "last")
            ]
        );
    }

    #[test]
    fn variables_and_folders_are_followed() {
        let text = "TAG=x\nOPTS=\"-a -b\"\nrun $TAG ${V:-d} $OPTS \"$OPTS\" $(pwd)/s ${OTHER}/`git x`\n(cd s && run)\ncd ../t; run\ncd $V; run";
        let said = read(text);
        let runs: Vec<(&str, &str)> = said
            .iter()
            .filter(|it| it.2.starts_with("run"))
            .map(|it| (&*it.1, &*it.2))
            .collect();
        assert_eq!(
            runs,
            [
                ("a", "run|x|d|-a|-b|-a -b|./s|${OTHER}/${git_x}"),
                ("a/s", "run"),
                ("t", "run"),
                ("?", "run")
            ]
        );
    }

    #[test]
    fn documents_are_no_commands() {
        let text = "cat <<EOF > f\ndocker run x\nEOF\nid=$(docker run -d y) ; for i in a; do run $i; done <<<'z'";
        let said = words(text);
        assert_eq!(said[0], "cat");
        assert!(said.contains(&"docker|run|-d|y".to_owned()), "{said:?}");
        assert!(!said.contains(&"docker|run|x".to_owned()), "{said:?}");
        assert!(said.contains(&"do|run|${i}".to_owned()), "{said:?}");
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        for text in [
            "'a", "\"a", "$(a", "${a", "`a", "a \\", "(", "<<X\nb", "a <", "$", "a &>",
        ] {
            read(text);
        }
    }
}
