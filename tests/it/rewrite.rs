//! Rewriting from outside: what is written, what is left, and how it is told.

use std::fs;

use crate::common::{Folder, GOOD};

/// What one rule fixes in one way, so that these tests do not change with the other rules.
const ONE: [&str; 2] = ["--rule", "pip-no-cache-dir"];
const BEFORE: &str = "FROM python:3.12\nRUN pip install flask # web\n";
const AFTER: &str = "FROM python:3.12\nRUN pip install --no-cache-dir flask # web\n";

fn one(arguments: &[&'static str]) -> Vec<&'static str> {
    [&ONE, arguments].concat()
}

#[test]
fn exit_codes_of_a_file_that_can_be_fixed() {
    let folder = Folder::new(&[("Dockerfile", BEFORE)]);
    let (code, out, _) = folder.dfix(&one(&[]));
    assert_eq!(code, 1);
    assert!(out.starts_with("fix[pip-no-cache-dir]: "), "{out}");
    assert!(out.contains("--> Dockerfile:2:"), "{out}");
    assert_eq!(folder.dfix(&one(&["--exit-zero"])).0, 0);
    assert_eq!(folder.dfix(&one(&["--diff"])).0, 1);
    assert_eq!(folder.text("Dockerfile"), BEFORE);
    let (code, out, _) = folder.dfix(&one(&["--fix"]));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("1 finding fixed (1 safe) in 1 file"), "{out}");
    assert_eq!(folder.text("Dockerfile"), AFTER);
    let (code, out, _) = folder.dfix(&one(&["--diff"]));
    assert_eq!((code, out.as_str()), (0, ""));
}

#[test]
fn the_patch_is_what_is_written() {
    let folder = Folder::new(&[("sub dir/Dockerfile", BEFORE)]);
    let patch = "diff --git a/sub dir/Dockerfile b/sub dir/Dockerfile\n--- a/sub dir/Dockerfile\t\n+++ b/sub dir/Dockerfile\t\n@@ -1,2 +1,2 @@\n FROM python:3.12\n-RUN pip install flask # web\n+RUN pip install --no-cache-dir flask # web\n";
    assert_eq!(folder.dfix(&one(&["--diff"])).1, patch);
    let (code, out, _) = folder.dfix(&one(&["--diff", "--fix"]));
    assert_eq!((code, out.as_str()), (0, patch));
    assert_eq!(folder.text("sub dir/Dockerfile"), AFTER);
}

#[test]
fn rules_are_chosen_by_name_group_and_alias() {
    let folder = Folder::new(&[("Dockerfile", BEFORE)]);
    for (arguments, fires) in [
        (&["--rule", "dl3042"][..], true),
        (&["--rule", "size"], true),
        (&["--rule", "security,style"], false),
        (&["--ignore", "pip-no-cache-dir"], false),
        (&["--ignore", "size"], false),
        (&["--rule", "size", "--ignore", "DL3042"], false),
    ] {
        let (_, out, _) = folder.dfix(arguments);
        assert_eq!(
            out.contains("[pip-no-cache-dir]"),
            fires,
            "{arguments:?} {out}"
        );
    }
}

#[test]
fn configurations_turn_rules_off_and_the_command_line_on_again() {
    for (file, text) in [
        ("dfix.toml", "[rules]\npip-no-cache-dir = \"off\"\n"),
        ("dfix.toml", "[rules]\nDL3042 = false\n"),
        ("dfix.toml", "[rules]\nsize = { enabled = false }\n"),
        (".hadolint.yaml", "ignored:\n  - DL3042\n  - SC2086\n"),
    ] {
        let folder = Folder::new(&[("a/b/Dockerfile", BEFORE), (file, text)]);
        let (_, out, _) = folder.dfix(&[]);
        assert!(!out.contains("[pip-no-cache-dir]"), "{file} {text} {out}");
        let (_, out, _) = folder.dfix(&one(&[]));
        assert!(out.contains("[pip-no-cache-dir]"), "{file} {text} {out}");
        let (_, out, _) = folder.dfix(&["--no-config"]);
        assert!(out.contains("[pip-no-cache-dir]"), "{file} {text} {out}");
    }
    let folder = Folder::new(&[
        ("Dockerfile", BEFORE),
        (
            "dfix.toml",
            "[rules]\nsize = \"off\"\npip-no-cache-dir = \"on\"\n",
        ),
    ]);
    assert!(folder.dfix(&[]).1.contains("[pip-no-cache-dir]"));
}

#[test]
fn registries_that_hadolint_trusts_are_the_allowed_ones_unless_dfix_is_told() {
    let trusted = (".hadolint.yaml", "trustedRegistries:\n  - quay.io\n");
    let folder = Folder::new(&[("Dockerfile", BEFORE), trusted]);
    let is_told = |out: &str| out.contains("[base-image-registry]");
    let (_, out, _) = folder.dfix(&[]);
    assert!(is_told(&out) && out.contains("`docker.io`"), "{out}");
    let (_, out, _) = folder.dfix(&["--no-config"]);
    assert!(!is_told(&out), "{out}");
    let own = "[rules.base-image-registry]\nallowed = [\"docker.io\"]\n";
    let folder = Folder::new(&[("Dockerfile", BEFORE), trusted, ("dfix.toml", own)]);
    let (_, out, _) = folder.dfix(&[]);
    assert!(!is_told(&out), "{out}");
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let folder = Folder::new(&[]);
    let (code, out, err) = folder.dfix_with(BEFORE.as_bytes(), &one(&["-"]));
    assert_eq!((code, out.as_str()), (0, AFTER));
    assert!(err.contains("Dockerfile:2:"), "{err}");
    let (code, out, _) = folder.dfix_with(
        BEFORE.as_bytes(),
        &one(&["--diff", "-", "--stdin-filename", "x/y"]),
    );
    assert_eq!(code, 1);
    assert!(out.starts_with("diff --git a/x/y b/x/y\n"), "{out}");
}

#[test]
fn line_ends_marks_and_open_ends_stay() {
    for text in [
        BEFORE.replace('\n', "\r\n"),
        format!("\u{feff}{BEFORE}"),
        BEFORE.trim_end().to_owned(),
    ] {
        let folder = Folder::new(&[("Dockerfile", &text)]);
        assert_eq!(folder.dfix(&one(&["--fix"])).0, 0);
        assert_eq!(
            folder.text("Dockerfile"),
            text.replace("install", "install --no-cache-dir")
        );
    }
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let folder = Folder::new(&[("b/Dockerfile", BEFORE), ("c/Dockerfile", BEFORE)]);
    folder.put("a/Dockerfile", b"FROM a\nRUN pip install \xff\n");
    let (code, _, err) = folder.dfix(&one(&["--fix"]));
    assert_eq!(code, 2);
    assert!(
        err.contains("a/Dockerfile:2:17: error: is not UTF-8"),
        "{err}"
    );
    assert_eq!(folder.text("b/Dockerfile"), AFTER);
    assert_eq!(folder.text("c/Dockerfile"), AFTER);
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_replaced_are_named_and_left() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[("a/Dockerfile", BEFORE), ("b/Dockerfile", BEFORE)]);
    fs::set_permissions(
        folder.path("a/Dockerfile"),
        fs::Permissions::from_mode(0o444),
    )
    .unwrap();
    fs::hard_link(folder.path("b/Dockerfile"), folder.path("b/twin")).unwrap();
    let (code, _, err) = folder.dfix(&one(&["--fix"]));
    assert_eq!(code, 2);
    assert!(
        err.contains("a/Dockerfile: error: the file is read-only"),
        "{err}"
    );
    assert!(
        err.contains("b/Dockerfile: error: the file has 2 names"),
        "{err}"
    );
    assert_eq!(folder.text("a/Dockerfile"), BEFORE);
    assert_eq!(folder.text("b/twin"), BEFORE);
}

