//! A shell reads its text.

use std::collections::HashMap;

use crate::path::{REPOSITORY, folder_of, from_root, join};
use crate::shell::words::{Command, Dialect, Word, assignment, is_word_before, stand_in};
use crate::short::is_open_name;

/// How deep commands within commands are looked at.
const MOST_DEPTH: usize = 4;

/// A shell: what it knows where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Shell {
    folder: Option<String>,
    /// Values; none where one was set that is not known. Of a name of an image a part may be.
    variables: HashMap<String, Option<Word>>,
    dialect: Dialect,
    depth: usize,
}

impl Shell {
    /// A shell in a folder.
    pub(crate) fn new(folder: Option<String>) -> Self {
        // A place is written from where the shell stands.
        let here = ["PWD", "CURDIR", "pwd", "cd", "CD"]
            .map(|name| (name.to_owned(), Some(Word::known("."))));
        Shell {
            folder,
            variables: HashMap::from(here),
            dialect: Dialect::Posix,
            depth: 0,
        }
    }

    /// What a shell that is started from it in this folder knows, and keeps for itself.
    pub(crate) fn started_in(&self, folder: Option<String>) -> Self {
        Shell {
            folder,
            ..self.clone()
        }
    }

    /// The same for texts that are written so.
    pub(crate) fn with_dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The same within a script: its path, from the root of the repository, by which it finds what lies beside it.
    pub(crate) fn within_script(mut self, path: &str) -> Self {
        for name in ["0", "BASH_SOURCE", "BASH_SOURCE[0]", "PSCommandPath"] {
            self.set(name, Some(&from_root(path)));
        }
        for name in ["PSScriptRoot", "dp0"] {
            self.set(name, Some(&from_root(folder_of(path))));
        }
        self
    }

    /// Sets a variable; without a value it is not known.
    pub(crate) fn set(&mut self, name: &str, value: Option<&str>) {
        self.variables
            .insert(name.to_owned(), value.map(Word::known));
    }

    /// Sets a variable to a value of which a part may be known: `$REGISTRY/web`.
    pub(crate) fn set_word(&mut self, name: &str, value: Word) {
        let is_name = !value.text.contains(char::is_whitespace) && !is_open_name(&value.text);
        let value = Some(value).filter(|it| it.open.is_none() || is_name);
        self.variables.insert(name.to_owned(), value);
    }

    /// The commands of a text whose first line has this number, in order. What is set and entered in it stays so.
    pub(crate) fn read(&mut self, text: &str, line: usize) -> Vec<Command> {
        let mut scan = Scan {
            letters: text.chars().filter(|it| *it != '\r').collect(),
            at: 0,
            line,
            dialect: self.dialect,
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

    /// The words of a text that is one command.
    pub(crate) fn words_of(&self, text: &str) -> Vec<Word> {
        let commands = self.clone().read(text, 1).into_iter();
        commands.flat_map(|it| it.words).collect()
    }

    /// What a command changes: variables and the folder.
    fn note(&mut self, words: &[Word]) {
        let words = match words {
            [first, rest @ ..] if is_word_before(&first.text) || is_of_settings(&first.text) => {
                rest
            }
            words => words,
        };
        match words {
            [cd, .., place] if is_cd(&cd.text) => {
                let folder = self.folder.as_deref().filter(|_| place.open.is_none());
                self.folder = folder.and_then(|folder| join(folder, &place.text));
            }
            [word, name, ..] if word.text == "for" || word.text == "read" => {
                self.set(&name.text, None);
            }
            // `set NAME=value` of cmd.exe, and `$NAME = value` of PowerShell.
            [set, pair] if set.text.eq_ignore_ascii_case("set") && self.dialect == Dialect::Cmd => {
                if let Some((name, value)) = assignment(pair) {
                    self.set(name, value);
                }
            }
            [name, sign, value]
                if sign.text == "="
                    && self.dialect == Dialect::PowerShell
                    && name.open.is_some() =>
            {
                let value = Some(&*value.text).filter(|_| value.open.is_none());
                self.set(name.open.as_deref().unwrap_or_default(), value);
            }
            words => {
                if words.iter().all(|it| assignment(it).is_some()) {
                    for word in words {
                        let (name, value) = word.text.split_once('=').unwrap_or_default();
                        let value = Word {
                            text: value.to_owned(),
                            open: word.open.clone(),
                        };
                        self.set_word(name, value);
                    }
                }
            }
        }
    }

    /// What stands for a name or `NAME:-default`; the name where that is not known.
    fn expand(&self, inside: &str) -> Result<Word, String> {
        let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (name, rest) = inside.split_at(end.unwrap_or(inside.len()));
        let known = self.variables.get(name);
        // The folder of a path, and an element of a list.
        match (known, rest) {
            (Some(Some(value)), "%/*") if value.open.is_none() => {
                return Ok(Word::known(folder_of_path(&value.text)));
            }
            (Some(Some(value)), "[0]") => return Ok(value.clone()),
            _ => {}
        }
        let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
        match (known, default) {
            (Some(Some(value)), Some(_)) => Ok(value.clone()),
            (Some(Some(value)), None) if rest.is_empty() => Ok(value.clone()),
            (None, Some(default)) if !default.contains('$') => Ok(Word::known(default)),
            _ if rest.is_empty() || default.is_some() => Err(name.to_owned()),
            _ => Err(inside.to_owned()),
        }
    }
}

/// Puts what was found for a variable, or the name of what is not known, behind a word.
fn put(found: Result<Word, String>, word: &mut Word) {
    let found = found.unwrap_or_else(|open| Word {
        text: stand_in(&open),
        open: Some(open),
    });
    word.text.push_str(&found.text);
    if let Some(open) = found.open {
        word.open.get_or_insert(open);
    }
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
    dialect: Dialect,
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
        let escape = self.dialect.escape();
        let blank = rest
            .iter()
            .take_while(|c| c.is_whitespace() || **c == escape);
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
                letter if letter == self.dialect.escape() => match self.next() {
                    Some('\n') | None => {}
                    Some(letter) => word.get_or_insert_default().text.push(letter),
                },
                // It only says that the command itself is not shown.
                '@' if self.dialect == Dialect::Cmd && word.is_none() => {}
                '%' if self.dialect == Dialect::Cmd => {
                    self.percent(shell, word.get_or_insert_default());
                }
                '\'' if self.dialect != Dialect::Cmd => {
                    let word = word.get_or_insert_default();
                    while let Some(letter) = self.next().filter(|it| *it != '\'') {
                        word.text.push(letter);
                    }
                }
                '"' => self.double_quoted(shell, word.get_or_insert_default()),
                '$' | '`' if self.dialect != Dialect::Cmd => {
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
                '\\' if self.dialect == Dialect::Posix => match self.next() {
                    Some('\n') | None => {}
                    Some(letter @ ('"' | '\\' | '$' | '`')) => word.text.push(letter),
                    Some(letter) => word.text.extend(['\\', letter]),
                },
                '`' if self.dialect == Dialect::PowerShell => word.text.extend(self.next()),
                '%' if self.dialect == Dialect::Cmd => self.percent(shell, word),
                '$' | '`' if self.dialect != Dialect::Cmd => self.expansion(letter, shell, word),
                letter => word.text.push(letter),
            }
        }
    }

