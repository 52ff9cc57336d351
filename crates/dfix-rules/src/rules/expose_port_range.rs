//! `EXPOSE` names ports that there are.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Model, Step, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "expose-port-range",
    aliases: &["DL3011"],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "expose ports from 0 to 65535",
    why: "There are no others: the build fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports("FROM nginx:1.29\nEXPOSE 80000\n", "65535"),
        reports("FROM nginx:1.29\nEXPOSE 40000-80000/tcp 80\n", "65535"),
        leaves("FROM nginx:1.29\nEXPOSE 60000 40000-60000/tcp 80/udp\n"),
        reports("FROM nginx:1.29\nEXPOSE 8080:80000\n", "65535"),
        leaves("FROM nginx:1.29\nEXPOSE ${PORT} 40000-${LAST} http\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let steps = file.steps().filter(|it| it.is(StepKind::Expose));
    for exposed in steps.flat_map(Step::exposed) {
        let Some(port) = too_large(&exposed.port) else {
            continue;
        };
        let message = format!("there is no port {port}");
        out.judge(exposed.word, Safety::Safe, message, |_| {
            Err(remedy!(
                "the last one is 65535: name the port that the application listens on"
            ))
        });
    }
}

/// The port of a range that is none.
fn too_large(ports: &str) -> Option<&str> {
    let is_number = |it: &&str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
    let mut numbers = ports.split('-').filter(is_number);
    numbers.find(|it| it.parse::<u16>().is_err())
}
