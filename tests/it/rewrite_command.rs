//! `dfix rewrite` from outside: what is printed, what is written, and the exit codes.

use crate::common::Folder;

const PYTHON: [&str; 3] = [
    "rewrite",
    "image python:{tag}",
    "image registry.example.com/python:{tag}",
];
const BEFORE: &str = "FROM python:3.12-slim AS build\nCOPY --from=python:3.9 /a /b\n";
const AFTER: &str = "FROM registry.example.com/python:3.12-slim AS build\nCOPY --from=registry.example.com/python:3.9 /a /b\n";

fn with<'t>(arguments: &[&'t str]) -> Vec<&'t str> {
    [&PYTHON, arguments].concat()
}

#[test]
fn the_examples_of_the_help_run() {
    let folder = Folder::new(&[(
        "Dockerfile",
        "FROM python:3.12\nRUN curl x\nRUN apt-get install -y libgl1-mesa-glx\n",
    )]);
    let (_, help, _) = folder.dfix(&["rewrite", "--help"]);
    let (_, rest) = help.split_once("Examples:\n").unwrap();
    let (examples, _) = rest.split_once("Levels hold").unwrap();
    let mut count = 0;
    for example in examples
        .split("  dfix ")
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        let line = format!("'{}' {example}", env!("CARGO_BIN_EXE_dfix"));
        let ran = std::process::Command::new("sh")
            .args(["-c", &line])
            .current_dir(folder.root())
            .output()
            .unwrap();
        let patch = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(
            ran.status.code(),
            Some(1),
            "{line}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        assert!(patch.contains("+++ b/Dockerfile"), "{line}: {patch}");
        count += 1;
    }
    assert!(count >= 3, "{examples}");
}

#[test]
fn it_reports_prints_and_writes() {
    let folder = Folder::new(&[("Dockerfile", BEFORE), ("other/Dockerfile", "FROM node\n")]);
    let (code, out, _) = folder.dfix(&PYTHON);
    assert_eq!(code, 1);
    assert!(
        out.contains("fix[rewrite]: the pattern `image python:{tag}` finds this"),
        "{out}"
    );
    assert!(out.contains("`tag` is `3.12-slim`"), "{out}");
    assert!(out.contains("2 findings can be fixed"), "{out}");
    let (code, out, _) = folder.dfix(&with(&["--diff"]));
    assert_eq!(code, 1);
    assert!(
        out.contains("+FROM registry.example.com/python:3.12-slim AS build\n"),
        "{out}"
    );
    assert_eq!(folder.text("Dockerfile"), BEFORE);
    assert_eq!(folder.dfix(&with(&["--exit-zero"])).0, 0);
    assert_eq!(folder.dfix(&with(&["--fix", "other"])).0, 0);
    assert_eq!(folder.text("Dockerfile"), BEFORE);
    assert_eq!(folder.dfix(&with(&["--fix"])).0, 0);
    assert_eq!(folder.text("Dockerfile"), AFTER);
    let (code, out, _) = folder.dfix(&with(&["--diff"]));
    assert_eq!((code, out.as_str()), (0, ""));
}

