//! What an application installs by its own sources when its container runs: packages, models that are packages, clients that
//! are generated among them.

use dfix_catalogue::{package_tool, writes_dependencies};

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

impl<'m> Stage<'m> {
    /// What the shipped sources install when a container runs, in order: packages, models that are packages.
    pub fn installs_at_run_time(self) -> impl Iterator<Item = InstallAtRunTime> + use<'m> {
        installs_of(self)
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

#[cfg(test)]
mod tests {
    use super::installs;

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
