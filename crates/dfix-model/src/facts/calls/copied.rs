//! Files that the image gets by name, and that something runs, seen or not.

use super::{UnreadKind, Walk};
use crate::facts::call_site::CallSite;
use crate::handles::{Step, Word};
use crate::path::{file_name, has_ending};

/// Endings of sources that something compiles.
const SOURCES: &[&str] = &[
    ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".f90", ".pyx", ".rs",
];

/// Folders that images have, so that a file is put into them where one is named as the target.
const FOLDERS: &[&str] = &[
    "/bin",
    "/etc",
    "/home",
    "/opt",
    "/root",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr/bin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/var",
];

impl<'m> Walk<'m> {
    /// The scripts and sources that an instruction copies from the build context by name.
    pub(super) fn copied_files(&mut self, step: Step<'m>) {
        if !step.is_copy_or_add() || step.source().is_some() {
            return;
        }
        let stage = self.stage;
        let expanded = |word: Word<'m>| stage.expand_text(word, step);
        let Some(target) = step.target().and_then(expanded) else {
            return;
        };
        let workdir = stage.workdir_at(step);
        let sources: Vec<String> = step.sources().filter_map(expanded).collect();
        let is_folder = target.ends_with('/')
            || target.ends_with('.')
            || sources.len() > 1
            || FOLDERS.contains(&target.as_str())
            || workdir.as_deref() == Some(target.as_str());
        // They stand there after this step.
        let after = step.next().filter(|next| next.stage() == Some(stage));
        let site = CallSite {
            step: after.unwrap_or(step),
            start: step.range().start().into(),
            command: None,
        };
        for source in &sources {
            let name = file_name(source);
            if SOURCES.iter().any(|ending| name.ends_with(ending)) {
                let condition = format!(
                    "whether something in the image compiles `{name}`, which {} copies",
                    step.label()
                );
                self.unread(
                    UnreadKind::Program,
                    condition,
                    "compile it in a stage of its own",
                );
            }
            let path = if is_folder {
                format!("{}/{name}", target.trim_end_matches('/'))
            } else {
                target.clone()
            };
            if has_ending(name, ".sh") && !name.contains(['*', '?']) {
                self.path(&path, &site, 0);
            } else if has_ending(name, ".py") || has_ending(name, ".js") {
                self.source_at(&path, &site);
            }
        }
    }
}
