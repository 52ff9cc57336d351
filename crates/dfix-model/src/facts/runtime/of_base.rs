//! What the base image starts by itself.

use dfix_catalogue::programs::{self, Mark};

use crate::facts::entry::StartCommand;
use crate::facts::runtime::Runtime;
use crate::path::program_name;

impl Runtime<'_> {
    /// The program that the base image itself starts, where the file leaves the start to it and the catalogue knows it: the
    /// first of the words of its entry point and its command that is one, and no script that prepares (`nginx` behind
    /// `/docker-entrypoint.sh`). Source: `images.tsv`, from the images' Dockerfiles.
    pub fn started_by_base(self) -> Option<&'static str> {
        let entry = self.stage().entry();
        let is_whole = entry.entrypoint == StartCommand::BaseImage
            && entry.cmd == StartCommand::BaseImage
            && self.is_silent();
        let facts = is_whole.then(|| self.stage().any_base_facts())?;
        let (entrypoint, command) = (facts.entrypoint()?, facts.command()?);
        let names: Vec<&str> = entrypoint.map(program_name).collect();
        // What stands alone is the program; behind a script it may be a word for that.
        if names.is_empty() {
            return command.map(program_name).next();
        }
        let is_one = |name: &&str| {
            let known = programs::find(name);
            known.is_some_and(|it| {
                !it.is_helper() && !it.is(Mark::HandsOn) && !programs::is_shell(name)
            })
        };
        names
            .into_iter()
            .chain(command.map(program_name))
            .find(is_one)
    }
}
