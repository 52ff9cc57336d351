//! Whole commands of a script.

use dfix_syntax::{
    Enclosure, NodeExt, NodeOrToken, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextRange,
    parse_embedded_shell,
};

use crate::place::Place;
use crate::text_edit::joins::joins_of;
use crate::text_edit::{
    EditContext, Lowered, Side, after_blanks, edit, end, ends_in_backslash, in_heredoc,
    quotation_of, quote, size, start, without_quotation,
};

/// The command's node, with what to add to its offsets to have the file's.
pub(super) struct Found {
    pub(super) command: SyntaxNode,
    pub(super) base: usize,
    enclosure: Option<Enclosure>,
}

pub(super) fn find(context: &EditContext<'_>, place: &impl Place) -> Result<Found, String> {
    let range = place.range();
    let covering = context
        .covering(range)
        .ok_or("the place is not in this file")?;
    let Some(enclosure) = place.enclosure() else {
        return Ok(Found {
            command: command_around(covering, range).ok_or("the place is in no command")?,
            base: 0,
            enclosure: None,
        });
    };
    let (outer, quoted) = quotation_of(&covering).ok_or_else(|| without_quotation(&covering))?;
    if outer != enclosure {
        return Err("the script stands in a string inside a string".to_owned());
    }
    let inner = TextRange::new(quoted.start() + size(1), quoted.end() - size(1));
    let script = parse_embedded_shell(context.slice(inner), context.escape, enclosure)
        .ok_or("the script's text cannot be mapped to the file")?;
    let local = range
        .checked_sub(inner.start())
        .filter(|local| script.text_range().contains_range(*local))
        .ok_or("the place is not in the script")?;
    Ok(Found {
        command: command_around(script.covering_element(local), local)
            .ok_or("the place is in no command")?,
        base: start(inner),
        enclosure: Some(enclosure),
    })
}

fn command_around(element: SyntaxElement, range: TextRange) -> Option<SyntaxNode> {
    let node = match element {
        NodeOrToken::Node(node) => node,
        NodeOrToken::Token(token) => token.parent()?,
    };
    node.ancestors()
        .find(|n| n.kind() == SyntaxKind::COMMAND && n.text_range().contains_range(range))
}

/// What stands beside a command in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// The list begins or ends here.
    Edge,
    And,
    Semi,
    Line,
    Other,
}

pub(super) fn beside(unit: &SyntaxNode, forward: bool) -> Beside {
    let step = |element: &SyntaxElement| {
        if forward {
            element.next_sibling_or_token()
        } else {
            element.prev_sibling_or_token()
        }
    };
    let lines_count = in_heredoc(unit);
    let mut at = step(&NodeOrToken::Node(unit.clone()));
    let mut line = false;
    while let Some(element) = at {
        match element.kind() {
            SyntaxKind::NEWLINE => line |= lines_count,
            kind if kind.is_trivia() => {}
            SyntaxKind::AND_AND => return Beside::And,
            SyntaxKind::SEMI => return if line { Beside::Line } else { Beside::Semi },
            SyntaxKind::R_PAREN | SyntaxKind::R_BRACE if forward => return Beside::Edge,
            SyntaxKind::L_PAREN | SyntaxKind::L_BRACE | SyntaxKind::DOLLAR_PAREN if !forward => {
                return Beside::Edge;
            }
            SyntaxKind::SHELL_KEYWORD if !forward => {
                let opens = element
                    .as_token()
                    .is_some_and(|t| matches!(t.text(), "then" | "do" | "else"));
                return if opens { Beside::Edge } else { Beside::Other };
            }
            SyntaxKind::SHELL_KEYWORD if line => return Beside::Edge,
            _ if line => return Beside::Line,
            _ => return Beside::Other,
        }
        at = step(&element);
    }
    Beside::Edge
}

/// Whether the list decides about others: `if LIST; then`, `while LIST; do`.
pub(super) fn is_condition(unit: &SyntaxNode) -> bool {
    let Some(list) = unit.parent() else {
        return false;
    };
    let mut at = NodeOrToken::Node(list).prev_sibling_or_token();
    while let Some(element) = at {
        match element {
            NodeOrToken::Token(token) if token.kind().is_trivia() => {
                at = token.prev_sibling_or_token();
            }
            NodeOrToken::Token(token) => {
                return token.kind() == SyntaxKind::SHELL_KEYWORD
                    && matches!(token.text(), "if" | "elif" | "while" | "until" | "!");
            }
            NodeOrToken::Node(_) => return false,
        }
    }
    false
}

