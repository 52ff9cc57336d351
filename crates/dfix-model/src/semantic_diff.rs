//! When two instructions mean the same, and what differs if they do not.
//!
//! The canonical form leaves out what the build cannot see: blanks, continuations, comments, letter
//! case of keywords, quotes around plain text. It keeps what it can: whether a `*` is quoted, which
//! operator joins two commands, every byte of a here-document that is not shell text.

use std::collections::BTreeMap;

use dfix_syntax::ast::{AstNode, Instruction, Variable};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange, unquote_json};

/// What an instruction means, in a form that can be compared.
#[derive(Debug, Clone)]
pub struct Meaning {
    keyword: &'static str,
    image: Option<Vec<Item>>,
    stage_name: Option<String>,
    flags: BTreeMap<String, Vec<Vec<Item>>>,
    pairs: BTreeMap<String, Option<Vec<Item>>>,
    rest: Vec<Item>,
    commands: Vec<CommandMeaning>,
    trigger: Option<Box<Meaning>>,
}

#[derive(Debug, Clone)]
struct CommandMeaning {
    range: TextRange,
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Open(SyntaxKind),
    Close,
    Text(String),
    Token(SyntaxKind, String),
    /// An expansion outside of quotes begins: its result may be split.
    Splits,
    /// The command with this number stands here.
    Command(usize),
    Separator,
}

/// Something that differs between two instructions. Ranges are places in the text before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is another instruction.
    Keyword,
    /// The image of a `FROM`.
    BaseImage,
    /// The name that a `FROM` gives its stage.
    StageName,
    /// A flag, by its name without dashes.
    Flag(String),
    /// The value of a key of `ENV`, `ARG` or `LABEL`, or whether the key is there.
    Key(String),
    /// The words of the command (or exec form) that stands here.
    Command(TextRange),
    /// Which commands there are and how they are joined, or a here-document's text.
    Script,
    /// Any other argument.
    Arguments,
}

impl Meaning {
    /// The keyword in upper case.
    pub fn keyword(&self) -> &'static str {
        self.keyword
    }

    /// The keys that an `ENV`, `ARG` or `LABEL` sets.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.pairs.keys().map(String::as_str)
    }

    /// The value of a flag that is there once and is plain text.
    pub fn flag(&self, name: &str) -> Option<&str> {
        match self.flags.get(name)?.as_slice() {
            [one] => plain(one),
            _ => None,
        }
    }

    /// The image of a `FROM`, where it is plain text.
    pub fn image(&self) -> Option<&str> {
        plain(self.image.as_ref()?)
    }

    /// The places of its commands, those of a trigger too.
    pub fn commands(&self) -> impl ExactSizeIterator<Item = TextRange> {
        self.outermost()
            .commands
            .iter()
            .map(|command| command.range)
    }

    /// Whether one of its commands has the same words as one of another's, each by its number.
    pub fn is_same_command(&self, index: usize, other: &Meaning, of_other: usize) -> bool {
        let (mine, its) = (&self.outermost().commands, &other.outermost().commands);
        let (Some(one), Some(two)) = (mine.get(index), its.get(of_other)) else {
            return false;
        };
        one.items.len() == two.items.len()
            && one.items.iter().zip(&two.items).all(|pair| match pair {
                (Item::Command(one), Item::Command(two)) => self.is_same_command(*one, other, *two),
                (one, two) => one == two,
            })
    }

    /// What an `ONBUILD` triggers, and any other instruction itself.
    fn outermost(&self) -> &Meaning {
        self.trigger.as_deref().unwrap_or(self)
    }

    /// The name of a stage, in lower case.
    pub fn stage_name(&self) -> Option<&str> {
        self.stage_name.as_deref()
    }
}

fn plain(items: &[Item]) -> Option<&str> {
    match items {
        [Item::Text(text)] => Some(text),
        [Item::Open(_), Item::Text(text), Item::Close] => Some(text),
        _ => None,
    }
}

