//! Options that have several names: `-o` and `--output`.

use memchr::memmem;

use super::table::Row;

/// The names of an option of a program, joined by `=` in a word of a column; `None` for one that has no other name.
fn group(row: Row, column: usize, option: &str) -> Option<&'static str> {
    if option.is_empty() || option.contains([' ', '=']) {
        return None;
    }
    let groups = row.column(column);
    let is_end = |it: Option<&u8>| matches!(it, None | Some(b' ' | b'='));
    let mut places = memmem::find_iter(groups.as_bytes(), option);
    let at = places.find(|&at| {
        let (before, behind) = (
            &groups.as_bytes()[..at],
            &groups.as_bytes()[at + option.len()..],
        );
        is_end(before.last()) && is_end(behind.first())
    })?;
    let start = groups[..at].rfind(' ').map_or(0, |it| it + 1);
    groups[start..].split(' ').next()
}

/// The first of the names of an option.
pub(crate) fn first(row: Row, column: usize, option: &str) -> Option<&'static str> {
    group(row, column, option)?.split('=').next()
}

/// All names of an option that has several, the first in front.
pub(crate) fn all(row: Row, column: usize, option: &str) -> Vec<&'static str> {
    let group = group(row, column, option);
    group.map_or(Vec::new(), |group| group.split('=').collect())
}

#[cfg(test)]
pub(crate) fn assert_well_formed(row: Row, column: usize, takes_value: impl Fn(&str) -> bool) {
    let line = row.line();
    let mut seen = std::collections::HashSet::new();
    for group in row.words(column) {
        let names: Vec<&str> = group.split('=').collect();
        assert!(names.len() > 1, "{group}: one name alone: {line}");
        for name in &names {
            assert!(name.starts_with('-') && name.len() > 1, "{name}: {line}");
            assert!(seen.insert(*name), "{name} twice: {line}");
        }
        // A letter with a value and a long name without would not be read alike.
        let with_value = names.iter().filter(|it| takes_value(it)).count();
        assert!(
            with_value == 0 || with_value == names.len(),
            "{group}: {line}"
        );
    }
}
