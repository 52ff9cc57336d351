//! What may be known of the build context: the files beside a Dockerfile that the build can see.
//!
//! The model does no I/O. Whoever asks (the command line, an editor, a test) hands in an answerer.

use std::sync::Arc;

use dfix_catalogue::ImageFacts;
use dfix_launch::FolderLaunches;
use dfix_sources::Source;
use dfix_syntax::Parse;

use crate::dockerignore::Dockerignore;
use crate::lfs;

/// Answers questions about the build context. Paths are relative to its root, with `/` between the
/// parts and no `.` or `..`.
pub trait Context {
    /// The file's text.
    fn read(&self, path: &str) -> Answer<Arc<str>>;

    /// The first bytes of a file, 512 at the most: what it is, also where it is no text.
    fn first_bytes(&self, path: &str) -> Answer<Vec<u8>> {
        match self.read(path) {
            Answer::Found(text) => Answer::Found(text.bytes().take(512).collect()),
            Answer::Absent => Answer::Absent,
            Answer::Unknown(why) => Answer::Unknown(why),
        }
    }

    /// How many bytes a file has.
    fn size(&self, path: &str) -> Answer<u64> {
        self.read(path).map(|text| text.len() as u64)
    }

    /// Whether git leaves the file out, so that a fresh checkout has it not.
    fn is_left_out_of_git(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// Whether the ignore file of the context leaves all of a file or folder out (`""` is the root).
    fn is_ignored(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// The names in a folder (`""` is the root), sorted; a folder's name ends with `/`.
    fn list(&self, folder: &str) -> Answer<Vec<String>>;

    /// What the source at a path does, as its tokens tell; `None` inside where it is in no language that is read.
    fn source(&self, path: &str) -> Answer<Option<Arc<Source>>> {
        self.read(path).map(|text| read_source(path, &text))
    }

    /// Whether an answer for a path below `folder` may be another than the one for `folder` itself. Where it
    /// cannot, nobody has to ask for each of those paths.
    fn tells_apart_below(&self, folder: &str) -> bool {
        let _ = folder;
        true
    }

    /// The Dockerfile's own name without its folder, where it has one: `Dockerfile.dev`.
    fn dockerfile_name(&self) -> Option<&str> {
        None
    }

    /// The Dockerfile's path with the folders that are known of it, where it has one: `docker/alpine-3.21/Dockerfile`.
    fn dockerfile_path(&self) -> Option<&str> {
        self.dockerfile_name()
    }

    /// The template of the same repository that the Dockerfile may be made from, by its path: one that says most of what
    /// the Dockerfile says.
    fn template(&self) -> Option<String> {
        None
    }

    /// What somebody tells of a base image; it goes before what the tables know. `name` is normalised, `tag` the text
    /// behind the colon.
    fn told_image(&self, _name: &str, _tag: Option<&str>) -> Option<ImageFacts> {
        None
    }

    /// What is known of an image that a Dockerfile of the same repository builds; asked of images that no table knows.
    fn built_image(&self, _name: &str, _tag: Option<&str>) -> Option<ImageFacts> {
        None
    }

    /// What the project's files say that builds this Dockerfile or starts its images, and which of those
    /// files could not be read. Asked once.
    fn launches(&self) -> Arc<FolderLaunches> {
        Arc::default()
    }

    /// What other Dockerfiles of the repository use out of the image that this one builds, or may build where nothing
    /// says under which names. This reads all Dockerfiles of the repository: whoever asks has a reason.
    fn used_elsewhere(&self) -> &[UsedElsewhere] {
        &[]
    }

    /// Shows the Dockerfile of the repository that builds an image (with its tag, where it says one), if exactly one does.
    fn built_elsewhere(&self, image: &str, look: &mut dyn FnMut(&BuiltElsewhere<'_>)) {
        let _ = (image, look);
    }

    /// Shows the stages of other Dockerfiles of the repository that are based on the image which this one builds, directly
    /// or through others of them; those too whose base may be it, where its name is alike. What stands in them comes after
    /// all that stands here. Whoever asks has a reason, as for [`Context::used_elsewhere`].
    fn based_elsewhere(&self, look: &mut dyn FnMut(&BasedElsewhere<'_>)) {
        let _ = look;
    }
}

/// How a Dockerfile uses a place of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageUseKind {
    /// It is copied out of the image (`COPY --from`).
    Copied,
    /// A stage that is based on the image names it.
    Named,
    /// A stage that is based on the image works in it as the image's own user; the place is the root then.
    WorkedIn,
    /// A stage is based on the image, directly; the place is the root, and the line that of its `FROM`.
    BasedOn,
}

/// A place of an image that a Dockerfile uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageUse {
    /// The image; what only the build can tell of its name stands in it as `${it}`.
    pub image: String,
    /// The path in the image.
    pub path: String,
    /// The line of the Dockerfile, from 1.
    pub line: usize,
    /// How it is used.
    pub how: ImageUseKind,
    /// Whether it is as the image has it: no `RUN` of the Dockerfile came before.
    pub is_untouched: bool,
}

impl ImageUse {
    /// Whether it is copied out of the image as that has it.
    pub fn is_copied_as_it_is(&self) -> bool {
        self.how == ImageUseKind::Copied && self.is_untouched
    }
}

/// What another Dockerfile uses out of the image that this one builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedElsewhere {
    /// The other Dockerfile, from the root of the repository.
    pub file: Arc<str>,
    /// What it uses.
    pub used: Arc<ImageUse>,
    /// Whether the image is known to be this one's; else it may be.
    pub is_known: bool,
    /// Whether the image is called like this Dockerfile or the folder that it stands in.
    pub is_alike: bool,
}

impl UsedElsewhere {
    /// Whether the image is likely this one's: it is known to be, or called like it.
    pub fn is_likely(&self) -> bool {
        self.is_known || self.is_alike
    }
}

/// A stage of another Dockerfile that is based on the image which this one builds.
pub struct BasedElsewhere<'d> {
    /// The other Dockerfile, from the root of the repository.
    pub file: &'d str,
    /// The line of the stage's `FROM`, from 1.
    pub line: usize,
    /// The image that its `FROM` names.
    pub image: &'d str,
    /// Whether the image is known to be this one's; else its name is like it.
    pub is_known: bool,
    /// The other Dockerfile's text.
    pub text: &'d str,
    /// The text, parsed.
    pub parsed: &'d Parse,
    /// What may be known of its build context.
    pub context: &'d dyn Context,
}