    /// What stands behind `$` or within backticks.
    fn expansion(&mut self, opener: char, shell: &Shell, word: &mut Word) {
        let result = match (opener, self.peek()) {
            ('`', _) => {
                let mut inside = String::new();
                while let Some(letter) = self.next().filter(|it| *it != '`') {
                    inside.push(letter);
                }
                self.substituted(&inside, shell).map(|it| Word::known(&it))
            }
            (_, Some('(')) => {
                self.next();
                let inside = self.inside('(', ')');
                self.substituted(&inside, shell).map(|it| Word::known(&it))
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
                // `$env:NAME` of PowerShell.
                if name == "env" && self.dialect == Dialect::PowerShell && self.take(':') {
                    return self.expansion(opener, shell, word);
                }
                shell.expand(&name)
            }
            (_, Some('0')) => {
                self.next();
                shell.expand("0")
            }
            (_, Some(letter)) if letter.is_ascii_digit() || "@*#?$!".contains(letter) => {
                self.next();
                Err(letter.to_string())
            }
            _ => Ok(Word::known("$")),
        };
        put(result, word);
    }

    /// What stands behind `%`: `%NAME%`, or an argument.
    fn percent(&mut self, shell: &Shell, word: &mut Word) {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let name: String = match rest {
            ['~', 'd', 'p', '0', ..] => "dp0".to_owned(),
            [digit, ..] if digit.is_ascii_digit() => digit.to_string(),
            _ => {
                let is_name = |c: &&char| c.is_ascii_alphanumeric() || **c == '_';
                rest.iter().take_while(is_name).collect()
            }
        };
        let is_place = rest.first() == Some(&'~');
        let length = name.len() + usize::from(is_place);
        let behind = rest.get(length);
        let is_argument = is_place || name.starts_with(|c: char| c.is_ascii_digit());
        if name.is_empty() || !is_argument && behind != Some(&'%') {
            word.text.push('%');
            return;
        }
        self.at += length + usize::from(!is_argument);
        put(shell.expand(&name), word);
    }

    /// What a command within the command says: its commands are looked at, its output is not known.
    fn substituted(&mut self, inside: &str, shell: &Shell) -> Result<String, String> {
        if matches!(inside.trim(), "pwd" | "Get-Location") {
            return Ok(".".to_owned());
        }
        if shell.depth < MOST_DEPTH {
            let mut inner = shell.clone();
            inner.depth += 1;
            let commands = inner.read(inside, self.line);
            if let Some(path) = path_of(&commands, &inner) {
                return Ok(path);
            }
            self.found.extend(commands);
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

/// The folder of a path, as `dirname` tells it.
fn folder_of_path(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(_) if path == REPOSITORY => path,
        Some((folder, _)) => folder,
        None => ".",
    }
}

/// Whether variables are set behind this word.
fn is_of_settings(word: &str) -> bool {
    matches!(word, "declare" | "export" | "local" | "readonly")
}

fn is_cd(program: &str) -> bool {
    matches!(
        program,
        "cd" | "chdir" | "pushd" | "Set-Location" | "Push-Location"
    )
}

/// The path that commands print, where they do nothing but work one out. `shell`: where they leave it.
fn path_of(commands: &[Command], shell: &Shell) -> Option<String> {
    let is_quiet = |command: &&Command| {
        let first = command.words.first().map_or("", |it| &*it.text);
        is_cd(first)
    };
    let (last, before) = commands.split_last()?;
    if !before.iter().all(|it| is_quiet(&it)) {
        return None;
    }
    let words: Vec<&str> = last.words.iter().map(|it| &*it.text).collect();
    let is_known = last.words.iter().all(|it| it.open.is_none());
    match words.as_slice() {
        ["pwd", ..] if !before.is_empty() => shell.folder.as_deref().map(from_root),
        ["git", "rev-parse", "--show-toplevel"] => Some(REPOSITORY.to_owned()),
        ["dirname", .., path] if is_known => Some(folder_of_path(path).to_owned()),
        ["realpath" | "readlink" | "greadlink", .., path] if is_known => Some((*path).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
