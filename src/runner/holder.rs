//! Files with Dockerfiles in them.

use std::path::Path;

use dfix_launch::inline::{Holder, holder_of_text};

/// What the file is that has this path and text, if it may hold Dockerfiles and is none.
pub(super) fn holder(path: &Path, text: &str) -> Option<Holder> {
    holder_of_text(path.file_name()?.to_str()?, text)
}
