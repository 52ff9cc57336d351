//! Users and groups, as they are at a step.

use crate::common::with_files;
use dfix_model::{Account, MadeBy, Ternary};

/// What is known of a user at the end of the file: `yes`, `no` or `open`.
fn user(text: &str, files: &[(&str, &str)], name: &str) -> &'static str {
    with_files(text, files, |file| {
        said(&file.final_stage().expect("a stage").accounts().exists(name))
    })
}

fn group(text: &str, name: &str) -> &'static str {
    with_files(text, &[], |file| {
        said(
            &file
                .final_stage()
                .expect("a stage")
                .accounts()
                .has_group(name),
        )
    })
}

fn number(text: &str, uid: u32) -> &'static str {
    with_files(text, &[], |file| {
        said(
            &file
                .final_stage()
                .expect("a stage")
                .accounts()
                .uid_taken(uid),
        )
    })
}

fn account(text: &str, name: &str) -> Option<Account> {
    with_files(text, &[], |file| {
        file.final_stage()
            .expect("a stage")
            .accounts()
            .account(name)
    })
}

fn said(answer: &Ternary) -> &'static str {
    match answer {
        Ternary::Yes => "yes",
        Ternary::No => "no",
        Ternary::Unknown(_) => "open",
    }
}

#[test]
fn the_base_image_brings_users_along() {
    for (image, name, expected) in [
        ("ubuntu:24.04", "ubuntu", "yes"),
        ("ubuntu:22.04", "ubuntu", "no"),
        ("eclipse-temurin:21", "ubuntu", "yes"),
        ("eclipse-temurin:17-jre-noble", "ubuntu", "yes"),
        ("eclipse-temurin:17-jre-jammy", "ubuntu", "no"),
        ("maven:3.9-eclipse-temurin-21", "ubuntu", "yes"),
        ("tomcat:10-jdk21", "ubuntu", "yes"),
        ("nvidia/cuda:12.6.2-base-ubuntu24.04", "ubuntu", "yes"),
        ("gradle:8-jdk21", "ubuntu", "no"),
        ("node:22", "node", "yes"),
        ("node:22", "appuser", "no"),
        ("scratch", "appuser", "no"),
        ("scratch", "root", "no"),
        ("example.com/own:1", "appuser", "open"),
    ] {
        let text = format!("FROM {image}\nWORKDIR /app\n");
        assert_eq!(user(&text, &[], name), expected, "{image}");
    }
    assert_eq!(number("FROM eclipse-temurin:21\n", 1000), "yes");
    assert_eq!(number("FROM eclipse-temurin:21\n", 1001), "no");
    let node = account("FROM node:22\n", "node").expect("a user");
    assert_eq!((node.uid, node.made_by), (Some(1000), MadeBy::Base));
}

#[test]
fn commands_make_rename_and_delete() {
    let is = |run: &str, name: &str, expected: &str| {
        let text = format!("FROM ubuntu:24.04\nRUN {run}\n");
        assert_eq!(user(&text, &[], name), expected, "{run}");
    };
    is("useradd -m app", "app", "yes");
    is(
        "useradd -m -u 1500 -g users app && useradd web",
        "app",
        "yes",
    );
    is("adduser --disabled-password --gecos '' app", "app", "yes");
    is("adduser app staff", "app", "no");
    is("useradd -R /mnt app", "app", "no");
    is("sudo useradd app || true", "app", "yes");
    is("test -e /x && useradd app", "app", "open");
    is("id app || useradd app", "app", "yes");
    is("if ! getent passwd app; then useradd app; fi", "app", "yes");
    is("for u in a b; do useradd $u; done", "app", "open");
    is("for u in a b; do useradd $u; done", "ubuntu", "yes");
    is("userdel -r ubuntu", "ubuntu", "no");
    is("deluser --remove-home ubuntu", "ubuntu", "no");
    is("id ubuntu && userdel -r ubuntu || true", "ubuntu", "no");
    is("[ -n \"$X\" ] && userdel -r ubuntu", "ubuntu", "open");
    is("deluser ubuntu sudo", "ubuntu", "yes");
    is("usermod -l app -d /home/app -m ubuntu", "ubuntu", "no");
    is("usermod -l app -d /home/app -m ubuntu", "app", "yes");
    is("usermod -aG sudo ubuntu", "ubuntu", "yes");
    is("userdel ubuntu && useradd -u 1000 ubuntu", "ubuntu", "yes");
    is("xargs -n1 useradd < list", "app", "open");
    is("newusers /list", "app", "open");
    is("curl -s https://example.com/x | sh", "ubuntu", "open");
    is("curl -s https://example.com/x | sh", "app", "open");
    is("echo 'useradd app' | sh", "app", "yes");
    is(
        "curl -fsSL https://deb.nodesource.com/setup_22.x | bash -",
        "ubuntu",
        "yes",
    );
}

