//! What stands on `PATH` in every image.

use crate::path::{ImagePath, USUAL_PATH};
use dfix_catalogue::programs::{Kind, Mark, Program};

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
