//! Defaults of `ARG`s that a rewrite changes, and that images and platforms are named by.

use dfix_model::{Flag, GlobalArg, Model, Pair, StepKind};

use crate::matching::find::{Found, Subject};

/// Which images and platforms the defaults decide that a rewrite of an `ARG` changes, as sentences.
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
    said.extend(by_words(found, file));
    Ok(said)
}

/// What the words of flags make of the defaults: the platform of a stage, the image of a mount.
fn by_words(found: &Found<'_>, file: &Model<'_>) -> Vec<String> {
    let is_found = matches!(found.subject, Subject::Instructions(_));
    let args = file.steps().filter(|it| is_found && it.is(StepKind::Arg));
    let args = args.filter(|it| found.range.contains_range(it.range()));
    let names = args.flat_map(|it| it.pairs().filter_map(Pair::key_text));
    let names: Vec<&str> = names.collect();
    let mut said = Vec::new();
    for step in file.steps() {
        let mounts = step
            .mounts()
            .filter_map(|it| Some(("image of a mount", it.option("from")?)));
        let platform = step.flag("platform").and_then(Flag::value);
        let words = platform
            .map(|it| ("platform", it))
            .into_iter()
            .chain(mounts);
        for (what, word) in words {
            let variables = word.variables();
            let mut names = names
                .iter()
                .filter(|name| variables.iter().any(|it| it == *name));
            if let Some(name) = names.next() {
                said.push(format!(
                    "the default of `{name}` decides the {what} of line {}",
                    step.line()
                ));
            }
        }
    }
    said
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
