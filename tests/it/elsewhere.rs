//! What one Dockerfile of a repository uses out of the image that another one builds.

use crate::common::Folder;

const BUILT: &str = "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n";

const COPIED: &str = "COPY --from=x /usr/local/lib/python3.12/site-packages/ /usr/local/lib/python3.12/site-packages/\n";

/// What python-venv says of `a/Dockerfile`, where another one reads so and a compose file names the image so.
fn said(image: Option<&str>, other: &str, is_repository: bool) -> String {
    let mut compose = "services:\n  a:\n    build: a\n".to_owned();
    if let Some(image) = image {
        compose = compose + "    image: " + image + "\n";
    }
    let folder = Folder::new(&[
        ("a/Dockerfile", BUILT),
        ("a/requirements.txt", "gunicorn==23.0.0\nflask==3.0.0\n"),
        ("b/Dockerfile", other),
        ("compose.yaml", &compose),
    ]);
    if is_repository {
        folder.put(".git/HEAD", b"ref: refs/heads/main\n");
    }
    let (_, out, _) = folder.dfix(&["--rule", "python-venv", "a/Dockerfile"]);
    assert!(out.contains("[python-venv]"), "{out}");
    out
}

fn is_open(out: &str, condition: &str) -> bool {
    assert_eq!(
        out.contains("unsafe[python-venv]"),
        out.contains("not established"),
        "{out}"
    );
    out.contains("unsafe[python-venv]") && out.contains(condition)
}

/// A Dockerfile with a stage of another image, and what it copies out of that.
fn with_stage(image: &str, copies: &str) -> String {
    format!("ARG V=1\nFROM {image} AS x\n\nFROM python:3.12\n{copies}")
}

#[test]
fn packages_that_another_dockerfile_copies_stay_where_they_are() {
    let out = said(Some("me/a"), &with_stage("me/a:${V}", COPIED), true);
    let condition = "`b/Dockerfile` (line 5) misses what pip installs here: it takes /usr/local/lib/python3.12/site-packages out of the image";
    assert!(is_open(&out, condition), "{out}");
    let programs =
        "FROM python:3.12\nCOPY --from=ghcr.io/me/a /usr/local/bin/gunicorn /usr/local/bin/\n";
    let out = said(Some("me/a:2"), programs, true);
    assert!(
        is_open(&out, "takes /usr/local/bin/gunicorn out of the image"),
        "{out}"
    );
    let mounted = "FROM python:3.12\nRUN --mount=type=bind,from=me/a,source=/usr/local/bin,target=/in cp -r /in /usr/local/bin\n";
    let out = said(Some("me/a"), mounted, true);
    assert!(
        is_open(
            &out,
            "(line 2) misses what pip installs here: it takes /usr/local/bin out of"
        ),
        "{out}"
    );
    let all = "FROM python:3.12\nCOPY --from=me/a / /\n";
    assert!(is_open(
        &said(Some("me/a"), all, true),
        "takes / out of the image"
    ));
}

#[test]
fn an_image_may_be_based_on_it() {
    let of = |rest: &str| said(Some("me/a"), &format!("FROM me/a\n{rest}"), true);
    for (rest, path) in [
        (
            "CMD [\"/usr/local/bin/python\", \"app.py\"]\n",
            "/usr/local/bin/python",
        ),
        (
            "RUN /usr/local/bin/gunicorn --version\n",
            "/usr/local/bin/gunicorn",
        ),
        (
            "COPY lib /usr/local/lib/python3.12/site-packages/\n",
            "/usr/local/lib/python3.12/site-packages",
        ),
    ] {
        let condition = format!(
            "(line 2) misses what pip installs here: it is based on the image, and uses {path}"
        );
        assert!(is_open(&of(rest), &condition), "{rest}");
    }
    for rest in ["CMD [\"gunicorn\"]\n", "RUN /usr/bin/git --version\n"] {
        assert!(!is_open(&of(rest), ""), "{rest}");
    }
    let unseen = of("COPY run /usr/local/bin/run\n");
    assert!(is_open(
        &unseen,
        "whether /usr/local/bin/run names the system's Python"
    ));
}

#[test]
fn what_is_not_named_may_be_the_image() {
    let out = said(None, &with_stage("you/other:${V}", COPIED), true);
    assert!(
        is_open(&out, "out of you/other:1, which may be this image"),
        "{out}"
    );
    // The names differ in the team alone.
    assert!(is_open(
        &said(Some("local/a"), &with_stage("me/a", COPIED), true),
        "may be this image"
    ));
    assert!(is_open(
        &said(Some("${TEAM}/a"), &with_stage("me/a", COPIED), true),
        "of the image"
    ));
    // A tool out of an image of which nothing is known is likely another's.
    let tool = "FROM python:3.12\nCOPY --from=you/tool /usr/local/bin/tool /usr/local/bin/\n";
    assert!(!is_open(&said(None, tool, true), ""));
    let own = "FROM you/base AS x\nRUN pip install flask\n\nFROM python:3.12\n".to_owned() + COPIED;
    assert!(!is_open(&said(None, &own, true), ""));
}

#[test]
fn outside_of_a_repository_the_working_folder_counts() {
    let other = with_stage("me/a:${V}", COPIED);
    let condition = "`b/Dockerfile` (line 5) misses what pip installs here";
    let out = said(Some("me/a"), &other, false);
    assert!(is_open(&out, condition), "{out}");
}

#[test]
fn other_images_are_none_of_its() {
    for (image, other) in [
        (Some("me/a"), with_stage("me/b", COPIED)),
        (
            Some("me/a"),
            with_stage("me/a", "COPY --from=x /app /app\n"),
        ),
        (None, with_stage("python:3.11", COPIED)),
        (None, with_stage("you/other", "COPY --from=x /app /app\n")),
        (
            None,
            "FROM python:3.12 AS x\nRUN pip install flask\n\nFROM python:3.12\n".to_owned()
                + COPIED,
        ),
    ] {
        assert!(
            !is_open(&said(image, &other, true), ""),
            "{image:?} {other}"
        );
    }
}
