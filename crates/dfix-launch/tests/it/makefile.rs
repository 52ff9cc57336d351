use crate::{named, read, unread, words};

const MAKEFILE: &str = "\
REGISTRY ?= ghcr.io/team
IMAGE := $(REGISTRY)/web
TAG = $(shell git describe) # now
DOCKER=docker
ifdef DEV
STAGE = dev
else
STAGE = prod
endif

.PHONY: build
build: deps
\t@$(DOCKER) build \\
\t\t-t $(IMAGE):$(TAG) \\
\t\t-f docker/$@.Dockerfile --target runtime .

stage:
\tdocker build --target $(STAGE) -f $(FILE) app

run: build ; docker run --rm -v $(CURDIR)/data:/data -e HOME=$$HOME -u $$(id -u) $(IMAGE):$(TAG) serve

test: STAGE = test
test:
\tcd sub && docker build .
\t-docker build .
define HELP
\tdocker build nothing
endef
";

#[test]
fn recipes_build_and_start() {
    let found = read("", [("Makefile", MAKEFILE)]);
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    let build = named(&found, "build");
    assert_eq!(build.place.to_string(), "Makefile:13");
    let said = build.build.clone().expect("it is built");
    assert_eq!(said.dockerfile.as_deref(), Some("docker/build.Dockerfile"));
    assert_eq!(
        (said.context.as_deref(), said.target.as_deref()),
        (Some(""), Some("runtime"))
    );
    assert_eq!(
        build.image.as_deref(),
        Some("ghcr.io/team/web:${shell_git_describe}")
    );
    assert!(build.unread.is_empty(), "{:?}", build.unread);

    let run = named(&found, "run");
    assert_eq!(
        (run.image.as_deref(), &run.command),
        (build.image.as_deref(), &Some(words(&["serve"])))
    );
    assert_eq!(run.mounts[0].target, "/data");
    assert_eq!(run.user.as_deref(), Some("${id_u}"));
    assert!(run.unread.is_empty(), "{:?}", run.unread);

    let contexts: Vec<Option<String>> = found
        .launches
        .iter()
        .filter(|it| it.name == "test")
        .map(|it| it.build.clone().and_then(|it| it.dockerfile))
        .collect();
    assert_eq!(
        contexts,
        [
            Some("sub/Dockerfile".to_owned()),
            Some("Dockerfile".to_owned())
        ]
    );
    assert_eq!(found.launches.len(), 5);
}

#[test]
fn what_is_set_elsewhere_is_told() {
    let found = read("", [("Makefile", MAKEFILE)]);
    let stage = named(&found, "stage");
    let build = stage.build.clone().expect("it is built");
    assert_eq!(
        (build.context.as_deref(), build.dockerfile, build.target),
        (Some("app"), None, None)
    );
    assert_eq!(
        unread(&stage.unread),
        [
            "Makefile:18 the stage of target `stage` of Makefile",
            "Makefile:18 the Dockerfile of target `stage` of Makefile"
        ]
    );
}
