//! Reads the rows of `data/images.tsv` and what a tag's own words tell.

use super::date::Date;
use super::foundation::Foundation;
use super::image::{Account, Family, ImageFacts, Shell, Variant};
use super::releases::from_tag_words;
use super::system::add_system;
use super::table::{Row, Table, table};
use super::tags;

const IMAGES: Table = table!("images.tsv");

/// What is known of `repository:tag`. `repository` is normalised (see [`super::normalise`]),
/// `tag` is `latest` when the file names none.
///
/// Another registry's copy of an official image is not the official image: its family is
/// [`Family::Unknown`].
pub fn image(repository: &str, tag: &str) -> ImageFacts {
    let plain = without_architecture(repository);
    match row_of(plain, tag) {
        Some(row) => from_row(plain, tag, row),
        None => unlisted(plain, tag),
    }
}

/// The row of a repository and tag: the repository's own, else that of the deepest folder it lies in.
fn row_of(repository: &str, tag: &str) -> Option<Row> {
    let own = IMAGES
        .rows(repository)
        .find(|row| row.column(1).is_empty() && glob(row.column(2), tag));
    let folders = repository.rmatch_indices('/').map(|(at, _)| at + 1);
    own.or_else(|| {
        folders
            .map(|end| repository.split_at(end))
            .find_map(|(folder, rest)| {
                IMAGES
                    .rows(folder)
                    .find(|row| glob(row.column(1), rest) && glob(row.column(2), tag))
            })
    })
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

/// An official image without a row of its own: only what it is based on is known.
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

fn from_row(repository: &str, tag: &str, row: Row) -> ImageFacts {
    let columns: [&'static str; 13] = row.columns();
    let [
        _,
        _,
        _,
        family,
        ground,
        user,
        users,
        workdir,
        entrypoint,
        ..,
    ] = columns;
    let [.., command, privileges, environment, commands] = columns;
    let family = family_of(family);
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
    facts
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
        facts.users = "";
    }
    if last < ENTRYPOINT {
        facts.entrypoint = "";
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
    // What another image of the same tag is based on.
    if let Some(other) = ground.strip_prefix("as:") {
        return tags::tag(other, tag)?.foundation;
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
            None => {
                let listed = super::versions::listed_foundation(repository, tag);
                let layer = fallback.map(|it| it.layer);
                listed
                    .zip(layer)
                    .map(|(it, layer)| Foundation { layer, ..it })
                    .or(fallback)
            }
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
    if matches!(name, "?" | "") {
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
pub(super) fn glob(pattern: &str, text: &str) -> bool {
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
