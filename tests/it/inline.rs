//! Dockerfiles that stand in compose and bake files are looked at and fixed there, and nothing around them changes.

use std::fs;

use serde_json::Value;

use crate::common::{Folder, GOOD};
use crate::house::root;

/// A copy of `fixtures/inline`.
fn folder() -> Folder {
    let folder = Folder::new(&[]);
    for name in NAMES.iter().chain(&["app/app.py", "app/requirements.txt"]) {
        let bytes = fs::read(root().join("fixtures/inline").join(name)).unwrap();
        folder.put(name, &bytes);
    }
    folder
}

const NAMES: [&str; 3] = ["compose.yaml", "docker-bake.hcl", "docker-bake.json"];

const RULES: [&str; 2] = [
    "--rule",
    "pip-no-cache-dir,apt-yes,apt-lists-cleanup,python-venv,base-image-untagged,inline-unread",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RULES[..], more].concat()
}

/// A file of Compose whose services have these Dockerfiles.
fn compose(services: &[(&str, &str)]) -> String {
    let services = services.iter().map(|(name, text)| {
        let lines: Vec<String> = text.lines().map(|it| format!("        {it}\n")).collect();
        let lines = lines.concat();
        format!("  {name}:\n    build:\n      dockerfile_inline: |\n{lines}")
    });
    format!("services:\n{}", services.collect::<Vec<_>>().concat())
}

const PIP: &str = "FROM python:3.12-slim\nRUN pip install requests==2.32.0\n";

