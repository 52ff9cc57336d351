//! Single commands that are run in containers: of which launch those are.

use crate::launch::{Launch, Source, Within};
use crate::path::{folder_of, name_of};

/// How many commands of one Dockerfile are looked at.
const MOST_COMMANDS: usize = 256;

/// The files that Compose takes by itself, the one that counts most first: an override, and what it stands over.
const BASES: [&str; 8] = [
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// The commands that are run in containers of what is `started`, each once; `all` that is said. Each has what its
/// container says as well.
pub(crate) fn commands(all: &[Launch], started: &[Launch]) -> Vec<Launch> {
    let mut found: Vec<Launch> = Vec::new();
    let commands = all
        .iter()
        .filter_map(|it| Some((it, it.within.as_ref()?)))
        .take(MOST_COMMANDS);
    for (command, within) in commands {
        let file = file_of(all, within);
        let containers = started
            .iter()
            .filter(|it| is_in(it, within, file))
            .map(|it| in_container(command, it));
        for launch in containers {
            let is_there = |it: &Launch| {
                let target = |it: &Launch| it.build.as_ref().map(|it| it.target.clone());
                target(it) == target(&launch)
                    && (&it.entrypoint, &it.command, &it.user)
                        == (&launch.entrypoint, &launch.command, &launch.user)
            };
            if !found.iter().any(is_there) {
                found.push(launch);
            }
        }
    }
    found
}

fn is_service(launch: &Launch, within: &Within) -> bool {
    launch.source == Source::Compose && launch.name == within.name
}

/// The file of Compose whose service a command means: the last of those that it names, else the nearest that Compose
/// finds; none where any may be meant.
fn file_of<'l>(all: &'l [Launch], within: &Within) -> Option<&'l str> {
    let services: Vec<&Launch> = all.iter().filter(|it| is_service(it, within)).collect();
    let of_file = |path: &str| services.iter().find(|it| it.place.file == path);
    let named = within.files.iter().rev().find_map(|path| of_file(path));
    let found = named.or_else(|| {
        let folder = within
            .folder
            .as_deref()
            .filter(|_| within.files.is_empty())?;
        let mut around = std::iter::successors(Some(folder), |folder| {
            (!folder.is_empty()).then(|| folder_of(folder))
        });
        around.find_map(|folder| {
            BASES.iter().find_map(|base| {
                let is_it = |it: &&&Launch| {
                    name_of(&it.place.file) == *base && folder_of(&it.place.file) == folder
                };
                services.iter().find(is_it)
            })
        })
    });
    found.map(|it| &*it.place.file)
}

/// Whether a launch starts the container that a command is run in.
fn is_in(launch: &Launch, within: &Within, file: Option<&str>) -> bool {
    if launch.source == Source::Devcontainer || launch.within.is_some() {
        return false;
    }
    if let Some(place) = &within.place {
        return launch.place == *place && launch.name == within.name;
    }
    if !within.is_service {
        let is_named = launch.container.as_deref() == Some(&*within.name);
        if is_named || is_usual_name(launch, &within.name) {
            return true;
        }
    }
    let is_of_file = match file {
        Some(file) => launch.place.file == file,
        // The files that it names are not there, or say nothing of it.
        None => within.files.is_empty(),
    };
    is_of_file && is_service(launch, within)
}

/// Whether Compose calls the container of a service so, where nothing else is said: `project-web-1`.
fn is_usual_name(launch: &Launch, name: &str) -> bool {
    let rest = name
        .strip_suffix('1')
        .and_then(|it| it.strip_suffix(['-', '_']));
    let project = rest.and_then(|it| it.strip_suffix(&*launch.name));
    let is_of_project = project.is_some_and(|it| it.len() > 1 && it.ends_with(['-', '_']));
    launch.source == Source::Compose && launch.container.is_none() && is_of_project
}

/// A command with what its container says.
fn in_container(command: &Launch, container: &Launch) -> Launch {
    let mut environment = container.environment.clone();
    environment.retain(|old| command.environment.iter().all(|new| new.name != old.name));
    environment.extend_from_slice(&command.environment);
    let own = command.entrypoint.as_ref();
    Launch {
        build: container.build.clone(),
        image: container.image.clone(),
        entrypoint: own.or(container.entrypoint.as_ref()).cloned(),
        user: command.user.clone().or_else(|| container.user.clone()),
        working_dir: command
            .working_dir
            .clone()
            .or_else(|| container.working_dir.clone()),
        mounts: [&*container.mounts, &*command.mounts].concat(),
        environment,
        ..command.clone()
    }
}
