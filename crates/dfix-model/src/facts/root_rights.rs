//! Root's rights that the file shows the container to be meant for, beside what its start asks: by packages,
//! base images, labels, variables, Docker's socket.

use dfix_catalogue::{Ecosystem, needs_root};

use crate::collect::instruction::StepKind;
use crate::facts::launches;
use crate::facts::ports::ports;
use crate::facts::variables::{env_set, final_env};
use crate::handles::{Command, Stage, Step};
use crate::packages::{PackageCommand, PackageManager};
use crate::ternary::OpenCondition;

const DOCKER: &str = "opens Docker's socket, which only root and its group may";
const DEVICES: &str = "opens devices, which only root and their group may";
const START_IT: &str = "start it once as another user, then set USER by hand";

/// What the file shows of root's rights.
#[derive(Clone, Copy)]
pub struct RootRights<'m> {
    stage: Stage<'m>,
}

impl<'m> RootRights<'m> {
    pub(crate) fn of(stage: Stage<'m>) -> Self {
        RootRights { stage }
    }

    /// What the application may need root for, as far as packages, the base image and its ports tell.
    pub fn possible(self) -> Vec<OpenCondition> {
        let stage = self.stage;
        let mut open: Vec<OpenCondition> = of_packages(stage).into_iter().collect();
        open.extend(of_board(stage));
        open.extend(of_node(stage));
        let names_docker = stage
            .base_chain()
            .flat_map(env_set)
            .filter_map(|(_, setting)| setting.value)
            .any(|value| value.contains("docker.sock"));
        if names_docker && open.is_empty() {
            open.push(OpenCondition::new(
                format!("whether the application needs root, as it {DOCKER}"),
                START_IT,
            ));
        }
        open
    }

    /// Whether a label asks for rights, such as LinuxKit's list of capabilities.
    pub fn are_asked_by_label(self) -> bool {
        const RIGHTS: &[&str] = &["CAP_", "--privileged", "--device", "--cap-add"];
        self.stage
            .base_chain()
            .flat_map(|stage| stage.steps_of(StepKind::Label))
            .flat_map(Step::pairs)
            .filter_map(|pair| Some(pair.value()?.source_text()))
            .any(|text| RIGHTS.iter().any(|right| text.contains(right)))
    }

    /// The variable that makes the entry point of an image for boards start an init system or make
    /// devices.
    pub fn variable_of_a_system(self) -> Option<&'static str> {
        let stage = self.stage;
        ["UDEV", "INITSYSTEM"].into_iter().find(|key| {
            is_for_a_board(stage)
                && final_env(stage, key).value().is_some_and(|value| {
                    matches!(value.to_ascii_lowercase().as_str(), "1" | "on" | "true")
                })
        })
    }

    /// The right of root's that one of the project's files gives the container, and which file does: "the device /dev/x",
    /// "service `web` of compose.yaml".
    pub fn given_by_a_launch(self) -> Option<(String, String)> {
        launches::right(self.stage)
    }

    /// Whether the image is an action of GitHub's, which starts it as root.
    pub fn is_github_action(self) -> bool {
        let is_one = |step: Step<'_>| match step.kind() {
            StepKind::Label => step
                .pairs()
                .filter_map(crate::handles::Pair::key_text)
                .any(|key| key.starts_with("com.github.actions")),
            StepKind::Workdir => step.word().is_some_and(|word| {
                word.starts_with("/github/workspace") || word.starts_with("$GITHUB_WORKSPACE")
            }),
            _ => false,
        };
        self.stage.base_chain().flat_map(Stage::steps).any(is_one) || self.is_named_by_an_action()
    }

    /// Whether the description of an action beside the Dockerfile builds it (docs.github.com, "Metadata syntax").
    fn is_named_by_an_action(self) -> bool {
        let context = self.stage.file().context();
        let name = context.dockerfile_name().unwrap_or("Dockerfile");
        let texts = ["action.yml", "action.yaml"].map(|file| context.read(file).found());
        let mut images = texts
            .iter()
            .flatten()
            .filter_map(|text| dfix_launch::image_of_action(text));
        images.any(|image| image.trim_start_matches("./") == name)
    }

    /// Whether the container is meant to talk to the Docker daemon through its socket.
    pub fn uses_docker_socket(self) -> bool {
        let names_it = |step: Step<'_>| {
            let is_told = matches!(
                step.kind(),
                StepKind::Volume
                    | StepKind::Env
                    | StepKind::Cmd
                    | StepKind::Entrypoint
                    | StepKind::Label
            );
            is_told && step.file().text()[step.range()].contains("/docker.sock")
        };
        self.stage.base_image().name() == Some("docker")
            || launches::mounts_docker_socket(self.stage)
            || self.stage.base_chain().flat_map(Stage::steps).any(names_it)
    }
}

/// The package's name and what it needs root for, where something is known of that.
fn needs(from: Ecosystem, name: &str) -> Option<(&str, &'static str)> {
    Some((name, needs_root(from, name)?))
}

/// The commands of a package manager that install packages.
fn installs(stage: Stage<'_>, manager: PackageManager) -> Vec<PackageCommand<'_>> {
    stage
        .commands()
        .filter_map(PackageCommand::of)
        .filter(|command| command.manager == manager && command.is_install())
        .collect()
}

/// What could not be established because of a package that the stage installs.
fn of_packages(stage: Stage<'_>) -> Option<OpenCondition> {
    let python = stage.python_packages();
    let node = stage.node_packages();
    let names: Vec<String> = [PackageManager::Apt, PackageManager::Apk]
        .into_iter()
        .flat_map(|manager| stage.base_chain().flat_map(move |s| installs(s, manager)))
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
        .map(|(name, what)| {
            OpenCondition::new(
                format!("whether the application needs root for {name}, which {what}"),
                START_IT,
            )
        })
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
        .flat_map(Command::args)
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
fn of_board(stage: Stage<'_>) -> Option<OpenCondition> {
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
fn of_node(stage: Stage<'_>) -> Option<OpenCondition> {
    const PORTS: &[u16] = &[8333, 8545, 8546, 9735, 18333, 26656, 26657, 30303];
    let port = ports(stage)
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
