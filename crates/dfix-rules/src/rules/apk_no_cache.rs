//! `--no-cache` for `apk add`.

use dfix_catalogue::{PackageWord, package_options};
use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, fixes, leaves};
use dfix_model::{ImageRef, Model, PackageCommand, PackageManager, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "apk-no-cache",
    aliases: &["DL3019"],
    group: Group::Size,
    summary: "pass `--no-cache` to `apk add`",
    why: "apk then takes a fresh index and keeps none of it in the layer, so that neither \
          `apk update` nor a clean-up is needed.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nRUN apk add curl\n",
            "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk --update add --virtual .deps \\\n      gcc \\\n      make\n",
            "FROM alpine:3.20\nRUN apk --update add --no-cache --virtual .deps \\\n      gcc \\\n      make\n",
        ),
        leaves("FROM alpine:3.20\nRUN apk --no-cache add curl && apk add --no-cache git\n"),
        leaves("FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n"),
        leaves("FROM alpine:3.20\nRUN --mount=type=cache,target=/etc/apk/cache apk add curl\n"),
        leaves("FROM alpine:3.20\nRUN apk add --cache-dir /cache curl\n"),
        leaves("FROM alpine:3.20\nRUN apk add --no-network ./curl.apk\n"),
        leaves("FROM alpine:3.20\nARG OPTS=--no-cache\nRUN apk add $OPTS curl\n"),
        leaves("FROM alpine:3.20\nRUN apk update && apk del gcc && apk info\n"),
        // apk knows the option since Alpine 3.3.
        leaves("FROM gliderlabs/alpine:3.2\nRUN apk add curl\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|s| s.is_run()) {
        let Some(stage) = step.stage() else {
            continue;
        };
        for apk in step.package_commands() {
            if apk.manager != PackageManager::Apk
                || !apk.subcommand_is_one_of(&["add"])
                || is_settled(stage, &apk)
            {
                continue;
            }
            out.fix(
                apk.subcommand(),
                Safety::Safe,
                "`apk add` leaves its index in the image",
            )
            .effect(Effect::arguments_of(apk.command))
            .edit(|edit| edit.insert_word_after(apk.subcommand(), "--no-cache"));
        }
    }
}

/// Whether apk keeps no cache already, or somebody said what becomes of it.
fn is_settled(stage: Stage<'_>, apk: &PackageCommand<'_>) -> bool {
    let settled = package_options("apk", PackageWord::SettlesCache);
    let mounts = ["/var/cache/apk", "/etc/apk/cache"];
    is_too_old(stage.base_image())
        || settled.iter().any(|flag| apk.has_flag(flag))
        || mounts.iter().any(|path| apk.step().has_cache_mount(path))
        || apk
            .step()
            .mounts()
            .any(|m| m.target().is_none_or(|t| !t.is_known()))
        || apk
            .command
            .args()
            .filter(|w| !w.is_known())
            .filter_map(|w| stage.expand_text(w, apk))
            .any(|text| text.contains("--no-cache"))
}

/// Whether the image is an Alpine before 3.3.
fn is_too_old(image: &ImageRef) -> bool {
    let is_alpine = image
        .name()
        .is_some_and(|name| name == "alpine" || name.ends_with("/alpine"));
    let mut numbers = image
        .tag_text()
        .unwrap_or("")
        .split(['.', '-', '_'])
        .map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => is_alpine && (major, minor) < (3, 3),
        (Some(Ok(major)), _) => is_alpine && major < 3,
        _ => false,
    }
}
