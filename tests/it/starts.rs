//! What starts an image counts, wherever it is said: in files of platforms, in the lesser keys of Compose, in documentation.

use crate::common::Folder;

const PYTHON: &str = "FROM python:3.12\nWORKDIR /app\nRUN pip install requests==2.32.3\nCOPY main.py .\nCMD [\"python\", \"main.py\"]\n";

/// What a rule says of a Python application that starts alone, where these files lie beside it.
fn said(rule: &str, files: &[(&str, &str)]) -> String {
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("Dockerfile", PYTHON),
        ("main.py", "import http.server\n"),
    ]);
    for (path, text) in files {
        folder.put(path, text.as_bytes());
    }
    let (_, out, _) = folder.dfix(&["--rule", rule, "Dockerfile"]);
    assert!(out.contains(rule), "{out}");
    out
}

fn is_open(rule: &str, path: &str, text: &str, words: &str) {
    let out = said(rule, &[(path, text)]);
    assert!(
        out.contains("unsafe[") && out.contains(words),
        "{path} {words}\n{out}"
    );
}

fn is_checked(rule: &str, path: &str, text: &str) {
    let out = said(rule, &[(path, text)]);
    assert!(out.contains("fix["), "{path}\n{out}");
}

/// A service of this file that builds the Dockerfile, with more below it.
fn service(more: &str) -> String {
    format!("services:\n  app:\n    build: .\n{more}")
}

#[test]
fn a_volume_of_a_platform() {
    let write = "whether another user than root may write to the volume of the platform";
    for (path, text) in [
        (
            "fly.toml",
            "[mounts]\nsource = 'd'\ndestination = '/data'\n",
        ),
        (
            "render.yaml",
            "services:\n- runtime: docker\n  disk: {name: d, mountPath: /data}\n",
        ),
        ("railway.toml", "[deploy]\nrequiredMountPath = '/data'\n"),
    ] {
        is_open("non-root-user", path, text, write);
        is_checked("python-venv", path, text);
    }
    is_checked("non-root-user", "fly.toml", "app = 'x'\n");
}

#[test]
fn a_command_of_a_platform() {
    for (path, text, start) in [
        (
            "fly.toml",
            "[deploy]\nrelease_command = '/usr/local/bin/python migrate.py'\n",
            "whether `app (release_command)` of ",
        ),
        (
            "railway.json",
            "{\"deploy\": {\"startCommand\": \"/usr/local/bin/python main.py\"}}",
            "whether `app` of ",
        ),
    ] {
        is_open("python-venv", path, text, start);
    }
    let nomad = "job \"x\" {\n  group \"g\" {\n    task \"t\" {\n      driver = \"docker\"\n      config {\n        image = \"me/app\"\n        command = \"/usr/local/bin/python\"\n      }\n    }\n  }\n}\n";
    let out = said(
        "python-venv",
        &[
            ("x.nomad", nomad),
            ("build.sh", "docker build -t me/app .\n"),
        ],
    );
    assert!(out.contains("whether `t` of x.nomad finds"), "{out}");
    // Another image is none of it.
    let out = said(
        "python-venv",
        &[
            ("x.nomad", nomad),
            ("build.sh", "docker build -t me/other .\n"),
        ],
    );
    assert!(out.contains("fix["), "{out}");
}

