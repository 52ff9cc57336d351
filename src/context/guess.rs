//! Which folder a Dockerfile is built with, where nobody says it.

use std::path::{Path, PathBuf};

use dfix_syntax::Parse;
use dfix_syntax::ast::{HasPaths as _, Instruction, Word};

use crate::names::NamesOfFolders;

/// How far above a Dockerfile its context is looked for.
const MOST_FOLDERS_UP: usize = 4;

/// The context of a Dockerfile in `own` that copies `files`, and whether that is in doubt; `repository` is the root that it
/// lies in.
pub(super) fn guess(
    own: PathBuf,
    repository: Option<&Path>,
    files: &[String],
    names: &NamesOfFolders,
) -> (PathBuf, bool) {
    let has = |folder: &Path, file: &String| names.has(folder, file);
    if files.is_empty() || files.iter().any(|file| has(&own, file)) {
        return (own, false);
    }
    let mut below = own.as_path();
    for folder in own.ancestors().skip(1).take(MOST_FOLDERS_UP) {
        // A repository's folder is the last that a build of it can be given.
        if repository == Some(below) {
            break;
        }
        if files.iter().all(|file| has(folder, file)) {
            return (folder.to_owned(), false);
        }
        below = folder;
    }
    (own, true)
}

fn known(word: &Word) -> Option<String> {
    word.value().into_known()
}

/// The plainly named files and folders that the text copies from its context.
pub(super) fn copied_files(parsed: &Parse) -> Vec<String> {
    let mut files = Vec::new();
    for instruction in parsed.file().instructions() {
        let mut words: Vec<Option<String>> = match (&instruction, instruction.exec_form()) {
            (Instruction::Copy(_) | Instruction::Add(_), Some(exec)) => exec.values().collect(),
            (Instruction::Copy(copy), None) => copy.words().map(|word| known(&word)).collect(),
            (Instruction::Add(add), None) => add.words().map(|word| known(&word)).collect(),
            _ => continue,
        };
        let is_from_elsewhere = instruction
            .flags()
            .any(|flag| flag.name().is_some_and(|name| name.contains("from")));
        words.pop();
        if is_from_elsewhere {
            continue;
        }
        for path in words.into_iter().flatten() {
            let path = path.trim_start_matches("./").trim_matches('/');
            let is_plain = !path.contains(['*', '?', '[', ':', '<', '$'])
                && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
            if is_plain {
                files.push(path.to_owned());
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::guess as guess_with;
    use crate::names::NamesOfFolders;

    fn put(root: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn the_root_is_above_where_only_that_has_what_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        put(
            folder.path(),
            &[("up/a", ""), ("up/b", ""), ("up/own/c", "")],
        );
        let top = fs::canonicalize(folder.path()).unwrap();
        let own = top.join("up/own");
        let files = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let guess = |own, repository, files: &[String]| {
            guess_with(own, repository, files, &NamesOfFolders::default())
        };
        assert_eq!(guess(own.clone(), None, &[]), (own.clone(), false));
        assert_eq!(
            guess(own.clone(), None, &files(&["a", "c"])),
            (own.clone(), false)
        );
        assert_eq!(
            guess(own.clone(), None, &files(&["a", "b"])),
            (top.join("up"), false)
        );
        assert_eq!(guess(own.clone(), None, &files(&["a", "z"])), (own, true));
    }
}
