//! Which launches are of which Dockerfile.

use crate::files::FolderLaunches;
use crate::launch::{Build, Launch, Source, Unread};
use crate::path::folder_of;
use crate::short::repository;

impl FolderLaunches {
    /// What concerns the Dockerfile at this path, from the root of the repository:
    ///
    /// * the launches that build it: the Dockerfile of their build is this one;
    /// * those that start an image which one of these builds is named: the repositories are the same, without tag,
    ///   digest and host of a registry. They get its build, once for each stage that is built under that name; where
    ///   the whole names with their tags are the same, only builds of that tag count. A name with variables counts
    ///   within its own file only, but for one at its start, which may be any registry and team;
    /// * containers of Kubernetes manifests that say no image, as patches do, and have the name of a container that
    ///   starts one;
    /// * what is started in a container and names none: a Procfile or crontab, and a `devcontainer.json` without
    ///   image or build, in the folder of the Dockerfile or of a context that it is built with.
    ///
    /// What could not be read may concern it, and is kept: all of the files', and that of builds whose Dockerfile is
    /// not known and whose context is not elsewhere; and which image is started where nothing is known of its name.
    /// Order is kept.
    pub fn of_dockerfile(&self, path: &str) -> FolderLaunches {
        let builds: Vec<(&Launch, &Build)> = self
            .launches
            .iter()
            .filter_map(|launch| Some((launch, launch.build.as_ref()?)))
            .filter(|(_, build)| build.dockerfile.as_deref() == Some(path))
            .collect();
        let is_near = |launch: &Launch| {
            let folder = home_of(launch);
            let contexts = builds.iter().filter_map(|(_, it)| it.context.as_deref());
            std::iter::once(folder_of(path))
                .chain(contexts)
                .any(|it| it == folder)
        };
        let mut found = FolderLaunches {
            launches: Vec::new(),
            unread: self.unread.clone(),
            files: self.files.clone(),
        };
        let mut patches = Vec::new();
        for launch in &self.launches {
            match &launch.build {
                Some(build) if build.dockerfile.as_deref() == Some(path) => {
                    found.launches.push(launch.clone());
                }
                Some(build) if may_build(build, path) => {
                    let why = launch.unread.first().map(|it| it.why.clone());
                    found.unread.extend(why.map(|why| Unread {
                        what: format!("which Dockerfile {} builds", launch.said()),
                        why,
                        place: launch.place.clone(),
                    }));
                }
                Some(_) => {}
                None if launch.image.is_some() => {
                    let mut started = started(launch, &builds);
                    if started.is_empty() && is_open(launch) {
                        found.unread.push(Unread {
                            what: format!("which image {} starts", launch.said()),
                            why: "its name is put in where it is started".to_owned(),
                            place: launch.place.clone(),
                        });
                    }
                    found.launches.append(&mut started);
                }
                None if launch.source == Source::Kubernetes => patches.push(launch),
                None if is_near(launch) => found.launches.push(launch.clone()),
                None => {}
            }
        }
        for patch in patches {
            let patched = found.launches.iter().find(|it| {
                it.source == Source::Kubernetes && it.image.is_some() && it.name == patch.name
            });
            if let Some(build) = patched.map(|it| it.build.clone()) {
                found.launches.push(Launch {
                    build,
                    ..patch.clone()
                });
            }
        }
        found
    }
}

/// The folder that a file without a build speaks of.
fn home_of(launch: &Launch) -> &str {
    let folder = folder_of(&launch.place.file);
    let folder = match launch.source {
        Source::Devcontainer => match folder.rsplit_once(".devcontainer") {
            Some((around, _)) => around,
            None => folder,
        },
        Source::Crontab => folder.strip_suffix("cron.d").unwrap_or(folder),
        _ => folder,
    };
    folder.strip_suffix('/').unwrap_or(folder)
}

/// Whether a build whose Dockerfile is not known may be of this one: what it has open is said, and its context, where
/// that is known, is around the file.
fn may_build(build: &Build, path: &str) -> bool {
    let is_around = |context: &str| {
        context.is_empty()
            || path
                .strip_prefix(context)
                .is_some_and(|it| it.starts_with('/'))
    };
    build.dockerfile.is_none() && !build.is_inline && build.context.as_deref().is_none_or(is_around)
}

/// Whether nothing is known of the name of the image that a launch starts, registry and tag aside.
fn is_open(launch: &Launch) -> bool {
    let mut names = launch.image.iter().chain(&launch.other_images);
    names.any(|name| {
        let name = repository(name).rsplit('/').next().unwrap_or(name);
        name.contains('$')
    })
}

/// A launch that starts an image, for each build that makes it.
fn started(launch: &Launch, builds: &[(&Launch, &Build)]) -> Vec<Launch> {
    let names = |launch: &Launch| -> Vec<String> {
        let all = launch.image.iter().chain(&launch.other_images);
        all.cloned().collect()
    };
    let own = names(launch);
    let is_comparable =
        |build: &Launch, name: &str| !name.contains('$') || build.place.file == launch.place.file;
    let makes = |build: &Launch, is_whole: bool| {
        names(build).iter().any(|built| {
            own.iter().any(|own| {
                if is_whole {
                    return own == built && is_comparable(build, built);
                }
                let (own, built) = (repository(own), repository(built));
                own == built && is_comparable(build, built)
                    || is_with_any_team(own, built)
                    || is_with_any_team(built, own)
            })
        })
    };
    let is_exact = builds.iter().any(|(build, _)| makes(build, true));
    let mut found: Vec<Launch> = Vec::new();
    for (_, build) in builds.iter().filter(|(build, _)| makes(build, is_exact)) {
        let is_there = |it: &Launch| {
            it.build
                .as_ref()
                .is_some_and(|it| it.target == build.target)
        };
        if !found.iter().any(is_there) {
            found.push(Launch {
                build: Some((*build).clone()),
                ..launch.clone()
            });
        }
    }
    found
}

/// Whether a repository is one whose registry or team is a variable: `${REGISTRY}/web`.
fn is_with_any_team(repository: &str, open: &str) -> bool {
    let rest = open
        .strip_prefix("${")
        .and_then(|it| it.split_once("}/"))
        .map(|(_, rest)| rest);
    let Some(rest) = rest.filter(|rest| !rest.contains('$')) else {
        return false;
    };
    let before = repository.strip_suffix(rest);
    before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
}
