//! Which launches are of which Dockerfile.

use dfix_launch::FolderLaunches;

use crate::{named, read};

pub(crate) fn names(found: &FolderLaunches) -> Vec<&str> {
    found.launches.iter().map(|it| &*it.name).collect()
}

fn project() -> FolderLaunches {
    read(
        "",
        [
            (
                "compose.yaml",
                "services:\n  web:\n    build: {context: ., target: run}\n    image: registry.example.org/team/web:dev\n  again:\n    image: team/web\n  db:\n    image: postgres\n  docs:\n    build: docs\n",
            ),
            (
                "k8s/web.yaml",
                "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: pod, image: ghcr.io/team/web@sha256:ab}, {name: side, image: envoy}]}\n",
            ),
            (
                "k8s/patch.yaml",
                "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: pod, securityContext: {runAsUser: 7}}, {name: side, securityContext: {}}]}\n",
            ),
            (
                "Makefile",
                "run:\n\tdocker run team/web:dev sh\nmay:\n\tdocker build -f $(FILE) .\nelsewhere:\n\tdocker build -f $(FILE) docs\n",
            ),
            ("Procfile", "process: run\n"),
            ("docker/crontab", "* * * * * daily\n"),
        ],
    )
}

#[test]
fn builds_of_it_and_starts_of_their_images_count() {
    let found = project().of_dockerfile("Dockerfile");
    assert_eq!(
        names(&found),
        ["web", "again", "process", "run", "pod", "pod"]
    );
    let run = named(&found, "run");
    assert_eq!(
        run.build.as_ref().and_then(|it| it.target.as_deref()),
        Some("run")
    );
    let patch = found.launches.last().expect("it is there");
    assert_eq!(patch.user.as_deref(), Some("7"));
    assert!(patch.build.is_some());
}

#[test]
fn of_another_dockerfile_others_count() {
    let found = project().of_dockerfile("docs/Dockerfile");
    assert_eq!(names(&found), ["docs"]);
    assert!(
        project()
            .of_dockerfile("other/Dockerfile")
            .launches
            .is_empty()
    );
}

#[test]
fn what_may_concern_it_is_kept() {
    let unread = |path: &str| {
        let found = project().of_dockerfile(path);
        found.unread.len() + found.unclear.len()
    };
    assert_eq!(
        (
            unread("Dockerfile"),
            unread("docs/Dockerfile"),
            unread("x/Dockerfile")
        ),
        (1, 2, 1)
    );
}

#[test]
fn a_crontab_is_of_the_dockerfile_beside_it_and_of_its_context() {
    let found = project();
    assert_eq!(names(&found.of_dockerfile("docker/Dockerfile")), ["daily"]);
    let context = read(
        "",
        [
            (
                "compose.yaml",
                "services: {web: {build: {context: app, dockerfile: ../docker/Dockerfile}}}\n",
            ),
            ("app/Procfile", "never: read\n"),
            ("docker/crontab", "* * * * * daily\n"),
        ],
    );
    assert_eq!(
        names(&context.of_dockerfile("docker/Dockerfile")),
        ["web", "daily"]
    );
}

#[test]
fn templates_concern_what_they_may_start() {
    let unread = |template: &'static str, values: &'static str, path: &str| -> usize {
        let found = read(
            "",
            [
                (
                    "compose.yaml",
                    "services: {web: {build: web, image: team/web}, api: {build: api, image: team/api}}\n",
                ),
                ("chart/Chart.yaml", "name: all\n"),
                ("chart/values.yaml", values),
                ("chart/templates/all.yaml", template),
            ],
        );
        found.of_dockerfile(path).unread.len()
    };
    let of_values = "image: {{ .Values.web.image.repository }}\n";
    let web = "web: {image: {repository: ghcr.io/team/web, tag: ''}}\n";
    for (template, values, path, expected) in [
        (of_values, web, "web/Dockerfile", 1),
        (of_values, web, "api/Dockerfile", 0),
        // Nothing is known of what it is built as, but somebody else is known to build the image.
        (of_values, web, "tools/Dockerfile", 0),
        (
            of_values,
            "a: {b: {c: {mainImage: 'example.org/other'}}}\n",
            "tools/Dockerfile",
            1,
        ),
        (
            of_values,
            "a: {b: {c: {mainImage: 'example.org/other'}}}\n",
            "web/Dockerfile",
            0,
        ),
        // Another team or registry may give the same image its name.
        (
            of_values,
            "web: {image: {repository: acme/web}}\n",
            "web/Dockerfile",
            1,
        ),
        (
            of_values,
            "web: {image: {repository: web}}\n",
            "api/Dockerfile",
            0,
        ),
        // Whoever installs it says which.
        (of_values, "image: {repository: ''}\n", "api/Dockerfile", 1),
        (of_values, "replicas: 2\n", "api/Dockerfile", 1),
        (
            "  - image: \"team/api:{{ .Chart.AppVersion }}\"\n",
            "replicas: 2\n",
            "api/Dockerfile",
            1,
        ),
        (
            "  - image: \"team/api:{{ .Chart.AppVersion }}\"\n",
            "replicas: 2\n",
            "web/Dockerfile",
            0,
        ),
        (
            "containers: {{ toYaml .Values.all }}\n",
            "replicas: 2\n",
            "web/Dockerfile",
            1,
        ),
        // It starts nothing.
        (
            "kind: ConfigMap\ndata: {{ x }}\n",
            "replicas: 2\n",
            "tools/Dockerfile",
            0,
        ),
    ] {
        assert_eq!(
            unread(template, values, path),
            expected,
            "{template} {values} {path}"
        );
    }
}