#[test]
fn mounts_that_are_said_otherwise() {
    for (more, words) in [
        (
            "    volumes_from: [data]\n  data: {image: busybox, volumes: [\"./x:/data\"]}\n",
            "`./x` of the host, which service `app`",
        ),
        (
            "    volumes_from: [\"container:other\"]\n",
            "the mounts of `container:other`",
        ),
        (
            "    volumes: [\"v:/app/x\"]\nvolumes: {v: {driver_opts: {type: nfs, o: rw, device: \":/srv\"}}}\n",
            "`:/srv` of the host",
        ),
        (
            "    volumes: [\"v:/app/x\"]\nvolumes: {v: {driver: rclone}}\n",
            "the volume of the platform",
        ),
        (
            "    volumes: [\"v:/app/x\"]\n  other: {image: busybox, volumes: [\"v:/out\"]}\nvolumes: {v: {}}\n",
            "the volume `v` (which service `other` of compose.yaml may fill first)",
        ),
    ] {
        is_open("non-root-user", "compose.yaml", &service(more), words);
    }
    for more in [
        "    volumes: [\"v:/app/x\"]\nvolumes: {v: {}}\n",
        "    volumes: [\"v:/app/x\"]\n  other: {image: nginx, depends_on: [app], volumes: [\"v:/x\"]}\nvolumes: {v: {}}\n",
        "    volumes: [\"v:/app/x\"]\n  other: {image: nginx, volumes: [\"v:/app/x:ro\"]}\nvolumes: {v: {}}\n",
        "    volumes: [\"v:/app/x\"]\n  other: {build: ., volumes: [\"v:/app/x\"]}\nvolumes: {v: {}}\n",
        "    volumes: [\"v:/tmp/x\"]\nvolumes: {v: {driver_opts: {type: tmpfs, device: tmpfs}}}\n",
    ] {
        is_checked("non-root-user", "compose.yaml", &service(more));
    }
    // What is synced is given to the user.
    let sync = "    develop: {watch: [{action: sync, path: ./src, target: /srv/src}]}\n";
    let out = said("non-root-user", &[("compose.yaml", &service(sync))]);
    assert!(out.contains("chown -R appuser /app /srv/src"), "{out}");
}

#[test]
fn commands_beside_the_start() {
    for more in [
        "    post_start: [{command: /usr/local/bin/python -m x}]\n",
        "    pre_stop: [{command: /usr/local/bin/python -m x, user: root}]\n",
        "    develop: {watch: [{action: sync+exec, path: ., target: /app, exec: {command: /usr/local/bin/python -m x}}]}\n",
        "    labels: {ofelia.job-exec.x.command: /usr/local/bin/python -m x}\n",
        "    labels: [\"ofelia.job-exec.x.command=/usr/local/bin/python -m x\"]\n",
    ] {
        let words = "it starts /usr/local/bin/python";
        is_open("python-venv", "compose.yaml", &service(more), words);
    }
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    image: me/app\n    lifecycle: {preStop: {exec: {command: [/usr/local/bin/python]}}}\n";
    let build = ("build.sh", "docker build -t me/app .\n");
    let out = said("python-venv", &[("k8s/pod.yaml", pod), build]);
    let hook = "whether container `web` of k8s/pod.yaml finds";
    assert!(out.contains(hook), "{out}");
    let root = "    post_start: [{command: chown app /data, user: root}]\n";
    is_checked("non-root-user", "compose.yaml", &service(root));
    let own = "    post_start: [{command: apt-get install -y curl}]\n";
    let out = said("non-root-user", &[("compose.yaml", &service(own))]);
    assert!(out.contains("by hand["), "{out}");
    let sysctl = "    sysctls: {net.ipv4.ip_unprivileged_port_start: 1024}\n    command: python -m http.server 80\n";
    let out = said("non-root-user", &[("compose.yaml", &service(sysctl))]);
    assert!(out.contains("by hand[") && out.contains("port 80"), "{out}");
}

#[test]
fn what_documentation_runs() {
    let build = "# x\n\n```\ndocker build -t me/app .\n";
    for run in [
        "docker run --rm me/app /usr/local/bin/python -m x",
        "docker run -e RUN='/usr/local/bin/python -m x' me/app",
    ] {
        let text = format!("{build}{run}\n```\n");
        let words = "/usr/local/bin/python";
        is_open("python-venv", "README.md", &text, words);
    }
    let text = format!("{build}docker run me/app python -m x\n```\n");
    is_checked("python-venv", "README.md", &text);
    let text = format!("{build}docker run me/app git clone https://x/y\n```\n");
    let out = said("slim-base", &[("README.md", &text)]);
    assert!(out.contains("lacks `git` (git): it is installed"), "{out}");
}

