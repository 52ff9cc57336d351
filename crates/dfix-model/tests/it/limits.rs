//! Texts that are made to be expensive.

use crate::common::with;

/// A value that doubles with every line is given up, and not written out.
#[test]
fn values_that_double() {
    for text in [
        format!("FROM a\nENV a=b\n{}", "ENV a=$a$a\n".repeat(60)),
        format!("FROM a\nARG a=b\n{}ENV a=$a\n", "ARG a=$a$a\n".repeat(60)),
        format!(
            "ARG a=b\n{}FROM $a\nARG a\nENV a=$a\n",
            "ARG a=$a$a\n".repeat(60)
        ),
    ] {
        with(&text, |model| {
            let stage = model.final_stage().unwrap();
            assert_eq!(stage.final_env("a").value(), None);
        });
    }
    let text = format!("FROM a\nENV a=b\n{}", "ENV a=$a$a\n".repeat(5));
    with(&text, |model| {
        let value = model.final_stage().unwrap().final_env("a").value();
        assert_eq!(value.map(str::len), Some(32));
    });
}

/// What a stage inherits is asked for stage by stage: a long chain is cut.
#[test]
fn stages_upon_stages() {
    use std::fmt::Write as _;
    let chain = |length: usize| {
        let mut text = String::from("FROM a AS s0\nENV a=b\n");
        for index in 1..length {
            writeln!(text, "FROM s{} AS s{index}", index - 1).unwrap();
        }
        text
    };
    with(&chain(100), |model| {
        let stage = model.final_stage().unwrap();
        assert_eq!(stage.final_env("a").value(), Some("b"));
    });
    with(&chain(3000), |model| {
        let stage = model.final_stage().unwrap();
        assert!(!stage.final_env("a").is_unset());
    });
}

/// Every command of a chain is marked once, whatever its length.
#[test]
fn chains_of_commands() {
    let text = format!("FROM a\nRUN x{}\n", " || x && x".repeat(2000));
    with(&text, |model| {
        let all: Vec<_> = model.commands().collect();
        let (last, others) = all.split_last().unwrap();
        assert!(others[..others.len() - 1].iter().all(|c| c.around().tested));
        assert!(!last.around().tested);
    });
}
