//! A base image has another tag than `latest`.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, reports};
use dfix_model::Model;

use crate::base;

pub(crate) const RULE: Rule = Rule {
    id: "base-image-latest",
    aliases: &["DL3007"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "name the version of a base image, not `latest`",
    why: "`latest` is another version some day: the build breaks although nobody changed anything, and nobody can \
          say what an image was built from.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:latest AS build\nRUN npm -v\n",
            "FROM node:26 AS build\nRUN npm -v\n",
        )
        .with_unsafe()
        .that_says("was the same image as `node:latest`"),
        leaves("FROM debian:latest AS builder\n").that_says("whether `debian:13` still is"),
        leaves("FROM debian:jessie\nFROM python:3\n"),
        leaves(
            "FROM hub.docker.io/debian:latest@sha256:7959ed6f7e35f8b1aaa06d1d8259d4ee25aa85a086d5c125480c333183f9deeb\n",
        ),
        // Whoever builds it says what it is.
        leaves("ARG TAG=latest\nFROM python:$TAG\n"),
        reports("FROM acme/base:latest\n", "name the tag"),
        reports("FROM centos:latest\n", "is no longer made"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for (stage, image) in base::written(file) {
        if image.tag_text() != Some("latest") || image.is_pinned() {
            continue;
        }
        let name = image.text_without_tag().unwrap_or_default();
        let message = format!("`{name}:latest` is another version some day");
        out.judge(image.range, Safety::Checked, message, |case| {
            let tag = base::series(image, case)?;
            case.declare(Effect::BaseImage {
                stage: stage.index(),
            })
            .fix(|edit| edit.replace_node(image.range, &format!("{name}:{tag}")));
            Ok(())
        });
    }
}
