//! Which sources are shipped, and what they tell.

use crate::common::{with, with_files};

/// Each source that is read as `context path > path in the image`, and what is not read.
fn shipped(text: &str, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    with_files(text, files, |file| {
        let found = file.final_stage().unwrap().application_sources();
        let line = |it: &dfix_model::ApplicationSource| match &it.path {
            Some(path) => format!("{} > {path}", it.context_path),
            None => format!("{} > somewhere", it.context_path),
        };
        (found.files.iter().map(line).collect(), found.unread.clone())
    })
}

const FILES: [(&str, &str); 8] = [
    ("app.py", "import os\nos.makedirs('/data')\n"),
    ("lib/a.js", ""),
    ("lib/node_modules/b/c.js", ""),
    ("tests/test_a.py", ""),
    ("bin/run", "#!/usr/bin/env ruby\n"),
    ("bin/tool", "#!/bin/sh\n"),
    ("logo.png", ""),
    ("src/main.go", ""),
];

#[test]
fn sources_of_what_is_copied() {
    let is = |text: &str, expected: &[&str]| {
        let (files, unread) = shipped(&format!("FROM python:3\n{text}\n"), &FILES);
        assert_eq!(files, expected, "{text}");
        assert!(unread.is_empty(), "{text}: {unread:?}");
    };
    is(
        "WORKDIR /srv\nCOPY . .",
        &[
            "app.py > /srv/app.py",
            "bin/run > /srv/bin/run",
            "lib/a.js > /srv/lib/a.js",
            "src/main.go > /srv/src/main.go",
        ],
    );
    is("COPY app.py /srv/", &["app.py > /srv/app.py"]);
    is("COPY app.py /srv/other.py", &["app.py > /srv/other.py"]);
    is("COPY *.py /srv/", &["app.py > /srv/app.py"]);
    is("COPY lib /l", &["lib/a.js > /l/a.js"]);
    is(
        "COPY app.py lib /l/",
        &["app.py > /l/app.py", "lib/a.js > /l/a.js"],
    );
    is("COPY logo.png /l/\nRUN make", &[]);
    is("COPY <<EOF /x.py\nimport os\nEOF", &[]);
    is("COPY --from=alpine:3 /bin/x /bin/x", &[]);
    // A matching name is read once for each place.
    is("COPY app.py /a/\nCOPY app.py /a/", &["app.py > /a/app.py"]);
}

#[test]
fn sources_that_come_through_other_stages() {
    let text = |copy: &str| {
        format!("FROM node:22 AS b\nWORKDIR /w\nCOPY . .\nRUN make\nFROM node:22\n{copy}\n")
    };
    let (files, unread) = shipped(&text("COPY --from=b /w/lib /l"), &FILES);
    assert_eq!(files, ["lib/a.js > /l/a.js"]);
    assert!(unread.is_empty());
    let (files, _) = shipped(&text("COPY --from=b /w /x"), &FILES);
    assert_eq!(files.len(), 4);
    // What is built does what its sources do.
    let (files, unread) = shipped(&text("COPY --from=b /w/dist /x"), &FILES);
    assert_eq!(files.len(), 4);
    assert!(unread.is_empty());
    let rust = [("src/main.rs", "fn main() {}"), ("src/lib.rs", "")];
    let (_, unread) = shipped(&text("COPY --from=b /w/target/release/x /x"), &rust);
    assert_eq!(unread, ["`src/lib.rs`, as dfix does not read Rust"]);
    let (_, unread) = shipped(&text("COPY --from=b /w/src /x"), &rust);
    assert!(unread.is_empty());
    // What is downloaded is none of the application's sources.
    let (files, unread) = shipped(
        "FROM alpine AS b\nRUN make\nFROM node:22\nCOPY --from=b /x /x\n",
        &FILES,
    );
    assert!(files.is_empty() && unread.is_empty());
    let based = "FROM python:3 AS a\nCOPY app.py /a/\nFROM a\nCOPY lib/a.js /b/\n";
    assert_eq!(
        shipped(based, &FILES).0,
        ["app.py > /a/app.py", "lib/a.js > /b/a.js"]
    );
}

#[test]
fn what_is_not_known_is_told() {
    let (files, unread) = shipped("FROM python:3\nARG X\nCOPY $X /a\n", &FILES);
    assert!(files.is_empty());
    assert_eq!(unread.len(), 1, "{unread:?}");
    with("FROM python:3\nCOPY . /a\n", |file| {
        let found = file.final_stage().unwrap().application_sources();
        assert_eq!(found.unread, [".: there is no build context"]);
    });
}

#[test]
fn what_they_do_is_told() {
    with_files("FROM python:3\nCOPY . /a\n", &FILES, |file| {
        let found = file.final_stage().unwrap().application_sources();
        let writes = found.files.iter().flat_map(|it| &it.source.writes);
        let places: Vec<_> = writes.filter_map(|it| it.path.known()).collect();
        assert_eq!(places.len(), 1);
        assert_eq!(places[0].path, "/data");
    });
}

#[test]
fn a_variable_is_found_where_the_project_names_it() {
    let place = |name: &str| {
        let files = [
            ("run.sh", "#!/bin/sh\n# LATER\nexec serve \"$ROOT\"\n"),
            ("app.py", "import os\nprint(os.environ['MODE'])\n"),
            (
                "compose.yaml",
                "services:\n  a:\n    build: .\n    environment:\n      SET_HERE: x\n",
            ),
        ];
        with_files(
            "FROM python:3.12\nCOPY . /app\nCMD [\"python\", \"/app/app.py\"]\n",
            &files,
            |file| {
                let stage = file.final_stage().expect("there is a stage");
                stage.variable_elsewhere(name)
            },
        )
    };
    assert_eq!(place("ROOT").as_deref(), Some("`run.sh` (line 3)"));
    assert_eq!(place("MODE").as_deref(), Some("`app.py` (line 2)"));
    assert_eq!(
        place("SET_HERE").as_deref(),
        Some("`compose.yaml` (line 5)")
    );
    // A comment, a part of a longer name, and what nobody names.
    assert_eq!(place("LATER"), None);
    assert_eq!(place("ROO"), None);
    assert_eq!(place("OTHER"), None);
}
