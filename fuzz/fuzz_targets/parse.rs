//! Any text parses, prints back, has each byte in one token, and has its faults inside of it.
#![no_main]

use dfix_syntax::{NodeOrToken, TextSize};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parse = dfix_syntax::parse(text);
    let root = parse.syntax();
    assert_eq!(root.text(), text);
    let mut at = TextSize::from(0);
    for element in root.descendants_with_tokens() {
        match element {
            NodeOrToken::Token(token) => {
                assert_eq!(token.text_range().start(), at, "{token:?}");
                assert!(!token.text().is_empty(), "{token:?}");
                at = token.text_range().end();
            }
            NodeOrToken::Node(node) => {
                let _ = dfix_syntax::ast::value_of(&node);
                let _ = dfix_syntax::ast::source_of(&node);
            }
        }
    }
    assert_eq!(at, TextSize::of(text));
    for error in parse.errors() {
        assert!(error.range.end() <= at, "{error:?}");
        assert!(
            text.is_char_boundary(error.range.start().into()),
            "{error:?}"
        );
    }
});
