//! Settings for production in the image of a Python application.

mod application;
mod flask;
mod folder;
mod held;
mod home;

use dfix_catalogue::is_named_for_development;
use dfix_engine::{
    Case, Effect, Findings, Group, OpenCondition, OptionKind, Phase, Rule, RuleOption, Safety,
    Setting, Severity, env_source, fixes, leaves,
};
use dfix_model::{EnvFrom, EnvValue, Model, Stage, Step, StepKind};

use application::UNBUFFERED;
use home::{Home, homes};

pub(crate) const RULE: Rule = Rule {
    id: "python-production-env",
    aliases: &[],
    groups: &[Group::Practices, Group::Correctness],
    severity: Severity::Warning,
    summary: "set `PYTHONUNBUFFERED`, and for Flask `FLASK_ENV` and `FLASK_APP`, in the image of a Python application",
    why: "Without `PYTHONUNBUFFERED` Python holds its output back where nobody watches a terminal, and what \
          it wrote last before a crash is lost. Flask's settings belong to the image, so that its commands \
          work in every container and never in development mode. Flask 2.2 warns of `FLASK_ENV` and \
          later ones read it no more; the option `flask-env = true` sets it for them too, `false` never.",
    phase: Phase::Meaning,
    check,
    options: &[RuleOption {
        name: "flask-env",
        kind: OptionKind::Flag,
        summary: "whether to set `FLASK_ENV` whatever the version of Flask; by default where it is below 2.2 or not fixed",
    }],
    examples: &[
        fixes(
            "FROM python:3.11\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD [\"python\", \"app.py\"]\n",
            "FROM python:3.11\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_ENV=production \\\n    FLASK_APP=app.py\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD [\"python\", \"app.py\"]\n",
        )
        .with_context(&[
            ("requirements.txt", "flask==2.1.3\n"),
            ("app.py", "from flask import Flask\napp = Flask(__name__)\n"),
        ])
        .that_says("flask==2.1.3 in requirements.txt"),
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
            "FROM ubuntu:24.04\nWORKDIR /srv\nRUN pip3 install flask gunicorn\nCMD gunicorn -b 0.0.0.0:8000 web.main:app\n",
            "FROM ubuntu:24.04\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_ENV=production \\\n    FLASK_APP=web.main:app\nWORKDIR /srv\nRUN pip3 install flask gunicorn\nCMD gunicorn -b 0.0.0.0:8000 web.main:app\n",
        )
        .with_unsafe()
        .that_says("leaves Flask's version open"),
        // Flask 2.2 warns of FLASK_ENV at each start, and 2.3 reads it no more.
        fixes(
            "FROM python:3.12\nRUN pip install 'flask>=3,<4'\nCOPY run.py .\nCMD [\"python\", \"-u\", \"run.py\"]\n",
            "FROM python:3.12\nENV FLASK_APP=run.py\nRUN pip install 'flask>=3,<4'\nCOPY run.py .\nCMD [\"python\", \"-u\", \"run.py\"]\n",
        )
        .with_context(&[("run.py", "import flask\n")])
        .that_says("does without FLASK_ENV"),
        fixes(
            "FROM python:3.12\nWORKDIR /srv\nCOPY . .\nRUN pip install flask==2.1\nCMD [\"flask\", \"run\"]\n",
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_ENV=production \\\n    FLASK_APP=shop\nWORKDIR /srv\nCOPY . .\nRUN pip install flask==2.1\nCMD [\"flask\", \"run\"]\n",
        )
        .with_context(&[
            ("shop/__init__.py", "def create_app():\n    return Flask(__name__)\n"),
            ("tests/__init__.py", ""),
        ]),
        fixes(
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1\nWORKDIR /srv\nCOPY . .\nRUN pip install .\nCMD [\"gunicorn\", \"shop:app\"]\n",
            "FROM python:3.12\nENV PYTHONUNBUFFERED=1 \\\n    FLASK_APP=shop:app\nWORKDIR /srv\nCOPY . .\nRUN pip install .\nCMD [\"gunicorn\", \"shop:app\"]\n",
        )
        .with_context(&[
            ("pyproject.toml", "[project]\nname = \"shop\"\ndependencies = [\"flask>=2.2\"]\n"),
            ("shop.py", "from flask import Flask\napp = Flask(__name__)\n"),
        ])
        .that_says("flask>=2.2 in pyproject.toml"),
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
        )
        .with_unsafe(),
        // What is not read may hold no application.
        leaves("FROM python:3.9\nENV PYTHONUNBUFFERED=1 FLASK_ENV=production\nRUN pip install flask\nCMD [\"python\", \"app.py\"]\n")
            .that_says("whether app.py, which is not read, holds the Flask application"),
        // Nor is it known what it makes of the variable.
        leaves("FROM python:3.6\nENV PYTHONUNBUFFERED=1 FLASK_APP=/app/app.py\nRUN pip install flask==1.0\nCOPY . /app\nCMD [\"python\", \"/app/app.py\"]\n")
            .that_says("whether the application takes other settings by FLASK_ENV"),
        // The start leads to Python through a script.
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3\nCOPY . /app\nENTRYPOINT [\"/app/start.sh\"]\n",
            "FROM debian:12\nENV PYTHONUNBUFFERED=1\nRUN apt-get update && apt-get install -y python3\nCOPY . /app\nENTRYPOINT [\"/app/start.sh\"]\n",
        )
        .with_context(&[("start.sh", "#!/bin/sh\nset -e\nexec python3 /app/main.py\n"), ("main.py", "")]),
        leaves("FROM debian:12\nCOPY . /app\nRUN pip install -r /app/requirements.txt\nENTRYPOINT [\"/app/start.sh\"]\n")
            .with_context(&[("start.sh", "#!/bin/sh\nexec java -jar /app/a.jar\n"), ("requirements.txt", "ansible\n")]),
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
        // What calls Python may be wrong of the image.
        leaves("FROM nginx:1.27-alpine\nCOPY . /app\nENTRYPOINT [\"/app/test.sh\"]\n")
            .with_context(&[("test.sh", "#!/bin/sh\nexec python -m pytest\n")])
            .that_says("whether the image has Python"),
        // AWS's runtime for functions holds nothing back.
        leaves("FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py .\nCMD [\"app.handler\"]\n"),
        leaves("FROM python:3.13-slim\nRUN pip install awslambdaric\nCOPY app.py .\nENTRYPOINT [\"python\", \"-m\", \"awslambdaric\"]\nCMD [\"app.handler\"]\n"),
        // The words of CMD come behind those of ENTRYPOINT.
        leaves("FROM python:3.12-slim\nCOPY x.py .\nENTRYPOINT [\"python\"]\nCMD [\"-u\", \"x.py\"]\n"),
        leaves("FROM python:3.12-slim\nCOPY x.py .\nENTRYPOINT [\"python\", \"-u\"]\nCMD [\"x.py\"]\n"),
        leaves("FROM python:3.12-slim\nCOPY x.py .\nENTRYPOINT [\"python\"]\nCMD [\"-uB\", \"x.py\"]\n"),
        fixes(
            "FROM python:3.12-slim\nCOPY x.py .\nENTRYPOINT [\"python\"]\nCMD [\"x.py\", \"-u\"]\n",
            "FROM python:3.12-slim\nENV PYTHONUNBUFFERED=1\nCOPY x.py .\nENTRYPOINT [\"python\"]\nCMD [\"x.py\", \"-u\"]\n",
        ),
        // A shell for somebody to work in, with no sources of an application.
        leaves("FROM python:3.12-slim\nRUN pip install numpy\nCMD [\"bash\"]\n"),
        fixes(
            "FROM python:3.12-slim\nCOPY . .\nCMD [\"bash\"]\n",
            "FROM python:3.12-slim\nENV PYTHONUNBUFFERED=1\nCOPY . .\nCMD [\"bash\"]\n",
        )
        .with_context(&[("x.py", "print(1)\n")]),
        // Python is there for a tool that the program calls, which the file builds.
        leaves("FROM golang:1.23 AS build\nCOPY . .\nRUN go build -o /go/bin/app ./cmd\nFROM python:3.12-slim\nRUN pip install yt-dlp\nCOPY --from=build /go/bin/app /\nCMD [\"/app\"]\n"),
        // The base is Python's, and nothing else is.
        leaves("FROM python:3.12-slim\nRUN apt-get update && apt-get install -y lighttpd\nCOPY start.sh /\nCMD [\"/start.sh\"]\n")
            .with_context(&[("start.sh", "#!/bin/sh\nexec lighttpd -D -f /etc/lighttpd/lighttpd.conf\n")]),
        // sudo takes the image's variables away.
        leaves("FROM node:22-slim\nRUN apt-get update && apt-get install -y python3 sudo\nCOPY . .\nENTRYPOINT [\"/start.sh\"]\n")
            .with_context(&[("start.sh", "#!/bin/sh\nsudo -H -u worker bash -c 'python3 /w.py' &\nexec node server.js\n")]),
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3 sudo\nCOPY w.py /\nCMD sudo -E -u worker python3 /w.py\n",
            "FROM debian:12\nENV PYTHONUNBUFFERED=1\nRUN apt-get update && apt-get install -y python3 sudo\nCOPY w.py /\nCMD sudo -E -u worker python3 /w.py\n",
        ),
    ],
};

