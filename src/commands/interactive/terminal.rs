//! Questions and answers at a plain terminal: a line each.

use std::io::{self, Write as _};

/// Somebody who can be asked.
pub(super) trait Talk: Send {
    /// Shows a text.
    fn say(&mut self, text: &str);

    /// The next line that is typed; none where nobody is there any more.
    fn hear(&mut self) -> Option<String>;
}

/// Whoever sits at the terminal: questions go to standard error, so that standard output stays what it is.
pub(super) struct Terminal;

impl Talk for Terminal {
    fn say(&mut self, text: &str) {
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        match io::stdin().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line),
        }
    }
}
