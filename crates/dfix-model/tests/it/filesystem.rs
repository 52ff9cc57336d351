//! What the steps leave in an image's files: what is there, whose it is, who may do what.

use crate::common::with_files;
use dfix_model::{Access, FileOrigin, Filesystem, ImagePath, Ternary};

const FILES: &[(&str, &str)] = &[
    ("serve.sh", "#!/bin/sh\n"),
    ("app.py", ""),
    ("conf/app.toml", ""),
    ("web/index.html", ""),
    ("web/img/x.svg", ""),
];

fn ask<R>(text: &str, ask: impl FnOnce(Filesystem<'_>) -> R) -> R {
    with_files(text, FILES, |file| {
        ask(file.final_stage().expect("a stage").filesystem())
    })
}

fn said(answer: &Ternary) -> &'static str {
    match answer {
        Ternary::Yes => "yes",
        Ternary::No => "no",
        Ternary::Unknown(_) => "open",
    }
}

fn exists(steps: &str, path: &str, expected: &str) {
    let text = format!("FROM debian:12\n{steps}\n");
    let found = ask(&text, |files| said(&files.exists(&ImagePath::new(path))));
    assert_eq!(found, expected, "{path} after {steps}");
}

fn owner(steps: &str, path: &str, expected: &str) {
    let text = format!("FROM debian:12\nRUN useradd -m -u 1000 web\n{steps}\n");
    let found = ask(&text, |files| {
        files
            .owner(&ImagePath::new(path))
            .map_or_else(|_| "open".to_owned(), |owner| owner.user)
    });
    assert_eq!(found, expected, "{path} after {steps}");
}

fn may(steps: &str, access: Access, path: &str, expected: &str) {
    let text = format!(
        "FROM golang:1.22 AS build\nRUN go build -o /server .\nFROM debian:12\nRUN useradd -m -u 1000 web\n{steps}\n"
    );
    let found = with_files(&text, FILES, |file| {
        let stage = file.final_stage().expect("a stage");
        let web = stage.accounts().account("web").expect("a user");
        said(&stage.filesystem().may(&web, access, &ImagePath::new(path)))
    });
    assert_eq!(found, expected, "{access:?} {path} after {steps}");
}

#[test]
fn copies_land_as_the_builder_decides() {
    exists("COPY serve.sh /opt", "/opt/serve.sh", "yes");
    exists("COPY serve.sh /opt/", "/opt/serve.sh", "yes");
    exists("COPY serve.sh /start", "/start", "yes");
    exists("COPY serve.sh /start", "/start/serve.sh", "no");
    exists("COPY serve.sh /srv/x/", "/srv/x", "yes");
    exists("COPY serve.sh app.py /x", "/x/app.py", "yes");
    exists("COPY web /site", "/site/index.html", "yes");
    exists("COPY web /site", "/site/web", "no");
    exists("COPY web /site", "/site/img/x.svg", "yes");
    exists("COPY web conf /site/", "/site/app.toml", "yes");
    exists("COPY *.py /x/", "/x/app.py", "yes");
    exists("COPY *.py /x/", "/x/serve.sh", "no");
    exists("COPY . /x", "/x/conf/app.toml", "yes");
    exists("COPY . /x", "/x/none", "no");
    exists("WORKDIR /x\nCOPY . .", "/x/web/index.html", "yes");
    exists(
        "WORKDIR /x\nWORKDIR y\nCOPY app.py ./",
        "/x/y/app.py",
        "yes",
    );
    exists(
        "COPY --parents web/img/x.svg /x/",
        "/x/web/img/x.svg",
        "yes",
    );
    exists("ADD https://example.com/a.sh /x/", "/x/a.sh", "yes");
    exists("ADD app.tar.gz /x", "/x/any", "open");
    exists("ONBUILD COPY serve.sh /opt", "/opt/serve.sh", "no");
}

#[test]
fn other_stages_are_looked_into() {
    let is = |copy: &str, path: &str, expected: &str| {
        let text = format!(
            "FROM debian:12 AS a\nWORKDIR /src\nCOPY . .\nRUN chown -R 1000 /src/web && mkdir -p /out/x\nFROM debian:12\n{copy}\n"
        );
        let found = ask(&text, |files| said(&files.exists(&ImagePath::new(path))));
        assert_eq!(found, expected, "{path} after {copy}");
        let owner = ask(&text, |files| {
            files.owner(&ImagePath::new("/app/index.html"))
        });
        if copy.contains("/src/web /app") {
            assert_eq!(owner.map(|o| o.user).as_deref(), Ok("1000"));
        }
    };
    is("COPY --from=a /src/web /app", "/app/index.html", "yes");
    is(
        "COPY --from=a /src/web/index.html /opt",
        "/opt/index.html",
        "yes",
    );
    is("COPY --from=a /out /app", "/app/x", "yes");
    is("COPY --from=a /out /app", "/app/none", "no");
    is("COPY --from=alpine /etc/x /app/", "/app/x", "yes");
    let text = "FROM debian:12 AS a\nCOPY web /w\nFROM a\nRUN true\n";
    assert_eq!(
        ask(text, |files| files.origin(&ImagePath::new("/w/index.html"))),
        Some(FileOrigin::Context("web/index.html".to_owned()))
    );
}

