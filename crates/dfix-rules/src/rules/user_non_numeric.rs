//! `USER` is a number.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::catalogue::SystemPackageManager;
use dfix_model::{Account, Command, MadeBy, Model, Stage, Step, StepKind, Word};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "user-non-numeric",
    aliases: &["DL3066"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write the user of `USER` as a number",
    why: "Kubernetes does not start a container with `runAsNonRoot` whose user is a name: only a number shows that it is \
          not root's. The number is that of the same user, with its group and home.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes("FROM node:22\nUSER node\n", "FROM node:22\nUSER 1000\n")
            .that_says("`node` is number 1000"),
        fixes(
            "FROM debian:12\nRUN useradd -u 1234 app\nUSER app:staff\n",
            "FROM debian:12\nRUN useradd -u 1234 app\nUSER 1234:staff\n",
        ),
        fixes("FROM debian:12\nUSER root\n", "FROM debian:12\nUSER 0\n"),
        leaves("FROM node:22\nUSER 12345\nUSER 1234:5678\n"),
        leaves("FROM node:22\nARG APP_UID\nUSER ${APP_UID}\nUSER $OTHER:app\n"),
        leaves("FROM acme/base:1\nUSER root\n").that_says("whether `root` is number 0"),
        fixes(
            "FROM debian:12\nRUN useradd -m app\nUSER app\n",
            "FROM debian:12\nRUN useradd -u 10001 -m app\nUSER 10001\n",
        )
        .with_unsafe(),
        fixes(
            "FROM alpine:3.20\nRUN adduser -D app\nUSER app\n",
            "FROM alpine:3.20\nRUN adduser -u 10001 -D app\nUSER 10001\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN useradd app\nUSER app\n").that_says("relies on the number"),
        reports(
            "FROM acme/base:1\nUSER app\nUSER 0\nUSER app:staff\n",
            "look it up in the image",
        ),
        // Whoever builds it may give another number.
        leaves("FROM debian:12\nARG N=1234\nRUN useradd -u $N app\nUSER app\n"),
        leaves("FROM debian:12\nARG N=1234\nRUN useradd -mu $N app\nUSER app\n").with_unsafe(),
        leaves("FROM debian:12\nARG OPTIONS\nRUN useradd $OPTIONS app\nUSER app\n").with_unsafe(),
        leaves("ARG V=22\nFROM node:$V\nUSER node\n")
            .that_says("whether every build takes the image"),
        reports(
            "FROM debian:12\nRUN useradd -u 1234 app\nUSER app\nUSER 0\nRUN usermod -u 2345 app\nUSER 2345\n",
            "at the end of the stage",
        ),
        reports(
            "FROM debian:12\nRUN useradd -u 1234 app && useradd -o -u 1234 b\nUSER app\n",
            "two users",
        ),
    ],
};

/// Above the numbers that systems give to users of their own.
const NUMBER: u32 = 10001;

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|it| it.is(StepKind::User) && !it.is_onbuild())
    {
        let Some((word, text)) = step.word().and_then(|it| Some((it, it.value()?))) else {
            continue;
        };
        let name = text.split(':').next().unwrap_or_default();
        if !name.is_empty() && !name.bytes().all(|it| it.is_ascii_digit()) {
            look_at(step, word, name, out);
        }
    }
}

