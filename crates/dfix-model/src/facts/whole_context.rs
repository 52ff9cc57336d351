//! Steps that copy the whole build context.

use crate::handles::{Step, Word};

impl Step<'_> {
    /// Whether it copies all that lies at the root of the build context.
    pub fn copies_whole_context(self) -> bool {
        let is_all = |text: &str| matches!(text, "." | "./" | "/" | "*" | "./*");
        self.is_copy_or_add()
            && self.flag("from").is_none()
            && self.sources().filter_map(Word::value).any(is_all)
    }
}
