//! Words: of commands, of exec forms, of scripts inside strings.

use dfix_syntax::{
    Enclosure, NodeExt as _, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange,
    TokenExt as _,
};

use crate::place::Place;
use crate::text_edit::{
    EditContext, Lowered, Side, after_blanks, begins_continued_line, edit, end, ends_in_backslash,
    in_heredoc, in_heredoc_text, quotation_of, quote, size, start, without_quotation,
};

/// What kind of text a word stands in.
enum WordSite {
    /// A word (or a like piece) of a command: the node.
    Shell(SyntaxNode),
    /// A string of an exec form, quotes included.
    Json(TextRange),
    /// Part of a script inside a string, or inside a string of an exec form; `None`: in a string
    /// inside a string.
    Inside(Option<Enclosure>),
    /// A word of the Dockerfile's own level, perhaps the value of a pair.
    Dockerfile { is_value: bool },
}

fn word_site(context: &EditContext<'_>, place: &impl Place) -> Result<WordSite, String> {
    let range = place.range();
    let covering = context
        .covering(range)
        .ok_or("the place is not in this file")?;
    if let Some(enclosure) = place.enclosure() {
        let (outer, _) = quotation_of(&covering).ok_or_else(|| without_quotation(&covering))?;
        return Ok(WordSite::Inside((outer == enclosure).then_some(enclosure)));
    }
    if let NodeOrToken::Token(token) = &covering
        && token.kind() == SyntaxKind::JSON_STRING
    {
        let whole = json_string(token);
        let inner = whole.len() >= 2.into()
            && range == TextRange::new(whole.start() + quote_len(), whole.end() - quote_len());
        return Ok(if range == whole || inner {
            WordSite::Json(whole)
        } else {
            WordSite::Inside(Some(Enclosure::Json))
        });
    }
    let piece = |kind| {
        matches!(
            kind,
            SyntaxKind::WORD | SyntaxKind::ASSIGNMENT | SyntaxKind::REDIRECT | SyntaxKind::COMMAND
        )
    };
    if let Some(node) = context.node_at(range, piece) {
        let in_script = node
            .ancestors()
            .any(|n| matches!(n.kind(), SyntaxKind::SHELL_SCRIPT));
        return Ok(if in_script {
            WordSite::Shell(node)
        } else {
            let is_value = node.prev_sibling().is_some()
                && node.parent().is_some_and(|p| p.kind() == SyntaxKind::PAIR);
            WordSite::Dockerfile { is_value }
        });
    }
    match quotation_of(&covering) {
        Some((enclosure, _)) => Ok(WordSite::Inside(Some(enclosure))),
        None => Err("the place is no word".to_owned()),
    }
}

fn quote_len() -> dfix_syntax::TextSize {
    1.into()
}

/// The whole of a JSON string that continuations may have cut into several tokens.
fn json_string(token: &SyntaxToken) -> TextRange {
    let mut range = token.text_range();
    let is_end = |t: &SyntaxToken| {
        let text = t.text();
        let backslashes = text[..text.len() - 1]
            .bytes()
            .rev()
            .take_while(|b| *b == b'\\')
            .count();
        text.ends_with('"') && backslashes % 2 == 0
    };
    let mut first = token.clone();
    while !first.text().starts_with('"') || (first.text().len() == 1 && has_open_before(&first)) {
        let Some(before) = piece_before(&first) else {
            break;
        };
        range = range.cover(before.text_range());
        first = before;
    }
    let mut last = token.clone();
    while !(is_end(&last) && (last.text().len() > 1 || last != first)) {
        let Some(after) = piece_after(&last) else {
            break;
        };
        range = range.cover(after.text_range());
        last = after;
    }
    range
}

/// Whether a lone quote closes a string that began before a continuation.
fn has_open_before(token: &SyntaxToken) -> bool {
    piece_before(token).is_some_and(|before| {
        let text = before.text();
        text.starts_with('"') && (text.len() == 1 || !text.ends_with('"'))
    })
}

