//! Which launches are of which Dockerfile.

use crate::documentation;
use crate::files::{FolderLaunches, Template, Unclear};
use crate::launch::{Build, Launch, Source, Unread};
use crate::path::{folder_of, is_dockerfile, name_of};
use crate::scripts;
use crate::short::{is_open_name, repository, tag_of, without_tag};
use crate::units;
use crate::within;

/// Whether an image is what a Dockerfile is built as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltAs {
    /// It has a name of it.
    It,
    /// It may be: nothing says under which names the Dockerfile is built, or the names differ in the team alone.
    Perhaps,
    /// It is another one.
    Another,
}

/// What builds images, as one Dockerfile sees it.
#[derive(Debug, Default)]
pub struct Makers<'l> {
    /// What builds this Dockerfile.
    own: Vec<&'l Launch>,
    /// What may build it.
    open: Vec<&'l Launch>,
    others: Vec<&'l Launch>,
}

impl Makers<'_> {
    /// Whether the image of this name, which another Dockerfile takes files out of, is what this one is built as, whatever
    /// its tag and registry.
    pub fn is_built_as(&self, image: &str) -> BuiltAs {
        let is_made_by = |builds: &[&Launch]| builds.iter().any(|it| makes(it, image, ""));
        if is_made_by(&self.own) {
            return BuiltAs::It;
        }
        if is_made_by(&self.open) {
            return BuiltAs::Perhaps;
        }
        if is_made_by(&self.others) {
            return BuiltAs::Another;
        }
        let mut names = self.own.iter().flat_map(|it| names_of(it)).peekable();
        let is_unnamed = names.peek().is_none();
        if is_unnamed || names.any(|name| may_be_called(name, image)) {
            BuiltAs::Perhaps
        } else {
            BuiltAs::Another
        }
    }
}

