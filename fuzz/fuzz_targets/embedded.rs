//! Any text inside any enclosure parses as shell, or is refused.
#![no_main]

use dfix_syntax::{Enclosure, parse_embedded_shell};

libfuzzer_sys::fuzz_target!(|text: &str| {
    for enclosure in [Enclosure::Plain, Enclosure::DoubleQuoted, Enclosure::Json] {
        for escape in [Some('\\'), Some('`'), None] {
            if let Some(root) = parse_embedded_shell(text, escape, enclosure) {
                assert_eq!(root.text(), text);
            }
        }
    }
});
