//! What comes from the build context, what runs at start, which ports are listened on.
// A method's path is tied to one lifetime, a closure is not.
use crate::common::{with, with_files};
use dfix_model::scripts::ScriptAt;
use dfix_model::{Model, StartCommand};

fn last<R>(text: &str, files: &[(&str, &str)], ask: impl FnOnce(dfix_model::Stage<'_>) -> R) -> R {
    with_files(text, files, |file: &Model<'_>| {
        ask(file.final_stage().expect("a stage"))
    })
}

fn from(text: &str, files: &[(&str, &str)], path: &str) -> Option<String> {
    last(text, files, |stage| {
        stage.context_path_of(path, stage.last_step())
    })
}

#[test]
fn files_of_the_context() {
    let files = [
        ("requirements.txt", ""),
        ("app/requirements.txt", ""),
        ("app/x/y.py", ""),
        ("run.sh", ""),
    ];
    let is = |text: &str, path: &str, expected: &str| {
        assert_eq!(
            from(&format!("FROM python:3\n{text}\nRUN x\n"), &files, path).as_deref(),
            Some(expected),
            "{text}"
        );
    };
    let none = |text: &str, path: &str| {
        assert_eq!(
            from(&format!("FROM python:3\n{text}\nRUN x\n"), &files, path),
            None,
            "{text}"
        );
    };
    is(
        "WORKDIR /app\nCOPY requirements.txt .",
        "requirements.txt",
        "requirements.txt",
    );
    is(
        "COPY requirements.txt /app/requirements.txt",
        "/app/requirements.txt",
        "requirements.txt",
    );
    is(
        "COPY app/requirements.txt /tmp/r.txt",
        "/tmp/r.txt",
        "app/requirements.txt",
    );
    is(
        "COPY . /src",
        "/src/app/requirements.txt",
        "app/requirements.txt",
    );
    is(
        "COPY . /src\nWORKDIR /src/app",
        "requirements.txt",
        "app/requirements.txt",
    );
    is("COPY app /src", "/src/x/y.py", "app/x/y.py");
    is(
        "COPY app/ /src/",
        "/src/requirements.txt",
        "app/requirements.txt",
    );
    is(
        "ADD ./run.sh requirements.txt /x/",
        "/x/requirements.txt",
        "requirements.txt",
    );
    is(
        "COPY requirements*.txt ./",
        "requirements.txt",
        "requirements.txt",
    );
    is("COPY [\"run.sh\", \"/go\"]", "/go", "run.sh");
    is("ENV D=/d\nWORKDIR $D\nCOPY run.sh .", "run.sh", "run.sh");
    is(
        "COPY app/requirements.txt /r.txt\nCOPY requirements.txt /r.txt",
        "/r.txt",
        "requirements.txt",
    );
    is("COPY app /src", "/src", "app");
    none("COPY app /src", "/src/run.sh");
    none("COPY --from=other / /src", "/src/run.sh");
    none("ADD https://x.example/run.sh /run.sh", "/run.sh");
    none("COPY . /src", "/src/nothing.txt");
    // An unknown base: its working directory is not known, but stays the same.
    assert_eq!(
        from(
            "FROM $X\nCOPY requirements.txt .\nRUN x\n",
            &files,
            "requirements.txt"
        )
        .as_deref(),
        Some("requirements.txt")
    );
    assert_eq!(
        from(
            "FROM x AS b\nCOPY . /b\nFROM y\nCOPY --from=b /b/app /c\nRUN x\n",
            &files,
            "/c/x/y.py"
        )
        .as_deref(),
        Some("app/x/y.py")
    );
    assert_eq!(
        from(
            "FROM x\nRUN --mount=type=bind,source=requirements.txt,target=/tmp/r.txt x\n",
            &files,
            "/tmp/r.txt"
        )
        .as_deref(),
        Some("requirements.txt")
    );
    with(
        "FROM python:3\nWORKDIR /app\nCOPY requirements.txt .\nCOPY . .\nRUN x\n",
        |file| {
            let stage = file.final_stage().expect("a stage");
            assert_eq!(
                stage
                    .context_path_of("requirements.txt", stage.last_step())
                    .as_deref(),
                Some("requirements.txt")
            );
        },
    );
}

