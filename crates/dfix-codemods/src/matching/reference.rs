//! An image reference of the file, in parts that patterns are matched with.

use dfix_catalogue::{is_docker_hub, is_registry_host};
use dfix_model::{ImagePlace, ImagePosition, Part, Segment, SegmentKind, Step};
use dfix_syntax::{TextRange, TextSize};

use crate::flat;
use crate::matching::state::Text;

/// A part of a reference: as it is written, and as it is once the defaults of `ARG`s are put in.
#[derive(Debug, Clone)]
pub(crate) struct Spelled<'m> {
    pub(crate) written: Text<'m>,
    pub(crate) resolved: Option<Text<'m>>,
}

/// An image reference.
#[derive(Debug, Clone)]
pub(crate) struct Reference<'m> {
    pub(crate) position: ImagePosition<'m>,
    /// All of it.
    pub(crate) whole: String,
    /// The registry where it is not Docker Hub.
    pub(crate) registry: Option<Text<'m>>,
    /// Whether the registry is written, be it Docker Hub's.
    pub(crate) has_registry: bool,
    /// What says that it is one of Docker Hub: `docker.io`, `library`.
    pub(crate) hub: Vec<Text<'m>>,
    /// The path's components without the registry; of an official image the name alone.
    pub(crate) path: Vec<Text<'m>>,
    /// Registry and path together.
    pub(crate) name: Spelled<'m>,
    pub(crate) tag: Option<Spelled<'m>>,
    pub(crate) digest: Option<Spelled<'m>>,
}

impl<'m> Reference<'m> {
    /// `None` where nothing is known of it.
    ///
    /// A name that a variable completes to that of a stage (`FROM base-${TARGETARCH}`) is no image.
    pub(crate) fn of(position: ImagePosition<'m>) -> Option<Self> {
        let image = &position.image;
        if may_be_stage(&position) {
            return None;
        }
        let [registry, repository, tag, digest] = &position.written;
        let file = position.step().map_or("", |it| it.file().text());
        let of_part = |part: &Part| of_part(part, file);
        let resolved_name = joined(
            image.registry.as_ref().map(of_part),
            image.repository.as_ref().map(of_part)?,
        );
        // A variable that spells the tag, too, is more than the name.
        let spells_all =
            (image.tag.is_some() && tag.is_none()) || (image.digest.is_some() && digest.is_none());
        let written_name = repository
            .clone()
            .filter(|_| !spells_all)
            .map(|repository| joined(registry.clone(), repository))
            .filter(|written| !says_less(written, &resolved_name));
        let spelled = |written: Option<Vec<Segment>>, resolved: Vec<Segment>| {
            let is_known = !resolved.iter().any(is_open);
            let is_lost = |it: &Segment| is_open(it) && it.text.is_empty();
            // What is not written here is what the default has, its variables included.
            let mut written = match written {
                Some(written) => Text::of_segments(written),
                None if resolved.iter().any(is_lost) => return None,
                None => Text::of_segments(resolved.clone()),
            };
            let resolved = is_known.then(|| Text::of_segments(resolved));
            if let Some(known) = &resolved {
                written = written.known_as(known);
            }
            Some(Spelled { written, resolved })
        };
        let name = spelled(written_name, resolved_name)?;
        let part = |part: &Option<Part>, written: &Option<Vec<Segment>>| match part {
            Some(part) => spelled(written.clone(), of_part(part)).map(Some),
            None => Some(None),
        };
        let (tag, digest) = (part(&image.tag, tag)?, part(&image.digest, digest)?);
        let mut path = components(&name);
        let has_registry = path.len() > 1 && is_registry(&path[0], image.registry.is_some());
        let registry = has_registry.then(|| path.remove(0));
        let (hub, registry) = match registry {
            Some(it) if is_docker_hub(it.known()) => (Some(it), None),
            registry => (None, registry),
        };
        let mut hub: Vec<Text<'m>> = hub.into_iter().collect();
        if registry.is_none() && path.len() == 2 && path[0].known() == "library" {
            hub.push(path.remove(0));
        }
        let mut whole = flat::shown(name.written.flat());
        for (mark, part) in [(':', &tag), ('@', &digest)] {
            if let Some(part) = part {
                whole.push(mark);
                whole.push_str(&flat::shown(part.written.flat()));
            }
        }
        Some(Reference {
            position,
            whole,
            registry,
            has_registry,
            hub,
            path,
            name,
            tag,
            digest,
        })
    }

    /// What only the build is told and stands where a registry does: it may be a folder of Docker Hub as well.
    pub(crate) fn registry_that_may_be_a_folder(&self) -> Option<&Text<'m>> {
        let registry = self.registry.as_ref()?;
        let is_unknown = registry.resolved.is_none() && flat::has_expansion(registry.flat());
        let said = flat::without_expansions(registry.flat());
        (is_unknown && !said.contains(['.', ':'])).then_some(registry)
    }

    /// Where it stands: in the instruction or the comment that names it.
    pub(crate) fn range(&self) -> TextRange {
        self.position.image.range
    }

    pub(crate) fn step(&self) -> Option<Step<'m>> {
        self.position.step()
    }

    /// The instruction, or the comment, that names it.
    pub(crate) fn holder(&self) -> TextRange {
        match self.position.place {
            ImagePlace::Syntax(range) => range,
            _ => self.step().map_or(self.range(), Step::range),
        }
    }
}

