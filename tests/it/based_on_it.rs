//! What a fix takes away from an image is asked after in the other Dockerfiles of the repository that are based on it.

use crate::common::Folder;

/// What a rule says of `base/Dockerfile`, which a compose file builds as `me/base:1`, where another one reads so.
fn said(rule: &str, base: &str, child: &str, files: &[(&str, &str)]) -> String {
    said_of("    image: me/base:1\n", rule, base, child, files)
}

fn said_of(name: &str, rule: &str, base: &str, child: &str, files: &[(&str, &str)]) -> String {
    let compose = format!("services:\n  base:\n    build: base\n{name}");
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("base/Dockerfile", base),
        ("child/Dockerfile", child),
        ("compose.yaml", &compose),
    ]);
    for (path, text) in files {
        folder.put(path, text.as_bytes());
    }
    let (_, out, _) = folder.dfix(&["--rule", rule, "base/Dockerfile"]);
    assert!(out.contains(rule), "{out}");
    out
}

const CHECKED: &str = "fix[";
const UNSAFE: &str = "unsafe[";
const BY_HAND: &str = "by hand[";

fn is(out: &str, level: &str, words: &str) {
    assert!(
        out.contains(level) && out.contains(words),
        "{level} {words}\n{out}"
    );
}

const LISTS: &str =
    "FROM debian:12\nRUN apt-get update && apt-get install -y wget\nCMD [\"wget\"]\n";

#[test]
fn lists_of_packages_that_a_child_installs_by() {
    let of = |child: &str, files: &[_]| said("apt-lists-cleanup", LISTS, child, files);
    let out = of("FROM me/base:1\nRUN apt-get install -y curl\n", &[]);
    is(
        &out,
        BY_HAND,
        "in `child/Dockerfile`, which is based on this image, would fail",
    );
    let out = of(
        "FROM me/base:1\nRUN apt-get update && apt-get install -y curl\n",
        &[],
    );
    is(
        &out,
        CHECKED,
        "`child/Dockerfile`, which is based on this image, does without",
    );
    let out = of(
        "FROM me/base:1\nCOPY run.sh /\nRUN /run.sh\n",
        &[("child/run.sh", "apt-get install -y git\n")],
    );
    is(&out, BY_HAND, "in `child/Dockerfile`");
    let out = of("FROM me/base:1\nCOPY run.sh /\nRUN /run.sh\n", &[]);
    is(
        &out,
        UNSAFE,
        "whether `run.sh` needs apt's lists, in `child/Dockerfile` (line 1), which is based on this image",
    );
    let out = of("FROM other/base:1\nRUN apt-get install -y curl\n", &[]);
    is(
        &out,
        UNSAFE,
        "as the name other/base:1 lets suppose: `apt-get install -y curl` would fail there",
    );
    let out = of("FROM other/tool:1\nRUN apt-get install -y curl\n", &[]);
    is(&out, CHECKED, "no later command needs the lists");
}

#[test]
fn a_child_of_a_child() {
    let both = "    image: me/base:1\n  child:\n    build: child\n    image: me/child\n";
    let app = [(
        "app/Dockerfile",
        "FROM me/child\nRUN apt-get install -y git\n",
    )];
    let child = "FROM me/base:1\nRUN mkdir /x\n";
    let out = said_of(both, "apt-lists-cleanup", LISTS, child, &app);
    is(
        &out,
        BY_HAND,
        "in `app/Dockerfile`, which is based on this image, would fail",
    );
}

#[test]
fn an_image_of_which_no_name_is_known() {
    let of = |image: &str| {
        let child = format!("FROM {image}\nRUN apt-get install -y curl\n");
        said_of("", "apt-lists-cleanup", LISTS, &child, &[])
    };
    is(
        &of("me/base:3"),
        UNSAFE,
        "as the name me/base:3 lets suppose",
    );
    is(&of("me/other"), CHECKED, "no later command needs the lists");
}

#[test]
fn an_image_that_only_the_build_is_told() {
    let of = |head: &str| {
        let child = format!("{head}\nRUN apt-get install -y curl\n");
        said_of("", "apt-lists-cleanup", LISTS, &child, &[])
    };
    is(
        &of("ARG BASE\nFROM $BASE"),
        UNSAFE,
        "as the name $BASE lets suppose",
    );
    is(
        &of("ARG BASE=me/other\nFROM $BASE"),
        CHECKED,
        "no later command needs the lists",
    );
}

