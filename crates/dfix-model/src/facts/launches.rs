//! What the project's files build of a Dockerfile, and how they start it: compose files and their like.

pub(crate) mod homes;
mod variables;

use std::sync::Arc;

use dfix_launch::{FolderLaunches, Health, Launch, Mount, MountKind, Source, Start};

use crate::collect::model::Model;
use crate::facts::quoting::quoted;
use crate::facts::scripts::{Script, script_of_launch};
use crate::handles::{Base, Stage, Step};
use crate::path::{ImagePath, file_name};
use crate::ternary::OpenCondition;

pub(crate) use variables::{is_chosen, is_shown_as_a_place, nobody_sets};

struct Kept(Arc<FolderLaunches>);

/// Names under which builds put other things in for images.
struct Contexts(Vec<String>);

/// The stages that are built as images, by index, in order.
struct Targets(Vec<usize>);

/// For each stage whether an image that is built is based on it.
struct Shipped(Vec<bool>);

/// What the project's files say of a file.
pub(crate) fn all<'m>(file: &'m Model<'_>) -> &'m FolderLaunches {
    &file.cached(|| Kept(file.context().launches())).0
}

/// Whether a build of the project puts something of its own in for an image of this name: `--build-context`,
/// `additional_contexts`.
///
/// Source: docs.docker.com/reference/cli/docker/buildx/build, `--build-context`.
pub(crate) fn is_build_context(file: &Model<'_>, image: &str) -> bool {
    let find = || {
        let builds = all(file).launches.iter().filter_map(|it| it.build.as_ref());
        let names = builds.flat_map(|it| it.contexts.iter().map(|it| it.0.clone()));
        Contexts(names.collect())
    };
    let name = image.strip_suffix(":latest").unwrap_or(image);
    let names = file.cached(find);
    names.0.iter().any(|it| it == image || it == name)
}

/// The stages that are built as images: those that a build of the project names, and the last one where a build
/// names none, or nothing is known of any but what developers build.
pub(crate) fn targets<'m>(file: &'m Model<'_>) -> &'m [usize] {
    &file.cached(|| Targets(find_targets(file))).0
}