#[cfg(unix)]
#[test]
fn links_are_followed_where_they_are_named_and_not_in_a_walk() {
    let folder = Folder::new(&[("real/file", BEFORE)]);
    std::os::unix::fs::symlink("real/file", folder.path("Dockerfile")).unwrap();
    std::os::unix::fs::symlink("real", folder.path("again")).unwrap();
    assert_eq!(folder.dfix(&one(&["--fix"])).0, 0);
    assert_eq!(folder.text("real/file"), BEFORE);
    assert_eq!(
        folder.dfix(&one(&["--fix", "Dockerfile", "real/file"])).0,
        0
    );
    assert_eq!(folder.text("real/file"), AFTER);
    assert!(
        fs::symlink_metadata(folder.path("Dockerfile"))
            .unwrap()
            .is_symlink()
    );
}

#[cfg(unix)]
#[test]
fn mode_and_untouched_files_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[("a/Dockerfile", BEFORE), ("b/Dockerfile", GOOD)]);
    fs::set_permissions(
        folder.path("a/Dockerfile"),
        fs::Permissions::from_mode(0o750),
    )
    .unwrap();
    let untouched = fs::metadata(folder.path("b/Dockerfile"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(folder.dfix(&one(&["--fix"])).0, 0);
    let mode = fs::metadata(folder.path("a/Dockerfile"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o750);
    assert_eq!(
        fs::metadata(folder.path("b/Dockerfile"))
            .unwrap()
            .modified()
            .unwrap(),
        untouched
    );
    assert_eq!(fs::read_dir(folder.path("a")).unwrap().count(), 1);
}

#[test]
fn programs_read_the_same_facts() {
    let folder = Folder::new(&[("Dockerfile", BEFORE)]);
    let (code, out, _) = folder.dfix(&one(&["--format", "json", "--diff"]));
    assert_eq!(code, 1);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let finding = &report["files"][0]["findings"][0];
    assert_eq!(finding["rule"], "pip-no-cache-dir");
    assert_eq!(finding["status"], "fix");
    assert_eq!(finding["place"]["line"], 2);
    assert_eq!(finding["fix"]["level"], "safe");
    assert!(
        report["files"][0]["diff"]
            .as_str()
            .unwrap()
            .starts_with("diff --git")
    );
    assert_eq!(report["summary"]["findings"]["fix"], 1);
    assert_eq!(report["summary"]["levels"]["safe"], 1);
    let (_, out, _) = folder.dfix(&one(&["--format", "jsonl"]));
    let first: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["type"], &first["path"]),
        (&"finding".into(), &"Dockerfile".into())
    );
    let (_, out, _) = folder.dfix(&one(&["--format", "concise"]));
    assert!(
        out.starts_with("Dockerfile:2:") && out.contains(" fix safe pip-no-cache-dir: "),
        "{out}"
    );
}