#[test]
fn lists_are_edited() {
    let is = |run: &str, name: &str, expected: &str| {
        let text = format!("FROM ubuntu:24.04\nRUN {run}\n");
        assert_eq!(user(&text, &[], name), expected, "{run}");
    };
    is(
        "echo 'app:x:1500:1500::/app:/bin/sh' >> /etc/passwd",
        "app",
        "yes",
    );
    is(
        "printf 'app:x:1500:1500::/app:/bin/sh\\n' | tee -a /etc/passwd",
        "app",
        "yes",
    );
    is("echo $LINE >> /etc/passwd", "app", "open");
    is("sed -i '/^ubuntu:/d' /etc/passwd", "ubuntu", "no");
    is("sed -i 's#/bin/bash#/bin/sh#' /etc/passwd", "ubuntu", "yes");
    is(
        "sed -i 's/^ubuntu/app/' /etc/passwd /etc/group",
        "ubuntu",
        "open",
    );
    is("cat /etc/passwd > /x", "ubuntu", "yes");
    is("cp /x/passwd /etc/passwd", "ubuntu", "open");
    is("cp /etc/passwd /x", "ubuntu", "yes");
    is("cd /etc && mv passwd.new passwd", "ubuntu", "open");
    let text = "FROM ubuntu:24.04\nRUN echo 'app:x:1500:1500::/app:/bin/sh' >> /etc/passwd\n";
    let app = account(text, "app").expect("a user");
    assert_eq!((app.uid, app.home.as_deref()), (Some(1500), Some("/app")));
}

#[test]
fn lists_are_copied() {
    let list = "root:x:0:0:root:/root:/bin/sh\napp:x:1500:1500::/app:/bin/sh\n";
    let files = [
        ("passwd", list),
        ("rootfs/etc/passwd", list),
        ("app/a.py", ""),
    ];
    let is = |steps: &str, name: &str, expected: &str| {
        let text = format!(
            "FROM golang:1.22 AS build\nRUN useradd -u 1700 web\nFROM ubuntu:24.04\n{steps}\n"
        );
        assert_eq!(user(&text, &files, name), expected, "{steps}");
    };
    is("COPY passwd /etc/passwd", "app", "yes");
    is("COPY passwd /etc/passwd", "ubuntu", "no");
    is("COPY passwd /etc/", "ubuntu", "no");
    is("COPY rootfs /", "app", "yes");
    is("COPY rootfs/etc /etc", "ubuntu", "no");
    is("COPY app /", "ubuntu", "yes");
    is("COPY --from=build /etc/passwd /etc/passwd", "web", "yes");
    is(
        "COPY --from=build /etc/passwd /etc/group /etc/",
        "web",
        "yes",
    );
    is("COPY --from=build /etc/passwd /etc/passwd", "ubuntu", "no");
    is("COPY --from=build / /", "web", "yes");
    is("COPY --from=build /rootfs/ /", "ubuntu", "open");
    is("COPY --from=build /server /", "ubuntu", "yes");
    is(
        "COPY --from=alpine /etc/passwd /etc/passwd",
        "ubuntu",
        "open",
    );
}

