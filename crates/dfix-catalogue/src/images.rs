//! Reads the rows of `data/images.tsv` and what a tag's own words tell.

use super::image::{Account, Family, ImageFacts, Shell, Variant};
use super::system::add_system;
use super::{Date, Foundation, table_rows, tags};

static IMAGES: &str = include_str!("../data/images.tsv");

/// What is known of `repository:tag`. `repository` is normalised (see [`super::normalise`]),
/// `tag` is `latest` when the file names none.
///
/// Another registry's copy of an official image is not the official image: its family is
/// [`Family::Unknown`].
pub fn image(repository: &str, tag: &str) -> ImageFacts {
    let plain = without_architecture(repository);
    let found = table_rows(IMAGES).find(|row| {
        row.clone()
            .next()
            .and_then(|pattern| pattern.rsplit_once(':'))
            .is_some_and(|(name, tags)| {
                let may =
                    name.starts_with('*') || name.as_bytes().first() == plain.as_bytes().first();
                may && glob(name, plain) && glob(tags, tag)
            })
    });
    match found {
        Some(row) => from_row(plain, tag, row).unwrap_or(ImageFacts::NOTHING),
        None => unlisted(plain, tag),
    }
}

/// `arm64v8/python` holds what `python` does on that machine: the official images' own builds.
fn without_architecture(repository: &str) -> &str {
    const ARCHITECTURES: &[&str] = &[
        "amd64", "arm32v5", "arm32v6", "arm32v7", "arm64v8", "i386", "mips64le", "ppc64le",
        "riscv64", "s390x",
    ];
    match repository.split_once('/') {
        Some((machine, name)) if ARCHITECTURES.contains(&machine) && super::is_official(name) => {
            name
        }
        _ => repository,
    }
}

/// An official image without a row of its own: only what it stands on is known.
fn unlisted(repository: &str, tag: &str) -> ImageFacts {
    let mut facts = ImageFacts {
        variant: variant_of(tag),
        ..ImageFacts::NOTHING
    };
    if let Some(record) = tags::tag(repository, tag)
        && record.foundation.is_some()
    {
        facts.family = Family::Other;
        facts.foundation = record.foundation;
        add_system(&mut facts);
    }
    facts
}

fn from_row(
    repository: &str,
    tag: &str,
    mut row: std::str::Split<'static, char>,
) -> Option<ImageFacts> {
    let _pattern = row.next()?;
    let family = family_of(row.next()?);
    let ground = row.next()?;
    let user = row.next()?;
    let users = row.next()?;
    let workdir = row.next()?;
    let entrypoint = row.next()?;
    let command = row.next()?;
    let privileges = row.next()?;
    let environment = row.next()?;
    let commands = row.next()?;
    let mut facts = ImageFacts {
        family,
        variant: variant_of(tag),
        foundation: foundation_of(ground, repository, tag),
        default_user: account(user),
        drops_privileges: privileges == "drops",
        needs_root: privileges == "root",
        users,
        workdir,
        entrypoint,
        command,
        environment,
        commands,
        ..ImageFacts::NOTHING
    };
    before_its_time(repository, tag, &mut facts);
    add_system(&mut facts);
    if family == Family::Distroless {
        facts.shell = if commands.contains("busybox") {
            Shell::Sh
        } else {
            Shell::None
        };
    }
    Some(facts)
}

/// Takes back what the image did not have yet when this tag was last maintained.
fn before_its_time(repository: &str, tag: &str, facts: &mut ImageFacts) {
    const USER: Date = day(2016, 11, 1);
    const ENTRYPOINT: Date = day(2019, 6, 28);
    if repository != "node" {
        return;
    }
    let Some(last) = tags::tag(repository, tag).and_then(|record| record.last_maintained) else {
        return;
    };
    if last < USER {
        facts.users = "-";
    }
    if last < ENTRYPOINT {
        facts.entrypoint = "-";
    }
}

const fn day(year: u16, month: u8, day: u8) -> Date {
    Date { year, month, day }
}

fn foundation_of(ground: &'static str, repository: &str, tag: &str) -> Option<Foundation> {
    if ground == "=" {
        return tags::tag(repository, tag)
            .and_then(|record| record.foundation)
            .or_else(|| from_tag_words(tag));
    }
    if let Some(fallback) = ground.strip_prefix('=') {
        let fallback = Foundation::parse(fallback);
        return match from_tag_words(tag).or_else(|| from_tag_words(repository)) {
            Some(read) => Some(Foundation {
                layer: match fallback {
                    Some(known) if read.distribution == known.distribution => known.layer,
                    _ => read.layer,
                },
                ..read
            }),
            None => fallback,
        };
    }
    let known = Foundation::parse(ground)?;
    let release = match known.release {
        Some("@") => digits(repository.rsplit_once("/ubi").map_or("", |(_, rest)| rest))
            .or_else(|| digits(repository.split_once("/ubi").map_or("", |(_, rest)| rest))),
        Some("#") => {
            digits(tag).or_else(|| digits(tag.trim_start_matches(|c: char| !c.is_ascii_digit())))
        }
        release => release,
    };
    Some(Foundation { release, ..known })
}

/// Release numbers as static text, so that facts stay plain data.
fn digits(text: &str) -> Option<&'static str> {
    const NUMBERS: &[&str] = &[
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "2023", "2018", "2017",
        "2016", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33",
        "34", "35", "36", "37", "38", "39", "40", "41", "42", "43", "44", "45",
    ];
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    NUMBERS
        .iter()
        .find(|number| **number == &text[..end])
        .copied()
}