fn find_targets(file: &Model<'_>) -> Vec<usize> {
    let Some(last) = file.stages().len().checked_sub(1) else {
        return Vec::new();
    };
    let builds = all(file)
        .launches
        .iter()
        .filter(|launch| launch.build.as_ref().is_some_and(|it| !it.is_in_between))
        .filter(|launch| launch.source.ships())
        .filter(|launch| launch.source.starts() || !is_for_tests(launch));
    let mut targets = Vec::new();
    let mut are_all_developers = true;
    for launch in builds {
        if let Some(target) = target_of(file, launch) {
            targets.push(target);
            are_all_developers &= is_developers(launch);
        }
    }
    // What is built beside it for development takes nothing away from what is shipped.
    let is_last_developers = || {
        let name = file.stage(last).and_then(Stage::name);
        name.is_some_and(dfix_catalogue::is_named_for_development)
    };
    if targets.is_empty() || (are_all_developers && !is_last_developers()) {
        targets.push(last);
    }
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// Whether a launch is a developer's: by the name of its file, or by that of the stage that it builds.
fn is_developers(launch: &Launch) -> bool {
    let file = file_name(&launch.place.file);
    is_for_tests(launch) || dfix_catalogue::is_named_for_development(file)
}

/// Whether a launch builds a stage that says by its name to be for development or tests.
fn is_for_tests(launch: &Launch) -> bool {
    let target = launch
        .build
        .as_ref()
        .and_then(|build| build.target.as_deref());
    target.is_some_and(dfix_catalogue::is_named_for_development)
}

/// The stage that a launch builds; `None` where it names one that is not there.
pub(crate) fn target_of(file: &Model<'_>, launch: &Launch) -> Option<usize> {
    let last = file.stages().len().checked_sub(1)?;
    match launch
        .build
        .as_ref()
        .and_then(|build| build.target.as_deref())
    {
        None => Some(last),
        Some(name) => file.stage_named(name, last + 1).or_else(|| {
            let number = name.parse().ok()?;
            (number <= last).then_some(number)
        }),
    }
}

/// Whether the layers of a stage are part of an image that is built.
pub(crate) fn is_shipped(stage: Stage<'_>) -> bool {
    let file = stage.file();
    let shipped = file.cached(|| {
        let mut shipped = vec![false; file.stages().len()];
        for &target in targets(file) {
            let mut next = file.stage(target);
            while let Some(stage) = next.filter(|stage| !shipped[stage.index]) {
                shipped[stage.index] = true;
                next = match stage.base() {
                    Base::Stage(parent) => Some(parent),
                    Base::Image | Base::Scratch | Base::Unknown => None,
                };
            }
        }
        Shipped(shipped)
    });
    shipped.0[stage.index]
}

/// What starts containers of the stage.
pub(crate) fn of(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let file = stage.file();
    let likely = all(file).likely.iter().filter(|launch| !is_public(launch));
    all(file)
        .launches
        .iter()
        .chain(likely)
        .filter(|launch| launch.source.starts())
        .filter(move |launch| target_of(file, launch) == Some(stage.index))
}

/// Those, the runs of CI services, which are tests mostly, and single commands that are run in such containers as the
/// image's user.
pub(crate) fn with_runs(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let file = stage.file();
    let runs = all(file).launches.iter();
    let runs = runs.filter(|launch| launch.source == Source::Ci && !launch.runs_steps);
    let runs = runs.filter(move |launch| target_of(file, launch) == Some(stage.index));
    let commands = commands(stage).filter(|launch| launch.user.is_none());
    of(stage).chain(runs).chain(commands)
}

/// All of them, with single commands that are run as another user, and what the documentation shows.
pub(crate) fn with_all(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let commands = commands(stage).filter(|launch| launch.user.is_some());
    with_runs(stage).chain(commands).chain(examples(stage))
}

/// The values of variables that the launches of a stage set, each with its place: "`WORKER` of service `web` of compose.yaml".
pub(crate) fn values(stage: Stage<'_>) -> impl Iterator<Item = (&str, String)> {
    let launches = of(stage).chain(examples(stage)).chain(of_editors(stage));
    launches.flat_map(|launch| {
        let all = launch.environment.iter();
        all.filter_map(|it| {
            Some((
                it.value.as_deref()?,
                format!("`{}` of {}", it.name, launch.said()),
            ))
        })
    })
}

/// The containers of the stage in which CI services run the steps of their jobs.
fn jobs(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let file = stage.file();
    let all = all(file).launches.iter();
    all.filter(|launch| launch.runs_steps)
        .filter(move |launch| target_of(file, launch) == Some(stage.index))
}

/// Single commands that are run in containers of the stage: `docker compose exec SERVICE COMMAND`.
fn commands(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let file = stage.file();
    let all = all(file).commands.iter();
    all.filter(move |launch| target_of(file, launch) == Some(stage.index))
}

/// What editors run in containers of the stage once they are there: as the image's user, or as one that is named.
fn commands_of_editors(stage: Stage<'_>, names_a_user: bool) -> impl Iterator<Item = &Launch> {
    of_editors(stage).filter(move |launch| {
        let is_kept_up = match &launch.command {
            Some(Start::Words(words)) => words == &["sleep", "infinity"],
            Some(Start::Shell(_) | Start::Nothing) => false,
            None => true,
        };
        let is_command = launch.entrypoint == Some(Start::Nothing) && !is_kept_up;
        is_command && launch.user.is_some() == names_a_user
    })
}

/// What starts images that nothing in the repository builds and nobody knows: a published name of this one, perhaps. Only
/// of the stage that is built where none is named.
pub(crate) fn strangers(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let is_last = stage.file().final_stage() == Some(stage);
    let all = all(stage.file()).strangers.iter();
    all.filter(move |launch| is_last && !is_public(launch))
}

/// Whether a launch starts an image that is known to be somebody else's: an official one, one of the team that makes
/// one, or one that a table knows.
fn is_public(launch: &Launch) -> bool {
    // What a kustomization puts in its place may be anybody's.
    let others = launch.other_images.iter().map(String::as_str);
    let mut all = std::iter::once(launch.image.as_deref().unwrap_or("")).chain(others);
    all.all(is_public_image)
}

fn is_public_image(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or(image);
    let (name, tag) = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (name, "latest"),
    };
    let name = dfix_catalogue::normalise(name);
    let team = name.split_once('/').map(|(team, _)| team);
    dfix_catalogue::is_official(&name)
        || team.is_some_and(dfix_catalogue::is_official)
        || dfix_catalogue::image(&name, tag).is_known()
}

/// What the documentation shows to start containers of the stage, and the runs of CI services, for what they mount.
pub(crate) fn shown(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    all_shown(stage).filter(|launch| !launch.mounts.is_empty())
}