impl FolderLaunches {
    /// What concerns the Dockerfile at this path, from the root of the repository:
    ///
    /// * the launches that build it: the Dockerfile of their build is this one; with the further names that commands give
    ///   what they make (`docker tag`, `docker manifest create`);
    /// * those that start an image which one of these builds is named, or would be after a service of Compose that is built
    ///   without a name: the repositories are the same, without tag,
    ///   digest and host of a registry. They get its build, once for each stage that is built under that name; where
    ///   the whole names with their tags are the same, only builds of that tag count, also those of another
    ///   Dockerfile; and two tags that are words, `lib` and `dev`, are those of two images. A name with variables
    ///   counts within its own file only, but for one at its start, which may be any registry and team;
    /// * containers of Kubernetes manifests that say no image, as patches do, and have the name of a container that
    ///   starts one; and services of Compose that say none, as further files do, and have the name of one that does, in
    ///   whichever file;
    /// * where it is built without a name, or by nothing, those that start an image which nothing builds and that is called like its
    ///   folder or its service, in a list of their own;
    /// * examples of the documentation beside it that start an image of a name which may be its;
    /// * what deploys an image to Cloud Run, in a list of its own: one that a build of it makes or that is built from its
    ///   folder, one of which nobody knows the name, or one that nothing builds and that may be called like it;
    /// * what has Podman start something that may be of it, in a list of its own;
    /// * single commands that are run in a container of one of these, in a list of their own;
    /// * what is started in a container and names none: a Procfile or crontab, and a `devcontainer.json` without
    ///   image or build, in the folder of the Dockerfile or of a context that it is built with.
    ///
    /// What could not be read may concern it, and is kept: all of the files', and that of builds whose Dockerfile is
    /// not known and whose context is not elsewhere; and which image a container that somebody uses is started from, where nothing is
    /// known of its name.
    /// Order is kept.
    pub fn of_dockerfile(&self, path: &str) -> FolderLaunches {
        if let Some(named) = self.with_further_names() {
            return named.of_dockerfile(path);
        }
        let builds: Vec<(&Launch, &Build)> = self
            .launches
            .iter()
            .filter_map(|launch| Some((launch, launch.build.as_ref()?)))
            .filter(|(_, build)| build.dockerfile.as_deref() == Some(path))
            .collect();
        let others: Vec<&Launch> = self
            .launches
            .iter()
            .filter(|launch| {
                let build = launch
                    .build
                    .as_ref()
                    .and_then(|it| it.dockerfile.as_deref());
                build.is_some_and(|it| it != path)
            })
            .collect();
        let is_near = |launch: &Launch| {
            let folder = home_of(launch);
            let contexts = builds.iter().filter_map(|(_, it)| it.context.as_deref());
            std::iter::once(folder_of(path))
                .chain(contexts)
                .any(|it| it == folder)
                || (builds.is_empty() && is_called_like(launch, name_of(folder_of(path))))
        };
        let mut found = FolderLaunches {
            launches: Vec::new(),
            unread: self.unread.clone(),
            unclear: Vec::new(),
            files: self.files.clone(),
            templates: Vec::new(),
            strangers: Vec::new(),
            likely: Vec::new(),
            commands: Vec::new(),
            deployments: Vec::new(),
            podmans: Vec::new(),
            hadolint: self.hadolint.clone(),
        };
        let strange = self.templates.iter().filter(|it| !self.concerns(it, path));
        for template in strange {
            found.unread.retain(|it| *it != template.unread);
        }
        // A file that builds the Dockerfile under a name means another image by another one.
        let is_told_apart = |launch: &Launch| {
            builds.iter().any(|(build, _)| {
                build.place.file == launch.place.file && names_of(build).next().is_some()
            })
        };
        let mut patches = Vec::new();
        for launch in &self.launches {
            let is_shown = launch.source == Source::Documentation;
            if launch.deployed.is_some() && (!is_shown || is_near(launch)) {
                let is_of_it = may_be_deployed(launch, path, &builds, &others);
                found.deployments.extend(is_of_it.then(|| launch.clone()));
            }
            let starts_more = launch.starts_files || launch.within.is_some();
            if starts_more && launch.keeps_low_ports {
                found.podmans.push(launch.clone());
            }
            match &launch.build {
                _ if starts_more || launch.is_deployment() => {}
                Some(build) if build.dockerfile.as_deref() == Some(path) => {
                    found.launches.push(launch.clone());
                }
                // Scripts build what they are told; one Dockerfile among many is not meant.
                Some(_) if matches!(launch.source, Source::Script | Source::Unit) => {}
                Some(build) if may_build(build, path) => {
                    let why = launch.unread.first().map(|it| it.why.clone());
                    let what = format!("the name of the Dockerfile that {} builds", launch.said());
                    found
                        .unclear
                        .extend(why.map(|why| unclear(launch, what, why)));
                }
                Some(_) => {}
                None if launch.image.is_some() => {
                    let mut started = started(launch, &builds, &others);
                    let is_strange = started.is_empty() && may_be_any(launch, &others);
                    if launch.keeps_low_ports && is_strange {
                        found.podmans.push(launch.clone());
                    }
                    let is_comment = is_dockerfile(name_of(&launch.place.file));
                    if is_comment || matches!(launch.source, Source::Script | Source::Unit) {
                        let is_of_it = started.is_empty()
                            && if is_comment {
                                launch.place.file == path
                            } else {
                                is_near(launch)
                            };
                        let is_of_it = is_of_it && may_be(launch, &builds, &others);
                        found.strangers.extend(is_of_it.then(|| launch.clone()));
                    } else if launch.source == Source::Documentation {
                        let is_of_it = started.is_empty()
                            && is_near(launch)
                            && may_show(launch, &builds, &others);
                        found.launches.extend(is_of_it.then(|| launch.clone()));
                    } else if launch.source.starts() && started.is_empty() && is_open(launch) {
                        let why = "its name is put in where it is started".to_owned();
                        let what = format!("the name of the image that {} starts", launch.said());
                        found.unclear.push(unclear(launch, what, why));
                    } else if launch.source.starts()
                        && started.is_empty()
                        && !is_told_apart(launch)
                        && !others.iter().any(|it| {
                            // Of what nothing builds, CI may publish a variant under that name.
                            let is_variant = builds.is_empty() && it.source == Source::Ci;
                            makes_any(it, launch) && !is_variant
                        })
                    {
                        let folder = folder_of(path);
                        let is_only = builds.is_empty() && others.is_empty() && folder.is_empty();
                        let is_alike = || {
                            is_called_like(launch, name_of(folder))
                                || launch.name == name_of(folder)
                                || builds.iter().any(|(it, _)| {
                                    is_called_like(launch, &it.name) || launch.name == it.name
                                })
                        };
                        // Whoever builds it under no name leaves open how it is called where it is published.
                        let is_unnamed = builds.iter().all(|(it, _)| is_unnamed_service(it));
                        if is_unnamed && (is_only || is_alike()) {
                            found.likely.push(launch.clone());
                        } else {
                            found.strangers.push(launch.clone());
                        }
                    }
                    found.launches.append(&mut started);
                }
                None if launch.source == Source::Kubernetes || self.is_further(launch) => {
                    patches.push(launch);
                }
                // A Procfile is of one application: the Dockerfile's beside it, else what nothing else starts.
                None if launch.source == Source::Procfile
                    && folder_of(path) != home_of(launch)
                    && builds.iter().any(|(it, _)| it.source == Source::Compose) => {}
                None if is_near(launch) => found.launches.push(launch.clone()),
                None => {}
            }
        }
        for patch in patches {
            let patched = found.launches.iter().find(|it| {
                let is_whole = it.image.is_some() || it.source == Source::Compose;
                it.source == patch.source && it.name == patch.name && is_whole
            });
            if let Some(build) = patched.map(|it| it.build.clone()) {
                found.launches.push(Launch {
                    build,
                    ..patch.clone()
                });
            }
        }
        found.commands = within::commands(&self.launches, &found.launches);
        found
    }
}

