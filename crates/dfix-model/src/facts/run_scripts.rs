//! The scripts of a stage's image that commands run, and those that lie where somebody will.

use rustc_hash::FxHashSet;
use std::sync::Arc;

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{FolderMark, folder_is};

use crate::collect::wrappers::takes_script;
use crate::context::Answer;
use crate::facts::context_files::{context_path_of, read_at};
use crate::facts::entry::entry;
use crate::facts::named_programs::paths_in;
use crate::facts::variables::expand_text;
use crate::handles::{Command, ProgramPoint, Stage, Step, Word};
use crate::path::{ImagePath, file_name, folder_and_name};

/// A script of the image that is run, or may be.
#[derive(Debug, Clone)]
pub struct RunScript<'m> {
    /// Its path in the image, or the word that names it where only the container can tell.
    pub path: String,
    /// The command that runs it; none for one that only lies where programs are found, or is made
    /// executable.
    pub command: Option<Command<'m>>,
    /// Whether its name alone says that it is somebody's script: `./build.sh`, `tools/prepare`.
    pub is_told_by_name: bool,
    /// Whether it lies where programs are found by their name alone.
    pub is_on_path: bool,
    text: Option<Arc<str>>,
    /// Whether it is a file of the build context, which cannot be seen.
    is_unseen: bool,
}

impl RunScript<'_> {
    /// Whether it is a file of the build context that was read.
    pub fn is_read(&self) -> bool {
        self.text.is_some()
    }

    /// Whether it is a file of the build context, and that cannot be seen from here: elsewhere it could be read.
    pub fn is_unseen(&self) -> bool {
        self.is_unseen
    }

    /// Whether it is none of the build context by its name, but got by a `RUN`.
    pub fn is_downloaded(&self) -> bool {
        let is_built = self.command.is_some_and(|command| command.step().is_run());
        is_built
            && !self.is_read()
            && (self.path.starts_with("/tmp/") || self.path.contains("get-pip"))
    }

    /// The paths and bare names that its text holds, each as folder and name; none where it is not read.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.text.iter().flat_map(|text| paths_in(text))
    }
}

