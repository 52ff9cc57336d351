//! Image references in parts, and the global `ARG`s that decide them.

use dfix_syntax::ast::{self, AstNode, HasPairs, Instruction};
use dfix_syntax::{TextRange, TextSize};

use crate::collect::expand::{Lookup, Origin, Piece, expand, text_of};

/// What a piece that only the build can tell stands as while a reference is cut into parts.
const HOLE: char = '\u{1}';

/// An image reference: as written, and as it is once the defaults of global `ARG`s are put in.
#[derive(Debug, Clone)]
pub struct ImageRef {
    /// The reference in the file.
    pub range: TextRange,
    /// The whole reference, piece by piece.
    pub pieces: Vec<Piece>,
    /// Host and port.
    pub registry: Option<Part>,
    /// Path without the registry.
    pub repository: Option<Part>,
    /// Tag without its colon.
    pub tag: Option<Part>,
    /// Digest without its at sign.
    pub digest: Option<Part>,
    text: Option<String>,
    name: Option<String>,
}

/// A part of an image reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The text; `None` where only the build can tell.
    pub text: Option<String>,
    /// Who decides it.
    pub origin: Origin,
    /// The bytes of the file that spell this part and nothing else: in the `FROM`, or in the default
    /// of an `ARG`. `None` where several places spell it together.
    pub place: Option<TextRange>,
    /// What spells it, piece by piece, cut to this part.
    pub pieces: Vec<Piece>,
}

impl ImageRef {
    pub(crate) fn new(range: TextRange, pieces: Vec<Piece>) -> Self {
        let whole: String = pieces
            .iter()
            .map(|p| p.text.clone().unwrap_or_else(|| HOLE.to_string()))
            .collect();
        let (rest, digest) = split_at(&whole, whole.find('@'));
        let slash = rest.rfind('/').map_or(0, |i| i + 1);
        let (path, tag) = split_at(rest, rest[slash..].find(':').map(|i| i + slash));
        let registry = path.find('/').filter(|&i| is_registry(&path[..i]));
        let (registry, repository) = match registry {
            Some(i) => (Some(0..i), i + 1..path.len()),
            None => (None, 0..path.len()),
        };
        let part = |range: std::ops::Range<usize>| Part::cut(&pieces, range);
        let tag = tag.map(|start| part(start..rest.len()));
        let digest = digest.map(|start| part(start..whole.len()));
        // A lone variable may hold a tag or a digest too: then nothing is known of any part.
        let (registry, repository) = (registry.map(part), part(repository));
        let name = match (&registry, &repository) {
            (
                None,
                Part {
                    text: Some(text), ..
                },
            ) => Some(normal_name(None, text)),
            (
                Some(Part {
                    text: Some(host), ..
                }),
                Part {
                    text: Some(text), ..
                },
            ) => Some(normal_name(Some(host), text)),
            _ => None,
        };
        ImageRef {
            range,
            registry,
            repository: (!path.is_empty()).then_some(repository),
            tag,
            digest,
            text: text_of(&pieces),
            name: name.filter(|n| !n.is_empty()),
            pieces,
        }
    }

    /// The whole reference with the defaults of global `ARG`s put in, if all of it is known.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Whether the reference itself spells all of it: no variable has a part in it.
    pub fn is_written(&self) -> bool {
        self.pieces.iter().all(|it| it.origin == Origin::Literal)
    }

    /// Whether the reference itself spells its name, whatever decides the tag or the digest.
    pub fn has_written_name(&self) -> bool {
        let mut parts = self.registry.iter().chain(&self.repository);
        self.name.is_some() && parts.all(|it| it.origin == Origin::Literal)
    }

    /// The whole reference as it is where nothing is given for what only the build can tell.
    pub fn text_by_default(&self) -> String {
        let texts = self.pieces.iter().filter_map(|it| it.text.as_deref());
        texts.collect()
    }

    /// Whether the builder refuses the reference where nothing is given for what only the build can tell: a part of it is
    /// empty, or its path has capitals (distribution/reference, `ParseNormalizedNamed`).
    pub fn fails_by_default(&self) -> bool {
        let piece = Piece {
            text: Some(self.text_by_default()),
            place: None,
            origin: Origin::Literal,
        };
        let image = ImageRef::new(self.range, vec![piece]);
        let text =
            |part: &Option<Part>| part.as_ref().map(|it| it.text.clone().unwrap_or_default());
        let is_part = |part: &str| {
            let ends = [part.bytes().next(), part.bytes().next_back()];
            let is_end =
                |it: Option<u8>| it.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            let is_inner =
                |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
            ends.into_iter().all(is_end) && part.bytes().all(is_inner)
        };
        let is_tag = |tag: &str| {
            let first = tag.bytes().next();
            let is_one = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b"-.".contains(&b);
            first.is_some_and(|b| !b"-.".contains(&b)) && tag.bytes().all(is_one)
        };
        let path = text(&image.repository).unwrap_or_default();
        let is_taken = path.split('/').all(is_part)
            && text(&image.tag).is_none_or(|it| is_tag(&it))
            && text(&image.digest).is_none_or(|it| !it.is_empty());
        !is_taken
    }