/// All containers of the stage that documentation and CI show.
pub(crate) fn all_shown(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let file = stage.file();
    let all = all(file).launches.iter();
    all.filter(|launch| matches!(launch.source, Source::Documentation | Source::Ci))
        .filter(|launch| launch.build.is_some() || !is_public(launch))
        .filter(move |launch| target_of(file, launch) == Some(stage.index))
}

/// What the documentation shows to run in containers of the stage.
fn examples(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let file = stage.file();
    all(file)
        .launches
        .iter()
        .filter(|launch| launch.source == Source::Documentation)
        .filter(|launch| launch.build.is_some() || !is_public(launch))
        .filter(move |launch| target_of(file, launch) == Some(stage.index))
}

/// What starts the stage on a platform, whose volumes and variables are set there, too, and not in a file alone.
pub(crate) fn on_a_platform(stage: Stage<'_>) -> Option<&Launch> {
    of(stage).find(|it| it.source == Source::Platform)
}

/// What the documentation shows to run in containers of the stage in place of its own start, where its text is understood.
pub(crate) fn shown_starts(stage: Stage<'_>) -> impl Iterator<Item = StartOfLaunch<'_>> {
    let starts = examples(stage).filter_map(move |launch| start_of(stage, launch));
    starts.filter(|start| start.script.is_some())
}

/// The containers of the stage that editors work in.
pub(crate) fn of_editors(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    built_from(stage).filter(|launch| launch.source == Source::Devcontainer)
}

/// What builds the stage as an image.
pub(crate) fn built_from(stage: Stage<'_>) -> impl Iterator<Item = &Launch> {
    let file = stage.file();
    all(file)
        .launches
        .iter()
        .filter(|launch| launch.build.is_some())
        .filter(move |launch| target_of(file, launch) == Some(stage.index))
}

/// What a launch starts, as a script that a step of the stage would run.
pub(crate) struct StartOfLaunch<'m> {
    /// The launch.
    pub(crate) launch: &'m Launch,
    /// Whether it says the whole start, and not only the words that the image's own entry point is given.
    pub(crate) is_whole: bool,
    /// Its text; `None` where that is not understood.
    pub(crate) script: Option<Script<'m>>,
}

/// What the launches of a stage start in place of its own `ENTRYPOINT` and `CMD`, and what editors run as its user.
pub(crate) fn starts(stage: Stage<'_>) -> Vec<StartOfLaunch<'_>> {
    let launches = with_runs(stage).chain(commands_of_editors(stage, false));
    launches
        .filter_map(|launch| start_of(stage, launch))
        .collect()
}

/// What is run in containers of the stage as a user that is named there: by editors, and single commands.
pub(crate) fn works(stage: Stage<'_>) -> impl Iterator<Item = StartOfLaunch<'_>> {
    let launches = commands_of_editors(stage, true);
    let launches = launches.chain(commands(stage).filter(|launch| launch.user.is_some()));
    launches.filter_map(move |launch| start_of(stage, launch))
}

/// What is run in containers of the stage as another user than root, as far as that is known.
pub(crate) fn starts_of_others(stage: Stage<'_>) -> impl Iterator<Item = StartOfLaunch<'_>> {
    let all = starts(stage).into_iter().chain(works(stage));
    all.filter(move |start| is_of_another_user(stage, start.launch))
}

/// Whether a launch is not known to run as root: it names another user, or none where the image's is not known to be root.
pub(crate) fn is_of_another_user(stage: Stage<'_>, launch: &Launch) -> bool {
    match &launch.user {
        Some(user) => !is_root(user),
        None => !stage.final_user().is_root().is_yes(),
    }
}

/// Whether a user, perhaps with a group, is root.
pub(crate) fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), Some("root" | "0"))
}

fn start_of<'m>(stage: Stage<'m>, launch: &'m Launch) -> Option<StartOfLaunch<'m>> {
    let whole = launch
        .entrypoint
        .as_ref()
        .filter(|it| **it != Start::Nothing);
    let parts: Vec<&Start> = whole.into_iter().chain(&launch.command).collect();
    let text = parts
        .into_iter()
        .filter_map(shell_text)
        .collect::<Vec<_>>()
        .join(" ");
    // One target of make may run many.
    let name = match &launch.within {
        Some(_) => format!("{} (line {})", plainly(launch), launch.place.line),
        None => plainly(launch),
    };
    (!text.is_empty()).then(|| StartOfLaunch {
        launch,
        is_whole: launch.entrypoint.is_some(),
        script: script_of_launch(&name, &text, step_of(stage)),
    })
}

