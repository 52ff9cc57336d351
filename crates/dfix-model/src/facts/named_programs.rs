//! Who names a program, by what path: words, and text that words hold.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{FolderMark, folder_is};

use crate::collect::instruction::StepKind;
use crate::handles::{Command, Pair, Redirect, Step, Word};
use crate::path::folder_and_name;

/// A word that names a program of the image.
#[derive(Debug, Clone, Copy)]
pub struct NamedProgram<'m> {
    /// The command that the word stands in.
    pub command: Command<'m>,
    /// The word.
    pub word: Word<'m>,
    /// The folder that it names: one in which programs are found, or `""` where the program is called by
    /// its name alone.
    pub folder: &'m str,
    /// The name of the program.
    pub name: &'m str,
}

/// The programs that a command names by their whole path, in any word, and the one that it calls. What
/// only handles the file of a program (`ln`, `chmod`) names none.
pub(crate) fn named_by(command: Command<'_>) -> impl Iterator<Item = NamedProgram<'_>> {
    let is_about_files = command.is_marked(Mark::HandlesFiles);
    command
        .words()
        .filter(move |_| !is_about_files)
        .filter_map(move |word| {
            let (folder, name) = folder_and_name(word.value()?);
            let is_called = || folder.is_empty() && command.executable() == Some(word);
            (is_called() || folder_is(folder, FolderMark::Programs)).then_some(NamedProgram {
                command,
                word,
                folder,
                name,
            })
        })
}

/// The words of a step that hold the whole path of a program and more: `-DPYTHON=/usr/bin/python3`; also
/// values of variables.
pub(crate) fn holders<'m>(
    step: Step<'m>,
    is_wanted: impl Fn(&str, &str) -> bool,
) -> Option<Word<'m>> {
    let holds = |word: &Word<'m>| {
        paths_in(word.source_text()).any(|(folder, name)| is_wanted(folder, name))
    };
    match step.kind() {
        StepKind::Env => step.pairs().filter_map(Pair::value).find(holds),
        StepKind::Arg => step.pairs().filter_map(Pair::value).find(holds),
        _ => step
            .commands()
            .filter(|command| !command.is_marked(Mark::HandlesFiles))
            .find_map(|command| {
                let is_path = |word: &Word<'_>| {
                    word.value()
                        .map(folder_and_name)
                        .is_some_and(|(folder, name)| {
                            folder.ends_with("/bin") && is_wanted(folder, name)
                        })
                };
                let mut words = command.words();
                let found = words.find(|word| holds(word) && !is_path(word))?;
                (!command.has_inner()).then_some(found)
            }),
    }
}

/// A whole path that a word holds, or is.
#[derive(Debug, Clone, Copy)]
pub struct HeldPath<'m> {
    /// The command that the word stands in; none where it is the value of a variable.
    pub command: Option<Command<'m>>,
    /// The word.
    pub word: Word<'m>,
    /// The folder of the path.
    pub folder: &'m str,
    /// What is behind its last slash.
    pub name: &'m str,
}

/// The whole paths that the words of a step hold where they call nothing: those that are texts with more in them, those that
/// commands are given which only handle files, files that are written, and values of variables.
pub(crate) fn held_by(step: Step<'_>) -> Vec<HeldPath<'_>> {
    if matches!(step.kind(), StepKind::Env | StepKind::Arg) {
        let values = step.pairs().filter_map(Pair::value);
        return values.flat_map(|it| held_in(None, it)).collect();
    }
    let mut held = Vec::new();
    for command in step.commands() {
        let is_about_files = command.is_marked(Mark::HandlesFiles);
        let is_whole = |word: &Word<'_>| {
            word.value()
                .is_some_and(|it| folder_is(folder_and_name(it).0, FolderMark::Programs))
        };
        let words = command.words().filter(|it| is_about_files || !is_whole(it));
        let words = words.filter(|_| !command.has_inner());
        let targets = command.redirects().filter_map(Redirect::target);
        held.extend(
            words
                .chain(targets)
                .flat_map(|it| held_in(Some(command), it)),
        );
    }
    held
}

fn held_in<'m>(command: Option<Command<'m>>, word: Word<'m>) -> impl Iterator<Item = HeldPath<'m>> {
    let paths = paths_in(word.source_text()).filter(|(folder, _)| folder.starts_with('/'));
    paths.map(move |(folder, name)| HeldPath {
        command,
        word,
        folder,
        name,
    })
}

/// The paths and bare names that a text holds, each as folder and name: runs of the letters, digits and
/// signs that names of programs are made of.
pub(crate) fn paths_in(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-');
    text.split(move |c| !is_of_name(c))
        .filter(|part| !part.is_empty())
        .map(folder_and_name)
}