/// Another Dockerfile that builds an image.
pub struct BuiltElsewhere<'d> {
    /// The stage that the image is, where it is not the last.
    pub target: Option<&'d str>,
    /// The other Dockerfile's text.
    pub text: &'d str,
    /// The text, parsed.
    pub parsed: &'d Parse,
    /// What may be known of its build context.
    pub context: &'d dyn Context,
}

impl BasedElsewhere<'_> {
    /// How it lies to the image that is built here, as a part of a sentence: "is based on".
    pub fn relation(&self) -> &'static str {
        if self.is_known {
            "is based on"
        } else {
            "may be based on"
        }
    }

    /// Where it stands, and how it lies to the image that is built here: "`web/Dockerfile` (line 1), which is based on this
    /// image".
    pub fn said(&self) -> String {
        let relation = self.relation();
        format!(
            "`{}` (line {}), which {relation} this image",
            self.file, self.line
        )
    }
}

/// What the text of a source does; none where it is in no language that is read.
pub fn read_source(path: &str, text: &str) -> Option<Arc<Source>> {
    dfix_sources::read(path, text).map(Arc::new)
}

/// What a context says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// It is there.
    Found(T),
    /// The context is known, and this is not in it (also: `.dockerignore` leaves it out).
    Absent,
    /// It cannot be said: there is no context, or this part of it cannot be read; why, as a short sentence.
    Unknown(String),
}

/// Whether the reason of an answer tells of a file that is there, and is no text or too large to be read.
pub(crate) fn is_there_unread(why: &str) -> bool {
    why.contains(" is not UTF-8") || why.contains(" is larger than ")
}

impl<T> Answer<T> {
    /// The answer with something made of what was found.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Answer::Found(it) => Answer::Found(make(it)),
            Answer::Absent => Answer::Absent,
            Answer::Unknown(why) => Answer::Unknown(why),
        }
    }

    /// What was found.
    pub fn found(self) -> Option<T> {
        match self {
            Answer::Found(it) => Some(it),
            Answer::Absent | Answer::Unknown(_) => None,
        }
    }
}

/// No build context: a lone text, such as standard input.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoContext;

impl Context for NoContext {
    fn read(&self, _path: &str) -> Answer<Arc<str>> {
        Answer::Unknown("there is no build context".to_owned())
    }

    fn list(&self, _folder: &str) -> Answer<Vec<String>> {
        Answer::Unknown("there is no build context".to_owned())
    }

    fn tells_apart_below(&self, _folder: &str) -> bool {
        false
    }
}

/// A context held in memory: for tests and for embedders.
#[derive(Debug, Clone, Default)]
pub struct MemoryContext {
    files: std::collections::BTreeMap<String, Arc<str>>,
}

impl dfix_launch::Files for MemoryContext {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        Ok(self.files.get(path).map(ToString::to_string))
    }

    fn list(&self, folder: &str) -> Vec<String> {
        Context::list(self, folder).found().unwrap_or_default()
    }
}

impl MemoryContext {
    /// A context of these files: path and text.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        MemoryContext {
            files: files
                .into_iter()
                .map(|(path, text)| (path.to_owned(), Arc::from(text)))
                .collect(),
        }
    }
}

impl Context for MemoryContext {
    fn read(&self, path: &str) -> Answer<Arc<str>> {
        match self.files.get(path) {
            Some(text) if lfs::is_pointer(text.as_bytes()) => {
                Answer::Unknown(lfs::is_kept_elsewhere(path))
            }
            Some(text) => Answer::Found(Arc::clone(text)),
            None => Answer::Absent,
        }
    }

    fn size(&self, path: &str) -> Answer<u64> {
        let size = |text: &Arc<str>| lfs::size_of_pointed(text).unwrap_or(text.len() as u64);
        self.files
            .get(path)
            .map_or(Answer::Absent, |text| Answer::Found(size(text)))
    }

    fn is_ignored(&self, path: &str) -> bool {
        let ignore = self.files.get(".dockerignore");
        ignore.is_some_and(|text| Dockerignore::parse(text).hides_all_of(path))
    }

    fn list(&self, folder: &str) -> Answer<Vec<String>> {
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(prefix.as_str()))
            .map(|rest| match rest.split_once('/') {
                Some((first, _)) => format!("{first}/"),
                None => rest.to_owned(),
            })
            .collect();
        names.dedup();
        if names.is_empty() && !folder.is_empty() {
            Answer::Absent
        } else {
            Answer::Found(names)
        }
    }

    /// What the files at the root say of `Dockerfile` there.
    fn launches(&self) -> Arc<FolderLaunches> {
        Arc::new(dfix_launch::read_folder(self, "").of_dockerfile("Dockerfile"))
    }

    fn tells_apart_below(&self, folder: &str) -> bool {
        self.list(folder) != Answer::Absent
    }
}