/// What asks whether containers of the stage are well, in place of its own `HEALTHCHECK`: also further probes of
/// Kubernetes, and what the documentation shows.
pub(crate) fn checks(stage: Stage<'_>) -> Vec<StartOfLaunch<'_>> {
    of(stage)
        .chain(examples(stage))
        .flat_map(|launch| {
            let first = match &launch.health {
                Some(Health::Command(start)) => Some(start),
                _ => None,
            };
            let all = first.into_iter().chain(&launch.further_checks);
            all.enumerate().filter_map(move |(at, start)| {
                let number = if at == 0 {
                    String::new()
                } else {
                    format!(" {}", at + 1)
                };
                let name = format!("the health check{number} of {}", plainly(launch));
                Some(StartOfLaunch {
                    launch,
                    is_whole: true,
                    script: script_of_launch(&name, &shell_text(start)?, step_of(stage)),
                })
            })
        })
        .collect()
}

/// The name of a launch where quotes stand around it.
fn plainly(launch: &Launch) -> String {
    launch.said().replace('`', "")
}

fn step_of(stage: Stage<'_>) -> Step<'_> {
    stage.last_step()
}

/// The start as a shell reads it.
pub(crate) fn shell_text(start: &Start) -> Option<String> {
    match start {
        Start::Shell(text) => Some(text.clone()),
        Start::Nothing => None,
        Start::Words(words) => {
            let words = words.iter().map(|word| quoted(word));
            Some(words.collect::<Vec<_>>().join(" "))
        }
    }
}

/// A volume that a launch mounts, and that takes what the image has there.
pub(crate) fn volumes(stage: Stage<'_>) -> impl Iterator<Item = (ImagePath, String)> {
    of(stage).chain(shown(stage)).flat_map(move |launch| {
        // What is mounted to be read belongs to whoever fills it.
        let written = launch.mounts.iter().filter(|mount| !mount.is_read_only);
        written.filter_map(move |mount| {
            let said = match &mount.kind {
                MountKind::Named(name) | MountKind::Shared { name, .. } => {
                    format!("volume `{name}` of {}", launch.said())
                }
                MountKind::Anonymous => format!("a volume of {}", launch.said()),
                _ => return None,
            };
            Some((place_of(stage, mount)?, said))
        })
    })
}

/// A folder that is written into containers of the stage, as their user, when files of the host change.
pub(crate) fn synced(stage: Stage<'_>) -> impl Iterator<Item = (ImagePath, String)> {
    of(stage).flat_map(move |launch| {
        launch.mounts.iter().filter_map(move |mount| {
            let MountKind::Synced(path) = &mount.kind else {
                return None;
            };
            let said = format!("`{path}`, which {} syncs", launch.said());
            Some((place_of(stage, mount)?, said))
        })
    })
}

/// The folders that launches of the stage start in, other than as somebody whom they name.
pub(crate) fn workdirs(stage: Stage<'_>) -> impl Iterator<Item = (ImagePath, String)> {
    let own = crate::facts::workdir::final_workdir(stage).unwrap_or_default();
    with_runs(stage)
        .filter(|launch| launch.user.is_none())
        .filter_map(move |launch| {
            let path = ImagePath::new(&own).join(launch.working_dir.as_deref()?);
            Some((path, launch.said()))
        })
}

/// Where a mount lies in a container of the stage.
pub(crate) fn place_of(stage: Stage<'_>, mount: &Mount) -> Option<ImagePath> {
    let folder = crate::facts::workdir::final_workdir(stage)?;
    Some(ImagePath::new(&folder).join(&mount.target))
}

impl<'m> Stage<'m> {
    /// What says that the file system of all its containers is read-only, mounts aside: nothing else is written then.
    /// `None` where one has another, or nothing is known of any.
    pub fn read_only(self) -> Option<String> {
        let first = of(self).next()?;
        let are_all = of(self).all(|launch| launch.is_read_only);
        are_all.then(|| first.said())
    }

    /// What each container is started with that the project's files start of this stage, tests and single commands aside. None
    /// where they start none, or one of them leaves it to the image or could not be read.
    pub fn scripts_of_launches(self) -> Option<Vec<Script<'m>>> {
        let starts: Option<Vec<Script<'m>>> = of(self)
            .map(|launch| start_of(self, launch)?.script)
            .collect();
        starts.filter(|it| !it.is_empty())
    }

    /// What says that its containers must not start as root, without naming a user: the image's must be a number then,
    /// as Kubernetes does not look names up.
    pub fn wants_a_number(self) -> Option<String> {
        let mut launches = of(self);
        let launch = launches.find(|it| it.must_not_be_root && it.user.is_none())?;
        Some(launch.said())
    }
}

/// A right of root's that a launch of the stage gives the container, or that one which is shown does: which, and who gives it.
pub(crate) fn right(stage: Stage<'_>) -> Option<(String, String)> {
    of(stage).chain(all_shown(stage)).find_map(|launch| {
        let first = |what: &str, all: &[String]| {
            // Port numbers below 1024 are anybody's under Docker.
            let right = all.iter().find(|it| *it != "NET_BIND_SERVICE")?;
            Some(format!("{what} {right}"))
        };
        let right = launch
            .is_privileged
            .then(|| "all rights of the host".to_owned())
            .or_else(|| {
                let sees = launch.has_host_processes;
                sees.then(|| "the processes of the host".to_owned())
            })
            .or_else(|| first("the capability", &launch.capabilities))
            .or_else(|| first("the device", &launch.devices))?;
        Some((right, launch.said()))
    })
}

/// Whether what starts containers lets users other than root listen on ports below 1024.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LowPorts {
    /// It does; who says so: "service `web` of compose.yaml". Docker does since 20.10 (its release notes: the
    /// default of `net.ipv4.ip_unprivileged_port_start` in a container is 0).
    Open(String),
    /// Perhaps it does not; who says so. Kubernetes leaves it to its runtime (containerd does since 2.0); in the host's
    /// network the host's own setting counts, which is 1024 unless somebody changes it.
    Closed(String),
    /// Nothing of the project says what starts them, or something may of which that is not known; who may.
    Unknown(Option<String>),
}

