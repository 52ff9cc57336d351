//! No base image for one kind of machine alone.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::catalogue::platform;
use dfix_model::{ImagePath, Model, OpenCondition, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "base-platform-constant",
    aliases: &["FromPlatformFlagConstDisallowed", "DL3029"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "leave the platform to who builds the image",
    why: "A constant makes an image for one kind of machine, whatever is asked for: it runs slowly elsewhere, or not at all. \
          `docker build --platform`, and `platform:` of Compose, say it where it is needed.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        leaves("FROM --platform=linux/amd64 alpine:3.22\nRUN true\n")
            .that_says("whether it is to run on other machines than linux/amd64"),
        fixes(
            "FROM --platform=linux/amd64 alpine:3.22 AS app\nRUN true\n",
            "FROM alpine:3.22 AS app\nRUN true\n",
        )
        .with_unsafe(),
        fixes(
            "FROM --platform=linux/amd64 alpine:3.22\nRUN true\n",
            "FROM alpine:3.22\nRUN true\n",
        )
        .with_context(&[(
            "compose.yaml",
            "services:\n  web:\n    build:\n      context: .\n      platforms: [linux/amd64]\n",
        )]),
        // They say why.
        leaves("FROM --platform=linux/amd64 alpine:3.22 AS build-amd64\nFROM --platform=linux/arm64 alpine:3.22 AS linux-arm\n")
            .with_unsafe(),
        leaves("FROM --platform=$BUILDPLATFORM alpine:3.22\nFROM --platform=$TARGETPLATFORM alpine:3.22\nFROM alpine:3.22\n"),
        leaves("ARG P=linux/amd64\nFROM --platform=$P alpine:3.22\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let step = stage.from_step();
        let Some(flag) = step.flag("platform") else {
            continue;
        };
        let Some(text) = flag.value().and_then(dfix_model::Word::value) else {
            continue;
        };
        // A stage that is called by its system or processor is one of several: it says why.
        let name = stage.name().unwrap_or_default().to_ascii_lowercase();
        if ImagePath::new(text)
            .parts()
            .take(2)
            .any(|part| name.contains(part))
        {
            continue;
        }
        let message = format!("the image is for {text} alone, whatever it is built for");
        out.judge(flag, Safety::Checked, message, |case| {
            match built_for(stage, text) {
                Some(who) => case.evidence(format!("{who} builds it for {text}")),
                None => case.open(OpenCondition::new(
                    format!("whether it is to run on other machines than {text}"),
                    format!("say `--platform {text}` where the image is built, if it is not"),
                )),
            };
            case.declare(Effect::changed(step))
                .fix(|edit| edit.remove_flag(flag));
            Ok(())
        });
    }
}

/// Who builds it, where all that do name this platform themselves.
fn built_for(stage: Stage<'_>, text: &str) -> Option<String> {
    let here = platform(text)?;
    let all = stage.built_platforms();
    let is_it = |it: &dfix_model::NamedPlatform| {
        it.is_certain && !it.is_example && it.platform.as_ref() == Some(&here)
    };
    let who = all.first().map(|it| it.by.clone());
    who.filter(|_| all.iter().all(is_it))
}
