//! Which layers of the build are in an image that is shipped.

use crate::handles::{Stage, Step, Word};
use crate::path::{ImagePath, folder_of};

impl<'m> Stage<'m> {
    /// Whether what this stage leaves in a folder (anywhere, where that is not known) may be in an image that is shipped: the
    /// stage's own, or one that copies it from there.
    pub fn may_ship(self, folder: Option<&ImagePath>) -> bool {
        let takes = |copy: Step<'m>| {
            let taken = |source: Word<'m>| {
                let by = copy.stage().unwrap_or(self);
                by.expand_text(source, copy).is_none_or(|path| {
                    let known = path
                        .find(['*', '?', '['])
                        .map_or(&*path, |end| folder_of(&path[..end]));
                    let path = ImagePath::root().join(known);
                    folder.is_none_or(|it| it.is_below(&path) || path.is_below(it))
                })
            };
            copy.is_copy_or_add() && copy.sources().any(taken)
        };
        self.with_descendants()
            .any(|it| it.is_shipped() || it.copied_by().any(takes))
    }
}
