//! `python-venv`: Python packages go into a virtual environment at `/opt/venv`.

mod building;
mod copied;
mod doubts;
mod elsewhere;
mod home_packages;
mod installs;
mod named;
mod obstacles;
mod shipped;
mod site;
mod tools;

use dfix_catalogue::programs::Mark;
use dfix_engine::{
    Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Command, Model, PackageManager, Stage, Step, Word};

use building::Building;
use copied::copied_site_packages;
use installs::{PATH, first_into_system, into_system, place_before, told_to_break};
use site::{Site, VENV};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    id: "python-venv",
    aliases: &[],
    groups: &[Group::Practices, Group::Correctness],
    severity: Severity::Warning,
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
        )
        .with_context(&[("requirements.txt", "flask==3.0.3\n")])
        .that_says("nothing is known to be built"),
        leaves("FROM python:3.6-jessie\nRUN pip install flask\nCMD [\"flask\", \"run\"]\n")
            .that_says("which pip `3.6-jessie` has"),
        leaves("FROM python:3.9\nCOPY a.py /\nRUN pip install flask\n")
            .that_says("no `CMD` or `ENTRYPOINT`"),
        fixes(
            "FROM python:3.12-slim\n# the server\nRUN python3 -m pip install gunicorn\nCMD [\"/usr/local/bin/gunicorn\", \"app:app\"]\n",
            "FROM python:3.12-slim\nRUN python3 -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\n# the server\nRUN python3 -m pip install gunicorn\nCMD [\"/opt/venv/bin/gunicorn\", \"app:app\"]\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install --break-system-packages flask\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip python3-venv\nRUN python3 -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip3 install flask\n",
        ),
        fixes(
            "FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install flask\n",
            "FROM ubuntu:22.04\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN apt-get update && apt-get install -y python3-pip python3-venv && /usr/bin/python3 -m venv /opt/venv && pip3 install flask\n",
        ),
        // Its shell goes on with the Python that it found first.
        reports(
            "FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y python3-pip && python3 -V && pip3 install flask\n",
            "the same shell calls `python3` before",
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
        // Built by its setup.py, with what the image has and an environment has not.
        fixes(
            "FROM python:3.11-slim\nRUN pip install mmcv==1.7.2\n",
            "FROM python:3.11-slim\nRUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir setuptools==79.0.1 'wheel<0.46'\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip install mmcv==1.7.2\n",
        )
        .that_says("`mmcv` may be built"),
        leaves("FROM python:3.6.6-slim-stretch\nRUN pip install --process-dependency-links git+https://example.com/y\n")
            .that_says("knows `--process-dependency-links`"),
        leaves("FROM python:3.11\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip install flask\n"),
        leaves("FROM python:3.11\nRUN pip install --target=/app/lib flask\n"),
        // What makes environments of its own is not separated from anything.
        leaves("FROM python:3.11\nRUN pip install --no-cache-dir uv\nENV UV_PROJECT_ENVIRONMENT=/venv\n"),
        leaves("FROM python:3.11\nRUN pip install --user flask\n"),
        leaves("FROM python:3.11\nENV PIP_TARGET=/app/lib\nRUN pip install flask\n"),
        leaves("FROM python:3.11\nRUN pip install --upgrade pip setuptools\nCMD [\"python\", \"a.py\"]\n"),
        reports("FROM python:3.11\nRUN pip install uv && uv pip install --system flask\n", "uv venv"),
        leaves("FROM python:3.11\nRUN pip install uv\nWORKDIR /app\nCOPY . .\nRUN uv sync\n"),
        reports("FROM python:2.7\nRUN pip install flask\n", "Python 2"),
        reports("FROM python:3.11\nUSER 1000\nRUN pip install flask\n", "not root"),
        reports("FROM python:3.11\nSHELL [\"/bin/bash\", \"-lc\"]\nRUN pip install flask\n", "login shell"),
        reports("FROM python:3.11\nRUN pip install flask\nRUN chmod 755 /usr/local/bin/flask\n", "/opt/venv/bin/flask"),
        reports("FROM python:3.11\nRUN pip install ansible && ln -s /usr/local/bin/ansible /usr/bin/ansible\n", "/opt/venv/bin/ansible"),
        reports("FROM python:3.11\nRUN pip install flask\nRUN echo '* * * * * /usr/local/bin/flask' > /x\n", "/opt/venv/bin/flask"),
        reports("FROM python:3.11\nRUN pip install flask\nENV X=/usr/local/bin/flask\n", "/opt/venv/bin/flask"),
        reports("FROM python:3.11\nRUN pip install flask\nONBUILD USER app\nONBUILD RUN pip install x\n", "another user than root"),
        leaves("FROM python:3.11\nRUN pip install flask\nRUN sed -i s/a/b/ /usr/local/bin/tool\n").that_says("/usr/local/bin/tool"),
        // Another puts it there.
        fixes(
            "FROM python:3.11\nRUN pip install flask\nCOPY flask /usr/local/bin/flask\nRUN chmod 755 /usr/local/bin/flask /usr/local/bin/python\n",
            "FROM python:3.11\nRUN python -m venv /opt/venv\nENV PATH=\"/opt/venv/bin:$PATH\"\nRUN pip install flask\nCOPY flask /usr/local/bin/flask\nRUN chmod 755 /usr/local/bin/flask /usr/local/bin/python\n",
        )
        .with_unsafe(),
        reports("FROM python:3.11\nRUN pip install flask\nENV PATH=/usr/local/bin:/usr/bin:/bin\n", "PATH"),
        leaves("FROM python:3.11\nRUN pip install pipenv\nRUN pipenv install\n"),
        leaves("FROM python:3.11\nCMD [\"pip\", \"install\", \"flask\"]\n"),
        leaves("FROM continuumio/miniconda3\nRUN pip install flask\n"),
        leaves("FROM node:22\nRUN npm install\n"),
    ],
};

