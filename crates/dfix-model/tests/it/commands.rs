//! Commands: found at any depth, wrappers peeled, every word where its range says.
// A method's path is tied to one lifetime, a closure is not.
use crate::common::{commands, with};
use dfix_model::{Command, Given, Operator, WordKind};
use dfix_syntax::Enclosure;

fn run(script: &str) -> Vec<String> {
    commands(&format!("FROM debian:12\nRUN {script}\n"))
}

#[test]
fn lists_pipelines_and_compounds() {
    assert_eq!(
        run("a 1 && b 2 || c; d | e & f"),
        ["a 1", "b 2", "c", "d", "e", "f"]
    );
    assert_eq!(
        run("if a; then b; elif c; then d; else e; fi"),
        ["a", "b", "c", "d", "e"]
    );
    assert_eq!(
        run("for x in 1 2; do a $x; done; while b; do c; done"),
        ["a …", "b", "c"]
    );
    assert_eq!(
        run("(a && b); { c; }; f() { d; }; f"),
        ["a", "b", "c", "d", "f"]
    );
    assert_eq!(run("case $x in a) b;; *) c;; esac"), ["b", "c"]);
    assert_eq!(
        run("echo $(a `b`) \"$(c)\" <(d)"),
        ["echo … … …", "a …", "b", "c", "d"]
    );
    assert_eq!(run("! a; time b; X=$(c) d"), ["a", "b", "d", "c"]);
}

#[test]
fn wrappers_are_peeled() {
    for wrapper in [
        "sudo",
        "sudo -E",
        "sudo -u app",
        "sudo -nu app",
        "sudo --user=app -H --",
        "sudo X=1",
        "env X=1 Y=2",
        "env -u Z -i",
        "exec",
        "time",
        "time -p",
        "nice -n 5",
        "nice -10",
        "nohup",
        "command",
        "command -p",
        "builtin",
        "stdbuf -oL",
        "stdbuf -o L",
        "timeout 5",
        "timeout -s KILL 5m",
        "timeout -k 5 10",
        "xargs",
        "xargs -n 1 -r",
        "xargs -I{}",
        "gosu app",
        "su-exec app:app",
        "busybox",
        "catchsegv",
        "tini --",
        "/usr/bin/tini -g --",
        "dumb-init --",
        "runuser -u app --",
        "setpriv --reuid=1000 --regid 1000 --clear-groups",
        "doas -u app",
        "ionice -c 3",
        "sudo env X=1 nice",
        "eval",
        "\\env",
        "/usr/bin/env",
        "conda run -n base",
        "poetry run",
        "bundle exec",
        "xvfb-run -a -s '-screen 0'",
    ] {
        assert_eq!(
            run(&format!("{wrapper} pip install x"))
                .last()
                .expect(wrapper),
            "pip install x",
            "{wrapper}"
        );
    }
    assert_eq!(run("command -v pip"), ["command -v pip"]);
    assert_eq!(run("sudo -l"), ["sudo -l"]);
    assert_eq!(run("env"), ["env"]);
}

#[test]
fn wrappers_tell_user_and_variables() {
    with(
        "FROM debian\nRUN sudo -u app X=1 env Y='2 3' pip install x\n",
        |file| {
            let command = file.commands().next().expect("one command");
            let names: Vec<_> = command.wrappers().map(|w| w.name).collect();
            assert_eq!(names, ["sudo", "env"]);
            let user = command
                .wrappers()
                .next()
                .and_then(|w| w.user)
                .expect("a user");
            assert!(user.is("app"));
            let set: Vec<_> = command
                .assignments()
                .map(|a| (a.name(), a.value().and_then(dfix_model::Word::value)))
                .collect();
            assert_eq!(set, [("X", Some("1")), ("Y", Some("2 3"))]);
            let stage = file.stages().next().expect("a stage");
            assert_eq!(stage.env_at(command, "Y").value(), Some("2 3"));
        },
    );
}

