//! What `dfix.toml` and `.hadolint.yaml` say is in force, and wrong ones are told once.

use serde_json::Value;

use crate::common::{Folder, GOOD};

const ROOT: &str = "FROM python:3.12-slim\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n";
const PIP: &str = "FROM python:3.12-slim\nRUN pip install requests==2.32.0\n";

/// The findings of a run, as `path rule severity status`.
fn findings(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let (code, out, error) = folder.dfix(&[arguments, &["--format", "json"]].concat());
    assert!(code < 2, "{error}");
    let report: Value = serde_json::from_str(&out).expect(&error);
    let mut all = Vec::new();
    for file in report["files"].as_array().unwrap() {
        for finding in file["findings"].as_array().unwrap() {
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            all.push(format!(
                "{} {} {} {}",
                word(&file["path"]),
                word(&finding["rule"]),
                word(&finding["severity"]),
                word(&finding["status"])
            ));
        }
    }
    all
}

#[test]
fn a_rule_has_the_severity_that_is_asked_for() {
    let toml = "[rules.pip-no-cache-dir]\nseverity = \"error\"\n";
    let folder = Folder::new(&[("Dockerfile", PIP), ("dfix.toml", toml)]);
    let rule = ["--rule", "pip-no-cache-dir"];
    assert_eq!(
        findings(&folder, &rule),
        ["Dockerfile pip-no-cache-dir error fix"]
    );
    let fails = |more: &[&str]| folder.dfix(&[&rule, more].concat()).0;
    assert_eq!(fails(&["--fail-on", "error"]), 1);
    folder.put("dfix.toml", toml.replace("error", "advice").as_bytes());
    assert_eq!(fails(&[]), 0);
    assert_eq!(fails(&["--fail-on", "advice"]), 1);
    let (_, out, _) = folder.dfix(&["--format", "github", "--rule", "pip-no-cache-dir"]);
    assert!(out.starts_with("::notice "), "{out}");
    let more = format!("fail-on = \"advice\"\n{}", folder.text("dfix.toml"));
    folder.put("dfix.toml", more.as_bytes());
    assert_eq!(fails(&[]), 1);
    assert_eq!(fails(&["--fail-on", "error"]), 0);
}

#[test]
fn the_level_of_a_rule_holds_its_fixes_back_or_lets_them_through() {
    let with = |level: &str| {
        let toml = format!("[rules]\npip-no-cache-dir = \"{level}\"\n");
        Folder::new(&[("Dockerfile", PIP), ("dfix.toml", &toml)])
    };
    let rule = ["--rule", "pip-no-cache-dir"];
    let status = |level: &str| findings(&with(level), &rule)[0].clone();
    assert!(status("safe").ends_with(" fix"));
    assert!(status("unsafe").ends_with(" unsafe"));
    assert!(status("by-hand").ends_with(" by hand"));
    let folder = with("by-hand");
    let (code, out, _) = folder.dfix(&["--fix", "--unsafe", rule[0], rule[1]]);
    assert_eq!((code, folder.text("Dockerfile").as_str()), (1, PIP));
    assert!(out.contains("its level is by-hand"), "{out}");
    let folder = with("unsafe");
    folder.dfix(&["--fix", "--unsafe", rule[0], rule[1]]);
    assert!(folder.text("Dockerfile").contains("--no-cache-dir"));
    // What is not established stays so, and is told, where the configuration answers for it.
    let asks = "FROM python:3.12-slim\nARG WHAT\nRUN $WHAT\nCMD [\"python\", \"app.py\"]\n";
    let toml = "[rules]\nnon-root-user = \"checked\"\n";
    let folder = Folder::new(&[("Dockerfile", asks)]);
    let rule = ["--rule", "non-root-user"];
    assert!(findings(&folder, &rule)[0].ends_with(" unsafe"));
    folder.put("dfix.toml", toml.as_bytes());
    assert!(findings(&folder, &rule)[0].ends_with(" fix"));
    assert!(folder.dfix(&rule).1.contains("not established"));
}

