//! Units of systemd.

use dfix_launch::MountKind;

use crate::{mounts, named, read, words};

#[test]
fn containers_of_quadlets_are_started() {
    let container = "# x\n[Unit]\nDescription=web\n\n[Container]\nImage=web.build\nExec=serve --port 80 \\\n  --all\nUser=1000\nVolume=data.volume:/data\nVolume=%h/files:/files:ro\nVolume=./logs:/logs\nEnvironment=A=1 \"B=2 3\"\nPublishPort=8080:80\nPodmanArgs=--privileged\n\n[Install]\nWantedBy=default.target\n";
    let build =
        "[Build]\nImageTag=localhost/web\nFile=../Dockerfile\nSetWorkingDirectory=..\nTarget=app\n";
    let found = read(
        "",
        [
            ("quadlet/web.container", container),
            ("quadlet/web.build", build),
        ],
    );
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    let run = named(&found, "web.container");
    assert!(run.unread.is_empty(), "{:?}", run.unread);
    assert_eq!(
        run.command,
        Some(words(&["serve", "--port", "80", "--all"]))
    );
    assert_eq!(
        (run.user.as_deref(), run.ports[0].first),
        (Some("1000"), 80)
    );
    assert!(run.is_privileged);
    let kinds = [
        MountKind::Named("data.volume".to_owned()),
        MountKind::Host("%h/files".to_owned()),
        MountKind::Host("./logs".to_owned()),
    ];
    assert_eq!(
        mounts(&run.mounts),
        [
            ("/data", &kinds[0], false),
            ("/files", &kinds[1], true),
            ("/logs", &kinds[2], false)
        ]
    );
    assert_eq!(run.mounts[2].place.to_string(), "quadlet/web.container:12");
    let values: Vec<_> = run
        .environment
        .iter()
        .map(|it| it.value.as_deref())
        .collect();
    assert_eq!(values, [Some("1"), Some("2 3")]);
    let started = found.of_dockerfile("Dockerfile");
    assert_eq!(started.launches.len(), 2, "{started:#?}");
    let target = started.launches[0]
        .build
        .as_ref()
        .and_then(|it| it.target.as_deref());
    assert_eq!(target, Some("app"));
}

#[test]
fn services_run_containers() {
    let service = "[Service]\nExecStartPre=-/usr/bin/docker rm -f web\nExecStart=/usr/bin/docker run --rm --name %n \\\n  -v /srv/data:/data \\\n  team/web:1 serve\nExecStop=/usr/bin/docker stop %n\n";
    let found = read(
        "",
        [
            ("web.service", service),
            ("other.service", "[Service]\nExecStart=x\n"),
        ],
    );
    assert_eq!(found.files, ["web.service"]);
    let run = named(&found, "web.service");
    assert_eq!(run.said(), "web.service");
    assert_eq!(
        (run.image.as_deref(), run.place.line, &run.command),
        (Some("team/web:1"), 3, &Some(words(&["serve"])))
    );
    let host = MountKind::Host("/srv/data".to_owned());
    assert_eq!(mounts(&run.mounts), [("/data", &host, false)]);
}