#[test]
fn python_requirements() {
    let files = [
        (
            "requirements.txt",
            "\u{feff}# web\nFlask[async]==2.2.5 \\\n    --hash=sha256:abc # why\n-r dev/more.txt\n-c no.txt\nzope.interface >= 4 ; python_version > '3'\ngit+https://g.example/r#egg=Own_Thing\npkg @ https://x.example/p.whl\n--index-url https://i\n",
        ),
        ("dev/more.txt", "gunicorn\n-rlast.txt\n"),
        ("dev/last.txt", "six~=1.0\r\n"),
        (
            "pyproject.toml",
            "[project]\nname='x'\ndependencies=['httpx>=1','rich']\n[project.optional-dependencies]\ntest=['pytest']\nweb=['uvicorn']\n",
        ),
        (
            "poetry/pyproject.toml",
            "[tool.poetry.dependencies]\npython='^3.9'\ndjango='4.2.1'\ncelery={version='^5', extras=['redis']}\n",
        ),
    ];
    let names = |run: &str| {
        last(
            &format!("FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN {run}\n"),
            &files,
            |stage| {
                let all = stage.python_packages();
                let names: Vec<_> = all
                    .known
                    .iter()
                    .map(|r| format!("{}{}", r.name, r.specifier.as_deref().unwrap_or("")))
                    .collect();
                let open: Vec<String> = all.open.iter().map(|it| it.condition.clone()).collect();
                (names.join(" "), open)
            },
        )
    };
    let is = |run: &str, expected: &str| assert_eq!(names(run).0, expected, "{run}");
    let (known, open) = names("pip install -r requirements.txt");
    assert_eq!(
        known,
        "flask==2.2.5 zope-interface>=4 own-thing pkg gunicorn six~=1.0"
    );
    assert!(
        open.len() == 1 && open[0].contains("https://x.example/p.whl"),
        "{open:?}"
    );
    is(
        "cd dev && pip install -r last.txt x==1 'Y_z[a]'",
        "x==1 y-z six~=1.0",
    );
    is("pip install .", "httpx>=1 rich");
    is(
        "pip install -e '.[test, web]'",
        "httpx>=1 rich pytest uvicorn",
    );
    is("cd poetry && poetry install", "celery^5 django==4.2.1");
    is("sh -c 'pip install -r /app/dev/last.txt'", "six~=1.0");
    is("echo nothing", "");
    assert!(names("echo nothing").1.is_empty() && names("pip install 'x==1'").1.is_empty());
    assert_eq!(names("pip install -r gone.txt").1.len(), 1);
    assert_eq!(names("pip install $(cat x)").1.len(), 1);
    assert_eq!(names("pip install -r https://x.example/r.txt").1.len(), 1);
    is("python setup.py install", "httpx>=1 rich");
    assert_eq!(names("cd dev && python setup.py install").1.len(), 1);
    last(
        "FROM python:3 AS b\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\nFROM python:3-slim\nCOPY --from=b /usr /usr\n",
        &files,
        |stage| {
            let all = stage.python_packages();
            let flask = all.get("flask").expect("it is asked for");
            assert_eq!(flask.specifier.as_deref(), Some("==2.2.5"));
        },
    );
    with(
        "FROM python:3\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
        |file| {
            let all = file.final_stage().expect("a stage").python_packages();
            assert!(
                all.open
                    .iter()
                    .any(|it| it.condition.contains("there is no build context"))
            );
        },
    );
}

