//! Words written so that a shell reads them back (POSIX.1-2017, Shell Command Language, 2.2.2).

/// A word as the shell reads it back: as it stands where nothing in it is special, else in single quotes.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_read_back() {
        for (word, text) in [
            ("a-b.py", "a-b.py"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$x", "'$x'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(word), text);
        }
    }
}
