//! Commands that are kept to be run by name.

use dfix_launch::MountKind;

use crate::{mounts, named, read, words};

#[test]
fn scripts_of_a_package_are_read() {
    let package = "{\n  \"scripts\": {\n    \"start\": \"node a.js\",\n    \"image\": \"docker build -t web .\",\n    \"up\": \"npm run image && docker run -v $(pwd)/data:/data web\"\n  }\n}\n";
    let found = read("app", [("app/package.json", package)]);
    let built = named(&found, "image");
    let build = built.build.as_ref().expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("app/Dockerfile"));
    let up = named(&found, "up");
    assert_eq!(up.place.to_string(), "app/package.json:5");
    assert_eq!(up.said(), "script `up` of app/package.json");
    let host = MountKind::Host("./data".to_owned());
    assert_eq!(mounts(&up.mounts), [("/data", &host, false)]);
    assert_eq!(found.launches.len(), 2);
}

#[test]
fn recipes_of_just_are_read() {
    let just = "image := \"me/web\"\nport := env('PORT')\n\nbuild:\n    @docker build -t {{image}} .\n\nrun *args: build\n    cd sub\n    docker run \\\n        -v {{justfile_directory()}}/data:/data \\\n        -p {{port}}:80 {{ image }} serve\n\nshell:\n    #!/bin/sh\n    cd sub\n    docker build -t sub .\n";
    let found = read("", [("justfile", just)]);
    assert_eq!(named(&found, "build").image.as_deref(), Some("me/web"));
    let run = named(&found, "run");
    assert_eq!(
        (run.image.as_deref(), &run.command, run.place.line),
        (Some("me/web"), &Some(words(&["serve"])), 9)
    );
    let host = MountKind::Host("./data".to_owned());
    assert_eq!(mounts(&run.mounts), [("/data", &host, false)]);
    let build = named(&found, "shell").build.as_ref().expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("sub/Dockerfile"));
}

#[test]
fn tasks_are_read() {
    let tasks = "version: '3'\nvars: {IMAGE: me/web, TAG: {sh: git describe}}\ntasks:\n  build:\n    dir: app\n    cmds:\n      - docker build -t {{.IMAGE}}:{{.TAG}} .\n  run:\n    deps: [build]\n    cmds:\n      - cmd: docker run -v {{.ROOT_DIR}}/data:/data {{.IMAGE}}:{{.TAG}}\n  test: docker run {{.IMAGE}} check\n";
    let found = read("", [("Taskfile.yml", tasks)]);
    let build = named(&found, "build");
    assert_eq!(build.image.as_deref(), Some("me/web:${TAG}"));
    let folder = build.build.as_ref().expect("it is built");
    assert_eq!(folder.dockerfile.as_deref(), Some("app/Dockerfile"));
    let run = named(&found, "run");
    assert_eq!(run.image, build.image);
    let host = MountKind::Host("./data".to_owned());
    assert_eq!(mounts(&run.mounts), [("/data", &host, false)]);
    assert_eq!(named(&found, "test").command, Some(words(&["check"])));
}

#[test]
fn what_is_not_understood_is_told() {
    let found = read(
        "",
        [
            ("Taskfile.yml", "tasks: [docker"),
            ("package.json", "{docker"),
        ],
    );
    assert!(found.launches.is_empty());
    assert_eq!(found.unread.len(), 2);
    // What speaks of no container need not be.
    let found = read("", [("Taskfile.yml", "tasks: ["), ("package.json", "{")]);
    assert!(found.unread.is_empty());
}

#[test]
fn comments_call_nothing() {
    for (path, text) in [
        (
            "tox.ini",
            "[testenv:x]\n# docker run me/app\n; docker run me/app\n",
        ),
        (
            "tasks.py",
            "def x(c):\n    # by docker run me/app\n    c.y() # docker run me/app\n",
        ),
        (".vscode/tasks.json", "{\n// \"docker run me/app\"\n}\n"),
    ] {
        let found = read("", [(path, text)]);
        assert!(found.launches.is_empty(), "{path}: {found:#?}");
    }
}

#[test]
fn lines_that_call_docker() {
    for (path, text) in [
        (
            "tox.ini",
            "[testenv:x]\ncommands = docker run -v ./x:/data me/app\n",
        ),
        (
            "noxfile.py",
            "def x(s):\n    s.run(\"docker\", \"run\", \"-v\", \"./x:/data\", \"me/app\")\n",
        ),
        (
            "tasks.py",
            "def x(c):\n    c.run(\"docker run -v ./x:/data me/app\", pty=True)\n",
        ),
        (
            "pyproject.toml",
            "[tool.poe.tasks]\nx = \"docker run -v ./x:/data me/app\"\n",
        ),
        (
            ".vscode/tasks.json",
            "{\"tasks\": [{\n\"command\": \"docker run -v ./x:/data me/app\"}]}\n",
        ),
    ] {
        let found = read("", [(path, text)]);
        let one = found.launches.first().unwrap_or_else(|| panic!("{path}"));
        assert_eq!(one.image.as_deref(), Some("me/app"), "{path}");
        assert_eq!(one.mounts.len(), 1, "{path}");
        assert_eq!(one.place.line, 2, "{path}");
    }
    let found = read(
        "",
        [(
            "pyproject.toml",
            "dependencies = ['docker>=7', 'python-docker']\n",
        )],
    );
    assert!(found.launches.is_empty(), "{found:#?}");
}

#[test]
fn files_that_are_not_read_concern_the_images_that_they_name() {
    let makefile = "x:\n\tdocker build -t me/app .\n";
    for (path, text, is_of_it) in [
        ("Tiltfile", "docker_build('me/app', '.')\n", true),
        ("Tiltfile", "docker_build(\"me/other\", \"x\")\n", false),
        ("Tiltfile", "docker_build(name, '.')\n", true),
        ("Tiltfile", "k8s_yaml('x.yaml')\n", false),
        (
            "Earthfile",
            "VERSION 0.8\nFROM me/app\nx:\n  RUN make\n",
            true,
        ),
        ("Earthfile", "VERSION 0.8\nFROM debian:12\n", false),
        ("Earthfile", "x:\n  FROM DOCKERFILE .\n", true),
        ("devspace.yaml", "images:\n  a:\n    image: me/app\n", true),
        ("okteto.yml", "deploy: [make]\n", false),
    ] {
        let found = read("", [("Makefile", makefile), (path, text)]);
        let unread = found.of_dockerfile("Dockerfile").unread;
        assert_eq!(!unread.is_empty(), is_of_it, "{path} {text}");
    }
}