#[test]
fn overrides_are_for_their_paths_alone() {
    let toml = "[rules]\npip-no-cache-dir = { severity = \"error\" }\n\n\
                [[overrides]]\npaths = [\"legacy/\", \"!legacy/new/\"]\nrules = { practices = \"off\" }\n\n\
                [[overrides]]\npaths = [\"**/dev/Dockerfile\"]\nlevel = \"safe\"\nrules.pip-no-cache-dir = { level = \"checked\", severity = \"advice\" }\n";
    let folder = Folder::new(&[
        ("dfix.toml", toml),
        ("api/Dockerfile", PIP),
        ("legacy/a/Dockerfile", PIP),
        ("legacy/new/Dockerfile", PIP),
        ("x/dev/Dockerfile", PIP),
        ("x/dev/other.Dockerfile", PIP),
    ]);
    let of = |path: &str| -> Vec<String> {
        let all = findings(&folder, &[]).into_iter();
        let here = all.filter(|it| it.starts_with(path) && it.contains("pip-no-cache-dir"));
        here.map(|it| it[path.len() + 1..].to_owned()).collect()
    };
    assert_eq!(of("api/Dockerfile"), ["pip-no-cache-dir error fix"]);
    assert!(of("legacy/a/Dockerfile").is_empty());
    assert_eq!(of("legacy/new/Dockerfile"), ["pip-no-cache-dir error fix"]);
    assert_eq!(of("x/dev/Dockerfile"), ["pip-no-cache-dir advice checked"]);
    assert_eq!(of("x/dev/other.Dockerfile"), ["pip-no-cache-dir error fix"]);
    // It is the same from any folder, and by any name of the file.
    let out = folder
        .sh("cd x/dev && dfix --format concise --exit-zero ../../legacy/a/Dockerfile ./Dockerfile");
    let out = String::from_utf8(out.stdout).unwrap();
    assert!(!out.contains("legacy/a/Dockerfile:2:9"), "{out}");
    assert!(
        out.contains("Dockerfile:2:9: advice, checked pip-no-cache-dir"),
        "{out}"
    );
}

#[test]
fn a_shared_file_is_extended() {
    let shared = "level = \"safe\"\nexclude = [\"old/\", \"gone/\"]\n[rules]\nhealthcheck-missing = \"off\"\nsize = \"off\"\n\
                  [assume]\nlow-ports = true\n[images.base]\nlike = \"debian:12\"\n";
    let own =
        "extends = \"../shared.toml\"\nexclude = [\"!old/\"]\n[rules]\npip-no-cache-dir = \"on\"\n";
    let folder = Folder::new(&[
        ("shared.toml", shared),
        ("app/dfix.toml", own),
        ("app/Dockerfile", PIP),
        ("app/old/Dockerfile", PIP),
        ("app/gone/Dockerfile", PIP),
    ]);
    let pip = findings(&folder, &["--rule", "pip-no-cache-dir,healthcheck-missing"]);
    assert_eq!(pip.len(), 4, "{pip:?}");
    let mut paths = folder.paths_of(&[]);
    paths.dedup();
    assert_eq!(paths, ["app/Dockerfile", "app/old/Dockerfile"]);
    let found = findings(&folder, &[]);
    let has = |rule: &str| found.iter().any(|it| it.contains(rule));
    assert!(has("pip-no-cache-dir") && !has("healthcheck-missing"));
    let (_, out, _) = folder.dfix(&["config", "show", "app"]);
    for line in [
        "# app/Dockerfile: app/dfix.toml, shared.toml",
        "level = \"safe\"  # shared.toml:1",
        "exclude = [\"old/\",\"gone/\",\"!old/\"]  # shared.toml:2, app/dfix.toml:2",
        "fail-on = \"warning\"  # default",
        "pip-no-cache-dir.enabled = true  # app/dfix.toml:4",
        "healthcheck-missing.enabled = false  # shared.toml:4",
        "low-ports = true  # shared.toml:7",
        "# base: shared.toml:8",
    ] {
        let squeezed = out.replace("  ", " ").replace("  ", " ");
        let squeezed: Vec<String> = squeezed
            .lines()
            .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let line = line.replace("  ", " ");
        assert!(squeezed.contains(&line), "{line}\n{out}");
    }
}

