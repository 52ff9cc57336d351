//! Tags that the registry has no more, from `deleted-tags.tsv`.

use super::images::glob;
use super::table::{Table, table};

const TAGS: Table = table!("deleted-tags.tsv");

/// Who says that a tag was taken out of its registry, by its publisher; `None` where nothing is known of that. `repository` is
/// normalised (see [`super::normalise`]), `tag` is `latest` when the file names none.
pub fn deleted_tag(repository: &str, tag: &str) -> Option<&'static str> {
    let folder = repository.rfind('/').map(|at| &repository[..=at]);
    let keys = [Some(repository), folder];
    let mut rows = keys.into_iter().flatten().flat_map(|key| TAGS.rows(key));
    let row = rows.find(|row| glob(row.column(1), tag))?;
    Some(row.column(2))
}

#[cfg(test)]
mod tests {
    use super::deleted_tag;

    #[test]
    fn deleted_tags_are_told_from_others() {
        for gone in [
            "latest",
            "9.0-devel-ubuntu16.04",
            "10.2-base",
            "11.0-base-ubuntu20.04",
        ] {
            assert!(deleted_tag("nvidia/cuda", gone).is_some(), "{gone}");
        }
        for there in [
            "11.0.3-base-ubuntu20.04",
            "12.4.1-devel-ubuntu22.04",
            "11.8.0-base-ubuntu22.04",
        ] {
            assert!(deleted_tag("nvidia/cuda", there).is_none(), "{there}");
        }
        assert!(deleted_tag("bitnami/redis", "7.2.4-debian-12-r9").is_some());
        assert!(deleted_tag("bitnami/redis", "latest").is_none());
        assert!(deleted_tag("python", "3.6").is_none());
    }
}
