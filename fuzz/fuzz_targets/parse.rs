//! Any text parses, prints back, and has its faults inside of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parse = dfix_syntax::parse(text);
    assert_eq!(parse.syntax().text(), text);
    for error in parse.errors() {
        assert!(usize::from(error.range.end()) <= text.len());
    }
    for node in parse.syntax().descendants() {
        let _ = dfix_syntax::ast::value_of(&node);
        let _ = dfix_syntax::ast::source_of(&node);
    }
});
