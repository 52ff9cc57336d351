//! Flags of instructions.

use super::*;

#[test]
fn flags_stand_on_lines() {
    for (before, after) in [
        (
            "FROM a\nRUN b c\n",
            "FROM a\nRUN --mount=type=x \\\n    --mount=type=y \\\n    b c\n",
        ),
        (
            "FROM a\r\n  run  b\r\n",
            "FROM a\r\n  run --mount=type=x \\\r\n      --mount=type=y \\\r\n      b\r\n",
        ),
        (
            "# escape=`\nFROM a\nRUN b\n",
            "# escape=`\nFROM a\nRUN --mount=type=x `\n    --mount=type=y `\n    b\n",
        ),
        (
            "FROM a\nRUN \\\n  b\n",
            "FROM a\nRUN --mount=type=x --mount=type=y \\\n  b\n",
        ),
        (
            "FROM a\nRUN [\"b\"]\n",
            "FROM a\nRUN --mount=type=x --mount=type=y [\"b\"]\n",
        ),
        (
            "FROM a\nRUN <<E\nb\nE\n",
            "FROM a\nRUN --mount=type=x --mount=type=y <<E\nb\nE\n",
        ),
        (
            "FROM a\nRUN --network=none b\n",
            "FROM a\nRUN --network=none --mount=type=x --mount=type=y b\n",
        ),
        (
            "FROM a\nRUN --mount=type=z \\\n    b\n",
            "FROM a\nRUN --mount=type=z \\\n    --mount=type=x \\\n    --mount=type=y \\\n    b\n",
        ),
    ] {
        let result = edited(before, |root, edit| {
            edit.add_flags_on_lines(
                node(root, SyntaxKind::RUN_INSTR),
                "mount",
                ["type=x", "type=y"],
            );
        });
        assert_eq!(result.as_deref(), Ok(after));
    }
}
