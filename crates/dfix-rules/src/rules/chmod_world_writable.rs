//! Nobody but the owner and its group may write files.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::path::has_ending;
use dfix_model::{Flag, Model, Word, WrapperKind};

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
            "FROM debian:12\nCOPY --chmod=0777 a.sh /usr/local/bin/\n",
            "FROM debian:12\nCOPY --chmod=0755 a.sh /usr/local/bin/\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN chmod 777 /usr/local/bin/run\n")
            .that_says("whether anything writes"),
        leaves(
            "FROM debian:12\nRUN chmod 755 /a && chmod +x /b && chmod 1777 /tmp && chmod $M /c\n",
        ),
        reports(
            "FROM debian:12\nRUN chmod -R 777 /var/www/cache\n",
            "`chown`",
        ),
        reports(
            "FROM debian:12\nRUN chmod 777 /a.sh /data\nCOPY --chmod=777 . /app\n",
            "`chown`",
        ),
        reports("FROM debian:12\nRUN chmod -R a+rwx /app\n", "`chown`"),
        reports(
            "FROM debian:12\nRUN find /app | xargs chmod 777\n",
            "`chown`",
        ),
        reports(
            "FROM debian:12\nRUN find /app | xargs chmod 777 /a.sh\n",
            "`chown`",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for command in stage.build_commands() {
            if command.is("chmod") && !command.is_of_script() {
                let is_option = |it: &Word<'_>| it.literal_prefix().starts_with('-');
                let mut words = command.args().filter(|it| !is_option(it)).peekable();
                if let Some(mode) = words.next() {
                    // What `xargs` adds is not known.
                    let is_all = command
                        .wrappers()
                        .all(|it| it.kind != WrapperKind::Arguments);
                    let are_programs = is_all && words.peek().is_some() && words.all(is_program);
                    look_at(Effect::arguments_of(command), mode, are_programs, out);
                }
            }
        }
        for step in stage.copies() {
            if let Some(mode) = step.flag("chmod").and_then(Flag::value) {
                let are_programs = step.sources().all(is_program);
                look_at(Effect::changed(step), mode, are_programs, out);
            }
        }
    }
}

fn look_at(effect: Effect, mode: Word<'_>, are_programs: bool, out: &mut Findings<'_>) {
    let Some(text) = mode.value().filter(|it| is_open(it)) else {
        return;
    };
    let message = format!("mode `{text}` lets everybody write");
    out.judge(mode, Safety::Checked, message, |case| {
        let Some(new) = closed(text).filter(|_| are_programs) else {
            return Err(remedy!(
                "give the files to the user that writes them (`chown`, `COPY --chown`), and leave that away"
            ));
        };
        case.open(OpenCondition::new(
            "whether anything writes the programs anew when the container runs",
            "look what they are for",
        ))
        .declare(effect)
        .fix(|edit| edit.replace_word(mode, &new));
        Ok(())
    });
}

/// Whether the path is a program's, which is run and seldom written.
fn is_program(path: Word<'_>) -> bool {
    path.value()
        .is_some_and(|it| has_ending(it, ".sh") || it.contains("/bin/") && !it.ends_with('/'))
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
