//! Which packages of its distribution an image brings beside those of its base, from `image-packages.tsv`.

use super::images::glob;
use super::table::{Table, table};

const PACKAGES: Table = table!("image-packages.tsv");

/// The packages of its distribution that an image is known to bring beside those of its base.
pub fn image_packages(repository: &str, tag: &str) -> impl Iterator<Item = &'static str> {
    let mut rows = PACKAGES.rows(repository);
    let row = rows.find(|row| glob(row.column(1), tag));
    row.into_iter().flat_map(|row| row.words(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_that_fits_counts() {
        let brings = |repository, tag| image_packages(repository, tag).any(|it| it == "tzdata");
        assert!(brings("eclipse-temurin", "8-jdk"));
        assert!(brings("maven", "3.9-eclipse-temurin-21-noble"));
        assert!(!brings("eclipse-temurin", "8-jdk-alpine"));
        assert!(!brings("maven", "3.9-amazoncorretto-21"));
        for row in PACKAGES.all() {
            assert!(row.column(2).is_empty() == row.column(3).is_empty());
        }
    }
}
