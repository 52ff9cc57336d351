//! Commands that are taken out of their lists.

use dfix_syntax::{NodeOrToken, SyntaxElement, SyntaxKind, SyntaxNode, TextRange};

use crate::place::Place;
use crate::text_edit::commands::{
    Beside, Found, STATUS_IS_READ, beside, find, has_comment, has_heredoc, in_or_list,
    is_condition, is_negated, is_status_read_after,
};
use crate::text_edit::{EditContext, Lowered, edit, end, start};

/// Takes commands out of their lists, with what joins them to their neighbours.
pub(crate) fn remove<P: Place>(context: &EditContext<'_>, places: &[P]) -> Lowered {
    let found = places
        .iter()
        .map(|place| find(context, place))
        .collect::<Result<Vec<_>, _>>()?;
    let mut units = found
        .iter()
        .map(|one| removable(one, &found))
        .collect::<Result<Vec<_>, _>>()?;
    units.sort_by_key(|(base, unit)| base + start(unit.text_range()));
    // A pipeline goes once.
    units.dedup();
    let mut edits = Vec::new();
    let mut rest = units.as_slice();
    while let Some((base, first)) = rest.first() {
        // Neighbours go together.
        let mut last = first;
        rest = &rest[1..];
        while let Some((_, unit)) = rest
            .first()
            .filter(|(other, unit)| other == base && last.next_sibling().as_ref() == Some(unit))
        {
            last = unit;
            rest = &rest[1..];
        }
        if is_status_read_after(last) {
            return Err(STATUS_IS_READ.to_owned());
        }
        let gone = around(first, last)?;
        edits.extend(
            gone.into_iter()
                .map(|gone| edit(base + start(gone), base + end(gone), "")),
        );
    }
    Ok(edits)
}

/// The node of a command that may go, with what to add to its offsets. A pipeline goes with all of its commands.
fn removable(found: &Found, all: &[Found]) -> Result<(usize, SyntaxNode), String> {
    let goes = |command: SyntaxNode| {
        all.iter()
            .any(|it| it.base == found.base && it.command == command)
    };
    let unit = match found.command.parent() {
        Some(parent) if parent.kind() == SyntaxKind::PIPELINE => {
            if parent.children().count() > 1 && !parent.children().all(goes) {
                return Err("the command is part of a pipeline".to_owned());
            }
            parent
        }
        _ => found.command.clone(),
    };
    let reason = if is_negated(&unit) {
        "the command is negated"
    } else if has_heredoc(&unit) {
        "a here-document belongs to the command"
    } else if has_comment(&unit) {
        "a comment stands inside the command"
    } else if is_condition(&unit) {
        "the command is a condition"
    } else if in_or_list(&unit) {
        "the command stands beside `||` or `&`"
    } else {
        return Ok((found.base, unit));
    };
    Err(reason.to_owned())
}

/// What goes where these neighbours go, from the first to the last. Comments beside them stay.
fn around(first: &SyntaxNode, last: &SyntaxNode) -> Result<Vec<TextRange>, String> {
    let (before, after) = (beside(first, false), beside(last, true));
    if before == Beside::Other || after == Beside::Other {
        return Err("the command's surroundings are not a plain list".to_owned());
    }
    let is_list = |node: &SyntaxNode| node.kind() != SyntaxKind::HEREDOC;
    let next = last.next_sibling().filter(is_list);
    let previous = first.prev_sibling().filter(is_list);
    let here = first.text_range().cover(last.text_range());
    // What stays is the weaker of the two operators: of `a && b; c` remains `a; c`.
    let is_weak = |beside| matches!(beside, Beside::Semi | Beside::Line);
    let ahead = next
        .as_ref()
        .filter(|_| before != Beside::And || !is_weak(after))
        .map(|next| TextRange::new(here.start(), next.text_range().start()));
    let back = previous
        .as_ref()
        .filter(|_| before == Beside::And || (next.is_some() && is_weak(after)))
        .map(|previous| TextRange::new(previous.text_range().end(), here.end()));
    let is_kept = |gone: &TextRange| !comments_in(first, *gone);
    let and_both = before == Beside::And && after == Beside::And;
    let lines = next
        .as_ref()
        .filter(|_| and_both)
        .and_then(|_| own_lines(first, last));
    let (one, other) = if ends_a_line(first, last) {
        (back, ahead)
    } else {
        (ahead, back)
    };
    let gone = lines
        .into_iter()
        .chain(one)
        .chain(other)
        .find(|gone| is_kept(gone));
    if let Some(gone) = gone {
        return Ok(vec![gone]);
    }
    match (ahead, previous) {
        _ if comments_in(first, here) => Err("a comment stands beside the command".to_owned()),
        (Some(_), _) => Ok(without_operator(last, here)),
        (None, Some(_)) if back.is_some() => Err("a comment stands beside the command".to_owned()),
        (None, Some(_)) => {
            Err("whether its step succeeds would be told by another command".to_owned())
        }
        (None, None) => Err("it is the only command".to_owned()),
    }
}

