//! Which bytes of the file put a stage on the slim form of its image, and which stages go with it.

use dfix_engine::{Effect, OpenCondition, Remedy, remedy};
use dfix_model::{Base, GlobalArg, ImageRef, Model, Origin, Piece, Stage};
use dfix_syntax::TextRange;

use super::form::SlimForm;

/// A change of one reference.
pub(super) struct Target<'m> {
    /// What goes.
    pub(super) place: TextRange,
    /// What comes.
    pub(super) source: String,
    /// The stages whose `FROM` it changes, and every stage that is based on one of them.
    pub(super) stages: Vec<Stage<'m>>,
    /// What is declared for it.
    pub(super) effects: Vec<Effect>,
    /// What could not be established.
    pub(super) open: Option<OpenCondition>,
}

impl<'m> Target<'m> {
    /// The change that makes the slim tag of the tag of the image that `root` is based on.
    pub(super) fn of(
        file: &'m Model<'m>,
        root: Stage<'m>,
        form: &SlimForm,
    ) -> Result<Self, Remedy> {
        let image = root.image();
        let slim = form.slim();
        let spelled = spelled(image, slim).ok_or_else(|| {
            remedy!(
                "several variables spell the tag `{}` together: write the slim form `{slim}` by hand",
                image.tag_text().unwrap_or_default(),
            )
        })?;
        let mut roots = vec![root];
        let mut effects = Vec::new();
        if let Origin::ArgDefault(index) = spelled.origin {
            let arg = file.global_args().nth(index).ok_or_else(|| {
                remedy!("the variable's default is not clear: write the slim form by hand")
            })?;
            if holds_version(arg, image) || !decides_nothing_else(arg, spelled.place) {
                return Target::of_this_from(file, root, form);
            }
            roots = arg.stages_on_it().collect();
            effects.push(Effect::GlobalArg {
                name: arg.name().to_owned(),
            });
        }
        effects.extend(roots.iter().map(|stage| base_image_of(*stage)));
        Ok(Target {
            place: spelled.place,
            source: spelled.source,
            stages: based_on(file, &roots),
            effects,
            open: None,
        })
    }

    /// The change for one `FROM` alone: it is extended, and the default of its variable stays.
    pub(super) fn of_this_from(
        file: &'m Model<'m>,
        root: Stage<'m>,
        form: &SlimForm,
    ) -> Result<Self, Remedy> {
        let image = root.image();
        let arg = match image.tag.as_ref().map(|tag| tag.origin) {
            Some(Origin::ArgDefault(index)) => file.global_args().nth(index),
            _ => None,
        };
        let (Some(arg), Some((place, source))) = (arg, extended(image, form.slim())) else {
            return Err(remedy!(
                "others use the same variable: give this `FROM` one of its own, whose default is the slim form"
            ));
        };
        let open = (!holds_version(arg, image)).then(|| {
            OpenCondition::new(
                format!(
                    "whether a build sets `{}` to a tag that has no such slim form",
                    arg.name()
                ),
                "look at the build arguments that your builds pass",
            )
        });
        Ok(Target {
            place,
            source,
            stages: based_on(file, &[root]),
            effects: vec![base_image_of(root)],
            open,
        })
    }
}

/// Whether an `ARG` holds a version: the tag's number and no more, under a name that speaks of no tag or image.
fn holds_version(arg: GlobalArg<'_>, image: &ImageRef) -> bool {
    let is_number = image.tag_text().is_some_and(|tag| {
        tag.starts_with(|c: char| c.is_ascii_digit())
            && tag.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    });
    let name = arg.name().to_ascii_uppercase();
    let names_tag = ["TAG", "IMAGE", "VARIANT", "FLAVOR", "FLAVOUR"]
        .iter()
        .any(|word| name.contains(word));
    let is_all = image.decided_by() == Some(arg.index());
    is_number && !names_tag && !is_all
}

fn base_image_of(stage: Stage<'_>) -> Effect {
    Effect::BaseImage {
        stage: stage.index(),
    }
}

fn based_on<'m>(file: &'m Model<'m>, roots: &[Stage<'m>]) -> Vec<Stage<'m>> {
    file.stages()
        .filter(|stage| roots.contains(&stage.base_stage()))
        .collect()
}

struct Spelled {
    place: TextRange,
    source: String,
    origin: Origin,
}

/// The one place that spells the tag (or, where there is none, the name), and what to write there.
fn spelled(image: &ImageRef, slim: &str) -> Option<Spelled> {
    let Some(tag) = &image.tag else {
        let name = image.repository.as_ref()?;
        let text = name.text.as_deref()?;
        let (place, origin) = match name.place {
            Some(place) => (place, name.origin),
            None => return None,
        };
        return Some(Spelled {
            place,
            source: format!("{text}:{slim}"),
            origin,
        });
    };
    if let Some(place) = tag.place {
        return Some(Spelled {
            place,
            source: slim.to_owned(),
            origin: tag.origin,
        });
    }
    let (place, source) = inserted(&tag.pieces, tag.text.as_deref()?, slim)?;
    Some(Spelled {
        place,
        source,
        origin: Origin::Literal,
    })
}

/// `3.11-slim-bookworm` is `3.11-bookworm` with something put in: where that falls into (or to the
/// edge of) text of the `FROM` itself, that text's place and what it becomes.
fn inserted(pieces: &[Piece], tag: &str, slim: &str) -> Option<(TextRange, String)> {
    let added = slim.len().checked_sub(tag.len())?;
    let mut begins = 0;
    for piece in pieces {
        let text = piece.text.as_deref()?;
        let ends = begins + text.len();
        if piece.origin == Origin::Literal
            && let Some(place) = piece.place
        {
            for at in begins..=ends {
                let fits = tag.is_char_boundary(at)
                    && slim.starts_with(&tag[..at])
                    && slim.ends_with(&tag[at..]);
                if fits {
                    return Some((place, slim[begins..ends + added].to_owned()));
                }
            }
        }
        begins = ends;
    }
    None
}

/// `FROM python:$V` as `FROM python:$V-slim`: an insertion of nothing but the suffix.
fn extended(image: &ImageRef, slim: &str) -> Option<(TextRange, String)> {
    let tag = image.tag.as_ref()?;
    let suffix = slim.strip_prefix(tag.text.as_deref()?)?;
    let end = image.range.end();
    // Letters right after `$V` would become part of the variable's name.
    let is_safe = suffix.starts_with('-') && image.digest.is_none();
    is_safe.then(|| (TextRange::empty(end), suffix.to_owned()))
}

/// Whether the default at this place decides the tags of `FROM`s and nothing else.
fn decides_nothing_else(arg: GlobalArg<'_>, place: TextRange) -> bool {
    let same_use = |stage: Stage<'_>| {
        let image = stage.image();
        let spot = image.tag.as_ref().or(image.repository.as_ref());
        stage.base() == Base::Image && spot.and_then(|part| part.place) == Some(place)
    };
    arg.stages_on_it().all(same_use)
        && arg.stages_that_inherit().next().is_none()
        && !arg.is_named_again()
}