#[test]
fn ports_that_are_named_where_it_is_started() {
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: me/app\n";
    let build = ("build.sh", "docker build -t me/app .\n");
    for more in [
        "    ports: [{containerPort: 80}]\n",
        "    env: [{name: PORT, value: \"80\"}]\n",
    ] {
        let out = said(
            "non-root-user",
            &[build, ("k8s/app.yaml", &format!("{pod}{more}"))],
        );
        assert!(out.contains("by hand[") && out.contains("port 80"), "{out}");
    }
    is_checked(
        "non-root-user",
        "compose.yaml",
        &service("    ports: [\"80:80\"]\n"),
    );
    let host = service("    network_mode: host\n    environment: {PORT: 80}\n");
    let out = said("non-root-user", &[("compose.yaml", &host)]);
    assert!(out.contains("by hand[") && out.contains("port 80"), "{out}");
    let fly = "[http_service]\ninternal_port = 80\n";
    is_open("non-root-user", "fly.toml", fly, "may listen below 1024");
    // What the base image starts by itself listens there as it did.
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("Dockerfile", "FROM postgres:16\nCOPY main.py /x\n"),
        (
            "compose.yaml",
            "services: {app: {build: ., ports: ['80:80']}}\n",
        ),
    ]);
    let (_, out, _) = folder.dfix(&["--rule", "non-root-user", "Dockerfile"]);
    assert!(!out.contains("non-root-user"), "{out}");
}

#[test]
fn commands_that_documentation_runs_for_development() {
    const NODE: &str =
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"server.js\"]\n";
    let of = |run: &str| {
        let text = format!("# x\n\n```\ndocker build -t me/app .\ndocker run {run}\n```\n");
        let files = [
            ("Dockerfile", NODE),
            ("package.json", "{}"),
            ("server.js", ""),
            ("README.md", &text),
        ];
        said("node-production-env", &files)
    };
    for run in [
        "me/app npm run dev",
        "me/app npx nodemon server.js",
        "me/app node --watch server.js",
    ] {
        let out = of(run);
        assert!(out.contains("does without NODE_ENV=production"), "{out}");
    }
    assert!(of("me/app npm start").contains("fix["));
    assert!(of("-p 3000:3000 me/app").contains("fix["));
}

#[test]
fn where_a_launch_works_and_puts_its_data() {
    let of = |more: &str| said("non-root-user", &[("compose.yaml", &service(more))]);
    for folder in ["/data", "/var/lib/x"] {
        let out = of(&format!("    environment: {{DATA_DIR: {folder}}}\n"));
        assert!(
            out.contains(&format!("chown -R appuser /app {folder}")),
            "{out}"
        );
    }
    for (more, words) in [
        (
            "    working_dir: /srv/other\n",
            "can work in /srv/other, where service `app`",
        ),
        (
            "    environment: {HOME: /root}\n",
            "which `HOME` of service `app` of compose.yaml names, in root's home",
        ),
    ] {
        is_open("non-root-user", "compose.yaml", &service(more), words);
    }
    is_checked(
        "non-root-user",
        "compose.yaml",
        &service("    working_dir: /app/src\n"),
    );
    let root = service("    working_dir: /srv/other\n    user: root\n");
    is_checked("non-root-user", "compose.yaml", &root);
    let text = "# x\n\n```\ndocker build -t me/app .\ndocker run me/app iptables -L\n```\n";
    is_open(
        "non-root-user",
        "README.md",
        text,
        "whether `iptables` in an example of README.md still works",
    );
}

#[test]
fn a_place_that_is_told_on_a_platform() {
    let railway = ("railway.json", "{\"deploy\": {}}");
    let source = "import os\n\n\ndef place(name):\n    return os.path.join(os.environ.get('UPLOAD_DIR', '/tmp'), name)\n\n\nos.makedirs(place('a'))\n";
    let open = |files: &[(&str, &str)], is_open: bool| {
        let out = said("non-root-user", files);
        let words = "`main.py` (line 5) may write where `$UPLOAD_DIR` says";
        assert_eq!(out.contains(words), is_open, "{out}");
    };
    open(&[railway, ("main.py", source)], true);
    open(&[("main.py", source)], false);
    let other = source.replace("UPLOAD_DIR", "UPLOAD_URL");
    open(&[railway, ("main.py", &other)], false);
    let file = PYTHON.replace("COPY main.py", "ENV UPLOAD_DIR=/tmp/up\nCOPY main.py");
    open(
        &[railway, ("main.py", source), ("Dockerfile", &file)],
        false,
    );
}

