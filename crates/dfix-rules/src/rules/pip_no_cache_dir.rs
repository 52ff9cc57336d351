//! `--no-cache-dir` for pip.

use std::cell::OnceCell;

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, fixes, leaves};
use dfix_model::context::Answer;
use dfix_model::{
    EnvFrom, EnvValue, ImageRef, Model, PackageCommand, PackageManager, Stage, Step, Word,
};

pub(crate) const RULE: Rule = Rule {
    id: "pip-no-cache-dir",
    aliases: &["DL3042"],
    group: Group::Size,
    summary: "pass `--no-cache-dir` to `pip install`, `pip wheel` and `pip download`",
    why: "pip keeps a copy of everything that it downloads. In an image nobody reads that copy again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python:3.12\nRUN pip install flask # web\n",
            "FROM python:3.12\nRUN pip install --no-cache-dir flask # web\n",
        ),
        fixes(
            "FROM python:3.12\nRUN pip3 install a && pip3.12 install b\n",
            "FROM python:3.12\nRUN pip3 install --no-cache-dir a && pip3.12 install --no-cache-dir b\n",
        ),
        fixes(
            "FROM python:3.12\nRUN python -m pip install a; python3 -u -m pip install b\n",
            "FROM python:3.12\nRUN python -m pip install --no-cache-dir a; python3 -u -m pip install --no-cache-dir b\n",
        ),
        fixes(
            "FROM python:3.12\nRUN /usr/local/bin/pip install a || /opt/venv/bin/python -m pip install b\n",
            "FROM python:3.12\nRUN /usr/local/bin/pip install --no-cache-dir a || /opt/venv/bin/python -m pip install --no-cache-dir b\n",
        ),
        fixes(
            "FROM python:3.12\nRUN sudo -H pip install a && env X=Y pip install b && X=Y pip install c\n",
            "FROM python:3.12\nRUN sudo -H pip install --no-cache-dir a && env X=Y pip install --no-cache-dir b && X=Y pip install --no-cache-dir c\n",
        ),
        fixes(
            "FROM python:3.12\nRUN time pip install a && exec pip install b\n",
            "FROM python:3.12\nRUN time pip install --no-cache-dir a && exec pip install --no-cache-dir b\n",
        ),
        fixes(
            "FROM python:3.12\nRUN pip install a | tee log\n",
            "FROM python:3.12\nRUN pip install --no-cache-dir a | tee log\n",
        ),
        fixes(
            "FROM python:3.12\nRUN if true; then pip install a; fi; for p in b c; do pip install $p; done\n",
            "FROM python:3.12\nRUN if true; then pip install --no-cache-dir a; fi; for p in b c; do pip install --no-cache-dir $p; done\n",
        ),
        fixes(
            "FROM python:3.12\nRUN (pip install a) && echo $(pip install b)\n",
            "FROM python:3.12\nRUN (pip install --no-cache-dir a) && echo $(pip install --no-cache-dir b)\n",
        ),
        fixes(
            "FROM python:3.12\nRUN sh -c \"pip install a\" && bash -lc 'pip install b'\n",
            "FROM python:3.12\nRUN sh -c \"pip install --no-cache-dir a\" && bash -lc 'pip install --no-cache-dir b'\n",
        ),
        fixes(
            "FROM python:3.12\nRUN [\"pip\", \"install\", \"a\"]\n",
            "FROM python:3.12\nRUN [\"pip\", \"install\", \"--no-cache-dir\", \"a\"]\n",
        ),
        fixes(
            "FROM python:3.12\nRUN <<EOF\npip install a\npip install b\nEOF\n",
            "FROM python:3.12\nRUN <<EOF\npip install --no-cache-dir a\npip install --no-cache-dir b\nEOF\n",
        ),
        fixes(
            "FROM python:3.12\nONBUILD RUN pip install a\n",
            "FROM python:3.12\nONBUILD RUN pip install --no-cache-dir a\n",
        ),
        fixes(
            "FROM python:3.12\nRUN pip wheel -w /w a && pip download -d /d b\n",
            "FROM python:3.12\nRUN pip wheel --no-cache-dir -w /w a && pip download --no-cache-dir -d /d b\n",
        ),
        fixes(
            "FROM python:3.12\nRUN pip -q --proxy http://proxy.example.com install a\n",
            "FROM python:3.12\nRUN pip -q --proxy http://proxy.example.com install --no-cache-dir a\n",
        ),
        fixes(
            "FROM python:3.12\nRUN pip \\\n    install \\\n    a\n",
            "FROM python:3.12\nRUN pip \\\n    install \\\n    --no-cache-dir \\\n    a\n",
        ),
        leaves(
            "FROM python:3.12\nRUN pip install --no-cache-dir a && pip --no-cache-dir install b\n",
        ),
        leaves("FROM ros:indigo\nRUN apt-get install -y python-pip && pip install catkin_tools\n"),
        leaves("FROM java:8\nRUN apt-get install -y python-pip\nRUN pip install awscli\n"),
        leaves("FROM acme/base:3\nRUN apt-get install -y python-pip\nRUN pip install awscli\n")
            .that_says("6.0"),
        fixes(
            "FROM acme/base:3\nRUN apt-get install -y python-pip && pip install -U pip\nRUN pip install awscli\n",
            "FROM acme/base:3\nRUN apt-get install -y python-pip && pip install -U pip\nRUN pip install --no-cache-dir awscli\n",
        ),
        leaves("FROM python:3.12\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask\n"),
        // pip takes even these as "no cache".
        leaves("FROM python:3.12\nENV PIP_NO_CACHE_DIR=0\nRUN pip install flask\n"),
        leaves("FROM python:3.12\nARG PIP_NO_CACHE_DIR=off\nRUN pip install flask\n"),
        leaves(
            "FROM python:3.12 AS base\nENV PIP_NO_CACHE_DIR=1\nFROM base\nRUN pip install flask\n",
        ),
        leaves("FROM python:3.12\nRUN PIP_NO_CACHE_DIR=1 pip install flask\n"),
        leaves("FROM python:3.12\nRUN export PIP_NO_CACHE_DIR=1 && pip install flask\n"),
        leaves("FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache pip install flask\n"),
        leaves(
            "FROM python:3.12\nUSER me\nRUN --mount=type=cache,target=/home/me/.cache/pip pip install flask\n",
        ),
        leaves("FROM python:3.12\nRUN pip install --cache-dir=/cache flask\n"),
        leaves("FROM python:3.12\nENV PIP_CACHE_DIR=/cache\nRUN pip install flask\n"),
        leaves(
            "FROM python:3.12\nRUN pip config set global.no-cache-dir true\nRUN pip install flask\n",
        ),
        leaves(
            "FROM python:3.12\nRUN printf '[global]\\nno-cache-dir = yes\\n' > /etc/pip.conf\nRUN pip install flask\n",
        ),
        leaves("FROM python:3.12\nCOPY pip.conf /etc/\nRUN pip install flask\n")
            .with_context(&[("pip.conf", "[install]\nno-cache-dir = true\n")]),
        leaves("FROM python:3.12\nARG OPTS=\"--no-cache-dir -q\"\nRUN pip install $OPTS flask\n"),
        leaves("FROM python:3.12\nRUN pip list && pip uninstall -y a && echo pip install b\n"),
        leaves(
            "FROM python:3.12\nRUN uv pip install --system a && pipx install b && pipenv install c\n",
        ),
        // pip 1.5 knows no such option.
        leaves("FROM ubuntu:14.04\nRUN apt-get install -y python-pip && pip install flask\n"),
        leaves("FROM debian:jessie\nRUN apt-get install -y python-pip && pip install -U pip\n"),
        fixes(
            "FROM ubuntu:14.04\nRUN apt-get install -y python-pip\nRUN pip install -U pip\nRUN pip install flask\n",
            "FROM ubuntu:14.04\nRUN apt-get install -y python-pip\nRUN pip install -U pip\nRUN pip install --no-cache-dir flask\n",
        ),
        fixes(
            "FROM python:3.6-jessie\nRUN pip install flask\n",
            "FROM python:3.6-jessie\nRUN pip install --no-cache-dir flask\n",
        ),
        // What a container downloads when it starts is in no layer.
        leaves("FROM python:3.12\nCMD pip install a && python app.py\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        // Asked for once a stage, and only where something is installed.
        let configured = OnceCell::new();
        let is_configured = |run: Step<'_>| {
            configured
                .get_or_init(|| configured_at(stage))
                .is_some_and(|first| first <= run.index())
        };
        for step in stage.steps().filter(|s| s.is_run()) {
            for pip in step.package_commands() {
                let downloads = pip.subcommand_is_one_of(&["install", "wheel", "download"]);
                if pip.manager != PackageManager::Pip
                    || !downloads
                    || is_settled(stage, &pip)
                    || is_configured(step)
                {
                    continue;
                }
                let age = age(stage, &pip);
                if age == Age::Old {
                    continue;
                }
                let mut fix = out
                    .fix(
                        pip.subcommand(),
                        Safety::Safe,
                        format!(
                            "`pip {}` leaves its downloads in the image",
                            pip.subcommand_text()
                        ),
                    )
                    .effect(Effect::arguments_of(pip.command));
                if age == Age::Unknown {
                    fix = fix.unproven(
                        "whether the distribution's pip is 6.0 (of 2014) or newer and knows the option",
                        "see `pip --version` of the image, or upgrade pip first",
                    );
                }
                fix.edit(|edit| edit.insert_word_after(pip.subcommand(), "--no-cache-dir"));
            }
        }
    }
}