#[test]
fn scripts_of_the_context_are_read() {
    let files = [
        (
            "mkuser.sh",
            "#!/bin/sh\nset -e\nuseradd -m -u 1500 appuser\n",
        ),
        ("rmuser.sh", "deluser --remove-home ubuntu\n"),
        ("both.sh", "#!/bin/bash\n. /s/mkuser.sh\n"),
        ("named.sh", "useradd \"$NAME\"\n"),
        ("given.sh", "useradd \"$1\"\n"),
        (
            "make.py",
            "#!/usr/bin/env python3\nimport os\nos.system('useradd appuser')\n",
        ),
        ("plain.py", "#!/usr/bin/env python3\nprint(1)\n"),
        ("bin/mk", "useradd appuser\n"),
    ];
    let is = |steps: &str, name: &str, expected: &str| {
        let text = format!("FROM ubuntu:24.04\nENV NAME=appuser\n{steps}\n");
        assert_eq!(user(&text, &files, name), expected, "{steps}");
    };
    is("COPY mkuser.sh /\nRUN sh /mkuser.sh", "appuser", "yes");
    is("COPY mkuser.sh /\nRUN ./mkuser.sh", "appuser", "yes");
    is(
        "COPY . /s\nWORKDIR /s\nRUN chmod +x *.sh && ./mkuser.sh",
        "appuser",
        "yes",
    );
    is("COPY . /s\nRUN bash -ex /s/both.sh", "appuser", "yes");
    is("COPY . /s\nRUN sh /s/rmuser.sh", "ubuntu", "no");
    is("COPY . /s\nRUN sh /s/named.sh", "appuser", "yes");
    is("COPY . /s\nRUN sh /s/given.sh appuser", "appuser", "open");
    is("COPY . /s\nRUN /s/make.py", "appuser", "open");
    is("COPY . /s\nRUN /s/plain.py", "appuser", "no");
    is("COPY bin/ /usr/local/bin/\nRUN mk", "appuser", "yes");
    is(
        "RUN --mount=type=bind,target=/s sh /s/mkuser.sh",
        "appuser",
        "yes",
    );
    is("RUN sh /other.sh", "appuser", "open");
    is("RUN /opt/setup.sh", "ubuntu", "open");
    is("RUN ./gradlew build", "appuser", "no");
    is("RUN <<EOF\nuseradd appuser\nEOF", "appuser", "yes");
    is("RUN bash <<EOF\nuseradd appuser\nEOF", "appuser", "yes");
    is(
        "RUN cat <<EOF > /mk.sh && sh /mk.sh\nuseradd appuser\nEOF",
        "appuser",
        "open",
    );
}

#[test]
fn accounts_are_as_they_are_at_a_step() {
    let text = "FROM ubuntu:24.04\nRUN useradd app\nRUN userdel app\nRUN true\n";
    with_files(text, &[], |file| {
        let stage = file.final_stage().expect("a stage");
        let at: Vec<_> = stage
            .steps()
            .map(|step| said(&stage.accounts().at(step).exists("app")))
            .collect();
        assert_eq!(at, ["no", "yes", "no"]);
    });
    let child = "FROM debian:12 AS a\nRUN useradd app\nFROM a\nRUN groupadd x\n";
    assert_eq!(user(child, &[], "app"), "yes");
    assert_eq!(
        user("FROM debian:12\nONBUILD RUN useradd app\n", &[], "app"),
        "no"
    );
}

#[test]
fn groups_come_and_go_with_users() {
    let is = |run: &str, name: &str, expected: &str| {
        assert_eq!(
            group(&format!("FROM debian:12\nRUN {run}\n"), name),
            expected,
            "{run}"
        );
    };
    is("groupadd -g 1500 app", "app", "yes");
    is("addgroup --system app", "app", "yes");
    is("useradd app", "app", "yes");
    is("useradd -N app", "app", "no");
    is("useradd -g users app", "app", "no");
    is("useradd app && userdel app", "app", "no");
    is("groupadd x && groupmod -n y x", "y", "yes");
    is("groupadd x && delgroup x", "x", "no");
}

#[test]
fn what_is_known_of_an_account() {
    let text = "FROM debian:12\nARG APP=web\nARG UID=1500\nRUN useradd -m -u $UID -g www -s /bin/zsh $APP\n";
    let web = account(text, "web").expect("a user");
    assert_eq!(web.written.as_deref(), Some("$APP"));
    assert_eq!((web.uid, web.is_uid_fixed), (Some(1500), false));
    assert_eq!(web.group.as_deref(), Some("www"));
    assert_eq!(web.home.as_deref(), Some("/home/web"));
    assert!(web.has_home.is_yes() && web.is_certain && !web.is_system);
    assert_eq!(web.shell.as_deref(), Some("/bin/zsh"));
    let renamed = account(
        "FROM ubuntu:24.04\nRUN usermod -l app -u 1200 -d /app ubuntu\n",
        "app",
    )
    .expect("a user");
    assert_eq!(
        (renamed.uid, renamed.home.as_deref()),
        (Some(1200), Some("/app"))
    );
    assert_eq!(
        number("FROM ubuntu:24.04\nRUN userdel ubuntu\n", 1000),
        "no"
    );
    assert_eq!(number("FROM debian:12\nRUN useradd app\n", 1000), "open");
    assert_eq!(
        number("FROM debian:12\nRUN useradd -u 1000 app\n", 1000),
        "yes"
    );
    let all = with_files("FROM node:22\nRUN useradd b && useradd a\n", &[], |file| {
        let all = file.final_stage().expect("a stage").accounts().all();
        all.into_iter().map(|a| a.name).collect::<Vec<_>>()
    });
    assert_eq!(all, ["node", "b", "a"]);
}