fn look_at<'m>(step: Step<'m>, word: Word<'m>, name: &'m str, out: &mut Findings<'_>) {
    let Some(stage) = step.stage() else { return };
    let accounts = stage.accounts().at(step);
    let account = accounts.account(name);
    let known = account.as_ref().filter(|it| it.is_uid_fixed);
    let number = known.and_then(|it| it.uid);
    let is_made = account.is_some();
    let is_of_image = known.is_some_and(|it| !matches!(it.made_by, MadeBy::Step(_)));
    let making = account.filter(|_| number.is_none());
    if let Some(command) = making.and_then(|it| made_by(stage, &it)) {
        number_it(step, word, (name, command), out);
        return;
    }
    // Where nobody knows the number there is nothing to write: a rule that makes a user, or names one again, needs not know it.
    let Some(number) = number.or_else(|| (name == "root").then_some(0)) else {
        if !is_made && !is_named_before(stage, step, name) {
            let message = format!("`{name}` is no number");
            out.judge(step, Safety::Checked, message, |_| {
                Err(remedy!(
                    "nothing tells what number it has: look it up in the image (`id -u {name}`), and write that"
                ))
            });
        }
        return;
    };
    out.judge(
        step,
        Safety::Checked,
        format!("`{name}` is no number"),
        |case| {
            if number == 0 && crate::base::facts(stage).is_none() {
                case.open(OpenCondition::new(
                    "whether `root` is number 0 in the base image",
                    "look into its `/etc/passwd`",
                ));
            }
            let last = stage.accounts().account(name);
            if number > 0 && last.is_none_or(|it| !it.is_uid_fixed || it.uid != Some(number)) {
                return Err(remedy!(
                    "`{name}` has another number, or is gone, at the end of the stage: set the number where the user is made"
                ));
            }
            if number > 0 && is_of_image {
                case.open(chosen_image(stage));
            }
            let mut namesakes = accounts
                .all()
                .into_iter()
                .filter(|it| it.uid == Some(number));
            if namesakes.any(|it| it.name != name) {
                return Err(remedy!(
                    "two users have the number {number}: give one of them another"
                ));
            }
            case.open(accounts.exists(name).open().filter(|_| number > 0))
                .evidence(format!("`{name}` is number {number}"))
                .declare([
                    Effect::changed(step),
                    Effect::User {
                        stage: stage.index(),
                    },
                ])
                .fix(|edit| {
                    let new =
                        word.value()
                            .unwrap_or_default()
                            .replacen(name, &number.to_string(), 1);
                    edit.replace_word(word, &new);
                });
            Ok(())
        },
    );
}

/// Whether something before the `USER` runs as the same user, or gives files to it.
fn is_named_before(stage: Stage<'_>, step: Step<'_>, name: &str) -> bool {
    let mut up_to = stage.steps().filter(|it| it.index() <= step.index());
    up_to.any(|it| {
        let gives = it.index() < step.index() && it.mentions("chown") && it.mentions(name);
        gives || stage.user_at(it).name.as_deref() == Some(name)
    })
}

/// The command of the stage that makes a user and lets the system choose its number.
fn made_by<'m>(stage: Stage<'m>, account: &Account) -> Option<Command<'m>> {
    let MadeBy::Step(at) = account.made_by else {
        return None;
    };
    let step = stage.steps().find(|it| it.index() == at)?;
    let has_apk = stage.any_base_facts().package_manager == SystemPackageManager::Apk;
    let makes = |it: &Command<'_>| it.is("useradd") || (has_apk && it.is("adduser"));
    let mut commands = step.commands().filter(|it| makes(it) && !it.is_of_script());
    // Letters that stand together may say it, and words that a variable brings.
    let may_say = |it: Word<'_>| {
        let letters = it.literal_prefix().strip_prefix('-').unwrap_or_default();
        let is_cluster = letters.bytes().all(|it| it.is_ascii_alphabetic());
        let is_told = letters.starts_with('u') || (is_cluster && letters.contains('u'));
        is_told || it.starts_with("--uid") || (!it.is_known() && it.may_split())
    };
    let says = |it: &Command<'_>| it.args().any(may_say);
    let command = commands.find(|it| it.has_arg(&account.name))?;
    (!says(&command) && command.is_certain()).then_some(command)
}

/// Gives a user that is made here a number, and names it by that.
fn number_it<'m>(
    step: Step<'m>,
    word: Word<'m>,
    (name, command): (&'m str, Command<'m>),
    out: &mut Findings<'_>,
) {
    let (Some(stage), Some(program)) = (step.stage(), command.program()) else {
        return;
    };
    let taken = stage.accounts().uid_taken(NUMBER);
    if taken.is_yes() {
        return;
    }
    out.judge(step, Safety::Checked, format!("`{name}` is no number"), |case| {
        case.open(OpenCondition::new(
            format!("whether anything relies on the number that {name} has now, such as a volume with its files"),
            "look who owns what is mounted, or make the user with its number of today (`useradd -u`)",
        ))
        .open(taken.open())
        .declare([
            Effect::arguments_of(command),
            Effect::changed(step),
            Effect::User { stage: stage.index() },
        ])
        .fix(|edit| {
            edit.insert_source_after(program, &format!("-u {NUMBER}"));
            let new = word.value().unwrap_or_default().replacen(name, &NUMBER.to_string(), 1);
            edit.replace_word(word, &new);
        });
        Ok(())
    });
}