#[test]
fn rights_that_documentation_gives() {
    for option in ["--device /dev/ttyUSB0", "--privileged", "--cap-add=NET_RAW"] {
        let readme = format!("```\ndocker build -t cam .\ndocker run --rm {option} cam\n```\n");
        let out = said("non-root-user", &[("README.md", &readme)]);
        assert!(out.contains("by hand["), "{option}\n{out}");
    }
    let readme = "```\ndocker build -t cam .\ndocker run --rm cam\n```\n";
    is_checked("non-root-user", "README.md", readme);
}

#[test]
fn login_shells_that_are_shown_or_ask() {
    let checks = "healthcheck:\n      test: [CMD, bash, -lc, \"python -c 'import requests'\"]\n";
    let service = service(&format!("    {checks}"));
    let readme = "```\ndocker build -t cam .\ndocker run cam bash -lc 'python main.py'\n```\n";
    for (path, text) in [("README.md", readme), ("compose.yaml", &*service)] {
        let out = said("python-venv", &[(path, text)]);
        assert!(
            out.contains("a login shell sets PATH anew"),
            "{path}\n{out}"
        );
    }
}

#[test]
fn images_that_nobody_builds_may_be_this_one() {
    let service = |image: &str| {
        format!(
            "services:\n  web:\n    image: {image}\n    environment: {{PATH: /usr/local/bin:/usr/bin:/bin}}\n"
        )
    };
    let by_hand = |path: &str, text: &str| {
        let out = said("python-venv", &[(path, text)]);
        out.contains("by hand[")
    };
    assert!(by_hand("compose.yaml", &service("acme/shop:latest")));
    assert!(!by_hand("compose.yaml", &service("redis:7")));
    let built = "  other: {build: other, image: acme/shop}\n";
    let other = service("acme/shop:latest") + built;
    assert!(!by_hand("compose.yaml", &other), "another folder builds it");
}

#[test]
fn scripts_without_an_ending_start_images() {
    let run = "docker build -t cam .\ndocker run --mount source=d,target=/app/logs cam\n";
    let script = format!("#!/bin/bash\n{run}");
    for (path, text) in [("run-docker", run), ("docker_start", &script)] {
        let folder = Folder::new(&[
            (".git/HEAD", "ref: refs/heads/main\n"),
            ("Dockerfile", PYTHON),
            ("main.py", "open('logs/a.csv', 'w')\n"),
            (path, text),
        ]);
        let (_, out, _) = folder.dfix(&["--rule", "non-root-user", "--diff", "Dockerfile"]);
        assert!(out.contains("mkdir -p /app/logs"), "{path}\n{out}");
    }
}

#[test]
fn a_build_passes_another_base() {
    let of = |value: &str| {
        let compose =
            format!("services:\n  web:\n    build:\n      context: .\n      args: [{value}]\n");
        let folder = Folder::new(&[
            (
                "Dockerfile",
                "ARG BASE=python:3.12-slim\nFROM $BASE\nWORKDIR /app\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n",
            ),
            ("app.py", "import json\n"),
            ("compose.yaml", &compose),
        ]);
        folder.dfix(&["--rule", "non-root-user", "Dockerfile"]).1
    };
    let known = "whether python:3.12-alpine has what python:3.12-slim has: service `web` of compose.yaml builds it on that, for it passes `BASE`";
    let unknown = "which image service `web` of compose.yaml builds it on: it passes `BASE`, whose value is not known, in place of python:3.12-slim";
    for (value, condition) in [
        ("BASE=python:3.12-alpine", known),
        ("BASE", unknown),
        ("'BASE=${IMAGE}'", unknown),
    ] {
        let out = of(value);
        assert!(out.contains("unsafe[non-root-user]"), "{out}");
        assert!(out.contains(condition), "{out}");
    }
    for value in [
        "BASE=python:3.11-slim",
        "'BASE=${IMAGE:-python:3.11-slim}'",
        "BASE=registry.example.com/library/python:3.12-slim",
        "OTHER=python:3.12-alpine",
    ] {
        let out = of(value);
        assert!(out.contains("fix[non-root-user]"), "{out}");
    }
}
