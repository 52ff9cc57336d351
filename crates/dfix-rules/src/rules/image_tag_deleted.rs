//! Tags that were taken out of their registry.

use dfix_catalogue::{deleted_tag, image_move};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{ImagePlace, ImagePosition, Model, Origin, Piece};

pub(crate) const RULE: Rule = Rule {
    id: "image-tag-deleted",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "take an image that is still in its registry",
    why: "Some publishers take old tags out of the registry, and `latest` with them: the build stops with `manifest unknown` or `not found`.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM nvidia/cuda:10.2-cudnn7-devel-ubuntu18.04\n",
            "the nearest of the same flavour",
        ),
        reports("FROM nvidia/cuda\n", "`nvidia/cuda:latest`"),
        fixes(
            "FROM bitnami/redis:7.2.4-debian-12-r9\n",
            "FROM bitnamilegacy/redis:7.2.4-debian-12-r9\n",
        )
        .with_unsafe()
        .that_says("whether `bitnamilegacy/redis:7.2.4-debian-12-r9` is there"),
        fixes(
            "FROM debian:13\nCOPY --from=docker.io/bitnami/kubectl:1.30.1-debian-12-r3 /opt/bitnami/kubectl/bin/kubectl /usr/bin/\n",
            "FROM debian:13\nCOPY --from=docker.io/bitnamilegacy/kubectl:1.30.1-debian-12-r3 /opt/bitnami/kubectl/bin/kubectl /usr/bin/\n",
        )
        .with_unsafe(),
        leaves("FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nFROM nvidia/cuda:11.0.3-base-ubuntu20.04\n"),
        leaves("FROM nvcr.io/nvidia/cuda:10.2-devel-ubuntu18.04\nFROM mirror.acme.example/nvidia/cuda:10.2-base\n"),
        leaves("FROM bitnami/redis\nFROM bitnami/redis:7.2\n"),
        // What it is pinned to may be there.
        leaves("FROM nvidia/cuda:10.2-base@sha256:7959ed6f7e35f8b1aaa06d1d8259d4ee25aa85a086d5c125480c333183f9deeb\n"),
        leaves("ARG TAG=10.2-base\nFROM nvidia/cuda:$TAG\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for position in file.image_positions() {
        let image = &position.image;
        let is_literal = |it: &Piece| it.origin == Origin::Literal;
        let (Some(name), Some(tag)) = (image.name(), image.effective_tag()) else {
            continue;
        };
        let is_written = image.pieces.iter().all(is_literal) && !image.is_pinned();
        if let Some(source) = deleted_tag(name, tag).filter(|_| is_written) {
            tell(&position, (name, tag), source, out);
        }
    }
}

fn tell(
    position: &ImagePosition<'_>,
    (name, tag): (&str, &str),
    source: &str,
    out: &mut Findings<'_>,
) {
    let image = &position.image;
    let message = format!("`{name}:{tag}` was taken out of its registry");
    out.judge(image.range, Safety::Checked, message, |case| {
        let moved = image_move(name, tag);
        let new = moved.as_ref().filter(|it| !it.is_by_hand);
        let Some((to, new_tag)) = new.and_then(|it| Some((it.to.as_ref()?, it.tag.as_ref()?)))
        else {
            let note = moved.map_or("", |it| it.note);
            return Err(remedy!("{note} ({source})"));
        };
        let effect = match position.place {
            ImagePlace::From(stage) => Effect::BaseImage {
                stage: stage.index(),
            },
            ImagePlace::Copy(step) | ImagePlace::Mount(step) => Effect::changed(step),
            ImagePlace::Syntax(_) => return Err(remedy!("take another one")),
        };
        let written = image.text_without_tag().unwrap_or_default();
        let host = written.strip_suffix(name).unwrap_or_default();
        case.evidence(format!("the build stops here: {source}"))
            .open(OpenCondition::new(
                format!("whether `{to}:{new_tag}` is there"),
                "pull it; it gets no updates, and another image is better",
            ))
            .declare(effect)
            .fix(|edit| edit.replace_node(image.range, &format!("{host}{to}:{new_tag}")));
        Ok(())
    });
}
