//! Which files of a folder are read, and of which folders below it.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::files::{Files, FolderLaunches};
use crate::launch::Launch;
use crate::path::{folder_of, join, name_of};
use crate::{
    bake, ci, compose, crontab, devcontainer, documentation, examples, kubernetes, makefile,
    others, platforms, procfile, scripts, skaffold, tasks, units,
};

/// Where such files usually lie below a folder, and how many levels of folders are looked at there.
const SUBFOLDERS: [(&str, usize); 50] = [
    (".aws", 1),
    (".circleci", 1),
    (".devcontainer", 2),
    (".do", 1),
    (".github/workflows", 1),
    (".gitlab", 2),
    (".vscode", 1),
    ("ansible", 4),
    ("aws", 1),
    ("bin", 1),
    ("chart", 1),
    ("charts", 2),
    ("ci", 1),
    ("compose", 2),
    ("containers", 1),
    ("copilot", 2),
    ("cron.d", 1),
    ("deploy", 2),
    ("deployment", 2),
    ("deployments", 2),
    ("docker", 2),
    ("docker-compose", 2),
    ("ecs", 1),
    ("etc/cron.d", 1),
    ("hack", 1),
    ("helm", 2),
    ("helm-chart", 1),
    ("helm-charts", 2),
    ("infra", 2),
    ("infrastructure", 2),
    ("k8s", 2),
    ("kube", 2),
    ("kubernetes", 2),
    ("kubernetes-manifests", 1),
    ("kustomize", 2),
    ("manifests", 2),
    ("nomad", 2),
    ("ops", 2),
    ("playbooks", 1),
    ("podman", 1),
    ("quadlet", 1),
    ("quadlets", 1),
    ("roles", 3),
    ("script", 1),
    ("scripts", 2),
    ("scripts/cron.d", 1),
    ("systemd", 1),
    ("terraform", 3),
    ("tools", 1),
    ("unraid", 1),
];

/// Folders of what is none of the repository's own: git's, and what its package managers, or people, put there.
const FOREIGN: [&str; 6] = [
    ".git",
    ".venv",
    "node_modules",
    "third_party",
    "vendor",
    "venv",
];

/// How many folders are read for one.
const MOST_FOLDERS: usize = 64;
/// How many folders of a repository are looked at for what starts images by what it is, and how deep they may lie.
const MOST_LISTED: usize = 512;
const DEEPEST: usize = 4;

/// Reads what the files of `folder` build and start, those of the usual folders below it among them. Files that they
/// include or extend are read with them. No file is read twice.
pub fn read_folder(files: &dyn Files, folder: &str) -> FolderLaunches {
    let files = &Once::new(files);
    let mut found = FolderLaunches::default();
    let mut renames = Vec::new();
    let read = folders(files, folder);
    for folder in &read {
        let names = files.list(folder);
        let mut own = FolderLaunches::default();
        compose::read(files, folder, &names, &mut own);
        bake::read(files, folder, &names, &mut own);
        renames.extend(kubernetes::read(files, folder, &names, &mut own));
        skaffold::read(files, folder, &names, &mut own);
        platforms::read(files, folder, &names, &mut own);
        others::read(files, folder, &names, &mut own);
        procfile::read(files, folder, &names, &mut own);
        makefile::read(files, folder, &names, &mut own);
        scripts::read(files, folder, &names, &mut own);
        tasks::read(files, folder, &names, &mut own);
        units::read(files, folder, &names, &mut own);
        crontab::read(files, folder, &names, &mut own);
        devcontainer::read(files, folder, &names, &mut own);
        ci::read(files, folder, &names, &mut own);
        documentation::read(files, folder, &names, &mut own);
        for name in names.iter().filter(|it| is_of_linters(it)) {
            // It is looked at with all that was read.
            _ = files.read(&join(folder, name).unwrap_or_default());
        }
        found.add(&own);
    }
    if folder.is_empty() {
        renames.extend(elsewhere(files, &read, &mut found));
    }
    kubernetes::rename(&mut found.launches, &renames);
    take_small_names(files, &mut found.launches);
    examples::take_dockerfiles(files, &mut found.launches);
    found.hadolint = files.naming_hadolint();
    found
}

/// Whether a file says which linters are run, or is hadolint's own.
fn is_of_linters(name: &str) -> bool {
    name.starts_with(".hadolint") || name.starts_with(".pre-commit-config.y")
}

