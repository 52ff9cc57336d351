//! Whether programs are found by their names, and which accounts numbers say.

use dfix_model::{Model, Ternary};

use crate::common::with;

/// Yes, no, or not known.
fn has(text: &str, name: &str) -> Option<bool> {
    let ask = |file: &Model<'_>| {
        let stage = file.stages().next_back().expect("one");
        stage.has_program(name, stage.range().end())
    };
    match with(text, ask) {
        Ternary::Yes => Some(true),
        Ternary::No => Some(false),
        Ternary::Unknown(_) => None,
    }
}

#[test]
fn what_brings_a_program_and_what_takes_it_away_is_seen() {
    let mut wrong = Vec::new();
    for (text, there) in [
        ("FROM debian:12", Some(false)),
        ("FROM debian:12\nRUN apt-get install -y curl", Some(true)),
        ("FROM debian:12\nRUN apt-get install -y -s curl", None),
        ("FROM debian:12\nRUN apt-get install -yd curl", None),
        ("FROM debian:12\nRUN apt-get install -y git || true", None),
        ("FROM debian:12\nCOPY . .", None),
        ("FROM buildpack-deps:bookworm", Some(true)),
        (
            "FROM buildpack-deps:bookworm\nRUN apt-get purge -y libcurl4",
            None,
        ),
        (
            "FROM buildpack-deps:bookworm\nRUN apt-get autoremove -y",
            None,
        ),
        (
            "FROM buildpack-deps:bookworm\nRUN apt-get install -y a curl-",
            None,
        ),
        ("FROM buildpack-deps:bookworm\nRUN dpkg -r curl", None),
        ("FROM buildpack-deps:bookworm\nRUN rm /usr/bin/curl", None),
        ("FROM buildpack-deps:bookworm\nRUN rm -rf /usr/bin/c*", None),
        (
            "FROM buildpack-deps:bookworm\nRUN cd /usr/bin && rm curl",
            None,
        ),
        ("FROM buildpack-deps:bookworm\nRUN rm -rf $X", None),
        (
            "FROM buildpack-deps:bookworm\nRUN mv /usr/bin/curl /x",
            None,
        ),
        (
            "FROM buildpack-deps:bookworm\nRUN find / -name curl -delete",
            None,
        ),
        (
            "FROM buildpack-deps:bookworm\nRUN find /usr/bin -name 'c*' -exec rm {} +",
            None,
        ),
        (
            "FROM buildpack-deps:bookworm\nRUN rm -rf /var/lib/apt/lists/* /tmp/curl /usr/share/doc",
            Some(true),
        ),
        (
            "FROM buildpack-deps:bookworm\nRUN apt-get purge -y x && apt-get install -y curl",
            Some(true),
        ),
        (
            "FROM buildpack-deps:bookworm AS a\nRUN apk del curl\nFROM a",
            None,
        ),
        ("FROM acme/x:1\nRUN curl -V", Some(true)),
        ("FROM acme/x:1\nRUN /opt/bin/curl -V", None),
        ("FROM acme/x:1\nRUN curl -V || true", None),
        ("FROM acme/x:1\nRUN if a; then curl -V; fi", None),
        (
            "FROM acme/x:1\nRUN PATH=/opt/bin:$PATH; curl -V\nRUN x",
            None,
        ),
        ("FROM acme/x:1\nRUN . /opt/env && curl -V\nRUN x", None),
        (
            "FROM acme/x:1\nRUN --mount=from=acme/t,source=/c,target=/bin/curl curl -V\nRUN x",
            None,
        ),
        (
            "FROM acme/x:1\nRUN apk add --no-cache --virtual .d curl",
            Some(true),
        ),
        (
            "FROM acme/x:1\nRUN apk add --virtual .d curl && apk del .d",
            None,
        ),
    ] {
        if has(text, "curl") != there {
            wrong.push(text);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // What every system has goes with no package.
    assert_eq!(has("FROM acme/x:1\nRUN apk del a", "rm"), Some(true));
    assert_eq!(has("FROM acme/x:1", "cd"), Some(true));
    // Of another user's pip nobody knows where it puts programs.
    assert_eq!(
        has("FROM python:3.12\nUSER a\nRUN pip install uv", "uv"),
        None
    );
    assert_eq!(
        has("FROM python:3.12\nRUN pip install uv", "uv"),
        Some(true)
    );
    assert_eq!(has("FROM node:22\nRUN npm i -g zx", "zx"), Some(true));
    assert_eq!(has("FROM node:22\nRUN npm i zx", "zx"), None);
    assert_eq!(
        has("FROM python:3.12\nRUN pip install -t /x uv", "uv"),
        None
    );
}

#[test]
fn numbers_of_accounts_are_found_wherever_they_are_said() {
    let found = |text: &str| -> Vec<String> {
        with(text, |file| {
            let numbers = file.account_numbers().into_iter();
            let told = numbers.map(|it| format!("{} {:?} {}", it.line(), it.says, it.number));
            told.collect()
        })
    };
    for (step, numbers) in [
        ("USER 1000:1001", &["2 User 1000", "2 Group 1001"][..]),
        ("USER app", &[]),
        ("COPY --chown=1000 a b", &["2 User 1000"]),
        (
            "RUN --mount=type=cache,target=/c,uid=7,gid=8 x",
            &["2 User 7", "2 Group 8"],
        ),
        (
            "RUN useradd -m -u 1000 -g 1001 a",
            &["2 User 1000", "2 Group 1001"],
        ),
        ("RUN useradd --uid=1000 a", &["2 User 1000"]),
        ("RUN useradd -u1000 a", &["2 User 1000"]),
        ("RUN groupadd -g 1000 a", &["2 Group 1000"]),
        (
            "RUN chown -R 1000:1000 /a",
            &["2 User 1000", "2 Group 1000"],
        ),
        ("RUN install -d -o 1000 /a", &["2 User 1000"]),
        ("RUN sudo -u '#1000' x", &["2 User 1000"]),
        ("RUN gosu 1000 x", &["2 User 1000"]),
        (
            "RUN echo 'a:x:1000:1001::/:/bin/sh' >> /etc/passwd",
            &["2 User 1000", "2 Group 1001"],
        ),
        ("RUN sleep 1000", &[]),
        ("ARG U=1000\nRUN useradd -u $U a", &["2 User 1000"]),
        ("RUN useradd -u ${U:-1000} a", &["2 User 1000"]),
        (
            "ARG U=1\nARG G=2\nUSER ${U}:${G}",
            &["2 User 1", "3 Group 2"],
        ),
    ] {
        assert_eq!(
            found(&format!("FROM debian:12\n{step}\n")),
            numbers,
            "{step}"
        );
    }
}