impl FolderLaunches {
    /// Whether it is a service of a further file of Compose, which another one says the image of.
    fn is_further(&self, launch: &Launch) -> bool {
        let is_whole = |it: &Launch| {
            (it.build.is_some() || it.image.is_some())
                && it.source == Source::Compose
                && it.name == launch.name
        };
        launch.source == Source::Compose && self.launches.iter().any(is_whole)
    }

    /// What builds the image of this name (with its tag, `latest` where it has none): `team/base:1`.
    pub fn builds_of(&self, image: &str) -> impl Iterator<Item = &Build> {
        let wanted = (without_tag(image), tag_of(image));
        let makes = move |launch: &&Launch| {
            names_of(launch).any(|it| (without_tag(it), tag_of(it)) == wanted)
        };
        let builders = self.launches.iter().filter(makes);
        builders.filter_map(|launch| launch.build.as_ref())
    }

    /// What builds images, as the Dockerfile at this path sees it.
    pub fn makers_around(&self, path: &str) -> Makers<'_> {
        let mut makers = Makers::default();
        for launch in &self.launches {
            match &launch.build {
                Some(build) if build.dockerfile.as_deref() == Some(path) => makers.own.push(launch),
                Some(build) if may_build(build, path) => makers.open.push(launch),
                Some(_) => makers.others.push(launch),
                None => {}
            }
        }
        makers
    }

    /// Whether templates may start what the Dockerfile at this path is built as.
    fn concerns(&self, template: &Template, path: &str) -> bool {
        let file = &*template.unread.place.file;
        let builds = || self.launches.iter().filter(|it| it.build.is_some());
        let is_of_it = |launch: &Launch| {
            let build = launch.build.as_ref();
            build.is_some_and(|it| it.dockerfile.as_deref() == Some(path) || may_build(it, path))
        };
        let names: Vec<&str> = builds()
            .filter(|it| is_of_it(it))
            .flat_map(names_of)
            .collect();
        let is_named = names.iter().any(|name| !name.contains('$'));
        // A chart that is called like the Dockerfile's folder, or like what it is built as, may be given the image where it is
        // installed: what stands in it is a placeholder.
        let chart = name_of(folder_of(file));
        let is_called_so = name_of(file) == "Chart.yaml"
            && (chart == name_of(folder_of(path))
                || names.iter().any(|name| chart == name_of(repository(name))));
        template.images.iter().any(|image| {
            if is_open_name(image) {
                return true;
            }
            let mut makers = builds()
                .filter(|build| makes(build, image, file))
                .peekable();
            match makers.peek() {
                Some(_) => makers.any(is_of_it),
                None => {
                    let mut names = names.iter();
                    !is_named || is_called_so || names.any(|name| may_be_called(name, image))
                }
            }
        })
    }
}

fn unclear(launch: &Launch, what: String, why: String) -> Unclear {
    Unclear {
        source: launch.source,
        unread: Unread {
            what,
            why,
            place: launch.place.clone(),
        },
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
        Source::Documentation => {
            let around = |it: &&str| {
                let at = folder.rfind(*it)?;
                let rest = &folder[at + it.len()..];
                let is_whole = rest.is_empty() || rest.starts_with('/');
                let is_first = at == 0 || folder[..at].ends_with('/');
                (is_whole && is_first).then(|| &folder[..at])
            };
            documentation::FOLDERS
                .iter()
                .find_map(around)
                .unwrap_or(folder)
        }
        Source::Script if scripts::FOLDERS.contains(&name_of(folder)) => folder_of(folder),
        Source::Unit if units::FOLDERS.contains(&name_of(folder)) => folder_of(folder),
        _ => folder,
    };
    folder.strip_suffix('/').unwrap_or(folder)
}