/// The meaning of an instruction.
pub fn meaning(instruction: &Instruction) -> Meaning {
    let mut reader = Reader::default();
    let mut meaning = Meaning {
        keyword: instruction.name(),
        image: None,
        stage_name: None,
        flags: BTreeMap::new(),
        pairs: BTreeMap::new(),
        rest: Vec::new(),
        commands: Vec::new(),
        trigger: None,
    };
    let mut first_keyword = true;
    for child in instruction.syntax().children_with_tokens() {
        match child {
            NodeOrToken::Token(token) => {
                if token.kind() == SyntaxKind::KEYWORD && std::mem::take(&mut first_keyword) {
                    continue;
                }
                Reader::token(&token, &mut meaning.rest, Way::default());
            }
            NodeOrToken::Node(node) => match node.kind() {
                SyntaxKind::IMAGE => {
                    let mut items = Vec::new();
                    reader.text_of(&node, &mut items);
                    meaning.image = Some(items);
                }
                SyntaxKind::STAGE_NAME => {
                    meaning.stage_name = Some(joined(&node).to_ascii_lowercase());
                }
                SyntaxKind::FLAG => {
                    let (name, value) = reader.flag(&node);
                    meaning.flags.entry(name).or_default().push(value);
                }
                SyntaxKind::PAIR | SyntaxKind::LEGACY_PAIR => {
                    let (key, value) = reader.pair(&node);
                    meaning.pairs.insert(key, value);
                }
                _ => match Instruction::cast(node.clone()) {
                    Some(trigger) => meaning.trigger = Some(Box::new(self::meaning(&trigger))),
                    None => reader.node(&node, &mut meaning.rest, Way::default()),
                },
            },
        }
    }
    meaning.commands = reader.commands;
    meaning
}

/// What differs between two instructions; nothing if they mean the same.
pub fn differences(before: &Meaning, after: &Meaning) -> Vec<Difference> {
    if before.keyword != after.keyword {
        return vec![Difference::Keyword];
    }
    let mut found = Vec::new();
    if before.image != after.image {
        found.push(Difference::BaseImage);
    }
    if before.stage_name != after.stage_name {
        found.push(Difference::StageName);
    }
    found.extend(unequal_keys(&before.flags, &after.flags).map(Difference::Flag));
    found.extend(unequal_keys(&before.pairs, &after.pairs).map(Difference::Key));
    if before.rest != after.rest || before.commands.len() != after.commands.len() {
        found.push(if before.commands.is_empty() && after.commands.is_empty() {
            Difference::Arguments
        } else {
            Difference::Script
        });
    } else {
        for (old, new) in before.commands.iter().zip(&after.commands) {
            if old.items != new.items {
                found.push(Difference::Command(old.range));
            }
        }
    }
    match (&before.trigger, &after.trigger) {
        (Some(old), Some(new)) => found.extend(differences(old, new)),
        (None, None) => {}
        _ => found.push(Difference::Arguments),
    }
    found
}

fn unequal_keys<'a, V: PartialEq>(
    before: &'a BTreeMap<String, V>,
    after: &'a BTreeMap<String, V>,
) -> impl Iterator<Item = String> + use<'a, V> {
    let changed = before
        .iter()
        .filter(|(key, value)| after.get(*key) != Some(*value));
    let added = after.iter().filter(|(key, _)| !before.contains_key(*key));
    changed.chain(added).map(|(key, _)| key.clone())
}

fn joined(node: &SyntaxNode) -> String {
    let mut text = String::new();
    for token in node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|t| !t.kind().is_trivia())
    {
        text.push_str(token.text());
    }
    text
}

/// In which surroundings text is read.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// In shell text: quotes decide about globs and splitting.
    shell: bool,
    /// In the body of a here-document: a line end separates commands.
    lines: bool,
    quoted: bool,
}

#[derive(Default)]
struct Reader {
    commands: Vec<CommandMeaning>,
}

impl Reader {
    fn flag(&mut self, node: &SyntaxNode) -> (String, Vec<Item>) {
        let mut name = String::new();
        let mut value = Vec::new();
        for child in node.children_with_tokens() {
            match child {
                NodeOrToken::Token(token) if token.kind() == SyntaxKind::FLAG_NAME => {
                    name.push_str(token.text().trim_start_matches('-'));
                }
                NodeOrToken::Token(token) => Self::token(&token, &mut value, Way::default()),
                NodeOrToken::Node(child) if child.kind() == SyntaxKind::WORD => {
                    self.text_of(&child, &mut value);
                }
                NodeOrToken::Node(child) => self.node(&child, &mut value, Way::default()),
            }
        }
        value.retain(|item| !matches!(item, Item::Token(SyntaxKind::EQ, _)));
        (name, value)
    }

