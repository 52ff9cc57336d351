//! Which images have programs that know an option which is of 2015 or 2016.

use super::table::{Table, table};

const AGES: Table = table!("tool-ages.tsv");

/// An option that a program has not always known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatedOption {
    /// `apk --no-cache`, since Alpine 3.3 of December 2015.
    ApkNoCache,
    /// `conda clean -a`, since conda 4.0.5 of 2016.
    CondaCleanAll,
}

/// Whether the program of an image is known to know the option; `tag`: `None` where a digest or the build decides.
pub fn is_known_to(option: DatedOption, name: &str, tag: Option<&str>) -> bool {
    let program = match option {
        DatedOption::ApkNoCache => "apk",
        DatedOption::CondaCleanAll => "conda",
    };
    let folders = name.match_indices('/').rev();
    let names = std::iter::once(name).chain(folders.map(|(at, _)| &name[..=at]));
    let mut rows = names.filter_map(|it| AGES.row(&format!("{program} {it}")));
    let Some(row) = rows.next() else { return false };
    match (row.column(1), tag) {
        ("all", _) | (_, Some("latest")) => true,
        (_, None) => false,
        (least, Some(tag)) => {
            let least = numbers(least);
            !least.is_empty() && numbers(tag) >= least
        }
    }
}

/// The first version in a tag: 8 and 9 of `slim-8.9`.
fn numbers(tag: &str) -> Vec<u32> {
    let number = |it: &str| it.trim_start_matches('v').parse().ok();
    let parts = tag.split(['.', '-', '_']).map(number);
    parts
        .skip_while(Option::is_none)
        .map_while(|it| it)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_folders() {
        let apk = |name, tag| is_known_to(DatedOption::ApkNoCache, name, tag);
        assert!(apk("mhart/alpine-node", Some("6")));
        assert!(apk("mhart/alpine-node", Some("slim-12.4")));
        assert!(apk("mhart/alpine-node", Some("latest")));
        assert!(!apk("mhart/alpine-node", Some("5.1")));
        assert!(!apk("mhart/alpine-node", Some("base")));
        assert!(!apk("mhart/alpine-node", None));
        assert!(apk("mcr.microsoft.com/dotnet/sdk", None));
        assert!(apk("frolvlad/alpine-glibc", Some("alpine-3.12")));
        assert!(!apk("frolvlad/alpine-glibc", Some("alpine-3.2")));
        assert!(apk("fluent/fluentd", Some("v1.3-1")));
        assert!(!apk("acme/foo", Some("latest")));
        let conda = |name, tag| is_known_to(DatedOption::CondaCleanAll, name, tag);
        assert!(conda("continuumio/miniconda3", Some("24.1.2-0")));
        assert!(!conda("continuumio/miniconda3", Some("4.0.5")));
        assert!(!conda("jupyter/base-notebook", Some("2662627f26e0")));
        for row in AGES.all() {
            assert!(!row.column(2).is_empty(), "{}", row.key());
        }
    }
}
