//! A file of a CI service: what its commands do.

use crate::docker_words::{At, launch_of, launches_in};
use crate::files::Files;
use crate::launch::{Launch, Place, Source};
use crate::shell::{Command, Shell, Word};
use crate::yaml::Node;

/// A file, and the folder that its commands are run in.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) path: &'a str,
    /// From the root of the repository.
    pub(super) root: &'a str,
}

impl File<'_> {
    fn at<'n>(&'n self, name: &'n str) -> At<'n> {
        At {
            files: self.files,
            source: Source::Ci,
            file: self.path,
            name,
        }
    }

    /// What the commands of a text build and start.
    pub(super) fn of_script(
        &self,
        shell: &mut Shell,
        text: &str,
        line: usize,
        name: &str,
    ) -> Vec<Launch> {
        launches_in(shell, text, line, self.at(name))
    }

    /// What a command of these words does.
    pub(super) fn of_words(&self, words: Vec<Word>, line: usize, name: &str) -> Option<Launch> {
        let command = Command {
            line,
            folder: Some(self.root.to_owned()),
            words,
        };
        launch_of(&command, self.at(name))
    }

    pub(super) fn place(&self, node: &Node) -> Place {
        Place {
            file: self.path.to_owned(),
            line: node.line,
        }
    }
}

/// `docker WORD OPTION VALUE …`
pub(super) fn command<'w>(
    subcommand: &str,
    options: impl IntoIterator<Item = (&'w str, Word)>,
) -> Vec<Word> {
    let mut words = vec![Word::known("docker"), Word::known(subcommand)];
    for (option, mut value) in options {
        value.text = format!("{option}={}", value.text);
        words.push(value);
    }
    words
}
