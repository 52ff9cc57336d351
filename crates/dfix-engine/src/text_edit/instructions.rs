//! Whole instructions: putting in, taking out, flags and pairs.

use dfix_syntax::ast::{AstNode, File, Flag, Instruction};
use dfix_syntax::{
    NodeExt as _, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TokenExt as _,
};

use crate::text_edit::{EditContext, Lowered, begins_continued_line, edit, end, quote, start};

/// Where a new instruction goes, seen from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    /// Before it, above the comments that belong to it.
    AboveComments,
    /// Before it, below the comments that belong to it.
    BelowComments,
    /// After it.
    After,
}

/// All tokens of a part of the tree.
pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
}

/// The instruction's bytes without the blanks, comments and line ends around it.
pub(super) fn extent(instruction: &SyntaxNode) -> Result<TextRange, String> {
    let mut whole: Option<TextRange> = None;
    for token in tokens(instruction).filter(|t| !t.kind().is_trivia()) {
        whole = Some(match whole {
            Some(range) => range.cover(token.text_range()),
            None => token.text_range(),
        });
    }
    whole.ok_or_else(|| "the instruction is empty".to_owned())
}

/// What comes after an instruction on its last line.
struct Tail {
    /// Where the next line begins, or the end of the text.
    next_line: usize,
    /// Whether the line has an end.
    ended: bool,
    /// Whether a comment stands there.
    comment: bool,
}

fn tail(context: &EditContext<'_>, instruction: &SyntaxNode) -> Result<Tail, String> {
    let last = tokens(instruction)
        .filter(|t| !t.kind().is_trivia())
        .last()
        .ok_or("the instruction is empty")?;
    let mut comment = false;
    let mut at = last.token_after();
    while let Some(token) = at {
        match token.kind() {
            SyntaxKind::NEWLINE => {
                return Ok(Tail {
                    next_line: end(token.text_range()),
                    ended: true,
                    comment,
                });
            }
            SyntaxKind::COMMENT => comment = true,
            SyntaxKind::WHITESPACE => {}
            SyntaxKind::CONTINUATION => {
                return Err("the instruction ends in a continuation".to_owned());
            }
            _ => return Err("more text follows on the instruction's last line".to_owned()),
        }
        at = token.token_after();
    }
    Ok(Tail {
        next_line: context.text.len(),
        ended: false,
        comment,
    })
}

/// An instruction with a comment or a here-document's text inside cannot go without a loss.
fn nothing_to_lose(
    context: &EditContext<'_>,
    instruction: &SyntaxNode,
    tail: &Tail,
) -> Result<(), String> {
    if tail.comment || context.has_comment(instruction.text_range()) {
        return Err("a comment stands inside the instruction".to_owned());
    }
    if tokens(instruction).any(|t| t.kind() == SyntaxKind::HEREDOC_TEXT) {
        return Err("the instruction holds a here-document".to_owned());
    }
    Ok(())
}

fn is_comment_line(context: &EditContext<'_>, line: usize) -> bool {
    let first = line + context.indent_at(line).len();
    context
        .root
        .token_at(crate::text_edit::size(first))
        .is_some_and(|t| {
            t.kind() == SyntaxKind::COMMENT
                && start(t.text_range()) == first
                && t.parent().is_some_and(|p| p.kind() == SyntaxKind::FILE)
        })
}

/// Where the block of comments right above a line begins; the line itself if there is none.
fn comments_above(context: &EditContext<'_>, line: usize) -> usize {
    let mut top = line;
    while top > 0 {
        let above = context.line_start(top - 1);
        if above >= top || !is_comment_line(context, above) {
            break;
        }
        top = above;
    }
    top
}

/// Whether an empty line stands above a line.
fn is_apart(context: &EditContext<'_>, line: usize) -> bool {
    let above = &context.text[..line];
    above.ends_with("\n\n") || above.ends_with("\n\r\n")
}

/// Whether the file keeps an empty line between any two instructions.
fn is_spaced(context: &EditContext<'_>) -> bool {
    let Some(file) = File::cast(context.root.clone()) else {
        return false;
    };
    let mut pairs = 0;
    for instruction in file.instructions().skip(1) {
        let top = comments_above(
            context,
            context.line_start(start(instruction.syntax().text_range())),
        );
        if !is_apart(context, top) {
            return false;
        }
        pairs += 1;
    }
    pairs >= 2
}