/// Whether what runs next in the script asks how the unit ended: `$?`, also in `if [ $? -ne 0 ]` and `case $? in`, or the
/// `PIPESTATUS` of Bash. Of another command between them it would hear something else.
pub(super) fn is_status_read_after(unit: &SyntaxNode) -> bool {
    let Some(script) = unit.ancestors().last() else {
        return false;
    };
    // Within an instruction all that follows is of it.
    let script = unit
        .ancestors()
        .find(|it| it.kind().is_instruction())
        .unwrap_or(script);
    let from = unit.text_range().end();
    let is_next =
        |it: &SyntaxNode| it.kind() == SyntaxKind::COMMAND && it.text_range().start() >= from;
    let to = script
        .descendants()
        .find(is_next)
        .map_or(script.text_range().end(), |it| it.text_range().end());
    let base = script.text_range().start();
    let text = script.text().to_string();
    let behind = &text[usize::from(from - base)..usize::from(to - base)];
    // A function may ask in its body.
    let before = &text[..usize::from(from - base)];
    let has_functions = before.contains("()") || before.contains("function ");
    reads_status(behind) || (has_functions && reads_status(before))
}

/// Whether shell text asks how the last command ended.
fn reads_status(text: &str) -> bool {
    ["$?", "${?", "PIPESTATUS", "pipestatus"]
        .iter()
        .any(|it| text.contains(it))
}

/// Why no command comes between these two.
pub(super) const STATUS_IS_READ: &str =
    "what follows asks by `$?` whether the command succeeded, and would hear it of another one";

/// Whether a `!` stands before it, which turns its status around and no other's.
pub(super) fn is_negated(unit: &SyntaxNode) -> bool {
    let mut children = unit.children_with_tokens();
    children.any(|it| it.kind() == SyntaxKind::BANG)
}

/// Whether nothing but the list's end comes after the separator that follows.
fn is_last_of_list(unit: &SyntaxNode) -> bool {
    unit.next_sibling().is_none()
}

/// Whether the unit runs because something failed, or its failure makes something run, or it is not
/// waited for.
pub(super) fn in_or_list(unit: &SyntaxNode) -> bool {
    let is_operator = |kind| matches!(kind, SyntaxKind::AND_AND | SyntaxKind::OR_OR);
    let lines_count = in_heredoc(unit);
    let here = NodeOrToken::Node(unit.clone());
    let mut after_operator = false;
    let mut at = here.next_sibling_or_token();
    while let Some(element) = at {
        match element.kind() {
            SyntaxKind::OR_OR | SyntaxKind::AMP => return true,
            SyntaxKind::SEMI => break,
            SyntaxKind::NEWLINE if lines_count && !after_operator => break,
            kind if kind.is_trivia() => {}
            kind => after_operator = is_operator(kind),
        }
        at = element.next_sibling_or_token();
    }
    at = here.prev_sibling_or_token();
    while let Some(element) = at {
        if !element.kind().is_trivia() {
            return element.kind() == SyntaxKind::OR_OR;
        }
        at = element.prev_sibling_or_token();
    }
    false
}

/// The text of an operator with the blanks and continuations around it, as this list writes it beside the unit, or as
/// near to it as the list has one.
fn join_style(
    unit: &SyntaxNode,
    operator: SyntaxKind,
    side: Side,
    over_lines: bool,
) -> Option<String> {
    let joins = joins_of(&unit.parent()?, operator);
    let wanted = |(_, text): &&(TextRange, String)| !over_lines || text.contains('\n');
    let here = unit.text_range();
    let after = || {
        joins
            .iter()
            .find(|join| join.0.start() >= here.end() && wanted(join))
    };
    let before = || {
        joins
            .iter()
            .rev()
            .find(|join| join.0.end() <= here.start() && wanted(join))
    };
    let nearest = match side {
        Side::After => after().or_else(before),
        Side::Before => before().or_else(after),
    };
    nearest.map(|(_, text)| text.clone())
}

fn continuation_in(node: &SyntaxNode) -> Option<SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .find(|t| t.kind() == SyntaxKind::CONTINUATION)
}

/// A `&&` that begins a new line, below what `above` continues.
fn own_line(context: &EditContext<'_>, unit: &SyntaxNode, above: &SyntaxToken) -> String {
    let indent = context.indent_at(end(above.text_range()));
    let line_end = context.line_end_at(start(above.text_range()));
    format!(" {}{line_end}{indent}&& ", context.escape_in(unit))
}

