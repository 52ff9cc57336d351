//! Commands without a folder, which the file itself may have put on the path.

use rustc_hash::FxHashSet;

use super::{Walk, script_at};
use crate::facts::call_site::CallSite;
use crate::facts::scripts::ScriptAt;
use crate::handles::{Stage, Step, Word};
use crate::path::{USUAL_PATH, file_name};

impl<'m> Walk<'m> {
    /// A command without a folder that the file itself may have put on the path.
    pub(super) fn script_on_path(&mut self, name: &str, site: &CallSite<'m>, depth: u8) {
        let copies = self.copies_before(site);
        if self.on_path.insert(name.to_owned(), copies) == Some(copies) {
            return;
        }
        for folder in self.folders_of_path(site) {
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            match script_at(site, &path) {
                ScriptAt::Elsewhere | ScriptAt::NotText => {}
                ScriptAt::Unread(_) if !name.contains('.') && !self.copies_file(name) => {}
                ScriptAt::Shell(script) => {
                    if self.seen.insert(path.clone()) {
                        self.script(&path, script, site, depth);
                    }
                    return;
                }
                ScriptAt::Other { .. } | ScriptAt::Unread(_) => {
                    return self.path(&path, site, depth);
                }
            }
        }
    }

    fn copies_before(&self, site: &CallSite<'m>) -> usize {
        let copies = &self.stage.data().copies;
        if site.is_run_time() {
            copies.len()
        } else {
            copies.partition_point(|&step| step < site.step.index())
        }
    }

    /// The folders of `PATH`, and those that programs usually stand in.
    fn folders_of_path(&mut self, site: &CallSite<'m>) -> Vec<String> {
        let at = if site.is_run_time() {
            self.stage.last_step()
        } else {
            site.step
        };
        match &self.usual_folders {
            Some((step, folders)) if *step == at.index() => folders.clone(),
            _ => {
                let mut folders: Vec<String> = self
                    .stage
                    .path_at(at)
                    .into_iter()
                    .flatten()
                    .filter(|folder| folder.starts_with('/'))
                    .collect();
                for usual in USUAL_PATH {
                    if !folders.iter().any(|folder| folder == usual) {
                        folders.push((*usual).to_owned());
                    }
                }
                self.usual_folders = Some((at.index(), folders.clone()));
                folders
            }
        }
    }

    /// Whether an instruction copies a file of this name.
    fn copies_file(&self, name: &str) -> bool {
        let mut stages = self.stage.base_chain();
        stages.any(|stage| {
            let copied = stage.cached(|| CopiedNames::of(stage));
            copied.0.contains(name)
        })
    }
}

/// The names of the files that the instructions of a stage copy, and of those that they copy to.
struct CopiedNames(FxHashSet<String>);

impl CopiedNames {
    fn of(stage: Stage<'_>) -> Self {
        let steps = stage.steps().filter(|step| step.is_copy_or_add());
        let words = steps.flat_map(Step::words).filter_map(Word::value);
        CopiedNames(words.map(|path| file_name(path).to_owned()).collect())
    }
}
