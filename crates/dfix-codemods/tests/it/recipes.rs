//! Recipes: what is said of one that cannot be used. Those that dfix brings along are tested where the rules are.

use dfix_codemods::Recipe;

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