/// Whether a variable may complete the name to that of a stage above.
fn may_be_stage(position: &ImagePosition<'_>) -> bool {
    let pieces = &position.image.pieces;
    let is_open = pieces.iter().any(|it| it.text.is_none());
    let texts = pieces.iter().filter_map(|it| it.text.as_deref());
    if !is_open
        || texts.clone().all(str::is_empty)
        || texts.clone().any(|it| it.contains(['/', ':']))
    {
        return false;
    }
    let Some(step) = position.step() else {
        return false;
    };
    let fits = |name: &str| {
        let texts: Vec<Option<String>> = pieces
            .iter()
            .map(|it| it.text.as_deref().map(str::to_ascii_lowercase))
            .collect();
        fit(&texts, name)
    };
    let stages = step.file().stages();
    let mut above = stages.filter(|it| it.from_step().index() < step.index());
    above.any(|it| {
        it.name()
            .is_some_and(|name| fits(&name.to_ascii_lowercase()))
    })
}

/// Whether pieces, those without a text being anything, may spell a name.
fn fit(pieces: &[Option<String>], name: &str) -> bool {
    match pieces.split_first() {
        None => name.is_empty(),
        Some((Some(text), rest)) => name
            .strip_prefix(text.as_str())
            .is_some_and(|name| fit(rest, name)),
        Some((None, rest)) => {
            let ends = name.char_indices().map(|it| it.0).chain([name.len()]);
            ends.into_iter().any(|at| fit(rest, &name[at..]))
        }
    }
}

fn is_registry(first: &Text<'_>, is_told: bool) -> bool {
    let text = first.known();
    // A variable that nobody knows, before a path, is one.
    is_told || is_registry_host(text) || text.contains(flat::OPEN)
}

fn is_open(segment: &Segment) -> bool {
    segment.kind == SegmentKind::Expansion
}

/// Whether a name begins with a variable, and what its default says of it is not all of it: `k8s.gcr.io/pause-${ARCH}`. As it
/// is written nothing is known of where it is taken from.
fn says_less(written: &[Segment], resolved: &[Segment]) -> bool {
    written.first().is_some_and(is_open)
        && resolved.first().is_some_and(|it| !is_open(it))
        && resolved.iter().any(is_open)
}

/// A variable in the file's text, as it is written in a flat text.
fn variable_at(file: &str, place: Option<TextRange>) -> String {
    let source = place.map_or("", |it| &file[it]);
    match source.strip_prefix('$') {
        Some(name) if !name.starts_with('{') => format!("${{{name}}}"),
        _ => source.to_owned(),
    }
}

/// The pieces of a part, the defaults of `ARG`s put in.
fn of_part(part: &Part, file: &str) -> Vec<Segment> {
    let pieces = part.pieces.iter().map(|piece| Segment {
        text: match &piece.text {
            Some(text) => text.clone(),
            None => variable_at(file, piece.place),
        },
        range: piece.place.unwrap_or_default(),
        kind: match (&piece.text, piece.place) {
            (None, _) => SegmentKind::Expansion,
            (Some(text), Some(place)) if TextSize::of(text.as_str()) == place.len() => {
                SegmentKind::Literal
            }
            (Some(_), _) => SegmentKind::Escaped,
        },
    });
    pieces.collect()
}

/// Registry and repository with the slash between them.
fn joined(registry: Option<Vec<Segment>>, repository: Vec<Segment>) -> Vec<Segment> {
    let Some(mut all) = registry else {
        return repository;
    };
    let slash = match (all.last(), repository.first()) {
        (Some(before), Some(after)) => {
            let (start, end) = (before.range.end(), after.range.start());
            let is_there = start + TextSize::new(1) == end;
            is_there.then(|| TextRange::new(start, end))
        }
        _ => None,
    };
    all.push(Segment {
        text: "/".to_owned(),
        range: slash.unwrap_or_default(),
        kind: match slash {
            Some(_) => SegmentKind::Literal,
            None => SegmentKind::Escaped,
        },
    });
    all.extend(repository);
    all
}

/// The pieces between slashes.
pub(crate) fn at_slashes(flat: &str) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for (at, _) in flat
        .match_indices('/')
        .filter(|(at, _)| flat::is_border(flat, *at))
    {
        ranges.push(start..at);
        start = at + 1;
    }
    ranges.push(start..flat.len());
    ranges
}

/// The components of a name, each with what it is known to be; as it is known where it is written in other components.
fn components<'m>(name: &Spelled<'m>) -> Vec<Text<'m>> {
    let written = at_slashes(name.written.flat());
    let Some(resolved) = &name.resolved else {
        return written
            .into_iter()
            .map(|it| name.written.slice(it))
            .collect();
    };
    let parts = at_slashes(resolved.flat());
    if parts.len() != written.len() {
        return parts.into_iter().map(|it| resolved.slice(it)).collect();
    }
    let both = written.into_iter().zip(parts);
    both.map(|(written, part)| {
        let mut text = name.written.slice(written);
        let known = &resolved.flat()[part];
        text.resolved = (known != text.flat()).then(|| known.into());
        text
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn pieces_fit_by_any_way() {
        let pieces = |all: &[&str]| -> Vec<Option<String>> {
            all.iter()
                .map(|it| (*it != "*").then(|| (*it).to_owned()))
                .collect()
        };
        assert!(fit(&pieces(&["base-", "*", "-a"]), "base-a-a"));
        assert!(fit(&pieces(&["*", "a"]), "aba"));
        assert!(!fit(&pieces(&["base-", "*", "-b"]), "base-a-a"));
    }
}