    fn pair(&mut self, node: &SyntaxNode) -> (String, Option<Vec<Item>>) {
        let mut words = node.children().filter(|n| n.kind() == SyntaxKind::WORD);
        let mut key = Vec::new();
        if let Some(word) = words.next() {
            self.text_of(&word, &mut key);
        }
        let key = plain(&key).map_or_else(
            || {
                node.children()
                    .next()
                    .map_or_else(String::new, |n| joined(&n))
            },
            str::to_owned,
        );
        let mut value = Vec::new();
        let has_value = node.kind() == SyntaxKind::LEGACY_PAIR
            || node
                .children_with_tokens()
                .any(|e| e.kind() == SyntaxKind::EQ);
        if let Some(word) = words.next() {
            self.text_of(&word, &mut value);
        }
        (key, has_value.then_some(value))
    }

    /// A word of the Dockerfile's own level, or any node made of word parts, without its borders.
    fn text_of(&mut self, node: &SyntaxNode, out: &mut Vec<Item>) {
        self.parts(node, out, Way::default());
    }

    fn node(&mut self, node: &SyntaxNode, out: &mut Vec<Item>, mut way: Way) {
        match node.kind() {
            SyntaxKind::COMMAND => {
                let index = self.command(node.text_range());
                let mut items = Vec::new();
                self.children(node, &mut items, Way { shell: true, ..way });
                self.commands[index].items = items;
                out.push(Item::Command(index));
                return;
            }
            SyntaxKind::EXEC_FORM => {
                let index = self.command(node.text_range());
                self.commands[index].items = strings(node);
                out.push(Item::Command(index));
                return;
            }
            SyntaxKind::BACKTICK_SUBST | SyntaxKind::COMMAND_SUBST => {
                return self.substitution(node, out, way);
            }
            SyntaxKind::SHELL_SCRIPT => way.shell = true,
            SyntaxKind::HEREDOC_BODY => way.lines = true,
            SyntaxKind::HEREDOC if way.shell => way.lines = false,
            _ => {}
        }
        out.push(Item::Open(node.kind()));
        if is_word_like(node.kind()) {
            self.parts(node, out, way);
        } else {
            self.children(node, out, way);
        }
        if out.last() == Some(&Item::Separator) {
            out.pop();
        }
        out.push(Item::Close);
    }

    /// What stands in `$(…)`, or between backticks, which are another spelling of it: what they take away of their text is no
    /// token of the tree.
    fn substitution(&mut self, node: &SyntaxNode, out: &mut Vec<Item>, way: Way) {
        out.push(Item::Open(SyntaxKind::COMMAND_SUBST));
        for child in node.children() {
            self.node(&child, out, way);
        }
        out.push(Item::Close);
    }

    fn command(&mut self, range: TextRange) -> usize {
        self.commands.push(CommandMeaning {
            range,
            items: Vec::new(),
        });
        self.commands.len() - 1
    }

    fn children(&mut self, node: &SyntaxNode, out: &mut Vec<Item>, way: Way) {
        for child in node.children_with_tokens() {
            match child {
                NodeOrToken::Node(child) => self.node(&child, out, way),
                NodeOrToken::Token(token) => Self::token(&token, out, way),
            }
        }
    }

    fn token(token: &SyntaxToken, out: &mut Vec<Item>, way: Way) {
        match token.kind() {
            SyntaxKind::NEWLINE if way.lines => separate(out),
            SyntaxKind::SEMI if way.shell => separate(out),
            kind if kind.is_trivia() => {}
            SyntaxKind::KEYWORD => out.push(Item::Token(
                SyntaxKind::KEYWORD,
                token.text().to_ascii_uppercase(),
            )),
            SyntaxKind::HEREDOC_END => out.push(Item::Token(
                SyntaxKind::HEREDOC_END,
                token.text().trim_start_matches('\t').to_owned(),
            )),
            kind => match out.last_mut() {
                // A token that a continuation cuts is one.
                Some(Item::Token(last, text)) if *last == kind && !is_operator(kind) => {
                    text.push_str(token.text());
                }
                _ => out.push(Item::Token(kind, token.text().to_owned())),
            },
        }
    }

