//! Programs that the start gives to an interpreter and that nothing which was read is: whatever they do is not known.

use dfix_catalogue::{FileMark, file_is};

use crate::facts::application_sources::application_sources;
use crate::facts::runtime;
use crate::handles::{Command, Given, Stage, Word};
use crate::path::{ImagePath, file_name, has_ending};

/// Languages whose sources a program in Java is built of.
const OF_JAVA: [&str; 5] = [".clj", ".groovy", ".java", ".kt", ".scala"];

impl Stage<'_> {
    /// A program in Java that is started and that no `COPY` brings, where none of the sources of the project is in a language of
    /// the kind: it was downloaded.
    pub fn downloaded_jar(self) -> Option<String> {
        let sources = application_sources(self);
        let read = sources.files.iter().map(|it| &it.context_path);
        let mut all = read.chain(&sources.unread_files);
        let is_of_java = |it: &String| OF_JAVA.iter().any(|end| has_ending(it, end));
        if all.any(is_of_java) {
            return None;
        }
        let folder = self.final_workdir().unwrap_or_else(|| "/".to_owned());
        let is_copied = |path: &str| {
            let path = ImagePath::new(&folder).join(path);
            let mut copies = self.base_chain().flat_map(Stage::copies);
            copies.any(|it| it.may_land_at(&path) && !it.sources().all(is_address))
        };
        let mut processes = runtime::of(self).processes();
        let jar = processes.find_map(|it| jar(it.command).filter(|it| !is_copied(it)))?;
        Some(format!("`{jar}`"))
    }

    /// A program that is given to an interpreter, and that no source which was read is.
    pub fn unread_start(self) -> Option<String> {
        let sources = application_sources(self);
        let is_read = |path: &str| {
            let mut files = sources.files.iter();
            files.any(|it| is_of(file_name(path), file_name(&it.context_path)))
        };
        let of_start = |command: Command<'_>| {
            let path = match command.interpreting() {
                Some(call) => match call.given {
                    Given::File(word) => word.value(),
                    _ => None,
                },
                None => of_another(command),
            }?;
            let is_folder = matches!(file_name(path), "" | "." | "..");
            (!is_folder && !is_read(path)).then(|| format!("`{path}`"))
        };
        let mut processes = runtime::of(self).processes();
        let unread = processes.find_map(|it| of_start(it.command));
        unread.or_else(|| self.downloaded_jar())
    }
}

/// Whether a program is what this source is, or is made into: Node is given `main.js` of `main.ts`, and `main` alone.
fn is_of(program: &str, source: &str) -> bool {
    let stem = |it| str::rsplit_once(it, '.').map_or(it, |(stem, _)| stem);
    let is_of_node = |it| file_is(it, FileMark::NodeSource);
    let is_made = !program.contains('.') || is_of_node(program);
    program == source || is_made && is_of_node(source) && stem(program) == stem(source)
}

/// The program that an interpreter is given whose options are not known.
fn of_another(command: Command<'_>) -> Option<&str> {
    let is_one = ["perl", "php", "ruby", "Rscript", "lua"].contains(&command.name());
    let mut words = command.args().filter(|_| is_one).filter_map(Word::value);
    let ends = [".pl", ".php", ".rb", ".R", ".lua"];
    words.find(|it| ends.iter().any(|end| has_ending(it, end)))
}

fn is_address(source: Word<'_>) -> bool {
    source.literal_prefix().contains("://")
}

/// What `java` is told to run.
fn jar(command: Command<'_>) -> Option<&str> {
    let mut words = command.args().skip_while(|it| !it.is("-jar")).skip(1);
    words.next().filter(|_| command.is("java"))?.value()
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_program_is_its_source_or_made_of_it() {
        assert!(
            is_of("app.py", "app.py") && is_of("main.js", "main.ts") && is_of("main", "main.js")
        );
        assert!(!is_of("x.js", "x.py") && !is_of("x.py", "x.rb") && !is_of("x", "x.py"));
    }
}
