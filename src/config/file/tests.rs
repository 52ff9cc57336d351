//! Texts of `dfix.toml`, right and wrong.

use std::path::Path;

use dfix_engine::{Safety, Setting, Severity};

use super::{Config, Reading, parse};
use crate::config::keys::{self, Key};
use crate::config::merged::Level;

fn read(text: &str) -> Result<Config, String> {
    let mut reading = Reading {
        folder: Path::new("/x"),
        within: None,
        chain: vec!["/x/dfix.toml".into()],
    };
    parse(Path::new("/x/dfix.toml"), text, &mut reading).map_err(|error| error.to_string())
}

#[test]
fn an_empty_file_says_nothing() {
    let config = read("").unwrap();
    assert!(config.level.is_none() && config.layers.iter().all(Vec::is_empty));
}

#[test]
fn faults_name_their_place_and_what_was_meant() {
    for (text, told) in [
        (
            "\nexlude = []\n",
            "/x/dfix.toml:2:1: unknown key `exlude`; did you mean `exclude`?",
        ),
        (
            "level = 3",
            "/x/dfix.toml:1:9: expected a string, found integer",
        ),
        (
            "level = \"sure\"",
            "/x/dfix.toml:1:9: `sure` is no level; they are safe, checked and unsafe",
        ),
        (
            "fail-on = \"info\"",
            "/x/dfix.toml:1:11: `info` is no severity; they are error, warning and advice",
        ),
        ("a = \"é\"; b", "/x/dfix.toml:1:8: "),
        (
            "[rules]\nno-such-rule = \"off\"",
            "/x/dfix.toml:2:1: unknown rule `no-such-rule`",
        ),
        (
            "[rules]\nstyle = \"out\"",
            "/x/dfix.toml:2:9: expected on, off, safe",
        ),
        (
            "[rules.style]\nlevel = \"never\"",
            "/x/dfix.toml:2:9: `never` is no level; they are safe, checked, unsafe and by-hand",
        ),
        (
            "[rules.style]\nseverity = \"info\"",
            "/x/dfix.toml:2:12: `info` is no severity",
        ),
        (
            "[rules.non-root-user]\nname = \"app\"\nownreship = \"copy\"",
            "/x/dfix.toml:3:1: unknown option `ownreship`; did you mean `ownership`?",
        ),
        (
            "[rules.non-root-user]\nownership = \"none\"",
            "/x/dfix.toml:2:13: expected \"chown\" or \"copy\", found \"none\"",
        ),
        (
            "[rules.non-root-user]\nname = \"root\"",
            "/x/dfix.toml:2:8: expected the name of a user who is not root, found \"root\"",
        ),
        (
            "[rules.security]\nuid = -1",
            "/x/dfix.toml:2:7: expected a whole number from 1, found -1",
        ),
        (
            "[rules.from-as-case]\nname = \"app\"",
            "/x/dfix.toml:2:1: unknown option `name`",
        ),
        (
            "[assume]\nwheel = []",
            "/x/dfix.toml:2:1: unknown assumption `wheel`; did you mean `wheels`?",
        ),
        (
            "[images.base]\nlike = \"python:3.12\"\nusr = \"app\"",
            "/x/dfix.toml:3:1: unknown key `usr`; did you mean `user`?",
        ),
        (
            "[images.base]\nshell = \"zsh\"",
            "/x/dfix.toml:2:9: expected one of bash, sh, none, found \"zsh\"",
        ),
        (
            "[overrides]\npaths = []",
            "/x/dfix.toml:1:1: expected tables that begin with [[overrides]], found table",
        ),
        (
            "[[overrides]]\nlevel = \"safe\"",
            "/x/dfix.toml:1:1: this override is for no file",
        ),
        (
            "[[overrides]]\npath = [\"a\"]",
            "/x/dfix.toml:2:1: unknown key `path`; did you mean `paths`?",
        ),
        ("exclude = [\"a\", \"[z-a]\"]", "/x/dfix.toml:1:17: "),
        (
            "required-version = \"new\"",
            "/x/dfix.toml:1:20: `new` says no versions",
        ),
        (
            "of-tomorrow = 1\nrequired-version = \">=90\"",
            "/x/dfix.toml:2:20: this project asks for dfix >=90, and this is dfix ",
        ),
        (
            "extends = \"none.toml\"",
            "/x/dfix.toml:1:11: there is no file /x/none.toml to extend",
        ),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.starts_with(told), "{error}\n{told}");
    }
}

#[test]
fn rules_take_a_word_or_a_table() {
    let text = "level = \"safe\"\nfail-on = \"error\"\nrequired-version = \">=0.1, <90\"\n[rules]\nstyle = \"off\"\nslim-base = \"by-hand\"\n\
                base = { level = \"unsafe\", severity = \"advice\", assume-wheels = [\"a\", \"b\"] }\n[assume]\nwheels = \"c\"\n";
    let config = read(text).unwrap();
    assert_eq!(config.level.unwrap().it, Safety::Safe);
    let layer = config.layers.last().unwrap();
    let of = |name: &str| layer.iter().find(|it| it.0 == name).unwrap().1.clone();
    let style = of("style").on.unwrap();
    assert_eq!((style.it, style.place.line), (false, 5));
    assert_eq!(of("slim-base").level.unwrap().it, Level::ByHand);
    let base = of("base");
    assert_eq!(base.level.unwrap().it, Level::At(Safety::Unsafe));
    assert_eq!(base.severity.unwrap().it, Severity::Advice);
    let names = Setting::List(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(base.options["assume-wheels"].it, names);
    assert_eq!(
        config.assume["assume-wheels"].it,
        Setting::Text("c".to_owned())
    );
}

/// What the tables of keys list the reader takes: none of them is unknown to it.
#[test]
fn the_reader_takes_every_key() {
    let all = |keys: &'static [Key], before: &str| {
        for key in keys {
            let text = format!("{before}{} = 0001-01-01\n", key.name);
            let error = read(&text).expect_err("a date is no value of ours");
            assert!(!error.contains("unknown"), "{error}");
        }
    };
    all(keys::TOP, "");
    all(keys::RULE, "[rules.slim-base]\n");
    all(keys::IMAGE, "[images.x]\n");
    all(keys::OVERRIDE, "[[overrides]]\n");
}