/// The `&&` between a unit and a new command on this side of it, in the layout of the list: what is laid out one item
/// a line gets a line of its own.
fn and_join(context: &EditContext<'_>, found: &Found, unit: &SyntaxNode, side: Side) -> String {
    let inside = found.enclosure.is_some();
    let own_continuation = continuation_in(unit).filter(|_| !inside);
    let over_lines = side == Side::After && own_continuation.is_some();
    if let Some(style) = join_style(unit, SyntaxKind::AND_AND, side, over_lines) {
        return style;
    }
    // The last command of a list of `;` is followed as its list is laid out.
    if side == Side::After
        && let Some(style) = join_style(unit, SyntaxKind::SEMI, side, true)
    {
        let begins_a_line = style
            .split(';')
            .next()
            .is_some_and(|before| before.ends_with([' ', '\t']));
        let and = if begins_a_line { "&&" } else { " &&" };
        return style.replacen(';', and, 1);
    }
    let continuation = own_continuation.filter(|_| over_lines).or_else(|| {
        unit.ancestors()
            .find(|n| n.kind().is_instruction())
            .filter(|_| !inside && !in_heredoc(unit) && is_alone(unit))
            .and_then(|instruction| continuation_in(&instruction))
    });
    match continuation {
        Some(_) if !in_heredoc(unit) && context.line_style().is_some() => {
            context.line_style().unwrap_or_default().to_owned()
        }
        Some(continuation) => own_line(context, unit, &continuation),
        None => " && ".to_owned(),
    }
}

/// Whether the unit is all of its list.
fn is_alone(unit: &SyntaxNode) -> bool {
    unit.next_sibling().is_none() && unit.prev_sibling().is_none()
}

fn check_source(found: &Found, source: &str) -> Result<(), String> {
    let fits = match found.enclosure {
        Some(enclosure) => quote::fits_enclosure(source, enclosure),
        None => !source.contains(['\n', '\r']),
    };
    let in_backticks = found
        .command
        .ancestors()
        .any(|n| n.kind() == SyntaxKind::BACKTICK_SUBST);
    if !fits || (in_backticks && source.contains(['`', '\\', '$'])) {
        return Err("the new command cannot be quoted here".to_owned());
    }
    if source.contains('#') {
        return Err("the new command might be read as a comment".to_owned());
    }
    Ok(())
}

/// Adds a command that is joined by `&&`, or by what ends the script where a command fails (`errexit`).
pub(crate) fn chain(
    context: &EditContext<'_>,
    place: &impl Place,
    source: &str,
    side: Side,
    errexit: bool,
) -> Lowered {
    let unit = unit_of(&find(context, place)?);
    let (before, after) = (beside(&unit, false), beside(&unit, true));
    let is_weak = |beside| matches!(beside, Beside::Semi | Beside::Line);
    let goes_on = is_weak(after) && !is_last_of_list(&unit);
    if errexit && goes_on && before == Beside::And {
        // Of `x && a; b` only a failure of `a` ends the script, and of `x && a && new; b` none but that of `new`.
        return Err("which failure ends the script would be another one".to_owned());
    }
    if !(goes_on && (side == Side::After || before == Beside::Edge))
        && !(side == Side::Before && is_weak(before))
    {
        return add(context, place, source, side);
    }
    if errexit && (side == Side::After || before != Beside::Edge) {
        return add(context, place, source, side);
    }
    add(context, place, source, side)?;
    if has_heredoc(&unit) || unit.next_sibling().map(|n| n.kind()) == Some(SyntaxKind::HEREDOC) {
        return Err("a here-document follows on the command's line".to_owned());
    }
    let base = find(context, place)?.base;
    let range = unit.text_range();
    let (from, to) = (base + start(range), base + end(range));
    Ok(vec![match side {
        Side::Before if errexit => edit(from, from, format!("{source}; ")),
        Side::Before => edit(from, from, format!("{source} && ")),
        Side::After => edit(to, to, format!(" && {source}")),
    }])
}

/// The command, or the pipeline that it stands in.
fn unit_of(found: &Found) -> SyntaxNode {
    match found.command.parent() {
        Some(parent) if parent.kind() == SyntaxKind::PIPELINE => parent,
        _ => found.command.clone(),
    }
}

