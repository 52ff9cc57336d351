//! Which bytes of the file put a stage on the slim form of its image, and which stages go with it.

use dfix_engine::{Effect, OpenCondition};
use dfix_model::{Base, GlobalArg, ImageRef, Model, Origin, Piece, Stage};
use dfix_syntax::TextRange;

/// A change of one reference.
pub(super) struct Target<'m> {
    /// What goes.
    pub(super) place: TextRange,
    /// What comes.
    pub(super) source: String,
    /// The stages whose `FROM` it changes, and every stage that stands on one of them.
    pub(super) stages: Vec<Stage<'m>>,
    /// What is declared for it.
    pub(super) effects: Vec<Effect>,
    /// What could not be established.
    pub(super) open: Vec<OpenCondition>,
}

/// Why there is no such change.
pub(super) struct NoPlace {
    /// What stands in the way and what a person could do.
    pub(super) remedy: String,
}

/// Finds the bytes that make `slim` of the tag of the image that `root` stands on.
pub(super) fn target<'m>(
    file: &'m Model<'m>,
    root: Stage<'m>,
    slim: &str,
) -> Result<Target<'m>, NoPlace> {
    let image = root.image();
    let spelled = spelled(image, slim).ok_or_else(|| NoPlace {
        remedy: format!(
            "several variables spell the tag `{}` together: write the slim form `{slim}` by hand",
            image.tag_text().unwrap_or_default(),
        ),
    })?;
    let mut roots = vec![root];
    let mut effects = Vec::new();
    let (place, source) = (spelled.place, spelled.source);
    if let Origin::ArgDefault(index) = spelled.origin {
        let arg = file
            .global_args()
            .nth(index)
            .ok_or_else(|| unclear("the variable's default"))?;
        if is_free(arg, place) {
            roots = arg.stages_on_it().collect();
            effects.push(Effect::GlobalArg {
                name: arg.name().to_owned(),
            });
        } else {
            return only_here(file, root, slim);
        }
    }
    effects.extend(roots.iter().map(|stage| Effect::BaseImage {
        stage: stage.index(),
    }));
    Ok(Target {
        place,
        source,
        stages: standing_on(file, &roots),
        effects,
        open: Vec::new(),
    })
}

/// The change for one `FROM` alone, whose variable others use too: the `FROM` is extended, the default
/// stays.
pub(super) fn only_here<'m>(
    file: &'m Model<'m>,
    root: Stage<'m>,
    slim: &str,
) -> Result<Target<'m>, NoPlace> {
    let image = root.image();
    let variable = match image.tag.as_ref().map(|tag| tag.origin) {
        Some(Origin::ArgDefault(index)) => file.global_args().nth(index).map(GlobalArg::name),
        _ => None,
    };
    let (Some(variable), Some((place, source))) = (variable, extended(image, slim)) else {
        return Err(NoPlace {
            remedy: "others use the same variable: give this `FROM` one of its own, whose default is the slim form"
                .to_owned(),
        });
    };
    Ok(Target {
        place,
        source,
        stages: standing_on(file, &[root]),
        effects: vec![Effect::BaseImage {
            stage: root.index(),
        }],
        open: vec![OpenCondition {
            condition: format!(
                "whether a build sets `{variable}` to a tag that has no such slim form"
            ),
            remedy: "look at the build arguments that your builds pass".to_owned(),
        }],
    })
}

fn standing_on<'m>(file: &'m Model<'m>, roots: &[Stage<'m>]) -> Vec<Stage<'m>> {
    file.stages()
        .filter(|stage| roots.contains(&stage.base_stage()))
        .collect()
}

fn unclear(what: &str) -> NoPlace {
    NoPlace {
        remedy: format!("{what} is not clear: write the slim form by hand"),
    }
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

/// Whether the default at this place decides these tags and nothing else.
fn is_free(arg: GlobalArg<'_>, place: TextRange) -> bool {
    let same_use = |stage: Stage<'_>| {
        let image = stage.image();
        let spot = image.tag.as_ref().or(image.repository.as_ref());
        stage.base() == Base::Image && spot.and_then(|part| part.place) == Some(place)
    };
    let in_other_defaults = arg
        .step()
        .file()
        .global_args()
        .skip(arg.index() + 1)
        .any(|later| {
            let text = &arg.step().file().text()[later.range()];
            let names = [format!("${}", arg.name()), format!("${{{}", arg.name())];
            later.name() == arg.name() || names.iter().any(|name| text.contains(name.as_str()))
        });
    arg.stages_on_it().all(same_use)
        && arg.stages_that_inherit().next().is_none()
        && !in_other_defaults
}
