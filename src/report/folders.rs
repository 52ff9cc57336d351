//! By which folders files are put together.

use std::path::{Component, Path};

/// The first folder of a path; `.` where there is none.
pub(super) fn first_folder(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter(|it| {
            !matches!(
                it,
                Component::CurDir | Component::RootDir | Component::Prefix(_)
            )
        })
        .collect();
    match parts.as_slice() {
        [] | [_] => ".".to_owned(),
        [first, ..] => first.as_os_str().to_string_lossy().into_owned(),
    }
}
