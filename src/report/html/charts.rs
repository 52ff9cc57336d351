//! What changes most, and where: a bar for each rule and each folder, in parts by level.

use std::collections::BTreeMap;

use serde::Serialize;

use super::findings::{Counted, ERROR};
use crate::report::entry::STATUSES;

/// How many bars a chart has.
const MOST_BARS: usize = 15;

/// How many folders there are at least, where they are that many.
const FEW_FOLDERS: usize = 4;

/// How deep folders are taken apart.
const MOST_DEPTH: usize = 4;

/// A chart.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    bars: Vec<Bar>,
    /// How many more there are, which have no bar.
    more: usize,
}

/// A bar.
#[derive(Debug, Serialize)]
struct Bar {
    name: String,
    count: usize,
    parts: Vec<Part>,
}

/// A part of a bar.
#[derive(Debug, Serialize)]
struct Part {
    level: &'static str,
    count: usize,
    /// Where it begins and how wide it is, in thousandths of the longest bar.
    at: usize,
    wide: usize,
}

/// How much there is of each level.
type Levels = BTreeMap<usize, usize>;

/// What is counted for the charts.
#[derive(Default)]
pub(super) struct Charts {
    rules: BTreeMap<String, Levels>,
    /// By whole folders.
    folders: BTreeMap<String, Levels>,
    all: Levels,
}

/// The levels in the order of their parts, without and with a fix.
pub(super) fn levels() -> Vec<&'static str> {
    let mut levels = vec!["safe", "checked", "unsafe"];
    for word in STATUSES.map(crate::report::entry::Status::word) {
        if word != "fix" && !levels.contains(&word) {
            levels.push(word);
        }
    }
    levels.push(ERROR);
    levels
}

impl Charts {
    /// Adds a finding of a file.
    pub(super) fn add(&mut self, path: &str, found: Counted) {
        let level = levels().iter().position(|it| *it == found.level);
        let level = level.unwrap_or_default();
        let folder = path.rsplit_once('/').map_or(".", |it| it.0);
        let of_folder = self.folders.entry(folder.to_owned()).or_default();
        *of_folder.entry(level).or_default() += 1;
        *self.all.entry(level).or_default() += 1;
        if !found.rule.is_empty() {
            let of_rule = self.rules.entry(found.rule.to_owned()).or_default();
            *of_rule.entry(level).or_default() += 1;
        }
    }

    /// How much there is of each level that there is.
    pub(super) fn by_level(&self) -> Vec<(&'static str, usize)> {
        let names = levels();
        self.all.iter().map(|it| (names[*it.0], *it.1)).collect()
    }

    pub(super) fn by_rule(&self) -> Chart {
        chart(self.rules.clone())
    }

    /// By the folders nearest to the root that are several.
    pub(super) fn by_folder(&self) -> Chart {
        let mut groups = BTreeMap::new();
        for depth in 1..=MOST_DEPTH {
            groups = BTreeMap::new();
            for (folder, levels) in &self.folders {
                let parts = folder.split('/').filter(|it| !it.is_empty());
                let is_absolute = folder.starts_with('/');
                let parts: Vec<&str> = parts.take(depth).collect();
                let name = format!("{}{}", if is_absolute { "/" } else { "" }, parts.join("/"));
                let group: &mut Levels = groups.entry(name).or_default();
                for (level, count) in levels {
                    *group.entry(*level).or_default() += count;
                }
            }
            if groups.len() >= FEW_FOLDERS {
                break;
            }
        }
        chart(groups)
    }
}

fn chart(groups: BTreeMap<String, Levels>) -> Chart {
    let sum = |levels: &Levels| levels.values().sum::<usize>();
    let mut groups: Vec<(String, Levels)> = groups.into_iter().collect();
    groups.sort_by_key(|it| std::cmp::Reverse(sum(&it.1)));
    let more = groups.len().saturating_sub(MOST_BARS);
    groups.truncate(MOST_BARS);
    let longest = groups.first().map_or(1, |it| sum(&it.1).max(1));
    let names = levels();
    let bars = groups.into_iter().map(|(name, levels)| {
        let mut before = 0;
        let parts = levels.iter().map(|(level, &count)| {
            let at = before * 1000 / longest;
            before += count;
            Part {
                level: names[*level],
                count,
                at,
                wide: before * 1000 / longest - at,
            }
        });
        let parts: Vec<Part> = parts.collect();
        Bar {
            name,
            count: before,
            parts,
        }
    });
    Chart {
        bars: bars.collect(),
        more,
    }
}

#[cfg(test)]
mod tests {
    use super::{Charts, Counted};

    #[test]
    fn bars_have_parts_and_folders_are_several() {
        let mut charts = Charts::default();
        let paths = ["m/a/x/D", "m/a/y/D", "m/b/D", "m/c/D", "m/d/D"];
        for (path, level) in paths
            .iter()
            .zip(["safe", "by hand", "safe", "safe", "error"])
        {
            charts.add(path, Counted { rule: "r", level });
        }
        let rules = charts.by_rule();
        let parts: Vec<_> = rules.bars[0]
            .parts
            .iter()
            .map(|it| (it.at, it.wide))
            .collect();
        assert_eq!(parts, [(0, 600), (600, 200), (800, 200)]);
        let folders = charts.by_folder();
        let names: Vec<_> = folders.bars.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["m/a", "m/b", "m/c", "m/d"]);
        assert_eq!(
            charts.by_level(),
            [("safe", 3), ("by hand", 1), ("error", 1)]
        );
    }
}