#[test]
fn scripts_in_strings() {
    assert_eq!(
        run("sh -c 'a && pip install x'"),
        ["sh -c a && pip install x", "a", "pip install x"]
    );
    assert_eq!(
        run("bash -lc \"pip install x\"").last().expect("one"),
        "pip install x"
    );
    assert_eq!(
        run("bash -euo pipefail -c \"a | b\""),
        ["bash -euo pipefail -c a | b", "a", "b"]
    );
    assert_eq!(
        run("eval \"pip install x\""),
        ["eval pip install x", "pip install x"]
    );
    assert_eq!(
        run("su - app -c 'pip install x'").last().expect("one"),
        "pip install x"
    );
    assert_eq!(run("sudo sh -c 'a'"), ["sh -c a", "a"]);
    assert_eq!(
        run("sh -c \"echo \\\"hi\\\" $(date)\""),
        ["sh -c echo \"hi\" …", "echo hi …", "date"]
    );
    assert_eq!(run("sh -c \"echo \\$(date)\"").last().expect("one"), "date");
    assert_eq!(run("sh script.sh -c x"), ["sh script.sh -c x"]);
    assert_eq!(
        run("sh -c \"bash -c 'pip install x'\"")
            .last()
            .expect("one"),
        "pip install x"
    );
    assert_eq!(
        run("find . -exec rm -rf {} \\; -exec pip install x +"),
        [
            "find . -exec rm -rf {} ; -exec pip install x +",
            "rm -rf {}",
            "pip install x"
        ]
    );
}

#[test]
fn exec_form() {
    assert_eq!(run("[\"pip\", \"install\", \"a b\"]"), ["pip install a b"]);
    assert_eq!(
        run("[\"sh\", \"-c\", \"a && pip install \\\"x\\\"\"]"),
        ["sh -c a && pip install \"x\"", "a", "pip install x"]
    );
    with(
        "FROM debian\nRUN [\"sh\", \"-c\", \"pip install x\"]\n",
        |file| {
            let inner = file.commands().nth(1).expect("inner");
            assert_eq!(inner.kind(), WordKind::ShellIn(Enclosure::Json));
            assert_eq!(inner.arg(0).expect("install").source_text(), "install");
            assert_eq!(
                file.commands().next().expect("outer").kind(),
                WordKind::Json
            );
            assert_eq!(inner.outer(), file.commands().next());
        },
    );
}

#[test]
fn every_instruction_with_commands() {
    let text = "FROM debian\nCMD a\nENTRYPOINT [\"b\"]\nHEALTHCHECK --interval=5s CMD c || exit 1\nONBUILD RUN d\n\
                RUN <<EOF\ne\nf g \\\n  h\n\ni\nEOF\nRUN bash <<EOF\nj\nEOF\nRUN python3 <<EOF\nimport os\nEOF\n";
    assert_eq!(
        commands(text),
        [
            "a", "b", "c", "exit 1", "d", "e", "f g h", "i", "bash", "j", "python3"
        ]
    );
    let given = "FROM debian\nRUN <<EOF bash\na && pip install x\nEOF\nRUN cat <<EOF >/x\nb\nEOF\n";
    assert_eq!(commands(given), ["bash", "a", "pip install x", "cat"]);
    with(given, |file| {
        assert!(file.steps().all(|s| !s.has_opaque_text()));
    });
    with(text, |file| {
        let onbuild: Vec<_> = file
            .steps()
            .filter(|s| s.is_onbuild())
            .map(|s| s.name())
            .collect();
        assert_eq!(onbuild, ["RUN"]);
        let e = file.commands().find(|c| c.is("e")).expect("e");
        assert_eq!(e.after().map(|a| a.operator), Some(Operator::Newline));
    });
}

#[test]
fn continuations_and_comments_are_no_connectors() {
    with(
        "FROM debian\nRUN a \\\n  # why\n  b \\\n\n  && c\n",
        |file| {
            let a = file.commands().next().expect("a");
            assert_eq!(a.args().count(), 1);
            assert_eq!(a.after().map(|a| a.operator), Some(Operator::And));
            let c = file.commands().nth(1).expect("c");
            assert_eq!(c.before().map(|a| a.operator), Some(Operator::And));
            assert_eq!(c.after(), None);
        },
    );
}