#[test]
fn the_order_is_by_path_on_any_number_of_threads() {
    let folder = Folder::new(&[]);
    for number in 0..40 {
        folder.put(&format!("{number}/Dockerfile"), BEFORE.as_bytes());
    }
    let (_, alone, _) = folder.dfix(&one(&["-j", "1"]));
    for _ in 0..3 {
        assert_eq!(folder.dfix(&one(&["-j", "4"])).1, alone);
    }
}

#[test]
fn a_rule_is_explained() {
    let folder = Folder::new(&[]);
    let (code, out, _) = folder.dfix(&["explain", "DL3042"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("pip-no-cache-dir: "), "{out}");
    assert!(out.contains("    +RUN pip install --no-cache-dir"), "{out}");
    let (_, all, _) = folder.dfix(&["explain", "slim-base"]);
    assert!(
        all.lines().count() < 120,
        "the regressions are shown too: {all}"
    );
    assert!(
        all.contains(" more examples: `dfix explain slim-base --format json`"),
        "{all}"
    );
    let (_, out, _) = folder.dfix(&["rules"]);
    assert!(out.contains("  pip-no-cache-dir "), "{out}");
}

#[test]
fn services_read_their_own_formats() {
    let folder = Folder::new(&[("a b/Dockerfile", BEFORE)]);
    folder.put("c/Dockerfile", b"FRMO x\n");
    let (code, out, _) = folder.dfix(&one(&["--format", "sarif"]));
    assert_eq!(code, 2);
    let log: serde_json::Value = serde_json::from_str(&out).unwrap();
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "pip-no-cache-dir");
    let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(
        run["tool"]["driver"]["rules"][rule]["id"],
        "pip-no-cache-dir"
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/Dockerfile");
    assert_eq!(place["region"]["startLine"], 2);
    assert!(result["fixes"][0]["artifactChanges"][0]["replacements"][0].is_object());
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let (_, out, _) = folder.dfix(&one(&["--format", "github"]));
    assert!(
        out.contains("::warning file=a b/Dockerfile,line=2,col="),
        "{out}"
    );
    assert!(
        out.contains("::error file=c/Dockerfile,line=1,col=1,title=dfix::"),
        "{out}"
    );
    let (_, out, _) = folder.dfix(&one(&["--format", "gitlab"]));
    let issues: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(issues[0]["check_name"], "pip-no-cache-dir");
    assert_eq!(issues[1]["severity"], "blocker");
}

#[test]
fn a_file_named_for_development_gets_no_setting_for_production() {
    let node = "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n";
    let flask =
        "FROM python:3.9\nRUN pip install flask==2.1\nCOPY app.py .\nCMD [\"flask\", \"run\"]\n";
    let folder = Folder::new(&[
        ("node/Dockerfile", node),
        ("node/Dockerfile.dev", node),
        ("node/package.json", "{}"),
        ("node/server.js", ""),
        ("flask/Dockerfile", flask),
        (
            "flask/app.py",
            "from flask import Flask\napp = Flask(__name__)\n",
        ),
        ("flask/dev.Dockerfile", flask),
    ]);
    folder.dfix(&["--fix"]);
    for (path, key, is_set) in [
        ("node/Dockerfile", "NODE_ENV", true),
        ("node/Dockerfile.dev", "NODE_ENV", false),
        ("flask/Dockerfile", "FLASK_ENV", true),
        ("flask/dev.Dockerfile", "FLASK_ENV", false),
    ] {
        assert_eq!(folder.text(path).contains(key), is_set, "{path}");
    }
}
