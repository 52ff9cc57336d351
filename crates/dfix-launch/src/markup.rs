//! Where texts for people show commands: blocks of code in Markdown, reStructuredText and AsciiDoc, and comments.
//!
//! Source: CommonMark ("Fenced code blocks", "Indented code blocks", "Code spans"), the reStructuredText Markup
//! Specification ("Literal Blocks"), and the AsciiDoc documentation ("Listing Blocks", "Literal Blocks").

use crate::shell::Dialect;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Markup {
    /// Markdown, and texts without an ending.
    Markdown,
    /// reStructuredText: what is set in is code.
    Rst,
    /// `AsciiDoc`.
    AsciiDoc,
}

impl Markup {
    /// What is written before and after a block.
    fn fences(self) -> &'static [&'static str] {
        match self {
            Markup::Markdown => &["```", "~~~"],
            Markup::Rst => &[],
            Markup::AsciiDoc => &["----", "....", "```"],
        }
    }

    /// How far code is set in.
    fn indent(self) -> usize {
        match self {
            Markup::Markdown => 4,
            Markup::Rst | Markup::AsciiDoc => 1,
        }
    }
}

/// A block of code that speaks of containers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// Its first line, from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) dialect: Dialect,
}

/// Programs that build and start images, as a person types them.
const PROGRAMS: [&str; 3] = ["docker ", "podman ", "nerdctl "];

/// The names that stand behind a fence, and what is written below it.
const LANGUAGES: [(&str, Dialect); 9] = [
    ("bat", Dialect::Cmd),
    ("batch", Dialect::Cmd),
    ("cmd", Dialect::Cmd),
    ("dos", Dialect::Cmd),
    ("powershell", Dialect::PowerShell),
    ("ps", Dialect::PowerShell),
    ("ps1", Dialect::PowerShell),
    ("pwsh", Dialect::PowerShell),
    ("shell", Dialect::Posix),
];

impl Block {
    fn new(line: usize) -> Self {
        Block {
            line,
            text: String::new(),
            dialect: Dialect::Posix,
        }
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// It, where it speaks of containers.
    fn done(mut self) -> Option<Self> {
        if self.dialect == Dialect::Posix {
            self.dialect = Dialect::of_text(&self.text);
        }
        PROGRAMS
            .iter()
            .any(|it| self.text.contains(it))
            .then_some(self)
    }
}

/// The blocks of a text.
pub(crate) fn blocks(text: &str, markup: Markup) -> Vec<Block> {
    let mut found = Vec::new();
    if !PROGRAMS.iter().any(|it| text.contains(it)) {
        return found;
    }
    let mut fenced: Option<(&str, Block)> = None;
    let mut indented: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim_start().trim_start_matches("> ");
        let mut fences = markup.fences().iter().copied();
        let fence = fences.find(|it| bare.starts_with(it));
        match (&mut fenced, fence) {
            (Some((own, _)), Some(fence)) if *own == fence => {
                found.extend(fenced.take().and_then(|(_, block)| block.done()));
            }
            (Some((_, block)), _) => block.push(typed(bare)),
            (None, Some(fence)) => {
                found.extend(indented.take().and_then(Block::done));
                let mut block = Block::new(number + 2);
                let language = bare.trim_start_matches(fence).trim().to_ascii_lowercase();
                let known = LANGUAGES.iter().find(|(name, _)| *name == language);
                block.dialect = known.map_or(Dialect::Posix, |(_, dialect)| *dialect);
                fenced = Some((fence, block));
            }
            (None, None) if is_set_in(line, markup.indent()) => {
                if indented.is_some() || begins_command(typed(bare)) {
                    let block = indented.get_or_insert_with(|| Block::new(number + 1));
                    block.push(typed(bare));
                }
            }
            (None, None) => {
                found.extend(indented.take().and_then(Block::done));
                found.extend(spans(line, number + 1));
            }
        }
    }
    found.extend(indented.take().and_then(Block::done));
    found
}

