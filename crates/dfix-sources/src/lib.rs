//! What an application's own sources do, told from their tokens: where they write, which ports they open, which
//! variables they ask for, what they start, which rights they need.
//!
//! Text in, facts out. Knows no Dockerfile and no file system, and no other crate of dfix.
//!
//! ```
//! let source = dfix_sources::read("app.py", "import os\nos.makedirs('/data/up', exist_ok=True)\n").unwrap();
//! assert_eq!(source.writes[0].path.known().unwrap().path, "/data/up");
//! assert_eq!(source.writes[0].line, 2);
//! assert!(dfix_sources::read("logo.svg", "<svg/>").is_none());
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]
#![warn(missing_docs)]

mod address;
mod calls;
mod chain;
mod code;
mod elements;
mod errors;
mod fold;
mod imports;
mod items;
mod language;
mod lexer;
mod named;
mod names;
mod operations;
mod patterns;
mod programs;
mod properties;
mod quotes;
mod recognise;
mod scan;
mod scopes;
mod settings;
mod source;
mod tables;
mod token;
mod value;

pub use address::{FileAddress, file_address};
pub use language::Language;
pub use recognise::{is_application, is_for_browsers, may_be_source, unread_language};
pub use settings::{Settings, may_be_settings, read_settings};
pub use source::{
    Command, HandedError, Import, Library, Named, Port, Program, Right, Source, User, Variable,
    Write,
};
pub use token::Trouble;
pub use value::{Base, Place, Value};

/// What the file of this name and text does; none where it is in no language that is read. The language is told
/// by the name's ending, else by the interpreter behind `#!`. Takes time in proportion to the text, and never more
/// than a bounded time for a line of it.
pub fn read(path: &str, text: &str) -> Option<Source> {
    let language = recognise::language_of(path, text)?;
    let mut source = Source::empty(language);
    let file = path.rsplit('/').next().unwrap_or(path);
    if language == Language::Properties {
        properties::read(text, file, &mut source);
        return Some(source);
    }
    let code = code::Code::of(language, text);
    source.trouble = code
        .trouble
        .map(|(at, trouble)| (code.line_of_byte(at), trouble));
    let scopes = scopes::Scopes::of(&code);
    let names = names::Names::of(&code, &scopes);
    let reader = calls::Reader::new(&code, &scopes, &names);
    items::Scanner {
        reader: &reader,
        source: &mut source,
        file,
    }
    .run();
    if language.is_script() && errors::may_be_there(text) {
        errors::read(&code, &mut source);
    }
    Some(source)
}
