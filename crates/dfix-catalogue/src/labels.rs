//! Keys of labels, from `label-successors.tsv`.

use super::table::{Table, table};

const SUCCESSORS: Table = table!("label-successors.tsv");

/// The key of the OCI image specification that says what a key of label-schema.org said.
pub fn oci_label(key: &str) -> Option<&'static str> {
    Some(SUCCESSORS.row(key)?.column(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_of_the_specification() {
        for row in SUCCESSORS.all() {
            let new = oci_label(row.key()).expect("a row");
            assert!(new.starts_with("org.opencontainers.image."), "{new}");
        }
        assert_eq!(oci_label("org.label-schema.docker.cmd"), None);
    }
}
