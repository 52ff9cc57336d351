use super::*;

fn date(text: &str) -> Date {
    Date::parse(text).expect("a date of the tests")
}

fn ground(text: &'static str) -> Foundation {
    Foundation::parse(text).expect("a foundation of the tests")
}

fn stands(repository: &str, name: &str) -> Option<Foundation> {
    tag(repository, name)?.foundation
}

mod images;
mod packages;
mod tables;

#[test]
fn dates_count_days_from_2013() {
    for (days, text) in [
        (0, "2013-01-01"),
        (364, "2013-12-31"),
        (365, "2014-01-01"),
        (1154, "2016-02-29"),
        (4981, "2026-08-22"),
    ] {
        assert_eq!(Date::from_days(days), date(text));
        assert_eq!(Date::from_days(days).to_string(), text);
    }
    assert!(Date::parse("2026-13-01").is_none());
    assert!(Date::parse("True").is_none());
}

#[test]
fn packed_tags_are_found_again() {
    let mut count = 0;
    for repository in tags::repositories() {
        let section = tags::Section::find(repository).expect("a listed repository");
        for (name, record) in section
            .tags(|_| true)
            .expect("a readable section")
            .into_iter()
            .step_by(5)
        {
            assert_eq!(section.tag(&name), Some(record), "{repository}:{name}");
            count += 1;
        }
    }
    assert!(count > 36_000, "{count} tags");
}

/// What is packed says 3.23 of it; the other tags of the same image say by name what it stands on.
#[test]
fn a_tag_that_moves_stands_on_what_the_others_of_its_image_name() {
    let release = |tag: &str| stands("nginx", tag).and_then(|it| it.release);
    assert_eq!(release("1.30-alpine"), release("1.30-alpine3.24"));
    assert_eq!(release("1.30-alpine"), Some("3.24"));
}

#[test]
fn dates_of_tags() {
    let cases = [
        ("python", "3.8", "2019-10-14", Some("2024-10-07")),
        ("python", "3.8-slim", "2019-10-14", Some("2024-10-07")),
        (
            "python",
            "3.6-slim-stretch",
            "2017-10-23",
            Some("2021-08-16"),
        ),
        ("python", "3.11-slim-bookworm", "2023-06-13", None),
        (
            "python",
            "3.11-alpine3.15",
            "2022-10-24",
            Some("2022-11-29"),
        ),
        ("node", "14", "2020-04-21", Some("2023-05-01")),
        ("node", "8-slim", "2017-05-31", Some("2020-01-08")),
        ("adminer", "4.2", "2016-10-13", Some("2017-03-23")),
    ];
    for (repository, name, first, last) in cases {
        let record = tag(repository, name).expect(name);
        assert_eq!(record.first_published, date(first), "{repository}:{name}");
        assert_eq!(
            record.last_maintained,
            last.map(date),
            "{repository}:{name}"
        );
    }
}

#[test]
fn what_was_never_published_is_not_found() {
    for (repository, name) in [
        ("python", "3.99"),
        ("python", "3.11-slim-slim"),
        ("python", ""),
        ("python", "-"),
        ("python", "3.11-"),
        ("python", "php8.3-apache"),
        ("nobody/python", "3.11"),
        ("", ""),
        ("golang", "1.22-slim"),
    ] {
        assert_eq!(tag(repository, name), None, "{repository}:{name}");
    }
}

