//! Dockerfiles of one tree that are based on images which others of it build: migrated behind these, and as these are going
//! to be.

use crate::common::Folder;

const BASE: &str = "FROM debian:11\nRUN apt-get update && apt-get install -y curl\n";
const CHILD: &str = "FROM me/base:1\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n";
const CHILD_AFTER: &str = "FROM me/base:1\nRUN apt-get update && apt-get install -y libgl1\n";
const COMPOSE: &str = "services:\n  base:\n    image: me/base:1\n    build: base\n  child:\n    image: me/child:1\n    build: a-child\n";
const RELEASE: [&str; 2] = ["migrate", "debian-release"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RELEASE, more].concat()
}

/// A tree in which `said` names the image that `base/Dockerfile` is built as.
fn tree(said: (&str, &str)) -> Folder {
    let folder = Folder::new(&[
        ("base/Dockerfile", BASE),
        ("a-child/Dockerfile", CHILD),
        said,
    ]);
    folder.put(".git/HEAD", b"ref: refs/heads/main\n");
    folder
}

#[test]
fn what_is_based_on_an_image_of_the_tree_sees_it_as_it_is_going_to_be() {
    for said in [
        ("compose.yaml", COMPOSE),
        (
            ".github/workflows/build.yml",
            "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker build -t me/base:1 base\n",
        ),
        (
            "docker-bake.hcl",
            "target \"base\" {\n  context = \"base\"\n  tags = [\"me/base:1\"]\n}\n",
        ),
    ] {
        let folder = tree(said);
        let (code, patch, _) = folder.dfix(&with(&["--diff", "-j1"]));
        assert_eq!(code, 1);
        assert!(patch.contains("+FROM debian:13\n"), "{said:?} {patch}");
        assert!(patch.contains("install -y libgl1\n"), "{said:?} {patch}");
        assert_eq!(folder.dfix(&with(&["--diff", "-j8"])).1, patch);
        assert_eq!(folder.text("a-child/Dockerfile"), CHILD);
        assert_eq!(folder.dfix(&with(&["--fix", "--diff"])).1, patch);
        assert_eq!(folder.text("a-child/Dockerfile"), CHILD_AFTER);
        assert_eq!(folder.dfix(&with(&["--diff"])).1, "");
    }
}

#[test]
fn an_image_that_nothing_builds_is_not_known() {
    let folder = tree(("compose.yaml", "services:\n  base:\n    build: base\n"));
    let (_, patch, _) = folder.dfix(&with(&["--diff"]));
    assert!(
        patch.contains("+FROM debian:13\n") && !patch.contains("a-child"),
        "{patch}"
    );
}

#[test]
fn each_is_behind_all_that_it_is_based_on() {
    let compose = "services:\n  base:\n    image: me/base:1\n    build: base\n  middle:\n    image: me/middle\n    build: c\n  top:\n    build: b\n";
    let folder = Folder::new(&[
        ("base/Dockerfile", BASE),
        (
            "c/Dockerfile",
            "FROM me/base:1\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n",
        ),
        (
            "b/Dockerfile",
            "FROM me/middle\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n",
        ),
        ("compose.yaml", compose),
        (".git/HEAD", "ref: refs/heads/main\n"),
    ]);
    assert_eq!(folder.dfix(&with(&["--fix"])).0, 0);
    for file in ["b/Dockerfile", "c/Dockerfile"] {
        assert!(folder.text(file).ends_with("install -y libgl1\n"), "{file}");
    }
}

#[test]
fn parts_of_a_run_give_what_all_of_it_does() {
    let folder = tree(("compose.yaml", COMPOSE));
    let whole = folder.dfix(&with(&["--diff"])).1;
    let mut parts = String::new();
    for part in ["1/5", "2/5", "3/5", "4/5", "5/5"] {
        let arguments = with(&["--diff", "--shard", part]);
        parts.push_str(&folder.dfix(&arguments).1);
    }
    let sorted = |patch: &str| {
        let mut files: Vec<String> = patch.split("diff --git ").map(str::to_owned).collect();
        files.sort();
        files
    };
    assert_eq!(sorted(&parts), sorted(&whole));
}

#[test]
fn images_that_are_based_on_one_another_are_told() {
    let compose =
        "services:\n  a:\n    image: me/a:1\n    build: a\n  b:\n    image: me/b:1\n    build: b\n";
    let folder = Folder::new(&[
        ("a/Dockerfile", "FROM me/b:1\nFROM debian:11\n"),
        ("b/Dockerfile", "FROM me/a:1\nFROM debian:11\n"),
        ("compose.yaml", compose),
        (".git/HEAD", "ref: refs/heads/main\n"),
    ]);
    let (code, patch, error) = folder.dfix(&with(&["--diff"]));
    assert_eq!((code, patch.matches("+FROM debian:13").count()), (1, 2));
    for file in ["a", "b"] {
        let told = format!("dfix: {file}/Dockerfile: its image and those that it is based on");
        assert!(error.contains(&told), "{error}");
    }
}

#[test]
fn a_new_name_for_an_image_of_the_tree_is_told() {
    let folder = tree(("compose.yaml", COMPOSE));
    let to = ["migrate", "registry", "--set", "to=m.example.com"];
    let (_, out, _) = folder.dfix(&to);
    let told = "whether the image is to be had under its new name: another Dockerfile here is built as `me/base:1`";
    assert_eq!(out.matches(told).count(), 1, "{out}");
    let tag = [
        "rewrite",
        "FROM me/base:{tag}",
        "FROM me/base:2",
        "--not",
        "FROM me/base:2",
    ];
    assert!(!folder.dfix(&tag).1.contains("under its new name"));
}
