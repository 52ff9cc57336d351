//! Patterns of image references: `python:{tag}`, `{registry}/{path...}/{name}:{tag...}@{digest}`.

use dfix_catalogue::is_docker_hub;
use dfix_model::Model;
use dfix_model::context::NoContext;
use dfix_syntax::ast::AstNode;

use crate::error::PatternError;
use crate::flat;
use crate::matching::reference::{Reference, Spelled, at_slashes};
use crate::matching::state::{Slot, State, Text, Then, Value};
use crate::pattern::slots::Slots;
use crate::pattern::template::{Hole, Names, Template};
use crate::pattern::words::{Item, Piece, WordPattern, allows, bind_list, in_order};

/// The hole of this name, where it stands first, is the registry.
const REGISTRY: &str = "registry";

/// A pattern of an image reference.
#[derive(Debug, Clone)]
pub(crate) enum ImagePattern {
    /// One hole: any reference.
    Whole(Hole),
    Parts(Box<Parts>),
}

/// The parts of a reference.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    /// None: Docker Hub.
    pub(crate) registry: Option<Item>,
    /// How Docker Hub is said where it is: `docker.io`, `library`.
    pub(crate) hub: Vec<String>,
    /// The components of the path; an official image has one.
    pub(crate) path: Vec<Item>,
    /// None: without a tag.
    pub(crate) tag: Option<Item>,
    /// None: with or without a digest.
    pub(crate) digest: Option<Item>,
}

impl ImagePattern {
    /// Reads the reference that is `text`, which stands at `start` of the template's text.
    pub(crate) fn read(
        template: &Template,
        text: &str,
        start: usize,
        names: &Names,
        slots: &mut Slots,
    ) -> Result<Self, PatternError> {
        let whole = start..start + text.len();
        if text.is_empty() || text.contains([' ', '\n', '\t']) {
            return Err(template
                .error(whole, "this is no image reference")
                .with_remedy("write one, such as `image python:{tag}`"));
        }
        let dockerfile = format!("FROM {text}\n");
        let parsed = dfix_syntax::parse(&dockerfile);
        let model = Model::new(&parsed.file(), &dockerfile, &NoContext);
        let parts = model.stages().next().and_then(|stage| {
            let dfix_syntax::ast::Instruction::From(from) = stage.from_step().instruction() else {
                return None;
            };
            from.image()
        });
        let (Some(parts), true) = (parts, parsed.errors().is_empty()) else {
            let why = parsed.errors().first().map(|it| it.message.clone());
            let why = why.unwrap_or_else(|| "this is no image reference".to_owned());
            return Err(template.error(whole, why));
        };
        let flat = |node: Option<&dfix_syntax::SyntaxNode>| {
            node.map(dfix_model::segments_of_node)
                .map(|it| flat::of_segments(&it))
        };
        let registry = flat(parts.registry().as_ref().map(AstNode::syntax));
        let repository = flat(parts.repository().as_ref().map(AstNode::syntax)).unwrap_or_default();
        let (tag, digest) = (
            flat(parts.tag().as_ref().map(AstNode::syntax)),
            flat(parts.digest().as_ref().map(AstNode::syntax)),
        );
        if registry.is_none() && tag.is_none() && digest.is_none() {
            let word = WordPattern::of_flat(&repository, template);
            if let Some(hole) = word.as_hole().filter(|hole| !hole.is_list) {
                return Ok(ImagePattern::Whole(hole.clone()));
            }
        }
        let mut item = |flat: &str| Item {
            word: WordPattern::of_flat(flat, template),
            slot: slots.next(),
            source: WordPattern::literal(""),
        };
        let components = at_slashes(&repository);
        let mut path: Vec<Item> = components
            .into_iter()
            .map(|range| item(&repository[range]))
            .collect();
        let mut registry = registry.map(|it| item(&it));
        let names_registry = |word: &WordPattern| {
            let hole = word.as_hole().and_then(|hole| hole.name);
            hole.is_some_and(|it| names.name(it) == REGISTRY)
                || matches!(word.as_literal(), Some(it) if it.starts_with(flat::OPEN))
        };
        if registry.is_none() && path.len() > 1 && names_registry(&path[0].word) {
            registry = Some(path.remove(0));
        }
        let is_hub = |item: &Item| item.word.as_literal().is_some_and(is_docker_hub);
        let said = registry.take_if(|it| is_hub(it));
        let mut hub: Vec<Item> = said.into_iter().collect();
        if registry.is_none() && path.len() == 2 && path[0].word.as_literal() == Some("library") {
            hub.push(path.remove(0));
        }
        let hub = hub.iter().filter_map(|it| it.word.as_literal());
        let hub = hub.map(str::to_owned).collect();
        if let Some(item) = &registry {
            item.word.no_list(template)?;
        }
        for item in path.iter().filter(|item| item.word.as_list().is_none()) {
            item.word.no_list(template)?;
        }
        let has_colon = |word: &WordPattern| {
            let mut pieces = word.pieces.iter();
            pieces.any(|it| matches!(it, Piece::Text(text) if text.contains(':')))
        };
        if path.iter().any(|it| has_colon(&it.word)) {
            return Err(template
                .error(
                    whole,
                    "a reference has one tag, and a colon stands before it",
                )
                .with_remedy(
                    "a hole may be all of the tag, or a part of it: `{name}:{version}-{os}`",
                ));
        }
        let tag = tag.map(|it| item(&it));
        let digest = digest.map(|it| item(&it));
        for item in [&tag, &digest].into_iter().flatten() {
            if item.word.as_list().is_none() {
                item.word.no_list(template)?;
            }
        }
        Ok(ImagePattern::Parts(Box::new(Parts {
            registry,
            hub,
            path,
            tag,
            digest,
        })))
    }

