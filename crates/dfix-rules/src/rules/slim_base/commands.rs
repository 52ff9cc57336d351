//! What the commands of a base's stages call, and what of it the slim form lacks.

use dfix_model::StepKind;
use std::collections::BTreeSet;

use dfix_model::{
    Command, Operator, PackageCommand, PackageManager, Step, Word, WrapperKind, with_script,
};

use super::archives;
use super::form::Form;
use super::installers::known_installer;
use super::needs::{Needs, Site};
use super::packages::Known;
use super::scripts::{Script, script_at};

/// Programs that read shell text.
pub(super) const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];

/// Programs that install packages of languages of which the catalogue knows nothing.
const INSTALLERS_OF_SOURCE: &[&str] = &[
    "R",
    "Rscript",
    "cabal",
    "carton",
    "conan",
    "cpan",
    "cpanm",
    "cpm",
    "luarocks",
    "mix",
    "opam",
    "pecl",
    "rebar3",
    "stack",
    "easy_install",
    "node-gyp",
    "bun",
    "deno",
    "composer",
    "pip-compile",
    "pyenv",
    "rbenv",
    "nvm",
    "sdk",
    "brew",
];

/// How deep scripts may call scripts.
const MAX_DEPTH: u8 = 6;

/// Reads the commands of a base's stages.
pub(super) struct Reader<'m, 'n> {
    pub(super) form: &'n Form,
    pub(super) needs: &'n mut Needs<'m>,
    /// Scripts that were read.
    pub(super) scripts: BTreeSet<String>,
    /// Python packages that the configuration says to have wheels.
    assumed: &'n [String],
    /// Packages that scripts install.
    pub(super) installed: Vec<String>,
}

impl<'m, 'n> Reader<'m, 'n> {
    pub(super) fn new(form: &'n Form, needs: &'n mut Needs<'m>, assumed: &'n [String]) -> Self {
        Reader {
            form,
            needs,
            assumed,
            scripts: BTreeSet::new(),
            installed: Vec::new(),
        }
    }

    /// Reads the commands of an instruction.
    pub(super) fn step(&mut self, step: Step<'m>) {
        let Some(stage) = step.stage() else {
            return;
        };
        let site = Site {
            stage,
            step,
            start: step.range().start().into(),
        };
        if step.has_opaque_text() {
            self.needs.open(
                format!("what the shell text of {} calls", said(step)),
                "look whether it calls a command that the slim form lacks",
            );
        }
        if step.is_onbuild() && self.form.loses_tools() {
            self.needs.open(
                "what the builds need that stand on this image: it has `ONBUILD` instructions",
                "look at the Dockerfiles that name this image",
            );
        }
        let zone = step
            .pairs()
            .find(|pair| step.is(StepKind::Env) && pair.key_text() == Some("TZ"));
        if let Some(zone) = zone
            && !matches!(
                zone.value().and_then(Word::value),
                Some("" | "UTC" | "Etc/UTC")
            )
        {
            self.time_zone("`TZ`", site);
        }
        self.language(step);
        if step.is(StepKind::Env) {
            // `ENV EDITOR=…`: a program that others start.
            for value in step
                .pairs()
                .filter_map(dfix_model::Pair::value)
                .filter_map(Word::value)
            {
                self.tool(value, site);
            }
        }
        if step.mounts().any(|m| m.kind() == "ssh") {
            self.tool("ssh", site);
        }
        if self.form.loses_tools() {
            self.foreign_document(step);
        }
        self.copied_files(step, site);
        for command in step.commands() {
            let site = Site {
                start: command.range().start().into(),
                ..site
            };
            let folder = command.working_directory();
            self.command(command, site, folder.as_deref(), 0);
        }
    }

