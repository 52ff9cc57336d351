//! What the text of a `RUN` gives the variables of its shell.

use crate::common::with;
use dfix_model::{BarePart, ShellValue, Word};

/// The values of `A` where the last command runs: texts as they are, `$name` for what a command prints, `?` for what is unknown.
fn values(script: &str) -> (Vec<String>, bool) {
    with(&format!("FROM debian:12\nRUN {script}\n"), |file| {
        let command = file.commands().last().expect("a command");
        let found = command.shell_values("A");
        let said = found.values.iter().map(|value| match value {
            ShellValue::Text(text) => (*text).to_owned(),
            ShellValue::Output { of, .. } => format!("${}", of.name()),
            ShellValue::Unknown => "?".to_owned(),
        });
        (said.collect(), found.is_set)
    })
}

#[test]
fn what_is_given() {
    let found = |script: &str| {
        let (values, is_set) = values(script);
        format!("{} {is_set}", values.join(","))
    };
    assert_eq!(found("A=b && make"), "b true");
    assert_eq!(found("A=$(uname -m); make"), "$uname true");
    assert_eq!(found("export A=\"x-$(nproc)\" && make"), "$nproc true");
    assert_eq!(
        found("A=$(a | b) && A=$B && A=$(a; b) && make"),
        "?,?,? true"
    );
    assert_eq!(found("A=\"-a $B\" && make"), "  true");
    assert_eq!(found("if a; then A=b; fi; make"), "b false");
    assert_eq!(found("a && A=b; make"), "b false");
    assert_eq!(found("(A=b); make"), "b false");
    assert_eq!(found("for A in b $c; do make; done"), "b,? true");
    assert_eq!(found("read A; make"), "? false");
    assert_eq!(found("make"), " false");
}

#[test]
fn words_without_quotes() {
    let parts = |word: &str| {
        with(&format!("FROM debian:12\nRUN make {word}\n"), |file| {
            let command = file.commands().next().expect("a command");
            let word: Word<'_> = command.arg(0).expect("a word");
            word.bare_parts().map(|parts| {
                let said = parts.into_iter().map(|part| match part {
                    BarePart::Text(text) => text.to_owned(),
                    BarePart::Variable(name) => format!("<{name}>"),
                    BarePart::Substitution(_) => "<>".to_owned(),
                });
                said.collect::<Vec<_>>().concat()
            })
        })
    };
    assert_eq!(parts("a/$B-${C}.d").as_deref(), Some("a/<B>-<C>.d"));
    assert_eq!(parts("-j$(nproc)").as_deref(), Some("-j<>"));
    for word in [
        "a", "\"$B\"", "$B\"c\"", "$B*", "~/$B", "${B:-c}", "$((1+1))", "$B\\c", "$1", "`b`",
    ] {
        assert_eq!(parts(word), None, "{word}");
    }
}