#[test]
fn dead_tags_stand_on_what_they_last_stood_on() {
    for (repository, name, foundation) in [
        ("python", "3.6", "debian:bullseye/full"),
        ("python", "3.6-slim", "debian:bullseye/slim"),
        ("python", "3.5", "debian:buster/full"),
        ("python", "2.7", "debian:buster/full"),
        ("python", "3.4", "debian:stretch/full"),
        ("node", "8", "debian:stretch/full"),
        ("node", "14", "debian:buster/full"),
        ("node", "4-slim", "debian:jessie/curl"),
        ("golang", "1.14", "debian:buster/scm"),
        ("openjdk", "11", "debian:bullseye/scm"),
        ("openjdk", "8-jre-slim", "debian:bullseye/slim"),
        ("ruby", "2.5", "debian:buster/full"),
        ("php", "7.4-apache", "debian:bullseye/slim"),
        ("ubuntu", "latest", "ubuntu:resolute/plain"),
        ("ubuntu", "18.04", "ubuntu:bionic/plain"),
        ("alpine", "3.12", "alpine:3.12"),
        ("centos", "7", "centos:7"),
        ("debian", "buster-slim", "debian:buster/slim"),
        ("debian", "8.1", "debian:jessie/plain"),
    ] {
        assert_eq!(
            stands(repository, name),
            Some(ground(foundation)),
            "{repository}:{name}"
        );
    }
}

fn slim_tag(repository: &str, name: &str) -> Option<String> {
    match slim_of(repository, name) {
        Slim::Sibling(found) if found.same_release == Some(true) => Some(found.tag),
        _ => None,
    }
}

#[test]
fn slim_forms() {
    for (repository, name, slim) in [
        ("python", "3.11", "3.11-slim"),
        ("python", "3.11.4", "3.11.4-slim"),
        ("python", "3", "3-slim"),
        ("python", "latest", "slim"),
        ("python", "bookworm", "slim-bookworm"),
        ("python", "3.11-bookworm", "3.11-slim-bookworm"),
        ("python", "3.6", "3.6-slim"),
        ("python", "3.5", "3.5-slim"),
        ("python", "2.7", "2.7-slim"),
        ("python", "3.5-stretch", "3.5-slim-stretch"),
        ("node", "22", "22-slim"),
        ("node", "22-bookworm", "22-bookworm-slim"),
        ("node", "lts", "lts-slim"),
        ("node", "latest", "slim"),
        ("node", "lts-krypton", "krypton-slim"),
        ("node", "8", "8-slim"),
        ("ruby", "3.3", "3.3-slim"),
        ("ruby", "3.3-bookworm", "3.3-slim-bookworm"),
        ("perl", "5.36", "5.36-slim"),
        ("rust", "1.75", "1.75-slim"),
        ("rust", "1.75-bookworm", "1.75-slim-bookworm"),
        ("openjdk", "11-jdk", "11-jdk-slim"),
        ("openjdk", "8-jre", "8-jre-slim"),
        ("debian", "12", "12-slim"),
        ("debian", "bookworm", "bookworm-slim"),
        ("debian", "bookworm-20230904", "bookworm-20230904-slim"),
        ("debian", "latest", "stable-slim"),
    ] {
        assert_eq!(
            slim_tag(repository, name).as_deref(),
            Some(slim),
            "{repository}:{name}"
        );
    }
}

#[test]
fn slim_forms_on_another_release_are_told() {
    // Oracle Linux under the one, Debian under the other.
    for (repository, name) in [
        ("openjdk", "17"),
        ("openjdk", "latest"),
        ("node", "10.13.0"),
    ] {
        assert!(
            matches!(slim_of(repository, name), Slim::Sibling(found) if found.same_release == Some(false)),
            "{repository}:{name}"
        );
    }
}

