//! Whole files through one rewrite each: `fixtures/rewrite/<case>/` at the root of the repository.
//!
//! `rewrite.toml` holds `pattern`, `replacement`, conditions on the place by their names, and perhaps words that some finding
//! `says`; without `expected.Dockerfile` nothing may change. `UPDATE=1` writes the expected files anew.

use std::fs;
use std::path::{Path, PathBuf};

use dfix_codemods::{Conditions, Rewrite};
use dfix_engine::Outcome;
use dfix_model::context::NoContext;
use toml::{Table, Value};

pub(crate) fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/rewrite");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() >= 60, "{}", cases.len());
    cases
}

fn text<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.get(key).map(|it| it.as_str().unwrap())
}

fn texts(table: &Table, key: &str) -> Vec<String> {
    let all = match table.get(key) {
        Some(Value::Array(all)) => all.iter().map(|it| it.as_str().unwrap()).collect(),
        Some(one) => vec![one.as_str().unwrap()],
        None => Vec::new(),
    };
    all.into_iter().map(str::to_owned).collect()
}

pub(crate) fn rewrite(case: &Path) -> (Rewrite, Option<String>) {
    let told = fs::read_to_string(case.join("rewrite.toml")).unwrap();
    let told: Table = told.parse().unwrap();
    let is_set = |key: &str| told.get(key).is_some_and(|it| it.as_bool().unwrap());
    let conditions = Conditions {
        in_stage_based_on: texts(&told, "in-stage-based-on"),
        distribution: texts(&told, "distribution"),
        is_final: is_set("final"),
        is_last: is_set("last"),
        is_base: is_set("base"),
        as_root: is_set("as-root"),
        before: texts(&told, "before"),
        after: texts(&told, "after"),
        not_before: texts(&told, "not-before"),
        not_after: texts(&told, "not-after"),
        not: texts(&told, "not"),
    };
    let (pattern, replacement) = (text(&told, "pattern"), text(&told, "replacement"));
    let rewrite = Rewrite::new(pattern.unwrap(), replacement.unwrap(), &conditions);
    let rewrite = rewrite.unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    (rewrite, text(&told, "says").map(str::to_owned))
}

fn said(outcome: &Outcome) -> Vec<String> {
    let remaining = outcome.remaining.iter();
    let remedies = remaining.filter_map(|it| it.remedy.clone());
    let refused = outcome.refused.iter().map(|it| it.reason.clone());
    remedies.chain(refused).collect()
}

fn checked(rewrite: &Rewrite, before: &str, says: Option<&str>) -> Result<String, String> {
    let outcome = rewrite.run(before, &NoContext);
    if let Some(error) = outcome.errors.first() {
        return Err(format!("the builder would refuse it: {error:?}"));
    }
    let said = said(&outcome);
    let fixes = outcome.applied().filter_map(|it| it.fix.as_ref());
    let open = fixes.flat_map(|it| {
        let evidence = it.evidence.iter().map(String::as_str);
        let open = it.unproven.iter().map(|it| it.condition.as_str());
        evidence.chain(open)
    });
    let all: Vec<&str> = said.iter().map(String::as_str).chain(open).collect();
    match says {
        Some(words) if all.iter().any(|it| it.contains(words)) => {}
        Some(words) => return Err(format!("nobody says `{words}`: {all:#?}")),
        None if !said.is_empty() => return Err(format!("something is left: {said:#?}")),
        None => {}
    }
    let again = rewrite.run(&outcome.text, &NoContext);
    if again.text != outcome.text {
        return Err(format!("a second run changes it to\n{}", again.text));
    }
    if *outcome.text != *before && !rewrite.search().may_match(before) {
        return Err("the filter would have passed it over".to_owned());
    }
    Ok(outcome.text.to_string())
}

