//! What tells of another Python than the distribution's, or that pip installs all the same.

use super::table::{Row, Table, table};

const TEXTS: Table = table!("other-pythons.tsv");

/// Whether a text tells that pip installs in spite of PEP 668, or of another Python than the distribution's: `pyenv`.
pub fn tells_of_other_python(text: &str) -> bool {
    TEXTS.all().map(Row::key).any(|it| text.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_pythons_are_told() {
        assert!(tells_of_other_python("ENV PIP_BREAK_SYSTEM_PACKAGES=1"));
        assert!(tells_of_other_python("RUN pyenv install 3.12"));
        assert!(!tells_of_other_python("RUN pip3 install flask"));
    }
}
