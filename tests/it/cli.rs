//! Calling dfix rightly and wrongly, and giving it what it cannot work on.

use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::common::{Folder, GOOD};

#[test]
fn nothing_to_do_is_success() {
    let folder = Folder::new(&[("Dockerfile", GOOD)]);
    for arguments in [&[][..], &["--diff"], &["--fix"], &["Dockerfile"], &["."]] {
        let (code, _, err) = folder.dfix(arguments);
        assert_eq!(code, 0, "{arguments:?} {err}");
    }
    assert_eq!(folder.text("Dockerfile"), GOOD);
}

#[test]
fn no_dockerfile_is_success_and_said() {
    let folder = Folder::new(&[("README", "")]);
    let (code, _, err) = folder.dfix(&[]);
    assert_eq!(code, 0);
    assert!(err.contains("no Dockerfile found"), "{err}");
}

#[test]
fn wrong_calls_are_2_and_say_what_was_meant() {
    let folder = Folder::new(&[("Dockerfile", GOOD)]);
    for (arguments, says) in [
        (
            &["nowhere"][..],
            "nowhere: error: there is no such file or folder",
        ),
        (&["rulse"], "dfix rules"),
        (&["--rule", "secrity"], "did you mean `security`?"),
        (
            &["--ignore", "xyzzy"],
            "unknown rule `xyzzy`; `dfix rules` lists them",
        ),
        (&["--unsaf"], "--unsafe"),
        (&["--safe-only", "--unsafe"], "cannot be used with"),
        (
            &["--fix", "rules"],
            "--fix does not go with the command `rules`",
        ),
        (&["-", "Dockerfile"], "`-` stands alone"),
        (&["--config", "none.toml"], "none.toml: cannot be read"),
        (&["--files-from", "none"], "the list none cannot be read"),
        (
            &["--diff", "--format", "sarif"],
            "only --format json and jsonl",
        ),
        (&["rules", "--format", "sarif"], "text or json only"),
        (&["explain", "stile"], "did you mean `style`?"),
        (&["tree", "none"], "none cannot be read"),
    ] {
        let (code, out, err) = folder.dfix(arguments);
        assert_eq!(code, 2, "{arguments:?} {out} {err}");
        assert!(err.contains(says), "{arguments:?} {err}");
    }
}

#[test]
fn a_subcommand_comes_first_and_a_path_may_have_its_name() {
    let folder = Folder::new(&[("rules/Dockerfile", GOOD)]);
    let (code, out, _) = folder.dfix(&["./rules"]);
    assert_eq!(
        (code, out.contains("1 file, nothing to do")),
        (0, true),
        "{out}"
    );
    let (code, out, _) = folder.dfix(&["--format", "json", "rules"]);
    assert_eq!(code, 0);
    assert!(
        serde_json::from_str::<serde_json::Value>(&out)
            .unwrap()
            .is_array()
    );
}

#[test]
fn a_walk_takes_what_is_a_dockerfile() {
    let taken = [
        ".devcontainer/Dockerfile",
        "Containerfile",
        "Dockerfile",
        "Dockerfile/x/Dockerfile",
        "Dockerfile.dev",
        "api.Dockerfile",
        "b/Dockerfile",
        "web.dockerfile",
    ];
    let left = [
        "Dockerfile.dockerignore",
        "Dockerfile~",
        "Dockerfile.bak",
        ".git/Dockerfile",
        "out/Dockerfile",
        "MyDockerfile",
    ];
    let folder = Folder::new(&[(".gitignore", "out/\n")]);
    for path in left
        .iter()
        .chain(taken.iter().filter(|it| **it != "Dockerfile"))
    {
        folder.put(path, GOOD.as_bytes());
    }
    let expected: Vec<&str> = taken.into_iter().filter(|it| *it != "Dockerfile").collect();
    assert_eq!(folder.paths_of(&[]), expected);
    assert_eq!(folder.paths_of(&["-j", "3"]), expected);
    assert_eq!(
        folder.paths_of(&["out/Dockerfile", "MyDockerfile"]),
        ["MyDockerfile", "out/Dockerfile"]
    );
    assert_eq!(folder.paths_of(&["b", "b/Dockerfile", "./b"]).len(), 1);
}