fn piece_before(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut at = token.token_before()?;
    while at.kind().is_trivia() {
        at = at.token_before()?;
    }
    (at.kind() == SyntaxKind::JSON_STRING).then_some(at)
}

fn piece_after(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut at = token.token_after()?;
    while at.kind().is_trivia() {
        at = at.token_after()?;
    }
    (at.kind() == SyntaxKind::JSON_STRING).then_some(at)
}

/// Quotes a shell word; between backquotes only what needs no quotes.
fn shell_word(node: &SyntaxNode, text: &str) -> Result<String, String> {
    let in_backticks = node
        .ancestors()
        .any(|n| n.kind() == SyntaxKind::BACKTICK_SUBST);
    if in_backticks && !quote::is_plain(text) {
        return Err(format!("`{text}` cannot be quoted between backquotes"));
    }
    quote::shell(text)
}

fn dockerfile_word(text: &str) -> Result<String, String> {
    if quote::is_plain(text) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` cannot be written as a word here"))
    }
}

/// A word that comes: by what it stands for, or as it is to be written.
#[derive(Clone, Copy)]
pub(crate) enum New<'t> {
    Value(&'t str),
    Source(&'t str),
}

impl New<'_> {
    /// As it is written where `quote` would quote it. What is given as it is to be written may stand anywhere if it is plain, and
    /// as it is where shell text is written as a person would.
    fn written(
        self,
        is_open: bool,
        quote: impl FnOnce(&str) -> Result<String, String>,
    ) -> Result<String, String> {
        match self {
            New::Value(text) => quote(text),
            New::Source(source) if is_open && !source.contains(['\n', '\r']) => {
                Ok(source.to_owned())
            }
            New::Source(source) if quote::is_plain(source) => quote(source),
            New::Source(source) => Err(format!("`{source}` cannot be written here")),
        }
    }
}

pub(crate) fn insert(
    context: &EditContext<'_>,
    place: &impl Place,
    new: New<'_>,
    side: Side,
) -> Lowered {
    let range = place.range();
    let at = match side {
        Side::Before => start(range),
        Side::After => end(range),
    };
    let blank = |word: &str| match side {
        Side::Before => format!("{word} "),
        Side::After => format!(" {word}"),
    };
    match word_site(context, place)? {
        WordSite::Json(string) => {
            let comma = if tight_commas(context, string) {
                ","
            } else {
                ", "
            };
            let word = new.written(false, quote::json)?;
            Ok(vec![match side {
                Side::Before => edit(start(string), start(string), format!("{word}{comma}")),
                Side::After => edit(end(string), end(string), format!("{comma}{word}")),
            }])
        }
        WordSite::Inside(enclosure) => {
            let word = new.written(false, |text| quote::enclosed(text, enclosure))?;
            Ok(vec![edit(at, at, blank(&word))])
        }
        WordSite::Dockerfile { is_value: true } => Err("a value takes no second word".to_owned()),
        WordSite::Dockerfile { is_value: false } => {
            let word = new.written(true, dockerfile_word)?;
            Ok(vec![edit(at, at, blank(&word))])
        }
        WordSite::Shell(node) => {
            let word = new.written(true, |text| shell_word(&node, text))?;
            if side == Side::After {
                if ends_in_backslash(&node) {
                    return Err("the word before it ends in a backslash".to_owned());
                }
                if let Some(indent) = alone_on_continued_line(context, &node) {
                    let line_end = context.line_end_at(at);
                    let escape = context.escape_in(&node);
                    return Ok(vec![edit(
                        at,
                        at,
                        format!(" {escape}{line_end}{indent}{word}"),
                    )]);
                }
                if context.text[at..].starts_with("<<") {
                    return Err("the builder would see a here-document begin after it".to_owned());
                }
                // `2` before `>` would be a descriptor.
                let glued = context.text[at..].starts_with(['<', '>']);
                return Ok(vec![edit(
                    at,
                    at,
                    if glued {
                        format!(" {word} ")
                    } else {
                        blank(&word)
                    },
                )]);
            }
            if word.contains('=') && node.kind() == SyntaxKind::WORD && is_command_name(&node) {
                return Err("the word would be read as an assignment".to_owned());
            }
            if node.kind() == SyntaxKind::COMMAND || is_command_name(&node) {
                refuse_flag(&word)?;
            }
            Ok(vec![edit(at, at, blank(&word))])
        }
    }
}

fn is_command_name(node: &SyntaxNode) -> bool {
    node.parent()
        .is_some_and(|p| p.kind() == SyntaxKind::COMMAND)
        && node
            .prev_sibling()
            .is_none_or(|before| before.kind() != SyntaxKind::WORD)
}

/// Refuses to let a command begin with two dashes: at the head of an instruction the builder takes
/// such a word for a flag of its own (BuildKit, `frontend/dockerfile/parser/split_command.go`).
fn refuse_flag(command: &str) -> Result<(), String> {
    if command.starts_with("--") {
        return Err("the builder would take the command's first word for a flag".to_owned());
    }
    Ok(())
}

/// Whether the exec form around a string has no blanks after its commas.
fn tight_commas(context: &EditContext<'_>, string: TextRange) -> bool {
    let Some(form) = context
        .covering(string)
        .and_then(|e| match e {
            NodeOrToken::Node(node) => Some(node),
            NodeOrToken::Token(token) => token.parent(),
        })
        .and_then(|n| n.ancestors().find(|n| n.kind() == SyntaxKind::EXEC_FORM))
    else {
        return false;
    };
    form.children_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|t| t.kind() == SyntaxKind::COMMA)
        .any(|comma| {
            comma
                .token_after()
                .is_some_and(|next| next.kind() == SyntaxKind::JSON_STRING)
        })
}

/// The indentation, if the node is the only thing on a continued line.
fn alone_on_continued_line<'a>(context: &EditContext<'a>, node: &SyntaxNode) -> Option<&'a str> {
    let (first, last) = (node.leftmost_token()?, node.rightmost_token()?);
    let line = context.line_start(start(node.text_range()));
    let indent = context.indent_at(line);
    if line + indent.len() != start(node.text_range()) || !begins_continued_line(&first) {
        return None;
    }
    match after_blanks(&last) {
        Some(next) => {
            matches!(next.kind(), SyntaxKind::CONTINUATION | SyntaxKind::NEWLINE).then_some(indent)
        }
        None => Some(indent),
    }
}

pub(crate) fn replace(context: &EditContext<'_>, place: &impl Place, text: &str) -> Lowered {
    let range = place.range();
    if context.has_comment(range) {
        return Err("a comment stands inside the word".to_owned());
    }
    let (range, word) = match word_site(context, place)? {
        WordSite::Json(string) => (string, quote::json(text)?),
        WordSite::Inside(enclosure) => (range, quote::enclosed(text, enclosure)?),
        WordSite::Dockerfile { is_value: false } => (range, dockerfile_word(text)?),
        WordSite::Dockerfile { is_value: true } => {
            if text.contains(['$', '\\', '`', '\n', '\r']) {
                return Err(format!("`{text}` cannot be written as a value here"));
            }
            (range, crate::text_edit::instructions::pair_value(text))
        }
        WordSite::Shell(node) => {
            let word = shell_word(&node, text)?;
            if is_command_name(&node) {
                if word.contains('=') {
                    return Err("the word would be read as an assignment".to_owned());
                }
                refuse_flag(&word)?;
            }
            (range, word)
        }
    };
    Ok(vec![edit(start(range), end(range), word)])
}

