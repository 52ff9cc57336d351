//! Recipes: what is said of one that cannot be used. Those that dfix brings along are tested where the rules are.

use std::collections::BTreeMap;
use std::sync::Arc;

use dfix_codemods::{Recipe, run_all};
use dfix_engine::Outcome;
use dfix_model::context::NoContext;

fn error(text: &str) -> String {
    let text = format!("name = \"x\"\ndescription = \"y\"\n{text}");
    match Recipe::read("r.toml", &text, &[]) {
        Ok(_) => "it can be read".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn faults_of_a_recipe_have_a_place_and_what_was_meant() {
    for (text, told) in [
        (
            "stps = []",
            "r.toml:3:1: unknown key `stps`; did you mean `steps`?\n  | stps = []\n  | ^^^^",
        ),
        ("", "r.toml:1:8: the recipe has no steps"),
        (
            "[[steps]]\nrewrite = { patern = 'a', replacement = 'b' }",
            "r.toml:4:13: unknown key `patern`; did you mean `pattern`?",
        ),
        (
            "[[steps]]\nrewrite = { pattern = 'FROM a', replacement = 'FROM {b}' }",
            "r.toml:4:53: the replacement: ",
        ),
        (
            "[[steps]]\nrewrite = { pattern = 'FROM {$to}', replacement = 'FROM b' }",
            "r.toml:4:29: there is no parameter `to`\n  | rewrite = { pattern = 'FROM {$to}', replacement = 'FROM b' }\n  |                             ^^^^^",
        ),
        (
            "[[steps]]\nrewrite = { pattern = 'USER {a}', replacement = 'USER {a}:1', not = 'USER {_}:{_}', message = '`{b}` goes' }",
            "r.toml:4:97: the message: no hole of the pattern is called `b`",
        ),
        (
            "[[steps]]\nrewrite = { pattern = 'FROM a', replacement = 'FROM b', in-stage-based-on = ['a:{_...}', 'r/ubi9{_...}:{_...}'] }",
            "r.toml:4:97: the in-stage-based-on: ",
        ),
        (
            "[[steps]]\nrule = 'slim'",
            "r.toml:4:9: there is no rule `slim`",
        ),
        (
            "[[steps]]\ncodemod = 'slim'",
            "r.toml:4:12: there is no codemod `slim`",
        ),
        ("[[steps]]\nlevel = 'safe'", "r.toml:3:1: "),
        (
            "[[steps]]",
            "r.toml:3:1: a step has one of `rewrite`, `rule` and `codemod`",
        ),
        (
            "[parameters.a]\ndescription = 'a'\ntype = 'bol'\n[[steps]]\nrule = 'a'",
            "r.toml:5:8: unknown word `bol`; did you mean `bool`?",
        ),
        (
            "[parameters.a]\ndescription = 'a'\ndefault = 'x y'\n[[steps]]\nrule = 'a'",
            "r.toml:3:1: `a` is `x y`: blanks, quotes and `\\` cannot be in it",
        ),
        (
            "[[steps]]\nrewrite = { pattern = 'FROM a', replacement = 'FROM b' }\n[[examples]]\nbefore = 'FROM a'",
            "r.toml:5:1: an example has `before` and `after`, or `unchanged`",
        ),
    ] {
        let said = error(text);
        assert!(said.starts_with(told), "{said}\n-- wanted\n{told}");
    }
}

const REGISTRY: &str = "
name = 'ours'
description = 'x'
[parameters.to]
description = 'where'
[[steps]]
rewrite = { pattern = 'image {name}:{tag...}', replacement = 'image {$to}/{name}:{tag...}' }
";

#[test]
fn parameters_are_checked() {
    let recipe = Recipe::read("r.toml", REGISTRY, &[]).unwrap();
    let told = |pairs: &[(&str, &str)]| {
        let given = pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        match recipe.with(&given.collect()) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(told(&[]), "r.toml: it needs to be told more: --set to=…");
    assert_eq!(told(&[("to", "a.example.com")]), "");
    assert_eq!(told(&[("to", "${PREFIX}")]), "");
    assert_eq!(
        told(&[("to", "{x}")]),
        "r.toml: `to` is `{x}`: a brace needs a `$` before it"
    );
    assert_eq!(
        told(&[("too", "a")]),
        "r.toml: it has no parameter `too`; did you mean `to`?"
    );
    assert_eq!(
        told(&[("on", "a")]),
        "r.toml: it has no parameter `on`\n  = help: its parameters are to"
    );
}

fn run(steps: &str, text: &str) -> Outcome {
    run_several(&[("r", steps)], text)
}

fn run_several(recipes: &[(&str, &str)], text: &str) -> Outcome {
    let migrations = recipes.iter().map(|(name, steps)| {
        let recipe = format!("name = '{name}'\ndescription = 'x'\n{steps}");
        let recipe = Recipe::read("r.toml", &recipe, &[]).unwrap();
        recipe.with(&BTreeMap::new()).unwrap()
    });
    let migrations: Vec<_> = migrations.collect();
    let text: Arc<str> = text.into();
    run_all(&migrations, &text, &dfix_syntax::parse(&text), &NoContext)
}

/// What is left to a person, and why.
fn left(outcome: &Outcome) -> Vec<&str> {
    let remaining = outcome.remaining.iter().filter(|it| it.fix.is_none());
    remaining.filter_map(|it| it.remedy.as_deref()).collect()
}

#[test]
fn what_a_step_leaves_is_told_where_a_later_one_changes_the_place() {
    let steps = "
[[steps]]
codemod = 'release'
options = { distribution = 'debian', to = '12' }
[[steps]]
rewrite = { pattern = 'image debian:{tag}', replacement = 'image reg.io/debian:{tag}' }
";
    let text = format!("FROM debian:11@sha256:{}\nRUN x\n", "a".repeat(64));
    let together = run(steps, &text);
    assert_eq!(*together.text, *text);
    let told = |it: &Outcome| {
        left(it)
            .iter()
            .any(|it| it.starts_with("a digest pins the image"))
    };
    assert!(told(&together), "{:?}", left(&together));
    let alone = run(&format!("together = false\n{steps}"), &text);
    assert_eq!(*alone.text, text.replace("debian:", "reg.io/debian:"));
    assert!(told(&alone), "{:?}", left(&alone));
    let by_pattern = steps.replace(
        "codemod = 'release'\noptions = { distribution = 'debian', to = '12' }",
        "rewrite = { pattern = 'image debian:11', replacement = 'image debian:12' }",
    );
    let outcome = run(&by_pattern, &text);
    assert_eq!(*outcome.text, *text);
    assert!(
        left(&outcome)
            .iter()
            .any(|it| it.contains("would no longer be that"))
    );
}

#[test]
fn a_place_that_several_patterns_leave_is_told_once() {
    let steps = "
[[steps]]
rewrite = { pattern = 'wget -q {url}', replacement = 'curl -s {url}' }
[[steps]]
rewrite = { pattern = 'wget -O {f} {url}', replacement = 'curl -o {f} {url}' }
";
    let outcome = run(steps, "FROM a\nRUN wget -q -O f http://x\n");
    let left = left(&outcome);
    let [why] = left.as_slice() else {
        panic!("{left:?}");
    };
    assert!(why.contains("`-O` is not in the pattern") && why.contains("`-q` is not in"));
}

#[test]
fn steps_on_one_default_are_done_as_one_or_left() {
    let text = "ARG B=acme/b:1\nFROM $B AS a\nRUN x\nFROM $B AS b\nUSER app\n";
    let steps = |second: &str| {
        format!(
            "
[[steps]]
rewrite = {{ pattern = 'FROM acme/b:{{t}}', replacement = \"FROM reg.io/b:{{t}}\\nUSER root\", not-before = 'USER {{_}}' }}
[[steps]]
rewrite = {{ pattern = 'FROM acme/b:{{t}}', replacement = \"{second}\" }}
"
        )
    };
    let done = run(&steps("FROM reg.io/b:{t}"), text);
    let wanted = text
        .replace("acme", "reg.io")
        .replace("AS a\n", "AS a\nUSER root\n");
    assert_eq!(*done.text, *wanted);
    let more = run(&steps("FROM reg.io/b:{t}\\nWORKDIR /x"), text);
    let wanted = wanted.replace("AS b\n", "AS b\nWORKDIR /x\n");
    assert_eq!(*more.text, *wanted);
    let kept = run(&steps("FROM other.io/b:{t}"), text);
    assert_eq!(*kept.text, *text);
    assert!(
        left(&kept)
            .iter()
            .any(|it| it.contains("`ARG B` also decides"))
    );
}

#[test]
fn what_another_step_has_done_is_not_told() {
    let images = "
[[steps]]
rewrite = { pattern = 'image node:18', replacement = 'image node:22' }
[[steps]]
rewrite = { pattern = 'image node:18-bullseye', replacement = 'image node:22-bookworm' }
";
    let suffixes = "
[[steps]]
rewrite = { pattern = 'image node:18-buster', replacement = 'image node:22-trixie' }
[[steps]]
rewrite = { pattern = 'image node:18-bullseye', replacement = 'image node:22-bookworm' }
";
    // The step that comes first has an image, and not the one that takes all others.
    let general = "
[[steps]]
rewrite = { pattern = 'image node:18-buster', replacement = 'image node:22-trixie' }
[[steps]]
rewrite = { pattern = 'image node:18-alpine3.10', replacement = 'image node:22-alpine' }
[[steps]]
rewrite = { pattern = 'image node:18-{rest}', replacement = 'image node:22-{rest}' }
";
    let yarn = "
[[steps]]
rewrite = { pattern = 'npm install -g yarn {_...: none}', replacement = 'corepack enable' }
[[steps]]
rewrite = { pattern = 'npm install -g --silent yarn {_...: none}', replacement = 'corepack enable' }
";
    let list = yarn.replace("corepack enable", "echo a && corepack enable");
    let gone = yarn.replace("corepack enable", "");
    let two = "FROM node:18\nRUN npm install -g --silent yarn && npm install -g --foo yarn\n";
    for (steps, before, after, why) in [
        (
            images,
            "ARG V=18\nFROM node:${V}\nFROM node:${V}-bullseye\n",
            "ARG V=22\nFROM node:${V}\nFROM node:${V}-bookworm\n",
            None,
        ),
        (
            images,
            "ARG V=18\nFROM node:${V}-bullseye\nFROM node:${V}\n",
            "ARG V=22\nFROM node:${V}-bookworm\nFROM node:${V}\n",
            None,
        ),
        (
            suffixes,
            "ARG V=18\nFROM node:${V}-buster\nFROM node:${V}-bullseye\nFROM node:${V}-buster\n",
            "ARG V=22\nFROM node:${V}-trixie\nFROM node:${V}-bookworm\nFROM node:${V}-trixie\n",
            None,
        ),
        (
            general,
            "ARG V=18\nFROM node:${V}-alpine3.10\nFROM node:$V-buster\nFROM node:$V-slim\n",
            "ARG V=22\nFROM node:${V}-alpine\nFROM node:$V-trixie\nFROM node:$V-slim\n",
            None,
        ),
        // A stage that no step finds holds the default.
        (
            suffixes,
            "ARG V=18\nFROM node:${V}-buster\nFROM node:${V}-bullseye\nFROM node:${V}-x\nRUN x\n",
            "ARG V=18\nFROM node:${V}-buster\nFROM node:${V}-bullseye\nFROM node:${V}-x\nRUN x\n",
            Some("`ARG V` also decides the image of the FROM of line 4"),
        ),
        (
            yarn,
            "FROM node:18\nRUN npm install -g --silent yarn\n",
            "FROM node:18\nRUN corepack enable\n",
            None,
        ),
        (
            &list,
            "FROM node:18\nRUN npm install -g --silent yarn\n",
            "FROM node:18\nRUN echo a && corepack enable\n",
            None,
        ),
        (
            &gone,
            "FROM node:18\nRUN npm install -g --silent yarn && x\n",
            "FROM node:18\nRUN x\n",
            None,
        ),
        // What no step has done is left.
        (
            yarn,
            two,
            "FROM node:18\nRUN corepack enable && npm install -g --foo yarn\n",
            Some("`--foo` is not in the pattern"),
        ),
    ] {
        let alone = run(&format!("together = false\n{steps}"), before);
        assert_eq!(&*alone.text, after);
        let told = left(&alone);
        match why {
            Some(why) => assert!(told.iter().all(|it| it.contains(why)), "{told:?}"),
            None => assert!(told.is_empty(), "{told:?}"),
        }
        let together = run(steps, before);
        let wanted = if why.is_some() { before } else { after };
        assert_eq!(&*together.text, wanted);
        assert_eq!(left(&together).is_empty(), why.is_none(), "{before}");
        assert_eq!(told.is_empty(), why.is_none(), "{before}");
    }
}

#[test]
fn what_another_recipe_has_done_is_not_told() {
    let step = |pattern: &str, replacement: &str| {
        format!("[[steps]]\nrewrite = {{ pattern = '{pattern}', replacement = '{replacement}' }}\n")
    };
    let plain = step("npm install -g yarn {_...: none}", "corepack enable");
    let silent = step(
        "npm install -g --silent yarn {_...: none}",
        "corepack enable",
    );
    let other = step(
        "npm install -g --silent yarn {_...: none}",
        "corepack prepare",
    );
    let label = "[[steps]]\nrewrite = { pattern = 'FROM {i}', replacement = \"FROM {i}\\nLABEL a=1\", not-before = 'LABEL a={_}' }\n";
    let text = "FROM a\nRUN x\nRUN npm install -g --silent yarn\nRUN npm install -g --foo yarn\n";
    for (recipes, after, why) in [
        (
            [("a", &plain), ("b", &silent)],
            text.replacen("npm install -g --silent yarn", "corepack enable", 1),
            &["`--foo`"][..],
        ),
        // Another one comes, and what was told stays so.
        (
            [("a", &plain), ("b", &other)],
            text.replacen("npm install -g --silent yarn", "corepack prepare", 1),
            &["`--silent`", "`--foo`"],
        ),
        // The place has moved.
        (
            [("a", &plain), ("b", &format!("{label}{silent}"))],
            text.replacen("npm install -g --silent yarn", "corepack enable", 1)
                .replace("FROM a\n", "FROM a\nLABEL a=1\n"),
            &["`--foo`"],
        ),
    ] {
        let recipes = recipes.map(|(name, steps)| (name, steps.as_str()));
        let outcome = run_several(&recipes, text);
        assert_eq!(*outcome.text, *after, "{recipes:?}");
        let left = outcome.remaining.iter().filter(|it| it.rule == "a");
        let left: Vec<&str> = left.filter_map(|it| it.remedy.as_deref()).collect();
        assert_eq!(left.len(), why.len(), "{left:?}");
        for (it, word) in left.iter().zip(why) {
            assert!(it.contains(word), "{it}");
        }
    }
}

#[test]
fn steps_that_bring_one_label_with_one_value_go_together() {
    let steps = "
[[steps]]
rewrite = { pattern = 'MAINTAINER {m}', replacement = 'LABEL authors=\"X\"' }
[[steps]]
rewrite = { pattern = 'LABEL maintainer={m}', replacement = 'LABEL authors=\"X\"' }
";
    let text = "FROM a\nMAINTAINER A\nLABEL maintainer=B\n";
    let outcome = run(steps, text);
    assert_eq!(
        &*outcome.text,
        "FROM a\nLABEL authors=\"X\"\nLABEL authors=X\n"
    );
    assert!(left(&outcome).is_empty());
    let steps = steps.replace("\"X\"", "\"{m}\"");
    let kept = run(&steps, text);
    assert_eq!(&*kept.text, text);
    let why = "`authors` is set in line 2 already, there or by a change before this one";
    assert!(left(&kept).iter().any(|it| it.contains(why)));
    let same = run(&steps, &text.replace("=B", "=A"));
    assert_eq!(
        &*same.text,
        "FROM a\nLABEL authors=\"A\"\nLABEL authors=A\n"
    );
}

#[test]
fn places_of_a_recipe_of_one_step_are_each_for_themselves() {
    let one = "
[[steps]]
rewrite = { pattern = 'ADD {s} {t}', replacement = 'COPY {s} {t}' }
";
    let text = "FROM a\nADD x /y\nADD https://x.y/a /z\n";
    let alone = run(one, text);
    assert_eq!(&*alone.text, text.replacen("ADD x", "COPY x", 1));
    assert_eq!(left(&alone).len(), 1);
    let more =
        format!("{one}[[steps]]\nrewrite = {{ pattern = 'USER a', replacement = 'USER b' }}\n");
    let together = run(&more, text);
    assert_eq!(&*together.text, text);
}

#[test]
fn lines_and_edits_of_a_later_step_are_those_of_the_file() {
    let steps = "
[[steps]]
rewrite = { pattern = 'FROM debian:{tag}', replacement = '''
FROM debian:{tag}
LABEL team=a
ENV LANG=C.UTF-8''', not-before = ['LABEL team=a'] }
[[steps]]
rewrite = { pattern = 'useradd -u 1000 {n}', replacement = 'useradd -u 2000 {n}' }
";
    let text = "FROM debian:12\nRUN useradd -u 1000 app\nUSER 1000\n";
    let outcome = run(steps, text);
    let fixes: Vec<_> = outcome.applied().filter_map(|it| it.fix.as_ref()).collect();
    assert_eq!(fixes.len(), 2, "{fixes:?}");
    let open: Vec<&str> = fixes[1].unproven.iter().map(|it| &*it.condition).collect();
    assert_eq!(
        open,
        ["whether line 3 still means the same account: it says 1000, which line 2 says no more"]
    );
    let splice = dfix_engine::Splice::of(&outcome.rounds[0]);
    let edit = fixes[1].edits[0].range;
    let before = splice.exactly_before(edit).expect("nothing else is there");
    assert_eq!(&outcome.rounds[1].before[edit], "1");
    let at = usize::from(before.start());
    assert_eq!(&text[at..at + 4], "1000");
}