/// Whether a build whose Dockerfile is not known may be of this one: what it has open is said, and its context, where
/// that is known, is around the file; and its name, where that is known, is the file's.
fn may_build(build: &Build, path: &str) -> bool {
    let is_around = |context: &str| {
        context.is_empty()
            || path
                .strip_prefix(context)
                .is_some_and(|it| it.starts_with('/'))
    };
    let name = build.dockerfile_name.as_deref();
    build.dockerfile.is_none()
        && !build.is_inline
        && name.is_none_or(|name| name == name_of(path))
        && build.context.as_deref().is_none_or(is_around)
}

/// Whether the image that a launch names is called like a folder or a service: the words of that name are among those of the
/// image's.
fn is_called_like(launch: &Launch, called: &str) -> bool {
    const SHORTEST: usize = 4;
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.map(str::to_ascii_lowercase).collect()
    };
    called.len() >= SHORTEST
        && names_of(launch).any(|name| {
            let of_image = words(name_of(repository(name)));
            words(called).iter().all(|word| of_image.contains(word))
        })
}

/// Whether nothing is known of the name of the image that a launch starts, registry and tag aside.
fn is_open(launch: &Launch) -> bool {
    names_of(launch).any(is_open_name)
}

/// Whether an example of the documentation beside a Dockerfile may start its image: one whose name ends like one that it
/// is built under, with another team's before it or none; or one with the name of a team, where it is not known under
/// which names the Dockerfile is built, and nobody else builds it.
fn may_show(launch: &Launch, builds: &[(&Launch, &Build)], others: &[&Launch]) -> bool {
    let is_named = builds
        .iter()
        .flat_map(|(it, _)| names_of(it))
        .any(|name| !name.contains('$'));
    let file = &*launch.place.file;
    let last = |name: &str| repository(name).rsplit('/').next().map(str::to_owned);
    let built: Vec<_> = builds
        .iter()
        .flat_map(|(it, _)| names_of(it))
        .map(last)
        .collect();
    let is_alike = names_of(launch).any(|name| !is_open_name(name) && built.contains(&last(name)));
    let is_others = || names_of(launch).any(|name| others.iter().any(|it| makes(it, name, file)));
    let may_be = || !is_named && names_of(launch).any(|name| repository(name).contains('/'));
    (is_alike || may_be()) && !is_others()
}

/// Whether a script beside a Dockerfile, or a comment in it, may start its image: as one whose name ends like one that it
/// is built under, as any where it is not known under which names it is built, or as one of whose name nothing is
/// known; and nobody else builds it.
fn may_be(launch: &Launch, builds: &[(&Launch, &Build)], others: &[&Launch]) -> bool {
    let is_named = builds
        .iter()
        .flat_map(|(it, _)| names_of(it))
        .any(|name| !name.contains('$'));
    let is_others = || others.iter().any(|it| makes_any(it, launch));
    (is_open(launch) || !is_named || may_show(launch, builds, others)) && !is_others()
}

/// Whether what is started, wherever that is said, may be an image of whose name nothing is known: nobody else builds it.
fn may_be_any(launch: &Launch, others: &[&Launch]) -> bool {
    !others.iter().any(|it| makes_any(it, launch))
}

/// Whether what is deployed may be the image of this Dockerfile.
fn may_be_deployed(
    launch: &Launch,
    path: &str,
    builds: &[(&Launch, &Build)],
    others: &[&Launch],
) -> bool {
    if let Some(folder) = launch.deployed.as_ref().and_then(|it| it.folder.as_deref()) {
        return folder == folder_of(path) && name_of(path).eq_ignore_ascii_case("Dockerfile");
    }
    let file = &*launch.place.file;
    let own = || builds.iter().flat_map(|(it, _)| names_of(it));
    let is_named = own().any(|name| !name.contains('$'));
    let mut names = names_of(launch).peekable();
    names.peek().is_none()
        || names.any(|name| {
            is_open_name(name)
                || builds.iter().any(|(it, _)| makes(it, name, file))
                || !others.iter().any(|it| makes(it, name, file))
                    && (!is_named || own().any(|built| may_be_called(built, name)))
        })
}

