//! What cannot be understood is told when it is loaded.

use dfix_codemods::{Conditions, Rewrite, Search};
use dfix_model::context::NoContext;

#[test]
fn faults_are_told_with_their_place() {
    for (pattern, replacement, message, place) in [
        (
            "FROM a:{tag}",
            "FROM b:{tga}",
            "nothing binds `tga`",
            "{tga}",
        ),
        ("FROM a:{_}", "FROM b:{_}", "`{_}` binds nothing", "{_}"),
        (
            "cp {x...} {y}",
            "cp {x} {y}",
            "`x` is one word here, and a list in the pattern",
            "{x}",
        ),
        (
            "cp {x} {y}",
            "cp {x...} {y}",
            "`x` is a list here, and one word in the pattern",
            "{x...}",
        ),
        (
            "cp a{x...} {y}",
            "cp",
            "a list of words cannot be a word",
            "{x...}",
        ),
        (
            "sudo {_...} apt-get update",
            "apt-get update",
            "a list behind `sudo` is all of its command, and more follows",
            "{_...}",
        ),
        (
            "{x...} update",
            "apt-get update",
            "a list of words cannot be a word",
            "{x...}",
        ),
        ("FROM a:{tag: 3.*", "FROM b", "no `}` ends the hole", " 3.*"),
        (
            "FROM a:{tag: /(/}",
            "FROM b",
            "the regular expression cannot be read",
            "/(/",
        ),
        (
            "COPY --form=x a b",
            "COPY a b",
            "the instruction has no flag `--form`",
            "--form=x",
        ),
        ("COPY a", "COPY b", "a source or the target is missing", ""),
        ("image a b", "image c", "this is no image reference", "a b"),
        (
            "a && b",
            "c",
            "a pattern of commands is one command",
            "a && b",
        ),
        (
            "a | { b; c; }",
            "c",
            "a pattern of commands is one command",
            "a | { b; c; }",
        ),
        (
            "a | b",
            "c && d",
            "what comes in the place of a pipeline is a pipeline",
            "c && d",
        ),
        (
            "! a | b",
            "c",
            "`a` is no plain command of a pipeline",
            "! a | b",
        ),
        (
            "FROM a",
            "b c",
            "the pattern is of instructions, and this is not",
            "b c",
        ),
        (
            "a b",
            "RUN b",
            "the pattern is of commands, and this is not",
            "RUN b",
        ),
        ("FROM a", "FROM b:{x: 1}", "nothing binds `x`", "{x: 1}"),
        (
            "FROM a:{x}",
            "FROM b:{x: 1}",
            "a condition belongs into the pattern",
            "{x: 1}",
        ),
        (
            "apt-get {x...} install a",
            "apt-get",
            "a list cannot stand before the subcommand",
            "{x...}",
        ),
        (
            "curl -{x} y",
            "curl",
            "the name of an option cannot be a hole",
            "-{x}",
        ),
        (
            "...\nCMD a",
            "CMD b",
            "`...` passes over instructions between two others",
            "...\nCMD a",
        ),
        (
            "CMD a\n...\nCMD b",
            "CMD a\n...\nCMD c",
            "`...` belongs into the pattern only",
            "",
        ),
        ("EXPOSE {p...", "EXPOSE 1", "no `}` ends the hole", "{p..."),
        (
            "{p: pip[23].*} install",
            "pip install",
            "`[` stands for itself here, and is no class",
            "pip[23].*",
        ),
        (
            "{p: pip[2-3]} install",
            "pip install",
            "`[` stands for itself here, and is no class",
            "pip[2-3]",
        ),
        (
            "image {a}:{b}:{c}",
            "image {a}:{b}",
            "a reference has one tag",
            "{a}:{b}:{c}",
        ),
        ("", "x", "there is nothing to look for", ""),
        (
            "RUN if true; then a; fi",
            "RUN b",
            "must be a plain list",
            "",
        ),
        (
            "cat <<EOF",
            "cat",
            "no line `EOF` ends the here-document",
            "",
        ),
    ] {
        let error = Rewrite::new(pattern, replacement, &Conditions::default()).expect_err(pattern);
        assert!(error.message.contains(message), "{pattern}: {error}");
        let shown = &error.text[error.range.clone()];
        assert!(place.is_empty() || shown == place, "{pattern}: {shown}");
    }
}