    fn command(&mut self, command: Command<'_>, site: Site<'m>, folder: Option<&str>, depth: u8) {
        let Some(program) = command.program() else {
            return;
        };
        let stage = command.stage();
        let path = match program.value() {
            Some(value) => value.to_owned(),
            None => match stage.and_then(|s| s.expand_text(program, command)) {
                Some(value) => value,
                None => return self.unknown_program(program, site, depth),
            },
        };
        let name = path.rsplit('/').next().unwrap_or(&path);
        if let Some(package) = PackageCommand::of(command) {
            self.package(&package, site, folder, depth);
            self.given_by_another(&package, name, site);
        }
        self.python_tool(command, site, folder);
        self.unknown_subcommand(command, name, site);
        for wrapper in command.wrappers() {
            self.tool(wrapper.name, site);
        }
        match name {
            "." | "source" => {
                if let Some(word) = command.arg(0) {
                    self.script_word(word, command, site, folder, depth);
                }
            }
            shell if SHELLS.contains(&shell) => self.shell(command, site, folder, depth),
            "eval" if !command.has_inner() && command.args().any(|w| !w.is_known()) => {
                self.needs.open(
                    format!("what `eval` runs in {}", said(site.step)),
                    "look whether it calls a command that the slim form lacks",
                );
            }
            "tar" | "bsdtar" => {
                for (tool, package) in archives::tools_of_tar(command) {
                    self.tool_of(tool, package, site);
                }
            }
            "which" | "type" | "hash" | "command" => {
                // It is looked for, so something is done where it is not found.
                let asked: Vec<&str> = command.args().filter_map(Word::value).collect();
                for tool in asked {
                    self.tool(tool, site);
                }
            }
            // They look for the children of what they stop.
            "nest" | "ts-node-dev" | "tsnd" => self.tool("ps", site),
            "concurrently" | "npm-run-all" | "wait-on" => {
                self.tool("ps", site);
                for text in command.args().filter_map(Word::value) {
                    self.shell_text(&format!("what `{name}` starts"), text, site, folder, depth);
                }
            }
            "apt-key" => self.tool("gpg", site),
            "pm2" if command.has_arg("install") && self.form.loses_tools() => {
                self.unknown_installs(name, site);
            }
            "npx" | "bunx" => self.npx(command, site),
            other if INSTALLERS_OF_SOURCE.contains(&other) && self.form.loses_tools() => {
                self.unknown_installs(other, site);
            }
            "git" if mentions(command, &["git@", "ssh://"]) => self.tool("ssh", site),
            "supervisord" | "crond" | "cron" | "xinetd" | "inetd" | "service" | "tox" | "nox"
            | "invoke" | "inv" | "fab" | "pre-commit" | "honcho" | "foreman" | "circusd"
            | "just" | "task" | "nbexec" | "runsvdir" | "s6-svscan"
                if is_starter(command) && self.form.loses_tools() =>
            {
                self.needs.open(
                    format!("what `{name}` starts"),
                    "look into its configuration for commands that the slim form lacks",
                );
            }
            _ => {}
        }
        if is_setup(command, name) {
            self.python_setup(site, folder);
        } else if name.starts_with("python") || name == "node" {
            self.program(command, site, folder);
        } else {
            self.server(command, site, folder);
        }
        if site.is_run_time() {
            self.scripts_in_arguments(command, site, folder, depth);
        }
        self.documentation(command, site);
        self.sources_over_https(command, site);
        self.made_executable(command, name, site, folder, depth);
        if path.contains('/') {
            self.path(&path, site, folder, depth);
            if !is_system_folder(&path) {
                return;
            }
        } else if !self.is_own_command(name) {
            self.script_on_path(name, site, depth);
        }
        self.tool(name, site);
    }

    /// The program's word is not known.
    fn unknown_program(&mut self, program: Word<'_>, site: Site<'m>, depth: u8) {
        let written = program.source_text().trim_matches('"');
        // An entry script that starts what it is given: that is read as the CMD.
        let is_given = matches!(written, "$@" | "$*" | "${@}" | "${*}" | "$1" | "${1}");
        if is_given && depth > 0 || !self.form.loses_tools() {
            return;
        }
        self.needs.open(
            format!("which command `{written}` is in {}", said(site.step)),
            "look whether it is one that the slim form lacks",
        );
    }

    /// A package manager's command.
    fn package(
        &mut self,
        package: &PackageCommand<'_>,
        site: Site<'m>,
        folder: Option<&str>,
        depth: u8,
    ) {
        match package.manager {
            PackageManager::Apt => self.apt(package, site, depth),
            PackageManager::Pip | PackageManager::Uv | PackageManager::Pipx => {
                self.python(package, site, folder);
            }
            PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm => {
                self.node(package, site, folder, depth);
            }
            PackageManager::Gem | PackageManager::Bundler => self.ruby(package, site, folder),
            PackageManager::Cargo if self.form.loses_tools() => {
                self.unknown_installs("cargo", site);
            }
            PackageManager::Go if self.form.loses_tools() => self.unknown_installs("go", site),
            _ => {}
        }
    }

    /// Something is installed of which nothing is known.
    fn unknown_installs(&mut self, who: &str, site: Site<'m>) {
        self.needs.open(
            format!(
                "whether what `{who}` builds in {} needs a compiler, headers or git",
                said(site.step)
            ),
            "look whether it does, or build it in a stage of its own",
        );
    }

