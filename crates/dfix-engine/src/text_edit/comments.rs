//! Comments that are written anew.

use dfix_syntax::{NodeOrToken, SyntaxKind, TextRange};

use crate::foreign;
use crate::text_edit::{EditContext, Lowered, edit, end, instructions, start};

const NO_COMMENT: &str = "what would be written is no comment";

/// Whether a line is one comment.
fn is_one(line: &str) -> bool {
    line.starts_with('#') && !line.contains(['\n', '\r'])
}

/// Lines of comment in the place of one.
pub(crate) fn replace(context: &EditContext<'_>, range: TextRange, lines: &[&str]) -> Lowered {
    if !is_comment(context, range) {
        return Err("the place is no comment".to_owned());
    }
    if lines.is_empty() || !lines.iter().all(|it| is_one(it)) {
        return Err(NO_COMMENT.to_owned());
    }
    let line = context.line_start(start(range));
    let indent = context.indent_at(line);
    if lines.len() > 1 && line + indent.len() != start(range) {
        return Err("something stands before the comment on its line".to_owned());
    }
    let between = format!("{}{indent}", context.line_end_at(start(range)));
    let written = context.slice(range);
    let blanks = &written[written.trim_end().len()..];
    let text = format!("{}{blanks}", lines.join(&between));
    Ok(vec![edit(start(range), end(range), text)])
}

/// A comment that goes, with its line; it must have one of its own.
pub(crate) fn remove(context: &EditContext<'_>, range: TextRange) -> Lowered {
    if !is_comment(context, range) {
        return Err("the place is no comment".to_owned());
    }
    let line = context.line_start(start(range));
    if line + context.indent_at(line).len() != start(range) {
        return Err("something stands before the comment on its line".to_owned());
    }
    Ok(vec![edit(line, context.next_line(start(range)), "")])
}

/// A comment on a line of its own above an instruction, and above comments there that speak to hadolint: it reads the line
/// right above an instruction only.
pub(crate) fn insert_above(context: &EditContext<'_>, range: TextRange, comment: &str) -> Lowered {
    if !is_one(comment) {
        return Err(NO_COMMENT.to_owned());
    }
    let first = start(instructions::extent(&context.instruction(range)?)?);
    let mut line = context.line_start(first);
    let indent = context.indent_at(line);
    if line + indent.len() != first {
        return Err("something stands before the instruction on its line".to_owned());
    }
    while line > 0 {
        let above = context.line_start(line - 1);
        let said = context.text[above..line].trim_start();
        let said = said.strip_prefix('#').map(str::trim_start);
        if above >= line || said.and_then(foreign::said).is_none() {
            break;
        }
        line = above;
    }
    let line_end = context.line_end_at(first);
    Ok(vec![edit(
        line,
        line,
        format!("{indent}{comment}{line_end}"),
    )])
}

/// A comment on a line of its own below the parser directives: above one it would make that a comment, too. Below a `#!` the
/// directive that names the frontend counts, and no other does (BuildKit, `parser.DetectSyntax`): it is below all comments then.
pub(crate) fn insert_at_the_top(context: &EditContext<'_>, comment: &str) -> Lowered {
    if !is_one(comment) {
        return Err(NO_COMMENT.to_owned());
    }
    let directives = context.root.children();
    let last = directives
        .filter(|it| it.kind() == SyntaxKind::DIRECTIVE)
        .last();
    let top = context.text.len() - context.text.trim_start_matches('\u{feff}').len();
    let line = match last {
        Some(directive) => context.next_line(end(directive.text_range()).saturating_sub(1)),
        None if context.text[top..].starts_with("#!") => {
            let mut line = top;
            while context.text[line..].starts_with('#') {
                line = context.next_line(line);
            }
            line
        }
        None => top,
    };
    let line_end = context.line_end_at(top);
    Ok(vec![edit(line, line, format!("{comment}{line_end}"))])
}

fn is_comment(context: &EditContext<'_>, range: TextRange) -> bool {
    matches!(
        context.covering(range),
        Some(NodeOrToken::Token(token))
            if token.kind() == SyntaxKind::COMMENT && token.text_range() == range
    )
}

#[cfg(test)]
mod tests {
    use dfix_syntax::{SyntaxKind, TextRange, parse};

    use super::{insert_at_the_top, replace};
    use crate::splice::Splice;
    use crate::text_edit::EditContext;

    /// The text with its first comment written anew.
    fn written(text: &str, lines: &[&str]) -> Result<String, String> {
        let root = parse(text).syntax();
        let mut tokens = root
            .descendants_with_tokens()
            .filter_map(dfix_syntax::NodeOrToken::into_token);
        let comment = tokens.find(|it| it.kind() == SyntaxKind::COMMENT);
        let range = comment.expect("there is a comment").text_range();
        let edits = replace(&EditContext::new(text, &root), range, lines)?;
        Ok(Splice::new(edits).apply(text))
    }

    #[test]
    fn comments_keep_their_place() {
        for (text, lines, expected) in [
            (
                "# a\nFROM a\n",
                &["# b", "# c"][..],
                Some("# b\n# c\nFROM a\n"),
            ),
            (
                "FROM a\r\n  # a \r\nRUN b\r\n",
                &["# b", "# c"],
                Some("FROM a\r\n  # b\r\n  # c \r\nRUN b\r\n"),
            ),
            (
                "FROM a\nRUN a \\\n\t# a\n\tb\n",
                &["# b", "# c"],
                Some("FROM a\nRUN a \\\n\t# b\n\t# c\n\tb\n"),
            ),
            ("FROM a\nRUN b # a\n", &["# b"], Some("FROM a\nRUN b # b\n")),
            ("FROM a\nRUN b # a\n", &["# b", "# c"], None),
            ("# a\nFROM a\n", &["b"], None),
            ("# a\nFROM a\n", &["# b\nUSER c"], None),
            ("# a\nFROM a\n", &[], None),
        ] {
            assert_eq!(written(text, lines).ok().as_deref(), expected, "{text}");
        }
        let text = "FROM a\n";
        let root = parse(text).syntax();
        let first = TextRange::new(0.into(), 4.into());
        assert!(replace(&EditContext::new(text, &root), first, &["# b"]).is_err());
    }

    #[test]
    fn the_top_is_below_what_must_stand_first() {
        for (text, expected) in [
            ("FROM a\n", "# new\nFROM a\n"),
            (
                "\u{feff}# a\r\nFROM a\r\n",
                "\u{feff}# new\r\n# a\r\nFROM a\r\n",
            ),
            (
                "# syntax=a\n\n# escape=`\nFROM a\n",
                "# syntax=a\n# new\n\n# escape=`\nFROM a\n",
            ),
            (
                "#!/bin/sh\n# syntax=a\nFROM a\n",
                "#!/bin/sh\n# syntax=a\n# new\nFROM a\n",
            ),
        ] {
            let root = parse(text).syntax();
            let edits = insert_at_the_top(&EditContext::new(text, &root), "# new").unwrap();
            assert_eq!(Splice::new(edits).apply(text), expected);
        }
        let root = parse("FROM a\n").syntax();
        assert!(insert_at_the_top(&EditContext::new("FROM a\n", &root), "RUN a").is_err());
    }
}
