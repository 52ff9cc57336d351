//! Comments that are written anew.

use dfix_syntax::{NodeOrToken, SyntaxKind, TextRange};

use crate::text_edit::{EditContext, Lowered, edit, end, start};

/// Lines of comment in the place of one.
pub(crate) fn replace(context: &EditContext<'_>, range: TextRange, lines: &[&str]) -> Lowered {
    if !is_comment(context, range) {
        return Err("the place is no comment".to_owned());
    }
    let is_one = |line: &&str| line.starts_with('#') && !line.contains(['\n', '\r']);
    if lines.is_empty() || !lines.iter().all(is_one) {
        return Err("what would be written is no comment".to_owned());
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

    use super::replace;
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
}