pub(crate) fn replace_source(context: &EditContext<'_>, range: TextRange, source: &str) -> Lowered {
    if context.covering(range).is_none() {
        return Err("the place is not in this file".to_owned());
    }
    // Blanks may go, also at a comment's end.
    let is_blank = |text: &str| text.trim().is_empty();
    let stays = is_blank(&context.text[range]) && is_blank(source);
    if !stays && context.has_comment(range) {
        return Err("a comment stands inside what would be replaced".to_owned());
    }
    let source = source.replace('\n', context.line_end_at(start(range)));
    Ok(vec![edit(start(range), end(range), source)])
}

/// As [`replace_source`], of a part of a word.
pub(crate) fn replace_part(context: &EditContext<'_>, range: TextRange, source: &str) -> Lowered {
    if let Some(why) = context.covering(range).as_ref().and_then(in_heredoc_text) {
        return Err(why);
    }
    replace_source(context, range, source)
}

/// A JSON array of these strings in the place of the words of an instruction that takes paths.
pub(crate) fn set_array(context: &EditContext<'_>, words: TextRange, strings: &[&str]) -> Lowered {
    if context.has_comment(words) {
        return Err("a comment stands between the words".to_owned());
    }
    let strings: Result<Vec<String>, String> = strings.iter().map(|it| quote::json(it)).collect();
    let array = format!("[{}]", strings?.join(", "));
    Ok(vec![edit(start(words), end(words), array)])
}

