//! Settings of the new image that the old one had not: its language, whom its program trusts, its users.

use dfix_catalogue::{
    Distribution, ImageFacts, ImageMark, end_of_release, image_is, is_system_account,
    number_of_release,
};
use dfix_engine::OpenCondition;
use dfix_model::{Command, Flag, Pair, Stage, Step, StepKind, Word, lines};

use super::super::lines::line_of;
use super::alike::Images;
use super::runs::{Runs, kind_of};

/// What is open of them.
pub(super) fn conditions(runs: &Runs<'_>, old: &str, images: &Images<'_>) -> Vec<OpenCondition> {
    let all = [
        language(runs, images),
        trust(runs, old, images),
        dotted(runs, old, images),
        place(runs, images),
        accounts(runs, images),
        start(runs, old, images),
    ];
    all.into_iter().flatten().collect()
}

/// What the container starts, where the file leaves that to the image, and the new one starts another thing.
fn start(runs: &Runs<'_>, old_name: &str, images: &Images<'_>) -> Option<OpenCondition> {
    let old = images.old.filter(|_| old_name != images.name)?;
    let mut stages = runs.stage.with_descendants();
    let silent = stages.find(|it| it.is_shipped() && it.entry().steps().next().is_none())?;
    let said = |image: &ImageFacts| {
        let entrypoint: Vec<&str> = image.entrypoint()?.collect();
        let command: Vec<&str> = image.command()?.collect();
        Some((entrypoint, command))
    };
    let is_same = matches!((said(old), said(images.new)), (Some(old), Some(new)) if old == new);
    (!is_same).then(|| {
        OpenCondition::new(
            format!(
                "whether `{}` starts what the old image did: the stage of line {} says no CMD",
                images.name,
                silent.from_step().line()
            ),
            "say what the container starts by `CMD`",
        )
    })
}

/// A language that the file sets, and a variable of the new image goes before.
fn language(runs: &Runs<'_>, images: &Images<'_>) -> Option<OpenCondition> {
    const ALL: &str = "LC_ALL";
    if images.old.is_some_and(|it| it.sets(ALL) == Some(true))
        || images.new.sets(ALL) == Some(false)
    {
        return None;
    }
    let stages = runs.stage.with_descendants();
    let pairs: Vec<(Step<'_>, &str)> = stages
        .flat_map(|it| it.steps_of(StepKind::Env))
        .flat_map(|step| {
            let keys = step.pairs().filter_map(Pair::key_text);
            keys.map(move |key| (step, key))
        })
        .collect();
    if pairs.iter().any(|it| it.1 == ALL) {
        return None;
    }
    let (step, key) = pairs
        .iter()
        .find(|it| it.1 == "LANG" || it.1.starts_with("LC_"))?;
    Some(OpenCondition::new(
        format!(
            "whether `{key}` of line {} may give way to `{ALL}`, which `{}` sets",
            step.line(),
            images.name
        ),
        format!("set `{ALL}`, too"),
    ))
}

/// The Dockerfile's own path, where it names the release that the image leaves.
fn place(runs: &Runs<'_>, images: &Images<'_>) -> Option<OpenCondition> {
    let path = runs.stage.file().context().dockerfile_path()?;
    let old = images.old?.foundation?;
    let release = old.release?;
    let distribution = format!("{:?}", old.distribution).to_ascii_lowercase();
    let code_name = end_of_release(&old).map(|it| it.code_name());
    let code_name = code_name.unwrap_or_default();
    let number = number_of_release(&distribution, &code_name).unwrap_or(release);
    let is_named = path.to_ascii_lowercase().split('/').any(|part| {
        let is_sure = number.contains('.') || part.contains(&distribution);
        has_word(part, &code_name) || (is_sure && has_number(part, number))
    });
    is_named.then(|| {
        OpenCondition::new(
            format!(
                "whether `{path}` may go on to be called so: it names {}",
                old.told()
            ),
            "leave it for that release, or rename it with what refers to it",
        )
    })
}

/// Whether a name has a word.
fn has_word(name: &str, word: &str) -> bool {
    let mut words = name.split(|it: char| !it.is_ascii_alphanumeric());
    !word.is_empty() && words.any(|it| it == word)
}

/// Whether a name has a number: `alpine-3.21`, `debian11`.
fn has_number(name: &str, number: &str) -> bool {
    let is_number = |it: char| it.is_ascii_digit() || it == '.';
    let mut numbers = name.split(|it: char| !is_number(it));
    !number.is_empty() && numbers.any(|it| it.trim_matches('.') == number)
}

/// Users and groups that the old distribution brings, and another one may not.
fn accounts(runs: &Runs<'_>, images: &Images<'_>) -> Option<OpenCondition> {
    let old = images.old?.foundation?;
    if kind_of(&old) == kind_of(images.foundation) {
        return None;
    }
    let mut named: Vec<(&str, usize)> = Vec::new();
    let steps = runs.stage.with_descendants().flat_map(Stage::steps);
    for step in steps {
        let owner = step.flag("chown").and_then(Flag::value);
        let user = step.word().filter(|_| step.is(StepKind::User));
        let said = owner.into_iter().chain(user).filter_map(Word::value);
        named.extend(said.map(|it| (it, step.line())));
    }
    let changes = |it: &&Command<'_>| it.is_one_of(&["chown", "chgrp"]);
    for command in runs.commands.iter().filter(changes) {
        let mut operands = command.args().filter(|it| !it.starts_with("-"));
        let owner = operands.next().and_then(Word::value);
        named.extend(owner.map(|it| (it, line_of(*command))));
    }
    let is_brought = |it: &&str| is_system_account(it) && *it != "root";
    let mut names: Vec<&str> = Vec::new();
    let mut places = Vec::new();
    for (text, line) in named {
        let found: Vec<&str> = text.split(':').filter(is_brought).collect();
        if !found.is_empty() {
            places.push(line);
            names.extend(found);
        }
    }
    names.sort_unstable();
    names.dedup();
    let shown: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    (!names.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether {} ({}) is a user on {}, and a group where it is named as one",
                shown.join(" and "),
                lines(places),
                images.foundation.told()
            ),
            "see /etc/passwd and /etc/group of the new image, or say numbers",
        )
    })
}

