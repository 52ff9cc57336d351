//! `.dockerignore` keeps out what no image should hold.

use dfix_catalogue::is_of_secrets;
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::context::Answer;
use dfix_model::{Model, Step};

pub(crate) const RULE: Rule = Rule {
    id: "dockerignore-missing",
    aliases: &[],
    groups: &[Group::Security, Group::Size],
    severity: Severity::Advice,
    summary: "keep the history, secrets and installed packages out of the image by `.dockerignore`",
    why: "`COPY .` takes all that lies in the folder: the history with everything that was ever committed, files of \
          secrets, packages that were installed for another system. Each change of those also makes the layer anew.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM node:22\nWORKDIR /app\nCOPY . .\n",
            "`.env` and `node_modules/`",
        )
        .with_context(&[
            ("server.js", ""),
            (".env", "TOKEN=1"),
            ("node_modules/a/index.js", ""),
        ]),
        reports("FROM node:22\nADD ./ /app/\n", "`.git/`").with_context(&[(".git/HEAD", "")]),
        leaves("FROM node:22\nCOPY . .\n").with_context(&[("server.js", "")]),
        leaves("FROM node:22\nCOPY src /app\nCOPY --from=a . /b\n").with_context(&[(".env", "")]),
        leaves("FROM node:22\nCOPY . .\n"),
    ],
};

/// What is not for an image, beside files of secrets.
const NAMES: [&str; 5] = [".git/", ".hg/", ".svn/", ".venv/", "node_modules/"];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_whole = |it: &Step<'_>| it.copies_whole_context() && it.flag("exclude").is_none();
    let Some(step) = file.steps().find(is_whole) else {
        return;
    };
    let Answer::Found(names) = file.context().list("") else {
        return;
    };
    let is_unwanted = |name: &&String| {
        NAMES.contains(&name.as_str()) || name.starts_with('.') && is_of_secrets(name)
    };
    let unwanted = names.iter().filter(is_unwanted);
    let named: Vec<String> = unwanted.map(|it| format!("`{it}`")).collect();
    let Some((last, before)) = named.split_last() else {
        return;
    };
    let all = match before {
        [] => last.clone(),
        _ => format!("{} and {last}", before.join(", ")),
    };
    let message = format!("{all} of the build context goes into the image");
    out.judge(step, Safety::Safe, message, |_| {
        Err(remedy!(
            "name what no image needs in a file `.dockerignore`, one in a line"
        ))
    });
}