/// The names of the image that a launch builds or starts.
fn names_of(launch: &Launch) -> impl Iterator<Item = &str> {
    let all = launch.image.iter().chain(&launch.other_images);
    all.map(String::as_str)
}

/// Whether an image that is built under a name may be the one that is called otherwise elsewhere, by another registry or
/// team: the last parts of the names are the same, or not known.
fn may_be_called(built: &str, name: &str) -> bool {
    let last = |name: &str| {
        let last = repository(name).rsplit('/').next();
        last.map(str::to_owned)
    };
    is_open_name(built) || last(built) == last(name)
}

/// Whether the name of what a build makes may be compared with one that stands elsewhere.
fn is_comparable(build: &Launch, name: &str, file: &str) -> bool {
    !name.contains('$') || build.place.file == file
}

/// Whether a build makes an image of this name and tag.
fn makes_whole(build: &Launch, name: &str, file: &str) -> bool {
    names_of(build).any(|built| {
        let (built, tag) = (without_tag(built), tag_of(built));
        (built, tag) == (without_tag(name), tag_of(name)) && is_comparable(build, built, file)
    })
}

/// Whether a build makes an image of this name, whatever its tag and registry, but where the two tags tell that
/// they are two images.
fn makes(build: &Launch, name: &str, file: &str) -> bool {
    names_of(build).any(|built| {
        if is_word(tag_of(name)) && is_word(tag_of(built)) && tag_of(name) != tag_of(built) {
            return false;
        }
        let (name, built) = (repository(name), repository(built));
        name == built && is_comparable(build, built, file)
            || is_with_any_team(name, built)
            || is_with_any_team(built, name)
    })
}

/// Whether an image may be what a service of Compose builds that gives it no name: Compose calls it `PROJECT-SERVICE` (the
/// first version with `_`), whatever the project is called here; kompose, and people who push it to a team's registry, call it
/// by the service alone.
///
/// Source: docs.docker.com, "Compose Build Specification" (`image`); kompose.io, "Conversion" (`--build`).
fn may_be_called_after(build: &Launch, name: &str) -> bool {
    let name = repository(name);
    let before = name.strip_suffix(build.name.as_str());
    let is_of_project = before.is_some_and(|it| !it.contains('/') && it.ends_with(['-', '_']));
    is_called_after(build, name) || (is_unnamed_service(build) && is_of_project)
}

/// Whether an image is called by such a service alone.
fn is_called_after(build: &Launch, name: &str) -> bool {
    let last = repository(name).rsplit('/').next();
    is_unnamed_service(build) && last == Some(build.name.as_str())
}

fn is_unnamed_service(build: &Launch) -> bool {
    build.source == Source::Compose && build.build.is_some() && names_of(build).next().is_none()
}

/// Whether a build makes the image that a launch starts, or is the service that it is called by: nobody else is meant then.
fn makes_any(build: &Launch, launch: &Launch) -> bool {
    let file = &*launch.place.file;
    names_of(launch).any(|name| makes(build, name, file) || is_called_after(build, name))
}

/// Words that name the state of an image, and not which of several it is.
const STATES: [&str; 16] = [
    "beta",
    "canary",
    "edge",
    "head",
    "latest",
    "local",
    "main",
    "master",
    "next",
    "nightly",
    "prod",
    "production",
    "release",
    "snapshot",
    "stable",
    "staging",
];

/// Whether a tag is a word that tells which image it is: no version, and no state of one.
fn is_word(tag: &str) -> bool {
    !tag.is_empty()
        && tag
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'_')
        && !STATES.contains(&tag)
}

/// A launch that starts an image, for each build of the Dockerfile in question that makes it; `others` are builds of
/// other ones.
fn started(launch: &Launch, builds: &[(&Launch, &Build)], others: &[&Launch]) -> Vec<Launch> {
    let file = &*launch.place.file;
    let any = |build: &Launch, is: fn(&Launch, &str, &str) -> bool| {
        names_of(launch).any(|name| is(build, name, file))
    };
    let is_exact = builds.iter().any(|(build, _)| any(build, makes_whole));
    if !is_exact && others.iter().any(|build| any(build, makes_whole)) {
        return Vec::new();
    }
    let is_made: fn(&Launch, &str, &str) -> bool = if is_exact {
        makes_whole
    } else {
        |build, name, file| makes(build, name, file) || may_be_called_after(build, name)
    };
    let mut found: Vec<Launch> = Vec::new();
    for (_, build) in builds.iter().filter(|(build, _)| any(build, is_made)) {
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