    /// The libraries that a language package needs when it runs.
    pub(super) fn libraries_of(&mut self, name: &str, known: &Known, site: Site<'m>) {
        for package in &known.libraries {
            if self.form.loses_package(package)
                && !self.is_installed(package, site)
                && !Self::is_installed_soon(package, site)
            {
                self.install(package, format!("what `{name}` uses"), site);
            }
        }
    }

    /// Whether the configuration says that a Python package has wheels.
    pub(super) fn is_assumed(&self, name: &str) -> bool {
        let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
        self.assumed.iter().any(|known| plain(known) == plain(name))
    }

    /// A shell with a script, with its input, or for a person.
    fn shell(&mut self, command: Command<'_>, site: Site<'m>, folder: Option<&str>, depth: u8) {
        if command.has_inner() || command.has_option("-c") {
            return;
        }
        let mut words = command
            .args()
            .filter(|w| !w.literal_prefix().starts_with('-') || !w.is_known());
        if let Some(word) = words.next()
            && !(is_piped(command) && matches!(word.value(), Some("-" | "/dev/stdin")))
        {
            return self.script_word(word, command, site, folder, depth);
        }
        let has_input =
            is_piped(command) || command.redirects().any(|r| r.operator().starts_with('<'));
        if has_input && !self.form.loses_tools() {
            return;
        }
        if has_input {
            match known_installer(command) {
                Some(tools) => tools.iter().for_each(|tool| self.tool(tool, site)),
                None => self.needs.open(
                    format!(
                        "what the script that {} pipes into `{}` calls",
                        said(site.step),
                        command.name()
                    ),
                    "look whether it calls a command that the slim form lacks",
                ),
            }
        }
    }

    fn script_word(
        &mut self,
        word: Word<'_>,
        command: Command<'_>,
        site: Site<'m>,
        folder: Option<&str>,
        depth: u8,
    ) {
        let value = match word.value() {
            Some(value) => Some(value.to_owned()),
            None => command.stage().and_then(|s| s.expand_text(word, command)),
        };
        match value {
            Some(path) => self.path(&path, site, folder, depth),
            None if word.source_text().ends_with("/activate")
                || word.source_text().ends_with("/nvm.sh") => {}
            None if self.form.loses_tools() => self.needs.open(
                format!(
                    "which script `{}` is in {}",
                    word.source_text(),
                    said(site.step)
                ),
                "look whether it calls a command that the slim form lacks",
            ),
            None => {}
        }
    }

    /// A file of the image is run.
    pub(super) fn path(&mut self, path: &str, site: Site<'m>, folder: Option<&str>, depth: u8) {
        if is_harmless(path) || !self.scripts.insert(path.to_owned()) {
            return;
        }
        match script_at(site, path, folder) {
            Script::Shell(text) => self.script(path, &text, site, folder, depth),
            Script::Unread(why) if !self.form.loses_tools() => {
                self.unread_for_documents(path, &why);
            }
            _ if !self.form.loses_tools() => {}
            Script::Other(interpreter) => {
                self.tool(&interpreter, site);
                self.program_at(path, site, folder);
            }
            Script::Elsewhere if is_system_folder(path) => {}
            Script::Elsewhere if path.ends_with("configure") || path.ends_with("autogen.sh") => {
                self.needs
                    .build(format!("`{path}` is called in {}", said(site.step)));
            }
            Script::Elsewhere | Script::Program => self.needs.open(
                format!("what `{path}` needs, which is not in the build context as a script"),
                "look whether it calls a command or loads a library that the slim form lacks",
            ),
            Script::Unread(why) => self.needs.open(
                format!("which commands the script `{path}` calls: {why}"),
                "run dfix where the build context is, or look into the script",
            ),
        }
    }

    /// A command without a folder that the file itself may have put on the path.
    fn script_on_path(&mut self, name: &str, site: Site<'m>, depth: u8) {
        let folders = if site.is_run_time() {
            site.stage.path_at(site.stage.last_step())
        } else {
            site.stage.path_at(site.step)
        };
        let usual = [
            "/usr/local/sbin",
            "/usr/local/bin",
            "/usr/sbin",
            "/usr/bin",
            "/sbin",
            "/bin",
        ];
        let all = folders
            .iter()
            .filter_map(Option::as_deref)
            .filter(|folder| folder.starts_with('/'))
            .chain(usual);
        for folder in all {
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            match script_at(site, &path, None) {
                Script::Elsewhere | Script::Program => {}
                Script::Unread(_) if !name.contains('.') && !copies_file(site, name) => {}
                Script::Shell(text) => {
                    if self.scripts.insert(path.clone()) {
                        self.script(&path, &text, site, None, depth);
                    }
                    return;
                }
                Script::Other(_) | Script::Unread(_) => return self.path(&path, site, None, depth),
            }
        }
    }