#[test]
fn tools_of_the_full_image_that_a_child_calls() {
    let base = "FROM node:22-bookworm\nWORKDIR /app\nCOPY app.js .\nCMD [\"node\", \"app.js\"]\n";
    let of = |child: &str| said("slim-base", base, child, &[("base/app.js", "")]);
    is(
        &of("FROM me/base:1\nRUN git clone https://x/y\n"),
        BY_HAND,
        "`child/Dockerfile` (line 1) is based on this image and needs what the slim form lacks: certificates, `git` in the RUN of line 2 there",
    );
    is(
        &of("FROM me/base:1\nRUN make\n"),
        BY_HAND,
        "`make` is called",
    );
    is(
        &of(
            "FROM me/base:1\nRUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates && git clone https://x/y\n",
        ),
        CHECKED,
        "`child/Dockerfile`, which is based on this image, needs nothing that the slim form lacks",
    );
    is(
        &of("FROM me/base:1\nRUN ./setup\n"),
        UNSAFE,
        "in `child/Dockerfile` (line 1), which is based on this image",
    );
    is(
        &of("FROM me/base:1 AS b\nFROM b\nRUN curl x\n"),
        BY_HAND,
        "`curl` in the RUN of line 3 there",
    );
    is(
        &of("FROM node:22\nCOPY --from=me/base:1 /usr/bin/git /usr/bin/\n"),
        UNSAFE,
        "whether `child/Dockerfile` (line 2) finds /usr/bin/git",
    );
    let with = "FROM node:22-bookworm\nWORKDIR /app\nCOPY app.js .\nRUN git --version\nCMD [\"node\", \"app.js\"]\n";
    let out = said(
        "slim-base",
        with,
        "FROM me/base:1\nRUN git clone http://x/y\n",
        &[("base/app.js", "")],
    );
    is(&out, CHECKED, "needs nothing that the slim form lacks");
}

#[test]
fn packages_for_development_that_a_child_installs() {
    let base = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"app.js\"]\n";
    let files = [("base/app.js", ""), ("base/package.json", "{}")];
    let of = |child: &str| said("node-production-env", base, child, &files);
    let wants = "whether what `child/Dockerfile` (line 2), which is based on this image, installs or builds needs devDependencies";
    is(&of("FROM me/base:1\nRUN npm ci\n"), UNSAFE, wants);
    is(&of("FROM me/base:1\nRUN npm run build\n"), UNSAFE, wants);
    for harmless in [
        "RUN npm ci --include=dev",
        "RUN npm ci --omit=dev",
        "ENV NODE_ENV=test\nRUN npm ci",
        "RUN mkdir x",
    ] {
        let child = format!("FROM me/base:1\n{harmless}\n");
        is(
            &of(&child),
            CHECKED,
            "installs and builds nothing with devDependencies",
        );
    }
}

#[test]
fn an_index_that_a_child_asks() {
    let base = "FROM alpine:3.20\nRUN apk update && apk add curl\n";
    let out = said(
        "apk-no-cache",
        base,
        "FROM me/base:1\nRUN apk add git\n",
        &[],
    );
    is(
        &out,
        UNSAFE,
        "in `child/Dockerfile` (line 1), which is based on this image",
    );
    let out = said(
        "apk-no-cache",
        base,
        "FROM me/base:1\nRUN apk add --no-cache git\n",
        &[],
    );
    is(&out, "safe", "");
}

#[test]
fn arguments_that_a_child_gives() {
    let base = "FROM debian:12\nENTRYPOINT sleep 1\n";
    let out = said("cmd-exec-form", base, "FROM me/base:1\nCMD [\"x\"]\n", &[]);
    is(
        &out,
        BY_HAND,
        "the `CMD` of `child/Dockerfile`, which is based on this, is ignored now",
    );
    let out = said(
        "cmd-exec-form",
        base,
        "FROM me/base:1\nENTRYPOINT [\"y\"]\nCMD [\"x\"]\n",
        &[],
    );
    is(&out, "checked", "arguments would reach the program");
}

/// Both Dockerfiles after python-production-env.
fn with_settings(base: &str, child: &str) -> (String, String) {
    let services =
        "services:\n  base:\n    build: base\n    image: me/base\n  child:\n    build: child\n";
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("base/Dockerfile", base),
        ("child/Dockerfile", child),
        ("child/app.py", "import json\n"),
        ("compose.yaml", services),
    ]);
    folder.dfix(&["--rule", "python-production-env", "--fix", "."]);
    (
        folder.text("base/Dockerfile"),
        folder.text("child/Dockerfile"),
    )
}

