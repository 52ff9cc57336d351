//! Findings that are written down are not told again, and not fixed.

use crate::common::{Folder, GOOD};

const PIP: &str = "FROM python:3.12-slim\nRUN pip install requests==2.32.0\n";
const ALL: &[&str] = &["--baseline", "known.jsonl"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [ALL, more].concat()
}

#[test]
fn what_is_written_down_is_not_told_and_not_fixed() {
    let folder = Folder::new(&[("a/Dockerfile", PIP), ("b/Dockerfile", GOOD)]);
    let (code, out, err) = folder.dfix(&with(&["--update-baseline"]));
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("dfix: known.jsonl: "), "{err}");
    assert!(err.contains(" findings written down, 0 before"), "{err}");
    let written = folder.text("known.jsonl");
    assert!(written.starts_with("{\"dfix-baseline\":1}\n{\"path\":\"a/Dockerfile\",\"rule\":\""));
    assert!(!written.contains("b/Dockerfile"));
    let mut sorted: Vec<&str> = written.lines().skip(1).collect();
    sorted.sort_unstable();
    assert!(written.lines().skip(1).eq(sorted));
    for more in [&[][..], &["--diff"], &["--fix"], &["--unsafe", "--diff"]] {
        let (code, out, err) = folder.dfix(&with(more));
        assert_eq!(code, 0, "{more:?} {out}{err}");
        assert!(!out.contains("pip"), "{out}");
        assert!(err.contains(" known, not told"), "{err}");
    }
    assert_eq!(folder.text("a/Dockerfile"), PIP);
    // Written again it is the same, from another folder too.
    folder.dfix(&with(&["--update-baseline"]));
    assert_eq!(folder.text("known.jsonl"), written);
    folder.sh("cd a && dfix --baseline ../known.jsonl --update-baseline . && dfix --baseline ../known.jsonl");
    assert_eq!(folder.text("known.jsonl"), written);
    assert_eq!(folder.dfix(&[]).0, 1);
}

#[test]
fn lines_and_blanks_do_not_count_and_new_findings_do() {
    let folder = Folder::new(&[("Dockerfile", PIP)]);
    folder.dfix(&with(&["--update-baseline"]));
    let moved =
        "# web\n\nFROM python:3.12-slim\n\n# packages\nRUN pip  install \\\n    requests==2.32.0\n";
    folder.put("Dockerfile", moved.replace("\\\n   ", "").as_bytes());
    let (code, out, _) = folder.dfix(&with(&[]));
    assert_eq!(code, 0, "{out}");
    // Another instruction, and the same one once more, are new.
    let more = format!("{PIP}RUN pip install flask==3.0.0\n");
    folder.put("Dockerfile", more.as_bytes());
    let rule = ["--rule", "pip-no-cache-dir"];
    let (code, out, _) = folder.dfix(&with(&rule));
    assert_eq!(code, 1);
    assert!(
        out.contains("Dockerfile:3:9") && !out.contains("Dockerfile:2:9"),
        "{out}"
    );
    let twice = format!("{PIP}RUN pip install requests==2.32.0\n");
    folder.put("Dockerfile", twice.as_bytes());
    let (_, out, _) = folder.dfix(&with(&rule));
    assert!(
        out.contains("Dockerfile:3:9") && !out.contains("Dockerfile:2:9"),
        "{out}"
    );
    // What is fixed is what is told.
    let (code, _, _) = folder.dfix(&with(&["--fix", rule[0], rule[1]]));
    assert_eq!(code, 0);
    let fixed = format!("{PIP}RUN pip install --no-cache-dir requests==2.32.0\n");
    assert_eq!(folder.text("Dockerfile"), fixed);
    let (code, _, _) = folder.dfix(&with(&["--fix", rule[0], rule[1]]));
    assert_eq!((code, folder.text("Dockerfile")), (0, fixed));
}

#[test]
fn what_is_known_stays_known_where_other_fixes_change_its_instruction() {
    let folder = Folder::new(&[("Dockerfile", PIP)]);
    folder.dfix(&with(&["--update-baseline"]));
    let all = folder.text("known.jsonl");
    let kept = all.split_inclusive('\n');
    let kept: String = kept.filter(|it| !it.contains("pip-no-cache-dir")).collect();
    assert!(
        kept.contains("\"text\":\"RUN pip install requests"),
        "{kept}"
    );
    folder.put("known.jsonl", kept.as_bytes());
    let (code, _, err) = folder.dfix(&with(&["--fix"]));
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("known.jsonl: written anew for 1 file, "),
        "{err}"
    );
    let fixed = PIP.replace("install", "install --no-cache-dir");
    assert_eq!(folder.text("Dockerfile"), fixed);
    assert!(
        folder
            .text("known.jsonl")
            .contains("RUN pip install --no-cache-dir requests")
    );
    let (code, out, err) = folder.dfix(&with(&["--fix"]));
    assert_eq!((code, folder.text("Dockerfile")), (0, fixed), "{out}{err}");
    assert!(!err.contains("written anew"), "{err}");
}

