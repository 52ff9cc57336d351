//! The keys of labels are written as Docker asks.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Model, Pair, Step, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "label-invalid-key",
    aliases: &["DL3048"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "write the keys of labels in small letters, digits, dots and dashes",
    why: "Docker's guidelines for labels ask for it: a key begins with a letter, has no two dots or dashes in a row, and leaves \
          `com.docker.`, `io.docker.` and `org.dockerproject.` to Docker.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nLABEL Maintainer=\"jane\" \"buildDate\"=x My.Label--A=1\n",
            "FROM alpine:3.20\nLABEL maintainer=\"jane\" build-date=x my.label-a=1\n",
        )
        .with_unsafe(),
        leaves("FROM alpine:3.20\nLABEL MAINTAINER=jane\n").that_says("reads the label"),
        // `podman container runlabel` asks for it so.
        reports(
            "FROM alpine:3.20\nLABEL RUN=\"docker run -it IMAGE\"\n",
            "runlabel",
        ),
        leaves("FROM alpine:3.20\nLABEL org.valid-key.label3=foo a_b=c d/e=f\n"),
        fixes(
            "FROM alpine:3.20\nONBUILD LABEL Name=1\n",
            "FROM alpine:3.20\nONBUILD LABEL name=1\n",
        )
        .with_unsafe(),
        leaves("FROM alpine:3.20\nARG K\nLABEL $K=1\n"),
        reports(
            "FROM alpine:3.20\nLABEL com.docker.label=foo\n",
            "Docker's own",
        ),
        reports(
            "FROM alpine:3.20\nLABEL 1invalid=foo\n",
            "begin it with a letter",
        ),
        reports(
            "FROM alpine:3.20\nLABEL Name=foo name=bar\n",
            "`name` is set, too",
        ),
        reports(
            "FROM alpine:3.20\nLABEL BuildDate=foo buildDate=bar\n",
            "`build-date` is set, too",
        ),
        reports(
            "FROM alpine:3.20 AS a\nLABEL name=foo\nFROM a\nLABEL Name=bar\n",
            "`name` is set, too",
        ),
    ],
};

const OF_DOCKER: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is(StepKind::Label)) {
        for pair in step.pairs() {
            let Some((word, key)) = pair.key().and_then(|it| Some((it, it.value()?))) else {
                continue;
            };
            let is_of_docker = OF_DOCKER.iter().any(|it| key.starts_with(it));
            if is_valid(key) && !is_of_docker {
                continue;
            }
            let message = format!("`{key}` is no key of a label");
            out.judge(pair, Safety::Checked, message, |case| {
                if is_of_docker {
                    return Err(remedy!(
                        "keys that begin like this are Docker's own: take one of your own domain"
                    ));
                }
                if is_run(pair) {
                    return Err(remedy!(
                        "`podman container runlabel` and `atomic` run what it says by this name: leave it where they are used"
                    ));
                }
                let new = valid(key);
                if !is_valid(&new) {
                    return Err(remedy!("choose another one, and begin it with a letter"));
                }
                if has(pair, step, &new) {
                    return Err(remedy!("`{new}` is set, too: keep one of them"));
                }
                case.open(OpenCondition::new(
                    format!("whether anything reads the label by the key `{key}`"),
                    "search for it where the image is deployed",
                ))
                .declare(Effect::changed(step))
                .fix(|edit| edit.replace_word(word, &new));
                Ok(())
            });
        }
    }
}

/// Whether a label holds a command for its image.
fn is_run(pair: Pair<'_>) -> bool {
    let command = pair.value().map_or("", |it| it.literal_prefix());
    let program = command.split(' ').next().unwrap_or_default();
    ["docker", "podman", "atomic"]
        .iter()
        .any(|it| program.ends_with(it))
}

fn is_valid(key: &str) -> bool {
    let is_small = |it: char| it.is_ascii_lowercase();
    let is_last = |it: char| is_small(it) || it.is_ascii_digit();
    key.starts_with(is_small)
        && key.ends_with(is_last)
        && key.chars().all(|it| is_last(it) || "._-/".contains(it))
        && !key.contains("..")
        && !key.contains("--")
}

/// The key in small letters, with a dash before what was a capital inside a word and for each sign that may not be there.
fn valid(key: &str) -> String {
    let mut new = String::new();
    let mut last = '-';
    for sign in key.chars() {
        if sign.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_digit()) {
            new.push('-');
        }
        let is_kept = sign.is_ascii_alphanumeric() || "._/".contains(sign);
        let sign_new = if is_kept {
            sign.to_ascii_lowercase()
        } else {
            '-'
        };
        let is_double = matches!(sign_new, '.' | '-') && new.ends_with(sign_new);
        if !is_double {
            new.push(sign_new);
        }
        last = sign;
    }
    new.trim_matches(['.', '-', '_', '/']).to_owned()
}

/// Whether another label has the key, or would be given it, in the step's stage or one that it is based on, or that is based on it.
fn has(own: Pair<'_>, step: Step<'_>, key: &str) -> bool {
    let stage = step.stage().into_iter();
    let stages = stage.flat_map(|it| it.base_chain().chain(it.with_descendants()));
    let labels = stages.flat_map(|it| it.steps_of(StepKind::Label));
    let mut others = labels
        .flat_map(Step::pairs)
        .filter(|it| it.range() != own.range() && it.key_text() != own.key_text());
    others.any(|it| {
        it.key_text()
            .is_some_and(|it| it == key || valid(it) == key)
    })
}
