use crate::common::check;
use dfix_sources::{Language, read};

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
