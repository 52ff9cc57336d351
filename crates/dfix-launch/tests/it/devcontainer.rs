use dfix_launch::{MountKind, Port, Start};

use crate::{mounts, named, read, shell, unread, words};

const JSON: &str = r#"// For developers
{
    "name": "Dev",
    "build": {
        "dockerfile": "../docker/dev.Dockerfile",
        "context": "..",
        "target": "dev",
        "args": { "A": "1", "B": "${localEnv:B}" }, // both
    },
    "runArgs": ["--cap-add=SYS_PTRACE", "--network", "host", "-v", "${localWorkspaceFolder}/x:/x"],
    "containerEnv": { "C": "2" },
    "containerUser": "root",
    "remoteUser": "vscode",
    "mounts": [
        "source=home,target=/home/vscode,type=volume",
        { "type": "bind", "source": "/var/run/docker.sock", "target": "/var/run/docker.sock" },
        "source=x,target=${containerWorkspaceFolder}/node_modules,type=volume"
    ],
    "forwardPorts": [8000, "db:5432"],
    "workspaceFolder": "/workspace",
    "postCreateCommand": "npm ci",
    "postStartCommand": { "server": ["npm", "start"], },
}
"#;

#[test]
fn the_container_is_built_and_started() {
    let found = read("", [(".devcontainer/devcontainer.json", JSON)]);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    let dev = named(&found, "Dev");
    let build = dev.build.clone().expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("docker/dev.Dockerfile"));
    assert_eq!(
        (build.context.as_deref(), build.target.as_deref()),
        (Some(""), Some("dev"))
    );
    let known = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
    assert_eq!(build.arguments, [known("A", Some("1")), known("B", None)]);
    assert_eq!(dev.user.as_deref(), Some("vscode"));
    assert_eq!(dev.capabilities, ["SYS_PTRACE"]);
    assert!(dev.has_host_network);
    assert_eq!(dev.command, Some(words(&["sleep", "infinity"])));
    assert_eq!(
        dev.ports,
        [Port {
            first: 8000,
            last: 8000
        }]
    );
    let host = |path: &str| MountKind::Host(path.to_owned());
    assert_eq!(
        mounts(&dev.mounts),
        [
            ("/workspace", &host("."), false),
            ("/x", &host("${localWorkspaceFolder}/x"), false),
            ("/home/vscode", &MountKind::Named("home".to_owned()), false),
            ("/var/run/docker.sock", &host("/var/run/docker.sock"), false),
        ]
    );
    assert_eq!(
        unread(&dev.unread),
        [".devcontainer/devcontainer.json:17 a mount of .devcontainer/devcontainer.json"]
    );
    let created = named(&found, "postCreateCommand");
    assert_eq!(
        (&created.command, created.place.line),
        (&Some(shell("npm ci")), 21)
    );
    assert_eq!(created.build, dev.build);
    assert_eq!(
        named(&found, "postStartCommand server").command,
        Some(words(&["npm", "start"]))
    );
}

#[test]
fn a_service_of_compose_is_started() {
    let compose = "services:\n  app:\n    build: ..\n    command: run\n    volumes: [..:/app]\n";
    let more = "services:\n  app:\n    user: me\n";
    let found = read(
        "",
        [
            (
                ".devcontainer/devcontainer.json",
                r#"{"dockerComposeFile": ["a.yml", "b.yml"], "service": "app"}"#,
            ),
            (".devcontainer/a.yml", compose),
            (".devcontainer/b.yml", more),
            (
                ".devcontainer/other/devcontainer.json",
                r#"{"dockerComposeFile": "lost.yml", "service": "app", "image": 1}"#,
            ),
        ],
    );
    let launch = &found.launches[0];
    let build = launch.build.as_ref().expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("Dockerfile"));
    assert_eq!(
        (launch.user.as_deref(), &launch.command),
        (Some("me"), &Some(words(&["run"])))
    );
    assert_eq!(found.launches[1].unread.len(), 1);
    assert_eq!(found.files.len(), 4);
}

#[test]
fn what_is_no_json_is_told() {
    let found = read("", [(".devcontainer.json", "{\n \"a\": \n")]);
    assert_eq!((found.launches.len(), found.unread.len()), (0, 1));
    let image = read(
        "",
        [(
            ".devcontainer.json",
            r#"{"image": "x", "overrideCommand": false}"#,
        )],
    );
    assert_eq!(image.launches[0].image.as_deref(), Some("x"));
    assert_eq!(
        (&image.launches[0].command, Some(Start::Nothing)),
        (&None, Some(Start::Nothing))
    );
}
