//! What the sources of a Node application make of `NODE_ENV`.

use dfix_catalogue::{FileMark, file_is};
use dfix_model::Stage;
use dfix_model::context::Answer;

/// What the sources show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sources {
    /// None of so many files asks for the variable.
    Silent(usize),
    /// This file asks for it.
    Ask(String),
    /// They cannot all be read; why.
    Unread(String),
}

/// How many files are read for one Dockerfile.
const MOST_FILES: usize = 120;

/// Folders that hold nothing which the application runs.
const ASIDE: &[&str] = &[
    "node_modules/",
    "__mocks__/",
    "__tests__/",
    "cypress/",
    "doc/",
    "docs/",
    "e2e/",
    "spec/",
    "test/",
    "tests/",
];

/// Looks at the sources beside a package.json of the container, as the build context shows them.
pub(super) fn beside(stage: Stage<'_>, package: &str) -> Sources {
    let context = stage.file().context();
    let Some(package) = stage.final_context_path_of(package) else {
        return Sources::Unread("it is not known where the application comes from".to_owned());
    };
    let root = package.rsplit_once('/').map_or("", |(root, _)| root);
    let mut folders = vec![root.to_owned()];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        let names = match context.list(&folder) {
            Answer::Found(names) => names,
            Answer::Absent => continue,
            Answer::Unknown(why) => return Sources::Unread(why),
        };
        for name in names {
            let path = match folder.as_str() {
                "" => name.clone(),
                folder => format!("{folder}/{name}"),
            };
            if let Some(inner) = path.strip_suffix('/') {
                if !name.starts_with('.') && !ASIDE.contains(&name.as_str()) {
                    folders.push(inner.to_owned());
                }
                continue;
            }
            if !is_source(&name) {
                continue;
            }
            read += 1;
            if read > MOST_FILES {
                return Sources::Unread(format!("there are more than {MOST_FILES} of them"));
            }
            match context.read(&path) {
                Answer::Found(text) if text.contains("NODE_ENV") => return Sources::Ask(path),
                Answer::Found(_) | Answer::Absent => {}
                Answer::Unknown(why) => return Sources::Unread(why),
            }
        }
    }
    match read {
        0 => Sources::Unread("none lie beside the Dockerfile".to_owned()),
        read => Sources::Silent(read),
    }
}

/// Whether a file is the application's, not a tool's settings: those are read in the build, or not at all.
fn is_source(name: &str) -> bool {
    let is_of_a_tool = [
        ".config.",
        ".spec.",
        ".test.",
        ".stories.",
        ".d.ts",
        "webpack.",
        "gulpfile.",
        "Gruntfile.",
    ]
    .iter()
    .any(|part| name.contains(part));
    let is_code = file_is(name, FileMark::NodeSource);
    is_code && !is_of_a_tool && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_tools_are_no_sources() {
        for name in [
            "server.js",
            "app.mjs",
            "index.ts",
            "config.js",
            "environment.js",
        ] {
            assert!(is_source(name), "{name}");
        }
        for name in [
            "webpack.prod.js",
            "babel.config.js",
            ".eslintrc.js",
            "app.test.ts",
            "types.d.ts",
            "package.json",
        ] {
            assert!(!is_source(name), "{name}");
        }
    }
}
