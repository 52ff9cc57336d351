//! The base image is made for the platform that it is asked for.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::catalogue::{has_platform, platforms_of_image};
use dfix_model::{Base, Model};

pub(crate) const RULE: Rule = Rule {
    id: "base-platform-mismatch",
    aliases: &["InvalidBaseImagePlatform"],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "take a base image that is made for the platform of the build",
    why: "Where an image is not made for a platform the build fails, or takes the image of another one, whose programs do not run.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM --platform=linux/mips64le ubuntu:24.04\nRUN true\n",
            "it is made for",
        ),
        leaves(
            "FROM --platform=linux/arm64 ubuntu:24.04\nFROM --platform=linux/arm64/v8 debian:12\n",
        ),
        leaves(
            "FROM --platform=linux/mips64le acme/base:1\nFROM --platform=$TARGETPLATFORM ubuntu:24.04\n",
        ),
        leaves("FROM ubuntu:24.04 AS base\nFROM --platform=linux/mips64le base\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages().filter(|it| it.base() == Base::Image) {
        let image = stage.image();
        let (Some(name), Some(tag)) = (image.name(), image.effective_tag()) else {
            continue;
        };
        let asked = stage
            .platforms()
            .into_iter()
            .filter(|it| it.is_certain && !it.is_example);
        for asked in asked {
            let Some(platform) = asked.platform else {
                continue;
            };
            if has_platform(name, tag, &platform) != Some(false) {
                continue;
            }
            let text = image.text().unwrap_or(name);
            let message = format!("{text} is not made for {platform} ({})", asked.by);
            out.judge(image.range, Safety::Checked, message, |_| {
                let made = platforms_of_image(name, tag).into_iter().flatten();
                let made: Vec<&str> = made.collect();
                Err(remedy!(
                    "take another image or another platform: it is made for {}",
                    made.join(", ")
                ))
            });
        }
    }
}
