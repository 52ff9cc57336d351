//! What an application installs by its own sources when its container runs: packages, models that are packages, clients that
//! are generated among them.

use dfix_catalogue::{is_file_of_a_tool, package_tool, writes_dependencies};

use crate::facts::application_sources::application_sources;
use crate::facts::sources::known_words;
use crate::handles::Stage;
use crate::packages::PackageManager;
use crate::path::file_name;

/// Something that is installed by a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallAtRunTime {
    /// The source, as a message names it: `` `app.py` (line 5) ``.
    pub who: String,
    /// Whether what is installed is Python's.
    pub is_of_python: bool,
}

/// Something that a source builds: `npm run build`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildAtRunTime {
    /// The source, as a message names it: `` `server.js` (line 5) ``.
    pub who: String,
    /// What it runs: `npm run build`.
    pub what: String,
}

impl<'m> Stage<'m> {
    /// What the shipped sources install when a container runs, in order: packages, models that are packages.
    pub fn installs_at_run_time(self) -> impl Iterator<Item = InstallAtRunTime> + use<'m> {
        installs_of(self)
    }

    /// The first script of `package.json` that builds, as its name says, and that a shipped source runs when a container
    /// runs.
    pub fn builds_at_run_time(self) -> Option<BuildAtRunTime> {
        let mut files = application_sources(self).files.iter();
        files.find_map(|file| {
            // What is there for those who build runs when they do.
            let mut programs = file
                .source
                .programs
                .iter()
                .filter(|_| !is_file_of_a_tool(file_name(&file.context_path)));
            programs.find_map(|program| {
                Some(BuildAtRunTime {
                    what: builds(&known_words(&program.command))?,
                    who: format!("`{}` (line {})", file.context_path, program.line),
                })
            })
        })
    }
}

fn installs_of(stage: Stage<'_>) -> impl Iterator<Item = InstallAtRunTime> + use<'_> {
    let files = application_sources(stage).files.iter();
    files.flat_map(|file| {
        let is_pips = |name: &str| name == "pip" || name.starts_with("pip.");
        let mut imports = file.source.imports.iter();
        let import = imports.find(|it| it.module.value().is_some_and(|it| is_pips(it)));
        let imported = import.map(|it| (it.line, true));
        let programs = file.source.programs.iter();
        let called = programs.filter_map(|program| {
            let is_of_python = installs(&known_words(&program.command))?;
            Some((program.line, is_of_python))
        });
        let found = imported.into_iter().chain(called);
        found.map(|(line, is_of_python)| InstallAtRunTime {
            who: format!("`{}` (line {line})", file.context_path),
            is_of_python,
        })
    })
}

/// Whether the words of a program install packages, and then whether they are Python's.
fn installs(words: &[String]) -> Option<bool> {
    let mut places = words.iter().enumerate();
    places.find_map(|(at, word)| {
        let name = file_name(word);
        let mut next = words[at + 1..].iter().filter(|it| !it.starts_with('-'));
        let first = next.next().map(String::as_str);
        if let Some(language) = writes_dependencies(name, first) {
            return Some(language == "python");
        }
        let tool = package_tool(name)?;
        let manager = tool.manager();
        let is_of_python = matches!(
            manager,
            PackageManager::Pip | PackageManager::Pipx | PackageManager::Uv
        );
        let installs = !manager.is_of_system() && first.is_some_and(|it| tool.installs(it));
        installs.then_some(is_of_python)
    })
}

/// The script of `package.json` that the words of a program run, where it builds by its name: `npm run build:css`,
/// `yarn build`.
fn builds(words: &[String]) -> Option<String> {
    let mut places = words.iter().enumerate();
    places.find_map(|(at, word)| {
        let manager = package_tool(file_name(word))?.manager();
        let is_of_node = matches!(
            manager,
            PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm
        );
        let mut next = words[at + 1..].iter().filter(|it| !it.starts_with('-'));
        let mut script = next.next()?;
        let is_run = matches!(script.as_str(), "run" | "run-script");
        if is_run {
            script = next.next()?;
        }
        let is_build = script.split([':', '-']).next() == Some("build");
        // npm alone has a command `build` of its own.
        let runs = is_of_node && is_build && (is_run || manager != PackageManager::Npm);
        let run = if is_run { "run " } else { "" };
        runs.then(|| format!("{} {run}{script}", file_name(word)))
    })
}

#[cfg(test)]
mod tests {
    use super::{builds, installs};

    #[test]
    fn words_that_build() {
        let builds = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            builds(&words)
        };
        assert_eq!(builds("npm run build").as_deref(), Some("npm run build"));
        assert_eq!(builds("yarn build:css").as_deref(), Some("yarn build:css"));
        assert_eq!(builds("npm run start"), None);
        assert_eq!(builds("npm build"), None);
        assert_eq!(builds("docker build ."), None);
        assert_eq!(builds("pip install build"), None);
    }

    #[test]
    fn words_that_install() {
        let installs = |text: &str| {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            installs(&words)
        };
        assert_eq!(installs("-m pip install -U yt-dlp"), Some(true));
        assert_eq!(installs("/usr/local/bin/pip3 install x"), Some(true));
        assert_eq!(installs("python -m spacy download en"), Some(true));
        assert_eq!(installs("npm install --global x"), Some(false));
        assert_eq!(installs("npx prisma generate"), Some(false));
        assert_eq!(installs("pip list"), None);
        assert_eq!(installs("npm run build"), None);
        assert_eq!(installs("apt-get install -y git"), None);
        assert_eq!(installs("zypper install git"), None);
    }
}
