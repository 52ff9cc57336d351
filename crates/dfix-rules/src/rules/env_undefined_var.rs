//! What an instruction puts in is set before it.

use dfix_catalogue::names_a_secret;
use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Expansion, Model, OpenCondition, Pair, Step, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "env-undefined-var",
    aliases: &["UndefinedVar"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "name variables only that something sets",
    why: "For a variable that nothing sets the builder puts nothing in, and says no word: a path loses a folder, a version its number.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nENV APP_FOLDER=/srv/app\nWORKDIR $APP_FODLER/web\n",
            "FROM debian:12\nENV APP_FOLDER=/srv/app\nWORKDIR $APP_FOLDER/web\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nENV APP_FOLDER=/srv/app\nWORKDIR $APP_FODLER/web\nRUN touch /web/a\n")
            .that_says("whether `APP_FOLDER` is meant"),
        // The builder gives them to each `RUN` by itself.
        reports(
            "FROM debian:12\nENV HTTP_PROXY=$HTTP_PROXY\n",
            "leaves a proxy's password in the image",
        ),
        reports(
            "FROM debian:12\nENV http_proxy=x\nENV no_proxy=${no_proxy:-a} HTTP_PROXY=$HTTP_PROXY\n",
            "leaves a proxy's password in the image",
        ),
        // Whoever writes that means to be given it.
        fixes(
            "FROM debian:12\nENV PORT=${PORT:-8080}\nENV TAG=$TAG\n",
            "FROM debian:12\nARG PORT\nENV PORT=${PORT:-8080}\nARG TAG\nENV TAG=$TAG\n",
        ),
        // An empty entry means the folder that a program happens to run in: it stays.
        fixes(
            "FROM debian:12\nENV LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH PYTHONPATH=\"${PYTHONPATH}:/app\"\n",
            "FROM debian:12\nENV LD_LIBRARY_PATH=/opt/lib: PYTHONPATH=\":/app\"\n",
        )
        .that_says("the value stays the same"),
        reports("FROM alpine:3.22\nENV DB_PASSWORD=$DB_PASSWORD\n", "leave a secret"),
        reports(
            "FROM debian:12\nWORKDIR $HERE/web\n",
            "nothing is put in for it",
        ),
        leaves("FROM acme/base:1\nENV LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH\nWORKDIR $HERE\n"),
        leaves(
            "FROM debian:12\nARG A\nARG B=1 C=$B\nENV PATH=/opt/bin:$PATH\nLABEL a=$A b=$B c=$C d='$D' e=\\$E\n",
        ),
        leaves("FROM debian:12\nCOPY a /a/${B:+b}\nENV C=${C%x} X=${D:-1}\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps() {
        let mut told: Vec<String> = Vec::new();
        for variable in step.expansions() {
            let name = &variable.name;
            let is_global = file.global_args().any(|it| it.name() == name);
            // What the same instruction sets, and what says itself what is put in, are told elsewhere or no slip.
            if is_global || told.contains(name) || is_set_beside(&variable) || !is_plain(&variable)
            {
                continue;
            }
            if variable.is_defined().is_no() {
                told.push(name.clone());
                report(&variable, step, out);
            }
        }
    }
}

/// Whether it says nothing of its own for where it is not set, or does for itself.
fn is_plain(variable: &Expansion<'_>) -> bool {
    match variable.operator.as_deref() {
        None => true,
        Some(":-" | "-") => variable.is_of_itself(),
        Some(_) => false,
    }
}

/// Whether the builder gives it to each `RUN`, if it is told it, without an `ARG`: "predefined ARGs" in the reference of Dockerfiles.
fn is_predefined(name: &str) -> bool {
    let small = name.to_ascii_lowercase();
    let is_of_one_case = small == name || small.to_ascii_uppercase() == name;
    let of = small.strip_suffix("_proxy").filter(|_| is_of_one_case);
    of.is_some_and(|it| ["all", "ftp", "http", "https", "no"].contains(&it))
}

/// Whether another pair of the same `ENV` sets it.
fn is_set_beside(variable: &Expansion<'_>) -> bool {
    let own = variable.pair.map(Pair::range);
    let mut pairs = variable.step.pairs();
    variable.step.is(StepKind::Env)
        && pairs.any(|it| Some(it.range()) != own && it.key_text() == Some(&*variable.name))
}

fn report(variable: &Expansion<'_>, step: Step<'_>, out: &mut Findings<'_>) {
    let name = &variable.name;
    let Some(stage) = step.stage() else {
        return;
    };
    let message = format!("nothing sets `{name}`");
    out.judge(variable.place, Safety::Checked, message, |case| {
        let image = stage.base_image().text().unwrap_or("the base image");
        case.evidence(format!("{image} sets no `{name}`"));
        if is_predefined(name) {
            return Err(remedy!(
                "leave it away: the builder gives `{name}` to each `RUN` by itself, and an `ENV` of it leaves a proxy's password in the image"
            ));
        }
        if let Some(meant) = variable.meant_name() {
            case.evidence(format!("`{meant}` is set above it"))
                .open(OpenCondition::new(
                    format!("whether `{meant}` is meant: what is done today goes on without it"),
                    "look at what the rest of the file names",
                ))
                .declare(Effect::changed(step))
                .fix(|edit| edit.replace_part(variable.name_place, meant));
            return Ok(());
        }
        if names_a_secret(name) {
            return Err(remedy!(
                "give it to the container when it starts: an `ARG` for it would leave a secret in the image"
            ));
        }
        if variable.entry_of_list().is_some() {
            case.evidence("the value stays the same, with an empty entry, which means the folder that a program runs in: take its colon away where nothing is found by it")
                .declare(Effect::changed(step))
                .fix(|edit| edit.replace_part(variable.place, ""));
            return Ok(());
        }
        if step.is(StepKind::Env) && variable.is_of_itself() && variable.is_all_of_value() {
            case.evidence("where the build is given nothing for it, it is as before")
                .declare(Effect::Inserted {
                    stage: stage.index(),
                    keyword: "ARG",
                })
                .fix(|edit| edit.insert_instruction_below_comments(step, &format!("ARG {name}")));
            return Ok(());
        }
        Err(remedy!(
            "nothing is put in for it: set it before, declare it by `ARG {name}`, or take it away"
        ))
    });
}