#[test]
fn pipes_join_their_own_commands() {
    with(
        "FROM debian\nRUN a $(b) \"`c`\" | d | e && (f; g) | h && i | j\n",
        |file| {
            let of = |name: &str| file.commands().find(|it| it.is(name)).expect("a command");
            for (name, from, into) in [
                ("a", None, Some("d")),
                ("b", None, None),
                ("c", None, None),
                ("d", Some("a"), Some("e")),
                ("e", Some("d"), None),
                ("h", None, None),
                ("j", Some("i"), None),
            ] {
                let command = of(name);
                assert_eq!(command.piped_from().map(|it| it.name()), from, "{name}");
                assert_eq!(command.piped_into().map(|it| it.name()), into, "{name}");
            }
        },
    );
}

#[test]
fn surroundings() {
    with(
        "FROM debian\nRUN a || b && c; if d; then e; fi; [ -f x ] && f; (g); h | i; while j; do k; done\n",
        |file| {
            let around = |name: &str| {
                file.commands()
                    .find(|c| c.is(name))
                    .expect("it is there")
                    .around()
            };
            assert!(around("a").tested && !around("a").conditional);
            assert!(around("b").conditional && !around("c").conditional);
            assert!(around("d").tested && around("e").conditional && !around("e").tested);
            assert!(around("f").conditional && around("g").subshell && around("h").piped);
            assert!(around("j").tested && around("k").looped && around("k").conditional);
        },
    );
}

#[test]
fn folders() {
    let text = "FROM debian:12\nENV SRC=/src\nWORKDIR /app\nRUN a && cd lib && b && (cd /x && c) && d; cd $SRC/y; e; cd $NO; f\nRUN g\nWORKDIR sub/../z\nRUN h\nRUN if a; then cd /q; fi; i\n";
    with(text, |file| {
        let folder = |name: &str| {
            file.commands()
                .find(|c| c.is(name))
                .expect("it is there")
                .working_directory()
        };
        let is = |name: &str, path: &str| assert_eq!(folder(name).as_deref(), Some(path), "{name}");
        is("a", "/app");
        is("b", "/app/lib");
        is("c", "/x");
        is("d", "/app/lib");
        is("e", "/src/y");
        is("g", "/app");
        is("h", "/app/z");
        assert_eq!(folder("i"), None);
    });
}

#[test]
fn windows_shows_nothing() {
    assert!(
        commands("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN pip install x\n")
            .is_empty()
    );
    assert!(commands("FROM python:3.11-windowsservercore\nRUN pip install x\n").is_empty());
    assert!(
        commands("FROM debian\nSHELL [\"pwsh\", \"-Command\"]\nRUN pip install x\n").is_empty()
    );
}

/// The name of a lone command, and its first argument.
fn named(script: &str) -> String {
    with(&format!("FROM debian:12\nRUN {script}\n"), |model| {
        let command = model.commands().next().unwrap();
        let first = command.arg(0).map_or("", |word| word.literal_prefix());
        format!("{} {first}", command.name())
    })
}

#[test]
fn runners_run_what_they_are_told() {
    for (script, told) in [
        ("python -m pip install x", "pip install"),
        (
            "/opt/venv/bin/python3.11 -I -m pipenv install",
            "pipenv install",
        ),
        ("python3 -W ignore -m gunicorn app:app", "gunicorn app:app"),
        ("python -m http.server 80", "http.server 80"),
        ("npx serve -s build", "serve -s"),
        ("npx --yes -p tool next@14 build", "next build"),
        ("npm exec -- vite build", "vite build"),
        ("pnpm dlx serve -l 80", "serve -l"),
        ("yarn dlx -p tool vite build", "vite build"),
        ("bunx vite build", "vite build"),
        ("corepack yarn install", "yarn install"),
        ("mise exec node@20 -- npm ci", "npm ci"),
        ("uvx --from x streamlit run", "streamlit run"),
        ("uv tool run pytest -x", "pytest -x"),
        ("pipx run pytest -x", "pytest -x"),
        ("rbenv exec bundle exec rails s", "rails s"),
        ("sudo -u app python -m celery worker", "celery worker"),
        ("poetry run python -m uvicorn app:app", "uvicorn app:app"),
        // What an application calls its own is the interpreter's business.
        ("python -m app --port 80", "python -m"),
        ("python -mpip install x", "pip install"),
        ("python3 -Impip install x", "pip install"),
        ("python -mapp", "python -mapp"),
        ("python -c 'import x' -m pip", "python -c"),
        ("python x.py -m pip", "python x.py"),
        ("npx create-something x", "npx create-something"),
        ("npx -c 'a && b'", "npx -c"),
        ("corepack enable", "corepack enable"),
        ("uv run --no-sync flask run", "flask run"),
    ] {
        assert_eq!(named(script), told, "{script}");
    }
}

