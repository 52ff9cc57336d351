//! What is large in the build context is not copied into a second layer.

use crate::common::Folder;

/// What `--fix` makes of the Dockerfile where a file of the context has so many mebibytes.
fn fixed(dockerfile: &str, mebibytes: u64) -> String {
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("Dockerfile", dockerfile),
        ("main.py", "import http.server\n"),
        ("pictures/one.png", ""),
    ]);
    let picture = std::fs::File::options()
        .write(true)
        .open(folder.path("pictures/one.png"))
        .expect("it was put there");
    picture
        .set_len(mebibytes << 20)
        .expect("the disk keeps no zeros");
    folder.dfix(&["--rule", "non-root-user", "--fix", "Dockerfile"]);
    folder.text("Dockerfile")
}

#[test]
fn much_that_is_copied_is_given_as_it_comes() {
    let file = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD [\"python\", \"main.py\"]\n";
    let small = fixed(file, 1);
    assert!(small.contains("chown -R appuser /app"), "{small}");
    let large = fixed(file, 30);
    assert!(large.contains("COPY --chown=appuser . ."), "{large}");
    assert!(!large.contains("chown -R"), "{large}");
}

#[test]
fn much_that_cannot_be_given_as_it_comes_is_asked_for() {
    let file =
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY --link . .\nCMD [\"python\", \"main.py\"]\n";
    assert!(fixed(file, 1).contains("chown -R appuser /app"));
    assert_eq!(fixed(file, 30), file);
}
