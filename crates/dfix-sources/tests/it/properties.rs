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

#[test]
fn yaml_of_spring() {
    check(
        "src/main/resources/application-prod.yml",
        &[
            (
                "server:\n  port: ${PORT:8080}\nlogging:\n  level:\n    root: info\n  file:\n    name: /var/log/shop/app.log\n",
                &[
                    "7 writes /var/log/shop/app.log",
                    "2 port $PORT or 8080",
                    "2 asks PORT or 8080",
                ],
            ),
            (
                "app:\n  version: @project.version@\n  list: [a, {b: c}]\nspring:\n  servlet.multipart.location: uploads\n---\nspring.datasource.url: jdbc:h2:file:./data/shop;MODE=MySQL\n",
                &["5 makes uploads", "7 writes data/shop"],
            ),
            ("spring:\n  datasource:\n    url: jdbc:h2:mem:test\n", &[]),
            (
                "spring:\n  datasource:\n    url: jdbc:h2:~/shop\n",
                &["3 writes <Home>/shop"],
            ),
        ],
    );
}

#[test]
fn settings_of_loggers() {
    check(
        "logback-spring.xml",
        &[
            (
                "<configuration>\n<property name=\"DIR\" value=\"${LOG_DIR:-/var/log/shop}\"/>\n<appender name=\"F\">\n<file>${DIR}/a.log</file>\n<rollingPolicy><fileNamePattern>${DIR}/old/a.%d{yyyy}.log</fileNamePattern></rollingPolicy>\n</appender>\n</configuration>",
                &["4 writes /var/log/shop/a.log", "5 makes /var/log/shop/old"],
            ),
            (
                "<configuration><file>logs/a.log</file></configuration>",
                &["1 writes logs/a.log"],
            ),
            (
                "<configuration><timestamp key=\"now\" datePattern=\"yyyy\"/><timestamp key=\"day\" datePattern=\"yyyy/MM\"/>\n<file>logs/a-${now}.log</file>\n<file>logs/${day}.log</file></configuration>",
                &["2 writes logs/a-yyyy.log", "3 writes $day or ?"],
            ),
            ("<configuration><root level=\"info\"/></configuration>", &[]),
        ],
    );
    check(
        "log4j2.xml",
        &[(
            "<Configuration><Properties><Property name=\"d\">/logs</Property></Properties>\n<Appenders><RollingFile fileName=\"${d}/a.log\" filePattern=\"${d}/%d/a.log\"/></Appenders></Configuration>",
            &["2 writes /logs/a.log", "2 makes /logs"],
        )],
    );
}

#[test]
fn what_is_no_yaml_or_xml_is_told() {
    for (name, text) in [
        ("application.yml", "a: b\n: : [\n"),
        ("logback.xml", "<configuration><file>a"),
    ] {
        let source = dfix_sources::read(name, text).unwrap();
        assert!(!source.is_understood(), "{name}");
    }
}