#[test]
fn a_template_of_a_manifest_is_bounded_by_its_images() {
    let template = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  {% for a in b %}\n  - image: team/web:{{ tag }}\n  {% endfor %}\n";
    let found = read(
        "",
        [
            (
                "compose.yaml",
                "services: {web: {build: web, image: team/web}, api: {build: api, image: team/api}}\n",
            ),
            ("k8s/web.yaml", template),
        ],
    );
    let unread = |path: &str| found.of_dockerfile(path).unread.len();
    assert_eq!((unread("web/Dockerfile"), unread("api/Dockerfile")), (1, 0));
}

#[test]
fn of_a_mount_the_target_is_enough() {
    let compose = "services:\n  web:\n    build: .\n    ports: ['${PORT}:${PORT}', '${PORT}:80']\n    volumes: ['${DATA}:/data', '${A}:${B}', {type: bind, source: '${C}', target: /c}]\n";
    let found = read("", [("compose.yaml", compose)]);
    let web = named(&found, "web");
    let targets: Vec<&str> = web.mounts.iter().map(|it| &*it.target).collect();
    assert_eq!(targets, ["/data", "/c"]);
    assert_eq!((web.ports.len(), web.unread.len()), (1, 1));
    let is_of_host = |it: &dfix_launch::Mount| matches!(it.kind, dfix_launch::MountKind::Host(_));
    assert!(web.mounts.iter().all(is_of_host));
}

#[test]
fn examples_of_the_documentation_are_of_what_lies_beside_it() {
    const RUN: &str = "# Web\n\n```bash\n$ docker run -d \\\n  --volume /path/to/data:/data -v cache:/cache \\\n  ghcr.io/team/web:latest\n# ghcr.io/team/web:rootless\n```\n";
    let count = |readme: &'static str, compose: &'static str, path: &str| -> usize {
        let found = read("", [("README.md", readme), ("compose.yaml", compose)]);
        let of_it = found.of_dockerfile(path).launches;
        let shown = of_it
            .iter()
            .filter(|it| it.source == dfix_launch::Source::Documentation);
        shown.map(|it| it.mounts.len()).sum()
    };
    let empty = "services: {}\n";
    assert_eq!(count(RUN, empty, "Dockerfile"), 2);
    assert_eq!(count(RUN, empty, "tools/Dockerfile"), 0);
    // It is built under a name that is known.
    let other = "services: {a: {build: ., image: team/other}}\n";
    let same = "services: {a: {build: ., image: team/web}}\n";
    assert_eq!(
        (
            count(RUN, other, "Dockerfile"),
            count(RUN, same, "Dockerfile")
        ),
        (0, 2)
    );
    let alike = "services: {a: {build: ., image: web}}\n";
    assert_eq!(count(RUN, alike, "Dockerfile"), 2);
    // Another file is known to build that.
    let web = "services: {a: {build: web, image: team/web}}\n";
    assert_eq!(
        (
            count(RUN, web, "Dockerfile"),
            count(RUN, web, "web/Dockerfile")
        ),
        (0, 2)
    );
    // What everybody uses is not the project's.
    let database = "```\ndocker run -v /x:/var/lib postgres\n```\n";
    assert_eq!(count(database, empty, "Dockerfile"), 0);
    // The documentation builds it itself.
    let own = "~~~\ndocker build -t web .\ndocker run -v /x:/data web\n~~~\n";
    assert_eq!(count(own, empty, "Dockerfile"), 1);
    // No block of code.
    assert_eq!(
        count("docker run -v /x:/data team/web\n", empty, "Dockerfile"),
        0
    );
}

