//! Stages, images, variables, users, folders, shells.
// A method's path is tied to one lifetime, a closure is not.
use crate::common::with;
use dfix_model::{Base, EnvFrom, EnvValue, ImagePath, Model, Origin, ShellKind};

fn name_and_tag(text: &str) -> (Option<String>, Option<String>) {
    with(text, |file| {
        let image = file.final_stage().expect("a stage").image();
        (
            image.name().map(str::to_owned),
            image.tag_text().map(str::to_owned),
        )
    })
}

#[test]
fn image_names() {
    let some = |a: &str, b: &str| (Some(a.to_owned()), Some(b.to_owned()));
    assert_eq!(name_and_tag("FROM python:3.11\n"), some("python", "3.11"));
    assert_eq!(
        name_and_tag("FROM docker.io/library/python:3.11\n"),
        some("python", "3.11")
    );
    assert_eq!(
        name_and_tag("FROM library/python:3.11 AS x\n"),
        some("python", "3.11")
    );
    assert_eq!(
        name_and_tag("FROM public.ecr.aws/docker/library/python:3.11\n"),
        some("python", "3.11")
    );
    assert_eq!(
        name_and_tag("FROM localhost:5000/a/b:1\n"),
        some("localhost:5000/a/b", "1")
    );
    assert_eq!(
        name_and_tag("FROM bitnami/node:1@sha256:abc\n"),
        some("bitnami/node", "1")
    );
    assert_eq!(
        name_and_tag("ARG R=ghcr.io\nFROM $R/a/b:1\n"),
        some("ghcr.io/a/b", "1")
    );
    assert_eq!(
        name_and_tag("FROM $R/a/b:1\n"),
        (None, Some("1".to_owned()))
    );
    assert_eq!(
        name_and_tag("ARG T\nFROM python:$T\n"),
        (Some("python".to_owned()), None)
    );
    assert_eq!(
        name_and_tag("ARG T\nFROM python:${T:-3.9}\n"),
        some("python", "3.9")
    );
    assert_eq!(name_and_tag("FROM $BASE\n"), (None, None));
}

#[test]
fn argument_defaults_decide() {
    let text =
        "ARG PY=3.11\nARG BASE=\"python:$PY-slim\"\nFROM python:${PY} AS a\nFROM $BASE\nARG PY\n";
    with(text, |file| {
        let first = file.stages().next().expect("a stage");
        let tag = first.image().tag.as_ref().expect("a tag");
        assert_eq!(tag.origin, Origin::ArgDefault(0));
        assert_eq!(&text[tag.place.expect("one place")], "3.11");
        let second = file.final_stage().expect("a stage");
        let tag = second.image().tag.as_ref().expect("a tag");
        assert_eq!(tag.text.as_deref(), Some("3.11-slim"));
        assert_eq!((tag.origin, tag.place), (Origin::Mixed, None));
        let pieces: Vec<_> = tag
            .pieces
            .iter()
            .map(|p| &text[p.place.expect("verbatim")])
            .collect();
        assert_eq!(pieces, ["3.11", "-slim"]);
        let py = file.global_args().next().expect("PY");
        assert_eq!(
            py.stages_on_it().map(|s| s.index()).collect::<Vec<_>>(),
            [0, 1]
        );
        assert_eq!(
            py.stages_that_inherit()
                .map(|s| s.index())
                .collect::<Vec<_>>(),
            [1]
        );
        assert_eq!(second.env_at(second.last_step(), "PY"), EnvValue::Unset);
    });
    let text = "ARG BASE=python:3.11\nFROM $BASE\n";
    with(text, |file| {
        let image = file.final_stage().expect("a stage").image();
        assert_eq!(image.decided_by(), Some(0));
        assert_eq!(
            &text[image.tag.as_ref().and_then(|t| t.place).expect("a place")],
            "3.11"
        );
    });
}

#[test]
fn chains_and_what_is_shipped() {
    let text = "FROM node:22 AS build\nRUN make\nFROM python:3.12 AS Base\nENV A=1\nFROM base AS mid\nFROM MID\nCOPY --from=build /x /x\nCOPY --from=0 /y /y\nCOPY --from=nginx:1 /z /z\nRUN --mount=type=bind,from=base,target=/b true\n";
    with(text, |file| {
        let shipped: Vec<_> = file.shipped_stages().map(|s| s.index()).collect();
        assert_eq!(shipped, [1, 2, 3]);
        let last = file.final_stage().expect("a stage");
        assert_eq!(last.base_image().name(), Some("python"));
        assert_eq!(last.base(), Base::Stage(file.stage(2).expect("mid")));
        assert_eq!(file.stage(0).expect("build").copied_by().count(), 2);
        assert_eq!(file.stage(1).expect("base").copied_by().count(), 1);
        let env = last.env_at(last.last_step(), "A");
        assert!(
            matches!(env, EnvValue::Set(s) if s.value == Some("1") && matches!(s.from, EnvFrom::Ancestor(_)))
        );
    });
}