    /// Whether it is of a name without a tag and a digest.
    pub(crate) fn is_untagged(&self) -> bool {
        matches!(self, ImagePattern::Parts(parts) if parts.tag.is_none() && parts.digest.is_none())
    }

    /// Every word of it.
    pub(crate) fn words(&self) -> Vec<&WordPattern> {
        match self {
            ImagePattern::Whole(_) => Vec::new(),
            ImagePattern::Parts(parts) => {
                let ends = [&parts.registry, &parts.tag, &parts.digest];
                let ends = ends.into_iter().flatten();
                parts.path.iter().chain(ends).map(|it| &it.word).collect()
            }
        }
    }

    /// Whether it fits a reference; then goes on.
    pub(crate) fn fits<'m>(
        &self,
        reference: &Reference<'m>,
        state: &mut State<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        let parts = match self {
            ImagePattern::Whole(hole) => {
                let built = reference.position.image.text();
                let texts = (reference.whole.as_str(), built.as_slice());
                return whole(hole, reference.range(), texts, state, then);
            }
            ImagePattern::Parts(parts) => parts,
        };
        let may_be_folder = reference.registry_that_may_be_a_folder();
        let folder = may_be_folder.filter(|_| parts.registry.is_none());
        let path: Vec<Text<'m>> = folder.into_iter().chain(&reference.path).cloned().collect();
        let mut rest = |state: &mut State<'m>| {
            in_order(&parts.path, &path, state, &mut |state| {
                // Behind a folder stands a name.
                if parts.path.len() > 1 && parts.path.last().is_some_and(|it| has_none(it, state)) {
                    return false;
                }
                // Without a word on the tag there is none.
                let has_tag = reference.tag.as_ref();
                if parts.tag.is_none() && has_tag.is_some() {
                    return false;
                }
                optional(parts.tag.as_ref(), has_tag, state, &mut |state| {
                    optional(
                        parts.digest.as_ref(),
                        reference.digest.as_ref(),
                        state,
                        then,
                    )
                })
            })
        };
        match (&parts.registry, &reference.registry) {
            (None, None) => rest(state),
            (None, Some(_)) => folder.is_some() && rest(state),
            (Some(item), Some(registry)) => item.word.fits(registry, state, &mut |state| {
                state.note(item.slot, Slot::Text(registry.clone()), &mut rest)
            }),
            (Some(item), None) => {
                let hub = Text::of_segments(vec![dfix_model::Segment {
                    text: "docker.io".to_owned(),
                    range: dfix_syntax::TextRange::default(),
                    kind: dfix_model::SegmentKind::Escaped,
                }]);
                let asks_for_none = item
                    .word
                    .as_hole()
                    .and_then(|hole| hole.condition.as_ref())
                    .is_some_and(|it| it.is_none());
                if asks_for_none {
                    return rest(state);
                }
                item.word.fits(&hub, state, &mut |state| {
                    state.note(item.slot, Slot::Text(hub.clone()), &mut rest)
                })
            }
        }
    }
}

/// Whether an item is a list that binds nothing, and does not ask for that.
fn has_none(item: &Item, state: &State<'_>) -> bool {
    let is_empty = matches!(state.slot(item.slot), Some(Slot::List(texts)) if texts.is_empty());
    is_empty && !item.word.asks_for_none()
}

/// Binds all of a reference, or of a script, to a hole: the text as it is written. A condition looks at others as well: what the
/// defaults of variables make of it, the texts of here-documents.
pub(crate) fn whole<'m>(
    hole: &Hole,
    range: dfix_syntax::TextRange,
    (text, others): (&str, &[&str]),
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let holds = hole.condition.as_ref().is_none_or(|it| {
        let is_symbol = state.is_symbol(text) && !it.is_none();
        is_symbol || it.holds_for_any(&[others, &[text]].concat())
    });
    holds && state.bind(hole.name, || Value::Whole(range, text.to_owned()), then)
}

/// A tag or a digest: a list takes one or none.
fn optional<'m>(
    item: Option<&Item>,
    there: Option<&Spelled<'m>>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let Some(item) = item else {
        return then(state);
    };
    let hole = item.word.as_hole();
    let condition = hole.and_then(|hole| hole.condition.as_deref());
    let asks_for_none = condition.is_some_and(crate::pattern::condition::Condition::is_none);
    match there {
        None => {
            let list = hole.filter(|hole| hole.is_list || asks_for_none);
            list.is_some_and(|list| bind_list(item, list, &[], state, then))
        }
        Some(_) if asks_for_none => false,
        Some(there) => match hole.filter(|hole| hole.is_list) {
            Some(list) => {
                allows(condition, &there.written, state)
                    && bind_list(
                        item,
                        list,
                        std::slice::from_ref(&there.written),
                        state,
                        then,
                    )
            }
            None => item.word.fits(&there.written, state, &mut |state| {
                state.note(item.slot, Slot::Text(there.written.clone()), then)
            }),
        },
    }
}
