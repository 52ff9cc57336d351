//! Whether programs are new enough, and whether https works.

use dfix_model::{PackageManager, Ternary};

use crate::common::with;

/// Yes, no, or not known.
fn told(answer: &Ternary) -> Option<bool> {
    match answer {
        Ternary::Yes => Some(true),
        Ternary::No => Some(false),
        Ternary::Unknown(_) => None,
    }
}

#[test]
fn images_and_commands_tell_how_old_apk_is() {
    for (text, is_new) in [
        ("FROM alpine:3.20.1", Some(true)),
        ("FROM alpine:3", Some(true)),
        ("FROM alpine:edge", Some(true)),
        ("FROM alpine:3.2", Some(false)),
        ("FROM gliderlabs/alpine:2.7", Some(false)),
        ("FROM python:3.9-alpine3.12", Some(true)),
        ("FROM acme/base:1", None),
        ("FROM acme/base:1\nRUN apk add --no-cache a", Some(true)),
        (
            "FROM alpine@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            None,
        ),
    ] {
        let found = with(text, |file| {
            let mut stages = file.stages();
            told(&stages.next().expect("one").apk_knows_no_cache())
        });
        assert_eq!(found, is_new, "{text}");
    }
}

#[test]
fn images_installers_and_commands_tell_how_old_conda_is() {
    for (text, is_new) in [
        (
            "FROM continuumio/miniconda3:24.1.2-0\nRUN conda install a",
            true,
        ),
        (
            "FROM continuumio/miniconda3:4.0.5\nRUN conda install a",
            false,
        ),
        ("FROM acme/x:1\nRUN conda install a", false),
        ("FROM acme/x:1\nRUN mamba install a", true),
        (
            "FROM debian:12\nRUN sh Miniconda3-py39_4.9.2-Linux-x86_64.sh\nRUN conda install a",
            true,
        ),
        (
            "FROM debian:12\nRUN sh Miniconda-latest-Linux-x86_64.sh\nRUN conda install a",
            false,
        ),
        (
            "FROM acme/x:1\nRUN conda install conda=4.0.4\nRUN conda info",
            false,
        ),
    ] {
        let found = with(text, |file| {
            let stage = file.stages().next().expect("one");
            let mut condas = stage.package_commands(PackageManager::Conda);
            told(&condas.next().expect("one").conda_cleans_all())
        });
        assert_eq!(found, is_new.then_some(true), "{text}");
    }
}

#[test]
fn images_and_packages_tell_whether_https_works() {
    for (text, does) in [
        (
            "FROM alpine:3.20\nRUN apk add ca-certificates\nRUN wget https://a/b",
            true,
        ),
        (
            "FROM alpine:3.6\nRUN apk add ca-certificates\nRUN wget https://a/b",
            false,
        ),
        ("FROM debian:12\nRUN wget https://a/b", false),
        (
            "FROM debian:12\nRUN apt-get install -y ca-certificates\nRUN wget https://a/b",
            true,
        ),
        (
            "FROM debian:12\nRUN apt-get install -y ca-certificates\nRUN apt-get purge -y ca-certificates\nRUN wget https://a/b",
            false,
        ),
        ("FROM acme/x:1\nRUN wget https://a/b", false),
    ] {
        let found = with(text, |file| {
            let last = file.commands().last().expect("one");
            told(&last.may_ask_by_https())
        });
        assert_eq!(found, does.then_some(true), "{text}");
    }
}
