//! Where the application lies that the container starts, and whether another user than root reaches it.

use dfix_catalogue::programs::{self, Kind, Mark};
use dfix_catalogue::{FolderMark, folder_is, is_dependency_folder, is_manifest};

use crate::collect::shell::Os;
use crate::facts::accounts::Accounts;
use crate::facts::accounts::account::MadeBy;
use crate::facts::data_folders::{filled_folders, is_applications, volumes};
use crate::facts::dependencies::installs_elsewhere_than;
use crate::facts::entry::entry;
use crate::facts::fetched_start::started;
use crate::facts::filesystem::Filesystem;
use crate::facts::filesystem::entry::{Entry, Landing, Touch};
use crate::facts::runtime;
use crate::facts::variables::expand_text;
use crate::facts::workdir::{final_workdir, working_directory};
use crate::handles::{Base, Command, Stage, Step, Word};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

/// The folders of the application, as far as the file shows: the working directory that it sets, or what is around that and
/// the application is copied to; else the folders that the stage's files are copied to.
pub(crate) fn application_folders(stage: Stage<'_>) -> Vec<ImagePath> {
    let targets = filled_folders(stage);
    let applications = targets.iter().filter(|target| is_applications(target));
    let Some(path) = own_workdir(stage, targets) else {
        return applications.cloned().collect();
    };
    // Where the application is copied to a folder around the working directory, that is its own too.
    let around = applications
        .filter(|target| path.is_below(target))
        .min_by_key(|target| target.as_str().len());
    // `/opt/app/bin`: the application is what lies around its programs.
    let around_programs = path.parent().filter(|parent| {
        path.file_name() == "bin"
            && is_applications(parent)
            && !matches!(parent.file_name(), "go" | "gopath")
    });
    vec![around.cloned().or(around_programs).unwrap_or(path)]
}

/// The working directory, where the file sets it and it is the application's.
fn own_workdir(stage: Stage<'_>, targets: &[ImagePath]) -> Option<ImagePath> {
    let folder = ImagePath::new(&final_workdir(stage)?);
    let holds_the_application =
        folder_is(folder.as_str(), FolderMark::Empty) && targets.contains(&folder);
    (is_set(stage) && (is_applications(&folder) || holds_the_application)).then_some(folder)
}

/// Why a user other than root may not reach or change the application, as far as that is not known: it lies
/// where nobody but root may write, `given` aside, or is not in the image at all.
pub(crate) fn out_of_reach(stage: Stage<'_>, given: &[ImagePath]) -> Option<OpenCondition> {
    let served = entry(stage).workload()?;
    let runs_files = served.is_marked(Mark::Python)
        || is_source_beside(served)
        || served.is_marked(Mark::RunsFiles);
    let folder = ImagePath::new(&final_workdir(stage).unwrap_or_default());
    // Without a shell nothing can be given, of which the fix speaks; the folder is the application's own.
    let is_given =
        given.iter().any(|g| folder.is_below(g)) || (is_set(stage) && is_applications(&folder));
    if !is_given && folder.as_str() != "/tmp" && writes_where_it_stands(served) {
        return Some(OpenCondition {
            condition: format!(
                "whether {} may write into the working directory, {folder}, which stays root's",
                served.name()
            ),
            remedy: "let WORKDIR name a folder of the application's own".to_owned(),
        });
    }
    if stage.os() == Os::Windows {
        return None;
    }
    if let Some(named) = brought_by_nobody(stage) {
        return Some(OpenCondition::new(
            format!(
                "whether the user may read and write the application: the container starts `{named}` in {folder}, and nothing \
                 in this file puts that into the image"
            ),
            "see whom the files belong to that are mounted or added later",
        ));
    }
    if !makes_users(stage) && works_on_what_is_mounted(stage, served, &folder) {
        return Some(OpenCondition::new(
            format!(
                "whether the user may read and write what `{}` works on, as this file puts nothing into the image",
                served.name()
            ),
            "see whom the files belong to that are mounted or added later",
        ));
    }
    if !runs_files {
        let is_volume = volumes(stage)
            .iter()
            .any(|volume| !folder.is_root() && folder.is_below(&volume.path));
        return (!is_given && (is_volume || stands_beside(stage, &folder, served)))
            .then(|| beside(&folder));
    }
    let copies = || {
        stage
            .base_chain()
            .flat_map(Stage::steps)
            .filter(|s| s.is_copy_or_add() && !s.is_onbuild())
    };
    if copies().all(Step::puts_only_manifests) && is_missing(stage, served) {
        return Some(OpenCondition {
            condition: "whether the user may read and write the application, which this file does not put into the image".to_owned(),
            remedy: "see whom the files belong to that are mounted or added later".to_owned(),
        });
    }
    // Who makes a user for an application that comes later has thought of where that writes.
    let is_cared_for = makes_users(stage);
    if is_given || (is_cared_for && copies().next().is_none()) {
        return None;
    }
    let is_open_to_all = ["/tmp", "/var/tmp"]
        .iter()
        .any(|place| folder.is_below(&ImagePath::new(place)));
    (!is_open_to_all && !goes_to(stage, given)).then(|| beside(&folder))
}