#[test]
fn commands_make_and_remove() {
    exists("RUN mkdir -p /a/b/c", "/a/b", "yes");
    exists("RUN mkdir -p /a/b/c && rm -rf /a/b", "/a/b/c", "no");
    exists("RUN mkdir -p /a/b/c && rm -rf /a/b", "/a", "yes");
    exists("RUN mkdir /a && touch /a/x && rm -rf /a/*", "/a/x", "no");
    exists("RUN mkdir /a && touch /a/x && rm -rf /a/*", "/a", "yes");
    exists("RUN test -e /x && mkdir /a", "/a", "open");
    exists("RUN mkdir /a\nRUN test -e /x && rm -r /a", "/a", "open");
    exists("RUN install -d -o web /a/b", "/a/b", "yes");
    exists("RUN echo x > /a.txt", "/a.txt", "yes");
    exists("RUN echo x | tee -a /a.txt", "/a.txt", "yes");
    exists(
        "RUN curl -fsSLo /usr/local/bin/x https://example.com/x",
        "/usr/local/bin/x",
        "yes",
    );
    exists("RUN git clone https://example.com/a/b.git", "/b", "yes");
    exists(
        "RUN git clone https://example.com/a/b.git /src",
        "/src/any",
        "open",
    );
    exists("WORKDIR /a\nRUN tar xf /x.tar", "/a/any", "open");
    exists("WORKDIR /a\nRUN echo x", "/a/any", "no");
    exists("RUN mkdir /a && mv /a /b", "/a", "no");
    exists("RUN mkdir /a && mv /a /b", "/b", "yes");
    exists("RUN cp /etc/passwd /x/", "/x/passwd", "yes");
    exists("RUN sh /setup.sh", "/app", "open");
    exists("RUN cd /srv && mkdir x", "/srv/x", "yes");
    exists("", "/usr/bin/x", "open");
    exists("", "/app", "no");
    exists("COPY serve.sh /\nRUN sh /serve.sh", "/app", "no");
}

#[test]
fn owners() {
    owner("WORKDIR /app", "/app", "root");
    owner("WORKDIR /app\nCOPY --chown=web . .", "/app", "root");
    owner("WORKDIR /app\nCOPY --chown=web . .", "/app/app.py", "web");
    owner("COPY --chown=web . /app", "/app", "web");
    owner("COPY --chown=web:web app.py /srv/a/b/", "/srv/a", "web");
    owner("COPY --chown=1000:1000 . /app/", "/app/web", "1000");
    owner(
        "COPY . /app\nRUN chown -R web /app",
        "/app/web/index.html",
        "web",
    );
    owner(
        "COPY . /app\nRUN chown web /app",
        "/app/web/index.html",
        "root",
    );
    owner(
        "COPY . /app\nRUN chown -R web:web /app\nCOPY app.py /app/",
        "/app/app.py",
        "root",
    );
    owner(
        "COPY . /app\nRUN chown -R web:web /app\nCOPY app.py /app/",
        "/app",
        "web",
    );
    owner(
        "COPY . /app\nRUN cd /app && chown web.web *.py",
        "/app/app.py",
        "web",
    );
    owner(
        "COPY . /app\nRUN cd /app && chown web.web *.py",
        "/app/serve.sh",
        "root",
    );
    owner("COPY . /app\nRUN chown $OWNER /app", "/app", "");
    owner(
        "COPY . /app\nRUN test -e /x && chown web /app",
        "/app",
        "open",
    );
    owner("RUN mkdir -p /data && chown :web /data", "/data", "root");
    owner("RUN install -d -o web -m 700 /data", "/data", "web");
    owner("USER web\nRUN mkdir /home/web/x", "/home/web/x", "web");
    owner("USER web\nWORKDIR /app", "/app", "open");
    owner("", "/home/web", "web");
    owner("", "/etc/x", "root");
    owner("COPY . /app\nRUN sh /setup.sh", "/app", "open");
}

