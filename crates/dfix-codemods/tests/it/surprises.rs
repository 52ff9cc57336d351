//! What the README says that surprises.

use dfix_codemods::{Conditions, Rewrite, Search};
use dfix_engine::Outcome;
use dfix_model::context::NoContext;

fn outcome(pattern: &str, replacement: &str, not: &[&str], text: &str) -> Outcome {
    let conditions = Conditions {
        not: not.iter().map(|it| (*it).to_owned()).collect(),
        ..Conditions::default()
    };
    let rewrite = Rewrite::new(pattern, replacement, &conditions).unwrap();
    rewrite.run(text, &NoContext)
}

/// How often a pattern is found.
fn found(pattern: &str, text: &str) -> usize {
    let search = Search::new(pattern, &Conditions::default()).unwrap();
    search.find_in(text, &NoContext).len()
}

#[test]
fn what_is_left_by_hand_says_why() {
    for (pattern, replacement, not, text, why) in [
        (
            "pip install {_...}",
            "pip install --index-url U",
            "pip install --index-url U",
            "FROM a\nRUN pip install x\n",
            "the replacement has not the list of the pattern",
        ),
        (
            "apt-get install foo",
            "apt-get install",
            "apt-get update",
            "FROM a\nRUN apt-get install foo\n",
            "look for the command with all of its packages",
        ),
    ] {
        let outcome = outcome(pattern, replacement, &[not], text);
        let mut remedies = outcome.remaining.iter().filter_map(|it| it.remedy.as_ref());
        assert!(remedies.any(|it| it.contains(why)), "{pattern}");
    }
}

#[test]
fn what_is_found_again_wants_a_condition() {
    let (pattern, replacement) = ("{p: pip|pip3} install", "{p} install --index-url U");
    let text = "FROM a\nRUN pip install x && pip3 install -r y\n";
    let refused = outcome(pattern, replacement, &["pip install --index-url U"], text);
    let mut reasons = refused.refused.iter().map(|it| &it.reason);
    assert!(reasons.any(|it| it.contains("exclude it with `not`")));
    let shared = outcome(pattern, replacement, &["{p} install --index-url {_}"], text);
    let after = "FROM a\nRUN pip install --index-url U x && pip3 install --index-url U -r y\n";
    assert_eq!(&*shared.text, after);
}

#[test]
fn faults_of_a_pattern_say_what_to_write() {
    for (pattern, remedy) in [
        ("apt-get {x...}", "`apt-get {s} {_...}`"),
        ("RUN a && {x...}", "`{p} {x...}`"),
        ("a && b", "`not = 'RUN {_...: not /(?s).*other.*/}'`"),
        ("USER", "`USER {_}`"),
        ("ENV", "`ENV {_}={_}`"),
        ("VOLUME", "`VOLUME {_...}`"),
        ("pip install {x: pip[23]}", "`/pip[23]/`"),
    ] {
        let error = Search::new(pattern, &Conditions::default()).unwrap_err();
        let said = error.remedy.unwrap_or_default();
        assert!(said.contains(remedy), "{pattern}: {said}");
    }
    // What such a remedy says can be written.
    for pattern in [
        "RUN a && {p} {x...}",
        "RUN {_...: not /(?s).*other.*/}",
        "USER {_}",
        "ENV {_}={_}",
        "VOLUME {_...}",
        "COPY {_...}",
        "RUN {_...}",
        "EXPOSE {_...}",
        "WORKDIR {_}",
        "ARG {_}",
        "FROM {_}",
        "pip install {x: uvicorn[standard]}",
        "test {x: \\[23]}",
    ] {
        assert!(
            Search::new(pattern, &Conditions::default()).is_ok(),
            "{pattern}"
        );
    }
}

#[test]
fn what_stands_in_the_same_run_is_a_condition() {
    let (pattern, replacement) = ("apk add {x...}", "apk add --no-cache {x...}");
    let text = "FROM a\nRUN apk update && apk add x\nRUN apk add y\n";
    let own = "apk add --no-cache {_...}";
    let after = |not: &str| {
        outcome(pattern, replacement, &[own, not], text)
            .text
            .to_string()
    };
    assert_eq!(
        after("RUN {_...: /(?s).*apk update.*/}"),
        "FROM a\nRUN apk update && apk add x\nRUN apk add --no-cache y\n"
    );
    assert_eq!(
        after("RUN {_...: not /(?s).*apk update.*/}"),
        "FROM a\nRUN apk update && apk add --no-cache x\nRUN apk add y\n"
    );
}

#[test]
fn a_condition_of_a_list_is_held_against_each_word() {
    let foo = "FROM a\nRUN foo a.jar b && foo -a b && foo c\n";
    assert_eq!(found("foo {x...: /-a b/}", foo), 0);
    assert_eq!(found("foo -a b", foo), 1);
    assert_eq!(found("foo {x...: not /a\\.jar/}", foo), 2);
    assert_eq!(found("foo {x...: not /-.*/}", foo), 2);
    let python = "FROM a\nRUN python -m pytest x && /v/bin/python3 -m pytest x && pytest x\n";
    assert_eq!(found("python -m pytest x", python), 2);
    assert_eq!(found("pytest x", python), 3);
}

