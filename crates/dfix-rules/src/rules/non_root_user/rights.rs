//! Packages and images whose purpose asks for what only root, or its groups, may.

use dfix_catalogue::{Ecosystem, needs_root};
use dfix_engine::OpenCondition;
use dfix_model::{PackageManager, Stage};

pub(crate) const DOCKER: &str = "opens Docker's socket, which only root and its group may";
const DEVICES: &str = "opens devices, which only root and their group may";

/// The package's name and what it needs root for, where something is known of that.
fn needs(from: Ecosystem, name: &str) -> Option<(&str, &'static str)> {
    Some((name, needs_root(from, name)?))
}

/// What could not be established because of a package that the stage installs.
pub(crate) fn of_packages(stage: Stage<'_>) -> Vec<OpenCondition> {
    let python = stage.python_packages();
    let node = stage.node_packages();
    let names: Vec<String> = [PackageManager::Apt, PackageManager::Apk]
        .into_iter()
        .flat_map(|manager| {
            stage
                .base_chain()
                .flat_map(move |s| s.installs(manager).collect::<Vec<_>>())
        })
        .flat_map(|install| install.packages())
        .filter_map(|package| Some(package.name?.to_string()))
        .collect();
    let of_system = || names.iter().find_map(|name| needs(Ecosystem::System, name));
    let of_languages = || {
        let known = python.known.iter().chain(&node.known);
        known
            .map(|package| &package.name)
            .find_map(|name| needs(Ecosystem::Language, name))
    };
    // A `sudo` that the build does not use is there for the application.
    let asks_sudo = names.iter().any(|name| name == "sudo")
        && !stage
            .base_chain()
            .flat_map(Stage::build_commands)
            .any(|c| c.is_wrapped_by("sudo"));
    let sudo = || asks_sudo.then_some(("sudo", "lets the application ask for root's rights"));
    let docker = || brings_docker(stage).then_some(("docker", DOCKER));
    of_languages()
        .or_else(of_system)
        .or_else(sudo)
        .or_else(docker)
        .map(|(name, what)| OpenCondition {
            condition: format!("whether the application needs root for {name}, which {what}"),
            remedy: "start it once as another user, then set USER by hand".to_owned(),
        })
        .into_iter()
        .collect()
}

/// Whether the build downloads Docker's client, or copies it.
fn brings_docker(stage: Stage<'_>) -> bool {
    let names_docker = |text: &str| {
        [
            "get.docker.com",
            "download.docker.com",
            "test.docker.io",
            "docker/compose/releases",
        ]
        .iter()
        .any(|place| text.contains(place))
            || text.ends_with("/bin/docker")
            || text.ends_with("/bin/docker-compose")
    };
    stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .flat_map(dfix_model::Command::args)
        .any(|w| names_docker(w.source_text()))
        || stage
            .base_chain()
            .flat_map(Stage::steps)
            .filter(|s| s.is_copy_or_add())
            .any(|s| {
                let image = s.flag("from").and_then(|f| f.value()?.value());
                s.words().any(|w| names_docker(w.source_text()))
                    || image.is_some_and(|i| {
                        i.starts_with("docker:") || i == "docker" || i.ends_with("/docker")
                    })
            })
}

/// Whether the image is made for a small board with devices of its own, which its applications open.
fn is_for_a_board(stage: Stage<'_>) -> bool {
    stage.base_image().name().is_some_and(|name| {
        ["balenalib/", "hypriot/", "resin/"]
            .iter()
            .any(|owner| name.starts_with(owner))
    })
}

/// What could not be established for an application of a small board, or for a service of LinuxKit.
pub(crate) fn of_board(stage: Stage<'_>) -> Option<OpenCondition> {
    let is_of_linuxkit = stage.file().stages().any(|s| {
        s.image()
            .name()
            .is_some_and(|name| name.starts_with("linuxkit/"))
    });
    if is_of_linuxkit {
        return Some(OpenCondition {
            condition: "whether the service has rights of root's that LinuxKit's own file gives it"
                .to_owned(),
            remedy: "look at its `capabilities` and its `uid` there".to_owned(),
        });
    }
    is_for_a_board(stage).then(|| OpenCondition {
        condition: format!("whether the application {DEVICES}, as the base image is for boards"),
        remedy: "start it once as another user on the board, then set USER by hand".to_owned(),
    })
}

/// What could not be established for a node of a chain, by its ports: it keeps its data at home.
pub(crate) fn of_node(stage: Stage<'_>) -> Option<OpenCondition> {
    const PORTS: &[u16] = &[8333, 8545, 8546, 9735, 18333, 26656, 26657, 30303];
    let port = stage
        .ports()
        .into_iter()
        .filter_map(|port| Some(port.range?.0))
        .find(|port| PORTS.contains(port))?;
    Some(OpenCondition {
        condition: format!(
            "whether the data of the node that listens on {port} is mounted below /root, which no other user may enter"
        ),
        remedy: "name the folder of the data, and mount it there".to_owned(),
    })
}

/// The variable that makes the entry point of such an image start an init system or make devices.
pub(crate) fn starts_a_system(stage: Stage<'_>) -> Option<&'static str> {
    ["UDEV", "INITSYSTEM"].into_iter().find(|key| {
        is_for_a_board(stage)
            && stage.final_env(key).value().is_some_and(|value| {
                matches!(value.to_ascii_lowercase().as_str(), "1" | "on" | "true")
            })
    })
}