#[test]
fn who_may_do_what() {
    use Access::{Execute, Read, Write};
    may(
        "COPY --chmod=744 serve.sh /opt",
        Execute,
        "/opt/serve.sh",
        "no",
    );
    may(
        "COPY --chmod=744 serve.sh /opt/",
        Execute,
        "/opt/serve.sh",
        "no",
    );
    may(
        "COPY --chmod=744 serve.sh /opt",
        Read,
        "/opt/serve.sh",
        "yes",
    );
    may(
        "COPY --chmod=755 serve.sh /opt",
        Execute,
        "/opt/serve.sh",
        "yes",
    );
    may(
        "COPY --chmod=744 --chown=web serve.sh /opt",
        Execute,
        "/opt/serve.sh",
        "yes",
    );
    may(
        "COPY serve.sh /opt\nRUN chmod u+x /opt/serve.sh",
        Execute,
        "/opt/serve.sh",
        "no",
    );
    may(
        "COPY serve.sh /opt\nRUN chmod +x /opt/*.sh",
        Execute,
        "/opt/serve.sh",
        "yes",
    );
    may("COPY serve.sh /opt", Execute, "/opt/serve.sh", "yes");
    may(
        "COPY --chmod=744 serve.sh /new/",
        Read,
        "/new/serve.sh",
        "no",
    );
    may("COPY . /app\nRUN chmod 700 /app", Read, "/app/app.py", "no");
    may(
        "COPY . /app\nRUN chmod -R 750 /app && chgrp -R web /app",
        Read,
        "/app/app.py",
        "yes",
    );
    may(
        "COPY . /app\nRUN chmod -R go-rwx /app",
        Read,
        "/app/app.py",
        "no",
    );
    may(
        "COPY . /app\nRUN chown -R web /app && chmod -R 700 /app",
        Write,
        "/app/app.py",
        "yes",
    );
    may("COPY . /app", Write, "/app", "no");
    may("COPY . /app\nRUN chmod 777 /app", Write, "/app", "yes");
    may("WORKDIR /root/app", Execute, "/root/app", "no");
    may("", Write, "/tmp", "yes");
    may("", Write, "/home/web", "yes");
    may("", Write, "/usr/lib", "no");
    may(
        "ADD https://example.com/app.jar /app/",
        Read,
        "/app/app.jar",
        "no",
    );
    may(
        "COPY --from=build /server /server",
        Execute,
        "/server",
        "yes",
    );
    may(
        "COPY --from=build /server /server\nRUN chmod u+x /server",
        Execute,
        "/server",
        "yes",
    );
    may("RUN mkdir -m 700 /data", Read, "/data", "no");
    may("RUN install -m 600 /x /data", Read, "/data", "no");
    may(
        "RUN mkdir /data && chmod $MODE /data",
        Read,
        "/data",
        "open",
    );
}

/// How long it takes to ask all of a stage with so many of these lines, in seconds.
fn seconds_of(line: &str, count: usize) -> f64 {
    let lines = (0..count).map(|i| line.replace("{i}", &i.to_string()) + "\n");
    let lines: String = match line.strip_prefix("&& ") {
        Some(_) => "RUN true ".to_owned() + &lines.collect::<String>().replace('\n', " "),
        None => lines.collect(),
    };
    let text = format!(
        "FROM debian:12 AS build\nRUN make\nFROM debian:12\nRUN useradd -u 1000 web\n{lines}"
    );
    let begin = std::time::Instant::now();
    with_files(&text, FILES, |file| {
        let stage = file.final_stage().expect("a stage");
        let web = stage.accounts().account("web").expect("it is made");
        let _ = stage.accounts().all();
        let _ = stage.calls();
        let _ = stage.left_at_roots_home();
        let _ = stage.filesystem().closed_to(&web);
        let _ = stage.filesystem().exists(&ImagePath::new("/app/a/b/c"));
        let _ = stage.filesystem().owner(&ImagePath::new("/app/a/b/c"));
        for step in stage.steps().take(20) {
            let _ = stage.filesystem().at(step).exists(&ImagePath::new("/app"));
        }
    });
    begin.elapsed().as_secs_f64()
}

#[test]
fn many_linear_steps_of_one_kind_are_told_in_time() {
    const LINES: usize = 8_000;
    for line in [
        "COPY --chown=web app.py /app/",
        "COPY . /app",
        "COPY web /site/sub/x",
        "RUN mkdir -p /app/a/b",
        "RUN chown -R web /app",
        "RUN chmod -R u+x /app",
        "RUN useradd web",
        "RUN cd /app && make",
        "RUN rm -rf /app/*",
        "RUN cp /app/x /app/y",
        "WORKDIR /app",
        "RUN sh /app/serve.sh",
        "COPY a{i} /app/",
        "COPY --chmod=700 a{i} /app/",
        "COPY --from=build /x/a{i} /app/",
        "COPY a{i} /\nRUN bundle install",
        "RUN mkdir -p /a{i}/b",
        "RUN pip install p{i} && p{i} run",
        "CMD python a{i}.py",
        "&& cd /a{i} && make",
        "&& cd a && make",
        "&& cd $A && make",
    ] {
        let whole = seconds_of(line, LINES);
        // A machine may be busy: what is linear takes four times as long as a quarter, and what is quadratic sixteen times.
        if whole > 2.0 {
            let quarter = seconds_of(line, LINES / 4);
            assert!(
                whole < 10.0 * quarter,
                "{line}: {whole} s, and {quarter} s for a quarter"
            );
        }
    }
}
