//! `--no-cache` for `apk add`.

use std::cell::OnceCell;

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, fixes, leaves, reports,
};
use dfix_model::{Command, ImageRef, Model, Need, Needs, PackageCommand, PackageManager, Users};

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
        // Nothing is there for the pattern then; where `apk update` fills the folder, something is.
        reports(
            "FROM alpine:3.20\nRUN apk add curl && rm /var/cache/apk/*\n",
            "`rm /var/cache/apk/*` would fail",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk update && apk add curl && rm /var/cache/apk/*\n",
            "FROM alpine:3.20\nRUN apk update && apk add --no-cache curl && rm /var/cache/apk/*\n",
        ),
        // apk knows the option since Alpine 3.3.
        leaves("FROM gliderlabs/alpine:3.2\nRUN apk add curl\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file
        .stages()
        .filter(|stage| !is_too_old(stage.base_image()))
    {
        let needs = OnceCell::new();
        for apk in stage.package_commands(PackageManager::Apk) {
            let settled = stage.settings().is_cache_settled(&apk);
            let is_built = apk.command.step().is_run();
            if !apk.subcommand_is_one_of(&["add"]) || !is_built || settled.is_yes() {
                continue;
            }
            let message = "`apk add` leaves its index in the image";
            out.judge(apk.subcommand(), Safety::Safe, message, |case| {
                if let Some(index) = stage.settings().absent_cache(&apk) {
                    let needs = needs.get_or_init(|| Needs::of(stage, &index, &OfTheIndex));
                    case.takes_away(needs, apk.command)?;
                }
                case.open(settled.open())
                    .declare(Effect::arguments_of(apk.command))
                    .fix(|edit| edit.insert_word_after(apk.subcommand(), "--no-cache"));
                Ok(())
            });
        }
    }
}

/// What apk's own commands do with its index.
struct OfTheIndex;

impl Users for OfTheIndex {
    fn fills(&self, command: Command<'_>) -> bool {
        PackageCommand::of(command).is_some_and(|apk| {
            apk.manager == PackageManager::Apk
                && apk.subcommand_is_one_of(&["update"])
                && !apk.has_flag("--no-cache")
        })
    }

    fn needs(&self, command: Command<'_>) -> Option<Need> {
        let apk = PackageCommand::of(command).filter(|it| it.manager == PackageManager::Apk)?;
        let asks = apk.subcommand_is_one_of(&["fetch", "list", "policy", "search", "version"]);
        let is_own =
            apk.has_flag("--no-cache") || apk.has_flag("--installed") || apk.has_flag("-I");
        (asks && !is_own).then(|| {
            Need::Perhaps(OpenCondition::new(
                format!(
                    "what `apk {}` finds without the index",
                    apk.subcommand_text()
                ),
                "call `apk update` before it in its `RUN`",
            ))
        })
    }
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
