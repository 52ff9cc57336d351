use super::{At, launch_of, launches_in};
use crate::files::Files;
use crate::launch::{Access, Launch, MountKind, Source, Start};
use crate::shell::Shell;

struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }

    fn list(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

fn launches(text: &str) -> Vec<Launch> {
    let at = At {
        files: &Nothing,
        source: Source::Makefile,
        file: "d/Makefile",
        name: "x",
    };
    let commands = Shell::new(Some("d".to_owned())).read(text, 1);
    commands.iter().filter_map(|it| launch_of(it, at)).collect()
}

fn one(text: &str) -> Launch {
    let mut all = launches(text);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    all.remove(0)
}

#[test]
fn a_text_given_to_a_shell_is_run_where_it_is_given() {
    let folders = |text: &str| -> Vec<Option<String>> {
        let at = At {
            files: &Nothing,
            source: Source::Makefile,
            file: "d/Makefile",
            name: "x",
        };
        let found = launches_in(&mut Shell::new(Some("d".to_owned())), text, 1, at);
        let builds = found.into_iter().filter_map(|it| it.build);
        builds.map(|it| it.context).collect()
    };
    let d = || Some("d".to_owned());
    assert_eq!(folders("bash -c 'docker build .'; cd web"), [d()]);
    let web = Some("d/web".to_owned());
    let text = "cd web && sh -c 'cd api; docker build .' && docker build .";
    assert_eq!(folders(text), [Some("d/web/api".to_owned()), web]);
}

#[test]
fn builds_are_read() {
    let text = "sudo -E DOCKER_BUILDKIT=1 docker --log-level=debug buildx build --push --platform linux/amd64,linux/arm64 -fdocker/prod.Dockerfile -t a/b:$V --tag=ghcr.io/a/b --build-arg X=1 --build-arg Y --target run ../app";
    let launch = one(text);
    assert!(launch.unread.is_empty(), "{:?}", launch.unread);
    let build = launch.build.expect("it is built");
    assert_eq!(build.context.as_deref(), Some("app"));
    assert_eq!(
        build.dockerfile.as_deref(),
        Some("d/docker/prod.Dockerfile")
    );
    assert_eq!(build.target.as_deref(), Some("run"));
    assert_eq!(build.arguments.len(), 2);
    assert_eq!(launch.image.as_deref(), Some("a/b:${V}"));
    assert_eq!(launch.other_images, ["ghcr.io/a/b"]);
    let build = one("docker build .").build.expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("d/Dockerfile"));
    assert!(launches("docker compose build; docker buildx ls; echo docker build .").is_empty());
}

#[test]
fn further_names_are_read() {
    for text in [
        "docker tag app-amd64 team/app:1",
        "docker manifest create team/app:1 --amend app-amd64",
        "podman manifest add --all team/app:1 app-amd64",
        "docker buildx imagetools create --append -t team/app:1 app-amd64",
    ] {
        let launch = one(text);
        assert!(
            launch.build.is_none() && launch.other_images.is_empty(),
            "{text}"
        );
        assert_eq!(launch.image.as_deref(), Some("team/app:1"), "{text}");
        assert_eq!(launch.named_images, ["app-amd64"], "{text}");
    }
    let text = "docker manifest push team/app; docker tag a; docker manifest create a; docker buildx imagetools inspect a";
    assert!(launches(text).is_empty());
}

#[test]
fn what_a_build_leaves_open_is_told() {
    let launch = one("docker build --target $STAGE $BUILD_ARGS --new-thing -f $F .");
    let build = launch.build.expect("it is built");
    assert_eq!(build.context.as_deref(), Some("d"));
    assert_eq!((build.dockerfile, build.target), (None, None));
    let what: Vec<&str> = launch.unread.iter().map(|it| &*it.what).collect();
    assert_eq!(
        what,
        [
            "further options of target `x` of d/Makefile",
            "the option `--new-thing` of target `x` of d/Makefile",
            "the stage of target `x` of d/Makefile",
            "the Dockerfile of target `x` of d/Makefile"
        ]
    );
    let inline = one("docker build - < Dockerfile.x")
        .build
        .expect("it is built");
    assert!(inline.is_inline && inline.dockerfile.is_none());
    let elsewhere = one("docker build https://example.org/x.git").build;
    assert_eq!(elsewhere.expect("it is built").context, None);
}

#[test]
fn runs_are_read() {
    let text = "docker run -itd --rm -p80:8080 -u 1000:1000 -v $PWD:/app:ro -v data:/data --mount type=tmpfs,dst=/t --tmpfs /run:size=1m -e A=1 -eB --cap-add NET_ADMIN --device /dev/a:/dev/b --privileged --read-only --net=host --entrypoint sh a/b:1 -c 'x y'";
    let run = one(text);
    assert!(run.unread.is_empty() && run.build.is_none(), "{run:?}");
    assert_eq!(run.image.as_deref(), Some("a/b:1"));
    let words = |words: &[&str]| {
        Some(Start::Words(
            words.iter().map(|it| (*it).to_owned()).collect(),
        ))
    };
    assert_eq!(
        (run.entrypoint, run.command),
        (words(&["sh"]), words(&["-c", "x y"]))
    );
    assert_eq!(run.user.as_deref(), Some("1000:1000"));
    assert_eq!(run.ports[0].first, 8080);
    let mounts: Vec<(&MountKind, &str)> = run
        .mounts
        .iter()
        .map(|it| (&it.kind, &*it.target))
        .collect();
    assert_eq!(
        mounts,
        [
            (&MountKind::Host(".".to_owned()), "/app"),
            (&MountKind::Named("data".to_owned()), "/data"),
            (&MountKind::Tmpfs(Access::Unsaid), "/t"),
            (&MountKind::Tmpfs(Access::Unsaid), "/run")
        ]
    );
    assert!(run.mounts[0].is_read_only);
    let values: Vec<Option<&str>> = run
        .environment
        .iter()
        .map(|it| it.value.as_deref())
        .collect();
    assert_eq!(values, [Some("1"), None]);
    assert_eq!(
        (&*run.capabilities[0], &*run.devices[0]),
        ("NET_ADMIN", "/dev/b")
    );
    assert!(run.is_privileged && run.is_read_only && run.has_host_network);
}

#[test]
fn what_a_run_leaves_open_is_told() {
    let run = one("podman run $(DOCKER_OPTS) -u $(id -u) --env-file .env $IMAGE serve $X");
    assert_eq!(run.image.as_deref(), Some("${IMAGE}"));
    // Whichever user it is, it is not the image's.
    assert_eq!((run.user.as_deref(), run.command), (Some("${id_u}"), None));
    assert_eq!(run.unread.len(), 3, "{:?}", run.unread);
}

#[test]
fn what_an_example_leaves_out_is_no_image() {
    for text in [
        "docker run ... -v data:/state web serve",
        "docker run -it … -v data:/state web serve",
        "docker run [OPTIONS] -v data:/state web serve",
        "docker run -v data:/state [...] web serve",
    ] {
        let run = one(text);
        assert_eq!(run.image.as_deref(), Some("web"), "{text}");
        assert_eq!(run.mounts.len(), 1, "{text}");
        assert!(run.unread.is_empty(), "{text}");
    }
}

#[test]
fn kaniko_builds() {
    let launch = one(
        "/kaniko/executor --context dir://. --dockerfile=x/Dockerfile --destination r.io/a/b:1",
    );
    assert_eq!(launch.image.as_deref(), Some("r.io/a/b:1"));
    let build = launch.build.expect("it is built");
    assert_eq!(build.dockerfile.as_deref(), Some("d/x/Dockerfile"));
}
