//! What is known: yes, no, or not, and then why.

/// Something that could not be established: an open condition of what rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OpenCondition {
    /// The condition, as a short sentence: `whether requirements.txt needs a compiler`.
    pub condition: String,
    /// How to establish it: a file to add, a line of configuration, a thing to look at.
    pub remedy: String,
}

impl OpenCondition {
    /// A condition with the way to establish it.
    pub fn new(condition: impl Into<String>, remedy: impl Into<String>) -> Self {
        OpenCondition {
            condition: condition.into(),
            remedy: remedy.into(),
        }
    }
}

/// The answer to a yes-or-no question about the image. Unknown is never harmless: it carries the
/// condition that stays open, for whoever must name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ternary {
    /// Established.
    Yes,
    /// The contrary is established.
    No,
    /// Not known, because of this.
    Unknown(OpenCondition),
}

impl Ternary {
    /// Not known: the condition that is open, and how to establish it.
    pub fn unknown(condition: impl Into<String>, remedy: impl Into<String>) -> Self {
        Ternary::Unknown(OpenCondition::new(condition, remedy))
    }

    /// Whether it is established.
    pub fn is_yes(&self) -> bool {
        *self == Ternary::Yes
    }

    /// Whether the contrary is established.
    pub fn is_no(&self) -> bool {
        *self == Ternary::No
    }

    /// Whether neither is established.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Ternary::Unknown(_))
    }

    /// What is open, where it is not known.
    pub fn open(self) -> Option<OpenCondition> {
        match self {
            Ternary::Unknown(open) => Some(open),
            Ternary::Yes | Ternary::No => None,
        }
    }

    /// Yes if both are, no if one is not, else what is open in the first that is not known.
    pub fn and(self, other: impl FnOnce() -> Ternary) -> Ternary {
        match self {
            Ternary::No => Ternary::No,
            Ternary::Yes => other(),
            Ternary::Unknown(open) => match other() {
                Ternary::No => Ternary::No,
                Ternary::Yes | Ternary::Unknown(_) => Ternary::Unknown(open),
            },
        }
    }

    /// Yes if one is, no if both are not, else what is open in the first that is not known.
    pub fn or(self, other: impl FnOnce() -> Ternary) -> Ternary {
        match self {
            Ternary::Yes => Ternary::Yes,
            Ternary::No => other(),
            Ternary::Unknown(open) => match other() {
                Ternary::Yes => Ternary::Yes,
                Ternary::No | Ternary::Unknown(_) => Ternary::Unknown(open),
            },
        }
    }
}

impl From<bool> for Ternary {
    fn from(is_so: bool) -> Self {
        if is_so { Ternary::Yes } else { Ternary::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_stays_so_until_the_other_decides() {
        let open = || Ternary::unknown("whether x", "look at x");
        assert_eq!(open().and(|| Ternary::No), Ternary::No);
        assert_eq!(open().and(|| Ternary::Yes), open());
        assert_eq!(open().or(|| Ternary::Yes), Ternary::Yes);
        assert_eq!(open().or(|| Ternary::No), open());
        assert_eq!(Ternary::Yes.and(open), open());
        assert_eq!(Ternary::No.and(|| unreachable!("not asked")), Ternary::No);
        assert_eq!(Ternary::from(true).open(), None);
        assert_eq!(
            open().open().map(|o| o.remedy),
            Some("look at x".to_owned())
        );
    }
}