/// A source as a person would write it, in the manner of the file.
fn in_manner(
    context: &EditContext<'_>,
    source: &str,
    indent: &str,
    line_end: &str,
    lower: bool,
) -> Result<String, String> {
    let mut written = String::with_capacity(source.len() + 8);
    let lines: Vec<&str> = source.trim_end_matches('\n').split('\n').collect();
    for (index, line) in lines.iter().enumerate() {
        let last = index + 1 == lines.len();
        let (body, continued) = match line.strip_suffix('\\') {
            Some(body) if !last => (body, true),
            _ => (*line, false),
        };
        if context.escape != '\\' && (body.contains(context.escape) || body.contains("\\\"")) {
            return Err(
                "the new text cannot be written with this file's escape character".to_owned(),
            );
        }
        if last && body.ends_with(context.escape) {
            return Err("the new text would continue on the next line".to_owned());
        }
        written.push_str(indent);
        if index == 0 && lower {
            let keyword = body.find(' ').unwrap_or(body.len());
            written.push_str(&body[..keyword].to_ascii_lowercase());
            written.push_str(&body[keyword..]);
        } else {
            written.push_str(body);
        }
        if continued {
            written.push(context.escape);
        }
        if !last {
            written.push_str(line_end);
        }
    }
    Ok(written)
}

/// Whether the file writes its keywords in lower case.
fn has_lower_keywords(context: &EditContext<'_>) -> bool {
    let Some(file) = File::cast(context.root.clone()) else {
        return false;
    };
    let places = file.instructions().filter_map(|it| it.keyword_range());
    let mut keywords = places.map(|place| &context.text[place]).peekable();
    keywords.peek().is_some() && keywords.all(|k| k.bytes().all(|b| b.is_ascii_lowercase()))
}

/// What an instruction after this one is set in by: as this one; where it is the first of a stage whose others are set in,
/// as these.
fn indent_after<'c>(context: &EditContext<'c>, place: usize, line: usize) -> &'c str {
    let own = context.indent_at(line);
    let start_of = |it: &Instruction| start(it.syntax().text_range());
    let Some(file) = File::cast(context.root.clone()) else {
        return own;
    };
    let mut from_here = file.instructions().skip_while(|it| start_of(it) < place);
    match (from_here.next(), from_here.next()) {
        (Some(Instruction::From(_)), Some(next)) if !matches!(next, Instruction::From(_)) => {
            context.indent_at(context.line_start(start_of(&next)))
        }
        _ => own,
    }
}

pub(crate) fn insert(
    context: &EditContext<'_>,
    range: TextRange,
    sources: &[String],
    position: Where,
) -> Lowered {
    let instruction = context.instruction(range)?;
    let within = extent(&instruction)?;
    let line = context.line_start(start(within));
    let indent = match position {
        Where::After => indent_after(context, start(within), line),
        Where::AboveComments | Where::BelowComments => context.indent_at(line),
    };
    let line_end = context.line_end_at(start(within));
    let lower = has_lower_keywords(context);
    // A stage stands apart from what is above it.
    let begins_stage = position == Where::After
        && sources.first().is_some_and(|s| {
            s.get(..5)
                .is_some_and(|word| word.eq_ignore_ascii_case("FROM "))
        });
    let spaced = is_spaced(context) || begins_stage;
    let gap = if spaced { line_end } else { "" };
    let mut block = String::new();
    for source in sources {
        if !block.is_empty() {
            block.push_str(line_end);
        }
        block.push_str(&in_manner(context, source, indent, line_end, lower)?);
    }
    if block.is_empty() {
        return Err("there is nothing to insert".to_owned());
    }
    Ok(vec![match position {
        Where::AboveComments | Where::BelowComments => {
            let (at, gap) = match position {
                Where::AboveComments => {
                    let top = comments_above(context, line);
                    // Comments that stand apart from what is above them begin something new.
                    let begins = top < line && (top == 0 || is_apart(context, top));
                    (top, if begins { line_end } else { gap })
                }
                Where::BelowComments | Where::After => (line, ""),
            };
            edit(at, at, format!("{block}{line_end}{gap}"))
        }
        Where::After => {
            let tail = tail(context, &instruction)?;
            let at = tail.next_line;
            if tail.ended {
                edit(at, at, format!("{gap}{block}{line_end}"))
            } else {
                edit(at, at, format!("{line_end}{gap}{block}"))
            }
        }
    }])
}