#[test]
fn settings_of_python_are_written_once_along_a_line_of_descent() {
    let child = "FROM me/base\nCOPY app.py /\nCMD [\"python3\", \"/app.py\"]\n";
    let (base, same) = with_settings("FROM python:3.12\nRUN pip install x\n", child);
    assert!(base.contains("ENV PYTHONUNBUFFERED=1\n"), "{base}");
    assert_eq!(same, child);
    // What the image below lacks, or has only where a build asks for it, stands here.
    for below in [
        "FROM nginx:1.27\nRUN apt-get update && apt-get install -y python3\n",
        "FROM debian:12\nARG P=0\nRUN if [ $P = 1 ]; then apt-get update && apt-get install -y python3; fi\nCMD [\"python3\", \"/x.py\"]\n",
    ] {
        let (base, changed) = with_settings(below, child);
        assert_eq!(base, below);
        assert!(changed.contains("ENV PYTHONUNBUFFERED=1\n"), "{changed}");
    }
}

#[test]
fn settings_of_flask_that_a_child_would_have_as_well() {
    let base = "FROM python:3.12\nRUN pip install flask==2.1.0\nCOPY main.py .\nCMD [\"python\", \"main.py\"]\n";
    let of = |child: &str| {
        let files = [("base/main.py", "import flask\n")];
        said("python-production-env", base, child, &files)
    };
    let out = of("FROM me/base:1\nCOPY app.py .\n");
    let open = "whether the application of `child/Dockerfile` (line 1), which is based on this image, can do with its FLASK_ENV";
    is(&out, UNSAFE, open);
    let out = of("FROM me/base:1\nENV FLASK_ENV=test FLASK_APP=app.py\nCOPY app.py .\n");
    assert!(!out.contains(UNSAFE), "{out}");
}

const PYTHON: &str = "FROM python:3.12\nWORKDIR /app\nRUN pip install requests==2.32.3\nCOPY main.py .\nCMD [\"python\", \"main.py\"]\n";

/// What a rule says of a Python image whose child a service starts that says so.
fn of_service(rule: &str, child: &str, service: &str) -> String {
    let name = format!("    image: me/base:1\n  job:\n    build: child\n{service}");
    let files = [
        ("base/main.py", "import http.server\n"),
        ("child/jobs", "* * * * * root /usr/local/bin/python -m x\n"),
        ("child/main.py", "import http.server\n"),
        ("child/log.py", "open('/app/main.py', 'a')\n"),
    ];
    said_of(&name, rule, PYTHON, child, &files)
}

#[test]
fn what_starts_a_child_names_the_systems_python() {
    const CHILD: &str = "FROM me/base:1\n";
    let of = |child: &str, service: &str| of_service("python-venv", child, service);
    is(&of(CHILD, ""), CHECKED, "");
    is(&of(CHILD, "    command: python job.py\n"), CHECKED, "");
    for service in [
        "    command: /usr/local/bin/python job.py\n",
        "    entrypoint: /usr/local/bin/python job.py\n",
        "    environment:\n      CRONTAB: '* * * * * /usr/local/bin/python -m x'\n",
        "    healthcheck:\n      test: [CMD, /usr/local/bin/python, -c, pass]\n",
        "    volumes: [\"./x:/usr/local/lib/python3.12/site-packages\"]\n",
        "    environment: {PATH: /usr/local/bin:/usr/bin:/bin}\n",
        "    command: su - app -c 'python job.py'\n",
    ] {
        let out = of(CHILD, service);
        is(
            &out,
            UNSAFE,
            "in `child/Dockerfile` (line 1), which is based on this image",
        );
    }
    let out = of("FROM me/base:1\nCOPY jobs /etc/cron.d/x\n", "");
    is(&out, UNSAFE, "whether /usr/local/bin/python is used, which");
}

#[test]
fn what_starts_a_child_needs_root() {
    const CHILD: &str = "FROM me/base:1\n";
    let of = |child: &str, service: &str| of_service("non-root-user", child, service);
    is(&of(CHILD, ""), CHECKED, "");
    is(&of(CHILD, "    command: python main.py\n"), CHECKED, "");
    for service in [
        "    volumes: [\"./data:/data\"]\n",
        "    volumes: [\"data:/var/lib/x\"]\n",
        "    command: iptables -L\n",
        "    cap_add: [NET_ADMIN]\n",
        "    network_mode: host\n    command: python -m http.server 80\n",
    ] {
        let out = of(CHILD, service);
        is(
            &out,
            UNSAFE,
            "which is based on this image and runs as its user",
        );
    }
    let out = of(
        "FROM me/base:1\nCOPY log.py main.py ./\nCMD [\"python\", \"log.py\"]\n",
        "",
    );
    is(
        &out,
        UNSAFE,
        "whether the application writes to /app/main.py, which is root's there",
    );
    // Who says whom it runs as is asked nothing.
    let out = of(
        "FROM me/base:1\nUSER root\n",
        "    volumes: [\"./data:/data\"]\n",
    );
    is(&out, CHECKED, "");
}

