//! Recipes from outside: run, listed, explained, tested, and the message of the commit.

use dfix_codemods::{Recipe, builtin_recipes};

use crate::common::{Folder, GOOD};

const BEFORE: &str =
    "FROM python:3.14 AS build\nRUN make\nFROM quay.io/x/y:1\nCOPY --from=build /x /x\n";
const AFTER: &str = "FROM m.example.com/library/python:3.14 AS build\nRUN make\nFROM quay.io/x/y:1\nCOPY --from=build /x /x\n";
const TO: [&str; 4] = ["migrate", "registry", "--set", "to=m.example.com"];

const OURS: &str = "
name = 'ours'
description = '''
Ours.

More.
'''
[parameters.tag]
description = 'the tag'
[[steps]]
rewrite = { pattern = 'FROM base:{tag: not {$tag}}', replacement = 'FROM base:{$tag}' }
[[examples]]
parameters = { tag = '2' }
before = '''
FROM base:1
'''
after = '''
FROM base:2
'''
";

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&TO, more].concat()
}

#[test]
fn a_recipe_reports_shows_and_writes() {
    let folder = Folder::new(&[("Dockerfile", BEFORE), ("good/Dockerfile", GOOD)]);
    let (code, out, _) = folder.dfix(&with(&[]));
    assert_eq!(code, 1);
    assert!(out.contains("fix[registry]"), "{out}");
    let (code, patch, _) = folder.dfix(&with(&["--diff"]));
    assert_eq!(code, 1);
    assert!(
        patch.contains("+FROM m.example.com/library/python:3.14 AS build\n"),
        "{patch}"
    );
    assert_eq!(folder.text("Dockerfile"), BEFORE);
    let (code, out, _) = folder.dfix(&with(&["--format", "json"]));
    assert_eq!(code, 1);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["files"][0]["findings"][0]["rule"], "registry");
    assert_eq!(folder.dfix(&with(&["--fix"])).0, 0);
    assert_eq!(folder.text("Dockerfile"), AFTER);
    assert_eq!(
        folder.dfix(&with(&["--diff"])),
        (0, String::new(), "2 files, nothing to do\n".to_owned())
    );
}

#[test]
fn several_recipes_run_in_order_and_places_are_those_of_the_file() {
    let before = "# a\nFROM python:3.7-slim-buster\nFROM openjdk:17-jdk-slim\n";
    let folder = Folder::new(&[("Dockerfile", before)]);
    let all = [
        "migrate",
        "end-of-life,openjdk-to-temurin,registry",
        "--set",
        "registry.to=m.example.com",
    ];
    let (_, out, _) = folder.dfix(&[&all[..], &["--format", "concise"]].concat());
    for told in ["Dockerfile:2:6: ", "Dockerfile:3:6: "] {
        assert_eq!(out.matches(told).count(), 2, "{out}");
    }
    assert_eq!(folder.dfix(&[&all[..], &["--fix"]].concat()).0, 0);
    assert_eq!(
        folder.text("Dockerfile"),
        "# a\nFROM m.example.com/library/python:3.11-slim-trixie\nFROM m.example.com/library/eclipse-temurin:17-jdk\n"
    );
}