#[test]
fn patterns_find_what_the_page_says() {
    let apt = "FROM a\nRUN apt-get update && apt-get install -y x && apt-get -qq clean\n";
    assert_eq!(found("apt-get {s} {_...}", apt), 3);
    assert_eq!(found("apt-get {s}", apt), 2);
    let npm = "FROM a\nRUN npm i x\n";
    assert_eq!(found("npm install x", npm), 0);
    assert_eq!(found("npm {s: install|i} x", npm), 1);
    let exec = "FROM a\nENTRYPOINT [\"/usr/bin/x\", \"--\"]\n";
    assert_eq!(found("ENTRYPOINT {x...: /\\[\"\\/usr.*/}", exec), 1);
    let script = "FROM a\nRUN a \\\n # b\n c\n";
    assert_eq!(found("RUN {x...: /a +c/}", script), 1);
    let has = "RUN {x...: /(?s)(.*[\\s;&|(\"])?apt-get\\s.*/}";
    assert_eq!(found(has, apt), 1);
    assert_eq!(found(has, "FROM a\nRUN <<E\napt-get update\nE\n"), 1);
    assert_eq!(found(has, "FROM a\nRUN x-apt-get update\n"), 0);
    assert_eq!(found(has, "FROM a\nRUN echo \"apt-get x\"\n"), 1);
    assert_eq!(
        found(
            "{p: pip|pip3} install",
            "FROM a\nRUN /v/bin/pip3 install x\n"
        ),
        1
    );
    assert_eq!(
        found("pip install", "FROM a\nRUN $V/bin/pip install x\n"),
        0
    );
    assert_eq!(found("yarn", "FROM a\nRUN yarn --version\n"), 1);
    assert_eq!(found("go get {o: -*} {p}", "FROM a\nRUN go get -u x\n"), 0);
    let chown = "FROM a\nCOPY --chown=a b c\n";
    assert_eq!(found("{k: COPY|ADD} --chown=a {x...}", chown), 0);
    let pinned = "FROM a\nRUN go get a.com/b@v1\n";
    assert_eq!(found("go get {p: not /.*@.*/}", pinned), 1);
    let stable = "FROM a\nRUN apt-get install python/stable\n";
    assert_eq!(found("apt-get install python", stable), 1);
    assert_eq!(
        found("ADD http://{h}/{r} /", "FROM a\nADD http://host/ /\n"),
        0
    );
    let onbuild = "FROM a\nONBUILD USER nobody\n";
    assert_eq!(found("USER nobody", onbuild), 1);
    let gosu = "FROM a\nRUN gosu app ls && gosu app\n";
    assert_eq!(found("gosu {x...}", gosu), 1);
    assert_eq!(found("gosu {u} {x...}", gosu), 2);
    let bind = "FROM a\nCMD gunicorn --bind X app:app\n";
    assert_eq!(found("gunicorn --bind X", bind), 0);
    assert_eq!(found("gunicorn --bind X {a...}", bind), 1);
    let parted = "FROM a\nENTRYPOINT [\"gunicorn\"]\nCMD [\"--bind\", \"X\"]\n";
    assert_eq!(found("gunicorn --bind X {a...}", parted), 0);
    assert_eq!(
        found("pip install", "FROM a\nRUN python3 -m pip install x\n"),
        1
    );
    let early = "FROM python:3.9-rc-slim\n";
    assert_eq!(found("image python:{v: >=3.6}-{d}", early), 1);
    let two = "FROM a\nRUN apk add a b\n";
    assert_eq!(found("apk {s} b", two), 0);
    assert_eq!(found("apk {s} a b", two), 1);
    assert_eq!(found("apk {s: add} b", two), 1);
    let find = "FROM a\nRUN find x -exec sh -c 'chmod 777 x' \\;\n";
    assert_eq!(found("chmod {m} {x...}", find), 0);
}

#[test]
fn each_run_is_wrapped_by_a_mark() {
    let conditions = Conditions {
        not: vec!["USER 0:tmp\nRUN {_...}".to_owned()],
        not_after: vec!["USER {_: not 0:tmp|app}".to_owned()],
        ..Conditions::default()
    };
    let replacement = "USER 0:tmp\nRUN {x...}\nUSER app";
    let wrap = Rewrite::new("RUN {x...}", replacement, &conditions).unwrap();
    let marked = wrap.run("FROM a\nRUN b\nRUN c\nUSER d\nRUN e\n", &NoContext);
    let unmark = Rewrite::new("USER 0:tmp", "USER root", &Conditions::default()).unwrap();
    assert_eq!(
        &*unmark.run(&marked.text, &NoContext).text,
        "FROM a\nUSER root\nRUN b\nUSER app\nUSER root\nRUN c\nUSER app\nUSER d\nRUN e\n"
    );
}

#[test]
fn a_condition_takes_over_what_a_hole_may_be() {
    let text = "FROM a\nRUN apk add a b && apk add a c\n";
    let (old, new) = ("apk {s: add} a", "apk {s} -q a");
    let done = outcome(old, new, &["apk {s} b", "apk {s} -q"], text);
    let after = "FROM a\nRUN apk add a b && apk add -q a c\n";
    assert_eq!(&*done.text, after);
    let other = outcome(old, new, &["apk {t} b", "apk {s} -q"], text);
    assert_eq!(
        &*other.text,
        "FROM a\nRUN apk add -q a b && apk add -q a c\n"
    );
}

#[test]
fn letters_join_those_that_are_there() {
    let text = "FROM a\nRUN curl -L x && curl -s -L x && curl --silent x\n";
    let done = outcome(
        "curl {a...}",
        "curl -fsSL {a...}",
        &["curl -f {_...}"],
        text,
    );
    let after = "FROM a\nRUN curl -fsSL x && curl -fsS -L x && curl -fSL --silent x\n";
    assert_eq!(&*done.text, after);
}