const FLASK_ENV: &str = "FLASK_ENV";
const FLASK_APP: &str = "FLASK_APP";
const FLASK_DEBUG: &str = "FLASK_DEBUG";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_for_production = !file.is_for_development();
    let mut applications = Vec::new();
    for stage in file.first_targets() {
        if is_for_production {
            for (key, wanted) in [(FLASK_ENV, "production"), (FLASK_DEBUG, "0")] {
                leave_development(stage, key, wanted, out);
            }
        }
        if application::is_python(stage) {
            applications.push(stage);
        }
    }
    for home in homes(file, &applications) {
        check_home(&home, is_for_production, out);
    }
}

/// Looks at stages that are built as images. What all of them lack is written once.
fn check_home(home: &Home<'_>, is_for_production: bool, out: &mut Findings<'_>) {
    let lacks = |stage: &&Stage<'_>| {
        stage.is_undecided(UNBUFFERED)
            && !is_unbuffered_below(**stage)
            && !application::is_unbuffered(**stage)
    };
    let lacking: Vec<Stage<'_>> = home.images.iter().filter(lacks).copied().collect();
    if lacking.len() == home.images.len() {
        set_unbuffered(home.stage, &lacking, out);
    } else {
        for stage in lacking {
            set_unbuffered(stage, &[stage], out);
        }
    }
    let told = out.option("flask-env").and_then(Setting::as_flag);
    let settings_of = |stage: &Stage<'_>| {
        let is_named_otherwise = stage.name().is_some_and(is_named_for_development);
        flask_settings(*stage, is_for_production && !is_named_otherwise, told)
    };
    let mut of_stages: Vec<_> = home.images.iter().map(settings_of).collect();
    if of_stages.windows(2).all(|two| two[0] == two[1]) {
        for said in of_stages.swap_remove(0) {
            say_flask(home.stage, said, &home.images, out);
        }
        return;
    }
    for (stage, settings) in home.images.iter().zip(of_stages) {
        for said in settings {
            say_flask(*stage, said, &[*stage], out);
        }
    }
}

