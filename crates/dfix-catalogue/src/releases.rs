//! Releases of distributions by the words that tags and foundations call them by.

use super::foundation::Foundation;
use super::table::Table;

const RELEASES: Table = Table::new(include_str!("../data/releases.tsv"));

/// The release that the words of a tag or a repository tell: `3.11-bookworm`, `8.0-jammy`, `alpine3.20`.
pub(super) fn from_tag_words(tag: &str) -> Option<Foundation> {
    tag.split(['-', '_', '/']).find_map(|word| {
        let listed = RELEASES.row(word).map_or("", |row| row.column(1));
        if !listed.is_empty() {
            return Foundation::parse(listed);
        }
        // Another version of Alpine is one all the same.
        word.starts_with("alpine")
            .then(|| Foundation::parse("alpine:?"))?
    })
}

/// Whether the release of Ubuntu is one up to 22.10: with `adduser`, and still without a user of its own.
pub(super) fn is_up_to_22_10(release: &str) -> bool {
    RELEASES
        .row(release)
        .is_some_and(|row| row.column(2) == "old")
}