#[test]
fn files_that_extend_one_another_are_told_with_the_chain() {
    let folder = Folder::new(&[
        ("Dockerfile", GOOD),
        (
            "dfix.toml",
            "level = \"safe\"\nextends = [\"sub/a.toml\"]\n",
        ),
        ("sub/a.toml", "extends = \"b.toml\"\n"),
        ("sub/b.toml", "extends = \"../sub/a.toml\"\n"),
    ]);
    let (code, _, err) = folder.dfix(&[]);
    assert_eq!(code, 2);
    let told = "sub/b.toml:1:11: error: files extend one another: sub/a.toml extends sub/b.toml extends sub/a.toml";
    assert!(err.starts_with(told), "{err}");
    folder.put("sub/b.toml", b"levle = 1\n");
    let (_, _, err) = folder.dfix(&[]);
    assert!(
        err.starts_with("sub/b.toml:1:1: error: unknown key"),
        "{err}"
    );
    folder.put("sub/b.toml", b"extends = \"none.toml\"\n");
    let (_, _, err) = folder.dfix(&[]);
    assert!(
        err.starts_with("sub/b.toml:1:11: error: there is no file sub/none.toml to extend"),
        "{err}"
    );
}

#[test]
fn a_broken_configuration_is_told_once() {
    for (file, text, told) in [
        (
            "dfix.toml",
            "[rules]\nnone = \"on\"\n",
            "dfix.toml:2:1: error: unknown rule `none`",
        ),
        (
            "dfix.toml",
            "levle = 1\n",
            "dfix.toml:1:1: error: unknown key `levle`; did you mean `level`?\n",
        ),
        (
            ".hadolint.yaml",
            "ignored: [DL3008\n",
            ".hadolint.yaml:1:1: error: this is not YAML: ",
        ),
        (
            ".hadolint.yaml",
            "failure-threshold: error\nignored: DL3008\n",
            ".hadolint.yaml:2:1: error: `ignored` is a list",
        ),
    ] {
        let folder = Folder::new(&[
            (&format!("broken/{file}"), text),
            ("broken/a/Dockerfile", ROOT),
            ("broken/b/Dockerfile", ROOT),
            ("broken/c/Dockerfile", ROOT),
            ("good/Dockerfile", GOOD),
        ]);
        let (code, out, err) = folder.dfix(&["--fix"]);
        assert_eq!(code, 2);
        assert!(err.starts_with(&format!("broken/{told}")), "{err}");
        assert_eq!(err.matches("error").count(), 1, "{err}");
        assert!(
            err.contains("3 Dockerfiles below it had to be left"),
            "{err}"
        );
        assert!(
            out.contains("1 file, nothing to do, 3 files failed"),
            "{out}"
        );
        assert_eq!(folder.text("broken/a/Dockerfile"), ROOT);
        let (code, _, _) = folder.dfix(&["--no-config", "--exit-zero"]);
        assert_eq!(code, 0);
    }
}

