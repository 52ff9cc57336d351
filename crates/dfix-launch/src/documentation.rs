//! Documentation: the commands that a README and its like show to build and start images, and those that comments of a
//! Dockerfile show. They are examples: what counts of them is what they mount.

use crate::compose;
use crate::docker_words::{At, launches_in};
use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::launch::{Build, Launch, Source};
use crate::markup::{Block, Markup, blocks, comments, compose_texts};
use crate::path::{is_dockerfile, join, name_of};
use crate::shell::Shell;

/// Folders of documentation beside it.
pub(crate) const FOLDERS: [&str; 3] = ["docs", "doc", "documentation"];

/// Words with which the names of files begin that tell how something is started.
const NAMES: [&str; 12] = [
    "build",
    "contribut",
    "deploy",
    "develop",
    "docker",
    "getting",
    "install",
    "quick",
    "readme",
    "run",
    "setup",
    "usage",
];

/// Reads the documentation of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let mut paths: Vec<(String, Markup)> = Vec::new();
    let own = names.iter().filter(|name| is_told(name));
    paths.extend(own.filter_map(|name| text_of(folder, name)));
    for inner in FOLDERS {
        let Some((inner, names)) = below(files, folder, names, inner) else {
            continue;
        };
        paths.extend(names.iter().filter_map(|name| text_of(&inner, name)));
        for next in names.iter().filter_map(|it| it.strip_suffix('/')) {
            if paths.len() >= MOST_FILES {
                break;
            }
            let Some((next, names)) = below(files, &inner, &names, next) else {
                continue;
            };
            let is_about = is_told(name_of(&next));
            let told = names.iter().filter(|name| is_about || is_told(name));
            paths.extend(told.filter_map(|name| text_of(&next, name)));
        }
    }
    for (path, markup) in paths.iter().take(MOST_FILES) {
        if let Ok(Some(text)) = files.read(path) {
            let blocks = blocks(&text, *markup);
            let launches = launches_of(files, folder, path, &blocks);
            found.launches.extend(launches.into_iter().filter(is_known));
            let composed = compose_texts(&text).into_iter();
            let composed = composed.flat_map(|it| compose::in_text(files, path, &it.text, it.line));
            found
                .launches
                .extend(composed.filter_map(|it| shown_by_compose(it, folder, names)));
        }
    }
    for name in names.iter().filter(|it| is_dockerfile(it)).take(MOST_FILES) {
        let path = join(folder, name);
        let text = path.and_then(|path| Some((files.read(&path).ok()??, path)));
        let Some((text, path)) = text else { continue };
        let launches = launches_of(files, folder, &path, &comments(&text));
        let own = launches.into_iter().map(|it| of_itself(it, &path));
        found.launches.extend(own.filter(is_known));
    }
}

/// Whether a file tells by its name how something is started.
fn is_told(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|it| name.starts_with(it))
}

/// The path of a text, and how it is written.
fn text_of(folder: &str, name: &str) -> Option<(String, Markup)> {
    let small = name.to_ascii_lowercase();
    let markup = match small.rsplit_once('.') {
        Some((_, "md" | "markdown" | "mdx" | "txt")) => Markup::Markdown,
        Some((_, "rst")) => Markup::Rst,
        Some((_, "adoc" | "asciidoc")) => Markup::AsciiDoc,
        None if matches!(&*small, "install" | "readme" | "usage") => Markup::Markdown,
        _ => return None,
    };
    Some((join(folder, name)?, markup))
}

/// A folder in another, if it is there: its path and its names.
fn below(
    files: &dyn Files,
    folder: &str,
    names: &[String],
    inner: &str,
) -> Option<(String, Vec<String>)> {
    let is_there = names.iter().any(|it| it.strip_suffix('/') == Some(inner));
    let path = join(folder, inner).filter(|_| is_there)?;
    let names = files.list(&path);
    Some((path, names))
}

