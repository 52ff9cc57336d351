//! Every place of the file that names an image: `FROM`, `COPY --from`, `RUN --mount from=`, `# syntax=`; in `ONBUILD`, too.

use dfix_syntax::ast::{AstNode, Instruction};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::collect::expand::{Origin, Piece};
use crate::collect::image::ImageRef;
use crate::collect::model::Model;
use crate::facts::launches::is_build_context;
use crate::handles::segments::{Segment, segments_of};
use crate::handles::{Base, Source, Stage, Step};

/// What names the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImagePlace<'m> {
    /// The `FROM` of a stage, or the defaults of the `ARG`s that it names.
    From(Stage<'m>),
    /// `--from` of a `COPY` or an `ADD`.
    Copy(Step<'m>),
    /// `from=` of a mount.
    Mount(Step<'m>),
    /// The comment `# syntax=` at the top, which stands here.
    Syntax(TextRange),
}

/// A part of a reference as it stands in the `FROM`, its variables not expanded.
pub type Written = Option<Vec<Segment>>;

/// A place that names an image.
#[derive(Debug, Clone)]
pub struct ImagePosition<'m> {
    /// The reference, the defaults of global `ARG`s put in.
    pub image: ImageRef,
    /// What names it.
    pub place: ImagePlace<'m>,
    /// Registry, repository, tag and digest as the `FROM` has them; none where it is elsewhere, or where a lone variable
    /// holds several of them.
    pub written: [Written; 4],
}

impl<'m> ImagePosition<'m> {
    /// The step that names it; none for the comment at the top.
    pub fn step(&self) -> Option<Step<'m>> {
        match self.place {
            ImagePlace::From(stage) => Some(stage.from_step()),
            ImagePlace::Copy(step) | ImagePlace::Mount(step) => Some(step),
            ImagePlace::Syntax(_) => None,
        }
    }
}

impl<'m> Step<'m> {
    /// Its places that name an image.
    pub fn image_positions(self) -> Vec<ImagePosition<'m>> {
        of_step(self)
    }
}

impl<'m> Stage<'m> {
    /// The image that its `FROM` names; none where that is a stage, or where what builds it puts something of its own in.
    pub fn named_image(self) -> Option<&'m ImageRef> {
        let image = self.image();
        let is_image = matches!(self.base(), Base::Image | Base::Unknown);
        (is_image && !is_put_in(self.file(), image)).then_some(image)
    }
}

/// Whether a build puts something of its own in for an image.
fn is_put_in(file: &Model<'_>, image: &ImageRef) -> bool {
    image.text().is_some_and(|it| is_build_context(file, it))
}

/// All of them, in order of place. A stage that is named as one is no image, nor is `scratch`.
pub(crate) fn image_positions<'m>(file: &'m Model<'_>) -> Vec<ImagePosition<'m>> {
    let mut found: Vec<ImagePosition<'m>> = syntax(file).into_iter().collect();
    found.extend(file.steps().flat_map(of_step));
    found
}

/// Those of a step. What a build puts something of its own in for is no image.
fn of_step(step: Step<'_>) -> Vec<ImagePosition<'_>> {
    let mut found = named_by(step);
    found.retain(|it| !is_put_in(step.file(), &it.image));
    found
}

fn named_by(step: Step<'_>) -> Vec<ImagePosition<'_>> {
    let literal = |source: Source<'_>, place| match source {
        Source::Image(image) => Some(ImagePosition {
            image: *image,
            place,
            written: [const { None }; 4],
        }),
        Source::Stage(_) | Source::Unknown => None,
    };
    if let Instruction::From(from) = step.instruction() {
        let Some(stage) = step.stage() else {
            return Vec::new();
        };
        let is_image = matches!(stage.base(), Base::Image | Base::Unknown);
        let image = stage.image().clone();
        let node = from.image().map(|it| it.syntax().clone());
        let written = match (node, image.decided_by()) {
            (Some(node), None) => written(&node),
            _ => [const { None }; 4],
        };
        let place = ImagePlace::From(stage);
        return is_image
            .then_some(ImagePosition {
                image,
                place,
                written,
            })
            .into_iter()
            .collect();
    }
    let copied = step
        .source()
        .and_then(|it| literal(it, ImagePlace::Copy(step)));
    let mounted = step.mounts().filter_map(|mount| {
        let source = step.mount_source(mount)?;
        literal(source, ImagePlace::Mount(step))
    });
    copied.into_iter().chain(mounted).collect()
}

fn written(node: &SyntaxNode) -> [Written; 4] {
    let part = |kind: SyntaxKind| {
        let part = node.children().find(|it| it.kind() == kind)?;
        Some(segments_of(&part, TextSize::new(0)))
    };
    [
        part(SyntaxKind::IMAGE_REGISTRY),
        part(SyntaxKind::IMAGE_REPOSITORY),
        part(SyntaxKind::IMAGE_TAG),
        part(SyntaxKind::IMAGE_DIGEST),
    ]
}

/// `# syntax=docker/dockerfile:1`
fn syntax<'m>(file: &'m Model<'_>) -> Option<ImagePosition<'m>> {
    let is_syntax = |name: String| name.eq_ignore_ascii_case("syntax");
    let directive = file
        .tree()
        .directives()
        .find(|it| it.name().is_some_and(is_syntax))?;
    let texts = directive.syntax().children_with_tokens();
    let value = texts
        .filter_map(NodeOrToken::into_token)
        .filter(|token| token.kind() == SyntaxKind::DIRECTIVE_TEXT)
        .nth(1)?;
    // The builder takes the first word (BuildKit, `parser.DetectSyntax`).
    let word = value.text().split_whitespace().next()?;
    let start = value.text_range().start() + TextSize::try_from(value.text().find(word)?).ok()?;
    let range = TextRange::at(start, TextSize::of(word));
    let piece = Piece {
        text: Some(word.to_owned()),
        place: Some(range),
        origin: Origin::Literal,
    };
    Some(ImagePosition {
        image: ImageRef::new(range, vec![piece]),
        place: ImagePlace::Syntax(directive.syntax().text_range()),
        written: [const { None }; 4],
    })
}
