//! Words written so that a shell reads them back (POSIX.1-2017, Shell Command Language, 2.2).

/// A word as the shell reads it back: as it stands where nothing in it is special, else in single quotes, or in double ones
/// where it holds a single one.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    if !word.contains('\'') {
        return format!("'{word}'");
    }
    let escaped = word.chars().flat_map(|c| {
        let is_special = matches!(c, '"' | '$' | '`' | '\\');
        is_special.then_some('\\').into_iter().chain([c])
    });
    format!("\"{}\"", escaped.collect::<String>())
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
            ("it's $1", r#""it's \$1""#),
        ] {
            assert_eq!(quoted(word), text);
        }
    }
}
