//! Documentation: the commands that a README and its like show, in blocks of code, to build and start images. They are
//! examples: what counts of them is what they mount. Source: CommonMark, "Fenced code blocks".

use crate::docker_words::{At, launch_of};
use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::launch::Source;
use crate::path::{ends_in, join};
use crate::shell::Shell;

/// Folders of documentation beside it.
const FOLDERS: [&str; 3] = ["docs", "doc", "documentation"];

/// Words with which the names of files begin that tell how something is started.
const NAMES: [&str; 5] = ["readme", "docker", "install", "getting", "deploy"];

/// Reads the documentation of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let is_text = |name: &str| ends_in(name, &["md", "markdown", "mdx"]);
    let is_told = |name: &str| {
        let name = name.to_ascii_lowercase();
        NAMES.iter().any(|it| name.starts_with(it))
    };
    let mut paths: Vec<String> = names
        .iter()
        .filter(|name| is_text(name) && is_told(name))
        .filter_map(|name| join(folder, name))
        .collect();
    for inner in FOLDERS {
        let is_there = names.iter().any(|it| it.strip_suffix('/') == Some(inner));
        let Some(inner) = join(folder, inner).filter(|_| is_there) else {
            continue;
        };
        let texts = files.list(&inner);
        let texts = texts.iter().filter(|name| is_text(name));
        paths.extend(texts.filter_map(|name| join(&inner, name)));
    }
    for path in paths.iter().take(MOST_FILES) {
        if let Ok(Some(text)) = files.read(path) {
            read_text(files, folder, path, &text, found);
        }
    }
}

/// `folder`: where whoever reads it types.
fn read_text(files: &dyn Files, folder: &str, path: &str, text: &str, found: &mut FolderLaunches) {
    let at = At {
        files,
        source: Source::Documentation,
        file: path,
        name: "example",
    };
    for block in blocks(text) {
        // A block is one shell.
        let mut shell = Shell::new(Some(folder.to_owned()));
        let commands = shell.read(&block.text, block.line);
        let launches = commands.iter().filter_map(|it| launch_of(it, at));
        let known = launches.filter(|launch| match &launch.build {
            Some(build) => build.dockerfile.is_some() && launch.image.is_some(),
            None => launch.image.is_some() && !launch.mounts.is_empty(),
        });
        found.launches.extend(known);
    }
}

/// A block of code that speaks of containers.
struct Block {
    /// The line after its fence, from 1.
    line: usize,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<(&str, Block)> = None;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim_start().trim_start_matches("> ");
        let fence = ["```", "~~~"].into_iter().find(|it| bare.starts_with(it));
        match (&mut open, fence) {
            (Some((own, _)), Some(fence)) if *own == fence => {
                let block = open.take().map(|(_, block)| block);
                let is_meant = |block: &Block| {
                    ["docker ", "podman ", "nerdctl "]
                        .iter()
                        .any(|it| block.text.contains(it))
                };
                found.extend(block.filter(is_meant));
            }
            (None, Some(fence)) => {
                let block = Block {
                    line: number + 2,
                    text: String::new(),
                };
                open = Some((fence, block));
            }
            (Some((_, block)), _) => {
                // What a person sees before it is no part of a command.
                let command = bare
                    .strip_prefix("$ ")
                    .or_else(|| bare.strip_prefix("# "))
                    .unwrap_or(bare);
                block.text.push_str(command);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}
