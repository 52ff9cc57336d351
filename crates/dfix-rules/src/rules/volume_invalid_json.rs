//! JSON arrays of volumes that are none.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{EnvValue, Model, Os, Word};

pub(crate) const RULE: Rule = Rule {
    id: "volume-invalid-json",
    aliases: &[],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "write the JSON array of a `VOLUME` as JSON",
    why: "Text that is no JSON array is paths between blanks: the volume is called `['/data']`, and what is written to `/data` stays in \
          the container and goes with it.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nVOLUME ['/a', '/b']\n",
            "FROM debian:12\nVOLUME [\"/a\", \"/b\"]\n",
        )
        .that_says("the volumes are called"),
        fixes(
            "FROM debian:12\nVOLUME [ “/a” ]\n",
            "FROM debian:12\nVOLUME [\"/a\"]\n",
        ),
        fixes(
            "FROM debian:12\nENV D=/a\nVOLUME [$D, /b/c,]\n",
            "FROM debian:12\nENV D=/a\nVOLUME [\"$D\", \"/b/c\"]\n",
        ),
        leaves("FROM debian:12\nARG D\nVOLUME [$D]\n").that_says("whether `$D` is set"),
        reports("FROM debian:12\nVOLUME [/a] /b\n", "in double quotes"),
        reports("FROM debian:12\nVOLUME [a, /b]\n", "`a`"),
        leaves("FROM debian:12\nVOLUME [\"/a\", \"/b\"]\nVOLUME /a /b[0]\nVOLUME /c\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps() {
        let Some((broken, place)) = step.broken_volumes() else {
            continue;
        };
        let message = format!("`VOLUME` is no JSON array: {}", broken.why);
        out.judge(step, Safety::Checked, message, |case| {
            let is_windows = step.stage().is_some_and(|it| it.os() == Os::Windows);
            let Some(strings) = broken.strings.filter(|_| !is_windows) else {
                return Err(remedy!("write each path in double quotes, with commas between"));
            };
            if let Some(other) = strings.iter().find(|it| !it.starts_with(['/', '$'])) {
                return Err(remedy!("write each path in double quotes, with commas between, and begin `{other}` at the root"));
            }
            let is_known = |name: &String| {
                let value = step.stage().map(|it| it.env_at(step, name));
                matches!(value, Some(EnvValue::Set(it)) if it.value.is_some_and(|it| !it.is_empty()))
            };
            let names = step.words().flat_map(Word::variables);
            case.open(names.filter(|it| !is_known(it)).map(|it| {
                OpenCondition::new(
                    format!("whether `${it}` is set: the builder refuses a volume without a name"),
                    "set it by an `ENV`",
                )
            }));
            let called: Vec<String> = step.words().map(|it| format!("`{}`", it.source_text())).collect();
            let strings: Vec<&str> = strings.iter().map(String::as_str).collect();
            case.evidence(format!("as it stands the volumes are called {}", called.join(", ")))
                .declare(Effect::changed(step))
                .fix(|edit| edit.set_array(place, &strings));
            Ok(())
        });
    }
}
