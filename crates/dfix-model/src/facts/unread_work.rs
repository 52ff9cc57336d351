//! Whether all that is done before a place to a part of the system is known: to its users, to its lists of archives, to its Python. What is
//! not read may have done anything to it.

use std::cell::OnceCell;

use dfix_catalogue::LeftPart;
use dfix_catalogue::programs::{Kind, Mark};
use dfix_syntax::TextSize;

use crate::collect::command::WrapperKind;
use crate::facts::call_site::CallSite;
use crate::facts::executed::leaves;
use crate::facts::filesystem::Filesystem;
use crate::facts::interpreted::{Door, Executed, Interpreted, InterpretedText, Reading};
use crate::facts::package_archives::speaks_of_archive;
use crate::handles::{Command, Stage, Step, Word};
use crate::packages::{PackageCommand, PackageManager, SpecKind};
use crate::ternary::OpenCondition;

/// A part of the system.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Its users and groups. What its packages bring is not looked at.
    Accounts,
    /// Where packages come from beside the distribution's own archive. What [`super::package_archives`] tells of is not looked at.
    Archives,
    /// The list of the distribution's own archive.
    OwnArchive,
    /// Whether pip may install into the system's Python.
    Python,
    /// What `/bin/sh` is.
    Shell,
}

/// What of a stage is not read, first.
struct Unread {
    step: usize,
    /// Where in the file its command begins; of a script's, where its step does.
    at: TextSize,
    open: OpenCondition,
}

/// By part.
#[derive(Default)]
struct UnreadWork([OnceCell<Option<Unread>>; 5]);

/// What of a text for another interpreter than a shell may change the system.
const CALLS: [&str; 12] = [
    "/etc",
    "EXTERNALLY",
    "`",
    "exec",
    "extract",
    "fork",
    "popen",
    "shutil",
    "spawn",
    "subprocess",
    "system",
    "unpack",
];

/// Options with which `dpkg` and `rpm` install files of packages.
const INSTALLING: [&str; 9] = [
    "-F",
    "-U",
    "-i",
    "--configure",
    "--freshen",
    "--install",
    "--reinstall",
    "--unpack",
    "--upgrade",
];

impl Part {
    /// Its files.
    fn files(self) -> &'static [&'static str] {
        match self {
            Part::Accounts => &["/etc/passwd", "/etc/group"],
            Part::Archives => &[
                "/etc/apt/sources.list",
                "/etc/apt/sources.list.d",
                "/etc/apk/repositories",
            ],
            Part::OwnArchive => &[
                "/etc/apt/sources.list",
                "/etc/apt/apt.conf",
                "/etc/apt/apt.conf.d",
                "/etc/dnf",
                "/etc/yum.conf",
                "/etc/yum.repos.d",
            ],
            Part::Python => &[
                "/etc/pip.conf",
                "/etc/xdg/pip/pip.conf",
                "/root/.config/pip/pip.conf",
                "/root/.pip/pip.conf",
                "/usr/lib/python3",
                "/usr/local/bin/pip",
                "/usr/local/bin/pip3",
                "/usr/local/bin/python3",
            ],
            Part::Shell => &["/bin/sh", "/usr/bin/sh"],
        }
    }

    fn left(self) -> LeftPart {
        match self {
            Part::Accounts => LeftPart::Accounts,
            Part::Archives | Part::OwnArchive => LeftPart::Archives,
            Part::Python => LeftPart::Python,
            Part::Shell => LeftPart::Shell,
        }
    }

    fn told(self) -> &'static str {
        match self {
            Part::Accounts => "makes users",
            Part::Archives | Part::OwnArchive => "has packages come from elsewhere",
            Part::Python => "says that pip may install",
            Part::Shell => "puts another shell in the place of `/bin/sh`",
        }
    }

    fn open(self, what: &str) -> OpenCondition {
        OpenCondition::new(format!("whether {what} {}", self.told()), "look into it")
    }

    /// Whether the command leaves this part alone, but where its words tell.
    fn is_left_by(self, command: Command<'_>) -> bool {
        if self == Part::Shell && command.may_change_sh() {
            return false;
        }
        if command.is_marked(Mark::ChangesFiles)
            && !command.is_marked(Mark::LeavesNothing)
            && is_told_files(command)
        {
            return false;
        }
        if let Some(install) = PackageCommand::of(command) {
            if install.is_of_system() {
                return self == Part::Accounts || !brings_others(&install, self);
            }
            if install.is_install() || install.names_packages() {
                return true;
            }
        }
        // `dpkg --add-architecture i386`, `rpm --rebuilddb`.
        if command.is_one_of(&["dpkg", "rpm"]) {
            return !INSTALLING.iter().any(|it| command.has_option(it));
        }
        let Some(program) = command.known() else {
            // What only sets variables has no name.
            return command.program().is_none();
        };
        // What lies where no programs are installed may be anything by this name.
        let path = command.executable().and_then(Word::value);
        let folder = path.and_then(|it| Some(it.rsplit_once('/')?.0));
        let is_build_script = program.kind() == Kind::Builder && program.is(Mark::BuildScript);
        if folder.is_some_and(|it| !it.ends_with("bin")) && !is_build_script {
            return false;
        }
        let is_kept = || {
            let is_of_archives = matches!(self, Part::Archives | Part::OwnArchive);
            is_of_archives && program.kind() == Kind::Runner && program.is(Mark::NoApt)
        };
        match program.kind() {
            Kind::Builtin | Kind::Helper | Kind::Init | Kind::Shell | Kind::Switcher => true,
            // Their texts are looked at themselves.
            Kind::Interpreter => {
                command.makes_environment() || !command.has_arg("-m") && !command.has_arg("run")
            }
            _ => {
                is_build_script
                    || (program.is(Mark::LeavesSystem) && !command.has_arg("run"))
                    || is_kept()
            }
        }
    }
}