/// Whether pip keeps no cache already, or somebody said where it is kept.
fn is_settled(stage: Stage<'_>, pip: &PackageCommand<'_>) -> bool {
    let is_set = |name| match stage.env_at(pip, name) {
        EnvValue::Set(setting) => setting.from != EnvFrom::BaseImage || setting.value.is_some(),
        EnvValue::Unset | EnvValue::Unknown => false,
    };
    pip.has_flag("--no-cache-dir")
        || pip.has_flag("--cache-dir")
        || pip.has_flag("--help")
        || is_set("PIP_NO_CACHE_DIR")
        || is_set("PIP_CACHE_DIR")
        || has_cache_mount(pip.step())
        || holds_the_flag(stage, pip)
}

/// Whether pip knows the option, which came with pip 6.0 in December 2014.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    /// It does.
    New,
    /// It is the pip of a distribution of before that time.
    Old,
    /// It is the pip of a distribution, and it is not known of which release.
    Unknown,
}

/// How old the pip is that runs there: its own, or what the distribution has.
fn age(stage: Stage<'_>, pip: &PackageCommand<'_>) -> Age {
    let packages = age_of_packages(stage);
    if packages == Age::New || !is_of_distribution(stage, pip) {
        return Age::New;
    }
    packages
}

/// Whether a package manager of the system put pip there, and nothing newer came over it.
fn is_of_distribution(stage: Stage<'_>, pip: &PackageCommand<'_>) -> bool {
    let mut stages: Vec<Stage<'_>> = stage.base_chain().collect();
    stages.reverse();
    let before = stages
        .into_iter()
        .flat_map(|s| s.build_commands().collect::<Vec<_>>())
        .take_while(|c| c.range().start() < pip.range().start());
    let mut is_of_distribution = false;
    for command in before {
        if command.is("easy_install")
            || command.words().any(|w| w.source_text().contains("get-pip"))
        {
            is_of_distribution = false;
        }
        let Some(install) = PackageCommand::of(command).filter(PackageCommand::is_install) else {
            continue;
        };
        let is_pip = install.manager == PackageManager::Pip;
        for package in install.packages() {
            match package.name {
                Some("pip") if is_pip => is_of_distribution = false,
                Some("python-pip" | "python3-pip" | "py-pip" | "py2-pip") if !is_pip => {
                    is_of_distribution = true;
                }
                _ => {}
            }
        }
    }
    is_of_distribution
}