#[test]
fn a_replacement_that_is_found_again_is_refused() {
    let new = |pattern: &str, replacement: &str, not: &[&str]| {
        let conditions = Conditions {
            not: not.iter().map(ToString::to_string).collect(),
            ..Conditions::default()
        };
        Rewrite::new(pattern, replacement, &conditions).map_err(|error| error.message)
    };
    let again = "the pattern finds the replacement, too, so it would never end";
    for (pattern, replacement) in [
        ("apt-get install {p...}", "apt-get install -y {p...}"),
        ("image {path...}/{name}", "image {path...}/x/{name}"),
        ("ENV A={x}", "ENV A={x}y"),
        (
            "corepack enable",
            "npm install -g corepack && corepack enable",
        ),
        ("FROM {image}", "FROM {image} AS x"),
        ("COPY {x...} {y}", "COPY --link {x...} {y}"),
    ] {
        let error = new(pattern, replacement, &[]).expect_err(pattern);
        assert_eq!(error, again, "{pattern}");
    }
    assert!(
        new(
            "apt-get install {p...}",
            "apt-get install -y {p...}",
            &["apt-get -y"]
        )
        .is_err()
    );
    let with_not = new(
        "apt-get install {p...}",
        "apt-get install -y {p...}",
        &["apt-get install -y"],
    );
    assert!(with_not.is_ok());
    // What changes nothing does no harm.
    assert!(new("cp {x...} {y}", "cp {x...} {y}", &[]).is_ok());
    assert!(new("image a:{tag: <3}", "image a:3", &[]).is_ok());
}

#[test]
fn conditions_are_told_by_their_names() {
    let conditions = Conditions {
        after: vec!["FROM a:{tag".to_owned()],
        ..Conditions::default()
    };
    assert!(Search::new("CMD a", &conditions).is_ok());
    let conditions = Conditions {
        in_stage_based_on: vec!["a b".to_owned()],
        ..Conditions::default()
    };
    let error = Search::new("CMD a", &conditions).expect_err("no reference");
    assert_eq!(error.part, "in-stage-based-on");
}

#[test]
fn the_names_of_an_option_are_told() {
    let told = |pattern: &str| {
        let search = Search::new(pattern, &Conditions::default()).unwrap();
        search.explain()
    };
    let yes = told("apt-get install --yes {p...}");
    assert!(
        yes.contains("option: `--yes`, wherever; the same is `-y`, `--assume-yes`\n"),
        "{yes}"
    );
    let kinds = told("npm install --production=true");
    assert!(
        kinds.contains("`--production=true`, wherever; the same is `--production`,"),
        "{kinds}"
    );
    let retry = told("curl --retry 3 {url}");
    assert!(
        retry.contains("option: `--retry` with the value `3`, wherever\n"),
        "{retry}"
    );
    let spelt = Rewrite::new(
        "curl -L {url}",
        "curl --location {url}",
        &Conditions::default(),
    );
    let spelt = spelt.unwrap().search().explain();
    assert!(
        spelt.contains("option: `-L`, wherever; by no other name\n"),
        "{spelt}"
    );
}

#[test]
fn what_a_condition_is_held_against_is_told() {
    for (pattern, told) in [
        ("foo {x...: /-j a/}", "`x`, each word by itself: fits"),
        (
            "COPY {x...: not /a/} /b",
            "`x`, each word by itself: not: fits",
        ),
        (
            "RUN {x...: /a b/}",
            "`x`, the script as it is written: fits",
        ),
        ("image a.io/{x...: /a/}/b", "`x`, each part by itself: fits"),
        ("foo {x: /a/}", "`x`: fits"),
    ] {
        let search = Search::new(pattern, &Conditions::default()).unwrap();
        let all = search.explain();
        assert!(all.contains(told), "{pattern}: {all}");
    }
}

#[test]
fn pipelines_are_told() {
    let search = Search::new("wget -O - {url} | sh", &Conditions::default()).unwrap();
    let told = search.explain();
    assert!(
        told.contains("as a part of a longer pipeline\n  program: `wget`"),
        "{told}"
    );
    assert!(
        told.contains("  piped (`|`) into\n  program: `sh`"),
        "{told}"
    );
}

#[test]
fn a_rewrite_tells_what_it_finds_in_the_text_as_it_was() {
    let rewrite = Rewrite::new("FROM a:{tag}", "FROM b:{tag}", &Conditions::default()).unwrap();
    let text: std::sync::Arc<str> = "FROM a:1\nFROM a:2@sha256:0\nFROM c\nFROM a:3\n".into();
    let parsed = dfix_syntax::parse(&text);
    let (outcome, found) = rewrite.run_and_find(&text, &parsed, &NoContext);
    assert_eq!(outcome, rewrite.run(&text, &NoContext));
    assert_eq!(found, rewrite.search().find_in(&text, &NoContext));
    assert!(outcome.text.starts_with("FROM b:1\n"), "{}", outcome.text);
}