pub(crate) fn replace(context: &EditContext<'_>, range: TextRange, source: &str) -> Lowered {
    let instruction = context.instruction(range)?;
    let within = extent(&instruction)?;
    let tail = tail(context, &instruction)?;
    nothing_to_lose(context, &instruction, &tail)?;
    let indent = context.indent_at(context.line_start(start(within)));
    let line_end = context.line_end_at(start(within));
    let lower = has_lower_keywords(context);
    let written = in_manner(context, source, indent, line_end, lower)?;
    let written = written.strip_prefix(indent).unwrap_or(&written);
    Ok(vec![edit(start(within), end(within), written)])
}

pub(crate) fn remove(context: &EditContext<'_>, range: TextRange) -> Lowered {
    let instruction = context.instruction(range)?;
    let within = extent(&instruction)?;
    let tail = tail(context, &instruction)?;
    nothing_to_lose(context, &instruction, &tail)?;
    let mut from = context.line_start(start(within));
    let mut to = tail.next_line;
    if tail.ended {
        // Of the empty lines before and after it, one was there for its sake.
        let empty_before = context.text[..from].ends_with("\n\n")
            || context.text[..from].ends_with("\n\r\n")
            || from == 0;
        let next = context.next_line(to);
        if empty_before && next > to && context.text[to..next].trim().is_empty() {
            to = next;
        }
    } else {
        // The file does not end in a line end, and so it stays.
        from = context.text[..from].trim_end_matches(['\n', '\r']).len();
        if from == 0 {
            return Err("it is the only text of the file".to_owned());
        }
    }
    Ok(vec![edit(from, to, "")])
}

/// The comments inside an instruction, as lines that stand above it.
fn lifted(
    context: &EditContext<'_>,
    instruction: &SyntaxNode,
    tail: &Tail,
) -> Result<String, String> {
    if tail.comment || tokens(instruction).any(|t| t.kind() == SyntaxKind::HEREDOC_TEXT) {
        nothing_to_lose(context, instruction, tail)?;
    }
    let at = start(instruction.text_range());
    let indent = context.indent_at(context.line_start(at));
    let line_end = context.line_end_at(at);
    let comments = tokens(instruction).filter(|t| t.kind() == SyntaxKind::COMMENT);
    let lines = comments.map(|it| format!("{}{line_end}{indent}", it.text().trim_end()));
    Ok(lines.collect())
}

/// As [`replace`]; comments inside the instruction come to stand above it.
pub(crate) fn replace_lifting_comments(
    context: &EditContext<'_>,
    range: TextRange,
    source: &str,
) -> Lowered {
    let instruction = context.instruction(range)?;
    let within = extent(&instruction)?;
    let comments = lifted(context, &instruction, &tail(context, &instruction)?)?;
    if comments.is_empty() {
        return replace(context, range, source);
    }
    let indent = context.indent_at(context.line_start(start(within)));
    let line_end = context.line_end_at(start(within));
    let lower = has_lower_keywords(context);
    let written = in_manner(context, source, indent, line_end, lower)?;
    let written = written.strip_prefix(indent).unwrap_or(&written);
    Ok(vec![edit(
        start(within),
        end(within),
        format!("{comments}{written}"),
    )])
}

/// As [`remove`]; comments inside the instruction stay in its place.
pub(crate) fn remove_lifting_comments(context: &EditContext<'_>, range: TextRange) -> Lowered {
    let instruction = context.instruction(range)?;
    let within = extent(&instruction)?;
    let comments = lifted(context, &instruction, &tail(context, &instruction)?)?;
    if comments.is_empty() {
        return remove(context, range);
    }
    Ok(vec![edit(start(within), end(within), comments.trim_end())])
}