/// The age of the pip among the packages of what the stage stands on.
fn age_of_packages(stage: Stage<'_>) -> Age {
    let image = stage.base_image();
    if has_old_packages(image) {
        return Age::Old;
    }
    let foundation = crate::base::facts(stage).and_then(|facts| facts.foundation);
    match foundation.and_then(|f| f.release) {
        Some(
            "precise" | "trusty" | "utopic" | "vivid" | "wily" | "squeeze" | "wheezy" | "jessie",
        ) => Age::Old,
        Some(_) => Age::New,
        None if foundation.is_some() || is_surely_new(image) => Age::New,
        None => Age::Unknown,
    }
}

/// Whether the image's own name, or its tag, says on which release it stands, and that is a later one.
fn is_surely_new(image: &ImageRef) -> bool {
    const RELEASES: &[&str] = &[
        "16.04",
        "18.04",
        "20.04",
        "22.04",
        "24.04",
        "26.04",
        "1604",
        "1804",
        "2004",
        "2204",
        "2404",
        "xenial",
        "bionic",
        "focal",
        "jammy",
        "noble",
        "resolute",
        "stretch",
        "buster",
        "bullseye",
        "bookworm",
        "trixie",
        "centos",
        "rockylinux",
        "almalinux",
        "amazonlinux",
        "ubi7",
        "ubi8",
        "ubi9",
        "kali",
        "alpine",
    ];
    let name = image.name().unwrap_or("");
    let tag = image.tag_text().unwrap_or("");
    let last = name.rsplit('/').next().unwrap_or(name);
    let is_recent = |from: u32| {
        tag.split(['.', '-'])
            .next()
            .and_then(|n| n.parse::<u32>().ok())
            .is_some_and(|major| major >= from)
    };
    RELEASES.iter().any(|r| name.contains(r) || tag.contains(r))
        || matches!(
            last,
            "ubuntu"
                | "debian"
                | "fedora"
                | "python"
                | "archlinux"
                | "opensuse-leap"
                | "leap"
                | "minideb"
        )
        || (last == "cuda" && is_recent(8))
}