#[test]
fn it_searches_and_counts() {
    let folder = Folder::new(&[
        ("a/Dockerfile", "FROM python:3.12\nFROM node:22\n"),
        (
            "b/Dockerfile",
            "FROM docker.io/library/python:3.12\nRUN pip install \"flask>=2\" \\\n  x\n",
        ),
    ]);
    let (code, out, _) = folder.dfix(&["rewrite", "--search", "pip install {p...}"]);
    assert_eq!(
        (code, out.as_str()),
        (
            0,
            "b/Dockerfile:2:5: pip install \"flask>=2\" \\  p=`flask>=2 x`\n"
        )
    );
    let (code, out, _) = folder.dfix(&["rewrite", "--search", "image node:{tag}", "a"]);
    assert_eq!(
        (code, out.as_str()),
        (0, "a/Dockerfile:2:6: node:22  tag=`22`\n")
    );
    let (code, out, _) = folder.dfix(&["rewrite", "--count", "image {path...}:{tag...}"]);
    assert_eq!((code, out.as_str()), (0, "3 in 2 files\n"));
    let by = [
        "rewrite",
        "--count",
        "--by",
        "name",
        "--by",
        "tag",
        "image {name}:{tag}",
    ];
    let (code, out, _) = folder.dfix(&by);
    assert_eq!(code, 0);
    assert_eq!(
        out,
        "      2  in 2 files: python  3.12\n      1  in 1 file: node  22\n"
    );
    let (code, _, err) = folder.dfix(&["rewrite", "--count", "--by", "x", "image {name}:{tag}"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("the pattern has no hole of this name; it has `name`, `tag`"),
        "{err}"
    );
    assert_eq!(folder.dfix(&["rewrite", "--search", "image alpine"]).0, 0);
}

#[test]
fn programs_read_captures_and_places() {
    let folder = Folder::new(&[("Dockerfile", BEFORE)]);
    let (code, out, _) = folder.dfix(&with(&["--format", "json", "--diff"]));
    assert_eq!(code, 1);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let file = &report["files"][0];
    assert_eq!(file["findings"][0]["status"], "fix");
    assert_eq!(file["findings"][0]["rule"], "rewrite");
    let found = &file["matches"][0];
    assert_eq!((&found["start"], &found["end"]), (&5.into(), &21.into()));
    let tag = &found["captures"]["tag"];
    assert_eq!(tag["text"], "3.12-slim");
    let bytes = |key: &str| usize::try_from(tag[key].as_u64().unwrap()).unwrap();
    assert_eq!(&BEFORE[bytes("start")..bytes("end")], "3.12-slim");
    assert!(file["diff"].as_str().unwrap().contains("+FROM registry"));
    let (_, out, _) = folder.dfix(&["rewrite", "--search", "image {image}", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["files"][0]["matches"].as_array().unwrap().len(), 2);
    let (_, out, _) = folder.dfix(&["rewrite", "--count", "image {image}", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["counts"][0]["matches"], 2);
}

#[test]
fn what_cannot_be_done_is_told_by_name() {
    let digest = "0123456789abcdef".repeat(4);
    let pinned = format!("FROM python:3.9@sha256:{digest}\n");
    let folder = Folder::new(&[("Dockerfile", &pinned)]);
    let (code, out, _) =
        folder.dfix(&["rewrite", "image python:3.9", "image python:3.12", "--fix"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("would no longer be that of the image"),
        "{out}"
    );
    assert_eq!(folder.text("Dockerfile"), pinned);
    let (code, _, err) = folder.dfix(&["rewrite", "FROM a:{tag}", "FROM b:{tga}"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("nothing binds `tga`\n  | FROM b:{tga}\n  |        ^^^^^"),
        "{err}"
    );
    let (code, _, err) = folder.dfix(&["rewrite", "FROM a"]);
    assert_eq!(code, 2);
    assert!(err.contains("Write it behind the pattern"), "{err}");
    let (code, _, err) = folder.dfix(&["rewrite", "FROM a", "FROM b", "--search", "--fix"]);
    assert_eq!(code, 2);
    assert!(err.contains("cannot be used with"), "{err}");
}

#[test]
fn bases_are_counted_as_they_are_built() {
    let text = "# syntax=docker/dockerfile:1
ARG NODE_VERSION=24
ARG BASE=node:${NODE_VERSION}-alpine
ARG OPEN
FROM node:${NODE_VERSION}-alpine AS a
FROM ${BASE} AS b
COPY --from=busybox:1 /bin/busybox /x
FROM a AS c
FROM scratch AS d
FROM ${OPEN}/x:1
";
    let folder = Folder::new(&[("Dockerfile", text)]);
    let (code, out, _) = folder.dfix(&[
        "rewrite",
        "--count",
        "--base",
        "--by",
        "image",
        "image {image}",
    ]);
    assert_eq!(code, 0);
    let lines: Vec<&str> = out.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        ["2  in 1 file: node:24-alpine", "1  in 1 file: ${OPEN}/x:1"]
    );
}

#[test]
fn it_explains_what_a_pattern_means() {
    let folder = Folder::new(&[]);
    let (code, out, _) = folder.dfix(&[
        "rewrite",
        "--explain",
        "apt-get -t {suite: *-backports} install {p...}",
        "--as-root",
        "--not-after",
        "RUN x",
    ]);
    assert_eq!(code, 0);
    for words in [
        "subcommand: `install`",
        "option: `-t` with the value `{suite}`, wherever",
        "`suite`: is `*-backports`",
        "where the user is known to be root",
        "without `RUN x` before it in the stage",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
}

#[test]
fn a_distribution_that_is_none_is_told() {
    let folder = Folder::new(&[]);
    let (code, _, err) = folder.dfix(&["rewrite", "x", "y", "--distribution", "debain", "."]);
    assert_eq!(code, 2);
    assert!(err.contains("no distribution is called so"), "{err}");
    assert!(err.contains("write one of debian, ubuntu"), "{err}");
}

#[test]
fn files_that_a_pattern_does_not_concern_are_not_parsed() {
    let folder = Folder::new(&[("a/Dockerfile", "COPY x\n"), ("b/Dockerfile", BEFORE)]);
    folder.put("c/Dockerfile", b"FROM a\nRUN \xff\n");
    let (code, _, err) = folder.dfix(&with(&["--fix"]));
    assert_eq!(code, 2);
    assert!(
        !err.contains("a/Dockerfile") && err.contains("c/Dockerfile"),
        "{err}"
    );
    assert_eq!(folder.text("b/Dockerfile"), AFTER);
}

/// The README's examples, each on a Dockerfile that it is about.
#[test]
fn the_examples_of_the_readme_do_what_they_show() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let block = readme.split("```sh\n").nth(1).unwrap();
    let lines: Vec<&str> = block.lines().take_while(|it| *it != "```").collect();
    let before = "FROM python:3.13\nRUN apt-get update && apt-get install -y git libgl1-mesa-glx\n\
                  ADD https://example.com/a /a\nADD app.py /app/\n";
    let folder = || Folder::new(&[("Dockerfile", before)]);
    let [registry, package, add, count] = lines.as_slice() else {
        panic!("{lines:#?}");
    };
    // A patch is printed, so that something is left to do.
    let out = folder().sh(&format!("{registry} || true")).stdout;
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.contains("+FROM registry.example.com/python:3.13\n"),
        "{out}"
    );
    let changed = folder();
    changed.sh(package);
    let after = changed.text("Dockerfile");
    assert_eq!(after, before.replace("libgl1-mesa-glx", "libgl1"));
    let out = folder().sh(&format!("{add} || true")).stdout;
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.contains("COPY app.py /app/") && !out.contains("COPY https"),
        "{out}"
    );
    let out = folder().sh(count).stdout;
    assert!(String::from_utf8(out).unwrap().contains("python:3.13"));
}

/// What every command over files checks and says, this one does, too.
#[test]
fn what_is_asked_wrongly_is_said() {
    let folder = Folder::new(&[("Dockerfile", "FROM a\n")]);
    let call = ["rewrite", "FROM a", "FROM b"];
    for (arguments, says) in [
        (
            &["--context", "nowhere"][..],
            "--context nowhere: there is no such folder",
        ),
        (&["--diff", "--format", "sarif"], "--diff prints a patch"),
        (&["-"], "`dfix batch` takes Dockerfiles at its input"),
    ] {
        let (code, _, err) = folder.dfix(&[&call, arguments].concat());
        assert!(code == 2 && err.contains(says), "{arguments:?} {err}");
    }
    let (_, _, err) = folder.dfix(&[&call[..], &["-v"]].concat());
    assert!(err.contains("Dockerfile (no configuration)"), "{err}");
}