/// Whether packages that it installs are not the distribution's own, so that they may bring anything; or may bring a list of archives,
/// such as EPEL, where that matters.
fn brings_others(install: &PackageCommand<'_>, part: Part) -> bool {
    let is_of_lists = matches!(part, Part::Archives | Part::Python);
    let may_bring = is_of_lists && install.manager == PackageManager::Dnf;
    let mut packages = install.packages().into_iter();
    install.is_install()
        && packages.any(|it| {
            it.kind != SpecKind::Index
                || may_bring && it.name.is_some_and(|name| name.contains("release"))
        })
}

/// What is not read before a place, so that a part of the system may be another than is seen; `at`: in the step itself, before this place.
pub(crate) fn unread_before(
    stage: Stage<'_>,
    part: Part,
    (step, at): (usize, TextSize),
) -> Option<OpenCondition> {
    stage.base_chain().find_map(|of| {
        let work = of.cached(UnreadWork::default);
        let first = work.0[part as usize].get_or_init(|| first_of(of, part));
        let first = first.as_ref()?;
        ((first.step, first.at) < (step, at)).then(|| first.open.clone())
    })
}

/// The same before a command.
pub(crate) fn unread_before_command(command: Command<'_>, part: Part) -> Option<OpenCondition> {
    let step = command.step();
    let at = if command.is_of_script() {
        step.range().end()
    } else {
        command.range().start()
    };
    unread_before(command.stage()?, part, (step.index(), at))
}

/// The first step of a stage's chain between two places of the file in which something is not read.
pub(crate) fn unread_between(
    stage: Stage<'_>,
    part: Part,
    (since, before): (TextSize, TextSize),
) -> Option<Step<'_>> {
    stage.base_chain().find_map(|of| {
        let interpreted = Interpreted::of(of);
        let is_between = |it: TextSize| since < it && it < before;
        let mut runs = of.runs().filter(|it| it.range().end() > since);
        runs.find(|it| unread_of(*it, interpreted, part).is_some_and(|it| is_between(it.at)))
    })
}

/// The same in a whole stage.
pub(crate) fn unread_in(stage: Stage<'_>, part: Part) -> Option<OpenCondition> {
    unread_before(stage, part, (usize::MAX, TextSize::default()))
}

/// The first of a stage's own.
fn first_of(stage: Stage<'_>, part: Part) -> Option<Unread> {
    let interpreted = Interpreted::of(stage);
    let mut runs = stage.runs().filter(|it| !it.is_onbuild());
    let run = runs.find_map(|step| unread_of(step, interpreted, part));
    let put = first_put(stage, part);
    let place = |it: &Unread| (it.step, it.at);
    run.into_iter().chain(put).min_by_key(place)
}

