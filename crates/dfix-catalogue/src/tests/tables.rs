use crate::table::{Row, Table};
use crate::*;

fn rows(text: &'static str) -> impl Iterator<Item = Row> {
    Table::new(text).all()
}

#[test]
fn every_row_is_found_by_its_key() {
    for text in [
        include_str!("../../data/current-tags.tsv"),
        include_str!("../../data/images.tsv"),
        include_str!("../../data/python-packages.tsv"),
        include_str!("../../data/alpine-commands.tsv"),
    ] {
        let table = Table::new(text);
        for row in table.all() {
            let mut found = table.rows(row.key());
            assert!(found.any(|it| it.line() == row.line()), "{}", row.line());
        }
    }
}

#[test]
fn words_of_the_columns_are_known() {
    for table in [
        include_str!("../../data/python-packages.tsv"),
        include_str!("../../data/node-packages.tsv"),
        include_str!("../../data/ruby-gems.tsv"),
    ] {
        for row in rows(table) {
            let form = row.column(1);
            assert!(
                matches!(form, "pure" | "pure+" | "prebuilt" | "source"),
                "{}",
                row.line()
            );
        }
    }
    for row in rows(include_str!("../../data/debian-commands.tsv")) {
        assert!(
            matches!(
                row.column(2),
                "base" | "curl" | "scm" | "full" | "unslimmed"
            ),
            "{}",
            row.line()
        );
        assert!(matches!(row.column(4), "build" | "run"), "{}", row.line());
    }
    for row in rows(include_str!("../../data/debian-packages.tsv")) {
        assert!(
            matches!(row.column(2), "base" | "curl" | "scm" | "full"),
            "{}",
            row.line()
        );
    }
    for row in rows(include_str!("../../data/releases.tsv")) {
        let stands = row.column(1);
        assert!(
            stands.is_empty() || Foundation::parse(stands).is_some(),
            "{}",
            row.line()
        );
    }
    for row in rows(include_str!("../../data/eol.tsv")) {
        let end = row.column(4);
        assert!(
            matches!(end, "True" | "False") || Date::parse(end).is_some(),
            "{}",
            row.line()
        );
    }
}

#[test]
fn every_row_of_the_image_table_reads() {
    for row in rows(include_str!("../../data/images.tsv")) {
        let (key, line) = (row.key(), row.line());
        assert_eq!(key.ends_with('/'), !row.column(1).is_empty(), "{line}");
        assert!(!key.contains(['*', '?', ':']), "{line}");
        let ground = row.column(4);
        let read = matches!(ground, "=" | "?" | "=?")
            || ground.strip_prefix("as:").is_some_and(crate::is_official)
            || Foundation::parse(ground.strip_prefix('=').unwrap_or(ground)).is_some();
        assert!(read, "{line}");
        for user in row.column(6).split(',').filter(|user| !user.is_empty()) {
            let purpose = user.rsplit('/').next();
            assert!(matches!(purpose, Some("app" | "service")), "{line}");
        }
        assert!(
            matches!(row.column(10), "" | "?" | "drops" | "root"),
            "{line}"
        );
    }
}

#[test]
fn every_current_tag_leads_to_its_image() {
    for row in rows(include_str!("../../data/current-tags.tsv")) {
        let (repository, tag) = row.key().split_once(':').expect("repository:tag");
        assert!(
            aliases(repository, tag).any(|it| it == tag),
            "{}",
            row.key()
        );
    }
}