pub(crate) fn remove(context: &EditContext<'_>, place: &impl Place) -> Lowered {
    remove_run(context, place, place)
}

/// Takes words away, wherever they stand: neighbours together, so that nothing of the blanks, commas and continuations
/// between them is left.
pub(crate) fn remove_many<P: Place>(context: &EditContext<'_>, places: &[P]) -> Lowered {
    let mut places: Vec<&P> = places.iter().collect();
    places.sort_by_key(|place| place.range().start());
    let mut runs: Vec<(&P, &P)> = Vec::new();
    for place in places {
        match runs.last_mut() {
            Some((_, last)) if are_neighbours(context, last.range(), place.range()) => {
                *last = place;
            }
            _ => runs.push((place, place)),
        }
    }
    let mut edits = Vec::new();
    for (first, last) in runs {
        edits.extend(remove_run(context, first, last)?);
    }
    Ok(edits)
}

/// Whether nothing but blanks, line ends and a comma stands between two words.
fn are_neighbours(context: &EditContext<'_>, first: TextRange, second: TextRange) -> bool {
    let is_between =
        |c: char| c.is_ascii_whitespace() || c == ',' || c == '"' || c == context.escape;
    let between = context.text.get(end(first)..start(second));
    between.is_some_and(|text| !text.is_empty() && text.chars().all(is_between))
}

/// Takes the words from one to another away.
fn remove_run<P: Place>(context: &EditContext<'_>, first: &P, last: &P) -> Lowered {
    let range = first.range().cover(last.range());
    match (word_site(context, first)?, word_site(context, last)?) {
        (WordSite::Json(first), WordSite::Json(last)) => remove_json(context, first, last),
        (WordSite::Inside(_), WordSite::Inside(_)) => {
            let (from, to) = (start(range), end(range));
            let before = context.text[..from].trim_end_matches([' ', '\t']).len();
            let after = to + context.text[to..].len()
                - context.text[to..].trim_start_matches([' ', '\t']).len();
            if before < from {
                Ok(vec![edit(before, to, "")])
            } else if after > to {
                Ok(vec![edit(from, after, "")])
            } else {
                Err("the word is not between blanks".to_owned())
            }
        }
        (WordSite::Dockerfile { is_value: true }, _) => Err("a value cannot go alone".to_owned()),
        (WordSite::Shell(first), WordSite::Shell(last)) => {
            if is_command_name(&first)
                && let Some(next) = last.next_sibling()
            {
                refuse_flag(&context.text[start(next.text_range())..])?;
            }
            remove_piece(context, range)
        }
        (WordSite::Dockerfile { .. }, WordSite::Dockerfile { .. }) => remove_piece(context, range),
        _ => Err("the words do not stand in one list".to_owned()),
    }
}