/// The users that a RUN makes: name, number and main group where they are asked for.
fn made(script: &str) -> Vec<(String, Option<u32>, Option<String>)> {
    let text = format!("FROM debian:12\nRUN {script}\n");
    with_files(&text, &[], |file| {
        let accounts = file.final_stage().expect("a stage").accounts();
        let made = accounts.all().into_iter();
        made.filter(|user| user.made_by != MadeBy::Base)
            .map(|user| {
                (
                    user.name,
                    user.uid.filter(|_| user.is_uid_fixed),
                    user.group,
                )
            })
            .collect()
    })
}

#[test]
fn options_of_what_makes_users_are_understood() {
    let one = |script: &str, name: &str, uid: Option<u32>, group: Option<&str>| {
        let user = (name.to_owned(), uid, group.map(str::to_owned));
        assert_eq!(made(script), [user], "{script}");
    };
    one("useradd foo -m -u 500 -s /bin/bash", "foo", Some(500), None);
    one(
        "useradd -rms /bin/bash -g grp app",
        "app",
        None,
        Some("grp"),
    );
    one(
        "useradd --uid=1000 --create-home --shell /bin/sh app",
        "app",
        Some(1000),
        None,
    );
    one(
        "groupadd -r g && useradd -r -g g app",
        "app",
        None,
        Some("g"),
    );
    one(
        "adduser -D -u 1000 -G www app",
        "app",
        Some(1000),
        Some("www"),
    );
    one("adduser -S app -G app", "app", None, Some("app"));
    one("sudo /usr/sbin/useradd app", "app", None, None);
    one("useradd -u1500 -gweb app", "app", Some(1500), Some("web"));
    one(
        "useradd app && usermod --gid=web app",
        "app",
        None,
        Some("web"),
    );
    let text = "FROM debian:12\nRUN useradd --home-dir=/srv/app --shell=/bin/zsh app\n";
    with_files(text, &[], |file| {
        let stage = file.final_stage().expect("a stage");
        let user = stage.accounts().account("app").expect("made");
        assert_eq!(user.home.as_deref(), Some("/srv/app"));
        assert_eq!(user.shell.as_deref(), Some("/bin/zsh"));
    });
    assert_eq!(made("adduser app sudo"), []);
    one("adduser -D -h /app app web", "app", None, Some("web"));
    assert_eq!(made("useradd -D -s /bin/bash"), []);
    assert_eq!(made("useradd app -m USER root"), []);
}

#[test]
fn a_user_without_a_number_gets_the_next_one() {
    let line = |text: &str| {
        with_files(text, &[], |file| {
            let accounts = file.stage(0).expect("a stage").accounts();
            let first = accounts.first_unnumbered("ubuntu");
            first.map(|it| it.step().line())
        })
    };
    let text = |runs: &str| format!("FROM ubuntu:24.04\n{runs}\n");
    assert_eq!(line(&text("RUN useradd -r d && useradd -m app")), Some(2));
    assert_eq!(line(&text("RUN useradd -u 1000 app")), None);
    assert_eq!(line(&text("RUN userdel ubuntu && useradd app")), None);
}

#[test]
fn a_number_clashes_until_its_holder_has_given_it_up() {
    let lines = |text: &str| {
        with_files(text, &[], |file| {
            let accounts = file.stage(0).expect("a stage").accounts();
            let clashes = accounts.clashes(1000, "ubuntu").into_iter();
            let lines: Vec<usize> = clashes.map(|it| it.step().line()).collect();
            lines
        })
    };
    for (text, expected) in [
        (
            "RUN usermod -aG sudo ubuntu && useradd -u 1000 app",
            &[2][..],
        ),
        ("RUN useradd -u 1000 app\nRUN userdel ubuntu", &[2]),
        ("RUN userdel -r ubuntu && useradd -u 1000 app", &[]),
        (
            "RUN userdel ubuntu\nRUN groupadd -g 1000 a && useradd -u1000 b",
            &[],
        ),
        (
            "RUN usermod -u 1001 ubuntu\nRUN useradd -u 1000 b\nRUN groupadd -g 1000 b",
            &[4],
        ),
        ("RUN groupmod -g 1001 ubuntu && groupadd --gid=1000 b", &[]),
        (
            "RUN usermod -l app ubuntu && usermod -u 1001 app && useradd -u 1000 b",
            &[],
        ),
        ("RUN usermod -l app ubuntu && useradd -u 1000 b", &[2]),
        ("RUN if x; then userdel ubuntu; fi; useradd -u 1000 b", &[2]),
        ("RUN useradd -o -u 1000 b && useradd -u 1001 c", &[]),
        ("ARG N\nRUN useradd -u $N b", &[3]),
        ("RUN userdel ubuntu\nFROM a\nRUN useradd -u 1000 b", &[]),
    ] {
        assert_eq!(
            lines(&format!("FROM ubuntu AS a\n{text}\n")),
            expected,
            "{text}"
        );
    }
}

