//! A part of the files of a run: for machines that share the work.

use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

/// One of several parts. To which of them a file belongs depends on its path alone, so that a file that comes or goes moves
/// no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Counted from 1.
    number: u64,
    of: u64,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Shard { number, of }),
            _ => Err("write `I/N`: the part, and how many there are, such as 2/8".to_owned()),
        }
    }
}

impl Shard {
    /// The files that belong to it, and the others. Where one folder was given, paths count from there; else as they are
    /// named.
    pub(crate) fn part(
        self,
        files: Vec<PathBuf>,
        given: &[PathBuf],
    ) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let root = match given {
            [root] => root.strip_prefix(".").unwrap_or(root),
            _ => Path::new(""),
        };
        files.into_iter().partition(|file| {
            let below = file.strip_prefix(root).ok();
            let below = below.filter(|it| !it.as_os_str().is_empty());
            self.has(below.unwrap_or(file))
        })
    }

    fn has(self, path: &Path) -> bool {
        hash(path) % self.of == self.number - 1
    }
}

/// FNV-1a over the names of a path with `/` between them: the same on every machine. Its lower bits are mixed with the upper
/// ones, which the remainder of a small number would not see.
fn hash(path: &Path) -> u64 {
    let names = path.components().filter(|it| *it != Component::CurDir);
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for name in names {
        for byte in name.as_os_str().as_encoded_bytes().iter().chain(b"/") {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_read() {
        assert_eq!("2/8".parse(), Ok(Shard { number: 2, of: 8 }));
        for wrong in ["", "2", "0/8", "9/8", "1/0", "-1/2", "a/b", "1/2/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_file_is_in_one_shard_wherever_the_root_is() {
        let files = |root: &str| -> Vec<PathBuf> {
            let names = (0..1000).map(|it| Path::new(root).join(format!("r{it}/Dockerfile")));
            names.collect()
        };
        let mut sizes = Vec::new();
        for number in 1..=4 {
            let shard = Shard { number, of: 4 };
            let (here, others) = shard.part(files(""), &[PathBuf::from(".")]);
            assert_eq!(here.len() + others.len(), 1000);
            let (there, _) = shard.part(files("/builds/x"), &[PathBuf::from("/builds/x/")]);
            let below: Vec<&Path> = there
                .iter()
                .map(|it| it.strip_prefix("/builds/x").unwrap())
                .collect();
            assert_eq!(here, below);
            sizes.push(here.len());
        }
        assert_eq!(sizes.iter().sum::<usize>(), 1000);
        assert!(sizes.iter().all(|it| (200..300).contains(it)), "{sizes:?}");
    }

    #[test]
    fn a_path_has_the_same_number_on_every_machine() {
        assert_eq!(
            hash(Path::new("./a/Dockerfile")),
            hash(Path::new("a//Dockerfile"))
        );
        assert_eq!(hash(Path::new("a/Dockerfile")), 2_100_532_395_685_905_429);
    }
}
