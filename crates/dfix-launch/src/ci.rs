//! What CI services build and start.
//!
//! Source: GitHub's "Workflow syntax", docker/build-push-action and docker/metadata-action; GitLab's "CI/CD YAML
//! syntax reference"; Google's "Build configuration file schema". Of other services the commands are read that build
//! or start images.

mod expressions;
mod file;
mod github;
mod gitlab;
mod others;

use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::path::{ends_in, join};
use crate::yaml;

use file::File;
use github::Workflow;

/// The files of services other than GitHub and GitLab.
const OTHERS: [&str; 16] = [
    ".appveyor.yml",
    ".drone.yml",
    ".gitpod.yaml",
    ".gitpod.yml",
    ".semaphore.yml",
    ".travis.yml",
    ".woodpecker.yaml",
    ".woodpecker.yml",
    "appveyor.yml",
    "azure-pipelines.yaml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "buildspec.yml",
    "cloudbuild.yaml",
    "cloudbuild.yml",
    "codefresh.yml",
];

/// Which service a file is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    GitHub,
    GitLab,
    Other,
    Jenkins,
}

/// Whether a file is read as one of a CI service, in which maps with an `image` are what its steps are told.
pub(crate) fn is_of_a_service(folder: &str, name: &str) -> bool {
    service_of(folder, name).is_some()
}

fn service_of(folder: &str, name: &str) -> Option<Service> {
    let is_yaml = ends_in(name, &["yaml", "yml"]);
    if is_yaml && within(folder, ".github/workflows").is_some() {
        return Some(Service::GitHub);
    }
    let is_gitlab =
        name.strip_suffix(".gitlab-ci.yml").is_some() || within(folder, ".gitlab").is_some();
    if is_yaml && is_gitlab {
        return Some(Service::GitLab);
    }
    if OTHERS.contains(&name) || is_yaml && within(folder, ".circleci").is_some() {
        return Some(Service::Other);
    }
    let rest = name.strip_prefix("Jenkinsfile")?;
    (rest.is_empty() || rest.starts_with('.')).then_some(Service::Jenkins)
}

/// The folder around `inner`, if `folder` is that or lies in it.
fn within<'f>(folder: &'f str, inner: &str) -> Option<&'f str> {
    let around = match folder.split_once(inner) {
        Some((around, rest)) if rest.is_empty() || rest.starts_with('/') => around,
        _ => return None,
    };
    match around.strip_suffix('/') {
        Some(around) => Some(around),
        None => around.is_empty().then_some(""),
    }
}

/// Reads the files of CI services in a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let services = names
        .iter()
        .filter(|name| !name.ends_with('/'))
        .filter_map(|name| Some((name, service_of(folder, name)?)));
    let mut workflows = Vec::new();
    let root = root_of(folder);
    for (number, (name, service)) in services.enumerate() {
        let Some(path) = join(folder, name) else {
            continue;
        };
        if number >= MOST_FILES {
            let why = format!("there are more than {MOST_FILES}");
            found.unread(&path, 1, "further files of the CI service", why);
            break;
        }
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        let file = File {
            files,
            path: &path,
            root,
        };
        // What speaks of no container need not be understood.
        if ![
            "docker",
            "podman",
            "kaniko",
            "buildah",
            "image:",
            "container:",
            "gcloud",
            "google-github-actions/",
            "uses: ./",
            "gcr.io/",
            "pkg.dev/",
        ]
        .into_iter()
        .any(|it| text.contains(it))
        {
            continue;
        }
        found.note(&path);
        if service == Service::Jenkins {
            found.launches.extend(others::of_jenkins(file, &text));
            continue;
        }
        match yaml::documents(&text) {
            Ok(documents) if service == Service::GitHub => {
                workflows.extend(documents.into_iter().map(|it| (path.clone(), it)));
            }
            Ok(documents) => {
                for document in &documents {
                    found.launches.extend(match service {
                        Service::GitLab => gitlab::launches(file, document),
                        _ => others::launches(file, document),
                    });
                }
            }
            Err(error) => {
                let why = format!("it is no YAML: {}", error.message);
                found.unread(&path, error.line, name, why);
            }
        }
    }
    let workflows: Vec<Workflow<'_>> = workflows
        .iter()
        .map(|(path, node)| Workflow {
            file: File { files, path, root },
            node,
        })
        .collect();
    github::read(&workflows, found);
}

/// The folder that the commands of the files in a folder are run in.
fn root_of(folder: &str) -> &str {
    let inner = [".github/workflows", ".gitlab", ".circleci"];
    let mut roots = inner.into_iter().filter_map(|it| within(folder, it));
    roots.next().unwrap_or(folder)
}

#[cfg(test)]
mod tests {
    use super::{OTHERS, within};

    #[test]
    fn the_table_is_sorted() {
        assert!(OTHERS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn folders_of_services_have_a_root() {
        assert_eq!(within(".github/workflows", ".github/workflows"), Some(""));
        assert_eq!(within("a/.gitlab/ci", ".gitlab"), Some("a"));
        assert_eq!(within("x.gitlab", ".gitlab"), None);
        assert_eq!(within("a/.gitlabs", ".gitlab"), None);
    }
}
