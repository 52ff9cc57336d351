//! What the files of a project say.

mod bake;
mod ci;
mod cloud_run;
mod compose;
mod devcontainer;
mod documentation;
mod folder;
mod image_names;
mod inline;
mod kubernetes;
mod makefile;
mod named_platforms;
mod of_dockerfile;
mod platforms;
mod processes;
mod scripts;
mod skaffold;
mod tasks;
mod units;
mod within;

use std::collections::{BTreeMap, BTreeSet};

use dfix_launch::{Files, FolderLaunches, Launch, Mount, MountKind, Start, read_folder};

/// Files in memory.
struct Memory<'t>(BTreeMap<&'t str, &'t str>);

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        Ok(self.0.get(path).map(|text| (*text).to_owned()))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let names = self.0.keys().filter_map(|path| {
            let rest = match folder {
                "" => path,
                folder => path.strip_prefix(folder)?.strip_prefix('/')?,
            };
            Some(match rest.split_once('/') {
                Some((first, _)) => format!("{first}/"),
                None => rest.to_owned(),
            })
        });
        names.collect::<BTreeSet<String>>().into_iter().collect()
    }
}

/// What the files of a folder say.
fn read<const N: usize>(folder: &str, files: [(&str, &str); N]) -> FolderLaunches {
    read_folder(&Memory(BTreeMap::from(files)), folder)
}

/// The one launch of this name.
fn named<'f>(found: &'f FolderLaunches, name: &str) -> &'f Launch {
    let mut all = found.launches.iter().filter(|it| it.name == name);
    let one = all
        .next()
        .unwrap_or_else(|| panic!("no {name}: {found:#?}"));
    assert!(all.next().is_none(), "{name} is there twice");
    one
}

fn words(words: &[&str]) -> Start {
    let words = words.iter().map(|it| (*it).to_owned());
    Start::Words(words.collect())
}

fn shell(text: &str) -> Start {
    Start::Shell(text.to_owned())
}

/// What is mounted: where, what, and whether it is read-only.
fn mounts(all: &[Mount]) -> Vec<(&str, &MountKind, bool)> {
    let said = all
        .iter()
        .map(|it| (&*it.target, &it.kind, it.is_read_only));
    said.collect()
}

/// What is not read, each as `PLACE WHAT`.
fn unread<'f>(all: impl IntoIterator<Item = &'f dfix_launch::Unread>) -> Vec<String> {
    let said = all
        .into_iter()
        .map(|it| format!("{} {}", it.place, it.what));
    said.collect()
}
