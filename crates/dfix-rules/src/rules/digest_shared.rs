//! One digest for two images.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::path::file_name;
use dfix_model::{ImageRef, Model};

pub(crate) const RULE: Rule = Rule {
    id: "digest-shared",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "let each image have a digest of its own",
    why: "A digest is that of one image. Where an `ARG` gives the same one to two images, as a bot may write it, one of them is not found: \
          `…@sha256:…: not found`.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "ARG V=22@sha256:7959ed6f7e35f8b1aaa06d1d8259d4ee25aa85a086d5c125480c333183f9deeb\nFROM node:$V AS build\nFROM acme/runtime:${V}\n",
            "one `ARG` for each image",
        ),
        reports(
            "FROM node:22@sha256:7959ed6f7e35f8b1aaa06d1d8259d4ee25aa85a086d5c125480c333183f9deeb\nFROM nginx:1.27@sha256:7959ed6f7e35f8b1aaa06d1d8259d4ee25aa85a086d5c125480c333183f9deeb\n",
            "line 1 has it for `node`",
        ),
        leaves("ARG V=22\nFROM node:$V AS build\nFROM acme/runtime:$V\n"),
        leaves(
            "ARG V=22@sha256:7959ed6f7e35f8b1aaa06d1d8259d4ee25aa85a086d5c125480c333183f9deeb\nFROM node:$V AS build\nFROM node:$V\n",
        ),
        // The same image from another registry, or by another name.
        leaves(
            "ARG V=22@sha256:7959ed6f7e35f8b1aaa06d1d8259d4ee25aa85a086d5c125480c333183f9deeb\nFROM node:$V AS build\nFROM mirror.acme.example/library/node:$V\n",
        ),
        leaves(
            "ARG V=1@sha256:7959ed6f7e35f8b1aaa06d1d8259d4ee25aa85a086d5c125480c333183f9deeb\nFROM acme/base:$V AS build\nFROM acme/runtime:$V\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let pinned: Vec<(&ImageRef, usize)> = file
        .stages()
        .filter_map(|stage| {
            let image = stage.named_image().filter(|it| digest(it).is_some())?;
            Some((image, stage.from_step().line()))
        })
        .collect();
    for (at, (image, _)) in pinned.iter().enumerate() {
        let other = pinned[..at].iter().find(|(it, _)| are_two(it, image));
        let Some((other, line)) = other else { continue };
        let name = image.name().unwrap_or_default();
        let message = format!("`{name}` has the digest of another image");
        let theirs = other.name().unwrap_or_default();
        out.judge(image.range, Safety::Unsafe, message, |_| {
            Err(remedy!(
                "line {line} has it for `{theirs}`: write the whole reference of each, or one `ARG` for each image"
            ))
        });
    }
}

fn digest(image: &ImageRef) -> Option<&str> {
    image.digest.as_ref()?.text.as_deref()
}

/// Whether one digest stands for two images that are not the same: by their own names, one of which is an official image's.
fn are_two(one: &ImageRef, other: &ImageRef) -> bool {
    let (Some(first), Some(second)) = (one.name(), other.name()) else {
        return false;
    };
    let is_known = dfix_catalogue::is_official(first) || dfix_catalogue::is_official(second);
    digest(one) == digest(other) && is_known && file_name(first) != file_name(second)
}