/// What starts images by what it is, in other folders of the repository: files of Compose with what they build, wherever
/// it lies, and what they start of that; manifests of Kubernetes, whose images may be any, with what builds them; units of
/// systemd. Returns what kustomizations rename.
fn elsewhere(
    files: &dyn Files,
    read: &[String],
    found: &mut FolderLaunches,
) -> Vec<kubernetes::Rename> {
    let mut renames = Vec::new();
    let mut folders = vec![(String::new(), 0)];
    let mut next = 0;
    while let Some((folder, depth)) = folders.get(next).cloned() {
        next += 1;
        let names = files.list(&folder);
        let is_other = !read.contains(&folder);
        if is_other {
            renames.extend(kubernetes::read(files, &folder, &names, found));
            skaffold::read(files, &folder, &names, found);
            units::read(files, &folder, &names, found);
        }
        if is_other && names.iter().any(|it| compose::is_compose(it)) {
            let mut own = FolderLaunches::default();
            compose::read(files, &folder, &names, &mut own);
            let is_built_here = |launch: &Launch| {
                let dockerfile = launch.build.as_ref()?.dockerfile.as_deref()?;
                Some(!files.list(folder_of(dockerfile)).is_empty())
            };
            own.launches.retain(|it| is_built_here(it) == Some(true));
            own.unread
                .retain(|it| leads_out_of_its_folder(files, &it.place.file));
            found.add(&own);
        }
        // What is in a chart is the chart's.
        if depth == DEEPEST || names.iter().any(|it| it == "Chart.yaml") {
            continue;
        }
        let inner = names.iter().filter_map(|it| it.strip_suffix('/'));
        let inner = inner.filter(|it| !is_foreign(it));
        let paths = inner.filter_map(|it| Some((join(&folder, it)?, depth + 1)));
        folders.extend(paths.take(MOST_LISTED.saturating_sub(folders.len())));
    }
    renames
}

/// Whether a file names what is in none of the folders below its own, as only `..` does: one that could not be read says
/// nothing about them otherwise.
fn leads_out_of_its_folder(files: &dyn Files, path: &str) -> bool {
    !matches!(files.read(path), Ok(Some(text)) if !text.contains(".."))
}

/// Whether a folder holds what is none of the repository's own.
fn is_foreign(name: &str) -> bool {
    FOREIGN.binary_search(&name).is_ok()
}

/// Where there is no `Dockerfile`, the builder takes `dockerfile` (`BuildKit`, frontend/dockerui/config.go).
fn take_small_names(files: &dyn Files, launches: &mut [Launch]) {
    for build in launches.iter_mut().filter_map(|it| it.build.as_mut()) {
        let Some(path) = build.dockerfile.as_deref() else {
            continue;
        };
        let folder = folder_of(path);
        if name_of(path) != "Dockerfile" {
            continue;
        }
        let names = files.list(folder);
        let has = |name: &str| names.iter().any(|it| it == name);
        if !has("Dockerfile") && has("dockerfile") {
            build.dockerfile = join(folder, "dockerfile");
        }
    }
}

/// A folder, and those below it that are read with it.
fn folders(files: &dyn Files, folder: &str) -> Vec<String> {
    let mut found = vec![folder.to_owned()];
    let names = files.list(folder);
    let inner: Vec<&str> = names.iter().filter_map(|it| it.strip_suffix('/')).collect();
    if inner.is_empty() {
        return found;
    }
    let is_there = |path: &str| inner.contains(&path.split('/').next().unwrap_or(path));
    for (path, levels) in SUBFOLDERS.into_iter().filter(|(path, _)| is_there(path)) {
        if let Some(path) = join(folder, path) {
            below(files, &path, levels, &mut found);
        }
    }
    found
}

fn below(files: &dyn Files, folder: &str, levels: usize, found: &mut Vec<String>) {
    let names = files.list(folder);
    if names.is_empty() || found.len() >= MOST_FOLDERS {
        return;
    }
    found.push(folder.to_owned());
    // What is in a chart is the chart's.
    if levels < 2 || names.iter().any(|it| it == "Chart.yaml") {
        return;
    }
    for name in names.iter().filter_map(|it| it.strip_suffix('/')) {
        if let Some(path) = join(folder, name) {
            below(files, &path, levels - 1, found);
        }
    }
}

/// Files that are read at most once.
struct Once<'f> {
    files: &'f dyn Files,
    texts: RefCell<FxHashMap<String, Result<Option<String>, String>>>,
    lists: RefCell<FxHashMap<String, Vec<String>>>,
}

impl<'f> Once<'f> {
    fn new(files: &'f dyn Files) -> Self {
        Once {
            files,
            texts: RefCell::default(),
            lists: RefCell::default(),
        }
    }
}

impl Once<'_> {
    /// The files among those that were read by which hadolint is run: not documentation, and no Dockerfile.
    fn naming_hadolint(&self) -> Vec<String> {
        let texts = self.texts.borrow();
        let is_run_by = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let only_speaks = [".md", ".rst", ".adoc", ".txt"];
            let ending = name.rsplit_once('.').map(|it| it.1);
            let is_yaml = matches!(ending, Some("yml" | "yaml"));
            let is_dockerfile = name.contains("ockerfile") || name.contains("ontainerfile");
            !only_speaks.iter().any(|it| name.ends_with(it)) && (is_yaml || !is_dockerfile)
        };
        let naming = texts.iter().filter(|(path, text)| {
            let is_named = matches!(text, Ok(Some(text)) if text.contains("hadolint"));
            is_run_by(path) && (is_named || path.contains(".hadolint"))
        });
        let mut paths: Vec<String> = naming.map(|(path, _)| path.clone()).collect();
        paths.sort_unstable();
        paths
    }
}

impl Files for Once<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        let mut texts = self.texts.borrow_mut();
        let text = texts.entry(path.to_owned());
        text.or_insert_with(|| self.files.read(path)).clone()
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let mut lists = self.lists.borrow_mut();
        let list = lists.entry(folder.to_owned());
        list.or_insert_with(|| self.files.list(folder)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{FOREIGN, SUBFOLDERS};

    #[test]
    fn the_table_is_sorted() {
        assert!(SUBFOLDERS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(FOREIGN.is_sorted());
    }
}
