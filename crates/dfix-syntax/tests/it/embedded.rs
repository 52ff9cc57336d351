//! Shell text inside quotes and JSON strings: what the inner shell reads, and where it stands.

use dfix_syntax::ast::{AstNode, ShellScript};
use dfix_syntax::{Enclosure, parse_embedded_shell};

/// The words of each command, by value; `?` for an unknown one.
fn commands(text: &str, escape: Option<char>, enclosure: Enclosure) -> Option<Vec<Vec<String>>> {
    let root = parse_embedded_shell(text, escape, enclosure)?;
    assert_eq!(root.text(), text);
    let script = ShellScript::cast(root).unwrap();
    assert!(!script.has_opaque(), "{text}");
    let words = |command: dfix_syntax::ast::Command| {
        command
            .words()
            .map(|word| word.value().into_known().unwrap_or_else(|| "?".to_owned()))
            .collect()
    };
    Some(script.commands().map(words).collect())
}

fn check(text: &str, enclosure: Enclosure, expected: &[&[&str]]) {
    let found = commands(text, Some('\\'), enclosure).unwrap();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn plain_text_is_read_as_it_stands() {
    check(
        "a b && c \"$d\"",
        Enclosure::Plain,
        &[&["a", "b"], &["c", "?"]],
    );
    check("a \\\" b", Enclosure::Plain, &[&["a", "\"", "b"]]);
}

#[test]
fn double_quotes_take_backslashes_away() {
    check(
        r#"a \"b c\" \$d"#,
        Enclosure::DoubleQuoted,
        &[&["a", "b c", "?"]],
    );
    check(r#"\"a\" b"#, Enclosure::DoubleQuoted, &[&["a", "b"]]);
    check(r"a \\\$b", Enclosure::DoubleQuoted, &[&["a", "$b"]]);
    check(r"a '\n' b", Enclosure::DoubleQuoted, &[&["a", r"\n", "b"]]);
    check(r"a \\", Enclosure::DoubleQuoted, &[&["a", r"\"]]);
}

#[test]
fn json_takes_backslashes_away() {
    check(
        r#"a \"b c\" \\\"d"#,
        Enclosure::Json,
        &[&["a", "b c", "\"d"]],
    );
    check(r"a \/b", Enclosure::Json, &[&["a", "/b"]]);
    for unmapped in [r"a\nb", r"a\tb", r"a\u0020b", "a\\"] {
        assert_eq!(
            commands(unmapped, Some('\\'), Enclosure::Json),
            None,
            "{unmapped}"
        );
    }
}

#[test]
fn continuations_of_the_dockerfile_are_joined() {
    let text = "apt-\\\n  # it's why\n\nget \\\n  install";
    check(text, Enclosure::Plain, &[&["apt-get", "install"]]);
    check(
        "a \\\n \\\"b c\\\"",
        Enclosure::DoubleQuoted,
        &[&["a", "b c"]],
    );
    check("a \\\n \\\"b c\\\"", Enclosure::Json, &[&["a", "b c"]]);
    let backtick = commands("a`\n b", Some('`'), Enclosure::Plain).unwrap();
    assert_eq!(backtick, [["a", "b"]]);
}

#[test]
fn in_a_here_document_only_the_shell_joins() {
    let found = commands("a \\\n# b", None, Enclosure::DoubleQuoted).unwrap();
    assert_eq!(found, [["a"]]);
    let found = commands("a \\\nb", None, Enclosure::DoubleQuoted).unwrap();
    assert_eq!(found, [["a", "b"]]);
    let found = commands("a \\\nb\nc", None, Enclosure::Plain).unwrap();
    assert_eq!(found, [vec!["a", "b"], vec!["c"]]);
}
