//! Defaults of global `ARG`s that a rewrite changes, and that images are named by.

use dfix_model::{GlobalArg, Model};

use crate::matching::find::{Found, Subject};

/// Which images the defaults decide that a rewrite of an `ARG` changes, as sentences.
///
/// # Errors
/// Where a digest beside the default says which image is taken, whatever the default becomes.
pub(super) fn images(found: &Found<'_>, file: &Model<'_>) -> Result<Vec<String>, String> {
    let mut said = Vec::new();
    for arg in changed(found, file) {
        for stage in arg.stages_on_it() {
            let (image, line) = (stage.image(), stage.from_step().line());
            if image.is_pinned() && image.decided_by() != Some(arg.index()) {
                return Err(format!(
                    "the digest in line {line} says which image is taken, whatever `{}` is: take the digest of the new one there first",
                    arg.name()
                ));
            }
            said.push(format!(
                "the default of `{}` decides the image of line {line}",
                arg.name()
            ));
        }
    }
    Ok(said)
}

/// The global `ARG`s of the instructions that are found.
fn changed<'m>(
    found: &Found<'m>,
    file: &'m Model<'_>,
) -> impl Iterator<Item = GlobalArg<'m>> + use<'m> {
    let range = found.range;
    let is_instruction = matches!(found.subject, Subject::Instructions(_));
    file.global_args()
        .filter(move |it| is_instruction && range.contains_range(it.range()))
}
