//! All rules over any text: no panic, a result that parses, that stays, and that keeps every comment.
//!
//! A fix that was refused is no failure, but somebody should look at it: with `DFIX_REFUSED=folder`
//! the first text of each kind is kept there, under the name of the rule and the proof.
#![no_main]

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{LazyLock, Mutex};

use dfix_engine::{Options, Outcome, Safety};
use dfix_model::context::NoContext;
use dfix_syntax::{NodeOrToken, SyntaxKind};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let options = Options::new(dfix_rules::ALL).with_threshold(Safety::Unsafe);
    let first = dfix_engine::run(text, &NoContext, &options);
    keep_refused(text, &first);
    if !first.errors.is_empty() {
        assert_eq!(first.text, text);
        return;
    }
    let second = dfix_engine::run(&first.text, &NoContext, &options);
    assert!(second.errors.is_empty(), "{:?}", second.errors);
    assert_eq!(second.text, first.text, "a second run changes the text");
    assert_eq!(comments(text), comments(&first.text));
});

/// How often each comment is there.
fn comments(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for element in dfix_syntax::parse(text).syntax().descendants_with_tokens() {
        if let NodeOrToken::Token(token) = element
            && token.kind() == SyntaxKind::COMMENT
        {
            *counts
                .entry(token.text().trim_end().to_owned())
                .or_default() += 1;
        }
    }
    counts
}

fn keep_refused(text: &str, outcome: &Outcome) {
    static FOLDER: LazyLock<Option<std::ffi::OsString>> =
        LazyLock::new(|| std::env::var_os("DFIX_REFUSED"));
    static SEEN: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    let Some(folder) = FOLDER.as_deref() else {
        return;
    };
    for refused in &outcome.refused {
        // What a reason quotes differs from text to text.
        let kind: String = refused.reason.split('`').step_by(2).collect();
        let mut hasher = DefaultHasher::new();
        kind.hash(&mut hasher);
        let name = format!(
            "{}-{:?}-{:08x}",
            refused.finding.rule,
            refused.proof,
            hasher.finish() as u32
        );
        let mut seen = SEEN.lock().expect("nothing panics while it is held");
        if seen.get_or_insert_default().insert(name.clone()) {
            let folder = std::path::Path::new(folder);
            let _ = std::fs::write(folder.join(&name), text);
            let _ = std::fs::write(folder.join(name + ".why"), format!("{refused:#?}\n"));
        }
    }
}
