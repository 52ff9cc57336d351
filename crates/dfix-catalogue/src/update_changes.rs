//! What came to a language's maintained versions with an update of all of them.

use super::date::Date;
use super::table::{Table, table};

const CHANGES: Table = table!("update-changes.tsv");

/// What updates of a language's maintained versions brought after a day, the oldest first.
pub fn changes_of_updates(language: &str, after: Date) -> impl Iterator<Item = &'static str> {
    let rows = CHANGES.rows(language);
    let later = rows.filter(move |row| Date::parse(row.column(1)).is_some_and(|it| it > after));
    later.map(|row| row.column(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_day() {
        for row in CHANGES.all() {
            assert!(Date::parse(row.column(1)).is_some(), "{}", row.column(1));
            assert!(!row.column(2).is_empty() && !row.column(3).is_empty());
        }
        let of_java = |day| changes_of_updates("java", Date::parse(day).unwrap()).count();
        assert_eq!(of_java("2017-05-17"), 2);
        assert_eq!(of_java("2019-05-24"), 1);
        assert_eq!(of_java("2022-08-19"), 0);
    }
}