#[test]
fn examples_build_and_start_nothing_that_is_shipped() {
    let readme =
        "```\ndocker build -t team/web --target dev .\ndocker run -v /x:/data team/web sh\n```\n";
    let found = read("", [("docs/start.md", readme)]);
    let found = found.of_dockerfile("Dockerfile");
    assert_eq!((found.launches.len(), found.unread.len()), (2, 0));
    assert!(found.unclear.is_empty());
    assert!(
        found
            .launches
            .iter()
            .all(|it| !it.source.ships() && !it.source.starts())
    );
}

#[test]
fn the_name_of_a_dockerfile_bounds_what_may_be_built() {
    let compose = "services:\n  a: {build: {context: $PWD, dockerfile: $PWD/web.Dockerfile}}\n  b: {build: {context: $PWD, dockerfile: $FILE}}\n";
    let unread = |file: &'static str, path: &str| {
        let found = read("", [("compose.yaml", file)]);
        found.of_dockerfile(path).unclear.len()
    };
    assert_eq!(
        (
            unread(compose, "x/web.Dockerfile"),
            unread(compose, "Dockerfile")
        ),
        (2, 1)
    );
    let plain = "services: {a: {build: $PWD/app}}\n";
    assert_eq!(
        (
            unread(plain, "app/Dockerfile"),
            unread(plain, "app/web.Dockerfile")
        ),
        (1, 0)
    );
}

#[test]
fn a_service_of_a_further_file_is_of_what_its_name_builds() {
    let found = read(
        "",
        [
            (
                "compose.dev.yaml",
                "services: {web: {build: ., image: team/dev}, docs: {build: docs}, db: {image: postgres}}\n",
            ),
            (
                "compose.gpu.yaml",
                "services: {web: {privileged: true}, docs: {user: '7'}, db: {user: '8'}, other: {user: '9'}}\n",
            ),
        ],
    );
    assert_eq!(
        names(&found.of_dockerfile("Dockerfile")),
        ["web", "other", "web"]
    );
    let docs = found.of_dockerfile("docs/Dockerfile");
    assert_eq!(names(&docs), ["docs", "docs"]);
    let further = docs.launches.last().expect("it is there");
    assert_eq!(further.user.as_deref(), Some("7"));
    let build = further
        .build
        .as_ref()
        .and_then(|it| it.dockerfile.as_deref());
    assert_eq!(build, Some("docs/Dockerfile"));
}

#[test]
fn a_dockerfile_in_small_letters_is_built_where_there_is_no_other() {
    let compose = "services:\n  a:\n    build: ./a\n  b:\n    build: ./b\n";
    let found = read(
        "",
        [
            ("compose.yaml", compose),
            ("a/dockerfile", ""),
            ("b/dockerfile", ""),
            ("b/Dockerfile", ""),
        ],
    );
    assert_eq!(names(&found.of_dockerfile("a/dockerfile")), ["a"]);
    assert_eq!(names(&found.of_dockerfile("b/Dockerfile")), ["b"]);
    assert!(names(&found.of_dockerfile("b/dockerfile")).is_empty());
}

