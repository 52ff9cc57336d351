//! What can be answered.

/// What is to become of a fix, and perhaps of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// This one, and all later ones of its rule in whatever file: made, or not.
    Rule(bool),
    /// This one, and all others that are left of its file: made, or not.
    File(bool),
    /// Not this one, and none that was not asked about.
    Quit,
}

/// The letters, in the order in which they are shown.
pub(super) const LETTERS: &str = "y,n,a,d,A,D,q,e,?";

/// What they mean.
pub(super) const HELP: &str = "\
y - make this change
n - do not make this change
a - make this change and all later ones of this rule, in all files
d - make neither this change nor any later one of this rule, in any file
A - make this change and all others that are left in this file
D - make neither this change nor any other that is left in this file
q - stop asking: make what was agreed to, and nothing else
e - explain the rule
? - print this help
Nothing is written before the last question is answered; Ctrl-C leaves all files as they are.
";

impl Answer {
    /// That of what was typed; none where it is no answer.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "y" | "Y" | "yes" => Answer::Yes,
            "n" | "N" | "no" => Answer::No,
            "a" => Answer::Rule(true),
            "d" => Answer::Rule(false),
            "A" => Answer::File(true),
            "D" => Answer::File(false),
            "q" | "Q" => Answer::Quit,
            _ => return None,
        })
    }

    /// Whether the fix that was asked about is made.
    pub(super) fn is_yes(self) -> bool {
        match self {
            Answer::Yes => true,
            Answer::Rule(yes) | Answer::File(yes) => yes,
            Answer::No | Answer::Quit => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, HELP, LETTERS};

    #[test]
    fn every_letter_is_explained_and_understood() {
        for letter in LETTERS.split(',') {
            assert!(
                HELP.lines()
                    .any(|it| it.starts_with(&format!("{letter} - "))),
                "{letter}"
            );
            let is_for_reading = ["e", "?"].contains(&letter);
            assert_eq!(Answer::of(letter).is_none(), is_for_reading, "{letter}");
        }
        assert_eq!(Answer::of(""), None);
        assert_eq!(Answer::of("yn"), None);
    }
}