    /// The reference without its tag and its digest, as it is written, if that is known.
    pub fn text_without_tag(&self) -> Option<&str> {
        let text = self.text()?;
        let text = text.split_once('@').map_or(text, |(text, _)| text);
        let written = self.tag_text().and_then(|tag| text.strip_suffix(tag));
        Some(written.map_or(text, |rest| rest.trim_end_matches(':')))
    }

    /// The repository under its shortest name, if known: `python` for `docker.io/library/python` and
    /// for the mirrors of the official images, `quay.io/x/y` for others.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether it is the same image as this one, elsewhere: a registry's mirror of it, or one of a registry that only the
    /// build is told. A version of which only the build is told is one like the other, where the file says the rest of
    /// the tag.
    pub(crate) fn is_likely(&self, other: &ImageRef) -> bool {
        let (own, others) = (self.with_holes(), other.with_holes());
        if own == others {
            return true;
        }
        let cut = |text: &str| {
            let text = text.split_once('@').map_or(text, |(text, _)| text);
            let slash = text.rfind('/').map_or(0, |at| at + 1);
            (text[..slash].to_owned(), text[slash..].to_owned())
        };
        let ((from, own), (_, others)) = (cut(&own), cut(&others));
        let is_mirror = from.contains(HOLE) || self.registry.is_some() || from.is_empty();
        is_mirror && (own == others || is_version_of(&own, &others))
    }

    fn with_holes(&self) -> String {
        let pieces = self.pieces.iter();
        let texts = pieces.map(|it| it.text.clone().unwrap_or_else(|| HOLE.to_string()));
        texts.collect()
    }

    /// The tag, if there is one and it is known.
    pub fn tag_text(&self) -> Option<&str> {
        self.tag.as_ref()?.text.as_deref()
    }

    /// The tag that the builder takes: `latest` where there is neither tag nor digest; `None` where it
    /// is not known.
    pub fn effective_tag(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => tag.text.as_deref(),
            (None, Some(_)) => None,
            (None, None) => self.text().map(|_| "latest"),
        }
    }

    /// Whether a digest pins the bytes.
    pub fn is_pinned(&self) -> bool {
        self.digest.is_some()
    }

    /// The index of the one global `ARG` whose default decides the whole reference (`FROM $BASE`).
    pub fn decided_by(&self) -> Option<usize> {
        let mut origins = self.pieces.iter().map(|p| p.origin);
        match origins.next() {
            Some(Origin::ArgDefault(index)) if origins.all(|o| o == Origin::ArgDefault(index)) => {
                Some(index)
            }
            _ => None,
        }
    }
}

fn split_at(text: &str, at: Option<usize>) -> (&str, Option<usize>) {
    match at {
        Some(i) => (&text[..i], Some(i + 1)),
        None => (text, None),
    }
}