#[test]
fn recipes_that_undo_each_other_are_refused_by_name() {
    let turn = |from: &str, to: &str| {
        format!(
            "name = '{from}-{to}'\ndescription = 'x'\n[[steps]]\nrewrite = {{ pattern = 'FROM {from}', replacement = 'FROM {to}' }}\n"
        )
    };
    let folder = Folder::new(&[
        ("Dockerfile", "FROM a\nUSER 1\n"),
        ("ab.toml", &turn("a", "b")),
        ("ba.toml", &turn("b", "a")),
    ]);
    let (code, out, _) = folder.dfix(&["migrate", "ab.toml,ba.toml", "--fix"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("refused[a-b]") && out.contains("`b-a` undo each other"),
        "{out}"
    );
    assert_eq!(folder.text("Dockerfile"), "FROM a\nUSER 1\n");
}

#[test]
fn what_is_wrong_is_told_before_anything_is_done() {
    let folder = Folder::new(&[
        ("Dockerfile", BEFORE),
        ("r.toml", "name = 'x'\nnam = 'y'\n"),
    ]);
    for (arguments, told) in [
        (
            &["migrate", "registry"][..],
            "it needs to be told more: --set to=…",
        ),
        (
            &["migrate", "registri", "--set", "to=a"],
            "there is no recipe `registri`; did you mean `registry`?",
        ),
        (
            &["migrate", "registry", "--set", "to=https://r.example.com/x"],
            "`to` is registry: a host with a dot or a port, perhaps with folders in small letters, not `https://r.example.com/x`",
        ),
        (
            &["migrate", "debian-release", "--set", "to=bookwurm"],
            "built-in debian-release: --set to=bookwurm: debian bookwurm is not known; did you mean `bookworm`?",
        ),
        (
            &["migrate", "registry", "--set", "to=mycorp"],
            "a host with a dot or a port",
        ),
        (
            &["migrate", "registry", "--set", "to=${PREFIX}"],
            "write the registry itself",
        ),
        (
            &["migrate", "registry", "--set", "too=a.b"],
            "has no parameter `too`; did you mean `to`?",
        ),
        (
            &["migrate", "registry", "--set", "to"],
            "--set to: write NAME=VALUE",
        ),
        (
            &["migrate", "r.toml"],
            "r.toml:2:1: unknown key `nam`; did you mean `name`?\n  | nam = 'y'\n  | ^^^",
        ),
        (&["migrate", "none.toml"], "none.toml: it cannot be read"),
    ] {
        let (code, out, error) = folder.dfix(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{error}");
        assert!(error.contains(told), "{error}");
    }
    assert_eq!(folder.text("Dockerfile"), BEFORE);
}

#[test]
fn recipes_are_listed_explained_and_described() {
    let folder = Folder::new(&[("r/ours.toml", OURS)]);
    let (code, out, _) = folder.dfix(&["migrate", "--list"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("\nregistry ") && out.contains("end-of-life "),
        "{out}"
    );
    let (_, out, _) = folder.dfix(&["migrate", "--list", "--format", "json"]);
    assert!(serde_json::from_str::<Vec<serde_json::Value>>(&out).is_ok_and(|it| it.len() > 3));
    let (code, out, _) = folder.dfix(&["migrate", "r/ours.toml", "--explain"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("ours: Ours.\n\nMore.\n"), "{out}");
    assert!(out.contains("tag (string, must be set): the tag"), "{out}");
    assert!(out.contains("-FROM base:1\n    +FROM base:2"), "{out}");
    let (code, out, _) = folder.dfix(&["migrate", "--schema"]);
    assert_eq!(code, 0);
    assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok());
}

#[test]
fn examples_of_recipes_are_tests() {
    let wrong = OURS.replace("FROM base:2\n", "FROM base:3\n");
    let folder = Folder::new(&[("good/ours.toml", OURS), ("bad/ours.toml", &wrong)]);
    let (code, out, _) = folder.dfix(&["migrate", "--test", "good"]);
    assert_eq!((code, out.as_str()), (0, "ours: 1 example as told\n"));
    let (code, out, _) = folder.dfix(&["migrate", "--test", "bad/ours.toml"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("    -FROM base:3\n    +FROM base:2\n"),
        "{out}"
    );
    let (code, out, _) = folder.dfix(&["migrate", "--test", "."]);
    assert_eq!((code, out.matches("ours: ").count()), (1, 2));
    assert_eq!(folder.dfix(&["migrate", "--test", "none"]).0, 2);
}

#[test]
fn a_rule_is_a_step_with_its_options() {
    let recipe = "name = 'r'\ndescription = 'x'\n[parameters.who]\ndescription = 'x'\ndefault = 'app'\n[[steps]]\nrule = 'pip-no-cache-dir'\nhas = 'FROM python:{_}'\n[[steps]]\nrule = 'non-root-user'\noptions = { name = '{$who}' }\nwhen = { who = 'web' }\n";
    let folder = Folder::new(&[
        ("r.toml", recipe),
        ("a/Dockerfile", "FROM python:3.14\nRUN pip install flask\n"),
        ("b/Dockerfile", "FROM pypy:3\nRUN pip install flask\n"),
    ]);
    let (_, out, _) = folder.dfix(&["migrate", "r.toml", "--format", "concise"]);
    assert!(
        out.contains("a/Dockerfile:2:") && !out.contains("b/Dockerfile:"),
        "{out}"
    );
}

const NODE: &str = "
[[steps]]
rewrite = { pattern = 'FROM {image}', replacement = \"FROM {image}\\nCOPY --from=node:24 /usr/local/ /usr/local/\", before = 'apt-get install nodejs npm {_...}', not-before = 'COPY --from=node:24 {_...}' }
[[steps]]
rewrite = { pattern = 'apt-get install nodejs npm {rest...}', replacement = 'apt-get install {rest...}' }
";

#[test]
fn the_steps_of_a_recipe_go_together() {
    let recipe =
        |name: &str, more: &str| format!("name = '{name}'\ndescription = 'x'\n{more}{NODE}");
    let install = |packages: &str| format!("FROM debian:12\nRUN apt-get install -y {packages}\n");
    let both = install("nodejs npm") + &install("nodejs npm curl");
    let folder = Folder::new(&[
        ("node.toml", &recipe("node", "")),
        ("each.toml", &recipe("each", "together = false\n")),
        ("Dockerfile", &both),
    ]);
    // Nothing would be left to install in the first stage, so it has no COPY either; the other has both.
    let (code, out, _) = folder.dfix(&["migrate", "node.toml", "--fix"]);
    assert_eq!(code, 1);
    assert_eq!(out.matches("by hand[node]").count(), 2, "{out}");
    assert!(
        out.contains(
            "the steps of the recipe go together, and one of them is left to a person in this stage"
        ),
        "{out}"
    );
    let copy = "COPY --from=node:24 /usr/local/ /usr/local/\n";
    let second = install("curl").replace("FROM debian:12\n", &format!("FROM debian:12\n{copy}"));
    assert_eq!(folder.text("Dockerfile"), install("nodejs npm") + &second);
    let (_, out, _) = folder.dfix(&["migrate", "each.toml", "--diff"]);
    assert!(out.contains(&format!("+{copy}")), "{out}");
    let (_, out, _) = folder.dfix(&["migrate", "node.toml", "--explain"]);
    assert!(out.contains("They go together"), "{out}");
}

#[test]
fn the_message_tells_what_was_done_and_what_was_left() {
    let folder = Folder::new(&[
        ("a/Dockerfile", "FROM python:3.7\nRUN true\n"),
        ("b/Dockerfile", "FROM jboss/keycloak:16.1.1\n"),
    ]);
    let all = ["migrate", "end-of-life,image-move", "--fix"];
    let (code, out, _) = folder.dfix(&[&all[..], &["--message", "message.md"]].concat());
    assert_eq!(code, 1, "{out}");
    let message = folder.text("message.md");
    assert!(
        message.starts_with("end-of-life, image-move: 1 change in 1 Dockerfile\n\n"),
        "{message}"
    );
    assert!(
        message.contains("\n- `end-of-life` (1 change): Move every tag"),
        "{message}"
    );
    assert!(
        message.contains("2 Dockerfiles looked at, 1 changed."),
        "{message}"
    );
    assert!(
        message.contains("## To be looked at\n\n- whether it works with the version of `3.11` (run its tests)\n  - `a/Dockerfile`, line 1\n"),
        "{message}"
    );
    assert!(
        message.contains("## Left, and why\n\n- `jboss/keycloak:16.1.1` is now `quay.io/keycloak/keycloak`: choose a tag"),
        "{message}"
    );
    let (_, out, _) = folder.dfix(&[&all[..2], &["--message", "-"]].concat());
    assert!(
        out.starts_with("end-of-life, image-move: 0 changes in 0 Dockerfiles\n"),
        "{out}"
    );
}

#[test]
fn what_a_build_puts_in_for_an_image_is_none() {
    let workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          build-contexts: |\n            ext=./ext\n";
    let before = "FROM python:3.12\nCOPY --from=sdk . /a\nCOPY --from=fml . /b\nCOPY --from=ext . /c\nCOPY --from=bk . /d\n";
    let folder = Folder::new(&[
        ("Dockerfile", before),
        (
            "compose.yaml",
            "services: {app: {build: {context: ., additional_contexts: {sdk: ../sdk}}}}\n",
        ),
        (
            "Makefile",
            "b:\n\tdocker build --build-context=fml=../x -t a .\n",
        ),
        (".github/workflows/a.yml", workflow),
        (
            "docker-bake.hcl",
            "target \"a\" {\n contexts = { bk = \"../bk\" }\n}\n",
        ),
    ]);
    assert_eq!(folder.dfix(&with(&["--fix"])).0, 0);
    let after = before.replace("FROM python", "FROM m.example.com/library/python");
    assert_eq!(folder.text("Dockerfile"), after);
}

#[test]
fn a_folder_that_names_the_release_is_told() {
    let folder = Folder::new(&[
        (
            "docker/alpine-3.21/Dockerfile",
            "FROM alpine:3.21\nRUN true\n",
        ),
        ("docker/other/Dockerfile", "FROM alpine:3.21\nRUN true\n"),
    ]);
    let (_, out, _) = folder.dfix(&["migrate", "alpine-release", "--set", "to=3.22", "."]);
    assert_eq!(
        out.matches("docker/alpine-3.21/Dockerfile` may go on to be called so")
            .count(),
        1,
        "{out}"
    );
    assert_eq!(out.matches("may go on to be called so").count(), 1, "{out}");
}

#[test]
fn a_recipe_that_cannot_be_read_stops_no_other() {
    let page = include_str!("../../crates/dfix-codemods/recipes/registry.toml");
    let folder = Folder::new(&[("r/a.toml", "unknown = 1\n"), ("r/b.toml", page)]);
    let (code, out, _) = folder.dfix(&["migrate", "--test", "r"]);
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("a.toml:1:1: unknown key"), "{out}");
    let others = out.lines().filter(|it| it.starts_with("registry: "));
    let told: Vec<&str> = others.collect();
    assert!(
        matches!(&*told, [it] if it.ends_with(" examples as told")),
        "{out}"
    );
}

#[test]
fn an_image_without_a_tag_is_hinted_at() {
    let folder = Folder::new(&[("Dockerfile", "FROM fedora:39\nRUN yum clean all\n")]);
    let base = ["--in-stage-based-on", "fedora", "yum clean all"];
    let (_, out, error) = folder.dfix(&[&["rewrite", "--search"], &base[..]].concat());
    assert_eq!(out, "");
    assert!(error.contains("`fedora:{_...}` is it with any"), "{error}");
    let base = ["--in-stage-based-on", "fedora:{_...}", "yum clean all"];
    let (_, out, error) = folder.dfix(&[&["rewrite", "--search"], &base[..]].concat());
    assert!(out.starts_with("Dockerfile:2:5: yum"), "{out}");
    assert!(!error.contains("nothing was found"), "{error}");
}

#[test]
fn the_message_says_what_recipes_were_told() {
    let folder = Folder::new(&[("Dockerfile", "FROM debian:11\n")]);
    let told = ["--set", "debian-release.to=12", "--message", "-"];
    let (_, out, _) =
        folder.dfix(&[&["migrate", "debian-release,end-of-life"], &told[..]].concat());
    assert!(
        out.starts_with("debian-release to=12, end-of-life: 1 change in 1 Dockerfile\n"),
        "{out}"
    );
}

#[test]
fn the_recipe_of_the_documentation_is_one() {
    let page = include_str!("../../crates/dfix-codemods/recipes/README.md");
    let recipe = page.split("```toml\n").nth(1).unwrap();
    let recipe = recipe.split("```").next().unwrap();
    let folder = Folder::new(&[("ours.toml", recipe)]);
    let (code, out, error) = folder.dfix(&["migrate", "--test", "ours.toml"]);
    // One example says words that nobody says, to show where they stand.
    assert!(
        out.contains("nothing says `words of a message"),
        "{out}{error}"
    );
    assert_eq!((code, out.lines().count()), (1, 2), "{out}");
}

/// The fewest examples that a built-in recipe has.
const EXAMPLES: usize = 5;

#[test]
fn examples_of_built_in_recipes_come_out() {
    let recipes = builtin_recipes(dfix_rules::ALL).unwrap_or_else(|error| panic!("{error}"));
    let names: Vec<&str> = recipes.iter().map(Recipe::name).collect();
    assert!(names.is_sorted(), "{names:?}");
    let mut wrong = Vec::new();
    for recipe in &recipes {
        let name = recipe.name();
        assert!(recipe.example_count() >= EXAMPLES, "{name}");
        assert!(!recipe.description().is_empty(), "{name}");
        for failure in recipe.check_examples() {
            wrong.push(format!(
                "{name}:{}: {}: {}\n-- expected\n{}\n-- actual\n{}",
                failure.line, failure.about, failure.reason, failure.expected, failure.actual
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn build_checks_names_every_rule_that_answers_to_a_check_of_docker() {
    let recipe = include_str!("../../crates/dfix-codemods/recipes/build-checks.toml");
    let name = |line: &'static str| line.strip_prefix("rule = \"")?.strip_suffix('"');
    let mut steps: Vec<&str> = recipe.lines().filter_map(name).collect();
    steps.sort_unstable();
    let of_docker = dfix_rules::ALL.iter().filter(|it| it.is_called("docker"));
    let rules: Vec<&str> = of_docker.map(|it| it.id).collect();
    assert_eq!(steps, rules);
}

/// Offsets count in the file as it was, also those of a step behind others.
#[test]
fn edits_of_a_later_step_are_bytes_of_the_file() {
    let recipe = "name = 'two'\ndescription = 'x'\n\
        [[steps]]\nrewrite = { pattern = 'LABEL a={v}', replacement = 'LABEL longer={v}' }\n\
        [[steps]]\nrewrite = { pattern = 'foo {x...}', replacement = 'bar {x...}' }\n\
        [[steps]]\nrewrite = { pattern = 'LABEL longer={v}', replacement = 'LABEL other={v}' }\n";
    let before = "FROM a\nLABEL a=1\nRUN foo x\n";
    let folder = Folder::new(&[("Dockerfile", before), ("two.toml", recipe)]);
    let (_, out, _) = folder.dfix(&["migrate", "./two.toml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let findings = json["files"][0]["findings"].as_array().unwrap();
    let mut told = Vec::new();
    for finding in findings {
        let Some(edits) = finding["fix"]["edits"].as_array() else {
            told.push(None);
            continue;
        };
        for edit in edits {
            let at = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap();
            told.push(Some(&before[at("start")..at("end")]));
        }
    }
    assert!(told.contains(&Some("foo")), "{told:?}");
    assert!(told.contains(&Some("a")), "{told:?}");
    // What changes a text that another step brought has no place in the file.
    assert!(told.contains(&None), "{told:?}");
}