fn set_unbuffered(home: Stage<'_>, stages: &[Stage<'_>], out: &mut Findings<'_>) {
    let message = format!("`{UNBUFFERED}` is not set, and Python holds its output back");
    out.judge(home.from_step(), Safety::Safe, message, |case| {
        case.open(
            stages
                .iter()
                .filter_map(|stage| application::only_with(*stage)),
        );
        case.open(inherited(home, UNBUFFERED));
        set(case, home, &[(UNBUFFERED, "1".to_owned())]);
        Ok(())
    });
}

/// Whether the image that a stage is based on is built in the repository, and has the variable or is given it there.
fn is_unbuffered_below(stage: Stage<'_>) -> bool {
    let mut is_there = false;
    stage.base_elsewhere(&mut |base| {
        let is_given = || application::is_python(base) && application::only_with(base).is_none();
        is_there = base.final_env(UNBUFFERED).is_set()
            || (base.is_undecided(UNBUFFERED) && is_given())
            || is_unbuffered_below(base);
    });
    is_there
}

/// Says the fix that sets variables in the stage.
fn set(case: &mut Case<'_>, stage: Stage<'_>, pairs: &[(&'static str, String)]) {
    let keys = pairs.iter().map(|(key, _)| *key);
    case.declare(Effect::environment(stage.index(), keys));
    let pairs = pairs.iter().map(|(key, value)| (*key, value.as_str()));
    case.fix(|edit| match own_env(stage) {
        Some(step) => edit.append_env_pairs(step, pairs),
        None => edit.insert_instruction_after(stage.from_step(), &env_source(pairs)),
    });
}

/// Settings that are one fix.
#[derive(PartialEq)]
struct FlaskSettings {
    pairs: Vec<(&'static str, String)>,
    because: Vec<String>,
    open: Vec<OpenCondition>,
}

/// Flask's settings, as far as they are not set and the file shows them; `FLASK_ENV` only for production. What is
/// certain is one fix.
fn flask_settings(
    stage: Stage<'_>,
    is_for_production: bool,
    told: Option<bool>,
) -> Vec<FlaskSettings> {
    let needs_env = is_for_production && stage.is_undecided(FLASK_ENV);
    let needs_app = stage.is_undecided(FLASK_APP) && !flask::is_told_elsewhere(stage, FLASK_APP);
    if !needs_env && !needs_app {
        return Vec::new();
    }
    let Some(flask) = flask::of(stage) else {
        return Vec::new();
    };
    let switched = flask.open.into_iter().chain(application::only_with(stage));
    let mut certain = FlaskSettings {
        pairs: Vec::new(),
        because: vec![flask.because.clone()],
        open: switched.collect(),
    };
    if needs_env && told.unwrap_or(!flask.is_without_env) {
        certain.pairs.push((FLASK_ENV, "production".to_owned()));
        if flask.is_of_any_version {
            certain.because.push("the project leaves Flask's version open: below 2.3 Flask takes its mode from FLASK_ENV, later ones pass over it".to_owned());
        }
    } else if needs_env && flask.is_without_env {
        certain.because.push("this Flask does without FLASK_ENV (2.2 warns of it, later ones read it no more), so it is left out".to_owned());
    }
    let Some(app) = flask::app(stage).filter(|_| needs_app) else {
        return vec![certain];
    };
    let Some(unread) = app.open else {
        certain.pairs.push((FLASK_APP, app.name));
        certain.because.push(app.because);
        return vec![certain];
    };
    let mut uncertain = FlaskSettings {
        pairs: vec![(FLASK_APP, app.name)],
        because: vec![flask.because, app.because],
        open: certain.open.clone(),
    };
    uncertain.open.push(unread);
    vec![certain, uncertain]
}

fn say_flask(home: Stage<'_>, said: FlaskSettings, stages: &[Stage<'_>], out: &mut Findings<'_>) {
    let keys: Vec<&str> = said.pairs.iter().map(|(key, _)| *key).collect();
    let message = match keys.as_slice() {
        [] => return,
        [key] => format!("`{key}` is not set for a Flask application"),
        keys => format!(
            "`{}` are not set for a Flask application",
            keys.join("` and `")
        ),
    };
    out.judge(home.from_step(), Safety::Checked, message, |case| {
        case.evidence(said.because).open(said.open);
        if keys.contains(&FLASK_ENV) {
            case.open(stages.iter().filter_map(|stage| asked(*stage)));
        }
        case.open(keys.iter().find_map(|key| inherited(home, key)));
        for stage in stages {
            case.open(of_others(*stage, &keys));
        }
        set(case, home, &said.pairs);
        Ok(())
    });
}

/// Applications of other Dockerfiles that are based on the image, and have its settings with it.
fn of_others(stage: Stage<'_>, keys: &[&str]) -> Vec<OpenCondition> {
    let mut open = Vec::new();
    stage.each_based_elsewhere(&mut |child, of| {
        let is_its_own = child
            .with_descendants()
            .any(|it| it.copies().next().is_some());
        let mut inherited = keys.iter().filter(|key| !child.final_env(key).is_set());
        if let Some(key) = inherited.next().filter(|_| is_its_own) {
            open.push(OpenCondition::new(
                format!(
                    "whether the application of {}, can do with its {key}",
                    of.said()
                ),
                "set the variable there as well",
            ));
        }
    });
    open
}

/// A base image that nobody knows may set the variable already.
fn inherited(stage: Stage<'_>, key: &str) -> Option<OpenCondition> {
    may_be_inherited(stage, key).then(|| {
        OpenCondition::new(
            format!("whether the base image sets {key} already: dfix does not know the image"),
            "say in dfix.toml what the image is like (`[images.\"…\"]`), or set the variable by hand",
        )
    })
}

fn may_be_inherited(stage: Stage<'_>, key: &str) -> bool {
    let mut may_be = matches!(stage.final_env(key), EnvValue::Unknown);
    if may_be {
        stage.base_elsewhere(&mut |base| may_be = may_be_inherited(base, key));
    }
    may_be
}

/// A source of the application that asks for `FLASK_ENV` takes other settings by it than Flask alone would.
fn asked(stage: Stage<'_>) -> Option<OpenCondition> {
    let sources = stage.application_sources();
    let Some(place) = sources.asks_for(FLASK_ENV) else {
        let unread = sources.unread.first().map(String::as_str);
        let none = || sources.files.is_empty().then_some("its sources");
        return unread.or_else(none).map(|unread| {
            OpenCondition::new(
                format!(
                    "whether the application takes other settings by {FLASK_ENV}: not read is {unread}"
                ),
                "run dfix where the build context is, or look into the sources",
            )
        });
    };
    Some(OpenCondition::new(
        format!(
            "which settings the application takes for production: {place} asks for {FLASK_ENV} by itself"
        ),
        "look whether they work in this image, and set the variable by hand",
    ))
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
    let message = format!("`{key}` puts the shipped application into development mode");
    out.judge(place, Safety::Unsafe, message, |case| {
        case.declare(Effect::environment(set_in.index(), [key]));
        case.open(OpenCondition::new(
            "whether the development mode is meant",
            format!("set `{key}={wanted}` for production, or ignore this rule here"),
        ));
        case.fix(|edit| edit.replace_node(place, wanted));
        Ok(())
    });
}
