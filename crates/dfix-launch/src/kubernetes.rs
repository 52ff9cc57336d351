//! Kubernetes: manifests, kustomizations, and what the values of a Helm chart say plainly.
//!
//! Source: the reference of the Kubernetes API (`PodSpec`, `Container`, `SecurityContext`, `Volume`), Kustomize's
//! documentation of `images`, Helm's of charts. Kubernetes does not run an image's own `HEALTHCHECK`.

mod auto_deploy;
mod container;
mod helm;
mod template;

use crate::cloud_run;
use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::launch::{Launch, Source};
use crate::path::{ends_in, join, name_of};
use crate::short::repository;
use crate::yaml::{self, Node};

use container::Pod;
pub(crate) use template::{UNKNOWN_IMAGE, images_of_template};

/// What a kustomization renames an image to.
#[derive(Debug, Clone)]
pub(crate) struct Rename {
    from: String,
    to: String,
}

/// A document and its file.
struct Document {
    path: String,
    node: Node,
}

/// pnpm's lock file, which is YAML, no manifest, and may be larger than what is read.
const PNPM_LOCK: &str = "pnpm-lock.yaml";

/// Reads the manifests of a folder. Returns what its kustomization renames.
pub(crate) fn read(
    files: &dyn Files,
    folder: &str,
    names: &[String],
    found: &mut FolderLaunches,
) -> Vec<Rename> {
    if names.iter().any(|name| name == "Chart.yaml") {
        helm::read(files, folder, found);
        return Vec::new();
    }
    auto_deploy::read(files, folder, names, found);
    let mut documents = Vec::new();
    let mut renames = Vec::new();
    let is_manifest = |name: &&String| is_yaml(name) && **name != PNPM_LOCK;
    let yaml = names.iter().filter(is_manifest);
    for (number, name) in yaml.enumerate() {
        let Some(path) = join(folder, name) else {
            continue;
        };
        if number >= MOST_FILES {
            // Where none is a manifest, they are something else: data of tests.
            if documents.is_empty() && renames.is_empty() {
                break;
            }
            let why = format!("there are more than {MOST_FILES}");
            found.unread(&path, 1, "further manifests of the folder", why);
            break;
        }
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        if is_kustomization(name) {
            renames.extend(read_kustomization(&path, &text, found));
        } else if has_key(&text, "apiVersion") && has_key(&text, "kind") {
            read_manifest(&path, &text, &mut documents, found);
        }
    }
    for document in &documents {
        for node in items(&document.node) {
            found.launches.extend(launches(document, node, &documents));
        }
    }
    renames
}

/// Gives launches of Kubernetes the names that kustomizations rename their images to.
pub(crate) fn rename(launches: &mut [Launch], renames: &[Rename]) {
    let of_kubernetes = launches
        .iter_mut()
        .filter(|it| it.source == Source::Kubernetes);
    for launch in of_kubernetes {
        for rename in renames {
            let fits = launch
                .image
                .as_ref()
                .is_some_and(|image| repository(image) == repository(&rename.from));
            if fits && !launch.other_images.contains(&rename.to) {
                launch.other_images.push(rename.to.clone());
            }
        }
    }
}

fn is_yaml(name: &str) -> bool {
    ends_in(name, &["yaml", "yml"]) && !name.starts_with('.')
}

fn is_kustomization(name: &str) -> bool {
    matches!(name, "kustomization.yaml" | "kustomization.yml")
}

/// Whether a line of the text begins with this key: what has none is no manifest, and need not be understood.
fn has_key(text: &str, key: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start_matches(['-', ' ', '{', '"']);
        let rest = line
            .strip_prefix(key)
            .map(|rest| rest.trim_start_matches('"'));
        rest.is_some_and(|rest| rest.starts_with(':'))
    })
}

fn read_manifest(
    path: &str,
    text: &str,
    documents: &mut Vec<Document>,
    found: &mut FolderLaunches,
) {
    match yaml::documents(text) {
        Ok(nodes) => {
            found.note(path);
            documents.extend(nodes.into_iter().map(|node| Document {
                path: path.to_owned(),
                node,
            }));
        }
        Err(_) if text.contains("{{") => {
            let images = images_of_template(text);
            found.template(path, name_of(path), "it is a template", images);
        }
        Err(error) => {
            let why = format!("it is no YAML: {}", error.message);
            found.unread(path, error.line, name_of(path), why);
        }
    }
}

