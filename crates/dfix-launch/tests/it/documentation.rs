//! Commands that documentation shows.

use dfix_launch::{FolderLaunches, MountKind};

use crate::read;

/// What is started: the line, the image, and what is mounted where.
fn runs(found: &FolderLaunches) -> Vec<(usize, String)> {
    let runs = found.launches.iter().filter(|it| it.build.is_none());
    runs.map(|it| {
        let mounts = it.mounts.iter().map(|mount| {
            let source = match &mount.kind {
                MountKind::Host(source) => source.clone(),
                other => format!("{other:?}"),
            };
            format!("{source} {}", mount.target)
        });
        let mounts: Vec<String> = mounts.collect();
        let image = it.image.as_deref().unwrap_or_default();
        (it.place.line, format!("{image} {}", mounts.join(" ")))
    })
    .collect()
}

fn only(found: &FolderLaunches) -> (usize, String) {
    let runs = runs(found);
    assert_eq!(runs.len(), 1, "{found:#?}");
    runs[0].clone()
}

#[test]
fn blocks_of_all_markups_are_read() {
    let fenced = "# x\n\n```sh\n$ docker run \\\n  -v ./d:/d web\n```\n";
    let set_in = "# x\n\nStart it:\n\n    docker run \\\n      -v ./d:/d web\n\nand so on.\n";
    let span = "Type `docker run -v ./d:/d web`, or `docker run`.\n";
    let rst = "x\n=\n\nStart it::\n\n  docker run -v ./d:/d \\\n    web\n";
    let directive = ".. code-block:: bash\n\n   $ docker run -v ./d:/d web\n";
    let listing = "== x\n\n[source,bash]\n----\ndocker run -v ./d:/d web\n----\n";
    let literal = "== x\n\n $ docker run -v ./d:/d web\n";
    for (path, text, line) in [
        ("README.md", fenced, 4),
        ("README.md", set_in, 5),
        ("README.md", span, 1),
        ("README", fenced, 4),
        ("README.txt", set_in, 5),
        ("docs/a.rst", rst, 6),
        ("README.rst", directive, 3),
        ("README.adoc", listing, 5),
        ("docs/setup/a.adoc", literal, 3),
        ("docs/a/install.md", fenced, 4),
    ] {
        let found = read("", [(path, text)]);
        assert_eq!(only(&found), (line, "web ./d /d".to_owned()), "{path}");
    }
}

#[test]
fn lines_of_windows_are_continued() {
    for block in [
        "```powershell\ndocker run -it `\n  -v ${PWD}:/d `\n  web\n```\n",
        "```\ndocker run -it `\n  -v ${PWD}:/d `\n  web\n```\n",
        "```cmd\ndocker run -it ^\n  -v .:/d ^\n  web\n```\n",
    ] {
        let found = read("", [("README.md", block)]);
        assert_eq!(only(&found), (2, "web . /d".to_owned()), "{block}");
    }
    let found = read("", [("README.md", "```\ndocker run -v %cd%:/d web\n```\n")]);
    assert_eq!(only(&found).1, "web %cd% /d");
}

#[test]
fn other_texts_are_none() {
    let found = read(
        "",
        [
            ("LICENSE", "    docker run -v ./d:/d web\n"),
            ("README.md", "docker run -v ./d:/d web\n"),
            ("docs/a/b/install.md", "`docker run -v ./d:/d web`\n"),
            ("docs/a/x.md", "`docker run -v ./d:/d web`\n"),
        ],
    );
    assert!(found.launches.is_empty(), "{found:#?}");
}

#[test]
fn comments_of_a_dockerfile_speak_of_it() {
    let dockerfile = "# Build: docker build -t web -f docker/Dockerfile .\n# Run with `docker run -v ./a:/a web` or so\n#\n#   docker run --rm \\\n#     -v ./d:/d web\nFROM x\nRUN docker run -v ./e:/e web\n";
    let found = read("docker", [("docker/Dockerfile", dockerfile)]);
    let expected = [(2, "web ./a /a"), (4, "web ./d /d")].map(|it| (it.0, it.1.to_owned()));
    assert_eq!(runs(&found), expected);
    let build = found.launches.iter().find_map(|it| it.build.as_ref());
    let build = build.expect("it is built");
    assert_eq!(
        (build.dockerfile.as_deref(), build.context.as_deref()),
        (Some("docker/Dockerfile"), None)
    );
}

#[test]
fn files_of_compose_are_shown_as_well() {
    let readme = "# x\n\n```yaml\nservices:\n  app:\n    image: team/app:1\n    volumes:\n      - ./d:/d\n  quiet:\n    image: team/app\n```\n\n    services:\n      own:\n        build: https://example.com/team/app.git\n        volumes: [./e:/e]\n";
    let found = read("", [("README.md", readme), ("Dockerfile", "")]);
    assert_eq!(only(&found), (5, "team/app:1 ./d /d".to_owned()));
    let own = found.of_dockerfile("Dockerfile");
    let lines: Vec<usize> = own
        .launches
        .iter()
        .map(|it| it.mounts[0].place.line)
        .collect();
    assert_eq!(lines, [8, 16]);
}
