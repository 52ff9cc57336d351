//! An image is named by a tag or by a digest.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "base-image-tag-and-digest",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "name a base image by its tag or by its digest, not by both",
    why: "Beside a digest the tag is not looked at: it may say `3.20` of an image that is long something else. Tools that move \
          both together (Renovate, Dependabot) need both; this is for those who have none.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM alpine:3.20@sha256:beefdbd8a1da6d2915566fde36db9db0b524eb737fc57cd1367effd16dc0d06d\n",
            "`3.20`",
        ),
        leaves(
            "FROM alpine@sha256:beefdbd8a1da6d2915566fde36db9db0b524eb737fc57cd1367effd16dc0d06d\n",
        ),
        leaves("FROM alpine:3.20\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let image = stage.image();
        let tag = image.tag.as_ref().and_then(|it| it.text.as_deref());
        let (Some(tag), true) = (tag, image.digest.is_some()) else {
            continue;
        };
        let message = format!("the tag `{tag}` stands beside a digest, which alone counts");
        out.judge(image.range, Safety::Safe, message, |_| {
            Err(remedy!("take the tag away, and say it in a comment above"))
        });
    }
}
