//! The protocol of an `EXPOSE` in small letters.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "expose-proto-case",
    aliases: &["ExposeProtoCasing"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write the protocol of an `EXPOSE` in small letters",
    why: "The image holds it in small letters whatever is written, and the builder warns of capitals.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nEXPOSE 80/TCP 53/Udp 5000-5010/SCTP 443/tcp 22\n",
            "FROM alpine:3.22\nEXPOSE 80/tcp 53/udp 5000-5010/sctp 443/tcp 22\n",
        ),
        fixes(
            "FROM alpine:3.22\nENV PORT=80\nEXPOSE ${PORT}/TCP\n",
            "FROM alpine:3.22\nENV PORT=80\nEXPOSE ${PORT}/tcp\n",
        ),
        // That is no protocol, and the build fails.
        leaves("FROM alpine:3.22\nEXPOSE 80/HTTP\n"),
        leaves("FROM alpine:3.22\nENV PORT=80/TCP\nEXPOSE $PORT\n"),
        leaves("FROM alpine:3.22\nONBUILD EXPOSE 80/TCP\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let exposes = file
        .stages()
        .flat_map(|stage| stage.steps_of(StepKind::Expose));
    for step in exposes {
        for exposed in step.exposed() {
            let Some(small) = exposed.in_small_letters() else {
                continue;
            };
            let protocol = exposed.protocol.as_deref().unwrap_or_default();
            let message = format!("the protocol `{protocol}` has capitals");
            out.judge(exposed.word, Safety::Safe, message, |case| {
                case.declare(Effect::changed(step))
                    .fix(|edit| edit.replace_node(exposed.word, &small));
                Ok(())
            });
        }
    }
}
