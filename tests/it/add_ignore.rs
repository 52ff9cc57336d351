//! `--add-ignore REASON`: comments for what is found, in the place of fixes.

use crate::common::Folder;

const TEXT: &str = "# syntax=docker/dockerfile:1\r\n# The tool.\r\nFROM debian:12\r\n\
    # hadolint ignore=DL3008\r\nRUN apt-get update && \\\r\n    apt-get install -y --no-install-recommends git\r\n\
    ONBUILD RUN cd /x && pip install a\r\nCMD run it\r\n";

#[test]
fn all_that_is_found_gets_a_comment_and_is_heard_no_more() {
    let folder = Folder::new(&[("Dockerfile", TEXT)]);
    let (code, patch, err) = folder.dfix(&["--add-ignore", "known, OPS-1", "--diff"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("comments can be written"), "{err}");
    assert!(patch.contains("+# dfix: ignore="), "{patch}");
    assert_eq!(folder.text("Dockerfile"), TEXT);

    let (code, out, err) = folder.dfix(&["--add-ignore", "known, OPS-1"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("comments written"), "{out}");
    let text = folder.text("Dockerfile");
    let is_ours = |line: &&str| line.starts_with("# dfix: ignore=");
    let ours: Vec<&str> = text.lines().filter(is_ours).collect();
    assert!(ours.len() > 2, "{text}");
    assert!(
        ours.iter().all(|it| it.ends_with(" known, OPS-1")),
        "{text}"
    );
    assert!(text.contains("non-root-user,slim-base"), "{text}");
    // What was there is there, line for line, and hadolint's comment next to its instruction.
    let others: String = text
        .split_inclusive('\n')
        .filter(|it| !is_ours(it))
        .collect();
    assert_eq!(others, TEXT);
    assert!(
        text.contains("known, OPS-1\r\n# hadolint ignore=DL3008\r\nRUN"),
        "{text}"
    );

    for arguments in [&[][..], &["--add-ignore", "again"], &["--unsafe", "--fix"]] {
        let (code, out, err) = folder.dfix(arguments);
        assert_eq!(
            (code, out.as_str()),
            (0, "1 file, nothing to do\n"),
            "{err}"
        );
    }
    assert_eq!(folder.text("Dockerfile"), text);
}

#[test]
fn what_a_comment_parts_is_ignored_in_all_its_parts() {
    let text = "FROM debian:12\nRUN a\nRUN b\nRUN c\nRUN d\nRUN e\nUSER 1\nCMD [\"x\"]\n";
    let folder = Folder::new(&[("Dockerfile", text)]);
    let (code, out, err) = folder.dfix(&["--add-ignore", "known"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(folder.text("Dockerfile").contains("run-consecutive"));
    let (code, out, err) = folder.dfix(&[]);
    assert_eq!(
        (code, out.as_str()),
        (0, "1 file, nothing to do\n"),
        "{err}"
    );
}

#[test]
fn a_choice_of_rules_is_kept() {
    let folder = Folder::new(&[("Dockerfile", TEXT)]);
    let (_, out, _) = folder.dfix(&[
        "--rule",
        "cmd-exec-form",
        "--add-ignore",
        "a shell is wanted",
    ]);
    assert!(out.contains("1 comment written"), "{out}");
    let text = folder.text("Dockerfile");
    assert!(
        text.ends_with("# dfix: ignore=cmd-exec-form a shell is wanted\r\nCMD run it\r\n"),
        "{text}"
    );
}

#[test]
fn standard_input_comes_out_with_its_comments() {
    let folder = Folder::new(&[]);
    let (code, out, _) = folder.dfix_with(
        b"FROM scratch\nMAINTAINER x",
        &[
            "--rule",
            "maintainer-deprecated",
            "--add-ignore",
            "old",
            "-",
        ],
    );
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "FROM scratch\n# dfix: ignore=maintainer-deprecated old\nMAINTAINER x"
    );
}

#[test]
fn a_comment_that_is_broken_is_not_ignored() {
    let text =
        "FROM scratch\n# dfix: ignore=cmd-exec-from x\nCOPY a /a\nUSER 1\nENTRYPOINT [\"/a\"]\n";
    let folder = Folder::new(&[("Dockerfile", text)]);
    let (code, out, _) = folder.dfix(&["--add-ignore", "old"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("did you mean `cmd-exec-form`?"), "{out}");
    assert_eq!(folder.text("Dockerfile"), text);
}

#[test]
fn a_reason_that_would_be_misread_is_refused() {
    let folder = Folder::new(&[("Dockerfile", TEXT)]);
    for (reason, says) in [
        ("", "a reason is missing"),
        (" ", "a reason is missing"),
        ("a\nRUN b", "a reason is one line"),
        (", a", "does not begin with one"),
        ("DL3042 is fine", "`DL3042` is taken for the reason"),
    ] {
        let (code, _, err) = folder.dfix(&["--add-ignore", reason]);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(says), "{err}");
    }
    let (code, _, err) = folder.dfix(&["--add-ignore", "a", "--fix"]);
    assert_eq!(code, 2, "{err}");
    assert_eq!(folder.text("Dockerfile"), TEXT);
}
