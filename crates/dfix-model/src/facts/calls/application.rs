//! What the sources of an application start, in whatever language they are written, whether the start is seen to reach
//! them or not: a build compiles them, or a framework finds them by their place.

use dfix_catalogue::{manager_of_module, programs, started_by};
use dfix_sources::{Command as Started, Import, Value};

use super::arguments::manager_in;
use super::{LOOK, ProgramUse, UnreadKind, Walk, usual_path::is_on_usual_path};
use crate::collect::wrappers::ShellSource;
use crate::facts::application_sources::application_sources;
use crate::facts::call_site::CallSite;
use crate::facts::scripts::script_of_text;
use crate::facts::sources::{literal_of, shell_line, shell_text};
use crate::handles::{Command, Word};
use crate::path::{has_ending, program_name};
use crate::scripts::Script;

impl<'m> Walk<'m> {
    /// The programs that the sources start which the stage ships, where it is what is built.
    pub(super) fn application(&mut self) {
        let stage = self.stage;
        if !stage.file().targets().any(|target| target == stage) {
            return;
        }
        let site = CallSite::of_step(stage.last_step());
        for file in &application_sources(stage).files {
            for import in &file.source.imports {
                let label = format!("`{}` (line {})", file.context_path, import.line);
                self.imported_programs(import, &file.context_path, &label, &site);
            }
            for program in &file.source.programs {
                let label = format!("`{}` (line {})", file.context_path, program.line);
                match &program.command {
                    Started::Text(text) => {
                        self.started_text(literal_of(text, &program.written), &label, &site);
                    }
                    Started::Words(words) => {
                        self.started_words(words, &program.written, &label, &site);
                    }
                }
            }
        }
    }

    /// `from plumbum.cmd import git`, `from sh import git`: modules whose members are programs.
    fn imported_programs(&mut self, import: &Import, path: &str, label: &str, site: &CallSite<'m>) {
        let module = import.module.value().map_or("", String::as_str);
        if has_ending(path, ".py")
            && let Some(manager) = manager_of_module(module)
        {
            self.named_by(manager, label, site);
        }
        if !matches!(module, "plumbum.cmd" | "sh") {
            return;
        }
        for name in &import.names {
            self.started(&name.replace('_', "-"), label, site);
        }
        // `import sh`, and `sh.git("status")` somewhere.
        let text = self.stage.file().context().read(path).found();
        let text = text.filter(|_| import.names.is_empty());
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let members = text.iter().flat_map(|text| text.match_indices("sh."));
        for (at, before) in members.map(|(at, dot)| (at + dot.len(), at)) {
            let text = text.as_deref().unwrap_or_default();
            let end = text[at..].find(|c| !is_of_name(c)).unwrap_or(0);
            let is_called = text[at + end..].starts_with('(');
            if is_called && !text[..before].ends_with(is_of_name) {
                // What it is told is not read here.
                self.manager_started(&text[at..at + end].replace('_', "-"), &[None], label, site);
                self.started(&text[at..at + end].replace('_', "-"), label, site);
            }
        }
    }

    fn started_words(
        &mut self,
        words: &[Value<String>],
        written: &str,
        label: &str,
        site: &CallSite<'m>,
    ) {
        let told: Vec<Option<&str>> = words
            .iter()
            .map(|it| it.value().map(String::as_str))
            .collect();
        self.manager_started("", &told, label, site);
        let first = words.first().and_then(|it| literal_of(it, written));
        let Some(first) = first else {
            return;
        };
        if let Some(text) = shell_text(words, &first) {
            let text = match text {
                Value::Unknown(written) => literal_of(text, written),
                _ => text.value().cloned(),
            };
            return self.started_text(text, label, site);
        }
        if programs::is_shell(program_name(&first)) {
            let line = shell_line(&Started::Words(words.to_vec()));
            if let Some(line) = line {
                self.given_to_shell(&line, label, site);
            }
            return;
        }
        let name = first.split_whitespace().next().unwrap_or("").to_owned();
        self.started(&name, label, site);
    }

    fn started_text(&mut self, text: Option<String>, label: &str, site: &CallSite<'m>) {
        let Some(script) = text.and_then(|text| script_of_text(&text, site.step)) else {
            return;
        };
        let programs: Vec<String> = script
            .commands()
            .flat_map(|command| {
                let wrappers = command.wrappers().map(|wrapper| wrapper.name.to_owned());
                let own = command.program().and_then(Word::value).map(str::to_owned);
                wrappers.chain(own).collect::<Vec<_>>()
            })
            .collect();
        for program in programs {
            self.started(&program, label, site);
        }
        for command in script.commands() {
            let told: Vec<Option<&str>> = command.args().map(Word::value).collect();
            self.manager_started(command.name(), &told, label, site);
            self.shell_file(command, label, site);
        }
    }

    /// A source starts a program that may run a package manager of the system, told these words.
    fn manager_started(
        &mut self,
        program: &str,
        words: &[Option<&str>],
        label: &str,
        site: &CallSite<'m>,
    ) {
        if let Some(manager) = manager_in(program_name(program), words) {
            self.named_by(manager, label, site);
        }
    }

    /// A shell is started with these words.
    pub(super) fn given_to_shell(&mut self, line: &str, label: &str, site: &CallSite<'m>) {
        let script = script_of_text(line, site.step);
        for command in script.into_iter().flat_map(Script::commands) {
            self.shell_file(command, label, site);
        }
    }

    /// The script that a shell is given: a file wherever its name is written, and no program on `PATH`.
    fn shell_file(&mut self, command: Command<'m>, label: &str, site: &CallSite<'m>) {
        let Some(ShellSource::File(at)) = command.shell_source() else {
            return;
        };
        let path = command.word_at(at).value().unwrap_or_default();
        if !path.is_empty() && !path.contains(char::REPLACEMENT_CHARACTER) {
            self.started_file(path, label, site);
        }
    }

    /// A source starts a program by this name or path.
    fn started(&mut self, path: &str, label: &str, site: &CallSite<'m>) {
        // What stands for a value: the source tells no name.
        if path.is_empty() || path.contains(char::REPLACEMENT_CHARACTER) {
            return;
        }
        let name = program_name(path);
        for started in started_by(name) {
            self.named_by(started, label, site);
        }
        if path.contains('/') && !is_on_usual_path(path) {
            return self.started_file(path, label, site);
        }
        self.named_by(name, label, site);
    }

    /// A file of the image that a source starts: where it was put is not known to the word, as who starts it may be
    /// anywhere.
    fn started_file(&mut self, path: &str, label: &str, site: &CallSite<'m>) {
        if path.starts_with("node_modules/") || path.contains("/node_modules/") {
            return;
        }
        let unread = self.calls.unread.len();
        self.path(path, site, 1);
        if let Some(new) = self.calls.unread.get_mut(unread)
            && new.kind == UnreadKind::Program
        {
            new.open.condition = format!(
                "what `{path}` needs, which {label} starts and which is no script that was read"
            );
            LOOK.clone_into(&mut new.open.remedy);
        }
    }

    pub(super) fn named_by(&mut self, name: &str, label: &str, site: &CallSite<'m>) {
        self.calls.programs.push(ProgramUse {
            name: name.to_owned(),
            site: *site,
            is_build_script: false,
            named_by: Some(label.to_owned()),
        });
    }
}
