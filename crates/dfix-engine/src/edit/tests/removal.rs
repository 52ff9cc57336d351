//! Commands that are taken out of their lists.

use super::*;

#[test]
fn commands_go_with_what_joins_them() {
    for (script, expected) in [
        ("b && c", Some("c")),
        ("b \\\n    && c", Some("c")),
        ("a && b && c", Some("a && c")),
        ("a \\\n && b \\\n && c d", Some("a \\\n && c d")),
        ("a && b", Some("a")),
        ("a \\\n    && b x \\\n       y", Some("a")),
        ("a && b \\\n && c", Some("a \\\n && c")),
        ("a && b && \\\n c", Some("a && \\\n c")),
        ("a && \\\n b && \\\n c", Some("a && \\\n c")),
        ("a; b; \\\n c", Some("a; \\\n c")),
        ("a \\\n && b \\\n \\\n && c", Some("a \\\n \\\n && c")),
        ("a \\\n    && b \\\n  && c", Some("a \\\n  && c")),
        ("b; c", Some("c")),
        ("a; b; c", Some("a; c")),
        ("a && b; c", Some("a; c")),
        ("a; b && c", Some("a; c")),
        ("set -e; \\\n  b; \\\n  c;", Some("set -e; \\\n  c;")),
        ("a && (b && c)", Some("a && (c)")),
        ("if a; then b && c; fi", Some("if a; then c; fi")),
        ("<<E\na\nb\nc\nE", Some("<<E\na\nc\nE")),
        ("<<E\na &&\n  b &&\n  c\nE", Some("<<E\na &&\n  c\nE")),
        ("b", None),
        ("a; b", None),
        ("a || b", None),
        ("b || c", None),
        ("b & c", None),
        ("b | c", None),
        ("if b; then c; fi", None),
        ("b \\\n# why\n && c", Some("\\\n# why\n c")),
        ("b && \\\n  # why\n  c", Some("\\\n  # why\n  c")),
        ("a \\\n && b \\\n# why\n && c", Some("a \\\n# why\n && c")),
        (
            "a \\\n# x\n && b \\\n# why\n && c",
            Some("a \\\n# x\n# why\n && c"),
        ),
        ("a; b; \\\n# why\n c", Some("a; \\\n# why\n c")),
        ("a; \\\n# why\n b; c", Some("a; \\\n# why\n c")),
        ("a && \\\n# why\n b", None),
        ("! b && c", None),
    ] {
        let text = |script: &str| format!("FROM a\nRUN {script}\n");
        assert_eq!(
            edited(&text(script), |root, edit| {
                edit.remove_command(command(root, "b"));
            })
            .ok(),
            expected.map(text),
            "{script}"
        );
    }
}

#[test]
fn neighbours_go_together() {
    for (script, gone, expected) in [
        ("a && b && c", ["b", "c"], "a"),
        ("a && b && c", ["b", "a"], "c"),
        ("a && b && c", ["a", "c"], "b"),
        ("a; b && c; d", ["b", "c"], "a; d"),
        ("a && b && c; d", ["b", "c"], "a; d"),
    ] {
        let text = |script: &str| format!("FROM a\nRUN {script}\n");
        assert_eq!(
            edited(&text(script), |root, edit| {
                edit.remove_commands(gone.map(|name| command(root, name)));
            }),
            Ok(text(expected)),
            "{script}"
        );
    }
}