#[test]
fn who_runs_it_stays_known() {
    with(
        "FROM debian:12\nRUN /opt/venv/bin/python3 -m pip install x\n",
        |model| {
            let command = model.commands().next().unwrap();
            assert_eq!(command.executable_name(), "python3");
            assert!(command.is_wrapped_by("python"));
            let program = command.executable().and_then(|word| word.value());
            assert_eq!(program, Some("/opt/venv/bin/python3"));
        },
    );
}

/// What an interpreter is given, as a word of its own, and what it loads before.
fn given(script: &str) -> (String, Vec<String>) {
    with(&format!("FROM debian:12\nRUN {script}\n"), |file| {
        let command = file.commands().next().expect("a command");
        let call = command.interpreting().expect("an interpreter");
        let given = match call.given {
            Given::File(word) => format!("file {}", word.source_text()),
            Given::Module(name, end) => format!("module {name} {end}"),
            Given::Text(text) => format!("text {}", text.map_or("", |word| word.source_text())),
            Given::Nothing => "nothing".to_owned(),
            Given::Unknown => "unknown".to_owned(),
        };
        let mut loads: Vec<String> = call.loads.iter().map(|it| (*it).to_owned()).collect();
        loads.extend(call.watches.then(|| "watches".to_owned()));
        (given, loads)
    })
}

#[test]
fn interpreters_are_given_files_modules_and_texts() {
    for (script, expected) in [
        ("python3 -u app.py --port 1", "file app.py"),
        ("python -W ignore -X dev app.py", "file app.py"),
        ("python -Wignore -c 'import x'", "text 'import x'"),
        ("python -um app", "module app 2"),
        ("python -mapp", "module app 1"),
        ("python -m $X", "unknown"),
        ("python $X", "unknown"),
        ("python - <x", "text "),
        ("python3", "nothing"),
        ("node --title x server.js", "file server.js"),
        ("node --env-file=.env -- -x.js", "file -x.js"),
        ("node -pe '1'", "text '1'"),
        ("node src/$X.js", "file src/$X.js"),
    ] {
        assert_eq!(given(script).0, expected, "{script}");
    }
    let told = |script| given(script).1;
    assert_eq!(
        told("node -r dotenv/config --import=./x.mjs a.js"),
        ["dotenv/config", "./x.mjs"]
    );
    assert_eq!(told("node --watch-path=src a.js"), ["watches"]);
}