#[test]
fn variables() {
    let text = "ARG G=1\nFROM debian:12\nARG G\nARG H=h\nARG O\nENV A=a B=\"$A-$H\" C=${Z:-z}\nENV D $B rest\nENV PATH=/opt/venv/bin:$PATH\nRUN X=1 a && export Y=2 && b\n";
    with(text, |file: &Model<'_>| {
        let stage = file.final_stage().expect("a stage");
        let at = stage.last_step();
        let value = |name: &str| stage.env_at(at, name).value();
        assert_eq!(value("G"), Some("1"));
        assert_eq!(value("H"), Some("h"));
        assert_eq!(stage.env_at(at, "O"), EnvValue::Unknown);
        assert_eq!(value("B"), Some("-h"));
        assert_eq!(value("C"), Some("z"));
        assert_eq!(value("D"), Some("-h rest"));
        assert_eq!(stage.final_env("H"), EnvValue::Unset);
        assert_eq!(stage.path_at(at)[0].as_deref(), Some("/opt/venv/bin"));
        let (a, b) = (
            at.commands().next().expect("a"),
            at.commands().last().expect("b"),
        );
        assert_eq!(stage.env_at(a, "X").value(), Some("1"));
        assert_eq!(stage.env_at(b, "X"), EnvValue::Unset);
        assert_eq!(stage.env_at(b, "Y").value(), Some("2"));
    });
}

#[test]
fn users() {
    with(
        "ARG N=svc\nFROM debian:12 AS a\nUSER app:staff\nFROM a\nRUN x\nARG N\nUSER $N\nUSER 0\n",
        |file| {
            let stage = file.final_stage().expect("a stage");
            let run = stage.steps().next().expect("RUN");
            let user = stage.user_at(run);
            assert_eq!(
                (user.name.as_deref(), user.group.as_deref()),
                (Some("app"), Some("staff"))
            );
            let step = stage.last_step();
            assert_eq!(stage.user_at(step).name.as_deref(), Some("svc"));
            assert!(stage.final_user().is_root().is_yes());
        },
    );
}

#[test]
fn shells() {
    let kind = |text: &str| {
        with(text, |file| {
            let stage = file.final_stage().expect("a stage");
            let shell = stage.shell_at(stage.last_step());
            (shell.kind, shell.has_pipefail(), shell.step.is_some())
        })
    };
    assert_eq!(kind("FROM debian\nRUN a\n"), (ShellKind::Sh, false, false));
    assert_eq!(
        kind(
            "FROM debian AS a\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nFROM a\nRUN a\n"
        ),
        (ShellKind::Bash, true, true)
    );
    assert_eq!(
        kind("FROM --platform=windows/amd64 x\nRUN a\n"),
        (ShellKind::Cmd, false, false)
    );
    assert_eq!(
        kind("FROM x\nSHELL [\"powershell\", \"-Command\"]\nRUN a\n").0,
        ShellKind::PowerShell
    );
}

#[test]
fn nothing_at_all() {
    for text in [
        "",
        "\n",
        "RUN x",
        "FROM",
        "FROM \nRUN x",
        "ARG",
        "ONBUILD",
        "COPY\nADD x",
        "FROM a\nUSER\nWORKDIR\nENV\nEXPOSE",
    ] {
        with(text, |file| {
            for stage in file.stages() {
                let _ = (
                    stage.final_user(),
                    stage.final_workdir(),
                    stage.shell_at(stage.last_step()),
                );
            }
            for step in file.steps() {
                let _ = (
                    step.words().count(),
                    step.pairs().count(),
                    step.commands().count(),
                    step.target(),
                );
            }
        });
    }
}

#[test]
fn what_only_the_shell_knows() {
    let text = "FROM debian:12\nWORKDIR /a\nRUN . /etc/os-release && cd $VERSION_ID && x\nRUN cd $HOME && y\n";
    with(text, |file| {
        for name in ["x", "y"] {
            let command = file.commands().find(|c| c.is(name)).expect("it is there");
            assert_eq!(command.working_directory(), None, "{name}");
        }
    });
}