const MESSAGE: &str = "Python packages are installed among those of the system";
fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_kept = |command: Command<'_>| command.is_marked(Mark::KeepsEnvironment);
    if built(file).any(is_kept) {
        installed_by_uv(file, out);
    } else if !built(file).any(Command::makes_environment) {
        let first = |stage: Stage<'_>| first_into_system(stage).is_some();
        match file.shipped_stages().find(|stage| first(*stage)) {
            Some(stage) => isolate(stage, out),
            None => file
                .shipped_stages()
                .for_each(|stage| copied_site_packages(stage, out)),
        }
    }
}

/// The commands that build what is shipped.
fn built<'m>(file: &'m Model<'m>) -> impl Iterator<Item = Command<'m>> {
    file.shipped_stages().flat_map(Stage::build_commands)
}

/// uv goes by other means than PATH, so its way is told and not written.
fn installed_by_uv(file: &Model<'_>, out: &mut Findings<'_>) {
    let install = file
        .shipped_stages()
        .find_map(|stage| into_system(stage, PackageManager::Uv).next());
    let Some(install) = install else { return };
    out.judge(install.range(), Safety::Checked, MESSAGE, |_| {
        Err(
            "make an environment by `uv venv /opt/venv`, set `VIRTUAL_ENV=/opt/venv` and put `/opt/venv/bin` \
             first on PATH, and leave `--system` out"
                .into(),
        )
    });
}