/// Writes the command of an instruction (`CMD`, `ENTRYPOINT`, `RUN`, that of a `HEALTHCHECK`) as a JSON array.
pub(crate) fn set_exec_form(
    context: &EditContext<'_>,
    range: TextRange,
    words: &[&str],
) -> Lowered {
    if words.is_empty() {
        return Err("there is no command to write".to_owned());
    }
    let instruction = innermost(context, range)?;
    let holds_command =
        |n: &SyntaxNode| matches!(n.kind(), SyntaxKind::SHELL_SCRIPT | SyntaxKind::EXEC_FORM);
    let command = instruction
        .children()
        .find(holds_command)
        .ok_or("the instruction has no command")?;
    if instruction
        .descendants()
        .any(|n| n.kind() == SyntaxKind::HEREDOC_BODY)
    {
        return Err("the instruction holds a here-document".to_owned());
    }
    let within = extent(&command)?;
    if context.has_comment(within) {
        return Err("a comment stands inside the command".to_owned());
    }
    let strings: Result<Vec<String>, String> = words.iter().map(|word| quote::json(word)).collect();
    let array = format!("[{}]", strings?.join(", "));
    let mut edits = vec![edit(start(within), end(within), array)];
    // Behind an array a builder takes a comment for a part of it, and all for the text of a shell (BuildKit,
    // frontend/dockerfile/parser/line_parsers.go, `parseJSON`): it goes onto a line of its own.
    if let Some(comment) = comment_behind(&command) {
        let outer = context.instruction(range)?;
        let line = context.line_start(start(extent(&outer)?));
        let indent = context.indent_at(line);
        let line_end = context.line_end_at(start(within));
        let text = comment.text();
        edits.insert(0, edit(line, line, format!("{indent}{text}{line_end}")));
        edits.push(edit(end(within), end(comment.text_range()), String::new()));
    }
    Ok(edits)
}

/// The comment behind the last word of a node, on the same line.
fn comment_behind(node: &SyntaxNode) -> Option<SyntaxToken> {
    let last = tokens(node).filter(|it| !it.kind().is_trivia()).last()?;
    let mut next = last.token_after();
    while let Some(token) = next {
        match token.kind() {
            SyntaxKind::COMMENT => return Some(token),
            SyntaxKind::WHITESPACE => next = token.token_after(),
            _ => return None,
        }
    }
    None
}

/// The innermost instruction around a place: of `ONBUILD COPY …` the `COPY`.
fn innermost(context: &EditContext<'_>, range: TextRange) -> Result<SyntaxNode, String> {
    let outer = context.instruction(range)?;
    if outer.kind() != SyntaxKind::ONBUILD_INSTR {
        return Ok(outer);
    }
    Ok(outer
        .children()
        .find(|n| n.kind().is_instruction())
        .unwrap_or(outer))
}

fn flag_text(flag: &str, value: &str) -> Result<String, String> {
    let plain = value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_./:@%+,=-${}".contains(&b));
    if !plain {
        return Err(format!("`{value}` cannot be written as a flag's value"));
    }
    let name = flag.trim_start_matches('-');
    Ok(if value.is_empty() {
        format!("--{name}")
    } else {
        format!("--{name}={value}")
    })
}

pub(crate) fn set_flag(
    context: &EditContext<'_>,
    range: TextRange,
    flag: &str,
    value: &str,
) -> Lowered {
    let text = flag_text(flag, value)?;
    let name = flag.trim_start_matches('-');
    let there: Vec<Flag> = innermost(context, range)?
        .children()
        .filter_map(Flag::cast)
        .filter(|f| f.name().is_some_and(|n| n.eq_ignore_ascii_case(name)))
        .collect();
    match there.as_slice() {
        [] => add_flag(context, range, flag, value),
        [one] if one.mount().is_none() && !context.has_comment(one.syntax().text_range()) => {
            let whole = one.syntax().text_range();
            Ok(vec![edit(start(whole), end(whole), text)])
        }
        _ => Err(format!("`--{name}` is there already")),
    }
}

