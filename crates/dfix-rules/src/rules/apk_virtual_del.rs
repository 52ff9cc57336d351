//! A name for packages that go again.

use dfix_catalogue::{SystemPackageManager, image_packages};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::packages::SpecKind;
use dfix_model::{Model, PackageCommand, PackageManager, PackageSpec, Stage, Step, Word};

use crate::base::{chosen_image, lacks};

pub(crate) const RULE: Rule = Rule {
    id: "apk-virtual-del",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "give packages that are removed in the same `RUN` a name by `apk add --virtual`",
    why: "The list stands once: a package that is added to it is removed, too.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nRUN apk add --no-cache gcc musl-dev && make && apk del musl-dev gcc\n",
            "FROM alpine:3.22\nRUN apk add --no-cache --virtual .build-deps gcc musl-dev && make && apk del .build-deps\n",
        ),
        fixes(
            "FROM python:3.12-alpine\nRUN apk add --no-cache \\\n    gcc \\\n    make=1 \\\n && make \\\n && apk del --purge gcc make\n",
            "FROM python:3.12-alpine\nRUN apk add --no-cache --virtual .build-deps \\\n    gcc \\\n    make=1 \\\n && make \\\n && apk del --purge .build-deps\n",
        ),
        leaves("FROM acme/base:1\nRUN apk add --no-cache gcc make && make && apk del gcc make\n")
            .that_says("whether the image has"),
        leaves("FROM alpine:3.22\nRUN apk add --no-cache gcc make && make && apk del gcc\n"),
        leaves("FROM alpine:3.22\nRUN apk add --no-cache -t .x gcc && make && apk del .x\n"),
        leaves(
            "FROM alpine:3.22\nRUN apk add gcc\nRUN apk add gcc make && make && apk del gcc make\n",
        ),
        leaves(
            "FROM alpine:3.22\nRUN apk add gcc make && make && apk del gcc make && apk add --virtual .build-deps make\n",
        ),
        leaves("FROM alpine:3.22\nRUN apk add $A && make && apk del $A\n"),
        leaves(
            "FROM alpine:3.22\nRUN apk add gcc make && apk del gcc make || true\nRUN apk add git && apk del git\n",
        ),
    ],
};

const NAME: &str = ".build-deps";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let is_taken = stage
            .base_chain()
            .flat_map(Stage::steps)
            .any(|it| it.mentions(NAME));
        if is_taken || lacks(stage, SystemPackageManager::Apk) {
            continue;
        }
        for step in stage.runs() {
            let Some((add, del)) = pair(stage, step) else {
                continue;
            };
            let names = names(&add).unwrap_or_default();
            let message = "the same packages are named to be installed and to be removed";
            out.judge(del.subcommand(), Safety::Checked, message, |case| {
                let image = stage.base_image();
                let (name, tag) = (image.name().unwrap_or(""), image.tag_text().unwrap_or(""));
                let is_known = stage.any_base_facts().is_known();
                case.open((!is_known).then(|| {
                    OpenCondition::new(
                        "whether the image has one of the packages itself, which then would stay",
                        "look at its /etc/apk/world",
                    )
                }))
                .evidence(is_known.then(|| format!("`{name}` has none of the packages itself")))
                .open(chosen_image(stage));
                if let Some(own) = image_packages(name, tag).find(|it| names.contains(it)) {
                    case.open(OpenCondition::new(
                        format!("whether `{own}`, which the image has itself, is to go"),
                        "name it beside the others where it is removed",
                    ));
                }
                case.declare([
                    Effect::arguments_of(add.command),
                    Effect::arguments_of(del.command),
                ])
                .fix(|edit| {
                    let first = add.operands().next().map(|it| it.range().start());
                    let is_before = |it: &Word<'_>| first.is_some_and(|at| it.range().end() <= at);
                    let place = add.command.args().rfind(is_before);
                    let place = place.unwrap_or(add.subcommand());
                    edit.insert_word_after(place, "--virtual");
                    edit.insert_word_after(place, NAME);
                    let mut words = del.operands();
                    if let Some(first) = words.next() {
                        edit.replace_word(first, NAME);
                    }
                    edit.remove_words(words);
                });
                Ok(())
            });
        }
    }
}

/// The first two commands of a step by which the same packages come and go.
fn pair<'m>(stage: Stage<'m>, step: Step<'m>) -> Option<(PackageCommand<'m>, PackageCommand<'m>)> {
    let apks: Vec<PackageCommand<'m>> = step
        .package_commands()
        .filter(|it| it.manager == PackageManager::Apk)
        .collect();
    let is_free = |it: &PackageCommand<'_>| it.command.is_in_list() && !it.may_take_more();
    let adds = apks.iter().filter(|it| {
        it.subcommand_is_one_of(&["add"])
            && is_free(it)
            && !it.has_flag("--virtual")
            && !it.has_flag("-t")
    });
    adds.copied().find_map(|add| {
        let wanted = names(&add)?;
        let is_again = |it: &PackageCommand<'_>| {
            it.range() != add.range()
                && it.is_install()
                && it
                    .packages()
                    .iter()
                    .any(|it| it.name.is_none_or(|it| wanted.contains(&it)))
        };
        let mut all = stage
            .base_chain()
            .flat_map(|it| it.package_commands(PackageManager::Apk));
        let is_its = |it: &&PackageCommand<'_>| {
            it.subcommand_is_one_of(&["del"])
                && is_free(it)
                && it.range().start() > add.range().start()
                && names(it).as_ref() == Some(&wanted)
        };
        let del = apks.iter().find(is_its).copied()?;
        (!all.any(|it| is_again(&it))).then_some((add, del))
    })
}

/// The names of its packages, sorted, where all are known.
fn names<'m>(apk: &PackageCommand<'m>) -> Option<Vec<&'m str>> {
    let name = |it: &PackageSpec<'m>| {
        let is_plain =
            it.kind == SpecKind::Index && it.word.is_known() && !it.word.starts_with(".");
        it.name.filter(|_| is_plain)
    };
    let mut names: Vec<&'m str> = apk.packages().iter().map(name).collect::<Option<_>>()?;
    names.sort_unstable();
    (names.len() > 1).then_some(names)
}
