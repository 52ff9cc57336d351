//! Commands that start other programs which only their words tell: a package that is fetched, a variable, a script that is
//! given.

use dfix_catalogue::packages_of_script;
use dfix_catalogue::programs::{self, Mark};

use super::{Call, LOOK, UnreadKind, Walk};
use crate::facts::call_site::CallSite;
use crate::handles::Command;
use crate::path::has_ending;

impl<'m> Walk<'m> {
    /// A program of a Python package of which nothing is known: it may build, or fetch from a repository.
    pub(super) fn of_a_package(&mut self, name: &str, site: &CallSite<'m>) {
        let packages = self.stage.python_packages();
        if packages.has(name) || packages_of_script(name).any(|package| packages.has(package)) {
            let condition = format!("what `{name}` starts in {}", site.step.label());
            self.unread(UnreadKind::Program, condition, LOOK);
        }
    }

    /// `npx`: a package is fetched and run, or one that is installed is run.
    pub(super) fn fetched_program(&mut self, runner: &str, name: &str, site: &CallSite<'m>) {
        let name = match name.rsplit_once('@') {
            Some((name, _)) if !name.is_empty() => name,
            _ => name,
        };
        if !programs::is(name, Mark::Alone) {
            let condition = format!("what `{runner} {name}` calls in {}", site.step.label());
            self.unread(UnreadKind::Program, condition, LOOK);
        }
    }

    /// Scripts that a program is given to start: `socat … EXEC:/run.sh`.
    pub(super) fn scripts_in_words(
        &mut self,
        command: Command<'m>,
        site: &CallSite<'m>,
        depth: u8,
    ) {
        for word in command.args() {
            let text = self
                .text(word, command)
                .unwrap_or_else(|| word.literal_prefix().to_owned());
            let pieces = text.split([':', ',', ' ', '\'', '"', '=']);
            for piece in pieces.filter(|piece| has_ending(piece, ".sh")) {
                self.path(piece, site, depth);
            }
        }
    }

    /// `python -m $X`, `pip $X`: what is done is in a variable.
    pub(super) fn subcommand_of_a_variable(&mut self, call: &Call<'m>, name: &str) {
        let mut words = call.command.args();
        let told = if call.package.is_some() {
            words.find(|word| !word.literal_prefix().starts_with('-'))
        } else if programs::is_python(name) {
            words.find(|word| word.value() == Some("-m"));
            words.next()
        } else {
            None
        };
        let Some(word) = told.filter(|word| !word.is_known()) else {
            return;
        };
        let known = self.stage.expand_text(word, call.command);
        if known.is_none_or(|text| text.contains(char::is_whitespace)) {
            let condition = format!(
                "what `{name} {}` does in {}",
                word.source_text(),
                call.site.step.label()
            );
            self.unread(
                UnreadKind::Text,
                condition,
                "write it out, so that it can be read",
            );
        }
    }
}