/// Puts an environment before the first install of a shipped stage.
fn isolate(stage: Stage<'_>, out: &mut Findings<'_>) {
    let Some(first) = first_into_system(stage) else {
        return;
    };
    let Some(site) = Site::of(stage, first) else {
        return;
    };
    let first = &site.first;
    out.judge(first.range(), Safety::Checked, MESSAGE, |case| {
        obstacles::known(&site)?;
        let scripts = doubts::scripts(&site)?;
        let place = Place::of(&site)?;
        let moved = tools::moved(&site);
        let of_nobody = tools::of_nobody(&site, &moved);
        let building = Building::of(&site);

        case.open(stage.other_bases().to_vec());
        case.open(doubts::possible(&site))
            .open(shipped::possible(&site))
            .open(scripts)
            .open(of_nobody.first().map(tools::OfNobody::open));
        case.open(elsewhere::by_launches(&site));
        if !case.is_open() {
            case.open(elsewhere::possible(&site));
        }
        if !case.is_open() {
            case.open(elsewhere::based_on_it(&site));
        }
        case.open(building.open);
        case.evidence(evidence(&site))
            .evidence(building.because)
            .declare(Effect::Inserted {
                stage: stage.index(),
                keyword: "ENV",
            })
            .declare(Effect::environment(stage.index(), ["PATH"]))
            .declare(match place {
                Place::Beside => Effect::commands_of(first.step()),
                Place::Before(_) => Effect::Inserted {
                    stage: stage.index(),
                    keyword: "RUN",
                },
            });
        let renamed = moved.iter().chain(of_nobody.iter().map(|it| &it.tool));
        case.declare(renamed.map(|tool| Effect::changed(tool.step)));

        let added = site.to_add();
        case.declare(
            added
                .as_ref()
                .map(|(beside, _)| Effect::arguments_of(beside.install.range())),
        );
        let told = told_to_break(&site);
        case.declare(
            told.iter()
                .map(|(install, _)| Effect::arguments_of(install.range())),
        );
        case.fix(|edit| {
            edit.remove_words(told.iter().map(|(_, word)| *word));
            if let Some((beside, package)) = &added {
                edit.insert_word_after(beside.word, package);
            }
            let program = &*site.python.program;
            match place {
                Place::Beside => {
                    // A shell remembers where it found a program that it calls by its name alone (POSIX, Command Search and
                    // Execution), and would take the system's Python from then on.
                    let program = format!("/usr/bin/{program}");
                    let make = command_line(&program, &site, building.given.as_deref());
                    edit.insert_instruction_before(first.step(), PATH);
                    edit.add_command_before(first.command, &make);
                }
                Place::Before(step) => {
                    let make = command_line(program, &site, building.given.as_deref());
                    edit.insert_instructions_before(step, [format!("RUN {make}"), PATH.to_owned()]);
                }
            }
            for tool in &moved {
                edit.replace_word(tool.word, &format!("{VENV}/bin/{}", tool.name));
            }
            for it in of_nobody.iter().filter(|it| it.is_called) {
                edit.replace_word(it.tool.word, it.tool.name);
            }
        });
        Ok(())
    });
}

fn evidence(site: &Site<'_>) -> Vec<String> {
    let mut evidence = vec![
        site.because(),
        "every pip of this stage is found through PATH".to_owned(),
        "nothing in the file names the system's site-packages, nor a program there that it is seen to install with pip"
            .to_owned(),
    ];
    evidence.extend(site.pip.map(|version| {
        format!(
            "this Python makes environments with an older pip than the image has; {version} takes the same wheels"
        )
    }));
    evidence
}

/// What makes the environment, and installs into it what it is given first.
fn command_line(program: &str, site: &Site<'_>, given: Option<&str>) -> String {
    let make = format!("{program} -m venv {VENV}");
    let pip = site.pip.map(|version| format!("pip=={version}"));
    let first: Vec<&str> = pip.as_deref().into_iter().chain(given).collect();
    if first.is_empty() {
        return make;
    }
    format!(
        "{make} && {VENV}/bin/pip install --no-cache-dir {}",
        first.join(" ")
    )
}

/// Where the environment is made.
#[derive(Clone, Copy)]
enum Place<'m> {
    /// In the step that installs Python, too, right before the install.
    Beside,
    /// In a step of its own before this one.
    Before(Step<'m>),
}

impl<'m> Place<'m> {
    fn of(site: &Site<'m>) -> Result<Self, Remedy> {
        let first = &site.first;
        let provider = site.python.provider.as_ref();
        if provider.is_none_or(|it| it.install.step() != first.step()) {
            return Ok(Place::Before(place_before(first.step())));
        }
        let is_in_list = first.command.is_certain() && first.command.before().is_some();
        if !is_in_list {
            return Err("change it by hand: Python is installed by the same instruction, and not by a plain list of commands".into());
        }
        let is_remembered = |it: &Command<'_>| {
            let name = it.executable().map_or("", Word::literal_prefix);
            it.range().start() < first.range().start()
                && (name.starts_with("python") || name.starts_with("pip"))
        };
        let mut commands = first.step().commands();
        match commands.find(is_remembered) {
            Some(it) => Err(remedy!(
                "change it by hand: the same shell calls `{}` before, and goes on with the one that it found then",
                it.called()
            )),
            None => Ok(Place::Beside),
        }
    }
}
