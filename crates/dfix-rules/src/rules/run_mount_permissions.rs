//! Secrets that nobody else may read.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Command, Model, Mount, OpenCondition, Step, Ternary, Word, WrapperKind};

pub(crate) const RULE: Rule = Rule {
    id: "run-mount-permissions",
    aliases: &[],
    groups: &[Group::Security],
    severity: Severity::Warning,
    summary: "keep a mounted secret from other users",
    why: "With a mode such as `0444` every program of the `RUN` can read the secret, whoever it runs as. Without one its owner \
          alone can, and `uid=` says who that is.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN --mount=type=secret,id=key,mode=0444 cat /run/secrets/key > /dev/null\n",
            "FROM debian:12\nRUN --mount=type=secret,id=key,mode=0400 cat /run/secrets/key > /dev/null\n",
        ),
        fixes(
            "FROM debian:12\nUSER 1000\nRUN --mount=type=ssh,uid=1000,gid=1000,mode=666 git clone git@example.org:a\n",
            "FROM debian:12\nUSER 1000\nRUN --mount=type=ssh,uid=1000,gid=1000,mode=0660 git clone git@example.org:a\n",
        ),
        reports(
            "FROM debian:12\nUSER 1000\nRUN --mount=type=secret,id=key,mode=0444 cat /run/secrets/key\n",
            "`uid=`",
        ),
        leaves("FROM acme/base:1\nRUN --mount=type=secret,id=key,mode=0444 cat /run/secrets/key\n")
            .that_says("whether the user of the `RUN` owns the secret"),
        leaves("FROM debian:12\nRUN --mount=type=secret,id=key,mode=0444 su app -c 'cat /run/secrets/key'\n")
            .that_says("whether `su` has others read the secret"),
        leaves("FROM debian:12\nRUN --mount=type=secret,id=key,mode=0444 sudo -u app cat /run/secrets/key\n")
            .that_says("whether `cat` has others read the secret"),
        leaves("FROM debian:12\nRUN --mount=type=secret,id=key,mode=0444 ./all.sh\n")
            .that_says("whether `all.sh` has others read the secret"),
        leaves("FROM debian:12\nRUN --mount=type=secret,id=key,mode=0440 cat /run/secrets/key\n"),
        leaves("FROM debian:12\nRUN --mount=type=secret,id=key cat /run/secrets/key\n"),
        leaves("FROM debian:12\nARG M\nRUN --mount=type=secret,id=key,mode=$M cat /run/secrets/key\n"),
        leaves("FROM debian:12\nRUN --mount=type=cache,target=/c,mode=0777 ls /c\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        let secrets = step
            .mounts()
            .filter(|it| matches!(it.kind(), "secret" | "ssh"));
        for mount in secrets {
            let Some(word) = mount.option("mode") else {
                continue;
            };
            let mode = word.value().and_then(|it| u32::from_str_radix(it, 8).ok());
            let Some(mode) = mode.filter(|it| it & 0o7 != 0) else {
                continue;
            };
            let of_group = if mount.has("gid") { 0o70 } else { 0 };
            let tight = format!("{:04o}", mode & (0o700 | of_group));
            let message = format!("every user can read the {} of this mount", mount.kind());
            out.judge(word, Safety::Checked, message, |case| {
                let owned = owned(step, mount);
                if owned.is_no() {
                    return Err(remedy!(
                        "give it to the user of the `RUN` by `uid=`, and leave `mode=` out"
                    ));
                }
                let other = step.commands().find(|it| may_become_another(*it));
                case.evidence(
                    (owned.is_yes() && other.is_none())
                        .then_some("the user of the `RUN` owns it, and nothing becomes another"),
                )
                .open(owned.open())
                .open(other.map(|it| {
                    OpenCondition::new(
                        format!("whether `{}` has others read the secret", it.called()),
                        "look at who reads it there, and name the user by `uid=`",
                    )
                }))
                .declare(Effect::changed(step))
                .fix(|edit| edit.replace_part(word, &tight));
                Ok(())
            });
        }
    }
}

/// Whether the user of the `RUN` owns what is mounted.
fn owned(step: Step<'_>, mount: Mount<'_>) -> Ternary {
    let unknown = || {
        Ternary::unknown(
            "whether the user of the `RUN` owns the secret",
            "name the user by `uid=`",
        )
    };
    let Some(stage) = step.stage() else {
        return unknown();
    };
    let user = stage.user_at(step);
    let owner = mount.option("uid").map(Word::value);
    match (owner, user.is_root()) {
        (_, Ternary::Yes) => Ternary::Yes,
        (None, Ternary::No) => Ternary::No,
        (Some(Some(owner)), Ternary::No) if user.name.as_deref() == Some(owner) => Ternary::Yes,
        _ => unknown(),
    }
}

/// Whether somebody else than the user of the `RUN` may run there.
fn may_become_another(command: Command<'_>) -> bool {
    let mut wrappers = command.wrappers();
    let is_unknown = command.program().is_some() && !command.has_known_program();
    is_unknown
        || command.is_one_of(&["su", "runuser"])
        || wrappers.any(|it| it.kind == WrapperKind::User)
}