/// The release that a tag's words tell: `3.11-bookworm`, `8.0-jammy`, `alpine3.20`.
fn from_tag_words(tag: &str) -> Option<Foundation> {
    const WORDS: &[(&str, &str)] = &[
        ("jessie", "debian:jessie/?"),
        ("stretch", "debian:stretch/?"),
        ("buster", "debian:buster/?"),
        ("bullseye", "debian:bullseye/?"),
        ("bookworm", "debian:bookworm/?"),
        ("trixie", "debian:trixie/?"),
        ("debian10", "debian:buster/?"),
        ("debian11", "debian:bullseye/?"),
        ("debian12", "debian:bookworm/?"),
        ("debian13", "debian:trixie/?"),
        ("xenial", "ubuntu:xenial/plain"),
        ("bionic", "ubuntu:bionic/plain"),
        ("focal", "ubuntu:focal/plain"),
        ("jammy", "ubuntu:jammy/plain"),
        ("noble", "ubuntu:noble/plain"),
        ("resolute", "ubuntu:resolute/plain"),
        ("ubuntu16.04", "ubuntu:xenial/plain"),
        ("ubuntu18.04", "ubuntu:bionic/plain"),
        ("ubuntu20.04", "ubuntu:focal/plain"),
        ("ubuntu22.04", "ubuntu:jammy/plain"),
        ("ubuntu24.04", "ubuntu:noble/plain"),
        ("ubuntu26.04", "ubuntu:resolute/plain"),
        ("ubuntu", "ubuntu:?/plain"),
        ("debian", "debian:?/?"),
        ("cbl", "azurelinux:?/plain"),
        ("azurelinux3.0", "azurelinux:3/plain"),
        ("azurelinux", "azurelinux:?/plain"),
        ("nanoserver", "windows:?/nanoserver"),
        ("windowsservercore", "windows:?/servercore"),
    ];
    const ALPINES: &[&str] = &[
        "alpine:3.8",
        "alpine:3.9",
        "alpine:3.10",
        "alpine:3.11",
        "alpine:3.12",
        "alpine:3.13",
        "alpine:3.14",
        "alpine:3.15",
        "alpine:3.16",
        "alpine:3.17",
        "alpine:3.18",
        "alpine:3.19",
        "alpine:3.20",
        "alpine:3.21",
        "alpine:3.22",
        "alpine:3.23",
        "alpine:3.24",
    ];
    let mut words = tag.split(['-', '_', '/']);
    words.find_map(|word| {
        if let Some(version) = word.strip_prefix("alpine") {
            let known = ALPINES
                .iter()
                .find(|name| name.strip_prefix("alpine:") == Some(version));
            return Foundation::parse(known.unwrap_or(&"alpine:?"));
        }
        let (_, text) = WORDS.iter().find(|(name, _)| *name == word)?;
        Foundation::parse(text)
    })
}

/// The form that a tag names. A tag that is itself a form (`slim`) is one, too.
pub fn variant_of(tag: &str) -> Variant {
    for word in tag.split('-') {
        if word == "slim" {
            return Variant::Slim;
        }
        if word.starts_with("alpine") {
            return Variant::Alpine;
        }
        if word.starts_with("windowsservercore") || word.starts_with("nanoserver") {
            return Variant::Windows;
        }
        match word {
            "onbuild" => return Variant::Onbuild,
            "distroless" | "chiseled" => return Variant::Distroless,
            "minimal" => return Variant::Minimal,
            "micro" => return Variant::Micro,
            _ => {}
        }
    }
    Variant::Default
}

fn account(text: &'static str) -> Account {
    if text == "root" || text == "ContainerAdministrator" {
        return Account::Root;
    }
    let (name, uid) = text.split_once('/').unwrap_or((text, ""));
    if name == "?" {
        return Account::Unknown;
    }
    Account::Other {
        name,
        uid: uid.parse().ok(),
    }
}

fn family_of(word: &str) -> Family {
    match word {
        "python" => Family::Python,
        "pypy" => Family::Pypy,
        "conda" => Family::Conda,
        "node" => Family::Node,
        "ruby" => Family::Ruby,
        "jruby" => Family::Jruby,
        "golang" => Family::Golang,
        "rust" => Family::Rust,
        "java" => Family::Java,
        "php" => Family::Php,
        "perl" => Family::Perl,
        "haskell" => Family::Haskell,
        "julia" => Family::Julia,
        "swift" => Family::Swift,
        "erlang" => Family::Erlang,
        "elixir" => Family::Elixir,
        "dart" => Family::Dart,
        "gcc" => Family::Gcc,
        "dotnet" => Family::DotNet,
        "r" => Family::R,
        "cuda" => Family::Cuda,
        "system" => Family::System,
        "distroless" => Family::Distroless,
        "scratch" => Family::Scratch,
        "service" => Family::Service,
        _ => Family::Other,
    }
}

/// Matches a pattern where `*` stands for any text and `?` for one character.
fn glob(pattern: &str, text: &str) -> bool {
    fn matches(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|skip| matches(rest, &text[skip..])),
            Some((b'?', rest)) => !text.is_empty() && matches(rest, &text[1..]),
            Some((byte, rest)) => text.first() == Some(byte) && matches(rest, &text[1..]),
        }
    }
    matches(pattern.as_bytes(), text.as_bytes())
}
