//! Several `RUN`s as one.

use dfix_syntax::{NodeExt as _, NodeOrToken, SyntaxKind, SyntaxNode, TextRange};

use crate::text_edit::instructions::{extent, tokens};
use crate::text_edit::{EditContext, Lowered, edit, end, size, start};

/// Joins `RUN`s that stand one after another: the commands of each run if those of the one before succeeded. The first keeps its
/// keyword and flags. Comments between them come to stand between the commands; empty lines go.
pub(crate) fn join(context: &EditContext<'_>, places: &[TextRange]) -> Lowered {
    let runs = places
        .iter()
        .map(|place| context.instruction(*place))
        .collect::<Result<Vec<_>, _>>()?;
    let [first, rest @ ..] = runs.as_slice() else {
        return Err("there is nothing to join".to_owned());
    };
    if rest.is_empty() {
        return Err("there is nothing to join".to_owned());
    }
    let commands = commands_of(first, false)?;
    let from = end(commands);
    let line_end = context.line_end_at(from);
    let indent = context.indent_at(context.line_start(start(extent(first)?)));
    let usual = format!(" && {}{line_end}{indent}    ", context.escape);
    let style = context.line_style().unwrap_or(&usual);
    let (before, after) = style.split_at(style.find('\n').map_or(style.len(), |at| at + 1));
    let mut text = String::new();
    let mut to = from;
    for (index, run) in rest.iter().enumerate() {
        let is_last = index + 1 == rest.len();
        let commands = commands_of(run, is_last)?;
        text.push_str(before);
        let between = TextRange::new(size(to), run.text_range().start());
        text.push_str(&comments_in(context, between)?);
        text.push_str(after);
        text.push_str(context.slice(commands));
        to = end(commands);
    }
    Ok(vec![edit(from, to, text)])
}

/// The place of a `RUN`'s commands, which `&&` can follow and come before. A `;` at their end is none of them but where nothing
/// follows.
fn commands_of(run: &SyntaxNode, is_last: bool) -> Result<TextRange, String> {
    let script = run
        .first_of(|kind| kind == SyntaxKind::SHELL_SCRIPT)
        .and_then(NodeOrToken::into_node)
        .filter(|_| run.kind() == SyntaxKind::RUN_INSTR)
        .ok_or("one of them is no shell form")?;
    if tokens(run).any(|it| it.kind() == SyntaxKind::HEREDOC_TEXT)
        || run
            .descendants()
            .any(|it| it.kind() == SyntaxKind::HEREDOC_BODY)
    {
        return Err("one of them holds a here-document".to_owned());
    }
    let mut place: Option<TextRange> = None;
    let mut is_closed = false;
    for element in script.children_with_tokens() {
        let kind = element.kind();
        match kind {
            SyntaxKind::COMMENT if !is_last && place.is_some() => {
                return Err("a comment stands inside one of them".to_owned());
            }
            kind if kind.is_trivia() => continue,
            SyntaxKind::SEMI if !is_closed => {
                is_closed = true;
                if !is_last {
                    continue;
                }
            }
            SyntaxKind::AND_AND if !is_closed => {}
            _ if element.as_node().is_some() && !is_closed => {}
            _ => return Err("the commands of one of them are joined otherwise".to_owned()),
        }
        let range = extent_of(&element).ok_or("one of them is empty")?;
        place = Some(place.map_or(range, |it| it.cover(range)));
    }
    place.ok_or_else(|| "one of them is empty".to_owned())
}

/// The place of an element without the blanks, comments and line ends around it.
fn extent_of(element: &dfix_syntax::SyntaxElement) -> Option<TextRange> {
    match element {
        NodeOrToken::Token(token) => Some(token.text_range()),
        NodeOrToken::Node(node) => extent(node).ok(),
    }
}

/// The lines of the comments in a place between instructions.
fn comments_in(context: &EditContext<'_>, between: TextRange) -> Result<String, String> {
    let text = context.slice(between);
    let mut lines = text.split_inclusive('\n');
    // What stands on the last line of the instruction before.
    let own = lines.next().unwrap_or_default().trim();
    if !(own.is_empty() || own == ";") {
        return Err("a comment stands at the end of one of them".to_owned());
    }
    let lines: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    if let Some(other) = lines.iter().find(|it| !it.trim_start().starts_with('#')) {
        return Err(format!("`{}` stands between them", other.trim()));
    }
    Ok(lines.concat())
}
