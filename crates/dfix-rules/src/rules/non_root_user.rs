//! `non-root-user`: the container does not run as root.

mod closed;
mod doubts;
mod giving;
mod homes;
mod ownership;
mod rights;
mod user;
mod writes;

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, OptionKind, Phase, Rule, RuleOption, Safety, fixes,
    leaves,
};

use dfix_model::catalogue::UserTools;
use dfix_model::{Model, Os, Privileges, Stage, Step, StepKind};

use homes::left_in_roots_home;
use ownership::{Folder, are_scattered, folders_to_give, is_roots};
use user::Who;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    id: "non-root-user",
    aliases: &["DL3002", "DS-0002", "CKV_DOCKER_3", "CKV_DOCKER_8"],
    group: Group::Security,
    summary: "run as a user that is not root and owns the application",
    why: "What breaks out of an application that runs as root may do anything in the container, and \
          with a fault of the kernel or of a mount also outside of it.",
    phase: Phase::Meaning,
    check,
    options: &[
        RuleOption {
            name: "name",
            kind: OptionKind::UserName,
            summary: "the name of a user that is created; by default `appuser`",
        },
        RuleOption {
            name: "uid",
            kind: OptionKind::Number,
            summary: "the number of a user that is created; by default the next free one",
        },
        RuleOption {
            name: "numeric",
            kind: OptionKind::Flag,
            summary: "whether `USER` is written as a number, as `runAsNonRoot` of Kubernetes needs",
        },
        RuleOption {
            name: "ownership",
            kind: OptionKind::OneOf(&["chown", "copy"]),
            summary: "how the user gets its files: `chown` in a `RUN` (the default), or `COPY --chown` with `copy`",
        },
    ],
    examples: &[
        fixes(
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nEXPOSE 5000\nCMD [\"python\", \"app.py\"]\n",
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN useradd -m appuser && chown -R appuser /app\nEXPOSE 5000\nUSER appuser\nCMD [\"python\", \"app.py\"]\n",
        ),
        fixes(
            "FROM node:22\nWORKDIR /usr/src/app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n",
            "FROM node:22\nWORKDIR /usr/src/app\nCOPY . .\nRUN chown -R node /usr/src/app\nUSER node\nCMD [\"node\", \"server.js\"]\n",
        ),
        fixes(
            "FROM python:3.11-alpine\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"python\", \"app.py\"]\n",
            "FROM python:3.11-alpine\nWORKDIR /app\nCOPY . .\nRUN adduser -D appuser && chown -R appuser /app\nUSER appuser\nENTRYPOINT [\"python\", \"app.py\"]\n",
        ),
        fixes(
            "FROM debian:12\nUSER root\nRUN useradd -m app\nCMD [\"java\", \"-jar\", \"/app.jar\"]\n",
            "FROM debian:12\nUSER root\nRUN useradd -m app\nUSER app\nCMD [\"java\", \"-jar\", \"/app.jar\"]\n",
        ),
        fixes(
            "FROM debian:12\nRUN useradd foo -m -u 500 -s /bin/bash\nUSER root\nCMD [\"java\", \"-jar\", \"/app.jar\"]\n",
            "FROM debian:12\nRUN useradd foo -m -u 500 -s /bin/bash\nUSER foo\nCMD [\"java\", \"-jar\", \"/app.jar\"]\n",
        ),
        fixes(
            "FROM golang:1.22 AS build\nRUN go build -o /server .\nFROM scratch\nCOPY --from=build /server /server\nENTRYPOINT [\"/server\"]\n",
            "FROM golang:1.22 AS build\nRUN go build -o /server .\nFROM scratch\nCOPY --from=build /server /server\nUSER 65532\nENTRYPOINT [\"/server\"]\n",
        ),
        fixes(
            "FROM gcr.io/distroless/python3-debian12\nCOPY app.py /app/\nCMD [\"/app/app.py\"]\n",
            "FROM gcr.io/distroless/python3-debian12\nCOPY app.py /app/\nUSER nonroot\nCMD [\"/app/app.py\"]\n",
        ),
        fixes(
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nVOLUME /data\nCMD [\"python\", \"app.py\"]\n",
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN useradd -m appuser && mkdir -p /data && chown -R appuser /app /data\nVOLUME /data\nUSER appuser\nCMD [\"python\", \"app.py\"]\n",
        ),
        // A USER that says what holds anyway is replaced, not followed by a second one.
        fixes(
            "FROM python:3.11-alpine\nWORKDIR /app\nCOPY . .\nUSER root\nCMD [\"python\", \"app.py\"]\n",
            "FROM python:3.11-alpine\nWORKDIR /app\nCOPY . .\nRUN adduser -D appuser && chown -R appuser /app\nUSER appuser\nCMD [\"python\", \"app.py\"]\n",
        ),
        // This one makes root of another user, and root must give the files away.
        fixes(
            "FROM node:22\nUSER node\nWORKDIR /app\nCOPY . .\nUSER root\nCMD [\"node\", \"app.js\"]\n",
            "FROM node:22\nUSER node\nWORKDIR /app\nCOPY . .\nUSER root\nRUN chown -R node /app\nUSER node\nCMD [\"node\", \"app.js\"]\n",
        ),
        leaves("FROM python:3.11\nWORKDIR /app\nUSER 1000\nCMD [\"python\", \"app.py\"]\n"),
        leaves("FROM debian:12\nRUN apt-get install -y nginx\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n").that_says("nginx"),
        leaves("FROM python:3.11\nCOPY . .\nEXPOSE 80\nCMD [\"python\", \"app.py\"]\n").that_says("below 1024"),
        leaves("FROM python:3.11\nWORKDIR /app\nCMD [\"gunicorn\", \"-b\", \"0.0.0.0:80\", \"app:app\"]\n").that_says("below 1024"),
        leaves("FROM python:3.11\nWORKDIR /root/app\nCMD [\"python\", \"app.py\"]\n").that_says("/root"),
        leaves("FROM python:3.11\nRUN apt-get install -y gosu\nCMD exec gosu app python app.py\n"),
        leaves("FROM python:3.11\nRUN useradd c\\\"x\nCMD [\"python\", \"app.py\"]\n").that_says("signs"),
        leaves("FROM python:3.11\nRUN apt-get update\n"),
        // The base's own command starts as root and gives it up.
        leaves("FROM php:8.2-apache\nCOPY . /var/www/html\n").with_unsafe(),
        leaves("FROM python:3.11\nWORKDIR /app\nONBUILD COPY . .\nONBUILD RUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\n").that_says("ONBUILD"),
        leaves("FROM python:3.11\nRUN pip install scrapyd\nCMD [\"scrapyd\", \"-u\", \"nobody\", \"-g\", \"nogroup\"]\n"),
        leaves("FROM docker:27\nRUN apk add --no-cache python3\nCMD [\"python3\", \"/watch.py\"]\n").that_says("Docker socket"),
        leaves("FROM python:3.11\nRUN pip install scrapyd\nCMD [\"scrapyd\"]\n").that_says("working directory"),
        leaves("FROM python:3.11\nCOPY . /data\nRUN cd /data && python setup.py install --user\nCMD [\"python\", \"/data/main.py\"]\n").that_says("home"),
        leaves("FROM python:3.11\nRUN pip install jupyter && jupyter nbextension enable --py widgetsnbextension\nCMD [\"jupyter\", \"notebook\"]\n").that_says("jupyter nbextension"),
        leaves("FROM python:3.11\nRUN pip install pgadmin4\nCMD [\"pgadmin4\"]\n").that_says("/var/lib/pgadmin"),
        leaves("FROM alpine:3.20\nCOPY server.pem /etc/app/\nRUN apk add --no-cache python3\nCMD [\"python3\", \"-m\", \"http.server\"]\n").that_says("server.pem"),
        leaves("FROM python:3.11\nVOLUME /var/run/docker.sock\nCMD [\"python\", \"app.py\"]\n").that_says("Docker socket"),
        leaves("FROM python:3.11\nSHELL [\"/bin/zsh\", \"-c\"]\nCMD [\"python\", \"app.py\"]\n").that_says("POSIX"),
        leaves("FROM python:3.11\nSHELL [\"conda\", \"run\", \"-n\", \"x\"]\nCMD [\"python\", \"app.py\"]\n").that_says("POSIX"),
        leaves("FROM python:3.11\nWORKDIR /app\nCMD [\"/bin/bash\"]\n").that_says("types"),
        fixes(
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\n",
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN useradd -m appuser && chown -R appuser /app\nUSER appuser\n",
        )
        .with_unsafe()
        .that_says("name it by CMD"),
        leaves("FROM python:3.11\nWORKDIR /app\nRUN playwright install chromium\nCMD [\"python\", \"app.py\"]\n").that_says("playwright install"),
    ],
};

const MESSAGE: &str = "the container runs as root";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let Some(stage) = file.final_stage() else {
        return;
    };
    let user = stage.final_user();
    if user.is_root().is_no() || (user.is_root().is_unknown() && user.step.is_some()) {
        return;
    }
    let place = user.step.unwrap_or_else(|| stage.from_step()).range();
    let runtime = stage.runtime();
    let mut open: Vec<OpenCondition> = runtime.open().cloned().collect();
    let evidence: Vec<String> = runtime.unprivileged().into_iter().collect();
    match runtime.privileges() {
        Privileges::Drops(_) => return,
        Privileges::NothingStarts => match nothing_starts(stage) {
            Silence::Quiet => return,
            Silence::Service(remedy) => {
                out.report(place, MESSAGE).remedy(remedy);
                return;
            }
            Silence::Application => open.push(OpenCondition {
                condition: "what the container starts, of which the file says nothing".to_owned(),
                remedy: "name it by CMD".to_owned(),
            }),
        },
        Privileges::Prompt(program) => {
            out.report(place, MESSAGE).remedy(format!(
                "{program} waits for what a person types, and whether that needs root is not known; add a USER by hand if it does not"
            ));
            return;
        }
        Privileges::Root { program, why } => {
            out.report(place, MESSAGE)
                .remedy(format!("{program}: {why}"));
            return;
        }
        Privileges::Nobody => {}
    }
    if user.is_root().is_unknown() && evidence.is_empty() && open.is_empty() {
        return;
    }
    if stage
        .final_workdir()
        .is_some_and(|folder| is_roots(&folder))
    {
        out.report(place, MESSAGE).remedy(
            "the working directory lies in /root, which no other user may enter; move the application, to /app for instance",
        );
        return;
    }
    match left_in_roots_home(stage) {
        Some(left) if left.is_certain => {
            out.report(place, MESSAGE).remedy(format!(
                "{} puts things into root's home, which no other user may enter; put them elsewhere, or make the user before and switch to it there",
                left.what
            ));
            return;
        }
        Some(left) => open.push(OpenCondition {
            condition: format!(
                "whether {} leaves in root's home what the application needs",
                left.what
            ),
            remedy: "look what it writes, or run it as the application's user".to_owned(),
        }),
        None => {}
    }
    if user.is_root().is_unknown() {
        open.push(OpenCondition {
            condition: format!(
                "whether {} runs as root by itself",
                stage.base_image().text().unwrap_or("the base image")
            ),
            remedy: "look at the User of its configuration (`docker inspect`)".to_owned(),
        });
    }
    if are_scattered(stage) {
        out.report(place, MESSAGE).remedy(
            "the application's files lie in too many folders to say which it writes to; make the user by hand, or name one folder by WORKDIR",
        );
        return;
    }
    if doubts::asks_for_rights(stage) {
        out.report(place, MESSAGE).remedy(
            "a LABEL asks for rights that a user other than root does not get; add a USER by hand if the application works without them",
        );
        return;
    }
    if let Some(variable) = rights::starts_a_system(stage) {
        out.report(place, MESSAGE).remedy(format!(
            "`ENV {variable}` lets the base image's entry point mount and start what only root may; add a USER by hand if the application works without it"
        ));
        return;
    }
    if is_github_action(stage) {
        out.report(place, MESSAGE).remedy(
            "GitHub starts the containers of its actions as root, as the files that it mounts are root's; leave it so",
        );
        return;
    }
    let has_triggers = stage.steps().any(|s| {
        s.is_onbuild()
            && matches!(
                s.kind(),
                StepKind::Run | StepKind::Copy | StepKind::Add | StepKind::Workdir
            )
    });
    if has_triggers {
        out.report(place, MESSAGE).remedy(
            "the images that stand on this one run its ONBUILD instructions as its user; add the USER to those, or an `ONBUILD USER` after the others",
        );
        return;
    }
    if stage.os() == Os::Linux && !stage.shell_at(stage.last_step()).is_posix() {
        out.report(place, MESSAGE).remedy(
            "SHELL names something that is not a POSIX shell, for which dfix writes no commands; make the user by hand",
        );
        return;
    }
    if stage
        .base_chain()
        .flat_map(Stage::steps)
        .any(names_the_docker_socket)
        || stage.base_image().name() == Some("docker")
    {
        out.report(place, MESSAGE).remedy(
            "the Docker socket is root's; give the container a group that may use it, then add a USER by hand",
        );
        return;
    }
    let who = match user::choose(stage, out) {
        Ok(who) => who,
        Err(remedy) => {
            out.report(place, MESSAGE).remedy(remedy);
            return;
        }
    };
    change(stage, &who, evidence, open, place, out);
}

/// Whether the image is an action of GitHub's, which must not have a USER.
fn is_github_action(stage: Stage<'_>) -> bool {
    let is_one = |step: Step<'_>| match step.name() {
        "LABEL" => step.pairs().any(|p| {
            p.key_text()
                .is_some_and(|k| k.starts_with("com.github.actions"))
        }),
        "WORKDIR" => step
            .words()
            .any(|w| w.starts_with("/github/workspace") || w.starts_with("$GITHUB_WORKSPACE")),
        _ => false,
    };
    stage.base_chain().flat_map(Stage::steps).any(is_one)
}

/// Whether the container is meant to talk to the Docker daemon through its socket.
fn names_the_docker_socket(step: Step<'_>) -> bool {
    matches!(
        step.name(),
        "VOLUME" | "ENV" | "CMD" | "ENTRYPOINT" | "LABEL"
    ) && step.file().text()[step.range()].contains("/docker.sock")
}

/// What it means that the file names no start.
enum Silence {
    /// The image is a base for others, or its own command knows what to do.
    Quiet,
    /// The base image's command must be root; what a person could do.
    Service(&'static str),
    /// An application is copied into it, which is started from outside.
    Application,
}

fn nothing_starts(stage: Stage<'_>) -> Silence {
    let Some(facts) = crate::base::facts(stage) else {
        return Silence::Quiet;
    };
    if facts.needs_root {
        return Silence::Service(
            "the base image's own command must start as root; a variant of it that does not may exist (nginxinc/nginx-unprivileged for nginx)",
        );
    }
    if facts.drops_privileges {
        return Silence::Quiet;
    }
    let is_application = user::is_of_a_language(&facts)
        && stage
            .steps()
            .any(|s| s.is_copy_or_add() && s.source().is_none() && !s.is_onbuild());
    if is_application {
        Silence::Application
    } else {
        Silence::Quiet
    }
}

/// The last instruction that the build does work in, `FROM` itself where there is none.
fn last_work(stage: Stage<'_>) -> Step<'_> {
    stage
        .steps()
        .rfind(|s| {
            !s.is_onbuild()
                && matches!(
                    s.kind(),
                    StepKind::Run
                        | StepKind::Copy
                        | StepKind::Add
                        | StepKind::Workdir
                        | StepKind::Shell
                )
        })
        .unwrap_or_else(|| stage.from_step())
}

fn change(
    stage: Stage<'_>,
    who: &Who,
    evidence: Vec<String>,
    open: Vec<OpenCondition>,
    place: dfix_syntax::TextRange,
    out: &mut Findings<'_>,
) {
    let work = last_work(stage);
    let folders: Vec<Folder> = folders_to_give(stage)
        .into_iter()
        .filter(|folder| !user::owns(stage, who, &folder.path))
        .collect();
    let by_copy = out.option("ownership").and_then(|o| o.as_text()) == Some("copy");
    let giving = giving::plan(stage, who, &folders, by_copy);
    // A `USER root` that nothing but the start comes after.
    let closing = stage
        .user_steps()
        .next_back()
        .filter(|s| s.index() > work.index());
    let start = stage.steps().find(|s| {
        s.index() > work.index()
            && matches!(
                s.kind(),
                StepKind::Cmd | StepKind::Entrypoint | StepKind::Healthcheck
            )
    });
    let given = if giving.gives() || giving.after.is_some() {
        giving::given_paths(&folders)
    } else {
        Vec::new()
    };
    let owned = stage
        .final_workdir()
        .filter(|folder| user::owns(stage, who, folder));
    let given: Vec<&str> = given.into_iter().chain(owned.as_deref()).collect();
    let tools = crate::base::facts(stage).map_or(UserTools::Unknown, |f| f.user_tools);
    let doubts = doubts::of(stage, who, &given, tools);
    let mut fix = out
        .fix(place, Safety::Checked, MESSAGE)
        .effect(Effect::User {
            stage: stage.index(),
        })
        .evidence(who.because.clone())
        .evidences(evidence)
        .evidences(giving.evidence.clone());
    for condition in open.into_iter().chain(giving.open).chain(doubts) {
        fix = fix.unproven(condition.condition, condition.remedy);
    }
    if giving.before.is_some() || giving.after.is_some() {
        fix = fix.effect(Effect::Inserted {
            stage: stage.index(),
            keyword: "RUN",
        });
    }
    for step in &giving.copies {
        fix = fix.effect(Effect::changed(step.range()));
    }
    let after = giving.after;
    // One that says what holds anyway is replaced, and what root must do first comes before it.
    let replaced = closing.filter(|s| after.is_none() || stage.user_at(*s).is_root().is_yes());
    fix = match replaced {
        Some(step) => fix.effect(Effect::changed(step.range())),
        None => fix.effect(Effect::Inserted {
            stage: stage.index(),
            keyword: "USER",
        }),
    };
    let user = format!("USER {}", who.name);
    fix.edit(|edit| {
        for copy in &giving.copies {
            edit.set_flag(copy.range(), "--chown", &who.name);
        }
        if let (Some(run), Some(first)) = (&giving.before, giving.copies.first()) {
            edit.insert_instruction_before(first.range(), run);
        }
        let anchor = match closing {
            Some(step) if after.is_some() => step,
            _ => work,
        };
        match (replaced, after, start) {
            (Some(step), run, _) => {
                if let Some(run) = run {
                    edit.insert_instruction_before(step.range(), &run);
                }
                match step.words().next() {
                    Some(word) => edit.replace_word(word, &who.name),
                    None => edit.fail("the USER has no name"),
                }
            }
            (None, Some(run), Some(start)) => {
                edit.insert_instruction_after(anchor.range(), &run);
                edit.insert_instruction_before(start.range(), &user);
            }
            (None, Some(run), None) if anchor == stage.last_step() => {
                edit.insert_instructions_after(anchor.range(), [run, user]);
            }
            (None, Some(run), None) => {
                edit.insert_instruction_after(anchor.range(), &run);
                edit.insert_instruction_after(stage.last_step().range(), &user);
            }
            (None, None, Some(start)) => edit.insert_instruction_before(start.range(), &user),
            (None, None, None) => {
                edit.insert_instruction_after(stage.last_step().range(), &user);
            }
        }
    });
}