/// Whether a program runs, builds or serves what somebody mounts: it is none that does anything by itself, and the image holds nothing
/// that it could.
fn works_on_what_is_mounted(stage: Stage<'_>, served: Command<'_>, folder: &ImagePath) -> bool {
    let of_kind = programs::find(served.name()).is_none_or(|it| {
        matches!(
            it.kind(),
            Kind::Builder
                | Kind::Installer
                | Kind::Interpreter
                | Kind::Runner
                | Kind::Shell
                | Kind::Tool
        )
    });
    let of_mark = || {
        let marks = [Mark::Application, Mark::RunsFiles, Mark::Workbench];
        marks.iter().any(|it| served.is_marked(*it))
    };
    let mut chain = stage.base_chain();
    let is_made = |it: &ImagePath| !folder.is_root() && it.is_below(folder) && it != folder;
    (of_kind || of_mark())
        && !fetches(stage)
        && chain.all(|it| {
            it.copies().next().is_none() && !Filesystem::of(it).touched().any(|it| is_made(it.path))
        })
}

/// Whether the program is a text that another program reads, by its name, and lies where it is
/// started: `./boot.sh`.
fn is_source_beside(served: Command<'_>) -> bool {
    let program = served.program().map_or("", Word::literal_prefix);
    !program.starts_with('/')
        && [".sh", ".py", ".js", ".rb", ".pl", ".php"]
            .iter()
            .any(|ending| program.ends_with(ending))
}

fn beside(folder: &ImagePath) -> OpenCondition {
    OpenCondition {
        condition: format!(
            "whether the application writes into {folder}, where it is started and which stays root's"
        ),
        remedy: "let WORKDIR name a folder of the application's own".to_owned(),
    }
}

/// Whether the file says by WORKDIR where the application is started.
fn is_set(stage: Stage<'_>) -> bool {
    stage.base_chain().any(|s| s.workdirs().next().is_some())
}

/// Whether the start goes to one of these folders itself: `cd /app && …`, `--chdir /app`.
fn goes_to(stage: Stage<'_>, given: &[ImagePath]) -> bool {
    entry(stage).commands().any(|command| {
        goes(command)
            && command
                .args()
                .filter_map(|w| expand_text(stage, w, command))
                .any(|text| {
                    let place = ImagePath::new(text.rsplit('=').next().unwrap_or(&text));
                    given.iter().any(|folder| place.is_below(folder))
                })
    })
}

/// Whether a command goes to another folder, or is told one.
fn goes(command: Command<'_>) -> bool {
    let options = ["--chdir", "--app-dir", "--directory", "--prefix"];
    command.is("cd") || options.iter().any(|it| command.has_option(it))
}

/// Whether files of the application, and not only its program, are put into the working directory that
/// the file sets.
fn stands_beside(stage: Stage<'_>, folder: &ImagePath, served: Command<'_>) -> bool {
    let program = served.name();
    let mut landings = stage
        .base_chain()
        .flat_map(|s| Filesystem::of(s).landings());
    is_set(stage)
        && !folder.is_root()
        && landings.any(|landing| {
            let is_in_it = landing.path.parent().as_ref() == Some(folder);
            landing.path == *folder || (is_in_it && landing.path.file_name() != program)
        })
}

