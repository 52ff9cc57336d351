//! `python-venv`: Python packages go into a virtual environment at `/opt/venv`.

mod around;
mod builds;
mod ensurepip;
mod interpreters;
mod paths;
mod scripts;
mod services;
mod tools;
mod venv;

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, PackageMark, package_is};
use dfix_model::StepKind;
use std::fmt::Write as _;

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, fixes, leaves};
use dfix_model::Destination;
use dfix_model::{Model, PackageCommand, PackageManager, Stage, Step};

use venv::Ground;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    id: "python-venv",
    aliases: &[],
    group: Group::Runtime,
    summary: "install Python packages into a virtual environment at `/opt/venv`",
    why: "The application's packages and those of the system's Python do not get in each other's way, \
          and one folder holds all that the application needs: it can be copied into another stage.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python:3.11\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
            "FROM python:3.11\nWORKDIR /app\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
        ),
        fixes(
            "FROM python:3.12-slim\n# the server\nRUN python3 -m pip install gunicorn\nCMD [\"/usr/local/bin/gunicorn\", \"app:app\"]\n",
            "FROM python:3.12-slim\nRUN python3 -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\n# the server\nRUN python3 -m pip install gunicorn\nCMD [\"/opt/venv/bin/gunicorn\", \"app:app\"]\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --break-system-packages flask\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip python3-venv\nRUN python3 -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip3 install --break-system-packages flask\n",
        ),
        fixes(
            "FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install flask\n",
            "FROM ubuntu:22.04\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN apt-get update && apt-get install -y python3-pip python3-venv && python3 -m venv /opt/venv && pip3 install flask\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN apk add --no-cache python3 py3-pip\nRUN pip3 install flask\n",
            "FROM alpine:3.20\nRUN apk add --no-cache python3 py3-pip\nRUN python3 -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip3 install flask\n",
        ),
        fixes(
            "FROM python:3.11 AS builder\nRUN pip install flask\n\nFROM python:3.11-slim\nCOPY --from=builder /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages\n",
            "FROM python:3.11 AS builder\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip install flask\n\nFROM python:3.11-slim\nCOPY --from=builder /opt/venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\n",
        )
        .with_unsafe()
        .that_says("whether"),
        leaves("FROM python:3.11\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip install flask\n"),
        leaves("FROM python:3.11\nENV VIRTUAL_ENV=/venv\nRUN python -m venv $VIRTUAL_ENV\nENV PATH=$VIRTUAL_ENV/bin:$PATH\nRUN pip install flask\n"),
        leaves("FROM python:3.11\nRUN pip install --target=/app/lib flask\n"),
        leaves("FROM python:3.11\nRUN pip install --user flask\n"),
        leaves("FROM python:3.11\nENV PIP_TARGET=/app/lib\nRUN pip install flask\n"),
        leaves("FROM python:3.11\nRUN pip install --upgrade pip setuptools\nCMD [\"python\", \"a.py\"]\n"),
        leaves("FROM python:3.11\nRUN pip install uv && uv pip install --system flask\n").that_says("uv venv"),
        leaves("FROM python:3.11\nRUN pip install uv\nWORKDIR /app\nCOPY . .\nRUN uv sync\n"),
        leaves("FROM python:2.7\nRUN pip install flask\n").that_says("Python 2"),
        leaves("FROM python:3.11\nUSER 1000\nRUN pip install flask\n").that_says("not root"),
        leaves("FROM python:3.11\nSHELL [\"/bin/bash\", \"-lc\"]\nRUN pip install flask\n").that_says("login shell"),
        leaves("FROM python:3.11\nRUN pip install flask\nENV PATH=/usr/local/bin:/usr/bin:/bin\n").that_says("PATH"),
        leaves("FROM python:3.11\nRUN pip install pipenv\nRUN pipenv install\n"),
        leaves("FROM python:3.11\nCMD [\"pip\", \"install\", \"flask\"]\n"),
        leaves("FROM python:3.11\nRUN pip install --user gmpy2\nRUN pip install flask\n").that_says("home"),
        leaves("FROM python:3.11\nRUN python setup.py install\nRUN pip install flask\n").that_says("before"),
        leaves("FROM python:3.11 AS b\nRUN pip install --prefix=/install flask\nFROM python:3.11\nCOPY --from=b /install /usr/local\nRUN pip install gunicorn\n")
            .that_says("/usr/local"),
        leaves("FROM python:3.11\nCOPY . /app\nRUN pip install flask\nCMD [\"/app/start.sh\"]\n")
            .with_context(&[("start.sh", "#!/bin/sh\nexec /usr/local/bin/python /app/app.py\n")])
            .that_says("whole path"),
        // Before Python 3.10 an environment has no `python3.7`, unless that made it.
        fixes(
            "FROM python:3.7\nRUN python3.7 -m pip install flask\nCMD [\"/usr/local/bin/python3.7\", \"a.py\"]\n",
            "FROM python:3.7\nRUN python3.7 -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN python3.7 -m pip install flask\nCMD [\"/opt/venv/bin/python3.7\", \"a.py\"]\n",
        ),
        leaves("FROM python:3.7\nRUN pip install flask\nCMD [\"python3.7\", \"a.py\"]\n").with_unsafe().that_says("`python3.7`"),
        leaves("FROM python:3.7\nRUN pip install flask\nCMD [\"/usr/local/bin/python3.7\", \"a.py\"]\n").with_unsafe(),
        leaves("FROM python:3.12\nRUN pip install flask\nENTRYPOINT [\"/usr/bin/python\", \"a.py\"]\n").with_unsafe().that_says("Debian's"),
        // Not pip's.
        fixes(
            "FROM python:3.12\nRUN pip install flask && apt-get update && apt-get install -y uwsgi\nCMD [\"/usr/bin/uwsgi\"]\n",
            "FROM python:3.12\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip install flask && apt-get update && apt-get install -y uwsgi\nCMD [\"/usr/bin/uwsgi\"]\n",
        ),
        leaves("FROM ubuntu:18.04\nRUN apt-get update && apt-get install -y python python3-pip\nRUN pip3 install flask\nCMD [\"python\", \"a.py\"]\n")
            .with_unsafe()
            .that_says("Python 2"),
        fixes(
            "FROM python:3.11\nCOPY . /app\nWORKDIR /app\nRUN pip install -r requirements.txt\n",
            "FROM python:3.11\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nCOPY . /app\nWORKDIR /app\nRUN pip install -r requirements.txt\n",
        ),
        leaves("FROM python:3.11\nARG uvpip='uv pip install --system'\nRUN pip install uv && $uvpip flask\nCMD [\"python\", \"app.py\"]\n")
            .that_says("uv venv"),
        leaves("FROM python:3.11\nCOPY . /app\nRUN pip install flask\nCMD [\"/app/serve\"]\n").that_says("/app/serve"),
        leaves("FROM python:3.11\nRUN ln -s /usr/local/bin/python /usr/bin/python\nRUN pip install boto\n").that_says("link"),
        leaves("FROM python:3.11\nCOPY prepare /srv/prepare\nRUN /srv/prepare\nRUN pip install flask\n").that_says("/srv/prepare"),
        leaves("FROM python:3.11\nENTRYPOINT [\"/bin/sh\", \"/start\"]\nCOPY start /\nRUN pip install flask\n").that_says("/start"),
        leaves("FROM python:3.11\nWORKDIR /src\nCOPY . .\nRUN pip install .\nCMD [\"python\", \"/usr/local/bin/serve\"]\n").that_says("serve"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y python3 curl\nRUN curl https://bootstrap.pypa.io/get-pip.py | python3\nRUN pip install flask\n")
            .that_says("get-pip"),
        leaves("FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y python3-pip python3-setuptools\nRUN pip3 install flask\n")
            .that_says("setuptools"),
        leaves("FROM ubuntu:16.04\nRUN apt-get update && apt-get install -y python3.6 python3.6-venv python3-pip\nRUN python3.6 -m pip install -U pip flask\nRUN python3 -m pip install -r requirements.txt\n")
            .that_says("python3 means"),
        leaves("FROM ubuntu:19.04\nRUN apt-get update && apt-get install -y python3.7 python3-pip\nRUN pip3 install flask\nCMD [\"/usr/bin/python3.7\", \"app.py\"]\n")
            .that_says("python3.7"),
        leaves("FROM continuumio/miniconda3\nRUN pip install flask\n"),
        leaves("FROM node:22\nRUN npm install\n"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip python3-numpy\nRUN pip3 install flask\n")
            .that_says("python3-numpy"),
    ],
};

