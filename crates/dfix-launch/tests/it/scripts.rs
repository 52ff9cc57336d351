//! Scripts of shells.

use dfix_launch::{Launch, MountKind};

use crate::{mounts, read, words};

/// The one launch that starts something.
fn run(launches: &[Launch]) -> &Launch {
    let mut runs = launches.iter().filter(|it| it.build.is_none());
    let one = runs.next().expect("something is started");
    assert!(runs.next().is_none(), "{launches:#?}");
    one
}

fn dockerfile(launches: &[Launch]) -> Option<&str> {
    let build = launches.iter().find_map(|it| it.build.as_ref());
    build.expect("something is built").dockerfile.as_deref()
}

#[test]
fn a_script_builds_and_starts() {
    let script = "#!/bin/sh\nset -e\nIMAGE=me/web\ndocker build -t $IMAGE .\n\nstart() {\n  docker run --rm \\\n    -v \"$PWD/data\":/app/data -v cache:/cache \\\n    \"$IMAGE\" serve\n}\nstart\n";
    let found = read("", [("run.sh", script), ("Dockerfile", "FROM x")]);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    assert_eq!(found.files, ["run.sh"]);
    assert_eq!(dockerfile(&found.launches), Some("Dockerfile"));
    let run = run(&found.launches);
    assert_eq!(
        (run.image.as_deref(), run.said()),
        (Some("me/web"), "a command of run.sh".to_owned())
    );
    assert_eq!(run.place.line, 7);
    assert_eq!(run.command, Some(words(&["serve"])));
    let host = MountKind::Host("./data".to_owned());
    let named = MountKind::Named("cache".to_owned());
    assert_eq!(
        mounts(&run.mounts),
        [("/app/data", &host, false), ("/cache", &named, false)]
    );
}

#[test]
fn a_script_finds_what_lies_beside_it() {
    for entering in [
        "cd \"$(dirname \"$0\")/..\"\ndocker build -t web app",
        "DIR=\"$( cd \"$( dirname \"${BASH_SOURCE[0]}\" )\" >/dev/null 2>&1 && pwd )\"\ndocker build -t web $DIR/../app",
        "HERE=$(dirname $(readlink -f $0))\nROOT=$(realpath \"$HERE/..\")\ndocker build -t web -f \"$ROOT/app/Dockerfile\" $ROOT",
        "cd \"${0%/*}\" || exit\ndocker build -t web ../app",
        "docker build -t web $(git rev-parse --show-toplevel)/app",
        // It is run from the folder around its own, as nothing lies there.
        "docker build -t web ./app",
    ] {
        let files = [("scripts/build.sh", ""), ("app/Dockerfile", "FROM x")];
        let text: &'static str = String::leak(format!("{entering}\ndocker run -v $PWD/x:/x web"));
        let found = read("", [(files[0].0, text), files[1]]);
        assert_eq!(
            dockerfile(&found.launches),
            Some("app/Dockerfile"),
            "{entering}"
        );
    }
}

#[test]
fn mounts_from_beside_the_script_are_the_hosts() {
    let script = "DIR=$(cd $(dirname $0); pwd)\ndocker run -v $DIR/data:/data --mount type=bind,src=$DIR,dst=/src web";
    let found = read("", [("bin/start", ""), ("run.sh", script)]);
    let hosts = ["./data", "."].map(|it| MountKind::Host(it.to_owned()));
    assert_eq!(
        mounts(&run(&found.launches).mounts),
        [("/data", &hosts[0], false), ("/src", &hosts[1], false)]
    );
}

#[test]
fn scripts_of_windows_are_read() {
    let batch = "@echo off\r\nREM docker run no\r\nset IMAGE=me/web\r\n@docker run --rm ^\r\n  -v \"%cd%\\data:/data\" ^\r\n  -v %~dp0:/src -e A=%A% ^\r\n  %IMAGE% serve\r\n";
    let power = "$image = \"me/web\"\r\n# docker run no\r\ndocker.exe run --rm `\r\n  -v \"${PWD}/data:/data\" `\r\n  -v C:\\src:/src -e A=$env:A `\r\n  $image serve\r\n";
    for (path, text, source, src) in [
        ("start.bat", batch, ".\\data", "."),
        ("start.cmd", batch, ".\\data", "."),
        ("start.ps1", power, "./data", "C:\\src"),
    ] {
        let found = read("", [(path, text)]);
        let run = run(&found.launches);
        assert_eq!(run.image.as_deref(), Some("me/web"), "{path}");
        assert_eq!(run.command, Some(words(&["serve"])), "{path}");
        let hosts = [source, src].map(|it| MountKind::Host(it.to_owned()));
        assert_eq!(
            mounts(&run.mounts),
            [("/data", &hosts[0], false), ("/src", &hosts[1], false)],
            "{path}"
        );
        assert!(run.unread.is_empty(), "{path}: {:?}", run.unread);
        assert_eq!(run.environment[0].value, None, "{path}");
    }
}

#[test]
fn scripts_without_an_ending_are_a_shells() {
    let shell = "#!/usr/bin/env bash\ndocker run web";
    let found = read(
        "",
        [
            ("bin/up", shell),
            ("bin/tool", "#!/usr/bin/env python3\ndocker run web"),
            ("notes", shell),
            ("run", shell),
        ],
    );
    assert_eq!(found.files, ["run", "bin/up"]);
}

#[test]
fn what_is_copied_into_roots_home_lies_there_in_what_is_started() {
    let script = "docker run -d web\n# docker cp ~/models/. <CONTAINER_ID>:/root/.models/\ndocker cp a web:/srv/a\ndocker cp web:/root/b b\ndocker cp -a \"c\" \"web:/root\"\n";
    let found = read("", [("run.sh", script)]);
    let models = MountKind::Host("~/models/.".to_owned());
    let own = MountKind::Host("c".to_owned());
    assert_eq!(
        mounts(&run(&found.launches).mounts),
        [("/root/.models/", &models, true), ("/root", &own, true)]
    );
}

#[test]
fn texts_that_shells_are_given_are_read() {
    let text = "bash -c \"docker build -t team/base -f base/Dockerfile .\"\nsudo sh -ec 'cd web && docker build .'\n";
    let found = crate::read("", [("build.sh", text)]);
    let built: Vec<Option<String>> = found
        .launches
        .into_iter()
        .map(|it| it.build.and_then(|it| it.dockerfile))
        .collect();
    let wanted = ["base/Dockerfile", "web/Dockerfile"];
    assert_eq!(built, wanted.map(|it| Some(it.to_owned())));
}