/// Whether a name with a tag, in which a version is left open, stands for that one: `python:…-slim`, `python:3.11-slim`.
fn is_version_of(open: &str, name: &str) -> bool {
    let Some((before, after)) = open.split_once(HOLE) else {
        return false;
    };
    let version = name.strip_prefix(before);
    let version = version.and_then(|it| it.strip_suffix(after));
    before.contains(':')
        && after.starts_with('-')
        && version.is_some_and(|it| it.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

fn is_registry(first: &str) -> bool {
    dfix_catalogue::is_registry_host(first) || first.contains(HOLE)
}

/// The shortest name of a repository.
fn normal_name(host: Option<&str>, path: &str) -> String {
    match host {
        Some(host) => dfix_catalogue::normalise(&format!("{host}/{path}")).into_owned(),
        None => dfix_catalogue::normalise(path).into_owned(),
    }
}

impl Part {
    fn cut(pieces: &[Piece], range: std::ops::Range<usize>) -> Part {
        let mut cut = Vec::new();
        let mut position = 0;
        for piece in pieces {
            let len = piece.text.as_ref().map_or(HOLE.len_utf8(), String::len);
            let (start, end) = (position, position + len);
            position = end;
            let (from, to) = (start.max(range.start), end.min(range.end));
            if from >= to {
                continue;
            }
            cut.push(Piece {
                text: piece
                    .text
                    .as_ref()
                    .map(|t| t[from - start..to - start].to_owned()),
                place: piece
                    .place
                    .filter(|p| piece.text.is_some() && usize::from(p.len()) == len)
                    .map(|p| {
                        let at = |i: usize| {
                            p.start()
                                + TextSize::try_from(i - start).expect("files are below 4 GiB")
                        };
                        TextRange::new(at(from), at(to))
                    })
                    .or(piece.place.filter(|_| piece.text.is_none())),
                origin: piece.origin,
            });
        }
        let origin = match cut.as_slice() {
            [] => Origin::Literal,
            [first, rest @ ..] if rest.iter().all(|p| p.origin == first.origin) => first.origin,
            many if many.iter().any(|p| p.origin == Origin::Unknown) => Origin::Unknown,
            _ => Origin::Mixed,
        };
        Part {
            text: text_of(&cut).or_else(|| cut.is_empty().then(String::new)),
            origin,
            place: match cut.as_slice() {
                [one] if one.text.is_some() => one.place,
                _ => None,
            },
            pieces: cut,
        }
    }
}

/// A global `ARG`'s data.
#[derive(Debug)]
pub(crate) struct GlobalArgData {
    pub(crate) name: Box<str>,
    pub(crate) step: usize,
    pub(crate) range: TextRange,
    pub(crate) value_range: Option<TextRange>,
    /// What its default stands for; `None`: there is no default.
    pub(crate) pieces: Option<Vec<Piece>>,
}

/// Whose platform a variable tells that the builder sets by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlatformArg {
    /// That for which it builds.
    Target,
    /// Its own.
    Builder,
}

/// Of the names that the builder sets by itself once they are declared, whose platform they tell.
pub(crate) fn platform_arg(name: &str) -> Option<PlatformArg> {
    let of = |prefix, arg| Some((name.strip_prefix(prefix)?, arg));
    let (rest, arg) =
        of("TARGET", PlatformArg::Target).or_else(|| of("BUILD", PlatformArg::Builder))?;
    matches!(rest, "PLATFORM" | "OS" | "ARCH" | "VARIANT" | "OSVERSION").then_some(arg)
}

/// What the global `ARG`s known so far say of a name.
fn lookup(global: &[GlobalArgData], name: &str) -> Lookup {
    let mut named = global
        .iter()
        .rev()
        .filter(|arg| &*arg.name == name)
        .peekable();
    if named.peek().is_none() {
        // Only the names of platforms are set without an `ARG`.
        return if platform_arg(name).is_some() || name == "TARGETSTAGE" {
            Lookup::Unknown
        } else {
            Lookup::Open
        };
    }
    match named.find_map(|arg| arg.pieces.as_ref()) {
        Some(pieces) => Lookup::Set(pieces.clone()),
        None => Lookup::Open,
    }
}

/// Takes in a global `ARG` instruction.
pub(crate) fn add_global(global: &mut Vec<GlobalArgData>, instruction: &Instruction, step: usize) {
    let Instruction::Arg(arg) = instruction else {
        return;
    };
    for pair in arg.pairs() {
        let Some(name) = pair.key().and_then(|k| k.value().into_known()) else {
            continue;
        };
        let index = global.len();
        let value = pair.value();
        let pieces = if pair.has_value() {
            Some(value.as_ref().map_or_else(Vec::new, |value| {
                expand(
                    value.syntax(),
                    TextSize::new(0),
                    Origin::ArgDefault(index),
                    &mut |name| lookup(global, name),
                )
            }))
        } else {
            None
        };
        global.push(GlobalArgData {
            name: name.into(),
            step,
            range: pair.syntax().text_range(),
            value_range: value.map(|v| v.syntax().text_range()),
            pieces,
        });
    }
}

/// The reference of a `FROM`.
pub(crate) fn of_from(global: &[GlobalArgData], from: &ast::From) -> ImageRef {
    match from.image() {
        Some(image) => ImageRef::new(
            image.syntax().text_range(),
            expand(
                image.syntax(),
                TextSize::new(0),
                Origin::Literal,
                &mut |name| lookup(global, name),
            ),
        ),
        None => {
            let end = from.syntax().text_range().end();
            ImageRef::new(TextRange::empty(end), Vec::new())
        }
    }
}

/// The reference of a `FROM` where the build gives these values to its arguments, `None` for what is not known. `args` are
/// the global `ARG`s' instructions, in order.
pub(crate) fn of_from_with<'i>(
    args: impl Iterator<Item = (usize, &'i Instruction)>,
    from: &ast::From,
    values: &[(&str, Option<&str>)],
) -> ImageRef {
    let mut global: Vec<GlobalArgData> = Vec::new();
    for (step, instruction) in args {
        let known = global.len();
        add_global(&mut global, instruction, step);
        for arg in &mut global[known..] {
            let given = values.iter().rev().find(|(name, _)| *name == &*arg.name);
            if let Some((_, value)) = given {
                let piece = Piece {
                    text: value.map(str::to_owned),
                    place: None,
                    origin: Origin::Unknown,
                };
                arg.pieces = Some(vec![piece]);
            }
        }
    }
    of_from(&global, from)
}

/// What `--platform` of a `FROM` stands for, if known.
pub(crate) fn platform(global: &[GlobalArgData], from: &ast::From) -> Option<String> {
    let flag = Instruction::From(from.clone())
        .flags()
        .find(|f| f.name().as_deref() == Some("platform"))?;
    let value = flag.value()?;
    text_of(&expand(
        value.syntax(),
        TextSize::new(0),
        Origin::Literal,
        &mut |name| lookup(global, name),
    ))
}