/// The scripts that commands of a stage run, in order of place.
pub(crate) fn run_by_commands(stage: Stage<'_>) -> Vec<RunScript<'_>> {
    let lying = Lying::of(stage);
    stage
        .commands()
        .filter_map(|command| run_by(stage, command, &lying))
        .collect()
}

fn run_by<'m>(stage: Stage<'m>, command: Command<'m>, lying: &Lying) -> Option<RunScript<'m>> {
    let is_built = command.step().is_run();
    let is_shell = takes_script(command.name()) || command.is_one_of(&[".", "source"]);
    let word = if is_shell {
        let mut operands = command.args().filter(|w| !w.starts_with("-"));
        operands.next().filter(|word| !is_text(command, *word))?
    } else {
        command.executable()?
    };
    let script = |path: String, is_told_by_name, text| RunScript {
        path,
        command: Some(command),
        is_told_by_name,
        is_on_path: false,
        is_unseen: false,
        text,
    };
    let Some(path) = expand_text(stage, word, command) else {
        let is_named = !is_built && !is_own_argument(word);
        return is_named.then(|| script(word.source_text().to_owned(), false, None));
    };
    let is_told_by_name = is_built && is_own(&path, is_shell);
    let is_script = has_ending(&path, "sh")
        || has_ending(&path, "py")
        || (is_shell && !path.is_empty())
        || is_told_by_name
        || (!is_built && (lying.has_program(&path) || lying.is_of_somebody(&path)));
    if !is_script || path.contains("activate") || command.has_inner() {
        return None;
    }
    let is_bare = !path.contains('/') && !is_shell;
    let on_path = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin"]
        .iter()
        .filter(|_| is_bare)
        .find_map(|folder| read_at(stage, &format!("{folder}/{path}"), command).found());
    let found = on_path.map_or_else(|| read_at(stage, &path, command), Answer::Found);
    let is_unseen = matches!(found, Answer::Unknown(_));
    Some(RunScript {
        is_unseen,
        ..script(path, is_told_by_name, found.found())
    })
}

/// Whether what the shell is given is no file: `bash -c "…"`, `curl … | bash -s -- words`.
fn is_text(shell: Command<'_>, word: Word<'_>) -> bool {
    let mut options = shell
        .args()
        .take_while(|w| w.starts_with("-") && *w != word)
        .filter_map(Word::value);
    options.any(|it| !it.starts_with("--") && it.contains(['s', 'c']))
        && (word.source_text().contains(char::is_whitespace) || shell.has_arg("-s"))
}

/// `exec "$@"`: what the words after it say.
fn is_own_argument(word: Word<'_>) -> bool {
    matches!(
        word.source_text().trim_matches('"'),
        "$@" | "${@}" | "$*" | "$0" | "$1"
    )
}

/// Whether the path that a `RUN` calls is, by its name, of a script that somebody wrote for it.
fn is_own(path: &str, is_shell: bool) -> bool {
    let is_of_system = path.contains("/bin/")
        || path.contains("/sbin/")
        || path.starts_with("/etc/init.d/")
        || path.contains("node_modules/")
        || programs::is(file_name(path), Mark::BuildScript);
    path.strip_suffix(".sh").is_some() || (path.contains('/') && !is_shell && !is_of_system)
}

fn has_ending(path: &str, ending: &str) -> bool {
    path.strip_suffix(ending)
        .is_some_and(|rest| rest.ends_with('.'))
}

/// What a stage puts where programs are found, and what it takes from other stages.
struct Lying {
    /// Names of programs.
    programs: FxHashSet<String>,
    /// Targets of files that are copied from the build context.
    targets: FxHashSet<String>,
    /// Names of what is copied from other stages.
    of_stages: FxHashSet<String>,
    /// Names of Python packages.
    packages: FxHashSet<String>,
}

impl Lying {
    fn of(stage: Stage<'_>) -> Self {
        let packages = &stage.python_packages().known;
        let mut lying = Lying {
            programs: FxHashSet::default(),
            targets: FxHashSet::default(),
            of_stages: FxHashSet::default(),
            packages: packages.iter().map(|it| it.name.clone()).collect(),
        };
        for stage_below in stage.base_chain() {
            let moved = stage_below
                .build_commands()
                .filter(|c| c.is_one_of(&["cp", "install", "ln", "mv"]))
                .filter_map(|c| Some(folder_and_name(c.args().next_back()?.source_text())))
                .filter(|(folder, _)| is_for_programs(folder));
            lying
                .programs
                .extend(moved.map(|(_, name)| name.to_owned()));
            for copy in stage_below.copies() {
                lying.copy(stage, copy);
            }
        }
        lying
    }

    fn copy<'m>(&mut self, stage: Stage<'m>, copy: Step<'m>) {
        if copy.source().is_some() {
            let words = copy.words().filter_map(Word::value);
            self.of_stages
                .extend(words.map(|it| file_name(it.trim_end_matches('/')).to_owned()));
            return;
        }
        let Some(target) = copy.target().and_then(|w| expand_text(stage, w, copy)) else {
            return;
        };
        let target = target.trim_end_matches('/');
        let (folder, name) = folder_and_name(target);
        if is_for_programs(folder) {
            self.programs.insert(name.to_owned());
        }
        if is_for_programs(target) {
            let sources = copy
                .sources()
                .map(|w| file_name(w.literal_prefix().trim_end_matches('/')));
            for name in sources {
                self.programs.insert(name.to_owned());
                if !name.contains('.') {
                    self.targets.insert(FOLDER_OF_PROGRAMS.to_owned());
                }
            }
        }
        if !target.is_empty() {
            self.targets.insert(target.to_owned());
        }
    }

    /// Whether a program that is called so may be a file of the build context.
    fn has_program(&self, program: &str) -> bool {
        let name = file_name(program);
        let is_known = programs::privileges(name) == programs::Privileges::None
            || self.packages.contains(&name.to_ascii_lowercase())
            || name.starts_with("pip");
        !is_known
            && (self.programs.contains(name)
                || self.targets.contains(program)
                || self.targets.contains(FOLDER_OF_PROGRAMS))
    }

    /// Whether what the container starts is a file of the application's own, of which its first line
    /// decides what runs it: `/app/serve`, and nothing that the system, pip or another stage has made.
    fn is_of_somebody(&self, program: &str) -> bool {
        const OF_OTHERS: &[&str] = &["/bin", "/sbin", "/usr", "/opt/venv"];
        let path = ImagePath::new(program);
        let is_of_others = program.starts_with("/tini")
            || program.starts_with("/dumb-init")
            || (program.starts_with('/')
                && OF_OTHERS
                    .iter()
                    .any(|folder| path.is_below(&ImagePath::new(folder))));
        program.contains('/') && !is_of_others && !self.of_stages.contains(file_name(program))
    }
}

