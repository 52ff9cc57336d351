//! The applications in Python and JavaScript that commands start, as far as the build context has their sources.

use rustc_hash::FxHashSet;

use super::{LOOK, ProgramUse, UnreadKind, Walk};
use crate::collect::instruction::StepKind;
use crate::context::Answer;
use crate::facts::absent_copies::absent_copy;
use crate::facts::call_site::CallSite;
use crate::facts::sources::{imports, programs_started, required};
use crate::handles::{Command, Given, Stage, Step, Word};
use crate::path::{ImagePath, folder_of, has_ending};
use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{LibraryNeed, manager_of_module, need_of_module, needs_of_names};

/// How many files of one application are read.
const MAX_FILES: usize = 200;

/// What of a stage, and of those that it is based on, may bring a source.
struct Bringers {
    /// Whether a command or an instruction fetches something.
    fetches: bool,
    /// Whether an instruction copies something.
    copies: bool,
    has_workdir: bool,
    volumes: FxHashSet<ImagePath>,
}

impl Bringers {
    fn of(stage: Stage<'_>) -> Self {
        let stages = || stage.base_chain();
        let steps = || stages().flat_map(Stage::steps);
        let copies = |step: &Step<'_>| step.is_copy_or_add();
        let downloads = |step: Step<'_>| step.sources().any(|w| w.literal_prefix().contains("://"));
        let mut commands = stages().flat_map(Stage::build_commands);
        Bringers {
            fetches: commands.any(|command| command.is_marked(Mark::Fetches))
                || steps().filter(copies).any(downloads),
            copies: steps().any(|step| copies(&step)),
            has_workdir: steps().any(|step| step.is(StepKind::Workdir)),
            volumes: steps()
                .filter(|step| step.is(StepKind::Volume))
                .flat_map(Step::words)
                .filter_map(Word::value)
                .map(ImagePath::new)
                .collect(),
        }
    }
}

