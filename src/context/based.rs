//! The Dockerfiles of a repository that are based on the image which another one of it builds.

use dfix_model::context::{BasedElsewhere, Context as _, ImageUseKind, UsedElsewhere};

use super::FolderContext;

/// How many stages of other Dockerfiles are looked at for one.
const MOST_BASED: usize = 32;

impl FolderContext<'_> {
    /// Shows the stages that are based on what this Dockerfile builds, the direct ones first; each once.
    pub(super) fn show_based(&self, look: &mut dyn FnMut(&BasedElsewhere<'_>)) {
        let mut found: Vec<UsedElsewhere> = based(self.used_elsewhere()).collect();
        if found.is_empty() {
            return;
        }
        let root = &self.launches_of().root;
        let mut at = 0;
        while let Some(it) = found.get(at).filter(|_| at < MOST_BASED).cloned() {
            at += 1;
            let path = root.join(&*it.file);
            let Ok(text) = self.folders.text_of(&path) else {
                continue;
            };
            let parsed = dfix_syntax::parse(&text);
            let mut context =
                FolderContext::of(&path, None, &parsed, self.folders).with_text(&text);
            context.images = self.images;
            context.depth = self.depth + 1;
            look(&BasedElsewhere {
                file: &it.file,
                line: it.used.line,
                image: &it.used.image,
                is_known: it.is_known,
                text: &text,
                parsed: &parsed,
                context: &context,
            });
            for next in based(context.used_elsewhere()) {
                let is_same = |known: &UsedElsewhere| {
                    (&known.file, known.used.line) == (&next.file, next.used.line)
                };
                if root.join(&*next.file) != self.dockerfile && !found.iter().any(is_same) {
                    found.push(UsedElsewhere {
                        is_known: it.is_known && next.is_known,
                        ..next
                    });
                }
            }
        }
    }
}

fn based(uses: &[UsedElsewhere]) -> impl Iterator<Item = UsedElsewhere> {
    let is_one = |it: &&UsedElsewhere| it.used.how == ImageUseKind::BasedOn && it.is_likely();
    uses.iter().filter(is_one).cloned()
}
