//! Which template of the repository a Dockerfile may be made from.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use dfix_catalogue::{FileMark, file_is, may_be_dockerfile};

use super::{FolderContext, Folders};
use crate::names::Kind;

/// In how many folders templates are looked for: that of the Dockerfile, and those around it.
const MOST_FOLDERS: usize = 4;

/// A file with fewer lines than this is like many others.
const FEWEST_LINES: usize = 3;

impl FolderContext<'_> {
    /// The template that says most of what the Dockerfile says, by its path from the root of the repository.
    pub(super) fn find_template(&self) -> Option<String> {
        let place = self.real_place()?;
        let own = place.parent()?;
        let root = self.folders.launches.root_of(own);
        let root = root.as_deref().unwrap_or(own);
        let text = OnceCell::new();
        let text = || text.get_or_init(|| self.folders.text_of(&place).unwrap_or_default());
        let folders = own
            .ancestors()
            .take_while(|it| crate::launches::is_no_shorter(it, root));
        folders.take(MOST_FOLDERS).find_map(|folder| {
            let templates = self.folders.templates_in(folder);
            let template = templates.iter().find(|path| {
                let template = self.folders.text_of(path);
                **path != place
                    && template.is_ok_and(|template| may_be_made_from(text(), &template))
            })?;
            crate::launches::below(template, root)
        })
    }
}

impl Folders {
    /// The templates of Dockerfiles in a folder, looked for once.
    fn templates_in(&self, folder: &Path) -> Arc<Vec<PathBuf>> {
        let known = self
            .templates
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(templates) = known.get(folder.as_os_str()) {
            return Arc::clone(templates);
        }
        drop(known);
        let names = self.names().of(folder).ok();
        let all = names.iter().flat_map(|names| &names.all);
        let files = all.filter(|(name, kind)| *kind != Kind::Folder && is_template(name));
        let found = Arc::new(files.map(|(name, _)| folder.join(name)).collect());
        let mut known = self
            .templates
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.into(), Arc::clone(&found));
        found
    }
}

/// Whether a file of this name is a template of a Dockerfile.
fn is_template(name: &str) -> bool {
    file_is(name, FileMark::Template) && may_be_dockerfile(name)
}

/// Whether two lines of three, comments and empty ones not counted, stand in the template as they are.
fn may_be_made_from(dockerfile: &str, template: &str) -> bool {
    let in_template: HashSet<&str> = said(template).collect();
    let lines: HashSet<&str> = said(dockerfile).collect();
    let same = lines.iter().filter(|it| in_template.contains(*it)).count();
    same >= FEWEST_LINES && same * 3 >= lines.len() * 2
}

fn said(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::{is_template, may_be_made_from};

    #[test]
    fn names_of_templates() {
        for name in [
            "Dockerfile.j2",
            "Dockerfile-debian.template",
            "web.dockerfile.in",
        ] {
            assert!(is_template(name), "{name}");
        }
        for name in [
            "Dockerfile",
            "Dockerfile.dev",
            "template",
            "nginx.conf.template",
        ] {
            assert!(!is_template(name), "{name}");
        }
    }

    #[test]
    fn most_lines_are_the_same() {
        let template = "# of all\nFROM php:%%V%%\nRUN a\n\nRUN b\nENV V %%V%%\nCMD [\"c\"]\n";
        let made = "FROM php:8\nRUN a\nRUN b\nCMD [\"c\"]\n";
        assert!(may_be_made_from(made, template));
        assert!(!may_be_made_from(
            "FROM php:8\nRUN a\nRUN c\nRUN d\nCMD [\"c\"]\n",
            template
        ));
        assert!(!may_be_made_from("RUN a\nRUN b\n", template));
    }
}