#[test]
fn what_is_excluded_is_left_by_name_where_that_is_asked_for() {
    let folder = Folder::new(&[
        ("dfix.toml", "exclude = [\"vendor/\"]\n"),
        ("vendor/Dockerfile", ROOT),
        ("Dockerfile", GOOD),
    ]);
    let named = ["vendor/Dockerfile", "Dockerfile"];
    assert_eq!(folder.paths_of(&named).len(), 2);
    let forced = [&["--force-exclude"], &named[..]].concat();
    assert_eq!(folder.paths_of(&forced), ["Dockerfile"]);
    folder.put(
        "dfix.toml",
        b"exclude = [\"vendor/\"]\nforce-exclude = true\n",
    );
    assert_eq!(folder.paths_of(&named), ["Dockerfile"]);
    let (code, _, err) = folder.dfix(&["vendor/Dockerfile"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let (_, _, err) = folder.dfix(&["-v", "vendor/Dockerfile"]);
    assert!(
        err.contains("vendor/Dockerfile: left, as it is excluded"),
        "{err}"
    );
    let stdin = ["-", "--stdin-filename", "vendor/Dockerfile"];
    assert_eq!(
        folder.dfix_with(PIP.as_bytes(), &stdin),
        (0, PIP.to_owned(), String::new())
    );
}

#[test]
fn a_file_that_is_named_counts_from_here() {
    let folder = Folder::new(&[
        ("etc/ours.toml", "exclude = [\"/old\"]\n"),
        ("old/Dockerfile", GOOD),
        ("new/Dockerfile", GOOD),
    ]);
    let named = ["--config", "etc/ours.toml"];
    assert_eq!(folder.paths_of(&named), ["new/Dockerfile"]);
}

#[test]
fn what_is_in_force_is_shown_with_its_lines() {
    let toml = "level = \"safe\"\n\n[rules.non-root-user]\nname = \"app\"\nlevel = \"by-hand\"\n\n[[overrides]]\npaths = [\"old/\"]\nrules.slim-base = \"off\"\n";
    let folder = Folder::new(&[
        ("dfix.toml", toml),
        (".hadolint.yaml", "ignored:\n  - DL3042\n"),
    ]);
    let (code, out, _) = folder.dfix(&["config", "show", "--format", "json", "old/Dockerfile"]);
    assert_eq!(code, 0);
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        shown["files"],
        serde_json::json!(["dfix.toml", ".hadolint.yaml"])
    );
    assert_eq!(shown["settings"]["level"]["from"], "dfix.toml:1");
    assert_eq!(shown["settings"]["fail-on"]["from"], Value::Null);
    let rule = |id: &str| {
        let mut rules = shown["rules"].as_array().unwrap().iter();
        rules.find(|it| it["id"] == id).unwrap().clone()
    };
    assert_eq!(
        rule("pip-no-cache-dir")["from"]["enabled"],
        ".hadolint.yaml:2"
    );
    assert_eq!(rule("pip-no-cache-dir")["enabled"], false);
    assert_eq!(rule("slim-base")["from"]["enabled"], "dfix.toml:9");
    assert_eq!(rule("non-root-user")["options"]["name"], "app");
    assert_eq!(rule("non-root-user")["level"], "by-hand");
    // What is shown as text is a configuration that says the same.
    let (_, out, _) = folder.dfix(&["config", "show", "old/Dockerfile"]);
    let other = Folder::new(&[("dfix.toml", &out)]);
    let (code, again, err) = other.dfix(&["config", "show", "old/Dockerfile"]);
    assert_eq!(code, 0, "{err}{out}");
    assert!(again.contains("non-root-user.name = \"app\""), "{again}");
    let (code, _, err) = folder.dfix(&["config", "show", "--format", "sarif"]);
    assert_eq!(code, 2, "{err}");
    folder.put("dfix.toml", b"levle = 1\n");
    let (code, _, err) = folder.dfix(&["config", "show"]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("dfix: error: dfix.toml:1:1: unknown key"),
        "{err}"
    );
}

#[test]
fn what_would_be_passed_over_is_told() {
    let folder = Folder::new(&[
        ("old/Dockerfile", "FROM a\n"),
        ("dfix.toml", "exclude = [\"old/\"]\n"),
    ]);
    let (code, _, err) = folder.dfix(&["old"]);
    assert_eq!(code, 0);
    assert!(
        err.contains("dfix.toml, or --exclude, leaves old out"),
        "{err}"
    );
    folder.put("dfix.toml", b"exclude = [\"./old\"]\n");
    let (code, _, err) = folder.dfix(&["old"]);
    assert_eq!(code, 2);
    assert!(err.contains("leave the `./` out"), "{err}");
    let (code, _, err) = folder.dfix(&["--no-config", "--exclude", "../x", "old"]);
    assert_eq!(code, 2);
    assert!(err.contains("cannot lead out of it"), "{err}");
    std::fs::remove_file(folder.path("dfix.toml")).unwrap();
    std::os::unix::fs::symlink("nowhere.toml", folder.path("dfix.toml")).unwrap();
    let (code, _, err) = folder.dfix(&["old"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("dfix.toml"), "{err}");
    let (_, _, err) = folder.dfix(&["config", "show", "nowhere/at/all"]);
    assert!(err.contains("nowhere/at/all is not there"), "{err}");
}