impl<'m> Walk<'m> {
    /// `python app.py`, `node server.js`: the sources that an interpreter is given.
    pub(super) fn sources(&mut self, command: Command<'m>, site: &CallSite<'m>) {
        let Some(call) = command.interpreting() else {
            return;
        };
        match call.given {
            Given::Text(text) => {
                let text = text.map_or("", Word::literal_prefix);
                self.source_text("the text of `-c`", "", text, site);
                self.library_needs("the text of `-c`", text, site);
            }
            Given::Module(module, end) => {
                self.needs(need_of_module(module), &format!("`-m {module}`"), site);
                self.module(module, None, site);
                if programs::is(module, Mark::Module) {
                    let rest: Vec<&str> =
                        command.args().skip(end).filter_map(Word::value).collect();
                    self.served(module, &rest, site);
                }
            }
            Given::File(word) => {
                let path = word.value().unwrap_or("");
                let endings = [".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];
                if endings.iter().any(|ending| has_ending(path, ending)) {
                    self.absent_source(path, site);
                    self.source_at(path, site);
                }
            }
            Given::Nothing | Given::Unknown => {}
        }
    }

    /// The modules that a server is told: `gunicorn main:app`.
    pub(super) fn served(&mut self, server: &str, words: &[&str], site: &CallSite<'m>) {
        let set = self.stage.env_at(site.step, "FLASK_APP");
        let named = set.value().map(str::to_owned);
        let usual = (server == "flask").then_some(["app", "wsgi"]);
        let all = words.iter().copied().chain(named.as_deref());
        for word in all.chain(usual.into_iter().flatten()) {
            let word = word.rsplit('=').next().unwrap_or(word);
            let module = word.split([':', '(']).next().unwrap_or(word);
            if has_ending(module, ".py") {
                self.source_at(module, site);
            } else {
                self.module(module, None, site);
            }
        }
    }

    /// A source that no instruction copies, where something else brings it: nobody can tell what it calls.
    fn absent_source(&mut self, path: &str, site: &CallSite<'m>) {
        if site.is_run_time()
            && matches!(site.read(path), Answer::Absent)
            && let Some(who) = self.brought(path, site)
        {
            self.unread(
                UnreadKind::Program,
                format!("what `{path}` calls, which {who}"),
                LOOK,
            );
        }
    }

    /// What brings a source that is not copied: a volume, a command that fetches, a mount.
    fn brought(&self, path: &str, site: &CallSite<'m>) -> Option<String> {
        let bringers = self.stage.cached(|| Bringers::of(self.stage));
        if bringers.fetches {
            return Some("is fetched when the image is built".to_owned());
        }
        if let Some(source) = absent_copy(self.stage, path) {
            return Some(format!(
                "comes with `{source}`, which the build context does not have here"
            ));
        }
        let whole = site.path(path)?;
        let is_mounted = whole
            .and_above()
            .any(|folder| bringers.volumes.contains(folder));
        let has_place = path.starts_with('/') || bringers.has_workdir;
        let copies_nothing = has_place && !bringers.copies;
        (is_mounted || copies_nothing).then(|| "no instruction puts into the image".to_owned())
    }

    /// A source of the build context: the programs that it starts, and the files that it loads.
    pub(super) fn source_at(&mut self, path: &str, site: &CallSite<'m>) {
        let Some(whole) = site.path(path) else {
            return;
        };
        let label = format!("the program {whole}");
        if self.seen.contains(&label) || self.seen.len() > MAX_FILES {
            return;
        }
        let Answer::Found(text) = site.read(whole.as_str()) else {
            return;
        };
        self.seen.insert(label);
        self.source_text(&format!("`{path}`"), path, &text, site);
        if has_ending(whole.as_str(), ".py") {
            self.library_needs(&format!("`{path}`"), &text, site);
        }
        let beside = ImagePath::new(folder_of(whole.as_str()));
        if has_ending(whole.as_str(), ".py") {
            for import in imports(&text) {
                // Each dot after the first is a folder up.
                let up = "../".repeat(import.dots.saturating_sub(1));
                self.module(&import.module, Some(&beside.join(&up)), site);
            }
        } else {
            for path in required(&text) {
                for ending in ["", ".js", ".mjs", ".cjs", "/index.js"] {
                    let path = beside.join(&format!("{path}{ending}"));
                    self.source_at(path.as_str(), site);
                }
            }
        }
    }

    /// A module of Python, in the folder of who asks for it or in the one that the program starts in.
    fn module(&mut self, module: &str, beside: Option<&ImagePath>, site: &CallSite<'m>) {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        if module.is_empty() || !module.chars().all(is_name) {
            return;
        }
        let path = module.replace('.', "/");
        for folder in [beside.cloned(), site.folder()].into_iter().flatten() {
            for ending in [".py", "/__init__.py", "/__main__.py"] {
                let path = folder.join(&format!("{path}{ending}"));
                self.source_at(path.as_str(), site);
            }
        }
    }

    /// What the text of a Python source needs of the system.
    fn library_needs(&mut self, label: &str, text: &str, site: &CallSite<'m>) {
        for part in text.split(';') {
            for import in imports(part).iter().filter(|import| import.dots == 0) {
                self.needs(need_of_module(&import.module), label, site);
                if let Some(manager) = manager_of_module(&import.module) {
                    self.named_by(manager, label, site);
                }
            }
        }
        let code: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .collect();
        for need in needs_of_names(&code.join("\n")) {
            self.calls
                .library_needs
                .push((need, label.to_owned(), *site));
        }
    }

    pub(super) fn needs(&mut self, need: Option<LibraryNeed>, label: &str, site: &CallSite<'m>) {
        let told = need.map(|need| (need, label.to_owned(), *site));
        self.calls.library_needs.extend(told);
    }

    fn source_text(&mut self, label: &str, path: &str, text: &str, site: &CallSite<'m>) {
        let started = programs_started(path, text);
        for line in &started.shells {
            self.given_to_shell(line, label, site);
        }
        for program in started.names {
            self.calls.programs.push(ProgramUse {
                name: program,
                site: *site,
                is_build_script: false,
                named_by: Some(label.to_owned()),
            });
        }
    }
}