#[test]
fn what_is_gone_is_taken_out() {
    let folder = Folder::new(&[
        ("a/Dockerfile", PIP),
        ("b/Dockerfile", PIP),
        ("c/Dockerfile", PIP),
    ]);
    folder.dfix(&with(&["--update-baseline"]));
    folder.put("a/Dockerfile", GOOD.as_bytes());
    std::fs::remove_file(folder.path("c/Dockerfile")).unwrap();
    let (code, _, err) = folder.dfix(&with(&[]));
    assert_eq!(code, 0);
    assert!(err.contains(" more written down and not found"), "{err}");
    // Only what was looked at is judged; what is not there any more goes.
    folder.dfix(&with(&["--update-baseline", "a"]));
    let written = folder.text("known.jsonl");
    assert!(written.contains("b/Dockerfile"), "{written}");
    assert!(
        !written.contains("a/Dockerfile") && !written.contains("c/Dockerfile"),
        "{written}"
    );
    // Of a file that cannot be read what is known stays.
    folder.put("b/Dockerfile", b"FRMO x\n");
    let (code, _, _) = folder.dfix(&with(&["--update-baseline"]));
    assert_eq!(code, 2);
    assert_eq!(folder.text("known.jsonl"), written);
}

#[test]
fn a_configuration_names_it() {
    let folder = Folder::new(&[
        (
            "dfix.toml",
            "level = \"safe\"\nbaseline = \"etc/known.jsonl\"\n",
        ),
        ("etc/x", ""),
        ("a/Dockerfile", PIP),
        ("b/Dockerfile", PIP),
    ]);
    let (code, _, err) = folder.dfix(&[]);
    assert_eq!(code, 2);
    let told = "dfix.toml:2:1: error: `baseline`: etc/known.jsonl: there is no such baseline; --update-baseline writes it\n";
    assert!(err.starts_with(told), "{err}");
    assert_eq!(err.matches("error").count(), 1, "{err}");
    assert_eq!(folder.dfix(&["--no-baseline"]).0, 1);
    assert_eq!(folder.dfix(&["--update-baseline"]).0, 0);
    assert!(
        folder
            .text("etc/known.jsonl")
            .contains("\"path\":\"../a/Dockerfile\"")
    );
    assert_eq!(folder.dfix(&[]).0, 0);
    assert_eq!(folder.dfix(&["--no-baseline"]).0, 1);
    folder.put("etc/known.jsonl", b"{\"dfix-baseline\":1}\n{}\n");
    let (code, _, err) = folder.dfix(&[]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("etc/known.jsonl:2:1: error: this line is no finding"),
        "{err}"
    );
}

#[test]
fn wrong_calls_are_told() {
    let folder = Folder::new(&[("Dockerfile", PIP)]);
    for (arguments, told) in [
        (
            &["--baseline", "none.jsonl"][..],
            "none.jsonl: there is no such baseline; --update-baseline writes it",
        ),
        (
            &["--update-baseline"],
            "--update-baseline: say which file by --baseline FILE",
        ),
        (
            &["--baseline", "x", "--update-baseline", "--fix"],
            "cannot be used with",
        ),
        (&["--baseline", "x", "--no-baseline"], "cannot be used with"),
        (
            &["--baseline", "no/x", "--update-baseline"],
            "the baseline no/x: cannot be written: ",
        ),
        (
            &["--baseline", "Dockerfile"],
            "Dockerfile:1:1: this is no baseline of dfix",
        ),
    ] {
        let (code, _, err) = folder.dfix(arguments);
        assert_eq!(code, 2, "{arguments:?} {err}");
        assert!(err.contains(told), "{arguments:?} {err}");
    }
}

#[test]
fn one_that_cannot_be_read_is_written_anew_where_that_is_asked_for() {
    for broken in [&b""[..], b"x\n", b"\xff\xfe", b"{\"dfix-baseline\":9}\n"] {
        let folder = Folder::new(&[("a/Dockerfile", PIP)]);
        folder.put("known.jsonl", broken);
        folder.put("dfix.toml", b"baseline = \"known.jsonl\"\n");
        let (code, _, err) = folder.dfix(&[]);
        assert_eq!(code, 2, "{err}");
        assert!(
            err.contains("--update-baseline writes the file anew"),
            "{err}"
        );
        let (code, _, err) = folder.dfix(&["--update-baseline"]);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("dfix: note: known.jsonl: this "), "{err}");
        assert_eq!(folder.dfix(&[]).0, 0);
    }
    let folder = Folder::new(&[("a/Dockerfile", PIP)]);
    folder.put("known.jsonl", b"{\"dfix-baseline\":1}\n<<<<<<< ours\n");
    let (code, _, err) = folder.dfix(&with(&["--update-baseline"]));
    assert_eq!(
        code, 2,
        "what a merge left is no reason to forget both sides"
    );
    assert!(err.contains("a merge left its marks here"), "{err}");
}
