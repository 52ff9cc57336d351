//! Docker Hub's images by their short names, or all by their whole ones.

use dfix_engine::{
    Effect, Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety, Setting, Severity, fixes,
    leaves, remedy, reports,
};
use dfix_model::{ImagePlace, ImageRef, Model, Origin, Stage};
use dfix_syntax::{TextRange, TextSize};

pub(crate) const RULE: Rule = Rule {
    id: "base-image-hub-prefix",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "name images of Docker Hub without `docker.io/` and `library/`",
    why: "Docker puts both in by itself: `alpine` is `docker.io/library/alpine`. Podman asks which registry is meant, or takes \
          the first of its list: with `form = \"long\"` the whole name is written everywhere.",
    phase: Phase::Equivalent,
    check,
    options: &[RuleOption {
        name: "form",
        kind: OptionKind::OneOf(&["short", "long"]),
        summary: "which of both names is written",
    }],
    examples: &[
        fixes(
            "FROM docker.io/library/alpine:3.22 AS a\nFROM index.docker.io/acme/base:1\nCOPY --from=docker.io/library/nginx:1.29 /a /a\n",
            "FROM alpine:3.22 AS a\nFROM acme/base:1\nCOPY --from=nginx:1.29 /a /a\n",
        ),
        fixes(
            "ARG V=12\nFROM library/debian:$V\nRUN --mount=type=bind,from=library/busybox,target=/b /b/bin/ls\n",
            "ARG V=12\nFROM debian:$V\nRUN --mount=type=bind,from=busybox,target=/b /b/bin/ls\n",
        ),
        fixes(
            "FROM alpine:3.22 AS a\nFROM index.docker.io/acme/base:1\nFROM a\nCOPY --from=docker.io/library/nginx:1.29 /a /a\nCOPY --from=a /b /b\n",
            "FROM docker.io/library/alpine:3.22 AS a\nFROM docker.io/acme/base:1\nFROM a\nCOPY --from=docker.io/library/nginx:1.29 /a /a\nCOPY --from=a /b /b\n",
        )
        .with_option("form", "long"),
        leaves("FROM alpine:3.22\nFROM quay.io/library/a:1\nFROM docker.io.example/library/a:1\n"),
        leaves("ARG HUB=docker.io\nFROM $HUB/library/alpine:3.22\nFROM docker.io/$NAME\n"),
        reports(
            "FROM debian:12 AS nginx\nCOPY --from=docker.io/library/nginx /a /a\n",
            "a stage is called so",
        ),
        leaves("FROM debian:12\nCOPY --from=docker.io/library/scratch /a /a\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_long = out.option("form").and_then(Setting::as_text) == Some("long");
    for position in file.image_positions() {
        let image = &position.image;
        let effect = match position.place {
            ImagePlace::From(stage) => Effect::BaseImage {
                stage: stage.index(),
            },
            ImagePlace::Copy(step) | ImagePlace::Mount(step) => Effect::changed(step),
            ImagePlace::Syntax(_) => continue,
        };
        let Some((range, prefix)) = prefix(image, is_long) else {
            continue;
        };
        let name = image.name().unwrap_or_default();
        let message = if is_long {
            format!("`{name}` is written without `{prefix}`")
        } else {
            format!("Docker puts what stands before `{name}` in by itself")
        };
        out.judge(image.range, Safety::Safe, message, |case| {
            let is_name = |it: Stage<'_>| it.is_called(name);
            let is_bare = image.tag.is_none() && image.digest.is_none();
            if !is_long && is_bare && file.stages().any(is_name) {
                return Err(remedy!("keep it: a stage is called so"));
            }
            // The whole of it, as the name alone may be nothing at all to the builder.
            let whole = image.range;
            let (start, end) = (range.start() - whole.start(), range.end() - whole.start());
            let mut text = file.text()[whole].to_owned();
            text.replace_range(usize::from(start)..usize::from(end), prefix);
            case.declare(effect)
                .fix(|edit| edit.replace_node(whole, &text));
            Ok(())
        });
    }
}

/// What stands in the place of what: before the name of an image of Docker Hub, where the reference itself spells that.
fn prefix(image: &ImageRef, is_long: bool) -> Option<(TextRange, &'static str)> {
    let name = image.name()?;
    let path = image.repository.as_ref()?;
    let registry = image.registry.as_ref();
    let host = registry.and_then(|it| it.text.as_deref());
    let is_hub = host.is_none_or(|it| matches!(it, "docker.io" | "index.docker.io"));
    let is_spelled =
        image.has_written_name() && path.origin == Origin::Literal && name != "scratch";
    let end = path.place.filter(|_| is_hub && is_spelled)?.start();
    let start = registry.map_or(Some(end), |it| Some(it.place?.start()))?;
    let text = path.text.as_deref()?;
    let library = if text.starts_with("library/") {
        TextSize::of("library/")
    } else {
        TextSize::new(0)
    };
    let range = TextRange::new(start, end + library);
    let long = if name.contains('/') {
        "docker.io/"
    } else {
        "docker.io/library/"
    };
    let is_whole = u32::from(range.len()) as usize == long.len() && host == Some("docker.io");
    if is_long {
        (!is_whole).then_some((range, long))
    } else {
        (!range.is_empty()).then_some((range, ""))
    }
}
