//! A base image has a tag.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, reports};
use dfix_model::Model;

use crate::base;

pub(crate) const RULE: Rule = Rule {
    id: "base-image-untagged",
    aliases: &["DL3006"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "name the tag of a base image",
    why: "Without a tag the builder takes `latest`, which is another version some day: the build breaks although \
          nobody changed anything.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python\nRUN pip list\n",
            "FROM python:3.14\nRUN pip list\n",
        )
        .with_unsafe()
        .that_says("was the same image as `python:latest`"),
        fixes(
            "FROM --platform=linux/amd64 docker.io/library/debian AS build\nRUN make\n",
            "FROM --platform=linux/amd64 docker.io/library/debian:13 AS build\nRUN make\n",
        )
        .with_unsafe(),
        leaves("FROM python\n").that_says("whether `python:3.14` still is"),
        leaves(
            "FROM ruby:2\nFROM ruby@sha256:f1dbca0f5dbc9f1dbca0f5dbc9f1dbca0f5dbc9f1dbca0f5dbc9f1dbca0f5db\n",
        ),
        leaves("FROM golang:1.9.3-alpine3.7 AS build\nFROM build AS test\nFROM alpine:3.7\n"),
        leaves("FROM scratch\nCOPY a /\n"),
        // Whoever builds it says what it is.
        leaves("ARG BASE=python\nFROM $BASE\nFROM ${REGISTRY}/python\n"),
        reports("FROM acme/base\n", "name the tag"),
        reports("FROM centos\n", "is no longer made"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for (stage, image) in base::written(file) {
        if image.tag.is_some() || image.is_pinned() {
            continue;
        }
        let written = image.text().unwrap_or_default();
        let message = format!("`{written}` has no tag");
        out.judge(image.range, Safety::Checked, message, |case| {
            let tag = base::series(image, case)?;
            case.declare(Effect::BaseImage {
                stage: stage.index(),
            })
            .fix(|edit| edit.replace_node(image.range, &format!("{written}:{tag}")));
            Ok(())
        });
    }
}