/// `folder`: where whoever reads it types.
fn launches_of(files: &dyn Files, folder: &str, path: &str, blocks: &[Block]) -> Vec<Launch> {
    let at = At {
        files,
        source: Source::Documentation,
        file: path,
        name: "example",
    };
    let of_block = |block: &Block| {
        // A block is one shell.
        let mut shell = Shell::new(Some(folder.to_owned())).with_dialect(block.dialect);
        let text = with_open_places(&block.text);
        launches_in(&mut shell, &text, block.line, at)
    };
    blocks.iter().flat_map(of_block).collect()
}

/// A text in which places that the reader fills in are variables, which a shell does not take for files to read:
/// `<registry>/web` is `${registry}/web`.
fn with_open_places(text: &str) -> String {
    let is_name = |name: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || " -_.:".contains(c);
        let is_plain = name.chars().all(is_part) && name.trim() == name;
        is_plain && name.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, behind) = rest.split_at(at);
        let inside = behind[1..].split_once('>');
        let inside = inside.filter(|(name, _)| is_name(name) && !before.ends_with('<'));
        out.push_str(before);
        if let Some((name, after)) = inside {
            let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            out.push_str(&["${", &name, "}"].concat());
            rest = after;
        } else {
            out.push('<');
            rest = &behind[1..];
        }
    }
    out.push_str(rest);
    out
}

/// A service that is shown: what it mounts into an image of this name, or of the Dockerfile beside the documentation, which
/// it may build from where the repository is published.
fn shown_by_compose(mut service: Launch, folder: &str, names: &[String]) -> Option<Launch> {
    let build = service.build.take();
    if service.mounts.is_empty() {
        return None;
    }
    if let Some(build) = build.filter(|_| service.image.is_none()) {
        let name = build.dockerfile_name.as_deref().unwrap_or("Dockerfile");
        let is_there = names.iter().any(|it| it == name);
        let dockerfile = build
            .dockerfile
            .or_else(|| join(folder, name).filter(|_| is_there));
        service.build = Some(Build {
            context: None,
            dockerfile: Some(dockerfile?),
            target: build.target,
            ..Build::default()
        });
    }
    Some(Launch {
        source: Source::Documentation,
        unread: Vec::new(),
        ..service
    })
}

/// Whether an example says enough to count.
fn is_known(launch: &Launch) -> bool {
    match &launch.build {
        Some(build) => build.dockerfile.is_some() && launch.image.is_some(),
        None if launch.within.is_some() || launch.deployed.is_some() || launch.starts_files => true,
        None => {
            let gives = launch.is_privileged
                || launch.has_host_processes
                || !launch.capabilities.is_empty()
                || !launch.devices.is_empty();
            let says = gives
                || launch.keeps_low_ports
                || !launch.mounts.is_empty()
                || launch.command.is_some()
                || launch.entrypoint.is_some()
                || !launch.environment.is_empty();
            launch.image.is_some() && says
        }
    }
}

/// What a comment of a Dockerfile builds is what it stands in, wherever the command is typed.
fn of_itself(mut launch: Launch, path: &str) -> Launch {
    let is_it = |file: &str| name_of(file) == name_of(path) || name_of(file) == "Dockerfile";
    if let Some(build) = &mut launch.build
        && build.dockerfile.as_deref().is_none_or(is_it)
    {
        *build = Build {
            context: None,
            dockerfile: Some(path.to_owned()),
            ..std::mem::take(build)
        };
    }
    launch
}

#[cfg(test)]
mod tests {
    use super::with_open_places;

    #[test]
    fn places_to_fill_in_are_variables() {
        for (text, read) in [
            (
                "docker build -t <registry>/web .",
                "docker build -t ${registry}/web .",
            ),
            (
                "-v <your data folder>:/data",
                "-v ${your_data_folder}:/data",
            ),
            ("a <in >out", "a <in >out"),
            ("cat <<EOF >x\n<y>\nEOF", "cat <<EOF >x\n${y}\nEOF"),
            ("a < b", "a < b"),
        ] {
            assert_eq!(with_open_places(text), read);
        }
    }
}
