//! Settings for production in the image of a Python application.

use dfix_engine::{
    Effect, Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety, Setting, env_source,
    fixes, leaves,
};
use dfix_model::StepKind;
use dfix_model::{EnvFrom, EnvValue, Model, Stage, Step};

use crate::environment::{is_free, is_named_for_development};
use crate::python;

pub(crate) const RULE: Rule = Rule {
    id: "python-production-env",
    aliases: &[],
    group: Group::Runtime,
    summary: "set `PYTHONUNBUFFERED`, and for Flask `FLASK_ENV` and `FLASK_APP`, in the image of a Python application",
    why: "Without `PYTHONUNBUFFERED` Python holds its output back where nobody watches a terminal, and what \
          it wrote last before a crash is lost. Flask's settings belong to the image, so that its commands \
          work in every container and never in development mode. Flask 2.3 and later read `FLASK_ENV` no \
          more; the option `flask-env = true` sets it for them too, `false` never.",
    phase: Phase::Meaning,
    check,
    options: &[RuleOption {
        name: "flask-env",
        kind: OptionKind::Flag,
        summary: "whether to set `FLASK_ENV` whatever the version of Flask; by default where it is below 2.3 or unknown",
    }],
    examples: &[
        fixes(
            "FROM python:3.11\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD [\"python\", \"app.py\"]\n",
            "FROM python:3.11\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_ENV=production \\\n    FLASK_APP=app.py\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD [\"python\", \"app.py\"]\n",
        )
        .with_context(&[
            ("requirements.txt", "flask==2.2.5\n"),
            ("app.py", "from flask import Flask\napp = Flask(__name__)\n"),
        ])
        .that_says("flask==2.2.5 in requirements.txt"),
        fixes(
            "FROM python:3.12-slim\nCOPY main.py /\nCMD [\"python\", \"/main.py\"]\n",
            "FROM python:3.12-slim\nENV PYTHONUNBUFFERED=1\nCOPY main.py /\nCMD [\"python\", \"/main.py\"]\n",
        ),
        // Only what is shipped: the last stage.
        fixes(
            "FROM python:3.12 AS build\nRUN pip wheel -w /w x\n\nFROM gcr.io/distroless/python3-debian12\nCOPY --from=build /w /w\nCMD [\"x.py\"]\n",
            "FROM python:3.12 AS build\nRUN pip wheel -w /w x\n\nFROM gcr.io/distroless/python3-debian12\nENV PYTHONUNBUFFERED=1\nCOPY --from=build /w /w\nCMD [\"x.py\"]\n",
        ),
        fixes(
            "FROM ubuntu:24.04\nRUN pip3 install flask gunicorn\nCMD gunicorn -b 0.0.0.0:8000 web.main:app\n",
            "FROM ubuntu:24.04\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_ENV=production \\\n    FLASK_APP=web.main:app\nRUN pip3 install flask gunicorn\nCMD gunicorn -b 0.0.0.0:8000 web.main:app\n",
        ),
        // Flask 2.3 reads FLASK_ENV no more.
        fixes(
            "FROM python:3.12\nRUN pip install 'flask>=3,<4'\nCMD [\"python\", \"-u\", \"run.py\"]\n",
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_APP=run.py\nRUN pip install 'flask>=3,<4'\nCMD [\"python\", \"-u\", \"run.py\"]\n",
        )
        .that_says("reads FLASK_ENV no more"),
        fixes(
            "FROM python:3.12\nWORKDIR /srv\nCOPY . .\nRUN pip install flask==2.1\nCMD [\"flask\", \"run\"]\n",
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_ENV=production \\\n    FLASK_APP=shop\nWORKDIR /srv\nCOPY . .\nRUN pip install flask==2.1\nCMD [\"flask\", \"run\"]\n",
        )
        .with_context(&[
            ("shop/__init__.py", "def create_app():\n    return Flask(__name__)\n"),
            ("tests/__init__.py", ""),
        ]),
        // Two files could hold it.
        fixes(
            "FROM python:3.12\nWORKDIR /srv\nCOPY . .\nRUN pip install flask==3.0\nCMD [\"flask\", \"run\"]\n",
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1\nWORKDIR /srv\nCOPY . .\nRUN pip install flask==3.0\nCMD [\"flask\", \"run\"]\n",
        )
        .with_context(&[
            ("app.py", "from flask import Flask\n"),
            ("wsgi.py", "from app import create_app\n"),
        ]),
        // Not for production, as its name says.
        fixes(
            "FROM python:3.9 AS dev\nRUN pip install flask==2.1\nCMD [\"python\", \"app.py\"]\n",
            "FROM python:3.9 AS dev\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_APP=app.py\nRUN pip install flask==2.1\nCMD [\"python\", \"app.py\"]\n",
        ),
        // An ENV that somebody wrote is not added to.
        fixes(
            "FROM python:3.12\nENV LANG=C.UTF-8\nCMD [\"celery\", \"worker\"]\n",
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1\nENV LANG=C.UTF-8\nCMD [\"celery\", \"worker\"]\n",
        ),
        fixes(
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1 FLASK_DEBUG=1\nENV FLASK_ENV development\nCMD [\"python\", \"x.py\"]\n",
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1 FLASK_DEBUG=0\nENV FLASK_ENV production\nCMD [\"python\", \"x.py\"]\n",
        )
        .with_unsafe(),
        leaves("FROM python:3.12\nENV PYTHONUNBUFFERED=1 FLASK_DEBUG=1\nCMD [\"python\", \"x.py\"]\n")
            .that_says("whether the development mode is meant"),
        leaves("FROM python:3.12\nENV PYTHONUNBUFFERED=0\nCMD [\"python\", \"app.py\"]\n"),
        leaves("FROM python:3.12\nENV PYTHONUNBUFFERED true\n"),
        leaves("FROM python:3.12 AS base\nENV PYTHONUNBUFFERED=1\nFROM base\nCMD [\"python\", \"app.py\"]\n"),
        // The build decides.
        leaves("FROM python:3.12\nARG PYTHONUNBUFFERED\nCMD [\"python\", \"app.py\"]\n"),
        leaves("FROM node:22\nRUN pip install x\nCMD [\"node\", \"server.js\"]\n"),
        leaves("FROM python:3.12 AS build\nRUN pip install x\nFROM nginx:1.27\nCOPY --from=build /x /x\n"),
        leaves("FROM debian:12\nCMD [\"bash\"]\n"),
    ],
};

const UNBUFFERED: &str = "PYTHONUNBUFFERED";
const FLASK_ENV: &str = "FLASK_ENV";
const FLASK_APP: &str = "FLASK_APP";
const FLASK_DEBUG: &str = "FLASK_DEBUG";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let Some(stage) = file.final_stage() else {
        return;
    };
    let for_production = !is_named_for_development(file);
    if for_production {
        for (key, wanted) in [(FLASK_ENV, "production"), (FLASK_DEBUG, "0")] {
            leave_development(stage, key, wanted, out);
        }
    }
    if !python::is_application(stage) {
        return;
    }
    if is_free(stage, UNBUFFERED) {
        let fix = out
            .fix(
                stage.from_step(),
                Safety::Safe,
                format!("`{UNBUFFERED}` is not set, and Python holds its output back"),
            )
            .effect(Effect::environment(stage.index(), [UNBUFFERED]));
        fix.edit(|edit| match own_env(stage) {
            Some(step) => edit.append_env_pairs(step, [(UNBUFFERED, "1")]),
            None => {
                edit.insert_instruction_after(stage.from_step(), &env_source([(UNBUFFERED, "1")]));
            }
        });
    }
    set_flask(stage, for_production, out);
}

/// Flask's settings, as far as they are not set and the file shows them; `FLASK_ENV` only
/// `for_production`.
fn set_flask(stage: Stage<'_>, for_production: bool, out: &mut Findings<'_>) {
    let needs_env = for_production && is_free(stage, FLASK_ENV);
    let needs_app = is_free(stage, FLASK_APP);
    if !needs_env && !needs_app {
        return;
    }
    let Some(flask) = python::flask(stage) else {
        return;
    };
    let mut evidence = vec![flask.evidence.clone()];
    let mut pairs: Vec<(&str, String)> = Vec::new();
    let reads_env = match out.option("flask-env").and_then(Setting::as_flag) {
        Some(told) => told,
        None => !flask.is_without_env(),
    };
    if needs_env && reads_env {
        pairs.push((FLASK_ENV, "production".to_owned()));
    } else if needs_env && flask.is_without_env() {
        evidence.push("this Flask reads FLASK_ENV no more, so it is left out".to_owned());
    }
    if needs_app && let Some((app, shown)) = python::flask_app(stage) {
        pairs.push((FLASK_APP, app));
        evidence.push(shown);
    }
    if pairs.is_empty() {
        return;
    }
    let keys: Vec<&str> = pairs.iter().map(|(key, _)| *key).collect();
    out.fix(
        stage.from_step(),
        Safety::Checked,
        match keys.as_slice() {
            [key] => format!("`{key}` is not set for a Flask application"),
            keys => format!(
                "`{}` are not set for a Flask application",
                keys.join("` and `")
            ),
        },
    )
    .effect(Effect::environment(stage.index(), keys))
    .evidences(evidence)
    .edit(|edit| match own_env(stage) {
        Some(step) => edit.append_env_pairs(step, pairs),
        None => edit.insert_instruction_after(stage.from_step(), &env_source(pairs)),
    });
}

/// The `ENV` right after the stage's `FROM`, if it holds nothing but what this rule writes.
fn own_env(stage: Stage<'_>) -> Option<Step<'_>> {
    let step = stage.steps().next()?;
    let own = [UNBUFFERED, FLASK_ENV, FLASK_APP];
    let is_own = step.is(StepKind::Env)
        && !step.is_onbuild()
        && step
            .pairs()
            .all(|pair| !pair.is_legacy() && pair.key_text().is_some_and(|key| own.contains(&key)));
    is_own.then_some(step)
}

/// Reports development mode in what is shipped.
fn leave_development(stage: Stage<'_>, key: &str, wanted: &str, out: &mut Findings<'_>) {
    let EnvValue::Set(setting) = stage.final_env(key) else {
        return;
    };
    let is_development = setting.value.is_some_and(|value| {
        if key == FLASK_ENV {
            value.eq_ignore_ascii_case("development")
        } else {
            ["1", "true", "yes", "on"]
                .iter()
                .any(|on| value.eq_ignore_ascii_case(on))
        }
    });
    let (EnvFrom::Stage(step) | EnvFrom::Ancestor(step)) = setting.from else {
        return;
    };
    let set_in = stage.file().steps().nth(step).and_then(Step::stage);
    let (true, Some(place), Some(set_in)) = (is_development, setting.value_place, set_in) else {
        return;
    };
    out.fix(
        place,
        Safety::Unsafe,
        format!("`{key}` puts the shipped application into development mode"),
    )
    .effect(Effect::environment(set_in.index(), [key]))
    .unproven(
        "whether the development mode is meant",
        format!("set `{key}={wanted}` for production, or ignore this rule here"),
    )
    .edit(|edit| edit.replace_node(place, wanted));
}