/// The first that puts something at the part's files, which is not seen.
fn first_put(stage: Stage<'_>, part: Part) -> Option<Unread> {
    let is_told = |step: Step<'_>| match part {
        Part::Archives => speaks_of_archive(step),
        Part::OwnArchive => step.is_run() && sets_no_folders(step),
        Part::Accounts | Part::Python | Part::Shell => false,
    };
    let put = Filesystem::of(stage).first_put_unseen(part.files(), &is_told);
    let (step, command) = put?;
    let what = format!(
        "what the `{}` of line {} puts there",
        step.name(),
        step.line()
    );
    Some(Unread {
        step: step.index(),
        at: command.map_or(step.range().start(), |it| it.range().start()),
        open: part.open(&what),
    })
}

fn unread_of<'m>(step: Step<'m>, interpreted: Interpreted<'m>, part: Part) -> Option<Unread> {
    let found = |at: TextSize, what: &str| {
        Some(Unread {
            step: step.index(),
            at,
            open: part.open(what),
        })
    };
    let start = step.range().start();
    let mut mounts = step.mounts().filter(|it| it.kind() == "bind");
    if mounts.any(|it| it.target().and_then(Word::value).is_none_or(is_near_system)) {
        return found(start, &format!("what line {} mounts", step.line()));
    }
    let mut last: Option<Command<'m>> = None;
    let mut done = interpreted.executed(step).peekable();
    while let Some(it) = done.next() {
        match it {
            Executed::Command(command) => {
                last = Some(command);
                // What the text of a program does is told by the text.
                let is_text = |next: &Executed<'m>| matches!(next, Executed::Text(it) if it.door() == Door::Program);
                let has_text = done.peek().is_some_and(is_text);
                if !has_text && !part.is_left_by(command) {
                    let at = if command.is_of_script() {
                        start
                    } else {
                        command.range().start()
                    };
                    return found(at, &format!("`{}`", command.name()));
                }
            }
            Executed::Text(text) => {
                if let Some(what) = unread_text(text, last, part) {
                    return found(text.place().start(), &what);
                }
            }
        }
    }
    let what = format!("the shell text of line {}", step.line());
    step.has_opaque_text().then(|| found(start, &what))?
}

/// What of a text is not read, as far as it may concern the part.
fn unread_text(text: InterpretedText<'_>, last: Option<Command<'_>>, part: Part) -> Option<String> {
    match text.reading() {
        Reading::Here | Reading::Script(_) => None,
        Reading::Unread(unread) => {
            let is_left = last.is_some_and(|it| leaves(it, part.left()));
            (!is_left).then(|| unread.what.clone())
        }
        Reading::Foreign(name) => {
            let is_here = matches!(text.door(), Door::Word | Door::Document | Door::Pipe);
            let source = if is_here {
                Some(text.step().source_text())
            } else {
                text.foreign_source()
            };
            let is_free = |it: &str| !CALLS.iter().any(|call| it.contains(call));
            let builds = |it: Command<'_>| {
                let words: Vec<&str> = it.args().filter_map(Word::value).collect();
                it.known().is_some_and(|program| program.builds(&words))
            };
            let is_known = source.is_some_and(is_free) || last.is_some_and(builds);
            (!is_known).then(|| format!("what `{name}` runs"))
        }
    }
}

/// Whether another command tells on which files it works, and they may be the system's settings: `find / -exec sed -i …`, `xargs`.
fn is_told_files(command: Command<'_>) -> bool {
    let mut wrappers = command.wrappers();
    let is_near = |find: Command<'_>| {
        let folders = find.args().take_while(|it| !it.starts_with("-"));
        let mut paths = folders.map(|it| CallSite::of(find).path(it.value()?));
        paths.any(|it| it.is_none_or(|it| is_near_system(it.as_str())))
    };
    wrappers.any(|it| it.kind == WrapperKind::Arguments)
        || command
            .outer()
            .is_some_and(|it| it.is("find") && is_near(it))
}

/// Whether the settings of apt that a step writes leave the lists where they are.
fn sets_no_folders(step: Step<'_>) -> bool {
    let text = step.source_text();
    text.contains("apt.conf") && !text.contains("Dir")
}

/// Whether a folder is one of the system's settings or lies around them.
fn is_near_system(folder: &str) -> bool {
    folder == "/"
        || ["/etc", "/root", "/usr"]
            .iter()
            .any(|it| folder.starts_with(it))
}