    /// The parts of a word: plain text is joined, whatever its quotes.
    fn parts(&mut self, node: &SyntaxNode, out: &mut Vec<Item>, way: Way) {
        for part in node.children_with_tokens() {
            match part {
                NodeOrToken::Token(token) => match token.kind() {
                    SyntaxKind::QUOTE => {}
                    SyntaxKind::ESCAPE => {
                        let text = unescaped(node.kind(), token.text());
                        let way = Way {
                            quoted: true,
                            ..way
                        };
                        push_text(out, text, way);
                    }
                    SyntaxKind::WHITESPACE => push_text(out, token.text(), way),
                    kind if kind.is_trivia() => {}
                    _ => push_text(out, token.text(), way),
                },
                NodeOrToken::Node(part) => match part.kind() {
                    SyntaxKind::SINGLE_QUOTED | SyntaxKind::DOUBLE_QUOTED => {
                        // An empty quotation makes a word of nothing, to a shell.
                        if way.shell {
                            push_text(out, "", way);
                        }
                        let way = Way {
                            quoted: true,
                            ..way
                        };
                        self.parts(&part, out, way);
                    }
                    SyntaxKind::IMAGE_REGISTRY
                    | SyntaxKind::IMAGE_REPOSITORY
                    | SyntaxKind::IMAGE_TAG
                    | SyntaxKind::IMAGE_DIGEST => self.parts(&part, out, way),
                    _ => {
                        if way.shell && !way.quoted {
                            out.push(Item::Splits);
                        }
                        let way = Way {
                            quoted: false,
                            ..way
                        };
                        if matches!(
                            part.kind(),
                            SyntaxKind::BACKTICK_SUBST | SyntaxKind::COMMAND_SUBST
                        ) {
                            self.substitution(&part, out, way);
                            continue;
                        }
                        out.push(Item::Open(part.kind()));
                        match plain_variable(&part) {
                            Some(name) => out.push(Item::Token(SyntaxKind::NAME, name)),
                            None => self.children(&part, out, way),
                        }
                        out.push(Item::Close);
                    }
                },
            }
        }
    }
}

/// The name of a variable that nothing more is said of: `$x` and `${x}` are one.
fn plain_variable(node: &SyntaxNode) -> Option<String> {
    let variable = Variable::cast(node.clone())?;
    let says_more = node
        .children_with_tokens()
        .any(|part| part.as_node().is_some() || part.kind() == SyntaxKind::PARAM_OP);
    if says_more { None } else { variable.name() }
}

fn is_word_like(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::WORD)
}

fn is_operator(kind: SyntaxKind) -> bool {
    use SyntaxKind::{
        AMP, AND_AND, BANG, COMMA, L_BRACE, L_PAREN, OR_OR, PIPE, PIPE_AND, R_BRACE, R_PAREN,
        SEMI_SEMI, SHELL_KEYWORD,
    };
    matches!(
        kind,
        AND_AND
            | OR_OR
            | PIPE
            | PIPE_AND
            | SEMI_SEMI
            | AMP
            | BANG
            | COMMA
            | L_PAREN
            | R_PAREN
            | L_BRACE
            | R_BRACE
            | SHELL_KEYWORD
    )
}

/// A `;` or a line end: several in a row are one, and after an operator there is none.
fn separate(out: &mut Vec<Item>) {
    match out.last() {
        None | Some(Item::Separator | Item::Open(_)) => {}
        Some(Item::Token(kind, _)) if is_operator(*kind) => {}
        Some(_) => out.push(Item::Separator),
    }
}

/// Joins text to text. In shell text a quoted character that would mean something without its
/// quotes is marked.
fn push_text(out: &mut Vec<Item>, text: &str, way: Way) {
    if !matches!(out.last(), Some(Item::Text(_))) {
        out.push(Item::Text(String::new()));
    }
    let Some(Item::Text(joined)) = out.last_mut() else {
        return;
    };
    if !(way.shell && way.quoted) {
        joined.push_str(text);
        return;
    }
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '~') {
            joined.push('\u{1}');
        }
        joined.push(c);
    }
}

/// The values of an exec form; a string that continuations cut is one.
fn strings(form: &SyntaxNode) -> Vec<Item> {
    let mut items = Vec::new();
    let mut literal = String::new();
    for token in form
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
    {
        match token.kind() {
            SyntaxKind::JSON_STRING => literal.push_str(token.text()),
            SyntaxKind::COMMA | SyntaxKind::R_BRACKET if !literal.is_empty() => {
                let value = unquote_json(&literal).unwrap_or_else(|| literal.clone());
                items.push(Item::Token(SyntaxKind::JSON_STRING, value));
                literal.clear();
            }
            _ => {}
        }
    }
    items
}

/// What an escape stands for (POSIX 2.2.1 and 2.2.3).
fn unescaped(parent: SyntaxKind, escape: &str) -> &str {
    let mut characters = escape.chars();
    let (first, rest) = (characters.next(), characters.as_str());
    let protects = parent != SyntaxKind::DOUBLE_QUOTED
        || rest.starts_with(['$', '`', '"', '\\', '\n'])
        || first == rest.chars().next();
    if protects { rest } else { escape }
}