#[test]
fn every_case_gives_what_is_expected() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (rewrite, says) = rewrite(&case);
        let before = fs::read_to_string(case.join("input.Dockerfile")).unwrap();
        let expected = case.join("expected.Dockerfile");
        let after = match checked(&rewrite, &before, says.as_deref()) {
            Ok(after) => after,
            Err(reason) => {
                wrong.push(format!("{}: {reason}", case.display()));
                continue;
            }
        };
        if std::env::var_os("UPDATE").is_some() {
            if after == before {
                let _ = fs::remove_file(&expected);
            } else {
                fs::write(&expected, &after).unwrap();
            }
        }
        let wanted = fs::read_to_string(&expected).unwrap_or(before.clone());
        if after != wanted {
            wrong.push(format!("{}: got\n{after}", case.display()));
        }
        // Line ends are nobody's business.
        let with_returns = |text: &str| text.replace('\n', "\r\n");
        match checked(&rewrite, &with_returns(&before), says.as_deref()) {
            Ok(after) if after == with_returns(&wanted) => {}
            Ok(after) => wrong.push(format!("{}: with \\r\\n got\n{after}", case.display())),
            Err(reason) => wrong.push(format!("{}: with \\r\\n {reason}", case.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Not every parser reads an image in quotes, so this is no file among the fixtures.
#[test]
fn quotes_around_an_image_stay() {
    let new = "image eclipse-temurin:{version}-jdk";
    let rewrite = Rewrite::new("image openjdk:{version}-jdk", new, &Conditions::default());
    let after = checked(&rewrite.unwrap(), "FROM \"openjdk:17-jdk\" AS a\n", None);
    assert_eq!(after.unwrap(), "FROM \"eclipse-temurin:17-jdk\" AS a\n");
}

#[test]
fn what_is_not_known_of_a_rewrite_is_open() {
    for (pattern, replacement, text, open) in [
        (
            "ENV FOO={v}",
            "ENV BAZ={v}",
            "FROM a\nENV FOO=1\nRUN echo $FOOD\nRUN echo ${FOO}\n",
            "whether line 4 does without `FOO`, which is read there",
        ),
        (
            "FROM node:18",
            "FROM node:99-nope",
            "FROM node:18\n",
            "whether there is a `node:99-nope`: no such tag is known to have been published",
        ),
        (
            "image node:18.3-{os}",
            "image node:22-{os}",
            "FROM node:18.3-alpine3.15\n",
            "whether there is a `node:22-alpine3.15`: no such tag is known to have been published",
        ),
        (
            "apt-get install netcat",
            "apt-get install netcat-openbsd",
            "FROM a\nRUN apt-get install netcat=1.10-46\n",
            "whether there is a `netcat-openbsd` of the version that `netcat=1.10-46` asks for",
        ),
        (
            "ENTRYPOINT [\"dumb-init\", \"--\", \"{x...}\"]",
            "ENTRYPOINT [\"catatonit\", \"--\", \"{x...}\"]",
            "FROM a\nENTRYPOINT [\"/usr/local/bin/dumb-init\", \"x\"]\n",
            "whether `catatonit` is at `/usr/local/bin/catatonit`",
        ),
        (
            "dumb-init {x...}",
            "catatonit {x...}",
            "FROM a\nCMD [\"/dumb-init\", \"--\"]\n",
            "whether `catatonit` is at `/catatonit`",
        ),
        (
            "yum install {x...}",
            "dnf install {x...}",
            "FROM a\nRUN /usr/bin/yum install -y x\n",
            "whether `dnf` is at `/usr/bin/dnf`",
        ),
        (
            "start {x}",
            "launch {x}",
            "FROM a\nRUN ./start x\n",
            "whether `launch` is at `./launch`",
        ),
        (
            "apk add tini",
            "apk add catatonit",
            "FROM a\nRUN apk add tini@community\n",
            "whether `catatonit` is in the repository that is tagged `@community`",
        ),
        (
            "pip install {x...}",
            "npm install {x...}",
            "FROM a\nRUN pip install x==1.0\n",
            "whether `npm` reads `x==1.0` as `pip` does",
        ),
        (
            "ADD {a} {b}",
            "COPY {a} {b}",
            "FROM a\nADD a.tar.gz /\n",
            "whether `a.tar.gz` may stay packed",
        ),
    ] {
        let rewrite = Rewrite::new(pattern, replacement, &Conditions::default()).unwrap();
        let outcome = rewrite.run(text, &NoContext);
        let fixes = outcome.applied().filter_map(|it| it.fix.as_ref());
        let conditions: Vec<&str> = fixes
            .flat_map(|it| &it.unproven)
            .map(|it| &*it.condition)
            .collect();
        assert!(
            conditions.iter().any(|it| it.starts_with(open)),
            "{text}{conditions:?}"
        );
    }
    // The architecture is no version, a longer name is another one, and a folder that the replacement says is meant.
    for (pattern, replacement, text) in [
        (
            "dumb-init {x...}",
            "/opt/catatonit {x...}",
            "FROM a\nCMD [\"/dumb-init\", \"x\"]\n",
        ),
        (
            "npm install {x...}",
            "pnpm add {x...}",
            "FROM a\nRUN pnpm -v\nRUN npm install x@1\n",
        ),
        (
            "apt-get install vim",
            "apt-get install vim-nox",
            "FROM a\nRUN apt-get install vim:i386\n",
        ),
        (
            "ENV FOO={v}",
            "ENV BAZ={v}",
            "FROM a\nENV FOO=1\nRUN echo $FOOD\n",
        ),
    ] {
        let rewrite = Rewrite::new(pattern, replacement, &Conditions::default()).unwrap();
        let outcome = rewrite.run(text, &NoContext);
        let mut fixes = outcome.applied().filter_map(|it| it.fix.as_ref());
        assert!(fixes.all(|it| it.unproven.is_empty()), "{text}");
    }
}
