//! A base image is still maintained.

use dfix_catalogue::{image_move, image_successor, is_living};
use dfix_engine::{
    Findings, Group, Phase, Remedy, Rule, Safety, Severity, leaves, remedy, reports,
};
use dfix_model::Model;

use crate::base;

pub(crate) const RULE: Rule = Rule {
    id: "base-image-eol",
    aliases: &[],
    groups: &[Group::Security],
    severity: Severity::Advice,
    summary: "take a base image that is still maintained",
    why: "Nobody fixes the faults of an image that is no longer made: what is found in it stays in whatever is based on it, \
          and one day its packages are gone from their servers.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports("FROM python:3.6\n", "dfix migrate end-of-life"),
        reports(
            "FROM debian:stretch AS build\n",
            "dfix migrate debian-release",
        ),
        reports("FROM openjdk:8-jre\n", "`eclipse-temurin:8-jre`"),
        leaves("FROM python:3.14\nFROM debian:13-slim\n"),
        // Its day pins it; the version is maintained.
        leaves("FROM debian:trixie-20250811\n"),
        leaves("FROM acme/base:1\nFROM scratch\nARG V=3.6\nFROM python:$V\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for (_, image) in base::written(file) {
        let (Some(name), Some(tag)) = (image.name(), image.effective_tag()) else {
            continue;
        };
        let moved = image_move(name, tag);
        let is_dead = moved.is_some() || is_living(name, tag) == Some(false);
        if !is_dead || is_of_a_day(name, tag) {
            continue;
        }
        let message = format!("`{name}:{tag}` is no longer maintained");
        out.judge(image.range, Safety::Unsafe, message, |_| {
            Err(way_out(name, tag))
        });
    }
}

/// Whether the tag names a day, and is one that moves without it.
fn is_of_a_day(name: &str, tag: &str) -> bool {
    let is_day = |it: &&str| it.len() == 8 && it.bytes().all(|b| b.is_ascii_digit());
    let rest: Vec<&str> = tag.split('-').filter(|it| !is_day(it)).collect();
    is_living(name, &rest.join("-")) == Some(true)
}

fn way_out(name: &str, tag: &str) -> Remedy {
    let recipe = match name {
        "alpine" => "alpine-release",
        "debian" => "debian-release",
        "ubuntu" => "ubuntu-release",
        _ => "end-of-life",
    };
    let recipe = if image_move(name, tag).is_some() {
        "image-move"
    } else {
        recipe
    };
    match image_successor(name, tag) {
        Some(new) => remedy!(
            "`dfix migrate {recipe}` changes it with what goes with it: `{}:{}` is the nearest that is maintained",
            new.repository,
            new.tag
        ),
        None => remedy!("nothing is known to take its place: choose another image"),
    }
}
