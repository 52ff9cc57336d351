//! GitLab's Auto `DevOps`: the values that a project gives its chart, which deploys what the Dockerfile at the project's root
//! is built as.
//!
//! Source: GitLab's documentation, "Customize Auto DevOps", "Customize values for Helm chart"; the README of the chart
//! `auto-deploy-app`.

use crate::files::{Files, FolderLaunches};
use crate::kubernetes::container::apply_security;
use crate::launch::{Build, Launch, Mount, MountKind, Place, Source, Unread};
use crate::path::{folder_of, join, name_of};
use crate::yaml::{self, Node};

const NAMES: [&str; 2] = ["auto-deploy-values.yaml", "auto-deploy-values.yml"];

/// Reads such values in a folder `.gitlab`.
pub(super) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    if name_of(folder) != ".gitlab" {
        return;
    }
    for name in NAMES
        .into_iter()
        .filter(|it| names.iter().any(|name| name == it))
    {
        let Some(path) = join(folder, name) else {
            continue;
        };
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        found.note(&path);
        match yaml::documents(&text) {
            Ok(documents) => found.launches.extend(
                documents
                    .first()
                    .map(|it| launch(&path, folder_of(folder), it)),
            ),
            Err(error) => {
                let why = format!("it is no YAML: {}", error.message);
                found.unread(&path, error.line, name, why);
            }
        }
    }
}

fn launch(path: &str, root: &str, values: &Node) -> Launch {
    let place = |node: &Node| Place {
        file: path.to_owned(),
        line: node.line,
    };
    let mut launch = Launch::new(Source::Kubernetes, place(values), "auto-deploy-app");
    launch.build = Some(Build {
        context: Some(root.to_owned()),
        dockerfile: join(root, "Dockerfile"),
        ..Build::default()
    });
    for key in ["podSecurityContext", "securityContext"] {
        apply_security(&mut launch, values.get(key));
    }
    for (key, value) in values.entries() {
        if key == "persistence" && value.says("enabled") {
            let volumes = value.list_of("volumes").iter();
            launch.mounts.extend(volumes.filter_map(|volume| {
                let mount = volume.get("mount")?;
                Some(Mount {
                    kind: MountKind::Claim,
                    target: mount.text_of("path")?.to_owned(),
                    is_read_only: mount.says("readOnly"),
                    place: place(mount),
                })
            }));
        } else if key.to_ascii_lowercase().contains("volume") && !is_empty(value) {
            launch.unread.push(Unread {
                what: format!("`{key}` of {}", launch.said()),
                why: "dfix does not fill in GitLab's chart".to_owned(),
                place: place(value),
            });
        }
    }
    launch
}

fn is_empty(node: &Node) -> bool {
    node.is_null() || node.list().is_some_and(<[Node]>::is_empty)
}