#[test]
fn what_the_base_brings() {
    with("FROM python:3.12\nWORKDIR app\nRUN x\n", |file| {
        let stage = file.final_stage().expect("a stage");
        assert!(stage.final_user().is_root().is_yes());
        assert_eq!(stage.final_workdir().as_deref(), Some("/app"));
        assert!(stage.env_at(stage.last_step(), "PYTHON_VERSION").is_set());
        assert!(
            stage
                .env_at(stage.last_step(), "PIP_NO_CACHE_DIR")
                .is_unset()
        );
        let path = stage.path_at(stage.last_step());
        assert_eq!(path.first(), Some(&Some("/usr/local/bin".to_owned())));
        assert!(stage.base_facts().is_known());
    });
    with("FROM debian:12\nRUN x\n", |file| {
        let stage = file.final_stage().expect("a stage");
        let path = stage.path_at(stage.last_step());
        assert!(path.contains(&Some("/usr/local/bin".to_owned())));
    });
    with("ARG T\nFROM python:$T\n", |file| {
        let stage = file.final_stage().expect("a stage");
        assert!(!stage.base_facts().is_known());
        assert!(stage.final_user().is_root().is_yes());
    });
    with("FROM registry.example/x/python:3\nWORKDIR app\n", |file| {
        let stage = file.final_stage().expect("a stage");
        assert!(stage.final_user().is_root().is_unknown());
        assert_eq!(stage.final_workdir(), None);
        assert_eq!(stage.final_env("X"), EnvValue::Unknown);
    });
}

#[test]
fn what_is_linked_statically_is_told_by_words_and_else_not_known() {
    let is_static = |text: &str| {
        with(text, |file| {
            file.final_stage().expect("a stage").is_static()
        })
    };
    for text in [
        "FROM golang\nENV CGO_ENABLED=0\nRUN go build -o /x\n",
        "FROM golang\nRUN CGO_ENABLED=0 go build -o /x\n",
        "FROM golang\nRUN go build -ldflags '-linkmode external -extldflags \"-static\"' -o /x\n",
        "FROM debian\nENV CGO_ENABLED=0\n",
        "FROM debian\nRUN cc -static -o /x x.c\n",
        "FROM debian\nRUN LDFLAGS=-static make\n",
        "FROM rust\nRUN cargo build --target x86_64-unknown-linux-musl\n",
        "FROM maven\nRUN mvn package\n",
    ] {
        assert!(is_static(text).is_yes(), "{text}");
    }
    for text in [
        "FROM golang\nRUN go build -o /x && touch build-static\n",
        "FROM golang\nENV CGO_ENABLED=1\nRUN go build -o /x\n",
        "FROM debian\nRUN ./configure --disable-static && make\n",
        "FROM node\nRUN npm ci\n",
        "FROM golang\n",
    ] {
        assert!(is_static(text).is_unknown(), "{text}");
    }
    assert!(is_static("FROM debian\nENV CGO_ENABLED=0\nRUN cc -o /x x.c\n").is_no());
}

#[test]
fn copies_right_before_a_step() {
    let text = "FROM acme/base\nCOPY x /x\nRUN a\nCOPY a.txt /app/\nENV A=b\nCOPY lib /opt\nCOPY --from=acme/b /b $C/\nCOPY --from=acme/b / /\nRUN b\n";
    with(text, |file| {
        let stage = file.final_stage().expect("a stage");
        let last = stage.runs().next_back().expect("a step");
        let copies = stage.copies_right_before(last);
        let lands = |path: &str| -> Vec<bool> {
            let path = ImagePath::new(path);
            copies.iter().map(|it| it.may_land_at(&path)).collect()
        };
        assert_eq!(lands("/app/a.txt"), [true, false, true, true]);
        assert_eq!(lands("/app/b/c"), [false, false, true, true]);
        assert_eq!(lands("/app"), [true, false, true, true]);
        assert_eq!(lands("/opt/run"), [false, true, true, true]);
        let known: Vec<bool> = copies.iter().map(|it| it.has_known_landings()).collect();
        assert_eq!(known, [true, true, false, true]);
        let whole: Vec<bool> = copies.iter().map(|it| it.copies_whole_context()).collect();
        assert_eq!(whole, [false; 4]);
    });
    with("FROM debian:12\nCOPY --chown=1 a . /app/\n", |file| {
        assert!(file.steps().any(dfix_model::Step::copies_whole_context));
    });
}