/// What is said of each `curl` of a file.
fn of_curl(text: &str, ask: impl Fn(Command<'_>) -> bool) -> Vec<bool> {
    with(text, |model| {
        let commands = model.commands().filter(|it| it.is("curl"));
        commands.map(&ask).collect()
    })
}

#[test]
fn pipefail_is_that_of_the_shell_that_reads_the_pipe() {
    for (text, is_set) in [
        ("RUN curl a | b", false),
        ("RUN set -o pipefail && curl a | b", true),
        ("RUN set -eux -o pipefail; x=$(curl a | b)", true),
        ("RUN set -euo pipefail; curl a | b", true),
        ("RUN set -o pipefail; set +o pipefail; curl a | b", false),
        ("RUN curl a | b; set -o pipefail", false),
        ("RUN (set -o pipefail); curl a | b", false),
        ("RUN if x; then set -o pipefail; fi; curl a | b", false),
        (
            "RUN bash -c 'curl a | b' && bash -c 'set -o pipefail'",
            false,
        ),
        ("RUN bash -c 'set -o pipefail; curl a | b'", true),
        ("RUN bash -o pipefail -c 'curl a | b'", true),
        ("RUN set -o pipefail; bash -c 'curl a | b'", false),
        (
            "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl a | b",
            true,
        ),
        (
            "SHELL [\"/bin/bash\", \"+o\", \"pipefail\", \"-c\"]\nRUN curl a | b",
            false,
        ),
        (
            "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN sh -c 'curl a | b'",
            false,
        ),
        (
            "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN sh <<E\ncurl a | b\nE",
            false,
        ),
        (
            "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN <<E\ncurl a | b\nE",
            true,
        ),
    ] {
        let text = format!("FROM debian:12\n{text}\n");
        assert_eq!(
            of_curl(&text, |it| it.is_under_pipefail()),
            [is_set],
            "{text}"
        );
    }
}

#[test]
fn errors_are_read_by_what_stands_around() {
    for (text, is_read) in [
        ("curl a", false),
        ("curl a 2>/dev/null >/b 2>&1 | c", true),
        ("curl a 2>/dev/null", false),
        ("(curl a) 2>&1 | b", true),
        ("{ x; curl a; } 2>/b", true),
        ("bash -c 'curl a' 2>/b", true),
        ("exec 2>/b; curl a", true),
        ("curl a |& b", true),
        ("curl a >/b | c", false),
    ] {
        let text = format!("FROM debian:12\nRUN {text}\n");
        assert_eq!(
            of_curl(&text, |it| it.may_have_errors_read()),
            [is_read],
            "{text}"
        );
    }
}

#[test]
fn joins_of_a_list_and_how_lines_end_there() {
    let text =
        "FROM a\nRUN a && b \\\n  && c && \\\n\te\nRUN <<EOF\na && b\nEOF\nRUN sh -c 'a && b'\n";
    with(text, |file| {
        let joins: Vec<_> = file.steps().flat_map(dfix_model::Step::joins).collect();
        let ends: Vec<_> = joins
            .iter()
            .map(|it| it.line_end().map(|end| (end.is_before, end.indent)))
            .collect();
        assert_eq!(ends, [None, Some((true, "  ")), Some((false, "\t"))]);
        assert_eq!(joins[0].width_of_line(), "RUN a && b \\".len());
    });
}

#[test]
fn which_shell_reads_a_command() {
    use dfix_model::ReadBy;
    let read_by = |text: &str| {
        with(text, |file| {
            let last = file.commands().filter(|it| it.is("x")).last();
            last.and_then(|it| it.read_by())
        })
    };
    for (text, wanted) in [
        ("FROM debian:12\nRUN x", Some(ReadBy::Dash)),
        ("FROM python:3.12\nRUN echo $(x)", Some(ReadBy::Dash)),
        ("FROM python:3.12-alpine\nRUN x", Some(ReadBy::Busybox)),
        ("FROM rockylinux:9\nRUN x", Some(ReadBy::BashAsSh)),
        (
            "FROM debian:12 AS a\nSHELL [\"/bin/bash\", \"-c\"]\nFROM a\nRUN x",
            Some(ReadBy::Bash),
        ),
        ("ARG T=3\nFROM python:$T\nRUN x", Some(ReadBy::Unknown)),
        ("FROM acme/debian:12\nRUN x", Some(ReadBy::Unknown)),
        (
            "FROM debian:12\nRUN ln -sf bash /bin/sh\nRUN x",
            Some(ReadBy::Unknown),
        ),
        (
            "FROM debian:12\nCOPY rootfs /\nRUN x",
            Some(ReadBy::Unknown),
        ),
        ("FROM debian:12\nCOPY run.sh /\nRUN x", Some(ReadBy::Dash)),
        ("FROM debian:12\nRUN sh -c 'x'", None),
        ("FROM debian:12\nRUN <<EOF\nx\nEOF\n", None),
    ] {
        assert_eq!(read_by(text), wanted, "{text}");
    }
}

#[test]
fn a_function_stands_before_the_program_of_its_name() {
    with(
        "FROM debian:12\nRUN cp() { echo \"$@\"; }; log() { ls; }; cp a /b; log c; /bin/cp a /b\n",
        |model| {
            let names: Vec<&str> = model
                .steps()
                .flat_map(dfix_model::Step::commands)
                .map(Command::name)
                .collect();
            assert_eq!(names, ["echo", "ls", "", "log", "cp"]);
        },
    );
}