pub(crate) fn add(
    context: &EditContext<'_>,
    place: &impl Place,
    source: &str,
    side: Side,
) -> Lowered {
    let found = find(context, place)?;
    check_source(&found, source)?;
    let unit = unit_of(&found);
    if found
        .command
        .children()
        .all(|n| n.kind() == SyntaxKind::REDIRECT)
    {
        return Err("a lone here-document is the script itself".to_owned());
    }
    if side == Side::After && ends_in_backslash(&unit) {
        return Err("the command ends in a backslash".to_owned());
    }
    if is_negated(&unit) {
        return Err("the command is negated".to_owned());
    }
    if is_condition(&unit) {
        return Err("the command is a condition".to_owned());
    }
    if in_or_list(&unit) {
        return Err("the command stands beside `||` or `&`".to_owned());
    }
    let is_between = match side {
        Side::After => is_status_read_after(&unit),
        Side::Before => reads_status(&unit.text().to_string()),
    };
    if is_between {
        return Err(STATUS_IS_READ.to_owned());
    }
    let (before, after) = (beside(&unit, false), beside(&unit, true));
    let range = unit.text_range();
    let (from, to) = (found.base + start(range), found.base + end(range));
    let join = || and_join(context, &found, &unit, side);
    let semi =
        || join_style(&unit, SyntaxKind::SEMI, side, false).unwrap_or_else(|| "; ".to_owned());
    Ok(vec![match (side, before, after) {
        (_, Beside::Other, _) | (_, _, Beside::Other) => {
            return Err("the command's surroundings are not a plain list".to_owned());
        }
        (Side::After, _, Beside::And | Beside::Edge) => edit(to, to, join() + source),
        (Side::After, _, Beside::Semi | Beside::Line) if is_last_of_list(&unit) => {
            edit(to, to, join() + source)
        }
        (Side::After, _, Beside::Semi) => edit(to, to, semi() + source),
        (Side::Before, Beside::And | Beside::Edge, _) => {
            edit(from, from, format!("{source}{}", join()))
        }
        (Side::Before, Beside::Semi, _) => edit(from, from, format!("{source}{}", semi())),
        (Side::After, _, Beside::Line) => {
            let next = unit.next_sibling().map(|n| n.kind());
            if has_heredoc(&unit) || next == Some(SyntaxKind::HEREDOC) {
                return Err("a here-document follows on the command's line".to_owned());
            }
            let line = context.line_start(from);
            let indent = context.indent_at(line);
            if let Some(at) = end_of_continued(&unit) {
                let line_end = context.line_end_at(to);
                return Ok(vec![edit(at, at, format!("{indent}{source}{line_end}"))]);
            }
            let at = context.text[..context.next_line(to)]
                .trim_end_matches(['\n', '\r'])
                .len();
            let line_end = context.line_end_at(to);
            edit(at, at, format!("{line_end}{indent}{source}"))
        }
        (Side::Before, Beside::Line, _) => {
            let line = context.line_start(from);
            let indent = context.indent_at(line);
            let line_end = context.line_end_at(from);
            edit(from, from, format!("{source}{line_end}{indent}"))
        }
    }])
}

pub(super) fn has_comment(node: &SyntaxNode) -> bool {
    node.descendants_with_tokens()
        .any(|it| it.kind() == SyntaxKind::COMMENT)
}

/// Where the line after a continuation ends that nothing follows: in a here-document a backslash before an empty line
/// ends with that line, and one before a comment with the comment's.
fn end_of_continued(unit: &SyntaxNode) -> Option<usize> {
    let next = after_blanks(&unit.rightmost_token()?)?;
    if next.kind() != SyntaxKind::CONTINUATION {
        return None;
    }
    let mut end_of_line = after_blanks(&next)?;
    if end_of_line.kind() == SyntaxKind::COMMENT {
        end_of_line = after_blanks(&end_of_line)?;
    }
    if end_of_line.kind() != SyntaxKind::NEWLINE {
        return None;
    }
    Some(end(end_of_line.text_range()))
}

pub(super) fn has_heredoc(unit: &SyntaxNode) -> bool {
    unit.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .any(|t| t.kind() == SyntaxKind::REDIRECT_OP && t.text().starts_with("<<"))
}

pub(crate) fn replace(context: &EditContext<'_>, place: &impl Place, source: &str) -> Lowered {
    let range = place.range();
    if context.has_comment(range) {
        return Err("a comment stands inside the command".to_owned());
    }
    let found = find(context, place)?;
    check_source(&found, source)?;
    Ok(vec![edit(start(range), end(range), source)])
}
