//! The commands of a shell's text, as far as it takes to find those that build or start an image: words, variables
//! whose values the text says, and the folder that it is in.
//!
//! Source: POSIX, "Shell Command Language"; Microsoft's documentation of PowerShell ("about_Parsing",
//! "about_Automatic_Variables") and of cmd.exe ("cmd", "set", "call").

mod read;
mod words;

pub(crate) use read::Shell;
pub(crate) use words::{Command, Dialect, Word, assignment, is_shell, is_word_before, stand_in};