#[test]
fn numbers_that_surely_clash() {
    let lines = |text: &str| {
        with_files(text, &[], |file| {
            let accounts = file.stage(0).expect("a stage").accounts();
            let clashes = accounts.sure_clashes(1000, "node").into_iter();
            clashes.map(|it| it.step().line()).collect::<Vec<usize>>()
        })
    };
    let of = |run: &str| lines(&format!("FROM node:22\nARG A=1000\nARG B\nRUN {run}\n"));
    assert_eq!(of("useradd -u 1000 app"), [4]);
    assert_eq!(of("useradd -u $A app"), [4]);
    assert!(of("useradd -u $B app").is_empty());
    assert!(of("useradd -u 1000 app || true").is_empty());
    assert!(of("id app || useradd -u 1000 app").is_empty());
    assert!(of("userdel node && useradd -u 1000 app").is_empty());
}

#[test]
fn users_that_nothing_brings() {
    let lacks = |text: &str| {
        with_files(text, &[("main.c", "")], |file| {
            let accounts = file.final_stage().expect("a stage").accounts();
            accounts.lacks_user("app") && accounts.lacks_group("app")
        })
    };
    for text in [
        "FROM debian:12",
        "FROM node:22\nRUN apt-get install -y curl && npm ci",
        "FROM scratch\nCOPY x /x",
        "FROM debian:12 AS build\nRUN useradd app\nFROM alpine:3.20",
        "FROM debian:12\nCOPY . /\nRUN mkdir /x && cp -r /a /x && rsync -a /a/ /x/",
        "FROM debian:12\nRUN curl -fsSL https://x.example/x.tgz | tar xz -C /opt",
        "FROM python:3.12\nRUN python -m venv /v && /v/bin/pip install x && python -c 'print(1)'",
        "FROM golang:1.24\nRUN go build ./... && cd /x && ./configure --prefix=/usr",
    ] {
        assert!(lacks(&format!("{text}\n")), "{text}");
    }
    for text in [
        "FROM debian:12\nRUN useradd app",
        "FROM debian:12\nRUN apt-get install -y ./x/server.deb",
        "FROM debian:12\nRUN apt-get install -y $PACKAGES",
        "FROM debian:12\nRUN dpkg -i x.deb",
        "FROM debian:12\nRUN ./setup.sh",
        "FROM debian:12\nRUN python3 /x/make_users.py",
        "FROM debian:12\nRUN python3 -c 'import os; os.system(\"/x\")'",
        "FROM python:3.12\nRUN python -m acme_users",
        "FROM debian:12\nRUN --mount=type=bind,target=/s /s/prepare",
        "FROM debian:12\nRUN --mount=type=bind,target=/s /s/install",
        "FROM node:22\nRUN cd /app && npm run prepare-image",
        "FROM debian:12\nADD rootfs.tar.gz /",
        "FROM debian:12\nCOPY --from=acme/x / /",
        "FROM debian:12\nCOPY x /",
        "FROM debian:12\nCOPY x $DIR",
        "FROM debian:12\nRUN curl -fsSL https://x.example/x.tgz | tar xz -C /",
        "FROM debian:12\nRUN rsync -a /x/ /",
        "FROM debian:12\nRUN cp -r /x/etc /",
        "FROM debian:12\nRUN apt-get install -y acme-tool",
        "FROM debian:12\nRUN make install",
        "FROM postgres:16",
        "FROM acme/base",
    ] {
        assert!(!lacks(&format!("{text}\n")), "{text}");
    }
    with_files("FROM debian:12\n", &[], |file| {
        let accounts = file.final_stage().expect("a stage").accounts();
        assert!(!accounts.lacks_user("www-data") && !accounts.lacks_group("staff"));
        assert!(accounts.lacks_user("jane"));
    });
    with_files(
        "FROM debian:12\nRUN apt-get install -y slapd\n",
        &[],
        |file| {
            let accounts = file.final_stage().expect("a stage").accounts();
            assert!(!accounts.lacks_user("openldap") && accounts.lacks_user("app"));
        },
    );
}