fn has_old_packages(image: &ImageRef) -> bool {
    let name = image.name().unwrap_or("");
    let tag = image.tag_text().unwrap_or("");
    let last = name.rsplit('/').next().unwrap_or(name);
    let major = tag
        .split(['.', '-'])
        .next()
        .and_then(|n| n.parse::<u32>().ok());
    let up_to = |most: u32| major.is_some_and(|major| major <= most);
    [
        "precise",
        "trusty",
        "squeeze",
        "wheezy",
        "jessie",
        "ubuntu12",
        "ubuntu14",
        "ubuntu-14",
    ]
    .iter()
    .any(|release| tag.contains(release) || name.contains(release))
        || match last {
            "ubuntu" | "ubuntu-debootstrap" | "ubuntu-upstart" => up_to(15),
            "fedora" => up_to(21),
            "cuda" => up_to(7),
            "ros" => ["groovy", "hydro", "indigo", "jade"]
                .iter()
                .any(|r| tag.starts_with(r)),
            "debian" => up_to(8),
            "node" | "iojs" => up_to(8),
            "alpine" => tag == "3.1" || up_to(2),
            "baseimage" => tag.starts_with("0.9."),
            _ => false,
        }
}

/// Whether a mount may lie on pip's cache, whoever's home that is in.
fn has_cache_mount(run: Step<'_>) -> bool {
    run.has_cache_mount("/root/.cache/pip")
        || run
            .mounts()
            .filter(|m| matches!(m.kind(), "cache" | "tmpfs" | ""))
            .any(|mount| {
                mount.target().is_none_or(|target| {
                    target.value().is_none_or(|path| {
                        let path = path.trim_end_matches('/');
                        path.ends_with("/.cache") || path.contains("pip")
                    })
                })
            })
}

/// Whether a variable among the words stands for the option.
fn holds_the_flag(stage: Stage<'_>, pip: &PackageCommand<'_>) -> bool {
    pip.command.args().filter(|w| !w.is_known()).any(|word| {
        stage
            .expand_text(word, pip)
            .is_some_and(|text| text.contains("cache-dir"))
    })
}

/// The first step that configures pip to keep no cache.
fn configured_at(stage: Stage<'_>) -> Option<usize> {
    stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(|step| configures(stage, *step))
        .map(Step::index)
        .min()
}

fn configures(stage: Stage<'_>, step: Step<'_>) -> bool {
    match step.name() {
            "RUN" => step.commands().any(|command| {
                let says = |word: Word<'_>| {
                    let text = word.source_text();
                    text.contains("no-cache-dir") || text.contains("no_cache_dir")
                };
                let is_config = command.has_arg("config") && command.has_arg("set");
                let writes = command.redirects().any(|r| {
                    r.target()
                        .is_some_and(|t| t.source_text().contains("pip.conf"))
                }) || command.args().any(|w| w.literal_prefix().ends_with("pip.conf"));
                (is_config || writes) && command.args().any(says)
            }),
            "COPY" | "ADD" => step.sources().filter_map(Word::value).any(|source| {
                let name = source.rsplit('/').next().unwrap_or(source);
                let path = source.trim_start_matches("./").trim_start_matches('/');
                matches!(name, "pip.conf" | "pip.ini" | ".pip.conf")
                    && matches!(
                        stage.file().context().read(path),
                        Answer::Found(text) if text.contains("no-cache-dir") || text.contains("no_cache_dir")
                    )
            }),
            _ => false,
    }
}
