//! Names that are one slip of the finger from another.

use crate::handles::Stage;

impl<'m> Stage<'m> {
    /// The name of a stage above this one that a name may be a slip of.
    pub fn name_meant_by(self, name: &str) -> Option<&'m str> {
        let above = self.file().stages().take(self.index());
        meant_by(name, above.filter_map(Stage::name))
    }
}

/// The one name of these that this may be meant for: the same but for the letter case, or one letter that is missing, too much,
/// another, or has changed places with the next. Names that differ in a digit are two of a row.
pub(crate) fn meant_by<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut found: Option<&str> = None;
    for other in names.filter(|it| *it != name && is_near(name, it)) {
        if found.is_some_and(|it| it != other) {
            return None;
        }
        found = Some(other);
    }
    found
}

fn is_near(one: &str, other: &str) -> bool {
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.iter().rev().zip(other.iter().rev());
    let end = end.take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    let is_letter = |it: &u8| it.is_ascii_alphabetic() || *it == b'_';
    let are_letters = one.iter().chain(other).all(is_letter);
    let is_slip = match (one, other) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    };
    are_letters && is_slip && start + end >= 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_names() {
        let meant = |name, names: &[&'static str]| meant_by(name, names.iter().copied());
        assert_eq!(
            meant("NODE_VERISON", &["NODE_VERSION", "NODE_ENV"]),
            Some("NODE_VERSION")
        );
        assert_eq!(
            meant("NODE_VERSIO", &["NODE_VERSION"]),
            Some("NODE_VERSION")
        );
        assert_eq!(
            meant("node_version", &["NODE_VERSION"]),
            Some("NODE_VERSION")
        );
        assert_eq!(
            meant("VERSION1", &["VERSION2", "VERSION_1"]),
            Some("VERSION_1")
        );
        assert_eq!(meant("APP_HOME", &["APP_NAME", "HOME"]), None);
        assert_eq!(meant("APP", &["APT"]), None);
        assert_eq!(meant("VERSION_A", &["VERSION_B", "VERSION_C"]), None);
    }
}
