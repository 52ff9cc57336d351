//! Commands that start other programs which only their words tell: a package that is fetched, a variable, a script that is
//! given.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{manager_run_by, packages_of_script};

use super::{Call, LOOK, UnreadKind, Walk};
use crate::facts::call_site::CallSite;
use crate::handles::{Command, Word};
use crate::path::{has_ending, program_name};

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

    /// `playwright install --with-deps`: a package manager of the system that a program runs itself, by what it is told.
    pub(super) fn managers(&mut self, command: Command<'m>, name: &str, site: &CallSite<'m>) {
        let words: Vec<Option<&str>> = command.args().map(Word::value).collect();
        if let Some(manager) = manager_in(name, &words) {
            let label = format!("`{}`", command.called());
            self.named_by(manager, &label, site);
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

/// The package manager of the system that a program may run, told these words, or a program that it is told by one of
/// them: `python -m playwright install-deps`, `npx playwright install-deps`.
pub(super) fn manager_in(program: &str, words: &[Option<&str>]) -> Option<&'static str> {
    let told = words.iter().enumerate();
    let told = told.filter_map(|(at, word)| Some((program_name((*word)?), &words[at + 1..])));
    let mut all = std::iter::once((program, words)).chain(told);
    all.find_map(|(program, words)| manager_run_by(program, words))
}