/// Whether a comment of the list lies in the range, which holds the unit or begins or ends at it.
fn comments_in(unit: &SyntaxNode, range: TextRange) -> bool {
    let here = || NodeOrToken::Node(unit.clone());
    let is_in = |it: &SyntaxElement| range.contains_range(it.text_range());
    let ahead = std::iter::successors(here().next_sibling_or_token(), |it| {
        it.next_sibling_or_token()
    });
    let back = std::iter::successors(here().prev_sibling_or_token(), |it| {
        it.prev_sibling_or_token()
    });
    let is_comment = |it: SyntaxElement| it.kind() == SyntaxKind::COMMENT;
    ahead.take_while(is_in).any(is_comment) || back.take_while(is_in).any(is_comment)
}

/// Whether commands stand at the end of a line that something else begins: what goes with them is the operator in front,
/// and the line break stays.
fn ends_a_line(first: &SyntaxNode, last: &SyntaxNode) -> bool {
    let breaks =
        |it: &SyntaxElement| matches!(it.kind(), SyntaxKind::NEWLINE | SyntaxKind::CONTINUATION);
    let is_token = |it: &SyntaxElement| it.as_token().is_some();
    let ahead = std::iter::successors(
        NodeOrToken::Node(last.clone()).next_sibling_or_token(),
        SyntaxElement::next_sibling_or_token,
    );
    let back = std::iter::successors(
        NodeOrToken::Node(first.clone()).prev_sibling_or_token(),
        SyntaxElement::prev_sibling_or_token,
    );
    ahead.take_while(is_token).any(|it| breaks(&it))
        && !back.take_while(is_token).any(|it| breaks(&it))
}

/// The lines of commands that have lines of their own, each begun by its `&&`: nothing else is touched, comments above and
/// below them included.
fn own_lines(first: &SyntaxNode, last: &SyntaxNode) -> Option<TextRange> {
    let is = |kind: SyntaxKind| move |it: &SyntaxElement| it.kind() == kind;
    let before = |it: &SyntaxElement| it.prev_sibling_or_token();
    let mut at = NodeOrToken::Node(first.clone()).prev_sibling_or_token()?;
    if is(SyntaxKind::WHITESPACE)(&at) {
        at = before(&at)?;
    }
    let operator = Some(at).filter(is(SyntaxKind::AND_AND))?;
    let mut from = operator.text_range().start();
    let mut above = before(&operator)?;
    if is(SyntaxKind::WHITESPACE)(&above) {
        from = above.text_range().start();
        above = before(&above)?;
    }
    let begins_a_line = matches!(above.kind(), SyntaxKind::NEWLINE | SyntaxKind::CONTINUATION);
    let mut at = NodeOrToken::Node(last.clone()).next_sibling_or_token()?;
    if is(SyntaxKind::WHITESPACE)(&at) {
        at = at.next_sibling_or_token()?;
    }
    let end = Some(at).filter(is(SyntaxKind::CONTINUATION))?;
    begins_a_line.then(|| TextRange::new(from, end.text_range().end()))
}

/// Commands, and the operator behind them, each with the blanks after it: lines between them stay, with their comments.
fn without_operator(last: &SyntaxNode, here: TextRange) -> Vec<TextRange> {
    let mut gone = vec![here];
    let mut takes_blanks = true;
    let mut at = last.next_sibling_or_token();
    while let Some(NodeOrToken::Token(token)) = at {
        let range = token.text_range();
        match token.kind() {
            SyntaxKind::AND_AND | SyntaxKind::SEMI => {
                match gone.last_mut() {
                    Some(it) if it.end() == range.start() => *it = it.cover(range),
                    _ => gone.push(range),
                }
                takes_blanks = true;
            }
            SyntaxKind::WHITESPACE if takes_blanks => {
                if let Some(it) = gone.last_mut().filter(|it| it.end() == range.start()) {
                    *it = it.cover(range);
                }
            }
            _ => takes_blanks = false,
        }
        at = token.next_sibling_or_token();
    }
    gone
}