/// Whether the launches of a stage let users other than root listen on ports below 1024.
pub(crate) fn low_ports(stage: Stage<'_>) -> LowPorts {
    let keeps = |it: &&Launch| it.has_host_network || it.keeps_low_ports;
    let is_kubernetes = |it: &&Launch| it.source == Source::Kubernetes;
    let closed = of(stage).chain(all_shown(stage)).find(keeps);
    if let Some(launch) = closed.or_else(|| of(stage).find(is_kubernetes)) {
        return LowPorts::Closed(launch.said());
    }
    // What a platform does is its own matter, and an image under a name that nobody builds may be this one.
    let mut platforms = of(stage).filter(|it| it.source == Source::Platform);
    let podmans = all(stage.file()).podmans.iter();
    let podmans = podmans.filter(|it| it.image.is_none() || !is_public(it));
    let mut others = strangers(stage)
        .filter(|it| keeps(it) || is_kubernetes(it) || it.source == Source::Platform)
        .chain(podmans);
    if let Some(launch) = platforms.next().or_else(|| others.next()) {
        return LowPorts::Unknown(Some(launch.said()));
    }
    let compose = of(stage).find(|it| it.source == Source::Compose);
    compose.map_or(LowPorts::Unknown(None), |it| LowPorts::Open(it.said()))
}

/// Whether a launch of the stage mounts Docker's socket, and does not add its user to a group, which may be the
/// socket's.
pub(crate) fn mounts_docker_socket(stage: Stage<'_>) -> bool {
    let launches = of(stage).filter(|launch| launch.groups.is_empty());
    let mut mounts = launches.flat_map(|launch| &launch.mounts);
    mounts.any(|mount| mount.target.ends_with("/docker.sock"))
}

/// What the project's files say and could not be made out, that concerns how the stage is started.
pub(crate) fn open(stage: Stage<'_>) -> Vec<OpenCondition> {
    let FolderLaunches {
        unread, unclear, ..
    } = all(stage.file());
    // A job that builds or starts one image of many is not how this one is used.
    let unclear = unclear.iter().filter(|it| it.source != Source::Ci);
    let of_files = unread.iter().chain(unclear.map(|it| &it.unread));
    let unread = of_files.chain(of(stage).flat_map(|launch| &launch.unread));
    let unread = unread.map(|unread| {
        OpenCondition::new(
            format!(
                "what {} says ({}): {}",
                unread.what, unread.place, unread.why
            ),
            "look there how the container is started",
        )
    });
    unread.chain(open_jobs(stage)).collect()
}

/// What the steps of jobs need that are run in containers of the stage.
pub(crate) fn open_jobs(stage: Stage<'_>) -> impl Iterator<Item = OpenCondition> {
    jobs(stage).map(|job| {
        OpenCondition::new(
            format!(
                "what the steps of {} (line {}) need, which are run in this image",
                job.said(),
                job.place.line
            ),
            "look whether they write where only root may, or call what the image would lack",
        )
    })
}