/// Programs that keep their files in the working directory unless told otherwise.
fn writes_where_it_stands(served: Command<'_>) -> bool {
    let writes_here = programs::find(served.name()).is_some_and(|program| {
        let is_told = program.folder_options().any(|it| served.has_option(it));
        program.writes() == Some(".") && !is_told
    });
    writes_here
        || (served.is("celery")
            && served
                .args()
                .any(|w| w.is("beat") || w.is("-B") || w.is("--beat")))
}

/// What the container starts of an application below its working directory, where nothing of the build can have put it
/// there: `bin/rails`, `app:app`. It comes with what is mounted, of which nobody knows whose it is.
fn brought_by_nobody(stage: Stage<'_>) -> Option<String> {
    let folder = ImagePath::new(&final_workdir(stage)?);
    if stage.base_stage().base() != Base::Image || folder.is_root() || fetches(stage) {
        return None;
    }
    let files = Filesystem::of(stage);
    // What a folder that is copied holds is looked into elsewhere.
    let is_around = |place: &ImagePath, it: &Landing| {
        let above = it.path.parent().filter(|_| it.is_in_folder);
        let is_file = it.entry == Entry::File || is_manifest(it.path.file_name());
        !is_file && (place.is_below(&it.path) || above.is_some_and(|it| place.is_below(&it)))
    };
    let is_brought = |place: &ImagePath| files.all_landings().any(|it| is_around(place, it));
    let is_absent = |path: &String| {
        let place = folder.join(path);
        let is_installed = path.split('/').any(is_dependency_folder);
        place.is_below(&folder)
            && !is_installed
            && !is_brought(&place)
            && files
                .exists_without(&place, installs_elsewhere_than)
                .is_no()
    };
    let mut processes = runtime::of(stage).processes();
    processes.find_map(|process| {
        let command = process.command;
        let is_here = || working_directory(command).as_deref() == Some(folder.as_str());
        if process.script.is_some() || goes(command) || !is_here() {
            return None;
        }
        let started = started(command)?;
        started.places.iter().all(is_absent).then_some(started.name)
    })
}

/// Whether what is started is a file that nothing of the build can have made.
fn is_missing(stage: Stage<'_>, served: Command<'_>) -> bool {
    let is_runner = || programs::find(served.name()).is_some_and(|it| it.kind() == Kind::Runner);
    let runs_script = is_runner()
        || started(served).is_some()
        || served
            .args()
            .find(|w| !w.starts_with("-"))
            .and_then(Word::value)
            .is_some_and(|text| text.contains('.') || text.contains(':'));
    let is_known = stage.base_stage().base() == Base::Image;
    let is_prepared = makes_users(stage);
    runs_script
        && is_known
        && !is_prepared
        && !fetches(stage)
        && !writes_files(stage)
        && !served.has_arg("-m")
}

/// Whether a command of the build puts files into the folder in which the container is started.
fn writes_files(stage: Stage<'_>) -> bool {
    let folder = ImagePath::new(&final_workdir(stage).unwrap_or_default());
    let chain = stage.base_chain().map(Filesystem::of);
    chain.flat_map(Filesystem::touched).any(|it| {
        let is_put = matches!(it.touch, Touch::Written | Touch::Copied);
        is_put && it.step.is_run() && it.path.is_below(&folder)
    })
}

/// Whether the build may fetch an application's files: not what only gets something for the system.
pub(crate) fn fetches(stage: Stage<'_>) -> bool {
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    commands.any(|command| {
        if command.is_one_of(&["curl", "wget"]) {
            // What is piped into a program is run there, or kept by it.
            let goes_on = command.next().is_some_and(|next| {
                next.is_one_of(&["apt-key", "gpg"])
                    || next
                        .known()
                        .is_some_and(|it| matches!(it.kind(), Kind::Interpreter | Kind::Shell))
            });
            // A list of packages' places, a program: nothing of the application.
            let is_of_the_system = command
                .args()
                .any(|w| w.starts_with("/etc/") || w.starts_with("/usr/"));
            return !goes_on && !is_of_the_system;
        }
        if command.is("git") {
            return command.has_arg("clone") || command.has_arg("fetch");
        }
        command.is_marked(Mark::Fetches)
    })
}

fn makes_users(stage: Stage<'_>) -> bool {
    let users = Accounts::of(stage).all();
    users.iter().any(|user| user.made_by != MadeBy::Base)
}
