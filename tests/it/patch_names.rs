//! `dfix --diff … | git apply` does what `--fix` does, in whichever folder of a repository it is called.

use crate::common::Folder;

const BEFORE: &str = "FROM python:3.12-slim\nRUN pip install requests==2.32.0\n";

/// What every command here begins with.
const DFIX: &str = "dfix --exit-zero --rule pip-no-cache-dir --diff";

/// Repositories `r` and `other`, and a folder of none.
fn folder() -> Folder {
    let folder = Folder::new(&[
        ("r/Dockerfile", BEFORE),
        ("r/sub/deep er/Dockerfile", BEFORE),
        ("r/gate/Dockerfile", BEFORE),
        ("other/Dockerfile", BEFORE),
        ("none/x/Dockerfile", BEFORE),
    ]);
    folder.sh("git init -q r; git init -q other");
    folder
}

/// Which files have changed.
fn changed(folder: &Folder) -> Vec<String> {
    let out = folder
        .sh("find -L . -name 'Dockerfile' -type f -exec grep -l no-cache-dir {} + | sort || true");
    let out = String::from_utf8(out.stdout).unwrap();
    out.lines()
        .map(|it| it.trim_start_matches("./").to_owned())
        .collect()
}

#[test]
fn git_applies_it_in_every_folder_of_a_work_tree() {
    let all = [
        "r/Dockerfile",
        "r/gate/Dockerfile",
        "r/sub/deep er/Dockerfile",
    ];
    let deep = &all[2..];
    for (script, wanted) in [
        ("cd r; DIFF . | git apply", &all[..]),
        ("cd r; DIFF sub | git apply", deep),
        ("cd r/sub; DIFF . | git apply", deep),
        ("cd r/sub; DIFF | git apply", deep),
        (
            "cd 'r/sub/deep er'; DIFF ./../../sub/deep*/ | git apply",
            deep,
        ),
        ("cd r/sub; DIFF \"$(pwd)/deep er\" | git apply", deep),
        ("cd r/gate; DIFF ../sub | git -C .. apply", deep),
        ("cd r/gate; DIFF .. | git -C \"$(pwd)/..\" apply", &all),
        ("DIFF r | git apply", &all),
        ("DIFF r/sub | git apply", deep),
        // From elsewhere: what is looked at lies in one work tree, and that is where the patch is for.
        ("cd none; DIFF ../r | git -C ../r apply", &all),
        ("cd other; DIFF ../r/sub | git -C ../r apply", deep),
        ("cd other; DIFF \"$(pwd)/../r\" | git -C ../r apply", &all),
        // A link leads to what it names.
        (
            "ln -s sub r/link; cd r; DIFF link/deep*/Dockerfile | git apply; rm link",
            deep,
        ),
        // In the form for the current folder.
        (
            "cd r/sub; DIFF --relative . | git apply --directory=sub",
            deep,
        ),
        (
            "cd r/sub; DIFF --quiet --report patch=../../p . > q; cmp q ../../p; git apply ../../p; rm q",
            deep,
        ),
        // No repository at all.
        ("cd none; DIFF . | git apply", &["none/x/Dockerfile"]),
    ] {
        let folder = folder();
        folder.sh(&script.replace("DIFF", DFIX));
        assert_eq!(changed(&folder), wanted, "{script}");
    }
}

#[test]
fn a_further_work_tree_and_one_within_another_have_roots_of_their_own() {
    let commit = "git add -A; git -c user.name=you -c user.email=you@example.com commit -qm first";
    let further = format!(
        "cd r; {commit}; git worktree add -q ../more; cd ../more/sub; {DFIX} . | git apply"
    );
    let within = format!(
        "git init -q --separate-git-dir=git-of-sub r/sub; cd 'r/sub/deep er'; {DFIX} . | git apply"
    );
    let around =
        format!("git init -q --separate-git-dir=git-of-sub r/sub; cd r; {DFIX} sub | git apply");
    for (script, wanted) in [
        (further, "more/sub/deep er/Dockerfile"),
        (within, "r/sub/deep er/Dockerfile"),
        (around, "r/sub/deep er/Dockerfile"),
    ] {
        let folder = folder();
        folder.sh(&script);
        assert_eq!(changed(&folder), [wanted], "{script}");
    }
    // What git takes for no repository is none.
    let folder = folder();
    folder.sh(&format!("mkdir none/.git; cd none/x; {DFIX} . | git apply"));
    assert_eq!(changed(&folder), ["none/x/Dockerfile"]);
}

/// What git would pass over, or refuse, is told, and nothing else is taken for it.
#[test]
fn what_git_apply_does_not_reach_is_told() {
    for (script, told) in [
        (
            "cd r/gate; DIFF .. | git apply",
            "`git -C .. apply` takes them",
        ),
        (
            "cd r; DIFF . ../other | git apply || true",
            "the patch names files outside of this work tree: git refuses that",
        ),
        (
            "cd none/x; DIFF . ../../other | git apply || true",
            "the patch names files outside of the current folder: git refuses that",
        ),
    ] {
        let folder = folder();
        let out = folder.sh(&script.replace("DIFF", DFIX));
        let errors = String::from_utf8(out.stderr).unwrap();
        assert!(errors.contains(told), "{script}: {errors}");
        assert_eq!(errors.matches("dfix: note: ").count(), 1, "{errors}");
        let reached = changed(&folder);
        if script.starts_with("cd r/gate") {
            assert_eq!(reached, ["r/gate/Dockerfile"]);
        } else {
            assert!(reached.is_empty(), "{script}: {reached:?}");
        }
    }
    let folder = folder();
    let both = format!("cd r; {DFIX} . ../other | git apply --unsafe-paths");
    folder.sh(&both);
    assert_eq!(changed(&folder).len(), 4);
    let quiet = folder.sh(&format!("cd none; {DFIX} --quiet ."));
    assert!(quiet.stderr.is_empty(), "{quiet:?}");
}