#[test]
fn images_that_nothing_builds_may_be_this_one() {
    let compose = "services:\n  a:\n    image: team/a\n  b:\n    image: team/b\n  c:\n    build: c\n    image: team/b\n";
    let found = read("", [("compose.yaml", compose)]);
    let strangers = |path: &str| {
        let found = found.of_dockerfile(path).strangers;
        found.iter().map(|it| it.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(strangers("Dockerfile"), ["a"]);
    // The file itself says what this one is called.
    assert!(strangers("c/Dockerfile").is_empty());
    // What CI publishes under the name may be a variant of a Dockerfile that nothing builds.
    let workflow = "jobs:\n  c:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          file: alpine.Dockerfile\n          push: true\n          tags: team/a:alpine\n";
    let compose = "services:\n  a:\n    image: team/a\n";
    let files = [
        ("compose.yaml", compose),
        (".github/workflows/c.yml", workflow),
    ];
    let strangers = read("", files).of_dockerfile("Dockerfile").strangers;
    assert_eq!(strangers.len(), 1);
}

/// The images that strangers start, for a Dockerfile at the root.
fn strange<const N: usize>(files: [(&'static str, &'static str); N]) -> Vec<String> {
    let found = read("", files).of_dockerfile("Dockerfile");
    assert!(found.unread.is_empty(), "{:?}", found.unread);
    let images = found.strangers.into_iter().filter_map(|it| it.image);
    images.collect()
}

#[test]
fn scripts_and_comments_may_start_it_where_nobody_else_is_meant() {
    let run = "docker run -v ./d:/d me/web";
    assert_eq!(strange([("run.sh", run)]), ["me/web"]);
    assert_eq!(strange([("scripts/run.sh", run)]), ["me/web"]);
    assert_eq!(
        strange([(
            "app.service",
            "[Service]\nExecStart=docker run -v /d:/d me/web\n"
        )]),
        ["me/web"]
    );
    // A script of another folder is about that one's.
    assert!(strange([("deploy/run.sh", run)]).is_empty());
    // It has a name, and this is another one.
    assert!(
        strange([(
            "run.sh",
            "docker build -t app .\ndocker run -v ./d:/d me/web"
        )])
        .is_empty()
    );
    assert_eq!(
        strange([(
            "run.sh",
            "docker build -t web .\ndocker run -v ./d:/d $IMAGE"
        )]),
        ["${IMAGE}"]
    );
    // What a script builds at a place that it is told says nothing of this one.
    assert!(strange([("build.sh", "docker build -t x -f $1/Dockerfile .")]).is_empty());
    assert_eq!(
        strange([("Dockerfile", "# docker run -v ./d:/d web\nFROM x\n")]),
        ["web"]
    );
    assert!(strange([("b.Dockerfile", "# docker run -v ./d:/d web\nFROM x\n")]).is_empty());
}

#[test]
fn a_file_that_builds_it_under_a_name_means_another_by_another() {
    let services =
        "services:\n  web:\n    build: .\n    image: me/web\n  app:\n    image: me/app\n";
    assert!(strange([("compose.yml", services)]).is_empty());
    let services = "services:\n  web:\n    build: .\n  app:\n    image: me/app\n";
    assert_eq!(strange([("compose.yml", services)]), ["me/app"]);
}

#[test]
fn the_example_of_a_file_of_variables_tells_their_names() {
    let found = read(
        "",
        [
            ("run.sh", "docker run --env-file .env web"),
            (".env.example", "KEY=x\n"),
        ],
    );
    let run = &found.launches[0];
    assert!(run.unread.is_empty(), "{:?}", run.unread);
    let said = (run.environment[0].name.as_str(), &run.environment[0].value);
    assert_eq!(said, ("KEY", &None));
}

#[test]
fn commands_give_what_is_built_further_names() {
    let of = |script: &'static str| {
        let compose = "services:\n  web:\n    image: team/web\n";
        let found = read("", [("build.sh", script), ("compose.yml", compose)]);
        found.of_dockerfile("Dockerfile").launches.len()
    };
    assert_eq!(of("docker build -t other ."), 1);
    for script in [
        "docker build -t web-amd64 .\ndocker tag web-amd64 team/web",
        "docker build -t \"web-$ARCH:1\" .\ndocker manifest create team/web --amend web-amd64:1 --amend web-arm64:1",
        "docker build -t web-amd64 .\ndocker buildx imagetools create -t team/web:1 -t team/web web-amd64 web-arm64",
        "docker build -t a .\ndocker tag a b\ndocker tag b team/web",
    ] {
        assert_eq!(of(script), 2, "{script}");
    }
    for script in [
        "docker build -t web-amd64 .\ndocker tag another team/web",
        "docker build -t web-$ARCH:1 .\ndocker manifest create team/web another-amd64:1",
    ] {
        assert_eq!(of(script), 1, "{script}");
    }
}

#[test]
fn scripts_elsewhere_may_start_an_image_that_is_called_like_the_folder() {
    let found = read(
        "",
        [(
            "setup.sh",
            "docker run -v $DIR:/models team/model_converter\ndocker run -v $DIR:/x team/web\n",
        )],
    );
    let strangers = |path: &str| -> Vec<String> {
        let found = found.of_dockerfile(path).strangers.into_iter();
        found.filter_map(|it| it.image).collect()
    };
    assert_eq!(strangers("converter/Dockerfile"), ["team/model_converter"]);
    assert!(strangers("api/Dockerfile").is_empty());
}

#[test]
fn a_procfile_is_not_of_what_compose_starts_elsewhere() {
    let found = read(
        "",
        [
            ("Procfile", "web: gunicorn app.wsgi\n"),
            (
                "compose.yaml",
                "services: {db: {build: {context: ., dockerfile: docker/db/Dockerfile}}}\n",
            ),
        ],
    );
    let starts = |path: &str| -> Vec<String> {
        let found = found.of_dockerfile(path).launches.into_iter();
        found.map(|it| it.name).collect()
    };
    assert_eq!(starts("Dockerfile"), ["web"]);
    assert_eq!(starts("docker/db/Dockerfile"), ["db"]);
}
