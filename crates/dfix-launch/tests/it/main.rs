//! What the files of a project say.

mod bake;
mod compose;

use std::collections::BTreeMap;

use dfix_launch::{Files, FolderLaunches, Launch, read_folder};

/// Files in memory.
struct Memory(BTreeMap<&'static str, &'static str>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        Ok(self.0.get(path).map(|text| (*text).to_owned()))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let names = self.0.keys().filter_map(|path| {
            let (around, name) = path.rsplit_once('/').unwrap_or(("", path));
            (around == folder).then(|| name.to_owned())
        });
        names.collect()
    }
}

/// What the files of a folder say.
fn read<const N: usize>(folder: &str, files: [(&'static str, &'static str); N]) -> FolderLaunches {
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
