//! `skaffold.yaml`: which Dockerfiles are built under which names. It starts nothing by itself.
//!
//! Source: the reference of skaffold.yaml, `build.artifacts`.

use crate::files::{Files, FolderLaunches};
use crate::launch::{Build, Launch, Place, Source};
use crate::path::join;
use crate::yaml::{self, Node};

/// Reads the `skaffold.yaml` of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let own = ["skaffold.yaml", "skaffold.yml"];
    for name in names.iter().filter(|name| own.contains(&name.as_str())) {
        let Some(path) = join(folder, name) else {
            continue;
        };
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        match yaml::documents(&text) {
            Ok(documents) => {
                found.note(&path);
                let artifacts = documents.iter().flat_map(artifacts);
                let launches = artifacts.filter_map(|it| launch(folder, &path, it));
                found.launches.extend(launches);
            }
            Err(error) => {
                let why = format!("it is no YAML: {}", error.message);
                found.unread(&path, error.line, name, why);
            }
        }
    }
}

/// What is built, by profiles too.
fn artifacts(document: &Node) -> impl Iterator<Item = &Node> {
    let all = std::iter::once(document).chain(document.list_of("profiles"));
    all.filter_map(|it| it.at(&["build", "artifacts"])?.list())
        .flatten()
}

/// An artifact that is built of a Dockerfile: without a word on that it is, and other builders have keys of theirs.
fn launch(folder: &str, path: &str, artifact: &Node) -> Option<Launch> {
    let others = ["bazel", "buildpacks", "custom", "jib", "ko"];
    if others.iter().any(|key| artifact.get(key).is_some()) {
        return None;
    }
    let image = artifact.text_of("image")?;
    let place = Place {
        file: path.to_owned(),
        line: artifact.line,
    };
    let context = join(folder, artifact.text_of("context").unwrap_or("."));
    let own = ["docker", "kaniko"]
        .iter()
        .find_map(|key| artifact.get(key));
    let text = |key: &str| own?.text_of(key);
    let arguments = own.and_then(|it| it.get("buildArgs")).map(Node::entries);
    let mut launch = Launch::new(Source::Skaffold, place, image);
    launch.image = Some(image.to_owned());
    launch.build = Some(Build {
        dockerfile_name: None,
        dockerfile: context
            .as_deref()
            .and_then(|it| join(it, text("dockerfile").unwrap_or("Dockerfile"))),
        context,
        is_inline: false,
        inline: None,
        contexts: Vec::new(),
        is_in_between: false,
        platforms: Vec::new(),
        is_conditional: false,
        is_case_sensitive: None,
        target: text("target").map(str::to_owned),
        arguments: arguments
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| {
                let value = value.text().filter(|it| !it.contains("{{"));
                (name.to_owned(), value.map(str::to_owned))
            })
            .collect(),
    });
    Some(launch)
}