#[test]
fn ignore_files_around_a_repository_do_not_count() {
    let folder = Folder::new(&[
        (".gitignore", "*\n"),
        ("project/.git/HEAD", "ref: refs/heads/main\n"),
        ("project/.gitignore", "out\n"),
        ("project/Dockerfile", GOOD),
        ("project/out/Dockerfile", GOOD),
        ("project/api/Dockerfile", GOOD),
        ("unpacked/Dockerfile", GOOD),
    ]);
    let of_project = ["project/Dockerfile", "project/api/Dockerfile"];
    assert_eq!(folder.paths_of(&["project"]), of_project);
    assert_eq!(folder.paths_of(&["project/api"]), of_project[1..]);
    assert_eq!(folder.paths_of(&["unpacked"]), ["unpacked/Dockerfile"]);
}

#[test]
fn packages_of_others_are_left() {
    let folder = Folder::new(&[
        ("api/Dockerfile", GOOD),
        ("api/vendor/modules.txt", ""),
        ("api/vendor/github.com/x/y/Dockerfile", GOOD),
        ("web/node_modules/x/Dockerfile", GOOD),
        ("env/pyvenv.cfg", ""),
        ("env/lib/x/Dockerfile", GOOD),
        ("vendor/acme/Dockerfile", GOOD),
    ]);
    let own = ["api/Dockerfile", "vendor/acme/Dockerfile"];
    assert_eq!(folder.paths_of(&[]), own);
    let named = ["api/vendor/github.com/x/y/Dockerfile"];
    assert_eq!(folder.paths_of(&["api/vendor"]), named);
    assert_eq!(folder.paths_of(&named), named);
    let (_, _, err) = folder.dfix(&["-v"]);
    assert!(err.contains("dfix: web/node_modules: left, "), "{err}");
}

#[test]
fn bad_files_are_named_and_the_others_done() {
    let folder = Folder::new(&[("good/Dockerfile", GOOD), ("empty/Dockerfile", "")]);
    folder.put("text/Dockerfile", b"FROM a\nRUN caf\xe9\n");
    folder.put("utf16/Dockerfile", b"\xff\xfeF\0R\0");
    folder.put("large/Dockerfile", &b"FROM a\n# x\n".repeat(1_000_000));
    folder.put("unparsable/Dockerfile", b"FROM a\nFRMO b\n");
    fs::create_dir_all(folder.path("folder/Dockerfile")).unwrap();
    let (code, out, err) = folder.dfix(&[]);
    assert_eq!(code, 2);
    for says in [
        "empty/Dockerfile:1:1: error: ",
        "text/Dockerfile:2:8: error: is not UTF-8: byte 14 is 0xe9",
        "utf16/Dockerfile:1:1: error: is not UTF-8",
        "it looks like UTF-16",
        "large/Dockerfile: error: is larger than 5 MiB",
        "unparsable/Dockerfile:2:1: error: ",
        "folder/Dockerfile: error: is a folder, not a file",
    ] {
        assert!(err.contains(says), "{says}\n{err}");
    }
    assert!(
        out.contains("1 file, nothing to do, 6 files failed"),
        "{out}"
    );
}

#[test]
fn what_is_no_dockerfile_is_told_in_a_few_lines() {
    let folder = Folder::new(&[("Dockerfile", &"<p>no</p>\n".repeat(100))]);
    let (code, _, err) = folder.dfix(&[]);
    assert_eq!(code, 2);
    assert!(
        err.contains("Dockerfile:6:1: error: ") && err.contains(" more like these"),
        "{err}"
    );
    assert!(err.lines().count() < 15, "{err}");
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[("a/Dockerfile", GOOD), ("b/Dockerfile", GOOD)]);
    let closed = folder.path("a/Dockerfile");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&closed).is_ok() {
        return; // Who runs this may read everything.
    }
    let (code, _, err) = folder.dfix(&[]);
    assert_eq!(code, 2);
    assert!(
        err.contains("a/Dockerfile: error: cannot be read: "),
        "{err}"
    );
}