#[test]
fn what_starts_a_child_serves_development() {
    const BASE: &str =
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"server.js\"]\n";
    let of = |service: &str| {
        let name = format!("    image: me/base:1\n  job:\n    build: child\n{service}");
        let files = [("base/package.json", "{}"), ("base/server.js", "")];
        said_of(
            &name,
            "node-production-env",
            BASE,
            "FROM me/base:1\n",
            &files,
        )
    };
    is(&of(""), CHECKED, "");
    is(&of("    command: node server.js\n"), CHECKED, "");
    let out = of("    command: node --watch server.js\n");
    is(
        &out,
        UNSAFE,
        "which serves development, does without NODE_ENV=production",
    );
    let out = of("    command: npm run dev\n");
    is(&out, UNSAFE, "what `npm run` runs");
    let development = "    command: npm run dev\n    environment: {NODE_ENV: development}\n";
    is(&of(development), CHECKED, "");
}

#[test]
fn a_child_that_stands_in_another_file_or_has_another_name() {
    const CHILD: &str = "FROM me/base:1\nRUN apt-get install -y cron\n";
    let of = |service: &str, from: &str, files: &[_]| {
        let name = format!("    image: me/base:1\n  job:\n{service}");
        let child = format!("FROM {from}\nRUN apt-get install -y cron\n");
        said_of(&name, "apt-lists-cleanup", LISTS, &child, files)
    };
    let inline = "    build:\n      dockerfile_inline: |\n        FROM me/base:1\n        RUN apt-get install -y cron\n";
    let out = of(inline, "other", &[]);
    is(
        &out,
        BY_HAND,
        "in `compose.yaml, service job`, which is based on this image, would fail",
    );
    let named = "    build: {context: child, dockerfile: app.docker}\n";
    let out = of(named, "other", &[("child/app.docker", CHILD)]);
    is(
        &out,
        BY_HAND,
        "in `child/app.docker`, which is based on this image, would fail",
    );
    for contexts in ["{x: 'service:base'}", "['x=docker-image://me/base:1']"] {
        let service =
            format!("    build:\n      context: child\n      additional_contexts: {contexts}\n");
        let out = of(&service, "x", &[]);
        is(
            &out,
            BY_HAND,
            "in `child/Dockerfile`, which is based on this image, would fail",
        );
    }
    let bake = [(
        "docker-bake.hcl",
        "target \"base\" {\n  context = \"base\"\n}\ntarget \"job\" {\n  contexts = { x = \"target:base\" }\n  dockerfile-inline = \"FROM x\\nRUN apt-get install -y cron\\n\"\n}\n",
    )];
    let out = of("    image: x\n", "other", &bake);
    is(
        &out,
        BY_HAND,
        "in `docker-bake.hcl, target job`, which is based on this image, would fail",
    );
}

#[test]
fn lists_that_what_starts_a_child_installs_by() {
    let of = |service: &str, child: &str| {
        let name = format!("    image: me/base:1\n  job:\n    build: child\n{service}");
        let files = [("child/x.sh", "#!/bin/sh\napt-get install -y curl\n")];
        said_of(&name, "apt-lists-cleanup", LISTS, child, &files)
    };
    const CHILD: &str = "FROM me/base:1\nCOPY x.sh /\n";
    is(&of("", CHILD), CHECKED, "");
    for service in [
        "    command: apt-get install -y curl\n",
        "    command: /x.sh\n",
        "    post_start: [{command: apt-get install -y curl, user: root}]\n",
    ] {
        let out = of(service, CHILD);
        is(
            &out,
            UNSAFE,
            "finds what it installs by apt, without lists, in `child/Dockerfile` (line 1)",
        );
    }
    let fetched = "    command: sh -c 'apt-get update && apt-get install -y curl'\n";
    is(&of(fetched, CHILD), CHECKED, "");
}

#[test]
fn a_folder_that_is_no_repository() {
    for (base, arguments) in [
        (".", &["."][..]),
        (".", &["Dockerfile"]),
        ("base", &["."]),
        ("base", &["base/Dockerfile"]),
        ("base", &["base/Dockerfile", "child"]),
    ] {
        let build = format!("image:\n\tdocker build -t myorg/base {base}\n");
        let folder = Folder::new(&[
            ("Makefile", &build),
            (&format!("{base}/Dockerfile"), LISTS),
            (
                "child/Dockerfile",
                "FROM myorg/base\nRUN apt-get install -y git\n",
            ),
        ]);
        let rule = ["--rule", "apt-lists-cleanup"];
        let (_, out, _) = folder.dfix(&[&rule, arguments].concat());
        is(
            &out,
            BY_HAND,
            "in `child/Dockerfile`, which is based on this image, would fail",
        );
    }
}