fn read_kustomization(path: &str, text: &str, found: &mut FolderLaunches) -> Vec<Rename> {
    let documents = match yaml::documents(text) {
        Ok(documents) => documents,
        Err(error) => {
            let why = format!("it is no YAML: {}", error.message);
            found.unread(path, error.line, name_of(path), why);
            return Vec::new();
        }
    };
    found.note(path);
    let images = documents.iter().flat_map(|it| it.list_of("images"));
    images
        .filter_map(|image| {
            Some(Rename {
                from: image.text_of("name")?.to_owned(),
                to: image.text_of("newName")?.to_owned(),
            })
        })
        .collect()
}

/// A manifest, or those of a list.
fn items(node: &Node) -> Vec<&Node> {
    if node.text_of("kind") == Some("List") {
        return node.list_of("items").iter().flat_map(items).collect();
    }
    vec![node]
}

/// Where kinds of manifests describe their pods: Pod; Deployment and its like; CronJob; PodTemplate.
const PODS: [&[&str]; 4] = [
    &["spec"],
    &["spec", "template", "spec"],
    &["spec", "jobTemplate", "spec", "template", "spec"],
    &["template", "spec"],
];

fn launches(document: &Document, node: &Node, all: &[Document]) -> Vec<Launch> {
    let version = node.text_of("apiVersion").unwrap_or_default();
    if version.is_empty() || version.starts_with("skaffold/") || node.get("kind").is_none() {
        return Vec::new();
    }
    let mut pods = PODS.iter().filter_map(|keys| node.at(keys));
    let pod = pods.find(|it| it.get("containers").is_some());
    let claims: Vec<&str> = node
        .at(&["spec", "volumeClaimTemplates"])
        .and_then(Node::list)
        .unwrap_or_default()
        .iter()
        .filter_map(|it| it.at(&["metadata", "name"])?.text())
        .collect();
    let settings = &|kind: &str, name: &str| settings(all, kind, name);
    let pod_of = |node| Pod {
        file: &document.path,
        node,
        claims: &claims,
        settings,
    };
    let deployed = cloud_run::of_manifest(node);
    match pod {
        Some(pod) => {
            let containers = pod_of(pod).containers().into_iter();
            let containers = containers.map(|it| Launch {
                deployed: deployed.clone(),
                ..it
            });
            containers.collect()
        }
        None => {
            let mut found = Vec::new();
            of_another_kind(&pod_of, node, 0, &mut found);
            found
        }
    }
}

/// The containers of resources that others than Kubernetes itself define, wherever they stand: pods (Ray), templates (Argo),
/// steps (Tekton), and what names an image.
fn of_another_kind<'n>(
    pod_of: &dyn Fn(&'n Node) -> Pod<'n>,
    node: &'n Node,
    depth: usize,
    found: &mut Vec<Launch>,
) {
    const DEEPEST: usize = 24;
    if depth > DEEPEST || node.text_of("kind") == Some("CustomResourceDefinition") {
        return;
    }
    for item in node.list().unwrap_or_default() {
        of_another_kind(pod_of, item, depth + 1, found);
    }
    let is_pod = node.list_of("containers").iter().any(Node::is_map);
    if is_pod {
        found.append(&mut pod_of(node).containers());
    } else if node.text_of("image").is_some_and(|it| !it.is_empty()) {
        found.append(&mut pod_of(node).with_hooks(node));
    }
    for (key, inner) in node.entries() {
        if !(is_pod && matches!(key, "containers" | "initContainers")) {
            of_another_kind(pod_of, inner, depth + 1, found);
        }
    }
}

/// The variables of a `ConfigMap` or `Secret` among the manifests of the folder: name, value where it is plain, line
/// and file.
fn settings(all: &[Document], kind: &str, name: &str) -> Option<Vec<container::Setting>> {
    for document in all {
        for node in items(&document.node) {
            let is_it = node.text_of("kind") == Some(kind)
                && node.at(&["metadata", "name"]).and_then(Node::text) == Some(name);
            if !is_it {
                continue;
            }
            let is_plain = |key: &str| key == "stringData" || kind == "ConfigMap";
            let mut found = Vec::new();
            for key in ["data", "stringData"] {
                let entries = node.get(key).map(Node::entries).unwrap_or_default();
                found.extend(entries.into_iter().map(|(name, value)| container::Setting {
                    name: name.to_owned(),
                    value: value.text().filter(|_| is_plain(key)).map(str::to_owned),
                    file: document.path.clone(),
                    line: value.line,
                }));
            }
            return Some(found);
        }
    }
    None
}
