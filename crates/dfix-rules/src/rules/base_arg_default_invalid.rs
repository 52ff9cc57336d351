//! The defaults of `ARG`s make an image's name.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{GlobalArg, Model};

pub(crate) const RULE: Rule = Rule {
    id: "base-arg-default-invalid",
    aliases: &["InvalidDefaultArgInFrom"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "give the `ARG`s of a `FROM` defaults that make the name of an image",
    why: "Without its build arguments such a file cannot be built, and nobody is told which they are.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "ARG NODE_VERSION\nFROM node:$NODE_VERSION\nRUN true\n",
            "ARG NODE_VERSION=22\nFROM node:$NODE_VERSION\nRUN true\n",
        )
        .with_context(&[(
            "compose.yaml",
            "services:\n  web:\n    build:\n      context: .\n      args:\n        NODE_VERSION: \"22\"\n",
        )]),
        reports("ARG NODE_VERSION\nFROM node:$NODE_VERSION\n", "a default for `NODE_VERSION`"),
        reports("ARG BASE\nFROM ${BASE}\nFROM $BASE AS two\n", "a default for `BASE`"),
        reports("ARG TAG=\nFROM alpine:$TAG\n", "makes `alpine:`"),
        leaves("ARG TAG=3.22\nARG SUFFIX\nFROM alpine:$TAG$SUFFIX\nFROM alpine:${OTHER:-3.21}\n"),
        leaves("FROM Build\nFROM alpine AS Base\nFROM Base\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let image = stage.image();
        let variables = stage.from_step().variables_of_base();
        let mut variables = variables
            .iter()
            .filter(|it| image.range.contains_range(it.place));
        let Some(first) = variables.next().filter(|_| image.fails_by_default()) else {
            continue;
        };
        let name = &first.name;
        let text = image.text_by_default();
        let message = format!("without build arguments the name of the image is `{text}`");
        out.judge(image.range, Safety::Checked, message, |case| {
            let mut globals = file.global_args();
            let arg = globals.find(|it| it.name() == name && it.value_range().is_none());
            let is_alone = variables.next().is_none();
            let Some((arg, (value, who))) = arg
                .filter(|_| is_alone)
                .and_then(|it| Some((it, given_by_all(it)?)))
            else {
                return Err(remedy!(
                    "write a default for `{name}` that makes the name of an image, `ARG {name}=…`: it makes `{text}` as it stands"
                ));
            };
            let plain = |it: char| it.is_ascii_alphanumeric() || "._-/:".contains(it);
            if value.is_empty() || !value.chars().all(plain) {
                return Err(remedy!("write a default for `{name}`: {who} gives it `{value}`"));
            }
            case.evidence(format!("the build fails without it, and {who} gives it `{value}`"))
                .declare(Effect::GlobalArg { name: name.clone() })
                .fix(|edit| edit.replace_node(arg.range(), &format!("{name}={value}")));
            Ok(())
        });
    }
}

/// The value that everything gives an `ARG` that builds the file, and who is the first of them.
fn given_by_all(arg: GlobalArg<'_>) -> Option<(String, String)> {
    let given = arg.given();
    let first = given.first()?;
    let value = first.value.clone()?;
    let is_same = given.iter().all(|it| it.value.as_ref() == Some(&value));
    is_same.then(|| (value, first.by.clone()))
}