/// Stands for any program: a folder of them is copied whole.
const FOLDER_OF_PROGRAMS: &str = "";

fn is_for_programs(folder: &str) -> bool {
    folder_is(folder, FolderMark::Programs)
}

/// The files of the build context that nothing is seen to run, and somebody may: they lie where programs are
/// found, are made executable, or are where Concourse looks for the programs of a resource.
pub(crate) fn lying(stage: Stage<'_>) -> Vec<RunScript<'_>> {
    let starts_nothing = entry(stage).steps().next().is_none();
    let mut found = Vec::new();
    for step in stage.base_chain().flat_map(Stage::steps) {
        let at = step.next().unwrap_or(step);
        let put = put_where_found(stage, step);
        found.extend(put.map(|path| lying_at(stage, path, at, true)));
        let modes = step.commands().filter(|c| step.is_run() && c.is("chmod"));
        for command in modes {
            let made = made_executable(stage, command, starts_nothing);
            let of_context = made
                .filter(|path| may_be_script(file_name(path)))
                .filter(|path| context_path_of(stage, path, command).is_some());
            found.extend(of_context.map(|path| lying_at(stage, path, command, false)));
        }
    }
    found
}

fn lying_at<'m>(
    stage: Stage<'m>,
    path: String,
    at: impl ProgramPoint<'m>,
    is_on_path: bool,
) -> RunScript<'m> {
    let found = read_at(stage, &path, at);
    RunScript {
        is_unseen: matches!(found, Answer::Unknown(_)),
        text: found.found(),
        path,
        command: None,
        is_told_by_name: false,
        is_on_path,
    }
}

/// The files that a `COPY` of the build context puts among the programs.
fn put_where_found<'m>(stage: Stage<'m>, step: Step<'m>) -> impl Iterator<Item = String> + use<'m> {
    let is_of_context = step.is_copy_or_add() && step.source().is_none() && !step.is_onbuild();
    let target = step
        .target()
        .filter(|_| is_of_context)
        .and_then(|word| expand_text(stage, word, step))
        .unwrap_or_default();
    let folder = target.trim_end_matches('/').to_owned();
    let is_folder = target.ends_with('/') || is_for_programs(&folder) || step.sources().count() > 1;
    let place = if is_folder {
        folder.as_str()
    } else {
        folder_and_name(&folder).0
    };
    let is_found = is_for_programs(place) || folder.starts_with("/opt/resource");
    step.sources()
        .filter(move |source| is_found && !source.literal_prefix().contains("://"))
        .filter_map(move |source| {
            let name = file_name(source.source_text().trim_end_matches('/'));
            let path = if is_folder {
                format!("{folder}/{name}")
            } else {
                folder.clone()
            };
            let is_script = may_be_script(name) || may_be_script(file_name(&path));
            (is_script && !is_plumbing(&path)).then_some(path)
        })
}

/// Whether a file of this name may be a script.
fn may_be_script(name: &str) -> bool {
    !name.contains('.') || has_ending(name, "sh") || has_ending(name, "py")
}

/// Whether a program is none of those that start commands are only held together by.
fn is_plumbing(path: &str) -> bool {
    programs::find(file_name(path)).is_some_and(programs::Program::is_helper)
}

/// The programs that `chmod` makes executable, less the scripts of a shell where something is seen to start:
/// those are looked at there.
fn made_executable<'m>(
    stage: Stage<'m>,
    chmod: Command<'m>,
    starts_nothing: bool,
) -> impl Iterator<Item = String> + use<'m> {
    let is_deep = chmod.has_arg("-R") || chmod.has_arg("--recursive");
    let mut words = chmod.args().filter(|w| !w.starts_with("-"));
    let mode = words.next().map_or("", Word::source_text);
    let adds = mode.contains('+') && mode.contains('x');
    let sets = mode.bytes().all(|b| b.is_ascii_digit()) && mode.contains(['1', '5', '7']);
    let is_script =
        move |name: &str| has_ending(name, "py") || (starts_nothing && has_ending(name, "sh"));
    words
        .filter(move |_| !is_deep)
        .filter_map(move |w| expand_text(stage, w, chmod))
        .filter(move |path| {
            let name = file_name(path);
            ((sets || adds) && is_script(name))
                || (adds && !name.is_empty() && !name.contains(['.', '*']))
        })
        .filter(|path| !is_plumbing(path))
}