#[test]
fn node_requirements() {
    let files = [(
        "package.json",
        "{\"dependencies\":{\"express\":\"^4\"},\"devDependencies\":{\"jest\":\"*\"}}",
    )];
    last(
        "FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci && npm i -g pm2@5\n",
        &files,
        |stage| {
            let all = stage.node_packages();
            let names: Vec<_> = all.known.iter().map(|r| r.name.as_str()).collect();
            assert_eq!(names, ["express", "jest", "pm2"]);
            assert!(all.open.is_empty());
        },
    );
}

#[test]
fn what_runs_at_start() {
    let main = |text: &str| {
        with(&format!("FROM python:3 AS a\n{text}\n"), |file| {
            let entry = file.final_stage().expect("a stage").entry();
            entry.process().map(|c| {
                let words = c.program().into_iter().chain(c.args());
                words
                    .map(|w| w.literal_prefix().to_owned())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
        })
    };
    let is =
        |text: &str, expected: &str| assert_eq!(main(text).as_deref(), Some(expected), "{text}");
    is("CMD [\"python\", \"app.py\"]", "python app.py");
    is("CMD python app.py", "python app.py");
    is("CMD cd /x && exec python app.py", "python app.py");
    is(
        "CMD [\"sh\", \"-c\", \"gunicorn app:app\"]",
        "gunicorn app:app",
    );
    is(
        "ENTRYPOINT [\"tini\", \"--\"]\nCMD [\"python\", \"app.py\"]",
        "python app.py",
    );
    is(
        "ENTRYPOINT [\"tini\", \"--\", \"python\"]\nCMD [\"app.py\"]",
        "python",
    );
    is(
        "ENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"python\"]",
        "/entrypoint.sh",
    );
    is("ENTRYPOINT python app.py\nCMD ignored", "python app.py");
    is("CMD a\nFROM a\nCMD b", "b");
    is("CMD a\nFROM a", "a");
    with("FROM x AS a\nCMD a\nFROM a\nENTRYPOINT [\"e\"]\n", |file| {
        assert_eq!(
            file.final_stage().expect("a stage").entry().cmd,
            StartCommand::Nothing
        );
    });
    with("FROM x\nCMD a\nENTRYPOINT [\"e\"]\n", |file| {
        let entry = file.final_stage().expect("a stage").entry();
        assert!(entry.cmd.step().is_some());
        assert_eq!(entry.argv(), None);
    });
    with(
        "FROM scratch\nENTRYPOINT [\"/x\", \"-a\"]\nCMD [\"b\"]\n",
        |file| {
            let entry = file.final_stage().expect("a stage").entry();
            assert_eq!(entry.argv(), Some(vec!["/x", "-a", "b"]));
        },
    );
    let files = [(
        "docker/entrypoint.sh",
        "#!/bin/sh\nset -e\nif true; then\n  curl x\nfi\nexec gosu app \"$@\"\n",
    )];
    last(
        "FROM x\nCOPY docker/entrypoint.sh /usr/bin/\nENTRYPOINT [\"/usr/bin/entrypoint.sh\"]\nCMD [\"gunicorn\", \"a\"]\n",
        &files,
        |stage| {
            let entry = stage.entry();
            assert_eq!(
                entry.workload().map(dfix_model::Command::name),
                Some("gunicorn")
            );
            let path = entry.script().expect("a script starts");
            let ScriptAt::Shell(script) = stage.script_at_start(path, stage.last_step()) else {
                panic!("it is in the context");
            };
            let names: Vec<&str> = script.commands().map(dfix_model::Command::name).collect();
            assert_eq!(names, ["set", "true", "curl", ""]);
        },
    );
}

#[test]
fn ports() {
    with(
        "FROM x\nARG P=8080\nEXPOSE 80 443/tcp 53/udp 8000-8010 $P $NO\n",
        |file| {
            let ports: Vec<_> = file
                .final_stage()
                .expect("a stage")
                .ports()
                .iter()
                .map(|p| p.range)
                .collect();
            assert_eq!(
                ports,
                [
                    Some((80, 80)),
                    Some((443, 443)),
                    Some((53, 53)),
                    Some((8000, 8010)),
                    Some((8080, 8080)),
                    None
                ]
            );
        },
    );
    let listens = |command: &str| {
        with(&format!("FROM x\nCMD {command}\n"), |file| {
            let command = file.commands().last().expect("a command");
            command
                .listens_on()
                .iter()
                .map(|(_, port)| *port)
                .collect::<Vec<_>>()
        })
    };
    for (command, port) in [
        ("gunicorn -b 0.0.0.0:80 app:app", 80),
        ("gunicorn --bind=:8000 a", 8000),
        ("gunicorn -b0.0.0.0:81 a", 81),
        ("uvicorn a:b --port 80", 80),
        ("python -m uvicorn a:b --port=80", 80),
        ("flask run -p 5001", 5001),
        ("python manage.py runserver 0.0.0.0:8000", 8000),
        ("python3 -m http.server 80", 80),
        ("[\"hypercorn\", \"--bind\", \"[::]:443\", \"a\"]", 443),
        ("php -S 0.0.0.0:80", 80),
        ("sh -c 'exec gunicorn -b :80 a'", 80),
        ("daphne -b 0.0.0.0 -p 80 a", 80),
        ("./server --http-port 80", 80),
    ] {
        assert_eq!(listens(command), [Some(port)], "{command}");
    }
    assert_eq!(listens("gunicorn -b 0.0.0.0:$PORT a"), [None]);
    assert_eq!(listens("gunicorn -b unix:/x.sock a"), []);
    assert_eq!(listens("python app.py"), []);
}

#[test]
fn scripts_are_read_as_commands() {
    use dfix_model::scripts::ScriptAt;
    let files = [
        (
            "start.sh",
            "#!/bin/bash\nset -e\nlog() { echo \"$@\"; }\nexec sudo -u app pip3 install flask >> /var/log/x\n",
        ),
        ("tool.py", "#!/usr/bin/env -S python3 -u\nprint(1)\n"),
        ("plain", "echo hello\n"),
        ("program", "\u{7f}ELF\0"),
    ];
    let text = "FROM python:3\nCOPY . /app\nWORKDIR /app\nCMD [\"./start.sh\"]\n";
    last(text, &files, |stage| {
        let step = stage.last_step();
        let ScriptAt::Shell(script) = stage.script_at_start("/app/start.sh", step) else {
            panic!("a shell script");
        };
        let names: Vec<&str> = script.commands().map(|c| c.name()).collect();
        assert_eq!(names, ["set", "echo", "pip3"]);
        assert!(script.defines("log") && !script.defines("echo"));
        let pip = script.commands().last().expect("a command");
        assert!(pip.is_of_script() && pip.is_wrapped_by("sudo"));
        assert_eq!(pip.arg(1).and_then(|w| w.value()), Some("flask"));
        let target = pip.redirects().next().and_then(|r| r.target());
        assert_eq!(target.and_then(|w| w.value()), Some("/var/log/x"));
        assert!(dfix_model::PackageCommand::of(pip).is_some_and(|p| p.is_install()));
        assert_eq!(pip.working_directory().as_deref(), Some("/app"));
        assert_eq!(pip.step(), step);

        let other = stage.script_at_start("tool.py", step);
        assert!(matches!(
            other,
            ScriptAt::Other {
                interpreter: "python3",
                ..
            }
        ));
        assert!(matches!(
            stage.script_at_start("plain", step),
            ScriptAt::Shell(_)
        ));
        assert!(matches!(
            stage.script_at_start("program", step),
            ScriptAt::NotText
        ));
        assert!(matches!(
            stage.script_at_start("/usr/bin/x", step),
            ScriptAt::Elsewhere
        ));
    });
}
