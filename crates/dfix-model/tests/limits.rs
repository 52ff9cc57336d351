//! Texts that are made to be expensive.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod common;

use common::with;

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
