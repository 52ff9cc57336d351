//! What the builder does itself (`WORKDIR`, `COPY`, `ADD`) in the place of another instruction, or no more: the working directory of what
//! follows, and files of the build context in the place of the image's own.

use dfix_engine::OpenCondition;
use dfix_model::{ImagePath, Step, StepKind};

use super::Rewrite;
use crate::flat;
use crate::matching::find::Found;
use crate::pattern::instruction::{Arguments, InstructionPattern};
use crate::pattern::{Kind, ReplacementKind, instructions};
use crate::replacement::of_words::filled;

impl Rewrite {
    /// What is open where a `WORKDIR`, a `COPY` or an `ADD` comes or goes.
    pub(super) fn by_builder(&self, found: &Found<'_>) -> Vec<OpenCondition> {
        let Kind::Instructions(lines) = &self.search.pattern.kind else {
            return Vec::new();
        };
        let old: Vec<&InstructionPattern> = instructions(lines).collect();
        let new: Vec<&InstructionPattern> = match &self.replacement.kind {
            ReplacementKind::Instructions(new) => new.iter().collect(),
            _ => Vec::new(),
        };
        let Some(step) = found.step() else {
            return Vec::new();
        };
        let has = |all: &[&InstructionPattern], kind| all.iter().any(|it| it.kind == kind);
        let mut open = Vec::new();
        let coming: Vec<String> = new.iter().filter_map(|it| workdir_of(it, found)).collect();
        if has(&old, StepKind::Workdir) != has(&new, StepKind::Workdir) {
            open.extend(other_workdir(step, coming.last()));
        }
        let copies = [StepKind::Copy, StepKind::Add];
        let is_copied = |all: &[&InstructionPattern]| copies.into_iter().any(|it| has(all, it));
        // The text of a here-document is in the file.
        let is_text = self.replacement.template.source.contains("<<")
            && step
                .stage()
                .is_none_or(|it| it.user_at(step).is_root().is_yes());
        if is_copied(&new) && has(&old, StepKind::Run) && !is_copied(&old) && !is_text {
            open.push(OpenCondition::new(
                format!(
                    "whether line {} may be the builder's: it takes files from the build context or an address, for root, \
                     what it downloads with mode 600",
                    step.line()
                ),
                "say `--chown` and `--chmod` where others need the files, and `--from` where they are of an image",
            ));
        }
        open
    }
}

/// The folder of a `WORKDIR` that comes.
fn workdir_of(pattern: &InstructionPattern, found: &Found<'_>) -> Option<String> {
    let Arguments::Words { items, .. } = &pattern.arguments else {
        return None;
    };
    let item = items
        .first()
        .filter(|_| pattern.kind == StepKind::Workdir)?;
    let text = filled(&item.word, &found.state).ok()?;
    (!flat::has_expansion(&text)).then(|| flat::shown(&text))
}

/// What is open where the working directory becomes another one for what follows; `coming`: the one that a new `WORKDIR` says.
fn other_workdir(step: Step<'_>, coming: Option<&String>) -> Option<OpenCondition> {
    let stage = step.stage()?;
    let before = stage.workdir_at(step).unwrap_or_else(|| "/".to_owned());
    let (old, new) = match coming {
        Some(folder) => {
            let new = ImagePath::new(&before).join(folder).to_string();
            (before, new)
        }
        None if step.is(StepKind::Workdir) => {
            let word = step.words().next()?;
            let old = stage.expand_text(word, step)?;
            (ImagePath::new(&before).join(&old).to_string(), before)
        }
        None => return None,
    };
    (old != new).then(|| {
        OpenCondition::new(
            format!(
                "whether what follows line {} works in {new}, and not in {old}",
                step.line()
            ),
            "see what has no whole path there",
        )
    })
}
