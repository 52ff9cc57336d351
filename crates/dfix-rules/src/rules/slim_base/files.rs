//! Files that the image gets and that nothing in the file calls by itself: scripts, programs, sources.

use dfix_model::{Command, PackageCommand, Step, Word, WrapperKind};

use super::commands::{Reader, SHELLS, said};
use super::needs::Site;
use super::scripts::has_ending;

/// Endings of sources that something compiles.
const SOURCES: &[&str] = &[
    ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".f90", ".pyx", ".rs",
];

/// Folders that images have, so that a file is put into them where one is named as the target.
const FOLDERS: &[&str] = &[
    "/bin",
    "/etc",
    "/home",
    "/opt",
    "/root",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr/bin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/var",
];

impl<'m> Reader<'m, '_> {
    /// Files that are copied by name are used by something, seen or not.
    pub(super) fn copied_files(&mut self, step: Step<'m>, site: Site<'m>) {
        let is_copy = step.is_copy_or_add() && step.source().is_none();
        if !is_copy || !self.form.loses_tools() {
            return;
        }
        let expanded = |word: Word<'m>| site.stage.expand_text(word, step);
        let Some(target) = step.target().and_then(expanded) else {
            return;
        };
        let folder = site.stage.workdir_at(step);
        let sources: Vec<String> = step.sources().filter_map(expanded).collect();
        let is_folder = target.ends_with('/')
            || target.ends_with('.')
            || sources.len() > 1
            || FOLDERS.contains(&target.as_str())
            || folder.as_deref() == Some(target.as_str());
        // They stand there after this step.
        let after = step.next().filter(|next| next.stage() == Some(site.stage));
        let site = Site {
            step: after.unwrap_or(step),
            ..site
        };
        for source in &sources {
            let name = source.rsplit('/').next().unwrap_or(source);
            if SOURCES.iter().any(|ending| has_ending(name, ending)) {
                self.needs.open(
                    format!(
                        "whether something in the image compiles `{name}`, which {} copies",
                        said(step)
                    ),
                    "compile it in a stage of its own",
                );
            }
            let path = if is_folder {
                format!("{}/{name}", target.trim_end_matches('/'))
            } else {
                target.clone()
            };
            if has_ending(name, ".sh") && !name.contains(['*', '?']) {
                self.path(&path, site, folder.as_deref(), 0);
            } else if has_ending(name, ".py") || has_ending(name, ".js") {
                self.program_at(&path, site, folder.as_deref());
            }
        }
    }

    /// `chmod +x run.sh`: somebody runs it, seen or not.
    pub(super) fn made_executable(
        &mut self,
        command: Command<'_>,
        name: &str,
        site: Site<'m>,
        folder: Option<&str>,
        depth: u8,
    ) {
        if name != "chmod" {
            return;
        }
        for path in command.args().skip(1).filter_map(Word::value) {
            if has_ending(path, ".sh") && !path.contains(['*', '?']) {
                self.path(path, site, folder, depth);
            }
        }
    }

    /// Scripts that a program is given to start: `socat … EXEC:/run.sh`.
    pub(super) fn scripts_in_arguments(
        &mut self,
        command: Command<'_>,
        site: Site<'m>,
        folder: Option<&str>,
        depth: u8,
    ) {
        if command.has_inner() {
            return;
        }
        for word in command.args() {
            let text = word
                .value()
                .map(str::to_owned)
                .or_else(|| command.stage()?.expand_text(word, command))
                .unwrap_or_else(|| word.literal_prefix().to_owned());
            let pieces = text.split([':', ',', ' ', '\'', '"', '=']);
            for piece in pieces.filter(|piece| has_ending(piece, ".sh")) {
                self.path(piece, site, folder, depth);
            }
        }
    }

    /// `python -m $X`, `pip $X`: what is done is in a variable.
    pub(super) fn unknown_subcommand(&mut self, command: Command<'_>, name: &str, site: Site<'m>) {
        let mut words = command.args();
        let told = if PackageCommand::of(command).is_some() {
            words.find(|word| !word.literal_prefix().starts_with('-'))
        } else if name.starts_with("python") {
            words.find(|word| word.value() == Some("-m"));
            words.next()
        } else {
            None
        };
        let Some(word) = told.filter(|word| !word.is_known()) else {
            return;
        };
        let known = command.stage().and_then(|s| s.expand_text(word, command));
        let is_one = known.is_some_and(|text| !text.contains(char::is_whitespace));
        if self.form.loses_tools() && !is_one {
            self.needs.open(
                format!(
                    "what `{name} {}` does in {}",
                    word.source_text(),
                    said(site.step)
                ),
                "write it out, so that it can be read",
            );
        }
    }

    /// `… | xargs pip install`.
    pub(super) fn given_by_another(
        &mut self,
        package: &PackageCommand<'_>,
        name: &str,
        site: Site<'m>,
    ) {
        let is_given = package
            .command
            .wrappers()
            .any(|wrapper| wrapper.kind == WrapperKind::Arguments);
        if is_given && self.form.loses_tools() {
            self.needs.open(
                format!(
                    "whether what is given to `{name}` in {} needs a compiler",
                    said(site.step)
                ),
                "look at the list that it is given",
            );
        }
    }

    /// A here-document that another interpreter than a shell reads.
    pub(super) fn foreign_document(&mut self, step: Step<'m>) {
        let text = &step.file().text()[step.range()];
        let mut lines = text.lines();
        let has_document = lines.next().is_some_and(|first| first.contains("<<"));
        let foreign = lines.find_map(|line| {
            let program = line.strip_prefix("#!")?;
            let name = program
                .split(['/', ' '])
                .rfind(|word| !word.is_empty() && !word.starts_with('-'))?;
            (!SHELLS.contains(&name)).then_some(name)
        });
        if let Some(name) = foreign.filter(|_| has_document && step.is_run()) {
            self.needs.open(
                format!("what the text for `{name}` in {} starts", said(step)),
                "look whether it calls a command that the slim form lacks",
            );
        }
    }
}