#[test]
fn a_folder_is_not_waited_for_like_a_file() {
    let folder = Folder::new(&[("Dockerfile/README", "")]);
    let (code, _, err) = folder.dfix(&["Dockerfile"]);
    assert_eq!(code, 2);
    assert!(err.contains("Dockerfile: error: is a folder"), "{err}");
}

#[test]
fn configurations_are_the_nearest_ones() {
    let folder = Folder::new(&[
        (
            "dfix.toml",
            "exclude = [\"vendor/\"]\ninclude = [\"*.docker\"]\n",
        ),
        ("vendor/Dockerfile", GOOD),
        ("a/web.docker", GOOD),
        ("b/dfix.toml", ""),
        ("b/web.docker", GOOD),
        ("b/Dockerfile", GOOD),
    ]);
    assert_eq!(folder.paths_of(&[]), ["a/web.docker", "b/Dockerfile"]);
    assert_eq!(
        folder.paths_of(&["--no-config"]),
        ["b/Dockerfile", "vendor/Dockerfile"]
    );
    assert_eq!(
        folder.paths_of(&["vendor/Dockerfile"]),
        ["vendor/Dockerfile"]
    );
}

#[test]
fn a_bad_configuration_stops_only_its_files() {
    let folder = Folder::new(&[
        ("a/dfix.toml", "[rules]\nslim = \"off\"\nlevle = 1\n"),
        ("a/Dockerfile", GOOD),
        ("b/Dockerfile", GOOD),
    ]);
    let (code, out, err) = folder.dfix(&[]);
    assert_eq!(code, 2);
    assert!(
        err.contains("a/dfix.toml:2:1: error: unknown rule `slim`"),
        "{err}"
    );
    assert!(
        out.contains("1 file, nothing to do, 1 file failed"),
        "{out}"
    );
}

