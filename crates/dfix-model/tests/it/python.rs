//! What the model knows of Pythons, of the programs that an image has, and of who calls them by what name.

use crate::common::{with, with_files};
use dfix_model::{Command, Destination, Login, PackageManager, PythonFrom, Stage, Step};

fn stage<R>(text: &str, ask: impl FnOnce(Stage<'_>) -> R) -> R {
    with(text, |file| ask(file.final_stage().expect("a stage")))
}

/// The answer for each command, in order.
fn commands<R>(text: &str, ask: impl Fn(Command<'_>) -> R) -> Vec<R> {
    stage(text, |stage| stage.commands().map(&ask).collect())
}

#[test]
fn packages_of_the_distribution() {
    let text = "FROM debian:12 AS a\nRUN apt-get install -y curl python3\n\
                FROM a\nRUN pip install x && apk add jq && dnf -y install git-core\n";
    let names = stage(text, |stage| {
        stage
            .system_packages()
            .map(|it| it.name.to_owned())
            .collect::<Vec<_>>()
    });
    assert_eq!(names, ["curl", "python3", "jq", "git-core"]);
}

#[test]
fn stages_and_those_that_are_based_on_them() {
    let text = "FROM x AS a\nFROM a AS b\nFROM y AS c\nFROM b AS d\nFROM a\n";
    with(text, |file| {
        let of = |at: usize| -> Vec<usize> {
            let stage = file.stages().nth(at).expect("a stage");
            stage.with_descendants().map(Stage::index).collect()
        };
        assert_eq!(of(0), [0, 1, 3, 4]);
        assert_eq!(of(1), [1, 3]);
        assert_eq!(of(2), [2]);
    });
}

/// Who brings Python, the program, its minor version, whether it may be Python 2, the package that decides.
type Told = (PythonFrom, String, Option<u16>, bool, Option<String>);

/// What a pip of the last stage works for.
fn python(text: &str) -> Option<Told> {
    stage(text, |stage| {
        let install = stage.installs(PackageManager::Pip).next()?;
        let python = install.python()?;
        let provider = python.provider.map(|it| it.name.to_owned());
        Some((
            python.from,
            python.program,
            python.minor,
            python.is_second,
            provider,
        ))
    })
}

#[test]
fn the_python_of_an_install() {
    let image = PythonFrom::Image;
    assert_eq!(
        python("FROM python:3.11-slim\nRUN pip install x\n"),
        Some((image, "python".to_owned(), Some(11), false, None))
    );
    assert_eq!(
        python("FROM python:2.7\nRUN pip install x\n"),
        Some((image, "python".to_owned(), None, true, None))
    );
    let debian = "FROM debian:12\nRUN apt-get install -y python3-pip curl\nRUN pip3 install x\n";
    let provider = Some("python3-pip".to_owned());
    assert_eq!(
        python(debian),
        Some((
            PythonFrom::Debian,
            "python3".to_owned(),
            None,
            false,
            provider
        ))
    );
    let named = "FROM ubuntu:20.04\nRUN apt-get install -y python3-pip\nRUN pip3.9 install x\n";
    assert_eq!(
        python(named),
        Some((
            PythonFrom::Debian,
            "python3.9".to_owned(),
            None,
            false,
            None
        ))
    );
    assert_eq!(python("FROM acme/base\nRUN pip install x\n"), None);
}

#[test]
fn what_changes_packages() {
    let text = "FROM python:3.11\nRUN pip install x && python setup.py install --user && \
                easy_install y && python -m spacy download en && pip list && echo pip install\n";
    let found = commands(text, |command| {
        let install = command.python_install()?;
        Some((install.is_by_hand(), install.destination()))
    });
    let found: Vec<_> = found.into_iter().flatten().collect();
    assert_eq!(
        found,
        [
            (false, Destination::System),
            (true, Destination::User),
            (true, Destination::System),
            (false, Destination::System),
        ]
    );
}

#[test]
fn places_of_the_systems_packages() {
    let text = "FROM python:3.11 AS b\nRUN ls /usr/lib/python3/dist-packages\n\
                FROM python:3.11\nCOPY --from=b /install /usr/local\nCOPY /usr/local /usr/local\n";
    with(text, |file| {
        let places: Vec<&str> = file.steps().filter_map(Step::site_packages).collect();
        assert_eq!(places, ["/usr/lib/python3/dist-packages", "/usr/local"]);
    });
}

#[test]
fn login_shells_and_services() {
    let text = "FROM x\nRUN bash -lc 'make all' && su - app && sh -c ls && bash run -l\n";
    let logins: Vec<Login> = commands(text, |command| command.login())
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(logins, [Login::Shell, Login::User]);
    let text = "FROM x\nCMD service ssh start && /etc/init.d/cron start && nginx\n";
    let services = commands(text, |command| command.service().map(str::to_owned));
    let services: Vec<String> = services.into_iter().flatten().collect();
    assert_eq!(services, ["ssh", "cron"]);
    stage(text, |stage| {
        let services = stage.services();
        assert!(services.serves_ssh() && !services.is_for_ssh() && !services.has_cron());
        assert_eq!(services.keeper(), None);
    });
    let text = "FROM debian:12\nRUN apt-get install -y cron supervisor\nCMD [\"sshd\", \"-D\"]\n";
    stage(text, |stage| {
        let services = stage.services();
        assert!(services.is_for_ssh() && services.has_cron());
        assert_eq!(services.keeper(), Some("supervisord"));
    });
}

#[test]
fn path_that_is_set_anew() {
    let text = "FROM x\nENV PATH=/app/bin:$PATH\nENV PATH=/usr/bin:$PATH\nRUN export PATH=/x\nRUN PATH=$PATH:/y ls\n";
    let hides = stage(text, |stage| {
        stage
            .steps()
            .map(Step::hides_first_of_path)
            .collect::<Vec<_>>()
    });
    assert_eq!(hides, [false, true, true, false]);
}

#[test]
fn programs_by_their_path() {
    let text = "FROM x\nRUN /usr/local/bin/gunicorn app:app && cmake -DPY=/usr/bin/python3 . && ln -s /usr/bin/python3 /usr/bin/python\n";
    let named = commands(text, |command| {
        let programs = command.named_programs();
        programs
            .map(|it| format!("{} {}", it.folder, it.name))
            .collect::<Vec<_>>()
    });
    assert_eq!(named.concat(), ["/usr/local/bin gunicorn", " cmake"]);
    stage(text, |stage| {
        let step = stage.last_step();
        let word = step.word_holding(|folder, name| folder == "/usr/bin" && name == "python3");
        assert_eq!(
            word.map(|it| it.shortened()).as_deref(),
            Some("-DPY=/usr/bin/python3")
        );
    });
    let changed = commands(text, |command| {
        let names = command.program_names()?;
        Some((names.files.join(" "), names.changed.join(" ")))
    });
    let changed: Vec<_> = changed.into_iter().flatten().collect();
    assert_eq!(
        changed,
        [("python3 python".to_owned(), "python".to_owned())]
    );
}

#[test]
fn builds_from_source_and_what_they_are_told() {
    let text = "FROM x\nRUN git clone https://example.com/python-x && cd x && cmake . && make\nRUN curl python\n";
    stage(text, |stage| {
        let told: Vec<&str> = stage
            .steps()
            .filter_map(|step| step.told_to_builds(|text| text.contains("python")))
            .collect();
        assert_eq!(told, ["https://example.com/python-x"]);
    });
}

#[test]
fn who_puts_a_file() {
    let text =
        "FROM x\nRUN curl -o /usr/local/bin/frob https://example.com/f\nCOPY bin/* /usr/bin/\n";
    stage(text, |stage| {
        let put = |path| stage.first_put(path).map(Step::index);
        assert_eq!(put("/usr/local/bin/frob"), Some(1));
        assert_eq!(put("/usr/bin/anything"), Some(2));
        assert_eq!(put("/usr/local/bin/other"), None);
    });
}

#[test]
fn scripts_that_are_run_or_lie_there() {
    let text = "FROM x\nCOPY . /app\nCOPY tool /usr/local/bin/\nRUN bash /app/build.sh\nRUN sh /tmp/got.sh && tar x\nCMD [\"/app/start\"]\n";
    let files = [
        ("build.sh", "exec /usr/bin/python3 x\n"),
        ("tool", "#!/bin/sh\n"),
        ("start", "#!/usr/bin/env python3.9\n"),
    ];
    with_files(text, &files, |file| {
        let stage = file.final_stage().expect("a stage");
        let run: Vec<(String, bool, bool)> = stage
            .run_scripts()
            .iter()
            .map(|it| (it.path.clone(), it.is_read(), it.is_downloaded()))
            .collect();
        let script = |path: &str, read, downloaded| (path.to_owned(), read, downloaded);
        assert_eq!(
            run,
            [
                script("/app/build.sh", true, false),
                script("/tmp/got.sh", false, true),
                script("/app/start", true, false),
            ]
        );
        assert!(
            stage.run_scripts()[0]
                .names()
                .any(|it| it == ("/usr/bin", "python3"))
        );
        let lying = stage.lying_scripts();
        assert!(lying.len() == 1 && lying[0].is_on_path && lying[0].path == "/usr/local/bin/tool");
    });
}
