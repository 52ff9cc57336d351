//! Tags whose image does something where another one is built on it, from `onbuild-triggers.tsv`.

use super::table::{Table, table};

const TRIGGERS: Table = table!("onbuild-triggers.tsv");

/// Whether a tag says that its image has triggers of `ONBUILD`.
pub fn has_triggers(tag: &str) -> bool {
    tag.split('-').any(|word| word == "onbuild")
}

/// The instructions that do what the triggers of an image did, and what it set for it; none where nobody here knows.
pub fn onbuild_triggers(repository: &str) -> impl Iterator<Item = &'static str> {
    let row = TRIGGERS.row(repository);
    row.into_iter()
        .flat_map(|row| row.column(1).split(" ; "))
        .filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_are_written_out() {
        assert!(has_triggers("3-jdk-8-onbuild-alpine") && has_triggers("onbuild"));
        assert!(!has_triggers("3.9-slim"));
        let of_maven: Vec<&str> = onbuild_triggers("maven").collect();
        assert_eq!(of_maven.last(), Some(&"RUN mvn install"));
        assert_eq!(onbuild_triggers("haxe").next(), None);
    }
}