#[test]
fn slim_forms_that_are_not_there() {
    assert_eq!(
        slim_of("python", "3.11-slim"),
        Slim::AlreadyVariant(Variant::Slim)
    );
    assert_eq!(
        slim_of("python", "3.11-alpine3.18"),
        Slim::AlreadyVariant(Variant::Alpine)
    );
    assert_eq!(
        slim_of("python", "slim"),
        Slim::AlreadyVariant(Variant::Slim)
    );
    assert_eq!(
        slim_of("python", "3.9-windowsservercore"),
        Slim::AlreadyVariant(Variant::Windows)
    );
    assert_eq!(
        slim_of("node", "6-onbuild"),
        Slim::AlreadyVariant(Variant::Onbuild)
    );
    assert_eq!(slim_of("python", "3.99"), Slim::Unknown);
    assert_eq!(slim_of("registry.corp/python", "3.11"), Slim::Unknown);
    assert_eq!(
        slim_of("python", "2.7-wheezy"),
        Slim::NeverPublished {
            wanted: "2.7-wheezy-slim".to_owned()
        }
    );
    assert!(
        matches!(slim_of("golang", "1.22"), Slim::NoSlimForm { smaller } if smaller == ["1.22-alpine"])
    );
    assert!(matches!(
        slim_of("eclipse-temurin", "17-jdk"),
        Slim::NoSlimForm { smaller } if smaller.contains(&"17-jre".to_owned())
    ));
    // The slim form of Swift is its run time alone: no compiler.
    assert!(matches!(slim_of("swift", "5.10"), Slim::NoSlimForm { .. }));
    assert!(matches!(slim_of("php", "8.3"), Slim::NoSlimForm { .. }));
    // jessie's slim form of Node 4 stood on a fuller layer, on the same release.
    assert!(
        matches!(slim_of("node", "4"), Slim::Sibling(found) if found.same_release == Some(true))
    );
}

#[test]
fn a_slim_form_never_changes_what_it_must_not() {
    for repository in [
        "python", "node", "ruby", "perl", "rust", "openjdk", "debian",
    ] {
        let section = tags::Section::find(repository).expect("official");
        for (name, _) in section.tags(|_| true).expect("readable") {
            let Slim::Sibling(found) = slim_of(repository, &name) else {
                continue;
            };
            assert!(found.tag.split('-').any(|word| word == "slim"), "{name}");
            let kind = variant_of(&found.tag);
            assert_eq!(kind, Variant::Slim, "{repository}:{name}");
            assert!(tag(repository, &found.tag).is_some());
            if !name.ends_with("latest") && !name.starts_with("lts-") {
                let without = found.tag.replacen("slim", "", 1).replace("--", "-");
                assert_eq!(without.trim_matches('-'), name, "{repository}");
            }
        }
    }
}

#[test]
fn ends_of_life() {
    let python = end_of_life("python", "3.8.10").expect("listed");
    assert!(python.ended);
    assert_eq!(
        end_of_life("debian", "bookworm").map(|end| end.date),
        Some(Some(date("2026-07-11")))
    );
    assert_eq!(
        end_of_life("debian", "12"),
        end_of_life("debian", "bookworm")
    );
    assert!(end_of_life("node", "14").is_some_and(|end| end.ended));
    assert!(end_of_life("alpine", "3.23").is_some_and(|end| !end.ended));
    assert!(
        end_of_life("ubuntu", "jammy").is_some_and(|end| end.codename == Some("Jammy Jellyfish"))
    );
    assert_eq!(end_of_life("nothing", "1"), None);
    assert_eq!(end_of_life("python", "9.9"), None);
    assert!(end_of_release(&ground("debian:buster/slim")).is_some_and(|end| end.ended));
}

#[test]
fn names_of_the_same_image() {
    let names: Vec<_> = aliases("debian", "12").collect();
    assert!(names.contains(&"bookworm"));
    assert_eq!(aliases("python", "2.7").count(), 0);
    assert_eq!(version_of("python", "2.7-slim").as_deref(), Some("2.7"));
    assert_eq!(version_of("python", "3.8.10").as_deref(), Some("3.8.10"));
    assert!(version_of("python", "latest").is_some_and(|version| version.starts_with("3.14.")));
    assert!(version_of("python", "3.11-slim").is_some_and(|version| version.starts_with("3.11.")));
    assert!(version_of("node", "lts").is_some_and(|version| version.starts_with("24.")));
    assert_eq!(version_of("debian", "stretch"), None);
}
