//! `non-root-user`: the container does not run as root.

mod account;
mod doubts;
mod elsewhere;
mod folders;
mod handover;
mod obstacles;
mod permissions;

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, OptionKind, Phase, Rule, RuleOption, Safety, Setting,
    Severity, fixes, leaves, remedy, reports,
};

use dfix_catalogue::Account;
use dfix_model::{Editor, Model, Stage, Step};

use account::Wishes;

/// What may be said of the user, also for `user-last-root`.
pub(crate) const OPTIONS: &[RuleOption] = &[
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
        name: "assume-low-ports",
        kind: OptionKind::Flag,
        summary: "whether every user may listen below 1024 where the container is started, as under Docker since 20.10",
    },
    RuleOption {
        name: "ownership",
        kind: OptionKind::OneOf(&["chown", "copy"]),
        summary: "how the user gets its files: `chown` in a `RUN`, or `COPY --chown` with `copy`; by default `chown`, and `copy` where that would double installed dependencies or what another stage built",
    },
];

/// The rule.
pub(crate) const RULE: Rule = Rule {
    id: "non-root-user",
    aliases: &["DS-0002", "CKV_DOCKER_3"],
    groups: &[Group::Practices, Group::Security],
    severity: Severity::Warning,
    summary: "run as a user that is not root and owns the application",
    why: "What breaks out of an application that runs as root may do anything in the container, and \
          with a fault of the kernel or of a mount also outside of it.",
    phase: Phase::Meaning,
    check,
    options: OPTIONS,
    examples: &[
        fixes(
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nEXPOSE 5000\nCMD [\"python\", \"app.py\"]\n",
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN useradd -m appuser && chown -R appuser /app\nEXPOSE 5000\nUSER appuser\nCMD [\"python\", \"app.py\"]\n",
        )
        .with_context(&[("app.py", "import http.server\n")]),
        fixes(
            "FROM node:22\nWORKDIR /usr/src/app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n",
            "FROM node:22\nWORKDIR /usr/src/app\nCOPY . .\nRUN chown -R node /usr/src/app\nUSER node\nCMD [\"node\", \"server.js\"]\n",
        )
        .with_context(&[("server.js", "require(\"http\")\n")]),
        fixes(
            "FROM python:3.11-alpine\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"python\", \"app.py\"]\n",
            "FROM python:3.11-alpine\nWORKDIR /app\nCOPY . .\nRUN adduser -D appuser && chown -R appuser /app\nUSER appuser\nENTRYPOINT [\"python\", \"app.py\"]\n",
        )
        .with_context(&[("app.py", "import http.server\n")]),
        leaves("FROM python:3.11\nWORKDIR /app\nUSER 1000\nCMD [\"python\", \"app.py\"]\n"),
        leaves("FROM debian:12\nRUN apt-get install -y nginx\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n").that_says("nginx"),
        reports(
            "FROM debian:12\nRUN printf '[supervisord]\\nuser=root\\n[program:a]\\ncommand=/app/a\\n' > /etc/supervisord.conf\nCMD [\"supervisord\", \"-c\", \"/etc/supervisord.conf\"]\n",
            "starts its services as root, for its settings name no other user",
        ),
        reports(
            "FROM debian:12\nCOPY web.conf /etc/supervisor/conf.d/\nCMD [\"supervisord\", \"-n\"]\n",
            "starts services as other users, as `www-data`",
        )
        .with_context(&[("web.conf", "[program:web]\ncommand=web\nuser=www-data\n")]),
        reports("FROM debian:12\nCMD [\"supervisord\", \"-n\"]\n", "each as the user that its settings name"),
        leaves("FROM python:3.11\nCOPY . .\nEXPOSE 80\nCMD [\"python\", \"app.py\"]\n").that_says("below 1024"),
        leaves("FROM python:3.11\nWORKDIR /app\nCMD [\"gunicorn\", \"-b\", \"0.0.0.0:80\", \"app:app\"]\n").that_says("below 1024"),
        leaves("FROM python:3.11\nWORKDIR /root/app\nCMD [\"python\", \"app.py\"]\n").that_says("/root"),
        leaves("FROM python:3.11\nRUN apt-get install -y gosu\nCMD exec gosu app python app.py\n"),
        leaves("FROM python:3.11\nRUN useradd c\\\"x\nCMD [\"python\", \"app.py\"]\n").that_says("signs"),
        leaves("FROM python:3.11\nRUN apt-get update\n"),
        leaves("FROM openjdk:8-jre-alpine\nRUN wget -O /opt/a.jar https://x.example/a.jar\nWORKDIR /opt\nCMD [\"java\", \"-jar\", \"/opt/a.jar\"]\n")
            .that_says("`/opt/a.jar`"),
        // The base's own command starts as root and gives it up, but for its parent.
        reports("FROM php:8.2-apache\nCOPY . /var/www/html\n", "`apache2-foreground`, which the base image starts"),
        reports("FROM nginx:1.27-alpine\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\nEXPOSE 80\n", "`nginx`, which the base image starts: listens below 1024"),
        reports("FROM httpd:2.4\nCOPY site /usr/local/apache2/htdocs\n", "`httpd-foreground`, which the base image starts"),
        leaves("FROM nginx:1.27\nRUN apt-get update\n").with_unsafe(),
        reports(
            "FROM redis:7\nCOPY start.sh /start.sh\nCMD [\"/start.sh\"]\n",
            "set `USER redis` by hand",
        )
        .with_context(&[("start.sh", "#!/bin/sh\nexec redis-server --appendonly yes\n")]),
        leaves("FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\nEXPOSE 443\n").with_unsafe(),
        leaves("FROM caddy:2\nCOPY Caddyfile /etc/caddy/Caddyfile\nEXPOSE 80\n").that_says("whether `caddy`, which the base image starts, works as another user"),
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
        leaves("FROM node:22\nCMD cp -r build x\n").that_says("only cp is started"),
        leaves("FROM node:22\nCMD echo hi\n").that_says("only echo is started"),
        leaves("FROM node:22\nENV PNPM_HOME=/root/pnpm\nCOPY . /app\nCMD [\"node\", \"/app/x.js\"]\n")
            .that_says("`ENV PNPM_HOME` names a place in root's home"),
        leaves("FROM node:22\nCOPY . /root/app\nCMD [\"node\", \"x.js\"]\n").that_says("puts things into root's home"),
        fixes(
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\n",
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN useradd -m appuser && chown -R appuser /app\nUSER appuser\n",
        )
        .with_unsafe()
        .that_says("name it by CMD"),
        leaves("FROM python:3.11\nWORKDIR /app\nRUN playwright install chromium\nCMD [\"python\", \"app.py\"]\n").that_says("playwright install"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.targets() {
        if stage.final_user().step.is_none() && is_case(stage) && !obstacles::is_no_case(stage) {
            judge(stage, stage.from_step(), "the container runs as root", out);
        }
    }
}

/// Whether the containers of a stage may run as root, and nobody else says as whom.
fn is_case(stage: Stage<'_>) -> bool {
    let editor = stage.editor();
    let names_a_user = editor.as_ref().is_some_and(Editor::names_a_user);
    !stage.final_user().is_root().is_no() && !names_a_user
}

/// Looks at a stage that is built as an image, and that a `USER` leaves at root.
pub(crate) fn check_last_user<'m>(stage: Stage<'m>, step: Step<'m>, out: &mut Findings<'_>) {
    if !is_case(stage) {
        return;
    }
    let message = "the last `USER` is root";
    if !obstacles::is_no_case(stage) {
        judge(stage, step, message, out);
    } else if obstacles::is_left_at_root(stage) {
        out.judge(step, Safety::Checked, message, |case| {
            let base = crate::base::facts(stage).map(|it| it.default_user);
            let Some(Account::Other { name, .. }) = base else {
                return Err(remedy!(
                    "nothing says what is started, and whatever is runs as root: end with the user that it needs, or leave \
                     the user to the images that are based on this one"
                ));
            };
            obstacles::known(stage)?;
            case.evidence(format!("the base image runs as {name} by itself"))
                .open(crate::base::chosen_image(stage))
                .open(OpenCondition::new(
                    format!("whether {name} may do what the container is for, as it does where nobody says `USER root`"),
                    "start it once, and see whether it writes what the build made as root",
                ))
                .declare(Effect::User {
                    stage: stage.index(),
                })
                .fix(|edit| edit.set_user(stage, name));
            Ok(())
        });
    }
}

/// Judges whether another user than root can run what a stage starts.
fn judge<'m>(stage: Stage<'m>, place: Step<'m>, message: &'static str, out: &mut Findings<'_>) {
    let editor = stage.editor();
    out.judge(
        place,
        Safety::Checked,
        message,
        |case| {
            if let Some(Editor { file, .. }) = &editor {
                return Err(remedy!(
                    "{file} alone builds it, and its `remoteUser` says who works there: make a user in the Dockerfile, and \
                     name it there"
                ));
            }
            obstacles::known(stage)?;
            let listens_everywhere =
                case.option("assume-low-ports").and_then(Setting::as_flag) == Some(true);
            case.open(obstacles::possible(stage, listens_everywhere));
            case.evidence(obstacles::port_of_all(stage));
            case.evidence(stage.runtime().unprivileged());

            let number = stage.wants_a_number();
            let wishes = Wishes::of(|key| case.option(key)).or_number(number.is_some());
            case.evidence(number.map(|launch| {
                format!(
                    "{launch} must not start as root, and Kubernetes takes only a number for that"
                )
            }));
            let run_as = account::choose(stage, wishes)?;
            case.evidence(run_as.because.clone());
            case.open(run_as.open.clone());
            case.open(stage.other_bases().to_vec());

            let ownership = case.option("ownership").and_then(|o| o.as_text());
            let by_copy = ownership.map(|it| it == "copy");
            let handover = handover::plan(stage, &run_as, by_copy);
            case.declare(Effect::User {
                stage: stage.index(),
            });
            case.declare(handover.effects(stage));
            case.evidence(handover.evidence.clone());
            case.open(handover.open.clone());
            case.open(doubts::of(stage, &run_as, &handover.given));
            if !case.is_open() {
                let given = &handover.given;
                case.open(elsewhere::possible(stage, &run_as, given, listens_everywhere));
            }
            case.evidence(doubts::filled_before(stage, &run_as, &handover.given));

            case.fix(|edit| handover.write(edit, stage, &run_as));
            Ok(())
        },
    );
}