    /// A script of the build context.
    fn script(&mut self, path: &str, text: &str, site: Site<'m>, folder: Option<&str>, depth: u8) {
        self.shell_text(&format!("the script `{path}`"), text, site, folder, depth);
        self.needs.evidence(format!("the script `{path}` was read"));
    }

    /// Shell text that stands outside of the file.
    pub(super) fn shell_text(
        &mut self,
        label: &str,
        text: &str,
        site: Site<'m>,
        folder: Option<&str>,
        depth: u8,
    ) {
        if depth >= MAX_DEPTH {
            return;
        }
        let end_folder = site.stage.final_workdir();
        let folder = if site.is_run_time() {
            end_folder.as_deref()
        } else {
            folder
        };
        with_script(text, |model| {
            let Some(run) = model.steps().next_back() else {
                return;
            };
            if run.has_opaque_text() {
                self.needs.open(
                    format!("what some of {label} calls"),
                    "look whether it calls a command that the slim form lacks",
                );
            }
            for command in run.commands() {
                self.command(command, site, folder, depth + 1);
            }
        });
    }

    /// Whether the image has a command of this name of its own, in both forms.
    fn is_own_command(&self, name: &str) -> bool {
        self.form.has_own(name)
            || matches!(
                name,
                "cd" | "echo"
                    | "export"
                    | "set"
                    | "test"
                    | "["
                    | "true"
                    | "exit"
                    | ":"
                    | "exec"
                    | "mkdir"
                    | "rm"
                    | "cp"
                    | "mv"
                    | "apt-get"
                    | "chmod"
                    | "chown"
                    | "pip"
                    | "pip3"
            )
    }
}

/// Whether a `COPY` of the stage names a file so.
fn copies_file(site: Site<'_>, name: &str) -> bool {
    site.stage
        .base_chain()
        .flat_map(dfix_model::Stage::steps)
        .any(|step| {
            step.is_copy_or_add()
                && step.words().any(|w| {
                    w.value()
                        .is_some_and(|v| v.rsplit('/').next() == Some(name))
                })
        })
}

/// How messages name an instruction.
pub(super) fn said(step: Step<'_>) -> String {
    let text = step.file().text();
    let start: usize = step.range().start().into();
    let line = text[..start].matches('\n').count() + 1;
    format!("the {} of line {line}", step.name())
}

fn is_system_folder(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, _)| {
        matches!(
            folder,
            "/bin" | "/usr/bin" | "/sbin" | "/usr/sbin" | "/usr/local/bin" | "/usr/local/sbin"
        )
    })
}

/// Files that are known to call nothing: virtual environments and their programs, profiles.
fn is_harmless(path: &str) -> bool {
    path.ends_with("/activate")
        || path.ends_with(".bashrc")
        || path.ends_with(".profile")
        || path.ends_with(".cargo/env")
        || path.ends_with("/nvm.sh")
        || path.ends_with("/etc/profile")
        || path.starts_with("/etc/")
        || path.starts_with("/dev/")
        || path.contains("venv/bin/")
        || path.contains("env/bin/")
        || path.contains("/.local/bin/")
        || path.contains(".bin/")
        || path.contains("conda")
        || path.contains("/.cargo/bin/")
        || path.contains("/.poetry/bin/")
        || path.contains("/poetry/bin/")
}

/// Whether a word of the command holds one of these.
pub(super) fn mentions(command: Command<'_>, parts: &[&str]) -> bool {
    command.args().any(|word| {
        parts
            .iter()
            .any(|part| word.literal_prefix().contains(part))
    })
}

/// Whether the command starts other programs that only its configuration tells.
fn is_starter(command: Command<'_>) -> bool {
    !command.is("service") || mentions(command, &["cron", "xinetd", "supervisor"])
}

/// `python setup.py install`, `python -m build` and their like.
fn is_setup(command: Command<'_>, name: &str) -> bool {
    name.starts_with("python")
        && (command
            .args()
            .any(|w| w.literal_prefix().ends_with("setup.py"))
            || command.has_arg("build") && command.has_arg("-m"))
}

fn is_piped(command: Command<'_>) -> bool {
    command
        .before()
        .is_some_and(|connector| connector.operator == Operator::Pipe)
        || command.wrappers().any(|w| w.kind == WrapperKind::Arguments)
}
