//! What may keep an application from running as anybody but root, where its start does not show it.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, PackageMark, package_is};
use dfix_engine::OpenCondition;
use dfix_model::StepKind;
use dfix_model::catalogue::UserTools;
use dfix_model::{Base, Command, Os, Stage, Step, Word};

use super::closed::{is_opened, kept};
use super::ownership::{absolute, is_below, may_be_given};
use super::rights::{self, DOCKER};
use super::user::Who;
use super::writes;

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

/// What could not be established for the user of this name, who is given these folders.
pub(crate) fn of(
    stage: Stage<'_>,
    who: &Who,
    given: &[&str],
    tools: UserTools,
) -> Vec<OpenCondition> {
    let mut open = rights::of_packages(stage);
    open.extend(rights::of_board(stage));
    open.extend(rights::of_node(stage));
    let names_docker = stage
        .base_chain()
        .flat_map(Stage::env_set)
        .filter_map(|(_, setting)| setting.value)
        .any(|value| value.contains("docker.sock"));
    if names_docker && open.is_empty() {
        open.push(OpenCondition {
            condition: format!("whether the application needs root, as it {DOCKER}"),
            remedy: "start it once as another user, then set USER by hand".to_owned(),
        });
    }
    open.extend(homeless(stage, who, tools));
    open.extend(of_an_unknown_base(stage));
    open.extend(places(stage, given));
    open.extend(application(stage, given));
    if writes::is_removed(stage, "/tmp") {
        open.push(OpenCondition {
            condition: "whether the application needs /tmp, which the file removes and only root may make again".to_owned(),
            remedy: "remove what is in it (`/tmp/*`), and not the folder".to_owned(),
        });
    }
    open.extend(kept(stage, given));
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

fn homeless(stage: Stage<'_>, who: &Who, tools: UserTools) -> Option<OpenCondition> {
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
    (!writes::has_home(stage, who.account(), tools)).then(|| OpenCondition {
        condition: format!(
            "whether {package} can do without a home, which {} has not",
            who.name
        ),
        remedy: "make the user with a home (`useradd -m`)".to_owned(),
    })
}

/// Places that a variable names and that stay root's.
fn places(stage: Stage<'_>, given: &[&str]) -> Option<OpenCondition> {
    const FOR_ALL: &[&str] = &["/tmp", "/var/tmp", "/dev", "/proc", "/root"];
    // What the build puts below /tmp stays root's, unlike /tmp itself.
    let is_put_there = |path: &str| path.starts_with("/tmp/") && writes::is_made(stage, path);
    // What is mounted below /etc is read.
    let volumes = writes::volumes(stage)
        .into_iter()
        .filter(|w| !is_below(&w.path, "/etc"));
    let left = writes::written(stage)
        .into_iter()
        .chain(volumes)
        .chain(writes::unseen(stage))
        .find(|w| {
            !given.iter().any(|g| is_below(&w.path, g))
                && (is_put_there(&w.path) || !FOR_ALL.iter().any(|f| is_below(&w.path, f)))
                && !is_opened(stage, &w.path)
        })?;
    Some(OpenCondition {
        condition: format!(
            "whether the application writes to {} ({}), which stays root's",
            left.path, left.shown_by
        ),
        remedy: "give it to the user by hand, or name a folder below the working directory"
            .to_owned(),
    })
}

/// Whether the application lies where nobody but root may write, or is not in the image at all.
fn application(stage: Stage<'_>, given: &[&str]) -> Option<OpenCondition> {
    let served = stage.entry().workload()?;
    let runs_files = crate::programs::is_pythons(served.name())
        || is_source_beside(served)
        || programs::is(served.name(), Mark::RunsFiles);
    let folder = stage.final_workdir().unwrap_or_else(|| "/".to_owned());
    // Without a shell nothing can be given, of which the fix speaks; the folder is the application's own.
    let is_given =
        given.iter().any(|g| is_below(&folder, g)) || (is_set(stage) && may_be_given(&folder));
    if !is_given && folder != "/tmp" && writes_where_it_stands(served) {
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
        let is_volume = writes::volumes(stage)
            .iter()
            .any(|volume| folder != "/" && is_below(&folder, &volume.path));
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
    let is_cared_for = stage
        .base_chain()
        .any(|s| s.created_users().next().is_some());
    if is_given || (is_cared_for && copies().next().is_none()) {
        return None;
    }
    let is_open_to_all = ["/tmp", "/var/tmp"].iter().any(|f| is_below(&folder, f));
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
        let name = w.literal_prefix().rsplit('/').next().unwrap_or("");
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

fn beside(folder: &str) -> OpenCondition {
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
fn goes_to(stage: Stage<'_>, given: &[&str]) -> bool {
    stage.entry().commands().any(|command| {
        let goes = command.is("cd")
            || ["--chdir", "--app-dir", "--directory", "--prefix"]
                .iter()
                .any(|option| command.has_option(option));
        goes && command
            .args()
            .filter_map(|w| stage.expand_text(w, command))
            .any(|text| {
                let place = text.rsplit('=').next().unwrap_or(&text);
                given.iter().any(|g| is_below(place, g))
            })
    })
}

/// Whether files of the application, and not only its program, are put into the working directory that
/// the file sets.
fn stands_beside(stage: Stage<'_>, folder: &str, served: Command<'_>) -> bool {
    let program = served.name();
    is_set(stage)
        && folder != "/"
        && stage
            .base_chain()
            .flat_map(Stage::steps)
            .filter(|s| s.is_copy_or_add() && !s.is_onbuild())
            .any(|step| {
                let Some(text) = step.target().and_then(|w| stage.expand_text(w, step)) else {
                    return false;
                };
                let target = absolute(stage, step, &text);
                if target == folder {
                    return step
                        .sources()
                        .any(|w| w.value().and_then(|v| v.rsplit('/').next()) != Some(program));
                }
                target
                    .rsplit_once('/')
                    .is_some_and(|(parent, name)| parent == folder && name != program)
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
    let is_prepared = stage
        .base_chain()
        .any(|s| s.created_users().next().is_some());
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
