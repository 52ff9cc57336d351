//! Prints the tree of the shell text on standard input.

use std::io::Read;

use dfix_syntax::{Enclosure, parse_embedded_shell};

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    if let Some(root) = parse_embedded_shell(&text, None, Enclosure::Plain) {
        println!("{root:#?}");
    }
    Ok(())
}