#[test]
fn they_are_fixed_in_the_style_in_which_they_are_written() {
    let folder = folder();
    let (code, out, _) = folder.dfix(&with(&["--diff"]));
    assert_eq!(code, 1);
    insta::assert_snapshot!(out, @r###"
    diff --git a/compose.yaml b/compose.yaml
    --- a/compose.yaml
    +++ b/compose.yaml
    @@ -6,8 +6,10 @@
           dockerfile_inline: |
             FROM python:3.11
             WORKDIR /app
    +        RUN python -m venv /opt/venv
    +        ENV PATH="/opt/venv/bin:$$PATH"
             COPY requirements.txt .
    -        RUN pip install -r requirements.txt   # web stack
    +        RUN pip install --no-cache-dir -r requirements.txt   # web stack
     
             COPY . .
             RUN echo "$$HOME" > /home.txt
    @@ -18,11 +20,11 @@
         build:
           dockerfile_inline: |-  # with a comment
               FROM debian:bookworm
    -          RUN apt-get update && apt-get install -y curl
    +          RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
     
       quoted:
         build:
    -      dockerfile_inline: "FROM debian:bookworm\nRUN apt-get update && apt-get install curl\nCMD [\"curl\", \"$$URL\"]\n"
    +      dockerfile_inline: "FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nCMD [\"curl\", \"$$URL\"]\n"
     
       one-line:
         build: {dockerfile_inline: FROM python}
    diff --git a/docker-bake.hcl b/docker-bake.hcl
    --- a/docker-bake.hcl
    +++ b/docker-bake.hcl
    @@ -5,8 +5,10 @@
       dockerfile-inline = <<-EOT
         FROM python:3.11
         WORKDIR /app
    +    RUN python -m venv /opt/venv
    +    ENV PATH="/opt/venv/bin:$PATH"
         COPY requirements.txt .
    -    RUN pip install -r requirements.txt && echo "$${HOME}"
    +    RUN pip install --no-cache-dir -r requirements.txt && echo "$${HOME}"
         CMD ["python", "app.py"]
       EOT
       tags = ["flush:${TAG}"] // stays as it is
    @@ -15,12 +17,12 @@
     target "plain" {
       dockerfile-inline = <<EOT
     FROM debian:bookworm
    -RUN apt-get update && apt-get install -y curl
    +RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
     EOT
     }
     
     target "quoted" {
    -  dockerfile-inline = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\n"
    +  dockerfile-inline = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"
     }
     
     target "variable" {
    diff --git a/docker-bake.json b/docker-bake.json
    --- a/docker-bake.json
    +++ b/docker-bake.json
    @@ -2,7 +2,7 @@
       "target": {
         "one": {
           "context": ".",
    -      "dockerfile-inline": "FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl \"$${X}\"\n"
    +      "dockerfile-inline": "FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl \"$${X}\" && rm -rf /var/lib/apt/lists/*\n"
         }
       }
     }
    "###);
}

#[test]
fn what_is_not_fixed_is_told_with_its_place_and_what_to_do() {
    let (code, out, _) = folder().dfix(&with(&["--safe-only", "--format", "concise"]));
    assert_eq!(code, 1);
    let by_hand: Vec<&str> = out.lines().filter(|it| it.contains(" by hand ")).collect();
    insta::assert_snapshot!(by_hand.join("\n"), @r###"
    compose.yaml:37:9: advice, by hand inline-unread: the Dockerfile of service `folded` is not looked at: it is a folded scalar, whose lines YAML joins (help: write it as a literal scalar (`|`))
    compose.yaml:44:9: advice, by hand inline-unread: the Dockerfile of service `variable` is not looked at: Compose puts a value in for `${NODE_VERSION:-20}` before the Dockerfile is read, and that value is not known (help: write `$${NODE_VERSION:-20}` where a variable of the Dockerfile is meant; hand Compose's over by `args`, and declare it by `ARG`)
    compose.yaml:50:31: by hand apt-lists-cleanup: apt's lists stay in the layer (help: dfix does not change it here: it is the Dockerfile of several services, by an anchor that an alias names; write it into a Dockerfile of its own, which the services name by `dockerfile`)
    docker-bake.hcl:27:23: advice, by hand inline-unread: the Dockerfile of target `variable` is not looked at: bake puts a value in for `${TAG}` before the Dockerfile is read, and that value is not known (help: write `$${TAG}` where a variable of the Dockerfile is meant; hand bake's over by `args`, and declare it by `ARG`)
    "###);
}

#[test]
fn what_is_not_looked_at_is_advice_that_can_be_turned_off() {
    let file = compose(&[("web", "FROM debian:$TAG"), ("good", GOOD)]);
    let folder = Folder::new(&[("compose.yaml", &file)]);
    let (code, out, _) = folder.dfix(&["--format", "concise"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("compose.yaml:5:9: advice, by hand inline-unread: the Dockerfile of service `web` is not looked at: "), "{out}");
    assert_eq!(folder.dfix(&["--fail-on", "advice"]).0, 1);
    assert_eq!(
        folder
            .dfix(&["--format", "concise", "--ignore", "inline-unread"])
            .1,
        ""
    );
    folder.put("dfix.toml", b"[rules]\ninline-unread = \"off\"\n");
    assert_eq!(folder.dfix(&["--format", "concise"]).1, "");
}

#[test]
fn the_page_shows_what_can_be_run() {
    let page = fs::read_to_string(root().join("docs/inline.md")).unwrap();
    let command = page
        .split("```sh\n")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    let command = command.replace("fixtures/inline/", "");
    let output = folder().sh(&format!("{command} --exit-zero"));
    let patch = String::from_utf8(output.stdout).unwrap();
    assert!(
        patch.contains("\n+        RUN python -m venv /opt/venv\n"),
        "{patch}"
    );
}

#[test]
fn comments_in_them_ignore() {
    let ignored = PIP.replace("RUN", "# dfix: ignore=pip-no-cache-dir known\nRUN");
    let folder = Folder::new(&[("compose.yaml", &compose(&[("web", &ignored), ("api", PIP)]))]);
    let (_, out, _) = folder.dfix(&["--rule", "pip-no-cache-dir", "--format", "concise"]);
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(out.starts_with("compose.yaml:12:17: "), "{out}");
}

#[test]
fn a_second_run_changes_nothing() {
    let folder = folder();
    let texts = |folder: &Folder| NAMES.map(|it| folder.text(it));
    let before = texts(&folder);
    for more in [&["--fix"][..], &["--fix", "--unsafe"]] {
        folder.dfix(more);
        let once = texts(&folder);
        assert!(once != before);
        let (_, out, err) = folder.dfix(&[more, &["--diff"]].concat());
        assert!(!out.contains("@@"), "{out}{err}");
        assert_eq!(texts(&folder), once);
    }
    // All that is not theirs is as it was.
    for (before, after) in before.iter().zip(texts(&folder)) {
        for line in before.lines().filter(|it| it.contains("stays as it is")) {
            assert!(after.contains(line), "{line}");
        }
        assert_eq!(before.matches("${").count() > 0, after.contains("${"));
    }
}

#[test]
fn the_patch_does_what_fix_does() {
    let (one, other) = (folder(), folder());
    one.sh("git init -q . && dfix --diff --exit-zero . > all.patch && git apply all.patch");
    other.dfix(&["--fix"]);
    for name in NAMES {
        assert_eq!(one.text(name), other.text(name), "{name}");
    }
}

#[test]
fn line_ends_stay() {
    let (one, other) = (folder(), folder());
    for name in ["compose.yaml", "docker-bake.hcl"] {
        let text = other.text(name).replace('\n', "\r\n");
        other.put(name, text.as_bytes());
    }
    for folder in [&one, &other] {
        folder.dfix(&["--fix"]);
    }
    for name in ["compose.yaml", "docker-bake.hcl"] {
        assert_eq!(
            one.text(name).replace('\n', "\r\n"),
            other.text(name),
            "{name}"
        );
    }
}

#[test]
fn places_and_edits_are_of_the_file_around_them() {
    let folder = folder();
    let (_, out, _) = folder.dfix(&["--format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let mut edits = 0;
    for file in report["files"].as_array().unwrap() {
        let text = folder.text(file["path"].as_str().unwrap());
        let slice = |it: &Value| {
            let at = |key: &str| usize::try_from(it[key].as_u64().unwrap()).unwrap();
            text[at("start")..at("end")].to_owned()
        };
        for finding in file["findings"].as_array().unwrap() {
            let place = &finding["place"];
            let shown = slice(place);
            if finding["rule"] == "slim-base" {
                assert!(shown.starts_with("FROM "), "{shown}");
            }
            let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
            let column = usize::try_from(place["column"].as_u64().unwrap()).unwrap();
            let line: String = text
                .lines()
                .nth(line - 1)
                .unwrap()
                .chars()
                .skip(column - 1)
                .collect();
            assert!(line.starts_with(shown.lines().next().unwrap()), "{line}");
            let of_fix = finding["fix"]["edits"].as_array();
            for edit in of_fix.iter().flat_map(|it| it.iter()) {
                edits += 1;
                if finding["rule"] == "slim-base" {
                    assert!(edit["text"].as_str().unwrap().starts_with(&slice(edit)));
                }
            }
        }
    }
    assert!(edits > 10);
    let (_, out, _) = folder.dfix(&["--format", "sarif"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let results = report["runs"][0]["results"].as_array().unwrap();
    let text = folder.text("docker-bake.json");
    let of_json = results.iter().filter(|it| {
        let uri = &it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        uri == "docker-bake.json" && it["ruleId"] == "slim-base"
    });
    for result in of_json {
        let edit = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        let at = usize::try_from(edit["deletedRegion"]["byteOffset"].as_u64().unwrap()).unwrap();
        assert!(text[..at].ends_with("FROM debian:"));
    }
}

#[test]
fn the_page_counts_what_they_are_based_on() {
    let (_, out, _) = folder().dfix(&["--format", "html"]);
    for (image, stages) in [("debian:bookworm", 7), ("python:3.11", 2)] {
        let row = format!("{image}</a></th><td class=\"number\">{stages}</td>");
        assert!(out.contains(&row), "{image}");
    }
}

#[test]
fn they_are_built_with_the_context_of_their_service() {
    let folder = folder();
    let (_, out, _) = folder.dfix(&["--rule", "slim-base", "--format", "concise", "compose.yaml"]);
    assert!(
        out.contains("requirements.txt: every package has a wheel"),
        "{out}"
    );
    let text = folder
        .text("compose.yaml")
        .replace("context: ./app", "context: .");
    folder.put("compose.yaml", text.as_bytes());
    let (_, out, _) = folder.dfix(&["--rule", "slim-base", "--format", "concise", "compose.yaml"]);
    assert!(
        out.contains("not established: whether `requirements.txt`"),
        "{out}"
    );
    let (_, _, err) = folder.dfix(&["-v", "docker-bake.hcl"]);
    assert!(
        err.contains("docker-bake.hcl: target `flush`: its build context is app\n"),
        "{err}"
    );
}

#[test]
fn files_that_hold_one_are_found_and_others_are_not() {
    let file = compose(&[("web", PIP)]);
    let folder = Folder::new(&[
        ("Dockerfile", GOOD),
        ("a/compose.yaml", &file),
        ("b/docker-compose.prod.yml", &file),
        ("c/compose.yaml", "services:\n  web:\n    image: nginx\n"),
        ("d/stack.yml", &file),
        (
            "e/bake.json",
            "{\"target\": {\"x\": {\"dockerfile-inline\": \"FROM scratch\\n\"}}}",
        ),
        (
            "e/docker-bake.override.hcl",
            "target \"x\" {\n  dockerfile-inline = \"FROM scratch\\n\"\n}\n",
        ),
        ("f/values.yaml", "dockerfile_inline: x\n"),
    ]);
    let found = [
        "Dockerfile",
        "a/compose.yaml",
        "b/docker-compose.prod.yml",
        "e/bake.json",
        "e/docker-bake.override.hcl",
    ];
    assert_eq!(folder.paths_of(&[]), found);
    folder.put("dfix.toml", b"exclude = [\"b/\"]\n");
    assert_eq!(folder.paths_of(&["b", "e"]), found[3..]);
    // One that is named may be called anything.
    let (code, out, _) = folder.dfix(&["--format", "concise", "d/stack.yml"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("d/stack.yml:6:17: fix safe pip-no-cache-dir"),
        "{out}"
    );
    let (code, out, _) = folder.dfix(&["c/compose.yaml"]);
    assert_eq!((code, &*out), (0, "1 file, nothing to do\n"));
    let (_, out, _) = folder.dfix_with(
        file.as_bytes(),
        &["-", "--stdin-filename", "a/compose.yaml"],
    );
    assert!(
        out.contains("\n        RUN pip install --no-cache-dir"),
        "{out}"
    );
}

#[test]
fn faults_are_told_where_they_are() {
    let file = compose(&[("web", "FROM a\nFRMO b"), ("api", PIP)]);
    let folder = Folder::new(&[("compose.yaml", &file)]);
    let (code, out, err) = folder.dfix(&["--fix", "--rule", "pip-no-cache-dir"]);
    assert_eq!(code, 2, "{out}");
    assert!(
        err.contains("compose.yaml:6:9: error: service `web`: "),
        "{err}"
    );
    assert!(folder.text("compose.yaml").contains("--no-cache-dir"));
    folder.put(
        "compose.yaml",
        b"services:\n  web: [\n  build: {dockerfile_inline: x}\n",
    );
    let (code, _, err) = folder.dfix(&[]);
    assert_eq!(code, 2);
    assert!(err.contains("error: cannot be read: "), "{err}");
    assert!(err.starts_with("compose.yaml:"), "{err}");
}

#[test]
fn a_change_that_has_no_place_where_it_stands_is_told_and_not_made() {
    let file = "services:\n  web:\n    build: {dockerfile_inline: 'FROM python:3.12'}\n";
    let folder = Folder::new(&[("compose.yaml", file)]);
    let (_, out, _) = folder.dfix(&["--fix", "--format", "concise"]);
    assert!(
        out.contains(
            "it needs lines, which a single-quoted scalar has not; write it as a literal one (`|`)"
        ),
        "{out}"
    );
    assert_eq!(folder.text("compose.yaml"), file);
    folder.put(
        "compose.yaml",
        file.replace("python:3.12", "debian:bookworm").as_bytes(),
    );
    let (_, out, _) = folder.dfix(&["--fix"]);
    let text = folder.text("compose.yaml");
    assert!(
        text.contains("{dockerfile_inline: 'FROM debian:bookworm-slim'}"),
        "{out}"
    );
}

#[test]
fn a_baseline_knows_each_by_itself() {
    let all = ["--baseline", "known.jsonl"];
    let folder = Folder::new(&[
        ("compose.yaml", &compose(&[("web", PIP), ("api", PIP)])),
        ("x/Dockerfile", PIP),
    ]);
    folder.put(
        "dfix.toml",
        b"[rules]\nall = \"off\"\npip-no-cache-dir = \"on\"\n",
    );
    folder.dfix(&[&all[..], &["--update-baseline"]].concat());
    let written = folder.text("known.jsonl");
    assert_eq!(written.lines().count(), 4, "{written}");
    assert!(
        written.contains("\"path\":\"compose.yaml, service web\""),
        "{written}"
    );
    assert_eq!(folder.dfix(&all).0, 0);
    let more = compose(&[("web", PIP), ("api", PIP), ("new", PIP)]);
    folder.put("compose.yaml", more.as_bytes());
    let (code, out, _) = folder.dfix(&[&all[..], &["--format", "concise"]].concat());
    assert_eq!((code, out.lines().count()), (1, 1), "{out}");
    assert!(out.starts_with("compose.yaml:16:"), "{out}");
    // Another file's says nothing of these, and who is gone is gone.
    folder.dfix(&[&all[..], &["--update-baseline", "x"]].concat());
    assert_eq!(folder.text("known.jsonl"), written);
    folder.put("compose.yaml", compose(&[("web", PIP)]).as_bytes());
    folder.dfix(&[&all[..], &["--update-baseline"]].concat());
    assert_eq!(folder.text("known.jsonl").lines().count(), 3);
}

#[test]
fn they_are_rewritten_and_get_ignores_as_others_do() {
    let folder = folder();
    let rewrite = [
        "rewrite",
        "image debian:{tag}",
        "image registry.example.com/debian:{tag}",
    ];
    let (_, _, err) = folder.dfix(&[&rewrite[..], &["--fix"]].concat());
    assert!(
        err.contains(
            "compose.yaml: line 37: the Dockerfile of service `folded` is not looked at: "
        ),
        "{err}"
    );
    let text = folder.text("compose.yaml");
    assert_eq!(
        text.matches("registry.example.com/debian:bookworm").count(),
        3
    );
    let shared = text.split("&shared").nth(1).unwrap();
    assert!(shared.contains("FROM debian:bookworm"), "{shared}");
    let (_, out, _) = folder.dfix(&["rewrite", "--search", "image python:{tag}"]);
    assert_eq!(
        out,
        "compose.yaml:7:14: python:3.11  tag=`3.11`\ndocker-bake.hcl:6:10: python:3.11  tag=`3.11`\n"
    );
    let folder = self::folder();
    folder.dfix(&["--add-ignore", "known", "docker-bake.json"]);
    assert!(
        folder
            .text("docker-bake.json")
            .contains("\"# dfix: ignore=")
    );
    assert_eq!(folder.dfix(&["docker-bake.json"]).0, 0);
}

/// Not known is not "none": what cannot be looked into is told, unless it surely holds no Dockerfile.
#[test]
fn a_file_that_is_not_utf8_is_told_where_it_may_hold_one() {
    let folder = Folder::new(&[]);
    folder.put("a/compose.yaml", b"services: {web: {image: \"caf\xe9\"}}\n");
    folder.put(
        "b/compose.yaml",
        b"# caf\xe9\nservices: {web: {build: {dockerfile_inline: FROM a}}}\n",
    );
    let (code, _, err) = folder.dfix(&["--no-config"]);
    assert_eq!(code, 2, "{err}");
    assert!(
        err.contains("b/compose.yaml") && !err.contains("a/compose.yaml"),
        "{err}"
    );
}
