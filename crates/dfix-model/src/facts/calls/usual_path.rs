//! What stands on `PATH` in every image.

use crate::path::ImagePath;
use dfix_catalogue::programs::{Kind, Mark, Program};

/// The folders that programs stand in, in the order of the builder's own `PATH`.
pub(super) const USUAL_PATH: &[&str] = &[
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

pub(super) fn is_on_usual_path(path: &str) -> bool {
    path.starts_with('/')
        && ImagePath::new(path)
            .parent()
            .is_some_and(|folder| USUAL_PATH.contains(&folder.as_str()))
}

/// Whether no file is put on the path under the name of this program: words of the shell, what every system has.
pub(super) fn is_of_the_system(program: Program) -> bool {
    matches!(program.kind(), Kind::Builtin | Kind::Installer)
        || program.is(Mark::ChangesFiles)
        || matches!(program.name(), "python" | "pypy")
}