#[test]
fn lists_of_files() {
    let folder = Folder::new(&[("a b/Dockerfile", GOOD), ("other", GOOD)]);
    let (code, out, err) =
        folder.dfix_with(b"a b/Dockerfile\0other\0", &["--files-from", "-", "-0"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("2 files, nothing to do"), "{out}");
    folder.put("list", b"other\r\n\na b\n");
    let (_, out, _) = folder.dfix(&["--files-from", "list"]);
    assert!(out.contains("2 files, nothing to do"), "{out}");
    let (code, _, _) = folder.dfix_with(b"", &["--files-from", "-"]);
    assert_eq!(code, 0);
}

#[test]
fn standard_input_comes_out_again_even_where_it_is_beyond_help() {
    let folder = Folder::new(&[]);
    for text in [GOOD, "FRMO x\n", "", "FROM a\r\nUSER b\r\n"] {
        let (_, out, _) = folder.dfix_with(text.as_bytes(), &["--rule", "inst-case", "-"]);
        assert_eq!(out, text);
    }
    let (code, _, err) = folder.dfix_with(b"FRMO x\n", &["-", "--stdin-filename", "x/Dockerfile"]);
    assert_eq!(code, 2);
    assert!(err.starts_with("x/Dockerfile:1:1: error: "), "{err}");
}

#[test]
fn quiet_prints_nothing_and_colour_only_where_asked() {
    let folder = Folder::new(&[("Dockerfile", GOOD)]);
    assert_eq!(folder.dfix(&["-q"]), (0, String::new(), String::new()));
    assert!(!folder.dfix(&[]).1.contains('\u{1b}'));
    assert!(folder.dfix(&["--color", "always"]).1.contains('\u{1b}'));
    // Colour changes no word, and reports in files have none.
    folder.put("Dockerfile", b"FROM python:3.12-slim\nRUN pip install x\n");
    for more in [&["--format", "concise"][..], &["--diff"], &["--statistics"]] {
        let plain = folder.dfix(more).1;
        let report = ["--color=always", "--report=concise=c", "--report=patch=p"];
        let painted = folder.dfix(&[&report, more].concat()).1;
        assert!(painted.contains('\u{1b}'), "{more:?}");
        let parts = painted.split('\u{1b}').enumerate();
        let words: String = parts
            .map(|(at, it)| {
                if at == 0 {
                    it
                } else {
                    it.split_once('m').unwrap().1
                }
            })
            .collect();
        assert_eq!(words, plain);
        assert!(!folder.text("c").contains('\u{1b}') && !folder.text("p").contains('\u{1b}'));
    }
    let (_, _, err) = folder.dfix(&["-v"]);
    assert!(err.contains("Dockerfile (no configuration)"), "{err}");
}

#[test]
fn images_that_the_same_repository_builds_are_known() {
    let compose = "services:\n  base:\n    build: {context: base}\n    image: registry.example.com/team/base:1\n";
    let app = "FROM registry.example.com/team/base:1\nWORKDIR /app\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n";
    let check = |base: &str, tag: &str| {
        let app = app.replace(":1", tag);
        let files = [
            (".git/HEAD", ""),
            ("compose.yaml", compose),
            ("base/Dockerfile", base),
            ("app/Dockerfile", &app),
            ("app/app.py", "import http.server\n"),
        ];
        Folder::new(&files).dfix(&["--rule", "non-root-user", "app"])
    };
    let with_user = "FROM python:3.12-slim\nRUN useradd -m -u 1001 app\nUSER app\n";
    let (code, out, _) = check(with_user, ":1");
    assert_eq!(code, 0, "{out}");
    // Of another tag nothing is known.
    let (_, out, _) = check(with_user, ":2");
    assert!(
        out.contains("whether registry.example.com/team/base:2 runs as root"),
        "{out}"
    );
    let (_, out, _) = check("FROM python:3.12-slim\nRUN useradd -m -u 1001 app\n", ":1");
    assert!(out.contains("USER app\n"), "{out}");
    // One that is built on itself, and one whose base nobody knows.
    for base in [
        "FROM registry.example.com/team/base:1\n",
        "FROM other/image:1\nUSER app\n",
    ] {
        let (_, out, _) = check(base, ":1");
        assert!(
            out.contains("whether registry.example.com/team/base:1 runs as root"),
            "{out}"
        );
    }
}

#[test]
fn whoever_works_as_root_in_the_image_is_named() {
    let compose = "services:\n  web:\n    build: web\n    image: team/web:1\n";
    let web = "FROM python:3.12-slim\nWORKDIR /app\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n";
    let check = |other: &str| {
        let files = [
            (".git/HEAD", ""),
            ("compose.yaml", compose),
            ("web/Dockerfile", web),
            ("web/app.py", "import http.server\n"),
            ("tests/Dockerfile", other),
        ];
        Folder::new(&files)
            .dfix(&["--rule", "non-root-user", "web"])
            .1
    };
    let out = check("FROM team/web:1\nCOPY a /a\nRUN apt-get update\nUSER 1000\n");
    let told = "whether `tests/Dockerfile` (line 3), which is based on this image";
    assert!(out.contains(told), "{out}");
    for harmless in [
        "FROM team/web:1\nUSER root\nRUN apt-get update\nUSER 1000\n",
        "FROM team/web:1\nCMD [\"python\", \"b.py\"]\n",
        "FROM team/other:1\nRUN apt-get update\n",
    ] {
        let out = check(harmless);
        assert!(!out.contains("not established"), "{out}");
    }
}

#[test]
fn what_the_project_says_of_its_images_is_read() {
    let compose = "services:\n  web:\n    build: {context: .., dockerfile: docker/web/Dockerfile, target: app}\n";
    let dockerfile = "FROM python:3.12 AS app\nWORKDIR /app\nCOPY requirements.txt app.py ./\nRUN pip install -r requirements.txt\nCMD [\"python\", \"app.py\"]\nFROM debian:12\n";
    let folder = Folder::new(&[
        (".git/HEAD", ""),
        ("docker/compose.yaml", compose),
        ("docker/web/Dockerfile", dockerfile),
        ("requirements.txt", "flask==3.0.3\n"),
        ("app.py", "import flask\n"),
        ("other/x", ""),
    ]);
    let of_slim = ["-v", "--rule", "slim-base", "docker"];
    let (_, out, err) = folder.dfix(&of_slim);
    assert!(err.contains("its build context is this folder"), "{err}");
    let told = "service `web` of docker/compose.yaml (line 2) counts, target `app`";
    assert!(err.contains(told), "{err}");
    assert!(
        out.contains("requirements.txt: every package has a wheel"),
        "{out}"
    );
    let (_, out, err) = folder.dfix(&[&of_slim[..], &["--context", "other"]].concat());
    assert!(err.contains("its build context is other"), "{err}");
    assert!(out.contains("not established"), "{out}");
    let (code, _, err) = folder.dfix(&["--context", "nowhere"]);
    assert_eq!(
        (code, err.contains("there is no such folder")),
        (2, true),
        "{err}"
    );
}

/// Of a project without its lock file, what it asks for itself is known all the same, though the context is a guess.
#[test]
fn a_project_is_read_where_the_context_is_not_sure() {
    let dockerfile = "FROM python:3.13-slim\nRUN pip install --no-cache-dir poetry\nWORKDIR /app\nCOPY . /app/\nRUN poetry install --no-root\nCMD [\"python\", \"src/manage.py\"]\n";
    let folder = Folder::new(&[
        (".git/HEAD", ""),
        ("deploy/docker/Dockerfile", dockerfile),
        (
            "pyproject.toml",
            "[tool.poetry.dependencies]\nflask = \"3.1.0\"\n",
        ),
        (
            "src/manage.py",
            "from flask import Flask\napp = Flask(__name__)\napp.run()\n",
        ),
    ]);
    let (_, out, err) = folder.dfix(&["-v", "--rule", "python-production-env", "deploy"]);
    assert!(
        err.contains("its build context is this folder, perhaps"),
        "{err}"
    );
    assert!(out.contains("this Flask does without FLASK_ENV"), "{out}");
}

/// A lock file that is too large to be read is there all the same.
#[test]
fn a_large_lock_file_is_one() {
    let lock = format!("{{{}}}", " ".repeat(1 << 20));
    let folder = Folder::new(&[
        (
            "Dockerfile",
            "FROM node:22\nCOPY package*.json ./\nRUN npm install\n",
        ),
        ("package.json", "{}"),
        ("package-lock.json", &lock),
    ]);
    let (_, out, _) = folder.dfix(&["--rule", "npm-ci"]);
    let condition = "whether `package-lock.json` names what `package.json` asks for";
    assert!(out.contains(condition), "{out}");
}

#[test]
fn what_is_told_of_a_private_image_is_taken_as_established() {
    let dockerfile = "FROM registry.example.com/team/base:7\nWORKDIR /app\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n";
    let folder = Folder::new(&[("Dockerfile", dockerfile), ("app.py", "print(1)\n")]);
    let (_, out, _) = folder.dfix(&["--diff", "--rule", "non-root-user"]);
    assert_eq!(out, "");
    let told = "[images.\"registry.example.com/team/base\"]\nlike = \"python:3.12-slim\"\nuser = \"root\"\nusers = [\"app:1000\"]\n";
    folder.put("dfix.toml", told.as_bytes());
    let (_, out, _) = folder.dfix(&["--diff", "--rule", "non-root-user"]);
    assert!(out.contains("\n+USER app\n"), "{out}");
    let other = told
        .replace("users = [\"app:1000\"]\n", "")
        .replace("team/base", "team/*");
    folder.put("dfix.toml", other.as_bytes());
    let (_, out, _) = folder.dfix(&["--diff", "--rule", "non-root-user"]);
    assert!(out.contains("\n+RUN useradd -m appuser"), "{out}");
    folder.put("dfix.toml", told.replace("\"root\"", "\"app\"").as_bytes());
    let (_, out, _) = folder.dfix(&["--rule", "non-root-user"]);
    assert!(!out.contains("runs as root"), "{out}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = Folder::new(&[]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_dfix"))
        .args(["completions", "bash"])
        .current_dir(folder.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(err, "");
}

#[test]
fn trees_are_shown() {
    let folder = Folder::new(&[("Dockerfile", "FROM a\n")]);
    let (code, out, _) = folder.dfix(&["tree", "Dockerfile"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("FILE@0..7\n"), "{out}");
    let (_, out, _) = folder.dfix_with(b"FROM a\n", &["tree", "-", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["tree"]["kind"], "FILE");
    let (code, out, _) = folder.dfix_with(b"FRMO a\n", &["tree", "-"]);
    assert_eq!(code, 2);
    assert!(out.contains("error 1:1: "), "{out}");
}

#[test]
fn base_images_are_explained() {
    let folder = Folder::new(&[]);
    let (code, out, _) = folder.dfix(&["explain-image", "docker.io/library/python:3.11"]);
    assert_eq!(code, 0);
    assert!(out.contains("slim form       3.11-slim"), "{out}");
    let (_, out, _) = folder.dfix(&["explain-image", "node:22", "--format", "json"]);
    let facts: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(facts["c_library"], "glibc");
    assert_eq!(facts["other_users"][0], "node (1000)");
    assert!(
        folder
            .dfix(&["explain-image", "foo/bar"])
            .1
            .contains("nothing is known of it")
    );
}

/// A finding of each kind: one that is advice, one that is a warning.
const BOTH: &str = "FROM debian:12-slim\nrun apt-get update && apt-get install x && rm -rf /var/lib/apt/lists/*\nRUN a\nRUN b\nUSER 1000\n";

#[test]
fn style_is_off_until_it_is_asked_for() {
    let folder = Folder::new(&[("Dockerfile", BOTH)]);
    let (_, out, _) = folder.dfix(&["--no-config", "--format", "concise"]);
    assert!(
        out.contains(" apt-yes: ") && !out.contains(" inst-case: "),
        "{out}"
    );
    for rule in ["style", "all", "docker", "inst-case"] {
        let (_, out, _) = folder.dfix(&["--rule", rule, "--format", "concise"]);
        assert!(out.contains("advice, fix safe inst-case: "), "{rule} {out}");
    }
    for said in [
        "[rules]\nstyle = \"on\"\n",
        "[rules]\nstyle = \"off\"\ninst-case = \"on\"\n",
    ] {
        let folder = Folder::new(&[("Dockerfile", BOTH), ("dfix.toml", said)]);
        let (_, out, _) = folder.dfix(&["--format", "concise"]);
        assert!(
            out.contains(" apt-yes: ") && out.contains(" inst-case: "),
            "{said} {out}"
        );
    }
}

#[test]
fn only_what_is_severe_enough_fails_a_run() {
    let folder = Folder::new(&[("Dockerfile", BOTH)]);
    for (arguments, code) in [
        (&["--rule", "style"][..], 0),
        (&["--rule", "style", "--fail-on", "advice"], 1),
        (&["--rule", "style", "--diff"], 1),
        (&["--rule", "apt-yes"], 1),
        (&["--rule", "apt-yes", "--fail-on", "error"], 0),
        (&["--rule", "apt-yes", "--fail-on", "error", "--diff"], 1),
        (&["--rule", "apt-yes", "--fail-on", "never"], 2),
    ] {
        assert_eq!(folder.dfix(arguments).0, code, "{arguments:?}");
    }
}

#[test]
fn groups_of_earlier_versions_still_work_with_a_word() {
    let folder = Folder::new(&[("Dockerfile", BOTH)]);
    let (code, out, err) = folder.dfix(&["--rule", "build", "--format", "concise"]);
    assert_eq!(code, 1);
    assert!(out.contains(" apt-yes: "), "{out}");
    assert!(
        err.contains("note: `build` is the name of a group of earlier versions"),
        "{err}"
    );
    let config = ("dfix.toml", "[rules]\nbuild = \"off\"\n");
    let folder = Folder::new(&[("Dockerfile", BOTH), ("a/Dockerfile", BOTH), config]);
    let (_, out, err) = folder.dfix(&["--format", "concise"]);
    assert!(!out.contains(" apt-yes: "), "{out}");
    assert_eq!(err.matches("dfix.toml:2:1: `build` is").count(), 1, "{err}");
}
