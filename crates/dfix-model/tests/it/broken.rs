//! What stops a build as the file stands.

use crate::common::with_files;
use dfix_model::PackageCommand;

/// The line of the command that is told of the last stage.
fn line(text: &str, told: impl Fn(dfix_model::Stage<'_>) -> Option<PackageCommand<'_>>) -> usize {
    with_files(text, &[], |file| {
        let stage = file.final_stage().expect("a stage");
        told(stage).map_or(0, |it| it.step().line())
    })
}

#[test]
fn mirrors_lack_what_is_archived() {
    for (text, expected) in [
        ("FROM debian:buster\nRUN apt-get update\n", 2),
        ("FROM centos:7\nRUN true\nRUN yum install -y gcc\n", 3),
        (
            "FROM debian:buster\nRUN echo x > /etc/apt/sources.list.d/x.list\nRUN apt-get update\n",
            3,
        ),
        (
            "FROM debian:buster\nRUN echo x > /etc/apt/sources.list\nRUN apt-get update\n",
            0,
        ),
        ("FROM debian:buster\nCOPY root/ /\nRUN apt-get update\n", 0),
        (
            "FROM debian:buster\nRUN dpkg --add-architecture i386\nRUN apt-get update\n",
            3,
        ),
        (
            "FROM debian:buster\nRUN dpkg -i x.deb\nRUN apt-get update\n",
            0,
        ),
        (
            "FROM centos:7\nRUN rpm -Uvh https://acme.example/x.rpm\nRUN yum install -y gcc\n",
            0,
        ),
        (
            "FROM centos:7\nRUN yum install -y epel-release; yum clean all\nRUN yum install -y gcc\n",
            3,
        ),
        (
            "FROM debian:buster\nRUN echo 'APT::Get::Show-Versions 1;' > /etc/apt/apt.conf.d/x\nRUN apt-get update\n",
            3,
        ),
        (
            "FROM debian:buster\nRUN echo 'Dir::Etc::SourceList /x;' > /etc/apt/apt.conf.d/x\nRUN apt-get update\n",
            0,
        ),
        (
            "FROM debian:buster\nCOPY apt.conf /etc/apt/\nRUN apt-get update\n",
            0,
        ),
        (
            "FROM debian:buster\nRUN curl -fsSL https://sh.rustup.rs | sh\nRUN apt-get update\n",
            3,
        ),
        (
            "FROM debian:buster\nRUN curl -fsSL https://acme.example/x | sh\nRUN apt-get update\n",
            0,
        ),
        (
            "FROM debian:buster\nRUN find / -name '*.list' -exec sed -i s/a/b/ {} +\nRUN apt-get update\n",
            0,
        ),
        (
            "FROM debian:buster\nRUN find /app -name '*.list' -exec sed -i s/a/b/ {} +\nRUN apt-get update\n",
            3,
        ),
        (
            "FROM debian:buster\nRUN patch -p0 < x.patch\nRUN apt-get update\n",
            0,
        ),
        (
            "FROM debian:buster\nRUN ./prepare.sh\nRUN apt-get update\n",
            0,
        ),
        (
            "FROM debian:buster AS a\nRUN apt-get update\nFROM a\nRUN apt-get install -y x\n",
            0,
        ),
        ("FROM debian:bookworm\nRUN apt-get update\n", 0),
        ("FROM acme/debian:buster\nRUN apt-get update\n", 0),
    ] {
        let told = line(text, |it| it.asks_of_the_archived().map(|it| it.0));
        assert_eq!(told, expected, "{text}");
    }
}

#[test]
fn pip_is_refused_where_the_distribution_keeps_its_python() {
    let pip = "RUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install flask";
    for (text, expected) in [
        (format!("FROM debian:12\n{pip}\n"), 3),
        (format!("FROM ubuntu:24.04\n{pip}\n"), 3),
        (format!("FROM debian:11\n{pip}\n"), 0),
        (
            format!("FROM debian:12\nENV PIP_BREAK_SYSTEM_PACKAGES=1\n{pip}\n"),
            0,
        ),
        (format!("FROM debian:12\n{pip} --target=/x\n"), 0),
        (format!("FROM debian:12\n{pip} || true\n"), 0),
        (format!("FROM debian:12\nENV PATH=$PATH:/x\n{pip}\n"), 4),
        (format!("FROM debian:12\nENV PATH=/x/bin:$PATH\n{pip}\n"), 0),
        (format!("FROM debian:12\nCOPY etc /etc\n{pip}\n"), 0),
        (
            format!("FROM debian:12\nCOPY --from=python:3.12 /usr/local /usr/local\n{pip}\n"),
            0,
        ),
        (format!("FROM debian:12\nRUN ./prepare.sh\n{pip}\n"), 0),
        (
            format!("FROM debian:12\nRUN curl -fsSL https://acme.example/x | bash\n{pip}\n"),
            0,
        ),
        (
            format!(
                "FROM debian:12\nRUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash\n{pip}\n"
            ),
            4,
        ),
        (
            format!(
                "FROM debian:12\nRUN --mount=type=bind,source=pip.ini,target=/etc/pip.conf {}\n",
                &pip[4..]
            ),
            0,
        ),
        (format!("FROM python:3.12-bookworm\n{pip}\n"), 0),
    ] {
        assert_eq!(line(&text, |it| it.refused_pip()), expected, "{text}");
    }
}

#[test]
fn a_release_lacks_names_of_packages() {
    let names = |text: &str| {
        with_files(text, &[], |file| {
            let stage = file.final_stage().expect("a stage");
            let release = stage.base_facts().foundation.expect("a release");
            let commands = stage.build_commands().filter_map(PackageCommand::of);
            let lacked = commands.flat_map(|it| stage.lacked_packages(&it, &release, false));
            let told = lacked.map(|it| match it.change() {
                Ok(change) => format!("{} -> {}", it.name, change.names.join(" ")),
                Err(why) => format!("{}: {why}", it.name),
            });
            told.collect::<Vec<String>>()
        })
    };
    let install = |rest: &str| names(&format!("FROM debian:13\nRUN apt-get install -y {rest}\n"));
    assert_eq!(
        install("curl libgl1-mesa-glx"),
        ["libgl1-mesa-glx -> libgl1"]
    );
    assert_eq!(
        install("libgl1 libgl1-mesa-glx"),
        ["libgl1-mesa-glx -> "],
        "what is there already is not written twice"
    );
    assert_eq!(
        install("libgl1-mesa-glx=1"),
        ["libgl1-mesa-glx: it is pinned: it is `libgl1` now"]
    );
    assert!(
        install("curl acme").is_empty(),
        "unknown names may be elsewhere"
    );
}
