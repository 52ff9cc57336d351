//! What may keep an application from running as anybody but root, where its start does not show it.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, FolderMark, PackageMark, folder_above, package_is};
use dfix_engine::OpenCondition;
use dfix_model::{Base, Command, ImagePath, MadeBy, Os, Stage, Step, StepKind, Word};

use super::account::RunAs;
use super::permissions::{is_opened, kept};
use super::rights::{self, DOCKER};

/// A label that asks for rights, such as LinuxKit's list of capabilities.
pub(crate) fn asks_for_rights(stage: Stage<'_>) -> bool {
    stage
        .base_chain()
        .flat_map(|s| s.steps_of(StepKind::Label))
        .flat_map(Step::pairs)
        .filter_map(|pair| Some(pair.value()?.source_text().to_owned()))
        .any(|text| {
            ["CAP_", "--privileged", "--device", "--cap-add"]
                .iter()
                .any(|right| text.contains(right))
        })
}

/// What could not be established for the user, to whom these folders belong then.
pub(crate) fn of(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Vec<OpenCondition> {
    let mut open = rights::of_packages(stage);
    open.extend(rights::of_board(stage));
    open.extend(rights::of_node(stage));
    let names_docker = stage
        .base_chain()
        .flat_map(Stage::env_set)
        .filter_map(|(_, setting)| setting.value)
        .any(|value| value.contains("docker.sock"));
    if names_docker && open.is_empty() {
        open.push(OpenCondition::new(
            format!("whether the application needs root, as it {DOCKER}"),
            "start it once as another user, then set USER by hand",
        ));
    }
    open.extend(homeless(stage, run_as));
    open.extend(of_an_unknown_base(stage));
    open.extend(places(stage, run_as, given));
    open.extend(application(stage, given));
    if stage.removes(&ImagePath::new("/tmp")) {
        open.push(OpenCondition::new(
            "whether the application needs /tmp, which the file removes and only root may make again",
            "remove what is in it (`/tmp/*`), and not the folder",
        ));
    }
    open.extend(kept(stage, run_as, given));
    open
}

/// A file goes to root on top of an image that nothing is known of: the image may have a user of its own.
fn of_an_unknown_base(stage: Stage<'_>) -> Option<OpenCondition> {
    let first = stage
        .base_stage()
        .user_steps()
        .next()
        .and_then(|step| stage.expand_text(step.words().next()?, step))?;
    let is_root = matches!(first.split(':').next(), Some("root" | "0"));
    (is_root && crate::base::facts(stage).is_none()).then(|| OpenCondition {
        condition: format!(
            "whether {} has a user of its own to go back to, as the file first goes to root",
            stage.base_image().text().unwrap_or("the base image")
        ),
        remedy: "look at the User of its configuration (`docker inspect`), and switch to that"
            .to_owned(),
    })
}

fn homeless(stage: Stage<'_>, run_as: &RunAs) -> Option<OpenCondition> {
    let packages = stage.python_packages();
    let served = stage.entry().workload();
    // Package managers keep their logs and their cache there.
    let starts = served.filter(|c| programs::is(c.name(), Mark::Home));
    let package = packages
        .known
        .iter()
        .map(|package| package.name.as_str())
        .find(|name| package_is(Ecosystem::Language, name, PackageMark::Home))
        .or(starts.map(Command::name))?;
    (!run_as.has_home(stage)).then(|| OpenCondition {
        condition: format!(
            "whether {package} can do without a home, which {} has not",
            run_as.name
        ),
        remedy: "make the user with a home (`useradd -m`)".to_owned(),
    })
}

/// Places that a variable names and that stay root's.
fn places(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Option<OpenCondition> {
    // What is mounted below /etc is read.
    let volumes = stage.volumes().into_iter();
    let volumes = volumes.filter(|volume| !volume.path.is_below(&ImagePath::new("/etc")));
    let is_for_all = |path: &ImagePath| {
        let is_temporary = path.is_below(&ImagePath::new("/tmp"));
        // What the build puts below /tmp stays root's, unlike /tmp itself.
        folder_above(path.as_str(), FolderMark::ForAll).is_some()
            && !(is_temporary && path.as_str() != "/tmp" && stage.makes(path))
    };
    let left = stage
        .data_folders()
        .into_iter()
        .chain(volumes)
        .chain(stage.unmade_folders())
        .find(|data| {
            !given.iter().any(|folder| data.path.is_below(folder))
                && !is_for_all(&data.path)
                && !is_opened(stage, run_as, &data.path)
        })?;
    Some(OpenCondition::new(
        format!(
            "whether the application writes to {} ({}), which stays root's",
            left.path, left.shown_by
        ),
        "give it to the user by hand, or name a folder below the working directory",
    ))
}

/// Whether the application lies where nobody but root may write, or is not in the image at all.
fn application(stage: Stage<'_>, given: &[ImagePath]) -> Option<OpenCondition> {
    let served = stage.entry().workload()?;
    let runs_files = crate::programs::is_pythons(served.name())
        || is_source_beside(served)
        || programs::is(served.name(), Mark::RunsFiles);
    let folder = ImagePath::new(&stage.final_workdir().unwrap_or_default());
    // Without a shell nothing can be given, of which the fix speaks; the folder is the application's own.
    let is_given =
        given.iter().any(|g| folder.is_below(g)) || (is_set(stage) && folder.is_applications());
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
    if !runs_files {
        let is_volume = stage
            .volumes()
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
    if copies().all(puts_manifests_only) && is_missing(stage, served) {
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

/// Whether the program is a text that another program reads, by its name, and lies where it is
/// started: `./boot.sh`.
fn is_source_beside(served: Command<'_>) -> bool {
    let program = served.program().map_or("", Word::literal_prefix);
    !program.starts_with('/')
        && [".sh", ".py", ".js", ".rb", ".pl", ".php"]
            .iter()
            .any(|ending| program.ends_with(ending))
}

/// Whether the step puts only lists of dependencies there, and not the application.
fn puts_manifests_only(step: Step<'_>) -> bool {
    let is_manifest = |w: Word<'_>| {
        let path = ImagePath::new(w.literal_prefix());
        let name = path.file_name();
        [
            "requirements",
            "package",
            "pyproject",
            "Gemfile",
            "Pipfile",
            "poetry.lock",
            "yarn.lock",
            "npm-shrinkwrap",
        ]
        .iter()
        .any(|known| name.starts_with(known))
    };
    step.source().is_none() && step.sources().all(is_manifest)
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
    stage.entry().commands().any(|command| {
        let goes = command.is("cd")
            || ["--chdir", "--app-dir", "--directory", "--prefix"]
                .iter()
                .any(|option| command.has_option(option));
        goes && command
            .args()
            .filter_map(|w| stage.expand_text(w, command))
            .any(|text| {
                let place = ImagePath::new(text.rsplit('=').next().unwrap_or(&text));
                given.iter().any(|folder| place.is_below(folder))
            })
    })
}

/// Whether files of the application, and not only its program, are put into the working directory that
/// the file sets.
fn stands_beside(stage: Stage<'_>, folder: &ImagePath, served: Command<'_>) -> bool {
    let program = served.name();
    let mut landings = stage.base_chain().flat_map(|s| s.filesystem().landings());
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

/// Whether what is started is a file that nothing of the build can have made.
fn is_missing(stage: Stage<'_>, served: Command<'_>) -> bool {
    let runs_script = served.is_one_of(&["bundle", "npm", "pnpm", "rails", "yarn"])
        || served
            .args()
            .find(|w| !w.starts_with("-"))
            .and_then(Word::value)
            .is_some_and(|text| text.contains('.') || text.contains(':'));
    let is_known = stage.base_stage().base() == Base::Image;
    let fetches = stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .any(puts_files);
    let is_prepared = makes_users(stage);
    runs_script && is_known && !is_prepared && !fetches && !served.has_arg("-m")
}

/// Whether the command may put an application's files into the image: not what only installs something.
fn puts_files(command: Command<'_>) -> bool {
    if command.is_one_of(&["curl", "wget"]) {
        let goes_on = command
            .next()
            .is_some_and(|next| next.is_one_of(&["apt-key", "bash", "gpg", "sh"]));
        // A list of packages' places, a program: nothing of the application.
        let is_of_the_system = command
            .args()
            .any(|w| w.starts_with("/etc/") || w.starts_with("/usr/"));
        return !goes_on && !is_of_the_system;
    }
    if command.is("git") {
        return command.has_arg("clone") || command.has_arg("fetch");
    }
    command.is_one_of(&[
        "cat", "cp", "echo", "mv", "printf", "svn", "tar", "tee", "unzip",
    ])
}

fn makes_users(stage: Stage<'_>) -> bool {
    let users = stage.accounts().all();
    users.iter().any(|user| user.made_by != MadeBy::Base)
}