const MESSAGE: &str = "Python packages are installed among those of the system";
const VENV: &str = "/opt/venv";
const PATH: &str = "ENV PATH=\"/opt/venv/bin:$PATH\"";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    // These keep environments of their own.
    let is_kept_by_a_tool = file
        .shipped_stages()
        .flat_map(Stage::build_commands)
        .any(|c| programs::is(c.name(), Mark::KeepsEnvironment));
    if is_kept_by_a_tool {
        installed_by_uv(file, out);
        return;
    }
    // Or the file makes an environment of its own.
    let makes_one = file
        .shipped_stages()
        .flat_map(Stage::build_commands)
        .any(|c| {
            c.is_one_of(&["virtualenv", "pyvenv", "mkvirtualenv"])
                || (crate::programs::is_python(c.name())
                    && c.has_arg("-m")
                    && (c.has_arg("venv") || c.has_arg("virtualenv")))
        });
    if makes_one {
        return;
    }
    for stage in file.shipped_stages() {
        if let Some(install) = first_into_system(stage) {
            isolate(stage, &install, out);
            return;
        }
    }
    for stage in file.shipped_stages() {
        copied_site_packages(stage, out);
    }
}

/// The first install into the system, where anything is installed there but pip and its like.
fn first_into_system(stage: Stage<'_>) -> Option<PackageCommand<'_>> {
    let installs: Vec<_> = stage
        .installs(PackageManager::Pip)
        .filter(|install| install.step().is_run() && !install.step().is_onbuild())
        .filter(|install| install.destination() == Destination::System)
        .collect();
    installs.iter().any(brings_packages).then_some(())?;
    installs.into_iter().next()
}

fn brings_packages(install: &PackageCommand<'_>) -> bool {
    let packages = install.packages();
    packages.is_empty()
        || install.requirement_files().next().is_some()
        || packages.iter().any(|package| {
            package
                .name
                .is_none_or(|name| !package_is(Ecosystem::Language, name, PackageMark::Installer))
        })
}

/// uv goes by other means than PATH, so its way is told and not written.
fn installed_by_uv(file: &Model<'_>, out: &mut Findings<'_>) {
    let install = file.shipped_stages().find_map(|stage| {
        stage
            .installs(PackageManager::Uv)
            .filter(|install| install.step().is_run() && !install.step().is_onbuild())
            .find(|install| install.destination() == Destination::System)
    });
    if let Some(install) = install {
        out.report(install.range(), MESSAGE).remedy(
            "make an environment by `uv venv /opt/venv`, set `VIRTUAL_ENV=/opt/venv` and put `/opt/venv/bin` \
             first on PATH, and leave `--system` out",
        );
    }
}

/// Puts an environment before the first install of a shipped stage.
fn isolate(stage: Stage<'_>, first: &PackageCommand<'_>, out: &mut Findings<'_>) {
    let ground = match venv::ground(stage, first) {
        Ok(ground) => ground,
        Err(venv::No::Quiet) => return,
        Err(venv::No::Because(reason)) => {
            out.report(first.range(), MESSAGE).remedy(reason);
            return;
        }
    };
    let obstacle = venv::obstacle(stage, first)
        .or_else(|| interpreters::renamed(stage, &ground.interpreter))
        .or_else(|| interpreters::stranger(stage, first, &ground.interpreter))
        .or_else(|| interpreters::inside_a_word(stage))
        .or_else(|| builds::libraries(stage, first))
        .or_else(|| services::sessions(stage));
    if let Some(obstacle) = obstacle {
        out.report(first.range(), MESSAGE).remedy(obstacle);
        return;
    }
    let scripts = match scripts::scripts(stage, first, &ground.interpreter) {
        Ok(open) => open,
        Err(remedy) => {
            out.report(first.range(), MESSAGE).remedy(remedy);
            return;
        }
    };
    let mut make = format!("{} -m venv {VENV}", ground.interpreter);
    if let Some(version) = ground.pip {
        let _ = write!(
            make,
            " && {VENV}/bin/pip install --no-cache-dir pip=={version}"
        );
    }
    let moved = tools::absolute_tools(stage, first, &ground.interpreter);
    let mut fix = out
        .fix(first.range(), Safety::Checked, MESSAGE)
        .effect(Effect::Inserted {
            stage: stage.index(),
            keyword: "ENV",
        })
        .effect(Effect::Environment {
            stage: stage.index(),
            keys: vec!["PATH".to_owned()],
        })
        .evidences(evidence(&ground));
    let of_nobody = tools::tools_of_nobody(stage, first, &ground.interpreter);
    let tool = of_nobody.first().map(|tool| tool.unproven.clone());
    let services = services::open(stage);
    let built = builds::modules(stage);
    let cleaned = builds::cleaning(stage, first);
    for reason in ground
        .open
        .iter()
        .chain(&scripts)
        .chain(&services)
        .chain(&built)
        .chain(&cleaned)
        .chain(&tool)
    {
        fix = fix.unproven(reason.condition.clone(), reason.remedy.clone());
    }
    let steps = moved.iter().map(|(step, _)| step);
    for step in steps.chain(of_nobody.iter().map(|tool| &tool.step)) {
        fix = fix.effect(Effect::Changed {
            instruction: step.range(),
        });
    }
    if let Some(package) = &ground.to_add {
        fix = fix.effect(Effect::Arguments {
            command: package.install.range(),
        });
    }
    let same_step = ground
        .provider
        .as_ref()
        .is_some_and(|provider| provider.step() == first.step());
    if same_step && !(first.command.is_certain() && first.command.before().is_some()) {
        fix.edit(|edit| {
            edit.fail(
                "Python is installed by the same instruction, and not by a plain list of commands",
            );
        });
        return;
    }
    let place = place_before(first.step());
    fix = if same_step {
        fix.effect(Effect::Changed {
            instruction: first.step().range(),
        })
    } else {
        fix.effect(Effect::Inserted {
            stage: stage.index(),
            keyword: "RUN",
        })
    };
    fix.edit(|edit| {
        if let Some(package) = &ground.to_add {
            edit.insert_word_after(package.beside, &package.name);
        }
        if same_step {
            edit.insert_instruction_before(first.step(), PATH);
            edit.add_command_before(first.command, &make);
        } else {
            edit.insert_instructions_before(place, [format!("RUN {make}"), PATH.to_owned()]);
        }
        for (_, (word, tool)) in &moved {
            edit.replace_word(*word, &format!("{VENV}/bin/{tool}"));
        }
        for found in &of_nobody {
            if let Some(program) = found.program {
                edit.replace_word(program, found.tool);
            }
        }
    });
}

fn evidence(ground: &Ground<'_>) -> Vec<String> {
    let mut evidence = vec![
        ground.why.clone(),
        "every pip of this stage is found through PATH".to_owned(),
        "nothing in the file refers to the system's site-packages".to_owned(),
    ];
    if let Some(version) = ground.pip {
        evidence.push(format!(
            "this Python makes environments with an older pip than the image has; {version} takes the same wheels"
        ));
    }
    evidence
}

/// The first of the `COPY`s and `ADD`s right before the install, or the install itself: the
/// environment is then made again only when the image below changes, not with every requirement.
fn place_before(install: Step<'_>) -> Step<'_> {
    let mut place = install;
    let mut step = install;
    while let Some(before) = step.previous() {
        // What settles how pip downloads must come first.
        let is_of_pip = before.words().any(|w| {
            w.source_text().contains("pip.conf") || w.source_text().contains("certificates")
        });
        if before.stage() != install.stage() || is_of_pip || before.is_onbuild() {
            break;
        }
        match before.name() {
            "COPY" | "ADD" => place = before,
            "WORKDIR" | "EXPOSE" | "LABEL" | "MAINTAINER" | "CMD" | "ENTRYPOINT" | "STOPSIGNAL"
            | "VOLUME" => {}
            _ => break,
        }
        step = before;
    }
    place
}

/// Where a builder's `site-packages` are copied into a shipped stage, the environment is copied instead.
fn copied_site_packages(stage: Stage<'_>, out: &mut Findings<'_>) {
    for copy in stage.steps_of(StepKind::Copy) {
        let Some(builder) = copy.source().and_then(|source| source.stage()) else {
            continue;
        };
        let words: Vec<_> = copy.words().collect();
        let [from, to] = words.as_slice() else {
            continue;
        };
        let is_site = |text: &str| {
            text.starts_with("/usr/local/lib/python3")
                && text.trim_end_matches('/').ends_with("/site-packages")
        };
        if !from.value().is_some_and(is_site)
            || from.value().map(|v| v.trim_end_matches('/'))
                != to.value().map(|v| v.trim_end_matches('/'))
        {
            continue;
        }
        let Some(first) = first_into_system(builder) else {
            continue;
        };
        let Ok(ground) = venv::ground(builder, &first) else {
            continue;
        };
        if !ground.is_official
            || ground.pip.is_some()
            || stage.base_image().name() != Some("python")
        {
            continue;
        }
        let place = place_before(first.step());
        let scripts = stage.steps_of(StepKind::Copy).find(|c| {
            c.source().and_then(|s| s.stage()) == Some(builder)
                && c.words()
                    .all(|w| matches!(w.value(), Some("/usr/local/bin" | "/usr/local/bin/")))
        });
        let mut fix = out
            .fix(copy.range(), Safety::Unsafe, "a builder's site-packages are copied over those of the image")
            .unproven(
                "whether the builder's site-packages hold something that pip did not install in this file",
                "compare `pip list` of the builder and of its base image",
            )
            .evidences(evidence(&ground).into_iter().take(2))
            .effect(Effect::Inserted { stage: builder.index(), keyword: "RUN" })
            .effect(Effect::Inserted { stage: builder.index(), keyword: "ENV" })
            .effect(Effect::Environment { stage: builder.index(), keys: vec!["PATH".to_owned()] })
            .effect(Effect::Inserted { stage: stage.index(), keyword: "ENV" })
            .effect(Effect::Environment { stage: stage.index(), keys: vec!["PATH".to_owned()] })
            .effect(Effect::Changed { instruction: copy.range() });
        if let Some(scripts) = scripts {
            fix = fix.effect(Effect::Removed {
                instruction: scripts.range(),
            });
        }
        fix.edit(|edit| {
            edit.insert_instructions_before(
                place,
                [
                    format!("RUN {} -m venv {VENV}", ground.interpreter),
                    PATH.to_owned(),
                ],
            );
            edit.replace_word(*from, VENV);
            edit.replace_word(*to, VENV);
            edit.insert_instruction_after(copy, PATH);
            if let Some(scripts) = scripts {
                edit.remove_instruction(scripts);
            }
        });
        return;
    }
}
