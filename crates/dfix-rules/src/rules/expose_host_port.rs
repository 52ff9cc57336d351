//! `EXPOSE` names ports of the container alone.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Model, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "expose-host-port",
    aliases: &["ExposeInvalidFormat"],
    groups: &[Group::Deprecated],
    severity: Severity::Warning,
    summary: "name the port of the container alone in an `EXPOSE`",
    why: "What it says of the host does nothing: ports are published where a container is started \
          (`docker run -p`). The builder warns of it, and will refuse it one day.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nEXPOSE 8080:80 127.0.0.1:53:53/udp [::1]:1:2 443\n",
            "FROM alpine:3.22\nEXPOSE 80 53/udp 2 443\n",
        ),
        fixes(
            "FROM alpine:3.22\nEXPOSE 127.0.0.1::80\nEXPOSE 8000-8010:80/TCP\n",
            "FROM alpine:3.22\nEXPOSE 80\nEXPOSE 80/TCP\n",
        ),
        fixes(
            "FROM alpine:3.22\nENV PORT=80\nEXPOSE ${OUTER:-8080}:${PORT:-80}\n",
            "FROM alpine:3.22\nENV PORT=80\nEXPOSE ${PORT:-80}\n",
        ),
        // The build fails there, for an address is no port.
        fixes(
            "FROM alpine:3.22\nEXPOSE 0.0.0.0:80\n",
            "FROM alpine:3.22\nEXPOSE 80\n",
        )
        .that_says("fails as it stands"),
        reports("FROM alpine:3.22\nEXPOSE 8080:http\n", "`http` is none"),
        reports("FROM alpine:3.22\nEXPOSE 21100:21299\n", "`21100-21299`"),
        leaves("FROM alpine:3.22\nEXPOSE 80 443/tcp 8000-8010 $PORT ${PORT:-80} :81\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let exposes = file
        .stages()
        .flat_map(|stage| stage.steps_of(StepKind::Expose));
    for step in exposes {
        for exposed in step.exposed() {
            let Some(host) = &exposed.host else {
                continue;
            };
            let message = format!("`{host}` says something of the host");
            // What is changed where the build fails is no more the same build.
            let fails = exposed.has_host() == Some(false);
            let safety = if fails { Safety::Checked } else { Safety::Safe };
            out.judge(exposed.word, safety, message, |case| {
                if exposed.has_port() == Some(false) {
                    let port = &exposed.port;
                    return Err(remedy!("write the port of the container: `{port}` is none"));
                }
                if let (Ok(first), Ok(last)) = (host.parse::<u32>(), exposed.port.parse::<u32>())
                    && (1024..last).contains(&first)
                {
                    return Err(remedy!(
                        "`{first}:{last}` may be meant for all ports from {first} to {last}, which is `{first}-{last}`: write that, or `{last}` alone"
                    ));
                }
                let reason =
                    || format!("the build fails as it stands: `{host}` is no port of the host");
                case.evidence(fails.then(reason))
                    .declare(Effect::changed(step))
                    .fix(|edit| edit.replace_node(exposed.word, &exposed.of_container()));
                Ok(())
            });
        }
    }
}
