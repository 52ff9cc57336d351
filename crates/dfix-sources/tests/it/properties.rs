use crate::common::check;
use dfix_sources::{Language, is_application, may_be_source, read};

#[test]
fn settings() {
    check(
        "src/application.properties",
        &[
            (
                "# server.port=1\nserver.port=80\nlogging.file.name = /var/log/a\nother.port=25",
                &["3 writes /var/log/a", "2 port 80"],
            ),
            (
                "server.port=${PORT:81}\nspring.datasource.url=${DB_URL}",
                &["1 port $PORT or 81", "1 asks PORT or 81", "2 asks DB_URL"],
            ),
        ],
    );
    check(
        ".env",
        &[(
            "# PORT=1\nexport PORT=80\nDB_PORT=5432\nNAME=\"x\"",
            &["2 port 80"],
        )],
    );
}

#[test]
fn languages_are_told_by_name_or_interpreter() {
    for (path, text, language) in [
        ("a/b.py", "", Some(Language::Python)),
        ("a.tsx", "", Some(Language::JavaScript)),
        ("a.mts", "", Some(Language::TypeScript)),
        ("Rakefile", "", Some(Language::Ruby)),
        (
            "bin/run",
            "#!/usr/bin/env -S python3.12 -u\n",
            Some(Language::Python),
        ),
        ("bin/run", "#!/usr/bin/node\n", Some(Language::JavaScript)),
        ("bin/run", "#!/bin/sh\n", None),
        ("bin/run", "x", None),
        (".env.production", "", Some(Language::Properties)),
        ("a.png", "#!/usr/bin/python", Some(Language::Python)),
        ("a.json", "{}", None),
    ] {
        assert_eq!(read(path, text).map(|it| it.language), language, "{path}");
    }
}

#[test]
fn tests_and_packages_are_no_application() {
    let no = "node_modules/ tests/ vendor/ test_a.py a_test.go a.test.tsx a.spec.ts conftest.py a.min.js types.d.ts";
    for name in no.split(' ') {
        assert!(!is_application(name), "{name}");
    }
    let yes = "src/ lib/ tested/ latest.py test.py protest_a.py spec.rb a.js manage.py attest/ run";
    for name in yes.split(' ') {
        assert!(is_application(name), "{name}");
    }
    assert!(may_be_source("a.py") && may_be_source("run") && may_be_source(".env"));
    assert!(!may_be_source("a.png") && !may_be_source("a.json"));
}
