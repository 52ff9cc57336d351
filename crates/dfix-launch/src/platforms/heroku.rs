//! `heroku.yml`: Dockerfiles by the names of processes, and their commands.

use crate::launch::{Build, Launch, Place, Source, Start};
use crate::path::{folder_of, join};
use crate::yaml::Node;

/// What is built, and what is run of it. The context is the Dockerfile's folder.
pub(super) fn launches(path: &str, folder: &str, document: &Node) -> Vec<Launch> {
    let place = |line: usize| Place {
        file: path.to_owned(),
        line,
    };
    let docker = document.at(&["build", "docker"]);
    let mut builds: Vec<Launch> = Vec::new();
    for (name, node) in docker.map(Node::entries).unwrap_or_default() {
        let dockerfile = node.text().or_else(|| node.text_of("dockerfile"));
        let dockerfile = dockerfile.and_then(|it| join(folder, it));
        let mut launch = Launch::new(Source::Platform, place(node.line), name);
        launch.build = Some(Build {
            context: dockerfile.as_deref().map(|it| folder_of(it).to_owned()),
            dockerfile,
            target: node.text_of("target").map(str::to_owned),
            ..Build::default()
        });
        builds.push(launch);
    }
    let runs = document.get("run").map(Node::entries).unwrap_or_default();
    let release = document.get("release").map(|it| ("release", it));
    let mut found = Vec::new();
    for (name, node) in runs.into_iter().chain(release) {
        let command = node.get("command").unwrap_or(node);
        let texts = command.texts().into_iter().filter_map(Node::text);
        let text = texts.collect::<Vec<&str>>().join(" && ");
        let image = node.text_of("image").unwrap_or(name);
        let Some(build) = builds.iter().find(|it| it.name == image) else {
            continue;
        };
        found.push(Launch {
            name: name.to_owned(),
            place: place(node.line),
            command: (!text.is_empty()).then_some(Start::Shell(text)),
            ..build.clone()
        });
    }
    let is_run = |build: &Launch| found.iter().any(|it: &Launch| it.name == build.name);
    builds.retain(|build| !is_run(build));
    builds.append(&mut found);
    builds
}