/// The texts that look like files of Compose, wherever they stand: from `services:` to the end of its map and of those
/// beside it. Lines keep what they are set in by more than that word.
pub(crate) fn compose_texts(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    if !text.contains("services:") {
        return found;
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim() != "services:" {
            continue;
        }
        let own = indent(line);
        let is_part = |line: &str| {
            let is_key = || {
                let key = line.trim_end().strip_suffix(':').unwrap_or("").trim();
                !key.is_empty()
                    && key
                        .bytes()
                        .all(|it| it.is_ascii_alphanumeric() || it == b'-')
            };
            line.trim().is_empty() || indent(line) > own || (indent(line) == own && is_key())
        };
        let mut block = Block::new(number + 1);
        block.push(&line[own..]);
        while let Some((_, line)) = lines.next_if(|(_, line)| is_part(line)) {
            block.push(line.get(own..).unwrap_or(""));
        }
        found.push(block);
    }
    found
}

/// The commands that comments show: those of lines that begin with `#`, from where a command begins.
pub(crate) fn comments(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let named = PROGRAMS.iter().filter(|it| text.contains(**it));
    let named: Vec<&str> = named.copied().collect();
    if named.is_empty() {
        return found;
    }
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        let comment = line.trim_start().strip_prefix('#').map(str::trim);
        let is_continued = open.as_ref().is_some_and(|block| {
            let end = block.text.trim_end().chars().next_back();
            matches!(end, Some('\\' | '`' | '^'))
        });
        if let Some(block) = open.as_mut().filter(|_| is_continued && comment.is_some()) {
            block.push(comment.unwrap_or_default());
            continue;
        }
        found.extend(open.take().and_then(Block::done));
        if let Some(command) = comment.and_then(|comment| command_in(comment, &named)) {
            let mut block = Block::new(number + 1);
            block.push(command);
            open = Some(block);
        }
    }
    found.extend(open.take().and_then(Block::done));
    found
}

/// The command of one of these programs in a line of text: up to its end, or that of its quotes.
fn command_in<'t>(line: &'t str, programs: &[&str]) -> Option<&'t str> {
    let starts = programs.iter().filter_map(|it| line.find(*it));
    let (before, command) = line.split_at(starts.min()?);
    let quote = before.chars().next_back();
    match quote.filter(|it| matches!(it, '`' | '"' | '\'')) {
        Some(quote) => command.split(quote).next(),
        None => Some(command),
    }
}

/// What a person types: without what they see before it.
fn typed(line: &str) -> &str {
    let prompts = ["$ ", "# ", "% ", "PS> "];
    let rest = prompts.iter().find_map(|it| line.strip_prefix(it));
    rest.unwrap_or(line)
}

fn begins_command(line: &str) -> bool {
    let line = line.strip_prefix("sudo ").unwrap_or(line);
    PROGRAMS.iter().any(|it| line.starts_with(it))
}

fn is_set_in(line: &str, least: usize) -> bool {
    let blanks = line.bytes().take_while(|it| *it == b' ').count();
    let is_tab = line.as_bytes().get(blanks) == Some(&b'\t');
    (blanks >= least || is_tab) && !line.trim().is_empty()
}

/// Commands between backticks within a line.
fn spans(line: &str, number: usize) -> impl Iterator<Item = Block> {
    let parts = line.split('`').enumerate();
    let inside = parts.filter(|(at, part)| at % 2 == 1 && begins_command(part));
    inside.filter_map(move |(_, part)| {
        let mut block = Block::new(number);
        block.push(part);
        block.done()
    })
}

#[cfg(test)]
mod tests {
    use super::compose_texts;

    #[test]
    fn compose_stands_in_texts() {
        let text = "# A\n\n```yaml\nversion: '3'\nservices:\n  a:\n    image: me/a\n\nvolumes:\n  d:\n```\n\n    services:\n      b:\n        build: .\n\nThe services:\n";
        let found = compose_texts(text);
        let texts: Vec<(usize, &str)> = found.iter().map(|it| (it.line, &*it.text)).collect();
        assert_eq!(
            texts,
            [
                (5, "services:\n  a:\n    image: me/a\n\nvolumes:\n  d:\n"),
                (13, "services:\n  b:\n    build: .\n\n"),
            ]
        );
    }
}