pub(crate) fn add_flag(
    context: &EditContext<'_>,
    range: TextRange,
    flag: &str,
    value: &str,
) -> Lowered {
    let text = flag_text(flag, value)?;
    let instruction = innermost(context, range)?;
    let last = instruction.children().filter_map(Flag::cast).last();
    let after = match last {
        Some(last) => last.syntax().text_range(),
        None => tokens(&instruction)
            .find(|t| t.kind() == SyntaxKind::KEYWORD)
            .ok_or("the instruction has no keyword")?
            .text_range(),
    };
    Ok(vec![edit(end(after), end(after), format!(" {text}"))])
}

/// Flags of one name, each on a line of its own where the instruction's own text can follow on the next.
pub(crate) fn add_flags_on_lines(
    context: &EditContext<'_>,
    range: TextRange,
    flag: &str,
    values: &[&str],
) -> Lowered {
    let texts: Result<Vec<String>, String> = values.iter().map(|it| flag_text(flag, it)).collect();
    let texts = texts?;
    let instruction = innermost(context, range)?;
    let keyword = tokens(&instruction)
        .find(|t| t.kind() == SyntaxKind::KEYWORD)
        .ok_or("the instruction has no keyword")?;
    let last = instruction.children().filter_map(Flag::cast).last();
    let after = last
        .as_ref()
        .map_or(keyword.text_range(), |it| it.syntax().text_range());
    let at = end(after);
    let line_text = &context.text[at..context.next_line(at)];
    let text = line_text.trim_start_matches([' ', '\t']);
    let indent = format!(
        "{}    ",
        context.indent_at(context.line_start(start(instruction.text_range())))
    );
    let line_end = context.line_end_at(at);
    let line = format!(" {}{line_end}{indent}", context.escape);
    // Below flags that stand on lines of their own.
    if last.is_some() && text.starts_with(context.escape) {
        return Ok(vec![edit(at, at, format!("{line}{}", texts.join(&line)))]);
    }
    let may_break = last.is_none()
        && !text.trim_end().is_empty()
        && !text.starts_with([context.escape, '<', '[']);
    if !may_break {
        return Ok(vec![edit(at, at, format!(" {}", texts.join(" ")))]);
    }
    let to = at + line_text.len() - text.len();
    Ok(vec![edit(at, to, format!(" {}{line}", texts.join(&line)))])
}

pub(crate) fn append_pairs<K: AsRef<str>, V: AsRef<str>>(
    context: &EditContext<'_>,
    range: TextRange,
    pairs: impl IntoIterator<Item = (K, V)>,
) -> Lowered {
    let instruction = innermost(context, range)?;
    let last = instruction
        .children()
        .filter(|n| n.kind() == SyntaxKind::PAIR)
        .last()
        .ok_or("the instruction is not in the `key=value` form")?;
    let at = end(last.text_range());
    let line = context.line_start(start(last.text_range()));
    let mut indent = context.indent_at(line).to_owned();
    let continued = last
        .leftmost_token()
        .is_some_and(|t| begins_continued_line(&t))
        && line + indent.len() == start(last.text_range());
    if !continued {
        let own = context.line_start(start(instruction.text_range()));
        indent = format!("{}    ", context.indent_at(own));
    }
    let line_end = context.line_end_at(at);
    let mut text = String::new();
    for (key, value) in pairs {
        let value = written_value(context, value.as_ref())?;
        text.push(' ');
        text.push(context.escape);
        text.push_str(line_end);
        text.push_str(&indent);
        text.push_str(key.as_ref());
        text.push('=');
        text.push_str(&value);
    }
    Ok(vec![edit(at, at, text)])
}

/// Puts a value behind the `=` of a pair that has none.
pub(crate) fn fill_pair(context: &EditContext<'_>, pair: TextRange, value: &str) -> Lowered {
    if !context.slice(pair).ends_with('=') {
        return Err("the pair has a value".to_owned());
    }
    let at = end(pair);
    Ok(vec![edit(at, at, written_value(context, value)?)])
}

fn written_value(context: &EditContext<'_>, value: &str) -> Result<String, String> {
    let value = pair_value(value);
    if context.escape != '\\' && value.contains(['\\', context.escape]) {
        return Err("the value cannot be written with this file's escape character".to_owned());
    }
    Ok(value)
}

/// A pair's value, quoted where it must be; `$name` stays a variable.
pub(crate) fn pair_value(value: &str) -> String {
    if quote::is_plain(value) {
        return value.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}
