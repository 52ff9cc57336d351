//! The files of the repository, and what they say.

use crate::launch::{Launch, Place, Source, Unread};
use crate::path::name_of;

/// How many files of a kind are read of one folder.
pub(crate) const MOST_FILES: usize = 64;

/// Reads files of the repository. Paths are from its root.
pub trait Files {
    /// The text of a file; `Err` with the reason where it is there and cannot be read; `Ok(None)` where there is none.
    fn read(&self, path: &str) -> Result<Option<String>, String>;

    /// The names in a folder, sorted; a folder's name ends with `/`. Empty where there is none.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// What the files of one folder say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderLaunches {
    /// Every container and image.
    pub launches: Vec<Launch>,
    /// Files, or parts of them, that could not be read.
    pub unread: Vec<Unread>,
    /// Of one Dockerfile: what builds or starts something, and it is not known whether that is this one.
    pub unclear: Vec<Unclear>,
    /// The files that were read.
    pub files: Vec<String>,
    /// What of the unread are templates of manifests, and the images that they may start.
    pub templates: Vec<Template>,
    /// Of one Dockerfile: what starts images that nothing in the repository builds, so that they may be this one.
    pub strangers: Vec<Launch>,
    /// Of one Dockerfile that is built under no name that is known: what starts images that nothing builds and that are likely
    /// this one, as they or their containers are called like its folder or its service, or it is the one in the root.
    pub likely: Vec<Launch>,
    /// Of one Dockerfile: the commands that are run in containers of it, each with what its container says.
    pub commands: Vec<Launch>,
    /// Of one Dockerfile: what deploys an image that is it, or may be, to a platform which sets the container's home.
    pub deployments: Vec<Launch>,
    /// Of one Dockerfile: what has Podman start containers that may be of it, as what other files say, or under a name that
    /// nothing builds.
    pub podmans: Vec<Launch>,
    /// The files by which the project has hadolint look at Dockerfiles, or that are hadolint's own.
    pub hadolint: Vec<String>,
}

/// A launch of which it is not known what it builds or starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// What says it.
    pub source: Source,
    /// What is told of it.
    pub unread: Unread,
}

/// Templates that are not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What is told of them.
    pub unread: Unread,
    /// The images that they, or the values that are put into them, name; what is not known stands in them as
    /// `${NAME}`. None: they start nothing.
    pub images: Vec<String>,
}

impl FolderLaunches {
    /// Adds what other files say. What both know is there once.
    pub fn add(&mut self, other: &FolderLaunches) {
        fn grow<T: Clone + PartialEq>(all: &mut Vec<T>, more: &[T]) {
            for one in more {
                if !all.contains(one) {
                    all.push(one.clone());
                }
            }
        }
        grow(&mut self.launches, &other.launches);
        grow(&mut self.unread, &other.unread);
        grow(&mut self.files, &other.files);
        grow(&mut self.templates, &other.templates);
        grow(&mut self.hadolint, &other.hadolint);
    }

    /// The text of a file that may concern images; that it cannot be read is noted.
    pub(crate) fn text(&mut self, files: &dyn Files, path: &str) -> Option<String> {
        match files.read(path) {
            Ok(text) => text,
            Err(why) => {
                self.unread(path, 1, name_of(path), why);
                None
            }
        }
    }

    /// Adds a launch that is not there yet. A build that differs in its platforms alone is one for all of them: the rows of a
    /// matrix.
    pub(crate) fn push(&mut self, launch: Launch) {
        let without = |launch: &Launch| {
            let mut bare = launch.clone();
            if let Some(build) = &mut bare.build {
                build.platforms.clear();
            }
            bare
        };
        let says = launch.build.as_ref().map_or(&[][..], |it| &it.platforms);
        let bare = without(&launch);
        let mut others = self.launches.iter_mut();
        let other = others.find(|it| it.place == bare.place && without(it) == bare);
        match other {
            None => self.launches.push(launch),
            Some(other) => {
                if let Some(build) = &mut other.build {
                    for platform in says {
                        build.add_platforms(platform);
                    }
                }
            }
        }
    }

    /// Notes that a file was read.
    pub(crate) fn note(&mut self, path: &str) {
        if !self.files.iter().any(|it| it == path) {
            self.files.push(path.to_owned());
        }
    }

    /// Notes what could not be made out.
    pub(crate) fn unread(&mut self, path: &str, line: usize, what: &str, why: impl Into<String>) {
        self.note_unread(path, line, what, why);
    }

    /// Notes templates that are not read, and the images that they may start.
    pub(crate) fn template(&mut self, path: &str, what: &str, why: &str, images: Vec<String>) {
        let unread = self.note_unread(path, 1, what, why);
        self.templates.push(Template { unread, images });
    }

    fn note_unread(
        &mut self,
        path: &str,
        line: usize,
        what: &str,
        why: impl Into<String>,
    ) -> Unread {
        let place = Place {
            file: path.to_owned(),
            line,
        };
        let unread = Unread {
            what: what.to_owned(),
            why: why.into(),
            place,
        };
        if !self.unread.contains(&unread) {
            self.unread.push(unread.clone());
        }
        unread
    }
}