/// Variables whose names a shell does not hand on, where the new image's entry point is a script that the shell of Alpine
/// runs (adoptium/containers, `entrypoint.sh`).
fn dotted(runs: &Runs<'_>, old: &str, images: &Images<'_>) -> Option<OpenCondition> {
    let is_by_script = |name: &str| image_is(name, ImageMark::ScriptAtStart);
    let foundation = images.new.foundation?;
    if !is_by_script(images.name)
        || is_by_script(old)
        || foundation.distribution != Distribution::Alpine
    {
        return None;
    }
    let stages = runs.stage.with_descendants();
    let of_file = stages.flat_map(|stage| stage.env_set().map(|(name, _)| name));
    let launches = runs.stage.launches();
    let of_launches = launches.flat_map(|it| it.environment.iter().map(|it| it.name.as_str()));
    let dotted = of_file
        .chain(of_launches)
        .filter(|it| it.contains(['.', '-']));
    let mut names: Vec<&str> = Vec::new();
    for name in dotted {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let shown: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    let shown = match shown.split_last()? {
        (last, []) => format!("{last} still reaches"),
        (last, rest) => format!("{} and {last} still reach", rest.join(", ")),
    };
    Some(OpenCondition::new(
        format!(
            "whether {shown} the program: the entry point of `{}` is a script, and the shell of Alpine hands no such name on",
            images.name
        ),
        "give it as an option (`-Dname=value`), or take an image that is not of Alpine",
    ))
}

/// Certificates that are put among those of the system, where the program of the new image has its own.
fn trust(runs: &Runs<'_>, old: &str, images: &Images<'_>) -> Option<OpenCondition> {
    if !image_is(images.name, ImageMark::OwnTrust) || image_is(old, ImageMark::OwnTrust) {
        return None;
    }
    let adding = runs
        .commands
        .iter()
        .filter(|it| it.is("update-ca-certificates"));
    let places: Vec<usize> = adding.map(|it| line_of(*it)).collect();
    (!places.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether the program of `{}` is to trust what {} adds: it has certificates of its own",
                images.name,
                lines(places)
            ),
            "set USE_SYSTEM_CA_CERTS=1 where its entry point knows it, or add them with `keytool -importcert -cacerts`",
        )
    })
}
