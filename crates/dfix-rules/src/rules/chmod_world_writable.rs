//! Nobody but the owner and its group may write files.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Model, Stage, Word};

pub(crate) const RULE: Rule = Rule {
    id: "chmod-world-writable",
    aliases: &[],
    groups: &[Group::Security],
    severity: Severity::Warning,
    summary: "let no file be written by everybody",
    why: "With mode 777 every user of the container, and what breaks out of any of its programs, may change the \
          application.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nCOPY start.sh /\nRUN chmod 777 /start.sh\nCMD [\"/start.sh\"]\n",
            "FROM debian:12\nCOPY start.sh /\nRUN chmod 755 /start.sh\nCMD [\"/start.sh\"]\n",
        )
        .with_unsafe(),
        fixes(
            "FROM debian:12\nRUN chmod -R 0777 /app && chmod -v 666 /app/a\n",
            "FROM debian:12\nRUN chmod -R 0755 /app && chmod -v 644 /app/a\n",
        )
        .with_unsafe(),
        fixes(
            "FROM debian:12\nCOPY --chmod=777 a /a\n",
            "FROM debian:12\nCOPY --chmod=755 a /a\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN chmod 777 /app\n").that_says("another user than root"),
        leaves(
            "FROM debian:12\nRUN chmod 755 /a && chmod +x /b && chmod 1777 /tmp && chmod $M /c\n",
        ),
        reports("FROM debian:12\nRUN chmod 777 /app\nUSER 1000\n", "`chown`"),
        reports("FROM debian:12\nRUN chmod -R a+rwx /app\n", "`chown`"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for command in stage
            .build_commands()
            .filter(|it| it.is("chmod") && !it.is_of_script())
        {
            let mode = command
                .args()
                .find(|it| !it.literal_prefix().starts_with('-'));
            if let Some(mode) = mode {
                look_at(stage, Effect::arguments_of(command), mode, out);
            }
        }
        for step in stage.copies() {
            if let Some(mode) = step.flag("chmod").and_then(|it| it.value()) {
                look_at(stage, Effect::changed(step), mode, out);
            }
        }
    }
}

fn look_at<'m>(stage: Stage<'m>, effect: Effect, mode: Word<'m>, out: &mut Findings<'_>) {
    let Some(text) = mode.value().filter(|it| is_open(it)) else {
        return;
    };
    let message = format!("mode `{text}` lets everybody write");
    out.judge(mode, Safety::Checked, message, |case| {
        let user = stage.final_user();
        let new = closed(text).filter(|_| !user.is_root().is_no());
        let Some(new) = new else {
            return Err(remedy!(
                "give the files to the user that writes them (`chown`, `COPY --chown`), and leave that away"
            ));
        };
        case.open(OpenCondition::new(
            "whether another user than root writes there",
            "look which users the container's programs run as, and give the files to them (`chown`)",
        ))
        .declare(effect)
        .fix(|edit| edit.replace_word(mode, &new));
        Ok(())
    });
}

/// Whether a mode lets everybody write; what has the sticky bit, as `/tmp`, is meant for that.
fn is_open(mode: &str) -> bool {
    if let Some(bits) = octal(mode) {
        return bits & 0o1002 == 0o002;
    }
    mode.split(',').any(|part| {
        let Some(at) = part.find(['+', '=']) else {
            return false;
        };
        let (who, what) = part.split_at(at);
        who.contains(['a', 'o']) && what.contains('w') && !what.contains('t')
    })
}

/// The octal mode without the right of all, and of the group, to write.
fn closed(mode: &str) -> Option<String> {
    let bits = octal(mode)? & !0o022;
    Some(format!("{bits:0width$o}", width = mode.len()))
}

fn octal(mode: &str) -> Option<u32> {
    u32::from_str_radix(mode, 8)
        .ok()
        .filter(|_| mode.len() >= 3)
}