fn remove_json(context: &EditContext<'_>, first: TextRange, last: TextRange) -> Lowered {
    let at = |range| match context.covering(range) {
        Some(NodeOrToken::Token(token)) => Ok(token),
        _ => Err("the string is cut by a continuation"),
    };
    let (first_token, last_token) = (at(first)?, at(last)?);
    let comma = |mut neighbour: Option<SyntaxToken>, forward: bool| {
        while let Some(it) = neighbour.clone().filter(|t| t.kind().is_trivia()) {
            neighbour = if forward {
                it.token_after()
            } else {
                it.token_before()
            };
        }
        neighbour.filter(|t| t.kind() == SyntaxKind::COMMA)
    };
    let range = if let Some(comma) = comma(first_token.token_before(), false) {
        TextRange::new(comma.text_range().start(), last.end())
    } else if let Some(comma) = comma(last_token.token_after(), true) {
        let blanks = comma
            .token_after()
            .filter(|t| t.kind() == SyntaxKind::WHITESPACE)
            .map_or(comma.text_range().end(), |t| t.text_range().end());
        TextRange::new(first.start(), blanks)
    } else {
        first.cover(last)
    };
    if context.has_comment(range) {
        return Err("a comment stands beside the string".to_owned());
    }
    Ok(vec![edit(start(range), end(range), "")])
}

/// Takes a word, a flag or a like piece away, with the blanks before it; with its line, if it stands
/// alone on one.
pub(crate) fn remove_piece(context: &EditContext<'_>, range: TextRange) -> Lowered {
    if context.has_comment(range) {
        return Err("a comment stands inside what would be removed".to_owned());
    }
    let (from, to) = (start(range), end(range));
    let token_at = |offset| context.root.token_at(size(offset));
    let (Some(first), Some(last)) = (token_at(from), token_at(to.saturating_sub(1))) else {
        return Err("the place is not in this file".to_owned());
    };
    let line = context.line_start(from);
    let is_in_heredoc = first.parent().is_some_and(|parent| in_heredoc(&parent));
    let alone_before = context.text[line..from].trim().is_empty()
        && (is_in_heredoc || begins_continued_line(&first));
    let next = after_blanks(&last);
    let next_kind = next.as_ref().map(SyntaxToken::kind);
    if alone_before && next_kind == Some(SyntaxKind::CONTINUATION) {
        return Ok(vec![edit(line, context.next_line(to), "")]);
    }
    if alone_before && matches!(next_kind, None | Some(SyntaxKind::NEWLINE)) {
        // The last line of a continued instruction: the continuation before it goes too.
        let before = crate::text_edit::before_blanks(&first)
            .filter(|t| t.kind() == SyntaxKind::CONTINUATION)
            .ok_or("a comment stands before it, and the line must not stay continued")?;
        let kept = context.text[..start(before.text_range())]
            .trim_end_matches([' ', '\t'])
            .len();
        return Ok(vec![edit(kept, to, "")]);
    }
    let blanks_before = context.text[line..from].len()
        - context.text[line..from].trim_end_matches([' ', '\t']).len();
    if alone_before && next_kind == Some(SyntaxKind::COMMENT) {
        return Err("the comment after it would begin its line".to_owned());
    }
    if alone_before || blanks_before == 0 {
        // Keep the indentation; take the blanks after it instead.
        let rest = &context.text[to..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if blanks == 0 && blanks_before == 0 && !is_in_heredoc {
            return Err("it is not between blanks".to_owned());
        }
        return Ok(vec![edit(from, to + blanks, "")]);
    }
    Ok(vec![edit(from - blanks_before, to, "")])
}
